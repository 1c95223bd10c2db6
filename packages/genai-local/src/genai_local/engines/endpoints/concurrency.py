"""Bounds on the work that an endpoint gets at the same time: a number of requests, or a number of tokens."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


async def map_concurrently(
    work: Callable[[Item], Awaitable[Result]], items: Sequence[Item], *, at_once: int
) -> list[Result]:
    """Return the result of an async function for each item, in order; after an error, cancel the rest."""
    places = asyncio.Semaphore(at_once)

    async def run(item: Item) -> Result:
        async with places:
            return await work(item)

    tasks = [asyncio.create_task(run(item)) for item in items]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


class TokenBudget:
    """A number of tokens that the requests which run at the same time share, first come, first served.

    Args:
        tokens: the number of tokens.
    """

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens
        self._free = tokens
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def reserve(self, tokens: int) -> AsyncGenerator[None, None]:
        """Reserve tokens for the length of an `async with` block; wait until they are free.

        A request for more than the whole budget gets the whole budget.
        """
        tokens = min(tokens, self.tokens)
        await self._enter(tokens)
        try:
            yield
        finally:
            self._release(tokens)

    async def _enter(self, tokens: int) -> None:
        if tokens <= self._free and not self._queue:
            self._free -= tokens
            return
        turn = asyncio.get_running_loop().create_future()
        entry = (tokens, turn)
        self._queue.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release(tokens)
            else:
                # Another request may have left at the same moment, and removed this one from the queue.
                with suppress(ValueError):
                    self._queue.remove(entry)
                self._admit()  # a smaller request behind this one may fit
            raise

    def _release(self, tokens: int) -> None:
        self._free += tokens
        self._admit()

    def _admit(self) -> None:
        while self._queue and self._queue[0][0] <= self._free:
            tokens, turn = self._queue.popleft()
            if turn.done():
                continue
            self._free -= tokens
            turn.set_result(None)
