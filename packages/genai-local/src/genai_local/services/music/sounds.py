"""The waves of single notes and drums: mono samples at 48 kHz between -`PEAK` and `PEAK`, the same for equal arguments."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, repeat
from operator import add, mul
from random import Random
from typing import Literal

RATE = 48_000
PEAK = 32_767
_HIGHEST_HZ = 16_000.0
_LONGEST_CYCLE = 1200
_RELEASE_S = 0.03
Drum = Literal["kick", "snare", "hat"]


def frequency(pitch: float) -> float:
    """Return the frequency of a MIDI pitch."""
    return 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)


def tone(
    pitch: float, length_s: float, partials: Sequence[float], brightness: float, attack_s: float, decay_s: float
) -> array[int]:
    """Return a note that ends with silence.

    Args:
        pitch: MIDI pitch.
        length_s: length; the last 30 ms fade out.
        partials: amplitudes of the harmonics.
        brightness: from 0 (the fundamental dominates) to 1 (the harmonics are strengthened).
        attack_s: time until the full volume.
        decay_s: time in which the volume then falls to about a third.
    """
    cycle = _cycle(pitch, tuple(partials), brightness)
    size = int(length_s * RATE)
    whole = cycle * (size // len(cycle) + 1)
    return array("i", map(int, map(mul, islice(whole, size), _envelope(size, attack_s, decay_s))))


@lru_cache(maxsize=256)
def _cycle(pitch: float, partials: tuple[float, ...], brightness: float) -> array[float]:
    """Return a few periods that can be repeated without a gap; their number is chosen so that the pitch is exact."""
    hertz = frequency(pitch)
    period = RATE / hertz
    count = min(range(1, max(2, int(_LONGEST_CYCLE / period))), key=lambda n: abs(n * period - round(n * period)) / n)
    size = round(count * period)
    sine = [math.sin(2.0 * math.pi * index / size) for index in range(size)]
    slope = 2.4 * (brightness - 0.6)
    amplitudes = [amplitude * (number + 1) ** slope for number, amplitude in enumerate(partials)]
    amplitudes = [
        amplitude if hertz * (number + 1) < _HIGHEST_HZ else 0.0 for number, amplitude in enumerate(amplitudes)
    ]
    samples = [0.0] * size
    for number, amplitude in enumerate(amplitudes):
        if amplitude:
            stride = (number + 1) * count
            partial = (sine[index % size] for index in range(0, stride * size, stride))
            samples = list(map(add, samples, map(mul, partial, repeat(amplitude))))
    highest = max(map(abs, samples)) or 1.0
    return array("d", [PEAK * sample / highest for sample in samples])


@lru_cache(maxsize=16)
def _envelope(size: int, attack_s: float, decay_s: float) -> array[float]:
    attack = max(1, int(min(attack_s * RATE, size / 2)))
    release = max(1, min(int(_RELEASE_S * RATE), size - attack))
    levels = [index / attack for index in range(attack)]
    fall = math.exp(-1.0 / (decay_s * RATE))
    level = 1.0
    for _ in range(size - attack):
        levels.append(level)
        level *= fall
    for index in range(min(release, size)):
        levels[size - 1 - index] *= index / release
    return array("d", levels)


@lru_cache(maxsize=64)
def drum(kind: Drum, brightness: float) -> array[int]:
    """Return a stroke on a drum or on a cymbal."""
    noise = Random(kind)  # noqa: S311 - a sound, not a secret
    dark = 0.9 - 0.85 * brightness
    """The part of the last sample in the next one: a low-pass filter."""
    samples: list[float] = []
    if kind == "kick":
        phase = 0.0
        for index in range(int(0.25 * RATE)):
            at_s = index / RATE
            phase += 2.0 * math.pi * (45.0 + 110.0 * math.exp(-at_s * 30.0)) / RATE
            samples.append(math.sin(phase) * math.exp(-at_s * 14.0))
    else:
        length_s, fall = (0.2, 22.0) if kind == "snare" else (0.045, 80.0)
        last = before = 0.0
        for index in range(int(length_s * RATE)):
            at_s = index / RATE
            last = dark * last + (1.0 - dark) * noise.uniform(-1.0, 1.0)
            hiss, before = last - before, last
            body = 0.7 * last + 0.5 * math.sin(2.0 * math.pi * 185.0 * at_s) if kind == "snare" else hiss
            samples.append(body * math.exp(-at_s * fall) * min(1.0, index / 24.0))
    fade = int(0.005 * RATE)
    for index in range(fade):
        samples[-1 - index] *= index / fade
    highest = max(map(abs, samples))
    return array("i", [int(PEAK * sample / highest) for sample in samples])
