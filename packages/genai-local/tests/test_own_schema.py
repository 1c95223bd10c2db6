"""Schemas in the API's own form: what the service refuses, although JSON Schema allows it."""

from __future__ import annotations

import pytest

MODEL = "/v1beta/models/gemini-2.5-flash"
TEXT, NUMBER = {"type": "STRING"}, {"type": "INTEGER"}
REFUSED = [
    ({"anyOf": [TEXT, NUMBER], "type": "OBJECT"}, ".type"),
    ({"anyOf": [TEXT, NUMBER], "default": 1}, ".default"),
    ({"anyOf": [TEXT, {"type": "ARRAY"}]}, ".anyOf[1].items"),
    ({"type": "ARRAY"}, ".items"),
    ({"type": "ARRAY", "items": {"type": "ARRAY", "minItems": 1}}, ".items.items"),
    ({"type": "STRING", "format": "uuid"}, ".format"),
    ({"type": "STRING", "format": "int32"}, ".format"),
    ({"type": "INTEGER", "format": "date-time"}, ".format"),
    ({"type": "BOOLEAN", "format": "enum"}, ".format"),
    ({"type": "OBJECT", "properties": {"a": TEXT}, "required": ["a", "b"]}, ".required[1]"),
]
ACCEPTED = [
    {"anyOf": [TEXT, NUMBER], "nullable": True, "title": "t", "description": "d"},
    {"type": "ARRAY", "items": {"type": "STRING", "format": "date-time"}},
    {"type": "STRING", "format": "enum", "enum": ["a"]},
    {"type": "NUMBER", "format": "double"},
    {"type": "INTEGER", "format": "int64"},
    {"type": "OBJECT"},
]


def requests_with(schema):
    """Return a request for each place of a schema, with the path of the schema."""
    whole = {"type": "OBJECT", "properties": {"a": schema}}
    declared = "tools[0].functionDeclarations[0]"
    for field in ("parameters", "response"):
        body = {"tools": [{"functionDeclarations": [{"name": "f", field: whole}]}]}
        yield body, f"{declared}.{field}.properties[a]"
    config = {"responseMimeType": "application/json", "responseSchema": whole}
    yield {"generationConfig": config}, "generationConfig.responseSchema.properties[a]"


def post(http, body):
    contents = [{"role": "user", "parts": [{"text": "Hi"}]}]
    return http.post(f"{MODEL}:generateContent", json={"contents": contents, **body})


@pytest.mark.parametrize(("schema", "field"), REFUSED)
def test_refused(http, schema, field):
    for body, path in requests_with(schema):
        response = post(http, body)
        assert response.status_code == 400
        assert response.json()["error"]["message"].startswith(f"{path}{field}: ")


@pytest.mark.parametrize("schema", ACCEPTED)
def test_accepted(http, schema):
    for body, _ in requests_with(schema):
        assert post(http, body).status_code == 200


def test_json_schema_is_wider(http):
    schema = {"type": "object", "properties": {"a": {"type": "array"}, "b": {"type": "string", "format": "uuid"}}}
    tools = [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": schema, "responseJsonSchema": schema}]}]
    assert post(http, {"tools": tools}).status_code == 200
    config = {"responseMimeType": "application/json", "responseJsonSchema": schema}
    assert post(http, {"generationConfig": config}).status_code == 200


def test_one_form_of_result_only(http):
    declaration = {"name": "f", "response": TEXT, "responseJsonSchema": {"type": "string"}}
    response = post(http, {"tools": [{"functionDeclarations": [declaration]}]})
    path = "tools[0].functionDeclarations[0].responseJsonSchema"
    assert response.json()["error"]["message"].startswith(f"{path}: ")
