"""The sources of batches in any of the forms that programs may write. Not part of this module: how a source is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import types
from .._validation import items_of

if TYPE_CHECKING:
    from .._json import Json


def source_of_batch(value: Any, path: str) -> types.BatchJobSource:
    """Return the source of a batch, given as an address, the name of a file, requests, or an object."""
    if isinstance(value, types.BatchJobSource):
        return value
    if isinstance(value, str):
        return _source_of_address(value, path)
    if not is_one_request(value, types.InlinedRequest) and isinstance(value, dict):
        return types.BatchJobSource.model_validate(value)
    requests = items_of(value, "requests, an address or types.BatchJobSource", path)
    return types.BatchJobSource.model_validate({"inlined_requests": requests})


def _source_of_address(address: str, path: str) -> Any:
    if address.startswith("gs://"):
        return types.BatchJobSource(format="jsonl", gcs_uri=[address])
    if address.startswith("bq://"):
        return types.BatchJobSource(format="bigquery", bigquery_uri=address)
    if address.startswith("files/"):
        return types.BatchJobSource(file_name=address)
    if address.startswith("projects/"):
        return types.BatchJobSource(format="vertex-dataset", vertex_dataset_name=address)
    raise ValueError(
        f"{path}: expected an address that starts with gs://, bq://, files/ or projects/ (a dataset), got {address!r}."
    )


def is_one_request(source: Json, cls: type[types.InlinedRequest | types.EmbedContentBatch]) -> bool:
    """Tell whether a source is a dict with the fields of one request."""
    return isinstance(source, dict) and "contents" in source and source.keys() <= set(cls.__pydantic_fields__)
