"""Embeddings: one for each content, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._ops.models import EMBED_CONTENT
from .._wire.codec import encode
from .replies import decode, invalid

if TYPE_CHECKING:
    from .._io.port import Port
    from ..types import ContentListUnion, ContentListUnionDict, EmbedContentConfigOrDict, EmbedContentResponse


async def embed_content(
    port: Port, model: str, contents: ContentListUnion | ContentListUnionDict, config: EmbedContentConfigOrDict | None
) -> EmbedContentResponse:
    """Return one embedding for each content.

    Raises `InvalidResponseError` for a reply with another number of embeddings, which could not be matched to contents.
    """
    call = encode(EMBED_CONTENT, port.backend, {"model": model, "contents": contents, "config": config})
    response = await port.send(call)
    answer = decode(EMBED_CONTENT, port.backend.name, response)
    found = len(answer.embeddings or ())
    if found != call.items:
        raise invalid(f"The reply contains {found} embeddings; expected {call.items}, one for each content.", response)
    return answer
