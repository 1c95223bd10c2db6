"""Function calling over HTTP: refused requests, and the openai engine with an endpoint's tools."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from genai_local.engines.endpoints.openai import OpenAIEngine

MODEL = "/v1beta/models/gemini-2.5-flash"
WEATHER = {
    "name": "get_weather",
    "description": "Tells the weather.",
    "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]},
}
TIME = {"name": "get_time", "parametersJsonSchema": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOLS = [{"functionDeclarations": [WEATHER, TIME]}]
USER = {"role": "user", "parts": [{"text": "Weather in Rome?"}]}
CALL = {"role": "model", "parts": [{"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}}]}
RESULT = {"role": "user", "parts": [{"functionResponse": {"name": "get_weather", "response": {"result": "sunny"}}}]}


class Endpoint:
    """An OpenAI-compatible server that streams given deltas, one list for each request."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.counted: list[dict[str, Any]] = []
        self.replies: list[list[dict[str, Any]]] = []
        self.finish_reason = "tool_calls"
        self.refusal: dict[str, Any] | None = None
        self.caps: dict[str, Any] | None = None
        routes = [Route("/v1/chat/completions", self.chat, methods=["POST"]), Route("/v1/models", self.models)]
        routes += [Route("/tokenize", self.tokenize, methods=["POST"]), Route("/props", self.props)]
        routes += [Route("/apply-template", self.apply_template, methods=["POST"])]
        self.app = Starlette(routes=routes)

    async def models(self, request: Request) -> Response:
        return JSONResponse({"data": [{"id": "tiny"}]})

    async def props(self, request: Request) -> Response:
        return JSONResponse({"chat_template_caps": self.caps})

    async def tokenize(self, request: Request) -> Response:
        if self.caps is None:
            return JSONResponse({"error": "no"}, 404)
        content = (await request.json())["content"]
        words = content.split() if isinstance(content, str) else " ".join(content).split()
        return JSONResponse({"tokens": list(range(len(words)))})

    async def apply_template(self, request: Request) -> Response:
        body = await request.json()
        return JSONResponse({"prompt": " ".join(["word"] * (len(body["messages"]) + 10 * len(body.get("tools", []))))})

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        (self.asked if body.get("stream") else self.counted).append(body)
        if self.refusal and "tools" in body:
            return JSONResponse({"error": self.refusal}, 400)
        words = " ".join(message["content"] or "" for message in body["messages"]).split()
        usage = {"prompt_tokens": len(words), "completion_tokens": 3}
        if not body.get("stream"):
            return JSONResponse({"choices": [], "usage": usage})
        deltas = self.replies.pop(0)

        async def events():
            for delta in deltas:
                yield f"data: {json.dumps({'choices': [{'delta': delta}]})}\n\n"
            yield f"data: {json.dumps({'choices': [{'delta': {}, 'finish_reason': self.finish_reason}]})}\n\n"
            yield f"data: {json.dumps({'choices': [], 'usage': usage})}\n\ndata: [DONE]\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")


Ask = Callable[..., httpx2.Response]


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def ask_endpoint(endpoint, serve_app, stop_apps, serve_engine, no_tls):
    """Send a request with tools to a local server in front of the endpoint."""
    started: list[httpx2.Client] = []

    def call(*contents: dict[str, Any], method: str = "generateContent", **fields: Any) -> httpx2.Response:
        if not started:
            server = serve_engine(OpenAIEngine(f"{serve_app(endpoint.app)}/v1"))
            started.append(httpx2.Client(base_url=server.url, timeout=30, verify=no_tls))
        body = {"contents": list(contents) or [USER], "tools": TOOLS, **fields}
        body = {name: value for name, value in body.items() if value is not None}
        return started[0].post(f"{MODEL}:{method}", json=body)

    yield call
    for client in started:
        client.close()
        stop_apps(1)


