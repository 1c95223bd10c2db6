"""The embedded engine on the real small model, where it has been pulled."""

from __future__ import annotations

import importlib.util
import json
import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import jsonschema
import pytest

from genai_local import weights
from genai_local.engines.endpoints.llama import LlamaEngine
from genai_local.server import LocalServer, serve

from .interacting import PATH, create, created, events_of, refused, steps_of, text_of as interaction_text

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="the package xllamacpp is not installed"),
    pytest.mark.skipif(
        not weights.path_of(weights.DEFAULT).is_file(), reason="the model is not in the cache: genai-local pull smollm2"
    ),
]
MODEL = "/v1beta/models/gemini-2.5-flash"
CORPUS = json.loads((Path(__file__).parent / "function_calls.json").read_text(encoding="utf-8"))
EVERYDAY = json.loads((Path(__file__).parent / "everyday_prompts.json").read_text(encoding="utf-8"))
CORPUS["functions"] = {function["name"]: function for function in CORPUS["functions"]}


@pytest.fixture(scope="module")
def llama() -> Iterator[LocalServer]:
    with serve(engine="llama", max_running=8) as server:
        yield server


@pytest.fixture
def client(llama) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=llama.url, timeout=120) as client:
        yield client


def ask(client: httpx2.Client, text: str, method: str = "generateContent", **config):
    body = {"contents": [{"role": "user", "parts": [{"text": text}]}], "generationConfig": config}
    return client.post(f"{MODEL}:{method}", json=body)


def text_of(reply) -> str:
    assert reply.status_code == 200, reply.text
    return reply.json()["candidates"][0]["content"]["parts"][0]["text"]


def test_seed_decides(client):
    settings = {"seed": 5, "temperature": 1.0, "maxOutputTokens": 16}
    first, second = (text_of(ask(client, "Tell me a story", **settings)) for _ in range(2))
    assert first == second
    assert text_of(ask(client, "Tell me a story", **{**settings, "seed": 6})) != first


def test_limits_and_usage(client):
    reply = ask(client, "Tell me a very long story", temperature=0, maxOutputTokens=12).json()
    assert reply["candidates"][0]["finishReason"] == "MAX_TOKENS"
    usage = reply["usageMetadata"]
    assert usage["candidatesTokenCount"] == 12
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + 12
    assert reply["modelVersion"] == "smollm2-135m-instruct.q4_1"
    assert usage["promptTokenCount"] == 6


@pytest.mark.parametrize("model", [MODEL, "/v1/publishers/google/models/gemini-2.5-flash"])
def test_only_the_texts_are_counted(client, model):
    """The chat format of the model, with its default system message, is not counted."""

    def counts(**request) -> set[int]:
        limited = {**request, "generationConfig": {"maxOutputTokens": 2}}
        answer = client.post(f"{model}:generateContent", json=limited).json()
        stream = client.post(f"{model}:streamGenerateContent", json=limited).json()
        usages = [answer["usageMetadata"], stream[-1]["usageMetadata"]]
        assert all(usage["totalTokenCount"] == usage["promptTokenCount"] + 2 for usage in usages)
        whole = {"generateContentRequest": request} if model == MODEL else request
        counted = client.post(f"{model}:countTokens", json=whole).json()
        return {counted["totalTokens"], *(usage["promptTokenCount"] for usage in usages)}

    hello = [user("Hello.")]
    assert counts(contents=hello) == {2}
    talk = [*hello, {"role": "model", "parts": [{"text": "Hello."}]}, *hello]
    assert counts(contents=talk, systemInstruction={"parts": [{"text": "Hello."}]}) == {8}
    [declared_count] = counts(contents=hello, tools=declared("get_time"))
    assert 10 < declared_count < 200


@pytest.mark.parametrize("config", [{"temperature": 0}, {}], ids=["temperature 0", "default"])
def test_answers_to_everyday_prompts_end(llama, config):
    """At least 95 % end by themselves, before the limit of the output."""

    def finish_reason(seed: int) -> str:
        with httpx2.Client(base_url=llama.url, timeout=600) as client:
            reply = ask(client, EVERYDAY[seed], seed=seed, **config)
            assert text_of(reply)
            return reply.json()["candidates"][0]["finishReason"]

    with ThreadPoolExecutor(4) as pool:
        reasons = list(pool.map(finish_reason, range(len(EVERYDAY))))
    unfinished = [prompt for prompt, reason in zip(EVERYDAY, reasons, strict=True) if reason != "STOP"]
    assert len(EVERYDAY) == 40
    assert len(unfinished) <= 2, unfinished


