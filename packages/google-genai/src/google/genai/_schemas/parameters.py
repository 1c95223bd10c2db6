"""Schemas of parameters: Python annotations in the service's own form, as function declarations contain them.

The form is written from the annotation itself. Types that only pydantic knows go through pydantic's JSON Schema.
`NotExpressible` means that the whole signature has to be sent as JSON Schema. Knows annotations, not functions.
"""

from __future__ import annotations

import enum
import inspect
import json
import sys
import typing
from collections.abc import Iterable
from typing import Any

import pydantic
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticSerializationError, to_jsonable_python

from ..types._field_docs import given_description
from .annotations import (
    LISTS,
    OBJECTS,
    SETS,
    UNIONS,
    adapter,
    defaults_of,
    fields_of,
    is_plain_dataclass,
    is_typed_dict,
    pydantic_schema,
)
from .json_schema import JsonSchema, with_each_schema
from .service_form import NotExpressible, exact_form

_TYPES: dict[Any, str] = {
    str: "STRING",
    int: "INTEGER",
    float: "NUMBER",
    bool: "BOOLEAN",
    list: "ARRAY",
    tuple: "ARRAY",
    set: "ARRAY",
    frozenset: "ARRAY",
    dict: "OBJECT",
    type(None): "NULL",
}
_ADVICE = "Use a type of JSON, a pydantic model or a dataclass, or declare the function with types.FunctionDeclaration."
_LIMITS = frozenset({"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern"})


class Untitled(GenerateJsonSchema):
    """JSON Schemas without titles that repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def with_title(schema: dict[str, Any], annotation: Any) -> dict[str, Any]:
    """Return the schema of a parameter or field, with the name of its class as the title if that is an enum."""
    inner, *marks = typing.get_args(annotation) if typing.get_origin(annotation) is typing.Annotated else (annotation,)
    is_named = _is_enum(inner) and all(isinstance(mark, str) for mark in marks)
    return {"title": inner.__name__, **schema} if is_named else schema


def default_in(default: Any) -> dict[str, Any]:
    """Return a default as a field of a schema, or nothing if JSON has no such value."""
    try:
        value = to_jsonable_python(default, by_alias=False, exclude_none=True)
        json.dumps(value, allow_nan=False)
    except (PydanticSerializationError, ValueError):
        return {}
    return {"default": value}


def is_simple(annotation: Any) -> bool:
    """Tell whether an annotation consists of the types of JSON and of pydantic models."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation in _TYPES or issubclass(annotation, pydantic.BaseModel)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return all(isinstance(value, str) for value in arguments)
    if origin in UNIONS or origin in (list, dict):
        return all(is_simple(argument) for argument in arguments)
    return annotation is None


def _is_enum(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, enum.Enum)


def annotation_form(annotation: Any, path: str, inside: tuple[Any, ...] = ()) -> dict[str, Any]:
    """Return the schema of an annotation in the service's form; `inside` are the classes around it.

    Raises `NotExpressible` if only JSON Schema can express it, and `ValueError` if no JSON value fits it.
    """
    if annotation is Any or annotation is object:
        return {}
    if annotation is None:
        return {"type": "NULL"}
    if isinstance(annotation, str):
        return annotation_form(_look_up(annotation, inside), path, inside)
    if isinstance(annotation, typing.NewType):
        return annotation_form(annotation.__supertype__, path, inside)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is None:
        return _of_class(annotation, path, inside)
    if origin is typing.Annotated:
        return _annotated(annotation, path, inside)
    if origin in UNIONS:
        return _union(arguments, path, inside)
    if origin is typing.Literal:
        return _literal(arguments)
    if origin in LISTS | SETS:
        return {"type": "ARRAY", **_items(arguments[0], path, inside)}
    if origin is tuple:
        return _tuple(arguments, path, inside)
    if origin in OBJECTS:
        for argument in arguments:
            parameter_schema(argument, path)
        if arguments[0] is not str or arguments[-1] not in (Any, object):
            raise NotExpressible
        return {"type": "OBJECT"}
    return _pydantic_form(annotation, path)


def _look_up(name: str, inside: tuple[Any, ...]) -> Any:
    """Return the class that `list["Name"]` in a class refers to; Python 3.10 leaves it a string."""
    found = {cls.__name__: cls for cls in inside}
    for cls in inside:
        found = {**vars(sys.modules.get(cls.__module__, typing)), **found}
    if name not in found:
        raise NotExpressible
    return found[name]


