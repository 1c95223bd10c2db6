"""The bases and small functions that other packages import under these names."""

from __future__ import annotations

import base64
import datetime
import functools
import itertools
import uuid
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import pydantic

from .errors import ExperimentalWarning
from .types._base import CaseInSensitiveEnum, Model

__all__ = [
    "BaseModel",
    "CaseInSensitiveEnum",
    "ExperimentalWarning",
    "StringDict",
    "convert_to_dict",
    "encode_unserializable_types",
    "experimental_warning",
    "get_value_by_path",
    "set_value_by_path",
    "timestamped_unique_name",
]

BaseModel = Model
StringDict = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])


def set_value_by_path(data: dict[str, Any], keys: list[str], value: Any) -> None:
    """Put a value at a path below a dict.

    A key that ends in `[]` means every item of the list there: a list of values is handed out item by item, another
    value goes into each. `_self` as the last key merges a dict into the object itself. A dict is merged into one that
    stands there; raises `ValueError` when another value would be replaced by a different one.
    """
    for position, key in enumerate(keys[:-1]):
        rest = keys[position + 1 :]
        if key.endswith("[]"):
            name = key[:-2]
            pieces: list[Any] | None = value if isinstance(value, list) else None
            if name not in data:
                data[name] = [{}] if pieces is None else [{} for _ in pieces]
            items = data[name]
            for item, piece in zip(items, itertools.repeat(value) if pieces is None else pieces, strict=False):
                set_value_by_path(item, rest, piece)
            return
        if key.endswith("[0]"):
            data = data.setdefault(key[:-3], [{}])[0]
        else:
            data = data.setdefault(key, {})
    last = keys[-1]
    standing = data.get(last)
    fields: dict[str, Any] | None = value if isinstance(value, dict) else None
    if last == "_self" and fields is not None:
        data.update(fields)
    elif standing in (None, {}) or standing == value:
        data[last] = value
    elif isinstance(standing, dict) and fields is not None:
        data[last].update(fields)
    elif value:
        raise ValueError(f"{'.'.join(keys)}: {standing!r} stands there already and would be replaced by {value!r}.")


def get_value_by_path(data: Any, keys: list[str], *, default_value: Any = None) -> Any:
    """Return the value at a path below dicts and objects, or the default; `x[]` means every item of the list x."""
    if keys == ["_self"]:
        return data
    for position, key in enumerate(keys):
        if data is None:
            return default_value
        if key.endswith("[]"):
            items = _item(data, key[:-2])
            if items is None:
                return default_value
            rest = keys[position + 1 :]
            return [get_value_by_path(item, rest, default_value=default_value) for item in items]
        if key.endswith("[0]"):
            items = _item(data, key[:-3])
            data = items[0] if items else None
        else:
            data = _item(data, key)
    return default_value if data is None else data


def _item(data: Any, key: str) -> Any:
    if isinstance(data, dict):
        fields: dict[str, Any] = data
        return fields.get(key)
    return getattr(data, key, None)


def convert_to_dict(obj: Any, convert_keys: bool = False) -> Any:
    """Return models as dicts of their set fields, also inside lists and dicts; camelCase keys on request."""
    if isinstance(obj, pydantic.BaseModel):
        return convert_to_dict(obj.model_dump(exclude_none=True, by_alias=convert_keys))
    if isinstance(obj, dict):
        fields: dict[Any, Any] = obj
        return {key: convert_to_dict(value, convert_keys) for key, value in fields.items()}
    if isinstance(obj, list):
        items: list[Any] = obj
        return [convert_to_dict(item, convert_keys) for item in items]
    return obj


def encode_unserializable_types(data: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which bytes are URL-safe base64 text and times ISO 8601 text."""
    return {key: _encoded(value) for key, value in data.items()}


def _encoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.urlsafe_b64encode(value).decode("ascii")
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, dict):
        fields: dict[str, Any] = value
        return encode_unserializable_types(fields)
    if isinstance(value, list):
        items: list[Any] = value
        return [_encoded(item) for item in items]
    return value


def timestamped_unique_name() -> str:
    """Return a name made of the present time and five random hexadecimal digits."""
    return f"{datetime.datetime.now(tz=datetime.timezone.utc):%Y%m%d%H%M%S}_{uuid.uuid4().hex[:5]}"


def experimental_warning(message: str) -> Callable[[F], F]:
    """Return a decorator that gives an `ExperimentalWarning` the first time a function is called."""

    def decorate(function: F) -> F:
        warned = False

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal warned
            if not warned:
                warned = True
                warnings.warn(message, ExperimentalWarning, stacklevel=2)
            return function(*args, **kwargs)

        return wrapper  # pyright: ignore[reportReturnType] - takes and returns what the function does

    return decorate