def test_stop_sequence(client):
    whole = text_of(ask(client, "Count to ten", temperature=0, maxOutputTokens=24))
    stop = whole.split()[2]
    cut = ask(client, "Count to ten", temperature=0, maxOutputTokens=24, stopSequences=[stop]).json()["candidates"][0]
    assert cut["finishReason"] == "STOP"
    assert cut["content"]["parts"][0]["text"] == whole[: whole.index(stop)]


def test_stream_is_the_unary_reply_in_pieces(client):
    chunks = ask(client, "Say hello", "streamGenerateContent", temperature=0, maxOutputTokens=10).json()
    texts = [chunk["candidates"][0]["content"]["parts"][0]["text"] for chunk in chunks]
    assert len(texts) > 3
    assert "".join(texts) == text_of(ask(client, "Say hello", temperature=0, maxOutputTokens=10))
    counts = [chunk["usageMetadata"].get("candidatesTokenCount", 0) for chunk in chunks]
    assert counts == sorted(counts)
    assert counts[-1] == 10


@pytest.mark.parametrize("seed", range(3))
def test_schema_constrains(client, seed):
    schema = {
        "type": "OBJECT",
        "properties": {
            "name": {"type": "STRING", "maxLength": 12},
            "age": {"type": "INTEGER", "nullable": True},
            "mood": {"type": "STRING", "enum": ["happy", "sad"]},
        },
        "required": ["name", "age", "mood"],
        "propertyOrdering": ["mood", "name", "age"],
    }
    config = {"responseMimeType": "application/json", "responseSchema": schema, "seed": seed, "maxOutputTokens": 200}
    value = json.loads(text_of(ask(client, "Invent a person", **config)))
    assert list(value) == ["mood", "name", "age"]
    assert value["mood"] in ("happy", "sad")
    assert value["age"] is None or isinstance(value["age"], int)


def test_json_schema_with_references_constrains(client):
    schema = {
        "$defs": {"Point": {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}},
        "type": "array",
        "items": {"$ref": "#/$defs/Point"},
        "minItems": 2,
        "maxItems": 3,
    }
    config = {"responseMimeType": "application/json", "responseJsonSchema": schema, "seed": 1, "maxOutputTokens": 300}
    jsonschema.validate(json.loads(text_of(ask(client, "Give points", **config))), schema)


def test_choice(client):
    config = {"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["fire", "water"]}}
    assert text_of(ask(client, "Is a lake fire or water?", **config)) in ("fire", "water")


def test_several_candidates_and_log_probabilities(client):
    config = {"candidateCount": 2, "seed": 1, "maxOutputTokens": 6, "responseLogprobs": True, "logprobs": 3}
    candidates = ask(client, "Name a colour", **config).json()["candidates"]
    assert len(candidates) == 2
    for candidate in candidates:
        steps = candidate["logprobsResult"]["topCandidates"]
        assert len(steps) == 6
        assert all(len(step["candidates"]) == 3 for step in steps)
        chosen = candidate["logprobsResult"]["chosenCandidates"]
        assert "".join(item["token"] for item in chosen) == candidate["content"]["parts"][0]["text"]
        assert candidate["avgLogprobs"] < 0


def test_prompt_that_is_too_long(client):
    response = ask(client, "word " * 9000)
    assert response.status_code == 400
    assert "exceeds the maximum number of tokens allowed (8192)" in response.json()["error"]["message"]


def test_prompts_that_do_not_fit_together_wait_for_each_other():
    """Five prompts and their answers take more than a third of the context each; one takes more than the whole."""
    with serve(LlamaEngine(weights.find(weights.DEFAULT), context_tokens=1024), max_running=8) as server:

        def answer(number: int) -> int:
            text = "The cat sees the dog. " * (200 if number == 4 else 45) + f"Tell me story {number}"
            with httpx2.Client(base_url=server.url, timeout=240) as client:
                return ask(client, text, maxOutputTokens=80, temperature=0).status_code

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(answer, range(6))) == [200] * 4 + [400, 200]


def test_schemas_beyond_grammars_are_enforced_by_retries(client):
    schema = {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "maxItems": 2, "uniqueItems": True}
    for seed in range(5):
        config = {"responseMimeType": "application/json", "responseJsonSchema": schema, "seed": seed}
        assert sorted(json.loads(text_of(ask(client, "Two letters", **config, maxOutputTokens=60)))) == ["a", "b"]
    impossible = {"type": "boolean", "not": {"type": "boolean"}}
    config = {"responseMimeType": "application/json", "responseJsonSchema": impossible, "maxOutputTokens": 20}
    response = ask(client, "x", **config)
    assert response.status_code == 500
    assert "did not write a valid value in 5 attempts" in response.json()["error"]["message"]


