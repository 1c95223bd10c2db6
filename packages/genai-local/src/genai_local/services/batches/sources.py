"""The requests in a file or an object: one JSON object per line.

An invalid line becomes a failed request; an unreadable file makes the whole batch fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.payload import read_json, read_message
from ...state.operations import rpc_status
from .store import Batch, Item, Kind

_MESSAGES: dict[Kind, str] = {"generation": "GenerateContentRequest", "embedding": "EmbedContentRequest"}


def path_of(api: Api, source: str) -> Path:
    """Return the path of the bytes of a source.

    Raises:
        ApiError: when the file or object does not exist on this server, or is not ACTIVE.
    """
    if source.startswith("bq://"):
        raise ApiError(400, f"{source} cannot be read: this server has no access to BigQuery.")
    entry = api.storage.entry(source)
    if entry is None:
        if source.startswith("gs://"):
            problem = "this server has no access to Cloud Storage, and no own object with this name."
            raise ApiError(404, f"{source} cannot be read: {problem}")
        raise ApiError(404, f"{source} does not exist or has expired.")
    state = entry.state(api.clock.now())
    if state != "ACTIVE":
        raise ApiError(400, f"{source} is {state}; only ACTIVE files can be used.", status="FAILED_PRECONDITION")
    return entry.path


def items_of(batch: Batch, path: Path) -> Iterator[Item]:
    """Yield the requests in a file of JSON lines.

    Raises:
        ApiError: 400 when the file is empty.
    """
    is_empty = True
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                is_empty = False
                yield _item(batch, line, number)
    if is_empty:
        raise ApiError(400, "The file with the requests is empty; expected one request per line.")


def _item(batch: Batch, text: bytes, number: int) -> Item:
    tag: JsonObject = {}
    try:
        line = _read_line(text, number)
        if batch.surface == "vertex":
            return _vertex_item(batch, line)
        tag = {name: line[name] for name in ("key", "metadata") if name in line}
        unknown = line.keys() - {"key", "metadata", "request"}
        if unknown:
            raise invalid(f"line {number}", f"unknown field {sorted(unknown)[0]!r}; expected key and request.")
        if "request" not in line:
            raise invalid(f"line {number}", "request is missing.")
        return Item(tag, read_message(line["request"], _MESSAGES[batch.kind], batch.surface, "request"))
    except ApiError as error:
        return Item(tag, None, rpc_status(error))


def _read_line(text: bytes, number: int) -> JsonObject:
    try:
        line = read_json(text)
    except ApiError as error:
        raise invalid(f"line {number}", error.message) from None
    if not isinstance(line, dict):
        raise invalid(f"line {number}", f"expected a JSON object, not {type(line).__name__}.")
    return cast("JsonObject", line)


def _vertex_item(batch: Batch, line: JsonObject) -> Item:
    try:
        if batch.kind == "embedding":
            # The line is the instance, with text, task type and so on. The result contains the whole line.
            return Item(line, read_message(line, "TextEmbeddingInstance", "vertex", "instance"))
        if "request" not in line:
            raise invalid("request", "is missing in this line.")
        return Item(line, read_message(line["request"], _MESSAGES["generation"], "vertex", "request"))
    except ApiError as error:
        return Item(line, None, rpc_status(error))
