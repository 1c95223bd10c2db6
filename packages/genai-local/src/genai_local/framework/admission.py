"""The queue in front of the engine: a limited number of requests run, a limited number wait, the rest get a 429.

It does not know what the work is.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from ..protocol.errors import ApiError, retry_info

_RETRY_DELAY_S = 1.0
_PAUSE_S = 0.05

Result = TypeVar("Result")


class QueueFullError(ApiError):
    """The error for a request that finds the queue full."""


async def patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Do background work, and try again after a pause whenever the queue is full."""
    while True:
        try:
            return await work()
        except QueueFullError:
            await asyncio.sleep(_PAUSE_S)


class Admission:
    """A first-come, first-served queue of bounded length.

    Args:
        running: number of requests that may run at the same time.
        waiting: number of requests that may wait for their turn.
    """

    def __init__(self, running: int, waiting: int) -> None:
        self.running_limit = running
        self.waiting_limit = waiting
        self._running = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[None, None]:
        """Occupy a place in the queue for the length of an `async with` block.

        Raises:
            ApiError: 429 when the queue is full.
        """
        await self.enter()
        try:
            yield
        finally:
            self.leave()

    async def enter(self) -> None:
        """Occupy a place until `leave`.

        Raises:
            ApiError: 429 when the queue is full.
        """
        if self._running < self.running_limit and not self._queue:
            self._running += 1
            return
        if len(self._queue) >= self.waiting_limit:
            raise QueueFullError(
                429,
                f"Resource has been exhausted: {self._running} requests are running and {len(self._queue)} are waiting.",
                details=[retry_info(_RETRY_DELAY_S)],
            )
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            else:
                # Another request may have left at the same moment, and removed this one from the queue.
                with suppress(ValueError):
                    self._queue.remove(turn)
            raise

    def leave(self) -> None:
        """Pass the place to the next request in the queue, or release it."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._running -= 1
