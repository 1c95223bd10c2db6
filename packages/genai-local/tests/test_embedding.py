"""embedContent, batchEmbedContents and predict."""

from __future__ import annotations

import math
from array import array

import httpx2
import pytest

from genai_local.engines import TextToEmbed
from genai_local.engines.scripted import ScriptedEngine
from genai_local.services.embedding.vectors import cosines

GEMINI = "/v1beta/models/gemini-embedding-001"
VERTEX = "/v1beta1/projects/p/locations/l/publishers/google/models/text-embedding-005"


def content(text: str) -> dict:
    return {"parts": [{"text": text}]}


def length_of(values: list[float]) -> float:
    return math.sqrt(sum(value * value for value in values))


def similarity(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def test_vectors_of_different_lengths_are_not_compared():
    """A product of the shorter vector and the beginning of the longer would mean nothing."""
    one, other = array("f", [1, 0]).tobytes(), array("f", [1, 0, 0]).tobytes()
    assert cosines(one, [one]) == [1]
    with pytest.raises(ValueError, match="vectors of 2 and of 3 numbers cannot be compared"):
        cosines(one, [one, other])


class Noting(ScriptedEngine):
    """An engine that keeps the texts that it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[TextToEmbed] = []

    async def embed(self, texts):
        self.noted += texts
        return await super().embed(texts)


def test_the_engine_knows_queries_and_documents(serve_engine, no_tls):
    """Some models embed them differently; texts of other tasks are compared with texts of their own kind."""
    tasks = [None, "RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY"]
    settings = [{"taskType": task} if task else {} for task in tasks]
    engine = Noting()
    with httpx2.Client(base_url=serve_engine(engine).url, verify=no_tls) as http:
        requests = [{"content": content("x"), **setting} for setting in settings]
        assert http.post(f"{GEMINI}:batchEmbedContents", json={"requests": requests}).status_code == 200
        instances = [{"content": "x", **setting} for setting in settings]
        assert http.post(f"{VERTEX}:predict", json={"instances": instances}).status_code == 200
    assert [item.is_query for item in engine.noted] == [True, True, False, True] * 2


def test_one_embedding(http):
    body = {"content": content("hello world"), "taskType": "RETRIEVAL_DOCUMENT", "title": "t"}
    reply = http.post(f"{GEMINI}:embedContent", json=body).json()
    assert len(reply["embedding"]["values"]) == 768
    assert length_of(reply["embedding"]["values"]) == pytest.approx(1)


def test_batch_keeps_number_and_order(http):
    texts = ["a cat sat", "the cat sat", "stock prices fell"]
    body = {"requests": [{"model": "models/gemini-embedding-001", "content": content(text)} for text in texts]}
    vectors = [item["values"] for item in http.post(f"{GEMINI}:batchEmbedContents", json=body).json()["embeddings"]]
    singles = [http.post(f"{GEMINI}:embedContent", json={"content": content(text)}).json() for text in texts]
    assert vectors == [single["embedding"]["values"] for single in singles]
    assert similarity(vectors[0], vectors[1]) > similarity(vectors[0], vectors[2])


def test_predict(http):
    body = {
        "instances": [{"content": "hello world", "task_type": "RETRIEVAL_QUERY"}, {"content": "bye", "title": "t"}],
        "parameters": {"outputDimensionality": 16, "autoTruncate": False},
    }
    reply = http.post(f"{VERTEX}:predict", json=body).json()
    first, second = (prediction["embeddings"] for prediction in reply["predictions"])
    assert first["statistics"] == {"truncated": False, "token_count": 2}
    assert len(first["values"]) == len(second["values"]) == 16
    assert length_of(first["values"]) == pytest.approx(1)
    assert reply["metadata"] == {"billableCharacterCount": 13}


def test_vertex_embed_content(http):
    config = {"outputDimensionality": 8, "autoTruncate": True}
    reply = http.post(f"{VERTEX}:embedContent", json={"content": content("hello"), "embedContentConfig": config}).json()
    assert len(reply["embedding"]["values"]) == 8
    assert reply["truncated"] is False
    batch = {"requests": [{"content": content("hello"), "embedContentConfig": config}]}
    reply_to_batch = http.post(f"{VERTEX}:batchEmbedContents", json=batch).json()
    assert reply_to_batch["embeddings"][0]["values"] == reply["embedding"]["values"]


def test_shorter_vector_is_the_beginning_of_the_longer(http):
    whole = http.post(f"{GEMINI}:embedContent", json={"content": content("x")}).json()["embedding"]["values"]
    body = {"content": content("x"), "output_dimensionality": 10}
    short = http.post(f"{GEMINI}:embedContent", json=body).json()["embedding"]["values"]
    scale = length_of(whole[:10])
    assert short == pytest.approx([value / scale for value in whole[:10]])


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (f"{GEMINI}:embedContent", {}, "content"),
        (f"{GEMINI}:embedContent", {"content": content("")}, "content"),
        (f"{GEMINI}:embedContent", {"content": content("x"), "outputDimensionality": 769}, "outputDimensionality"),
        (f"{GEMINI}:embedContent", {"content": content("x"), "outputDimensionality": 0}, "outputDimensionality"),
        (f"{GEMINI}:embedContent", {"content": content("x"), "title": "t", "taskType": "CLUSTERING"}, "title"),
        (f"{GEMINI}:batchEmbedContents", {}, "requests"),
        (f"{GEMINI}:batchEmbedContents", {"requests": [{"content": content("x")}, {}]}, "requests[1].content"),
        (
            f"{GEMINI}:batchEmbedContents",
            {"requests": [{"model": "models/x", "content": content("x")}]},
            "requests[0].model",
        ),
        (f"{VERTEX}:predict", {"instances": []}, "instances"),
        (f"{VERTEX}:predict", {"instances": [{"content": ""}]}, "instances[0].content"),
        (
            f"{VERTEX}:predict",
            {"instances": [{"content": "x"}], "parameters": {"outputDimensionality": 5000}},
            "parameters.outputDimensionality",
        ),
    ],
)
def test_refusals(http, path, body, field):
    response = http.post(path, json=body)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith(f"{field}: ")


def test_an_engine_without_embeddings(ask_plain):
    response = ask_plain({"content": content("x")}, f"{GEMINI}:embedContent")
    assert response.status_code == 400
    assert "does not support embeddings" in response.json()["error"]["message"]


def test_unknown_fields_of_an_instance(http):
    response = http.post(f"{VERTEX}:predict", json={"instances": [{"content": "x", "foo": 1}]})
    assert response.status_code == 400
    assert "Unknown name \"foo\" at 'instances[0]'" in response.json()["error"]["message"]


def test_batches_on_vertex_count_and_truncate_each_text(http):
    """The form of release 3.6.1: settings within each request, statistics of each vector."""
    config = {"outputDimensionality": 3, "taskType": "RETRIEVAL_QUERY", "autoTruncate": True}
    requests = [{"content": content(text), "embedContentConfig": config} for text in ("a b", "a " * 20_000)]
    url = f"{VERTEX.rpartition('/')[0]}/gemini-embedding-001:batchEmbedContents"
    reply = http.post(url, json={"requests": requests}).json()
    assert [len(made["values"]) for made in reply["embeddings"]] == [3, 3]
    first, second = (made["statistics"] for made in reply["embeddings"])
    assert (first["truncated"], second["truncated"], reply["truncated"]) == (False, True, True)
    assert reply["usageMetadata"]["promptTokenCount"] == first["token_count"] + second["token_count"]
    requests[1]["embedContentConfig"] = {"outputDimensionality": 0}
    problem = http.post(url, json={"requests": requests}).json()["error"]["message"]
    assert problem.startswith("requests[1].embedContentConfig.outputDimensionality: expected a value between 1 and")
