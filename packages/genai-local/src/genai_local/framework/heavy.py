"""Work that keeps a processor busy, such as drawing, apart from the event loop: little at once, with limits.

It does not know what the work is.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import ParamSpec, TypeVar

from ..media.effort import Effort, current
from ..protocol.errors import ApiError
from ..protocol.limits import MAX_DRAWING_S
from .admission import Admission

_AT_ONCE = 2

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class HeavyWork:
    """A queue of its own and few threads for heavy work. A place is free again when the work has really ended.

    Args:
        waiting: number of pieces of work that may wait; more are refused with 429.
        limit_s: how long each may take.
    """

    def __init__(self, waiting: int, limit_s: float = MAX_DRAWING_S) -> None:
        self.limit_s = limit_s
        self._admission = Admission(_AT_ONCE, waiting)
        self._threads: ThreadPoolExecutor | None = None
        self._efforts: set[Effort] = set()

    def place(self) -> AbstractAsyncContextManager[None]:
        """Occupy a place for the length of an `async with` block, for work that runs in a process of its own."""
        return self._admission.place()

    async def run(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Return the result of a function, called in a thread; the function calls `media.effort.check`.

        Raises:
            ApiError: 429 when too much work waits; 504 when the time is over.
        """
        await self._admission.enter()
        effort = Effort(self.limit_s)
        context = contextvars.copy_context()
        context.run(current.set, effort)
        loop = asyncio.get_running_loop()

        def end(_: Future[Result]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._admission.leave)

        try:
            self._threads = self._threads or ThreadPoolExecutor(_AT_ONCE, "genai-local-heavy")
            future = self._threads.submit(context.run, function, *args, **kwargs)
        except BaseException:
            self._admission.leave()
            raise
        future.add_done_callback(end)
        self._efforts.add(effort)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise ApiError(504, str(error)) from error
        finally:
            effort.given_up.set()
            self._efforts.discard(effort)

    def end(self) -> None:
        """Give up all work, without waiting for the threads."""
        for effort in list(self._efforts):
            effort.given_up.set()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None
