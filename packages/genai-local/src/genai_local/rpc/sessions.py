"""One call with messages in both directions: a WebSocket of the application, whose frames are the messages.

When the client has sent its last message, the session continues until the answer to it is complete.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, cast

import grpc
from starlette.types import ASGIApp, Message as AsgiMessage, Scope

from ..framework.websockets import GOING_AWAY, INVALID_DATA, SHUTDOWN, DisconnectedError
from ..protocol.errors import JsonObject
from .calls import Call, take_exception
from .methods import Method
from .statuses import RpcError, error_in
from .transcoding import json_of, reply_of

_END_S = 5.0
"""How long the application may take to end after the client has left."""
_NORMAL = 1000
_CODES = {
    GOING_AWAY: grpc.StatusCode.UNAVAILABLE,
    INVALID_DATA: grpc.StatusCode.INVALID_ARGUMENT,
    1008: grpc.StatusCode.FAILED_PRECONDITION,
}
"""The status codes for the codes with which the application closes a WebSocket; INTERNAL for all others."""


class Session(Call):
    """A call that is a WebSocket."""

    def __init__(self, app: ASGIApp, method: Method, context: Any, scope: Scope, limit_s: float) -> None:
        super().__init__(app, method, context, scope, limit_s)
        self._reading: asyncio.Future[object] | None = None
        self._over: asyncio.Future[Any] | None = None
        self._stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._is_connected = self._has_sent_all = self._stop_is_reported = False
        self._is_answered = asyncio.Event()
        """Whether the server has answered the last message of the client, as far as that can be known here."""
        self._is_answered.set()
        self._refusal: tuple[int, bytearray] | None = None

    async def answer(self) -> bytes:
        """Open the WebSocket, and pass messages on until either side ends."""
        self._over = asyncio.ensure_future(self.is_over.wait())
        work = asyncio.create_task(self._run())
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            self.is_over.set()
            await asyncio.wait({work}, timeout=_END_S)
            raise
        finally:
            for task in (work, self._over, self._reading):
                if task is not None:
                    task.cancel()
        if self.failure is not None:
            raise self.failure
        return b""

    def shutdown(self) -> None:
        """Tell the application that the server stops; it ends the session in its own time."""
        if not self._stopping.done():
            self._stopping.set_result(None)

    def write_raw(self) -> None:
        """End the call, as a client of a WebSocket does that receives something else than frames."""
        self.end(RpcError(grpc.StatusCode.INTERNAL, "The server has sent bytes that are not a message."))

    async def _run(self) -> None:
        scope: Scope = {
            **self.scope,
            "type": "websocket",
            "scheme": self.scope["scheme"].replace("http", "ws"),
            "path": self._method.socket,
            "raw_path": self._method.socket.encode(),
            "client": self.client,
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}, "genai_local.connection": _Faults(self)},
        }
        try:
            await self._app(scope, self._receive, self._send)
        except DisconnectedError:
            pass
        except Exception as error:
            logging.getLogger("genai_local").error("A session failed unexpectedly.", exc_info=error)
            self.end(RpcError(grpc.StatusCode.INTERNAL, "An internal error has occurred. The log has its cause."))

    async def _receive(self) -> AsgiMessage:
        if not self._is_connected:
            self._is_connected = True
            return {"type": "websocket.connect"}
        assert self._over is not None
        while True:
            waiting: set[asyncio.Future[Any]] = {self._over, self._next()}
            if not self._stop_is_reported:
                waiting.add(self._stopping)
            # A wait that is cancelled leaves the message to the next one.
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if self._over.done():
                return _DISCONNECT
            if self._stopping.done() and not self._stop_is_reported:
                self._stop_is_reported = True
                return {"type": SHUTDOWN}
            event = self._event(self._taken())
            if event is not None:
                return event

    def _next(self) -> asyncio.Future[object]:
        """Return the next message of the client; after its last one, the end of the answer."""
        reading = self._reading
        if reading is None:
            awaited: Any = self._is_answered.wait() if self._has_sent_all else self._context.read()
            self._reading = reading = asyncio.ensure_future(awaited)
            reading.add_done_callback(take_exception)
        return reading

    def _taken(self) -> object:
        reading, self._reading = self._reading, None
        assert reading is not None
        return None if reading.exception() is not None else reading.result()

    def _event(self, data: object) -> AsgiMessage | None:
        """Return the event for what `_next` has brought; None for the end of the client's messages."""
        if isinstance(data, bytes):
            try:
                content = json_of(self._method, data)
            except RpcError as failure:
                self.end(failure)
                return _DISCONNECT
            self._note_question(content)
            return {"type": "websocket.receive", "bytes": json.dumps(content, ensure_ascii=False).encode()}
        if self._has_sent_all or data is None:
            return _DISCONNECT
        self._has_sent_all = True
        return None

    def _note_question(self, message: JsonObject) -> None:
        content: JsonObject | None = message.get("clientContent")
        if content is None or content.get("turnComplete"):
            self._is_answered.clear()

    def _note_answer(self, message: JsonObject) -> None:
        content: JsonObject = message.get("serverContent") or {}
        if "setupComplete" in message or "toolCall" in message or content.get("turnComplete"):
            self._is_answered.set()

    async def _send(self, event: AsgiMessage) -> None:
        kind: str = event["type"]
        if self.is_over.is_set():
            raise DisconnectedError
        if kind == "websocket.send":
            data = event.get("bytes")
            await self._pass_on(event["text"].encode() if data is None else data)
        elif kind == "websocket.close":
            code: int = event.get("code", _NORMAL)
            if code != _NORMAL:
                self.end(RpcError(_CODES.get(code, grpc.StatusCode.INTERNAL), event.get("reason") or f"Code {code}."))
            self.is_over.set()
        elif kind == "websocket.http.response.start":
            self._refusal = event["status"], bytearray()
        elif kind == "websocket.http.response.body" and self._refusal is not None:
            status, body = self._refusal
            body += event.get("body", b"")
            if not event.get("more_body"):
                self.end(error_in(status, bytes(body)))

    async def _pass_on(self, data: bytes) -> None:
        try:
            message: Any = json.loads(data)
            encoded = reply_of(self._method, message)
            self._note_answer(cast("JsonObject", message))
            await self.write(encoded)
        except RpcError as failure:
            self.end(failure)
        except (ValueError, RecursionError):
            self.write_raw()
        if self.is_over.is_set():
            raise DisconnectedError


class _Faults:
    """The faults of a connection as this call can have them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def write(self, data: bytes) -> None:
        """End the call: bytes that are not frames have no form in gRPC."""
        self._session.write_raw()

    def reset(self) -> None:
        """End the call as if its connection were lost."""
        self._session.close()

    def freeze(self) -> None:
        """Do nothing: the script answers no more, and gRPC has no pings for each call."""


_DISCONNECT: AsgiMessage = {"type": "websocket.disconnect", "code": 1005, "reason": ""}
