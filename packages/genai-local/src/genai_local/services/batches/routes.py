"""Paths of batches on both surfaces, and the checks of their fields."""

from __future__ import annotations

import secrets

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.filters import filter_items
from ...protocol.messages import Surface
from ..files.resources import no_access
from ..models.names import model_in_path
from ..webhooks.signatures import check_caller, check_uri
from . import runner
from .resources import batch_json
from .store import Batch, Batches, Item, Kind

_MESSAGES: dict[Kind, str] = {"generation": "BatchGenerateContentRequest", "embedding": "AsyncBatchEmbedContentRequest"}
_METHODS: dict[Kind, str] = {"generation": "batchGenerateContent", "embedding": "asyncBatchEmbedContent"}
_COLLECTIONS: dict[Surface, str] = {"gemini": "batches", "vertex": "batchPredictionJobs"}
_EMPTY = {"@type": "type.googleapis.com/google.protobuf.Empty"}


async def create_generation(context: RequestContext) -> JsonObject:
    """Answer `:batchGenerateContent`."""
    return _create_on_gemini(context, "generation")


async def create_embedding(context: RequestContext) -> JsonObject:
    """Answer `:asyncBatchEmbedContent`."""
    return _create_on_gemini(context, "embedding")


def _create_on_gemini(context: RequestContext, kind: Kind) -> JsonObject:
    model = model_in_path(context, _METHODS[kind])
    collection = "tunedModels" if "/tunedModels/" in context.request.url.path else "models"
    name = f"{collection}/{model.id}"
    asked: JsonObject = context.message(_MESSAGES[kind]).get("batch", {})
    if asked.get("model", name) not in (name, model.id):
        raise invalid("batch.model", f"expected {name}, as in the path, not {asked['model']}.")
    source: JsonObject = asked.get("inputConfig", {})
    file_name: str = source.get("fileName", "")
    inlined: list[JsonObject] = source.get("requests", {}).get("requests", [])
    if file_name and context.api.storage.entry(file_name) is None:
        raise no_access(file_name)
    if "webhookConfig" in asked:
        check_caller(context.request, "batch.webhookConfig")
    for index, uri in enumerate(asked.get("webhookConfig", {}).get("uris", [])):
        check_uri(uri, f"batch.webhookConfig.uris[{index}]")
    if not file_name and not inlined:
        raise invalid(
            "batch.inputConfig", "is empty; give requests, or the fileName of a file with one request per line."
        )
    batch = context.api.part(Batches).add(
        "gemini",
        kind,
        model=name,
        display_name=asked.get("displayName", ""),
        request={
            **({"inputConfig": {"fileName": file_name}} if file_name else {}),
            **({"priority": str(asked["priority"])} if "priority" in asked else {}),
            **({"webhookConfig": asked["webhookConfig"]} if "webhookConfig" in asked else {}),
        },
        items=[_inlined_item(inlined_request, name, index) for index, inlined_request in enumerate(inlined)],
        sources=[file_name] if file_name else [],
    )
    reply = batch_json(context, batch)
    runner.start(context.api, batch)
    return reply


def _inlined_item(inlined: JsonObject, model: str, index: int) -> Item:
    where = f"batch.inputConfig.requests.requests[{index}]"
    if "request" not in inlined:
        raise invalid(f"{where}.request", "is missing.")
    request: JsonObject = inlined["request"]
    asked = request.get("model", model)
    if asked.removeprefix("models/") != model.removeprefix("models/"):
        raise invalid(f"{where}.request.model", f"expected {model}, the model of the batch, not {asked}.")
    return Item({"metadata": inlined["metadata"]} if "metadata" in inlined else {}, request)


async def create_job(context: RequestContext) -> JsonObject:
    """Answer POST `batchPredictionJobs`."""
    asked = context.message("BatchPredictionJob")
    model = asked.get("model", "")
    if not asked.get("displayName"):
        raise invalid("displayName", "is missing.")
    kind = _kind_of(context, model)
    source: JsonObject = asked.get("inputConfig", {})
    destination: JsonObject = asked.get("outputConfig", {})
    batch = context.api.part(Batches).add(
        "vertex",
        kind,
        parent=context.location(),
        model=model,
        display_name=asked["displayName"],
        request={
            name: asked[name] for name in ("inputConfig", "outputConfig", "labels", "modelParameters") if name in asked
        },
        sources=_sources(source),
        destination=_destination(destination),
    )
    reply = batch_json(context, batch)
    runner.start(context.api, batch)
    return reply


