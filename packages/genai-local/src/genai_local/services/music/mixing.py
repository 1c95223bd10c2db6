"""The sum of many waves, by addition of long integers.

A wave is one integer with a field of 32 bits for each sample: the samples are the digits of a number in base 2**32, some of
them negative. So one addition, which Python does in C, mixes all samples of a wave, and one multiplication changes its volume.
"""

from __future__ import annotations

import sys
from array import array
from functools import lru_cache

_BITS = 32
FULL = 256
"""The factor of a wave at its full volume. The factors of all waves that sound together must not exceed it in sum."""


def packed(samples: array[int]) -> int:
    """Return samples of 16 bits as one integer."""
    offset = _offset(len(samples))
    return (int.from_bytes(_little_endian(samples).tobytes(), "little") ^ offset) - offset


class Mix:
    """One side of the music, from now on."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, wave: int, begin: int, factor: int) -> None:
        """Add a wave that begins after a number of samples.

        Args:
            wave: the packed wave.
            begin: number of samples from now on.
            factor: its volume, at most `FULL`.
        """
        self._sum += (wave * factor) << (_BITS * begin)

    def take(self, count: int) -> bytes:
        """Remove the next samples and return them: 16 bits each, little-endian."""
        samples = self._take(count)
        result = bytearray(2 * count)
        result[0::2], result[1::2] = samples[1::4], samples[2::4]  # divides by 256
        return bytes(result)

    def fade_out(self, count: int) -> None:
        """Let everything become silent within a number of samples."""
        samples = array("i")
        samples.frombytes(self._take(count))
        samples = _little_endian(samples)
        faded = array("i", (sample * (count - index) // count for index, sample in enumerate(samples)))
        self._sum = packed(faded)

    def clear(self) -> None:
        """Become silent at once."""
        self._sum = 0

    def _take(self, count: int) -> bytes:
        offset = _offset(count)
        moved = self._sum + offset  # now none of the first fields is negative
        self._sum = moved >> (_BITS * count)
        fields = moved & ((1 << (_BITS * count)) - 1)
        return (fields ^ offset).to_bytes(_BITS // 8 * count, "little")


@lru_cache(maxsize=64)
def _offset(count: int) -> int:
    """Return the integer in which the highest bit of each field is set."""
    return int.from_bytes(b"\x00\x00\x00\x80" * count, "little")


def _little_endian(samples: array[int]) -> array[int]:
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples
