"""One call of a method: its metadata, its timeout, and its attempts.

The first attempt of a method with its default retries runs without `google.api_core`, which is loaded when an attempt fails.
All attempts of a call share its timeout.
"""

from __future__ import annotations

import enum
import re
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from .methods import Method

if TYPE_CHECKING:
    from typing import TypeAlias

    from google.api_core import retry as retries
    from google.api_core.gapic_v1.method import (
        _MethodDefault as GapicDefault,  # pyright: ignore[reportUnknownVariableType]
    )

    OptionalRetry: TypeAlias = "retries.Retry | Default | GapicDefault | None"
    OptionalAsyncRetry: TypeAlias = "retries.AsyncRetry | Default | GapicDefault | None"

T = TypeVar("T")
Metadata = Sequence[tuple[str, str | bytes]]
_SAFE = re.compile(r"[\w./-]+", re.ASCII)


class Default(enum.Enum):
    """The class of `DEFAULT`."""

    DEFAULT = "the default of the method"


DEFAULT = Default.DEFAULT
"""Stands for the retries or the timeout that a method has by default; `gapic_v1.method.DEFAULT` means the same."""


def is_default(value: Any) -> bool:
    if value is DEFAULT:
        return True
    gapic = sys.modules.get("google.api_core.gapic_v1.method")
    return gapic is not None and value is gapic.DEFAULT


def routing_of(method: Method, request: Any) -> tuple[tuple[str, str], ...]:
    """Return the metadata that tells the service where to route a request."""
    if not method.routing:
        return ()
    pairs: list[tuple[str, str]] = []
    for path in method.routing:
        value = request
        for name in path.split("."):
            value = getattr(value, name)
        pairs.append((path, value))
    if len(pairs) == 1 and _SAFE.fullmatch(pairs[0][1]):
        return (("x-goog-request-params", f"{pairs[0][0]}={pairs[0][1]}"),)
    return (("x-goog-request-params", urlencode(pairs, safe="/")),)


def call(method: Method, attempt: Callable[..., T], retry: Any, timeout: Any) -> T:
    """Call a method until an attempt succeeds, as its retries allow.

    Args:
      attempt: Sends the request and returns the response; takes `timeout`, and raises the exceptions of `google.api_core`.
      retry: `DEFAULT`, None for one attempt, or a `google.api_core.retry.Retry`.
      timeout: `DEFAULT`, seconds for all attempts together, None for no limit, or a timeout object of `google.api_core`.
    """
    limit = method.timeout_s if is_default(timeout) else timeout
    timed = _timed(attempt, limit)
    if not is_default(retry):
        return retry(timed)() if retry else timed()
    if method.retry is None:
        return timed()
    started = time.monotonic()
    try:
        return timed()
    except Exception as error:
        policy = _policy(method, limit, started, error, "Retry")
        if policy is None:
            raise
        first = [error]

    def again() -> T:
        if first:
            raise first.pop()
        return timed()

    return policy(again)()


async def call_async(method: Method, attempt: Callable[..., Awaitable[T]], retry: Any, timeout: Any) -> T:
    """Do what `call` does, with an attempt that is awaited and an `AsyncRetry`."""
    limit = method.timeout_s if is_default(timeout) else timeout
    timed = _timed(attempt, limit)
    if not is_default(retry):
        return await (retry(timed)() if retry else timed())
    if method.retry is None:
        return await timed()
    started = time.monotonic()
    try:
        return await timed()
    except Exception as error:
        policy = _policy(method, limit, started, error, "AsyncRetry")
        if policy is None:
            raise
        first = [error]

    async def again() -> T:
        if first:
            raise first.pop()
        return await timed()

    return await policy(again)()


def _timed(attempt: Callable[..., T], limit: Any) -> Callable[[], T]:
    """Return an attempt that passes on what is left of the time of the call."""
    if limit is None or isinstance(limit, (int, float)):
        if limit is None:
            return lambda: attempt(timeout=None)
        end = time.monotonic() + limit
        return lambda: attempt(timeout=max(0.001, end - time.monotonic()))
    return limit(attempt)


def _policy(method: Method, limit: Any, started: float, error: Exception, kind: str) -> retries.Retry | None:
    """Return the default retries of a method for the time that is left; None if an error is not to be repeated."""
    from google.api_core import exceptions, retry as retries

    if not isinstance(error, exceptions.ServiceUnavailable) or method.retry is None:
        return None
    deadline = method.retry.deadline_s
    if isinstance(limit, (int, float)):
        deadline = min(deadline, limit)
    return getattr(retries, kind)(
        predicate=retries.if_exception_type(exceptions.ServiceUnavailable),
        initial=method.retry.initial_s,
        maximum=method.retry.maximum_s,
        multiplier=method.retry.multiplier,
        timeout=max(0.0, deadline - (time.monotonic() - started)),
    )
