"""Paths of batches on both surfaces, and the checks of what is asked for."""

from __future__ import annotations

import secrets

from ...framework.routing import Call, Route
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.filters import filtered
from ...protocol.messages import Surface
from ..files.resources import no_access
from ..models.names import addressed_model
from . import runner
from .resources import told
from .store import Batch, Batches, Item, Kind

_MESSAGES: dict[Kind, str] = {"generation": "BatchGenerateContentRequest", "embedding": "AsyncBatchEmbedContentRequest"}
_METHODS: dict[Kind, str] = {"generation": "batchGenerateContent", "embedding": "asyncBatchEmbedContent"}
_COLLECTIONS: dict[Surface, str] = {"gemini": "batches", "vertex": "batchPredictionJobs"}
_EMPTY = {"@type": "type.googleapis.com/google.protobuf.Empty"}


async def create_generation(call: Call) -> JsonObject:
    """Answer `:batchGenerateContent`."""
    return _create_on_gemini(call, "generation")


async def create_embedding(call: Call) -> JsonObject:
    """Answer `:asyncBatchEmbedContent`."""
    return _create_on_gemini(call, "embedding")


def _create_on_gemini(call: Call, kind: Kind) -> JsonObject:
    model = addressed_model(call, _METHODS[kind])
    collection = "tunedModels" if "/tunedModels/" in call.request.url.path else "models"
    name = f"{collection}/{model.id}"
    asked: JsonObject = call.message(_MESSAGES[kind]).get("batch", {})
    if asked.get("model", name) not in (name, model.id):
        raise invalid("batch.model", f"differs from {name} in the path.")
    source: JsonObject = asked.get("inputConfig", {})
    file_name: str = source.get("fileName", "")
    inlined: list[JsonObject] = source.get("requests", {}).get("requests", [])
    if file_name and call.api.storage.entry(file_name) is None:
        raise no_access(file_name)
    if not file_name and not inlined:
        raise invalid("batch.inputConfig", "is empty; give requests, or the fileName of a file with a request a line.")
    batch = call.api.part(Batches).add(
        "gemini",
        kind,
        model=name,
        display_name=asked.get("displayName", ""),
        request={
            **({"inputConfig": {"fileName": file_name}} if file_name else {}),
            **({"priority": str(asked["priority"])} if "priority" in asked else {}),
        },
        items=[_inlined_item(inlined_request, name, index) for index, inlined_request in enumerate(inlined)],
        sources=[file_name] if file_name else [],
    )
    reply = told(call, batch)
    runner.start(call.api, batch)
    return reply


def _inlined_item(inlined: JsonObject, model: str, index: int) -> Item:
    where = f"batch.inputConfig.requests.requests[{index}]"
    if "request" not in inlined:
        raise invalid(f"{where}.request", "is missing.")
    request: JsonObject = inlined["request"]
    asked = request.get("model", model)
    if asked.removeprefix("models/") != model.removeprefix("models/"):
        raise invalid(f"{where}.request.model", f"{asked} differs from {model}, for which the batch is.")
    return Item({"metadata": inlined["metadata"]} if "metadata" in inlined else {}, request)


async def create_job(call: Call) -> JsonObject:
    """Answer POST `batchPredictionJobs`."""
    asked = call.message("BatchPredictionJob")
    model = asked.get("model", "")
    if not asked.get("displayName"):
        raise invalid("displayName", "is missing.")
    kind = _kind_of(call, model)
    source: JsonObject = asked.get("inputConfig", {})
    destination: JsonObject = asked.get("outputConfig", {})
    batch = call.api.part(Batches).add(
        "vertex",
        kind,
        parent=call.location(),
        model=model,
        display_name=asked["displayName"],
        request={
            name: asked[name] for name in ("inputConfig", "outputConfig", "labels", "modelParameters") if name in asked
        },
        sources=_sources(source),
        destination=_destination(destination),
    )
    reply = told(call, batch)
    runner.start(call.api, batch)
    return reply


def _kind_of(call: Call, model: str) -> Kind:
    if not model:
        raise invalid("model", "is missing; expected a name such as publishers/google/models/gemini-2.5-flash.")
    resource, _, model_id = model.rpartition("/")
    model_id = model_id.partition("@")[0]
    own = resource.endswith(("/models", "/endpoints")) and "publishers/" not in resource
    if own and call.api.tuned_models.find_active(model_id, "vertex") is not None:
        return "generation"
    found = None if own or resource not in ("", "models", "publishers/google/models") else model_id
    if found is None and f"{call.location()}/publishers/google/models" == resource:
        found = model_id
    known = call.api.catalogue.find(found) if found else None
    if known is None or not {"text", "embedding"} & set(known.kinds):
        raise ApiError(404, f"model: {model} does not exist, or cannot be used in batches.")
    return "generation" if "text" in known.kinds else "embedding"


