"""Requests over the httpx family: `httpx2`, and `httpx`, whose clients have one API and different classes.

`HttpxSync` blocks, `HttpxAsync` in `httpx_async_transport` awaits; both have async methods, so the same exchange drives
either. Requests are sent with the client's public `send`, so a program's cassettes, mocks, event hooks and proxies see them.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from types import ModuleType
from typing import Any

from .. import errors
from . import deadline, mocks
from .limits import REPEATS, limit_in_words
from .messages import OpenResponse, Request, Response
from .tls import context_for, shared_context

_FAMILY = ("httpx2", "httpx")
_KEPT_URLS = 64
_REQUEST_ARGUMENTS = frozenset({"headers", "params", "cookies"})
"""Client arguments that the library merges into each request which it builds."""


def family_module(name: str | None = None) -> ModuleType:
    """Return the module `httpx2` if it is installed, otherwise `httpx`; or the one named.

    Raises `ImportError` if none is installed.
    """
    wanted = name or os.environ.get("GOOGLE_GENAI_HTTP_CLIENT", "").lower()
    for candidate in (wanted,) if wanted in _FAMILY else _FAMILY:
        with contextlib.suppress(ModuleNotFoundError):
            # Statements, not `import_module`: tools that pack programs read the source to find what is imported.
            if candidate == "httpx2":
                import httpx2

                return httpx2
            import httpx

            return httpx
    raise ImportError(f"No HTTP client library found: pip install {wanted if wanted in _FAMILY else 'httpx2'}")


def module_of(client: object) -> ModuleType:
    """Return the module of a client of the family, which also defines its exceptions."""
    for cls in type(client).__mro__:
        root = cls.__module__.partition(".")[0]
        if root in _FAMILY:
            return sys.modules[root]
    return family_module()


class Delivery:
    """The progress of one attempt to send a request, reported by the extension `trace` of the library."""

    __slots__ = ("is_new", "was_cut")

    def __init__(self) -> None:
        self.is_new = False
        """Whether a connection was opened."""
        self.was_cut = False
        """Whether the connection did not take the complete request."""

    def note(self, event: str, _: Any) -> None:
        if event.endswith(_CUT):
            self.was_cut = True
        elif event.endswith(_CONNECTING):
            self.is_new = True

    async def note_async(self, event: str, _: Any) -> None:
        self.note(event, _)

    def may_be_repeated(self) -> bool:
        """Return whether the server closed a kept connection before it had the request."""
        return self.was_cut and not self.is_new


_CUT = ("send_request_headers.failed", "send_request_body.failed")
_CONNECTING = ("connect_tcp.started", "connect_unix_socket.started")


class Httpx:
    """The base of the blocking and the async transport: requests and failures in the terms of the family."""

    def __init__(self, client: Any, *, owned: bool, arguments: Mapping[str, Any] | None = None) -> None:
        self.client = client
        self.owned = owned
        given = {name: value for name, value in (arguments or {}).items() if name in _REQUEST_ARGUMENTS}
        self._arguments = {} if owned else given
        """Client arguments for each request. A client that was created with them merges them itself."""
        self._is_plain = owned and not given
        self.module = module_of(client)
        self.failures = (self.module.TransportError, self.module.DecodingError, self.module.InvalidURL)
        self._urls: dict[str, Any] = {}
        self._standing_headers = {
            name: client.headers[name] for name in ("accept", "accept-encoding", "connection") if name in client.headers
        }

    def _request(self, request: Request, content: Any, trace: Callable[[str, Any], Any]) -> Any:
        extensions: dict[str, Any] = {"trace": trace}
        limits = request.limits
        if limits is not None:
            extensions["timeout"] = {
                "connect": limits.connect_s,
                "read": limits.idle_s,
                "write": limits.idle_s,
                "pool": limits.idle_s,
            }
        if not self.owned and (deadline.is_set() or (limits is not None and limits.chosen_ms is not None)):
            self._keep_deadlines()
        if not self._is_plain or self.client.cookies:
            arguments = {**self._arguments, "headers": self._merged_headers(request.headers), "extensions": extensions}
            if "params" in arguments or self.client.params:  # which would replace the query of the address
                own = self.module.URL(request.url).params
                arguments["params"] = self.module.QueryParams(arguments.get("params")).merge(own)
            return self.client.build_request(request.method, request.url, content=content, **arguments)
        url = self._urls.get(request.url)
        if url is None:
            if len(self._urls) >= _KEPT_URLS:
                self._urls.clear()
            url = self._urls[request.url] = self.module.URL(request.url)
        return self.module.Request(
            request.method,
            url,
            headers=self._with_standing_headers(request.headers),
            content=content,
            extensions=extensions,
        )

    def _with_standing_headers(self, headers: dict[str, str]) -> dict[str, str]:
        """Return the headers of a request together with those that the library sends with every request."""
        for name in headers:
            if name.lower() == "accept":
                return {**{key: value for key, value in self._standing_headers.items() if key != "accept"}, **headers}
        return {**self._standing_headers, **headers}

    def _merged_headers(self, headers: dict[str, str]) -> Any:
        """Return the headers of a request together with those of the client arguments, which do not replace them."""
        if "headers" not in self._arguments:
            return headers
        merged = self.module.Headers(self._arguments["headers"])
        merged.update(headers)
        return merged

    def _keep_deadlines(self) -> None:
        """Enforce a call's deadline for the request as a whole, which needs support in a blocking client."""

    def _repeats(self, error: Exception, delivery: Delivery, attempt: int) -> bool:
        """Return whether a request is sent again, over another connection."""
        is_late = isinstance(error, self.module.TimeoutException)
        return attempt < REPEATS and not is_late and delivery.may_be_repeated()

    def failure(self, error: Exception, request: Request, started: float) -> errors.APIError:
        """Return the `APIError` for an exception of the family."""
        limits = request.limits
        text = str(error) or type(error).__name__
        if not isinstance(error, self.module.TimeoutException):
            return errors.connection_error(error, text=text + mocks.advice(self.module.__name__))
        total_s = limits.total_s if limits else None
        if total_s is not None and time.monotonic() - started >= total_s - 0.01:
            limit = "total"
        elif isinstance(error, (self.module.ConnectTimeout, self.module.PoolTimeout)):
            limit = "connect"
        else:
            limit = "idle"
        return errors.connection_error(error, timeout=True, limit=limit, text=text + limit_in_words(limits, limit))

    def _late(self, request: Request, limit: str) -> errors.APIError:
        """Return the error for a limit enforced here; it is an instance of the family's timeout class as well."""
        text = "no reply in time" + limit_in_words(request.limits, limit)
        return errors.connection_error(self.module.ReadTimeout(text), timeout=True, limit=limit, text=text)


