"""Messages to HTTP requests and replies to messages, by the rules of `google.api.http` and the JSON form of protocol buffers.

All differences between the two forms are here: where a field is in a request, and what a message cannot contain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from urllib.parse import quote, urlencode

import grpc
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from ..protocol.errors import JsonObject, invalid
from ..protocol.limits import MAX_BODY_BYTES, MAX_JSON_DEPTH, MAX_JSON_VALUES
from .methods import Binding, Method, Variable, pool
from .sizes import has_more_values
from .statuses import RpcError, error_of

_ANY = "google.protobuf.Any"
_TYPES = "type.googleapis.com/"
_JSON_LEVELS = 3 * MAX_JSON_DEPTH
"""Nested messages in the reply: free data has two messages for each level."""
_KEPT_IN_PATHS = "/:-._~"


@dataclass(frozen=True)
class HttpRequest:
    """The HTTP request for a call."""

    verb: str
    path: str
    query: bytes
    body: bytes

    @property
    def raw_path(self) -> bytes:
        """The path with percent-escapes."""
        return quote(self.path, safe=_KEPT_IN_PATHS).encode()


def request_of(method: Method, data: bytes) -> HttpRequest:
    """Return the HTTP request for a call with this encoded message.

    Raises:
        RpcError: INVALID_ARGUMENT for bytes that are not the message, and for names of another form; RESOURCE_EXHAUSTED for a
            message that is too large.
    """
    message = _read(method, data)
    binding = _binding_for(method, message)
    fields = _fields_of(message, method)
    path = binding.before + binding.after
    if binding.variable is not None:
        path = f"{binding.before}{binding.variable.value_in(message)}{binding.after}"
        _remove(fields, message, binding.variable)
    body: JsonObject | None = None
    if binding.body == "*":
        body, fields = fields, {}
    elif binding.body:
        body = fields.pop(_json_name(message, binding.body), {})
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    if len(content) > MAX_BODY_BYTES:
        raise _too_large(f"The message has {len(content)} bytes as JSON, and the limit is {MAX_BODY_BYTES}")
    query = list(_query(fields))
    if method.is_streamed:
        query.append(("alt", "sse"))
    return HttpRequest(binding.verb, path, urlencode(query).encode(), content)


def json_of(method: Method, data: bytes) -> JsonObject:
    """Return the JSON of an encoded message that clients send.

    Raises:
        RpcError: INVALID_ARGUMENT for bytes that are not the message, RESOURCE_EXHAUSTED for a message that is too large.
    """
    return _fields_of(_read(method, data), method)


def reply_of(method: Method, value: object) -> bytes:
    """Return the encoded message for a JSON reply. Fields, values and types that the message does not have are left out.

    Raises:
        RpcError: INTERNAL for a reply that is not the message.
    """
    message = method.reply()
    try:
        if not isinstance(value, dict):
            raise TypeError(f"expected an object, not {json.dumps(value)[:100]}")
        json_format.ParseDict(
            cast("JsonObject", _with_known_types(cast("JsonObject", value), message.DESCRIPTOR)),
            message,
            ignore_unknown_fields=True,
            descriptor_pool=pool(),
            max_recursion_depth=_JSON_LEVELS,
        )
    except (json_format.ParseError, AttributeError, TypeError, RecursionError) as error:
        raise RpcError(
            grpc.StatusCode.INTERNAL,
            f"The reply is not a {message.DESCRIPTOR.name}: {str(error) or type(error).__name__}",
        ) from None
    return message.SerializeToString()


def _read(method: Method, data: bytes) -> Message:
    if has_more_values(data, method.request.DESCRIPTOR, MAX_JSON_VALUES):
        raise _too_large(f"The message contains more than {MAX_JSON_VALUES} values")
    try:
        return method.request.FromString(data)
    except DecodeError as error:
        raise RpcError(
            grpc.StatusCode.INVALID_ARGUMENT,
            f"The bytes of the request are not a {method.request.DESCRIPTOR.full_name}: {error}",
        ) from None


def _too_large(problem: str) -> RpcError:
    return RpcError(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{problem}; send less, or upload files by REST.")


def _fields_of(message: Message, method: Method) -> JsonObject:
    try:
        return json_format.MessageToDict(message, descriptor_pool=pool())
    except (json_format.Error, ValueError, TypeError, RecursionError) as error:
        raise RpcError(
            grpc.StatusCode.INVALID_ARGUMENT,
            f"{method.request.DESCRIPTOR.name}: a value has no JSON form: {str(error) or type(error).__name__}",
        ) from None


def _binding_for(method: Method, message: Message) -> Binding:
    """Return the binding whose path the message fits."""
    for binding in method.bindings:
        if binding.variable is None or binding.variable.takes(binding.variable.value_in(message)):
            return binding
    variables = [binding.variable for binding in method.bindings if binding.variable is not None]
    first = variables[0]
    expected = " or ".join(dict.fromkeys(variable.form for variable in variables))
    raise error_of(invalid(".".join(first.path), f"expected {expected}, not {first.value_in(message)!r}."))


def _json_name(message: Message, field: str) -> str:
    return cast("Any", message.DESCRIPTOR).fields_by_name[field].json_name


def _remove(fields: JsonObject, message: Message, variable: Variable) -> None:
    """Remove the field of a variable, which is in the path already."""
    inner: Any = message
    for name in variable.path[:-1]:
        fields = fields.get(_json_name(inner, name), {})
        inner = getattr(inner, name)
    fields.pop(_json_name(inner, variable.path[-1]), None)


def _query(fields: JsonObject, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield the parameters of the query for fields that are neither in the path nor in the body."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _query(cast("JsonObject", value), f"{above}{name}.")
            continue
        for item in cast("list[object]", value) if isinstance(value, list) else [value]:
            yield f"{above}{name}", str(item).lower() if isinstance(item, bool) else str(item)


def _with_known_types(value: object, kind: Any) -> object:
    """Return the JSON of a message without the objects of type `Any` that contain a message unknown here.

    Args:
        value: the JSON.
        kind: descriptor of the message.
    """
    if not isinstance(value, dict) or not _has_any(kind):
        return cast("object", value)
    fields = {field.json_name: field.message_type for field in kind.fields if field.message_type is not None}
    result: JsonObject = {}
    for name, item in cast("JsonObject", value).items():
        below = fields.get(name)
        if below is None:
            result[name] = item
        elif isinstance(item, list):
            items = cast("list[object]", item)
            result[name] = [_with_known_types(each, below) for each in items if _is_known(each, below)]
        elif _is_known(item, below):
            result[name] = _with_known_types(item, below)
    return result


@cache
def _has_any(kind: Any) -> bool:
    """Return whether a message of this kind may contain an `Any`."""
    waiting, seen = [kind], set[str]()
    while waiting:
        kind = waiting.pop()
        if kind.full_name == _ANY:
            return True
        if kind.full_name not in seen:
            seen.add(kind.full_name)
            waiting += [field.message_type for field in kind.fields if field.message_type is not None]
    return False


def _is_known(value: object, kind: Any) -> bool:
    """Return whether a value is not an `Any` with a message that is unknown here."""
    if kind.full_name != _ANY:
        return True
    name = str(cast("JsonObject", value).get("@type", "")) if isinstance(value, dict) else ""
    try:
        pool().FindMessageTypeByName(name.removeprefix(_TYPES))
    except KeyError:
        return False
    return name.startswith(_TYPES)