BOUNDED = {
    "recursion": {
        "$defs": {
            "Tree": {
                "type": "object",
                "properties": {
                    "isLeaf": {"type": "boolean"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}, "maxItems": 1},
                },
                "required": ["isLeaf"],
                "additionalProperties": False,
            }
        },
        "$ref": "#/$defs/Tree",
    },
    "recursion to the whole": {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#"}, "maxItems": 1}},
        "additionalProperties": False,
    },
    "union of types": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
    "union of schemas": {
        "anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "boolean"}, "maxItems": 2}]
    },
    "one of": {"oneOf": [{"type": "boolean"}, {"type": "integer", "minimum": 1, "maximum": 9}]},
    "nested arrays": {
        "type": "array",
        "items": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9}, "maxItems": 2},
        "maxItems": 2,
    },
    "tuple": {"type": "array", "prefixItems": [{"type": "boolean"}, {"const": "x"}], "items": False, "minItems": 2},
    "tuple and more": {"type": "array", "prefixItems": [{"const": "x"}], "items": {"type": "boolean"}, "minItems": 3},
    "map": {"type": "object", "additionalProperties": {"type": "boolean"}, "maxProperties": 2, "minProperties": 1},
    "date": {"type": "string", "format": "date"},
    "date and time": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "number with limits": {"type": "number", "minimum": 0, "maximum": 1},
    "integer with limits": {"type": "integer", "minimum": -3, "maximum": 3},
    "pattern": {"type": "string", "pattern": "^[a-c]{2,4}$"},
    "enum of several types": {"enum": [1, "two", None]},
    "all of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]},
            {"type": "object", "properties": {"b": {"type": "boolean"}}, "required": ["b"]},
        ]
    },
}


@pytest.mark.parametrize("schema", list(BOUNDED.values()), ids=list(BOUNDED))
def test_schemas_are_honoured(client, schema):
    """Every complete value fits; a recursion may exceed the limit."""
    for seed in range(1, 9):
        config = {"responseMimeType": "application/json", "responseJsonSchema": schema, "seed": seed}
        reply = ask(client, "Give a short example", **config, maxOutputTokens=120)
        if reply.json()["candidates"][0]["finishReason"] == "STOP":
            jsonschema.validate(json.loads(text_of(reply)), schema)
            return
    pytest.fail("no value was complete")


def test_enum_as_json(client):
    config = {"responseMimeType": "application/json", "responseSchema": {"type": "STRING", "enum": ["fire", "water"]}}
    assert json.loads(text_of(ask(client, "Is a lake fire or water?", **config))) in ("fire", "water")


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/Nope"},
        {"$defs": {"A": {"$ref": "#/$defs/A"}}, "$ref": "#/$defs/A"},
        {"type": "string", "minLength": 5, "maxLength": 2},
        {"type": "string", "enum": []},
    ],
    ids=str,
)
def test_contradictory_schemas_are_refused(client, schema):
    response = ask(client, "x", responseMimeType="application/json", responseJsonSchema=schema)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("generationConfig.responseJsonSchema: ")
    assert ask(client, "x", maxOutputTokens=1).status_code == 200


def declared(*names: str) -> list[dict]:
    return [{"functionDeclarations": [CORPUS["functions"][name] for name in names]}]


def converse(client: httpx2.Client, *contents: dict, names: tuple[str, ...], method: str = "generateContent", **fields):
    body = {
        "contents": list(contents),
        "tools": declared(*names),
        "generationConfig": {"maxOutputTokens": 60},
        **fields,
    }
    return client.post(f"{MODEL}:{method}", json=body)


def user(text: str) -> dict:
    return {"role": "user", "parts": [{"text": text}]}


def parts_of(reply) -> list[dict]:
    assert reply.status_code == 200, reply.text
    return reply.json()["candidates"][0].get("content", {}).get("parts", [])


