"""Contents as JSON: the fast ways of writing them, with any marks, give the same JSON as the ordinary encoding."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings, strategies as st

from google.genai import types
from google.genai._io.backends import choose
from google.genai._wire import marks, plans, transforms
from google.genai._wire.codec import new_encoding
from google.genai._wire.contents import contents_json
from google.genai._wire.encoding import Encoding

_PARTS = {
    "text": types.Part(text="a\u20ac\U0001f40e"),
    "call": types.Part(function_call=types.FunctionCall(name="f", args={"a": None, "b": [1.5, {"c": "d"}]})),
    "signature": types.Part(text="x", thought=True, thought_signature=b"\xff\xfe"),
    "small media": types.Part(inline_data=types.Blob(data=b"x" * 10, mime_type="image/png")),
    "large media": types.Part(inline_data=types.Blob(data=b"x" * 100_000, mime_type="image/png")),
    "refused": types.Part(function_call=types.FunctionCall(name="f", partial_args=[types.PartialArg(json_path="$.a")])),
}


class OwnContent(types.Content):
    """A content class of the program, with an additional field."""

    extra: str = "own"


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
    wanted = [f"contents[{i}].parts[0].function_call.partial_args" for i in range(count)] if name == "refused" else []
    assert made.refused == wanted


def test_a_field_of_a_subclass_among_many_is_not_sent() -> None:
    contents = [types.Content(role="user", parts=[types.Part(text="a")]) for _ in range(20)]
    contents.insert(7, OwnContent(role="user", parts=[types.Part(text="b")]))
    written = json.loads(b"".join(contents_json(contents, encoding(), "contents")))
    assert written[7] == {"role": "user", "parts": [{"text": "b"}]}


def test_the_path_of_a_value_that_is_no_json_is_named_among_many() -> None:
    contents = [types.Content(role="user", parts=[types.Part(text="a")]) for _ in range(20)]
    call = types.FunctionCall(name="f", args={"x": object()})
    contents.append(types.Content(role="model", parts=[types.Part(function_call=call)]))
    with pytest.raises(ValueError, match=r"contents\[20\]"):
        contents_json(contents, encoding(), "contents")


# Marks: with any marks, contents are sent as the ordinary encoding sends them

_FIELDS = {
    types.Content: ["role", "parts"],
    types.Part: ["text", "thought", "thought_signature", "inline_data", "function_call", "file_data", "video_metadata"],
    types.Blob: ["data", "mime_type", "display_name"],
    types.FunctionCall: ["name", "args", "id"],
    types.FileData: ["file_uri", "mime_type"],
    types.VideoMetadata: ["fps"],
}
_MARKS = [
    marks.Wire(gemini="renamed", vertex="renamed"),
    marks.Wire(gemini="some.where.else", vertex="renamed"),
    marks.Wire(gemini="/inTheBody"),
    marks.Wire(vertex="renamed"),
    marks.At("listed[0].item"),
    marks.GEMINI_ONLY,
    marks.VERTEX_ONLY,
    marks.LOCAL,
    marks.QUERY,
    marks.Via("speech_config"),
]
_places = [(cls, name) for cls, names in _FIELDS.items() for name in names]
_marked = st.dictionaries(st.sampled_from(_places), st.sampled_from(_MARKS), max_size=3)
_part = st.sampled_from(
    [
        types.Part(text="a"),
        types.Part(text="b", thought=True, thought_signature=b"\xff\xfe"),
        types.Part(inline_data=types.Blob(data=b"x" * 10, mime_type="image/png", display_name="d")),
        types.Part(inline_data=types.Blob(data=b"x" * 70_000, mime_type="image/png")),
        types.Part(file_data=types.FileData(file_uri="gs://b/c", mime_type="video/mp4"), video_metadata={"fps": 2.5}),
        types.Part(function_call=types.FunctionCall(name="f", args={"a": [1.5, None]}, id="1")),
    ]
)
_contents = st.lists(
    st.builds(types.Content, role=st.sampled_from(["user", "model", None]), parts=st.lists(_part, max_size=3)),
    min_size=1,
    max_size=20,
)


@contextlib.contextmanager
def marked(added: dict[tuple[type[types.Content], str], object]) -> Iterator[None]:
    """Add marks to fields as if they were next to the types of the fields."""
    before = [(cls.model_fields[name], cls.model_fields[name].metadata) for cls, name in {*_places, *added}]
    try:
        for (cls, name), mark in added.items():
            info = cls.model_fields[name]
            info.metadata = [mark]
        plans.forget()
        yield
    finally:
        for info, metadata in before:
            info.metadata = metadata
        plans.forget()


def outcome(encode: Callable[[Encoding], object]) -> object:
    made = encoding()
    try:
        written = encode(made)
    except ValueError as error:
        return str(error)
    return sorted(made.refused) or (written, made.query, made.body)  # if fields are refused, nothing is sent


@settings(deadline=None, max_examples=300)
@given(added=_marked, contents=_contents)
def test_marks_hold_in_contents_as_everywhere(
    added: dict[tuple[type[types.Content], str], object], contents: list[types.Content]
) -> None:
    with marked(added):
        direct = outcome(lambda made: json.loads(b"".join(contents_json(contents, made, "contents"))))
        ordinary = outcome(lambda made: json.loads(json.dumps(made.value(contents, "contents"))))
    assert direct == ordinary


@given(added=_marked)
def test_marks_hold_in_a_text_as_everywhere(added: dict[tuple[type[types.Content], str], object]) -> None:
    def sent(made: Encoding) -> object:
        return json.loads(b"".join(transforms.contents("a", made, "contents").pieces))

    with marked(added):
        assert outcome(sent) == outcome(lambda made: [made.value(types.UserContent("a"), "contents[0]")])


def test_a_mark_inside_a_class_that_contains_itself_is_seen() -> None:
    inner = types.Schema(type=types.Type.STRING, title="t")
    with marked({(types.Schema, "title"): marks.At("renamed")}):
        written = encoding().value(types.Schema(type=types.Type.ARRAY, items=inner), "schema")
    assert written == {"type": "ARRAY", "items": {"type": "STRING", "renamed": "t"}}
