"""A session of live music: the messages of the client, and chunks that are sent as fast as they are played.

It knows what is sent when. The notes and the samples are the work of `composition` and `rendering`.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from typing import Any

from ...framework.websockets import WebSocket
from ...protocol.errors import ApiError, JsonObject
from ...protocol.payload import read_message
from .rendering import CHANNELS, CHUNK_S, Player
from .settings import check_config, check_prompts, controls_of, one_member, reason_to_filter
from .sounds import RATE

MIME_TYPE = f"audio/l16;rate={RATE};channels={CHANNELS}"
_LEAD_S = 1.0
"""How long before its playback a chunk is sent, so that the client does not run out of music."""


class MusicSession:
    """The state of one session: prompts, settings, and what is played.

    Args:
        socket: the connection, after the setup.
    """

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._prompts: list[JsonObject] = []
        self._config: JsonObject = {}
        self._seed = secrets.randbelow(2**31)
        self._player = Player(controls_of([], {}, self._seed))
        self._is_new = True
        """Whether a piece begins, so that its tempo and its scale follow the settings."""
        self._is_playing = False
        self._wants_reset = self._wants_stop = False
        self._changed = asyncio.Event()
        """Set by a message that concerns the playback."""
        self._due = 0.0
        self._held: JsonObject | None = None
        """A chunk that was rendered when the client paused."""

    async def run(self) -> None:
        """Serve the session until the client leaves.

        Raises:
            DisconnectedError: when the client has left.
            ServerStopsError: when the server stops.
            ApiError: 400 for a message that does not fit.
        """
        tasks = {asyncio.ensure_future(self._listen()), asyncio.ensure_future(self._play())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _listen(self) -> None:
        while True:
            name, value = one_member(
                read_message(await self._socket.receive(), "BidiGenerateMusicClientMessage", "gemini")
            )
            if name == "clientContent":
                await self._take_prompts(value.get("weightedPrompts", []))
            elif name == "musicGenerationConfig":
                check_config(value)
                self._config = value
            elif name == "playbackControl":
                self._control(value)
            else:
                raise ApiError(400, "setup: expected only as the first message.")

    async def _take_prompts(self, prompts: list[JsonObject]) -> None:
        check_prompts(prompts)
        kept: list[JsonObject] = []
        for prompt in prompts:
            reason = reason_to_filter(prompt)
            if reason is None:
                kept.append(prompt)
            else:
                filtered = {"text": prompt.get("text", ""), "filteredReason": reason}
                await self._socket.send({"filteredPrompt": filtered})
        self._prompts = kept

    def _control(self, control: str) -> None:
        if control == "PLAY":
            if not self._is_playing:
                self._due = asyncio.get_running_loop().time()
            self._is_playing = True
        elif control == "PAUSE":
            self._is_playing = False
        elif control == "STOP":
            self._is_playing, self._wants_stop = False, True
        elif control == "RESET_CONTEXT":
            self._wants_reset = True
        else:
            raise ApiError(400, "playbackControl: expected PLAY, PAUSE, STOP or RESET_CONTEXT.")
        self._changed.set()

    async def _play(self) -> None:
        while True:
            if not await self._is_time():
                continue
            if self._held is None:
                self._held = await self._next_message()
            if self._is_playing and not self._wants_stop:
                message, self._held = self._held, None
                self._due = max(self._due + CHUNK_S, asyncio.get_running_loop().time())
                await self._socket.send(message)

    async def _is_time(self) -> bool:
        """Wait until a chunk is due, or for a message of the client; return whether a chunk is due."""
        self._changed.clear()
        if self._wants_stop or self._wants_reset:
            self._held = None
        wait_s = None
        if self._is_playing:
            wait_s = self._due - _LEAD_S - asyncio.get_running_loop().time()
            if wait_s <= 0:
                return True
        try:
            await asyncio.wait_for(self._changed.wait(), wait_s)
        except asyncio.TimeoutError:
            return True
        return False

    async def _next_message(self) -> JsonObject:
        prompts, config = self._prompts, self._config
        self._player.controls = controls_of(prompts, config, self._seed)
        if self._wants_stop or self._is_new:
            self._player.stop()
        elif self._wants_reset:
            self._player.reset()
        self._wants_stop = self._wants_reset = self._is_new = False
        # Other requests are answered while a thread computes, for some hundredths of a second.
        data = await asyncio.to_thread(self._player.render)
        source: dict[str, Any] = {"clientContent": {"weightedPrompts": prompts}, "musicGenerationConfig": config}
        chunk = {"data": base64.b64encode(data).decode(), "mimeType": MIME_TYPE, "sourceMetadata": source}
        return {"serverContent": {"audioChunks": [chunk]}}
