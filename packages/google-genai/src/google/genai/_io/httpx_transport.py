"""Requests over the httpx family: `httpx2`, and `httpx`, whose clients have one API and different classes.

`HttpxSync` blocks, `HttpxAsync` awaits; both have async methods, so that the same exchange drives either. Requests go
through the client's public `send`, so that a program's cassettes, mocks, event hooks and proxies see them.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from types import ModuleType
from typing import Any

from .. import errors
from . import deadline
from .limits import IN_FLIGHT, limit_in_words, total
from .messages import OpenResponse, Request, Response
from .tls import shared_context

_FAMILY = ("httpx2", "httpx")
_KEPT_URLS = 64


def family_module(name: str | None = None) -> ModuleType:
    """Return `httpx2` if it is installed, else `httpx`; or the one that is named.

    Raises `ImportError`, and says what to install, when there is none.
    """
    wanted = name or os.environ.get("GOOGLE_GENAI_HTTP_CLIENT", "").lower()
    for candidate in (wanted,) if wanted in _FAMILY else _FAMILY:
        with contextlib.suppress(ModuleNotFoundError):
            return importlib.import_module(candidate)
    raise ImportError(f"No HTTP client is installed: pip install {wanted if wanted in _FAMILY else 'httpx2'}")


def module_of(client: object) -> ModuleType:
    """Return the module that a client of the family belongs to: the one that its exceptions come from."""
    for cls in type(client).__mro__:
        root = cls.__module__.partition(".")[0]
        if root in _FAMILY:
            return sys.modules[root]
    return family_module()


class _Httpx:
    """What the blocking and the async transport share: how a request and a failure are put into the family's terms."""

    def __init__(self, client: Any, *, owned: bool) -> None:
        self.client = client
        self.owned = owned
        self.module = module_of(client)
        self._urls: dict[str, Any] = {}
        self._standing_headers = {
            name: client.headers[name] for name in ("accept", "accept-encoding", "connection") if name in client.headers
        }

    def _request(self, request: Request, content: Any) -> Any:
        extensions: dict[str, Any] = {}
        limits = request.limits
        if limits is not None:
            extensions["timeout"] = {
                "connect": limits.connect_s,
                "read": limits.idle_s,
                "write": limits.idle_s,
                "pool": limits.idle_s,
            }
        headers = request.headers
        if not self.owned:
            if limits is not None and limits.chosen_ms is not None:
                self._keep_deadlines()
            if limits is None:
                return self.client.build_request(request.method, request.url, headers=headers, content=content)
            return self.client.build_request(
                request.method, request.url, headers=headers, content=content, extensions=extensions
            )
        url = self._urls.get(request.url)
        if url is None:
            if len(self._urls) >= _KEPT_URLS:
                self._urls.clear()
            url = self._urls[request.url] = self.module.URL(request.url)
        return self.module.Request(
            request.method, url, headers={**self._standing_headers, **headers}, content=content, extensions=extensions
        )

    def _keep_deadlines(self) -> None:
        """Make a limit that the call states hold as a whole, which a blocking client needs help for."""

    def _failure(self, error: Exception, request: Request, started: float) -> errors.APIError:
        """Return our error for one of the family's."""
        limits = request.limits
        text = _described(error)
        if not isinstance(error, self.module.TimeoutException):
            return errors.connection_error(error, text=text)
        total_s = limits.total_s if limits else None
        if total_s is not None and time.monotonic() - started >= total_s - 0.01:
            limit = "total"
        elif isinstance(error, (self.module.ConnectTimeout, self.module.PoolTimeout)):
            limit = "connect"
        else:
            limit = "idle"
        return errors.connection_error(error, timeout=True, limit=limit, text=text + limit_in_words(limits, limit))

    def _late(self, request: Request, limit: str) -> errors.APIError:
        """Return our error for a limit that we keep, and not the client: an instance of the family's class as well."""
        text = "no reply in time" + limit_in_words(request.limits, limit)
        return errors.connection_error(self.module.ReadTimeout(text), timeout=True, limit=limit, text=text)