def test_call_and_answer(client):
    names = ("get_current_weather", "get_time")
    reply = converse(client, user("What is the weather like in Boston?"), names=names)
    [part] = parts_of(reply)
    assert part == {"functionCall": {"name": "get_current_weather", "args": {"location": "Boston"}}}
    assert reply.json()["candidates"][0]["finishReason"] == "STOP"
    usage = reply.json()["usageMetadata"]
    assert usage["promptTokenCount"] > 30
    assert 5 < usage["candidatesTokenCount"] < 60
    result = {"functionResponse": {"name": "get_current_weather", "response": {"result": "sunny, 22 degrees"}}}
    contents = [user("What is the weather like in Boston?"), {"role": "model", "parts": [part]}]
    answer = "".join(
        item["text"] for item in parts_of(converse(client, *contents, {"role": "user", "parts": [result]}, names=names))
    )
    assert "sunny, 22 degrees" in answer


def test_call_in_a_stream(client):
    reply = converse(client, user("What time is it in Berlin?"), names=("get_time",), method="streamGenerateContent")
    [chunk] = reply.json()
    assert chunk["candidates"][0]["content"]["parts"] == [
        {"functionCall": {"name": "get_time", "args": {"city": "Berlin"}}}
    ]
    assert chunk["candidates"][0]["finishReason"] == "STOP"


@pytest.mark.parametrize("text", ["Hello!", "Hi, how are you?"])
def test_greetings_are_answered(client, text):
    assert "text" in parts_of(converse(client, user(text), names=("get_current_weather", "get_time")))[0]


def test_modes(client):
    def called(mode: str, *allowed: str) -> list[str]:
        config = {"mode": mode, **({"allowedFunctionNames": allowed} if allowed else {})}
        question = user("What is the weather in Boston?")
        reply = converse(
            client, question, names=("get_current_weather", "get_time"), toolConfig={"functionCallingConfig": config}
        )
        return [part["functionCall"]["name"] for part in parts_of(reply) if "functionCall" in part]

    assert called("NONE") == []
    assert called("VALIDATED") == ["get_current_weather"]
    assert called("ANY", "get_time") == ["get_time"]
    hello = converse(client, user("Hello!"), names=("get_time",), toolConfig={"functionCallingConfig": {"mode": "ANY"}})
    assert parts_of(hello)[0]["functionCall"]["name"] == "get_time"


def test_request_that_continues(client):
    contents = [
        user("What is the weather like in Boston?"),
        {"role": "model", "parts": [{"functionCall": {"name": "get_current_weather", "args": {"location": "Boston"}}}]},
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "get_current_weather", "response": {"result": "sunny"}}}],
        },
        {"role": "model", "parts": [{"text": "It is sunny in Boston."}]},
        user("And in Paris?"),
    ]
    [part] = parts_of(converse(client, *contents, names=("get_current_weather",)))
    assert part["functionCall"]["args"] == {"location": "Paris"}


