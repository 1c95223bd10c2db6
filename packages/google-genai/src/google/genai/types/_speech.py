"""Speech settings: voice, speakers, language. Not part of this module: requesting, encoding and playing audio."""

from typing import Union

from ._base import Model
from ._later import ReplicatedVoiceConfig


class PrebuiltVoiceConfig(Model):
    """One of the service's prebuilt voices. API: `PrebuiltVoiceConfig`."""

    voice_name: str | None = None
    """Name of the voice, such as "Kore" or "Puck"; the service refuses an unknown name (400)."""


class VoiceConfig(Model):
    """Voice to speak with; set one of the fields. API: `VoiceConfig`."""

    prebuilt_voice_config: PrebuiltVoiceConfig | None = None
    """A prebuilt voice of the service."""

    replicated_voice_config: ReplicatedVoiceConfig | None = None
    """A voice that the service imitates from a recording."""

    voice: str | None = None
    """Name of a voice of your own, as the service reported it when the voice was created."""


class SpeakerVoiceConfig(Model):
    """Voice of one speaker in a dialogue. API: `SpeakerVoiceConfig`."""

    speaker: str | None = None
    """Name of the speaker, exactly as it appears in the prompt before the lines of dialogue."""

    voice_config: VoiceConfig | None = None
    """Voice for this speaker's lines."""


class MultiSpeakerVoiceConfig(Model):
    """Voices for a dialogue. API: `MultiSpeakerVoiceConfig`.

    Example::

        types.MultiSpeakerVoiceConfig(
            speaker_voice_configs=[
                types.SpeakerVoiceConfig(
                    speaker=speaker,
                    voice_config=types.VoiceConfig(
                        prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=voice)
                    ),
                )
                for speaker, voice in [("Joe", "Kore"), ("Jane", "Puck")]
            ]
        )
    """

    speaker_voice_configs: list[SpeakerVoiceConfig] | None = None
    """One entry for each speaker; the speech models support two."""


class SpeechConfig(Model):
    """Voice and language of a spoken answer. API: `GenerationConfig.speechConfig`.

    Set `voice_config` or `multi_speaker_voice_config`, not both.
    """

    language_code: str | None = None
    """Language as a BCP 47 tag, such as "de-DE"."""

    voice_config: VoiceConfig | None = None
    """Voice of a single speaker; the model's default voice when unset."""

    multi_speaker_voice_config: MultiSpeakerVoiceConfig | None = None
    """Voices of a dialogue."""


SpeechConfigUnion = Union[str, SpeechConfig]
"""A `SpeechConfig`, or the name of a prebuilt voice."""
