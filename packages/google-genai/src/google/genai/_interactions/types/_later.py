"""Types of other modules, each loaded with its module when the first value for it is checked.

A module of models names the types of other modules with `later`, so that a program loads only the modules of the values that
it sends and receives. Checkers see the types themselves, and `whole` returns them at run time.
"""

from __future__ import annotations

import importlib
import sys
import types
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, Union, cast, get_args, get_origin

import pydantic
from pydantic_core import core_schema

from ...types._base import by_attributes

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.fields import FieldInfo
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

_MODELS = f"{__package__}.models."


class Later:
    """An annotation of `Any` that checks values as a type of another module does. The first value loads this module.

    Args:
      module: The name of the module below `models`.
      name: The name of the type: a class or a union.
      tag: The value of the field that selects the class in unions; None for a union, and for a class without such a field.
    """

    def __init__(self, module: str, name: str, tag: str | None = None) -> None:
        self._module = _MODELS + module
        self.name = name
        self.tag = tag

    def __repr__(self) -> str:
        return f"Later({self.name})"

    @cached_property
    def type(self) -> Any:
        """The type as its module declares it: it may name other types that are loaded later."""
        return getattr(importlib.import_module(self._module), self.name)

    @property
    def loaded(self) -> Any:
        """The type if its module is loaded, else None."""
        return getattr(sys.modules.get(self._module), self.name, None)

    @cached_property
    def _adapter(self) -> pydantic.TypeAdapter[Any]:
        return adapter_of(self.type)

    @property
    def _validator(self) -> Any:
        if isinstance(self.type, type):
            return cast("type[pydantic.BaseModel]", self.type).__pydantic_validator__  # which completes the class
        return self._adapter.validator

    def _checked(self, value: Any, info: core_schema.ValidationInfo[Any]) -> Any:
        validate = self._validator.validate_python
        try:
            return validate(value, context=info.context)
        except pydantic.ValidationError as error:
            read = by_attributes(self.type, validate, value, error)
            if read is None:
                raise
            return read

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(core_schema.union_schema([self._adapter.core_schema]))


@cache
def later(module: str, name: str, tag: str | None = None) -> Any:
    """Return the annotation for a type of another module; the arguments are those of `Later`."""
    return Annotated[Any, Later(module, name, tag)]


def later_in(annotation: Any) -> Later | None:
    """Return the mark of an annotation that `later` returned; None for another annotation."""
    _, mark, *_ = get_args(annotation) if get_origin(annotation) is Annotated else (None, None)
    return mark if isinstance(mark, Later) else None


def adapter_of(annotation: Any) -> pydantic.TypeAdapter[Any]:
    """Return the validator of an annotation. The classes in the annotation itself are completed."""
    for cls in (annotation, *get_args(annotation)):
        if isinstance(cls, type) and issubclass(cls, pydantic.BaseModel):
            cls.model_rebuild()  # pydantic 2.12.0 writes no object of a class that is not complete
    return pydantic.TypeAdapter(annotation)


def whole(annotation: Any) -> Any:
    """Return an annotation with the types themselves in place of those that are loaded later."""
    later = later_in(annotation)
    if later is not None:
        return whole(later.type)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(whole(arguments[0]), *arguments[1:])]
    parts = tuple(whole(each) for each in arguments)
    if parts == arguments:
        return annotation
    return (
        types.GenericAlias(origin, parts)
        if isinstance(origin, type) and origin is not types.UnionType
        else Union[parts]
    )


def load_types(fields: dict[str, FieldInfo]) -> None:
    """Put the types themselves in place of those that are loaded later, in the annotations of fields."""
    for field in fields.values():
        annotation = whole(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation)
        marks: list[Any] = []
        if get_origin(annotation) is Annotated:
            annotation, *marks = get_args(annotation)
        field.annotation, field.metadata = annotation, marks
