"""Arguments of function calls: from the JSON that a model sends to values that fit the function's annotations.

pydantic validates them in its lenient mode: a string may stand for a number or a date, an object for a dataclass or a
model, with fields by name or by alias. Numbers without a fraction become ints unless an annotation says otherwise,
since JSON does not distinguish `2.0` from `2`. Errors are worded for the model, which receives them.
"""

from __future__ import annotations

import copy
import enum
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pydantic

from .._schemas.annotations import adapter, takes_none
from .._validation import Location, path_of, steps_in
from .signature import MISSING, Parameter, Signature, signature_of

if TYPE_CHECKING:
    from .._json import Json

_SHOWN_CHARACTERS = 80


class ArgumentError(ValueError):
    """The arguments of a call do not fit the function. The message has a line for each invalid path."""


def bind_arguments(
    function: Callable[..., Any], arguments: Mapping[str, Any] | None
) -> tuple[list[Any], dict[str, Any]]:
    """Return the positional and the keyword arguments for a function, converted to the types of its annotations.

    Only arguments that cannot be passed by keyword are positional.

    Raises `ArgumentError` for missing and invalid arguments.
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
    """Return the arguments of a call by name, converted to the types of the annotations; defaults are left out.

    Arguments that the function does not have are ignored: models sometimes invent some in an otherwise valid call.

    Raises `ArgumentError` for missing and invalid arguments.
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
            converted[name] = None  # the declaration does not require it
        elif parameter.is_required:
            problems.append(f"{signature.name}({name}): the argument is required but missing.")
    for name, value in given.items():
        try:
            if name in known:
                converted[name] = _convert(signature, known[name], value)
            elif signature.rest is not MISSING:
                converted[name] = _convert(signature, Parameter(name, signature.rest, MISSING, True, False), value)
            else:
                unknown.append(name)
        except ArgumentError as error:
            problems.append(str(error))
    if problems and unknown:
        takes = ", ".join(known) or "none"
        problems.append(f"{signature.name}: unknown argument {', '.join(unknown)}; the parameters are: {takes}.")
    if problems:
        raise ArgumentError("\n".join(problems))
    return converted


def _convert(signature: Signature, parameter: Parameter, value: Any) -> Any:
    value = with_whole_numbers(value)
    if parameter.annotation in (MISSING, Any, object) or (value is None and parameter.default is None):
        return value
    validate = _validator(signature, parameter)
    if validate is None:
        return value
    try:
        return validate(value, by_alias=True, by_name=True)
    except pydantic.ValidationError as error:
        first = error
    again = _repair(value, parameter.annotation, first)
    if again is not value:
        try:
            return validate(again, by_alias=True, by_name=True)
        except pydantic.ValidationError:
            pass
    raise ArgumentError(_describe(f"{signature.name}({parameter.name}", value, first)) from None


def _validator(signature: Signature, parameter: Parameter) -> Callable[..., Any] | None:
    """Return the function that validates values of a parameter; None if pydantic does not support its annotation."""
    key = ("validator", parameter.name)
    if key not in signature.kept:
        try:
            signature.kept[key] = adapter(parameter.annotation).validate_python
        except (pydantic.PydanticUserError, NameError):
            signature.kept[key] = None
    return signature.kept[key]


def with_whole_numbers(value: Json | tuple[Any, ...]) -> Any:
    """Return a copy of a JSON value in which numbers without a fraction are ints."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_whole_numbers(item) for item in value]
    return value


def _repair(value: Any, annotation: Any, error: pydantic.ValidationError) -> Any:
    """Return the value with mistakes corrected that a model makes because its declaration is imprecise.

    In the service's form of schema, enums have string members only, so a model may send `"1"` for 1; and properties that
    may be null are not required, so a model may leave them out.
    """
    members = _members(annotation)
    for line in error.errors(include_url=False, include_context=False):
        if line["type"] in ("enum", "literal_error") and isinstance(line["input"], str) and line["input"] in members:
            value = _replace(value, steps_in(value, line), members[line["input"]])
        elif line["type"] == "missing" and isinstance(line["input"], dict):
            value = _replace(value, steps_in(value, line), None)
    return value


def _members(annotation: Any) -> dict[str, Any]:
    """Return the members of all enums and literals in an annotation by their string forms."""
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return {str(member.value): member for member in annotation}
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return {str(item.value if isinstance(item, enum.Enum) else item): item for item in arguments}
    return {text: member for item in arguments for text, member in _members(item).items()}


def _replace(value: Any, path: Location, new: Any) -> Any:
    if not path:
        return new
    first, *rest = path
    copied = value.copy()
    copied[first] = _replace(value[first], tuple(rest), new) if rest else new
    return copied


def _describe(beginning: str, value: Any, error: pydantic.ValidationError) -> str:
    """Return one line for each invalid path; the alternatives of a union share a line."""
    lines: dict[str, tuple[list[str], Any]] = {}
    for line in error.errors(include_url=False, include_context=False):
        path = path_of(steps_in(value, line))
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
