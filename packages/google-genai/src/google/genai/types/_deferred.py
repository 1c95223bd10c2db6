"""Annotations for types whose modules are loaded when the first value for them is checked; `_later` has the names.

At run time such an annotation is `Any`, and checks values as the type does; `whole` returns the type. Replies and requests
are compiled without these types.
"""

from __future__ import annotations

import importlib
import types
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

import pydantic
from pydantic_core import core_schema, to_json

from ._index import MODULE_OF

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

IGNORES_UNKNOWN = {"ignores_unknown": True}
"""The context in which replies are read: unknown fields are dropped."""


class Later:
    """An annotation of `Any` that checks values as a type of this package does. The first value loads its module."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Later({self.name})"

    def load_type(self) -> Any:
        """Return the type itself. `_validation.models_in` calls this method."""
        return self.type

    @cached_property
    def type(self) -> Any:
        """The class, loaded with its module."""
        return getattr(importlib.import_module(f".{MODULE_OF[self.name]}", __package__), self.name)

    @cached_property
    def _validator(self) -> Any:
        if issubclass(self.type, pydantic.BaseModel):
            return self.type.__pydantic_validator__
        return pydantic.TypeAdapter(self.type).validator

    def _checked(self, value: Any, info: core_schema.ValidationInfo[Any]) -> Any:
        options: dict[str, Any] = {"context": info.context}
        if info.context is IGNORES_UNKNOWN:
            options["extra"] = "ignore"
        if info.mode == "json":
            return self._validator.validate_json(to_json(value), **options)
        try:
            return self._validator.validate_python(value, **options)
        except pydantic.ValidationError as error:
            from .._validation import read_by_attributes

            read = read_by_attributes(self.type, self._validator.validate_python, value, error)
            if read is None:
                raise
            return read

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(core_schema.union_schema([pydantic.TypeAdapter(self.type).core_schema]))


def whole(annotation: Any) -> Any:
    """Return an annotation with the types themselves in place of those that are loaded later."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        if isinstance(arguments[1], Later):
            return arguments[1].type
        return Annotated[(whole(arguments[0]), *arguments[1:])]
    parts = tuple(whole(each) for each in arguments)
    if parts == arguments:
        return annotation
    if isinstance(origin, type) and origin is not types.UnionType:
        return types.GenericAlias(origin, parts)
    return Union[parts]


def is_later(annotation: Any) -> bool:
    """Tell whether an annotation names a type that is loaded later."""
    return isinstance(annotation, Later) or any(map(is_later, get_args(annotation)))


def load_types(cls: type[pydantic.BaseModel]) -> None:
    """Put the types themselves in place of those that are loaded later, in the annotations of the fields of a class.

    The class is completed first, so that its validator and its JSON Schema do not depend on this call.
    """
    later = [field for field in cls.__pydantic_fields__.values() if is_later(field.annotation)]
    if later:
        cls.model_rebuild()
    for field in later:
        field.annotation = whole(field.annotation)
