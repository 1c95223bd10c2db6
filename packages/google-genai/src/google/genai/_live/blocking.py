"""Live sessions for programs without asyncio: the async session, run by an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_AT_ONCE = 64
"""Number of messages taken from the other thread in one step, if they are there."""


class Portal:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._executor = ThreadPoolExecutor(thread_name_prefix="google-genai-live")
        self._loop.set_default_executor(self._executor)
        self._thread = threading.Thread(target=self._run_loop, name="google-genai-live", daemon=True)
        self._thread.start()

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            left = asyncio.all_tasks(self._loop)  # of a program that was interrupted
            for task in left:
                task.cancel()
            self._loop.run_until_complete(_ended(left))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._executor.shutdown(wait=False, cancel_futures=True)  # a function of the program may still be running
            self._loop.close()

    @property
    def is_open(self) -> bool:
        """Whether the loop runs."""
        return self._thread.is_alive()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of a coroutine. If the program is interrupted meanwhile, the coroutine is cancelled."""
        if not self._thread.is_alive():
            work.close()
            raise RuntimeError("This session is closed.")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Stop the loop, and wait for its thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()


async def _ended(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def iterate(
    portal: Portal, source: AsyncGenerator[T, None], waiting: deque[tuple[Any, int]]
) -> Generator[T, None, None]:
    """Yield the items of an async generator; those that are there are taken in one step.

    Args:
      portal: Where the generator runs.
      source: The generator.
      waiting: The items that it would yield without waiting, with their sizes. Items that it has taken and not yielded return there.
    """
    has_ended = False

    async def some() -> list[T]:
        nonlocal has_ended
        taken: list[T] = []
        while True:
            try:
                taken.append(await source.__anext__())
            except StopAsyncIteration:
                has_ended = True
                return taken
            if not waiting or len(taken) >= _AT_ONCE:
                return taken

    async def leave() -> None:
        await source.aclose()
        waiting.extendleft((item, 0) for item in reversed(rest))

    rest: deque[T] = deque()
    try:
        while not has_ended:
            rest.extend(portal.run(some()))
            while rest:
                yield rest.popleft()
    finally:
        if portal.is_open:  # its end has closed the generator
            portal.run(leave())
