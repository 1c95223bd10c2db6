"""Requests: every form of the arguments as the body that is sent, and everything wrong refused before a request."""

from __future__ import annotations

import base64
import json
import math
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pydantic
import pytest

from google import genai
from google.genai import interactions

from ..conftest import StandingToken
from .conftest import Caller
from .service import ID, Service

TEXT = {"type": "text", "text": "a"}
USER = {"type": "user_input", "content": [TEXT]}
CALL = {"type": "function_call", "id": "c", "name": "f", "arguments": {"a": 1}}
RESULT = {"type": "function_result", "call_id": "c", "result": {"b": [None, 2]}}
_PNG = b"\x89PNG"
_PNG_TEXT = base64.b64encode(_PNG).decode()


def sent(client: genai.Client, service: Service, **body: Any) -> dict[str, Any]:
    """Return the body that is sent for the arguments."""
    service.forget()
    client.interactions.create(**{"model": "m", **body})
    return {name: value for name, value in service.bodies[-1].items() if name != "model" or value != "m"}


INPUTS: dict[str, tuple[Any, Any]] = {
    "text": ("a", "a"),
    "empty text": ("", ""),
    "content": (interactions.TextContent(text="a"), TEXT),
    "content as a dict": (TEXT, TEXT),
    "contents": (
        [interactions.TextContent(text="a"), interactions.ImageContent(uri="gs://a")],
        [TEXT, {"type": "image", "uri": "gs://a"}],
    ),
    "contents as dicts": (
        [TEXT, {"type": "image", "uri": "gs://a"}],
        [{"type": "user_input", "content": [TEXT, {"type": "image", "uri": "gs://a"}]}],
    ),
    "contents in a tuple": ((interactions.TextContent(text="a"),), [TEXT]),
    "dicts in a tuple": ((TEXT,), [USER]),
    "mixed contents": ([interactions.TextContent(text="a"), TEXT], [TEXT, TEXT]),
    "step": ([interactions.UserInputStep(content=[interactions.TextContent(text="a")])], [USER]),
    "steps as dicts": ([USER, CALL, RESULT], [USER, CALL, RESULT]),
    "mixed steps": (
        [USER, interactions.FunctionCallStep(id="c", name="f", arguments={"a": 1}), RESULT],
        [USER, CALL, RESULT],
    ),
    "contents as objects of a step": ([interactions.UserInputStep(content=[TEXT])], [USER]),  # type: ignore[list-item]
    "unknown content": (
        [{"type": "smell", "of": "roses"}],
        [{"type": "user_input", "content": [{"type": "smell", "of": "roses"}]}],
    ),
    "unknown object": ([interactions.UnknownStep(raw={"type": "dance"})], [{"type": "dance"}]),
    "no items": ([], []),
}


@pytest.mark.parametrize("name", list(INPUTS))
def test_forms_of_the_input(client: genai.Client, service: Service, name: str) -> None:
    given, expected = INPUTS[name]
    assert sent(client, service, input=given) == {"input": expected}


def test_iterators_as_input_are_lists(client: genai.Client, service: Service) -> None:
    texts = ["a", "b"]
    contents = (interactions.TextContent(text=text) for text in texts)
    assert sent(client, service, input=contents) == {"input": [{"type": "text", "text": text} for text in texts]}
    dicts = ({"type": "text", "text": text} for text in ["a"])
    assert sent(client, service, input=dicts) == {"input": [USER]}
    assert sent(client, service, input=iter([USER, CALL])) == {"input": [USER, CALL]}


@pytest.mark.parametrize("wrong", [5, ["a"], [5], [{"text": "a"}], {"text": "a"}, [USER, "a"], [None], b"a", object()])
def test_other_inputs_are_refused_with_their_place(client: genai.Client, service: Service, wrong: Any) -> None:
    with pytest.raises(pydantic.ValidationError, match="input"):
        client.interactions.create(model="m", input=wrong)
    assert service.asked == []


def test_the_place_of_a_wrong_value_is_named(client: genai.Client) -> None:
    with pytest.raises(ValueError, match=r"input\.1\.content\.0\.text\n  Input should be a valid string"):
        client.interactions.create(
            model="m", input=[USER, {"type": "model_output", "content": [{"type": "text", "text": 5}]}]
        )
    with pytest.raises(ValueError, match=r"generation_config\.temperature"):
        client.interactions.create(model="m", input="a", generation_config={"temperature": "hot"})


