"""Batches as JSON: operations on the Developer API, jobs on Vertex AI."""

from __future__ import annotations

from ...framework.routing import RequestContext
from ...protocol.errors import ApiError, JsonObject
from ...protocol.times import timestamp
from ...state.operations import rpc_status
from .store import Batch, Batches, Kind

_TYPE = "type.googleapis.com/google.ai.generativelanguage.v1beta."
_MESSAGES: dict[Kind, str] = {"generation": "GenerateContentBatch", "embedding": "EmbedContentBatch"}


def batch_json(context: RequestContext, batch: Batch) -> JsonObject:
    """Return the JSON of a batch."""
    return _on_gemini(context, batch) if batch.surface == "gemini" else _on_vertex(context, batch)


def _on_gemini(context: RequestContext, batch: Batch) -> JsonObject:
    counts = context.api.part(Batches).counts(batch.id)
    stats = {"requestCount": counts.total, "successfulRequestCount": counts.successful}
    stats |= {"failedRequestCount": counts.failed, "pendingRequestCount": counts.pending}
    metadata: JsonObject = {
        "@type": f"{_TYPE}{_MESSAGES[batch.kind]}",
        "model": batch.model,
        "displayName": batch.display_name,
        **batch.request,
        "createTime": timestamp(batch.create_time),
        **({"endTime": timestamp(batch.end_time)} if batch.end_time is not None else {}),
        "updateTime": timestamp(batch.update_time),
        "batchStats": {name: str(count) for name, count in stats.items() if count},
        "state": f"BATCH_STATE_{batch.state}",
        "name": f"batches/{batch.id}",
    }
    result: JsonObject = {"name": f"batches/{batch.id}", "metadata": metadata}
    if batch.state == "SUCCEEDED":
        output = _output(context, batch)
        metadata["output"] = output
        return result | {"done": True, "response": {"@type": f"{_TYPE}{_MESSAGES[batch.kind]}Output", **output}}
    error = _error(batch)
    return result | {"done": True, "error": error} if error else result


def _output(context: RequestContext, batch: Batch) -> JsonObject:
    if batch.output is not None:
        return {"responsesFile": batch.output}
    answers = [{**result, **tag} for _, tag, result in context.api.part(Batches).results(batch.id)]
    return {"inlinedResponses": {"inlinedResponses": answers}}


def _error(batch: Batch) -> JsonObject | None:
    if batch.state == "CANCELLED":
        return rpc_status(ApiError(499, "The batch was cancelled."))
    if batch.state == "EXPIRED":
        return rpc_status(ApiError(504, "The batch was not done within 48 hours and has expired."))
    return batch.failure if batch.state == "FAILED" else None


def _on_vertex(context: RequestContext, batch: Batch) -> JsonObject:
    counts = context.api.part(Batches).counts(batch.id)
    times = {"createTime": batch.create_time, "startTime": batch.start_time, "endTime": batch.end_time}
    times["updateTime"] = batch.update_time
    stats = {"successfulCount": counts.successful, "failedCount": counts.failed, "incompleteCount": counts.pending}
    error = _error(batch)
    return {
        "name": f"{batch.parent}/batchPredictionJobs/{batch.id}",
        "displayName": batch.display_name,
        "model": batch.model,
        **batch.request,
        "state": f"JOB_STATE_{batch.state}",
        **({"error": error} if error else {}),
        **({"outputInfo": {"gcsOutputDirectory": batch.output.rpartition("/")[0]}} if batch.output else {}),
        **({"completionStats": {name: str(count) for name, count in stats.items() if count}} if counts.total else {}),
        **{name: timestamp(time) for name, time in times.items() if time is not None},
        "modelVersionId": "1",
    }
