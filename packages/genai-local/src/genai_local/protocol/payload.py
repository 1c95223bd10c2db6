"""JSON request bodies, read as messages: both spellings of a field, the value rules of protocol buffers, all problems.

The result is a plain dictionary in which every field has its camelCase name and every value its canonical form. The
module knows the shape of messages (`messages`) but not what a value means.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from . import times
from .errors import ApiError, JsonObject, bad_request
from .limits import MAX_JSON_DEPTH, MAX_JSON_ESCAPES, MAX_JSON_VALUES, MAX_PROBLEMS
from .messages import API, Field, Surface

_PACKAGES: dict[Surface, str] = {
    "gemini": "google.ai.generativelanguage.v1beta",
    "vertex": "google.cloud.aiplatform.v1beta1",
}
_INT64_LIMIT = 2**63
_MAX_INTEGER_DIGITS = 20
"""Longer integers are read as floating point numbers, as the service does in free data."""
_EXCERPT_LENGTH = 80
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_JSON_KINDS: dict[str, type] = {"string": str, "object": dict, "list": list}
_PLAIN_DOMAINS = frozenset(
    ["Interaction", "Agent", "Credential", "Decision", "Environment", "Trigger", "Voice", "Webhook"]
)
"""The first parts of the names of messages that have no protocol buffers."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(body: bytes) -> object:
    """Return the JSON value of a request body.

    Raises:
        ApiError: 400 when the body is not JSON or not UTF-8, contains a value that cannot be stored or sent back (half a
            surrogate pair, a number that is not finite), or is larger than the limits.
    """
    try:
        _check_number_of_values(body)
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_integer)
        _check_size(value)
        if _SURROGATE.search(text):
            _check_texts(value)
    except (ValueError, RecursionError) as error:
        if not body.strip():
            return {}
        message = f"Invalid JSON payload received. {_json_problem(error)}"
        raise ApiError(400, message, details=[bad_request([("", message)])]) from None
    return value


