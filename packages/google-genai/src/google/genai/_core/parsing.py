"""Structured answers: the text of an answer as the object that the caller asked for."""

from __future__ import annotations

import enum
import json
import types
import typing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..types import GenerateContentResponse


def fill_parsed(answer: GenerateContentResponse, schema: Any, json_schema: Any) -> None:
    """Set `parsed` of an answer to what its text holds, or leave it None when the text does not fit."""
    if not schema and json_schema is None:
        return
    text = answer.text
    if text is None:
        return
    if isinstance(schema, type) and issubclass(schema, enum.Enum):
        answer.parsed = _member(schema, text.strip().strip('"'))
        return
    answer.parsed = _object(schema, text)


def _member(members: type[enum.Enum], text: str) -> enum.Enum | None:
    for member in members:
        if str(member.value) == text:
            return member
    return None


def _object(schema: Any, text: str) -> Any:
    import pydantic

    from ..types import Schema

    if schema is None or isinstance(schema, (dict, Schema)):
        return _json(text)
    try:
        if isinstance(schema, type) and issubclass(schema, pydantic.BaseModel):
            return schema.model_validate_json(text)
        return _of_annotation(schema, text)
    except (ValueError, RecursionError):  # pydantic's ValidationError is a ValueError
        return _json(text) if typing.get_origin(schema) in (typing.Union, types.UnionType) else None


def _of_annotation(annotation: Any, text: str) -> Any:
    import pydantic

    adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(annotation)
    return adapter.validate_json(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
