"""Recording and replaying of WebSockets: live and music sessions, message by message.

In a replay, a message of the service arrives when the program has sent the messages that it had sent before it. Sound and
pictures are streams whose number of messages depends on timing, so they are not compared: one of them is enough for the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from ..errors import RecordingError, RequestNotRecordedError
from . import matching
from .identity import last_exchange
from .player import Player
from .reading import line_of
from .recording import Exchange, Failure, Message, Reply, compact, strict_json
from .session import Session, now_ms

_METHOD = "WEBSOCKET"


def recording_connect(
    session: Session, project: Callable[[], str | None], connect: Callable[..., Any]
) -> Callable[..., Any]:
    """Return a function like `websockets.connect` that replays a recorded socket, or opens one and records it."""

    def open_recorded(url: str, **arguments: Any) -> _Opening:
        return _Opening(session, project, connect, url, arguments)

    return open_recorded


class _Opening:
    """The opening of one socket, a context manager like that of `websockets.connect`."""

    def __init__(
        self,
        session: Session,
        project: Callable[[], str | None],
        connect: Callable[..., Any],
        url: str,
        arguments: dict[str, Any],
    ) -> None:
        self._session = session
        self._project = project
        self._connect = connect
        self._url = url
        self._arguments = arguments
        self._inner: Any = None
        self._socket: PlayedSocket | RecordedSocket | None = None

    async def __aenter__(self) -> Any:
        session = self._session
        headers: dict[str, str] = self._arguments.get("additional_headers") or {}
        sent = session.sent(_METHOD, self._url, headers, b"")
        exchange = session.take(sent)
        last_exchange.set(exchange)
        if exchange is not None:
            if exchange.messages is None:
                raise _refusal(exchange)
            player = Player(session, self._project, asyncio.sleep, _socket_failure)
            self._socket = PlayedSocket(session, exchange, player)
            return self._socket
        number = session.begin()
        entry: dict[str, Any] = {"request": sent.request}
        opening = self._connect(self._url, **self._arguments)
        try:
            websocket = await opening.__aenter__()
        except Exception as error:
            session.write(number, {**entry, **_refusal_entry(session, error)})
            raise
        self._inner = opening
        self._socket = RecordedSocket(session, number, entry, websocket)
        return self._socket

    async def __aexit__(self, *details: Any) -> None:
        if self._inner is not None:
            await self._inner.__aexit__(*details)
        if isinstance(self._socket, RecordedSocket):
            self._socket.end()
        elif self._socket is not None:
            await self._socket.close()


# Recording


class RecordedSocket:
    """An open WebSocket whose messages are noted. Other attributes are those of the socket."""

    def __init__(self, session: Session, number: int, entry: dict[str, Any], websocket: Any) -> None:
        self._session = session
        self._number = number
        self._entry = entry
        self._websocket = websocket
        self._messages: list[dict[str, Any]] = []
        self._last_ms = now_ms()
        self._has_ended = False
        self.transport = _RecordedTransport(websocket.transport, self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._websocket, name)

    async def send(self, frame: Any) -> None:
        """Send a frame, and note it first, because its answer may arrive before this method returns."""
        self._note("sent", self._data(frame))
        await self._websocket.send(frame)

    async def recv(self, decode: bool | None = None) -> Any:
        """Return the next frame."""
        try:
            frame = await self._websocket.recv(decode=decode)
        except Exception as error:
            self._note_end(error)
            raise
        self._note("received", self._data(frame))
        return frame

    async def close(self, *arguments: Any, **named: Any) -> None:
        """Close the socket."""
        await self._websocket.close(*arguments, **named)
        self.end()

    def end(self) -> None:
        """Write the exchange."""
        if not self._has_ended:
            self._has_ended = True
            if not self._messages or not ({"closed", "closed_here"} & self._messages[-1].keys()):
                self._note("closed_here", {})
            self._session.write(self._number, {**self._entry, "messages": self._messages})

    def _note_end(self, error: Exception) -> None:
        if self._has_ended or not hasattr(error, "rcvd"):
            return
        received, sent = getattr(error, "rcvd", None), getattr(error, "sent", None)
        if sent is not None and not getattr(error, "rcvd_then_sent", False) and sent.code in (1000, 1001):
            self._note("closed_here", {})
        elif received is not None:
            self._note("closed", {"code": received.code, "reason": self._session.redactor.text(received.reason)})
        else:
            self._note("closed", {})
        self.end()

    def _note(self, kind: str, data: Any) -> None:
        now = now_ms()
        self._messages.append({"after_ms": round(now - self._last_ms, 1), kind: data})
        self._last_ms = now

    def _data(self, frame: Any) -> Any:
        return self._session.redactor.data(_decoded(frame))


class _RecordedTransport:
    """The transport of a socket, whose end by `abort` is noted."""

    def __init__(self, transport: Any, socket: RecordedSocket) -> None:
        self._transport = transport
        self._socket = socket

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def abort(self) -> None:
        """Close the socket at once."""
        self._transport.abort()
        self._socket.end()


def _decoded(frame: Any) -> Any:
    """Return the JSON data of a frame, or its text if that is not JSON."""
    text = frame if isinstance(frame, str) else bytes(frame).decode(errors="replace")
    try:
        return strict_json(text)
    except (ValueError, RecursionError):
        return text


def _refusal_entry(session: Session, error: Exception) -> dict[str, Any]:
    """Return how a socket that did not open is written."""
    text = session.redactor.text
    response: Any = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if isinstance(status, int):
        headers = {name.lower(): value for name, value in response.headers.raw_items()}
        body = _decoded(bytes(response.body or b""))
        reply: dict[str, Any] = {"status": status, "headers": session.redactor.reply_headers(headers)}
        if body != "":
            reply["text" if isinstance(body, str) else "json"] = session.redactor.data(body)
        return {"response": reply}
    kind = "timeout" if isinstance(error, TimeoutError) else "connect"
    return {"error": {"kind": kind, "message": text(str(error) or type(error).__name__)}}


# Replaying


def _refusal(exchange: Exchange) -> BaseException:
    """Return the exception of a socket that did not open when it was recorded."""
    reply: Reply | None = exchange.reply
    if reply is None:
        assert exchange.failure is not None
        return _socket_failure(exchange.failure)
    from websockets.datastructures import Headers
    from websockets.exceptions import InvalidStatus
    from websockets.http11 import Response

    return InvalidStatus(Response(reply.status, reply.reason, Headers(list(reply.headers.items())), reply.body))


def _socket_failure(failure: Failure) -> BaseException:
    return TimeoutError(failure.message) if failure.kind == "timeout" else ConnectionError(failure.message)


class PlayedSocket:
    """A recorded WebSocket. All of its methods run in one event loop."""

    def __init__(self, session: Session, exchange: Exchange, player: Player) -> None:
        self._session = session
        self._position = exchange.position
        self._messages = exchange.messages or []
        self._player = player
        self._sent = 0
        """All recorded messages before this one are sent or received."""
        self._received = 0
        self._change = asyncio.Event()
        self._is_closed = False
        self._fault: RecordingError | None = None
        self.transport = _PlayedTransport(self)

    async def send(self, frame: Any) -> None:
        """Compare a frame with the recorded ones. Raises `RequestNotRecordedError` if it is not the next one."""
        if self._fault is not None:
            raise self._fault
        if self._is_closed:
            raise _closed(Message("closed_here", {}))
        given = self._session.redactor.data(_decoded(frame))
        position = self._next("sent", self._sent)
        if _is_media(given):
            if position is not None and _is_media(self._messages[position].data):
                self._advance(position + 1)
            return
        while position is not None and _is_media(self._messages[position].data):
            position = self._next("sent", position + 1)
        expected = None if position is None else self._messages[position].data
        if position is None or _key(expected) != _key(given):
            self._fault = self._not_recorded(position, expected, given)
            self._change.set()
            raise self._fault
        self._advance(position + 1)

    async def recv(self, decode: bool | None = None) -> Any:
        """Return the next recorded frame of the service, when the program has sent what precedes it."""
        while True:
            if self._fault is not None:
                raise self._fault
            if self._is_closed:
                raise _closed(Message("closed_here", {}))
            position = self._next("received", self._received)
            ending = self._next("closed", self._received)
            if position is None and ending is None:
                position = len(self._messages)  # the program closed the socket here
            elif position is None:
                position = ending
            assert position is not None
            if position < len(self._messages) and self._may_arrive(position):
                break
            self._change.clear()
            await self._change.wait()
        message = self._messages[position]
        self._received = position + 1
        delay_s = self._session.delay_s(message.after_ms)
        if delay_s > 0:
            await asyncio.sleep(delay_s)
        if message.kind == "closed":
            raise _closed(message)
        data = self._player.body((message.data if isinstance(message.data, str) else compact(message.data)).encode())
        return data if decode is False else data.decode()

    async def close(self, *arguments: Any, **named: Any) -> None:
        """Close the socket."""
        self.abort()

    def abort(self) -> None:
        """Close the socket at once."""
        self._is_closed = True
        self._change.set()

    def _next(self, kind: str, start: int) -> int | None:
        return next((i for i in range(start, len(self._messages)) if self._messages[i].kind == kind), None)

    def _advance(self, position: int) -> None:
        self._sent = position
        self._change.set()

    def _may_arrive(self, position: int) -> bool:
        """Return whether the program has sent all that preceded a message of the service."""
        for i in range(self._sent, position):
            if self._messages[i].kind == "sent" and (not _is_media(self._messages[i].data) or self._begins_media(i)):
                return False
        return True

    def _begins_media(self, position: int) -> bool:
        before = next((m for m in reversed(self._messages[:position]) if m.kind == "sent"), None)
        return before is None or not _is_media(before.data)

    def _not_recorded(self, position: int | None, expected: Any, given: Any) -> RequestNotRecordedError:
        path, place = self._session.path, f"exchanges[{self._position}]"
        line = line_of(path.read_text("utf-8"), self._position)
        if position is None:
            text, difference = f"{place}: the program sends a message after the last recorded one.", ""
        else:
            request = {"method": _METHOD, "url": "", "json": expected}
            where = f"{place}.messages[{position}] of {path.name}"
            difference = matching.diff(request, {**request, "json": given}, where)
            text = f"{place}.messages[{position}]: the message that the program sends differs:\n{difference}"
        error = RequestNotRecordedError(f"{text}\n{self._session.advice}", path=path, line=line)
        error.diff, error.exchange = difference, self._position
        return error


class _PlayedTransport:
    """The transport of a recorded socket, as far as sessions use it."""

    def __init__(self, socket: PlayedSocket) -> None:
        self._socket = socket

    def abort(self) -> None:
        self._socket.abort()

    def get_write_buffer_size(self) -> int:
        return 0

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return 0, 1 << 30


def _is_media(data: Any) -> bool:
    """Return whether a message is a piece of sound or of pictures."""
    given: Any = cast("dict[str, Any]", data).get("realtimeInput") if isinstance(data, dict) else None
    return isinstance(given, dict) and bool({"audio", "video", "mediaChunks"} & cast("dict[str, Any]", given).keys())


def _key(data: Any) -> str:
    return matching.key_of({"method": _METHOD, "url": "", "json": data})


def _closed(message: Message) -> Exception:
    from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK
    from websockets.frames import Close

    if message.kind == "closed_here":
        return ConnectionClosedOK(Close(1000, ""), Close(1000, ""), False)
    if "code" not in message.data:
        return ConnectionClosedError(None, None)
    close = Close(message.data["code"], str(message.data.get("reason", "")))
    cls = ConnectionClosedOK if close.code in (1000, 1001) else ConnectionClosedError
    return cls(close, close, True)
