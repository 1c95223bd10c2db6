"""The few shapes that no mark can state: parts of requests that one service lays out in its own way.

Each function is named by a mark (`via`), like those of `transforms`. A test counts them: what can be said by a mark belongs
at the field.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from . import names

if TYPE_CHECKING:
    from ..types import Blob, Metric
    from .codec import Encoding


def tuning_method(value: Any, encoding: Encoding, path: str) -> None:
    """The method of tuning: it decides which specification holds the other settings."""
    if value == "PREFERENCE_TUNING":
        encoding.variables["spec"] = "preferenceOptimizationSpec"


def metric_specs(value: list[Metric], encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The metrics of an evaluation; those that the service knows by name have a specification of their own."""
    return [_metric_spec(metric, f"{path}[{position}]") for position, metric in enumerate(value)]


def _metric_spec(metric: Metric, path: str) -> dict[str, Any]:
    name = (metric.name or "").lower()
    spec: dict[str, Any] = {"aggregationMetrics": ["AVERAGE", "STANDARD_DEVIATION"]}
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
            f"{path}: the service knows no metric {name!r}; expected exact_match, bleu, rouge_…, or a prompt_template."
        )
    return spec


def inlined_requests(value: list[Any], encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The requests of a batch: each is what `generate_content` would send, with the caller's metadata beside it."""
    from ..types._coercion import contents_of

    written: list[dict[str, Any]] = []
    for position, item in enumerate(value):
        where = f"{path}[{position}]"
        request: dict[str, Any] = {}
        if item.model is not None:
            request["model"] = names.model_name(item.model, encoding.backend, f"{where}.model")
        if item.contents is not None:
            request["contents"] = encoding.value(contents_of(item.contents, f"{where}.contents"), f"{where}.contents")
        if item.config is not None:
            inner = type(encoding)(encoding.backend)
            inner.write_config(item.config, f"{where}.config", keeps_empty_root=True)
            encoding.refused += inner.refused
            request.update(inner.body)
        one: dict[str, Any] = {"request": request}
        if item.metadata is not None:
            one["metadata"] = item.metadata
        written.append(one)
    return written


def embed_batch(value: Any, encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The contents of a batch of embeddings: one request for each, with the settings of all in it."""
    from ..types._coercion import content_of

    given: list[Any] | str = value.contents
    contents: list[Any] = given if isinstance(given, list) else [given]
    settings = type(encoding)(encoding.backend)
    settings.body["requests"] = [{}]
    if value.config is not None:
        settings.write_config(value.config, f"{path}.config")
    encoding.refused += settings.refused
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


def batch_destination(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """Where a batch leaves its results: an address, or an object."""
    from .. import types

    if isinstance(value, str):
        if value.startswith("gs://"):
            value = types.BatchJobDestination(format="jsonl", gcs_uri=value)
        elif value.startswith("bq://"):
            value = types.BatchJobDestination(format="bigquery", bigquery_uri=value)
        else:
            raise ValueError(f"{path}: expected an address that starts with gs:// or bq://, got {value!r}.")
    return encoding.model(value, path)


def live_speech_config(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """How a live session speaks: with one voice."""
    if value.multi_speaker_voice_config is not None:
        raise ValueError(f"{path}.multi_speaker_voice_config: a live session speaks with one voice; set voice_config.")
    return encoding.model(value, path)


def media_chunks(value: Any, encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """Media for a live session, as a list."""
    given: list[Any] | Blob = value
    items = given if isinstance(given, list) else [given]
    return [encoding.model(_blob(item), f"{path}[{position}]") for position, item in enumerate(items)]


def audio_blob(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """Sound for a live session."""
    return _media(value, "audio/", encoding, path)


def image_blob(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """A picture for a live session."""
    return _media(value, "image/", encoding, path)


def _media(value: Any, kind: str, encoding: Encoding, path: str) -> dict[str, Any]:
    blob = _blob(value)
    if not (blob.mime_type or "").startswith(kind):
        raise ValueError(f"{path}.mime_type: expected {kind}…, got {blob.mime_type!r}.")
    return encoding.model(blob, path)


def _blob(value: Any) -> Blob:
    from .. import types
    from ..types._optional import is_pil_image

    if isinstance(value, types.Blob):
        return value
    if is_pil_image(value):
        as_png = value.format == "PNG" or value.mode == "RGBA"
        written = io.BytesIO()
        value.save(written, format="PNG" if as_png else "JPEG")
        return types.Blob(data=written.getvalue(), mime_type="image/png" if as_png else "image/jpeg")
    return types.Blob.model_validate(value)
