"""The few JSON structures that marks cannot express, because one service lays them out in its own way.

Each function is named by a mark (`via`), like those of `transforms`; the last ones by `ReplyVia`, for replies. A test
limits their number: if a mark can express a difference, it belongs next to the field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import types
from .._validation import items_of
from . import names
from .batch_sources import is_one_request, source_of_batch
from .encoding import model_of

if TYPE_CHECKING:
    from .._json import Json
    from .encoding import Encoding


def tuning_method(value: Any, encoding: Encoding, path: str) -> None:
    """The method of tuning: it determines which specification contains the other settings."""
    spec = _SPECS.get(value)
    if spec is None:
        raise ValueError(f"{path}: expected one of {', '.join(_SPECS)}, got {value!r}.")
    encoding.variables["spec"] = spec
    if value == "DISTILLATION":
        encoding.variables["training_data"] = "promptDatasetUri"


_SPECS = {
    "SUPERVISED_FINE_TUNING": "supervisedTuningSpec",
    "PREFERENCE_TUNING": "preferenceOptimizationSpec",
    "DISTILLATION": "distillationSpec",
    "REINFORCEMENT_TUNING": "reinforcementTuningSpec",
}


def metric_specs(value: list[types.MetricUnion], encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The metrics of an evaluation; each metric that the service knows by its name has its own specification."""
    return [_metric_spec(metric, encoding, f"{path}[{position}]") for position, metric in enumerate(value)]


def _metric_spec(metric: types.MetricUnion, encoding: Encoding, path: str) -> dict[str, Any]:
    spec: dict[str, Any] = {"aggregationMetrics": ["AVERAGE", "STANDARD_DEVIATION"]}
    if isinstance(metric, types.UnifiedMetric):
        written = encoding.model(metric, path)
        if not written:
            raise ValueError(f"{path}: expected one of {', '.join(types.UnifiedMetric.__pydantic_fields__)}, got none.")
        return {**written, **spec}
    name = (metric.name or "").lower()
    if name == "exact_match":
        spec["exactMatchSpec"] = {}
    elif name == "bleu":
        spec["bleuSpec"] = {}
    elif name.startswith("rouge"):
        spec["rougeSpec"] = {"rougeType": name.replace("_", "")}
    elif metric.prompt_template:
        pointwise: dict[str, Any] = {"metricPromptTemplate": metric.prompt_template}
        if metric.judge_model_system_instruction is not None:
            pointwise["systemInstruction"] = metric.judge_model_system_instruction
        if metric.return_raw_output:
            pointwise["customOutputFormatConfig"] = {"returnRawOutput": metric.return_raw_output}
        spec["pointwiseMetricSpec"] = pointwise
    else:
        raise ValueError(
            f"{path}: unknown metric {name!r}; expected exact_match, bleu, rouge_…, or a metric with a prompt_template."
        )
    return spec


