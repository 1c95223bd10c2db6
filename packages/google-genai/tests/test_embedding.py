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
    gemini.respond(json={"embeddings": [vector] * found, "predictions": [{"embeddings": vector}] * found})
    with pytest.raises(errors.InvalidResponseError, match=f"contains {found} embeddings; expected 2") as raised:
        await call(client, "models.embed_content", model="gemini-embedding-001", contents=["a", "b"])
    assert b"values" in (raised.value.body or b"") or found == 0


async def test_newer_models_on_vertex_embed_one_content_after_another(
    call: Call, new_client: Any, gemini: ScriptedGemini
) -> None:
    contents = ["a", types.Content(parts=[types.Part(text="b"), types.Part(text=" c")]), "d"]
    config = {"output_dimensionality": 16}
    vertex = new_client("vertex")
    response = await call(vertex, "models.embed_content", model="gemini-embedding-2", contents=contents, config=config)
    older = await call(vertex, "models.embed_content", model="text-embedding-005", contents=["a", "d"], config=config)
    assert [len(embedding.values) for embedding in response.embeddings] == [16, 16, 16]
    assert [response.embeddings[index].values for index in (0, 2)] == [each.values for each in older.embeddings]
    assert response.embeddings[1].statistics.token_count == 2
    assert response.embeddings[1].statistics.truncated is False
    assert [request.path.rpartition(":")[2] for request in gemini.requests] == ["embedContent"] * 3 + ["predict"]


async def test_a_failure_on_the_way_through_several_contents_is_raised(
    call: Call, new_client: Any, gemini: ScriptedGemini
) -> None:
    gemini.respond(json={"embedding": {"values": [1.0]}})
    gemini.respond(json={})
    gemini.respond(json={"embedding": {"values": [1.0]}})
    with pytest.raises(errors.InvalidResponseError, match="does not contain an embedding"):
        await call(new_client("vertex"), "models.embed_content", model="gemini-embedding-2", contents=["a", "b", "c"])
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
