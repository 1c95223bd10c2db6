"""Which model a request addresses by its path."""

from __future__ import annotations

from ...catalogue import Model
from ...routing import Call


def addressed_model(call: Call, method: str) -> Model:
    """Return the model named in the path of a call.

    Args:
        call: the call.
        method: the method the model must offer; `get` for any.

    Raises:
        ApiError: 404 when there is no such model or it does not offer the method.
    """
    model_id = call.parameter("model")
    path = call.request.url.path
    publisher = call.request.path_params.get("publisher")
    if publisher is not None:
        resource = f"publishers/{publisher}/models/{model_id}"
    else:
        resource = f"{'tunedModels' if '/tunedModels/' in path else 'models'}/{model_id}"
    return call.api.catalogue.resolve(model_id, method, call.surface, call.version, resource)
