"""Paths of voices on both surfaces."""

from __future__ import annotations

import asyncio
import base64
import io
import secrets
import wave

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, invalid
from ...voice.extra import is_installed
from ...voice.mouth import RATE_HZ, Mouth, VoiceError, find_voice
from ...voice.voices import VOICES
from .collection import (
    FILTERS,
    KIND,
    all_voices,
    gender_of,
    matching,
    pitch_of,
    prebuilt_json,
    speaker_for,
    stored_json,
)

_REFUSED = {
    "replicated": "this server cannot copy the voice of a recording; use prompted.",
    "prebuilt": "the prebuilt voices exist already, and are listed; use prompted.",
}
_MAX_TEXT = 10_000


async def create(context: RequestContext) -> JsonObject:
    """Answer POST `voices`. A voice that is not stored has a key instead of an id: the name of the voice that speaks."""
    asked = context.message("Voice.Create")
    given: JsonObject = asked["voice"]
    kind: str = given["type"]
    if kind in _REFUSED:
        raise invalid("voice.type", _REFUSED[kind])
    prompt: JsonObject | None = given.get("prompted")
    if prompt is None:
        raise invalid("voice.prompted", "is missing; give the description of the voice as its input.")
    if not prompt["input"].strip() or len(prompt["input"]) > _MAX_TEXT:
        raise invalid("voice.prompted.input", f"expected 1 to {_MAX_TEXT} characters, not {len(prompt['input'])}.")
    try:
        find_voice(prompt.get("base_voice"))
    except VoiceError as error:
        raise invalid("voice.prompted.base_voice", str(error)) from None
    speaker = speaker_for(given)
    described = {"gender": gender_of(speaker), "pitch": pitch_of(speaker), "language_code": "en-US"}
    value = described | {name: item for name, item in given.items() if name not in ("sample_audio", "replicated")}
    sample = await asyncio.to_thread(_sample, speaker.name, value["language_code"])
    if not asked.get("store", True):
        return {**value, "key": speaker.name, **sample}
    record = context.api.records.add(
        KIND, context.place(), f"voice_{secrets.token_hex(12)}", {**value, "speaker": speaker.name}
    )
    return {**stored_json(record), **sample}


def _sample(name: str, language: str) -> JsonObject:
    """Return the field with a recording of the voice; nothing without the extra `voice`."""
    if not is_installed():
        return {}
    try:
        sound = Mouth(name, language).speak("This is how I sound.")
    except VoiceError as error:
        raise invalid("voice.language_code", str(error)) from None
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound)
    return {"sample_audio": {"mime_type": "audio/wav", "data": base64.b64encode(buffer.getvalue()).decode()}}


async def list_voices(context: RequestContext) -> JsonObject:
    """Answer GET `voices`: the voices that match all filters of the query."""
    query = context.request.query_params
    filters = {name: query.getlist(name) for name in FILTERS}
    found = matching(all_voices(context.api, context.place()), filters, query.get("search", ""))
    return context.page(found, KIND, next_field="next_page_token")


async def get(context: RequestContext) -> JsonObject:
    """Answer GET of one voice, by its id or, for a prebuilt one, by its name."""
    name = context.parameter("voice")
    voice = VOICES.get(name.lower())
    return prebuilt_json(voice) if voice is not None else stored_json(context.record(KIND, name))


async def delete(context: RequestContext) -> JsonObject:
    """Answer DELETE of one stored voice."""
    name = context.parameter("voice")
    if name.lower() in VOICES:
        raise ApiError(403, f"voices/{name} is a prebuilt voice, which cannot be deleted.")
    context.api.records.delete([context.record(KIND, name)])
    return {}


ROUTES = [
    route
    for surface in ("gemini", "vertex")
    for route in (
        Route(surface, "POST", "voices", create),
        Route(surface, "GET", "voices", list_voices),
        Route(surface, "GET", "voices/{voice}", get),
        Route(surface, "DELETE", "voices/{voice}", delete),
    )
]