class HttpxSync(_Httpx):
    """Requests over a blocking client."""

    def _keep_deadlines(self) -> None:
        deadline.install(self.client)

    async def fetch(self, request: Request) -> Response:
        """Send a request and return the reply with its body read."""
        started = time.monotonic()
        total_s = request.limits.total_s if request.limits else None
        content = iter(request.body) if isinstance(request.body, list) else request.body
        prepared = self._request(_with_length(request), content)
        try:
            with deadline.until(None if total_s is None else started + total_s):
                reply = self.client.send(prepared, stream=True, follow_redirects=False)
                body = reply.read() if reply.is_success else _rest_of_error(reply)
        except (self.module.TransportError, self.module.DecodingError, self.module.InvalidURL) as error:
            raise self._failure(error, request, started) from error
        return Response(reply.status_code, _lower_case(reply.headers), body, reply.reason_phrase)

    async def open(self, request: Request) -> OpenResponse:
        """Send a request and return the reply as soon as its head is there."""
        started = time.monotonic()
        content = iter(request.body) if isinstance(request.body, list) else request.body
        prepared = self._request(_with_length(request), content)
        first_byte_s = request.limits.idle_s if request.limits else None
        try:
            with deadline.until(None if first_byte_s is None else started + first_byte_s):
                reply = self.client.send(prepared, stream=True, follow_redirects=False)
        except (self.module.TransportError, self.module.InvalidURL) as error:
            raise self._failure(error, request, started) from error
        return _OpenSync(self, request, reply, started)

    async def close(self) -> None:
        """Close the connections, if the client is ours."""
        if self.owned:
            self.client.close()


class _OpenSync:
    def __init__(self, transport: HttpxSync, request: Request, reply: Any, started: float) -> None:
        self._transport = transport
        self._request = request
        self._reply = reply
        self._started = started
        self.status: int = reply.status_code
        self.reason: str = reply.reason_phrase
        self.headers: Mapping[str, str] = _lower_case(reply.headers)
        self.attempts = 1

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        module = self._transport.module
        try:
            for chunk in self._reply.iter_bytes():
                yield chunk
        except (module.TransportError, module.DecodingError, module.StreamError) as error:
            raise self._transport._failure(error, self._request, self._started) from error

    async def close(self) -> None:
        self._reply.close()

    def abort(self) -> None:
        _shut_socket(self._reply)


class HttpxAsync(_Httpx):
    """Requests over an async client."""

    def __init__(self, client: Any, *, owned: bool) -> None:
        super().__init__(client, owned=owned)
        self._in_flight: asyncio.Semaphore | None = asyncio.Semaphore(IN_FLIGHT) if owned else None

    async def fetch(self, request: Request) -> Response:
        """Send a request and return the reply with its body read."""
        started = time.monotonic()
        total_s = request.limits.total_s if request.limits else None
        reply: Any = None
        pieces: list[bytes] = []
        try:
            async with self._in_flight or contextlib.nullcontext(), total(total_s):
                prepared = self._request(_with_length(request), _pieces(request))
                reply = await self.client.send(prepared, stream=True, follow_redirects=False)
                body = await reply.aread() if reply.is_success else await _rest_of_error_async(reply, pieces)
        except (self.module.TransportError, self.module.DecodingError, self.module.InvalidURL) as error:
            raise self._failure(error, request, started) from error
        except (TimeoutError, asyncio.TimeoutError) as error:  # two classes before Python 3.11
            if reply is None or reply.is_success:
                raise self._late(request, "total") from error
            body = b"".join(pieces)
        return Response(reply.status_code, _lower_case(reply.headers), body, reply.reason_phrase)

    async def open(self, request: Request) -> OpenResponse:
        """Send a request and return the reply as soon as its head is there."""
        started = time.monotonic()
        prepared = self._request(_with_length(request), _pieces(request))
        first_byte_s = request.limits.idle_s if request.limits else None
        try:
            async with total(first_byte_s):
                reply = await self.client.send(prepared, stream=True, follow_redirects=False)
        except (self.module.TransportError, self.module.InvalidURL) as error:
            raise self._failure(error, request, started) from error
        except (TimeoutError, asyncio.TimeoutError) as error:  # two classes before Python 3.11
            raise self._late(request, "first byte") from error
        return _OpenAsync(self, request, reply, started)

    async def close(self) -> None:
        """Close the connections, if the client is ours."""
        if self.owned:
            await self.client.aclose()


