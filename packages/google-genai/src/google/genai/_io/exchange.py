"""One request over any transport: retries, redirects, renewal of expired credentials. Used by both ports."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

from .. import errors
from .._http_reply import HttpReply, HttpRequest
from . import deadline
from .messages import OpenResponse, Request, Response

if TYPE_CHECKING:
    from ..hooks import Hooks
    from .auth import Tokens

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_METHOD_KEEPING = frozenset({307, 308})
_MAX_REDIRECTS = 5
_MAX_ERROR_BYTES = 4 << 20
_SECRET_HEADERS = frozenset({"x-goog-api-key", "authorization", "x-goog-user-project", "cookie"})


class Transport(Protocol):
    """The way to send one request over one HTTP library."""

    async def fetch(self, request: Request) -> Response: ...

    async def open(self, request: Request) -> OpenResponse: ...

    async def close(self) -> None: ...


class Host(Protocol):
    """The port of an exchange, as far as the exchange needs it."""

    tokens: Tokens | None

    @property
    def hooks(self) -> Hooks | None: ...

    @property
    def is_blocking(self) -> bool: ...

    async def run(self, function: Any, arguments: dict[str, Any], within_s: float | None = None) -> Any: ...

    async def transport(self) -> Transport: ...

    async def sleep(self, seconds: float) -> None: ...

    async def blocking(self, function: Any, *arguments: Any) -> Any: ...


async def fetch(host: Host, request: Request) -> Response:
    """Return the successful reply to a request. Raises the `APIError` of the last attempt."""
    transport = await _transport_of(host)
    attempt = 1
    while True:
        try:
            response = await transport.fetch(request)
            if 200 <= response.status < 300:
                response.attempts = attempt
                return response
            if response.status in _REDIRECTS or response.status == 401:
                response = await _second_try(host, transport.fetch, request, response)
                if 200 <= response.status < 300:
                    response.attempts = attempt
                    return response
            raise errors.error_from_reply(response.status, response.headers, response.body, response.reason)
        except errors.APIError as error:
            await _before_next_attempt(host, request, error, attempt)
        attempt += 1


async def _transport_of(host: Host) -> Transport:
    """Return the transport for one exchange. It reports its requests if the client has hooks."""
    transport = await host.transport()
    return transport if host.hooks is None else host.hooks.watched(host, transport)


async def open_stream(host: Host, request: Request) -> OpenResponse:
    """Return the successful reply to a request as soon as its headers have arrived; there are no retries after that."""
    transport = await _transport_of(host)
    attempt = 1
    while True:
        try:
            response = await transport.open(request)
            if response.status in _REDIRECTS or response.status == 401:
                head = Response(response.status, response.headers, b"", response.reason)
                if response.status == 401:
                    head.body = await _error_body(response)
                else:
                    await response.close()
                response = await _second_try(host, transport.open, request, head)
            if 200 <= response.status < 300:
                if request.retry is not None:
                    response = await _with_first_bytes(response)
                response.attempts = attempt
                return response
            body = response.body if isinstance(response, Response) else await _error_body(response)
            raise errors.error_from_reply(response.status, response.headers, body, response.reason)
        except errors.APIError as error:
            await _before_next_attempt(host, request, error, attempt)
        attempt += 1


class _WithFirstBytes:
    """A reply whose first bytes have arrived. Until then, a failed stream is requested again."""

    def __init__(self, response: OpenResponse, first: bytes, rest: AsyncGenerator[bytes, None]) -> None:
        self.status = response.status
        self.reason = response.reason
        self.headers = response.headers
        self.attempts = response.attempts
        self.close = response.close
        self.abort = response.abort
        self._first = first
        self._rest = rest

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        yield self._first
        async for chunk in self._rest:
            yield chunk


async def _with_first_bytes(response: OpenResponse) -> OpenResponse:
    chunks = response.chunks()
    try:
        first = await chunks.__anext__()
    except StopAsyncIteration:
        first = b""
    except BaseException:
        await response.close()
        raise
    return _WithFirstBytes(response, first, chunks)


async def _before_next_attempt(host: Host, request: Request, error: errors.APIError, attempt: int) -> None:
    """Wait before the next attempt, or raise the error if no attempt is left."""
    error.attempts = attempt
    error.request = HttpRequest(request.method, request.url)
    if request.retry is None or not request.retry.repeats(error, attempt):
        raise error
    delay_s = request.retry.delay_s(error, attempt)
    if deadline.ends_within(delay_s):  # a blocking call that is part of a wait
        raise error
    await host.sleep(delay_s)


async def _second_try(host: Host, send: Any, request: Request, response: Any) -> Any:
    """Follow redirects, or repeat the request once with a new token after the service rejected the old one."""
    if response.status == 401:
        renewed = None
        if host.tokens is not None:
            renewed = await host.blocking(host.tokens.renewed_headers, request.headers)
        if renewed is None:
            return response
        request.headers.update(renewed)
        return await send(request)
    for _ in range(_MAX_REDIRECTS):
        request = _redirect_request(request, response)
        response = await send(request)
        if response.status not in _REDIRECTS:
            return response
        if not isinstance(response, Response):
            await response.close()
    raise errors.APIError(
        response.status,
        {
            "error": {
                "status": "REDIRECTED",
                "message": f"More than {_MAX_REDIRECTS} redirects, the last one to {_target(request, response)}.",
            }
        },
        HttpReply(response.status, response.headers, b"", response.reason),
    )


def _redirect_request(request: Request, response: Any) -> Request:
    """Return the request for the target of a redirect, without credentials if that is another origin."""
    target = _target(request, response)
    if request.method not in ("GET", "HEAD") and response.status not in _METHOD_KEEPING:
        message = (
            f"The service redirected a {request.method} request to {target} with status {response.status}, which would "
            "turn it into a GET request. Check the base URL, and whether a login page intercepts requests."
        )
        raise _redirect_error(response, message)
    headers = request.headers
    if _origin(target) != _origin(request.url):
        if request.body is not None:
            message = f"The service redirected a {request.method} request to {target}; request data is not sent to another origin."
            raise _redirect_error(response, message)
        headers = {name: value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}
    return request.redirect_to(target, headers)


def _target(request: Request, response: Any) -> str:
    """Return the target of a redirect. Raises `APIError` if it is not an HTTP address."""
    location = response.headers.get("location", "")
    try:
        target = urljoin(request.url, location)
        parts = urlsplit(target)
        reachable = bool(location) and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid IPv6 address or port
        reachable, target = False, location
    if not reachable:
        raise _redirect_error(
            response, f"The service redirected the request to {location!r}, which is not an HTTP address."
        )
    return target


def _redirect_error(response: Any, message: str) -> errors.APIError:
    return errors.APIError(
        response.status,
        {"error": {"status": "REDIRECTED", "message": message}},
        HttpReply(response.status, response.headers, b"", response.reason),
    )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


async def _error_body(response: OpenResponse) -> bytes:
    """Return the body of an error reply as far as it can be received; a broken body does not hide the status."""
    pieces: list[bytes] = []
    size = 0
    chunks = response.chunks()
    try:
        async for chunk in chunks:
            pieces.append(chunk)
            size += len(chunk)
            if size > _MAX_ERROR_BYTES:
                break
    except errors.APIError:
        pass
    finally:
        await chunks.aclose()
        await response.close()
    return b"".join(pieces)
