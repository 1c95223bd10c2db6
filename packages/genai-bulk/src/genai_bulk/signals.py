"""SIGINT and SIGTERM during a run: the first one ends it in order, the second one at once."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """The signals that arrive within a `with` block. Outside the main thread, nothing is changed.

    Attributes:
        received: number of the first signal; None for none.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._count = 0
        self._watcher: Callable[[int, int], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._earlier: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._earlier[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, earlier in self._earlier.items():
            signal.signal(number, earlier)

    def watch(self, watcher: Callable[[int, int], None]) -> None:
        """Call a function on the running event loop for each signal, with its number and how many there were."""
        self._watcher = watcher
        self._loop = asyncio.get_running_loop()
        if self.received is not None:
            watcher(self.received, self._count)

    def _take(self, number: int, _: FrameType | None) -> None:
        self.received = self.received or number
        self._count += 1
        if self._watcher is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._watcher, number, self._count)
        elif self._count > 1:
            raise KeyboardInterrupt
