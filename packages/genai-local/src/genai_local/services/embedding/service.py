"""Embedding of texts: N in, N out, each of unit length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...engines import Embedding
from ...framework.api import Api
from ...protocol.errors import ApiError
from .checks import shorten

MAX_BATCH = 250


@dataclass(frozen=True)
class EmbeddingInput:
    """One text to be embedded and where its settings stand in the request."""

    text: str
    truncate: bool
    """Whether the text is cut when it is too long, rather than refused."""
    dimensions: int | None
    dimensions_path: str


async def embed(api: Api, inputs: Sequence[EmbeddingInput]) -> list[tuple[list[float], Embedding]]:
    """Return for each input the vector in the wanted length, and the engine's embedding behind it.

    Args:
        api: the server's parts.
        inputs: what is embedded.

    Raises:
        ApiError: 400 for an engine without embeddings, a length the model does not have or a text that is too long.
    """
    if not api.engine.capabilities.embeddings:
        raise ApiError(400, f"model: the engine behind {api.engine.facts.name} does not make embeddings.")
    async with api.admission.place():
        embeddings = await api.engine.embed([(item.text, item.truncate) for item in inputs])
    return [
        (shorten(embedding, item.dimensions, item.dimensions_path, api.engine.facts), embedding)
        for item, embedding in zip(inputs, embeddings, strict=True)
    ]
