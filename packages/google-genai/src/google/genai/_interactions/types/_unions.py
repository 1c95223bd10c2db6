"""Unions of types of interactions: those that new members may join, and those whose member is selected by the form of the value.

The validator of a member is built when it is first needed, so a program pays only for the members that it meets. Errors name
the place in the selected member only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import pydantic
from pydantic_core import PydanticCustomError, core_schema

from ._base import REPLY, InteractionModel, UnknownMember
from ._later import Later, adapter_of, later_in, whole
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
    known member is read as far as it fits. The module and the validator of a member are loaded and built when they are
    first needed, so a program pays only for the members that it meets.
    """

    def __init__(self, discriminator: str) -> None:
        self.discriminator = discriminator

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        discriminator = self.discriminator
        members: tuple[Any, ...] = get_args(source)
        known = _by_tag(members[:-1], discriminator)
        unknown = members[-1]
        keeps_objects = get_origin(unknown) is dict
        classes = [later_in(member) or member for member in (members[:-1] if keeps_objects else members)]
        named = ", ".join(each.name if isinstance(each, Later) else each.__name__ for each in classes[:_NAMED])
        others = f" and {len(classes) - _NAMED} others" if len(classes) > _NAMED else ""
        expected = f"Expected an object with '{discriminator}', or one of {named}{others}"
        accepted: set[type] = set()

        def member_of(value: Any, info: core_schema.ValidationInfo[Any]) -> Any:
            if type(value) in accepted:
                return value
            if isinstance(value, InteractionModel) and _is_one_of(value, classes):
                accepted.add(type(value))
                return value
            if isinstance(value, UnknownMember):  # of another union, such as a step that is sent back
                return value.raw if keeps_objects else value
            if isinstance(value, Mapping):
                tag: Any = value.get(discriminator)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
                member = known.get(tag) if isinstance(tag, str) else None
                if isinstance(member, Later):
                    member = known[tag] = member.type
                if member is not None and info.context is not REPLY:
                    return member.__pydantic_validator__.validate_python(value, context=info.context)
                if member is not None:
                    return read_dict(member, value)  # pyright: ignore[reportUnknownArgumentType]
                if keeps_objects:
                    return value  # pyright: ignore[reportUnknownVariableType]
                if isinstance(tag, str) or info.context is REPLY:
                    return unknown(raw=value)
            raise PydanticCustomError("open_union", expected)  # pyright: ignore[reportArgumentType] - a constant text

        return core_schema.with_info_plain_validator_function(member_of, metadata={"members": members[: len(classes)]})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(_union_of(schema))


def tags_of(union: Any) -> frozenset[str]:
    """Return the values of the discriminator that the known members of an open union have. Loads no member."""
    members, mark = get_args(union)
    return frozenset(_by_tag(get_args(members)[:-1], mark.discriminator))


def _by_tag(members: tuple[Any, ...], discriminator: str) -> dict[str, Any]:
    """Return the members by the values of the discriminator: classes, or marks of classes that are loaded later."""
    found: dict[str, Any] = {}
    for member in members:
        later = later_in(member)
        if later is not None and later.tag is not None:
            found[later.tag] = later
        else:
            found.update(dict.fromkeys(get_args(member.__pydantic_fields__[discriminator].annotation), member))
    return found


def _is_one_of(value: Any, classes: list[Any]) -> bool:
    """Tell whether an object is an instance of one of the classes. The class of an object is loaded."""
    return any(
        isinstance(value, cls)
        for cls in (each.loaded if isinstance(each, Later) else each for each in classes)
        if cls is not None
    )


class ByForm:
    """An annotation for a union with one or more of a text, an object and a list. A closed set of texts is a text too.

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
        words = one if get_origin(one) is Literal else None
        readers: dict[str, pydantic.TypeAdapter[Any]] = {}

        def read(form: str, annotation: Any, value: Any, context: Any) -> Any:
            if form not in readers:
                readers[form] = adapter_of(annotation)
            return readers[form].validate_python(value, context=context)

        def member_of(value: Any, info: core_schema.ValidationInfo[Any]) -> Any:
            if isinstance(value, str):
                if str in members:
                    return value
                if words is not None:
                    return read("one", words, value, info.context)
            elif (
                many is not None
                and isinstance(value, Iterable)
                and not isinstance(value, (Mapping, pydantic.BaseModel))
            ):
                return read("many", many, value, info.context)
            elif one is not None:
                return read("one", one, value, info.context)
            raise PydanticCustomError("form", expected)  # pyright: ignore[reportArgumentType] - a constant text

        forms = ["a text"] * (str in members or words is not None) + ["an object"] * (one is not None and words is None)
        forms += ["a list"] * (many is not None)
        expected = f"Expected {' or '.join(forms)}"
        return core_schema.with_info_plain_validator_function(member_of, metadata={"members": members})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(_union_of(schema))


def _union_of(schema: Any) -> CoreSchema:
    """Return the members of a union as pydantic's own union, for JSON Schema."""
    members: tuple[Any, ...] = schema["metadata"]["members"]
    return core_schema.union_schema([pydantic.TypeAdapter(whole(member)).core_schema for member in members])