def test_media(client: genai.Client, service: Service, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(_PNG)
    image = {"type": "image", "data": _PNG_TEXT, "mime_type": "image/png"}
    with path.open("rb") as file:
        for data in (path, file, _PNG_TEXT, _PNG_TEXT.encode()):
            given: Any = {"type": "image", "data": data, "mime_type": "image/png"}
            if hasattr(data, "seek"):
                data.seek(0)
            assert sent(client, service, input=given) == {"input": image}
            if hasattr(data, "seek"):
                data.seek(0)
            assert sent(client, service, input=[TEXT, given])["input"][0]["content"][1] == image
            if hasattr(data, "seek"):
                data.seek(0)
            content = interactions.ImageContent(data=data, mime_type="image/png")
            assert sent(client, service, input=[content]) == {"input": [image]}
    service.forget()
    with pytest.raises(ValueError, match=r"input\.data\n  Expected base64 text; bytes are not encoded here"):
        client.interactions.create(model="m", input={"type": "image", "data": _PNG})
    with pytest.raises(FileNotFoundError):
        client.interactions.create(model="m", input={"type": "image", "data": tmp_path / "none.png"})
    assert service.asked == []


# The whole request

REQUEST = {"model": "n", "input": "a", "generation_config": {"seed": 1}}


@pytest.mark.parametrize(
    "request_",
    [
        REQUEST,
        {"body": REQUEST},
        {"body": REQUEST, "api_version": None},
        interactions.CreateModelInteraction.model_validate(REQUEST),
        {"body": interactions.CreateModelInteraction.model_validate(REQUEST)},
        {**REQUEST, "labels": None},
        types.MappingProxyType(REQUEST),
        types.SimpleNamespace(body=REQUEST),
    ],
    ids=["dict", "body", "version", "object", "object in body", "None", "mapping", "envelope"],
)
def test_forms_of_a_whole_request(caller: Caller, service: Service, request_: Any) -> None:
    before = repr(request_)
    caller.result("create", request=request_)
    assert service.bodies == [REQUEST]
    assert repr(request_) == before, "the program's object was changed"


def test_the_version_of_a_request(client: genai.Client, service: Service) -> None:
    client.interactions.create(request={"body": REQUEST, "api_version": "v7"})
    client.interactions.create(request={"body": REQUEST, "api_version": "v7"}, api_version="v8")
    client.interactions.create(request={**REQUEST}, api_version="v9")
    assert [asked.path for asked in service.asked] == [f"/v{number}/interactions" for number in (7, 8, 9)]


def test_a_request_for_an_agent(client: genai.Client, service: Service) -> None:
    config = {"type": "deep-research", "thinking_summaries": "auto"}
    agent = interactions.CreateAgentInteraction.model_validate({"agent": "g", "input": "a", "agent_config": config})
    client.interactions.create(request=agent)
    client.interactions.create(agent="g", input="a", agent_config=config)  # type: ignore[call-overload]
    assert service.bodies == [{"agent": "g", "input": "a", "agent_config": config}] * 2


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input": "a"}, ValueError, "expected either model or agent, got none"),
        ({"model": "m", "agent": "g"}, ValueError, "expected either model or agent, got both"),
        ({"model": "m", "agent_config": {"type": "dynamic"}}, ValueError, "agent_config cannot be combined with model"),
        ({"agent": "g", "generation_config": {}}, ValueError, "generation_config cannot be combined with agent"),
        (
            {"request": REQUEST, "input": "a"},
            TypeError,
            "either request or the fields one by one, got request and input",
        ),
        ({"request": 5}, TypeError, "request: expected a CreateModelInteraction, .* got int"),
        ({"request": {"body": 5}}, TypeError, "got int"),
        ({"request": {"input": "a"}}, ValueError, "got none"),
        ({"model": "m", "inputs": "a"}, TypeError, "unexpected argument 'inputs'; did you mean 'input'"),
        ({"model": "m", "contents": "a"}, TypeError, "unexpected argument 'contents'; did you mean 'cached_content'"),
        ({"model": "m", "xyz": "a"}, TypeError, "unexpected argument 'xyz'; .*extra_body"),
        ({"request": {**REQUEST, "inputt": 1}}, TypeError, "unexpected argument 'inputt'; did you mean 'input'"),
        ({"model": "m", "timeout": 0}, ValueError, "timeout: expected a positive number of seconds"),
        ({"model": "m", "timeout": -1}, ValueError, "timeout: .* got -1"),
        ({"model": "m", "timeout": math.inf}, ValueError, "timeout: .* got inf"),
        ({"model": "m", "timeout": math.nan}, ValueError, "timeout: .* got nan"),
        ({"model": "m", "timeout": "5"}, TypeError, "timeout: .* got '5'"),
        ({"model": "m", "timeout": True}, TypeError, "timeout: .* got True"),
        ({"model": "m", "tools": 5}, ValueError, "tools"),
        ({"model": "m", "tools": {"type": "function", "name": "f"}}, ValueError, "tools"),
        ({"model": "m", "tools": ["google_search"]}, ValueError, "tools"),
        ({"model": 5}, ValueError, "model"),
        ({"model": "m", "store": "false"}, ValueError, "store: expected True or False, got 'false'"),
        ({"request": {**REQUEST, "stream": 1}}, ValueError, "stream: expected True or False, got 1"),
        ({"model": "m", "extra_headers": {"x": "a\r\nb"}}, ValueError, "line break"),
    ],
)
def test_wrong_arguments_are_refused_before_a_request(
    client: genai.Client, service: Service, arguments: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        client.interactions.create(**arguments)
    assert service.asked == []


def test_unset_arguments_are_not_sent(client: genai.Client, service: Service) -> None:
    assert sent(client, service, input="a", tools=None, store=None, stream=False) == {"input": "a", "stream": False}
    assert sent(client, service) == {}


def test_all_settings_reach_the_service(client: genai.Client, service: Service) -> None:
    settings: dict[str, Any] = {
        "system_instruction": "Be brief.",
        "store": False,
        "labels": {"team": "a"},
        "generation_config": {"temperature": 0.5, "thinking_level": "low", "brand_new": {"x": 1}},
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}, {"type": "google_search"}],
        "response_format": {"type": "text", "mime_type": "application/json", "schema": {"type": "object"}},
        "previous_interaction_id": "v1_b",
        "service_tier": "flex",
        "safety_settings": [{"type": "hate_speech", "threshold": "off"}],
    }
    assert sent(client, service, input="a", **settings) == {"input": "a", **settings}
    objects = {
        **settings,
        "generation_config": interactions.GenerationConfig.model_validate(settings["generation_config"]),
        "tools": (
            interactions.Function(name="f", parameters={"type": "object"}),
            interactions.GoogleSearch(),
        ),
        "response_format": interactions.TextResponseFormat(mime_type="application/json", schema={"type": "object"}),
    }
    assert sent(client, service, input="a", **objects) == {"input": "a", **settings}


