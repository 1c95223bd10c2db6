"""MP4 files with JPEG frames (motion JPEG): writing, and reading of files of this kind.

Equal frames share their bytes in the file: several entries of the sample table point to the same place. The module
knows boxes and offsets, not the contents of the frames.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..protocol.limits import MAX_VIDEO_FRAMES

_TIMESCALE = 600
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_JPEG_OBJECT_TYPE = 0x6C
"""The object type of ISO/IEC 10918-1 (JPEG) in MPEG-4 systems."""
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


@dataclass(frozen=True)
class Clip:
    """A video as a sequence of frames, each a JPEG file of the clip's size."""

    width: int
    height: int
    fps: int
    frames: Sequence[bytes]

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return len(self.frames) / self.fps


def write_mp4(clip: Clip) -> bytes:
    """Return the clip as an MP4 file with one video track."""
    frame_ticks = _TIMESCALE // clip.fps if _TIMESCALE % clip.fps == 0 else 1000
    timescale = clip.fps * frame_ticks
    duration = frame_ticks * len(clip.frames)
    kind = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2mp41")
    distinct: dict[bytes, int] = {}
    start = len(kind) + 8
    for frame in clip.frames:
        if frame not in distinct:
            distinct[frame] = start
            start += len(frame)
    media = _box(b"mdat", *distinct)
    offsets = [distinct[frame] for frame in clip.frames]
    table = _box(
        b"stbl",
        _full_box(b"stsd", struct.pack(">I", 1), _sample_entry(clip)),
        _full_box(b"stts", struct.pack(">III", 1, len(clip.frames), frame_ticks)),
        _full_box(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        _full_box(b"stsz", struct.pack(f">II{len(offsets)}I", 0, len(offsets), *map(len, clip.frames))),
        _full_box(b"stco", struct.pack(f">I{len(offsets)}I", len(offsets), *offsets)),
    )
    reference = _full_box(b"dref", struct.pack(">I", 1), _full_box(b"url ", flags=1))
    information = _box(b"minf", _full_box(b"vmhd", bytes(8), flags=1), _box(b"dinf", reference), table)
    track_media = _box(
        b"mdia",
        _full_box(b"mdhd", struct.pack(">IIIIHH", 0, 0, timescale, duration, 0x55C4, 0)),
        _full_box(b"hdlr", bytes(4), b"vide", bytes(12), b"genai-local\0"),
        information,
    )
    track_header = _full_box(
        b"tkhd",
        struct.pack(">IIIII8xHHHH", 0, 0, 1, 0, duration, 0, 0, 0, 0),
        _MATRIX,
        struct.pack(">II", clip.width << 16, clip.height << 16),
        flags=3,
    )
    movie_header = _full_box(
        b"mvhd",
        struct.pack(">IIIIIH10x", 0, 0, timescale, duration, 0x10000, 0x100),
        _MATRIX,
        bytes(24),
        struct.pack(">I", 2),
    )
    return kind + media + _box(b"moov", movie_header, _box(b"trak", track_header, track_media))


def _sample_entry(clip: Clip) -> bytes:
    largest = max(map(len, clip.frames), default=0)
    bit_rate = sum(map(len, clip.frames)) * 8 * clip.fps // max(1, len(clip.frames))
    decoder = struct.pack(">BB", _JPEG_OBJECT_TYPE, 0x11) + largest.to_bytes(3, "big")
    decoder += struct.pack(">II", bit_rate, bit_rate)
    stream = struct.pack(">HB", 1, 0) + _descriptor(4, decoder) + _descriptor(6, b"\2")
    return _box(
        b"mp4v",
        struct.pack(">6xH16xHHIIIH32sHh", 1, clip.width, clip.height, 0x480000, 0x480000, 0, 1, b"", 24, -1),
        _full_box(b"esds", _descriptor(3, stream)),
    )


def _box(kind: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return struct.pack(">I", len(body) + 8) + kind + body


def _full_box(kind: bytes, *contents: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags), *contents)


def _descriptor(tag: int, body: bytes) -> bytes:
    assert len(body) < 0x80, "the length of a descriptor must fit into one byte"
    return bytes([tag, len(body)]) + body


def read_mp4(data: bytes) -> Clip:
    """Return the clip in an MP4 file whose only track is motion JPEG.

    Raises:
        ValueError: when the bytes are not an MP4 file, or the codec is another one.
    """
    try:
        boxes = dict(_boxes(memoryview(data), len(_CONTAINERS)))
        if "ftyp" not in boxes:
            raise ValueError("the bytes are not an MP4 file")
        if "stco" not in boxes or bytes(boxes["stsd"][12:16]) != b"mp4v":
            raise ValueError("the video is not motion JPEG in MP4")
        sizes = _numbers(boxes["stsz"], 12)
        offsets = _numbers(boxes["stco"], 8)
        timescale = struct.unpack_from(">I", boxes["mdhd"], 12)[0]
        frame_ticks = struct.unpack_from(">I", boxes["stts"], 12)[0]
        width, height = struct.unpack_from(">HH", boxes["stsd"], 40)
    except (struct.error, KeyError, ZeroDivisionError) as error:
        raise ValueError("the MP4 file is incomplete") from error
    if len(offsets) > MAX_VIDEO_FRAMES:
        raise ValueError(f"the video has {len(offsets)} frames, more than the maximum of {MAX_VIDEO_FRAMES}")
    places = list(zip(offsets, sizes, strict=False))
    if sum(size for _, size in set(places)) > len(data):
        raise ValueError("the frames in the MP4 file overlap")
    distinct = {place: data[place[0] : sum(place)] for place in set(places)}
    frames = [distinct[place] for place in places]
    if not frames or not frame_ticks or not all(frame.startswith(b"\xff\xd8") for frame in frames):
        raise ValueError("the video is not motion JPEG in MP4")
    return Clip(width, height, max(1, round(timescale / frame_ticks)), frames)


def _boxes(data: memoryview, depth: int) -> Iterator[tuple[str, memoryview]]:
    """Yield name and content of every box, including the boxes in containers down to a depth."""
    position = 0
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if length < 8:
            return
        content = data[position + 8 : position + length]
        yield kind.decode("latin-1"), content
        if kind in _CONTAINERS and depth:
            yield from _boxes(content, depth - 1)
        position += length


def _numbers(table: memoryview, start: int) -> tuple[int, ...]:
    return struct.unpack_from(f">{struct.unpack_from('>I', table, start - 4)[0]}I", table, start)
