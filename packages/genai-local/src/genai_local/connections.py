"""HTTP connections that do not wait for ever: for the rest of a request, or for a client that does not read its reply.

It knows bytes and times, but neither the application nor the meaning of a request.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Literal, Protocol, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from .protocol.errors import ApiError
from .transports import abort, end, note_loss, unsent_bytes
from .websocket import WebSocketConnection

_MIN_BYTES_PER_S = 1024
"""A body that arrives more slowly, after the first limit has passed, is cut too."""
_RESERVED_FILES = 128
"""Open files that are left for the database, uploads, the engine, and connections that were just accepted."""
_MOST_CONNECTIONS = 4096

Wait = Literal["head", "body", "read"]


class LimitedConnection(H11Protocol):
    """A connection that knows what it waits for: the head or the body of a request, or a client that has to read."""

    limit_s: ClassVar[float] = 30.0
    """How long the client may neither send the rest of a request nor read the reply."""
    most: ClassVar[int] = _MOST_CONNECTIONS
    """Number of open connections; for a further one, the connection that has been idle for the longest is closed."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._received = self._resumed = 0
        self._wait: Wait | None = None
        self._since = self._last_progress = self.idle_since = self.loop.time()
        self._progress = self._received_before = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Register the connection, and close an idle one when there are too many."""
        self.transport = transport
        make_room(cast("set[Any]", self.connections), self, self.most)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and end its request."""
        super().connection_lost(exc)
        note_loss(self.transport)

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return not self.transport.is_closing() and self._is_answered()

    def _last_request(self) -> RequestResponseCycle | None:
        return cast("RequestResponseCycle | None", self.cycle)  # None before the first request

    def _is_answered(self) -> bool:
        request = self._last_request()
        return request is None or request.response_complete

    def data_received(self, data: bytes) -> None:
        """Count the bytes and pass them on."""
        self._received += len(data)
        super().data_received(data)

    def resume_writing(self) -> None:
        """Note that the client reads, and continue writing."""
        self._resumed += 1
        super().resume_writing()

    def on_response_complete(self) -> None:
        """Note the end of the request."""
        self.idle_since = self.loop.time()
        super().on_response_complete()

    def check(self, now: float) -> None:
        """Close the connection if its client has let the server wait for too long.

        Args:
            now: the time of the event loop.
        """
        wait = self._awaited()
        progress = self._resumed if wait == "read" else self._received
        if wait != self._wait:
            self._wait, self._since, self._received_before = wait, now, self._received
        if wait is None or self._since == now or (progress != self._progress and wait != "head"):
            self._progress, self._last_progress = progress, now
        is_slow = (
            wait == "body"
            and self._received - self._received_before < (now - self._since - self.limit_s) * _MIN_BYTES_PER_S
        )
        if is_slow or now - self._last_progress > self.limit_s:
            self._cut(wait)

    def _awaited(self) -> Wait | None:
        is_answered = self._is_answered()
        # A connection with TLS closes once the client has read everything and has confirmed the end.
        if self.flow.write_paused or self.transport.is_closing() or (is_answered and unsent_bytes(self.transport)):
            return "read"
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            return None if self.flow.read_paused else "body"
        if state is h11.IDLE and (self._last_request() is None or (is_answered and self.conn.trailing_data[0])):
            return "head"
        return None

    def shutdown(self) -> None:
        """Close the connection if it is idle, or let it end with its request."""
        super().shutdown()
        if self.transport.is_closing() and not unsent_bytes(self.transport):
            end(self.transport)

    def _cut(self, wait: Wait | None) -> None:
        request = self._last_request()
        if request is not None:
            request.disconnected = True
            request.message_event.set()
        if wait == "read" or self.conn.our_state is not h11.SEND_RESPONSE:
            abort(self.transport)
            return
        error = ApiError(408, f"The rest of the request did not arrive within {self.limit_s:g} seconds; send it again.")
        self._send_error(error)

    def send_400_response(self, msg: str) -> None:
        """Answer a message that is not HTTP."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._send_error(ApiError(400, msg))
        else:
            abort(self.transport)

    def _send_error(self, error: ApiError) -> None:
        body = json.dumps(error.envelope()).encode()
        headers = [("content-type", "application/json; charset=UTF-8"), ("connection", "close")]
        headers.append(("content-length", str(len(body))))
        events = (h11.Response(status_code=error.code, headers=headers), h11.Data(data=body), h11.EndOfMessage())
        self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))
        self.transport.close()


class _Idle(Protocol):
    transport: asyncio.Transport

    @property
    def is_idle(self) -> bool: ...

    @property
    def idle_since(self) -> float: ...


def make_room(connections: Collection[Any], newcomer: _Idle, most: int) -> None:
    """Close the connection that has been idle for the longest if there are too many; if none is idle, the newcomer."""
    if len(connections) >= most:
        idle = [other for other in connections if getattr(other, "is_idle", False)]
        abort(min(idle, key=lambda other: other.idle_since, default=newcomer).transport)


def limited_connection(limit_s: float) -> type[LimitedConnection]:
    """Return the class of connections whose clients may stop for `limit_s` seconds."""
    settings = {"limit_s": limit_s, "most": min(_MOST_CONNECTIONS, max(8, _max_open_files() - _RESERVED_FILES))}
    return cast("type[LimitedConnection]", type("LimitedConnection", (LimitedConnection,), settings))


def check_all(connections: Iterable[object], now: float) -> None:
    """Close the connections whose clients have let the server wait for too long."""
    for connection in list(connections):
        if isinstance(connection, (LimitedConnection, WebSocketConnection)):
            connection.check(now)


def _max_open_files() -> int:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return _MOST_CONNECTIONS + _RESERVED_FILES
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_CONNECTIONS + _RESERVED_FILES if soft == resource.RLIM_INFINITY else soft
