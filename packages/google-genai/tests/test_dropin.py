"""Uses of this package by other packages at run time: patched methods, private attributes, HTTP clients of their own.

Each test is one such use; its comment or docstring names the package.
"""

from __future__ import annotations

import inspect
import json
import types as python_types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

    NewClient = Callable[..., genai.Client]

_MODEL = "gemini-2.5-flash"
_PATCHED_BY_OTHERS = [
    "generate_content",
    "generate_content_stream",
    "_generate_content",
    "count_tokens",
    "embed_content",
]
_ANSWER = {"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}


def _classes() -> list[type]:
    from google.genai.models import AsyncModels, Models

    return [Models, AsyncModels]


# Methods that other packages replace


@pytest.mark.parametrize("name", _PATCHED_BY_OTHERS)
@pytest.mark.parametrize("position", [0, 1], ids=["Models", "AsyncModels"])
def test_methods_are_plain_functions_of_the_class(position: int, name: str) -> None:
    """OpenTelemetry reads `__code__` and wraps with functools; wrapt looks the attribute up on the class."""
    cls = _classes()[position]
    function = vars(cls)[name]
    assert isinstance(function, python_types.FunctionType)
    assert function.__code__.co_name == name
    parameters = inspect.signature(function).parameters
    assert all(parameter.kind is parameter.KEYWORD_ONLY for key, parameter in parameters.items() if key != "self")
    assert inspect.iscoroutinefunction(function) is (position == 1)


@pytest.mark.parametrize("name", ["generate_content", "count_tokens", "embed_content"])
async def test_a_method_replaced_on_the_class_is_used_until_it_is_put_back(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """OpenTelemetry, OpenInference and mlflow assign wrappers to the classes, and the originals on uninstrument."""
    models, async_models = _classes()
    seen: list[Any] = []
    original, original_async = vars(models)[name], vars(async_models)[name]

    def wrapper(self: Any, **arguments: Any) -> Any:
        seen.append(("sync", arguments["model"]))
        return original(self, **arguments)

    async def async_wrapper(self: Any, **arguments: Any) -> Any:
        seen.append(("async", arguments["model"]))
        return await original_async(self, **arguments)

    client = new_client()
    model = "gemini-embedding-001" if name == "embed_content" else _MODEL
    async with client.aio:
        with monkeypatch.context() as patches:
            patches.setattr(models, name, wrapper)
            patches.setattr(async_models, name, async_wrapper)
            getattr(client.models, name)(model=model, contents="a")
            await getattr(client.aio.models, name)(model=model, contents="a")
        assert seen == [("sync", model), ("async", model)]
        getattr(client.models, name)(model=model, contents="a")
        await getattr(client.aio.models, name)(model=model, contents="a")
    assert len(seen) == 2


async def test_a_replaced_stream_method_is_used(new_client: NewClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenTelemetry wraps the stream methods; the async one returns an awaitable of an async iterator."""
    models, async_models = _classes()
    original = vars(models)["generate_content_stream"]
    original_async = vars(async_models)["generate_content_stream"]
    lengths: list[int] = []

    def wrapper(self: Any, **arguments: Any) -> Iterator[Any]:
        chunks = list(original(self, **arguments))
        lengths.append(len(chunks))
        return iter(chunks)

    async def async_wrapper(self: Any, **arguments: Any) -> Any:
        async def chunks() -> Any:
            async for chunk in await original_async(self, **arguments):
                lengths.append(1)
                yield chunk

        return chunks()

    monkeypatch.setattr(models, "generate_content_stream", wrapper)
    monkeypatch.setattr(async_models, "generate_content_stream", async_wrapper)
    client = new_client()
    async with client.aio:
        assert "".join(chunk.text or "" for chunk in client.models.generate_content_stream(model=_MODEL, contents="a"))
        texts = [c.text async for c in await client.aio.models.generate_content_stream(model=_MODEL, contents="a")]
    assert "".join(text or "" for text in texts)
    assert lengths


async def test_each_model_turn_goes_through_the_private_method(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mlflow traces `_generate_content`, which runs once for each turn of the model."""
    models, async_models = _classes()
    original = vars(models)["_generate_content"]
    original_async = vars(async_models)["_generate_content"]
    turns: list[Any] = []

    def turn(self: Any, **arguments: Any) -> Any:
        turns.append(arguments)
        return original(self, **arguments)

    async def async_turn(self: Any, **arguments: Any) -> Any:
        turns.append(arguments)
        return await original_async(self, **arguments)

    monkeypatch.setattr(models, "_generate_content", turn)
    monkeypatch.setattr(async_models, "_generate_content", async_turn)
    client = new_client()
    async with client.aio:
        client.models.generate_content(model=_MODEL, contents="a", config={"temperature": 0})
        await client.aio.models.generate_content(model=_MODEL, contents="a")
    assert [sorted(arguments) for arguments in turns] == [["config", "contents", "model"]] * 2


def test_what_a_replaced_private_method_returns_is_the_answer(
    new_client: NewClient, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests of other packages replace `_generate_content` by a mock that returns a ready response."""
    ready = types.GenerateContentResponse(candidates=[types.Candidate(content=types.ModelContent("ready"))])
    monkeypatch.setattr(_classes()[0], "_generate_content", lambda self, **arguments: ready)
    assert new_client().models.generate_content(model=_MODEL, contents="a").text == "ready"
    assert not gemini.requests


async def test_instances_are_the_same_each_time_and_take_attributes(new_client: NewClient) -> None:
    """langsmith's `wrap_gemini` assigns wrappers to `client.models.generate_content` and its async twin."""
    client = new_client()
    assert client.models is client.models
    assert client.aio is client.aio
    assert client.aio.models is client.aio.models
    answer = types.GenerateContentResponse()

    async def answered(**arguments: Any) -> Any:
        return answer

    client.models.generate_content = lambda **arguments: answer  # type: ignore[method-assign]
    client.aio.models.generate_content = answered  # type: ignore[method-assign]
    assert client.models.generate_content(model="m", contents="a") is answer
    assert await client.aio.models.generate_content(model="m", contents="a") is answer
    assert "generate_content" in vars(client.models)
    del client.models.generate_content
    assert client.models.generate_content.__func__ is vars(_classes()[0])["generate_content"]  # type: ignore[attr-defined]


# Wrappers of the low-level client


@pytest.mark.parametrize("owner", ["class", "instance"])
async def test_replaced_request_methods_see_path_and_body(
    new_client: NewClient, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch, owner: str
) -> None:
    """OpenInference and OpenTelemetry wrap `request` and `async_request`, and read URL and body there."""
    from google.genai._api_client import BaseApiClient

    seen: list[tuple[str, str, dict[str, Any]]] = []
    client = new_client()
    if owner == "class":
        original, original_async = BaseApiClient.request, BaseApiClient.async_request
    else:
        original = lambda self, *args: BaseApiClient.request(client._api_client, *args)  # noqa: E731
        original_async = lambda self, *args: BaseApiClient.async_request(client._api_client, *args)  # noqa: E731

    def request(self: Any, http_method: str, path: str, request_dict: Any, http_options: Any = None) -> Any:
        seen.append((http_method, path, request_dict))
        return original(self, http_method, path, request_dict, http_options)

    async def async_request(self: Any, http_method: str, path: str, request_dict: Any, http_options: Any = None) -> Any:
        seen.append((http_method, path, request_dict))
        return await original_async(self, http_method, path, request_dict, http_options)

    if owner == "class":
        monkeypatch.setattr(BaseApiClient, "request", request)
        monkeypatch.setattr(BaseApiClient, "async_request", async_request)
    else:
        monkeypatch.setattr(client._api_client, "request", request.__get__(client._api_client))
        monkeypatch.setattr(client._api_client, "async_request", async_request.__get__(client._api_client))
    async with client.aio:
        first = client.models.generate_content(model=_MODEL, contents="a", config={"temperature": 0.5})
        second = await client.aio.models.generate_content(model=_MODEL, contents="a", config={"temperature": 0.5})
    body = {
        "contents": [{"parts": [{"text": "a"}], "role": "user"}],
        "generationConfig": {"temperature": 0.5},
    }
    assert seen == [("post", f"models/{_MODEL}:generateContent", body)] * 2
    assert first.text
    assert first.text == second.text
    assert [request.json for request in gemini.requests] == [body] * 2


async def test_replaced_stream_methods_see_path_and_body(
    new_client: NewClient, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenInference wraps `request_streamed`, a generator, and `async_request_streamed`, which is awaited first."""
    from google.genai._api_client import BaseApiClient

    original, original_async = BaseApiClient.request_streamed, BaseApiClient.async_request_streamed
    seen: list[str] = []

    def streamed(self: Any, http_method: str, path: str, request_dict: Any, http_options: Any = None) -> Iterator[Any]:
        seen.append(path)
        yield from original(self, http_method, path, request_dict, http_options)

    async def async_streamed(
        self: Any, http_method: str, path: str, request_dict: Any, http_options: Any = None
    ) -> Any:
        seen.append(path)
        return await original_async(self, http_method, path, request_dict, http_options)

    monkeypatch.setattr(BaseApiClient, "request_streamed", streamed)
    monkeypatch.setattr(BaseApiClient, "async_request_streamed", async_streamed)
    gemini.on().stream(["one ", "two\n", "three"])
    client = new_client()
    async with client.aio:
        first = [chunk.text for chunk in client.models.generate_content_stream(model=_MODEL, contents="a")]
        second = [c.text async for c in await client.aio.models.generate_content_stream(model=_MODEL, contents="a")]
    assert seen == [f"models/{_MODEL}:streamGenerateContent?alt=sse"] * 2
    assert [text for text in first if text] == ["one ", "two\n", "three"]
    assert first == second
    body = 'data: {"candidates": [{"content": {"parts": [{"text": "one\u2028two\x85three"}]}}]}\n\n'.encode()
    gemini.respond(body=body, headers={"content-type": "text/event-stream"})
    chunks = client.models.generate_content_stream(model=_MODEL, contents="a")
    assert [chunk.text for chunk in chunks] == ["one\u2028two\x85three"]


def test_errors_pass_through_a_replaced_request_method(
    new_client: NewClient, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrapper sees the SDK's own error, and so does the caller."""
    from google.genai._api_client import BaseApiClient

    original = BaseApiClient.request
    caught: list[BaseException] = []

    def request(self: Any, *arguments: Any) -> Any:
        try:
            return original(self, *arguments)
        except errors.APIError as error:
            caught.append(error)
            raise

    monkeypatch.setattr(BaseApiClient, "request", request)
    gemini.fail(status=404, message="no such model")
    with pytest.raises(errors.ClientError, match="no such model") as raised:
        new_client().models.generate_content(model=_MODEL, contents="a")
    assert caught == [raised.value]


async def test_the_low_level_methods_can_be_called(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """google-cloud-aiplatform sends its own paths through `request` and its siblings, on Vertex AI."""
    client = new_client("vertex")
    api_client = client._api_client
    gemini.respond(json={"name": "one"}, headers={"x-trace": "t-1"})
    reply = api_client.request("post", "reasoningEngines?pageSize=1", {"displayName": "x"}, None)
    assert json.loads(reply.body or "") == {"name": "one"}
    assert reply.headers is not None
    assert reply.headers["x-trace"] == "t-1"
    request = gemini.last_request
    assert (request.method, request.path) == ("POST", "/v1beta1/projects/p1/locations/l1/reasoningEngines")
    assert request.query == {"pageSize": "1"}
    assert request.json == {"displayName": "x"}
    assert request.headers["authorization"] == "Bearer token"

    async with client.aio:
        gemini.respond(json={"name": "two"})
        reply = await api_client.async_request("get", "reasoningEngines/7", {}, types.HttpOptions(api_version="v1"))
        assert json.loads(reply.body or "") == {"name": "two"}
        assert gemini.last_request.path == "/v1/projects/p1/locations/l1/reasoningEngines/7"
        assert gemini.last_request.body == b""

        events = b'data: {"n": 1}\n\ndata: {"n": 2}\n\n'
        gemini.respond(body=events, headers={"content-type": "text/event-stream"}, times=2)
        bodies = [event.body for event in api_client.request_streamed("post", "x:stream?alt=sse", {"a": 1}, None)]
        stream = await api_client.async_request_streamed("post", "x:stream?alt=sse", {"a": 1}, None)
        async_bodies = [event.body async for event in stream]
    assert [json.loads(body or "") for body in bodies] == [{"n": 1}, {"n": 2}]
    assert async_bodies == bodies
    assert api_client._verify_response(types.GenerateContentResponse()) is None


def test_a_query_in_the_request_dict_is_not_sent_again(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """google-cloud-aiplatform puts `_query` and `_url` into the path itself, and leaves them in the request dict."""
    gemini.respond(json={})
    request = {"_query": {"pageSize": 2}, "_url": {"name": "x"}}
    new_client()._api_client.request("get", "things/x?pageSize=2", request, None)
    assert gemini.last_request.raw_target == "/v1beta/things/x?pageSize=2"
    assert gemini.last_request.body == b""


# Patches of credentials and closing


@pytest.mark.parametrize("patch_before_client", [True, False])
def test_a_patched_load_auth_gives_the_credentials(
    gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch, standing_token: Any, patch_before_client: bool
) -> None:
    """pydantic-ai's Vertex AI cassettes replace `google.genai._api_client.load_auth`."""
    asked: list[str | None] = []

    def load_auth(*, project: str | None) -> tuple[Any, str]:
        asked.append(project)
        return standing_token, "project-of-credentials"

    arguments: Any = {"vertexai": True, "project": "p2", "location": "l2", "http_options": {"base_url": gemini.url}}
    if patch_before_client:
        monkeypatch.setattr("google.genai._api_client.load_auth", load_auth)
    with genai.Client(**arguments) as client:
        if not patch_before_client:
            monkeypatch.setattr("google.genai._api_client.load_auth", load_auth)
        client.models.generate_content(model=_MODEL, contents="a")
    assert asked == ["p2"]
    assert gemini.last_request.headers["authorization"] == "Bearer token"
    assert gemini.last_request.path.startswith("/v1beta1/projects/p2/locations/l2/")


async def test_aclose_can_be_patched(new_client: NewClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """pydantic-ai's tests replace `BaseApiClient.aclose` and count its calls."""
    from google.genai._api_client import BaseApiClient

    closed: list[Any] = []

    async def aclose(self: Any) -> None:
        closed.append(self)

    monkeypatch.setattr(BaseApiClient, "aclose", aclose)
    client = new_client()
    await client.aio.aclose()
    assert closed == [client._api_client]


# Private state


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
def test_every_object_holds_the_low_level_client(new_client: NewClient, backend: str) -> None:
    """OpenTelemetry reads `models._api_client.vertexai`, other packages read `client._api_client`."""
    client = new_client(backend)
    holders = [client, client.aio, client.models, client.aio.models]
    assert all(holder._api_client is client._api_client for holder in holders)
    is_vertex = backend == "vertex"
    assert bool(client._api_client.vertexai) is is_vertex
    assert bool(client.vertexai) is is_vertex
    for models in (client.models, client.aio.models):
        assert bool(getattr(models, "vertexai", is_vertex)) is is_vertex


def test_settled_values_can_be_read(new_client: NewClient) -> None:
    """pydantic-ai, ADK and google-cloud-aiplatform read these from `client._api_client`."""
    gemini_client = new_client(timeout=3000)._api_client
    assert gemini_client.api_key == "key"
    assert (gemini_client.project, gemini_client.location, gemini_client._credentials) == (None, None, None)
    assert gemini_client._http_options.api_version == "v1beta"
    assert gemini_client._http_options.timeout == 3000
    vertex_client = new_client("vertex")._api_client
    assert vertex_client.api_key is None
    assert (vertex_client.project, vertex_client.location) == ("p1", "l1")
    assert vertex_client._credentials is not None
    assert vertex_client._credentials.token == "token"
    assert vertex_client._http_options.api_version == "v1beta1"


@pytest.mark.parametrize(
    ("arguments", "base_url"),
    [
        ({"api_key": "k"}, "https://generativelanguage.googleapis.com/"),
        ({"vertexai": True, "api_key": "k"}, "https://aiplatform.googleapis.com/"),
        ({"api_key": "k", "http_options": {"base_url": "https://g.example/x/"}}, "https://g.example/x/"),
    ],
)
def test_the_base_url_in_force_can_be_read(arguments: Any, base_url: str) -> None:
    """pydantic-ai shows `_http_options.base_url`, a str that ends with a slash, as the address of the model."""
    assert genai.Client(**arguments)._api_client._http_options.base_url == base_url


def test_read_only_options_are_a_dict(new_client: NewClient) -> None:
    """pydantic-ai's tests read items of the dict that `get_read_only_http_options()` returns."""
    options = new_client(timeout=3000, headers={"x-team": "a"})._api_client.get_read_only_http_options()
    assert isinstance(options, dict)
    assert options["timeout"] == 3000
    assert options["headers"]["x-team"] == "a"
    assert options["api_version"] == "v1beta"


async def test_headers_written_later_are_sent(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """pydantic-ai's gateway sets `_http_options.headers[...]` after the client has been created."""
    client = new_client()
    async with client.aio:
        client.models.generate_content(model=_MODEL, contents="a")
        assert "x-gateway" not in gemini.last_request.headers
        headers = client._api_client._http_options.headers
        assert headers is not None
        headers["x-gateway"] = "g"
        client.models.generate_content(model=_MODEL, contents="a")
        assert gemini.last_request.headers["x-gateway"] == "g"
        await client.aio.models.generate_content(model=_MODEL, contents="a")
        assert gemini.last_request.headers["x-gateway"] == "g"
        for _ in client.models.generate_content_stream(model=_MODEL, contents="a"):
            pass
        assert gemini.last_request.headers["x-gateway"] == "g"


def test_header_names_do_not_depend_on_case(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """Programs set `X-Team` on the client and `x-team` on a call; the call takes precedence, and one header is sent."""
    client = new_client(headers={"X-Team": "client", "USER-AGENT": "mine/1"})
    config: Any = {"http_options": {"headers": {"x-team": "call", "X-Goog-Api-Key": "other"}}}
    client.models.generate_content(model=_MODEL, contents="a", config=config)
    sent = [(name.lower(), value) for name, value in gemini.last_request.raw_headers]
    assert [value for name, value in sent if name == "x-team"] == ["call"]
    assert [value for name, value in sent if name == "x-goog-api-key"] == ["other"]
    assert [value.partition(" ")[0].partition("/")[0] for name, value in sent if name == "user-agent"] == [
        "google-genai-sdk"
    ]


def test_other_options_written_later_count(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """google-cloud-aiplatform assigns `_http_options.api_version` and `timeout` on an existing client."""
    client = new_client()
    client._api_client._http_options.api_version = "v1"
    client._api_client._http_options.timeout = 5000
    client.models.generate_content(model=_MODEL, contents="a")
    assert gemini.last_request.path == f"/v1/models/{_MODEL}:generateContent"
    assert gemini.last_request.headers["x-server-timeout"] == "5"


async def test_an_own_async_httpx_client_beats_aiohttp_and_stays_open(
    new_client: NewClient, gemini: ScriptedGemini
) -> None:
    """pydantic-ai passes its cached `httpx.AsyncClient`, which outlives the SDK's client."""
    seen: list[str] = []

    async def on_request(request: httpx.Request) -> None:
        seen.append(request.url.path)

    async with httpx.AsyncClient(event_hooks={"request": [on_request]}, headers={"x-own": "1"}) as own:
        client = new_client(httpx_async_client=own)
        assert client._api_client._async_httpx_client is own
        await client.aio.models.generate_content(model=_MODEL, contents="a")
        assert gemini.last_request.headers["x-own"] == "1"
        await client.aio.aclose()
        assert not own.is_closed
    assert seen == [f"/v1beta/models/{_MODEL}:generateContent"]


@pytest.mark.parametrize("calls_before", [0, 1])
async def test_an_async_httpx_client_written_later_is_used(
    new_client: NewClient, gemini: ScriptedGemini, calls_before: int
) -> None:
    """pydantic-ai sets `_http_options.httpx_async_client` on an existing client."""
    client = new_client()
    async with httpx.AsyncClient(headers={"x-own": "1"}) as own:
        for _ in range(calls_before):
            await client.aio.models.generate_content(model=_MODEL, contents="a")
        client._api_client._http_options.httpx_async_client = own
        await client.aio.models.generate_content(model=_MODEL, contents="a")
        assert gemini.last_request.headers.get("x-own") == "1"
        await client.aio.aclose()
        assert not own.is_closed


async def test_the_private_async_httpx_client_can_be_replaced(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """pydantic-ai's tests assign `_api_client._async_httpx_client`."""
    async with httpx.AsyncClient() as first, httpx.AsyncClient(headers={"x-own": "second"}) as second:
        client = new_client(httpx_async_client=first)
        client._api_client._async_httpx_client = second
        await client.aio.models.generate_content(model=_MODEL, contents="a")
        assert gemini.last_request.headers["x-own"] == "second"
        await client.aio.aclose()


def test_an_own_httpx_client_records_every_request(new_client: NewClient) -> None:
    """vcrpy, respx and httpx's own MockTransport see the requests of an `httpx.Client` that the program passes."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if "alt=sse" in str(request.url):
            body = b"data: " + json.dumps(_ANSWER).encode() + b"\n\n"
            return httpx.Response(200, content=body, headers={"content-type": "text/event-stream"})
        return httpx.Response(200, json=_ANSWER)

    with httpx.Client(transport=httpx.MockTransport(answer)) as own:
        client = new_client(httpx_client=own, base_url="https://nowhere.invalid/")
        assert client.models.generate_content(model=_MODEL, contents="a").text == "hi"
        assert [c.text for c in client.models.generate_content_stream(model=_MODEL, contents="a")] == ["hi"]
        client.close()
        assert not own.is_closed
    assert [(request.method, str(request.url)) for request in seen] == [
        ("POST", f"https://nowhere.invalid/v1beta/models/{_MODEL}:generateContent"),
        ("POST", f"https://nowhere.invalid/v1beta/models/{_MODEL}:streamGenerateContent?alt=sse"),
    ]
