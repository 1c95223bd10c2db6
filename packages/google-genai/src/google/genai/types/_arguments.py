"""The arguments with which a model calls a function: from JSON to what the function's annotations say.

Values are validated by pydantic in its lenient way: a number may come as text, a date as a string, a dataclass or a model
as an object, under the name of a field or under its alias. Numbers without a fraction are ints, wherever no annotation says
otherwise: JSON does not tell `2.0` from `2`. What does not fit is described in words that go back to the model.
"""

from __future__ import annotations

import copy
import enum
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pydantic

from ._annotations import adapter, takes_none
from ._callables import MISSING, Parameter, Signature, signature_of

if TYPE_CHECKING:
    from .._json import Json

_SHOWN_CHARACTERS = 80


class ArgumentError(ValueError):
    """The arguments of a call do not fit the function. Its text names each path, what was expected and what came."""


def bound_arguments(
    function: Callable[..., Any], arguments: Mapping[str, Any] | None
) -> tuple[list[Any], dict[str, Any]]:
    """Return the positional and the keyword arguments with which to call a function, converted to its annotations.

    Positional are only the arguments that cannot be passed by keyword.

    Raises `ArgumentError` for missing and unfitting arguments.
    """
    signature = signature_of(function)
    values = arguments_of(function, arguments)
    positional: list[Any] = []
    defaults: list[Any] = []
    for parameter in signature.parameters:
        if not parameter.is_positional_only:
            continue
        if parameter.name in values:
            positional += [*defaults, values.pop(parameter.name)]
            defaults = []
        else:
            defaults.append(parameter.default)  # needed if a later one is given
    return positional, values


def arguments_of(function: Callable[..., Any], arguments: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the arguments of a call, by name, converted to the annotations of the function; defaults are left out.

    Arguments that the function does not have are left out: models make some up, and mean the call all the same.

    Raises `ArgumentError` for missing and unfitting arguments.
    """
    signature = signature_of(function)
    given: Mapping[str, Any] = arguments or {}
    known = {parameter.name: parameter for parameter in signature.parameters}
    problems: list[str] = []
    unknown: list[str] = []
    converted: dict[str, Any] = {}
    for name, parameter in known.items():
        if name in given:
            continue
        if parameter.is_filled:
            converted[name] = copy.copy(parameter.default)
        elif parameter.is_required and takes_none(parameter.annotation):
            converted[name] = None  # a declaration does not call for it
        elif parameter.is_required:
            problems.append(f"{signature.name}({name}): the argument is required and missing.")
    for name, value in given.items():
        try:
            if name in known:
                converted[name] = _converted(signature, known[name], value)
            elif signature.rest is not MISSING:
                converted[name] = _converted(signature, Parameter(name, signature.rest, MISSING, True, False), value)
            else:
                unknown.append(name)
        except ArgumentError as error:
            problems.append(str(error))
    if problems and unknown:
        takes = ", ".join(known) or "none"
        problems.append(f"{signature.name}: there is no argument {', '.join(unknown)}; it takes: {takes}.")
    if problems:
        raise ArgumentError("\n".join(problems))
    return converted


def _converted(signature: Signature, parameter: Parameter, value: Any) -> Any:
    value = with_whole_numbers(value)
    if parameter.annotation in (MISSING, Any, object) or (value is None and parameter.default is None):
        return value
    validate = _validation(signature, parameter)
    if validate is None:
        return value
    try:
        return validate(value, by_alias=True, by_name=True)
    except pydantic.ValidationError as error:
        first = error
    again = _with_what_was_meant(value, parameter.annotation, first)
    if again is not value:
        try:
            return validate(again, by_alias=True, by_name=True)
        except pydantic.ValidationError:
            pass
    raise ArgumentError(_described(f"{signature.name}({parameter.name}", value, first)) from None


def _validation(signature: Signature, parameter: Parameter) -> Callable[..., Any] | None:
    """Return what validates a parameter's values; None where pydantic knows nothing of its annotation."""
    made: dict[str, Callable[..., Any] | None] = signature.kept.setdefault("validation", {})
    if parameter.name not in made:
        try:
            made[parameter.name] = adapter(parameter.annotation).validate_python
        except (pydantic.PydanticUserError, NameError):
            made[parameter.name] = None
    return made[parameter.name]


def with_whole_numbers(value: Json | tuple[Any, ...]) -> Any:
    """Return a copy of a JSON value in which numbers without a fraction are ints."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_whole_numbers(item) for item in value]
    return value


def _with_what_was_meant(value: Any, annotation: Any, error: pydantic.ValidationError) -> Any:
    """Return the value with what declarations do not make clear put right.

    The service's form of schema knows only texts as members of an enum, so a model may answer `"1"` for 1; and it does
    not call for properties that may be null, so a model may leave them out.
    """
    members = _members(annotation)
    for line in error.errors(include_url=False, include_context=False):
        if line["type"] in ("enum", "literal_error") and isinstance(line["input"], str) and line["input"] in members:
            value = _replaced(value, _followed(value, line["loc"]), members[line["input"]])
        elif line["type"] == "missing" and isinstance(line["input"], dict):
            value = _replaced(value, [*_followed(value, line["loc"]), line["loc"][-1]], None)
    return value


def _members(annotation: Any) -> dict[str, Any]:
    """Return what stands for the members of all enums and literals in an annotation, by their texts."""
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return {str(member.value): member for member in annotation}
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return {str(item.value if isinstance(item, enum.Enum) else item): item for item in arguments}
    return {text: member for item in arguments for text, member in _members(item).items()}


def _followed(value: Any, location: tuple[int | str, ...]) -> list[int | str]:
    """Return the steps of pydantic's location that lead through the value; others name members of unions."""
    path: list[int | str] = []
    inner: Any = value
    for step in location:
        try:
            inner = inner[step]
        except (LookupError, TypeError):
            continue
        path.append(step)
    return path


def _replaced(value: Any, path: list[int | str], new: Any) -> Any:
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = _replaced(value[path[0]], path[1:], new) if len(path) > 1 else new
    return copied


def _described(beginning: str, value: Any, error: pydantic.ValidationError) -> str:
    """Return one line for each path that does not fit; the alternatives of a union are one line."""
    lines: dict[str, tuple[list[str], Any]] = {}
    for line in error.errors(include_url=False, include_context=False):
        steps = _followed(value, line["loc"])
        if line["type"] == "missing" and line["loc"]:
            steps = [*steps, line["loc"][-1]]
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        messages, _ = lines.setdefault(path, ([], line["input"]))
        if line["msg"] not in messages:
            messages.append(line["msg"])
    described: list[str] = []
    for path, (messages, came) in lines.items():
        shown = repr(came)
        if len(shown) > _SHOWN_CHARACTERS:
            shown = f"{shown[:_SHOWN_CHARACTERS]}…"
        described.append(f"{beginning}{path}): {' / '.join(messages)}; got {shown}.")
    return "\n".join(described)
