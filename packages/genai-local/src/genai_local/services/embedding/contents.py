"""Embedding of contents: from an EmbedContentRequest to its vector."""

from __future__ import annotations

from ...engines import TextToEmbed
from ...framework.api import Api
from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import Surface
from .checks import check_title, is_query, text_to_embed
from .service import EmbeddingInput, embed


async def embed_content(api: Api, request: JsonObject, surface: Surface) -> tuple[list[float], int, bool]:
    """Return the vector for a canonical EmbedContentRequest, the token count, and whether the text was truncated.

    Raises:
        ApiError: when the request is refused or the engine fails.
    """
    [(values, embedding)] = await embed(api, [input_of(api, request, surface)])
    return values, embedding.token_count, embedding.truncated


def input_of(api: Api, request: JsonObject, surface: Surface, path: str = "") -> EmbeddingInput:
    """Return the input of the engine for a canonical EmbedContentRequest.

    Args:
        api: the server's parts.
        request: the request.
        surface: the surface of the request.
        path: prefix of the field paths, such as `requests[0].`.

    Raises:
        ApiError: 400 for an invalid field.
    """
    config: JsonObject = request.get("embedContentConfig", {})
    engine, settings = api.engine, {**request, **config}
    for name in ("documentOcr", "audioTrackExtraction"):
        if settings.get(name) and not engine.capabilities.media:
            raise invalid(f"{path}embedContentConfig.{name}", f"{engine.embedding_facts.name} embeds text only.")
    check_title(settings, path)
    text = text_to_embed(request.get("content"), f"{path}content", engine.embedding_facts, engine.capabilities)
    truncate: bool = settings.get("autoTruncate", surface == "vertex")
    return EmbeddingInput(
        TextToEmbed(text, truncate, is_query(settings)),
        settings.get("outputDimensionality"),
        f"{path}{'embedContentConfig.' if 'outputDimensionality' in config else ''}outputDimensionality",
    )
