"""The sound of live sessions: pieces, conversion of rates, WAV files, recordings, devices."""

from __future__ import annotations

import asyncio
import io
import itertools
import math
import struct
import sys
import types as python_types
import wave
from typing import Any

import pytest
from hypothesis import given, strategies as st

from google.genai import types
from google.genai.live import audio


def _tone(hertz: float, rate: int, seconds: float = 0.5, volume: int = 10_000) -> bytes:
    count = int(rate * seconds)
    return struct.pack(
        f"<{count}h", *(round(volume * math.sin(2 * math.pi * hertz * at / rate)) for at in range(count))
    )


def _strength(samples: bytes, hertz: float, rate: int) -> float:
    """Return the amplitude of a frequency in the middle of a sound."""
    values = struct.unpack(f"<{len(samples) // 2}h", samples)
    middle = values[len(values) // 5 : -len(values) // 5]
    angles = [2 * math.pi * hertz * at / rate for at in range(len(middle))]
    real = sum(value * math.cos(angle) for value, angle in zip(middle, angles, strict=True))
    imaginary = sum(value * math.sin(angle) for value, angle in zip(middle, angles, strict=True))
    return 2 * math.hypot(real, imaginary) / len(middle)


@pytest.mark.parametrize(
    ("from_rate", "to_rate"), [(48_000, 16_000), (44_100, 16_000), (8_000, 16_000), (16_000, 24_000)]
)
def test_a_tone_stays_a_tone(from_rate: int, to_rate: int) -> None:
    converted = audio.resample(_tone(440, from_rate), from_rate=from_rate, to_rate=to_rate)
    assert len(converted) == 2 * math.ceil(int(from_rate * 0.5) * to_rate / from_rate)
    assert _strength(converted, 440, to_rate) == pytest.approx(10_000, rel=0.02)


def test_frequencies_that_the_new_rate_cannot_have_are_removed() -> None:
    converted = audio.resample(_tone(11_000, 48_000), from_rate=48_000, to_rate=16_000)
    assert _strength(converted, 5_000, 16_000) < 50  # where it would be folded to


def test_the_same_rate_is_not_touched() -> None:
    assert audio.resample(b"\1\2\3\4", from_rate=16_000, to_rate=16_000) == b"\1\2\3\4"


@given(st.lists(st.integers(0, 700), max_size=8), st.sampled_from([(44_100, 1), (48_000, 2), (16_000, 1), (8_000, 3)]))
def test_pieces_of_any_size_give_the_same_sound(cuts: list[int], form: tuple[int, int]) -> None:
    rate, channels = form
    data = (_tone(300, rate, 0.05) * channels)[: 2 * channels * 300]
    ends = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = [data[start:end] for start, end in itertools.pairwise(ends)]
    whole = b"".join(blob.data or b"" for blob in audio.chunks(data, rate=rate, channels=channels))
    cut = b"".join(blob.data or b"" for blob in audio.chunks(pieces, rate=rate, channels=channels))
    assert whole == cut


def test_chunks_have_the_wanted_length() -> None:
    blobs = list(audio.chunks(bytes(2 * 16_000 + 100), chunk_ms=100))
    assert [len(blob.data or b"") for blob in blobs] == [3_200] * 10 + [100]
    assert {blob.mime_type for blob in blobs} == {"audio/pcm;rate=16000"}
    assert list(audio.chunks(b"")) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 10}, "rate: expected 1,000 to 192,000"),
        ({"channels": 0}, "channels: expected 1 to 32"),
        ({"chunk_ms": 0}, "chunk_ms: expected 1 to 1000"),
        ({"samples": b"abc"}, "the last sample is not whole: 1 of 2"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(audio.chunks(**{"samples": b"", **arguments}))
    with pytest.raises(ValueError, match="even number of bytes"):
        audio.resample(b"abc", from_rate=8_000, to_rate=16_000)
    with pytest.raises(ValueError, match="to_rate"):
        audio.resample(b"", from_rate=8_000, to_rate=1)


@pytest.mark.parametrize(("width", "tolerance"), [(1, 300), (2, 0), (3, 1), (4, 1)])
@pytest.mark.parametrize("channels", [1, 2])
def test_wav_files_of_each_width_are_read(width: int, tolerance: int, channels: int, tmp_path: Any) -> None:
    values = [0, 1_000, -1_000, 32_767, -32_768]
    encoded = b""
    for value in values:
        sample = (value >> 8) + 128 if width == 1 else value << (8 * (width - 2))
        encoded += sample.to_bytes(width, "little", signed=width > 1) * channels
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(8_000)
        writer.writeframes(encoded)
    samples, rate = audio.read_wav(path)
    assert rate == 8_000
    read = struct.unpack(f"<{len(values)}h", samples)
    assert all(abs(one - other) <= tolerance for one, other in zip(read, values, strict=True))


def test_wav_files_are_written_and_read(tmp_path: Any) -> None:
    sound = _tone(440, 24_000)
    audio.write_wav(tmp_path / "a.wav", sound)
    assert audio.read_wav(tmp_path / "a.wav") == (sound, 24_000)
    memory = io.BytesIO()
    audio.write_wav(memory, sound, rate=16_000)
    memory.seek(0)
    assert audio.read_wav(memory) == (sound, 16_000)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a wav file at all"])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a WAV file"):
        audio.read_wav(io.BytesIO(content))


