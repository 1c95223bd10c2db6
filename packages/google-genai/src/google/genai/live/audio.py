"""Sound for live sessions: pieces of raw samples for the service, WAV files, the microphone and the loudspeaker.

Sound is 16-bit PCM, little-endian, as bytes. The service takes one channel, best at 16,000 samples per second, and sends
24,000. Only `microphone` and `Speaker` need another package, `sounddevice`.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
import wave
from array import array
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import lru_cache
from operator import mul
from typing import TYPE_CHECKING, Any, BinaryIO

from .. import types

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

__all__ = [
    "INPUT_RATE",
    "OUTPUT_RATE",
    "Recording",
    "Speaker",
    "chunks",
    "microphone",
    "read_wav",
    "resample",
    "write_wav",
]

INPUT_RATE = 16_000
"""Samples per second that the service wants."""
OUTPUT_RATE = 24_000
"""Samples per second of the service's answers."""
_SAMPLE_BYTES = 2
_MAX_RATE = 192_000
_QUEUED_BLOCKS = 256
_TAPS = 16
"""Number of zero crossings of the filter on each side; more make it steeper."""


def chunks(
    samples: bytes | Iterable[bytes], *, rate: int = INPUT_RATE, channels: int = 1, chunk_ms: int = 20
) -> Iterator[types.Blob]:
    """Yield sound in the pieces that a live session takes: mono, 16,000 samples per second.

    Args:
      samples: 16-bit PCM, as a whole or in pieces of any size.
      rate: Samples per second of each channel, 1,000 to 192,000.
      channels: Number of channels, whose average is taken.
      chunk_ms: Length of a piece in milliseconds, 1 to 1,000. The last piece may be shorter.

    Raises `ValueError` for an invalid argument, and for samples that are not whole at the end.

    Example::

        for blob in audio.chunks(bytes(44_100 * 2), rate=44_100):
            assert blob.mime_type == "audio/pcm;rate=16000"
    """
    _check(rate, channels)
    if not 1 <= chunk_ms <= 1000:
        raise ValueError(f"chunk_ms: expected 1 to 1000 milliseconds, got {chunk_ms}.")
    size = INPUT_RATE * chunk_ms // 1000 * _SAMPLE_BYTES
    waiting = bytearray()
    for piece in _converted(samples, rate, channels):
        waiting += piece
        start = 0
        while len(waiting) - start >= size:
            yield _blob(bytes(waiting[start : start + size]))
            start += size
        del waiting[:start]
    if waiting:
        yield _blob(bytes(waiting))


def _blob(data: bytes) -> types.Blob:
    return types.Blob(data=data, mime_type=f"audio/pcm;rate={INPUT_RATE}")


def _converted(samples: bytes | Iterable[bytes], rate: int, channels: int) -> Iterator[bytes]:
    pieces = [bytes(samples)] if isinstance(samples, (bytes, bytearray, memoryview)) else samples
    converter = _Resampler(rate, INPUT_RATE)
    frame = channels * _SAMPLE_BYTES
    rest = b""
    for piece in pieces:
        data = rest + bytes(piece)
        whole = len(data) - len(data) % frame
        rest = data[whole:]
        yield converter.feed(_mono(data[:whole], channels))
    if rest:
        raise ValueError(f"samples: the last sample is not whole: {len(rest)} of {frame} bytes.")
    yield converter.finish()


def resample(samples: bytes, *, from_rate: int, to_rate: int) -> bytes:
    """Return mono sound with another number of samples per second.

    Args:
      samples: 16-bit PCM, one channel.
      from_rate: Samples per second of `samples`, 1,000 to 192,000.
      to_rate: Samples per second of the result, 1,000 to 192,000.

    Frequencies that the new rate cannot represent are filtered out. Raises `ValueError` for an invalid argument.

    Example::

        assert len(audio.resample(bytes(2 * 48_000), from_rate=48_000, to_rate=16_000)) == 2 * 16_000
    """
    _check(from_rate, 1, "from_rate")
    _check(to_rate, 1, "to_rate")
    if len(samples) % _SAMPLE_BYTES:
        raise ValueError(f"samples: expected an even number of bytes, got {len(samples)}.")
    converter = _Resampler(from_rate, to_rate)
    return converter.feed(samples) + converter.finish()


def _check(rate: int, channels: int, name: str = "rate") -> None:
    if not 1000 <= rate <= _MAX_RATE:
        raise ValueError(f"{name}: expected 1,000 to 192,000 samples per second, got {rate}.")
    if not 1 <= channels <= 32:
        raise ValueError(f"channels: expected 1 to 32 channels, got {channels}.")


