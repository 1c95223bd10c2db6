"""Limits in time of async code, and the words for a limit that has passed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator

from .messages import Limits

IN_FLIGHT = 64
"""Plain async calls that share one pool of ours at a time; the others wait for their turn. httpx's pool looks at every
connection for every request, and collapses when hundreds reach it at once. Streams are not counted: they stay open."""

if sys.version_info >= (3, 11):
    total = asyncio.timeout
else:

    @contextlib.asynccontextmanager
    async def total(seconds: float | None) -> AsyncGenerator[None, None]:
        import anyio

        with anyio.fail_after(seconds):
            yield


def limit_in_words(limits: Limits | None, limit: str) -> str:
    """Return the sentence that tells which limit passed, and where it comes from."""
    if limits is None:
        return " (limit of the HTTP client that the program gave)"
    seconds = {"connect": limits.connect_s, "idle": limits.idle_s, "first byte": limits.idle_s}.get(
        limit, limits.total_s
    )
    source = (
        "HttpOptions.timeout, in milliseconds" if limits.chosen_ms is not None else "default; set HttpOptions.timeout"
    )
    return f" ({limit} limit of {seconds:g} s; {source})"
