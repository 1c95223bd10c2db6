"""WebSocket connections, which send pings, do not wait for ever, and do not fill the memory for a client that never reads.

It knows frames, bytes and times, but neither the application nor the meaning of a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import struct
from http import HTTPStatus
from typing import Any, ClassVar, cast
from urllib.parse import unquote

import uvicorn
from uvicorn.server import ServerState
from websockets.datastructures import Headers
from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from .framework.websockets import GOING_AWAY, INTERNAL_ERROR, SHUTDOWN, STOPPING, DisconnectedError
from .protocol.errors import ApiError
from .protocol.limits import MAX_BODY_BYTES
from .protocol.payload import write_json
from .transports import abort, end, note_loss, unsent_bytes, write_eof

_PING_INTERVAL_S = 20.0
_PONG_LIMIT_S = 60.0
"""Time for the answer to a ping; a client cannot answer within a frame, and a large frame takes time."""
_CLOSE_LIMIT_S = 10.0
"""Time for a client to close its side."""
_MAX_PENDING_BYTES = 1 << 20
_MAX_PENDING_EVENTS = 64
_LOG = logging.getLogger("genai_local.websocket")
_LOG.setLevel(logging.ERROR)  # frames and headers, which `websockets` logs at lower levels, contain keys


class WebSocketConnection(asyncio.Protocol):
    """A connection whose client has asked for a WebSocket: ASGI events for an application, made by uvicorn.

    Every message arrives as `bytes`, also one in text frames: the messages of the API are JSON in both.

    Args:
        config: settings of the server.
        server_state: the server's connections and tasks.
        app_state: unused; part of uvicorn's interface.
    """

    limit_s: ClassVar[float] = 30.0
    """How long the client may read nothing while there is something to read."""

    def __init__(self, config: uvicorn.Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self._app: Any = cast("Any", config).loaded_app
        self._loop = asyncio.get_running_loop()
        self._connections = cast("set[object]", server_state.connections)
        self._tasks = server_state.tasks
        self._frames = ServerProtocol(max_size=MAX_BODY_BYTES, logger=_LOG)
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._pending_bytes = 0
        self._message: list[bytes] = []
        self._accepted: Response | None = None
        self._refusal: tuple[int, Headers, bytearray] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_reading = True
        self._is_lost = self._end_is_reported = self._is_frozen = False
        now = self._loop.time()
        self._ping, self._ping_time = b"", now
        self._unread, self._unread_since = 0, now
        self._closing_since: float | None = None
        self.transport: asyncio.Transport
        self.client: tuple[str, int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register the connection."""
        self.transport = cast("asyncio.Transport", transport)
        peer: object = transport.get_extra_info("peername")
        self.client = cast("tuple[str, int]", peer[:2]) if isinstance(peer, tuple) else None
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the application that the client is gone."""
        self._is_lost = True
        note_loss(self.transport)
        self._connections.discard(self)
        self._writable.set()
        self._report_end(1006, "")

    def pause_writing(self) -> None:
        """Let the application wait, and read nothing: each ping that is read needs room for its answer."""
        self._writable.clear()
        self._continue_reading()

    def resume_writing(self) -> None:
        """Let the application continue."""
        self._writable.set()
        self._continue_reading()

    def eof_received(self) -> None:
        """Note the end of the stream; the transport closes itself."""
        self._frames.receive_eof()

    def data_received(self, data: bytes) -> None:
        """Read frames, answer pings, and pass whole messages on."""
        self._frames.receive_data(data)
        for event in self._frames.events_received():
            if isinstance(event, Request):
                self._begin(event)
            elif isinstance(event, Frame):
                self._read(event)
        if self._frames.parser_exc is not None:
            sent = self._frames.close_sent
            self._report_end(sent.code if sent else 1006, sent.reason if sent else "")
        self._flush()

    def _begin(self, request: Request) -> None:
        response = self._frames.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            text = (response.body or b"").decode("utf-8", "replace").strip().partition("\n")[0]
            self._refuse(response.status_code, response.headers, ApiError(response.status_code, text))
            return
        self._accepted = response
        path, _, query = request.path.partition("?")
        own: tuple[str, int] | None = self.transport.get_extra_info("sockname")
        scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if self.transport.get_extra_info("sslcontext") else "ws",
            "server": own[:2] if own else None,
            "client": self.client,
            "root_path": "",
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1", "surrogateescape"))
                for name, value in request.headers.raw_items()
            ],
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}, "genai_local.connection": self},
        }
        self._events.put_nowait({"type": "websocket.connect"})
        task = self._loop.create_task(self._run(scope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _read(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PONG:
            if bytes(frame.data) == self._ping:
                self._ping = b""
        elif frame.opcode is Opcode.CLOSE:
            received = self._frames.close_rcvd
            self._report_end(received.code if received else 1005, received.reason if received else "")
        elif frame.opcode is not Opcode.PING and self._frames.state is State.OPEN:
            self._message.append(bytes(frame.data))
            if frame.fin:
                data = b"".join(self._message)
                self._message.clear()
                self._pending_bytes += len(data)
                self._events.put_nowait({"type": "websocket.receive", "bytes": data})
                self._continue_reading()

    def _continue_reading(self) -> None:
        """Read more exactly if the application and the client take what there is."""
        is_full = self._pending_bytes > _MAX_PENDING_BYTES or self._events.qsize() > _MAX_PENDING_EVENTS
        wanted = (
            not self._is_frozen and self._writable.is_set() and (not is_full or self._frames.state is not State.OPEN)
        )
        if wanted == self._is_reading or self.transport.is_closing():
            return
        self._is_reading = wanted
        (self.transport.resume_reading if wanted else self.transport.pause_reading)()

    def _report_end(self, code: int, reason: str) -> None:
        if not self._end_is_reported:
            self._end_is_reported = True
            self._events.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})

    def _flush(self) -> None:
        """Send the waiting bytes, and end the connection if the protocol requires it."""
        for data in self._frames.data_to_send():
            if self.transport.is_closing():
                return
            if data:
                self.transport.write(data)
            elif self._frames.parser_exc is None:
                self.transport.close()
            else:
                # A closed connection answers further bytes with a reset, and the client might lose the reason.
                write_eof(self.transport)
        if self._frames.close_expected() and self._closing_since is None:
            self._closing_since = self._loop.time()
            self._continue_reading()

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._app(scope, self._receive, self._send)
        except DisconnectedError:
            pass
        except Exception:
            logging.getLogger("genai_local").exception("A WebSocket failed unexpectedly.")
            self._close(INTERNAL_ERROR, "An internal error has occurred.")
        finally:
            self._close(1000, "")

    async def _receive(self) -> dict[str, Any]:
        event = await self._events.get()
        if event["type"] == "websocket.disconnect":
            self._events.put_nowait(event)  # every further call has the same result
        self._pending_bytes -= len(event.get("bytes", b""))
        self._continue_reading()
        return event

    async def _send(self, event: dict[str, Any]) -> None:
        kind: str = event["type"]
        if self._is_lost or self.transport.is_closing():
            raise DisconnectedError
        if kind == "websocket.accept":
            assert self._accepted is not None
            for name, value in event.get("headers", []):
                self._accepted.headers[name.decode("latin-1")] = value.decode("latin-1")
            self._ping_time = self._loop.time()
            self._frames.send_response(self._accepted)
            self._flush()
        elif kind == "websocket.send":
            try:
                if event.get("bytes") is not None:
                    self._frames.send_binary(event["bytes"])
                else:
                    self._frames.send_text(event["text"].encode())
            except WebSocketException:
                raise DisconnectedError from None
            self._flush()
            await self._writable.wait()
        elif kind == "websocket.close":
            self._close(event.get("code", 1000), event.get("reason") or "")
        elif kind == "websocket.http.response.start":
            headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in event["headers"])
            self._refusal = event["status"], headers, bytearray()
        elif kind == "websocket.http.response.body" and self._refusal is not None:
            status, headers, body = self._refusal
            body += event.get("body", b"")
            if not event.get("more_body"):
                self._answer(status, headers, bytes(body))
        else:
            raise RuntimeError(f"{kind} is not an event that a WebSocket sends now.")

    def _refuse(self, status: int, headers: Headers, error: ApiError) -> None:
        body = write_json(error.envelope())
        for name in ("content-length", "content-type"):
            with contextlib.suppress(KeyError):
                del headers[name]
        headers["content-type"] = "application/json; charset=UTF-8"
        self._answer(status, headers, body)

    def _answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer the request for a WebSocket with an HTTP response."""
        headers.setdefault("connection", "close")
        headers.setdefault("content-length", str(len(body)))
        phrase = HTTPStatus(status).phrase if status in {item.value for item in HTTPStatus} else "Unknown"
        self._frames.send_response(Response(status, phrase, headers, body))
        self._flush()

    def _close(self, code: int, reason: str) -> None:
        if self._is_lost or self.transport.is_closing():
            return
        if self._frames.state is State.OPEN:
            self._frames.send_close(code, reason)
            self._flush()
        elif self._frames.state is State.CONNECTING and not self._frames.close_expected():
            self._refuse(500, Headers(), ApiError(500, "The server has not accepted the WebSocket."))

    def check(self, now: float) -> None:
        """Send a ping if it is time, and end the connection of a client that neither reads nor answers.

        Args:
            now: the time of the event loop.
        """
        unread = unsent_bytes(self.transport)
        if not unread or unread < self._unread:
            self._unread_since = now
        self._unread = unread
        is_stuck = bool(unread) and now - self._unread_since > self.limit_s
        if is_stuck or (self._closing_since is not None and now - self._closing_since > _CLOSE_LIMIT_S):
            abort(self.transport)
        elif self._frames.state is not State.OPEN or self._is_frozen:
            return
        elif self._ping:
            if now - self._ping_time > _PONG_LIMIT_S:
                self._frames.fail(INTERNAL_ERROR, "keepalive ping timeout")
                self._report_end(INTERNAL_ERROR, "keepalive ping timeout")
                self._flush()
        elif now - self._ping_time > _PING_INTERVAL_S:
            self._ping, self._ping_time = secrets.token_bytes(4), now
            self._frames.send_ping(self._ping)
            self._flush()

    def shutdown(self) -> None:
        """Tell the application that the server stops; it ends the connection in its own time."""
        self._events.put_nowait({"type": SHUTDOWN})

    def end(self) -> None:
        """Close the connection at once, with code 1001."""
        self._close(GOING_AWAY, STOPPING)
        end(self.transport)

    def write(self, data: bytes) -> None:
        """Send bytes as they are, for a script of faults: they need not be frames."""
        self.transport.write(data)

    def freeze(self) -> None:
        """Stop reading and sending pings, for a script of faults."""
        self._is_frozen = True
        if self._is_reading:
            self._is_reading = False
            self.transport.pause_reading()

    def reset(self) -> None:
        """End the connection with a TCP reset, for a script of faults."""
        own: socket.socket | None = self.transport.get_extra_info("socket")
        if own is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        abort(self.transport)


def websocket_connection(limit_s: float) -> type[WebSocketConnection]:
    """Return the class of connections whose clients may read nothing for `limit_s` seconds."""
    return cast("type[WebSocketConnection]", type("WebSocketConnection", (WebSocketConnection,), {"limit_s": limit_s}))
