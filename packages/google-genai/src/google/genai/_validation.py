"""Errors of validation: the paths in them, hints for unknown fields, and objects of other classes that fit.

`types.Model` calls this module only after pydantic refused a value. It works on any model and knows no particular type.
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Callable
from typing import Any

import pydantic
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from ._optional import OTHER_CLASS

Location = tuple[int | str, ...]
M = typing.TypeVar("M", bound=pydantic.BaseModel)


def path_of(location: Location) -> str:
    """Return a location of pydantic as a path: `.parts[0].text`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)


def steps_in(data: Any, line: ErrorDetails) -> Location:
    """Return the steps of an error's location that exist in the data (others name members of unions), or a missing field."""
    steps: list[str | int] = []
    for step in line["loc"]:
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(typing.cast("list[Any]", data))
        ):
            steps.append(step)
            data = typing.cast(Any, data)[step]
    if line["type"] == "missing" and line["loc"]:
        steps.append(line["loc"][-1])
    return tuple(steps)


def with_paths(path: str, error: pydantic.ValidationError) -> ValueError:
    """Return a `ValueError` that names the whole path of each offending value."""
    lines = [f"{path}{path_of(line['loc'])}: {line['msg']}" for line in error.errors(include_url=False)]
    return ValueError("\n".join(lines))


def is_one_object(value: object) -> bool:
    """Tell whether a value is a single text, dict or model, or bytes, which must not be iterated in place of a list."""
    return isinstance(value, (str, bytes, dict, pydantic.BaseModel))


def items_of(value: Any, items: str, path: str) -> list[Any]:
    """Return the items of an argument that contains several. Raises `ValueError` for a single object."""
    if is_one_object(value) or not hasattr(value, "__iter__"):
        raise ValueError(f"{path}: expected a list of {items}, got {type(value).__name__}; write {path}=[...].")
    return list(value)


def with_lists(error: pydantic.ValidationError, data: Any) -> pydantic.ValidationError:
    """Return the same error with one line for each object in place of a list: pydantic reads a model as a list of its
    fields, and does not say how to write a list.

    If a dict was read as a model, the lines about functions, texts and sessions, which it might have been, are left out.
    """
    given = error.errors(include_url=False)
    lines: dict[Location, InitErrorDetails] = {}
    for line in given:
        place, value = _object_in_place_of_list(line, data)
        if place is not None:
            kind = PydanticCustomError("list_type", "{advice}", {"advice": _list_expected(value)})
            lines.setdefault(place, {"type": kind, "loc": place, "input": value, "ctx": {}})
        elif not _is_about_another_member(line, given, data):
            lines[(*line["loc"], len(lines))] = _copied(line)
    return _with_lines(error, list(lines.values()))


def _list_expected(value: Any) -> str:
    """Return the sentence about one object in place of a list."""
    if isinstance(value, dict):
        return "Expected a list, got dict; write [{...}]"
    if isinstance(value, pydantic.BaseModel):
        return f"Expected a list, got {type(value).__name__}; write [{type(value).__name__}(...)]"
    name = getattr(value, "__name__", None)
    if isinstance(name, str):
        return f"Expected a list, got {name}; write [{name}]"
    shown = str(value) if isinstance(value, enum.Enum) else repr(value)
    return f"Expected a list, got {type(value).__name__}; write [{shown if len(shown) <= _LONGEST_SHOWN else '...'}]"


def _is_about_another_member(line: ErrorDetails, lines: list[ErrorDetails], data: Any) -> bool:
    """Tell whether a line is about a member of a union for which dicts and models are invalid, while others say what to change."""
    union, depth = line["loc"][:-1], len(line["loc"])
    return (
        line["type"] in _NO_OBJECT
        and isinstance(line["input"], (dict, pydantic.BaseModel))
        and steps_in(data, line)[-1:] != line["loc"][-1:]
        and any(
            other["loc"][: depth - 1] == union and (len(other["loc"]) > depth or other["type"] == "value_error")
            for other in lines
        )
    )


_NO_OBJECT = ("callable_type", "string_type", OTHER_CLASS)
"""The types of the errors about members of unions for which dicts and models are invalid."""
_LONGEST_SHOWN = 40


def _object_in_place_of_list(line: ErrorDetails, data: Any) -> tuple[Location | None, Any]:
    """Return the first place on the way to an error where an object was given in place of a list."""
    location = line["loc"]
    for position, step in enumerate(location):
        if isinstance(step, int) and isinstance(data, pydantic.BaseModel):
            return location[:position], data
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(typing.cast("list[Any]", data))
        ):
            data = typing.cast(Any, data)[step]
        elif isinstance(data, pydantic.BaseModel) and isinstance(step, str):
            data = getattr(data, step, None)
    is_member = bool(location) and str(location[-1]).startswith("list[")
    return (location, line["input"]) if line["type"] == "list_type" and not is_member else (None, None)


def with_suggestions(cls: type[pydantic.BaseModel], error: pydantic.ValidationError) -> pydantic.ValidationError:
    """Return the same error with a suggestion for each unknown field."""
    lines: list[InitErrorDetails] = []
    for line in error.errors(include_url=False):
        if line["type"] == "extra_forbidden":
            kind = PydanticCustomError("extra_forbidden", "{advice}", {"advice": _advice(cls, line["loc"])})
            lines.append({"type": kind, "loc": line["loc"], "input": line["input"], "ctx": {}})
        else:
            lines.append(_copied(line))
    return _with_lines(error, lines)


