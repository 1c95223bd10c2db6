"""Vectors of texts for comparisons, with their cosines: embeddings of the engine, or word counts.

It knows texts and bytes; other services know the meaning of the texts.
"""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections.abc import Iterable, Sequence
from operator import mul

from ...framework.admission import patiently
from ...framework.api import Api

_BATCH = 32
_COUNTED_DIMENSIONS = 1024
_WORD = re.compile(r"\w+")


def embedder_of(api: Api) -> str:
    """Return the name of this server's embedder; only vectors of the same embedder are comparable."""
    return api.engine.facts.name if api.engine.capabilities.embeddings else "words"


async def vectors_of(api: Api, texts: Sequence[str]) -> list[bytes]:
    """Return a vector of unit length for each text, as 32-bit floats.

    Without embeddings of the engine, the vectors are word counts. The function waits while the server's queue is full.
    """
    if not api.engine.capabilities.embeddings:
        return [_pack(_counts(text)) for text in texts]
    vectors: list[bytes] = []
    for start in range(0, len(texts), _BATCH):
        batch = [(text or " ", True) for text in texts[start : start + _BATCH]]

        async def embed(batch: list[tuple[str, bool]] = batch) -> list[bytes]:
            async with api.admission.place():
                return [_pack(embedding.values) for embedding in await api.engine.embed(batch)]

        vectors += await patiently(embed)
    return vectors


def cosines(vector: bytes, others: Iterable[bytes]) -> list[float]:
    """Return the cosine of the angle between a vector and each of the others."""
    one = _unpack(vector)
    return [sum(map(mul, one, _unpack(other))) for other in others]


def _pack(values: Iterable[float]) -> bytes:
    return array("f", values).tobytes()


def _unpack(vector: bytes) -> array[float]:
    result = array("f")
    result.frombytes(vector)
    return result


def _counts(text: str) -> list[float]:
    totals = [0.0] * _COUNTED_DIMENSIONS
    for word in _WORD.findall(text.lower()):
        totals[zlib.crc32(word.encode()) % _COUNTED_DIMENSIONS] += 1.0
    length = math.sqrt(sum(value * value for value in totals))
    return [value / length for value in totals] if length else totals
