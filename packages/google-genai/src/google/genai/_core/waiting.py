"""Waiting for long-running work of the service: polling at growing intervals, up to a deadline."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .. import errors
from .progress import Progress, progress_report

if TYPE_CHECKING:
    from .._io.port import Port

T = TypeVar("T")

_GROWTH = 1.5
_MAX_POLL_S = 60.0
_SHORTEST_LIMIT_S = 1.0
"""Time that each call gets at least, also the last one, which begins at the deadline."""


async def until_done(
    port: Port,
    state: T | None,
    fetch: Callable[..., Any],
    arguments: Callable[[T | None], dict[str, Any]],
    is_done: Callable[[T], bool],
    *,
    timeout_s: float | None,
    poll_s: float,
    progress: Progress | None,
    title: str,
) -> T:
    """Return the final state of work, whether it succeeded or failed.

    `state` is the last known state, or None. `fetch` is called with `arguments` of the last state; an awaitable result
    is awaited. The first interval between two calls is `poll_s` seconds; each following one is 1.5 times as long, up to
    one minute. Raises `NotDoneError` when `timeout_s` has passed, at most one second later if a call is under way; the
    work continues.
    """
    if poll_s <= 0:
        raise ValueError(f"poll_s: expected a number of seconds above 0, got {poll_s!r}.")
    deadline = math.inf if timeout_s is None else time.monotonic() + timeout_s
    late: Exception | None = None
    with progress_report(progress, title, None) as report:
        while state is None or not is_done(state):
            left_s = deadline - time.monotonic()
            if left_s <= 0 and (state is not None or late is not None):
                raise errors.NotDoneError(
                    f"{title}: not done after {timeout_s} seconds; the work continues on the service.", state
                ) from late
            if state is not None:
                await port.sleep(min(poll_s, left_s))
                poll_s = min(poll_s * _GROWTH, _MAX_POLL_S)
                left_s = deadline - time.monotonic()
            try:
                within_s = None if timeout_s is None else max(left_s, _SHORTEST_LIMIT_S)
                state = await port.run(fetch, arguments(state), within_s)
            except (TimeoutError, errors.APIConnectionError) as error:
                if time.monotonic() < deadline:
                    raise
                late = error
            else:
                report(state)
    return state


async def wait_for_end(
    port: Port,
    get: Callable[..., Any],
    given: Any,
    cls: type[Any],
    is_done: Callable[[Any], bool],
    *,
    what: str,
    timeout_s: float | None,
    poll_s: float,
    progress: Progress | None,
) -> Any:
    """Return a file or job, given as an object or by its name, when its state is final."""
    name = name_of(given, (cls,), what)
    return await until_done(
        port,
        given if isinstance(given, cls) and given.state else None,
        get,
        lambda _: {"name": name},
        is_done,
        timeout_s=timeout_s,
        poll_s=poll_s,
        progress=progress,
        title=name,
    )


def failure(last: Any, what_happened: str, code: int | None = None) -> errors.OperationFailedError:
    """Return the error for work that has ended without a result."""
    error: dict[str, Any] = dict(last.error or {})  # a status object yields its fields by name
    message = error.get("message") or "the service gives no reason"
    code = error.get("code") or code
    return errors.OperationFailedError.of(f"{last.name} {what_happened}: {message}", code, last)


def name_of(value: Any, kinds: tuple[type, ...], what: str) -> str:
    """Return the name of a resource given as an object or by its name."""
    if isinstance(value, str):
        return value
    if isinstance(value, kinds):
        name: str | None = getattr(value, "name", None)
        if not name:
            raise ValueError(f"{what}.name: expected the name of a {what}, got {name!r}.")
        return name
    expected = " or ".join(f"types.{kind.__name__}" for kind in kinds)
    raise ValueError(f"{what}: expected {expected} or a name, got {type(value).__name__}.")
