"""Blocking execution of the core's coroutines: in one step, because a blocking port never suspends."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine over a blocking port. Raises `RuntimeError` if it suspends."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    coroutine.close()
    raise RuntimeError(
        "A coroutine over the blocking port was suspended: something in it awaits real asynchronous work."
    )
