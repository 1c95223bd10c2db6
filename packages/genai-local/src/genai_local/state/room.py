"""Background work on a full disk: it waits until there is room again, so that no result is lost."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from ..protocol.errors import is_disk_full

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_LIMIT_S = 48 * 3600.0

Result = TypeVar("Result")


async def with_room(work: Callable[[], Result | Awaitable[Result]]) -> Result:
    """Do work that writes, and repeat it until the disk has room, for at most 48 hours.

    Args:
        work: a function that can be repeated after it has failed; it may return an awaitable.
    """
    end, pause_s = time.monotonic() + _LIMIT_S, _FIRST_PAUSE_S
    while True:
        try:
            result = work()
            return await cast("Awaitable[Result]", result) if inspect.isawaitable(result) else cast("Result", result)
        except Exception as error:
            if not is_disk_full(error) or time.monotonic() >= end:
                raise
        if pause_s == _FIRST_PAUSE_S:
            logging.getLogger("genai_local").warning("The disk is full. Background work waits until there is room.")
        await asyncio.sleep(pause_s)
        pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
