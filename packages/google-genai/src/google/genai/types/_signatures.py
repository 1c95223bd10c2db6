"""Declarations of Python functions: what a model is told of a function, from its signature and its docstring.

A signature is written in the service's own form of schema, one property for each parameter. What that form cannot say (a
class that contains itself, a tuple of different types, an enum of numbers) makes the whole signature a JSON Schema.
"""

from __future__ import annotations

import enum
import inspect
import json
import sys
import typing
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic_core import PydanticSerializationError, to_jsonable_python

from ._annotations import (
    LISTS,
    OBJECTS,
    SETS,
    UNIONS,
    adapter,
    defaults_of,
    fields_of,
    is_plain_dataclass,
    is_typed_dict,
)
from ._callables import MISSING, Parameter, Signature, signature_of
from ._docstrings import parameter_descriptions
from ._references import readable, with_each_schema

if TYPE_CHECKING:
    from .._wire.marks import BackendName
    from . import Behavior, FunctionDeclaration

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
_SAID_OF_A_FIELD = frozenset({"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern"})


class _NotInThisForm(Exception):
    """The service's own form of schema cannot say it; JSON Schema may."""


class _Untitled(pydantic.json_schema.GenerateJsonSchema):
    """JSON Schemas without titles that repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def new_declaration(
    function: Callable[..., Any], backend: BackendName, behavior: Behavior | None
) -> FunctionDeclaration:
    """Return what a model is told of a function, for the caller to keep and change. Raises as `declaration_of` does."""
    return declaration_of(function, backend).model_copy(update={"behavior": behavior} if behavior else None, deep=True)


def declaration_of(function: Callable[..., Any], backend: BackendName) -> FunctionDeclaration:
    """Return what a model is told of a function. It is kept with the function and must not be changed.

    Raises `ValueError` that names the function and the parameter of which no schema can be made.
    """
    signature = signature_of(function)
    key = f"declaration for {backend}"
    if key not in signature.kept:
        signature.kept[key] = _declaration(signature, backend)
    return signature.kept[key]


def _declaration(signature: Signature, backend: BackendName) -> FunctionDeclaration:
    from . import FunctionDeclaration

    described: dict[str, Any] = {}
    if signature.parameters:
        described = _described(signature)
    if backend == "vertex":
        described.update(_answer(signature))
    return FunctionDeclaration.model_validate({"name": signature.name, "description": signature.docstring, **described})


def _described(signature: Signature) -> dict[str, Any]:
    for parameter in signature.parameters:
        if parameter.annotation is MISSING:
            raise ValueError(
                f"{signature.name}({parameter.name}): the parameter has no annotation, so the model cannot be told what it "
                f"takes. Annotate it, or declare {signature.name} with types.FunctionDeclaration."
            )
    said = parameter_descriptions(signature.docstring)
    try:
        properties = {
            parameter.name: _property(parameter, said.get(parameter.name), signature.name)
            for parameter in signature.parameters
        }
    except _NotInThisForm:
        return {"parameters_json_schema": _json_schema(signature, said)}
    required = [
        parameter.name
        for parameter in signature.parameters
        if parameter.is_required and not properties[parameter.name].get("nullable")
    ]
    return {"parameters": {"type": "OBJECT", "properties": properties, "required": required}}


def _property(parameter: Parameter, said: str | None, name: str) -> dict[str, Any]:
    annotation = parameter.annotation
    schema = _titled(_schema(annotation, f"{name}({parameter.name}", ()), annotation)
    if parameter.default is None:
        schema["nullable"] = True
    elif parameter.default is not MISSING:
        schema.update(_default(parameter.default))
    if said and not _description(annotation):
        schema["description"] = said
    return schema


def _titled(schema: dict[str, Any], annotation: Any) -> dict[str, Any]:
    """Return the schema of a parameter or field: an enum there is called by its name."""
    inner, *marks = typing.get_args(annotation) if typing.get_origin(annotation) is typing.Annotated else (annotation,)
    is_named = _is_enum(inner) and all(isinstance(mark, str) for mark in marks)
    return {"title": inner.__name__, **schema} if is_named else schema


def _default(default: Any) -> dict[str, Any]:
    """Return a default as JSON, or nothing where JSON has no such value."""
    try:
        value = to_jsonable_python(default, by_alias=False, exclude_none=True)
        json.dumps(value, allow_nan=False)
    except (PydanticSerializationError, ValueError):
        return {}
    return {"default": value}


def _json_schema(signature: Signature, said: dict[str, str]) -> dict[str, Any]:
    """Return the JSON Schema of a whole signature. Raises `ValueError` for a parameter that no schema describes."""
    for parameter in signature.parameters:
        _known(parameter.annotation, f"{signature.name}({parameter.name}")
    adapters = [(parameter.name, "validation", adapter(parameter.annotation)) for parameter in signature.parameters]
    made, definitions = pydantic.TypeAdapter.json_schemas(
        typing.cast("Any", adapters), by_alias=False, schema_generator=_Untitled
    )
    properties: dict[str, Any] = {}
    for parameter in signature.parameters:
        schema: dict[str, Any] = dict(made[parameter.name, "validation"])
        if parameter.default is None:
            schema = _or_null(schema)
        if parameter.default is not MISSING:
            schema.update(_default(parameter.default))
        description = _description(parameter.annotation) or said.get(parameter.name)
        properties[parameter.name] = {**schema, "description": description} if description else schema
    required = [parameter.name for parameter in signature.parameters if parameter.is_required]
    whole = {"type": "object", "properties": properties, **({"required": required} if required else {})}
    return readable({**whole, **definitions})


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    null = {"type": "null"}
    if "anyOf" not in schema:
        return {"anyOf": [schema, null]}
    return schema if null in schema["anyOf"] else {**schema, "anyOf": [*schema["anyOf"], null]}


def _answer(signature: Signature) -> dict[str, Any]:
    """Return what is said of the returned value; nothing where it cannot be said."""
    annotation = signature.returned
    if annotation is MISSING or annotation is Any or isinstance(annotation, typing.TypeVar):
        return {}
    if _is_simple(annotation):
        try:
            return {"response": _schema(annotation, signature.name, ())}
        except (_NotInThisForm, ValueError):
            pass  # a model that contains itself, say
    try:
        schema = adapter(annotation).json_schema(mode="serialization", schema_generator=_Untitled)
    except (pydantic.PydanticUserError, NameError):
        return {}
    return {"response_json_schema": readable(schema)}


def _is_simple(annotation: Any) -> bool:
    """Tell whether an annotation speaks of JSON's own types and of pydantic models alone."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation in _TYPES or issubclass(annotation, pydantic.BaseModel)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return all(isinstance(value, str) for value in arguments)
    if origin in UNIONS or origin in (list, dict):
        return all(_is_simple(argument) for argument in arguments)
    return annotation is None


