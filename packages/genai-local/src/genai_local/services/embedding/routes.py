"""Paths of the embedding methods: HTTP and JSON to arguments and back."""

from __future__ import annotations

from ...framework.routing import Call, Route
from ...protocol.errors import JsonObject, invalid
from ..models.names import addressed_model
from . import contents
from .service import MAX_BATCH, embed


async def embed_content(call: Call) -> JsonObject:
    """Answer `:embedContent`."""
    addressed_model(call, "embedContent")
    request = call.message("EmbedContentRequest")
    values, count, is_truncated = await contents.embed_content(call.api, request, call.surface)
    result: JsonObject = {"embedding": {"values": values}}
    if call.surface == "vertex":
        result["truncated"] = is_truncated
    result["usageMetadata"] = {
        "promptTokenCount": count,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": count}],
        **({"totalTokenCount": count} if call.surface == "vertex" else {}),
    }
    return result


async def batch_embed_contents(call: Call) -> JsonObject:
    """Answer `:batchEmbedContents`."""
    model = addressed_model(call, "batchEmbedContents")
    requests: list[JsonObject] = call.message("BatchEmbedContentsRequest").get("requests", [])
    if not requests:
        raise invalid("requests", "expected at least one request.")
    if len(requests) > MAX_BATCH:
        raise invalid("requests", f"at most {MAX_BATCH} can be in one batch, not {len(requests)}.")
    for index, request in enumerate(requests):
        if request.get("model", f"models/{model.id}") not in (f"models/{model.id}", model.id):
            raise invalid(f"requests[{index}].model", f"differs from models/{model.id} in the path.")
    inputs = [
        contents.input_of(call.api, request, call.surface, f"requests[{index}].")
        for index, request in enumerate(requests)
    ]
    results = await embed(call.api, inputs)
    return {"embeddings": [{"values": values} for values, _ in results]}


ROUTES = [
    Route("gemini", "POST", "models/{model}:embedContent", embed_content),
    Route("gemini", "POST", "models/{model}:batchEmbedContents", batch_embed_contents),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:embedContent", embed_content),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:batchEmbedContents", batch_embed_contents),
]
