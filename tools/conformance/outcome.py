"""A call as its caller and the service see it, in JSON: the view of a result, of an error, of a request. It works with the
objects of any release, and does not depend on cases.
"""

from __future__ import annotations

import base64
import datetime
import enum
import json
import math
import urllib.parse
from collections.abc import Mapping
from functools import cache
from typing import Any

import pydantic
from tools.conformance.server import Recorded

_TRANSPORT_HEADERS = {
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "user-agent",
    "x-goog-api-client",
}
"""Headers that identify the HTTP library and the release, and are not part of the request itself."""
_FAMILY = (
    "ClientError",
    "ServerError",
    "APIError",
    "UnknownApiResponseError",
    "ConnectionClosedOK",
    "ConnectionClosedError",
    "ConnectionClosed",
    "ValueError",
    "KeyError",
    "TypeError",
)
"""Classes that callers catch, the most specific first."""
_TOLD = ("code", "status", "message", "details")
_ADDED = {
    "GenerateContentResponse": {"parsed_error", "partial", "why_empty"},
    "Candidate": {"parsed", "parsed_error"},
}
"""Properties that no official release has, so that they cannot be compared."""


def of_request(request: Recorded) -> dict[str, Any]:
    """Return a request as data: method, path, query in order, relevant headers, JSON body."""
    path, _, query = request.target.partition("?")
    headers: dict[str, str] = {}
    for name, value in request.headers:
        if name not in _TRANSPORT_HEADERS:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    seen: dict[str, Any] = {"method": request.method, "path": path, "headers": headers}
    if query:
        seen["query"] = [list(pair) for pair in urllib.parse.parse_qsl(query, keep_blank_values=True)]
    if request.body:
        try:
            seen["body"] = json.loads(request.body)
        except ValueError:
            seen["body"] = {"$raw": request.body.decode("utf-8", "replace")}
    return seen


def of_error(error: BaseException, sent: int) -> dict[str, Any]:
    """Return the family of an error and its data about the reply; if no request was sent, that the call was refused."""
    names = [cls.__name__ for cls in type(error).__mro__]
    seen: dict[str, Any] = {"families": [name for name in _FAMILY if name in names] or [names[0]]}
    if not sent and "ConnectionClosed" not in names:
        seen["refused"] = True
    elif "APIError" in names:
        seen |= {name: view(getattr(error, name)) for name in _TOLD if getattr(error, name, None) is not None}
    if hasattr(error, "rcvd"):  # a closed WebSocket
        seen["rcvd"] = [error.rcvd.code, error.rcvd.reason] if error.rcvd else None
    return seen


def view(value: Any) -> Any:
    """Return a value as JSON, at all levels: a model gives its type, the fields that are not None, and its properties."""
    if value is None or (isinstance(value, (bool, str)) and not isinstance(value, enum.Enum)):
        return value
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.value}"
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else {"$float": str(value)}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, pydantic.BaseModel):
        return _of_model(value)
    if isinstance(value, Mapping):
        return {str(key): view(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [view(item) for item in value]
    return {"$type": type(value).__name__}


def _of_model(model: pydantic.BaseModel) -> dict[str, Any]:
    seen: dict[str, Any] = {"$type": type(model).__name__}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if value is not None:
            seen[name] = _of_http_response(value) if name == "sdk_http_response" else view(value)
    extra = model.model_extra
    if extra:
        seen["$extra"] = view(extra)
    for name in _properties(type(model)):
        try:
            value = view(getattr(model, name))
        except Exception as error:  # the caller sees whatever a property raises
            value = {"$raises": type(error).__name__}
        if value is not None:
            seen[f"${name}"] = value
    return seen


def _of_http_response(value: Any) -> Any:
    """Return the part that both the official releases and ours set, without the headers of the library and the clock."""
    if value is None:
        return None
    headers = {name.lower(): text for name, text in (value.headers or {}).items()}
    return {name: headers.get(name) for name in ("content-type", "x-trace")} | {"body": value.body}


@cache
def _properties(cls: type[pydantic.BaseModel]) -> list[str]:
    inherited = dir(pydantic.BaseModel)
    return [
        name
        for name in dir(cls)
        if not name.startswith("_")
        and name not in inherited
        and name not in _ADDED.get(cls.__name__, ())
        and isinstance(getattr(cls, name, None), property)
    ]
