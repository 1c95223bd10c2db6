"""Paths of `:predict`, and the choice of the service by the kind of the model."""

from __future__ import annotations

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject
from ..embedding import predictions as embedding
from ..images import predictions as images
from ..models.names import model_in_path


async def predict(context: RequestContext) -> JsonObject:
    """Answer `:predict`."""
    model = model_in_path(context, "predict")
    request = context.message("PredictRequest")
    answer = images.predict if "image" in model.kinds else embedding.predict
    return await answer(context, model, request)


ROUTES = [
    Route("gemini", "POST", "models/{model}:predict", predict),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:predict", predict),
]
