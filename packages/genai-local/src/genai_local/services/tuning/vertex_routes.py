"""Paths of tuning jobs on Vertex AI."""

from __future__ import annotations

import asyncio
import math
import secrets
from dataclasses import dataclass
from typing import Literal

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.filters import filter_items
from ...protocol.times import timestamp
from ...state.operations import rpc_status
from ...state.tuned_models import Example, TunedModel
from .datasets import examples_at
from .jobs import TuningJob, TuningJobs
from .rewards import validate

Spec = Literal["supervisedTuningSpec", "preferenceOptimizationSpec"]

_SPECS: tuple[Spec, ...] = ("supervisedTuningSpec", "preferenceOptimizationSpec")
_STATS: dict[Spec, str] = {
    "supervisedTuningSpec": "supervisedTuningDataStats",
    "preferenceOptimizationSpec": "preferenceOptimizationDataStats",
}
_MAX_DISPLAY_NAME = 128
_DEFAULT_EPOCHS = 3
_BATCH = 4
_MAX_CHECKPOINTS = 10


@dataclass(frozen=True)
class _Dataset:
    """The examples of a job, or the error of an unreadable dataset."""

    examples: list[Example]
    failure: JsonObject | None


async def create_tuning_job(context: RequestContext) -> JsonObject:
    """Answer POST `tuningJobs`."""
    asked = context.message("TuningJob")
    name, spec = _spec_of(asked)
    if len(asked.get("tunedModelDisplayName", "")) > _MAX_DISPLAY_NAME:
        raise invalid("tunedModelDisplayName", f"has more than {_MAX_DISPLAY_NAME} characters.")
    epochs: int = spec.get("hyperParameters", {}).get("epochCount", _DEFAULT_EPOCHS)
    if epochs < 1:
        raise invalid(f"{name}.hyperParameters.epochCount", f"expected at least 1, not {epochs}.")
    base, source = _base_of(context, asked)
    found = await asyncio.to_thread(_read, context, name, spec)
    model_id = f"{secrets.randbelow(9 * 10**18) + 10**18}"
    steps = math.ceil(len(found.examples) / _BATCH) * epochs
    checkpoints = [str(epoch) for epoch in range(max(1, epochs - _MAX_CHECKPOINTS + 1), epochs + 1)]
    now = context.api.clock.now()
    request = {field: value for field, value in asked.items() if field not in ("name", "baseModel")}
    request["baseModel"] = base
    with context.api.state.transaction():
        job = context.api.part(TuningJobs).add(
            context.location(), model_id, request, _result(context, name, found, steps), found.failure
        )
        context.api.tuned_models.keep(
            TunedModel(
                model_id,
                asked.get("tunedModelDisplayName") or f"{base} tuned",
                asked.get("description", ""),
                base,
                now,
                now,
                surface="vertex",
                labels=asked.get("labels", {}),
                checkpoints=checkpoints[-1:] if spec.get("exportLastCheckpointOnly") else checkpoints,
                default_checkpoint=checkpoints[-1],
                source_model=source,
                step_count=steps,
                failure=found.failure,
                ready_time=job.ready_time,
                polls_left=job.polls_left,
            ),
            found.examples,
        )
    return _job_json(context, job, is_new=True)


def _spec_of(asked: JsonObject) -> tuple[Spec, JsonObject]:
    for name in _SPECS:
        if name in asked:
            if not asked[name].get("trainingDatasetUri"):
                raise invalid(f"{name}.trainingDatasetUri", "is missing.")
            return name, asked[name]
    other = next((name for name in asked if name.endswith("Spec") and name != "encryptionSpec"), None)
    if other is not None:
        raise invalid(other, f"not supported by this server; use {' or '.join(_SPECS)}.")
    raise invalid("supervisedTuningSpec", "is missing; give the trainingDatasetUri of the examples in it.")


def _base_of(context: RequestContext, asked: JsonObject) -> tuple[str, str | None]:
    """Return the bare id of the base model, and the name of the tuned model that is tuned further, if any."""
    before: JsonObject = asked.get("preTunedModel", {})
    if before:
        source: str = before.get("tunedModelName", "")
        found = context.api.tuned_models.find_active(source.rpartition("/")[2].partition("@")[0], "vertex")
        if found is None:
            raise not_found(f"preTunedModel.tunedModelName: {source} does not exist or is not ready.")
        checkpoint: str = before.get("checkpointId", found.default_checkpoint)
        if checkpoint not in found.checkpoints:
            expected = ", ".join(found.checkpoints)
            raise invalid("preTunedModel.checkpointId", f"expected one of {expected}, not {checkpoint!r}.")
        return found.base_model, source
    base: str = asked.get("baseModel", "")
    if not base:
        raise invalid("baseModel", "is missing; expected a name such as gemini-2.5-flash.")
    known = context.api.catalogue.find(base)
    if known is None or "text" not in known.kinds:
        raise not_found(f"baseModel: {base} does not exist or cannot be tuned.")
    return known.id, None