def test_arguments_of_all_kinds(client):
    properties = {
        "toppings": {"type": "array", "items": {"type": "string"}, "description": "What is on the pizza?"},
        "address": {
            "type": "object",
            "properties": {"street": {"type": "string"}, "zip": {"type": "integer"}},
            "required": ["street"],
        },
        "size": {"type": "string", "enum": ["SMALL", "LARGE"]},
        "express": {"type": "boolean"},
        "voucher": {"type": ["string", "null"], "pattern": "^[A-Z]{3}-[0-9]+$"},
    }
    schema = {
        "type": "object",
        "properties": properties,
        "required": ["toppings", "address", "size", "express", "voucher"],
    }
    function = {"name": "order_pizza", "description": "Orders pizza.", "parametersJsonSchema": schema}
    body = {
        "contents": [user("Order a large pizza with ham, olives and onions to Baker Street, but not express")],
        "tools": [{"functionDeclarations": [function]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
    }
    [part] = parts_of(client.post(f"{MODEL}:generateContent", json=body))
    args = part["functionCall"]["args"]
    jsonschema.validate(args, schema)
    assert args["size"] == "LARGE"
    assert args["express"] is False
    assert args["voucher"] is None


def test_success_rates(client):
    """The success rates of the README, on requests that were used during the design and on others."""
    right: dict[str, list[bool]] = {"calls": [], "arguments": [], "talk": []}
    for case in [*CORPUS["unseen"], *CORPUS["known"][::4]]:
        parts = parts_of(converse(client, user(case["text"]), names=tuple(case["functions"])))
        calls = [part["functionCall"] for part in parts if "functionCall" in part]
        named = [call["name"] for call in calls] == [call["name"] for call in case["calls"]]
        if not case["calls"]:
            right["talk"].append(named)
            continue
        right["calls"].append(named)
        pairs = zip(calls, case["calls"], strict=False)
        right["arguments"].append(
            named and all(wanted["args"].items() <= call["args"].items() for call, wanted in pairs)
        )
    rates = {name: sum(told) / len(told) for name, told in right.items()}
    assert rates["calls"] >= 0.9, rates
    assert rates["arguments"] >= 0.75, rates
    assert rates["talk"] >= 0.9, rates


def test_tokens(client):
    body = {"contents": [{"parts": [{"text": "hello wörld 日本"}]}]}
    path = "/v1/publishers/google/models/gemini-2.5-flash:computeTokens"
    [info] = client.post(path, json=body).json()["tokensInfo"]
    assert len(info["tokens"]) == len(info["tokenIds"]) > 4


def test_embeddings(client):
    texts = ["The cat sleeps on the sofa.", "A cat is sleeping on a couch.", "def main(): return 0"]
    body = {"requests": [{"content": {"parts": [{"text": text}]}, "outputDimensionality": 256} for text in texts]}
    reply = client.post("/v1beta/models/gemini-embedding-001:batchEmbedContents", json=body).json()
    vectors = [item["values"] for item in reply["embeddings"]]
    assert [len(vector) for vector in vectors] == [256] * 3
    assert all(math.isclose(sum(value * value for value in vector), 1, rel_tol=1e-6) for vector in vectors)

    def similarity(left: int, right: int) -> float:
        return sum(a * b for a, b in zip(vectors[left], vectors[right], strict=True))

    assert similarity(0, 1) > similarity(0, 2)
    too_many = {**body["requests"][0], "outputDimensionality": 577}
    assert client.post("/v1beta/models/gemini-embedding-001:embedContent", json=too_many).status_code == 400


def test_overlong_texts_to_embed():
    path = "/v1/publishers/google/models/text-embedding-005:predict"
    body = {"instances": [{"content": "word " * 100}]}
    with serve(LlamaEngine(weights.find(weights.DEFAULT), embedding_context_tokens=64)) as server:
        reply = httpx2.post(f"{server.url}{path}", json=body, timeout=60).json()
        refused = httpx2.post(f"{server.url}{path}", json={**body, "parameters": {"autoTruncate": False}})
    assert reply["predictions"][0]["embeddings"]["statistics"] == {"truncated": True, "token_count": 64}
    assert refused.status_code == 400
    assert "exceeds the maximum number of tokens allowed (64)" in refused.json()["error"]["message"]


def test_leaving_a_request_frees_the_engine(client, llama):
    body = {"contents": [{"parts": [{"text": "Tell a story"}]}], "generationConfig": {"seed": 1}}

    def leave() -> None:
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.post(f"{llama.url}{MODEL}:generateContent", json=body, timeout=0.5)

    leavers = [threading.Thread(target=leave) for _ in range(4)]
    for leaver in leavers:
        leaver.start()
    for leaver in leavers:
        leaver.join()
    deadline = time.monotonic() + 20
    root = llama.engine.root
    while any(slot["is_processing"] for slot in httpx2.get(f"{root}/slots").json()):
        assert time.monotonic() < deadline, "the engine continues although the client has disconnected"
        time.sleep(0.02)


def test_interactions(llama, no_tls):
    tool = {
        "type": "function",
        "name": "get_weather",
        "description": "Get the weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
    with httpx2.Client(base_url=llama.url, timeout=120, verify=no_tls) as http:
        asked = created(http, "What is the weather in Rome?", tools=[tool], generation_config={"temperature": 0})
        [call] = asked["steps"]
        assert (asked["status"], call["arguments"]) == ("requires_action", {"city": "Rome"})
        result = {"type": "function_result", "call_id": call["id"], "result": {"weather": "sunny"}}
        fields = {"tools": [tool], "previous_interaction_id": asked["id"], "generation_config": {"temperature": 0}}
        events = events_of(create(http, [result], stream=True, **fields).text)
        answer = http.get(f"{PATH}/{events[0]['interaction']['id']}").json()
        assert answer["steps"] == steps_of(events)
        assert "sunny" in interaction_text(answer)
        assert answer["usage"]["total_input_tokens"] > asked["usage"]["total_input_tokens"] > 0
        schema = {"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]}
        recipe = json.loads(interaction_text(created(http, "A recipe for soup.", response_format=schema)))
        assert isinstance(recipe["minutes"], int)
        picture = {"type": "image", "data": "AAAA", "mime_type": "image/png"}
        assert refused(create(http, [picture])).startswith("input[0]: smollm2")
