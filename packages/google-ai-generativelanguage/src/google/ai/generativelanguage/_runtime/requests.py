"""Requests as programs write them: a message, a dict, or the fields one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from .methods import Method


def request_of(method: Method, request: Any, fields: Mapping[str, Any]) -> Any:
    """Return the request message of a method.

    Args:
      request: A message of the class of the method, a dict with its fields, or None.
      fields: Fields that the program passed as arguments, by name; None for those that it did not pass.

    Raises `ValueError` for a request together with fields, and for unknown fields; `TypeError` for values of other types.
    A message is not copied.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    if request is None:
        return _message(method, given)
    if given:
        raise ValueError(
            f"{method.name}(): pass either `request` or its fields, not both; got request and {', '.join(given)}"
        )
    if type(request) is method.request:
        return request
    if isinstance(request, Mapping):
        return _message(method, request)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(request, (method.request, _plain(method))):
        return method.request(request)
    raise TypeError(
        f"{method.name}(): request must be a {method.request.__name__} or a dict, got {type(request).__name__}"
    )


def _plain(method: Method) -> Any:
    """Return the class of protobuf below a class of proto-plus."""
    return method.request.pb() if hasattr(method.request, "pb") else method.request


def _message(method: Method, fields: Mapping[str, Any]) -> Any:
    cls: Any = method.request
    if not hasattr(cls, "pb"):
        return _plain_message(method, fields)
    try:
        return cls(fields)
    except Exception as error:
        from .faults import fault_of, is_repeated

        message = _with_values(cls, fields, is_repeated)
        if message is not None:
            return message
        fault = fault_of(cls, fields)
        if fault is None:
            raise
        raise type(fault)(f"{method.name}(): {fault}") from error


def _with_values(cls: Any, fields: Mapping[str, Any], is_repeated: Callable[[Any], bool]) -> Any:
    """Return a message with lists of JSON values, which proto-plus appends to a list, but does not set; None for other fields."""
    lists = {
        field.name: fields[field.name]
        for field in cls.pb().DESCRIPTOR.fields
        if is_repeated(field)
        and field.message_type is not None
        and field.message_type.full_name == "google.protobuf.Value"
        and isinstance(fields.get(field.name), Sequence)
        and not isinstance(fields[field.name], (str, bytes))
    }
    if not lists:
        return None
    try:
        message = cls({name: value for name, value in fields.items() if name not in lists})
        for name, values in lists.items():
            getattr(message, name).extend(values)
    except Exception:
        return None
    return message


def _plain_message(method: Method, fields: Mapping[str, Any]) -> Any:
    """Return a message of a class of protobuf, as the methods for long-running operations have."""
    cls: Any = method.request
    try:
        return cls(**fields)
    except ValueError as error:
        known: list[str] = [each.name for each in cls.DESCRIPTOR.fields]
        for name in fields:
            if name not in known:
                close = get_close_matches(name, known, 1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; its fields are {', '.join(known)}"
                raise ValueError(f"{method.name}(): {cls.__name__} has no field {name!r}{hint}") from error
        raise
