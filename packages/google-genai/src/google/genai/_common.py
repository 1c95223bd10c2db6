"""Base classes and small functions that other packages import from this module."""

from __future__ import annotations

import base64
import datetime
import functools
import uuid
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic

from .errors import ExperimentalWarning
from .types._base import CaseInSensitiveEnum, Model

if TYPE_CHECKING:
    from ._json import Json

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


def set_value_by_path(data: dict[str, Any] | None, keys: list[str], value: Any) -> None:
    """Set the value at a path below a dict. Nothing happens where there is no dict, for a converter without a parent.

    A key that ends in `[]` addresses every item of a list: a list of values is distributed over the items, any other
    value is set in each item. `_self` as the last key merges a dict into the object itself. A dict is merged into an
    existing dict. Raises `ValueError` if the path already has a different value.
    """
    if data is None:
        return
    place: dict[str, Any] = data
    given: Json = value
    for position, key in enumerate(keys[:-1]):
        rest = keys[position + 1 :]
        if key.endswith("[]"):
            name = key[:-2]
            if name not in place:
                place[name] = [{} for _ in given] if isinstance(given, list) else [{}]
            items = place[name]
            if isinstance(given, list):
                for item, piece in zip(items, given, strict=False):
                    set_value_by_path(item, rest, piece)
            else:
                for item in items:
                    set_value_by_path(item, rest, value)
            return
        if key.endswith("[0]"):
            place = place.setdefault(key[:-3], [{}])[0]
        else:
            place = place.setdefault(key, {})
    last = keys[-1]
    standing: Json = place.get(last)
    if last == "_self" and isinstance(given, dict):
        place.update(given)
    elif standing in (None, {}) or standing == value:
        place[last] = value
    elif isinstance(standing, dict) and isinstance(given, dict):
        standing.update(given)
    elif value:
        raise ValueError(f"{'.'.join(keys)}: already set to {standing!r}; refusing to replace it by {value!r}.")


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


def _item(data: dict[str, Any] | pydantic.BaseModel, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else getattr(data, key, None)


def convert_to_dict(obj: Any, convert_keys: bool = False) -> Any:
    """Return models as dicts of their non-null fields, also inside lists and dicts. `convert_keys`: keys in camelCase."""
    if isinstance(obj, pydantic.BaseModel):
        return convert_to_dict(obj.model_dump(exclude_none=True, by_alias=convert_keys))
    tree: Json = obj
    if isinstance(tree, dict):
        return {key: convert_to_dict(value, convert_keys) for key, value in tree.items()}
    if isinstance(tree, list):
        return [convert_to_dict(item, convert_keys) for item in tree]
    return obj


def encode_unserializable_types(data: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with bytes as URL-safe base64 text and datetimes as ISO 8601 text."""
    return {key: _encoded(value) for key, value in data.items()}


def _encoded(value: Json | bytes | datetime.datetime) -> Any:
    if isinstance(value, bytes):
        return base64.urlsafe_b64encode(value).decode("ascii")
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return encode_unserializable_types(value)
    if isinstance(value, list):
        return [_encoded(item) for item in value]
    return value


def timestamped_unique_name() -> str:
    """Return a name made of the current time (UTC) and five random hexadecimal digits."""
    return f"{datetime.datetime.now(tz=datetime.timezone.utc):%Y%m%d%H%M%S}_{uuid.uuid4().hex[:5]}"


def experimental_warning(message: str) -> Callable[[F], F]:
    """Return a decorator that issues an `ExperimentalWarning` at the first call of a function."""

    def decorate(function: F) -> F:
        warned = False

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal warned
            if not warned:
                warned = True
                warnings.warn(message, ExperimentalWarning, stacklevel=2)
            return function(*args, **kwargs)

        return wrapper  # pyright: ignore[reportReturnType] - same parameters and result as the function

    return decorate
