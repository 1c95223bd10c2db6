"""The names of the API's voices, and the voice of espeak-ng that speaks for each."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT = "Puck"


@dataclass(frozen=True)
class Voice:
    """How a voice sounds: a variant of espeak-ng, words a minute, and pitch from 0 to 99."""

    name: str
    variant: str
    words_per_minute: int
    pitch: int


VOICES = {
    voice.name.lower(): voice
    for voice in (
        Voice("Puck", "m6", 175, 50),
        Voice("Charon", "m3", 165, 40),
        Voice("Fenrir", "m1", 185, 55),
        Voice("Orus", "m5", 170, 45),
        Voice("Enceladus", "m4", 160, 35),
        Voice("Iapetus", "m2", 170, 48),
        Voice("Umbriel", "m6", 160, 42),
        Voice("Algieba", "m3", 175, 52),
        Voice("Algenib", "m7", 165, 30),
        Voice("Rasalgethi", "m1", 170, 45),
        Voice("Alnilam", "m5", 180, 55),
        Voice("Schedar", "m2", 165, 40),
        Voice("Achird", "m6", 180, 58),
        Voice("Zubenelgenubi", "m4", 170, 45),
        Voice("Sadachbia", "m1", 190, 62),
        Voice("Sadaltager", "m5", 175, 50),
        Voice("Kore", "f2", 175, 50),
        Voice("Zephyr", "f5", 180, 60),
        Voice("Leda", "f2", 180, 65),
        Voice("Aoede", "f5", 170, 50),
        Voice("Callirrhoe", "f1", 165, 45),
        Voice("Autonoe", "f4", 180, 55),
        Voice("Despina", "f2", 165, 55),
        Voice("Erinome", "f1", 175, 55),
        Voice("Laomedeia", "f5", 190, 65),
        Voice("Achernar", "f3", 165, 45),
        Voice("Gacrux", "f1", 160, 35),
        Voice("Pulcherrima", "f4", 185, 60),
        Voice("Vindemiatrix", "f3", 170, 40),
        Voice("Sulafat", "f5", 165, 45),
    )
}
"""The voices by their names in lower case."""

ALIASES = {
    "en": "en-us",
    "es-us": "es-419",
    "es-mx": "es-419",
    "fr": "fr-fr",
    "fr-ca": "fr-fr",
    "iw": "he",
    "no": "nb",
    "zh": "cmn",
}
"""Language codes whose name in espeak-ng differs."""