class _OpenAsync:
    def __init__(self, transport: HttpxAsync, request: Request, reply: Any, started: float) -> None:
        self._transport = transport
        self._request = request
        self._reply = reply
        self._started = started
        self.status: int = reply.status_code
        self.reason: str = reply.reason_phrase
        self.headers: Mapping[str, str] = _lower_case(reply.headers)
        self.attempts = 1

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        module = self._transport.module
        try:
            async for chunk in self._reply.aiter_bytes():
                yield chunk
        except (module.TransportError, module.DecodingError, module.StreamError) as error:
            raise self._transport._failure(error, self._request, self._started) from error

    async def close(self) -> None:
        await self._reply.aclose()

    def abort(self) -> None:
        _shut_socket(self._reply)


def new_client(arguments: Mapping[str, Any], module: ModuleType) -> Any:
    """Return a blocking client of our own, with the caller's extra arguments."""
    client = module.Client(**_client_arguments(arguments, module))
    deadline.install(client)
    return client


def new_async_client(arguments: Mapping[str, Any], module: ModuleType) -> Any:
    """Return an async client of our own, with the caller's extra arguments."""
    return module.AsyncClient(**_client_arguments(arguments, module))


def _client_arguments(arguments: Mapping[str, Any], module: ModuleType) -> dict[str, Any]:
    given = dict(arguments)
    if given.get("verify") is None:
        given["verify"] = shared_context()
    given.setdefault("follow_redirects", False)
    given.setdefault("limits", module.Limits(max_connections=1_000, max_keepalive_connections=100))
    return given


def _with_length(request: Request) -> Request:
    """Return the request with the length of a body in pieces stated, so that it is not sent chunked."""
    if isinstance(request.body, list):
        headers = {**request.headers, "content-length": str(request.content_length())}
        return Request(request.method, request.url, headers, request.body, request.limits, request.retry)
    return request


def _pieces(request: Request) -> Any:
    if not isinstance(request.body, list):
        return request.body

    async def pieces(body: list[bytes] = request.body) -> AsyncGenerator[bytes, None]:
        for piece in body:
            yield piece

    return pieces()


def _lower_case(headers: Any) -> Mapping[str, str]:
    return dict(headers)  # httpx keeps names in lower case, and joins repeated ones


def _rest_of_error(reply: Any) -> bytes:
    """Return the body of an error reply as far as it arrives: its status counts more than its end."""
    pieces: list[bytes] = []
    with contextlib.suppress(Exception), contextlib.closing(reply):
        for piece in reply.iter_bytes():
            pieces.append(piece)  # noqa: PERF402 - what came before a failure is kept
    return b"".join(pieces)


async def _rest_of_error_async(reply: Any, pieces: list[bytes]) -> bytes:
    try:
        with contextlib.suppress(Exception):
            async for piece in reply.aiter_bytes():
                pieces.append(piece)  # noqa: PERF401 - what came before a failure is kept
    finally:
        await reply.aclose()
    return b"".join(pieces)


def _described(error: Exception) -> str:
    return str(error) or type(error).__name__


def _shut_socket(reply: Any) -> None:
    stream = reply.extensions.get("network_stream")
    sock = stream.get_extra_info("socket") if stream is not None else None
    if sock is not None:
        import socket

        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