# What a call sets besides the body


def test_extra_headers_query_and_body(caller: Caller, service: Service) -> None:
    caller.result(
        "create",
        model="m",
        input="a",
        generation_config={"seed": 1},
        extra_headers={"x-team": "b", "Accept": "application/json; v=2"},
        extra_query={"flag": True, "n": 5, "many": ["a", "b"]},
        extra_body={"generation_config": {"new": 2}, "other": [1]},
        api_version="v9",
    )
    asked = service.asked[0]
    assert asked.path == "/v9/interactions"
    assert service.server.requests[0].target == "/v9/interactions?flag=true&n=5&many=a&many=b"
    assert asked.body == {"model": "m", "input": "a", "generation_config": {"seed": 1, "new": 2}, "other": [1]}
    assert (asked.headers["x-team"], asked.headers["accept"]) == ("b", "application/json; v=2")
    assert asked.headers["content-type"] == "application/json"
    assert service.server.requests[0].raw_head.lower().count(b"\r\naccept:") == 1


def test_calls_of_stored_interactions(caller: Caller, service: Service) -> None:
    stored = interactions.Interaction(id=ID, status="completed")
    options: dict[str, Any] = {"extra_headers": {"x-team": "b"}, "extra_query": {"q": 1}, "api_version": "v9"}
    for given in (ID, stored):
        service.forget()
        caller.result("get", given)
        caller.result("get", given, include_input=True, **options)
        caller.result("get", given, include_input=False, stream=False)
        caller.result("cancel", given, **options)
        assert caller.result("delete", given, **options) is None
        assert [
            (asked.method, request.target)
            for asked, request in zip(service.asked, service.server.requests, strict=False)
        ] == [
            ("GET", f"/v1beta/interactions/{ID}?stream=false"),
            ("GET", f"/v9/interactions/{ID}?include_input=true&stream=false&q=1"),
            ("GET", f"/v1beta/interactions/{ID}?include_input=false&stream=false"),
            ("POST", f"/v9/interactions/{ID}/cancel?q=1"),
            ("DELETE", f"/v9/interactions/{ID}?q=1"),
        ]
        assert [asked.body for asked in service.asked] == [None] * 5
        assert [asked.headers.get("x-team") for asked in service.asked] == [None, "b", None, "b", "b"]


