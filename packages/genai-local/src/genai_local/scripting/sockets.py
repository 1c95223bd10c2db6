"""The ASGI layer that carries out the script of Live sessions, and records them.

It surrounds the application for WebSockets: a message that a rule answers does not reach it.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..protocol.messages import Surface
from .live import LiveRule, LiveScript, RecordedSession, Step, with_canonical_names
from .requests import RecordedRequest


class Connection(Protocol):
    """The faults that a connection can have."""

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        ...

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        ...

    def freeze(self) -> None:
        """Stop reading, and stop answering pings."""
        ...


class ScriptedSocket:
    """One WebSocket between the client and the application.

    Args:
        app: the application.
        script: the rules, and the place for the record.
        scope: the ASGI scope of the handshake.
        receive: the source of the client's events.
        send: the target of the server's events.
    """

    def __init__(self, app: ASGIApp, script: LiveScript, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._script = script
        self._scope = scope
        self._client, self._server = receive, send
        self._surface: Surface = "vertex" if "aiplatform" in scope["path"] else "gemini"
        self._connection: Connection = scope["extensions"]["genai_local.connection"]
        self._record: RecordedSession | None = None
        self._setup_rule: LiveRule | None = None
        self._confirmation: Message | None = None
        self._steps: asyncio.Task[None] | None = None
        self._is_stalled = False

    async def serve(self) -> None:
        """Run the application and the script until both have ended."""
        try:
            await self._app(self._scope, self._receive, self._send)
        finally:
            if self._record is not None:
                self._record.is_open = False
            if self._steps is not None:
                self._steps.cancel()
                await asyncio.wait({self._steps})

    async def _receive(self) -> Message:
        """Return the next event for the application."""
        while True:
            event = await self._client()
            if event["type"] != "websocket.receive" or self._record is None:
                return event
            is_setup = not self._record.frames
            self._record.frames.append(event["bytes"])
            if self._is_stalled:
                continue
            if not self._script.has_rules:
                return event
            message = with_canonical_names(_decoded(event["bytes"]), self._surface)
            if is_setup:
                self._setup_rule = self._script.rule_for("setup", message.get("setup", {}))
                return event
            rule = self._script.rule_for("message", message)
            if rule is None:
                return event
            self._begin(rule)

    async def _send(self, event: Message) -> None:
        """Send an event of the application, unless a rule is about it."""
        if self._is_stalled:
            return
        if event["type"] == "websocket.accept":
            self._record = RecordedSession(RecordedRequest.from_scope({**self._scope, "method": "GET"}, b""))
            self._script.record(self._record)
        if event["type"] == "websocket.send" and self._script.has_rules:
            message = _decoded(event["bytes"])
            if self._setup_rule is not None and "setupComplete" in message:
                rule, self._setup_rule, self._confirmation = self._setup_rule, None, event
                self._begin(rule)
                return
            rule = self._script.rule_for("answer", message)
            if rule is not None:
                await self._perform(rule.steps)
                if self._is_stalled:
                    return
        await self._forward(event)

    async def _forward(self, event: Message) -> None:
        if event["type"] == "websocket.send" and self._record is not None:
            data: Any = event.get("bytes")
            self._record.sent_frames.append(event["text"] if data is None else data)
        await self._server(event)

    def _begin(self, rule: LiveRule) -> None:
        """Carry out a rule; the rest of an earlier one is dropped."""
        if self._steps is not None:
            self._steps.cancel()
        self._steps = asyncio.create_task(self._perform(rule.steps))

    async def _perform(self, steps: list[Step]) -> None:
        try:
            for step in steps:
                await self._do(step)
        except OSError:  # the client has left
            pass

    async def _do(self, step: Step) -> None:
        if step.pause_s:
            await asyncio.sleep(step.pause_s)
        if isinstance(step.frame, bytes):
            await self._forward({"type": "websocket.send", "bytes": step.frame})
        elif step.frame is not None:
            await self._forward({"type": "websocket.send", "text": step.frame})
        elif step.raw is not None:
            self._connection.write(step.raw)
        elif step.is_confirmation and self._confirmation is not None:
            await self._forward(self._confirmation)
        elif step.close is not None:
            code, reason = step.close
            await self._forward({"type": "websocket.close", "code": code, "reason": reason})
        elif step.is_reset:
            self._connection.reset()
        elif step.is_stall:
            self._is_stalled = True
            if not step.answers_pings:
                self._connection.freeze()


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return {}