class HttpxSync(Httpx):
    """Requests over a blocking client."""

    def _keep_deadlines(self) -> None:
        deadline.install(self.client)

    async def fetch(self, request: Request) -> Response:
        """Send a request, and return the reply with its body."""
        started = time.monotonic()
        total_s = request.limits.total_s if request.limits else None
        try:
            with deadline.until(None if total_s is None else started + total_s):
                reply = self._send(request)
                body = reply.read() if reply.is_success else _rest_of_error(reply)
        except self.failures as error:
            raise self.failure(error, request, started) from error
        return Response(reply.status_code, lower_case(reply.headers), body, reply.reason_phrase)

    async def open(self, request: Request) -> OpenResponse:
        """Send a request, and return the reply as soon as its headers have arrived."""
        started = time.monotonic()
        first_byte_s = request.limits.idle_s if request.limits else None
        try:
            with deadline.until(None if first_byte_s is None else started + first_byte_s):
                reply = self._send(request)
        except self.failures as error:
            raise self.failure(error, request, started) from error
        return _OpenSync(self, request, reply, started)

    def _send(self, request: Request) -> Any:
        """Return the reply to a request. It is repeated if a kept connection turns out to be closed before all is sent."""
        request = with_length(request)
        for attempt in range(REPEATS + 1):
            content = iter(request.body) if isinstance(request.body, list) else request.body
            delivery = Delivery()
            try:
                return self.client.send(
                    self._request(request, content, delivery.note), stream=True, follow_redirects=False
                )
            except self.failures as error:
                if not self._repeats(error, delivery, attempt):
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def close(self) -> None:
        """Close the connections if the client was created here."""
        if self.owned:
            self.client.close()


class Open:
    """The common base of blocking and async open replies."""

    def __init__(self, transport: Httpx, request: Request, reply: Any, started: float) -> None:
        self._transport = transport
        self._request = request
        self._reply = reply
        self._started = started
        self.status: int = reply.status_code
        self.reason: str = reply.reason_phrase
        self.headers: Mapping[str, str] = lower_case(reply.headers)
        self.attempts = 1

    def _failures(self) -> tuple[type[Exception], ...]:
        return (*self._transport.failures, self._transport.module.StreamError)

    def _failure(self, error: Exception) -> errors.APIError:
        return self._transport.failure(error, self._request, self._started)

    def abort(self) -> None:
        _shut_socket(self._reply)


class _OpenSync(Open):
    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            for chunk in self._reply.iter_bytes():
                yield chunk
        except self._failures() as error:
            raise self._failure(error) from error

    async def close(self) -> None:
        self._reply.close()


def new_client(arguments: Mapping[str, Any], module: ModuleType, max_connections: int | None = None) -> Any:
    """Return a new blocking client with the caller's extra arguments."""
    client = module.Client(**client_arguments(arguments, module, max_connections))
    deadline.install(client)
    return client


def client_arguments(arguments: Mapping[str, Any], module: ModuleType, max_connections: int | None) -> dict[str, Any]:
    given = dict(arguments)
    if given.get("verify") is None:
        given["verify"] = shared_context()
    elif isinstance(given["verify"], str):  # the library warns about a path
        given["verify"] = context_for(given["verify"])
    given.setdefault("follow_redirects", False)
    given.setdefault(
        "limits",
        module.Limits(max_connections=max_connections or 1_000, max_keepalive_connections=max_connections or 100),
    )
    return given


def with_length(request: Request) -> Request:
    """Return a request with Content-Length set for a body in pieces, so that it is not sent chunked."""
    if isinstance(request.body, list):
        headers = {**request.headers, "content-length": str(request.content_length())}
        return Request(request.method, request.url, headers, request.body, request.limits, request.retry)
    return request


def lower_case(headers: Any) -> Mapping[str, str]:
    return dict(headers)  # httpx has lower-case names, and joins repeated headers


def _rest_of_error(reply: Any) -> bytes:
    """Return the body of an error reply as far as it can be received; a broken body does not hide the status."""
    pieces: list[bytes] = []
    with contextlib.suppress(Exception), contextlib.closing(reply):
        for piece in reply.iter_bytes():
            pieces.append(piece)  # noqa: PERF402 - the pieces received before a failure are kept
    return b"".join(pieces)


def _shut_socket(reply: Any) -> None:
    stream = reply.extensions.get("network_stream")
    sock = stream.get_extra_info("socket") if stream is not None else None
    if sock is not None:
        import socket

        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
