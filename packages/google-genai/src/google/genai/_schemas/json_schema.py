"""JSON Schema as plain dicts: its keywords, the schemas inside a schema, and references.

pydantic writes each class as a definition and refers to it. The services accept nothing else next to a reference, so
`inline_references` replaces references by definitions, unless a definition contains itself. This module is independent of
Python annotations and of the service's own form of schema.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._json import Json

JsonSchema = dict[str, Any]

KEYWORDS = frozenset(
    """
    $anchor $comment $defs $dynamicAnchor $dynamicRef $id $ref $schema $vocabulary additionalItems additionalProperties
    allOf anyOf const contains contentEncoding contentMediaType contentSchema default definitions dependentRequired
    dependentSchemas deprecated description discriminator else enum example examples exclusiveMaximum exclusiveMinimum
    format if items maxContains maxItems maxLength maxProperties maximum minContains minItems minLength minProperties
    minimum multipleOf not nullable oneOf pattern patternProperties prefixItems properties propertyNames
    propertyOrdering readOnly required then title type unevaluatedItems unevaluatedProperties uniqueItems writeOnly
    """.split()
)
"""The keywords of JSON Schema and OpenAPI. Schemas may have others, which mean something to other programs."""
CAMEL_CASE = {"".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name): name for name in KEYWORDS} | {
    "defs": "$defs",
    "ref": "$ref",
}
"""Keywords by their names in snake_case, and by those of `types.Schema`."""
_LIKENESS = 0.82
"""How similar a name is to a keyword that is probably meant."""
_MAX_COPIES = 200
"""How many references are replaced at most: definitions that use each other twice would double at each level."""
_HELD = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames", "unevaluatedItems")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
_KEYED = ("properties", "patternProperties")
_PLACES = ("#/$defs/", "#/definitions/")
_logger = logging.getLogger("google_genai.types")


def inline_references(schema: JsonSchema, *, is_ordered: bool = False, keeps_plain: bool = False) -> JsonSchema:
    """Return an equivalent JSON Schema that the services accept.

    A constant becomes an enum of one value; the discriminator of a union is left out, since the alternatives contain it.
    Keywords that are not of JSON Schema are for other readers, and left out too.
    `is_ordered` adds the order of the properties, as `propertyOrdering`, to schemas without one. `keeps_plain` keeps
    references that have nothing next to them, except those that are the whole schema of a property of the root.
    """
    return _Inlining(schema, is_ordered, keeps_plain).whole()


def with_known_keywords(schema: JsonSchema) -> JsonSchema:
    """Return a schema without the keywords that are for other readers. A warning is logged for a probable misspelling."""
    for name in schema.keys() - KEYWORDS - CAMEL_CASE.keys():
        meant = difflib.get_close_matches(str(name), KEYWORDS, 1, _LIKENESS)
        if meant:
            _logger.warning("A schema has the keyword %r, which is not sent; did you mean %r?", name, meant[0])
    return {name: value for name, value in schema.items() if name in KEYWORDS or name in CAMEL_CASE}


def with_each_schema(schema: JsonSchema, change: Callable[[JsonSchema], Any]) -> JsonSchema:
    """Return a schema in which each schema directly inside it is changed; schemas that are booleans stay as they are."""
    changed = dict(schema)
    value: Json
    for key, value in schema.items():
        if key in _HELD and isinstance(value, dict):
            changed[key] = change(value)
        elif key in _LISTED and isinstance(value, list):
            changed[key] = [_apply(change, item) for item in value]
        elif key in _KEYED and isinstance(value, dict):
            changed[key] = {name: _apply(change, item) for name, item in value.items()}
    return changed


def _apply(change: Callable[[JsonSchema], Any], schema: Json) -> Any:
    return change(schema) if isinstance(schema, dict) else schema


class _Inlining:
    """One schema whose references are being replaced."""

    def __init__(self, schema: JsonSchema, is_ordered: bool, keeps_plain: bool) -> None:
        self._root, self._definitions = split_definitions(schema)
        self._keeps_plain = keeps_plain
        self._is_ordered = is_ordered
        self._copies = 0
        self._kept: dict[str, JsonSchema] = {}
        """Definitions that remain definitions."""
        self._circular = {name for name in self._definitions if self._leads_to(name)}

    def whole(self) -> JsonSchema:
        name = self._name(self._root)
        root = {**self._definitions[name], **_without_reference(self._root)} if name is not None else self._root
        if self._keeps_plain and isinstance(root.get("properties"), dict):
            root = {**root, "properties": {key: self._opened(value) for key, value in root["properties"].items()}}
        result = self._schema(root)
        return {**result, "$defs": self._kept} if self._kept else result

    def _opened(self, schema: Json) -> Any:
        """Return the definition that a schema refers to, or the schema itself."""
        if not isinstance(schema, dict):
            return schema
        name = self._name(schema)
        if name is None or name in self._circular:
            return schema
        return {**self._definitions[name], **_without_reference(schema)}

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
            siblings = _without_reference(schema)
            is_kept = name in self._circular or (self._keeps_plain and not siblings)
            if not is_kept and self._copies < _MAX_COPIES:
                self._copies += 1
                return self._schema({**self._definitions[name], **siblings})
            if name not in self._kept:
                self._kept[name] = {}  # it may refer to itself
                self._kept[name] = self._schema(self._definitions[name])
            reference = {"$ref": f"#/$defs/{name}"}
            return {**self._schema(siblings), "anyOf": [reference]} if siblings else reference
        result = with_each_schema({key: schema[key] for key in schema if key in KEYWORDS}, self._schema)
        result.pop("discriminator", None)
        if "const" in result:
            result["enum"] = [result.pop("const")]
        properties: Json = result.get("properties")
        if self._is_ordered and isinstance(properties, dict) and len(properties) > 1:
            result.setdefault("propertyOrdering", list(properties))
        return result


def split_definitions(schema: JsonSchema) -> tuple[JsonSchema, dict[str, JsonSchema]]:
    """Return a schema without its definitions, and the definitions by name."""
    root = dict(schema)
    definitions: dict[str, JsonSchema] = {}
    for key in ("definitions", "$defs"):
        definitions.update(root.pop(key, None) or {})
    return root, definitions


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
