"""Background tasks: work on the server's event loop that continues after a reply, at most until the server stops.

It does not know what the tasks do. Services find their unfinished work in the state after a restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Coroutine
from typing import Any


class Background:
    """The tasks of one server, started on its event loop. They can be cancelled from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task; its exceptions are logged."""
        task = asyncio.get_running_loop().create_task(work)
        with self._lock:
            self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        with self._lock:
            self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logging.getLogger("genai_local").error("A background task failed unexpectedly.", exc_info=error)

    def cancel(self, task: asyncio.Task[None]) -> None:
        """Cancel one task soon. Can be called from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the task with it
            task.get_loop().call_soon_threadsafe(task.cancel)

    def cancel_all(self) -> None:
        """Cancel all tasks soon. Can be called from any thread."""
        with self._lock:
            tasks = list(self._tasks)
        for task in tasks:
            self.cancel(task)

    async def end(self) -> None:
        """Cancel all tasks and wait until they have ended."""
        with self._lock:
            tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
