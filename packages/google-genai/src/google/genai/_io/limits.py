"""Limits of the number of calls at a time, and of their repetitions over a new connection; and the error text for a time
limit that was exceeded.
"""

from __future__ import annotations

from .messages import Limits

HTTPX_CALLS = 100
"""Maximum number of async calls at a time over a pool of httpx created here, unless the program chooses another one. The pool
scans all connections for each request, and collapses under hundreds of them. Streams are not counted, because they stay open."""
_AIOHTTP_CALLS = 1_000
REPEATS = 2
"""How often a request is repeated that a closed connection did not take completely."""


def aiohttp_calls() -> int:
    """Return the maximum number of async calls at a time over aiohttp: at most half the files that the process may open."""
    try:
        import resource
    except ImportError:  # Windows, where sockets are not files
        return _AIOHTTP_CALLS
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _AIOHTTP_CALLS if files == resource.RLIM_INFINITY else max(1, min(_AIOHTTP_CALLS, files // 2))


def limit_in_words(limits: Limits | None, limit: str) -> str:
    """Return which limit was exceeded and where it was set, for an error message."""
    if limits is None:
        return " (limit of the HTTP client passed by the program)"
    seconds = {"connect": limits.connect_s, "idle": limits.idle_s, "first byte": limits.idle_s}.get(
        limit, limits.total_s
    )
    source = (
        "HttpOptions.timeout, in milliseconds" if limits.chosen_ms is not None else "default; set HttpOptions.timeout"
    )
    return f" ({limit} limit of {seconds:g} s; {source})"
