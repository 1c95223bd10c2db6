"""Embeddings: as many vectors as there are contents, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._ops.models import EMBED_CONTENT
from .._wire.codec import encode
from .replies import decode, invalid

if TYPE_CHECKING:
    from .._io.port import Port
    from ..types import EmbedContentResponse


async def embed_content(port: Port, model: str, contents: Any, config: Any) -> EmbedContentResponse:
    """Return one vector for each thing to embed.

    Raises `InvalidResponseError` for a reply that holds another number of vectors: which belongs to which content could
    not be told.
    """
    call = encode(EMBED_CONTENT, port.backend, {"model": model, "contents": contents, "config": config})
    response = await port.send(call)
    answer = decode(EMBED_CONTENT, port.backend.name, response)
    found = len(answer.embeddings or ())
    if found != call.items:
        raise invalid(f"The reply contains {found} embeddings for {call.items} contents.", response)
    return answer
