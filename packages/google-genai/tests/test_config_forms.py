"""The older form of a configuration: settings in `generation_config`, with contents next to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pydantic
import pydantic_core
import pytest

from google import genai
from google.genai import types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]


async def test_settings_in_an_object_of_their_own(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    config = types.GenerateContentConfig(
        temperature=0.5,
        system_instruction="Be brief.",
        generation_config=types.GenerationConfig(temperature=0.1, top_k=3, max_output_tokens=20),
    )
    await call(client, "models.generate_content", model="gemini-2.5-flash", contents="Hi", config=config)
    assert gemini.last_request.json["generationConfig"] == {"temperature": 0.5, "topK": 3, "maxOutputTokens": 20}
    as_dict = {"generation_config": {"top_k": 4}}
    await call(client, "models.generate_content", model="gemini-2.5-flash", contents="Hi", config=as_dict)
    assert gemini.last_request.json["generationConfig"] == {"topK": 4}


async def test_the_schema_in_it_fills_parsed(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("Hi").reply('{"a": 1}')
    schema = types.Schema(type=types.Type.OBJECT, properties={"a": types.Schema(type=types.Type.INTEGER)})
    config = {"generation_config": {"response_mime_type": "application/json", "response_schema": schema}}
    response = await call(client, "models.generate_content", model="gemini-2.5-flash", contents="Hi", config=config)
    assert response.parsed == {"a": 1}


async def test_contents_of_the_configuration_come_first(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    earlier = [types.UserContent("2+2?"), types.ModelContent("4")]
    config = types.GenerateContentConfig(contents=earlier)
    await call(client, "models.generate_content", model="gemini-2.5-flash", contents="3+3?", config=config)
    sent = gemini.last_request.json["contents"]
    assert [(turn["role"], turn["parts"][0]["text"]) for turn in sent] == [
        ("user", "2+2?"),
        ("model", "4"),
        ("user", "3+3?"),
    ]


def test_a_dump_holds_them_only_when_set() -> None:
    assert not {"generation_config", "contents"} & types.GenerateContentConfig(temperature=1).model_dump().keys()
    config = types.GenerateContentConfig(generation_config=types.GenerationConfig(top_k=1), contents="Hi")
    assert config.model_dump(exclude_none=True) == {"generation_config": {"top_k": 1.0}, "contents": "Hi"}
    assert types.GenerateContentConfig.model_validate(config.model_dump()) == config


def test_what_the_backend_does_not_take_is_refused_below(new_client: Callable[..., genai.Client]) -> None:
    config = {"generation_config": {"enable_enhanced_civic_answers": True}}
    with pytest.raises(ValueError, match=r"config\.generation_config\.enable_enhanced_civic_answers"):
        new_client("vertex").models.generate_content(model="gemini-2.5-flash", contents="Hi", config=config)


def test_an_object_of_the_wrong_class_is_refused_by_path() -> None:
    with pytest.raises(pydantic.ValidationError, match=r"parts\.0\s+Input should be .* instance of Part"):
        types.Content(parts=[types.Blob(data=b"x", mime_type="image/png")])
    with pytest.raises(pydantic.ValidationError, match=r"parameters\s+Input should be .* instance of Schema"):
        types.FunctionDeclaration(name="f", parameters=types.Content(role="user"))
    twin = types.GenerationConfigThinkingConfig(include_thoughts=True)
    assert types.GenerateContentConfig(thinking_config=twin).thinking_config is not None


async def test_an_object_of_another_class_is_read_if_nothing_is_lost(
    call: Call, new_client: Callable[..., genai.Client], gemini: ScriptedGemini
) -> None:
    name = "projects/p1/locations/l1/publishers/google/models/m/operations/1"
    operation = types.GenerateVideosOperation(name=name)
    for config in (
        types.GetOperationConfig(),
        types.GetOperationConfig(http_options=types.HttpOptions(headers={"x": "1"})),
    ):
        gemini.respond(json={"name": name, "done": True})
        assert (await call(new_client("vertex"), "operations.get", operation, config=config)).done
    assert gemini.last_request.headers["x"] == "1"
    with pytest.raises(ValueError, match=r"config: expected types\.GetModelConfig or a dict, got CountTokensConfig"):
        await call(
            new_client(),
            "models.get",
            model="m",
            config=types.CountTokensConfig(system_instruction="This would be lost."),
        )


class Place(pydantic.BaseModel):
    """A place."""

    name: str


def look_up(name: str) -> str:
    """Look up a place."""
    return name


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (Place, Place.model_json_schema()),
        (list[Place], pydantic.TypeAdapter(list[Place]).json_schema()),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (int, {"type": "integer"}),
        ({"type": "STRING"}, {"type": "STRING"}),
    ],
)
def test_a_config_with_classes_and_functions_is_dumped_as_json(schema: Any, expected: Any) -> None:
    config = types.GenerateContentConfig(response_schema=schema, tools=[look_up], temperature=0.5)
    as_json = json.loads(config.model_dump_json(exclude_none=True))
    assert as_json == {"temperature": 0.5, "response_schema": expected, "tools": ["look_up"]}
    assert config.model_dump(mode="json", exclude_none=True) == as_json
    assert config.to_json_dict() == as_json
    assert config.model_dump()["response_schema"] == schema
    batch = types.InlinedRequest(contents="a", config=config)
    assert batch.model_dump(mode="json", exclude_none=True)["config"] == as_json
    with pytest.raises(pydantic_core.PydanticSerializationError):
        types.FunctionCall(args={"a": object()}).model_dump_json()


async def test_tokens_are_counted_with_the_configuration_of_a_generation(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    tool = types.Tool(google_search=types.GoogleSearch())
    config = types.GenerateContentConfig(system_instruction="Be brief.", tools=[tool], temperature=0.5)
    await call(client, "models.count_tokens", model="gemini-2.5-flash", contents="Hi", config=config)
    body = gemini.last_request.json
    body = body.get("generateContentRequest", body)
    assert body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert body["tools"] == [{"googleSearch": {}}]
    assert "generationConfig" not in body
