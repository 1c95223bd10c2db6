"""Recordings in files: WAV, raw samples, and whatever the package `av` decodes if it is installed.

The result is 16-bit sound of one channel at `RATE_HZ`. `read_recording` is meant for a thread.
"""

from __future__ import annotations

import io
import re
import wave
from array import array
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..media.effort import check
from ..protocol.limits import MAX_AUDIO_BYTES, MAX_AUDIO_S
from .activity import RATE_HZ
from .resampling import Resampler, pcm_of, samples_of

_RAW_TYPES = ("audio/pcm", "audio/l16")
_WAV_TYPES = ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")
_PARAMETER = re.compile(r";\s*([\w-]+)\s*=\s*\"?([\w.-]+)\"?")
_RATES_HZ = range(8_000, 48_001)
_BLOCK_FRAMES = 48_000


class RecordingError(ValueError):
    """The error for a recording that cannot be read; the message is the reason."""


def is_recording(mime_type: str) -> bool:
    """Return whether a type is one of sound."""
    return mime_type.lower().startswith("audio/")


def rate_of(mime_type: str) -> int | None:
    """Return the rate of raw 16-bit samples with a type such as `audio/pcm;rate=24000`; None for other types.

    Raises:
        RecordingError: for a rate out of range, or more than one channel.
    """
    kind = mime_type.partition(";")[0].strip().lower()
    if kind not in _RAW_TYPES:
        return None
    parameters = {name.lower(): value for name, value in _PARAMETER.findall(mime_type)}
    rate, channels = parameters.get("rate", str(RATE_HZ)), parameters.get("channels", "1")
    if not rate.isdecimal() or int(rate) not in _RATES_HZ:
        raise RecordingError(f"the rate of {mime_type} is not between {_RATES_HZ[0]} and {_RATES_HZ[-1]}")
    if channels != "1":
        raise RecordingError(f"{mime_type} has {channels} channels; expected one")
    return int(rate)


def read_recording(data: bytes, mime_type: str) -> bytes:
    """Return a recording as 16-bit sound.

    Raises:
        RecordingError: when the recording is broken, too long, or in a format that is not known.
    """
    if len(data) > MAX_AUDIO_BYTES:
        raise RecordingError(f"the recording has {len(data)} bytes, more than the maximum of {MAX_AUDIO_BYTES}")
    rate_hz = rate_of(mime_type)
    if rate_hz is not None:
        sound = _Sound(rate_hz)
        for start in range(0, len(data), 2 * _BLOCK_FRAMES):
            sound.add(data[start : start + 2 * _BLOCK_FRAMES])
        return sound.end()
    if mime_type.partition(";")[0].strip().lower() in _WAV_TYPES:
        try:
            return _read_wav(data)
        except (wave.Error, EOFError) as error:
            if find_spec("av") is None:
                raise _unreadable(mime_type, str(error) or "the file is too short") from None
    if find_spec("av") is None:
        raise RecordingError(
            f"{mime_type} is read only if the package av is installed on the server (pip install av); "
            "audio/wav and audio/pcm are always read"
        )
    return _decode(data, mime_type)


class _Sound:
    """A recording that grows up to the maximum."""

    def __init__(self, rate_hz: int) -> None:
        self._resampler = Resampler(rate_hz, RATE_HZ)
        self._sound = bytearray()

    def add(self, pcm: bytes) -> None:
        check()
        self._sound += self._resampler.feed(pcm)
        if len(self._sound) > 2 * RATE_HZ * MAX_AUDIO_S:
            raise RecordingError(f"the recording is longer than {MAX_AUDIO_S:g} seconds")

    def end(self) -> bytes:
        return bytes(self._sound + self._resampler.end())


def _read_wav(data: bytes) -> bytes:
    with wave.open(io.BytesIO(data)) as file:
        width, channels, rate_hz = file.getsampwidth(), file.getnchannels(), file.getframerate()
        if not 1 <= channels <= 8 or not 1 <= width <= 4 or not 1_000 <= rate_hz <= 384_000:
            raise RecordingError(f"the WAV file has {channels} channels of {8 * width} bits at {rate_hz} Hz")
        sound = _Sound(rate_hz)
        while frames := file.readframes(_BLOCK_FRAMES):
            sound.add(_mono(_to_16_bits(frames, width), channels))
    return sound.end()


def _to_16_bits(frames: bytes, width: int) -> bytes:
    """Return little-endian samples of 1 to 4 bytes as samples of 16 bits; those of one byte have no sign."""
    if width == 2:
        return frames
    if width == 1:
        return pcm_of(array("h", [(byte - 128) << 8 for byte in frames]))
    count = len(frames) // width
    result = bytearray(2 * count)
    result[0::2] = frames[width - 2 : count * width : width]
    result[1::2] = frames[width - 1 : count * width : width]
    return bytes(result)


def _mono(pcm: bytes, channels: int) -> bytes:
    if channels == 1:
        return pcm
    samples = samples_of(pcm[: len(pcm) - len(pcm) % (2 * channels)])
    by_channel = [samples[index::channels] for index in range(channels)]
    return pcm_of(array("h", [sum(frame) // channels for frame in zip(*by_channel, strict=True)]))


def _decode(data: bytes, mime_type: str) -> bytes:
    av: Any = import_module("av")
    sound = _Sound(RATE_HZ)
    try:
        with av.open(io.BytesIO(data)) as container:
            converter = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
            for frame in container.decode(audio=0):
                for converted in converter.resample(frame):
                    sound.add(bytes(converted.planes[0])[: 2 * converted.samples])
    except (av.error.FFmpegError, IndexError) as error:
        raise _unreadable(mime_type, getattr(error, "strerror", None) or str(error)) from None
    return sound.end()


def _unreadable(mime_type: str, reason: str) -> RecordingError:
    return RecordingError(f"the recording cannot be read as {mime_type}: {reason}")
