"""Waiting for work that the service does on its own time: asking again and again, less and less often, up to a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .. import errors
from .progress import Progress, showing

if TYPE_CHECKING:
    from .._io.port import Port

T = TypeVar("T")

_GROWTH = 1.5
_LONGEST_S = 60.0


async def until_done(
    port: Port,
    state: T,
    fetch: Callable[..., Any],
    arguments: Callable[[T], dict[str, Any]],
    is_done: Callable[[T], bool],
    *,
    timeout_s: float | None,
    poll_s: float,
    progress: Progress | None,
    title: str,
) -> T:
    """Return the state in which work has come to its end, whatever that is.

    `fetch` is called with `arguments` of the last state, and is awaited where it is awaitable. Between two calls pass
    `poll_s` seconds at first, half as many more each time, and a minute at most. Raises `NotDoneError` when `timeout_s`
    has passed; the work goes on.
    """
    if poll_s <= 0:
        raise ValueError(f"poll_s: expected a number of seconds above 0, got {poll_s!r}.")
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    with showing(progress, title, None) as report:
        while not is_done(state):
            remaining = _LONGEST_S if deadline is None else deadline - time.monotonic()
            if remaining <= 0:
                raise errors.NotDoneError(f"{title}: not done after {timeout_s} seconds; it goes on.", state)
            await port.sleep(min(poll_s, remaining))
            poll_s = min(poll_s * _GROWTH, _LONGEST_S)
            state = await port.call(fetch, arguments(state))
            report(state)
    return state


async def ended(
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
    """Return a file or job that has a state, given as an object or by its name, once that state is a last one."""
    name = named(given, (cls,), what)
    state = given if isinstance(given, cls) and given.state else await port.call(get, {"name": name})
    return await until_done(
        port,
        state,
        get,
        lambda _: {"name": name},
        is_done,
        timeout_s=timeout_s,
        poll_s=poll_s,
        progress=progress,
        title=name,
    )


def failure(last: Any, what_happened: str, code: int | None = None) -> errors.OperationFailedError:
    """Return the error for work that has ended without what it was for."""
    said: dict[str, Any] = dict(last.error or {})  # of a status object as well: its fields by name
    message = said.get("message") or "the service does not say why"
    code = said.get("code") or code
    return errors.OperationFailedError.of(f"{last.name} {what_happened}: {message}", code, last)


def named(value: Any, kinds: tuple[type, ...], what: str) -> str:
    """Return the name of a thing given as an object or by its name."""
    if isinstance(value, str):
        return value
    if isinstance(value, kinds):
        name: str | None = getattr(value, "name", None)
        if not name:
            raise ValueError(f"{what}.name: it is empty, so the service cannot be asked about it.")
        return name
    expected = " or ".join(f"types.{kind.__name__}" for kind in kinds)
    raise ValueError(f"{what}: expected {expected} or a name, got {type(value).__name__}.")
