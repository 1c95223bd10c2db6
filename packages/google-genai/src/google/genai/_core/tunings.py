"""Tuning: how a job is started on either service, and the wait for its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._ops.tunings import TUNE, TUNE_BY_OPERATION
from .invoke import invoke
from .replies import invalid
from .waiting import ended, failure

if TYPE_CHECKING:
    from .._io.port import Port
    from ..types import TuningJob
    from .progress import Progress


async def tune(port: Port, base_model: str, training_dataset: Any, config: Any) -> TuningJob:
    """Start to tune a model, and return the job."""
    from .. import types

    if not port.backend.vertexai:
        arguments = {"base_model": base_model, "training_dataset": training_dataset, "config": config}
        operation = await invoke(port, TUNE_BY_OPERATION, **arguments)
        tuned: Any = (operation.metadata or {}).get("tunedModel")
        name = tuned or (operation.name or "").partition("/operations/")[0]
        if not name:
            raise invalid("The reply to the tuning request does not name a job.")
        return types.TuningJob(name=name, state=types.JobState.JOB_STATE_QUEUED)
    goes_on = isinstance(base_model, str) and base_model.startswith("projects/")  # pyright: ignore[reportUnnecessaryIsInstance] - checked below
    given = {"tuned_model_name": base_model} if goes_on else {"base_model": base_model}
    if not goes_on and _of(config, "pre_tuned_model_checkpoint_id", "preTunedModelCheckpointId") is not None:
        raise ValueError(
            "config.pre_tuned_model_checkpoint_id: a checkpoint belongs to a tuned model; give its name, projects/…, as "
            "base_model."
        )
    return await invoke(port, TUNE, training_dataset=training_dataset, config=config, **given)


def _of(config: Any, name: str, alias: str) -> Any:
    return config.get(name, config.get(alias)) if isinstance(config, dict) else getattr(config, name, None)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType, reportUnknownVariableType]


async def finished_tuning(
    port: Port, get: Callable[..., Any], job: Any, timeout_s: float | None, poll_s: float, progress: Progress | None
) -> TuningJob:
    """Return a job in its last state. Raises `OperationFailedError` when it has made no model."""
    from .. import types

    done: TuningJob = await ended(
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
