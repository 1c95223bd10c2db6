"""Paths of the model lists and of single models on both surfaces."""

from __future__ import annotations

from ...errors import JsonObject
from ...routing import Call, Route
from .names import addressed_model


async def list_models(call: Call) -> JsonObject:
    """Answer GET `models` and GET `publishers/google/models`."""
    catalogue = call.api.catalogue
    models = [catalogue.describe(model, call.surface) for model in catalogue.all()]
    return call.page(models, "models" if call.surface == "gemini" else "publisherModels")


async def get_model(call: Call) -> JsonObject:
    """Answer GET of one model."""
    return call.api.catalogue.describe(addressed_model(call, "get"), call.surface)


async def list_tuned_models(call: Call) -> JsonObject:
    """Answer the list of tuned models, of which a local server has none."""
    return call.page([], "tunedModels" if call.surface == "gemini" else "models")


ROUTES = [
    Route("gemini", "GET", "models", list_models),
    Route("gemini", "GET", "models/{model}", get_model),
    Route("gemini", "GET", "tunedModels", list_tuned_models),
    Route("gemini", "GET", "tunedModels/{model}", get_model),
    Route("vertex", "GET", "publishers/google/models", list_models),
    Route("vertex", "GET", "publishers/{publisher}/models/{model}", get_model),
    Route("vertex", "GET", "models", list_tuned_models),
]
