"""Unions of types of interactions: those that new members may join, and those whose member is selected by the form of the value.

The validator of a member is built when it is first needed, so a program pays only for the members that it meets. Errors name
the place in the selected member only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args, get_origin

import pydantic
from pydantic_core import PydanticCustomError, core_schema

from ._base import REPLY, InteractionModel, UnknownMember
from ._reading import read_dict

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

_NAMED = 6
"""Number of members of a union that an error names."""


class OpenUnion:
    """An annotation for a union of models that new members may join.

    Example::

        Annotated[Union[TextContent, ImageContent, UnknownContent], OpenUnion("type")]

    The value of the discriminator selects the member whose `Literal` field has it; any other string selects the last
    member, an `UnknownMember`, or an unchecked dict. In replies, an object without a discriminator does so too, and a
    known member is read as far as it fits. The validator of a member is built when it is first needed, so a program pays
    only for the members that it meets.
    """

    def __init__(self, discriminator: str) -> None:
        self._discriminator = discriminator

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        discriminator = self._discriminator
        members: tuple[Any, ...] = get_args(source)
        known: dict[str, type[InteractionModel]] = {
            tag: member
            for member in members[:-1]
            for tag in get_args(member.__pydantic_fields__[discriminator].annotation)
        }
        unknown = members[-1]
        keeps_objects = get_origin(unknown) is dict
        classes = members[:-1] if keeps_objects else members
        named = ", ".join(each.__name__ for each in classes[:_NAMED])
        others = f" and {len(classes) - _NAMED} others" if len(classes) > _NAMED else ""
        expected = f"Expected an object with '{discriminator}', or one of {named}{others}"

        def member_of(value: Any, info: core_schema.ValidationInfo[Any]) -> Any:
            if isinstance(value, classes):
                return value
            if isinstance(value, UnknownMember):  # of another union, such as a step that is sent back
                return value.raw if keeps_objects else value
            if isinstance(value, Mapping):
                tag: Any = value.get(discriminator)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
                member = known.get(tag) if isinstance(tag, str) else None
                if member is not None and info.context is not REPLY:
                    return member.__pydantic_validator__.validate_python(value, context=info.context)
                if member is not None:
                    return read_dict(member, value)  # pyright: ignore[reportUnknownArgumentType]
                if keeps_objects:
                    return value  # pyright: ignore[reportUnknownVariableType]
                if isinstance(tag, str) or info.context is REPLY:
                    return unknown(raw=value)
            raise PydanticCustomError("open_union", expected)  # pyright: ignore[reportArgumentType] - a constant text

        return core_schema.with_info_plain_validator_function(member_of, metadata={"members": classes})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(_union_of(schema))


class ByForm:
    """An annotation for a union with one or more of a text, an object and a list.

    Args:
      items: The type of the items of a list, if the union has several lists.

    The form of the value selects the member, so an error names the place in this member only.
    """

    def __init__(self, items: Any = None) -> None:
        self._items = items

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        members = get_args(source)
        many = next((member for member in members if get_origin(member) is list), None)
        if self._items is not None:
            many = list[self._items]
        one = next((member for member in members if member is not str and get_origin(member) is not list), None)
        readers: dict[str, pydantic.TypeAdapter[Any]] = {}

        def read(form: str, annotation: Any, value: Any, context: Any) -> Any:
            if form not in readers:
                for cls in (annotation, *get_args(annotation)):
                    if isinstance(cls, type) and issubclass(cls, InteractionModel):
                        cls.model_rebuild()  # pydantic 2.12.0 writes no object of a class that is not complete
                readers[form] = pydantic.TypeAdapter(annotation)
            return readers[form].validate_python(value, context=context)

        def member_of(value: Any, info: core_schema.ValidationInfo[Any]) -> Any:
            if isinstance(value, str):
                if str in members:
                    return value
            elif (
                many is not None
                and isinstance(value, Iterable)
                and not isinstance(value, (Mapping, pydantic.BaseModel))
            ):
                return read("many", many, value, info.context)
            elif one is not None:
                return read("one", one, value, info.context)
            raise PydanticCustomError("form", expected)  # pyright: ignore[reportArgumentType] - a constant text

        forms = ["a text"] * (str in members) + ["an object"] * (one is not None) + ["a list"] * (many is not None)
        expected = f"Expected {' or '.join(forms)}"
        return core_schema.with_info_plain_validator_function(member_of, metadata={"members": members})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(_union_of(schema))


def _union_of(schema: Any) -> CoreSchema:
    """Return the members of a union as pydantic's own union, for JSON Schema."""
    members: tuple[Any, ...] = schema["metadata"]["members"]
    return core_schema.union_schema([pydantic.TypeAdapter(member).core_schema for member in members])
