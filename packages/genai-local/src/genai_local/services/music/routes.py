"""The WebSocket of live music, BidiGenerateMusic, which only exists on the Developer API."""

from __future__ import annotations

import asyncio

from ...framework.api import Api
from ...framework.websockets import WebSocket, WebSocketRoute
from ...protocol.errors import ApiError, invalid
from ...protocol.limits import MAX_MUSIC_SESSIONS, MAX_SETUP_S
from ...protocol.payload import read_message
from .session import MusicSession
from .settings import one_member


class MusicSessions:
    """The number of sessions, which is limited because each of them computes all the time.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self.running = 0

    def clear(self) -> None:
        """Keep the number: sessions end with their connections."""


async def generate_music(socket: WebSocket) -> None:
    """Serve a session of live music.

    Raises:
        ApiError: 400 for a wrong message, 404 for an unknown model, 429 when too many sessions are running.
    """
    sessions = socket.api.part(MusicSessions)
    if sessions.running >= MAX_MUSIC_SESSIONS:
        raise ApiError(429, f"{MAX_MUSIC_SESSIONS} sessions of live music are running; more are refused.")
    sessions.running += 1
    try:
        await socket.accept()
        await _set_up(socket)
        await socket.send({"setupComplete": {}})
        await MusicSession(socket).run()
    finally:
        sessions.running -= 1


async def _set_up(socket: WebSocket) -> None:
    try:
        received = await asyncio.wait_for(socket.receive(), MAX_SETUP_S)
    except asyncio.TimeoutError:
        raise ApiError(408, f"setup: has not arrived within {MAX_SETUP_S:g} seconds.") from None
    name, setup = one_member(read_message(received, "BidiGenerateMusicClientMessage", "gemini"))
    if name != "setup":
        raise ApiError(400, f"setup: expected as the first message, not {name}.")
    model: str = setup.get("model", "")
    if not model.startswith("models/"):
        raise invalid("setup.model", f"expected models/ and a name, not {model!r:.80}.")
    socket.api.catalogue.resolve(model.removeprefix("models/"), "bidiGenerateMusic", "gemini", socket.version, model)


WEBSOCKETS = [WebSocketRoute("gemini", "GenerativeService.BidiGenerateMusic", generate_music)]
