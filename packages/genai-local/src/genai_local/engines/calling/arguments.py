"""The arguments of a function call, taken one by one from the words of the request where possible.

The candidates for a string are runs of the user's words, for a number the numbers in the request, for an enum the
values that the request mentions; the model chooses among them. Only other values are generated, by the grammar of the
schema.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, cast

from ...protocol import json_schema, patterns
from ...protocol.errors import JsonObject
from . import Function
from .choice import first_sentence
from .completion import Completion
from .wording import (
    Number,
    Span,
    direction_of,
    is_backwards,
    is_mentioned,
    is_negative,
    numbers,
    other_items,
    overlaps,
    quotations,
    stems,
    trim,
    words_of,
)

_UNMENTIONED = -6.0
"""The log probability below which the request is assumed not to contain the value."""
_DEPTH = 6
_LEFT_OUT: Any = object()
_EXAMPLES = """\
Request: I need a taxi to 12 Main Street at noon tomorrow, please.
Function: order taxi. Orders a taxi.
destination (Where to go): 12 Main Street
pickup time: noon tomorrow

Request: How much is 20 miles in kilometers?
Function: convert length. Converts a length from one unit to another.
number: 20
source (Unit to convert from): miles
target (Unit to convert to): kilometers

Request: Is the public library open on Sunday evening?
Function: opening hours. Tells when a place is open.
place (Name of the place): public library
day: Sunday evening

Request: Could you paint the old fence green?
Function: paint. Paints things.
object (What is to be painted): old fence
color: green

Request: Text Tom that dinner is at eight
Function: text message. Sends a message.
recipient: Tom
content (What it says): dinner is at eight

"""
_FREE_NUMBER = 'root ::= " " "-"? [0-9]{1,6} ("." [0-9]{1,3})? "\\n"'
_FREE_TEXT = 'root ::= " " [^ \\n\\t] [^\\n\\t]{0,60} "\\n"'
_FORMATS = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.\w+"),
    "uri": re.compile(r"\w+://\S+"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}


@dataclass
class Arguments:
    """The arguments of a call, and the words that they were taken from."""

    args: JsonObject
    spans: dict[str, Span] = field(default_factory=dict[str, Span])
    """The words of the request that are the value of a parameter, by the parameter's name."""
    taken: list[Span] = field(default_factory=list[Span])
    """All words of the request that are used."""
    violation: str | None = None
    """The violation of the schema; None for valid arguments."""
    is_invented: bool = False
    """Whether a required number is not in the request and was generated."""


async def fill(completion: Completion, function: Function, text: str) -> Arguments:
    """Return the arguments of the call of a function for a request."""
    filling = _Filling(completion, function, text)
    args = await filling.object_of(function.parameters, 0)
    filling.set_directions(args)
    violation = json_schema.violation_of(args, function.parameters)
    return Arguments(args, filling.spans, filling.taken, violation, filling.is_invented)


