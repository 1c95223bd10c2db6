"""`types.Schema` from JSON Schema and back; the answers of MCP servers."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest

from google.genai import types

J = types.JSONSchema


def plain(model: pydantic.BaseModel) -> Any:
    return model.model_dump(mode="json", exclude_none=True)


# JSON Schema


FROM_JSON: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "type": ({"type": "string", "description": "d"}, {"type": "STRING", "description": "d"}),
    "nullable": ({"type": ["string", "null"]}, {"type": "STRING", "nullable": True}),
    "only null": ({"type": "null"}, {"nullable": True}),
    "no type": ({"title": "t"}, {"title": "t"}),
    "list of types": (
        {
            "type": ["string", "array"],
            "items": {"type": "integer"},
            "min_length": 2,
            "description": "d",
            "default": "q",
        },
        {
            "any_of": [
                {"type": "STRING", "min_length": 2, "description": "d"},
                {"type": "ARRAY", "items": {"type": "INTEGER"}, "description": "d"},
            ]
        },
    ),
    "list of types and null": (
        {"type": ["string", "integer", "null"]},
        {"any_of": [{"type": "STRING"}, {"type": "INTEGER"}], "nullable": True},
    ),
    "alternatives": (
        {"any_of": [{"type": "string"}, {"type": "integer"}]},
        {"any_of": [{"type": "STRING"}, {"type": "INTEGER"}]},
    ),
    "alternative and null": (
        {"any_of": [{"type": "string"}, {"type": "null"}], "description": "out"},
        {"type": "STRING", "nullable": True, "description": "out"},
    ),
    "object": (
        {"type": "object", "properties": {"a": {"type": "number", "minimum": 1}}, "required": ["a"]},
        {"type": "OBJECT", "properties": {"a": {"type": "NUMBER", "minimum": 1.0}}, "required": ["a"]},
    ),
    "reference": (
        {"type": "array", "items": {"$ref": "#/$defs/X"}, "$defs": {"X": {"type": "boolean"}}},
        {"type": "ARRAY", "items": {"type": "BOOLEAN"}},
    ),
    "closed": ({"type": "object", "additional_properties": False}, {"type": "OBJECT", "additional_properties": False}),
    "values": (
        {"type": "object", "additional_properties": {"type": ["integer", "null"]}},
        {"type": "OBJECT", "additional_properties": {"type": "INTEGER", "nullable": True}},
    ),
}


@pytest.mark.parametrize("name", FROM_JSON)
def test_a_schema_from_json_schema(name: str) -> None:
    given, expected = FROM_JSON[name]
    assert plain(types.Schema.from_json_schema(json_schema=J.model_validate(given))) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"$ref": "#/$defs/Y"}, r"json_schema\.\$ref: there is no definition '#/\$defs/Y'"),
        (
            {"$ref": "#/$defs/X", "$defs": {"X": {"type": "array", "items": {"$ref": "#/$defs/X"}}}},
            r"json_schema\.items: the schema 'X' contains itself",
        ),
        ({"type": "array", "unique_items": True}, "json_schema: types.Schema has no field for uniqueItems"),
    ],
)
def test_what_a_schema_cannot_say(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        types.Schema.from_json_schema(json_schema=J.model_validate(given), raise_error_on_unsupported_field=True)


def test_a_schema_takes_all_its_fields_from_a_json_schema() -> None:
    class Ordered(types.JSONSchema):
        property_ordering: list[str] | None = None
        example: Any = None

    given = Ordered.model_validate(
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
            "additional_properties": False,
            "property_ordering": ["b", "a"],
            "example": {"b": 1},
        }
    )
    schema = types.Schema.from_json_schema(json_schema=given, raise_error_on_unsupported_field=True)
    assert (schema.property_ordering, schema.example) == (["b", "a"], {"b": 1})
    assert schema.additional_properties is False


def test_a_json_schema_from_a_schema() -> None:
    schema = types.Schema(
        type=types.Type.OBJECT,
        nullable=True,
        properties={"a": types.Schema(type=types.Type.ARRAY, items=types.Schema(type=types.Type.INTEGER, minimum=1))},
        required=["a"],
        property_ordering=["a"],
        any_of=[types.Schema(type=types.Type.STRING)],
    )
    assert schema.json_schema.model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "type": ["null", "object"],
        "properties": {"a": {"type": "array", "items": {"type": "integer", "minimum": 1.0}}},
        "required": ["a"],
        "anyOf": [{"type": "string"}],
    }
    assert types.Schema().json_schema == J()
    assert types.Schema(type=types.Type.STRING).json_schema.type is types.JSONSchemaType.STRING


# Answers of MCP servers


class _CallToolResult(pydantic.BaseModel):
    """A class with the attributes of `mcp.types.CallToolResult` that the SDK uses."""

    content: list[dict[str, Any]]
    is_error: bool = pydantic.Field(False, alias="isError")


def test_the_answer_of_an_mcp_server() -> None:
    text = {"type": "text", "text": "20 degrees"}
    answer = types.FunctionResponse.from_mcp_response(name="weather", response=_CallToolResult(content=[text]))
    assert (answer.name, answer.response) == ("weather", {"result": [text]})
    failed = _CallToolResult(content=[{"type": "text", "text": "no such town"}], isError=True)
    assert types.FunctionResponse.from_mcp_response(name="weather", response=failed).response == {
        "error": "no such town"
    }
