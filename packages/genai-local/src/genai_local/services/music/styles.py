"""What the words of a prompt mean for the music: a table of numbers, and their weighted means.

Every property of a style is a number or a tuple of numbers, so that any number of prompts can be blended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

Value = float | tuple[float, ...]


@dataclass(frozen=True)
class Style:
    """The sound of the music, except for what the settings of a session choose."""

    bpm: float = 110.0
    density: float = 0.5
    brightness: float = 0.5
    minor: float = 0.4
    """Above 0.5, the music is in the minor key of its scale."""
    octave: float = 0.0
    """Octaves by which the melody is higher than usual."""
    partials: tuple[float, ...] = (1.0, 0.5, 0.3, 0.2, 0.12, 0.08, 0.05, 0.03)
    """Amplitudes of the melody's harmonics."""
    attack_s: float = 0.01
    decay_s: float = 0.6
    swing: float = 0.0
    """The part of a sixteenth note by which every second one is late."""
    melody: float = 1.0
    chords: float = 0.6
    bass: float = 0.8
    drums: float = 0.6
    """The last four are volumes from 0 to 1."""
    every_beat: float = 0.5
    """How often the bass drum is on every beat; otherwise it is on the first and third."""


NEUTRAL = Style()

_SINE = (1.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_HOLLOW = (1.0, 0.05, 0.5, 0.05, 0.3, 0.03, 0.15, 0.02)
_SAW = (1.0, 0.5, 0.33, 0.25, 0.2, 0.17, 0.14, 0.12)
_STRUCK = (1.0, 0.6, 0.35, 0.2, 0.12, 0.08, 0.05, 0.03)
_BELL = (1.0, 0.1, 0.05, 0.6, 0.05, 0.05, 0.02, 0.3)
_REED = (0.6, 1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.12)
_ORGAN = (1.0, 0.8, 0.1, 0.6, 0.05, 0.05, 0.02, 0.4)
_VOICE = (0.7, 1.0, 0.9, 0.5, 0.15, 0.1, 0.05, 0.03)

_WORDS: Mapping[str, Mapping[str, Value]] = {
    # instruments
    "piano|keys|keyboard": {"partials": _STRUCK, "attack_s": 0.004, "decay_s": 0.9},
    "guitar|banjo|ukulele|lute|sitar": {"partials": _SAW, "attack_s": 0.003, "decay_s": 0.5},
    "harp|koto|pluck": {"partials": _STRUCK, "attack_s": 0.003, "decay_s": 0.7, "octave": 1.0, "drums": 0.1},
    "violin|strings|cello|viola|fiddle": {"partials": _SAW, "attack_s": 0.12, "decay_s": 3.0, "chords": 1.0},
    "flute|whistle|ocarina|recorder": {"partials": _SINE, "attack_s": 0.05, "decay_s": 2.0, "octave": 1.0},
    "organ|accordion|harmonica": {"partials": _ORGAN, "attack_s": 0.02, "decay_s": 4.0, "chords": 0.9},
    "synth|synthesizer|lead|arpeggio": {"partials": _SAW, "attack_s": 0.005, "decay_s": 0.5, "brightness": 0.7},
    "bell|bells|marimba|vibraphone|kalimba|glockenspiel|celesta": {
        "partials": _BELL,
        "attack_s": 0.002,
        "decay_s": 0.8,
        "octave": 1.0,
    },
    "trumpet|brass|sax|saxophone|trombone|horn|oboe|clarinet": {"partials": _REED, "attack_s": 0.03, "decay_s": 2.0},
    "choir|voice|voices|vocal|vocals|singing": {"partials": _VOICE, "attack_s": 0.1, "decay_s": 3.0, "chords": 0.9},
    "pad|pads|drone": {"attack_s": 0.3, "decay_s": 4.0, "chords": 1.0, "melody": 0.4, "density": 0.2},
    "bass|808": {"bass": 1.0},
    "drum|drums|percussion|bongos|congas|beat|beats": {"drums": 1.0},
    # kinds of music
    "techno|house|edm|dance|trance|electronic": {
        "bpm": 128.0,
        "density": 0.7,
        "brightness": 0.7,
        "drums": 1.0,
        "every_beat": 1.0,
        "partials": _SAW,
    },
    "drum and bass|dnb|jungle|breakbeat": {"bpm": 174.0, "density": 0.8, "drums": 1.0, "bass": 1.0, "every_beat": 0.0},
    "hip hop|hip-hop|trap|rap|lofi|lo-fi": {"bpm": 84.0, "density": 0.4, "swing": 0.25, "bass": 1.0, "drums": 0.9},
    "jazz|swing|bebop|blues": {"bpm": 132.0, "density": 0.7, "swing": 0.33, "partials": _REED, "every_beat": 0.0},
    "rock|metal|punk|grunge": {"bpm": 140.0, "density": 0.7, "brightness": 0.8, "drums": 1.0, "partials": _SAW},
    "ambient|meditation|space|ethereal": {
        "bpm": 68.0,
        "density": 0.1,
        "brightness": 0.3,
        "drums": 0.0,
        "chords": 1.0,
        "attack_s": 0.3,
        "decay_s": 4.0,
    },
    "classical|orchestra|orchestral|baroque|symphony|cinematic": {
        "bpm": 96.0,
        "density": 0.6,
        "drums": 0.0,
        "chords": 1.0,
        "attack_s": 0.06,
        "decay_s": 2.0,
    },
    "reggae|dub|ska": {"bpm": 76.0, "density": 0.4, "bass": 1.0, "every_beat": 0.0},
    "funk|disco|soul|groove": {"bpm": 112.0, "density": 0.7, "bass": 1.0, "drums": 0.9, "every_beat": 0.8},
    "bossa|bossa nova|samba|latin|salsa|rumba": {"bpm": 124.0, "density": 0.6, "drums": 0.7, "every_beat": 0.2},
    "waltz|folk|country": {"bpm": 104.0, "density": 0.5, "minor": 0.2, "drums": 0.3},
    "chiptune|8-bit|8bit|video game": {"bpm": 150.0, "density": 0.8, "partials": _HOLLOW, "decay_s": 0.3},
    # moods
    "happy|upbeat|cheerful|joyful|sunny|uplifting": {"minor": 0.0, "brightness": 0.7, "bpm": 126.0},
    "sad|melancholic|melancholy|gloomy|dark|ominous|eerie": {"minor": 1.0, "brightness": 0.25, "bpm": 80.0},
    "calm|chill|relaxing|relaxed|peaceful|gentle|soft|dreamy": {"bpm": 78.0, "density": 0.25, "brightness": 0.35},
    "energetic|intense|driving|fast|epic|danceable": {"bpm": 146.0, "density": 0.8, "brightness": 0.75, "drums": 1.0},
    "slow": {"bpm": 66.0},
    "bright|crisp|shiny": {"brightness": 0.9},
    "warm|mellow|muffled": {"brightness": 0.2},
    "sparse|minimal|simple": {"density": 0.15},
    "dense|busy|complex|rich": {"density": 0.9},
    "major": {"minor": 0.0},
    "minor": {"minor": 1.0},
}
_PATTERNS = [(re.compile(rf"\b(?:{words})\b", re.IGNORECASE), values) for words, values in _WORDS.items()]
_STRONG_GUIDANCE = 4.0
_NAMES = [field.name for field in fields(Style)]


def style_of(text: str) -> Style:
    """Return the style that the words of a prompt name; unknown words change nothing."""
    found = [values for pattern, values in _PATTERNS if pattern.search(text)]
    means: dict[str, Any] = {}
    for name in _NAMES:
        given = [values[name] for values in found if name in values]
        if given:
            means[name] = _mean(given, [1.0] * len(given))
    return replace(NEUTRAL, **means)


def blend(prompts: Sequence[tuple[str, float]], guidance: float) -> Style:
    """Return the mean of the styles of several prompts.

    Args:
        prompts: texts with their weights, which are not 0. With a negative weight, the style moves away.
        guidance: how much the prompts count: from 4 on, fully; with 0, not at all.
    """
    if not prompts:
        return NEUTRAL
    strength = min(1.0, guidance / _STRONG_GUIDANCE)
    total = sum(abs(weight) for _, weight in prompts)
    styles = [NEUTRAL, *(style_of(text) for text, _ in prompts)]
    shares = [strength * weight / total for _, weight in prompts]
    weights = [1.0 - sum(shares), *shares]
    return Style(**{name: _mean([getattr(style, name) for style in styles], weights) for name in _NAMES})


def _mean(values: Sequence[Value], weights: Sequence[float]) -> Any:
    total = sum(weights)
    if isinstance(values[0], tuple):
        columns = zip(*cast("Sequence[tuple[float, ...]]", values), strict=True)
        return tuple(_mean(column, weights) for column in columns)
    return max(
        0.0, sum(value * weight for value, weight in zip(cast("Sequence[float]", values), weights, strict=True)) / total
    )
