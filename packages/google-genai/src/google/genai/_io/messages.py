"""The plain objects that pass between the core and the transports: a request, its limits, a reply.

They know no HTTP library, and neither which backend nor which operation they belong to.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .._wire.call import Body
    from .retry import RetryPolicy


@dataclass(frozen=True)
class Limits:
    """How long each step of a call may take, in seconds; None is without limit.

    `idle_s` counts from the last byte (the first one included), `total_s` from the start of the call.
    """

    connect_s: float | None = 10.0
    idle_s: float | None = 600.0
    total_s: float | None = 3_600.0
    chosen_ms: int | None = None
    """What the caller asked for, for messages."""

    @classmethod
    def of_timeout(cls, timeout_ms: int | None, *, stream: bool) -> Limits:
        """Return the limits that `HttpOptions.timeout` stands for: a deadline, or the longest silence of a stream."""
        if timeout_ms is None:
            return _STREAM_DEFAULTS if stream else _DEFAULTS
        seconds = timeout_ms / 1000
        connect_s = min(seconds, 10.0)
        return cls(connect_s, seconds, None if stream else seconds, timeout_ms)


_DEFAULTS = Limits()
_STREAM_DEFAULTS = Limits(total_s=None)


class Request:
    """One HTTP request, ready to be sent any number of times."""

    __slots__ = ("body", "headers", "limits", "method", "retry", "url")

    def __init__(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: Body = None,
        limits: Limits | None = _DEFAULTS,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
        """None: the caller's own HTTP client decides."""
        self.retry = retry

    def content_length(self) -> int:
        """Return the length of the body in bytes."""
        if self.body is None:
            return 0
        return len(self.body) if isinstance(self.body, bytes) else sum(map(len, self.body))

    def redirected(self, url: str, headers: dict[str, str]) -> Request:
        """Return the same request for another address."""
        return Request(self.method, url, headers, self.body, self.limits, self.retry)


class Response:
    """One HTTP reply, its body read."""

    __slots__ = ("attempts", "body", "headers", "reason", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, reason: str = "") -> None:
        self.status = status
        self.headers = headers
        """Names in lower case."""
        self.body = body
        self.reason = reason
        self.attempts = 1


class OpenResponse(Protocol):
    """One HTTP reply whose body is still to come."""

    status: int
    reason: str
    headers: Mapping[str, str]
    attempts: int

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives. Raises `APIConnectionError` when it ends before it should."""
        ...

    async def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        ...

    def abort(self) -> None:
        """Close the socket at once, from any task or thread."""
        ...
