"""Recordings in a prompt: their words, which the engine reads, and their tokens, which depend on their duration only."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass

from ...engines import Engine, Prompt
from ...framework.api import Api
from ...protocol.errors import JsonObject, invalid
from ...voice.activity import RATE_HZ
from ...voice.ears import Ears
from ...voice.extra import is_installed, needs_extra
from ...voice.recordings import RecordingError, read_recording

NO_SPEECH = "(no speech was heard)"
TOKENS_PER_SECOND = 32
_DURATION = "recordedSeconds"
"""The key of a part whose text is the transcript of a recording."""
_KEPT = 256


@dataclass(frozen=True)
class Heard:
    """The words of a recording and its duration."""

    words: str
    duration_s: float

    def part(self) -> JsonObject:
        """Return the part of a prompt for an engine that reads text."""
        return {"text": self.words or NO_SPEECH, _DURATION: self.duration_s}


class Transcripts:
    """The newest transcripts of a server, because programs send a recording again with each turn of a chat.

    Args:
        api: the server's parts; unused.
    """

    def __init__(self, api: Api) -> None:
        self._kept: OrderedDict[bytes, Heard] = OrderedDict()

    def clear(self) -> None:
        """Forget all transcripts."""
        self._kept.clear()

    def find(self, key: bytes) -> Heard | None:
        """Return the transcript of a recording, if it is known."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def add(self, key: bytes, heard: Heard) -> None:
        """Keep a transcript; the one that was not used for the longest time is dropped."""
        self._kept[key] = heard
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


async def hear(api: Api, data: bytes, mime_type: str, path: str) -> Heard:
    """Return the words of a recording.

    Args:
        api: the server's parts.
        data: the file.
        mime_type: its type.
        path: path of the part, for error messages.

    Raises:
        ApiError: 400 for a recording that cannot be read, or without the extra `voice`.
    """
    if not is_installed():
        raise needs_extra(path, f"hearing {mime_type}")
    transcripts = api.part(Transcripts)
    key = hashlib.sha256(mime_type.encode() + b"\0" + data).digest()
    heard = transcripts.find(key)
    if heard is None:
        try:
            sound = await api.reading.run(read_recording, data, mime_type)
        except RecordingError as error:
            raise invalid(path, f"{error}.") from None
        heard = Heard(await api.part(Ears).transcribe(sound), len(sound) / 2 / RATE_HZ)
        transcripts.add(key, heard)
    return heard


@dataclass(frozen=True)
class Recorded:
    """The recordings in a prompt, as tokens."""

    tokens: int = 0
    """By the rule of the service, from the duration."""
    transcript_tokens: int = 0
    """What the engine counts for the words, and the client does not see."""

    def total(self, counted: int) -> int:
        """Return the number of tokens of a prompt for which the engine has counted so many."""
        return counted - self.transcript_tokens + self.tokens

    def details(self, total: int) -> list[JsonObject]:
        """Return the tokens of a prompt with this total by their modality."""
        texts = {"modality": "TEXT", "tokenCount": total - self.tokens}
        return [texts, {"modality": "AUDIO", "tokenCount": self.tokens}] if self.tokens else [texts]


async def recorded_in(engine: Engine, prompt: JsonObject) -> Recorded:
    """Return the recordings in a prompt whose files have been replaced by their text."""
    contents: list[JsonObject] = [*prompt.get("contents", []), prompt.get("systemInstruction", {})]
    parts = [part for content in contents for part in content.get("parts", []) if _DURATION in part]
    if not parts:
        return Recorded()
    counted = [await engine.count_tokens(Prompt([{"role": "user", "parts": [part]}])) for part in parts]
    return Recorded(sum(math.ceil(part[_DURATION] * TOKENS_PER_SECOND) for part in parts), sum(counted))
