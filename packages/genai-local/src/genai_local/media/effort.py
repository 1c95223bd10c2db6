"""The effort of one piece of work in a thread: the work itself asks regularly whether to continue.

A thread cannot be interrupted, so each loop over pictures, frames or rows calls `check`.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from threading import Event


class GivenUpError(Exception):
    """Ends work whose result nobody waits for."""


class Effort:
    """The time for one piece of work, and whether its result is still wanted.

    Args:
        limit_s: how long the work may take.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.given_up = Event()
        self._end = time.monotonic() + limit_s

    def check(self) -> None:
        """Raise an error if the work is to end: `GivenUpError`, or `TimeoutError` when the time is over."""
        if self.given_up.is_set():
            raise GivenUpError
        if time.monotonic() > self._end:
            raise TimeoutError(f"The work took more than {self.limit_s:g} seconds.")


current: ContextVar[Effort | None] = ContextVar("current", default=None)
"""The effort of the work in this thread."""


def check() -> None:
    """End the work of this thread if nobody waits for its result, or if its time is over."""
    effort = current.get()
    if effort is not None:
        effort.check()