@pytest.mark.parametrize("limit", [5, 2.5, httpx.Timeout(5), httpx.Timeout(1, read=2)])
def test_forms_of_a_time_limit(client: genai.Client, service: Service, limit: Any) -> None:
    client.interactions.create(model="m", input="a", timeout=limit)
    read = limit if isinstance(limit, (int, float)) else limit.read
    assert service.asked[0].headers["x-server-timeout"] == str(math.ceil(read))


def test_a_time_limit_without_end_is_that_of_the_client(
    new_client: Callable[..., genai.Client], service: Service
) -> None:
    client = new_client(timeout=7_000)
    for limit in (None, httpx.Timeout(None), httpx.Timeout(1, read=None)):
        client.interactions.create(model="m", input="a", timeout=limit)
    assert [asked.headers["x-server-timeout"] for asked in service.asked] == ["7"] * 3


@pytest.mark.parametrize("method", ["get", "cancel", "delete", "wait", "fork"])
@pytest.mark.parametrize(
    "id", ["", "a/b", "a b", "a?b", "a#b", "..", ".", "a%2Fb", "a\\b", "a\n", None, 5, b"a", {"id": "a"}]
)
def test_wrong_ids_are_refused_before_a_request(client: genai.Client, service: Service, method: str, id: Any) -> None:
    with pytest.raises(ValueError, match=f"^{method}: id: expected the id of an interaction"):
        getattr(client.interactions, method)(id)
    assert service.asked == []


def test_an_interaction_without_an_id_is_refused(client: genai.Client, service: Service) -> None:
    with pytest.raises(ValueError, match="get: id"):
        client.interactions.get(interactions.Interaction(status="completed"))
    assert service.asked == []


def test_a_last_event_without_a_stream_is_refused(client: genai.Client, service: Service) -> None:
    with pytest.raises(ValueError, match=r"last_event_id: .*stream=True"):
        client.interactions.get(ID, last_event_id="e1")
    assert service.asked == []


# Vertex AI


def test_paths_on_vertex_ai(service: Service) -> None:
    project = genai.Client(
        vertexai=True,
        project="p",
        location="l",
        credentials=StandingToken(),
        http_options={"base_url": service.url},
    )
    express = genai.Client(vertexai=True, api_key="k", http_options={"base_url": service.url})
    for client in (project, express):
        with client:
            client.interactions.create(model="m", input="a")
            client.interactions.get(ID)
    assert [asked.path for asked in service.asked] == [
        "/v1beta1/projects/p/locations/l/interactions",
        f"/v1beta1/projects/p/locations/l/interactions/{ID}",
        "/v1beta1/interactions",
        f"/v1beta1/interactions/{ID}",
    ]
    assert service.asked[0].headers["authorization"] == "Bearer token"
    assert service.asked[2].headers["x-goog-api-key"] == "k"


# Structured output


class Recipe(pydantic.BaseModel):
    title: str


class Plain:
    pass


def test_a_class_as_response_format_is_a_json_schema(client: genai.Client, service: Service) -> None:
    service.answers({"id": ID, "status": "completed", "steps": []})
    for wanted in (Recipe, list[Recipe], dict[str, int]):
        given = sent(client, service, input="a", response_format=wanted)["response_format"]
        schema = pydantic.TypeAdapter(wanted).json_schema()
        assert given == {"type": "text", "mime_type": "application/json", "schema": schema}
    for plain in ({"type": "object"}, {"type": "text"}, [{"type": "text"}, {"type": "audio"}]):
        assert sent(client, service, input="a", response_format=plain)["response_format"] == plain
    with pytest.raises(ValueError, match=r"response_format: .* has no JSON Schema"):
        client.interactions.create(model="m", input="a", response_format=Plain)
    json.dumps(given)
