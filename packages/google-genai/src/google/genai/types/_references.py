"""JSON Schemas as pydantic writes them, put into the words that the services read.

References that do not lead back to themselves are replaced by what they point to, for the services take nothing else
beside a reference; a constant becomes an enum of one value, and the discriminator of a union, which its alternatives say
as well, is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._json import Json

_MOST_COPIES = 200
"""How many references are replaced at most: definitions that use each other twice would double at each level."""
_HELD = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames", "unevaluatedItems")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
_KEYED = ("properties", "patternProperties")
_PLACES = ("#/$defs/", "#/definitions/")

JsonSchema = dict[str, Any]


def readable(schema: JsonSchema, *, is_ordered: bool = False) -> JsonSchema:
    """Return a JSON Schema that says the same in the words of the services.

    `is_ordered` adds the order of the properties, as `propertyOrdering`, where a schema does not give one itself.
    """
    return _Reading(schema, is_ordered).whole()


def with_each_schema(schema: JsonSchema, change: Callable[[JsonSchema], JsonSchema]) -> JsonSchema:
    """Return a schema with each schema directly inside it changed; booleans stay as they are."""
    changed = dict(schema)
    value: Json
    for key, value in schema.items():
        if key in _HELD and isinstance(value, dict):
            changed[key] = change(value)
        elif key in _LISTED and isinstance(value, list):
            changed[key] = [_changed(item, change) for item in value]
        elif key in _KEYED and isinstance(value, dict):
            changed[key] = {name: _changed(item, change) for name, item in value.items()}
    return changed


def _changed(schema: Json, change: Callable[[JsonSchema], JsonSchema]) -> Json:
    return change(schema) if isinstance(schema, dict) else schema


class _Reading:
    def __init__(self, schema: JsonSchema, is_ordered: bool) -> None:
        self._root = {key: value for key, value in schema.items() if key not in ("$defs", "definitions")}
        self._definitions: dict[str, JsonSchema] = {**schema.get("definitions", {}), **schema.get("$defs", {})}
        self._is_ordered = is_ordered
        self._copies = 0
        self._kept: dict[str, JsonSchema] = {}
        """Definitions that stay definitions."""
        self._circular = {name for name in self._definitions if self._leads_to(name)}

    def whole(self) -> JsonSchema:
        name = self._name(self._root)
        root = {**self._definitions[name], **_without_reference(self._root)} if name is not None else self._root
        written = self._schema(root)
        return {**written, "$defs": self._kept} if self._kept else written

    def _leads_to(self, name: str) -> bool:
        """Tell whether a definition contains itself."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for found in _references(self._definitions[waiting.pop()]):
                target = found.rpartition("/")[2]
                if target == name:
                    return True
                if target in self._definitions and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return False

    def _name(self, schema: JsonSchema) -> str | None:
        reference: Json = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith(_PLACES):
            return None
        name = reference.rpartition("/")[2]
        return name if name in self._definitions else None

    def _schema(self, schema: JsonSchema) -> JsonSchema:
        name = self._name(schema)
        if name is not None:
            beside = _without_reference(schema)
            if name not in self._circular and self._copies < _MOST_COPIES:
                self._copies += 1
                return self._schema({**self._definitions[name], **beside})
            if name not in self._kept:
                self._kept[name] = {}  # met again while it is being written
                self._kept[name] = self._schema(self._definitions[name])
            reference = {"$ref": f"#/$defs/{name}"}
            return {**self._schema(beside), "anyOf": [reference]} if beside else reference
        written = with_each_schema(schema, self._schema)
        written.pop("discriminator", None)
        if "const" in written:
            written["enum"] = [written.pop("const")]
        properties: Json = written.get("properties")
        if self._is_ordered and isinstance(properties, dict) and len(properties) > 1:
            written.setdefault("propertyOrdering", list(properties))
        return written


def _without_reference(schema: JsonSchema) -> JsonSchema:
    return {key: value for key, value in schema.items() if key != "$ref"}


def _references(schema: JsonSchema) -> list[str]:
    """Return all references in a schema."""
    found: list[str] = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []

    def visit(inner: JsonSchema) -> JsonSchema:
        found.extend(_references(inner))
        return inner

    with_each_schema(schema, visit)
    return found
