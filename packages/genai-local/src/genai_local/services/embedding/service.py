"""Embedding of texts: one vector of unit length for each text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...engines import Embedding, TextToEmbed
from ...framework.api import Api
from ...protocol.errors import ApiError
from .checks import shorten

MAX_BATCH = 250


@dataclass(frozen=True)
class EmbeddingInput:
    """One text to embed, with the requested length of its vector."""

    text: TextToEmbed
    dimensions: int | None
    dimensions_path: str
    """Path of `dimensions` in the request, for error messages."""


async def embed(api: Api, inputs: Sequence[EmbeddingInput]) -> list[tuple[list[float], Embedding]]:
    """Return for each input the vector in the requested length, and the engine's embedding.

    Args:
        api: the server's parts.
        inputs: the texts.

    Raises:
        ApiError: 400 for an engine without embeddings, an unsupported length, or a text that is too long.
    """
    if not api.engine.capabilities.embeddings:
        raise ApiError(400, f"model: the engine of {api.engine.facts.name} does not support embeddings.")
    async with api.admission.place():
        embeddings = await api.engine.embed([item.text for item in inputs])
    return [
        (shorten(embedding, item.dimensions, item.dimensions_path, api.engine.embedding_facts), embedding)
        for item, embedding in zip(inputs, embeddings, strict=True)
    ]