def _mono(data: bytes, channels: int) -> bytes:
    if channels == 1:
        return data
    values = _values(data)
    sums = [sum(column) for column in zip(*(values[channel::channels] for channel in range(channels)), strict=True)]
    return _bytes(array("h", [total // channels for total in sums]))


def _values(data: bytes) -> array[int]:
    values = array("h")
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _bytes(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


@lru_cache(maxsize=8)
def _phases(up: int, down: int) -> tuple[int, list[list[float]]]:
    """Return the reach of the filter in input samples, and its weights for each of the `up` positions between two of them."""
    cutoff = min(1.0, up / down)
    reach = math.ceil(_TAPS / cutoff)
    phases: list[list[float]] = []
    for phase in range(up):
        offset = phase / up
        weights = [_windowed_sinc(position - offset, cutoff, reach) for position in range(1 - reach, reach + 1)]
        total = sum(weights)
        phases.append([weight / total for weight in weights])
    return reach, phases


def _windowed_sinc(at: float, cutoff: float, reach: int) -> float:
    if abs(at) >= reach:
        return 0.0
    window = 0.42 + 0.5 * math.cos(math.pi * at / reach) + 0.08 * math.cos(2 * math.pi * at / reach)
    angle = math.pi * at * cutoff
    return window * (1.0 if angle == 0 else math.sin(angle) / angle)


class _Resampler:
    """A converter that takes sound piece by piece."""

    def __init__(self, from_rate: int, to_rate: int) -> None:
        divisor = math.gcd(from_rate, to_rate)
        self._up, self._down = to_rate // divisor, from_rate // divisor
        self._is_idle = self._up == self._down
        if not self._is_idle:
            self._reach, self._phases = _phases(self._up, self._down)
            self._kept = array("h", [0] * (self._reach - 1))
        self._position = 0
        """Position of the next output sample, in steps of 1/up of an input sample, from the first one that is kept."""
        self._taken = self._given = 0

    def feed(self, data: bytes) -> bytes:
        """Return what can be computed with another piece."""
        if self._is_idle:
            return data
        values = _values(data)
        self._taken += len(values)
        self._kept.extend(values)
        return self._compute(None)

    def finish(self) -> bytes:
        """Return the rest. The whole result is as long as the whole input."""
        if self._is_idle:
            return b""
        self._kept.extend([0] * (self._reach + 1))
        return self._compute(-(-self._taken * self._up // self._down) - self._given)

    def _compute(self, at_most: int | None) -> bytes:
        kept, up, down, width = self._kept, self._up, self._down, 2 * self._reach
        phases, position, size = self._phases, self._position, len(self._kept)
        computed = array("h")
        while at_most is None or len(computed) < at_most:
            start, phase = divmod(position, up)
            if start + width > size:
                break
            value = sum(map(mul, phases[phase], kept[start : start + width]))
            computed.append(max(-32768, min(32767, round(value))))
            position += down
        done = min(position // up, size)
        del kept[:done]
        self._position = position - done * up
        self._given += len(computed)
        return _bytes(computed)


# WAV files


def read_wav(file: str | os.PathLike[str] | BinaryIO) -> tuple[bytes, int]:
    """Return the sound of a WAV file as mono 16-bit PCM, and its samples per second.

    Args:
      file: Path, or a binary file object. 8, 16, 24 and 32 bits per sample are read, with any number of channels.

    Raises `ValueError` for a file that is not WAV, or has another format.

    Example::

        audio.write_wav("question.wav", bytes(32_000), rate=16_000)
        samples, rate = audio.read_wav("question.wav")
        assert rate == 16_000 and len(samples) == 32_000
    """
    try:
        with wave.open(_opened(file), "rb") as reader:
            width, channels, rate = reader.getsampwidth(), reader.getnchannels(), reader.getframerate()
            data = reader.readframes(reader.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{file}: not a WAV file with PCM samples: {error}") from error
    data = data[: len(data) - len(data) % (width * channels)]
    return _mono(_sixteen_bits(data, width), channels), rate


def _opened(file: str | os.PathLike[str] | BinaryIO) -> str | BinaryIO:
    return os.fspath(file) if isinstance(file, (str, os.PathLike)) else file


def _sixteen_bits(data: bytes, width: int) -> bytes:
    if width == 2:
        return data
    if width == 1:  # unsigned
        return _bytes(array("h", [(value - 128) << 8 for value in data]))
    kept = bytearray(len(data) // width * 2)
    kept[0::2], kept[1::2] = data[width - 2 :: width], data[width - 1 :: width]
    return bytes(kept)


def write_wav(
    file: str | os.PathLike[str] | BinaryIO, samples: bytes, *, rate: int = OUTPUT_RATE, channels: int = 1
) -> None:
    """Write 16-bit PCM as a WAV file.

    Args:
      file: Path, or a binary file object.
      samples: The sound.
      rate: Samples per second.
      channels: Number of channels, whose samples alternate.

    Example::

        audio.write_wav("silence.wav", bytes(48_000))
    """
    with wave.open(_opened(file), "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(_SAMPLE_BYTES)
        writer.setframerate(rate)
        writer.writeframes(samples)


class Recording:
    """The sound of a model, collected from messages.

    Example::

        recording = audio.Recording()
        async for message in session.receive():
            recording.add(message)
        recording.save("answer.wav")
    """

    def __init__(self) -> None:
        self.rate = OUTPUT_RATE
        """Samples per second; those that the messages state."""
        self._pieces: list[bytes] = []

    def add(self, message: types.LiveServerMessage) -> bytes:
        """Add the sound in a message, and return it. After an interruption, the sound so far stays."""
        content = message.server_content
        parts = content.model_turn.parts if content is not None and content.model_turn is not None else None
        added = b""
        for part in parts or ():
            blob = part.inline_data
            if blob is not None and blob.data and (blob.mime_type or "").startswith("audio/"):
                self.rate = rate_of(blob.mime_type) or self.rate
                added += blob.data
        if added:
            self._pieces.append(added)
        return added

    @property
    def samples(self) -> bytes:
        """The sound so far, as 16-bit PCM."""
        return b"".join(self._pieces)

    @property
    def duration_s(self) -> float:
        """Length of the sound in seconds."""
        return sum(map(len, self._pieces)) / _SAMPLE_BYTES / self.rate

    def save(self, file: str | os.PathLike[str] | BinaryIO) -> None:
        """Write the sound as a WAV file."""
        write_wav(file, self.samples, rate=self.rate)


def rate_of(mime_type: str | None) -> int | None:
    """Return the samples per second in a media type such as "audio/pcm;rate=24000", or None.

    Example::

        assert audio.rate_of("audio/pcm;rate=24000") == 24_000
    """
    for parameter in (mime_type or "").split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "rate" and value.isdigit():
            return int(value)
    return None


# Devices


def _sounddevice() -> Any:
    try:
        import sounddevice  # pyright: ignore
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "The microphone and the loudspeaker need the package sounddevice: pip install sounddevice", name=error.name
        ) from error
    return sounddevice  # pyright: ignore


async def microphone(*, rate: int = INPUT_RATE, chunk_ms: int = 20, device: Any = None) -> AsyncIterator[types.Blob]:
    """Yield the sound of the microphone, in pieces for `send_realtime_input(audio=...)`, until the iteration is left.

    Args:
      rate: Samples per second of the device; the pieces have 16,000.
      chunk_ms: Length of a piece in milliseconds.
      device: Name or number of the device; the system's default when None.

    If the program is too slow, the oldest sound is dropped. Raises `ModuleNotFoundError` without `sounddevice`.
    """
    sounddevice = _sounddevice()
    loop, blocks = asyncio.get_running_loop(), asyncio.Queue[bytes]()

    def keep(data: bytes) -> None:
        if blocks.qsize() >= _QUEUED_BLOCKS:
            blocks.get_nowait()
        blocks.put_nowait(data)

    def callback(data: Any, frames: int, time: Any, status: Any) -> None:
        loop.call_soon_threadsafe(keep, bytes(data))

    converter = _Resampler(rate, INPUT_RATE)
    block = rate * chunk_ms // 1000
    with sounddevice.RawInputStream(
        samplerate=rate, blocksize=block, channels=1, dtype="int16", device=device, callback=callback
    ):
        while True:
            data = converter.feed(await blocks.get())
            if data:
                yield _blob(data)


class Speaker:
    """The loudspeaker: plays the sound of messages, and forgets what is not yet played after an interruption.

    Args:
      rate: Samples per second.
      device: Name or number of the device; the system's default when None.

    Example::

        with audio.Speaker() as speaker:
            async for message in session.receive():
                speaker.play(message)

    Raises `ModuleNotFoundError` without `sounddevice`.
    """

    def __init__(self, *, rate: int = OUTPUT_RATE, device: Any = None) -> None:
        self._waiting = bytearray()
        self._recording = Recording()
        self._stream = _sounddevice().RawOutputStream(
            samplerate=rate, channels=1, dtype="int16", device=device, callback=self._fill
        )

    def play(self, message: types.LiveServerMessage) -> None:
        """Play the sound in a message after the earlier sound. A message with `interrupted` ends the sound at once."""
        if message.server_content is not None and message.server_content.interrupted:
            self._waiting.clear()
        self._waiting += self._recording.add(message)
        self._recording = Recording()

    @property
    def waiting_s(self) -> float:
        """Seconds of sound that are not yet played."""
        return len(self._waiting) / _SAMPLE_BYTES / self._stream.samplerate

    def _fill(self, data: Any, frames: int, time: Any, status: Any) -> None:
        taken = bytes(self._waiting[: len(data)])
        del self._waiting[: len(taken)]
        data[:] = taken + bytes(len(data) - len(taken))

    def __enter__(self) -> Self:
        self._stream.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.stop()
        self._stream.close()
