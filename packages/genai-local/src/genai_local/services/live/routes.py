"""The WebSocket methods of Live sessions: the handshake and the setup."""

from __future__ import annotations

import asyncio

from ...framework.websockets import WebSocket, WebSocketRoute
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.limits import MAX_SETUP_S
from ...protocol.payload import read_message
from ..auth_tokens.routes import CONSTRAINED, token_of
from ..auth_tokens.store import AuthTokens
from .context import Context
from .limits import LiveSessions
from .resumption import Handles, Resumer
from .session import MESSAGE, Session
from .settings import settings_of


async def serve_session(socket: WebSocket) -> None:
    """Serve a session from the handshake to its end."""
    api = socket.api
    token = token_of(socket.connection)
    if socket.name == CONSTRAINED and token is None:
        raise ApiError(401, f"{CONSTRAINED} requires an auth token; with an API key, use BidiGenerateContent.")
    sessions = api.part(LiveSessions)
    with sessions.place():
        await socket.accept()
        setup = await _setup(socket)
        expire_time = None
        if token is not None:
            setup = api.part(AuthTokens).begin_session(token, setup)
            expire_time = api.part(AuthTokens).check(token)
        settings = await settings_of(api, setup, socket.surface, socket.version)
        resumer = Resumer(socket.surface, settings.model, token)
        handle: str = setup.get("sessionResumption", {}).get("handle", "")
        context = Context(api.part(Handles).resume(handle, resumer) if handle else ())
        await Session(socket, settings, resumer, context, expire_time).run(sessions.length_s, sessions.notice_s)


async def _setup(socket: WebSocket) -> JsonObject:
    try:
        value = await asyncio.wait_for(socket.receive(), MAX_SETUP_S)
    except asyncio.TimeoutError:
        raise ApiError(408, f"setup: has not arrived within {MAX_SETUP_S:g} seconds.") from None
    message = read_message(value, MESSAGE, socket.surface)
    if "setup" not in message:
        raise invalid("setup", f"expected as the first message, not {', '.join(message) or 'an empty message'}.")
    return message["setup"]


WEBSOCKETS = [
    WebSocketRoute("gemini", "GenerativeService.BidiGenerateContent", serve_session),
    WebSocketRoute("gemini", CONSTRAINED, serve_session, versions=("v1alpha",)),
    WebSocketRoute("vertex", "LlmBidiService.BidiGenerateContent", serve_session),
]
