"""Classes as response formats: the JSON Schema that is sent, and the object in the text that arrives."""

from __future__ import annotations

import typing
from typing import Any

import pydantic

from .. import errors
from .._core.parsing import MISFITS, read
from . import types as interactions

_SHOWN_CHARACTERS = 200


def with_schema(body: dict[str, Any]) -> Any:
    """Replace a class or an annotation in `response_format` by its JSON Schema, and return it; None for another format.

    Raises `ValueError` if it has no JSON Schema.
    """
    wanted: Any = body.get("response_format")
    if not _is_annotation(wanted):
        return None
    try:
        adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(wanted)
        schema = adapter.json_schema()
    except (pydantic.PydanticUserError, pydantic.errors.PydanticInvalidForJsonSchema) as error:
        raise ValueError(f"response_format: {wanted!r} has no JSON Schema: {error}") from None
    body["response_format"] = interactions.TextResponseFormat(mime_type="application/json", schema=schema)
    return wanted


def _is_annotation(value: Any) -> bool:
    return isinstance(value, type) or typing.get_origin(value) is not None


def fill_parsed(interaction: interactions.Interaction, wanted: Any) -> None:
    """Set `parsed` of an interaction, or the error if its text does not fit."""
    text = interaction.text
    if text is None:
        if not interaction.function_calls:
            interaction._parsing_error = errors.NotParsedError(
                f"The interaction contains no text to parse; its status is {interaction.status}."
            )
        return
    try:
        interaction._parsed = read(wanted, text)
    except MISFITS as error:
        name = getattr(wanted, "__name__", repr(wanted))
        message = f"The text does not fit {name}: {_reason(error)}"
        interaction._parsing_error = errors.NotParsedError(message, text=text)
        interaction._parsing_error.__cause__ = error.with_traceback(None)


def _reason(error: Exception) -> str:
    if not isinstance(error, pydantic.ValidationError):
        return str(error)[:_SHOWN_CHARACTERS]
    first = error.errors(include_url=False, include_context=False)[0]
    path = ".".join(map(str, first["loc"]))
    return f"{path}: {first['msg']}" if path else first["msg"]
