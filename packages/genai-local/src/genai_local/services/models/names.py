"""Which model a request addresses by its path."""

from __future__ import annotations

from ...framework.catalogue import Model
from ...framework.routing import Call


def addressed_model(call: Call, method: str) -> Model:
    """Return the model named in the path of a call; a tuned model answers as its engine does.

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
        kind = next((kind for kind in ("tunedModels", "endpoints") if f"/{kind}/" in path), "models")
        resource = f"{kind}/{model_id}"
        if kind != "models" and call.api.tuned_models.find_active(model_id, call.surface) is not None:
            tuned = Model(model_id, ("text",), is_alias=True)
            if method in tuned.methods(call.surface):
                return tuned
    return call.api.catalogue.resolve(model_id, method, call.surface, call.version, resource)
