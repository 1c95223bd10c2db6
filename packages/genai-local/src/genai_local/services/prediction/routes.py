"""Paths of `:predict`, and the choice of the service by the kind of the model."""

from __future__ import annotations

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject
from ..embedding import predictions as embedding
from ..embedding.predictions import read_instances
from ..images import predictions as images
from ..models.names import model_in_path


async def predict(context: RequestContext) -> JsonObject:
    """Answer `:predict`."""
    model = model_in_path(context, "predict")
    request = context.message("PredictRequest")
    answer = images.predict if "image" in model.kinds else embedding.predict
    return await answer(context, model, request)


async def input_tokens(context: RequestContext) -> int:
    """Return the number of tokens of the texts that a request embeds; 0 for pictures."""
    model = model_in_path(context, "predict")
    if "image" in model.kinds:
        return 0
    instances = read_instances(context.message("PredictRequest"), context.surface)
    return sum([await context.api.engine.count_embedding_tokens(instance["content"]) for instance in instances])


ROUTES = [
    Route("gemini", "POST", "models/{model}:predict", predict, count_tokens=input_tokens),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:predict", predict, count_tokens=input_tokens),
]
