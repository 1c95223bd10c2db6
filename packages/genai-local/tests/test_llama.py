"""The embedded engine on the real small model, where it has been pulled."""

from __future__ import annotations

import importlib.util
import json
import math
import threading
import time
from collections.abc import Iterator

import httpx2
import jsonschema
import pytest

from genai_local import weights
from genai_local.engines.llama import LlamaEngine
from genai_local.server import LocalServer, serve

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="the package xllamacpp is not installed"),
    pytest.mark.skipif(
        not weights.path_of(weights.DEFAULT).is_file(), reason="the model is not in the cache: genai-local pull smollm2"
    ),
]
MODEL = "/v1beta/models/gemini-2.5-flash"


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
    body = {"contents": [{"role": "user", "parts": [{"text": "Tell me a very long story"}]}]}
    counted = client.post(f"{MODEL}:countTokens", json=body).json()
    assert counted["totalTokens"] == usage["promptTokenCount"]


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


def test_schema_beyond_grammars_is_held_by_trying_again(client):
    schema = {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "maxItems": 2, "uniqueItems": True}
    for seed in range(5):
        config = {"responseMimeType": "application/json", "responseJsonSchema": schema, "seed": seed}
        assert sorted(json.loads(text_of(ask(client, "Two letters", **config, maxOutputTokens=60)))) == ["a", "b"]
    impossible = {"type": "boolean", "not": {"type": "boolean"}}
    config = {"responseMimeType": "application/json", "responseJsonSchema": impossible, "maxOutputTokens": 20}
    response = ask(client, "x", **config)
    assert response.status_code == 500
    assert "did not write a value that fits in 5 attempts" in response.json()["error"]["message"]


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
    with serve(LlamaEngine(embedding_context_tokens=64)) as server:
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
        assert time.monotonic() < deadline, "the engine goes on although nobody waits"
        time.sleep(0.02)
