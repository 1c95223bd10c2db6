"""The notes of live music: bars of melody, chords, bass and drums, chosen by rules and a seed.

It knows neither samples nor the protocol. The same settings, seed and bar always give the same notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from .styles import NEUTRAL, Style

STEPS = 16
"""Sixteenth notes of a bar."""
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR_DEGREE = 5
"""The degree of a major scale on which its minor scale begins."""
_PROGRESSIONS = {
    "major": ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (0, 2, 3, 4)),
    "minor": ((0, 5, 2, 6), (0, 3, 6, 2), (0, 5, 3, 4), (0, 6, 5, 6)),
}
_STRENGTHS = (1.0, 0.18, 0.5, 0.18, 0.75, 0.18, 0.5, 0.22, 0.9, 0.18, 0.5, 0.18, 0.75, 0.18, 0.5, 0.25)
"""How likely a note begins at each step."""
_MELODY_PITCH, _CHORD_PITCH, _BASS_PITCH = 72, 60, 36
_LONGEST_NOTE = 4
_RANGE = 10
"""Degrees over which the melody moves."""

Part = Literal["melody", "chords", "bass", "kick", "snare", "hat"]


@dataclass(frozen=True)
class Controls:
    """The settings of a session that shape the notes."""

    style: Style = NEUTRAL
    seed: int = 0
    bpm: float = NEUTRAL.bpm
    scale: int | None = None
    """Semitones from C to the major key of the scale; None for a scale that the seed chooses."""
    density: float = NEUTRAL.density
    brightness: float = NEUTRAL.brightness
    temperature: float = 1.1
    """Size of the leaps of the melody; with 0, it stays close to the chord."""
    top_k: int = 40
    """Number of pitches between which the melody chooses."""
    mute_bass: bool = False
    mute_drums: bool = False
    only_bass_and_drums: bool = False
    is_diverse: bool = False
    """Whether each bar has a melody of its own; otherwise bars repeat."""

    def volume(self, part: Part) -> float:
        """Return the volume of a part, 0 when it is muted."""
        style, only = self.style, self.only_bass_and_drums
        if part == "melody" or part == "chords":
            volume = 0.0 if only else (style.melody if part == "melody" else style.chords)
        elif part == "bass":
            volume = 0.0 if self.mute_bass else max(style.bass, 0.5 if only else 0.0)
        else:
            volume = 0.0 if self.mute_drums else max(style.drums, 0.5 if only else 0.0)
        return min(1.0, volume)


@dataclass(frozen=True)
class Note:
    """A note or a stroke: at a step of its bar, for a number of steps."""

    part: Part
    step: int
    steps: int = 1
    pitch: int = 0
    strength: float = 1.0


def bar_notes(controls: Controls, context: int, number: int) -> list[Note]:
    """Return the notes of a bar.

    Args:
        controls: the settings.
        context: number of the piece: each has melodies and chords of its own.
        number: number of the bar in the piece.
    """
    key = Random(f"key {controls.seed} {context}")  # noqa: S311 - music, not a secret
    scale = key.randrange(12) if controls.scale is None else controls.scale
    is_minor = controls.style.minor > 0.5
    tonic = _MINOR_DEGREE if is_minor else 0
    progression = key.choice(_PROGRESSIONS["minor" if is_minor else "major"])
    root = tonic + progression[number % len(progression)]
    variation = number if controls.is_diverse else number % 2

    def random(part: str) -> Random:
        """Return random numbers for one part, so that the other parts do not depend on how many it uses."""
        return Random(f"{part} {controls.seed} {context} {variation}")  # noqa: S311

    return [
        *_melody(controls, random("melody"), scale, root),
        *_chords(scale, root),
        *_bass(controls, random("bass"), scale, root),
        *_drums(controls, random("drums")),
    ]


def _melody(controls: Controls, random: Random, scale: int, root: int) -> list[Note]:
    begins: list[int] = []
    leaps: list[float] = []
    for step, strength in enumerate(_STRENGTHS):
        # Every number is drawn, whether it is used or not, so that more density adds notes and changes no others.
        is_wanted = random.random() < 2.0 * controls.density * strength
        leaps.append(random.gauss(0.0, 1.6))
        if is_wanted or step == 0:
            begins.append(step)
    base = _MELODY_PITCH + 12 * round(controls.style.octave)
    reach = min(_RANGE, controls.top_k - 1)
    notes: list[Note] = []
    for begin, end in zip(begins, [*begins[1:], STEPS], strict=True):
        degree = round(leaps[begin] * controls.temperature) + (0, 2, 4, 2)[begin // 4] if begin else 0
        degree = degree % (2 * reach) if reach else 0
        degree = min(degree, 2 * reach - degree)  # turns at the ends of its range
        pitch = _pitch(base, scale, root + degree)
        notes.append(Note("melody", begin, min(end - begin, _LONGEST_NOTE), pitch, 0.7 + 0.3 * _STRENGTHS[begin]))
    return notes


def _chords(scale: int, root: int) -> list[Note]:
    pitches = [_pitch(_CHORD_PITCH, scale, root + third) for third in (0, 2, 4)]
    return [Note("chords", step, STEPS // 2, pitch) for step in (0, STEPS // 2) for pitch in pitches]


def _bass(controls: Controls, random: Random, scale: int, root: int) -> list[Note]:
    drawn = [(step, random.random(), random.choice((0, 0, 4))) for step in range(0, STEPS, 2)]
    begins = [(step, interval) for step, chance, interval in drawn if step in (0, 8) or chance < controls.density * 0.9]
    ends = [*(step for step, _ in begins[1:]), STEPS]
    notes: list[Note] = []
    for (begin, interval), end in zip(begins, ends, strict=True):
        pitch = _pitch(_BASS_PITCH, scale, root + (interval if begin % 8 else 0))
        notes.append(Note("bass", begin, min(end - begin, _LONGEST_NOTE), pitch))
    return notes


def _drums(controls: Controls, random: Random) -> list[Note]:
    every_beat = random.random() < controls.style.every_beat
    notes = [Note("kick", step) for step in (range(0, STEPS, 4) if every_beat else (0, 8))]
    notes += [Note("snare", step) for step in (4, 12)]
    for step, strength in enumerate(_STRENGTHS):
        if random.random() < 0.2 + 2.0 * controls.density * strength - (0.3 if step % 2 else 0.0):
            notes.append(Note("hat", step, strength=0.5 + 0.5 * strength))
    return notes


def _pitch(lowest: int, scale: int, degree: int) -> int:
    """Return the MIDI pitch of a degree of the scale, at most two octaves above `lowest`."""
    octave, index = divmod(degree, len(_MAJOR))
    pitch = lowest + scale + _MAJOR[index] + 12 * octave
    while pitch >= lowest + 24:
        pitch -= 12
    return pitch
