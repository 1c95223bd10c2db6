"""Contents as JSON: many of them are written in one step, and that must say what writing them one by one says."""

from __future__ import annotations

import json

import pytest

from google.genai import types
from google.genai._io.backends import choose
from google.genai._wire.codec import new_encoding
from google.genai._wire.contents import contents_json
from google.genai._wire.encoding import Encoding

_PARTS = {
    "text": types.Part(text="a\u20ac\U0001f40e"),
    "call": types.Part(function_call=types.FunctionCall(name="f", args={"a": None, "b": [1.5, {"c": "d"}]})),
    "signature": types.Part(text="x", thought=True, thought_signature=b"\xff\xfe"),
    "small media": types.Part(inline_data=types.Blob(data=b"x" * 10, mime_type="image/png")),
    "large media": types.Part(inline_data=types.Blob(data=b"x" * 100_000, mime_type="image/png")),
    "refused": types.Part(inline_data=types.Blob(data=b"x", mime_type="image/png", display_name="d")),
}


class OwnContent(types.Content):
    """A content of a program's own, with a field more."""

    extra: str = "kept"


def encoding() -> Encoding:
    return new_encoding(
        choose(
            vertexai=False,
            api_key="key",
            credentials=None,
            project=None,
            location=None,
            base_url=None,
            api_version=None,
        )
    )


@pytest.mark.parametrize("count", [1, 2, 15, 16, 40])
@pytest.mark.parametrize("name", _PARTS)
def test_any_number_of_contents_is_written_alike(name: str, count: int) -> None:
    part = _PARTS[name]
    contents = [
        types.UserContent([part, "y"]) if i % 2 else types.Content(role="model", parts=[part]) for i in range(count)
    ]
    made = encoding()
    written = json.loads(b"".join(contents_json(contents, made, "contents")))
    assert written == [json.loads(content.model_dump_json(by_alias=True, exclude_none=True)) for content in contents]
    wanted = [f"contents[{i}].parts[0].inline_data.display_name" for i in range(count)] if name == "refused" else []
    assert made.refused == wanted


def test_a_subclass_among_many_keeps_its_fields() -> None:
    contents = [types.Content(role="user", parts=[types.Part(text="a")]) for _ in range(20)]
    contents.insert(7, OwnContent(role="user", parts=[types.Part(text="b")]))
    written = json.loads(b"".join(contents_json(contents, encoding(), "contents")))
    assert written[7] == {"role": "user", "parts": [{"text": "b"}], "extra": "kept"}


def test_the_path_of_a_value_that_is_no_json_is_named_among_many() -> None:
    contents = [types.Content(role="user", parts=[types.Part(text="a")]) for _ in range(20)]
    call = types.FunctionCall(name="f", args={"x": object()})
    contents.append(types.Content(role="model", parts=[types.Part(function_call=call)]))
    with pytest.raises(ValueError, match=r"contents\[20\]"):
        contents_json(contents, encoding(), "contents")
