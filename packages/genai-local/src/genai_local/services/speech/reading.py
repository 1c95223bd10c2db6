"""Replies of text-to-speech models: the text of the request is read aloud, and no model is involved."""

from __future__ import annotations

import asyncio
import base64
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ...engines import CandidateRequest, Engine, Piece, text_of
from ...framework.api import Api
from ...protocol.errors import JsonObject, invalid
from ...protocol.limits import MAX_AUDIO_S
from ...voice.mouth import RATE_HZ
from ...voice.sentences import sentences_of
from .voices import Voices, voices_of

MIME_TYPE = f"audio/L16;codec=pcm;rate={RATE_HZ}"
TOKENS_PER_SECOND = 25
_MODALITIES = "generationConfig.responseModalities"


def is_spoken(request: JsonObject, model: str | None) -> bool:
    """Return whether a request asks a text-to-speech model, given by its bare id, for audio."""
    return model is not None and "-tts" in model and "AUDIO" in _config(request).get("responseModalities", [])


class Reader:
    """A substitute for an engine that reads the last content of a prompt aloud.

    Args:
        engine: the engine, whose tokenizer counts the tokens of the prompt.
        voices: the voices.
        max_tokens: the longest answer, as tokens of audio.
        in_one_piece: whether the answer is one piece; otherwise each sentence is one.
    """

    def __init__(self, engine: Engine, voices: Voices, max_tokens: int, *, in_one_piece: bool) -> None:
        self._engine, self._voices, self._max_tokens = engine, voices, max_tokens
        self._in_one_piece = in_one_piece

    async def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        """Yield the sound."""
        prompt_tokens = await self._engine.count_tokens(request.prompt)
        room = 2 * (self._max_tokens * RATE_HZ // TOKENS_PER_SECOND)
        size, whole = 0, bytearray()
        async with aclosing(self._sounds(text_of(request.prompt.contents[-1]))) as sounds:
            async for sound in sounds:
                sound = sound[: room - size]
                size += len(sound)
                whole += sound
                if not self._in_one_piece:
                    yield Piece(_parts(whole), prompt_tokens=prompt_tokens, output_tokens=_tokens(size))
                    whole.clear()
                if size == room:
                    break
        reason = "MAX_TOKENS" if size == room else "STOP"
        yield Piece(_parts(whole), prompt_tokens=prompt_tokens, output_tokens=_tokens(size), finish_reason=reason)

    async def _sounds(self, text: str) -> AsyncGenerator[bytes, None]:
        for mouth, words in self._voices.lines(text):
            for sentence in sentences_of(words):
                yield await asyncio.to_thread(mouth.speak, sentence)


async def reader_of(api: Api, request: JsonObject, model: str | None, *, in_one_piece: bool) -> Reader | None:
    """Return the engine for a request for speech; None for other requests, and for engines that answer in audio themselves.

    Raises:
        ApiError: 400 for a request that cannot be spoken, or without the extra `voice`.
    """
    if api.engine.capabilities.media_output or not is_spoken(request, model):
        return None
    config = _config(request)
    if config["responseModalities"] != ["AUDIO"]:
        raise invalid(_MODALITIES, f"{model} answers in audio only; expected AUDIO alone.")
    voices = await voices_of(api, config.get("speechConfig", {}), "generationConfig.speechConfig", _MODALITIES)
    most = int(MAX_AUDIO_S * TOKENS_PER_SECOND)
    return Reader(api.engine, voices, min(config.get("maxOutputTokens") or most, most), in_one_piece=in_one_piece)


def _parts(sound: bytearray) -> list[JsonObject]:
    return [{"inlineData": {"mimeType": MIME_TYPE, "data": base64.b64encode(sound).decode()}}] if sound else []


def _tokens(size: int) -> int:
    return math.ceil(size / 2 / RATE_HZ * TOKENS_PER_SECOND)


def _config(request: JsonObject) -> JsonObject:
    return request.get("generationConfig", {})