def write_json(value: object) -> bytes:
    """Return a value as JSON. What neither JSON nor UTF-8 can express, for example in an old row, is replaced."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except ValueError:
        text = json.dumps(_with_finite_numbers(value), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def _with_finite_numbers(value: object) -> object:
    if isinstance(value, dict):
        return {key: _with_finite_numbers(item) for key, item in cast("JsonObject", value).items()}
    if isinstance(value, list):
        return [_with_finite_numbers(item) for item in cast("list[object]", value)]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _refuse_constant(name: str) -> object:
    raise _UnfitError(f"{name} is not a JSON value.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isfinite(number):
        return number
    raise _UnfitError(f"The number {_shortened(text)} is too large.")


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= _MAX_INTEGER_DIGITS else _finite(text)


def _check_number_of_values(body: bytes) -> None:
    """Refuse a body with too many values before they are created, by its quotes and by its commas outside of strings."""
    if len(body) <= MAX_JSON_VALUES:
        return
    if body.count(b"\\") > MAX_JSON_ESCAPES:
        raise _UnfitError(f"The strings of the body contain more than {MAX_JSON_ESCAPES} escape sequences.")
    body = body.replace(rb"\\", b"").replace(rb"\"", b"")
    strings = body.count(b'"') // 2  # names and values
    if strings > 2 * MAX_JSON_VALUES or sum(part.count(b",") for part in body.split(b'"')[::2]) >= MAX_JSON_VALUES:
        raise _UnfitError(f"The body contains more than {MAX_JSON_VALUES} values.")


def _check_size(value: object) -> None:
    """Refuse too many values, or values that are nested too deeply."""
    count, level = 1, [value]
    for _ in range(MAX_JSON_DEPTH + 1):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(cast("JsonObject", item).values())
            elif isinstance(item, list):
                below.extend(cast("list[object]", item))
        count += len(below)
        if count > MAX_JSON_VALUES:
            raise _UnfitError(f"The body contains more than {MAX_JSON_VALUES} values.")
        if not below:
            return
        level = below
    raise _UnfitError(f"The body is nested more than {MAX_JSON_DEPTH} levels deep.")


def _check_texts(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _UnfitError(f"A string contains half a surrogate pair ({error.object[error.start]!a}).") from None


class _UnfitError(ValueError):
    """The reason for which a JSON value is refused."""


def _json_problem(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}."
    if isinstance(error, UnicodeDecodeError):
        return f"The body is not UTF-8 (byte {error.start})."
    return str(error) if isinstance(error, _UnfitError) else "The body is nested too deeply."


def read_message(value: object, message: str, surface: Surface, path: str = "") -> JsonObject:
    """Return a JSON value as a message in canonical form.

    Args:
        value: the decoded JSON.
        message: name of the message.
        surface: the surface of the request; fields that only the other surface has are unknown.
        path: path of the value in the request, for error messages.

    Raises:
        ApiError: 400 with every unknown name and every value of a wrong type.
    """
    return read_value(value, message, surface, path)


def read_value(value: object, type_name: str, surface: Surface, path: str) -> Any:
    """Return a JSON value as a value of any type (a message, an enum, a union or a scalar) in canonical form.

    Args:
        value: the decoded JSON.
        type_name: name of the type.
        surface: the surface of the request; fields that only the other surface has are unknown.
        path: path of the value in the request, for error messages.

    Raises:
        ApiError: 400 with every unknown name and every value of a wrong type.
    """
    reader = _Reader(surface)
    result: Any = {}
    with contextlib.suppress(_TooManyProblemsError):
        result = reader.value(value, type_name, path)
    if reader.problems:
        text = "\n".join(description for _, description in reader.problems)
        raise ApiError(400, text, details=[bad_request(reader.problems)])
    return result


class _Reader:
    """One pass over a request that collects all problems."""

    def __init__(self, surface: Surface) -> None:
        self.surface: Surface = surface
        self.problems: list[tuple[str, str]] = []

    def message(self, value: object, message: str, path: str) -> JsonObject:
        if not isinstance(value, dict):
            self._wrong(path, "expected an object" if _has_no_type(message) else self._type(message), value)
            return {}
        known = API.fields(message, self.surface)
        result: JsonObject = {}
        oneofs: dict[str, str] = {}
        for key, item in cast("dict[str, object]", value).items():
            field = known.get(key)
            if field is None:
                where = f" at '{path}'" if path else ""
                self._problem(
                    path, f'Invalid JSON payload received. Unknown name "{_shortened(key)}"{where}: Cannot find field.'
                )
                continue
            if item is None:
                if field.type == "any":
                    result[field.name] = None
                continue
            if field.name in result:
                self._problem(
                    path, f"Invalid value at '{path}': field '{field.name}' is given twice, in two spellings."
                )
                continue
            if field.oneof:
                if field.oneof in oneofs:
                    self._problem(
                        path,
                        f"Invalid value at '{path}' (oneof), oneof field '{field.oneof}' is already set. "
                        f"Cannot set '{field.name}'",
                    )
                    continue
                oneofs[field.oneof] = field.name
            below = f"{path}.{field.snake_case}" if path else field.snake_case
            result[field.name] = self._field(item, field, below)
        for field in dict.fromkeys(field for field in known.values() if field.required):
            if field.name not in result:
                below = f"{path}.{field.snake_case}" if path else field.snake_case
                self._problem(below, f"Invalid value at '{below}': the field is required, and is missing.")
        return result

    def _union(self, value: object, name: str, path: str) -> Any:
        union = API.unions[name]
        if union.by is not None:
            return self._variant(value, union.by, union.variants, path)
        kind = next((kind for kind, known in _JSON_KINDS.items() if isinstance(value, known)), "")
        type_name = union.variants.get(kind)
        if type_name is None:
            return self._wrong(path, f"expected {_alternatives(union.variants)}", value)
        if kind != "list":
            return self.value(value, type_name, path)
        items = cast("list[object]", value)
        return [self.value(item, type_name, f"{path}[{index}]") for index, item in enumerate(items)]

    def _variant(self, value: object, by: str, variants: Mapping[str, str], path: str) -> Any:
        """Return an object whose field `by` names its message; the field remains in the result."""
        if not isinstance(value, dict):
            return self._wrong(path, f"expected an object with the field {by}", value)
        fields = dict(cast("JsonObject", value))
        chosen = fields.pop(by, None)
        below = f"{path}.{by}" if path else by
        if chosen is None:
            self._problem(below, f"Invalid value at '{below}': it is missing; expected {_alternatives(variants)}.")
            return {}
        if not isinstance(chosen, str) or chosen not in variants:
            return self._wrong(below, f"expected {_alternatives(variants)}", chosen)
        return {by: chosen, **self.message(fields, variants[chosen], path)}

    def _field(self, value: object, field: Field, path: str) -> Any:
        if field.is_list:
            # The service reads a single object as a list with one item.
            items = cast("list[object]", value) if isinstance(value, list) else [value]
            return [self.value(item, field.type, f"{path}[{index}]") for index, item in enumerate(items)]
        if field.is_map:
            if not isinstance(value, dict):
                self._wrong(path, "Map", value)
                return {}
            entries = cast("dict[str, object]", value).items()
            return {key: self.value(item, field.type, f"{path}['{key}']") for key, item in entries}
        return self.value(value, field.type, path)

    def value(self, value: object, type_name: str, path: str) -> Any:
        if type_name in API.messages:
            return self.message(value, type_name, path)
        if type_name in API.enums:
            return self._enum(value, type_name, path)
        if type_name in API.unions:
            return self._union(value, type_name, path)
        read = getattr(self, f"_{type_name}")
        return read(value, path)

    def _any(self, value: object, path: str) -> object:
        return value

    def _struct(self, value: object, path: str) -> object:
        if isinstance(value, dict):
            return cast("JsonObject", value)
        return self._wrong(path, "type.googleapis.com/google.protobuf.Struct", value)

    def _string(self, value: object, path: str) -> object:
        return value if isinstance(value, str) else self._wrong(path, "TYPE_STRING", value)

    def _duration(self, value: object, path: str) -> object:
        return self._time(value, path, "Duration", times.DURATION, "a duration ends in 's', such as '3.5s'")

    def _timestamp(self, value: object, path: str) -> object:
        return self._time(value, path, "Timestamp", times.TIMESTAMP, "a time has a zone, such as 2026-01-31T12:00:00Z")

    def _time(self, value: object, path: str, kind: str, form: re.Pattern[str], rule: str) -> object:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        return self._wrong(path, f"type.googleapis.com/google.protobuf.{kind}; {rule}", value)

    def _bool(self, value: object, path: str) -> object:
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return value == "true"
        return self._wrong(path, "TYPE_BOOL", value)

    def _int(self, value: object, path: str) -> object:
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _INT64_LIMIT:
            return value
        return self._wrong(path, "TYPE_INT32", value)

    def _float(self, value: object, path: str) -> object:
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                return self._wrong(path, "TYPE_FLOAT", value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return value
        return self._wrong(path, "TYPE_FLOAT", value)

    def _bytes(self, value: object, path: str) -> object:
        if isinstance(value, str):
            text = value.replace("-", "+").replace("_", "/").rstrip("=")
            try:
                base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
            except (binascii.Error, ValueError):
                pass
            else:
                return text + "=" * (-len(text) % 4)
            self._problem(path, f"Invalid value at '{path}' (TYPE_BYTES), Base64 decoding failed for {_excerpt(value)}")
            return ""
        return self._wrong(path, "TYPE_BYTES", value)

    def _enum(self, value: object, type_name: str, path: str) -> object:
        members = API.enums[type_name]
        if isinstance(value, str):
            for member in members:
                if member.lower() == value.lower():
                    return member
        if (
            type(value) is int
            and 0 <= value < len(members)
            and self.surface == "gemini"
            and not _has_no_type(type_name)
        ):
            return members[value]
        expected = f"expected {_alternatives(members)}" if _has_no_type(type_name) else self._type(type_name)
        return self._wrong(path, expected, value)

    def _type(self, name: str) -> str:
        return f"type.googleapis.com/{_PACKAGES[self.surface]}.{name}"

    def _wrong(self, path: str, expected: str, value: object) -> None:
        self._problem(path, f"Invalid value at '{path}' ({expected}), {_excerpt(value)}")

    def _problem(self, path: str, description: str) -> None:
        self.problems.append((path, description))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _TooManyProblemsError


def _has_no_type(name: str) -> bool:
    """Return whether a message or an enum belongs to an API that is not defined by protocol buffers."""
    return name.partition(".")[0] in _PLAIN_DOMAINS


def _alternatives(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


class _TooManyProblemsError(Exception):
    """Ends the reading of a message that has as many problems as a reply lists."""


def _excerpt(value: object) -> str:
    text = ""
    for piece in _ENCODER.iterencode(value):
        text += piece[:_EXCERPT_LENGTH]
        if len(text) > _EXCERPT_LENGTH:
            break
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= _EXCERPT_LENGTH else text[: _EXCERPT_LENGTH - 3] + "..."
