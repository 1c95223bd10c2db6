"""Translation of API schemas to JSON Schema, and the smallest instances."""

from __future__ import annotations

import jsonschema
import pytest

from genai_local.json_schema import (
    beyond_grammars,
    choices_of,
    from_openapi,
    order_properties,
    problem_of,
    smallest_instance,
    violation_of,
)


@pytest.mark.parametrize(
    ("openapi", "expected"),
    [
        ({"type": "STRING", "description": "d"}, {"type": "string", "description": "d"}),
        ({"type": "INTEGER", "minimum": 1, "maximum": 5}, {"type": "integer", "minimum": 1, "maximum": 5}),
        ({"type": "INTEGER", "enum": ["1", "2"]}, {"type": "integer", "enum": [1, 2]}),
        ({"type": "STRING", "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "ARRAY", "items": {"type": "NUMBER"}}, {"type": "array", "items": {"type": "number"}}),
        ({"anyOf": [{"type": "STRING"}, {"type": "NULL"}]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (
            {"ref": "#/defs/A", "defs": {"A": {"type": "BOOLEAN"}}},
            {"$ref": "#/$defs/A", "$defs": {"A": {"type": "boolean"}}},
        ),
        ({"type": "TYPE_UNSPECIFIED", "example": 3}, {"examples": [3]}),
        ({"type": "OBJECT", "additionalProperties": False}, {"type": "object", "additionalProperties": False}),
    ],
)
def test_from_openapi(openapi, expected):
    assert from_openapi(openapi) == expected


def test_properties_follow_their_ordering():
    schema = {
        "type": "OBJECT",
        "properties": {name: {"type": "STRING"} for name in "abc"},
        "propertyOrdering": ["c", "a"],
    }
    assert list(from_openapi(schema)["properties"]) == ["c", "a", "b"]
    nested = {"type": "object", "properties": {"x": {**schema, "type": "object"}}}
    ordered = order_properties(nested)
    assert list(ordered["properties"]["x"]["properties"]) == ["c", "a", "b"]
    assert "propertyOrdering" not in ordered["properties"]["x"]


def test_a_property_may_be_called_property_ordering():
    schema = {
        "type": "object",
        "properties": {"propertyOrdering": {"type": "string"}, "properties": {"type": "object"}},
    }
    assert order_properties(schema) == schema


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]},
        {"type": "array", "items": {"type": "number", "minimum": 4}, "minItems": 3},
        {"type": "array", "maxItems": 0},
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "null"}], "minItems": 2},
        {"type": "string", "minLength": 20, "maxLength": 30},
        {"type": "string", "maxLength": 2},
        {"type": "integer", "maximum": -7},
        {"type": "integer", "exclusiveMinimum": 7},
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
        {"enum": ["x", "y"]},
        {"const": 4},
        {"allOf": [{"type": "object", "properties": {"a": {"const": 1}}}, {"required": ["a"]}]},
        {
            "$ref": "#/$defs/Node",
            "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}},
        },
        {"type": "string", "format": "date-time"},
        {"type": "boolean"},
        True,
    ],
)
def test_smallest_instance_fits_its_schema(schema):
    instance = smallest_instance(schema)
    jsonschema.validate(instance, schema)
    assert smallest_instance(schema) == instance


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object", "properties": {"pattern": {"type": "string"}}}, False),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}}, True),
        ({"type": "integer", "minimum": 3}, False),
        ({"type": "number", "minimum": 3}, True),
        ({"anyOf": [{"type": "array", "items": {"uniqueItems": True}}]}, True),
        ({"$defs": {"A": {"not": {}}}, "$ref": "#/$defs/A"}, True),
        (True, False),
    ],
)
def test_what_grammars_do_not_enforce(schema, expected):
    assert beyond_grammars(schema) is expected


def test_violation_names_the_place():
    assert violation_of({"a": [1]}, {"type": "object"}) is None
    schema = {"properties": {"a": {"items": {"type": "string"}}}}
    assert violation_of({"a": [1]}, schema).startswith("$.a[0]: ")


def test_patterns_must_be_regular_expressions():
    assert "properties.a.pattern" in problem_of({"type": "object", "properties": {"a": {"pattern": "("}}})


def test_choices():
    assert choices_of({"type": "string", "enum": ["a", "b"]}) == ["a", "b"]
    assert choices_of({"anyOf": [{"enum": ["a", None]}, {"type": "null"}]}) == ["a"]
    assert choices_of({"type": "string"}) == []


def test_problem_of_names_the_place():
    assert problem_of({"type": "object"}) is None
    assert "properties.a.type" in problem_of({"type": "object", "properties": {"a": {"type": "text"}}})
    assert "object" in problem_of([])
