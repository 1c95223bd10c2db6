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

from ...engines import TextToEmbed
from ...framework.admission import patiently
from ...framework.api import Api

_BATCH = 32
_COUNTED_DIMENSIONS = 1024
_MOST_CHARACTERS_OF_A_TOKEN = 8
"""Texts with more characters per token are rare, so longer texts are split before their tokens are counted."""
_WORD = re.compile(r"\w+")


def embedder_of(api: Api) -> str:
    """Return the name of this server's embedder; only vectors of the same embedder are comparable."""
    return api.engine.embedding_facts.name if api.engine.capabilities.embeddings else "words"


async def vectors_of(api: Api, texts: Sequence[str], *, are_queries: bool = True) -> list[bytes]:
    """Return a vector of unit length for each text, as 32-bit floats.

    Without embeddings of the engine, the vectors are word counts. The function waits while the server's queue is full.

    Args:
        api: the server's parts.
        texts: the texts; of those that are too long for the embedding model, the beginnings count.
        are_queries: whether the texts search for others, or are compared with texts of their own kind; False for
            documents.
    """
    return [vector for vector, _ in await _vectors(api, texts, are_queries=are_queries)]


async def vectors_of_documents(api: Api, texts: Sequence[str]) -> list[tuple[str, bytes]]:
    """Return documents with their vectors, in order; the parts of those that are too long for the embedding model."""
    if api.engine.capabilities.embeddings:
        most = api.engine.embedding_facts.input_token_limit * _MOST_CHARACTERS_OF_A_TOKEN
        texts = [part for text in texts for part in _parts(text, most)]
    result: list[tuple[str, bytes]] = []
    for text, (vector, is_truncated) in zip(texts, await _vectors(api, texts, are_queries=False), strict=True):
        halves = _halves(text) if is_truncated else [text]
        result += await vectors_of_documents(api, halves) if halves != [text] else [(text, vector)]
    return result


def _parts(text: str, most: int) -> list[str]:
    """Return a text in parts of at most `most` characters."""
    halves = _halves(text) if len(text) > most else [text]
    return [text] if halves == [text] else [part for half in halves for part in _parts(half, most)]


def _halves(text: str) -> list[str]:
    """Return a text in two parts, split at white space before the middle if there is any; one character remains one."""
    middle = len(text) // 2
    cut = max(text.rfind(mark, middle // 2, middle) for mark in (" ", "\n"))
    cut = cut if cut > 0 else middle
    return [half for half in (text[:cut].strip(), text[cut:].strip()) if half] or [text]


async def _vectors(api: Api, texts: Sequence[str], *, are_queries: bool) -> list[tuple[bytes, bool]]:
    """Return the vector of each text, and whether it is only that of the beginning."""
    if not api.engine.capabilities.embeddings:
        return [(_pack(_counts(text)), False) for text in texts]
    vectors: list[tuple[bytes, bool]] = []
    for start in range(0, len(texts), _BATCH):
        batch = [TextToEmbed(text or " ", is_query=are_queries) for text in texts[start : start + _BATCH]]

        async def embed(batch: list[TextToEmbed] = batch) -> list[tuple[bytes, bool]]:
            async with api.admission.place():
                return [(_pack(made.values), made.truncated) for made in await api.engine.embed(batch)]

        vectors += await patiently(embed)
    return vectors


def cosines(vector: bytes, others: Iterable[bytes]) -> list[float]:
    """Return the cosine of the angle between a vector and each of the others.

    Raises:
        ValueError: when the vectors differ in length, since different embedders made them.
    """
    one = _unpack(vector)
    return [_product(one, _unpack(other)) for other in others]


def _product(one: array[float], other: array[float]) -> float:
    if len(one) != len(other):
        raise ValueError(f"vectors of {len(one)} and of {len(other)} numbers cannot be compared.")
    return sum(map(mul, one, other))


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
