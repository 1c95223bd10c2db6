"""Tuned models as resources: listed, read, changed and deleted on both surfaces."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from ...framework.routing import Call
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.filters import filtered
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


async def list_tuned_models(call: Call) -> JsonObject:
    """Answer the list of tuned models."""
    models = [_told(call, model) for model in call.api.tuned_models.all(call.surface)]
    models = filtered(models, call.request.query_params.get("filter", ""))
    return call.page(models, "tunedModels" if call.surface == "gemini" else "models")


async def get_tuned_model(call: Call) -> JsonObject:
    """Answer GET of one tuned model."""
    model = _addressed(call)
    call.api.tuned_models.poll(model.id)
    return _told(call, model)


async def update_tuned_model(call: Call) -> JsonObject:
    """Answer PATCH of one tuned model: the fields of the body, or those of them that `updateMask` names."""
    model = _addressed(call)
    changes = call.message("TunedModelUpdate")
    mask = _mask(call)
    changed: dict[str, Any] = {}
    for name, attribute in _CHANGEABLE.items():
        if name in mask if mask else name in changes:
            changed[attribute] = changes.get(name, {} if name == "labels" else "")
    _check(call, model, changed)
    return _told(call, call.api.tuned_models.update(replace(model, **changed)))


async def delete_tuned_model(call: Call) -> JsonObject:
    """Answer DELETE of one tuned model; Vertex AI tells it as an operation that is done."""
    model = _addressed(call)
    call.api.tuned_models.delete(model.id)
    if call.surface == "gemini":
        return {}
    name = f"{call.location()}/operations/{secrets.randbelow(10**19):019d}"
    return call.api.operations.finish(name, {"@type": "type.googleapis.com/google.protobuf.Empty"})


async def refuse_change(call: Call) -> JsonObject:
    """Refuse PATCH and DELETE of a base model."""
    model_id = call.parameter("model")
    if call.api.catalogue.find(model_id) is None:
        raise not_found(f"models/{model_id} is not found for API version {call.version}.")
    raise ApiError(403, f"model: {model_id} is a base model; only tuned models can be changed or deleted.")


def _addressed(call: Call) -> TunedModel:
    model_id = call.parameter("model").partition("@")[0]
    models = call.api.tuned_models
    model = models.find(model_id, "gemini") if call.surface == "gemini" else models.find_active(model_id, "vertex")
    if model is None:
        if call.surface == "vertex" and call.api.catalogue.find(model_id) and call.request.method != "GET":
            raise ApiError(403, f"model: {model_id} is a base model; only tuned models can be changed or deleted.")
        collection = "tunedModels" if call.surface == "gemini" else f"{call.location()}/models"
        raise not_found(f"{collection}/{model_id} is not found for API version {call.version}.")
    return model


def _told(call: Call, model: TunedModel) -> JsonObject:
    return model.on_gemini(call.api.clock.now()) if call.surface == "gemini" else model.on_vertex(call.location())


def _mask(call: Call) -> set[str]:
    """Return the camelCase names of the fields in `updateMask`; none for all."""
    query = call.request.query_params
    known = API.fields("TunedModelUpdate", call.surface)
    names: set[str] = set()
    for path in filter(None, (query.get("updateMask") or query.get("update_mask") or "").split(",")):
        if path not in known or known[path].name not in _CHANGEABLE:
            raise invalid("updateMask", f"{path!r} is no field of a tuned model that can be changed.")
        names.add(known[path].name)
    return names


def _check(call: Call, model: TunedModel, changed: dict[str, Any]) -> None:
    limit = _NAME_LIMITS[call.surface]
    if len(changed.get("display_name", "")) > limit:
        raise invalid("displayName", f"has more than {limit} characters.")
    checkpoint = changed.get("default_checkpoint", model.default_checkpoint)
    if checkpoint not in model.checkpoints:
        raise invalid("defaultCheckpointId", f"expected one of {', '.join(model.checkpoints)}, not {checkpoint!r}.")