class _Filling:
    """The collection of arguments for one call."""

    def __init__(self, completion: Completion, function: Function, text: str) -> None:
        self.completion = completion
        self.function = function
        self.text = text
        self.spans: dict[str, Span] = {}
        self.taken: list[Span] = []
        self.root = function.parameters
        self.is_invented = False
        self.dull = stems(words_of(function.name))
        intent = words_of(function.name)
        if function.description:
            intent += f". {first_sentence(function.description)}"
        self.context = f"{_EXAMPLES}Request: {text}\nFunction: {intent}.\n"

    async def object_of(self, schema: JsonObject, depth: int) -> JsonObject:
        """Return an object with the required and the mentioned properties."""
        properties: dict[str, Any] = schema.get("properties", {})
        required: list[str] = schema.get("required", [])
        schemas = {name: self._resolve(item) for name, item in properties.items()}
        values: JsonObject = {}
        # Numbers are the most certain, so they come first; other values cannot use their words.
        for name in sorted(schemas, key=lambda item: schemas[item].get("type") not in ("number", "integer")):
            values[name] = await self.value_of(name, schemas[name], name in required, depth)
        return {name: values[name] for name in properties if values[name] is not _LEFT_OUT}

    def set_directions(self, args: JsonObject) -> None:
        """Swap a source and a target that the model has confused."""
        places: dict[str | None, str] = {}
        for name, schema in self.function.properties.items():
            if name in self.spans and isinstance(args.get(name), str):
                direction = direction_of(words_of(name)) or direction_of(_label(name, schema))
                places.setdefault(direction, name)
        source, target = places.get("source"), places.get("target")
        if source and target and is_backwards(self.text, self.spans[source], self.spans[target]):
            args[source], args[target] = args[target], args[source]
            self.spans[source], self.spans[target] = self.spans[target], self.spans[source]

    async def value_of(self, name: str, schema: JsonObject, is_required: bool, depth: int) -> Any:
        """Return the value of a parameter, or `_LEFT_OUT` when it is optional and not mentioned."""
        options = [self._resolve(item) for item in schema.get("anyOf", schema.get("oneOf", []))]
        if options:
            is_nullable = any(item.get("type") == "null" for item in options)
            schema = next((item for item in options if item.get("type") != "null"), JsonObject())
            value = await self.value_of(name, schema, is_required and not is_nullable, depth)
            return None if value is _LEFT_OUT and is_required else value
        kind: Any = schema.get("type")
        if isinstance(kind, list):
            kinds = cast("list[str]", kind)
            kind = next((item for item in kinds if item != "null"), "null")
            is_required, is_nullable = is_required and "null" not in kinds, is_required and "null" in kinds
            value = await self.value_of(name, {**schema, "type": kind}, is_required, depth)
            return None if value is _LEFT_OUT and is_nullable else value
        if "const" in schema:
            return schema["const"]
        label = _label(name, schema)
        if schema.get("enum"):
            return await self._one_of(label, schema["enum"], is_required)
        if kind == "boolean":
            return self._truth(name, schema, is_required)
        if kind in ("number", "integer"):
            return await self._number(name, label, schema, is_required)
        if kind == "array":
            return await self._list(name, label, schema, is_required, depth)
        if kind == "object" or "properties" in schema:
            return await self._inner_object(schema, is_required, depth)
        if kind == "null":
            return None
        return await self._string(name, label, schema, is_required)

    def _resolve(self, schema: object) -> JsonObject:
        node = cast("JsonObject", schema) if isinstance(schema, dict) else JsonObject()
        seen = 0
        while "$ref" in node and seen < _DEPTH:
            found = json_schema.resolve(self.root, str(node["$ref"]))
            node = cast("JsonObject", found) if isinstance(found, dict) else JsonObject()
            seen += 1
        return node

    async def _one_of(self, label: str, values: list[Any], is_required: bool) -> Any:
        named = [value for value in values if is_mentioned(str(value), self.text)]
        if not named:
            said = stems(self.text)
            named = [value for value in values if stems(str(value)) and stems(str(value)) <= said]
        if not named and not is_required:
            return _LEFT_OUT
        candidates = named or [value for value in values if value is not None] or values
        if len(candidates) == 1:
            value = candidates[0]
        else:
            chosen = await self.completion.choose(
                f"{self.context}{label}:", [words_of(str(item)) for item in candidates]
            )
            value = next(item for item in candidates if words_of(str(item)) == chosen.text)
        self._note(label, str(value))
        return value

    def _truth(self, name: str, schema: JsonObject, is_required: bool) -> Any:
        subject = f"{words_of(name)} {schema.get('description', '')} {self.function.name} {self.function.description}"
        if not is_required and not stems(words_of(name)) & stems(self.text):
            return _LEFT_OUT
        value = not is_negative(self.text, subject)
        self._note(_label(name, schema), json.dumps(value))
        return value

    async def _number(self, name: str, label: str, schema: JsonObject, is_required: bool) -> Any:
        suitable = [item for item in numbers(self.text) if _is_within(item, schema)]
        free = [item for item in suitable if not overlaps(item.span, self.taken)]
        candidates = free or (suitable if is_required else [])
        if not candidates and not is_required:
            return _LEFT_OUT
        if not candidates:
            self.is_invented = True
            written = await self.completion.write(f"{self.context}{label}:", _FREE_NUMBER)
            self._note(label, written.text)
            value = float(written.text)
            return int(value) if schema.get("type") == "integer" or value.is_integer() else value
        texts = list(dict.fromkeys(self.text[slice(*item.span)] for item in candidates))
        if len(texts) > 1:
            chosen = (await self.completion.choose(f"{self.context}{label}:", texts)).text
        else:
            chosen = texts[0]
        number = next(item for item in candidates if self.text[slice(*item.span)] == chosen)
        self._take(name, number.span)
        self._note(label, chosen)
        return number.value

    async def _string(self, name: str, label: str, schema: JsonObject, is_required: bool) -> Any:
        spans = _matches(schema, self.text)
        context = f"{self.context}{label}:"
        if spans is not None:
            return await self._match_pattern(name, label, spans, schema, is_required)
        quoted = [span for span in quotations(self.text) if not overlaps(span, self.taken)]
        if len(quoted) == 1 and self._is_the_only_text(name):
            return self._take_text(name, label, quoted[0])
        chosen = await self.completion.choose_span(context, self.text, self.taken, self.dull)
        if not is_required and (chosen is None or chosen.confidence < _UNMENTIONED):
            return _LEFT_OUT
        if chosen is None or chosen.confidence < _UNMENTIONED:
            again = await self.completion.choose_span(context, self.text, dull=self.dull)
            if again is not None and (chosen is None or again.confidence > chosen.confidence):
                chosen = again
        if chosen is None:
            chosen = await self.completion.choose_span(context, self.text)
        if chosen is None:
            chosen = await self.completion.write(context, _FREE_TEXT)
        span = self._span_of(chosen.text)
        if span is not None:
            return self._take_text(name, label, trim(self.text, span))
        self._note(label, chosen.text)
        return chosen.text

    def _take_text(self, name: str, label: str, span: Span) -> str:
        text = self.text[slice(*span)]
        self._take(name, span)
        self._note(label, text)
        return text

    def _is_the_only_text(self, name: str) -> bool:
        texts = [
            other
            for other, schema in self.function.properties.items()
            if self._resolve(schema).get("type") == "string" and "enum" not in schema
        ]
        return texts == [name]

    async def _match_pattern(
        self, name: str, label: str, found: list[Span], schema: JsonObject, is_required: bool
    ) -> Any:
        """Return the part of the request that matches the pattern of the schema."""
        found = [span for span in found if not overlaps(span, self.taken)] or found
        if not found and not is_required:
            return _LEFT_OUT
        if not found:
            return await self._write(label, schema)
        texts = list(dict.fromkeys(self.text[slice(*span)] for span in found))
        text = texts[0] if len(texts) == 1 else (await self.completion.choose(f"{self.context}{label}:", texts)).text
        return self._take_text(name, label, next(span for span in found if self.text[slice(*span)] == text))

    async def _write(self, label: str, schema: JsonObject) -> Any:
        """Return a value that the model generates by the grammar of its schema."""
        value = await self.completion.write_json(f"{self.context}{label}:", schema)
        self._note(label, json.dumps(value, ensure_ascii=False))
        return value

    async def _list(self, name: str, label: str, schema: JsonObject, is_required: bool, depth: int) -> Any:
        item = self._resolve(schema.get("items", {}))
        if item.get("enum"):
            named = [value for value in item["enum"] if is_mentioned(str(value), self.text)]
            if not named and is_required:
                named = [await self._one_of(label, item["enum"], is_required=True)]
            return named or _LEFT_OUT
        if item.get("type") in ("number", "integer"):
            free = [
                found
                for found in numbers(self.text)
                if not overlaps(found.span, self.taken) and _is_within(found, item)
            ]
            self.taken += [found.span for found in free]
            return [found.value for found in free] if free or is_required else _LEFT_OUT
        if depth >= _DEPTH:
            return [] if is_required else _LEFT_OUT
        first = await self.value_of(name, item, is_required, depth + 1)
        if first is _LEFT_OUT:
            return _LEFT_OUT
        span = self.spans.get(name)
        if span is None or not isinstance(first, str):
            return [first]
        values = [first]
        parts = re.split(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+", first)
        if len(parts) > 1:
            return [part for part in parts if part]
        for other in other_items(self.text, span):
            values.append(self.text[slice(*other)])
            self.taken.append(other)
        return values

    async def _inner_object(self, schema: JsonObject, is_required: bool, depth: int) -> Any:
        if depth >= _DEPTH:
            return {} if is_required else _LEFT_OUT
        required: list[str] = schema.get("required", [])
        if not is_required:
            # An optional object is only included if the request mentions a property of it.
            optional: JsonObject = {**schema, "required": list[str]()}
            value = await self.object_of(optional, depth + 1)
            return value if value and set(required) <= value.keys() else _LEFT_OUT
        return await self.object_of(schema, depth + 1)

    def _span_of(self, value: str) -> Span | None:
        places = [match.span() for match in re.finditer(re.escape(value), self.text)]
        free = [span for span in places if not overlaps(span, self.taken)]
        return next(iter(free or places), None)

    def _take(self, name: str, span: Span) -> None:
        self.spans[name] = span
        self.taken.append(span)

    def _note(self, label: str, value: str) -> None:
        self.context += f"{label}: {value}\n"


def _label(name: str, schema: JsonObject) -> str:
    description = first_sentence(str(schema.get("description", "")))
    return f"{words_of(name)} ({description})" if description else words_of(name)


def _matches(schema: JsonObject, text: str) -> list[Span] | None:
    """Return the places of a text that match the format or pattern of a schema; None without a supported one."""
    known = _FORMATS.get(str(schema.get("format")))
    if known is not None:
        return [match.span() for match in known.finditer(text)]
    pattern = str(schema.get("pattern", "")).removeprefix("^").removesuffix("$")
    if not pattern or not patterns.is_supported(pattern):
        return None
    return [span for span in patterns.occurrences(pattern, text) if span[0] < span[1] and _is_whole_word(text, span)]


def _is_whole_word(text: str, span: Span) -> bool:
    start, end = span
    return not re.match(r"\w", text[start - 1 : start]) and not re.match(r"\w", text[end : end + 1])


def _is_within(number: Number, schema: JsonObject) -> bool:
    if schema.get("type") == "integer" and number.value != int(number.value):
        return False
    return json_schema.violation_of(number.value, {**schema, "description": ""}) is None
