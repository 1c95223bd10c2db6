"""Requests over aiohttp: the default for async calls if it is installed, because it needs far less CPU time than httpx."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import select
import time
import weakref
from collections.abc import AsyncGenerator, Mapping
from functools import cache
from typing import Any

import aiohttp
import multidict
import yarl

from .. import errors
from . import mocks
from .concurrency import places, total
from .limits import REPEATS, aiohttp_calls, limit_in_words
from .messages import OpenResponse, Request, Response
from .tls import shared_context

_KEPT_URLS = 64
_READ_BUFFER_BYTES = 1 << 20
_LARGE_BODY_BYTES = 1 << 20

_SET_HERE = frozenset(
    {"base_url", "loop", "method", "str_or_url", "data", "json", "allow_redirects", "max_redirects", "raise_for_status"}
)
"""Arguments of aiohttp that do not apply to requests whose address, body and redirects are determined here."""
_REQUEST_FIRST = frozenset({"proxy", "proxy_auth"})
"""Arguments that sessions have too. They are passed with requests, where a proxy of the environment is passed."""


@cache
def _session_arguments() -> frozenset[str]:
    return frozenset(inspect.signature(aiohttp.ClientSession).parameters) - _SET_HERE - _REQUEST_FIRST


@cache
def _request_arguments() -> frozenset[str]:
    return frozenset(inspect.signature(aiohttp.ClientSession._request).parameters) - _SET_HERE - {"self", "headers"}


def takes(arguments: Mapping[str, Any]) -> bool:
    """Return whether all client arguments are arguments of aiohttp, by their names and, where httpx has the same, by type."""
    known = _session_arguments() | _request_arguments()
    types = {"timeout": aiohttp.ClientTimeout, "auth": aiohttp.BasicAuth}
    return all(name in known and isinstance(value, types.get(name, object)) for name, value in arguments.items())


class Aiohttp:
    """Requests over an aiohttp session."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        owned: bool,
        arguments: Mapping[str, Any] | None = None,
        max_connections: int | None = None,
    ) -> None:
        self.session = session
        self.owned = owned
        given = dict(arguments or {})
        for_session = _session_arguments() if owned and given else ()
        self._arguments = {
            name: value for name, value in given.items() if name in _request_arguments() and name not in for_session
        }
        self._headers: Mapping[str, str] = {} if owned else given.get("headers") or {}
        self._finds_proxies = owned and given.get("trust_env") is not False
        self._urls: dict[str, tuple[yarl.URL, str | None]] = {}
        """URL objects, and the proxy from the environment for each."""
        is_bounded = owned and "connector" not in given
        self._in_flight = places(max_connections or aiohttp_calls()) if is_bounded else contextlib.nullcontext()
        self._keeps_connections = False
        """Whether a request has succeeded, so that a later one may find a kept connection that the server has closed."""
        self._timeouts: dict[Any, aiohttp.ClientTimeout] = {}
        self._streams: weakref.WeakSet[_Open] = weakref.WeakSet()

    async def fetch(self, request: Request) -> Response:
        """Send a request, and return the reply with its body."""
        started = time.monotonic()
        try:
            async with self._in_flight, await self._send(request) as reply:
                body = await reply.read() if reply.ok else await _rest_of_error(reply)
        except _FAILURES as error:
            raise self._failure(error, request, started) from error
        return Response(reply.status, _lower_case(reply.headers), body, reply.reason or "")

    async def open(self, request: Request) -> OpenResponse:
        """Send a request, and return the reply as soon as its headers have arrived."""
        started = time.monotonic()
        first_byte_s = request.limits.idle_s if request.limits else None
        try:
            async with total(first_byte_s):
                reply = await self._send(request)
        except _FAILURES as error:
            raise self._failure(error, request, started, silent="first byte") from error
        stream = _Open(self, request, reply, started)
        self._streams.add(stream)
        return stream

    async def close(self) -> None:
        """Close the connections if the session was created here."""
        if self.owned:
            for stream in list(self._streams):
                stream.abort()
            connector = self.session.connector
            await self.session.close()
            if isinstance(connector, _Connector):
                await connector.drop_unsent()

    def close_now(self) -> None:
        """Close the sockets without awaiting, because the loop is closed."""
        connector = self.session.connector
        if self.owned and connector is not None:
            with contextlib.suppress(Exception):
                connector._close()  # the only way to close it without a loop
            self.session.detach()

    async def _send(self, request: Request) -> aiohttp.ClientResponse:
        """Return the reply to a request. It is repeated if a kept connection turns out to be closed before all is sent."""
        if not self.owned and self._keeps_connections:
            await _notice_closed_connections()
        for attempt in range(REPEATS + 1):
            pieces = _Pieces(request.body) if _is_large(request.body) else None
            try:
                reply = await self._send_once(request, pieces)
            except _TIMEOUTS:
                raise
            except _FAILURES as error:
                unsent = _was_not_written(error) or (pieces is not None and not pieces.are_sent)
                if not (unsent and self._keeps_connections and attempt < REPEATS):
                    raise
            else:
                self._keeps_connections = True
                return reply
        raise AssertionError("the last attempt returns or raises")

    async def _send_once(self, request: Request, pieces: _Pieces | None) -> aiohttp.ClientResponse:
        known = self._urls.get(request.url)
        if known is None:
            if len(self._urls) >= _KEPT_URLS:
                self._urls.clear()
            known = self._urls[request.url] = self._address(request.url)
        url, proxy = known
        body: Any = request.body
        headers = request.headers
        if self._headers:
            merged = multidict.CIMultiDict(self._headers)
            merged.update(headers)
            headers = merged
        if pieces is not None:
            headers = {**headers, "content-length": str(request.content_length())}
            body = pieces.generate()
        arguments = self._arguments
        if proxy is not None:
            arguments = {"proxy": proxy, **arguments}
        if request.limits is not None:
            arguments = {**arguments, "timeout": self._timeout(request)}
        return await self.session.request(
            request.method, url, data=body, headers=headers, allow_redirects=False, raise_for_status=False, **arguments
        )

    def _address(self, text: str) -> tuple[yarl.URL, str | None]:
        url = yarl.URL(text, encoded=True)
        return url, environment_proxy(url.scheme, url.host or "") if self._finds_proxies else None

    def _timeout(self, request: Request) -> aiohttp.ClientTimeout:
        limits = request.limits
        timeout = self._timeouts.get(limits)
        if timeout is None:
            assert limits is not None
            timeout = self._timeouts[limits] = aiohttp.ClientTimeout(
                total=limits.total_s, sock_connect=limits.connect_s, sock_read=limits.idle_s
            )
            if len(self._timeouts) > _KEPT_URLS:
                self._timeouts.clear()
        return timeout

    def _failure(self, error: BaseException, request: Request, started: float, silent: str = "idle") -> errors.APIError:
        if isinstance(error, aiohttp.ClientResponseError):
            _hide_request(error)
        text = str(error) or type(error).__name__
        if isinstance(error, _TIMEOUTS):
            limits = request.limits
            total_s = limits.total_s if limits else None
            if isinstance(error, aiohttp.ConnectionTimeoutError):
                limit = "connect"
            elif total_s is not None and time.monotonic() - started >= total_s - 0.01:
                limit = "total"
            else:
                limit = silent
            return errors.connection_error(error, timeout=True, limit=limit, text=text + limit_in_words(limits, limit))
        return errors.connection_error(error, text=text + mocks.advice("aiohttp"))


