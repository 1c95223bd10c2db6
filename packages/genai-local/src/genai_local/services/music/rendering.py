"""Live music as samples: the notes of a composition, mixed in stereo, in pieces of two seconds without gaps."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from dataclasses import replace

from .composition import STEPS, Controls, Note, Part, bar_notes
from .mixing import FULL, Mix, packed
from .sounds import RATE, drum, tone

CHUNK_S = 2.0
CHANNELS = 2
_CHUNK = int(CHUNK_S * RATE)
_FADE = int(0.03 * RATE)
_KEPT_SAMPLES = 4_000_000
_VOLUMES: dict[Part, float] = {"melody": 0.2, "chords": 0.05, "bass": 0.18, "kick": 0.22, "snare": 0.1, "hat": 0.04}
"""With the places of the parts, the sum of everything that may sound together is less than 1; a chord has three notes."""
_PLACES: dict[Part, float] = {"melody": 0.4, "hat": 0.5}
"""The largest distance of a part from the middle."""
_CHORD_PARTIALS = (1.0, 0.4, 0.25, 0.15, 0.1, 0.06, 0.03, 0.02)
_BASS_PARTIALS = (1.0, 0.6, 0.3, 0.15, 0.08, 0.04, 0.02, 0.01)
_DETUNE = 0.06
"""Difference between the pitches of a chord on the two sides, in semitones."""


class Player:
    """A piece of music that is rendered chunk by chunk; the settings may change between chunks."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        """Settings of the next notes. A change of the tempo or of the scale waits for `reset`."""
        self._context = 0
        self._begin(0)
        self._sides = (Mix(), Mix())
        self._waves: dict[object, tuple[int, int]] = {}
        """The packed waves of the last notes, with their lengths in samples."""
        self._kept = 0

    def reset(self) -> None:
        """Begin another piece, with the current tempo and scale, after the notes of this one have faded out."""
        self._context += 1
        self._begin(_FADE)
        for side in self._sides:
            side.fade_out(_FADE)

    def stop(self) -> None:
        """Begin another piece, in silence."""
        self._context += 1
        self._begin(0)
        for side in self._sides:
            side.clear()

    def _begin(self, delay: int) -> None:
        self._bpm, self._scale = self.controls.bpm, self.controls.scale
        self._step = 0
        self._next = float(delay)
        """Where the next step begins, in samples from now on."""
        self._notes: list[Note] = []
        self._composed: Controls | None = None

    def render(self) -> bytes:
        """Return the next two seconds as 16-bit samples of both sides in turn, little-endian."""
        while self._next < _CHUNK:
            self._mix_step()
        self._next -= _CHUNK
        left, right = (side.take(_CHUNK) for side in self._sides)
        result = bytearray(2 * CHANNELS * _CHUNK)
        result[0::4], result[1::4], result[2::4], result[3::4] = left[0::2], left[1::2], right[0::2], right[1::2]
        return bytes(result)

    def _mix_step(self) -> None:
        """Mix the notes that begin at the next step."""
        controls = replace(self.controls, bpm=self._bpm, scale=self._scale)
        bar, step = divmod(self._step, STEPS)
        if step == 0 or controls != self._composed:
            self._notes, self._composed = bar_notes(controls, self._context, bar), controls
        step_s = 60.0 / self._bpm / 4.0
        late_s = step_s * controls.style.swing if step % 2 else 0.0
        for note in self._notes:
            volume = controls.volume(note.part) * note.strength
            if note.step == step and volume:
                begin = int(self._next + late_s * RATE)
                self._mix_note(note, controls, step_s * note.steps - late_s, begin, volume * _VOLUMES[note.part])
        self._next += step_s * RATE
        self._step += 1

    def _mix_note(self, note: Note, controls: Controls, length_s: float, begin: int, volume: float) -> None:
        place = _PLACES.get(note.part, 0.0)
        if note.part == "melody":
            place *= math.sin(note.pitch)
        elif note.part == "hat":
            place *= 1.0 if note.step % 4 else -1.0
        for side, direction in zip(self._sides, (-1.0, 1.0), strict=True):
            wave = self._wave(note, controls, length_s, direction)
            side.add(wave, begin, int(FULL * volume * (1.0 + direction * place)))

    def _wave(self, note: Note, controls: Controls, length_s: float, direction: float) -> int:
        style = controls.style
        brightness = round(controls.brightness, 1)
        if note.part in ("kick", "snare", "hat"):
            return self._kept_wave((note.part, brightness), lambda: drum(note.part, brightness))
        pitch = float(note.pitch)
        if note.part == "melody":
            partials = tuple(round(partial, 2) for partial in style.partials)
            sound = (partials, brightness, round(style.attack_s, 3), max(0.1, round(style.decay_s, 1)))
        elif note.part == "chords":
            pitch += direction * _DETUNE / 2.0
            sound = (_CHORD_PARTIALS, brightness, 0.08, 3.0)
        else:
            sound = (_BASS_PARTIALS, brightness, 0.004, 0.5)
        return self._kept_wave((pitch, length_s, sound), lambda: tone(pitch, length_s, *sound))

    def _kept_wave(self, key: object, make: Callable[[], array[int]]) -> int:
        """Return a packed wave; the last ones are kept for the next note with the same sound."""
        if key not in self._waves:
            samples = make()
            self._waves[key] = packed(samples), len(samples)
            self._kept += len(samples)
            while self._kept > _KEPT_SAMPLES and len(self._waves) > 1:
                self._kept -= self._waves.pop(next(iter(self._waves)))[1]
        return self._waves[key][0]
