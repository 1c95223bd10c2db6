"""Paths of the embedding methods: HTTP and JSON to arguments and back."""

from __future__ import annotations

from ...errors import ApiError, JsonObject, invalid
from ...payload import read_message
from ...routing import Call, Route
from ..models.names import addressed_model
from .checks import check_title, text_to_embed
from .service import EmbeddingInput, embed

_MAX_BATCH = 250


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
    if len(requests) > _MAX_BATCH:
        raise invalid("requests", f"at most {_MAX_BATCH} can be in one batch, not {len(requests)}.")
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


async def predict(call: Call) -> JsonObject:
    """Answer `:predict` of a text embedding model."""
    model = addressed_model(call, "predict")
    if "embedding" not in model.kinds:
        raise ApiError(400, f"model: {call.api.engine.facts.name} cannot make images, so {model.id} cannot predict.")
    request = call.message("PredictRequest")
    instances = [
        read_message(item, "TextEmbeddingInstance", call.surface, f"instances[{index}]")
        for index, item in enumerate(request.get("instances", []))
    ]
    parameters = read_message(request.get("parameters") or {}, "TextEmbeddingParameters", call.surface, "parameters")
    if not 1 <= len(instances) <= _MAX_BATCH:
        raise invalid("instances", f"expected between 1 and {_MAX_BATCH} instances, not {len(instances)}.")
    inputs: list[EmbeddingInput] = []
    for index, instance in enumerate(instances):
        check_title(instance, f"instances[{index}].")
        if not instance.get("content"):
            raise invalid(f"instances[{index}].content", "the text content is empty.")
        truncate: bool = parameters.get("autoTruncate", True)
        dimensions: int | None = parameters.get("outputDimensionality")
        inputs.append(EmbeddingInput(instance["content"], truncate, dimensions, "parameters.outputDimensionality"))
    results = await embed(call.api, inputs)
    predictions = [
        {
            "embeddings": {
                "values": values,
                "statistics": {"truncated": embedding.truncated, "token_count": embedding.token_count},
            }
        }
        for values, embedding in results
    ]
    characters = sum(1 for item in inputs for character in item.text if not character.isspace())
    return {"predictions": predictions, "metadata": {"billableCharacterCount": characters}}


ROUTES = [
    Route("gemini", "POST", "models/{model}:embedContent", embed_content),
    Route("gemini", "POST", "models/{model}:batchEmbedContents", batch_embed_contents),
    Route("gemini", "POST", "models/{model}:predict", predict),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:predict", predict),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:embedContent", embed_content),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:batchEmbedContents", batch_embed_contents),
]
