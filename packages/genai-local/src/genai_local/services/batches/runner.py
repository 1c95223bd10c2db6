"""The background work on batches: reading requests, answering them with the services for single requests, counting.

Each result is stored immediately. A restarted server answers the requests that have no result yet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timezone

from ...framework.admission import patiently
from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, is_disk_full
from ...protocol.streams import json_line
from ...state.operations import rpc_status
from ...state.records import Place
from ...state.room import with_room
from ...state.storage import StoredFile
from ..embedding.contents import embed_content
from ..embedding.predictions import predictions_of
from ..generation.service import generate
from ..webhooks.delivery import Deliveries, Event
from .sources import items_of, path_of
from .store import Batch, Batches, Item, State

_AT_ONCE = 4
"""Number of requests of one batch that are answered at the same time."""
_READ_AT_ONCE = 256
_EVENTS: dict[State, str] = {"SUCCEEDED": "batch.succeeded", "FAILED": "batch.failed", "EXPIRED": "batch.expired"}
_JSON_LINES = "application/jsonl"


def start(api: Api, batch: Batch) -> None:
    """Start the work on a batch, or continue the work of a previous server."""
    batches = api.part(Batches)
    task = api.background.start(_run(api, batch.id))
    batches.tasks[batch.id] = task
    task.add_done_callback(lambda _: batches.tasks.pop(batch.id, None))


def resume(api: Api) -> None:
    """Continue all unfinished batches of a previous server."""
    for batch in api.part(Batches).list_unfinished():
        start(api, batch)


async def current(api: Api, batch_id: str) -> Batch | None:
    """Return a batch in its current state, and count a poll; None when it does not exist."""
    batches = api.part(Batches)
    expire(api)
    batch = batches.find(batch_id)
    if batch is None or batch.is_finished:
        return batch
    if batches.poll(batch_id):
        task = batches.tasks.get(batch_id)
        if task is not None and batches.patience_s:
            await asyncio.wait({task}, timeout=batches.patience_s)
        if await asyncio.to_thread(_finish_if_due, api, batch_id):
            _announce(api, batch_id)
    return batches.find(batch_id)


async def _run(api: Api, batch_id: str) -> None:
    batches = api.part(Batches)
    await with_room(lambda: batches.begin(batch_id))
    batch = batches.find(batch_id)
    if batch is None:
        return  # deleted in the meantime
    try:
        if not batch.is_read:
            unread = batch
            await with_room(lambda: asyncio.to_thread(_read, api, unread))
        await _answer_all(api, batch)
    except Exception as error:
        logging.getLogger("genai_local").error("A batch failed unexpectedly.", exc_info=error)
        failure = error
        await with_room(lambda: batches.set_read(batch_id, failure))
    api.background.start(_finish(api, batch_id))


async def _finish(api: Api, batch_id: str) -> None:
    """End a batch whose requests are answered, once its time has come. A poll does not wait for this."""
    batch = api.part(Batches).find(batch_id)
    if batch is not None and batch.polls_left <= 0:
        await asyncio.sleep(max(0.0, batch.ready_time - api.clock.now()))
    if await with_room(lambda: asyncio.to_thread(_finish_if_due, api, batch_id)):
        _announce(api, batch_id)


def expire(api: Api) -> None:
    """End the batches that exceed the maximum duration. Call it on the event loop."""
    for batch_id in api.part(Batches).expire():
        _announce(api, batch_id)


def _announce(api: Api, batch_id: str) -> None:
    """Tell webhooks that a batch has ended."""
    batch = api.part(Batches).find(batch_id)
    if batch is None or batch.state not in _EVENTS:
        return
    name = f"batches/{batch.id}" if batch.surface == "gemini" else f"{batch.parent}/batchPredictionJobs/{batch.id}"
    data: JsonObject = {"id": name, **({"output_file_uri": batch.output} if batch.output is not None else {})}
    config: JsonObject = batch.request.get("webhookConfig", {})
    names = {"uris": "uris", "user_metadata": "userMetadata"}
    configured = {target: config[source] for target, source in names.items() if source in config}
    api.part(Deliveries).announce(Place(batch.surface, batch.parent), Event(_EVENTS[batch.state], data), configured)


def _read(api: Api, batch: Batch) -> None:
    batches = api.part(Batches)
    try:
        paths = [path_of(api, source) for source in batch.sources]
        if batch.destination is not None and batch.destination.startswith("bq://"):
            raise ApiError(400, f"{batch.destination} cannot be written: this server has no access to BigQuery.")
        position = 0
        for path in paths:
            gathered = list[Item]()
            for item in items_of(batch, path):
                gathered.append(item)
                if len(gathered) == _READ_AT_ONCE:
                    batches.add_items(batch.id, position, gathered)
                    position += len(gathered)
                    gathered.clear()
            batches.add_items(batch.id, position, gathered)
            position += len(gathered)
    except ApiError as error:
        batches.set_read(batch.id, error)
    except OSError as error:
        if is_disk_full(error):
            raise
        batches.set_read(batch.id, ApiError(404, f"The requests cannot be read: {error.strerror or error}."))
    else:
        batches.set_read(batch.id)


async def _answer_all(api: Api, batch: Batch) -> None:
    batches = api.part(Batches)
    read = batches.find(batch.id)
    if read is None or read.failure is not None:
        return
    while to_do := batches.to_do(batch.id, _READ_AT_ONCE):
        waiting = iter(to_do)

        async def work(waiting: Iterator[tuple[int, JsonObject]] = waiting) -> None:
            for position, request in waiting:
                result = await _answer(api, batch, request)
                await with_room(lambda: batches.keep_result(batch.id, position, result))  # noqa: B023 - awaited here

        workers = [asyncio.create_task(work()) for _ in range(min(_AT_ONCE, len(to_do)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)


async def _answer(api: Api, batch: Batch, request: JsonObject) -> JsonObject:
    try:
        return {"response": await with_room(lambda: patiently(lambda: _respond(api, batch, request)))}
    except Exception as error:
        return {"error": rpc_status(error)}


async def _respond(api: Api, batch: Batch, request: JsonObject) -> JsonObject:
    model = batch.model.rpartition("/")[2].partition("@")[0]
    if batch.kind == "generation":
        return await generate(api, request, batch.surface, model)
    if batch.surface == "vertex":
        return await predictions_of(api, {"instances": [request]}, "vertex")
    values, count, _ = await embed_content(api, request, batch.surface)
    return {"embedding": {"values": values}, "tokenCount": str(count)}


def _finish_if_due(api: Api, batch_id: str) -> bool:
    """End a batch once its work is done and its time has come, write its results, and return whether this call ended it."""
    batches = api.part(Batches)
    batch = batches.find(batch_id)
    if batch is None or batch.is_finished or not batch.is_read or not batches.is_due(batch):
        return False
    if batch.failure is not None:
        return batches.end(batch_id, "FAILED")
    if batches.counts(batch_id).pending:
        return False
    name, lines = None, b""
    if batch.surface == "vertex":
        name = f"{_output_folder(batch)}/predictions.jsonl"
        lines = _lines(batches, batch, _vertex_line)
    elif batch.sources:
        name = f"files/batch-{batch.id}"
        lines = _lines(batches, batch, _gemini_line)
    with api.state.transaction():
        is_ended = batches.end(batch_id, "SUCCEEDED", name)
        if is_ended and name is not None:
            source = "BUCKET" if batch.surface == "vertex" else "GENERATED"
            api.storage.put(name, StoredFile(lines, _JSON_LINES), source)
    return is_ended


def _output_folder(batch: Batch) -> str:
    began = datetime.fromtimestamp(batch.create_time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"{(batch.destination or '').rstrip('/')}/prediction-model-{began}"


def _lines(batches: Batches, batch: Batch, line: Callable[[Batch, JsonObject, JsonObject], JsonObject]) -> bytes:
    written: list[bytes] = []
    position = -1
    while results := batches.results(batch.id, position, _READ_AT_ONCE):
        position = results[-1][0]
        for _, tag, result in results:
            written.append(json_line(line(batch, tag, result)) + b"\n")
    return b"".join(written)


def _gemini_line(batch: Batch, tag: JsonObject, result: JsonObject) -> JsonObject:
    return {**tag, **result}


def _vertex_line(batch: Batch, tag: JsonObject, result: JsonObject) -> JsonObject:
    error: JsonObject = result.get("error", {})
    status = f"Error code {error['code']}: {error['message']}" if error else ""
    response: JsonObject = result.get("response", {})
    if batch.kind == "embedding":
        predictions: list[JsonObject] = response.get("predictions", [])
        return {"instance": tag, "predictions": predictions, "status": status}
    processed = datetime.now(timezone.utc).isoformat(timespec="microseconds")
    return {**tag, "status": status, "processed_time": processed, "response": response}
