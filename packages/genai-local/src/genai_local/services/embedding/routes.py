"""Paths of the embedding methods: HTTP and JSON to arguments and back."""

from __future__ import annotations

from ...errors import JsonObject, invalid
from ...routing import Call, Route
from ..models.names import addressed_model
from .checks import check_title, text_to_embed
from .service import MAX_BATCH, EmbeddingInput, embed


async def embed_content(call: Call) -> JsonObject:
    """Answer `:embedContent`."""
    addressed_model(call, "embedContent")
    request = call.message("EmbedContentRequest")
    [(values, embedding)] = await embed(call.api, [_input(call, request, "")])
    result: JsonObject = {"embedding": {"values": values}}
    if call.surface == "vertex":
        result["truncated"] = embedding.truncated
    count = embedding.token_count
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
    inputs = [_input(call, request, f"requests[{index}].") for index, request in enumerate(requests)]
    results = await embed(call.api, inputs)
    return {"embeddings": [{"values": values} for values, _ in results]}


def _settings(request: JsonObject) -> JsonObject:
    return {**request, **request.get("embedContentConfig", {})}


def _input(call: Call, request: JsonObject, path: str) -> EmbeddingInput:
    engine, settings = call.api.engine, _settings(request)
    for name in ("documentOcr", "audioTrackExtraction"):
        if settings.get(name) and not engine.capabilities.media:
            raise invalid(f"{path}embedContentConfig.{name}", f"{engine.facts.name} embeds text only.")
    check_title(settings, path)
    text = text_to_embed(request.get("content"), f"{path}content", engine.facts, engine.capabilities)
    truncate: bool = settings.get("autoTruncate", call.surface == "vertex")
    return EmbeddingInput(text, truncate, settings.get("outputDimensionality"), f"{path}outputDimensionality")


ROUTES = [
    Route("gemini", "POST", "models/{model}:embedContent", embed_content),
    Route("gemini", "POST", "models/{model}:batchEmbedContents", batch_embed_contents),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:embedContent", embed_content),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:batchEmbedContents", batch_embed_contents),
]
