"""Resampling of 16-bit sound, as a whole or piece by piece, with Pillow's Lanczos filter.

A row of pixels is a signal, too: the filter removes frequencies that the new rate cannot express, and is compiled code. Samples
are 16-bit integers, little-endian, of one channel.
"""

from __future__ import annotations

import math
import sys
from array import array

from PIL import Image

_LOBES = 3
"""The reach of the filter in samples of the lower rate."""
_BLOCK_SAMPLES = 48_000


def samples_of(pcm: bytes) -> array[int]:
    """Return the samples of PCM bytes."""
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def pcm_of(samples: array[int]) -> bytes:
    """Return samples as PCM bytes."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


def resample(pcm: bytes, source_hz: int, target_hz: int) -> bytes:
    """Return sound at another rate."""
    resampler = Resampler(source_hz, target_hz)
    return resampler.feed(pcm) + resampler.end()


class Resampler:
    """The conversion of one stream of sound to another rate. Pieces may be of any length, even an odd number of bytes.

    Args:
        source_hz: rate of the pieces.
        target_hz: rate of the result.
    """

    def __init__(self, source_hz: int, target_hz: int) -> None:
        self._source_hz, self._target_hz = source_hz, target_hz
        self._reach = math.ceil(_LOBES * max(1.0, source_hz / target_hz)) + 1
        self._odd_byte = b""
        self._samples: array[int] = array("h")
        self._dropped = 0
        self._made = 0

    def feed(self, pcm: bytes) -> bytes:
        """Add a piece, and return the part of the result that no later piece can change."""
        pcm = self._odd_byte + pcm
        even = len(pcm) & ~1
        self._odd_byte = pcm[even:]
        result = bytearray()
        for start in range(0, even, 2 * _BLOCK_SAMPLES):
            block = pcm[start : min(even, start + 2 * _BLOCK_SAMPLES)]
            if self._source_hz == self._target_hz:
                result += block
                continue
            self._samples.extend(samples_of(block))
            result += self._make((self._received() - self._reach) * self._target_hz // self._source_hz)
        return bytes(result)

    def end(self) -> bytes:
        """Return the rest of the result."""
        rest = self._make(round(self._received() * self._target_hz / self._source_hz))
        self._samples = array("h")
        return rest

    def _received(self) -> int:
        return self._dropped + len(self._samples)

    def _make(self, until: int) -> bytes:
        """Return the samples of the result from the last one made to `until`, and drop the samples that later results do not use."""
        count = until - self._made
        if count <= 0 or not self._samples:
            return b""
        ratio = self._source_hz / self._target_hz
        left = self._made * ratio - self._dropped
        right = min(left + count * ratio, float(len(self._samples)))
        row = Image.frombytes("I", (len(self._samples), 1), array("i", self._samples).tobytes())
        size = (count, 1)
        scaled = row.resize(size, Image.Resampling.LANCZOS, (left, 0, right, 1))  # pyright: ignore[reportUnknownMemberType] - numpy
        self._made = until
        unneeded = max(0, math.floor(until * ratio) - self._reach - self._dropped)
        del self._samples[:unneeded]
        self._dropped += unneeded
        return pcm_of(_to_16_bits(array("i", scaled.tobytes())))


def _to_16_bits(values: array[int]) -> array[int]:
    try:
        return array("h", values)
    except OverflowError:  # the filter overshoots at loud edges
        return array("h", [max(-32_768, min(32_767, value)) for value in values])
