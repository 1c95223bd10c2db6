"""Schemas that the service accepts: whatever is given, the local server, which refuses what the service refuses, takes it."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import httpx2
import pydantic
import pytest

from google import genai
from google.genai import types
from google.genai._callables.declaration import declaration_of

sys.path.append(str(Path(__file__).parent / "corpora"))
import corpus_wire

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

NewClient = Callable[..., genai.Client]
PATHS = {
    "gemini": "/v1beta/models/gemini-2.5-flash",
    "vertex": "/v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash",
}
CASES = [case for cases in corpus_wire.CASES.values() for case in cases]


def sent(client: genai.Client, gemini: ScriptedGemini, **declared: Any) -> dict[str, Any]:
    """Return a declaration as the local server received and accepted it."""
    declaration = types.FunctionDeclaration(name="f", **declared)
    client.models.generate_content(
        model="gemini-2.5-flash",
        contents="Hi",
        config=types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declaration])]),
    )
    return gemini.last_request.json["tools"][0]["functionDeclarations"][0]


@pytest.mark.parametrize("backend", PATHS)
def test_the_service_accepts_every_schema_of_the_corpora(gemini: ScriptedGemini, backend: str) -> None:
    refused: dict[str, str] = {}
    with httpx2.Client(base_url=gemini.url, timeout=30) as http:
        for case in CASES:
            outcome = corpus_wire.golden("signatures" if case.startswith("signature ") else "responses")[case]
            wire = outcome.get("both") or outcome[backend]
            if "refused" in wire:
                continue
            body: dict[str, Any] = {"contents": [{"parts": [{"text": "Hi"}]}]}
            if case.startswith("signature "):
                body["tools"] = [{"functionDeclarations": [wire]}]
            else:
                body["generationConfig"] = {"responseMimeType": "application/json", **wire}
            response = http.post(f"{PATHS[backend]}:generateContent", json=body)
            if response.status_code != 200:
                refused[case] = response.json()["error"]["message"]
    assert refused == {}


@dataclasses.dataclass
class Entry:
    key: int | str
    values: list[Any]


class Box(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    content: int | str
    counts: dict[str, int]


def test_alternatives_have_no_type_beside_them() -> None:
    def take(a: Annotated[int | str, "which"], b: list[int | str] | None) -> int | str:
        """Take it."""
        return a or str(b)

    declared = declaration_of(take, "vertex", types.FunctionDeclaration).model_dump(mode="json", exclude_none=True)
    either = [{"type": "INTEGER"}, {"type": "STRING"}]
    assert declared["parameters"]["properties"] == {
        "a": {"any_of": either, "description": "which"},
        "b": {"type": "ARRAY", "items": {"any_of": either}, "nullable": True},
    }
    assert declared["response"] == {"any_of": either}


@pytest.mark.parametrize(
    "annotation", [dict[str, int], list, list[Any], Entry, Box, Annotated[int | str, pydantic.Field(gt=2)]]
)
def test_parameters_beyond_the_services_form_are_json_schema(annotation: Any) -> None:
    def take(a: int, b: Any) -> None:
        """Take it."""

    take.__annotations__["b"] = annotation
    declared = declaration_of(take, "gemini", types.FunctionDeclaration)
    assert declared.parameters is None
    assert declared.parameters_json_schema["properties"]["a"] == {"type": "integer"}


JSON_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"], "tsType": "Name"},
        "next": {"$ref": "#/$defs/Node"},
        "level": {"enum": [1, 2]},
    },
    "additionalProperties": False,
    "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}},
}


def test_json_schema_in_place_of_the_services_form(client: genai.Client, gemini: ScriptedGemini) -> None:
    declared = sent(client, gemini, parameters=JSON_SCHEMA, response={"type": "array", "items": {"$ref": "#"}})
    assert declared.keys() == {"name", "parametersJsonSchema", "responseJsonSchema"}
    schema = declared["parametersJsonSchema"]
    assert schema["properties"]["name"] == {"type": ["string", "null"]}
    assert schema["$defs"].keys() == {"Node"}
    assert schema["additionalProperties"] is False
    given = types.JSONSchema.model_validate({"type": "object", "properties": {"a": {"type": ["string", "null"]}}})
    assert sent(client, gemini, parameters=given)["parametersJsonSchema"]["type"] == "object"


def test_lower_case_types_stay_in_the_services_form(client: genai.Client, gemini: ScriptedGemini) -> None:
    declared = sent(client, gemini, parameters={"type": "object", "properties": {"a": {"type": "string"}}})
    assert declared["parameters"] == {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}


@pytest.mark.parametrize(
    ("schema", "json_schema"),
    [
        (types.Schema(type="STRING", format="uuid"), {"type": "string", "format": "uuid"}),
        (types.Schema(type="ARRAY", nullable=True), {"type": ["array", "null"]}),
        (
            types.Schema(any_of=[types.Schema(type="STRING"), types.Schema(type="INTEGER")], default=1),
            {"anyOf": [{"type": "string"}, {"type": "integer"}], "default": 1},
        ),
    ],
)
def test_a_schema_that_the_service_refuses_is_sent_as_json_schema(
    client: genai.Client, gemini: ScriptedGemini, schema: types.Schema, json_schema: dict[str, Any]
) -> None:
    whole = types.Schema(type="OBJECT", properties={"a": schema})
    assert sent(client, gemini, parameters=whole)["parametersJsonSchema"]["properties"] == {"a": json_schema}
    client.models.generate_content(
        model="gemini-2.5-flash",
        contents="Hi",
        config={"response_mime_type": "application/json", "response_schema": whole},
    )
    assert gemini.last_request.json["generationConfig"]["responseJsonSchema"]["properties"] == {"a": json_schema}


def test_a_closed_object_stays_in_the_services_form(new_client: NewClient, gemini: ScriptedGemini) -> None:
    closed = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    form = {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}
    assert sent(new_client("gemini"), gemini, parameters=closed)["parameters"] == form
    with_limit = {**form, "additionalProperties": False}
    assert sent(new_client("vertex"), gemini, parameters=closed)["parameters"] == with_limit


def test_invalid_parameters_are_refused_as_before() -> None:
    for invalid in ({"type": "OBJECT", "properties": 5}, {"type": "OBJECT", "minProperties": "x"}, 5):
        with pytest.raises(pydantic.ValidationError, match="parameters"):
            types.FunctionDeclaration(name="f", parameters=invalid)  # pyright: ignore[reportArgumentType]
    with pytest.raises(pydantic.ValidationError, match=r"parameters\.\$ref"):
        types.FunctionDeclaration(name="f", parameters={"$ref": "#"}, parameters_json_schema=json.loads("{}"))  # pyright: ignore[reportArgumentType]