_TIMEOUTS = (TimeoutError, asyncio.TimeoutError)  # two classes before Python 3.11
_FAILURES = (aiohttp.ClientError, *_TIMEOUTS, OSError, ValueError)


class _Open:
    def __init__(self, transport: Aiohttp, request: Request, reply: aiohttp.ClientResponse, started: float) -> None:
        self._transport = transport
        self._request = request
        self._reply = reply
        self._started = started
        self.status = reply.status
        self.reason = reply.reason or ""
        self.headers: Mapping[str, str] = _lower_case(reply.headers)
        self.attempts = 1

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        content = self._reply.content
        try:
            while True:
                chunk = await content.readany()
                if not chunk:
                    return
                yield chunk
        except _FAILURES as error:
            raise self._transport._failure(error, self._request, self._started) from error

    async def close(self) -> None:
        self._reply.close()  # returns it to the pool if it was read completely, otherwise closes the socket

    def abort(self) -> None:
        self._reply.close()


def with_new_session(arguments: Mapping[str, Any], max_connections: int | None = None) -> Aiohttp:
    """Return a transport with a new session for the running loop, with the caller's extra arguments."""
    given = {name: value for name, value in arguments.items() if name in _session_arguments()} if arguments else {}
    if "connector" not in given:
        # 0: no limit, because streams are not counted
        given["connector"] = _Connector(ssl=shared_context(), limit=max_connections or 0)
    given.setdefault("cookie_jar", aiohttp.CookieJar(unsafe=True))  # unsafe: also from a gateway without a host name
    given.setdefault("read_bufsize", _READ_BUFFER_BYTES)
    given.setdefault("max_field_size", 65_536)
    session = aiohttp.ClientSession(**given)
    return Aiohttp(session, owned=True, arguments=arguments, max_connections=max_connections)


