"""Batches: the default name and destination of a job, waiting for its end, and its results by key."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import types
from .._ops.batches import CREATE, CREATE_EMBEDDINGS
from .._wire.batch_sources import source_of_batch
from .._wire.codec import encode, own_config
from .files import download
from .invoke import invoke
from .reply_errors import invalid
from .waiting import failure, name_of, wait_for_end

if TYPE_CHECKING:
    from .._backend import Backend
    from .._io.port import Port
    from .._iterables import Iterables
    from .progress import Progress


async def create_batch(
    port: Port,
    model: str,
    src: types.BatchJobSourceUnionDict,
    dest: types.BatchJobDestinationUnionDict | None,
    config: types.CreateBatchJobConfigOrDict | None,
) -> types.BatchJob:
    """Start a job that processes many requests, and return it."""
    settings = own_config(config, types.CreateBatchJobConfig)
    source = source_of_batch(src, "src")
    if dest is not None:
        settings.dest = dest  # pyright: ignore[reportAttributeAccessIssue] - a dict is read when the call is encoded
    if port.backend.vertexai:
        unique = f"{datetime.datetime.now().strftime('%Y%m%d%H%M%S')}_{uuid.uuid4().hex[:5]}"
        settings.display_name = settings.display_name or f"genai_batch_job_{unique}"
        settings.dest = settings.dest or _default_destination(source, unique)
    return await invoke(port, CREATE, model=model, src=source, config=settings)


def _default_destination(source: types.BatchJobSource, unique: str) -> str | None:
    """Return an address next to that of the source, or None if the source has no address."""
    if source.bigquery_uri and source.bigquery_uri.startswith("bq://"):
        return f"{source.bigquery_uri}_dest_{unique}"
    if source.gcs_uri and source.gcs_uri[0].startswith("gs://"):
        bucket, slash, name = source.gcs_uri[0].removeprefix("gs://").rpartition("/")
        stem = name.rpartition(".")[0] or name
        return f"gs://{bucket}{slash}{stem}/dest"
    return None


async def create_embeddings_batch(
    port: Port,
    model: str,
    src: types.EmbeddingsBatchJobSourceOrDict | Iterables[types.ContentUnionDict | types.EmbedContentBatchOrDict] | str,
    config: types.CreateEmbeddingsBatchJobConfigOrDict | None,
) -> types.BatchJob:
    """Start a job that embeds many contents, and return it."""
    return await invoke(port, CREATE_EMBEDDINGS, model=model, src=src, config=config)


async def wait_for_batch(
    port: Port,
    get: Callable[..., Any],
    job: types.BatchJob | str,
    timeout_s: float | None,
    poll_s: float,
    progress: Progress | None,
) -> types.BatchJob:
    """Return a job in its final state. Raises `OperationFailedError` if it has not produced its results."""
    partly = types.JobState.JOB_STATE_PARTIALLY_SUCCEEDED
    done: types.BatchJob = await wait_for_end(
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
"""Codes of `google.rpc` for final states without an error."""


async def batch_results(port: Port, get: Callable[..., Any], job: types.BatchJob | str) -> list[Any]:
    """Return the results of a finished job, in the order in which the service lists them."""
    state: types.BatchJob = (
        job if isinstance(job, types.BatchJob) else await port.run(get, {"name": name_of(job, (), "job")})
    )
    dest = state.dest
    if dest is None:
        raise ValueError(
            f"job: {state.name} has no results yet; its state is {state.state.value if state.state else None}."
        )
    if dest.inlined_responses is not None:
        return list(dest.inlined_responses)
    if dest.inlined_embed_content_responses is not None:
        return list(dest.inlined_embed_content_responses)
    if dest.file_name is None:
        raise ValueError(
            f"job: the results are at {dest.gcs_uri or dest.bigquery_uri or 'the place in output_info'}; read them with Google Cloud's tools."
        )
    content: bytes = await download(port, dest.file_name, None, None, None)
    lines = enumerate(content.splitlines(), start=1)
    return [_result_of_line(line, f"{dest.file_name}, line {number}") for number, line in lines if line.strip()]


def _result_of_line(line: bytes, place: str) -> Any:
    """Return the result in a line of a results file; its key is added to the metadata.

    Raises `InvalidResponseError` for a line that contains no result.
    """
    try:
        return _result_of_json(json.loads(line))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{place}: expected a JSON object with a result, got {line[:80]!r}: {error}"
        raise invalid(reason) from error


def _result_of_json(decoded: dict[str, Any]) -> Any:
    from .._wire.reply import read

    key = decoded.pop("key", None)
    holds_embedding = "embedding" in (decoded.get("response") or {})
    cls: Any = types.InlinedEmbedContentResponse if holds_embedding else types.InlinedResponse
    result = read(cls, "gemini", json.dumps(decoded).encode())
    if key is not None and not holds_embedding:
        result.metadata = {**(result.metadata or {}), "key": str(key)}
    return result


def inlined_request_as_json(backend: Backend, request: types.InlinedRequestOrDict) -> dict[str, Any]:
    """Return a request of a batch as JSON: `{"request": …, "metadata": …}`."""
    call = encode(CREATE, backend, {"model": "any", "src": [request]})
    body = call.body if isinstance(call.body, bytes) else b"".join(call.body or ())
    return json.loads(body)["batch"]["inputConfig"]["requests"]["requests"][0]


def fields_of_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a `types.GenerateContentResponse` from a reply of the Developer API as JSON."""
    from .._wire.reply import read

    return read(types.GenerateContentResponse, "gemini", json.dumps(answer).encode()).model_dump(exclude_none=True)