def _items(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    items = annotation_form(annotation, f"{path}[]", inside)
    return {"items": items} if items else {}


def _tuple(arguments: tuple[Any, ...], path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    if arguments == ((),) or not arguments:
        return {"type": "ARRAY", "minItems": 0, "maxItems": 0}
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "ARRAY", **_items(arguments[0], path, inside)}
    raise NotExpressible


def _union(members: tuple[Any, ...], path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    others = [member for member in members if member is not type(None)]
    if len(others) == 1:
        schema = annotation_form(others[0], path, inside)
    else:
        alternatives = [annotation_form(member, path, inside) for member in others]
        schema: dict[str, Any] = {
            "anyOf": [item for position, item in enumerate(alternatives) if item not in alternatives[:position]]
        }
    if len(others) < len(members):
        schema["nullable"] = True
    return schema


def _literal(values: tuple[Any, ...]) -> dict[str, Any]:
    others = [value for value in values if value is not None]
    if set(map(type, others)) == {bool} and len(set(others)) == 2:
        schema: dict[str, Any] = {"type": "BOOLEAN"}
    else:
        schema = _members(others)
    if len(others) < len(values):
        schema["nullable"] = True
    return schema


def _members(values: Iterable[Any]) -> dict[str, Any]:
    """Return the schema of an enum; in the service's form its members are strings."""
    plain = [value.value if isinstance(value, enum.Enum) else value for value in values]
    if not all(isinstance(value, str) for value in plain):
        raise NotExpressible
    return {"type": "STRING", "enum": [str(value) for value in plain]}


def _annotated(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    """Return the schema of `Annotated[...]`: a string is the description, pydantic's marks are limits."""
    inner, *marks = typing.get_args(annotation)
    schema = annotation_form(inner, path, inside)
    others = [mark for mark in marks if not isinstance(mark, str)]
    if others and "properties" not in schema:
        known = _pydantic_form(typing.Annotated[(inner, *others)], path)
        if _is_enum(inner):
            known.pop("title", None)
        schema = {**known, **schema}
    description = description_in(annotation)
    return {**schema, "description": description} if description else schema


def description_in(annotation: Any) -> str | None:
    """Return the description in `Annotated[...]`: a string, a `Field(description=...)` or a `Doc(...)`."""
    if typing.get_origin(annotation) in UNIONS:
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        return description_in(members[0]) if len(members) == 1 else None
    for mark in typing.get_args(annotation)[1:] if typing.get_origin(annotation) is typing.Annotated else ():
        if isinstance(mark, str):
            return mark
        description = getattr(mark, "description", None) or getattr(mark, "documentation", None)
        if isinstance(description, str):
            return description
    return None


def _of_class(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    try:
        if annotation in _TYPES:
            return {"type": _TYPES[annotation]}
    except TypeError:  # not hashable
        return _pydantic_form(annotation, path)
    if annotation in inside:
        raise NotExpressible
    if _is_enum(annotation):
        return _members(annotation)
    if isinstance(annotation, type) and issubclass(annotation, pydantic.RootModel):
        return annotation_form(annotation.__pydantic_fields__["root"].annotation, path, (*inside, annotation))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return _model(annotation, path, (*inside, annotation))
    if is_plain_dataclass(annotation) or is_typed_dict(annotation):
        return _record(annotation, path, (*inside, annotation))  # pyright: ignore[reportUnknownArgumentType]
    return _pydantic_form(annotation, path)


def _model(cls: type[pydantic.BaseModel], path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    try:
        cls.model_rebuild()  # it may refer to classes that were defined after it
    except (pydantic.PydanticUserError, NameError) as error:
        raise ValueError(f"{path}): {cls.__name__} refers to a class that cannot be found: {error}.") from error
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, info in cls.__pydantic_fields__.items():
        schema = with_title(annotation_form(info.annotation, f"{path}.{name}", inside), info.annotation)
        if info.metadata:
            schema = {**_limits(typing.Annotated[(info.annotation, *info.metadata)]), **schema}
        description = next(
            filter(None, (given_description(cls, name), *(mark for mark in info.metadata if isinstance(mark, str)))),
            None,
        )
        properties[name] = {**schema, "description": description} if description else schema
        if info.is_required() and not schema.get("nullable"):
            required.append(name)
    return _object(properties, required)


def _limits(annotation: Any) -> dict[str, Any]:
    """Return the limits of a field that the service's form can express; the others apply when the function is called."""
    try:
        known: dict[str, Any] = adapter(annotation).json_schema()
    except (pydantic.PydanticUserError, NameError):
        return {}
    if known.get("type") == "integer":
        for name, excluded, step in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
            if isinstance(known.get(excluded), int):
                known.setdefault(name, known[excluded] + step)
    return {name: value for name, value in known.items() if name in _LIMITS}


def _record(cls: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    """Return the schema of a dataclass or a TypedDict."""
    try:
        fields, required = fields_of(cls)
    except NameError as error:
        raise ValueError(f"{path}): an annotation of {cls.__name__} cannot be resolved: {error}.") from error
    defaults = defaults_of(cls)
    properties: dict[str, Any] = {}
    for name, hint in fields.items():
        properties[name] = with_title(annotation_form(hint, f"{path}.{name}", inside), hint)
        if defaults.get(name) is not None:
            properties[name].update(default_in(defaults[name]))
    schema = _object(properties, [n for n in fields if n in required and not properties[n].get("nullable")])
    description = inspect.cleandoc(cls.__doc__ or "")
    if description and not description.startswith(f"{cls.__name__}("):  # which Python generates for a dataclass
        schema["description"] = description
    return schema


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "OBJECT", "properties": properties}
    if required:
        schema["required"] = required
    return schema


def parameter_schema(annotation: Any, path: str) -> dict[str, Any]:
    """Return pydantic's JSON Schema of an annotation. Raises `ValueError` if it has none."""
    return pydantic_schema(annotation, f"{path})", _ADVICE, by_alias=False, schema_generator=Untitled)


def _pydantic_form(annotation: Any, path: str) -> dict[str, Any]:
    """Return the schema of a type that only pydantic knows: times, paths, numbers with limits."""
    schema = _without_closure(parameter_schema(annotation, path))
    try:
        return exact_form(schema, path, refuses_rest=True)
    except ValueError as error:
        raise NotExpressible(str(error)) from error


def _without_closure(schema: JsonSchema) -> JsonSchema:
    """Return a JSON Schema without the keywords that declarations leave out of every dict and set."""
    kept = {key: value for key, value in schema.items() if key != "uniqueItems"}
    if isinstance(kept.get("additionalProperties"), bool):
        del kept["additionalProperties"]
    return with_each_schema(kept, _without_closure)
