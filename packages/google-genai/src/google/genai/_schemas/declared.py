"""Schemas in declarations of functions: which dicts are JSON Schema, although they were given as the service's own form."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

import pydantic

from ..types import JSONSchema, Schema
from .json_schema import JsonSchema, inline_references
from .service_form import normalize_dialect

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def json_schema_in(given: Any) -> JsonSchema | None:
    """Return a JSON Schema, as a dict or a `JSONSchema`, in the form to send; None for what `types.Schema` can express."""
    if isinstance(given, JSONSchema):
        return inline_references(given.model_dump(mode="json", by_alias=True, exclude_none=True))
    if not isinstance(given, dict):
        return None
    schema = typing.cast("JsonSchema", given)
    return None if _fits(schema) else inline_references(normalize_dialect(schema))


def _fits(schema: JsonSchema) -> bool:
    """Tell whether `types.Schema` takes a schema, or refuses it with an error because JSON Schema does not allow it either."""
    try:
        Schema.model_validate(schema)
    except pydantic.ValidationError as error:
        return not all(map(_is_of_json_schema, error.errors(include_url=False, include_context=False)))
    return True


def _is_of_json_schema(line: ErrorDetails) -> bool:
    """Tell whether an error is about a value that only JSON Schema has: another keyword, several types, members of an enum
    that are not text, a bool or a list in place of a schema.
    """
    field = next((str(step) for step in reversed(line["loc"]) if isinstance(step, str)), "")
    if line["type"] == "extra_forbidden" or field == "enum":
        return True
    if field == "type":
        return isinstance(line["input"], list)
    return line["type"] == "model_type" and isinstance(line["input"], (bool, list))
