"""Replies as objects, as far as they fit: the service may leave out or change fields that this release expects.

An object that fits is read in one step. Otherwise each field is read alone: a field that is missing is None, and a value that
does not fit is kept as the service sent it. Arguments of programs are not read here; what does not fit there is an error.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import pydantic
import pydantic_core

from ._base import REPLY, InteractionModel
from ._later import later_in

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

M = TypeVar("M", bound=InteractionModel)


def read_json(cls: type[M], data: bytes) -> M:
    """Return the object of a class in JSON. Raises `ValueError` if the JSON is not an object."""
    try:
        return cls.__pydantic_validator__.validate_json(data, context=REPLY)
    except pydantic.ValidationError as error:
        value: Any = pydantic_core.from_json(data)
        if not isinstance(value, dict):
            raise error from None
        return read_partly(cls, cast("dict[str, Any]", value))


def read_dict(cls: type[M], value: Mapping[str, Any]) -> M:
    """Return the object of a class in decoded JSON."""
    try:
        return cls.__pydantic_validator__.validate_python(value, context=REPLY)
    except pydantic.ValidationError:
        return read_partly(cls, value)


def read_partly(cls: type[M], value: Mapping[str, Any]) -> M:
    """Return an object of a class whose fields are read one by one."""
    rest = dict(value)
    fields: dict[str, Any] = {}
    for name, field in cls.__pydantic_fields__.items():
        key = field.alias if field.alias in rest else name
        if key in rest:
            fields[name] = _read_as(_annotation(field), rest.pop(key))
        elif field.is_required():
            fields[name] = None
    cls.model_rebuild()
    made = cls.model_construct(**rest, **fields)
    made.complete()
    return made


def _annotation(field: FieldInfo) -> Any:
    annotation: Any = field.annotation
    for mark in field.metadata:
        annotation = Annotated[annotation, mark]
    return annotation


def _read_as(annotation: Any, value: Any) -> Any:
    try:
        return _adapter(annotation).validate_python(value, context=REPLY)
    except pydantic.ValidationError:
        pass
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next((each for each in get_args(annotation) if each is not type(None)), annotation)
    later = later_in(annotation)
    if later is not None:
        return _read_as(later.type, value)
    if get_origin(annotation) is list and isinstance(value, list):
        (item,) = get_args(annotation)
        return [_read_as(item, each) for each in cast("list[Any]", value)]
    if isinstance(annotation, type) and issubclass(annotation, InteractionModel) and isinstance(value, dict):
        return read_partly(annotation, cast("dict[str, Any]", value))
    return value


@lru_cache(512)
def _adapter(annotation: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(annotation)
