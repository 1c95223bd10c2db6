"""The objects that pass between the core and the transports: a request, its limits, a reply.

They are independent of the HTTP library, the backend and the operation.
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
    """How long each step of a request may take, in seconds; None for no limit.

    `idle_s` is the time between two bytes, and until the first one; `total_s` counts from the start of the request.
    """

    connect_s: float | None = 10.0
    idle_s: float | None = 600.0
    total_s: float | None = 3_600.0
    chosen_ms: int | None = None
    """The limit that the caller has set, for error messages."""

    @classmethod
    def of_timeout(cls, timeout_ms: int | None, *, stream: bool, transfer: bool = False) -> Limits:
        """Return the limits for `HttpOptions.timeout`: a deadline, or the maximum time between two bytes of a stream.

        `transfer` means that the call transfers a part of a file.
        """
        if timeout_ms is None:
            if transfer:
                return _DOWNLOAD_DEFAULTS if stream else _UPLOAD_DEFAULTS
            return _STREAM_DEFAULTS if stream else _DEFAULTS
        seconds = timeout_ms / 1000
        connect_s = min(seconds, 10.0)
        return cls(connect_s, seconds, None if stream else seconds, timeout_ms)


_DEFAULTS = Limits()
_STREAM_DEFAULTS = Limits(total_s=None)
_UPLOAD_DEFAULTS = Limits(idle_s=120.0, total_s=300.0)
"""For one chunk: if it takes longer, the bytes that arrived are kept, and the upload continues behind them."""
_DOWNLOAD_DEFAULTS = Limits(idle_s=120.0, total_s=None)


class Request:
    """One HTTP request, which can be sent any number of times."""

    __slots__ = ("__weakref__", "body", "headers", "limits", "method", "retry", "url")

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
        """None if the limits of the caller's HTTP client apply."""
        self.retry = retry

    def content_length(self) -> int:
        """Return the length of the body in bytes."""
        if self.body is None:
            return 0
        return len(self.body) if isinstance(self.body, bytes) else sum(map(len, self.body))

    def redirect_to(self, url: str, headers: dict[str, str]) -> Request:
        """Return the same request for another address."""
        return Request(self.method, url, headers, self.body, self.limits, self.retry)


class Response:
    """One HTTP reply with its body."""

    __slots__ = ("attempts", "body", "headers", "reason", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, reason: str = "") -> None:
        self.status = status
        self.headers = headers
        """Names in lower case."""
        self.body = body
        self.reason = reason
        self.attempts = 1


class OpenResponse(Protocol):
    """One HTTP reply whose headers have arrived."""

    status: int
    reason: str
    headers: Mapping[str, str]
    attempts: int

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives. Raises `APIConnectionError` if it is incomplete."""
        ...

    async def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read completely."""
        ...

    def abort(self) -> None:
        """Close the socket at once, from any task or thread."""
        ...
