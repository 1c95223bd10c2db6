"""Translation of API schemas to JSON Schema, and the smallest instances."""

from __future__ import annotations

import jsonschema
import pytest

from genai_local.protocol.json_schema import (
    beyond_grammars,
    choices_of,
    for_grammars,
    from_openapi,
    order_properties,
    problem_of,
    smallest_instance,
    suits_llguidance,
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
def test_keywords_that_grammars_do_not_enforce(schema, expected):
    assert beyond_grammars(schema) is expected


def test_violation_contains_the_path():
    assert violation_of({"a": [1]}, {"type": "object"}) is None
    schema = {"properties": {"a": {"items": {"type": "string"}}}}
    assert violation_of({"a": [1]}, schema).startswith("$.a[0]: ")


def test_patterns_must_be_regular_expressions():
    assert "properties.a.pattern" in problem_of({"type": "object", "properties": {"a": {"pattern": "("}}})


def test_choices():
    assert choices_of({"type": "string", "enum": ["a", "b"]}) == ["a", "b"]
    assert choices_of({"anyOf": [{"enum": ["a", None]}, {"type": "null"}]}) == ["a"]
    assert choices_of({"type": "string"}) == []


def test_problem_of_contains_the_path():
    assert problem_of({"type": "object"}) is None
    assert "properties.a.type" in problem_of({"type": "object", "properties": {"a": {"type": "text"}}})
    assert "object" in problem_of([])


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "minLength": 5, "maxLength": 2}, "minLength 5 is greater than maxLength 2"),
        ({"properties": {"a": {"minimum": 3, "maximum": 1}}}, "at properties.a"),
        ({"items": {"enum": []}}, "items"),
        ({"$ref": "#/$defs/Nope"}, "cannot be resolved"),
        ({"$ref": "https://example.com/schema.json"}, "cannot be resolved"),
        ({"$defs": {"A": {"$ref": "#/$defs/A"}}, "$ref": "#/$defs/A"}, "cannot be resolved"),
        ({"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/B"}}]}, "at anyOf[0].items"),
    ],
)
def test_contradictory_schemas(schema, words):
    assert words in problem_of(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"type": "string"}}, "$ref": "#/$defs/A"},
        {"type": "object", "properties": {"child": {"$ref": "#"}}},
        {"type": "object", "properties": {"$ref": {"type": "string"}, "enum": {"type": "array"}}},
        {"$defs": {"Any": True}, "$ref": "#/$defs/Any"},
    ],
)
def test_resolvable_references(schema):
    assert problem_of(schema) is None


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            {"type": "object", "properties": {"child": {"$ref": "#"}}},
            {
                "$defs": {"whole": {"type": "object", "properties": {"child": {"$ref": "#/$defs/whole"}}}},
                "$ref": "#/$defs/whole",
            },
        ),
        (
            {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}, "minItems": 2},
            {"prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2},
        ),
        ({"prefixItems": [True], "items": False}, {"prefixItems": [True]}),
        ({"properties": {"a": False, "b": True}}, {"properties": {"b": True}}),
        ({"type": "number", "minimum": 0}, {"type": "number", "minimum": 0}),
    ],
)
def test_schemas_for_grammars(schema, expected):
    assert for_grammars(schema) == expected


def test_numbers_with_limited_digits():
    schema = {"items": {"type": "number", "maximum": 1}}
    assert for_grammars(schema, short_numbers=True)["items"]["multipleOf"] == 0.01
    assert "multipleOf" not in schema["items"]


@pytest.mark.parametrize(
    ("schema", "suits"),
    [({"type": "number", "minimum": 0}, True), ({"pattern": "a"}, True), ({"items": {"uniqueItems": True}}, False)],
)
def test_keywords_that_llguidance_enforces(schema, suits):
    assert suits_llguidance(schema) is suits
