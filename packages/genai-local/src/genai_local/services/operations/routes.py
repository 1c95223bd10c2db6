"""Paths of operations on both surfaces, wherever their parent is."""

from __future__ import annotations

import re

from ...framework.routing import Call, Route
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.messages import Surface
from ..models.names import addressed_model

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


async def get_operation(call: Call) -> JsonObject:
    """Answer GET of one operation."""
    return await _polled(call, _addressed_name(call))


async def wait_for_operation(call: Call) -> JsonObject:
    """Answer `:wait`, which Vertex AI may answer before the operation is done, as it is done here."""
    return await _polled(call, _addressed_name(call))


async def list_operations(call: Call) -> JsonObject:
    """Answer GET of the operations of a model or of a location."""
    return call.page(call.api.operations.below(f"{_collection(call)}/"), "operations")


async def cancel_operation(call: Call) -> JsonObject:
    """Answer `:cancel`; an operation that is done stays as it is."""
    name = _addressed_name(call)
    if not call.api.operations.cancel(name):
        raise _unknown(name)
    return {}


async def delete_operation(call: Call) -> JsonObject:
    """Answer DELETE of an operation, whose work goes on."""
    name = _addressed_name(call)
    if not call.api.operations.delete(name):
        raise _unknown(name)
    return {}


async def fetch_predict_operation(call: Call) -> JsonObject:
    """Answer `:fetchPredictOperation`, which asks for an operation of a model by its name in the body."""
    model = addressed_model(call, "fetchPredictOperation")
    name: str = call.message("FetchPredictOperationRequest").get("operationName", "")
    if not name:
        raise invalid("operationName", "is empty; give the name that predictLongRunning returned.")
    if f"models/{model.id}/operations/" not in name:
        raise invalid("operationName", f"{name} is no operation of the model {model.id} in the path.")
    return await _polled(call, name)


async def _polled(call: Call, name: str) -> JsonObject:
    operation = await call.api.operations.poll(name)
    if operation is None:
        raise _unknown(name)
    return operation


def _unknown(name: str) -> ApiError:
    return not_found(f"Operation {name} does not exist, or is no longer kept.")


def _collection(call: Call) -> str:
    """Return the resource name of the collection in the path."""
    collection = _ABOVE.sub("", call.request.scope["path"])
    if "operation" in call.request.path_params:
        collection = collection.rpartition("/")[0]
    return f"{call.location()}/{collection}" if call.surface == "vertex" else collection


def _addressed_name(call: Call) -> str:
    return f"{_collection(call)}/{call.parameter('operation')}"


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