def _copied(line: ErrorDetails) -> InitErrorDetails:
    """Return a line of an error for a new error."""
    kind: str | PydanticCustomError = line["type"]
    if "error" in line.get("ctx", {}) or kind not in typing.get_args(ErrorType):
        kind = PydanticCustomError(line["type"], "{text}", {"text": line["msg"]})  # pyright: ignore[reportArgumentType] - any text will do
    return {"type": kind, "loc": line["loc"], "input": line["input"], "ctx": line.get("ctx", {})}


def _with_lines(error: pydantic.ValidationError, lines: list[InitErrorDetails]) -> pydantic.ValidationError:
    """Return an error with other lines, or the error itself: pydantic-core does not accept every error type that it reports."""
    try:
        return pydantic.ValidationError.from_exception_data(error.title, lines)
    except (KeyError, TypeError, ValueError):
        return error


def _advice(cls: type[pydantic.BaseModel], location: Location) -> str:
    import difflib

    owners = _classes_at([cls], location[:-1])
    key = str(location[-1])
    fields = [(name, field) for owner in owners for name, field in owner.__pydantic_fields__.items()]
    spellings = {spelling: name for name, field in fields for spelling in (name, field.alias or name)}
    nearest = difflib.get_close_matches(key, spellings, n=1, cutoff=0.6)
    owner = " or ".join(dict.fromkeys(owner.__name__ for owner in owners)) or cls.__name__
    suggestion = f"; did you mean {spellings[nearest[0]]!r}?" if nearest else "."
    return (
        f"{owner} has no field {key!r}{suggestion} Extra inputs are not permitted; "
        "to send a field that this release does not know, use HttpOptions(extra_body=...)."
    )


def read_by_attributes(
    annotation: Any, validate: Callable[..., Any], data: Any, error: pydantic.ValidationError
) -> Any:
    """Return validated data, with the objects of other classes that an error names read by their attributes.

    `validate` is the function that refused the data, and `annotation` the type that it checks. A program may pass an
    object of its own class, or a type in place of a similar one (a `GenerationConfigThinkingConfig` for a
    `ThinkingConfig`). Returns None when the error names no such object, when one of them has set an attribute that the
    expected type does not have (it would be lost), or when the rest of the data is invalid as well.
    """
    foreign = [line for line in error.errors(include_url=False) if line["type"] == "model_type"]
    classes = models_in(annotation)
    if not foreign or not all(_fits(_classes_at(classes, line["loc"]), line["input"]) for line in foreign):
        return None
    try:
        return validate(data, from_attributes=True)
    except pydantic.ValidationError:
        return None


def read_alike(cls: type[M], value: Any) -> M | None:
    """Return an object of another class as a model that has each of its fields that are set; None if nothing fits."""
    if not (isinstance(value, pydantic.BaseModel) and not _set_names(value)) and not _fits([cls], value):
        return None
    try:
        return cls.__pydantic_validator__.validate_python(value, from_attributes=True)
    except pydantic.ValidationError:
        return None


def _fits(classes: list[type[pydantic.BaseModel]], value: Any) -> bool:
    if value is None or isinstance(value, (str, bytes, int, float, list, tuple, dict, type)):
        return False
    names = _set_names(value)
    if not names and not isinstance(value, pydantic.BaseModel):  # its attributes are in its class, or in slots
        return any(getattr(value, name, None) is not None for cls in classes for name in cls.__pydantic_fields__)
    if not names:
        return _shares_a_field(classes, value)
    return any(names <= set(cls.__pydantic_fields__) for cls in classes)


def _shares_a_field(classes: list[type[pydantic.BaseModel]], empty: pydantic.BaseModel) -> bool:
    """Return whether the class of an empty model has a field of one of the classes. No value of such a model can be lost."""
    names = set(type(empty).__pydantic_fields__)
    return any(names & set(cls.__pydantic_fields__) for cls in classes)


def _set_names(value: Any) -> set[str]:
    if isinstance(value, pydantic.BaseModel):
        return {name for name in value.model_fields_set if getattr(value, name) is not None}
    attributes: dict[str, Any] = getattr(value, "__dict__", {})
    return {name for name, item in attributes.items() if not name.startswith("_") and item is not None}


def _classes_at(found: list[type[pydantic.BaseModel]], location: Location) -> list[type[pydantic.BaseModel]]:
    """Return the models at a location below models; it may contain list positions and names of union members."""
    for step in location:
        fields = [
            field for owner in found for name, field in owner.__pydantic_fields__.items() if step in (name, field.alias)
        ]
        if fields:
            found = [model for field in fields for model in models_in(field.annotation)]
        elif isinstance(step, str) and any(owner.__name__ == step for owner in found):
            found = [owner for owner in found if owner.__name__ == step]
    return found


def models_in(annotation: Any, *, loads: bool = True) -> list[type[pydantic.BaseModel]]:
    """Return the models that an annotation names. Without `loads`, those that are loaded later are left out."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return [annotation]
    load_type: Any = getattr(typing.cast(Any, annotation), "load_type", None)  # of `types._deferred.Later`
    if load_type is not None:
        return models_in(load_type()) if loads else []
    return [model for argument in typing.get_args(annotation) for model in models_in(argument, loads=loads)]
