"""Values of rows in their three forms: Python, Arrow and JSON text.

A field with the metadata `JSON_MARK` is text in Arrow and any JSON value in Python: columns of mixed types.
"""

from __future__ import annotations

import base64
import json
import numbers
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import Any, Final, cast

from .arrow import pa

JSON_MARK: Final = {b"content-type": b"application/json"}

Convert = Callable[[Any], Any]


class JsonText(str):
    """Text that is JSON already: sinks write it as it is, and not as a JSON string."""

    __slots__ = ()


def json_text(value: object) -> str:
    """Return a value as JSON text. NaN and infinities become null, bytes base64, dates ISO 8601, other objects their text."""
    if isinstance(value, JsonText):
        return str(value)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=plain)
    except ValueError:
        return json.dumps(_without_nan(value), ensure_ascii=False, allow_nan=False, default=plain)


def plain(value: object) -> Any:
    """Return a value that JSON does not know as one that it knows."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(cast("bytes", value))).decode("ascii")
    if hasattr(value, "model_dump"):
        return cast("Any", value).model_dump(mode="json", by_alias=True)
    if isinstance(value, pa.Scalar):
        return python_values(pa.array([value], cast("Any", value).type), exact=False)[0]
    if hasattr(value, "isoformat"):
        return cast("Any", value).isoformat()
    if isinstance(value, (set, frozenset, tuple)):
        return list(cast("set[object]", value))
    if isinstance(value, numbers.Real) and hasattr(value, "item"):  # a number of numpy
        return _without_nan(cast("Any", value).item())
    return str(value)


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in cast("list[Any]", value)]
    return value


def scalar_text(value: Any) -> str | None:
    """Return an Arrow scalar as text."""
    return pa.array([value], value.type).cast(pa.string()).to_pylist()[0]


# Arrow to Python


def python_values(array: Any, *, exact: bool) -> list[Any]:
    """Return the values of an Arrow array.

    Values that Python cannot hold (nanoseconds, years above 9999) are text, or Arrow scalars with `exact`.
    """
    if not has_nanoseconds(array.type):
        try:
            return array.to_pylist()
        except (ValueError, OverflowError, ArithmeticError, LookupError):
            pass
    if exact:
        return [value if value.is_valid else None for value in array]
    try:
        return array.cast(_readable(array.type)).to_pylist()
    except (ValueError, OverflowError, ArithmeticError, LookupError, NotImplementedError):
        return [_readable_value(value) for value in array]


def has_nanoseconds(kind: Any) -> bool:
    """Tell whether a type contains times of a finer unit than Python has."""
    if pa.types.is_temporal(kind):
        return getattr(kind, "unit", None) == "ns"
    if pa.types.is_dictionary(kind):
        return has_nanoseconds(kind.value_type)
    return any(has_nanoseconds(kind.field(index).type) for index in range(kind.num_fields))


def _readable(kind: Any) -> Any:
    """Return the type with text in place of times."""
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind) or pa.types.is_date(kind):
        return pa.string()
    if pa.types.is_duration(kind):
        return pa.int64()
    if pa.types.is_dictionary(kind):
        return _readable(kind.value_type)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_readable(field.type)) for field in kind])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(_readable(kind.value_type))
    return kind


def _readable_value(value: Any) -> Any:
    try:
        return value.as_py()
    except (ValueError, OverflowError, ArithmeticError, LookupError, NotImplementedError):
        try:
            return scalar_text(value)
        except (ValueError, NotImplementedError):
            return None


# Python to Arrow


def arrow_array(values: Sequence[Any], field: Any) -> Any:
    """Return values as an Arrow array of the field's type. A value that does not fit becomes null; see `fitting`."""
    if needs_fitting(field):
        convert = fitting(field)
        values = [convert(value) for value in values]
    try:
        return pa.array(values, field.type)
    except (ValueError, TypeError, OverflowError, AttributeError):
        convert = fitting(field)
        return pa.array([_single(convert(value), field.type) for value in values], field.type)


def _single(value: Any, kind: Any) -> Any:
    try:
        pa.array([value], kind)
    except (ValueError, TypeError, OverflowError, AttributeError):
        return None
    return value


def is_json(field: Any) -> bool:
    """Tell whether a field is JSON text, of any JSON value."""
    return bool(field.metadata) and field.metadata.get(b"content-type") == b"application/json"


def needs_fitting(field: Any) -> bool:
    """Tell whether values of the field have another form in Arrow than in Python."""
    if is_json(field):
        return True
    return any(needs_fitting(field.type.field(index)) for index in range(field.type.num_fields))


def fitting(field: Any) -> Convert:
    """Return the function that gives a value the form of an Arrow field, or None where the value does not fit."""
    kind = field.type
    types = pa.types
    if is_json(field):
        return _json_or_none
    if types.is_struct(kind):
        members = [(member.name, fitting(member)) for member in kind]
        return partial(_struct, members)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return partial(_list, fitting(kind.value_field))
    if types.is_boolean(kind):
        return lambda value: value if isinstance(value, bool) else None
    if types.is_integer(kind):
        return _integer
    if types.is_floating(kind):
        return _number
    if types.is_string(kind) or types.is_large_string(kind):
        return _text
    return lambda value: value


def _struct(members: list[tuple[str, Convert]], value: Any) -> dict[str, Any] | None:
    if hasattr(value, "model_dump"):
        value = plain(value)
    if not isinstance(value, dict):
        return None
    found = cast("dict[str, Any]", value)
    return {name: convert(found.get(name)) for name, convert in members}


def _list(convert: Convert, value: Any) -> list[Any] | None:
    if not isinstance(value, (list, tuple)):
        return None
    return [convert(item) for item in cast("list[Any]", value)]


def _json_or_none(value: Any) -> str | None:
    return None if value is None else _encodable(json_text(value))


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and -(2**63) <= value < 2**63 else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _text(value: Any) -> str | None:
    if isinstance(value, Enum):
        value = value.value
    return _encodable(value) if isinstance(value, str) else None


def _encodable(text: str) -> str:
    """Return text that UTF-8 can express: half surrogate pairs become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
