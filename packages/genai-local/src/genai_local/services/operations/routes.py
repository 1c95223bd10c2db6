"""Paths of operations on both surfaces."""

from __future__ import annotations

from ...errors import JsonObject, invalid, not_found
from ...routing import Call, Route
from ..models.names import addressed_model

_GEMINI_PARENTS = ("", "models/{model}/", "tunedModels/{model}/")
_VERTEX_PARENTS = ("", "models/{model}/", "publishers/{publisher}/models/{model}/")


async def get_operation(call: Call) -> JsonObject:
    """Answer GET of one operation."""
    return await _polled(call, f"{_collection(call)}/{call.parameter('operation')}")


async def list_operations(call: Call) -> JsonObject:
    """Answer GET of the operations of a model or of a location."""
    return call.page(call.api.operations.below(f"{_collection(call)}/"), "operations")


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
        raise not_found(f"Operation {name} does not exist, or is no longer kept.")
    return operation


def _collection(call: Call) -> str:
    """Return the resource name of the collection in the path."""
    names = call.request.path_params
    parent = f"{call.location()}/" if call.surface == "vertex" else ""
    if "model" in names:
        kind = "tunedModels" if "/tunedModels/" in call.request.url.path else "models"
        publisher = f"publishers/{names['publisher']}/" if "publisher" in names else ""
        parent += f"{publisher}{kind}/{names['model']}/"
    return f"{parent}operations"


ROUTES = [
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:fetchPredictOperation", fetch_predict_operation),
    *(Route("gemini", "GET", f"{parent}operations", list_operations) for parent in _GEMINI_PARENTS),
    *(Route("gemini", "GET", f"{parent}operations/{{operation}}", get_operation) for parent in _GEMINI_PARENTS),
    *(Route("vertex", "GET", f"{parent}operations", list_operations) for parent in _VERTEX_PARENTS),
    *(Route("vertex", "GET", f"{parent}operations/{{operation}}", get_operation) for parent in _VERTEX_PARENTS),
]
