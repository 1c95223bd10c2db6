"""Declarations of Python functions: what a model is told of a function, from its signature and its docstring.

A signature is written in the service's own form of schema, one property for each parameter. What that form cannot say (a
class that contains itself, a tuple of different types) makes the whole signature a JSON Schema.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import inspect
import re
import types as python_types
import typing
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Union

import pydantic

if TYPE_CHECKING:
    from .._wire.marks import BackendName
    from . import Behavior, FunctionDeclaration

_NAME = re.compile(r"[A-Za-z_][\w.:-]{0,63}", re.ASCII)
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
_LISTS = frozenset(
    {list, set, frozenset, collections.abc.Sequence, collections.abc.MutableSequence}
    | {collections.abc.Set, collections.abc.Collection, collections.abc.Iterable}
)
_OBJECTS = frozenset({dict, collections.abc.Mapping, collections.abc.MutableMapping})
_NO_DEFAULT = inspect.Parameter.empty


class _NotInThisForm(Exception):
    """The service's own form of schema cannot say it; JSON Schema may."""


def declaration_of(
    function: Callable[..., Any], backend: BackendName, behavior: Behavior | None = None
) -> FunctionDeclaration:
    """Return what a model is told of a function.

    Raises `ValueError` that names the function and the parameter of which no schema can be made.
    """
    from . import FunctionDeclaration

    name = function_name(function)
    parameters = _parameters(function, name)
    described: dict[str, Any] = {}
    if parameters:
        described = _described(parameters, name)
    docstring = _docstring(function)
    if backend == "vertex":
        described.update(_answer(function, name))
    return FunctionDeclaration.model_validate(
        {
            "name": name,
            "description": inspect.cleandoc(docstring) if docstring else None,
            "behavior": behavior,
            **described,
        }
    )


def _docstring(function: Any) -> str | None:
    if isinstance(function, partial):
        return _docstring(function.func)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] - any
    return type(function).__call__.__doc__ if _is_instance(function) else function.__doc__


def function_name(function: Callable[..., Any]) -> str:
    """Return the name by which a model calls a function. Raises `ValueError` where it has none that can be called."""
    if isinstance(function, partial):
        return function_name(function.func)
    name = type(function).__name__ if _is_instance(function) else getattr(function, "__name__", "")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name or function!r} is no name that a model can call; define the function with `def`.")
    return name


def _is_instance(function: object) -> bool:
    """Tell whether it is called through its class's `__call__`."""
    return not isinstance(function, type) and not hasattr(function, "__name__") and not isinstance(function, partial)


def _parameters(function: Callable[..., Any], name: str) -> list[inspect.Parameter]:
    try:
        signature = inspect.signature(function)
        hints = _hints(function)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: its signature cannot be read: {error}") from error
    except NameError as error:
        raise ValueError(f"{name}: an annotation names something that is not there: {error}") from error
    found: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.annotation is _NO_DEFAULT:
            raise ValueError(
                f"{name}({parameter.name}): the parameter has no annotation, so the model cannot be told what it takes. "
                f"Annotate it, or declare {name} with types.FunctionDeclaration."
            )
        found.append(parameter.replace(annotation=hints.get(parameter.name, parameter.annotation)))
    return found


def _hints(function: Any) -> dict[str, Any]:
    if isinstance(function, partial):
        return _hints(function.func)
    target = function.__init__ if isinstance(function, type) else function
    if _is_instance(function):
        target = type(function).__call__
    return typing.get_type_hints(target, include_extras=True)


def _described(parameters: list[inspect.Parameter], name: str) -> dict[str, Any]:
    try:
        properties = {
            parameter.name: _property(parameter.annotation, parameter.default, f"{name}({parameter.name})", ())
            for parameter in parameters
        }
    except _NotInThisForm:
        return {"parameters_json_schema": _json_schema(parameters, name)}
    required = [
        parameter.name
        for parameter in parameters
        if parameter.default is _NO_DEFAULT and not properties[parameter.name].get("nullable")
    ]
    return {"parameters": {"type": "OBJECT", "properties": properties, "required": required}}


def _json_schema(parameters: list[inspect.Parameter], name: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        parameter.name: (parameter.annotation, ... if parameter.default is _NO_DEFAULT else parameter.default)
        for parameter in parameters
    }
    try:
        schema = pydantic.create_model(name, **fields).model_json_schema()
    except pydantic.PydanticUserError as error:
        raise ValueError(f"{name}: no schema can be made of its signature: {error.message}") from error
    schema.pop("title", None)
    return schema


def _answer(function: Callable[..., Any], name: str) -> dict[str, Any]:
    """Return what is said of the returned value; nothing where it cannot be said."""
    annotation = _hints(function).get("return", _NO_DEFAULT)
    if annotation is _NO_DEFAULT or isinstance(function, type):
        return {}
    try:
        return {"response": _schema(annotation, f"{name} (its return value)", ())}
    except (_NotInThisForm, ValueError):
        return {}


