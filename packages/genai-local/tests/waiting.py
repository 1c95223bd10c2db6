"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

WAIT_S = 60.0


def until(condition: Callable[[], bool], limit_s: float = WAIT_S) -> None:
    """Wait until a condition is true; fail after the limit."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"the condition is still false after {limit_s:g} seconds"
        time.sleep(0.01)
