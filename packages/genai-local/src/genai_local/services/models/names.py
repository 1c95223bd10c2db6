"""The model that a request names, in its path or in a message."""

from __future__ import annotations

from ...framework.api import Api
from ...framework.catalogue import Model
from ...framework.routing import RequestContext
from ...protocol.messages import Surface


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
    return model_named(context.api, resource, method, context.surface, context.version)


def model_named(api: Api, resource: str, method: str, surface: Surface, version: str) -> Model:
    """Return the model with a resource name.

    Args:
        api: the server's parts.
        resource: the name: `models/{id}`, `publishers/{publisher}/models/{id}`, `tunedModels/{id}` or `endpoints/{id}`.
        method: the method that the model must support; `get` for any model.
        surface: the surface of the request.
        version: API version, for the error message.

    Raises:
        ApiError: 404 for an unknown model or an unsupported method.
    """
    collection, _, model_id = resource.rpartition("/")
    if collection in ("tunedModels", "endpoints") and api.tuned_models.find_active(model_id, surface) is not None:
        tuned = Model(model_id, ("text",), is_alias=True)
        if method in tuned.methods(surface):
            return tuned
    return api.catalogue.resolve(model_id, method, surface, version, resource)