def _is_enum(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, enum.Enum)


def _schema(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    """Return the schema of an annotation. Raises `ValueError` for one that no value of JSON can fit."""
    if annotation is Any or annotation is object:
        return {}
    if annotation is None:
        return {"type": "NULL"}
    if isinstance(annotation, str):
        return _schema(_named_in_class(annotation, inside), path, inside)
    if isinstance(annotation, typing.NewType):
        return _schema(annotation.__supertype__, path, inside)
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
            _known(argument, path)
        return {"type": "OBJECT"}
    return _through_pydantic(annotation, path)


def _named_in_class(name: str, inside: tuple[Any, ...]) -> Any:
    """Return what `list["Name"]` in a class speaks of, which Python 3.10 leaves a text."""
    found = {cls.__name__: cls for cls in inside}
    for cls in inside:
        found = {**vars(sys.modules.get(cls.__module__, typing)), **found}
    if name not in found:
        raise _NotInThisForm
    return found[name]


def _items(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    items = _schema(annotation, f"{path}[]", inside)
    return {"items": items} if items else {}


def _tuple(arguments: tuple[Any, ...], path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    if arguments == ((),) or not arguments:
        return {"type": "ARRAY", "minItems": 0, "maxItems": 0}
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "ARRAY", **_items(arguments[0], path, inside)}
    raise _NotInThisForm


def _union(members: tuple[Any, ...], path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    others = [member for member in members if member is not type(None)]
    if len(others) == 1:
        schema = _schema(others[0], path, inside)
    else:
        alternatives = [_schema(member, path, inside) for member in others]
        distinct = [item for position, item in enumerate(alternatives) if item not in alternatives[:position]]
        schema: dict[str, Any] = {"type": "OBJECT"} if all(map(_is_simple, others)) else {}
        schema["anyOf"] = distinct
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
    """Return the schema of some texts; the service's own form knows no other members of an enum."""
    plain = [value.value if isinstance(value, enum.Enum) else value for value in values]
    if not all(isinstance(value, str) for value in plain):
        raise _NotInThisForm
    return {"type": "STRING", "enum": [str(value) for value in plain]}


def _annotated(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    """Return the schema of `Annotated[...]`: a text describes, pydantic's own marks limit."""
    inner, *marks = typing.get_args(annotation)
    schema = _schema(inner, path, inside)
    others = [mark for mark in marks if not isinstance(mark, str)]
    if others and "properties" not in schema:
        known = _through_pydantic(typing.Annotated[(inner, *others)], path)
        if _is_enum(inner):
            known.pop("title", None)
        schema = {**known, **schema}
    description = _description(annotation)
    return {**schema, "description": description} if description else schema


def _description(annotation: Any) -> str | None:
    """Return what `Annotated[...]` says in words: a text, a `Field(description=...)`, a `Doc(...)`."""
    if typing.get_origin(annotation) in UNIONS:
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        return _description(members[0]) if len(members) == 1 else None
    for mark in typing.get_args(annotation)[1:] if typing.get_origin(annotation) is typing.Annotated else ():
        if isinstance(mark, str):
            return mark
        said = getattr(mark, "description", None) or getattr(mark, "documentation", None)
        if isinstance(said, str):
            return said
    return None


def _of_class(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    try:
        if annotation in _TYPES:
            return {"type": _TYPES[annotation]}
    except TypeError:  # not hashable
        return _through_pydantic(annotation, path)
    if annotation in inside:
        raise _NotInThisForm
    if _is_enum(annotation):
        return _members(annotation)
    if isinstance(annotation, type) and issubclass(annotation, pydantic.RootModel):
        return _schema(annotation.model_fields["root"].annotation, path, (*inside, annotation))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return _model(annotation, path, (*inside, annotation))
    if is_plain_dataclass(annotation) or is_typed_dict(annotation):
        return _record(annotation, path, (*inside, annotation))  # pyright: ignore[reportUnknownArgumentType]
    return _through_pydantic(annotation, path)


def _model(cls: type[pydantic.BaseModel], path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    try:
        cls.model_rebuild()  # classes that were defined after it are known by now
    except (pydantic.PydanticUserError, NameError) as error:
        raise ValueError(f"{path}): {cls.__name__} names a class that cannot be found: {error}.") from error
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, info in cls.model_fields.items():
        schema = _titled(_schema(info.annotation, f"{path}.{name}", inside), info.annotation)
        if info.metadata:
            schema = {**_limits(typing.Annotated[(info.annotation, info)]), **schema}
        words = next(filter(None, (info.description, *(mark for mark in info.metadata if isinstance(mark, str)))), None)
        properties[name] = {**schema, "description": words} if words else schema
        if info.is_required() and not schema.get("nullable"):
            required.append(name)
    return _object(properties, required)


def _limits(annotation: Any) -> dict[str, Any]:
    """Return what the service's form can say of a field beside its type; the rest holds when the call is made."""
    try:
        known: dict[str, Any] = adapter(annotation).json_schema()
    except (pydantic.PydanticUserError, NameError):
        return {}
    if known.get("type") == "integer":
        for name, excluded, step in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
            if isinstance(known.get(excluded), int):
                known.setdefault(name, known[excluded] + step)
    return {name: value for name, value in known.items() if name in _SAID_OF_A_FIELD}


def _record(cls: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    """Return the schema of a dataclass or a TypedDict."""
    try:
        fields, required = fields_of(cls)
    except NameError as error:
        raise ValueError(f"{path}): an annotation of {cls.__name__} cannot be resolved: {error}.") from error
    defaults = defaults_of(cls)
    properties: dict[str, Any] = {}
    for name, hint in fields.items():
        properties[name] = _titled(_schema(hint, f"{path}.{name}", inside), hint)
        if defaults.get(name) is not None:
            properties[name].update(_default(defaults[name]))
    schema = _object(properties, [n for n in fields if n in required and not properties[n].get("nullable")])
    words = inspect.cleandoc(cls.__doc__ or "")
    if words and not words.startswith(f"{cls.__name__}("):  # the one that Python makes for a dataclass
        schema["description"] = words
    return schema


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "OBJECT", "properties": properties}
    if required:
        schema["required"] = required
    return schema


def _known(annotation: Any, path: str) -> dict[str, Any]:
    """Return pydantic's JSON Schema of an annotation. Raises `ValueError` where it knows none."""
    try:
        return adapter(annotation).json_schema(by_alias=False, schema_generator=_Untitled)
    except (pydantic.PydanticUserError, NameError, ImportError) as error:
        raise ValueError(
            f"{path}): no schema can be made of {annotation!r}. Use a type that JSON has, a pydantic model or a "
            "dataclass, or declare the function with types.FunctionDeclaration."
        ) from error


def _through_pydantic(annotation: Any, path: str) -> dict[str, Any]:
    """Return the schema of a type that pydantic knows: times, paths, numbers with limits."""
    from . import JSONSchema
    from ._json_schemas import schema_from_json_schema

    known = _without_what_is_never_said(_known(annotation, path))
    try:
        schema = schema_from_json_schema(JSONSchema.model_validate(known), refuses_rest=True)
    except ValueError as error:
        raise _NotInThisForm from error
    return schema.model_dump(mode="json", exclude_none=True, by_alias=True)


def _without_what_is_never_said(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON Schema without what declarations leave out of every dict and set."""
    kept = {key: value for key, value in schema.items() if key not in ("additionalProperties", "uniqueItems")}
    return with_each_schema(kept, _without_what_is_never_said)
