"""The audio of a session: what the user says becomes parts of a turn, and the answer becomes messages for the client.

Without a voice there is only text. An engine that takes and gives any media, such as the scripted one, gets audio as it
is, and its spoken answers are silence of a fitting length.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from ...engines import Capabilities
from ...protocol.errors import JsonObject, invalid
from ...protocol.limits import MAX_BODY_BYTES
from ...voice.extra import needs_extra
from .settings import Settings

OUTPUT_RATE_HZ = 24_000
_SILENCE_PER_CHARACTER_S = 0.06
_LONGEST_PIECE_S = 1.0


class Listener(Protocol):
    """The session as its speech sees it. All methods are called on the event loop of the session, one at a time."""

    async def begin_activity(self) -> None:
        """Note that the user has begun; interrupts the answer unless the setup says otherwise."""
        ...

    async def end_activity(self, parts: list[JsonObject]) -> None:
        """Note that the user has finished; the parts are the turn, which is answered."""
        ...

    async def send(self, message: JsonObject) -> None:
        """Send a message to the client."""
        ...

    def post(self, event: Callable[[], Awaitable[None]]) -> None:
        """Handle an event of the session after those before it; an error that it raises ends the session."""
        ...

    def note_unsaved_input(self) -> None:
        """Note that the newest message of the client is not part of the stored contents yet."""
        ...


class Speech(Protocol):
    """The audio of one session."""

    async def hear(self, audio: JsonObject, path: str) -> None:
        """Take a piece of the user's audio, a Blob.

        Raises:
            ApiError: 400 for audio that cannot be heard.
        """
        ...

    async def begin_activity(self) -> None:
        """Take the client's own signal that the user begins to speak."""
        ...

    async def end_activity(self) -> None:
        """Take the client's own signal that the user has finished."""
        ...

    async def end_stream(self) -> None:
        """Take the client's signal that no more audio follows for now."""
        ...

    def say(self, parts: list[JsonObject]) -> AsyncGenerator[JsonObject, None]:
        """Yield the server's contents for new parts of the answer."""
        ...

    def finish(self) -> AsyncGenerator[JsonObject, None]:
        """Yield the server's contents for the rest of the answer, which has ended."""
        ...

    def stop(self, said: list[JsonObject]) -> list[JsonObject]:
        """Forget the rest of the answer, because it was interrupted; of the parts so far, return those that the user got."""
        ...

    def output_s(self) -> float | None:
        """Return how long the turn, which has ended, was spoken; None if it was not."""
        ...

    async def close(self) -> None:
        """End all work; the session has ended."""
        ...


class Voiceless:
    """A session without a voice.

    Args:
        session: the session.
        settings: its settings.
        can: abilities of the engine.

    Raises:
        ApiError: 400 when the setup asks for spoken answers and the engine cannot give them.
    """

    def __init__(self, session: Listener, settings: Settings, can: Capabilities) -> None:
        if settings.is_spoken and not can.media_output:
            raise needs_extra("setup.generationConfig.responseModalities", "AUDIO")
        self._session = session
        self._is_spoken = settings.is_spoken
        self._has_transcription = "outputAudioTranscription" in settings.setup
        self._can_hear = can.media
        self._heard: list[JsonObject] = []
        self._size = 0

    async def hear(self, audio: JsonObject, path: str) -> None:
        """Keep a piece of audio for the turn."""
        if not self._can_hear:
            raise needs_extra(path, "audio")
        self._size += len(audio.get("data", ""))
        if self._size > MAX_BODY_BYTES:
            raise invalid(path, f"the audio of the turn has more than {MAX_BODY_BYTES} bytes; end the turn.")
        self._heard.append({"inlineData": audio})
        self._session.note_unsaved_input()

    async def begin_activity(self) -> None:
        """Pass the signal on."""
        await self._session.begin_activity()

    async def end_activity(self) -> None:
        """End the turn."""
        heard, self._heard, self._size = self._heard, [], 0
        await self._session.end_activity(heard)

    async def end_stream(self) -> None:
        """End the turn if the user has said something."""
        if self._heard:
            await self.end_activity()

    async def say(self, parts: list[JsonObject]) -> AsyncGenerator[JsonObject, None]:
        """Yield the parts as they are; in a spoken answer, silence in place of text."""
        if not self._is_spoken:
            yield {"modelTurn": {"role": "model", "parts": parts}}
            return
        for part in parts:
            text: str = part.get("text", "")
            if not text or part.get("thought"):
                yield {"modelTurn": {"role": "model", "parts": [part]}}
                continue
            if self._has_transcription:
                yield {"outputTranscription": {"text": text}}
            for audio in _silence(len(text) * _SILENCE_PER_CHARACTER_S):
                yield {"modelTurn": {"role": "model", "parts": [{"inlineData": audio}]}}

    async def finish(self) -> AsyncGenerator[JsonObject, None]:
        """Yield the end of the transcription."""
        if self._is_spoken and self._has_transcription:
            yield {"outputTranscription": {"finished": True}}

    def stop(self, said: list[JsonObject]) -> list[JsonObject]:
        """Return all parts: nothing is left."""
        return said

    def output_s(self) -> float | None:
        """Return None: the engine counts its tokens itself."""
        return None

    async def close(self) -> None:
        """Do nothing: no work is running."""


def _silence(length_s: float) -> list[JsonObject]:
    """Return PCM16 of a length, in pieces."""
    pieces: list[JsonObject] = []
    while length_s > 0:
        piece_s = min(length_s, _LONGEST_PIECE_S)
        data = base64.b64encode(bytes(2 * int(piece_s * OUTPUT_RATE_HZ))).decode()
        pieces.append({"mimeType": f"audio/pcm;rate={OUTPUT_RATE_HZ}", "data": data})
        length_s -= piece_s
    return pieces
