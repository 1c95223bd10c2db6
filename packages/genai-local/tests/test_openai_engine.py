"""The openai engine with small endpoints in the three dialects: its requests, and its replies from theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from genai_local.engines import CandidateRequest, Prompt
from genai_local.engines.endpoints.bodies import completion_body
from genai_local.engines.endpoints.openai import OpenAIEngine
from genai_local.server import LocalServer

MODELS = "/v1beta/models/gemini-2.5-flash"
VERTEX = "/publishers/google/models/gemini-2.5-flash"


class Endpoint:
    """An OpenAI-compatible server whose model writes a fixed text."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.url = ""
        paths = {"/v1/chat/completions": self.chat, "/v1/embeddings": self.embed, "/tokenize": self.tokenize}
        routes = [Route(path, answer, methods=["POST"]) for path, answer in paths.items()]
        routes += [Route("/apply-template", self.apply_template, methods=["POST"]), Route("/v1/models", self.models)]
        self.app = Starlette(routes=routes)
        self.reset()

    def reset(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.text = ["Hel", "lo"]
        self.next_texts: list[list[str]] = []
        self.finish_reason: str | None = "stop"
        self.error: Response | None = None
        self.broken_event: dict[str, Any] | None = None

    @property
    def last_chat(self) -> dict[str, Any]:
        return [body for path, body in self.asked if path == "/v1/chat/completions"][-1]

    async def note(self, request: Request) -> dict[str, Any]:
        body = await request.json()
        self.asked.append((request.url.path, body))
        return body

    async def models(self, request: Request) -> Response:
        entry = {"id": "tiny", "max_model_len": 100} if self.dialect == "vllm" else {"id": "tiny"}
        return JSONResponse({"data": [entry, {"id": "other"}]})

    async def tokenize(self, request: Request) -> Response:
        body = await self.note(request)
        if self.dialect == "llama.cpp" and "content" in body:
            contents = body["content"] if isinstance(body["content"], list) else [body["content"]]
            words = " ".join(contents).split()
            pieces = [{"id": index, "piece": list(word.encode())} for index, word in enumerate(words)]
            return JSONResponse({"tokens": pieces if body.get("with_pieces") else list(range(len(words)))})
        if self.dialect == "vllm" and "messages" in body:
            return JSONResponse({"count": 5 * len(body["messages"]), "tokens": [1]})
        if self.dialect == "vllm" and "prompt" in body:
            words = body["prompt"].split()
            return JSONResponse({"count": len(words), "tokens": list(range(len(words))), "token_strs": words})
        return JSONResponse({"error": "no"}, 404)

    async def apply_template(self, request: Request) -> Response:
        body = await self.note(request)
        return JSONResponse({"prompt": " ".join(f"<| {message['content']} |>" for message in body["messages"])})

    async def chat(self, request: Request) -> Response:
        body = await self.note(request)
        if self.error:
            return self.error
        usage = {"prompt_tokens": self.prompt_tokens(body), "completion_tokens": len(self.text)}
        if not body.get("stream"):
            return JSONResponse({"choices": [], "usage": usage})

        async def events():
            words = list(self.text)
            if self.next_texts:
                self.text = self.next_texts.pop(0)
            for word in words:
                yield self.event({"delta": {"content": word}, **self.logprobs(word, body)})
            if self.finish_reason is None:
                return
            if self.broken_event:
                yield f"data: {json.dumps(self.broken_event)}\n\n"
                return
            yield self.event({"delta": {}, "finish_reason": self.finish_reason})
            yield f"data: {json.dumps({'choices': [], 'usage': usage})}\n\n"
            yield "data: [DONE]\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    def prompt_tokens(self, body: dict[str, Any]) -> int:
        """Count words, 20 more without a system message, whose place a default takes, and 5 more for each message."""
        texts = [message["content"] or "" for message in body["messages"]]
        roles = [message["role"] for message in body["messages"]]
        tools = len(json.dumps(body.get("tools", "")).split()) - 1
        return 20 * ("system" not in roles) + sum(5 + len(text.split()) for text in texts) + tools

    def event(self, choice: dict[str, Any]) -> str:
        return f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n\n"

    def logprobs(self, word: str, body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("logprobs"):
            return {}
        top = [{"token": word, "logprob": -0.5}, {"token": "x", "logprob": -2.0}]
        return {"logprobs": {"content": [{"token": word, "logprob": -0.5, "top_logprobs": top}]}}

    async def embed(self, request: Request) -> Response:
        body = await self.note(request)
        if self.error:
            return self.error
        return JSONResponse(
            {"data": [{"embedding": [3.0, 4.0, float(len(body["input"]))]}], "usage": {"prompt_tokens": 2}}
        )


@pytest.fixture(scope="session")
def endpoints(serve_app) -> Iterator[dict[str, tuple[Endpoint, LocalServer]]]:
    """An endpoint of each dialect, with a local server in front of it."""
    with ExitStack() as stack:
        result: dict[str, tuple[Endpoint, LocalServer]] = {}
        for dialect in ("plain", "llama.cpp", "vllm"):
            endpoint = Endpoint(dialect)
            endpoint.url = serve_app(endpoint.app)
            engine = OpenAIEngine(f"{endpoint.url}/v1", api_key="secret")
            result[dialect] = endpoint, stack.enter_context(LocalServer(engine))
        yield result


@pytest.fixture
def endpoint(request, endpoints) -> Endpoint:
    endpoint = endpoints[getattr(request, "param", "plain")][0]
    endpoint.reset()
    return endpoint


@pytest.fixture
def client(endpoint, endpoints, no_tls) -> Iterator[httpx2.Client]:
    """A client of the server whose engine uses the endpoint."""
    with httpx2.Client(base_url=endpoints[endpoint.dialect][1].url, timeout=30, verify=no_tls) as client:
        yield client


def ask(client: httpx2.Client, method: str = "generateContent", **config: Any) -> httpx2.Response:
    contents = [
        {"role": "user", "parts": [{"text": "one"}]},
        {"role": "model", "parts": [{"text": "hidden", "thought": True}, {"text": "two"}]},
        {"role": "user", "parts": [{"text": "thr"}, {"text": "ee"}]},
    ]
    system = {"parts": [{"text": "Be brief."}]}
    body = {"contents": contents, "systemInstruction": system, "generationConfig": config}
    return client.post(f"{MODELS}:{method}", json=body)


def test_requests_to_the_endpoint(client, endpoint):
    config = {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 7,
        "seed": 3,
        "maxOutputTokens": 20,
        "stopSequences": ["END"],
        "presencePenalty": 0.1,
        "frequencyPenalty": 0.2,
    }
    assert ask(client, **config).status_code == 200
    assert endpoint.last_chat == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
            {"role": "user", "content": "three"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 20,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 7,
        "seed": 3,
        "stop": ["END"],
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
    }


@pytest.mark.parametrize(
    ("settings", "is_sent"),
    [
        ({}, True),
        ({"temperature": 0.0}, True),
        ({"presence_penalty": 0.0}, False),
        ({"frequency_penalty": 0.5}, False),
        ({"json_output": True}, False),
        ({"json_schema": {"type": "string"}}, False),
        ({"choices": ["a"]}, False),
    ],
    ids=str,
)
def test_settings_against_repetition(settings, is_sent):
    """They are for free texts, and the penalties of a request replace them."""
    request = CandidateRequest(Prompt([]), max_output_tokens=9, **settings)
    for grammar in (None, 'root ::= "a"'):
        body = completion_body(
            request,
            model="tiny",
            messages=[],
            max_tokens=9,
            dialect="llama.cpp",
            grammar=grammar,
            against_repetition={"repeat_penalty": 1.1},
        )
        assert ("repeat_penalty" in body) is (is_sent and grammar is None)


def test_replies_from_the_endpoint(client, endpoint):
    endpoint.finish_reason = "length"
    reply = ask(client).json()
    [candidate] = reply["candidates"]
    assert candidate["content"]["parts"] == [{"text": "Hello"}]
    assert candidate["finishReason"] == "MAX_TOKENS"
    assert reply["modelVersion"] == "tiny"
    usage = reply["usageMetadata"]
    assert (usage["promptTokenCount"], usage["candidatesTokenCount"], usage["totalTokenCount"]) == (5, 2, 7)


def test_stream(client):
    chunks = ask(client, "streamGenerateContent").json()
    texts = [chunk["candidates"][0]["content"]["parts"][0]["text"] for chunk in chunks]
    assert texts == ["Hel", "lo", ""]
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    assert chunks[-1]["usageMetadata"]["totalTokenCount"] == 7


def test_candidates_have_different_seeds(client, endpoint):
    reply = ask(client, candidateCount=3, seed=10).json()
    assert len(reply["candidates"]) == 3
    seeds = [body["seed"] for path, body in endpoint.asked if path == "/v1/chat/completions"]
    assert sorted(seeds) == [10, 11, 12]
    assert reply["usageMetadata"]["candidatesTokenCount"] == 6


@pytest.mark.parametrize("logprobs", [0, 1])
def test_log_probabilities(client, endpoint, logprobs):
    candidate = ask(client, responseLogprobs=True, logprobs=logprobs).json()["candidates"][0]
    assert endpoint.last_chat["top_logprobs"] == 1
    result = candidate["logprobsResult"]
    assert result["chosenCandidates"] == [{"token": word, "logProbability": -0.5} for word in ("Hel", "lo")]
    assert [len(step["candidates"]) for step in result.get("topCandidates", [])] == [1] * 2 * logprobs
    assert candidate["avgLogprobs"] == -0.5


def test_structured_output(client, endpoint):
    endpoint.text = ['{"a"', ": 1}"]
    schema = {"type": "OBJECT", "properties": {"a": {"type": "INTEGER"}}}
    reply = ask(client, responseMimeType="application/json", responseSchema=schema).json()
    assert reply["candidates"][0]["content"]["parts"] == [{"text": '{"a": 1}'}]
    told = endpoint.last_chat["response_format"]
    assert told["json_schema"]["schema"] == {"type": "object", "properties": {"a": {"type": "integer"}}}
    ask(client, responseMimeType="application/json")
    assert endpoint.last_chat["response_format"] == {"type": "json_object"}


def test_an_endpoint_that_ignores_the_format_is_an_error(client, endpoint):
    response = ask(client, responseMimeType="application/json")
    assert response.status_code == 500
    assert "response_format" in response.json()["error"]["message"]


def test_invalid_values_are_retried(client, endpoint):
    endpoint.text = ["-1"]
    endpoint.next_texts = [["-2"], ["7.5"]]
    config = {"responseMimeType": "application/json", "responseSchema": {"type": "NUMBER", "minimum": 0}, "seed": 4}
    assert ask(client, **config).json()["candidates"][0]["content"]["parts"] == [{"text": "7.5"}]
    assert [body["seed"] for path, body in endpoint.asked if "seed" in body] == [4, 5, 6]
    response = ask(client, **config)
    assert response.status_code == 200
    endpoint.text = ["-1"]
    response = ask(client, "streamGenerateContent", **config)
    assert response.status_code == 500
    assert response.json()["error"]["message"].startswith("generationConfig.responseSchema: ")


def test_choice_as_a_json_string(client, endpoint):
    endpoint.text = ['"ye', 's"']
    config = {"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["yes", "no"]}}
    assert ask(client, **config).json()["candidates"][0]["content"]["parts"] == [{"text": "yes"}]
    schema = endpoint.last_chat["response_format"]["json_schema"]["schema"]
    assert schema == {"type": "string", "enum": ["yes", "no"]}


@pytest.mark.parametrize("endpoint", ["llama.cpp"], indirect=True)
def test_choice_as_a_grammar(client, endpoint):
    endpoint.text = ["yes"]
    config = {"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["yes", 'n"o']}}
    assert ask(client, **config).json()["candidates"][0]["content"]["parts"] == [{"text": "yes"}]
    assert endpoint.last_chat["grammar"] == r'root ::= "yes" | "n\"o"'


ANSWERED = {
    "contents": [
        {"role": "user", "parts": [{"text": "one two"}]},
        {"role": "model", "parts": [{"text": "hidden", "thought": True}, {"text": "three"}]},
        {"role": "user", "parts": [{"text": "four five six"}]},
    ]
}
INSTRUCTED = {**ANSWERED, "systemInstruction": {"parts": [{"text": "Be very brief."}]}}
SHORT = {"contents": [{"parts": [{"text": "Hello."}]}]}


@pytest.mark.parametrize("endpoint", ["plain", "llama.cpp", "vllm"], indirect=True)
@pytest.mark.parametrize(("request_", "count"), [(SHORT, 1), (ANSWERED, 6), (INSTRUCTED, 9)], ids=["1", "6", "9"])
def test_only_the_texts_are_counted(client, request_, count):
    """The tokens of the model's chat format are not counted, by any method that returns a count."""
    counted = client.post(f"{MODELS}:countTokens", json={"generateContentRequest": request_}).json()
    assert counted["totalTokens"] == count
    assert client.post("/v1" + VERTEX + ":countTokens", json=request_).json()["totalTokens"] == count
    for path in (f"{MODELS}:generateContent", f"/v1{VERTEX}:generateContent"):
        usage = client.post(path, json=request_).json()["usageMetadata"]
        assert (usage["promptTokenCount"], usage["totalTokenCount"]) == (count, count + 2)
    last = client.post(f"{MODELS}:streamGenerateContent", json=request_).json()[-1]
    assert last["usageMetadata"]["promptTokenCount"] == count


@pytest.mark.parametrize("endpoint", ["plain", "llama.cpp", "vllm"], indirect=True)
def test_cached_and_new_contents_add_up(client):
    cached = {"model": "models/gemini-2.5-flash", **INSTRUCTED}
    cache = client.post("/v1beta/cachedContents", json=cached).json()
    assert cache["usageMetadata"]["totalTokenCount"] == 9
    request = {"cachedContent": cache["name"], **SHORT}
    usage = client.post(f"{MODELS}:generateContent", json=request).json()["usageMetadata"]
    assert (usage["promptTokenCount"], usage["cachedContentTokenCount"]) == (10, 9)


@pytest.mark.parametrize("endpoint", ["plain", "llama.cpp", "vllm"], indirect=True)
def test_declarations_are_counted(client):
    request = {**SHORT, "tools": [{"functionDeclarations": [{"name": "look", "description": "Looks at the sky."}]}]}
    counted = client.post(f"{MODELS}:countTokens", json={"generateContentRequest": request}).json()["totalTokens"]
    assert counted > 4
    usage = client.post(f"{MODELS}:generateContent", json=request).json()["usageMetadata"]
    assert usage["promptTokenCount"] == counted


def test_the_chat_format_is_measured_once(client, endpoint):
    for _ in range(3):
        client.post(f"{MODELS}:generateContent", json=INSTRUCTED)
    endpoint.asked.clear()
    client.post(f"{MODELS}:generateContent", json=INSTRUCTED)
    assert [path for path, _ in endpoint.asked] == ["/v1/chat/completions"]


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"])
@pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent", "streamGenerateContent?alt=sse"])
def test_characters_that_look_like_line_ends(client, endpoint, character, method):
    """Such characters pass in both directions, also to clients that split the stream at each of them."""
    endpoint.text = [f"one{character}", "two"]
    response = ask(client, method)
    assert response.status_code == 200
    if "sse" in method:
        events = [line.removeprefix("data: ") for line in response.text.splitlines() if line]
    else:
        events = [json.dumps(item) for item in response.json()] if "stream" in method else [response.text]
    parts = [part for event in events for part in json.loads(event)["candidates"][0]["content"]["parts"]]
    assert "".join(part["text"] for part in parts) == f"one{character}two"


@pytest.mark.parametrize("endpoint", ["llama.cpp", "vllm"], indirect=True)
def test_tokens_of_the_endpoint(client):
    path = "/v1/publishers/google/models/gemini-2.5-flash:computeTokens"
    [info] = client.post(path, json={"contents": [{"parts": [{"text": "one two"}]}]}).json()["tokensInfo"]
    assert info == {"tokens": ["b25l", "dHdv"], "tokenIds": ["0", "1"], "role": "user"}


def test_no_token_ids_from_a_plain_endpoint(client):
    path = "/v1/publishers/google/models/gemini-2.5-flash:computeTokens"
    response = client.post(path, json={"contents": [{"parts": [{"text": "one two"}]}]})
    assert response.status_code == 400
    assert "token ids" in response.json()["error"]["message"]


@pytest.mark.parametrize("endpoint", ["vllm"], indirect=True)
def test_prompt_that_is_too_long(client, endpoint):
    contents = [{"parts": [{"text": "x"}]}] * 20
    response = client.post(f"{MODELS}:generateContent", json={"contents": contents})
    assert response.status_code == 400
    message = response.json()["error"]["message"]
    assert message == "The input token count (100) exceeds the maximum number of tokens allowed (100)."


def test_embeddings_are_normalised_and_counted(client, endpoint):
    requests = [{"content": {"parts": [{"text": text}]}} for text in ("", "12345678901", "123")[1:]]
    path = "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    first, second = client.post(path, json={"requests": requests}).json()["embeddings"]
    scale = (9 + 16 + 121) ** 0.5
    assert first["values"] == pytest.approx([3 / scale, 4 / scale, 11 / scale])
    assert sum(value * value for value in second["values"]) == pytest.approx(1)


def test_a_model_for_embeddings(endpoint, serve_engine):
    """Embeddings, their counts and their description come from this model, chats from the other."""
    server = serve_engine(OpenAIEngine(endpoint.url, model="tiny", embedding_model="other"))
    with httpx2.Client(base_url=server.url, timeout=10) as client:
        path = "/v1beta/models/gemini-embedding-001"
        text = {"parts": [{"text": "two words"}]}
        values = client.post(f"{path}:embedContent", json={"content": text}).json()["embedding"]["values"]
        assert len(values) == 3
        assert client.post(f"{path}:countTokens", json={"contents": [text, text]}).json()["totalTokens"] == 4
        assert client.get(path).json()["description"].startswith("Answered by other.")
        assert client.get(MODELS).json()["description"].startswith("Answered by tiny.")
        assert client.get("/v1beta/models/other").json()["supportedGenerationMethods"][0] == "embedContent"
        assert client.post("/v1beta/models/tiny:embedContent", json={"content": text}).status_code == 404
    named = {body.get("model") for path, body in endpoint.asked if path == "/v1/embeddings"}
    assert named == {"other"}


@pytest.mark.parametrize(
    ("status", "error", "code", "words"),
    [
        (400, {"message": "bad top_k"}, 400, "bad top_k"),
        (
            400,
            {"type": "exceed_context_size_error", "n_prompt_tokens": 9, "n_ctx": 5, "message": "x"},
            400,
            "The input token count (9) exceeds the maximum number of tokens allowed (5).",
        ),
        (404, {"message": "no such model"}, 400, "no such model"),
        (429, {"message": "full"}, 429, "full"),
        (500, {"message": "crash"}, 503, "crash"),
        (401, "unauthorized", 503, "unauthorized"),
    ],
)
def test_errors_of_the_endpoint(client, endpoint, status, error, code, words):
    endpoint.error = JSONResponse({"error": error}, status)
    response = ask(client)
    assert response.status_code == code
    assert words in response.json()["error"]["message"]


def test_error_page_of_the_endpoint(client, endpoint):
    endpoint.error = Response("<html>oops</html>", 502)
    assert ask(client).status_code == 503


def test_error_in_the_stream_of_the_endpoint(client, endpoint):
    endpoint.broken_event = {"error": {"code": 500, "message": "slot lost"}}
    chunks = ask(client, "streamGenerateContent").json()
    assert chunks[-1]["error"]["code"] == 503
    assert "slot lost" in chunks[-1]["error"]["message"]
    assert ask(client).status_code == 503


@pytest.mark.parametrize(
    "event", [{"error": "text"}, {"error": {"code": "context_length_exceeded", "message": "text"}}]
)
def test_other_forms_of_errors_in_the_stream(client, endpoint, event):
    endpoint.broken_event = event
    response = ask(client)
    assert response.status_code == 503
    assert "text" in response.json()["error"]["message"]


def test_stream_that_the_endpoint_ends_early(client, endpoint):
    endpoint.finish_reason = None
    assert ask(client).status_code == 503
    assert ask(client, "streamGenerateContent").json()[-1]["error"]["status"] == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("endpoint", "asked", "sent"),
    [("plain", None, None), ("plain", 7, 7), ("vllm", None, 80), ("vllm", 90, 80), ("vllm", 7, 7)],
    indirect=["endpoint"],
)
def test_limit_fits_into_the_context(client, endpoint, asked, sent):
    config = {} if asked is None else {"maxOutputTokens": asked}
    assert ask(client, **config).status_code == 200
    assert endpoint.last_chat.get("max_tokens") == sent


def test_stop_sequence_within_json_is_not_an_error(client, endpoint):
    endpoint.text = ['{"a": ']
    response = ask(client, responseMimeType="application/json", stopSequences=["1"])
    assert response.json()["candidates"][0]["content"]["parts"] == [{"text": '{"a": '}]


def test_endpoint_that_has_stopped(serve_app, serve_engine, stop_apps):
    endpoint = Endpoint("plain")
    server = serve_engine(OpenAIEngine(serve_app(endpoint.app)))
    stop_apps(1)
    response = httpx2.post(f"{server.url}{MODELS}:generateContent", json={"contents": [{"parts": [{"text": "x"}]}]})
    assert response.status_code == 503
    assert response.json()["error"]["status"] == "UNAVAILABLE"


def test_no_endpoint_at_the_address(serve_engine, free_port):
    with pytest.raises(RuntimeError, match="No OpenAI-compatible endpoint answers at"):
        serve_engine(OpenAIEngine(f"http://127.0.0.1:{free_port}"))


def test_missing_model(endpoint, serve_engine):
    with pytest.raises(RuntimeError, match="does not have the model 'big'; it has tiny, other"):
        serve_engine(OpenAIEngine(endpoint.url, model="big"))
