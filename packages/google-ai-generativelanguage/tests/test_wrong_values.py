"""Errors for wrong values: they name the method, the path of the value, what is expected, and what was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials

from google.ai import generativelanguage_v1beta as api
from google.ai.generativelanguage_v1beta.services.generative_service import transports

from .server import Server, text_of

_NESTED: list[tuple[Any, type[Exception], str]] = [
    ({"contents": [{"parts": [{"text": 3}]}]}, TypeError, "contents[0].parts[0].text: expected str, got int 3"),
    (
        {"contents": [{}, {"parts": [{}, {"txt": "secret"}]}]},
        ValueError,
        "contents[1].parts[1]: Part has no field 'txt'; did you mean 'text'?",
    ),
    ({"contents": "secret"}, TypeError, "contents: expected a list of Content or dicts, got str"),
    ({"contents": {"parts": []}}, TypeError, "contents: expected a list of Content or dicts, got dict"),
    ({"contents": [api.Part()]}, TypeError, "contents[0]: expected Content or a dict, got Part"),
    ({"contents": [None]}, TypeError, "contents[0]: expected Content or a dict, got None"),
    ({"system_instruction": "secret"}, TypeError, "system_instruction: expected Content or a dict, got str"),
    (
        {"contents": [{"parts": [{"inline_data": {"data": 3}}]}]},
        TypeError,
        "contents[0].parts[0].inline_data.data: expected bytes, got int 3",
    ),
    (
        {"contents": [{"parts": [{"function_call": {"args": {"a": [1, {"b": {"x"}}]}}}]}]},
        ValueError,
        "contents[0].parts[0].function_call.args['a'][1]['b']: expected a JSON value, got set",
    ),
    (
        {"contents": [{"parts": [{"function_call": {"args": {3: 1}}}]}]},
        TypeError,
        "contents[0].parts[0].function_call.args: expected str as keys, got int 3",
    ),
    (
        {"safety_settings": [{"category": "HARM_CATEGORY_VIOLENC"}]},
        ValueError,
        "safety_settings[0].category: HarmCategory has no member 'HARM_CATEGORY_VIOLENC';"
        " did you mean 'HARM_CATEGORY_VIOLENCE'?",
    ),
    (
        {"safety_settings": [{"category": 1.5}]},
        TypeError,
        "safety_settings[0].category: expected a member of HarmCategory, its name or its number, got float 1.5",
    ),
    (
        {"generation_config": {"temperature": "hot"}},
        TypeError,
        "generation_config.temperature: expected a number, got str",
    ),
    (
        {"generation_config": {"max_output_tokens": 2**40}},
        ValueError,
        "generation_config.max_output_tokens: expected int from -2147483648 to 2147483647, got int 1099511627776",
    ),
    (
        {"generation_config": {"stop_sequences": ["a", 3]}},
        TypeError,
        "generation_config.stop_sequences[1]: expected str, got int 3",
    ),
    (
        {"generation_config": {"response_schema": {"properties": {"a": {"typ": 3}}}}},
        ValueError,
        "generation_config.response_schema.properties['a']: Schema has no field 'typ'; did you mean 'type'?",
    ),
    (
        {"generation_config": {"response_schema": {"properties": {"a": 3}}}},
        TypeError,
        "generation_config.response_schema.properties['a']: expected Schema or a dict, got int 3",
    ),
    (
        {"generation_config": {"response_schema": {"properties": 3}}},
        TypeError,
        "generation_config.response_schema.properties: expected a dict of Schema or dicts, got int 3",
    ),
    (
        {"contents": [{"parts": [{"video_metadata": {"start_offset": 3}}]}]},
        TypeError,
        "contents[0].parts[0].video_metadata.start_offset: expected a datetime.timedelta, got int 3",
    ),
    (
        {"contents": [{"parts": [{"text": "secret\ud800"}]}]},
        ValueError,
        "contents[0].parts[0].text: expected text that UTF-8 can express, got str with other content",
    ),
    ({"modle": "models/m"}, ValueError, "GenerateContentRequest has no field 'modle'; did you mean 'model'?"),
]


@pytest.mark.parametrize(("request_", "kind", "text"), _NESTED)
def test_a_wrong_value_is_named_by_its_path(client: Any, server: Server, request_: Any, kind: Any, text: str) -> None:
    with pytest.raises(kind) as caught:
        client.generate_content(request_)
    assert str(caught.value) == f"generate_content(): {text}"
    assert "secret" not in str(caught.value)
    assert not server.calls


async def test_a_wrong_value_is_named_with_asyncio_too(async_client: Any, server: Server) -> None:
    with pytest.raises(TypeError, match=r"^stream_generate_content\(\): contents\[0\]\.role: expected str, got int 3$"):
        await async_client.stream_generate_content(model="models/m", contents=[{"role": 3}])
    assert not server.calls


def test_a_wrong_field_is_named_as_an_argument_is(client: Any) -> None:
    with pytest.raises(TypeError, match=r"^generate_content\(\): model: expected str, got int 3$"):
        client.generate_content(model=3)
    with pytest.raises(TypeError, match=r"^embed_content\(\): content\.parts\[0\]\.text: expected str, got int 3$"):
        client.embed_content(model="models/m", content={"parts": [{"text": 3}]})


def test_a_request_and_its_fields_exclude_each_other(client: Any, server: Server) -> None:
    with pytest.raises(
        ValueError,
        match=r"^generate_content\(\): pass either `request` or its fields, not both; got request and model$",
    ):
        client.generate_content({"model": "models/m"}, model="models/m")
    assert not server.calls


@pytest.mark.parametrize("given", ["models/m", 3, [], api.Candidate()])
def test_a_request_of_another_type_is_named(client: Any, given: Any) -> None:
    expected = (
        rf"^generate_content\(\): request must be a GenerateContentRequest or a dict, got {type(given).__name__}$"
    )
    with pytest.raises(TypeError, match=expected):
        client.generate_content(given)


def test_an_iterator_of_contents_is_read_once(client: Any, server: Server) -> None:
    def contents() -> Iterator[Any]:
        yield {"parts": [{"text": "a"}]}

    assert text_of(client.generate_content(model="models/m", contents=contents())) == "hello"
    sent = api.GenerateContentRequest.deserialize(server.calls[0].request)
    assert [content.parts[0].text for content in sent.contents] == ["a"]
    with pytest.raises(TypeError):
        client.generate_content({"contents": iter([3])})


def test_deeply_nested_values_end_in_an_error_of_python_or_protobuf(client: Any) -> None:
    schema: dict[str, Any] = {"type_": "nope"}
    for _ in range(60):
        schema = {"items": schema}
    with pytest.raises(ValueError, match=r"response_schema(\.items){60}\.type_: Type has no member 'nope'"):
        client.generate_content({"generation_config": {"response_schema": schema}})


def test_a_name_without_a_path_over_http_is_named_with_its_patterns() -> None:
    transport = transports.GenerativeServiceRestTransport(host="127.0.0.1:1", credentials=AnonymousCredentials())
    with api.GenerativeServiceClient(transport=transport) as client:
        expected = "generate_content(): model: expected models/* or tunedModels/* or dynamic/*, got 'm1'"
        with pytest.raises(ValueError, match=rf"^{re.escape(expected)}$"):
            client.generate_content(model="m1")
        expected = "embed_content(): model: expected models/*, got ''"
        with pytest.raises(ValueError, match=rf"^{re.escape(expected)}$"):
            client.embed_content({})
        with pytest.raises(
            NotImplementedError, match=r"^bidi_generate_content\(\) is not available over HTTP; create the client"
        ):
            client.bidi_generate_content(iter([]))


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"api_kex": "k"}, ValueError, "client_options: unknown option 'api_kex'; did you mean 'api_key'?"),
        ("k", TypeError, "client_options: expected ClientOptions or a dict, got str"),
        (
            {"universe_domain": " "},
            ValueError,
            "client_options.universe_domain: expected a domain such as 'googleapis.com', got an empty text",
        ),
    ],
)
def test_wrong_options_are_named(options: Any, kind: Any, text: str) -> None:
    with pytest.raises(kind) as caught:
        api.GenerativeServiceClient(client_options=options)
    assert str(caught.value) == text
