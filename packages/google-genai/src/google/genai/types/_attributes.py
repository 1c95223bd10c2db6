"""Objects of other classes in place of ours: read by their attributes where that loses nothing, refused otherwise.

A program may hold one of our types in a class of its own, or a type where its twin is asked for (a
`GenerationConfigThinkingConfig` for a `ThinkingConfig`). An object that has set what the type cannot hold is a mistake:
reading it would send an empty object in its place.
"""

from __future__ import annotations

from typing import Any

import pydantic

from ._suggestions import classes_at


def read_by_attributes(cls: type[pydantic.BaseModel], data: Any, error: pydantic.ValidationError) -> Any:
    """Return what validation gives when the foreign objects that an error names are read by their attributes.

    Returns None when there are none, when one of them has set what the type at its place does not have, or when the
    rest does not fit either.
    """
    foreign = [line for line in error.errors(include_url=False) if line["type"] == "model_type"]
    if not foreign or not all(_fits(classes_at(cls, line["loc"]), line["input"]) for line in foreign):
        return None
    try:
        return cls.__pydantic_validator__.validate_python(data, from_attributes=True)
    except pydantic.ValidationError:
        return None


def _fits(classes: list[type[pydantic.BaseModel]], value: Any) -> bool:
    if value is None or isinstance(value, (str, bytes, int, float, list, tuple, dict, type)):
        return False
    names = _set_names(value)
    if not names and not isinstance(value, pydantic.BaseModel):  # its attributes stand in its class, or in slots
        return any(getattr(value, name, None) is not None for cls in classes for name in cls.model_fields)
    return bool(names) and any(names <= set(cls.model_fields) for cls in classes)


def _set_names(value: Any) -> set[str]:
    if isinstance(value, pydantic.BaseModel):
        return {name for name in value.model_fields_set if getattr(value, name) is not None}
    attributes: dict[str, Any] = getattr(value, "__dict__", {})
    return {name for name, item in attributes.items() if not name.startswith("_") and item is not None}
