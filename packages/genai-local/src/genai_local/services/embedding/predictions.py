"""`:predict` of text embedding models: from instances to vectors with statistics."""

from __future__ import annotations

from ...engines import TextToEmbed
from ...framework.api import Api
from ...framework.catalogue import Model
from ...framework.routing import RequestContext
from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import Surface
from ...protocol.payload import read_message
from .checks import check_title, is_query
from .service import MAX_BATCH, EmbeddingInput, embed


async def predict(context: RequestContext, model: Model, request: JsonObject) -> JsonObject:
    """Return the PredictResponse of a text embedding model."""
    return await predictions_of(context.api, request, context.surface)


async def predictions_of(api: Api, request: JsonObject, surface: Surface) -> JsonObject:
    """Return the PredictResponse to a canonical PredictRequest of texts.

    Raises:
        ApiError: when the request is refused or the engine fails.
    """
    parameters = read_message(request.get("parameters") or {}, "TextEmbeddingParameters", surface, "parameters")
    inputs: list[EmbeddingInput] = []
    for instance in read_instances(request, surface):
        truncate: bool = parameters.get("autoTruncate", True)
        dimensions: int | None = parameters.get("outputDimensionality")
        text = TextToEmbed(instance["content"], truncate, is_query(instance))
        inputs.append(EmbeddingInput(text, dimensions, "parameters.outputDimensionality"))
    results = await embed(api, inputs)
    predictions = [
        {
            "embeddings": {
                "values": values,
                "statistics": {"truncated": embedding.truncated, "token_count": embedding.token_count},
            }
        }
        for values, embedding in results
    ]
    characters = sum(1 for item in inputs for character in item.text.text if not character.isspace())
    return {"predictions": predictions, "metadata": {"billableCharacterCount": characters}}


def read_instances(request: JsonObject, surface: Surface) -> list[JsonObject]:
    """Return the instances of a request, checked.

    Raises:
        ApiError: 400 for an instance without text or with an unknown field, and for too few or too many of them.
    """
    instances = [
        read_message(item, "TextEmbeddingInstance", surface, f"instances[{index}]")
        for index, item in enumerate(request.get("instances", []))
    ]
    if not 1 <= len(instances) <= MAX_BATCH:
        raise invalid("instances", f"expected between 1 and {MAX_BATCH} instances, not {len(instances)}.")
    for index, instance in enumerate(instances):
        check_title(instance, f"instances[{index}].")
        if not instance.get("content"):
            raise invalid(f"instances[{index}].content", "is empty; give a text.")
    return instances