def _read(context: RequestContext, name: Spec, spec: JsonObject) -> _Dataset:
    is_preference = name == "preferenceOptimizationSpec"
    try:
        examples = examples_at(context.api, spec["trainingDatasetUri"], is_preference=is_preference)
        if spec.get("validationDatasetUri"):
            examples_at(context.api, spec["validationDatasetUri"], is_preference=is_preference)
    except ApiError as error:
        return _Dataset([], rpc_status(error))
    return _Dataset(examples, None)


def _result(context: RequestContext, name: Spec, found: _Dataset, steps: int) -> JsonObject:
    characters = sum(len(example.input) + len(example.output) for example in found.examples)
    stats = {"tuningDatasetExampleCount": str(len(found.examples)), "tuningStepCount": str(steps)}
    if name == "supervisedTuningSpec":
        stats["totalTuningCharacterCount"] = str(characters)
    return {"tuningDataStats": {_STATS[name]: stats}}


async def list_tuning_jobs(context: RequestContext) -> JsonObject:
    """Answer GET `tuningJobs`, newest first."""
    jobs = [_job_json(context, job) for job in context.api.part(TuningJobs).list_jobs(context.location())]
    return context.page(filter_items(jobs, context.request.query_params.get("filter", "")), "tuningJobs")


async def get_tuning_job(context: RequestContext) -> JsonObject:
    """Answer GET of one tuning job."""
    job = _job(context)
    context.api.part(TuningJobs).poll(job.id)
    context.api.tuned_models.poll(job.model_id)
    return _job_json(context, job)


async def cancel_tuning_job(context: RequestContext) -> JsonObject:
    """Answer `:cancel` of a tuning job; a finished job is not changed."""
    job = _job(context)
    if not job.is_over(context.api.clock.now()):
        context.api.part(TuningJobs).cancel(job.id)
        context.api.tuned_models.delete(job.model_id)
    return {}


async def validate_reward(context: RequestContext) -> JsonObject:
    """Answer POST `tuningJobs:validateReinforcementTuningReward`."""
    return validate(context.message("ValidateReinforcementTuningRewardRequest"))


def _job(context: RequestContext) -> TuningJob:
    job = context.api.part(TuningJobs).find(context.parameter("job"))
    if job is None or job.parent != context.location():
        raise not_found(f"{context.location()}/tuningJobs/{context.parameter('job')} does not exist.")
    return job


def _job_json(context: RequestContext, job: TuningJob, *, is_new: bool = False) -> JsonObject:
    is_over = job.is_over(context.api.clock.now())
    state = "PENDING" if is_new else "RUNNING"
    ended: JsonObject = {}
    if job.is_cancelled:
        state = "CANCELLED"
        ended = {"error": rpc_status(ApiError(499, "The tuning job was cancelled."))}
    elif is_over and not is_new:
        state = "SUCCEEDED" if job.failure is None else "FAILED"
        ended = {"error": job.failure} if job.failure else {"tunedModel": _tuned_model(context, job), **job.result}
    end_time = max(job.ready_time, job.update_time)
    return {
        "name": f"{job.parent}/tuningJobs/{job.id}",
        **job.request,
        "state": f"JOB_STATE_{state}",
        "createTime": timestamp(job.create_time),
        **({} if is_new else {"startTime": timestamp(job.create_time)}),
        **({"endTime": timestamp(end_time)} if ended else {}),
        "updateTime": timestamp(end_time if ended else job.update_time),
        **ended,
    }


def _tuned_model(context: RequestContext, job: TuningJob) -> JsonObject:
    endpoint = f"{job.parent}/endpoints/{job.model_id}"
    result: JsonObject = {"model": f"{job.parent}/models/{job.model_id}@1", "endpoint": endpoint}
    model = context.api.tuned_models.find(job.model_id)
    if model is not None:
        result["checkpoints"] = [{**checkpoint, "endpoint": endpoint} for checkpoint in model.checkpoint_resources()]
    return result


VERTEX_ROUTES = [
    Route("vertex", "POST", "tuningJobs", create_tuning_job),
    Route("vertex", "POST", "tuningJobs:validateReinforcementTuningReward", validate_reward),
    Route("vertex", "GET", "tuningJobs", list_tuning_jobs),
    Route("vertex", "POST", "tuningJobs/{job}:cancel", cancel_tuning_job),
    Route("vertex", "GET", "tuningJobs/{job}", get_tuning_job),
]
