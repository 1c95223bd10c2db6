"""The words for unknown fields: which field was probably meant, and how to send one that this release does not know."""

from __future__ import annotations

import difflib
import typing

import pydantic
from pydantic_core import InitErrorDetails, PydanticCustomError

Location = tuple[int | str, ...]


def name_the_nearest_fields(cls: type[pydantic.BaseModel], error: pydantic.ValidationError) -> pydantic.ValidationError:
    """Return the same error with a suggestion at each unknown field."""
    lines: list[InitErrorDetails] = []
    for line in error.errors(include_url=False):
        if line["type"] == "extra_forbidden":
            message = _advice(cls, line["loc"])
            kind: str | PydanticCustomError = PydanticCustomError("extra_forbidden", "{advice}", {"advice": message})
        elif "ctx" in line and "error" in line["ctx"]:
            kind = PydanticCustomError(line["type"], "{text}", {"text": line["msg"]})  # pyright: ignore[reportArgumentType] - any text will do
        else:
            kind = line["type"]
        lines.append({"type": kind, "loc": line["loc"], "input": line["input"], "ctx": line.get("ctx", {})})
    try:
        return pydantic.ValidationError.from_exception_data(error.title, lines)
    except (KeyError, TypeError, ValueError):  # an error type that pydantic-core does not take back
        return error


def _advice(cls: type[pydantic.BaseModel], location: Location) -> str:
    owners = classes_at(cls, location[:-1])
    key = str(location[-1])
    names = [name for owner in owners for name in owner.model_fields]
    spellings = {spelling: name for name in names for spelling in (name, _alias(owners, name))}
    nearest = difflib.get_close_matches(key, spellings, n=1, cutoff=0.6)
    owner = " or ".join(dict.fromkeys(owner.__name__ for owner in owners)) or cls.__name__
    suggestion = f"; did you mean {spellings[nearest[0]]!r}?" if nearest else "."
    return (
        f"{owner} has no field {key!r}{suggestion} "
        "A field that the service takes and this release does not know can be sent with HttpOptions(extra_body=...)."
    )


def _alias(owners: list[type[pydantic.BaseModel]], name: str) -> str:
    for owner in owners:
        if name in owner.model_fields:
            return owner.model_fields[name].alias or name
    return name


def classes_at(cls: type[pydantic.BaseModel], location: Location) -> list[type[pydantic.BaseModel]]:
    """Follow an error's location, which may hold list positions and names of union members, to the models it lies in."""
    found = [cls]
    for step in location:
        fields = [field for owner in found for name, field in owner.model_fields.items() if step in (name, field.alias)]
        if fields:
            found = [model for field in fields for model in _models_in(field.annotation)]
        elif isinstance(step, str) and any(owner.__name__ == step for owner in found):
            found = [owner for owner in found if owner.__name__ == step]
    return found


def _models_in(annotation: object) -> list[type[pydantic.BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return [annotation]
    return [model for argument in typing.get_args(annotation) for model in _models_in(argument)]
