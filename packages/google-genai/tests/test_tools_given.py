"""Tools and schemas as programs give them: single tools, classes in place of settings, functions without a signature."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Optional

import pydantic
import pytest

from google import genai
from google.genai import types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

MODEL = "gemini-2.5-flash"


_WITH_TOOLS = [
    types.GenerateContentConfig,
    types.LiveConnectConfig,
    types.CreateCachedContentConfig,
    types.CountTokensConfig,
]


def get_weather(city: str) -> str:
    """Return the weather in a city."""
    return f"sunny in {city}"


def undecorated(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


@pytest.mark.parametrize(
    ("tools", "name", "written"),
    [
        (get_weather, "get_weather", "get_weather"),
        (types.Tool, "Tool", "Tool"),
        (types.Tool(google_search=types.GoogleSearch()), "Tool", "Tool(...)"),
        (types.FunctionDeclaration(name="f"), "FunctionDeclaration", "FunctionDeclaration(...)"),
        ({"google_search": {}}, "dict", "{...}"),
    ],
)
@pytest.mark.parametrize("cls", _WITH_TOOLS)
def test_a_single_tool_is_refused_in_one_sentence(cls: Any, tools: Any, name: str, written: str) -> None:
    sentence = re.escape(f"tools\n  Expected a list, got {name}; write [{written}]")
    with pytest.raises(pydantic.ValidationError, match=sentence) as caught:
        cls(tools=tools)
    assert caught.value.error_count() == 1


async def test_a_single_tool_assigned_later_is_refused_by_the_call(
    call: Callable[..., Any], client: genai.Client, gemini: ScriptedGemini
) -> None:
    config = types.GenerateContentConfig()
    for tools in (types.Tool(), {"google_search": {}}, get_weather):
        config.tools = tools  # pyright: ignore[reportAttributeAccessIssue]
        with pytest.raises(ValueError, match=r"config\.tools: expected a list of tools, got \w+; write"):
            await call(client, "models.generate_content", model=MODEL, contents="Hi", config=config)
    assert gemini.requests == []


@pytest.mark.parametrize(
    ("declaration", "sentence"),
    [
        (types.FunctionDeclaration(name="f"), "a FunctionDeclaration; write types.Tool(function_declarations=[...])"),
        ({"name": "f"}, "a function declaration, 'f'; write {\"function_declarations\": [...]}"),
        (
            {"name": "f", "description": "d", "parametersJsonSchema": {"type": "object"}},
            "a function declaration, 'f'; write {\"function_declarations\": [...]}",
        ),
    ],
)
@pytest.mark.parametrize("cls", _WITH_TOOLS)
def test_a_declaration_in_place_of_a_tool_is_refused_in_one_sentence(cls: Any, declaration: Any, sentence: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=re.escape(f"expected a tool, got {sentence}")) as caught:
        cls(tools=[types.Tool(), declaration])
    assert caught.value.error_count() == 1
    assert caught.value.errors()[0]["loc"][:2] == ("tools", 1)


@pytest.mark.parametrize(
    ("tool", "field"),
    [
        ({"google_searchh": {}}, "google_searchh"),
        ({"function": {"name": "f"}}, "function"),
        ({"function_declarations": {"name": "f"}}, "function_declarations"),
        ({"function_declarations": [{"naem": "f"}]}, "naem"),
    ],
)
@pytest.mark.parametrize("cls", _WITH_TOOLS)
def test_the_error_about_a_tool_names_its_field_only(cls: Any, tool: Any, field: str) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        cls(tools=[tool])
    assert [line["loc"][-1] for line in caught.value.errors()] == [field]


@pytest.mark.parametrize("name", ["code_execution", "google_search", "url_context"])
def test_a_class_stands_for_its_empty_instance(name: str) -> None:
    classes = {
        "code_execution": types.ToolCodeExecution,
        "google_search": types.GoogleSearch,
        "url_context": types.UrlContext,
    }
    empty = types.Tool.model_validate({name: {}})
    assert types.Tool(**{name: classes[name]}) == empty  # pyright: ignore[reportArgumentType]
    config = types.GenerateContentConfig.model_validate({"tools": [{name: classes[name]}]})
    assert config.tools == [empty]


def test_a_function_whose_parameters_are_unknown_is_refused(client: genai.Client, gemini: ScriptedGemini) -> None:
    config = types.GenerateContentConfig(tools=[undecorated(get_weather)])
    with pytest.raises(ValueError, match=r"config\.tools\[0\]: wrapper: its parameters are unknown.*functools\.wraps"):
        client.models.generate_content(model=MODEL, contents="Hi", config=config)
    assert gemini.requests == []


@pytest.mark.parametrize("schema", [lambda: 1, get_weather, len])
def test_a_function_is_not_the_schema_of_an_answer(client: genai.Client, gemini: ScriptedGemini, schema: Any) -> None:
    config = {"response_mime_type": "application/json", "response_schema": schema}
    with pytest.raises(ValueError, match=r"config\.response_schema: expected a type or a schema, got the function"):
        client.models.generate_content(model=MODEL, contents="Hi", config=config)
    assert gemini.requests == []


@pytest.mark.parametrize("schema", [Literal["red", "dark blue"], Optional[Literal["red", "dark blue"]]])
@pytest.mark.parametrize("text", ["dark blue", "dark blue\n", '"dark blue"'])
def test_a_bare_word_is_a_member_of_a_literal(
    client: genai.Client, gemini: ScriptedGemini, schema: Any, text: str
) -> None:
    gemini.on().reply(text)
    config = {"response_mime_type": "text/x.enum", "response_schema": schema}
    assert client.models.generate_content(model=MODEL, contents="Hi", config=config).parsed == "dark blue"


def test_functions_next_to_a_cached_content_run_and_are_not_declared(
    client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on("Weather").reply({"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}})
    gemini.on().reply("Sunny.")
    cache = client.caches.create(
        model=MODEL,
        config=types.CreateCachedContentConfig(
            contents="word " * 5000,
            tools=[
                types.Tool(
                    function_declarations=[
                        types.FunctionDeclaration.from_callable(client=client._api_client, callable=get_weather)
                    ]
                )
            ],
        ),
    )
    config = types.GenerateContentConfig(cached_content=cache.name, tools=[get_weather])
    answer = client.models.generate_content(model=MODEL, contents="Weather?", config=config)
    assert answer.text == "Sunny."
    assert "tools" not in gemini.last_request.json
