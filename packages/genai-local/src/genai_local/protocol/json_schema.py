"""JSON Schema: translation of the API's OpenAPI-style schemas, checks, and the smallest instance of a schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from .errors import ApiError, JsonObject
from .limits import (
    MAX_EXAMPLE_VALUES,
    MAX_PATTERN_LENGTH,
    MAX_SCHEMA_DEPTH,
    MAX_SCHEMA_ITEMS,
    MAX_SCHEMA_LENGTH,
    MAX_SCHEMA_VALUES,
)

_COPIED = (
    "title",
    "description",
    "default",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "required",
    "format",
)
_CHECKED_AFTERWARDS = {
    "pattern",
    "not",
    "if",
    "oneOf",
    "uniqueItems",
    "contains",
    "multipleOf",
    "minProperties",
    "maxProperties",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
}
_LLGUIDANCE = {"pattern", "oneOf", "multipleOf", "minProperties", "maxProperties", "patternProperties"}
_LIMITS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
_LARGEST = {"minItems": MAX_SCHEMA_ITEMS, "minProperties": MAX_SCHEMA_ITEMS, "minLength": MAX_SCHEMA_LENGTH}
_ROOT_NAME = "whole"
_RANGES = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_SCHEMA_MAPS = ("properties", "$defs", "definitions")
_NAMED = (*_SCHEMA_MAPS, "patternProperties", "dependentSchemas")
"""Keywords with schemas by a name of the user."""
_DATA = ("const", "default", "enum", "example", "examples")
"""Keywords whose values are data, not schemas."""
_SUBSCHEMAS = ("items", "prefixItems", "anyOf", "allOf", "additionalProperties")
_INSTANCE_DEPTH = 32


def from_openapi(schema: JsonObject) -> JsonObject:
    """Return the JSON Schema that accepts what a `Schema` of the API accepts.

    Properties come in the order of `propertyOrdering`, so that an engine that writes them in the order of the schema
    honours it.
    """
    result: JsonObject = {key: schema[key] for key in _COPIED if key in schema}
    if "example" in schema:
        result["examples"] = [schema["example"]]
    if "ref" in schema:
        result["$ref"] = schema["ref"].replace("#/defs/", "#/$defs/")
    if "defs" in schema:
        result["$defs"] = {name: from_openapi(item) for name, item in schema["defs"].items()}
    if "properties" in schema:
        result["properties"] = {name: from_openapi(schema["properties"][name]) for name in _property_order(schema)}
    if "items" in schema:
        result["items"] = from_openapi(schema["items"])
    if "prefixItems" in schema:
        result["prefixItems"] = [from_openapi(item) for item in schema["prefixItems"]]
    if "anyOf" in schema:
        result["anyOf"] = [from_openapi(item) for item in schema["anyOf"]]
    if "additionalProperties" in schema:
        extra: object = schema["additionalProperties"]
        result["additionalProperties"] = from_openapi(cast("JsonObject", extra)) if isinstance(extra, dict) else extra
    type_name = schema.get("type", "TYPE_UNSPECIFIED").lower()
    if type_name != "type_unspecified":
        result["type"] = type_name
    if "enum" in schema:
        result["enum"] = [_enum_value(value, type_name) for value in schema["enum"]]
    return _nullable(result) if schema.get("nullable") else result


def _property_order(schema: JsonObject) -> list[str]:
    properties: list[str] = list(schema["properties"])
    first = [name for name in schema.get("propertyOrdering", []) if name in properties]
    return first + [name for name in properties if name not in first]


def _enum_value(value: str, type_name: str) -> object:
    """Enum values travel as strings, also those of numeric types."""
    try:
        return int(value) if type_name == "integer" else float(value) if type_name == "number" else value
    except ValueError:
        return value


def _nullable(schema: JsonObject) -> JsonObject:
    notes = {key: schema.pop(key) for key in ("title", "description", "default", "$defs") if key in schema}
    if not schema:
        return notes
    return {**notes, "anyOf": [schema, {"type": "null"}]}


def order_properties(schema: object) -> object:
    """Return a JSON Schema with the properties of each object in the order of its `propertyOrdering`."""
    if isinstance(schema, list):
        return [order_properties(item) for item in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    result: JsonObject = {key: order_properties(item) for key, item in cast("JsonObject", schema).items()}
    properties: object = result.get("properties")
    ordering: object = result.get("propertyOrdering")
    if isinstance(properties, dict) and isinstance(ordering, list):
        result["properties"] = {
            name: result["properties"][name] for name in _property_order({**result, "propertyOrdering": ordering})
        }
        del result["propertyOrdering"]
    return result


def problem_of(schema: object) -> str | None:
    """Return the problem of an invalid JSON Schema, or None."""
    import jsonschema

    if not isinstance(schema, dict):
        return "expected a JSON object with a JSON Schema."
    problem = next(_excesses(cast("JsonObject", schema)), None)
    if problem is not None:
        return problem
    try:
        jsonschema.Draft202012Validator.check_schema(cast("JsonObject", schema))
    except jsonschema.SchemaError as error:
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        return f"not a valid JSON Schema{f' at {where[1:]}' if where else ''}: {error.message}"
    root = cast("JsonObject", schema)
    return next(_lost_references(root, root, ""), None) or next(_contradictions(root, ""), None)


def size_of(schema: object) -> int:
    """Return the number of values in a schema, as far as the limit; the schema itself is one."""
    count, ahead = 0, [schema]
    while ahead and count <= MAX_SCHEMA_VALUES:
        node = ahead.pop()
        count += 1
        if isinstance(node, dict):
            ahead.extend(cast("JsonObject", node).values())
        elif isinstance(node, list):
            ahead.extend(cast("list[object]", node))
    return count


def _excesses(schema: JsonObject) -> Iterator[str]:
    """Yield what is larger in a schema than the limits."""
    if size_of(schema) > MAX_SCHEMA_VALUES:
        yield f"the schema has more than {MAX_SCHEMA_VALUES} values."
    ahead: list[tuple[object, str, int]] = [(schema, "", 0)]
    while ahead:
        node, where, depth = ahead.pop()
        place = f" at {where[1:]}" if where else ""
        if isinstance(node, list):
            items = cast("list[object]", node)
            ahead += [(item, f"{where}[{index}]", depth) for index, item in enumerate(items)]
        if not isinstance(node, dict):
            continue
        if depth > MAX_SCHEMA_DEPTH:
            yield f"the schema is nested more than {MAX_SCHEMA_DEPTH} levels deep."
            return
        members = cast("JsonObject", node)
        for name, most in _LARGEST.items():
            if isinstance(members.get(name), (int, float)) and members[name] > most:
                yield f"{name} {members[name]} is greater than the limit of {most}{place}."
        for pattern in [members.get("pattern"), *_names_in(members.get("patternProperties"))]:
            if isinstance(pattern, str) and len(pattern) > MAX_PATTERN_LENGTH:
                yield f"a pattern is longer than {MAX_PATTERN_LENGTH} characters{place}."
        # A schema in `properties` is one level below the schema with the properties.
        ahead += [(item, f"{where}.{key}", depth if key in _NAMED else depth + 1) for key, item in members.items()]


def _names_in(group: object) -> list[str]:
    return list(cast("JsonObject", group)) if isinstance(group, dict) else []


def _lost_references(node: object, root: JsonObject, where: str) -> Iterator[str]:
    """Yield the references, under whatever keyword, that do not lead to another place in the schema."""
    if isinstance(node, list):
        for index, item in enumerate(cast("list[object]", node)):
            yield from _lost_references(item, root, f"{where}[{index}]")
    if not isinstance(node, dict):
        return
    schema = cast("JsonObject", node)
    place = f" at {where[1:]}" if where else ""
    for key in ("$ref", "$dynamicRef", "$recursiveRef"):
        reference: object = schema.get(key)
        if isinstance(reference, str) and not isinstance(_end_of(reference, root), dict | bool):
            yield f"{key} {reference!r} cannot be resolved{place}; only references within the schema are supported."
    if schema is not root and isinstance(schema.get("$id"), str):
        yield f"$id is supported at the root of a schema only, not{place or ' here'}."
    for key, item in schema.items():
        if key in _NAMED and isinstance(item, dict):
            for name, named in cast("JsonObject", item).items():
                yield from _lost_references(named, root, f"{where}.{key}.{name}")
        elif key not in _DATA:
            yield from _lost_references(item, root, f"{where}.{key}")


def _contradictions(node: object, where: str) -> Iterator[str]:
    """Yield contradictory limits, which engines would answer with arbitrary values."""
    if isinstance(node, list):
        for index, item in enumerate(cast("list[object]", node)):
            yield from _contradictions(item, f"{where}[{index}]")
    if not isinstance(node, dict):
        return
    schema = cast("JsonObject", node)
    place = f" at {where[1:]}" if where else ""
    for low, high in _LIMITS:
        if (
            isinstance(schema.get(low), int | float)
            and isinstance(schema.get(high), int | float)
            and schema[low] > schema[high]
        ):
            yield f"{low} {schema[low]} is greater than {high} {schema[high]}{place}."
    if schema.get("enum") == []:
        yield f"expected at least one value in enum{place}."
    for key in _SCHEMA_MAPS:
        group: object = schema.get(key)
        for name, item in cast("JsonObject", group).items() if isinstance(group, dict) else ():
            yield from _contradictions(item, f"{where}.{key}.{name}")
    for key in (*_SUBSCHEMAS, "oneOf"):
        yield from _contradictions(schema.get(key), f"{where}.{key}")


def _end_of(reference: str, root: JsonObject) -> object:
    """Return the schema at the end of a chain of references; None when it cannot be resolved."""
    seen: set[str] = set()
    while reference.startswith("#") and reference not in seen:
        seen.add(reference)
        node = resolve(root, reference)
        if not isinstance(node, dict) or cast("JsonObject", node).keys() != {"$ref"}:
            return cast("object", node)
        reference = str(cast("JsonObject", node)["$ref"])
    return None


def for_grammars(schema: JsonObject, *, short_numbers: bool = False) -> JsonObject:
    """Return an equivalent or more permissive schema that engines can convert to a grammar.

    A reference to the whole schema becomes a reference to a definition, a tuple with further items becomes a plain
    tuple, and a forbidden property is removed.

    Args:
        schema: the JSON Schema.
        short_numbers: limit numbers with a range to two decimal places, which would otherwise have no limit.
    """
    result = cast("JsonObject", _for_grammars(schema, short_numbers))
    if '"$ref": "#"' not in json.dumps(schema):
        return result
    inner = {key: value for key, value in result.items() if key not in ("$defs", "definitions")}
    shared = {key: result[key] for key in ("definitions",) if key in result}
    return {"$defs": {**result.get("$defs", {}), _ROOT_NAME: inner}, **shared, "$ref": f"#/$defs/{_ROOT_NAME}"}


def _for_grammars(node: object, short_numbers: bool) -> object:
    if isinstance(node, list):
        return [_for_grammars(item, short_numbers) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    schema = dict(cast("JsonObject", node))
    if schema.get("$ref") == "#":
        schema["$ref"] = f"#/$defs/{_ROOT_NAME}"
    for key in _SCHEMA_MAPS:
        group: object = schema.get(key)
        if isinstance(group, dict):
            items = cast("JsonObject", group).items()
            schema[key] = {name: _for_grammars(item, short_numbers) for name, item in items if item is not False}
    for key in (*_SUBSCHEMAS, "oneOf"):
        if key in schema:
            schema[key] = _for_grammars(schema[key], short_numbers)
    if schema.get("prefixItems") and "items" in schema:
        items: object = schema.pop("items")
        missing = max(int(schema.get("minItems", 0)) - len(schema["prefixItems"]), 0)
        schema["prefixItems"] = [*schema["prefixItems"], *[items] * (0 if items is False else missing)]
    if short_numbers and schema.get("type") == "number" and schema.keys() & _RANGES:
        schema.setdefault("multipleOf", 0.01)
    return schema


def suits_llguidance(schema: object) -> bool:
    """Return whether grammars of llguidance enforce all keywords of a schema that other grammars ignore."""
    if isinstance(schema, list):
        return all(suits_llguidance(item) for item in cast("list[object]", schema))
    if not isinstance(schema, dict):
        return True
    node = cast("JsonObject", schema)
    if node.keys() & (_CHECKED_AFTERWARDS - _LLGUIDANCE):
        return False
    groups = [cast("JsonObject", node[key]).values() for key in _SCHEMA_MAPS if isinstance(node.get(key), dict)]
    below = [item for group in groups for item in group] + [node[key] for key in (*_SUBSCHEMAS, "oneOf") if key in node]
    return all(suits_llguidance(item) for item in below)


def beyond_grammars(schema: object) -> bool:
    """Return whether a schema has keywords that engines do not enforce token by token."""
    if isinstance(schema, list):
        return any(beyond_grammars(item) for item in cast("list[object]", schema))
    if not isinstance(schema, dict):
        return False
    node = cast("JsonObject", schema)
    if node.keys() & _CHECKED_AFTERWARDS or (node.get("type") != "integer" and node.keys() & _RANGES):
        return True
    groups = [cast("JsonObject", node[key]).values() for key in _SCHEMA_MAPS if isinstance(node.get(key), dict)]
    below = [item for group in groups for item in group]
    below += [node[key] for key in _SUBSCHEMAS if key in node]
    return any(beyond_grammars(item) for item in below)


def violation_of(value: Any, schema: Any) -> str | None:
    """Return where and how a value violates a schema, or None.

    Raises:
        ApiError: 400 for a schema with so many combinations that the check takes too long.
    """
    from .validation import first_error

    error = first_error(value, schema)
    return None if error is None else f"{error.json_path}: {error.message}"


def choices_of(schema: JsonObject) -> list[str]:
    """Return the texts that the `enum` of a schema allows; empty without an `enum`."""
    for candidate in [schema, *schema.get("anyOf", [])]:
        if "enum" in candidate:
            return [str(value) for value in candidate["enum"] if value is not None]
        if "const" in candidate:
            return [str(candidate["const"])]
    return []


def smallest_instance(schema: Any, text: str = "scripted") -> Any:
    """Return a small value that fits a schema; always the same value.

    Args:
        schema: a JSON Schema; keywords other than structure, enum, length and range are ignored.
        text: the value of an unconstrained string.

    Raises:
        ApiError: 400 for a schema whose values are too large.
    """
    root: JsonObject = cast("JsonObject", schema) if isinstance(schema, dict) else {}
    return _instance(root, _Root(root), text, 0)


class _Root:
    """The schema that references point into, and the number of values that an instance of it may still get."""

    def __init__(self, schema: JsonObject) -> None:
        self.schema = schema
        self._left = MAX_EXAMPLE_VALUES

    def take(self, count: int = 1) -> None:
        """Count values of the instance. Raises `ApiError` when there are too many."""
        self._left -= count
        if self._left < 0:
            raise ApiError(400, f"The smallest value of the schema has more than {MAX_EXAMPLE_VALUES} parts.")


def _instance(schema: object, root: _Root, text: str, depth: int) -> Any:
    root.take()
    if not isinstance(schema, dict) or depth > _INSTANCE_DEPTH:
        return None if depth > _INSTANCE_DEPTH else text
    node = cast("JsonObject", schema)
    if "$ref" in node:
        return _instance(resolve(root.schema, str(node["$ref"])), root, text, depth + 1)
    for key in ("const", "default"):
        if key in node:
            return node[key]
    if node.get("enum"):
        return node["enum"][0]
    for key in ("anyOf", "oneOf"):
        if node.get(key):
            return _instance(node[key][0], root, text, depth + 1)
    if node.get("allOf"):
        merged: JsonObject = {key: value for part in node["allOf"] for key, value in part.items()}
        return _instance(merged, root, text, depth + 1)
    kind: Any = node.get("type")
    if isinstance(kind, list):
        kind = cast("list[str]", kind)[0]
    if kind == "object" or (kind is None and "properties" in node):
        return _object_instance(node, root, text, depth)
    if kind == "array":
        length = max(int(node.get("minItems", 1)), 0)
        if int(node.get("maxItems", length)) < length or depth > _INSTANCE_DEPTH // 2:
            length = int(node.get("minItems", 0))
        root.take(length)
        prefix: list[object] = node.get("prefixItems", [])
        items: list[object] = [*prefix, *[node.get("items", {})] * max(length - len(prefix), 0)]
        return [_instance(item, root, text, depth + 1) for item in items]
    if kind in ("integer", "number"):
        return _number_instance(node, kind)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    return _string_instance(node, text)


def _object_instance(node: JsonObject, root: _Root, text: str, depth: int) -> JsonObject:
    properties: JsonObject = node.get("properties", {})
    required: list[str] = node.get("required", [])
    wanted = [name for name in properties if name in required or depth <= _INSTANCE_DEPTH // 4]
    return {name: _instance(properties[name], root, text, depth + 1) for name in wanted}


def _number_instance(node: JsonObject, kind: str) -> float:
    value = float(node.get("minimum", node.get("exclusiveMinimum", 1)))
    if "exclusiveMinimum" in node and "minimum" not in node:
        value += 1
    value = min(value, float(node.get("maximum", value)))
    return int(value) if kind == "integer" else value


def _string_instance(node: JsonObject, text: str) -> str:
    samples = {"date-time": "2024-01-01T00:00:00Z", "date": "2024-01-01", "time": "00:00:00Z", "duration": "P1D"}
    value = samples.get(str(node.get("format")), text)
    value = value.ljust(int(node.get("minLength", 0)), "x")
    return value[: int(node.get("maxLength", len(value)))]


def resolve(root: JsonObject, reference: str) -> object:
    """Return the target of a reference such as `#/$defs/Point` in a schema; None when it cannot be resolved."""
    node: object = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        if step:
            node = (
                cast("JsonObject", node).get(step.replace("~1", "/").replace("~0", "~"))
                if isinstance(node, dict)
                else None
            )
    return node