def _sources(config: JsonObject) -> list[str]:
    uris: list[str] = config.get("gcsSource", {}).get("uris", [])
    for index, uri in enumerate(uris):
        if not uri.startswith("gs://"):
            raise invalid(
                f"inputConfig.gcsSource.uris[{index}]", f"expected a URI that begins with gs://, not {uri!r}."
            )
    table: str = config.get("bigquerySource", {}).get("inputUri", "")
    if table and not table.startswith("bq://"):
        raise invalid("inputConfig.bigquerySource.inputUri", f"expected a URI that begins with bq://, not {table!r}.")
    if not uris and not table:
        raise invalid("inputConfig", "names no source; give gcsSource.uris or bigquerySource.inputUri.")
    expected = "bigquery" if table else "jsonl"
    if config.get("instancesFormat", expected) != expected:
        problem = f"expected {expected} for this source, not {config['instancesFormat']!r}."
        raise invalid("inputConfig.instancesFormat", problem)
    return [table] if table else uris


def _destination(config: JsonObject) -> str:
    prefix: str = config.get("gcsDestination", {}).get("outputUriPrefix", "")
    table: str = config.get("bigqueryDestination", {}).get("outputUri", "")
    if prefix.startswith("gs://") or table.startswith("bq://"):
        return prefix or table
    if prefix or table:
        field = "gcsDestination.outputUriPrefix" if prefix else "bigqueryDestination.outputUri"
        scheme = "gs://" if prefix else "bq://"
        raise invalid(f"outputConfig.{field}", f"expected a URI that begins with {scheme}, not {prefix or table!r}.")
    problem = "names no place; give gcsDestination.outputUriPrefix or bigqueryDestination.outputUri."
    raise invalid("outputConfig", problem)


async def list_batches(call: Call) -> JsonObject:
    """Answer GET `batches` and GET `batchPredictionJobs`, newest first."""
    batches = call.api.part(Batches)
    batches.expire()

    def fetch(before: int | None, count: int) -> list[tuple[int, JsonObject]]:
        found = batches.listed(call.surface, _parent(call), before, count)
        return [(batch.seq, told(call, batch)) for batch in found]

    if call.surface == "gemini":
        return call.page(fetch, "operations")
    expression = call.request.query_params.get("filter", "")
    if not expression:
        return call.page(fetch, "batchPredictionJobs")
    return call.page(filtered([job for _, job in fetch(None, -1)], expression), "batchPredictionJobs")


async def get_batch(call: Call) -> JsonObject:
    """Answer GET of one batch."""
    batch_id = _addressed(call).id
    return told(call, await runner.current(call.api, batch_id) or _addressed(call))


async def cancel_batch(call: Call) -> JsonObject:
    """Answer `:cancel` of a batch; one that is finished stays as it is."""
    batch, batches = _addressed(call), call.api.part(Batches)
    batches.expire()
    if batches.end(batch.id, "CANCELLED"):
        batches.stop(batch.id)
    return {}


async def delete_batch(call: Call) -> JsonObject:
    """Answer DELETE of a batch. On Vertex AI it has to be finished, and an operation that is done tells of it."""
    batch, batches = _addressed(call), call.api.part(Batches)
    if call.surface == "gemini":
        batches.delete(batch.id)
        return {}
    batches.expire()
    if not batches.get(batch.id).is_finished:
        problem = f"batchPredictionJobs/{batch.id} is {batch.state}; only jobs that have ended can be deleted."
        raise ApiError(400, problem, status="FAILED_PRECONDITION")
    batches.delete(batch.id)
    name = f"{call.location()}/operations/{secrets.randbelow(10**19):019d}"
    return call.api.operations.finish(name, dict(_EMPTY))


def _parent(call: Call) -> str:
    return "" if call.surface == "gemini" else call.location()


def _addressed(call: Call) -> Batch:
    batch = call.api.part(Batches).find(call.parameter("batch"))
    if batch is None or (batch.surface, batch.parent) != (call.surface, _parent(call)):
        above = f"{call.location()}/" if call.surface == "vertex" else ""
        raise not_found(f"{above}{_COLLECTIONS[call.surface]}/{call.parameter('batch')} does not exist.")
    return batch


ROUTES = [
    Route("gemini", "POST", "models/{model}:batchGenerateContent", create_generation),
    Route("gemini", "POST", "tunedModels/{model}:batchGenerateContent", create_generation),
    Route("gemini", "POST", "models/{model}:asyncBatchEmbedContent", create_embedding),
    Route("vertex", "POST", "batchPredictionJobs", create_job),
    *(
        route
        for surface, collection in _COLLECTIONS.items()
        for route in (
            Route(surface, "GET", collection, list_batches),
            Route(surface, "POST", f"{collection}/{{batch}}:cancel", cancel_batch),
            Route(surface, "GET", f"{collection}/{{batch}}", get_batch),
            Route(surface, "DELETE", f"{collection}/{{batch}}", delete_batch),
        )
    ),
]
