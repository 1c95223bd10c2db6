"""Tuned models as resources on both surfaces: list, get, update, delete."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from ...framework.routing import RequestContext
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.filters import filter_items
from ...protocol.messages import API
from ...state.tuned_models import TunedModel

_NAME_LIMITS = {"gemini": 40, "vertex": 128}
_CHANGEABLE = {
    "displayName": "display_name",
    "description": "description",
    "temperature": "temperature",
    "topP": "top_p",
    "topK": "top_k",
    "labels": "labels",
    "defaultCheckpointId": "default_checkpoint",
}


async def list_tuned_models(context: RequestContext) -> JsonObject:
    """Answer the list of tuned models."""
    models = [_model_json(context, model) for model in context.api.tuned_models.all(context.surface)]
    models = filter_items(models, context.request.query_params.get("filter", ""))
    return context.page(models, "tunedModels" if context.surface == "gemini" else "models")


async def get_tuned_model(context: RequestContext) -> JsonObject:
    """Answer GET of one tuned model."""
    model = _model(context)
    context.api.tuned_models.poll(model.id)
    return _model_json(context, model)


async def update_tuned_model(context: RequestContext) -> JsonObject:
    """Answer PATCH of one tuned model: the fields of the body, or those of them that `updateMask` names."""
    model = _model(context)
    changes = context.message("TunedModelUpdate")
    mask = _mask(context)
    changed: dict[str, Any] = {}
    for name, attribute in _CHANGEABLE.items():
        if name in mask if mask else name in changes:
            changed[attribute] = changes.get(name, {} if name == "labels" else "")
    _check(context, model, changed)
    return _model_json(context, context.api.tuned_models.update(replace(model, **changed)))


async def delete_tuned_model(context: RequestContext) -> JsonObject:
    """Answer DELETE of one tuned model; on Vertex AI the reply is a finished operation."""
    model = _model(context)
    context.api.tuned_models.delete(model.id)
    if context.surface == "gemini":
        return {}
    name = f"{context.location()}/operations/{secrets.randbelow(10**19):019d}"
    return context.api.operations.finish(name, {"@type": "type.googleapis.com/google.protobuf.Empty"})


async def refuse_change(context: RequestContext) -> JsonObject:
    """Refuse PATCH and DELETE of a base model."""
    model_id = context.parameter("model")
    if context.api.catalogue.find(model_id) is None:
        raise not_found(f"models/{model_id} is not found for API version {context.version}.")
    raise ApiError(403, f"model: {model_id} is a base model; only tuned models can be changed or deleted.")


def _model(context: RequestContext) -> TunedModel:
    model_id = context.parameter("model").partition("@")[0]
    models = context.api.tuned_models
    model = models.find(model_id, "gemini") if context.surface == "gemini" else models.find_active(model_id, "vertex")
    if model is None:
        if context.surface == "vertex" and context.api.catalogue.find(model_id) and context.request.method != "GET":
            raise ApiError(403, f"model: {model_id} is a base model; only tuned models can be changed or deleted.")
        collection = "tunedModels" if context.surface == "gemini" else f"{context.location()}/models"
        raise not_found(f"{collection}/{model_id} is not found for API version {context.version}.")
    return model


def _model_json(context: RequestContext, model: TunedModel) -> JsonObject:
    return (
        model.on_gemini(context.api.clock.now()) if context.surface == "gemini" else model.on_vertex(context.location())
    )


def _mask(context: RequestContext) -> set[str]:
    """Return the camelCase names of the fields in `updateMask`; empty for all fields."""
    query = context.request.query_params
    known = API.fields("TunedModelUpdate", context.surface)
    names: set[str] = set()
    for path in filter(None, (query.get("updateMask") or query.get("update_mask") or "").split(",")):
        if path not in known or known[path].name not in _CHANGEABLE:
            raise invalid("updateMask", f"{path!r} is not a changeable field of a tuned model.")
        names.add(known[path].name)
    return names


def _check(context: RequestContext, model: TunedModel, changed: dict[str, Any]) -> None:
    limit = _NAME_LIMITS[context.surface]
    if len(changed.get("display_name", "")) > limit:
        raise invalid("displayName", f"has more than {limit} characters.")
    checkpoint = changed.get("default_checkpoint", model.default_checkpoint)
    if checkpoint not in model.checkpoints:
        raise invalid("defaultCheckpointId", f"expected one of {', '.join(model.checkpoints)}, not {checkpoint!r}.")
