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
