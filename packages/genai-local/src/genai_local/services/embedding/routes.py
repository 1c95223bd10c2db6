"""Paths of the embedding methods."""

from __future__ import annotations

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject, invalid
from ..models.names import model_in_path
from . import contents
from .service import MAX_BATCH, embed


async def embed_content(context: RequestContext) -> JsonObject:
    """Answer `:embedContent`."""
    model_in_path(context, "embedContent")
    request = context.message("EmbedContentRequest")
    values, count, is_truncated = await contents.embed_content(context.api, request, context.surface)
    result: JsonObject = {"embedding": {"values": values}}
    if context.surface == "vertex":
        result["truncated"] = is_truncated
    result["usageMetadata"] = {
        "promptTokenCount": count,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": count}],
        **({"totalTokenCount": count} if context.surface == "vertex" else {}),
    }
    return result


async def batch_embed_contents(context: RequestContext) -> JsonObject:
    """Answer `:batchEmbedContents`."""
    model = model_in_path(context, "batchEmbedContents")
    requests: list[JsonObject] = context.message("BatchEmbedContentsRequest").get("requests", [])
    if not requests:
        raise invalid("requests", "expected at least one request.")
    if len(requests) > MAX_BATCH:
        raise invalid("requests", f"expected at most {MAX_BATCH} requests, not {len(requests)}.")
    for index, request in enumerate(requests):
        if request.get("model", f"models/{model.id}") not in (f"models/{model.id}", model.id):
            raise invalid(
                f"requests[{index}].model", f"expected models/{model.id}, as in the path, not {request['model']}."
            )
    inputs = [
        contents.input_of(context.api, request, context.surface, f"requests[{index}].")
        for index, request in enumerate(requests)
    ]
    results = await embed(context.api, inputs)
    return {"embeddings": [{"values": values} for values, _ in results]}


ROUTES = [
    Route("gemini", "POST", "models/{model}:embedContent", embed_content),
    Route("gemini", "POST", "models/{model}:batchEmbedContents", batch_embed_contents),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:embedContent", embed_content),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:batchEmbedContents", batch_embed_contents),
]