def inlined_requests(value: list[Any], encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The requests of a batch: for each the body that `generate_content` would send, and the caller's metadata."""
    from ..types._content import contents_of

    written: list[dict[str, Any]] = []
    for position, item in enumerate(value):
        where = f"{path}[{position}]"
        request: dict[str, Any] = {}
        if item.model is not None:
            request["model"] = names.model_name(item.model, encoding.backend, f"{where}.model")
        if item.contents is not None:
            request["contents"] = encoding.value(contents_of(item.contents, f"{where}.contents"), f"{where}.contents")
        if item.config is not None:
            inner = encoding.part()
            inner.write_config(item.config, f"{where}.config", keeps_empty_root=True)
            request.update(inner.body)
        one: dict[str, Any] = {"request": request}
        if item.metadata is not None:
            one["metadata"] = item.metadata
        written.append(one)
    return written


def embed_batch(value: Any, encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The contents of a batch of embeddings: one request for each, with the shared settings in every request."""
    from ..types._content import content_of, listed

    given: list[Any] | str = listed(value.contents)
    contents: list[Any] = given if isinstance(given, list) else [given]
    settings = encoding.part()
    settings.body["requests"] = [{}]
    if value.config is not None:
        settings.write_config(value.config, f"{path}.config")
    shared: dict[str, Any] = settings.body["requests"][0]
    return [
        {
            "request": {
                "content": encoding.value(content_of(item, f"{path}.contents[{position}]"), f"{path}.contents"),
                **shared,
            }
        }
        for position, item in enumerate(contents)
    ]


def embed_settings(value: Any, encoding: Encoding, path: str) -> dict[str, Any] | None:
    """The settings of an embedding model of Vertex AI that takes one content per request; None without any."""
    config = model_of(value, types.EmbedContentConfig, path)
    if config.mime_type is not None:
        raise ValueError(f"{path}.mime_type: this model does not take it; the parts of the content state their types.")
    encoding.options = config.http_options
    settings = {
        "taskType": config.task_type,
        "title": config.title,
        "outputDimensionality": config.output_dimensionality,
        "autoTruncate": config.auto_truncate,
        "documentOcr": config.document_ocr,
        "audioTrackExtraction": config.audio_track_extraction,
    }
    return {key: setting for key, setting in settings.items() if setting is not None} or None


def batch_destination(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """The destination of a batch's results, given as an address or as an object."""
    if isinstance(value, str):
        if value.startswith("gs://"):
            value = types.BatchJobDestination(format="jsonl", gcs_uri=value)
        elif value.startswith("bq://"):
            value = types.BatchJobDestination(format="bigquery", bigquery_uri=value)
        else:
            raise ValueError(f"{path}: expected an address that starts with gs:// or bq://, got {value!r}.")
    return encoding.model(value, path)


def live_speech_config(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """The speech settings of a live session, which has one voice."""
    if value.multi_speaker_voice_config is not None:
        raise ValueError(f"{path}.multi_speaker_voice_config: a live session has only one voice; set voice_config.")
    return encoding.model(value, path)


def media_chunks(value: Any, encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """Media for a live session, as a list."""
    given: list[Any] | types.Blob = value
    items = given if isinstance(given, list) else [given]
    return [encoding.model(_blob(item), f"{path}[{position}]") for position, item in enumerate(items)]


def audio_blob(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """Audio for a live session."""
    return _media(value, "audio/", encoding, path)


def image_blob(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """An image for a live session."""
    return _media(value, "image/", encoding, path)


def _media(value: Any, kind: str, encoding: Encoding, path: str) -> dict[str, Any]:
    blob = _blob(value)
    if not (blob.mime_type or "").startswith(kind):
        raise ValueError(f"{path}.mime_type: expected {kind}…, got {blob.mime_type!r}.")
    return encoding.model(blob, path)


def _blob(value: Any) -> types.Blob:
    from .._optional import is_pil_image
    from ..types._pictures import blob_of_image

    if isinstance(value, types.Blob):
        return value
    if is_pil_image(value):
        return blob_of_image(value)
    return types.Blob.model_validate(value)


def batch_source(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """The source of a batch, given in any of the accepted forms."""
    source = source_of_batch(value, path)
    in_cloud, here = ("gcs_uri", "bigquery_uri", "vertex_dataset_name"), ("inlined_requests", "file_name")
    taken, others = (in_cloud, here) if encoding.backend.vertexai else (here, in_cloud)
    given = [name for name in taken if getattr(source, name) is not None]
    if len(given) > 1 or not (given or any(getattr(source, name) is not None for name in others)):
        raise ValueError(
            f"{path}: {encoding.backend.title} takes exactly one of {', '.join(taken[:-1])} and {taken[-1]}."
        )
    return encoding.model(source, path)


def embeddings_source(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """The source of a batch of embeddings, given as contents, the name of a file, or an object."""
    if isinstance(value, str):
        value = types.EmbeddingsBatchJobSource(file_name=value)
    elif not is_one_request(value, types.EmbedContentBatch) and isinstance(value, dict):
        value = types.EmbeddingsBatchJobSource.model_validate(value)
    elif not isinstance(value, types.EmbeddingsBatchJobSource):
        contents = items_of(value, "contents, the name of a file or types.EmbeddingsBatchJobSource", path)
        if any(map(_is_embed_batch, contents)):
            return {"requests": {"requests": _embed_batches(contents, encoding, path)}}
        value = types.EmbeddingsBatchJobSource(inlined_requests=types.EmbedContentBatch(contents=contents))
    if value.inlined_requests is not None and value.inlined_requests.contents in (None, []):
        raise ValueError(f"{path}: at least one content is needed, got none.")
    if (value.file_name is None) == (value.inlined_requests is None):
        raise ValueError(f"{path}: expected exactly one of inlined_requests and file_name.")
    return encoding.model(value, path)


def _is_embed_batch(item: Any) -> bool:
    return isinstance(item, types.EmbedContentBatch) or (isinstance(item, dict) and "contents" in item)


def _embed_batches(items: list[Any], encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The requests for a list in which an item may be an object with `contents` and settings for them."""
    requests: list[dict[str, Any]] = []
    for position, item in enumerate(items):
        where = f"{path}[{position}]"
        batch = item if _is_embed_batch(item) else types.EmbedContentBatch(contents=item)
        batch = model_of(batch, types.EmbedContentBatch, where)
        if batch.contents in (None, []):
            raise ValueError(f"{where}.contents: at least one content is needed, got none.")
        requests += embed_batch(batch, encoding, where)
    return requests


def token_constraints(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """The constraints of a token: the setup of the live sessions that it may open."""
    setup: dict[str, Any] = {}
    if value.model is not None:
        setup["model"] = names.model_name(value.model, encoding.backend, f"{path}.model")
    if value.config is not None:
        inner = encoding.part()
        inner.write_config(value.config, f"{path}.config")
        setup.update(inner.body.get("setup", {}))
    return setup


def _keys_of(setting: dict[str, Any] | str | None) -> list[str]:
    return list(setting) if isinstance(setting, dict) and setting else [""]


def token_field_mask(value: list[str], encoding: Encoding, path: str) -> str | None:
    """The settings that a token locks: those that are set, and additional ones, given by name."""
    setup: dict[str, Any] = encoding.body.get("bidiGenerateContentSetup", {})
    masks = [f"{key}.{inner}" if inner else key for key, setting in setup.items() for inner in _keys_of(setting)]
    for position, name in enumerate(value):
        field = types.LiveConnectConfig.__pydantic_fields__.get(name)
        alias = field.alias if field is not None and field.alias else name
        if name in types.GenerationConfig.__pydantic_fields__:
            alias = f"generationConfig.{types.GenerationConfig.__pydantic_fields__[name].alias}"
        if not name:
            raise ValueError(f"{path}[{position}]: expected the name of a setting, got an empty string.")
        masks.append(alias)
    return ",".join(masks) or None


def embeddings_apart(destination: dict[str, Any]) -> None:
    """Move the results of a batch of embeddings to their own key; the service sends them under that of others."""
    responses: Json = destination.get("inlinedResponses")
    listed: Json = responses.get("inlinedResponses") if isinstance(responses, dict) else None
    if isinstance(listed, list) and any(map(_is_embedding, listed)):
        destination["inlinedEmbedContentResponses"] = destination.pop("inlinedResponses")


def embedding_as_list(reply: dict[str, Any]) -> None:
    """Move the vector of a reply for one content to a list, with the statistics that the reply contains next to it."""
    embedding: Json = reply.pop("embedding", None)
    if not isinstance(embedding, dict):
        return
    usage: Json = reply.get("usageMetadata")
    statistics = {
        "truncated": reply.get("truncated"),
        "tokenCount": usage.get("promptTokenCount") if isinstance(usage, dict) else None,
        "tokensDetails": usage.get("promptTokensDetails") if isinstance(usage, dict) else None,
    }
    if any(value is not None for value in statistics.values()):
        embedding = {**embedding, "statistics": statistics}
    reply["predictions"] = [{"embeddings": embedding}]


def _is_embedding(one: Json) -> bool:
    response: Json = one.get("response") if isinstance(one, dict) else None
    return isinstance(response, dict) and "embedding" in response
