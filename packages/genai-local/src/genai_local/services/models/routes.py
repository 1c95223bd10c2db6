"""Paths of the model lists and of single models on both surfaces."""

from __future__ import annotations

from ...framework.routing import Call, Route
from ...protocol.errors import ApiError, JsonObject, bad_request
from ...protocol.filters import filtered
from .names import addressed_model
from .tuned import delete_tuned_model, get_tuned_model, list_tuned_models, refuse_change, update_tuned_model


async def list_models(call: Call) -> JsonObject:
    """Answer GET `models` and GET `publishers/google/models`."""
    catalogue = call.api.catalogue
    models = [catalogue.describe(model, call.surface) for model in catalogue.all(call.surface)]
    expression = call.request.query_params.get("filter")
    if expression is not None and call.surface == "gemini":
        message = 'Invalid JSON payload received. Unknown name "filter": models are listed without a filter.'
        raise ApiError(400, message, details=[bad_request([("filter", message)])])
    return call.page(filtered(models, expression or ""), "models" if call.surface == "gemini" else "publisherModels")


async def get_model(call: Call) -> JsonObject:
    """Answer GET of one model."""
    return call.api.catalogue.describe(addressed_model(call, "get"), call.surface)


ROUTES = [
    Route("gemini", "GET", "models", list_models),
    Route("gemini", "GET", "models/{model}", get_model),
    Route("gemini", "PATCH", "models/{model}", refuse_change),
    Route("gemini", "DELETE", "models/{model}", refuse_change),
    Route("gemini", "GET", "tunedModels", list_tuned_models),
    Route("gemini", "GET", "tunedModels/{model}", get_tuned_model),
    Route("gemini", "PATCH", "tunedModels/{model}", update_tuned_model),
    Route("gemini", "DELETE", "tunedModels/{model}", delete_tuned_model),
    Route("vertex", "GET", "publishers/google/models", list_models),
    Route("vertex", "GET", "publishers/{publisher}/models/{model}", get_model),
    Route("vertex", "PATCH", "publishers/{publisher}/models/{model}", refuse_change),
    Route("vertex", "DELETE", "publishers/{publisher}/models/{model}", refuse_change),
    Route("vertex", "GET", "models", list_tuned_models),
    Route("vertex", "GET", "models/{model}", get_tuned_model),
    Route("vertex", "PATCH", "models/{model}", update_tuned_model),
    Route("vertex", "DELETE", "models/{model}", delete_tuned_model),
]
