"""The voices that a `speechConfig` asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ...framework.api import Api
from ...protocol.errors import JsonObject, invalid
from ...voice.extra import is_installed, needs_extra
from ...voice.mouth import Mouth, VoiceError, find_voice
from ..voices.collection import speakers

_MAX_SPEAKERS = 2


class Voices:
    """The voices of a reply: one for each speaker, or one for everything.

    Args:
        config: a canonical SpeechConfig.
        path: its path.
        speakers: the names of the voices that speak for stored ones, by their ids.

    Raises:
        ApiError: 400 for unknown voices or languages, and for voices that are made of a sample.
    """

    def __init__(self, config: JsonObject, path: str, speakers: Mapping[str, str]) -> None:
        self._speakers = speakers
        several: list[JsonObject] = config.get("multiSpeakerVoiceConfig", {}).get("speakerVoiceConfigs", [])
        if several and config.get("voiceConfig"):
            raise invalid(f"{path}.multiSpeakerVoiceConfig", "give either this or voiceConfig, not both.")
        if len(several) > _MAX_SPEAKERS:
            problem = f"expected at most {_MAX_SPEAKERS} speakers, not {len(several)}."
            raise invalid(f"{path}.multiSpeakerVoiceConfig.speakerVoiceConfigs", problem)
        self._language: str | None = config.get("languageCode") or None
        self.main = self._mouth(config.get("voiceConfig", {}), f"{path}.voiceConfig", path)
        self.speakers: dict[str, Mouth] = {}
        """The voices by the names of their speakers, in lower case."""
        for index, each in enumerate(several):
            where = f"{path}.multiSpeakerVoiceConfig.speakerVoiceConfigs[{index}]"
            name: str = each.get("speaker", "").strip()
            if not name:
                raise invalid(f"{where}.speaker", "is missing; give the name before the colon in the text.")
            self.speakers[name.lower()] = self._mouth(each.get("voiceConfig", {}), f"{where}.voiceConfig", path)

    def _mouth(self, config: JsonObject, path: str, root: str) -> Mouth:
        if config.get("replicatedVoiceConfig"):
            raise invalid(f"{path}.replicatedVoiceConfig", "is not supported; use prebuiltVoiceConfig.")
        name: str | None = config.get("prebuiltVoiceConfig", {}).get("voiceName") or config.get("voice")
        name = self._speakers.get((name or "").removeprefix("voices/"), name)
        try:
            find_voice(name)
        except VoiceError as error:
            raise invalid(f"{path}.prebuiltVoiceConfig.voiceName", str(error)) from None
        try:
            return Mouth(name, self._language)
        except VoiceError as error:
            raise invalid(f"{root}.languageCode", str(error)) from None

    def lines(self, text: str) -> list[tuple[Mouth, str]]:
        """Return the parts of a text with their voices.

        With several speakers, a line such as `Anna: Hello.` is spoken without the name by her voice, and a line without a name by
        the voice of the line before. Lines before the first name are not spoken.
        """
        if not self.speakers:
            return [(self.main, text)]
        result: list[tuple[Mouth, str]] = []
        mouth: Mouth | None = None
        for line in text.splitlines():
            name, colon, rest = line.partition(":")
            named = self.speakers.get(name.strip(" *").lower()) if colon else None
            mouth, words = (named, rest) if named is not None else (mouth, line)
            if mouth is not None and words.strip():
                result.append((mouth, words))
        return result


async def voices_of(api: Api, config: JsonObject, path: str, what_asks: str) -> Voices:
    """Return the voices for a canonical SpeechConfig.

    Args:
        api: the server's parts.
        config: the message.
        path: its path.
        what_asks: path of the field that asks for speech.

    Raises:
        ApiError: 400 for an invalid message, or without the extra `voice`.
    """
    if not is_installed():
        raise needs_extra(what_asks, "speech")
    return await asyncio.to_thread(Voices, config, path, speakers(api))