def _message(data: bytes, mime_type: str = "audio/pcm;rate=24000", **content: Any) -> types.LiveServerMessage:
    part = {"inline_data": {"data": data, "mime_type": mime_type}}
    turn = {"model_turn": {"parts": [part]}} if data else {}
    return types.LiveServerMessage.model_validate({"server_content": {**turn, **content}})


def test_a_recording(tmp_path: Any) -> None:
    recording = audio.Recording()
    assert recording.add(_message(b"\1\0" * 10, "audio/pcm;rate=16000")) == b"\1\0" * 10
    recording.add(_message(b"\2\0" * 6, "audio/pcm;rate=16000"))
    recording.add(_message(b"xx", "image/png"))
    recording.add(types.LiveServerMessage())
    assert recording.samples == b"\1\0" * 10 + b"\2\0" * 6
    assert recording.duration_s == pytest.approx(0.001)
    recording.save(tmp_path / "a.wav")
    assert audio.read_wav(tmp_path / "a.wav") == (recording.samples, 16_000)


@pytest.mark.parametrize(
    ("mime_type", "rate"),
    [("audio/pcm;rate=24000", 24_000), ("audio/l16; Rate=8000", 8_000), ("audio/pcm", None), (None, None)],
)
def test_the_rate_of_a_media_type(mime_type: str | None, rate: int | None) -> None:
    assert audio.rate_of(mime_type) == rate


class _Devices(python_types.ModuleType):
    """The part of `sounddevice` that is used, without devices."""

    def __init__(self) -> None:
        super().__init__("sounddevice")
        self.open: list[Any] = []
        devices = self

        class Stream:
            def __init__(self, **settings: Any) -> None:
                self.settings, self.callback = settings, settings["callback"]
                self.samplerate = settings["samplerate"]
                devices.open.append(self)

            def start(self) -> None: ...
            def stop(self) -> None: ...
            def close(self) -> None:
                devices.open.remove(self)

            def __enter__(self) -> Any:
                return self

            def __exit__(self, *_: object) -> None:
                self.close()

        self.RawInputStream = self.RawOutputStream = Stream


async def test_the_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = _Devices()
    monkeypatch.setitem(sys.modules, "sounddevice", devices)
    heard = audio.microphone(rate=48_000)
    pending = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0)
    (stream,) = devices.open
    assert stream.settings["blocksize"] == 960
    for _ in range(3):
        stream.callback(bytes(1_920), 960, None, None)
    first = await pending
    assert first.mime_type == "audio/pcm;rate=16000"
    await heard.aclose()
    assert devices.open == []


def test_the_speaker(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = _Devices()
    monkeypatch.setitem(sys.modules, "sounddevice", devices)
    with audio.Speaker() as speaker:
        (stream,) = devices.open
        speaker.play(_message(b"\1\0" * 30))
        assert speaker.waiting_s == pytest.approx(30 / 24_000)
        out = bytearray(40)
        stream.callback(out, 20, None, None)
        assert out == b"\1\0" * 20
        out = bytearray(40)
        stream.callback(out, 20, None, None)
        assert out == b"\1\0" * 10 + bytes(20)
        speaker.play(_message(b"\2\0" * 30))
        speaker.play(_message(b"", interrupted=True))
        assert speaker.waiting_s == 0
    assert devices.open == []


def test_devices_need_another_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(ModuleNotFoundError, match="pip install sounddevice"):
        audio.Speaker()
