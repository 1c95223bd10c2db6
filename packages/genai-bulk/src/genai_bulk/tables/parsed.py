"""The Arrow type of the column `parsed`, derived from the JSON Schema of the replies.

Objects, lists, enums, numbers and nullable values have Arrow types. Unions, objects with free names, tuples and recursive
schemas are JSON text. A value that does not fit its type becomes null: the reply itself stays in the column `text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from .arrow import pa
from .values import JSON_MARK

_DEPTH: Final = 32


def parsed_field(schema: Mapping[str, Any], name: str = "parsed") -> Any:
    """Return the `pyarrow.Field` for replies of a JSON Schema."""
    return _Types(schema).field(name, schema)


class _Types:
    """The Arrow types of one document of JSON Schema."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._open: list[str] = []  # references that are being resolved: a repeated one is a recursion

    def field(self, name: str, schema: object, depth: int = 0) -> Any:
        kind = self._type(schema, depth)
        return pa.field(name, pa.string(), metadata=JSON_MARK) if kind is None else pa.field(name, kind)

    def _type(self, schema: object, depth: int) -> Any:
        """Return the Arrow type, or None if only JSON text can express the values."""
        if not isinstance(schema, Mapping) or depth > _DEPTH:
            return None
        schema = cast("Mapping[str, Any]", schema)
        if "$ref" in schema:
            return self._referenced(schema["$ref"], depth)
        for word in ("anyOf", "any_of", "oneOf", "allOf"):
            if schema.get(word):
                return self._only(schema[word], depth)
        if "const" in schema:
            return _type_of([schema["const"]])
        kind = _kind(schema.get("type"))
        if schema.get("enum") and kind is None:
            return _type_of(schema["enum"])
        if kind == "object":
            return self._struct(schema, depth)
        if kind == "array":
            if "prefixItems" in schema or "prefix_items" in schema or "items" not in schema:
                return None
            return pa.list_(self.field("item", schema["items"], depth + 1))
        simple = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
        return simple.get(kind or "")

    def _referenced(self, reference: object, depth: int) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#") or reference in self._open:
            return None
        found: Any = self._document
        for step in reference[1:].split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or step not in found:
                return None
            found = cast("Any", found[step])
        self._open.append(reference)
        try:
            return self._type(found, depth + 1)
        finally:
            self._open.pop()

    def _only(self, choices: object, depth: int) -> Any:
        """Return the type of the one choice that is not null."""
        if not isinstance(choices, list):
            return None
        others = [
            choice for choice in cast("list[Any]", choices) if choice != {"type": "null"} and choice != {"type": "NULL"}
        ]
        return self._type(others[0], depth + 1) if len(others) == 1 else None

    def _struct(self, schema: Mapping[str, Any], depth: int) -> Any:
        properties = schema.get("properties")
        free = schema.get("additionalProperties", schema.get("additional_properties"))
        if not isinstance(properties, Mapping) or not properties or isinstance(free, Mapping) or free is True:
            return None
        members = [
            self.field(name, member, depth + 1) for name, member in cast("Mapping[str, Any]", properties).items()
        ]
        return pa.struct(members)


def _kind(kind: object) -> str | None:
    """Return the type's name in small letters, without null."""
    if isinstance(kind, list):
        names = [name for name in cast("list[Any]", kind) if str(name).lower() != "null"]
        kind = names[0] if len(names) == 1 else None
    return kind.lower() if isinstance(kind, str) else None


def _type_of(values: list[Any]) -> Any:
    """Return the type of an enum's values."""
    kinds = {type(value).__name__ for value in values if value is not None}
    if len(kinds) != 1:
        return None
    return {"str": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}.get(kinds.pop())
