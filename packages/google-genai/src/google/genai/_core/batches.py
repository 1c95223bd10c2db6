"""Batches: what a job is called and where it leaves its results when the program does not say, and its results by key."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._ops.batches import CREATE, CREATE_EMBEDDINGS
from .files import download
from .invoke import invoke
from .waiting import ended, failure, named

if TYPE_CHECKING:
    from .._io.port import Port
    from ..types import BatchJob
    from .progress import Progress


async def create_batch(port: Port, model: str, src: Any, dest: Any, config: Any) -> BatchJob:
    """Start a job that works through many requests, and return it."""
    from .. import types

    settings = config
    if dest is not None or port.backend.vertexai:
        cls = types.CreateBatchJobConfig
        settings = (
            config.model_copy() if isinstance(config, cls) else cls.model_validate({} if config is None else config)
        )
        if dest is not None:
            settings.dest = dest
        if port.backend.vertexai:
            unique = f"{datetime.datetime.now().strftime('%Y%m%d%H%M%S')}_{uuid.uuid4().hex[:5]}"
            settings.display_name = settings.display_name or f"genai_batch_job_{unique}"
            settings.dest = settings.dest or _beside(src, unique)
    return await invoke(port, CREATE, model=model, src=src, config=settings)


def _beside(src: Any, unique: str) -> str | None:
    """Return a place beside the source, where its address tells one."""
    if isinstance(src, str):
        addresses, table = [src], src
    else:
        given: dict[str, Any] = {name: getattr(src, name, None) for name in _PLACES}
        if isinstance(src, dict):
            given = {**src}
        addresses: list[str] = given.get("gcs_uri", given.get("gcsUri")) or []
        table = given.get("bigquery_uri", given.get("bigqueryUri")) or ""
    if table.startswith("bq://"):
        return f"{table}_dest_{unique}"
    if addresses and addresses[0].startswith("gs://"):
        bucket, slash, name = addresses[0].removeprefix("gs://").rpartition("/")
        stem = name.rpartition(".")[0] or name
        return f"gs://{bucket}{slash}{stem}/dest"
    return None


_PLACES = ("gcs_uri", "bigquery_uri")


async def create_embeddings_batch(port: Port, model: str, src: Any, config: Any) -> BatchJob:
    """Start a job that embeds many contents, and return it."""
    return await invoke(port, CREATE_EMBEDDINGS, model=model, src=src, config=config)


async def finished_batch(
    port: Port, get: Callable[..., Any], job: Any, timeout_s: float | None, poll_s: float, progress: Progress | None
) -> BatchJob:
    """Return a job in its last state. Raises `OperationFailedError` when it has not brought its results."""
    from .. import types

    partly = types.JobState.JOB_STATE_PARTIALLY_SUCCEEDED
    done: BatchJob = await ended(
        port,
        get,
        job,
        types.BatchJob,
        lambda one: one.done or one.state is partly,
        what="job",
        timeout_s=timeout_s,
        poll_s=poll_s,
        progress=progress,
    )
    if done.state not in (types.JobState.JOB_STATE_SUCCEEDED, partly):
        state = done.state.value if done.state else "unknown"
        raise failure(done, f"ended as {state}", _CODES.get(state))
    return done


_CODES = {"JOB_STATE_CANCELLED": 1, "JOB_STATE_EXPIRED": 4}
"""Codes of `google.rpc` for ends that come without an error."""


async def batch_results(port: Port, get: Callable[..., Any], job: Any) -> list[Any]:
    """Return the results of a finished job, in the order in which the service lists them."""
    from .. import types

    state: BatchJob = job if isinstance(job, types.BatchJob) else await port.call(get, {"name": named(job, (), "job")})
    dest = state.dest
    if dest is None:
        raise ValueError(
            f"job: {state.name} has no results; its state is {state.state.value if state.state else None}."
        )
    if dest.inlined_responses is not None:
        return list(dest.inlined_responses)
    if dest.inlined_embed_content_responses is not None:
        return list(dest.inlined_embed_content_responses)
    if dest.file_name is None:
        raise ValueError(
            f"job: the results lie at {dest.gcs_uri or dest.bigquery_uri}, where Google Cloud's tools read."
        )
    content: bytes = await download(port, dest.file_name, None, None, None)
    return [_of_line(line) for line in content.splitlines() if line.strip()]


def _of_line(line: bytes) -> Any:
    """Return the result that a line of a results file holds; its key stands in the metadata."""
    from .. import types
    from .._wire.reply import read

    decoded: dict[str, Any] = json.loads(line)
    key = decoded.pop("key", None)
    holds_embedding = "embedding" in (decoded.get("response") or {})
    cls: Any = types.InlinedEmbedContentResponse if holds_embedding else types.InlinedResponse
    result = read(cls, "gemini", json.dumps(decoded).encode())
    if key is not None and not holds_embedding:
        result.metadata = {**(result.metadata or {}), "key": str(key)}
    return result
