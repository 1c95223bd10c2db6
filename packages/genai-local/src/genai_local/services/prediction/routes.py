"""Paths of `:predict` and the choice of the service by the kind of the model."""

from __future__ import annotations

from ...framework.routing import Call, Route
from ...protocol.errors import JsonObject
from ..embedding import predictions as embedding
from ..images import predictions as images
from ..models.names import addressed_model


async def predict(call: Call) -> JsonObject:
    """Answer `:predict`."""
    model = addressed_model(call, "predict")
    request = call.message("PredictRequest")
    answer = images.predict if "image" in model.kinds else embedding.predict
    return await answer(call, model, request)


ROUTES = [
    Route("gemini", "POST", "models/{model}:predict", predict),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:predict", predict),
]
