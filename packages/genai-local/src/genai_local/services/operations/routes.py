"""Paths of operations on both surfaces, for all parents."""

from __future__ import annotations

import re

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.messages import Surface
from ..models.names import model_in_path

_COLLECTIONS: dict[Surface, tuple[str, ...]] = {
    "gemini": (
        "operations",
        "models/{model}/operations",
        "fileSearchStores/{store}/operations",
        "fileSearchStores/{store}/upload/operations",
    ),
    "vertex": (
        "operations",
        "models/{model}/operations",
        "endpoints/{model}/operations",
        "publishers/{publisher}/models/{model}/operations",
        "tuningJobs/{job}/operations",
        "batchPredictionJobs/{batch}/operations",
    ),
}

_ABOVE = re.compile(r"^/[^/]+/(projects/[^/]+/locations/[^/]+/)?")


async def get_operation(context: RequestContext) -> JsonObject:
    """Answer GET of one operation."""
    return await _poll(context, _name_in_path(context))


async def wait_for_operation(context: RequestContext) -> JsonObject:
    """Answer `:wait` like a poll; Vertex AI may also answer before the operation is done."""
    return await _poll(context, _name_in_path(context))


async def list_operations(context: RequestContext) -> JsonObject:
    """Answer GET of the operations of a model or of a location."""
    return context.page(context.api.operations.below(f"{_collection(context)}/"), "operations")


async def cancel_operation(context: RequestContext) -> JsonObject:
    """Answer `:cancel`; a finished operation is not changed."""
    name = _name_in_path(context)
    if not context.api.operations.cancel(name):
        raise _not_found(name)
    return {}


async def delete_operation(context: RequestContext) -> JsonObject:
    """Answer DELETE of an operation; its work continues."""
    name = _name_in_path(context)
    if not context.api.operations.delete(name):
        raise _not_found(name)
    return {}


async def fetch_predict_operation(context: RequestContext) -> JsonObject:
    """Answer `:fetchPredictOperation`, a poll with the name of the operation in the body."""
    model = model_in_path(context, "fetchPredictOperation")
    name: str = context.message("FetchPredictOperationRequest").get("operationName", "")
    if not name:
        raise invalid("operationName", "is empty; give the name that predictLongRunning returned.")
    if f"models/{model.id}/operations/" not in name:
        raise invalid("operationName", f"{name} is not an operation of the model {model.id} in the path.")
    return await _poll(context, name)


async def _poll(context: RequestContext, name: str) -> JsonObject:
    operation = await context.api.operations.poll(name)
    if operation is None:
        raise _not_found(name)
    return operation


def _not_found(name: str) -> ApiError:
    return not_found(f"Operation {name} does not exist or has been deleted.")


def _collection(context: RequestContext) -> str:
    """Return the resource name of the collection in the path."""
    collection = _ABOVE.sub("", context.request.scope["path"])
    if "operation" in context.request.path_params:
        collection = collection.rpartition("/")[0]
    return f"{context.location()}/{collection}" if context.surface == "vertex" else collection


def _name_in_path(context: RequestContext) -> str:
    return f"{_collection(context)}/{context.parameter('operation')}"


ROUTES = [
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:fetchPredictOperation", fetch_predict_operation),
    *(
        route
        for surface, collections in _COLLECTIONS.items()
        for collection in collections
        for route in (
            Route(surface, "GET", collection, list_operations),
            Route(surface, "POST", f"{collection}/{{operation}}:cancel", cancel_operation),
            Route(surface, "GET", f"{collection}/{{operation}}", get_operation),
            Route(surface, "DELETE", f"{collection}/{{operation}}", delete_operation),
        )
    ),
    *(
        Route("vertex", "POST", f"{collection}/{{operation}}:wait", wait_for_operation)
        for collection in _COLLECTIONS["vertex"]
    ),
]