async def _notice_closed_connections() -> None:
    """Let the loop read what has arrived on its connections; a closing transport is known after two turns."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


class _Connector(aiohttp.TCPConnector):
    """A connector that gives out no kept connection which the server has closed.

    On a busy loop, the end of a connection may have arrived without having been read.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)  # pyright: ignore[reportUnknownMemberType] - of addresses
        self._given_out: weakref.WeakSet[Any] = weakref.WeakSet()
        self._transports: weakref.WeakSet[Any] = weakref.WeakSet()

    async def connect(self, *arguments: Any, **named: Any) -> Any:
        while True:  # ends, because each step takes one connection out of those that were kept
            connection = await super().connect(*arguments, **named)
            protocol: Any = connection.protocol
            if protocol not in self._given_out:
                self._given_out.add(protocol)
                if connection.transport is not None:
                    self._transports.add(connection.transport)
                return connection
            if not _has_arrivals(connection.transport):
                return connection
            await _notice_closed_connections()
            if protocol.is_connected():
                return connection
            connection.close()

    async def drop_unsent(self) -> None:
        """Abort the connections that would wait until the peer has read their unsent data."""
        waiting = [transport for transport in self._transports if _socket_of(transport) is not None]
        for transport in waiting:
            transport.abort()
        if waiting:
            await asyncio.sleep(0.01)  # lets the loop close their sockets


def _has_arrivals(transport: asyncio.BaseTransport | None) -> bool:
    """Return whether data, or the end of the connection, waits to be read."""
    sock = _socket_of(transport)
    if sock is None:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _socket_of(transport: asyncio.BaseTransport | None) -> Any:
    """Return the open socket of a transport, or None."""
    sock = transport.get_extra_info("socket") if transport is not None else None
    return sock if sock is not None and sock.fileno() != -1 else None


def _was_not_written(error: BaseException) -> bool:
    """Return whether an error means that the connection did not take the request."""
    link: BaseException | None = error
    for _ in range(5):  # aiohttp has up to two causes
        if isinstance(link, aiohttp.ClientConnectionResetError):
            return True
        link = link.__cause__ if link is not None else None
    return False


def _hide_request(error: aiohttp.ClientResponseError) -> None:
    """Remove the request's headers, which contain the caller's key, from an error that shows them."""
    no_headers: multidict.CIMultiDict[str] = multidict.CIMultiDict()
    error.request_info = error.request_info._replace(headers=multidict.CIMultiDictProxy(no_headers))
    error.args = (error.request_info, error.history)


def environment_proxy(scheme: str, host: str) -> str | None:
    """Return the proxy for a host by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.

    The session's `trust_env` would look it up in a thread for every request, together with a netrc file.
    """
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib import request

    proxies = request.getproxies_environment()
    if request.proxy_bypass_environment(host, proxies):  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - missing in the stubs
        return None
    return proxies.get(scheme) or proxies.get("all")


async def _rest_of_error(reply: aiohttp.ClientResponse) -> bytes:
    """Return the body of an error reply as far as it can be received; a broken body does not hide the status."""
    pieces: list[bytes] = []
    with contextlib.suppress(*_FAILURES):
        while piece := await reply.content.readany():
            pieces.append(piece)
    return b"".join(pieces)


class _Pieces:
    """A body in pieces, which knows whether all of them were taken."""

    def __init__(self, body: Any) -> None:
        self._body: list[bytes] = body if isinstance(body, list) else [body]
        self.are_sent = False

    async def generate(self) -> AsyncGenerator[bytes, None]:
        for piece in self._body:
            yield piece
        self.are_sent = True


def _is_large(body: Any) -> bool:
    return isinstance(body, list) or (body is not None and len(body) > _LARGE_BODY_BYTES)


def _lower_case(headers: Any) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in headers.items():
        name = name.lower()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
