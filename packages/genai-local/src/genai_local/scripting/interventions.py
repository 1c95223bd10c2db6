"""The ASGI layer that carries out the interventions of a script: raw replies, delays, stalls, broken connections.

It surrounds the whole application. It knows the format of errors and streams only to end one with an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..limits import PATH as LIMITS_PATH
from ..protocol.errors import ApiError
from ..protocol.interactions import END, envelope_for, error_event, event_bytes, headers_for, is_of_interactions
from ..protocol.streams import stream_error
from ..protocol.uploads import brings_bytes
from .requests import RecordedRequest
from .script import Intervention, Script
from .sockets import ScriptedSocket


class Connection(Protocol):
    """The attributes of the HTTP server's connection objects that are used here."""

    client: tuple[str, int] | None
    transport: Any


class _Interrupted(BaseException):
    """Ends the application after a fault has replaced its reply."""


class Interventions:
    """Middleware that records each request and applies the interventions of a script to its reply.

    Args:
        app: the application.
        script: the source of interventions.
        connections: returns the open connections.
    """

    def __init__(self, app: ASGIApp, script: Script, connections: Callable[[], list[Connection]]) -> None:
        self.app = app
        self.script = script
        self.connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] == f"/{LIMITS_PATH}":
            await self.app(scope, receive, send)  # what a test sets up is neither recorded nor disturbed
            return
        with self.script.count_in_flight():
            await (self._answer if scope["type"] == "http" else self._open)(scope, receive, send)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the handshake of a WebSocket with an intervention, or let the application do it."""
        request = RecordedRequest.from_scope({**scope, "method": "GET"}, b"")
        intervention = self.script.intervention_for(request)
        if intervention is None or not await self._refuse(_with_body(intervention, request), scope, receive, send):
            await ScriptedSocket(self.app, self.script.live, scope, receive, send).serve()

    async def _refuse(self, intervention: Intervention, scope: Scope, receive: Receive, send: Send) -> bool:
        """Carry out the part of an intervention that concerns a handshake. Return whether the handshake is over."""
        if intervention.delay_s:
            await asyncio.sleep(intervention.delay_s)
        if intervention.stall:
            await _until_disconnect(receive)
        elif intervention.disconnect is not None:
            await self._drop(scope, receive)
        elif intervention.chunks is not None:
            await _send_raw(intervention, send, "websocket.")
        else:
            return False
        return True

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        first: Message | None = None
        is_upload = brings_bytes(scope["path"], scope["headers"], scope["query_string"])
        if not is_upload:
            first = await receive()

        async def receive_again() -> Message:
            nonlocal first
            message, first = first, None
            return message or await receive()

        request = RecordedRequest.from_scope(dict(scope), first.get("body", b"") if first else b"")
        intervention = self.script.intervention_for(request)
        if intervention is None:
            await self.app(scope, receive_again, send)
            return
        if intervention.delay_s:
            await asyncio.sleep(intervention.delay_s)
        if intervention.stall and intervention.after_chunks is None:
            await _until_disconnect(receive)
            return
        if intervention.disconnect == "before_reply":
            await self._drop(scope, receive)
            return
        intervention = _with_body(intervention, request)
        if intervention.chunks is not None:
            await _send_raw(intervention, send)
            return
        if is_upload and intervention.disconnect == "mid_request":
            await self._break_request(intervention, request, scope, receive, send)
            return
        try:
            await self.app(scope, receive_again, self._send_until_fault(intervention, scope, receive, send))
        except _Interrupted:
            pass

    async def _break_request(
        self, intervention: Intervention, request: RecordedRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Pass a part of the request's body to the application and close the connection."""
        size = int(request.headers.get("content-length", "0"))
        left = size // 2 if intervention.after_bytes is None else intervention.after_bytes

        async def receive_some() -> Message:
            nonlocal left
            if left > 0:
                message = await receive()
                body: bytes = message.get("body", b"")
                if len(body) < left and message["type"] == "http.request":
                    left -= len(body)
                    return message
                part, left = body[:left], 0
                return {"type": "http.request", "body": part, "more_body": True}
            return {"type": "http.disconnect"}

        await self.app(scope, receive_some, _send_nothing)
        await self._drop(scope, receive)

    async def _drop(self, scope: Scope, receive: Receive) -> None:
        """Close the client's connection after all written bytes have been flushed."""
        for connection in self.connections():
            if connection.client and scope["client"] and tuple(connection.client) == tuple(scope["client"]):
                connection.transport.close()
        await _until_disconnect(receive)

    def _send_until_fault(self, intervention: Intervention, scope: Scope, receive: Receive, send: Send) -> Send:
        """Return a `send` that passes on a part of the reply before the fault."""
        limit = 1 if intervention.after_chunks is None else intervention.after_chunks
        chunks_sent = 0
        is_sse = False

        async def interrupt(message: Message) -> None:
            if intervention.disconnect == "mid_body":
                body: bytes = message.get("body", b"")
                await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            if intervention.stall:
                await asyncio.Event().wait()
            if intervention.error:
                await send(
                    {
                        "type": "http.response.body",
                        "body": _error_in_stream(intervention.error, scope["path"], is_sse=is_sse, index=chunks_sent),
                    }
                )
            else:
                await self._drop(scope, receive)
            raise _Interrupted

        async def send_some(message: Message) -> None:
            nonlocal chunks_sent, is_sse
            if intervention.disconnect == "lost_reply":
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    await interrupt(message)
                return
            if message["type"] == "http.response.start":
                is_sse = any(value.startswith(b"text/event-stream") for _, value in message["headers"])
            elif intervention.disconnect or intervention.stall or intervention.error:
                if chunks_sent >= limit or intervention.disconnect == "mid_body":
                    await interrupt(message)
                chunks_sent += 1
            await send(message)

        return send_some


def _with_body(intervention: Intervention, request: RecordedRequest) -> Intervention:
    """Return an intervention whose error is the body of the reply, unless the error comes within a stream."""
    error = intervention.error
    if error is None or (intervention.error_ends_stream and request.is_streamed):
        return intervention
    body = json.dumps(envelope_for(request.path, error)).encode()
    headers = dict(intervention.headers) or headers_for(request.path, error)
    return replace(intervention, chunks=[body], headers=list(headers.items()))


def _error_in_stream(error: ApiError, path: str, *, is_sse: bool, index: int) -> bytes:
    if is_of_interactions(path):
        return event_bytes(error_event(error)) + END
    return stream_error(error.envelope(), is_sse=is_sse, index=index)


async def _send_nothing(message: Message) -> None:
    pass


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
        pass


async def _send_raw(reply: Intervention, send: Send, prefix: str = "") -> None:
    chunks = reply.chunks or [b""]
    names = {name.lower() for name, _ in reply.headers}
    headers = list(reply.headers)
    if "content-type" not in names:
        headers.append(("content-type", "application/json; charset=UTF-8"))
    if "content-length" not in names and len(chunks) == 1:
        headers.append(("content-length", str(len(chunks[0]))))
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": f"{prefix}http.response.start", "status": reply.status or 200, "headers": encoded})
    for index, chunk in enumerate(chunks):
        if index and reply.interval_s:
            await asyncio.sleep(reply.interval_s)
        await send({"type": f"{prefix}http.response.body", "body": chunk, "more_body": True})
    await send({"type": f"{prefix}http.response.body", "body": b""})
