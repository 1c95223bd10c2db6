"""The texts of contents and of a config that a local tokenizer counts, in order, each with the role of its turn.

Counted are texts, and of function calls and results their names, keys and strings; of the config, the system instruction,
function declarations and the response schema. Numbers, booleans, media types and the marks between turns are not counted.
Not part of this module: tokens.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from .. import types

_log = logging.getLogger("google_genai.local_tokenizer")

_MAX_DEPTH = 200
_WITHOUT_TEXT = ("inline_data", "file_data")
_NOT_COUNTED = ("executable_code", "code_execution_result")


class CountedText(NamedTuple):
    """A text that counts."""

    role: str | None
    """Role of the turn; None if the turn has no role, and for the texts of a config."""
    text: str
    path: str
    """Place of the text in the arguments, for error messages."""


def texts_of_contents(contents: types.ContentListUnion | types.ContentListUnionDict) -> list[CountedText]:
    """Return the texts of contents in any form that `generate_content` takes.

    Raises `ValueError` for media, with the path of the part, and for values that are not contents.
    """
    given = [contents] if isinstance(contents, str) else contents
    if isinstance(given, list) and given and all(isinstance(each, str) for each in given):
        # Creating a part for each text takes longer than counting a short text.
        return [CountedText("user", str(text), f"contents.parts[{index}].text") for index, text in enumerate(given)]
    from ..types._content import contents_of

    turns = contents_of(cast("Any", contents))
    return [
        text
        for index, turn in enumerate(turns)
        for text in _of_turn(turn, "contents" if len(turns) == 1 else f"contents[{index}]")
    ]


def texts_of_config(config: types.CountTokensConfigOrDict | None) -> list[CountedText]:
    """Return the texts of a config: of function declarations, of the response schema, of the system instruction.

    Raises `ValueError` for media in the system instruction and for an invalid config.
    """
    if not config:
        return []
    from ..types import CountTokensConfig

    if isinstance(config, CountTokensConfig):
        read = config
    else:
        import pydantic

        from .._validation import with_paths

        try:
            read = CountTokensConfig.model_validate(config)
        except pydantic.ValidationError as error:
            raise with_paths("config", error) from None
    found = [
        CountedText(None, text, f"config.tools[{index}]")
        for index, tool in enumerate(read.tools or [])
        for declaration in tool.function_declarations or []
        for text in _of_declaration(declaration)
    ]
    settings = read.generation_config
    if settings is not None:
        path = "config.generation_config."
        found += (CountedText(None, text, path + "response_schema") for text in _of_schema(settings.response_schema))
        found += (
            CountedText(None, text, path + "response_json_schema")
            for text in _of_json_schema(settings.response_json_schema)
        )
    if read.system_instruction:
        from ..types._content import contents_of

        for turn in contents_of(cast("Any", read.system_instruction), "config.system_instruction"):
            found += _of_turn(turn, "config.system_instruction")
    return found


def _of_turn(turn: types.Content, path: str) -> Iterator[CountedText]:
    for index, part in enumerate(turn.parts or []):
        place = f"{path}.parts[{index}]"
        for field in _WITHOUT_TEXT:
            if getattr(part, field) is not None:
                raise ValueError(
                    f"{place}.{field}: a local tokenizer counts text only, not pictures, sound, videos or files. Count with "
                    "`client.models.count_tokens`, or leave the part out."
                )
        for field in _NOT_COUNTED:
            if getattr(part, field) is not None:
                _log.warning("%s.%s: not counted, because the local tokenizer does not count code.", place, field)
        if part.function_call is not None:
            called = part.function_call
            for text in _of_call(called.name, called.args):
                yield CountedText(turn.role, text, f"{place}.function_call")
        if part.function_response is not None:
            result = part.function_response
            for text in _of_call(result.name, result.response):
                yield CountedText(turn.role, text, f"{place}.function_response")
            if result.parts:
                _log.warning("%s.function_response.parts: not counted, because they are media.", place)
        if part.text is not None:
            yield CountedText(turn.role, part.text, f"{place}.text")


def _of_call(name: str | None, values: dict[str, Any] | None) -> Iterator[str]:
    if name:
        yield name
    if values:
        yield from _of_value(values)


def _of_value(value: object, depth: int = 0) -> Iterator[str]:
    """Return the strings in a JSON value: the keys of an object come before its values."""
    if depth > _MAX_DEPTH:
        raise ValueError(
            f"contents, config: expected JSON values with at most {_MAX_DEPTH} levels; this one contains more, or itself."
        )
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        entries = cast("dict[Any, Any]", value)
        yield from (key for key in entries if isinstance(key, str))
        for each in entries.values():
            yield from _of_value(each, depth + 1)
    elif isinstance(value, (list, tuple)):
        for each in cast("list[Any]", value):
            yield from _of_value(each, depth + 1)


def _of_declaration(declaration: types.FunctionDeclaration) -> Iterator[str]:
    if declaration.name:
        yield declaration.name
    if declaration.description:
        yield declaration.description
    yield from _of_schema(declaration.parameters)
    yield from _of_json_schema(declaration.parameters_json_schema)
    yield from _of_schema(declaration.response)
    yield from _of_json_schema(declaration.response_json_schema)


def _of_schema(schema: types.Schema | None) -> Iterator[str]:
    """Return the texts of a schema in the service's own form. Alternatives, titles and defaults are not counted."""
    if schema is None:
        return
    if schema.format:
        yield schema.format
    if schema.description:
        yield schema.description
    yield from schema.enum or []
    yield from schema.required or []
    yield from _of_schema(schema.items)
    for name, each in (schema.properties or {}).items():
        yield name
        yield from _of_schema(each)
    if schema.example is not None:
        yield from _of_value(schema.example)


def _of_json_schema(schema: object, depth: int = 0) -> Iterator[str]:
    """Return the texts of a JSON Schema: those that a `Schema` with the same content has."""
    if not isinstance(schema, dict):
        return
    if depth > _MAX_DEPTH:
        raise ValueError(
            f"config: expected schemas with at most {_MAX_DEPTH} levels; this one contains more, or itself."
        )
    fields = cast("dict[str, Any]", schema)
    yield from (fields[key] for key in ("format", "description") if isinstance(fields.get(key), str))
    for key in ("enum", "required"):
        yield from _of_value(fields.get(key))
    yield from _of_json_schema(fields.get("items"), depth + 1)
    properties = fields.get("properties")
    if isinstance(properties, dict):
        for name, each in cast("dict[str, Any]", properties).items():
            yield name
            yield from _of_json_schema(each, depth + 1)
    yield from _of_value(fields.get("example"))
