"""Embeddings: one vector for each content, or an error; and the other forms of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ("a", 1),
        (["a"], 1),
        (["a", "b", "a"], 3),
        ([types.Content(parts=[types.Part(text="a")]), "b"], 2),
        (types.Part(text="a"), 1),
    ],
)
async def test_each_content_gets_a_vector(call: Call, client: genai.Client, contents: Any, expected: int) -> None:
    response = await call(client, "models.embed_content", model="gemini-embedding-001", contents=contents)
    assert len(response.embeddings) == expected
    assert all(embedding.values for embedding in response.embeddings)


@pytest.mark.parametrize("found", [0, 1, 3])
async def test_another_number_of_vectors_is_an_error(
    call: Call, client: genai.Client, gemini: ScriptedGemini, found: int
) -> None:
    vector = {"values": [1.0]}
    gemini.respond(json={"embeddings": [vector] * found})
    with pytest.raises(errors.InvalidResponseError, match=f"contains {found} embeddings; expected 2") as raised:
        await call(client, "models.embed_content", model="gemini-embedding-001", contents=["a", "b"])
    assert b"values" in (raised.value.body or b"") or found == 0


def _content(*texts: str) -> types.Content:
    return types.Content(role="user", parts=[types.Part(text=text) for text in texts])


_PICTURE = types.Part.from_bytes(data=b"x", mime_type="image/png")


@pytest.mark.parametrize(
    ("model", "contents", "method", "texts"),
    [
        ("text-embedding-005", "a", "predict", ["a"]),
        ("text-embedding-005", ["a", "b"], "predict", ["a", "b"]),
        ("gemini-embedding-001", "a", "embedContent", ["a"]),
        ("gemini-embedding-001", ["a", "b"], "batchEmbedContents", ["a", "b"]),
        ("gemini-embedding-exp-03-07", ["a", "b"], "batchEmbedContents", ["a", "b"]),
        ("gemini-embedding-2", ["a", "b"], "embedContent", ["ab"]),
        ("gemini-embedding-2", ["a", _PICTURE], "embedContent", ["a#"]),
        ("publishers/google/models/gemini-embedding-2-preview", ["a", "b"], "embedContent", ["ab"]),
        ("gemini-embedding-2", [_content("a", "b"), _content("c")], "batchEmbedContents", ["ab", "c"]),
        ("gemini-embedding-2", ["a", "b", _content("c"), "d"], "batchEmbedContents", ["ab", "c", "d"]),
        ("intfloat/multilingual-e5-large-instruct-maas", ["a", "b"], "embedContent", ["ab"]),
        ("intfloat/multilingual-e5-large-instruct-maas", [_content("a"), _content("b")], "embedContent", ["a", "b"]),
    ],
)
async def test_models_on_vertex_take_contents_in_their_form(
    call: Call, new_client: Any, gemini: ScriptedGemini, model: str, contents: Any, method: str, texts: list[str]
) -> None:
    vector = {"values": [1.0]}
    count = len(texts)
    replies: dict[str, Any] = {
        "predict": {"predictions": [{"embeddings": vector}] * count},
        "batchEmbedContents": {"embeddings": [vector] * count},
        "embedContent": {"embedding": vector},
    }
    gemini.respond(json=replies[method], times=count)
    settings = {"task_type": "CLUSTERING", "output_dimensionality": 16}
    client = new_client("vertex")
    response = await call(client, "models.embed_content", model=model, contents=contents, config=settings)
    assert [each.values for each in response.embeddings] == [[1.0]] * count
    bodies = [request.json for request in gemini.requests]
    assert {request.path.rpartition(":")[2] for request in gemini.requests} == {method}
    if method == "predict":
        assert [each["content"] for each in bodies[0]["instances"]] == texts
        return
    sent = bodies if method == "embedContent" else bodies[0]["requests"]
    assert ["".join(part.get("text", "#") for part in each["content"]["parts"]) for each in sent] == texts
    own = {"taskType": "CLUSTERING", "outputDimensionality": 16}
    assert [each["embedContentConfig"] for each in sent] == [own] * count


@pytest.mark.parametrize(
    ("model", "counts"), [("gemini-embedding-001", [1, 1]), ("gemini-embedding-2", [2]), ("text-embedding-004", [1, 1])]
)
async def test_models_of_several_media_embed_adjacent_texts_together(
    call: Call, new_client: Any, gemini: ScriptedGemini, model: str, counts: list[int]
) -> None:
    gemini.respond(json={"embeddings": [{"values": [1.0]}] * len(counts)})
    await call(new_client(), "models.embed_content", model=model, contents=["a", "b"])
    assert [len(each["content"]["parts"]) for each in gemini.last_request.json["requests"]] == counts


async def test_the_local_server_embeds_several_contents_at_once(
    call: Call, new_client: Any, gemini: ScriptedGemini
) -> None:
    contents = ["a", _content("b", " c"), "d"]
    config = {"output_dimensionality": 16}
    vertex = new_client("vertex")
    response = await call(vertex, "models.embed_content", model="gemini-embedding-2", contents=contents, config=config)
    older = await call(vertex, "models.embed_content", model="text-embedding-005", contents=["a", "d"], config=config)
    assert [len(embedding.values) for embedding in response.embeddings] == [16, 16, 16]
    assert [response.embeddings[index].values for index in (0, 2)] == [each.values for each in older.embeddings]
    one = await call(vertex, "models.embed_content", model="gemini-embedding-2", contents="b c")
    assert one.embeddings[0].statistics.token_count == 2
    assert one.embeddings[0].statistics.truncated is False


async def test_a_failure_on_the_way_through_several_contents_is_raised(
    call: Call, new_client: Any, gemini: ScriptedGemini
) -> None:
    gemini.respond(json={"embedding": {"values": [1.0]}})
    gemini.respond(json={})
    gemini.respond(json={"embedding": {"values": [1.0]}})
    contents = [_content("a"), _content("b"), _content("c")]
    with pytest.raises(errors.InvalidResponseError, match="does not contain an embedding"):
        await call(new_client("vertex"), "models.embed_content", model="e5-maas", contents=contents)
    assert len(gemini.requests) == 2


async def test_an_invalid_content_is_refused_before_any_request(
    call: Call, new_client: Any, gemini: ScriptedGemini
) -> None:
    with pytest.raises(ValueError, match="contents"):
        await call(new_client("vertex"), "models.embed_content", model="gemini-embedding-2", contents=["a", 5])
    assert not gemini.requests


async def test_tokens_are_counted_with_embedding_models(call: Call, client: genai.Client) -> None:
    counted = await call(client, "models.count_tokens", model="text-embedding-005", contents=["a lake", "a hill"])
    assert counted.total_tokens > 0
