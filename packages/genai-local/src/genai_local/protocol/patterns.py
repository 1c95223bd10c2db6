"""Regular expressions of clients, which RE2 searches in linear time.

Patterns that RE2 does not support (lookarounds, backreferences, repetitions above 1,000) match everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .limits import MAX_PATTERN_LENGTH

_MEMORY_BYTES = 4 * 1024 * 1024


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    import re2  # pyright: ignore[reportMissingTypeStubs]

    options: Any = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    library: Any = re2
    try:
        return library.compile(pattern, options=options) if len(pattern) <= MAX_PATTERN_LENGTH else None
    except (library.error, UnicodeEncodeError):
        return None


def is_supported(pattern: str) -> bool:
    """Return whether RE2 supports a pattern."""
    return _compiled(pattern) is not None


def occurs(pattern: str, text: str) -> bool:
    """Return whether a pattern matches somewhere in a text. An unsupported pattern does."""
    found = _compiled(pattern)
    return found is None or found.search(text) is not None


def extract(pattern: str, text: str) -> str | None:
    """Return the first group of the first match of a supported pattern, or the match of one without groups; None without any."""
    compiled = _compiled(pattern)
    found = compiled.search(text) if compiled is not None else None
    if compiled is None or found is None:
        return None
    return found[1] if compiled.groups else found[0]


def occurrences(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of a pattern in a text, as start and end. An unsupported pattern has none."""
    found = _compiled(pattern)
    for match in found.finditer(text) if found is not None else ():
        yield match.span()
