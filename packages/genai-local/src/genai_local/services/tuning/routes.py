"""Paths of tuning on the Developer API, where an operation creates the tuned model."""

from __future__ import annotations

import math
import re
import secrets
import string
from dataclasses import replace

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...state.operations import rpc_status
from ...state.tuned_models import TunedModel
from .datasets import examples_in
from .vertex_routes import VERTEX_ROUTES

_ID = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
_LETTERS = string.ascii_lowercase + string.digits
_MAX_DISPLAY_NAME = 40
_TYPE = "type.googleapis.com/google.ai.generativelanguage.v1beta."
_DEFAULTS: JsonObject = {"epochCount": 5, "batchSize": 4, "learningRate": 0.001}


async def create_tuned_model(context: RequestContext) -> JsonObject:
    """Answer POST `tunedModels` with the operation that creates the model."""
    asked, models = context.message("TunedModel"), context.api.tuned_models
    display_name: str = asked.get("displayName", "")
    if len(display_name) > _MAX_DISPLAY_NAME:
        raise invalid("displayName", f"has more than {_MAX_DISPLAY_NAME} characters.")
    task: JsonObject = asked.get("tuningTask", {})
    examples = examples_in(task)
    hyperparameters = _hyperparameters(task.get("hyperparameters", {}))
    base, source = _base_of(context, asked)
    now, operations = context.api.clock.now(), context.api.operations
    model = TunedModel(
        _new_id(context, display_name),
        display_name,
        asked.get("description", ""),
        base,
        now,
        now,
        surface="gemini",
        temperature=asked.get("temperature"),
        top_p=asked.get("topP"),
        top_k=asked.get("topK"),
        source_model=source,
        hyperparameters=hyperparameters,
        step_count=math.ceil(len(examples) * hyperparameters["epochCount"] / hyperparameters["batchSize"]),
        ready_time=now + operations.duration_s,
        polls_left=operations.polls,
    )
    models.keep(model, examples)
    return {"name": model.operation_name, "metadata": _metadata(model, is_done=False)}


def _hyperparameters(asked: JsonObject) -> JsonObject:
    for name in ("epochCount", "batchSize"):
        if asked.get(name, 1) < 1:
            raise invalid(f"tuningTask.hyperparameters.{name}", f"expected at least 1, not {asked[name]}.")
    for name in ("learningRate", "learningRateMultiplier"):
        if asked.get(name, 1) <= 0:
            raise invalid(f"tuningTask.hyperparameters.{name}", f"expected more than 0, not {asked[name]:g}.")
    result = {**_DEFAULTS, **asked}
    if "learningRateMultiplier" in asked:
        del result["learningRate"]
    return result


def _base_of(context: RequestContext, asked: JsonObject) -> tuple[str, str | None]:
    """Return the bare id of the base model, and the name of the tuned model that is tuned further, if any."""
    source: str = asked.get("tunedModelSource", {}).get("tunedModel", "")
    if source:
        found = context.api.tuned_models.find_active(source.removeprefix("tunedModels/"), "gemini")
        if found is None:
            raise not_found(f"tunedModelSource.tunedModel: {source} does not exist or is not ACTIVE.")
        return found.base_model, f"tunedModels/{found.id}"
    base: str = asked.get("baseModel", "")
    if not base:
        raise invalid("baseModel", "is missing; expected a name such as models/gemini-2.5-flash.")
    known = context.api.catalogue.find(base)
    if known is None or "text" not in known.kinds:
        raise not_found(f"baseModel: {base} does not exist or cannot be tuned.")
    return known.id, None


def _new_id(context: RequestContext, display_name: str) -> str:
    query = context.request.query_params
    wanted = query.get("tunedModelId") or query.get("tuned_model_id")
    if wanted is None:
        words = re.sub(r"[^a-z0-9]+", "-", display_name.lower()).strip("-")
        beginning = re.sub(r"^[0-9-]+", "", words)[:27].rstrip("-") or "tuned-model"
        return f"{beginning}-{''.join(secrets.choice(_LETTERS) for _ in range(12))}"
    if not _ID.fullmatch(wanted):
        raise invalid(
            "tunedModelId",
            f"expected up to 40 lowercase letters, digits and dashes, beginning with a letter, not {wanted!r}.",
        )
    if context.api.tuned_models.find(wanted) is not None:
        raise ApiError(409, f"tunedModelId: the model tunedModels/{wanted} already exists.", status="ALREADY_EXISTS")
    return wanted


async def get_tuning_operation(context: RequestContext) -> JsonObject:
    """Answer GET of the operation that creates a tuned model."""
    model = _model(context)
    context.api.tuned_models.poll(model.id)
    return _operation(context, model)


async def list_tuning_operations(context: RequestContext) -> JsonObject:
    """Answer GET of the operations of a tuned model: one operation if the model was tuned on this server, else none."""
    model = context.api.tuned_models.find(context.parameter("model"), "gemini")
    is_known = model is not None and model.hyperparameters is not None
    return context.page([_operation(context, model)] if model is not None and is_known else [], "operations")


async def cancel_tuning(context: RequestContext) -> JsonObject:
    """Answer `:cancel` of a tuned model in state CREATING, or of its operation."""
    model = _model(context)
    if model.state(context.api.clock.now()) == "CREATING":
        failure = rpc_status(ApiError(499, "The tuning was cancelled."))
        now = context.api.clock.now()
        context.api.tuned_models.update(replace(model, failure=failure, ready_time=now, polls_left=0))
    return {}


def _model(context: RequestContext) -> TunedModel:
    model = context.api.tuned_models.find(context.parameter("model"), "gemini")
    operation = context.request.path_params.get("operation")
    name = f"tunedModels/{context.parameter('model')}"
    if operation is not None:
        name = f"{name}/operations/{operation}"
        if model is None or model.hyperparameters is None or model.operation_name != name:
            raise not_found(f"Operation {name} does not exist or has been deleted.")
    if model is None:
        raise not_found(f"{name} is not found for API version {context.version}.")
    return model


def _operation(context: RequestContext, model: TunedModel) -> JsonObject:
    now = context.api.clock.now()
    state = model.state(now)
    result: JsonObject = {"name": model.operation_name, "metadata": _metadata(model, is_done=state == "ACTIVE")}
    if state == "ACTIVE":
        return {**result, "done": True, "response": {"@type": f"{_TYPE}TunedModel", **model.on_gemini(now)}}
    return {**result, "done": True, "error": model.failure} if state == "FAILED" else result


def _metadata(model: TunedModel, *, is_done: bool) -> JsonObject:
    done = {"completedSteps": model.step_count, "completedPercent": 100.0} if is_done else {}
    return {
        "@type": f"{_TYPE}CreateTunedModelMetadata",
        "tunedModel": f"tunedModels/{model.id}",
        "totalSteps": model.step_count,
        **done,
    }


ROUTES = [
    Route("gemini", "POST", "tunedModels", create_tuned_model),
    Route("gemini", "GET", "tunedModels/{model}/operations", list_tuning_operations),
    Route("gemini", "POST", "tunedModels/{model}/operations/{operation}:cancel", cancel_tuning),
    Route("gemini", "GET", "tunedModels/{model}/operations/{operation}", get_tuning_operation),
    Route("gemini", "POST", "tunedModels/{model}:cancel", cancel_tuning),
    *VERTEX_ROUTES,
]