def mode(name: str, *allowed: str) -> dict[str, Any]:
    return {"functionCallingConfig": {"mode": name, **({"allowedFunctionNames": list(allowed)} if allowed else {})}}


def piece(arguments: str, **more: Any) -> dict[str, Any]:
    named = {"name": more.pop("name")} if "name" in more else {}
    return {"tool_calls": [{"index": 0, "function": {"arguments": arguments, **named}, **more}]}


@pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent"])
def test_calls_of_the_endpoint(endpoint, ask_endpoint, method):
    second = {"index": 1, "id": "b", "function": {"name": "get_time", "arguments": "{}"}}
    endpoint.replies = [
        [
            {"content": "Let me see."},
            piece('{"ci', name="get_weather", id="a"),
            piece('ty": "Rome"}'),
            {"tool_calls": [second]},
        ]
    ]
    reply = ask_endpoint(method=method).json()
    chunks = reply if isinstance(reply, list) else [reply]
    parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
    assert parts == [
        {"text": "Let me see."},
        {"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}},
        {"functionCall": {"name": "get_time", "args": {}}},
    ]
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    assert chunks[-1]["usageMetadata"]["candidatesTokenCount"] == 3
    [body] = endpoint.asked
    assert [tool["function"]["name"] for tool in body["tools"]] == ["get_weather", "get_time"]
    assert body["tools"][0]["function"]["parameters"] == {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    }
    assert body["tool_choice"] == "auto"
    assert body["parallel_tool_calls"] is True


@pytest.mark.parametrize(
    ("config", "names", "choice"),
    [
        (mode("ANY"), ["get_weather", "get_time"], "required"),
        (mode("ANY", "get_time"), ["get_time"], {"type": "function", "function": {"name": "get_time"}}),
        (mode("VALIDATED", "get_time"), ["get_time"], "auto"),
        (mode("NONE"), None, None),
    ],
)
def test_modes(endpoint, ask_endpoint, config, names, choice):
    endpoint.replies = [[{"content": "x"}]]
    assert ask_endpoint(toolConfig=config).status_code == 200
    [body] = endpoint.asked
    assert [tool["function"]["name"] for tool in body["tools"]] if names else "tools" not in body
    assert body.get("tool_choice") == choice


def test_results_go_back(endpoint, ask_endpoint):
    endpoint.replies = [[{"content": "It is sunny."}]]
    endpoint.finish_reason = "stop"
    call = {"role": "model", "parts": [{**CALL["parts"][0], "thoughtSignature": "c2lnbg=="}]}
    assert ask_endpoint(USER, call, RESULT).json()["candidates"][0]["content"]["parts"] == [{"text": "It is sunny."}]
    _, told, result = endpoint.asked[0]["messages"]
    assert told["tool_calls"][0]["function"] == {"name": "get_weather", "arguments": '{"city": "Rome"}'}
    assert result == {"role": "tool", "tool_call_id": told["tool_calls"][0]["id"], "content": '{"result": "sunny"}'}


def test_arguments_that_are_not_json(endpoint, ask_endpoint):
    endpoint.replies = [[piece("{oops", name="get_weather")]]
    [candidate] = ask_endpoint().json()["candidates"]
    assert candidate["finishReason"] == "MALFORMED_FUNCTION_CALL"
    assert "content" not in candidate or not candidate["content"]["parts"]


REFUSALS = [
    {"message": "registry/tiny does not support tools"},
    {"message": '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'},
    {"message": "tools param requires --jinja flag"},
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=[refusal["message"][:20] for refusal in REFUSALS])
def test_endpoint_without_tools(endpoint, ask_endpoint, refusal):
    endpoint.refusal, endpoint.finish_reason = refusal, "stop"
    endpoint.replies = [
        [{"content": '{"calls": [{"name": "get_weather", "argu'}, {"content": 'ments": {"city": "Rome"}}]}'}]
    ]
    [candidate] = ask_endpoint().json()["candidates"]
    assert candidate["content"]["parts"] == [{"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}}]
    with_tools, without = endpoint.asked
    assert "tools" in with_tools
    assert "tools" not in without
    assert "get_weather: Tells the weather." in without["messages"][0]["content"]
    assert without["response_format"]["json_schema"]["schema"]["required"] == ["calls"]

    endpoint.asked.clear()
    endpoint.replies = [[{"content": '{"calls": []}'}], [{"content": "Hello."}]]
    assert ask_endpoint().json()["candidates"][0]["content"]["parts"] == [{"text": "Hello."}]
    assert [message["role"] for message in endpoint.asked[1]["messages"]] == ["user"]


def test_other_refusals_are_not_changed(endpoint, ask_endpoint):
    endpoint.refusal = {"message": "temperature is too high"}
    response = ask_endpoint()
    assert response.status_code == 400
    assert "temperature is too high" in response.json()["error"]["message"]


def test_required_calls_that_the_model_does_not_write(endpoint, ask_endpoint):
    endpoint.refusal, endpoint.finish_reason = REFUSALS[0], "length"
    endpoint.replies = [[{"content": '{"calls": [{"na'}]]
    [candidate] = ask_endpoint(toolConfig=mode("ANY")).json()["candidates"]
    assert candidate["finishReason"] == "MALFORMED_FUNCTION_CALL"


def test_llama_cpp_with_a_template_for_tools(endpoint, ask_endpoint):
    endpoint.caps = {"supports_tools": True}
    endpoint.replies = [[piece("{}", name="get_time")]]
    reply = ask_endpoint().json()
    assert reply["candidates"][0]["content"]["parts"] == [{"functionCall": {"name": "get_time", "args": {}}}]
    declared = " ".join(json.dumps(function) for function in (WEATHER, TIME)).split()
    assert reply["usageMetadata"]["promptTokenCount"] == len(declared) + 3
    assert "tools" in endpoint.asked[0]


def with_ids(turn: dict[str, Any], *ids: str | None) -> dict[str, Any]:
    """Return a turn whose only part is repeated, once with each id; None stands for no id."""
    [[(field, value)]] = [part.items() for part in turn["parts"]]
    return {**turn, "parts": [{field: value if one is None else {**value, "id": one}} for one in ids]}


DECLARED = {"contents": [USER], "tools": TOOLS}
REFUSED = [
    ({**DECLARED, "toolConfig": mode("AUTO", "get_time")}, "toolConfig.functionCallingConfig.allowedFunctionNames"),
    ({**DECLARED, "toolConfig": mode("ANY", "nope")}, "toolConfig.functionCallingConfig.allowedFunctionNames[0]"),
    (
        {**DECLARED, "toolConfig": mode("VALIDATED", "get_time", "nope")},
        "toolConfig.functionCallingConfig.allowedFunctionNames[1]",
    ),
    ({"contents": [USER], "toolConfig": mode("ANY")}, "toolConfig.functionCallingConfig.mode"),
    (
        {
            "contents": [USER],
            "tools": [{"functionDeclarations": [{**WEATHER, "parametersJsonSchema": {"type": "object"}}]}],
        },
        "tools[0].functionDeclarations[0].parametersJsonSchema",
    ),
    (
        {
            "contents": [USER],
            "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"type": "text"}}]}],
        },
        "tools[0].functionDeclarations[0].parametersJsonSchema",
    ),
    (
        {"contents": [USER], "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "STRING"}}]}]},
        "tools[0].functionDeclarations[0].parameters",
    ),
    (
        {"contents": [USER], "tools": [{"functionDeclarations": [{"name": "1 f"}]}]},
        "tools[0].functionDeclarations[0].name",
    ),
    ({"contents": [USER], "tools": [*TOOLS, *TOOLS]}, "tools[1].functionDeclarations[0].name"),
    ({**DECLARED, "contents": [USER, RESULT]}, "contents[1]"),
    ({**DECLARED, "contents": [RESULT]}, "contents[0]"),
    ({**DECLARED, "contents": [USER, CALL, USER]}, "contents[2]"),
    ({**DECLARED, "contents": [USER, {**CALL, "parts": CALL["parts"] * 2}, RESULT]}, "contents[2]"),
    ({**DECLARED, "contents": [USER, CALL, {**RESULT, "parts": RESULT["parts"] * 2}]}, "contents[2]"),
    *(
        ({**DECLARED, "contents": [USER, with_ids(CALL, *calls), with_ids(RESULT, *results)]}, field)
        for calls, results, field in [
            (["a"], ["b"], "contents[2].parts[0].functionResponse.id"),
            (["a"], [None], "contents[2].parts[0].functionResponse.id"),
            ([None], ["a"], "contents[2].parts[0].functionResponse.id"),
            (["a", "b"], ["a", None], "contents[2].parts[1].functionResponse.id"),
            (["a", "b"], ["b", "b"], "contents[2].parts[1].functionResponse.id"),
        ]
    ),
]


@pytest.mark.parametrize(("body", "field"), REFUSED, ids=[field for _, field in REFUSED])
def test_refusals(http, body, field):
    response = http.post(f"{MODEL}:generateContent", json=body)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["message"].startswith(f"{field}: ")
    assert error["details"][0]["fieldViolations"][0]["field"] == field


@pytest.mark.parametrize("role", ["user", "tool", "function"])
def test_valid_turns(http, role):
    contents = [
        USER,
        CALL,
        {**RESULT, "role": role},
        CALL,
        RESULT,
        {"role": "model", "parts": [{"text": "Sunny."}]},
        USER,
    ]
    assert http.post(f"{MODEL}:generateContent", json={**DECLARED, "contents": contents}).status_code == 200


def test_results_with_the_ids_of_their_calls_in_any_order(http):
    contents = [USER, with_ids(CALL, "a", None, "b"), with_ids(RESULT, "b", "a", None)]
    assert http.post(f"{MODEL}:generateContent", json={**DECLARED, "contents": contents}).status_code == 200


@pytest.mark.parametrize(
    ("model", "has_ids"),
    [
        ("gemini-3-pro-preview", True),
        ("gemini-3.1-flash", True),
        ("gemini-12", True),
        ("gemini-2.5-flash", False),
        ("gemini-1.5-pro", False),
        ("gemma-3-27b-it", False),
    ],
)
def test_calls_of_newer_models_have_ids(http, model, has_ids):
    path = f"/v1beta/models/{model}"
    body = {**DECLARED, "toolConfig": mode("ANY")}
    [part] = http.post(f"{path}:generateContent", json=body).json()["candidates"][0]["content"]["parts"]
    assert ("id" in part["functionCall"]) is has_ids
    assert part["functionCall"]["name"] == "get_weather"


def test_json_output_and_functions_exclude_each_other(endpoint, ask_endpoint):
    config = {"responseMimeType": "application/json"}
    response = ask_endpoint(generationConfig=config)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("generationConfig.responseMimeType: ")
    endpoint.finish_reason, endpoint.replies = "stop", [[{"content": "{}"}]]
    assert ask_endpoint(generationConfig=config, toolConfig=mode("NONE")).status_code == 200


def test_counting_where_tools_are_refused(endpoint, ask_endpoint):
    endpoint.refusal = REFUSALS[0]
    request = {"contents": [USER], "tools": TOOLS}
    response = ask_endpoint(method="countTokens", tools=None, contents=None, generateContentRequest=request)
    assert response.json()["totalTokens"] > 20
    assert "get_weather: Tells the weather." in endpoint.counted[1]["messages"][0]["content"]
    for calls in ('{"calls": []}', '{"calls": [{"name": "get_time", "arguments": {}}]}'):
        endpoint.replies = [[{"content": calls}], [{"content": "Hello."}]]
        assert ask_endpoint().json()["usageMetadata"]["promptTokenCount"] == response.json()["totalTokens"]
