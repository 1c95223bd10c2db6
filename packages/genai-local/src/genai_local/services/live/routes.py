"""The WebSocket methods of Live sessions, and the number and length of the sessions of one server."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from ...framework.api import Api
from ...framework.websockets import WebSocket, WebSocketRoute
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.payload import read_message
from ..auth_tokens.routes import CONSTRAINED, token_of
from ..auth_tokens.store import AuthTokens
from .context import Context
from .resumption import Handles, Resumer
from .session import MESSAGE, Session
from .settings import settings_of

MAX_SESSIONS = 1024
SESSION_S = 600.0
_LONGEST_NOTICE_S = 10.0
_NOTICE_SHARE = 0.1
_SETUP_LIMIT_S = 30.0


class LiveSessions:
    """The limits of the sessions of one server.

    Args:
        api: the server's parts; unused.
    """

    def __init__(self, api: Api) -> None:
        self.most = MAX_SESSIONS
        """Number of sessions at the same time; a further one is refused with 429."""
        self.length_s = SESSION_S
        """The longest time of a session."""
        self._open = 0

    @property
    def notice_s(self) -> float:
        """How long before the end of a session its client gets a goAway."""
        return min(_LONGEST_NOTICE_S, self.length_s * _NOTICE_SHARE)

    @contextmanager
    def place(self) -> Generator[None, None, None]:
        """Count a session for the length of a `with` block.

        Raises:
            ApiError: 429 when there are too many.
        """
        if self._open >= self.most:
            raise ApiError(429, f"Resource has been exhausted: {self._open} sessions are open.")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def clear(self) -> None:
        """Do nothing: limits belong to the server, and open sessions end with their connections."""


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
        if token is not None:
            setup = api.part(AuthTokens).begin_session(token, setup)
        settings = await settings_of(api, setup, socket.surface, socket.version)
        resumer = Resumer(socket.surface, settings.model, token)
        handle: str = setup.get("sessionResumption", {}).get("handle", "")
        context = Context(api.part(Handles).resume(handle, resumer) if handle else ())
        await Session(socket, settings, resumer, context).run(sessions.length_s, sessions.notice_s)


async def _setup(socket: WebSocket) -> JsonObject:
    try:
        value = await asyncio.wait_for(socket.receive(), _SETUP_LIMIT_S)
    except asyncio.TimeoutError:
        raise ApiError(408, f"setup: has not arrived within {_SETUP_LIMIT_S:g} seconds.") from None
    message = read_message(value, MESSAGE, socket.surface)
    if "setup" not in message:
        raise invalid("setup", f"expected as the first message, not {', '.join(message) or 'an empty message'}.")
    return message["setup"]


WEBSOCKETS = [
    WebSocketRoute("gemini", "GenerativeService.BidiGenerateContent", serve_session),
    WebSocketRoute("gemini", CONSTRAINED, serve_session, versions=("v1alpha",)),
    WebSocketRoute("vertex", "LlmBidiService.BidiGenerateContent", serve_session),
]