def _property(annotation: Any, default: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    schema = _schema(annotation, path, inside)
    if default is not _NO_DEFAULT and default is not None:
        schema["default"] = _plain_default(default)
    elif default is None:
        schema["nullable"] = True
    return schema


def _plain_default(default: Any) -> Any:
    """Return a default as JSON."""
    if isinstance(default, enum.Enum):
        return default.value
    if isinstance(default, (set, frozenset, tuple)):
        return list(default)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - of any values
    if isinstance(default, pydantic.BaseModel):
        return default.model_dump(mode="json", exclude_none=True)
    return default


def _schema(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    """Return the schema of an annotation. Raises `ValueError` for one that no value of JSON can fit."""
    if annotation is Any or annotation is object:
        return {}
    if isinstance(annotation, type) and annotation in _TYPES:
        return {"type": _TYPES[annotation]}
    if annotation is None:
        return {"type": "NULL"}
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _annotated(annotation, path, inside)
    if origin in (Union, python_types.UnionType):
        return _union(arguments, path, inside)
    if origin is typing.Literal:
        return _literal(arguments)
    if origin in _LISTS:
        return {"type": "ARRAY", **_items(arguments[0], path, inside)}
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return {"type": "ARRAY", **_items(arguments[0], path, inside)}
        raise _NotInThisForm
    if origin in _OBJECTS:
        return {"type": "OBJECT"}
    if isinstance(annotation, type):
        return _class(annotation, path, inside)
    return _through_pydantic(annotation, path)


def _items(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    items = _schema(annotation, path, inside)
    return {"items": items} if items else {}


def _union(members: tuple[Any, ...], path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    others = [member for member in members if member is not type(None)]
    if len(others) == 1:
        schema = _schema(others[0], path, inside)
    else:
        alternatives = [_schema(member, path, inside) for member in others]
        distinct = [item for position, item in enumerate(alternatives) if item not in alternatives[:position]]
        schema = dict[str, Any](type="OBJECT", anyOf=distinct)
    if len(others) < len(members):
        schema["nullable"] = True
    return schema


def _literal(values: tuple[Any, ...]) -> dict[str, Any]:
    others = [value for value in values if value is not None]
    kinds: set[type] = {type(value) for value in others}
    if len(kinds) != 1 or not kinds <= {str, int, bool}:
        raise _NotInThisForm
    schema: dict[str, Any] = {"type": _TYPES[kinds.pop()], "enum": [str(value) for value in others]}
    if schema["type"] == "BOOLEAN":
        del schema["enum"]
    if len(others) < len(values):
        schema["nullable"] = True
    return schema


def _annotated(annotation: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    """Return the schema of `Annotated[...]`: a text describes, pydantic's own marks limit."""
    inner, *marks = typing.get_args(annotation)
    schema = _schema(inner, path, inside)
    texts = [mark for mark in marks if isinstance(mark, str)]
    if texts:
        schema["description"] = texts[0]
    others = [mark for mark in marks if not isinstance(mark, str)]
    if others and "properties" not in schema:
        limits = _through_pydantic(typing.Annotated[(inner, *others)], path)
        schema = {**limits, **schema}
    return schema


def _class(cls: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    if cls in inside:
        raise _NotInThisForm
    if issubclass(cls, enum.Enum):
        return _members(cls)
    if issubclass(cls, pydantic.BaseModel):
        fields = {
            name: (info.annotation, info.get_default(call_default_factory=False), info.is_required(), info.description)
            for name, info in cls.model_fields.items()
        }
        properties: dict[str, Any] = {}
        required: list[str] = []
        for name, (annotation, _, is_required, description) in fields.items():
            schema = _schema(annotation, path, (*inside, cls))
            if description:
                schema["description"] = description
            properties[name] = schema
            if is_required and not schema.get("nullable"):
                required.append(name)
        return {"type": "OBJECT", "properties": properties, "required": required}
    if dataclasses.is_dataclass(cls) or typing.is_typeddict(cls):
        return _record(cls, path, inside)
    return _through_pydantic(cls, path)


def _record(cls: Any, path: str, inside: tuple[Any, ...]) -> dict[str, Any]:
    """Return the schema of a dataclass or a TypedDict."""
    hints = typing.get_type_hints(cls, include_extras=True)
    if dataclasses.is_dataclass(cls):
        names = [field.name for field in dataclasses.fields(cls) if field.init]
        missing = dataclasses.MISSING
        optional = {
            field.name
            for field in dataclasses.fields(cls)
            if field.default is not missing or field.default_factory is not missing
        }
    else:
        names = list(hints)
        optional = set(names) - cls.__required_keys__
    properties = {name: _schema(_bare(hints[name]), path, (*inside, cls)) for name in names}
    required = [name for name in names if name not in optional and not properties[name].get("nullable")]
    return {"type": "OBJECT", "properties": properties, "required": required}


def _bare(hint: Any) -> Any:
    """Return what `Required[...]` and `NotRequired[...]` hold."""
    origin = typing.get_origin(hint)
    if getattr(origin, "_name", None) in ("Required", "NotRequired", "ReadOnly"):
        return typing.get_args(hint)[0]
    return hint


def _members(cls: type[enum.Enum]) -> dict[str, Any]:
    values: list[Any] = [member.value for member in cls]
    kind = "INTEGER" if all(isinstance(value, int) for value in values) else "STRING"
    return {"type": kind, "title": cls.__name__, "enum": [str(value) for value in values]}


def _through_pydantic(annotation: Any, path: str) -> dict[str, Any]:
    """Return the schema of a type that pydantic knows: times, paths, numbers with limits."""
    from . import JSONSchema
    from ._json_schemas import schema_from_json_schema

    try:
        known = pydantic.TypeAdapter(annotation).json_schema()
        described = JSONSchema.model_validate(known)
    except (pydantic.PydanticUserError, pydantic.ValidationError, ImportError) as error:
        if isinstance(error, pydantic.ValidationError):
            raise _NotInThisForm from error
        raise ValueError(
            f"{path}: no schema can be made of {annotation!r}. Use a type that JSON has, a pydantic model or a "
            "dataclass, or declare the function with types.FunctionDeclaration."
        ) from error
    return schema_from_json_schema(described, refuses_rest=False).model_dump(
        mode="json", exclude_none=True, by_alias=True
    )
