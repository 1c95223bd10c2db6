"""The voices of the server as JSON, the voices that clients have described, and the filters of lists.

A described voice speaks with one of the server's voices: the one that the client names, or one chosen by the description.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from ...framework.api import Api
from ...protocol.errors import JsonObject
from ...state.records import Place, Record
from ...voice.voices import VOICES, Voice

KIND = "voices"
FILTERS = ("accent", "context", "gender", "language_code", "persona", "pitch", "region_code", "type")
_SEARCHED = ("id", "display_name", "description", "persona", "context", "accent")
_LOW, _HIGH = 43, 57
"""Pitches of espeak-ng below and from which a voice is low or high."""
_FEMALE_WORDS = ("female", "woman", "girl", "lady", "feminine")
_MALE_WORDS = ("male", "man", "boy", "gentleman", "masculine")


def prebuilt_json(voice: Voice) -> JsonObject:
    """Return a voice of the server as JSON."""
    return {
        "id": voice.name.lower(),
        "type": "prebuilt",
        "display_name": voice.name,
        "description": f"A synthetic voice of eSpeak NG with {voice.words_per_minute} words a minute.",
        "gender": gender_of(voice),
        "pitch": pitch_of(voice),
        "language_code": "en-US",
    }


def gender_of(voice: Voice) -> str:
    """Return whether a voice sounds `female` or `male`."""
    return "female" if voice.variant.startswith("f") else "male"


def pitch_of(voice: Voice) -> str:
    """Return whether a voice is `low`, `medium` or `high`."""
    return "low" if voice.pitch < _LOW else "high" if voice.pitch >= _HIGH else "medium"


def speaker_for(given: JsonObject) -> Voice:
    """Return the voice of the server that speaks for a described one: of the gender and pitch asked for, if there is one.

    Args:
        given: a canonical VoiceInput with the type `prompted`, whose `base_voice`, if any, is known.
    """
    base: str = given["prompted"].get("base_voice", "")
    if base:
        return VOICES[base.lower()]
    words = given["prompted"]["input"].lower().replace(",", " ").replace(".", " ").split()
    gender: str = given.get("gender", "").lower()
    if not gender:
        gender = next((word for word in words if word in (*_FEMALE_WORDS, *_MALE_WORDS)), "")
    wanted = "female" if gender in _FEMALE_WORDS else "male" if gender in _MALE_WORDS else ""
    pitch: str = given.get("pitch") or next((word for word in words if word in ("low", "high")), "")
    found = sorted(VOICES.values(), key=lambda voice: voice.name)
    found = [voice for voice in found if wanted in ("", gender_of(voice))] or found
    found = [voice for voice in found if pitch in ("", pitch_of(voice))] or found
    return found[zlib.crc32(given["prompted"]["input"].encode()) % len(found)]


def stored_json(record: Record) -> JsonObject:
    """Return a stored voice as JSON."""
    shown = {name: value for name, value in record.value.items() if name != "speaker"}
    return {"id": record.id, **shown}


def all_voices(api: Api, place: Place) -> list[JsonObject]:
    """Return the stored voices, newest first, and then the voices of the server by name."""
    stored = [stored_json(record) for record in api.records.newest(KIND, place)]
    return stored + [prebuilt_json(VOICES[name]) for name in sorted(VOICES)]


def matching(voices: Sequence[JsonObject], filters: dict[str, list[str]], search: str) -> list[JsonObject]:
    """Return the voices that have one of the values of each filter, and contain the text that is searched for.

    Args:
        voices: the voices.
        filters: the accepted values by field; case does not matter.
        search: a text; empty for all voices.
    """
    accepted = {name: {value.lower() for value in values} for name, values in filters.items() if values}
    return [
        voice
        for voice in voices
        if all(str(voice.get(name, "")).lower() in values for name, values in accepted.items())
        and any(search.lower() in str(voice.get(name, "")).lower() for name in _SEARCHED)
    ]


def speakers(api: Api) -> dict[str, str]:
    """Return the names of the server's voices that speak for the stored ones, by their ids, which cannot be guessed."""
    return {record.id: record.value["speaker"] for record in api.records.all_of(KIND)}
