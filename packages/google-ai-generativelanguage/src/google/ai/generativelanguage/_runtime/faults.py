"""Which value of a request is wrong, and what was expected there. Used only after a request could not be made.

The value is found by trial: a message is made again with one field at a time, until a field alone cannot be made. So the rules
for values are those of proto-plus and protobuf, and are not written here a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

_INT_BITS = {3: 64, 4: 64, 5: 32, 13: 32}
"""Sizes of the whole numbers, by the number that protobuf gives to a type."""
_UNSIGNED = (4, 13)
_SCALARS = {1: "a number", 2: "a number", 8: "bool", 9: "str", 12: "bytes"}
_JSON = ("google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue")
_CONVERTED = {
    "google.protobuf.Duration": "a datetime.timedelta",
    "google.protobuf.FieldMask": "a FieldMask",
    "google.protobuf.ListValue": "a list of JSON values",
    "google.protobuf.Struct": "a dict of JSON values",
    "google.protobuf.Timestamp": "a datetime.datetime",
    "google.protobuf.Value": "a JSON value",
}
"""What programs write for the messages of protobuf that proto-plus converts."""
_DEEPEST = 100


def fault_of(cls: Any, given: Mapping[Any, Any]) -> Exception | None:
    """Return an error that names the wrong value of a request, by its path from the request.

    Args:
      cls: Class of proto-plus for the request.
      given: The fields that the class does not accept together.

    Returns None if each field alone is accepted, as when the first trial used up an iterator.
    """
    return _in_message(cls, given, "", 0)


def _in_message(cls: Any, given: Mapping[Any, Any], place: str, depth: int) -> Exception | None:
    for name, value in given.items():
        field = _field(cls, name)
        if field is None:
            return ValueError(_unknown(cls, name, place))
        error = _error_of(cls, name, value)
        if error is not None:
            here = f"{place}.{name}" if place else str(name)
            return _in_field(cls, field, value, here, depth, error)
    return None


def _in_field(cls: Any, field: Any, value: Any, here: str, depth: int, error: Exception) -> Exception:
    if not is_repeated(field):
        return _in_value(_message_class(cls, field), field, value, here, depth, error)
    if _is_map(field):
        entry = field.message_type.fields_by_name["value"]
        if not isinstance(value, Mapping):
            return _wrong(f"a dict of {_expected(entry, many=True)}", value, here, error)
        for key, each in _entries(value):
            problem = _error_of(cls, field.name, {key: each})
            if problem is not None:
                if not isinstance(key, str):
                    return _wrong("str as keys", key, here, problem)
                inner = _message_class(cls.meta.fields[field.name].message, entry)
                return _in_value(inner, entry, each, f"{here}[{key!r}]", depth, problem)
    elif isinstance(value, (list, tuple)):
        for number, each in enumerate(_items(value)):
            problem = _error_of(cls, field.name, [each])
            if problem is not None:
                return _in_value(_message_class(cls, field), field, each, f"{here}[{number}]", depth, problem)
    return _wrong(f"a list of {_expected(field, many=True)}", value, here, error)


def _in_value(cls: Any, field: Any, value: Any, here: str, depth: int, error: Exception) -> Exception:
    """Return the fault of one value, or of one inside it. `cls` is the class of a message, None for other values."""
    if cls is not None and _is_dict(value) and depth < _DEEPEST:
        found = _in_message(cls, value, here, depth + 1)
        if found is not None:
            return found
    is_json = field.message_type is not None and field.message_type.full_name in _JSON
    if is_json and (_is_dict(value) or _is_list(value)):
        found = _in_json(value, here, 0)
        if found is not None:
            return found
    if field.enum_type is not None and isinstance(value, str):
        names = [each.name for each in field.enum_type.values]
        return ValueError(f"{here}: {field.enum_type.name} has no member {value!r}{_hint(value, names, 'its members')}")
    if isinstance(error, UnicodeError):
        kind = type(value).__name__
        return ValueError(f"{here}: expected text that UTF-8 can express, got {kind} with other content")
    return _wrong(_expected(field), value, here, error)


def _in_json(value: Any, here: str, depth: int) -> Exception | None:
    if isinstance(value, Mapping):
        for key, each in _entries(value):
            if not isinstance(key, str):
                return TypeError(f"{here}: expected str as keys, got {_given(key)}")
            found = _in_json(each, f"{here}[{key!r}]", depth + 1)
            if found is not None:
                return found
    elif isinstance(value, (list, tuple)) and depth < _DEEPEST:
        for number, each in enumerate(_items(value)):
            found = _in_json(each, f"{here}[{number}]", depth + 1)
            if found is not None:
                return found
    elif not isinstance(value, (str, bool, int, float, type(None))):
        return ValueError(f"{here}: expected a JSON value, got {_given(value)}")
    return None


def _error_of(cls: Any, name: str, value: Any) -> Exception | None:
    try:
        cls({name: value})
    except Exception as error:
        return error
    return None


def _wrong(expected: str, value: Any, here: str, error: Exception) -> Exception:
    kind = ValueError if isinstance(error, ValueError) else TypeError
    return kind(f"{here}: expected {expected}, got {_given(value)}")


def _expected(field: Any, *, many: bool = False) -> str:
    """Describe what a field accepts, as one value or, with `many`, as the values of a list or of a dict."""
    if field.message_type is not None:
        converted = _CONVERTED.get(field.message_type.full_name)
        if many:
            return "JSON values" if converted else f"{field.message_type.name} or dicts"
        return converted or f"{field.message_type.name} or a dict"
    if field.enum_type is not None:
        name = field.enum_type.name
        return f"members of {name}" if many else f"a member of {name}, its name or its number"
    if field.type in _INT_BITS:
        bits = _INT_BITS[field.type]
        low, high = (0, 2**bits - 1) if field.type in _UNSIGNED else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        return f"int from {low} to {high}"
    return _SCALARS[field.type]


def _given(value: Any) -> str:
    """Describe a wrong value. Texts are not repeated, because they can be long or secret."""
    shown = f" {value!r}" if isinstance(value, (int, float)) else ""
    return "None" if value is None else f"{type(value).__name__}{shown}"


def _unknown(cls: Any, name: Any, place: str) -> str:
    known = [each.removesuffix("_") for each in cls.meta.fields]
    inside = f"{place}: " if place else ""
    return f"{inside}{cls.__name__} has no field {name!r}{_hint(name, known, 'its fields')}"


def _hint(name: Any, known: list[str], what: str) -> str:
    close = get_close_matches(str(name), known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; {what} are {', '.join(known)}"


def _field(cls: Any, name: Any) -> Any:
    fields = cls.pb().DESCRIPTOR.fields_by_name
    return fields.get(name) or fields.get(f"{name}_")


def _message_class(cls: Any, field: Any) -> Any:
    """Return the class of proto-plus for the messages of a field; None for values of other types."""
    inner = getattr(cls.meta.fields.get(field.name), "message", None)
    return inner if hasattr(inner, "meta") else None


def is_repeated(field: Any) -> bool:
    """Tell whether a field is a list or a map."""
    found: bool | None = getattr(field, "is_repeated", None)
    return field.label == field.LABEL_REPEATED if found is None else found  # protobuf before 6.31 has labels only


def _is_map(field: Any) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _is_dict(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _entries(value: Any) -> Iterator[tuple[Any, Any]]:
    yield from value.items()


def _items(value: Any) -> Iterator[Any]:
    yield from value
