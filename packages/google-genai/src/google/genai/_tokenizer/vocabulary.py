"""The interface of a tokenizer to the rest of the package."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Protocol

TokenList = list[tuple[int, bytes]]
"""The tokens of a text: id and bytes of each. The bytes need not be valid UTF-8, because a character can span tokens."""


class Vocabulary(Protocol):
    """A tokenizer with its vocabulary. Several threads may use it at the same time."""

    def count(self, texts: Sequence[str]) -> int:
        """Return the number of tokens of all texts, each tokenized on its own."""
        ...

    def tokens(self, texts: Sequence[str]) -> list[TokenList]:
        """Return the tokens of each text."""
        ...


def require(library: str, extra: str = "local-tokenizer") -> None:
    """Raise an `ImportError` that names the command if a library is not installed. Does not import the library."""
    if importlib.util.find_spec(library) is None:
        raise ImportError(
            f"The local tokenizer needs the package {library}: pip install 'google-genai[{extra}]'", name=library
        )
