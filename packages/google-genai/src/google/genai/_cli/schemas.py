"""Schemas of answers (`--schema`): a JSON file, a class, or a short list of fields; and the check of an answer against them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple, cast

from .exits import Failure
from .imported import load

_TYPES: dict[str, str] = {
    "str": "string", "string": "string", "text": "string", "int": "integer", "integer": "integer",
    "float": "number", "number": "number", "bool": "boolean", "boolean": "boolean",
}  # fmt: skip
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "object": (dict,), "array": (list,), "null": (type(None),),
}  # fmt: skip
_FIELD = re.compile(
    r"(?P<name>[A-Za-z_]\w*)(?P<optional>\?)?(?:\s+(?P<type>\w+)(?P<many>\[\])?)?(?:\s*:\s*(?P<told>.+))?"
)
_CLASS = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_DEEPEST = 64


class AnswerSchema(NamedTuple):
    """The schema of an answer: a class, or a JSON Schema."""

    source: str
    json_schema: dict[str, Any] | None
    cls: Any = None

    def config(self) -> dict[str, Any]:
        """Return the fields of `GenerateContentConfig` for the schema."""
        mime_type = {"response_mime_type": "application/json"}
        if self.cls is not None:
            return {**mime_type, "response_schema": self.cls}
        return {**mime_type, "response_json_schema": self.json_schema}

    def problem(self, text: str) -> str | None:
        """Return why a text does not follow the schema, or None if it does. A class is checked by the SDK instead."""
        try:
            value = json.loads(text)
        except ValueError as error:
            return f"the answer is not JSON: {error}"
        return None if self.json_schema is None else _problem(value, self.json_schema, self.json_schema, "answer", 0)


def read_schema(given: str) -> AnswerSchema:
    """Return the schema for the value of `--schema`: JSON, a path, `module:Class`, or fields such as `name, age int`."""
    text = given.strip()
    if text.startswith("{"):
        return AnswerSchema(given, _of_json(text, "--schema"))
    path = Path(text)
    if text.endswith(".json") or ("," not in text and " " not in text and path.is_file()):
        try:
            return AnswerSchema(given, _of_json(path.read_text(encoding="utf-8"), str(path)))
        except UnicodeDecodeError:
            raise Failure(f"--schema {path}: expected UTF-8 text.") from None
        except OSError as error:
            raise Failure(f"--schema {path}: {error.strerror}.") from error
    if _CLASS.fullmatch(text):
        return AnswerSchema(given, None, load(text, "--schema"))
    return AnswerSchema(given, of_fields(text))


def of_fields(text: str) -> dict[str, Any]:
    """Return the JSON Schema for a short list of fields.

    `name, age int, tags str[], note?: why` has four fields; `?` makes one optional, and text after `:` describes it. The types
    are str, int, float and bool; str is the default. Brackets around the whole list ask for a list of such objects.
    """
    stripped = text.strip()
    if stripped.startswith("[") and stripped.endswith("]"):
        return {"type": "array", "items": of_fields(stripped[1:-1])}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for piece in (piece.strip() for piece in re.split(r"[,\n]", stripped)):
        if not piece:
            continue
        found = _FIELD.fullmatch(piece)
        kind = _TYPES.get((found["type"] or "str").lower()) if found else None
        if found is None or kind is None:
            raise Failure(
                f"--schema: {piece!r}: expected NAME, NAME TYPE or NAME TYPE: DESCRIPTION, with the type str, int, float or bool.",
                hint="Other forms: a JSON file, JSON in braces, or module:Class.",
            )
        field: dict[str, Any] = {"type": kind}
        if found["many"]:
            field = {"type": "array", "items": field}
        if found["told"]:
            field["description"] = found["told"].strip()
        properties[found["name"]] = field
        if not found["optional"]:
            required.append(found["name"])
    if not properties:
        raise Failure("--schema: it is empty.", hint="For example: --schema 'name, age int'")
    return {"type": "object", "properties": properties, "required": required}


def _of_json(text: str, where: str) -> dict[str, Any]:
    try:
        value: Any = json.loads(text)
    except ValueError as error:
        raise Failure(f"{where}: invalid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Failure(f"{where}: expected a JSON Schema, which is an object.")
    return cast("dict[str, Any]", value)


def _problem(value: Any, schema: Any, root: dict[str, Any], path: str, depth: int) -> str | None:
    """Return the first place where a value breaks the keywords that services apply, or None."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    rules = cast("dict[str, Any]", schema)
    reference = rules.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        target: Any = root
        for step in reference[2:].split("/"):
            target = cast("dict[str, Any]", target).get(step) if isinstance(target, dict) else None
        return _problem(value, target, root, path, depth + 1)
    options = rules.get("anyOf") or rules.get("oneOf")
    if options:
        problems = [_problem(value, option, root, path, depth + 1) for option in options]
        return None if None in problems else problems[0]
    given: Any = rules.get("type")
    kinds: list[Any] = cast("list[Any]", given) if isinstance(given, list) else [given] if given else []
    if rules.get("nullable") is True:
        kinds = [*kinds, "null"]
    if kinds and not any(_is(value, str(kind).lower()) for kind in kinds):
        return f"{path}: expected {' or '.join(str(kind) for kind in kinds)}, got {json.dumps(value)[:80]}"
    if "enum" in rules and value not in rules["enum"]:
        return f"{path}: expected one of {json.dumps(rules['enum'])[:200]}, got {json.dumps(value)[:80]}"
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        for name in rules.get("required", ()):
            if name not in members:
                return f"{path}: the field {name!r} is missing"
        properties: dict[str, Any] = rules.get("properties", {})
        for name, member in members.items():
            if name in properties:
                found = _problem(member, properties[name], root, f"{path}.{name}", depth + 1)
                if found:
                    return found
    if isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            found = _problem(item, rules.get("items"), root, f"{path}[{index}]", depth + 1)
            if found:
                return found
    return None


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _PYTHON_TYPES.get(kind, (object,)))
