"""Embeddings: one for each content, or an error; and the number of tokens, which embedding models may take in another form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import types
from .._ops.models import COUNT_TOKENS, COUNT_TOKENS_TO_EMBED, EMBED_CONTENT, EMBED_CONTENTS, EMBED_ONE_CONTENT
from .._wire.codec import encode
from .._wire.names import counts_instances, embeds_contents, is_open_model
from .._wire.transforms import items_to_embed
from .invoke import invoke
from .observing import reported
from .replies import decode
from .reply_errors import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._io.messages import Response
    from .._io.port import Port
    from .._wire.call import Call


@reported(EMBED_CONTENT.name)
async def embed_content(
    port: Port,
    model: str,
    contents: types.ContentListUnion | types.ContentListUnionDict,
    config: types.EmbedContentConfigOrDict | None,
) -> types.EmbedContentResponse:
    """Return one embedding for each content.

    Raises `InvalidResponseError` for a reply with another number of embeddings, which could not be matched to contents.
    """
    if not port.backend.vertexai or not embeds_contents(model):
        call = encode(EMBED_CONTENT, port.backend, {"model": model, "contents": contents, "config": config})
        response = await port.send(call)
        return _checked(decode(EMBED_CONTENT, port.backend.name, response), call, response)
    items = items_to_embed(contents, "contents", model)
    if len(items) == 1 or is_open_model(model):
        return await _embed_one_by_one(port, model, items, config)
    call = encode(EMBED_CONTENTS, port.backend, {"model": model, "contents": items, "config": config})
    response = await port.send(call)
    # The reply to this method has the same form on both services, unlike that to `predict`.
    return _checked(decode(EMBED_CONTENTS, "gemini", response), call, response)


def _checked(answer: types.EmbedContentResponse, call: Call, response: Response) -> types.EmbedContentResponse:
    found = len(answer.embeddings or ())
    if found != call.items:
        raise invalid(f"The reply contains {found} embeddings; expected {call.items}, one for each content.", response)
    return answer


async def _embed_one_by_one(port: Port, model: str, items: Sequence[Any], config: Any) -> types.EmbedContentResponse:
    """Return one embedding for each content, from one request for each. Nothing is sent if a content is invalid."""
    calls = [
        encode(EMBED_ONE_CONTENT, port.backend, {"model": model, "contents": item, "config": config}) for item in items
    ]
    answers: list[types.EmbedContentResponse] = []
    for call in calls:
        response = await port.send(call)
        answer = decode(EMBED_ONE_CONTENT, port.backend.name, response)
        if len(answer.embeddings or ()) != 1:
            raise invalid("The reply does not contain an embedding.", response)
        answers.append(answer)
    whole = answers[-1]
    whole.embeddings = [embedding for answer in answers for embedding in answer.embeddings or ()]
    return whole


async def count_tokens(
    port: Port,
    model: str,
    contents: types.ContentListUnion | types.ContentListUnionDict,
    config: types.CountTokensConfigOrDict | None,
) -> types.CountTokensResponse:
    """Return the number of tokens in contents."""
    is_instances = port.backend.vertexai and counts_instances(model)
    operation = COUNT_TOKENS_TO_EMBED if is_instances else COUNT_TOKENS
    return await invoke(port, operation, model=model, contents=contents, config=config)