def _kind_of(context: RequestContext, model: str) -> Kind:
    if not model:
        raise invalid("model", "is missing; expected a name such as publishers/google/models/gemini-2.5-flash.")
    resource, _, model_id = model.rpartition("/")
    model_id = model_id.partition("@")[0]
    own = resource.endswith(("/models", "/endpoints")) and "publishers/" not in resource
    if own and context.api.tuned_models.find_active(model_id, "vertex") is not None:
        return "generation"
    found = None if own or resource not in ("", "models", "publishers/google/models") else model_id
    if found is None and f"{context.location()}/publishers/google/models" == resource:
        found = model_id
    known = context.api.catalogue.find(found) if found else None
    if known is None or not {"text", "embedding"} & set(known.kinds):
        raise ApiError(404, f"model: {model} does not exist or does not support batches.")
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
    if config.get("vertexMultimodalDatasetSource"):
        problem = "cannot be read: this server has no datasets; use gcsSource."
        raise invalid("inputConfig.vertexMultimodalDatasetSource", problem)
    if not uris and not table:
        raise invalid("inputConfig", "has no source; give gcsSource.uris or bigquerySource.inputUri.")
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
    if config.get("vertexMultimodalDatasetDestination"):
        problem = "cannot be written: this server has no datasets; use gcsDestination."
        raise invalid("outputConfig.vertexMultimodalDatasetDestination", problem)
    problem = "has no destination; give gcsDestination.outputUriPrefix or bigqueryDestination.outputUri."
    raise invalid("outputConfig", problem)


async def list_batches(context: RequestContext) -> JsonObject:
    """Answer GET `batches` and GET `batchPredictionJobs`, newest first."""
    batches = context.api.part(Batches)
    runner.expire(context.api)

    def fetch(before: int | None, count: int) -> list[tuple[int, JsonObject]]:
        found = batches.list_page(context.surface, _parent(context), before, count)
        return [(batch.seq, batch_json(context, batch)) for batch in found]

    if context.surface == "gemini":
        return context.page(fetch, "operations")
    expression = context.request.query_params.get("filter", "")
    if not expression:
        return context.page(fetch, "batchPredictionJobs")
    return context.page(filter_items([job for _, job in fetch(None, -1)], expression), "batchPredictionJobs")


async def get_batch(context: RequestContext) -> JsonObject:
    """Answer GET of one batch."""
    batch_id = _batch(context).id
    return batch_json(context, await runner.current(context.api, batch_id) or _batch(context))


async def cancel_batch(context: RequestContext) -> JsonObject:
    """Answer `:cancel` of a batch; a finished batch is not changed."""
    batch, batches = _batch(context), context.api.part(Batches)
    runner.expire(context.api)
    if batches.end(batch.id, "CANCELLED"):
        batches.stop(batch.id)
    return {}


async def delete_batch(context: RequestContext) -> JsonObject:
    """Answer DELETE of a batch. On Vertex AI, the batch must be finished, and the reply is a finished operation."""
    batch, batches = _batch(context), context.api.part(Batches)
    if context.surface == "gemini":
        batches.delete(batch.id)
        return {}
    runner.expire(context.api)
    if not batches.get(batch.id).is_finished:
        problem = f"batchPredictionJobs/{batch.id} is {batch.state}; only finished jobs can be deleted."
        raise ApiError(400, problem, status="FAILED_PRECONDITION")
    batches.delete(batch.id)
    name = f"{context.location()}/operations/{secrets.randbelow(10**19):019d}"
    return context.api.operations.finish(name, dict(_EMPTY))


def _parent(context: RequestContext) -> str:
    return "" if context.surface == "gemini" else context.location()


def _batch(context: RequestContext) -> Batch:
    batch = context.api.part(Batches).find(context.parameter("batch"))
    if batch is None or (batch.surface, batch.parent) != (context.surface, _parent(context)):
        above = f"{context.location()}/" if context.surface == "vertex" else ""
        raise not_found(f"{above}{_COLLECTIONS[context.surface]}/{context.parameter('batch')} does not exist.")
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
