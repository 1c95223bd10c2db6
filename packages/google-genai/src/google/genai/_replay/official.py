"""Recordings of the official SDK (`types.ReplayFile`), for replaying: how they are read, and what counts of a request.

They contain the JSON of requests and replies without the original bytes: one object for a reply, one for each event of a stream.
An upload is one exchange without an address, however many requests it takes here.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from ..errors import RecordingError
from . import matching
from .recording import Exchange, Piece, Recording, Reply, compact

_PREFIX = re.compile(r"\{(?:VERTEX|MLDEV)_URL_PREFIX\}/?")
_VERSION = re.compile(r"\A/?(?:upload/|download/)?(?:v\d+(?:alpha|beta)?\d*/)?")
_PLACE = re.compile(r"projects/[^/]+/locations/[^/]+(?=/)")
_EVENTS = "text/event-stream"
_UNCOUNTED_HEADERS = frozenset({"content-length", "content-encoding", "transfer-encoding"})


def recording_of(path: Path, whole: dict[str, Any]) -> Recording:
    """Return the recording in an official file. Raises `RecordingError` if its structure is another one."""
    interactions = whole["interactions"]
    if not isinstance(interactions, list):
        raise RecordingError("interactions: expected a list.", path=path)
    exchanges = [_exchange(path, position, each) for position, each in enumerate(cast("list[Any]", interactions))]
    return Recording(path, str(whole.get("replay_id") or ""), exchanges, is_official=True)


def _exchange(path: Path, position: int, given: Any) -> Exchange:
    place = f"interactions[{position}]"
    request = _member(path, given, "request", place)
    response = _member(path, given, "response", place)
    url = request.get("url")
    method = request.get("method")
    status = response.get("status_code", 200)
    if not isinstance(url, str) or not isinstance(method, str) or not isinstance(status, int):
        raise RecordingError(
            f"{place}: expected texts as `method` and `url`, and a number as `status_code`.", path=path
        )
    entry: dict[str, Any] = {"method": method.upper(), "url": url, "headers": request.get("headers") or {}}
    bodies = _segments(path, request, f"{place}.request")
    if bodies and bodies[0]:
        entry["json"] = bodies[0]
    headers = {
        str(name).lower(): str(value)
        for name, value in cast("dict[str, Any]", response.get("headers") or {}).items()
        if str(name).lower() not in _UNCOUNTED_HEADERS
    }
    return Exchange(position, entry, Reply(status, "", headers, _pieces(path, url, headers, response, place), 0.0))


def _pieces(path: Path, url: str, headers: dict[str, str], response: dict[str, Any], place: str) -> list[Piece]:
    byte_segments: Any = response.get("byte_segments")
    if byte_segments:
        try:
            return [Piece(base64.b64decode(each.replace("-", "+").replace("_", "/")), 0.0) for each in byte_segments]
        except (AttributeError, ValueError):
            raise RecordingError(f"{place}.response.byte_segments: expected texts in base64.", path=path) from None
    segments = _segments(path, response, f"{place}.response")
    if "alt=sse" in url and response.get("status_code", 200) == 200:
        headers["content-type"] = _EVENTS
        return [Piece(f"data: {compact(each)}\n\n".encode(), 0.0) for each in segments]
    headers.setdefault("content-type", "application/json; charset=UTF-8")
    return [Piece(compact(segments[0]).encode(), 0.0)] if segments else []


def _segments(path: Path, given: dict[str, Any], place: str) -> list[Any]:
    segments: Any = given.get("body_segments") or []
    if not isinstance(segments, list):
        raise RecordingError(f"{place}.body_segments: expected a list.", path=path)
    return cast("list[Any]", segments)


def _member(path: Path, given: Any, name: str, place: str) -> dict[str, Any]:
    value = cast("dict[str, Any]", given).get(name) if isinstance(given, dict) else None
    if not isinstance(value, dict):
        raise RecordingError(f"{place}.{name}: expected an object.", path=path)
    return cast("dict[str, Any]", value)


# What counts


def key_of(request: dict[str, Any]) -> str:
    """Return what counts of a request, as one text: method, path, query and body. Names may be in camelCase or snake_case."""
    body = dict(request.get("json") or {})
    if body.get("generationConfig") == {}:  # of chats of newer releases
        del body["generationConfig"]
    pairs = "&".join(sorted(request["url"].partition("?")[2].split("&")))
    compared = json.dumps(_comparable(body), sort_keys=True, separators=(",", ":"))
    return f"{request['method'].upper()} {path_of(request['url'])}?{pairs}\n{compared}"


def path_of(url: str) -> str:
    """Return the path of an address without host, version, project and location."""
    path = url.partition("?")[0]
    prefix = _PREFIX.match(path)
    path = path[prefix.end() :] if prefix else matching.path_of(urlsplit(path).path)
    return _VERSION.sub("", path, count=1)


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_snake_case(name): _comparable(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_comparable(item) for item in cast("list[Any]", value)]
    if isinstance(value, str):
        if value.startswith("projects/"):
            value = _PLACE.sub("{PROJECT_AND_LOCATION_PATH}", value, count=1)
        # Bytes are in another alphabet of base64 there.
        return value.replace("-", "+").replace("_", "/").rstrip("=")
    return value


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


# Uploads


def is_upload(headers: Mapping[str, str]) -> bool:
    """Return whether a request transfers a part of a file, or asks how much of it has arrived."""
    command = header(headers, "x-goog-upload-command")
    return command is not None and command != "start"


def is_upload_of(exchange: Exchange, data: bytes) -> bool:
    """Return whether an exchange is the upload of some data. Of a file by its path, any data is accepted."""
    if exchange.request["url"]:
        return False
    given = exchange.request.get("json", {})
    if "bytes" not in given:
        return True
    try:
        return base64.b64decode(given["bytes"]) == data
    except (binascii.Error, TypeError, ValueError):
        return False


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Return the value of a header, whose name is found in any case."""
    return next((value for key, value in headers.items() if key.lower() == name), None)
