"""Reads replies: a reply of the service as JSON becomes the text, the parsed value, the usage and the error of a row.

Replies are kept as the service sent them, so that they can be read again with another schema without a call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from .errors import BulkError

Json = Mapping[str, Any]


@dataclass(frozen=True)
class RowFailure:
    """Why a row has no usable answer; the column `error` of the sink.

    Attributes:
        status: a name for programs: the status of the service such as `INVALID_ARGUMENT`, a finish reason such as
            `MAX_TOKENS`, `BLOCKED`, `EMPTY`, `SCHEMA`, `ROW` (no request could be made from the row), `CONNECTION`,
            `TIMEOUT` or `PENDING` (not asked yet).
        message: a sentence for people.
        code: the HTTP status; None when no call failed.
        attempts: calls made for the row.
    """

    status: str
    message: str
    code: int | None = None
    attempts: int = 0


@dataclass(frozen=True)
class Usage:
    """The tokens of an answer."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0
    total_tokens: int = 0

    @classmethod
    def of(cls, reply: Json) -> Usage:
        """Return the usage in a reply of `generateContent`."""
        found: Any = reply.get("usageMetadata")
        if not isinstance(found, Mapping):
            return NO_USAGE
        counts = cast("Json", found)

        def count(name: str) -> int:
            value = counts.get(name)
            return value if isinstance(value, int) else 0

        return cls(
            count("promptTokenCount") + count("toolUsePromptTokenCount"),
            count("cachedContentTokenCount"),
            count("candidatesTokenCount"),
            count("thoughtsTokenCount"),
            count("totalTokenCount"),
        )

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.thought_tokens + other.thought_tokens,
            self.total_tokens + other.total_tokens,
        )


NO_USAGE = Usage()


@dataclass(frozen=True)
class Reading:
    """What a reply says."""

    text: str | None = None
    parsed: Any = None
    finish_reason: str | None = None
    failure: RowFailure | None = None


class Schema:
    """The expected form of answers: a type that pydantic can check, or a JSON Schema, for which only the syntax of JSON is checked.

    Args:
        value: the `response_schema` or `response_json_schema` of a config.

    Raises:
        BulkError: for a type that pydantic cannot check.
    """

    def __init__(self, value: Any) -> None:
        from pydantic import TypeAdapter, errors

        self._adapter: TypeAdapter[Any] | None = None
        self.json_schema: dict[str, Any] | None = None
        if isinstance(value, Mapping):
            self.json_schema = dict(cast("Json", value))
        elif isinstance(value, type) or hasattr(value, "__origin__") or hasattr(value, "__args__"):
            try:
                self._adapter = TypeAdapter(value)
                self.json_schema = self._adapter.json_schema()
            except (errors.PydanticUserError, errors.PydanticSchemaGenerationError) as error:
                raise BulkError(f"response_schema: pydantic cannot check {value!r:.80}: {error}") from None
        else:
            dump = getattr(value, "model_dump", None)
            if dump is None:
                raise BulkError(f"response_schema: expected a type, a dict or a Schema, got {value!r:.80}.")
            self.json_schema = _as_json_schema(dump(exclude_none=True, mode="json"))

    @property
    def _choices(self) -> list[Any]:
        """The values of an enum, which answers of the type `text/x.enum` give without quotation marks."""
        found: Any = (self.json_schema or {}).get("enum")
        return cast("list[Any]", found) if isinstance(found, list) else []

    def parse(self, text: str) -> Any:
        """Return the value of a text in the form of JSON, or of a text that is a value of an enum.

        Raises:
            ValueError: when the text does not follow the schema.
        """
        if text.strip() in self._choices:
            return text.strip()
        if self._adapter is None:
            return json.loads(text)
        return self._adapter.dump_python(self._adapter.validate_json(text), mode="json", by_alias=True)


def schema_of(config: Any) -> Schema | None:
    """Return the schema that a config asks for, or None."""
    for name in ("response_schema", "response_json_schema", "responseSchema", "responseJsonSchema"):
        value: Any = cast("Json", config).get(name) if isinstance(config, Mapping) else getattr(config, name, None)
        if value is not None:
            return Schema(value)
    return None


def read(reply: Json, schema: Schema | None) -> Reading:
    """Return what a reply of `generateContent` says. Its failure names what is wrong with the answer; it has no attempts.

    Args:
        reply: the reply.
        schema: the expected form; None for a text.
    """
    candidates: Any = reply.get("candidates")
    if not isinstance(candidates, Sequence) or not candidates:
        feedback: Any = reply.get("promptFeedback")
        reason = cast("Json", feedback).get("blockReason") if isinstance(feedback, Mapping) else None
        if reason:
            return Reading(failure=RowFailure("BLOCKED", f"The service blocked the prompt: {reason}."))
        return Reading(failure=RowFailure("EMPTY", "The answer has no candidate."))
    candidate = cast("Json", candidates[0])
    content: Any = candidate.get("content")
    parts: Any = cast("Json", content).get("parts") if isinstance(content, Mapping) else None
    texts = [
        part["text"]
        for part in cast("Sequence[Json]", parts or ())
        if isinstance(part.get("text"), str) and not part.get("thought")
    ]
    text = "".join(texts) if texts else None
    finish: Any = candidate.get("finishReason")
    if finish not in (None, "STOP", "FINISH_REASON_UNSPECIFIED"):
        message = candidate.get("finishMessage") or f"The answer ended with {finish}."
        return Reading(text, finish_reason=finish, failure=RowFailure(str(finish), str(message)))
    if schema is None:
        if not parts:
            return Reading(text, finish_reason=finish, failure=RowFailure("EMPTY", "The answer has no content."))
        return Reading(text, finish_reason=finish)
    try:
        if text is None:
            raise ValueError("the answer has no text")
        return Reading(text, schema.parse(text), finish)
    except ValueError as error:
        problem = str(error).replace("\n", " ")[:500]
        message = f"The answer does not follow the schema: {problem}"
        return Reading(text, finish_reason=finish, failure=RowFailure("SCHEMA", message))


def _as_json_schema(schema: Any) -> Any:
    """Return a `types.Schema`, dumped as JSON, as JSON Schema: types in lower case, `nullable` as a type."""
    if isinstance(schema, list):
        return [_as_json_schema(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for name, value in cast("dict[str, Any]", schema).items():
        if name == "type" and isinstance(value, str):
            result[name] = value.lower()
        elif name == "properties":
            result[name] = {key: _as_json_schema(item) for key, item in value.items()}
        elif name in ("items", "any_of", "anyOf"):
            result["anyOf" if name != "items" else name] = _as_json_schema(value)
        elif name != "nullable":
            result[name] = value
    if cast("dict[str, Any]", schema).get("nullable") and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    return result
