"""Tuning: starting a job on either backend, and waiting for its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import types
from .._ops.tunings import TUNE, TUNE_BY_OPERATION
from .._wire.codec import config_of
from .invoke import invoke
from .reply_errors import invalid
from .waiting import failure, wait_for_end

if TYPE_CHECKING:
    from .._io.port import Port
    from .progress import Progress


async def tune(
    port: Port,
    base_model: str,
    training_dataset: types.TuningDatasetOrDict,
    config: types.CreateTuningJobConfigOrDict | None,
) -> types.TuningJob:
    """Start tuning a model, and return the job."""
    settings = config_of(config, types.CreateTuningJobConfig)

    if not port.backend.vertexai:
        arguments = {"base_model": base_model, "training_dataset": training_dataset, "config": settings}
        operation = await invoke(port, TUNE_BY_OPERATION, **arguments)
        tuned: Any = (operation.metadata or {}).get("tunedModel")
        name = tuned or (operation.name or "").partition("/operations/")[0]
        if not name:
            raise invalid("The reply to the tuning request does not name a job.")
        return types.TuningJob(name=name, state=types.JobState.JOB_STATE_QUEUED)
    is_tuned = isinstance(base_model, str) and base_model.startswith("projects/")  # pyright: ignore[reportUnnecessaryIsInstance] - checked below
    given = {"tuned_model_name": base_model} if is_tuned else {"base_model": base_model}
    if not is_tuned and settings is not None and settings.pre_tuned_model_checkpoint_id is not None:
        raise ValueError(
            "config.pre_tuned_model_checkpoint_id: a checkpoint belongs to a tuned model; pass the tuned model's name, "
            "projects/…, as base_model."
        )
    return await invoke(port, TUNE, training_dataset=training_dataset, config=settings, **given)


async def wait_for_tuning(
    port: Port,
    get: Callable[..., Any],
    job: types.TuningJob | str,
    timeout_s: float | None,
    poll_s: float,
    progress: Progress | None,
) -> types.TuningJob:
    """Return a job in its final state. Raises `OperationFailedError` if it has not produced a model."""
    done: types.TuningJob = await wait_for_end(
        port,
        get,
        job,
        types.TuningJob,
        lambda one: one.has_ended,
        what="job",
        timeout_s=timeout_s,
        poll_s=poll_s,
        progress=progress,
    )
    if not done.has_succeeded:
        raise failure(done, f"ended as {done.state.value if done.state else 'unknown'}")
    return done
