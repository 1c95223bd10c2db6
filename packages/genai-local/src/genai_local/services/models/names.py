"""The model in the path of a request."""

from __future__ import annotations

from ...framework.catalogue import Model
from ...framework.routing import RequestContext


def model_in_path(context: RequestContext, method: str) -> Model:
    """Return the model in the path of a request.

    Args:
        context: the request.
        method: the method that the model must support; `get` for any model.

    Raises:
        ApiError: 404 for an unknown model or an unsupported method.
    """
    model_id = context.parameter("model")
    path = context.request.url.path
    publisher = context.request.path_params.get("publisher")
    if publisher is not None:
        resource = f"publishers/{publisher}/models/{model_id}"
    else:
        kind = next((kind for kind in ("tunedModels", "endpoints") if f"/{kind}/" in path), "models")
        resource = f"{kind}/{model_id}"
        if kind != "models" and context.api.tuned_models.find_active(model_id, context.surface) is not None:
            tuned = Model(model_id, ("text",), is_alias=True)
            if method in tuned.methods(context.surface):
                return tuned
    return context.api.catalogue.resolve(model_id, method, context.surface, context.version, resource)
