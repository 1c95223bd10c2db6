"""Paths of the model lists and of single models on both surfaces."""

from __future__ import annotations

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, bad_request
from ...protocol.filters import filter_items
from .names import model_in_path
from .tuned import delete_tuned_model, get_tuned_model, list_tuned_models, refuse_change, update_tuned_model


async def list_models(context: RequestContext) -> JsonObject:
    """Answer GET `models` and GET `publishers/google/models`."""
    catalogue = context.api.catalogue
    models = [catalogue.describe(model, context.surface) for model in catalogue.all(context.surface)]
    expression = context.request.query_params.get("filter")
    if expression is not None and context.surface == "gemini":
        message = 'Invalid JSON payload received. Unknown name "filter": models are listed without a filter.'
        raise ApiError(400, message, details=[bad_request([("filter", message)])])
    return context.page(
        filter_items(models, expression or ""), "models" if context.surface == "gemini" else "publisherModels"
    )


async def get_model(context: RequestContext) -> JsonObject:
    """Answer GET of one model."""
    return context.api.catalogue.describe(model_in_path(context, "get"), context.surface)


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
