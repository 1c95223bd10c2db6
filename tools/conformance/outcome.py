"""What a caller and the service see of a call, as JSON: the view of a result, of an error, of a request. Works on the
objects of any release; knows nothing of cases.
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
"""Headers that say which HTTP library and which release sends, not what is asked for."""
_FAMILY = ("ClientError", "ServerError", "APIError", "UnknownApiResponseError", "ValueError", "KeyError", "TypeError")
"""What callers catch, the nearest class first."""
_TOLD = ("code", "status", "message", "details")
_ADDED = {
    "GenerateContentResponse": {"parsed_error", "partial", "why_empty"},
    "Candidate": {"parsed", "parsed_error"},
}
"""Properties that no official release has, so that there is nothing to hold them against."""


def of_request(request: Recorded) -> dict[str, Any]:
    """Return what a request asks for: method, path, query in order, headers that matter, JSON body."""
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
    """Return the family of an error, and what it tells of the reply; before a request was sent, that it was refused."""
    names = [cls.__name__ for cls in type(error).__mro__]
    seen: dict[str, Any] = {"families": [name for name in _FAMILY if name in names] or [names[0]]}
    if not sent:
        seen["refused"] = True
    elif "APIError" in names:
        seen |= {name: view(getattr(error, name)) for name in _TOLD if getattr(error, name, None) is not None}
    return seen


def view(value: Any) -> Any:
    """Return a value as JSON: of a model its type, the fields that are not None and its properties, all levels down."""
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
        except Exception as error:  # whatever a property raises is what its caller sees
            value = {"$raises": type(error).__name__}
        if value is not None:
            seen[f"${name}"] = value
    return seen


def _of_http_response(value: Any) -> Any:
    """Return what both the official releases and ours fill; the headers that the library or the clock adds are left out."""
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
