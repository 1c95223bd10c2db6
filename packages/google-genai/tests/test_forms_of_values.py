"""Values in the forms that people write: positional arguments, iterables, objects of other classes, one object for a list."""

from __future__ import annotations

import collections
import dataclasses
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pydantic
import pytest

from google import genai
from google.genai import types
from google.genai._core.conversation import message_of
from google.genai.types._content import contents_of

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]

_TEXTS = {"one": "a", "two": "b"}
_ITERABLES: dict[str, Callable[[], Any]] = {
    "generator": lambda: (text for text in ("a", "b")),
    "map": lambda: map(str, ("a", "b")),
    "values of a dict": _TEXTS.values,
    "deque": lambda: collections.deque(("a", "b")),
    "keys of a dict": lambda: dict.fromkeys(("a", "b")).keys(),
    "tuple": lambda: ("a", "b"),
}


@dataclasses.dataclass
class Message:
    """A turn of another library."""

    role: str
    parts: list[Any]


def _texts(contents: Any) -> list[str | None]:
    return [part.text for content in contents_of(contents) for part in content.parts or []]


# Positional arguments


def test_the_first_argument_of_from_methods_may_be_positional() -> None:
    assert types.Part.from_text("a") == types.Part.from_text(text="a") == types.Part(text="a")
    assert types.Part.from_bytes(b"a", mime_type="image/png").inline_data == types.Blob(
        data=b"a", mime_type="image/png"
    )
    assert types.Part.from_uri("gs://b/a.png").file_data == types.FileData(
        file_uri="gs://b/a.png", mime_type="image/png"
    )
    call = types.Part.from_function_call("f", args={"a": 1})
    assert call.function_call == types.FunctionCall(name="f", args={"a": 1})
    assert types.Part.from_function_response("f", response={"a": 1}).function_response is not None
    assert types.Part.from_executable_code("1", language=types.Language.PYTHON).executable_code is not None
    assert types.FunctionResponsePart.from_bytes(b"a", mime_type="image/png").inline_data is not None
    assert types.Schema.from_json_schema(types.JSONSchema(type=types.JSONSchemaType.STRING)).type == "STRING"


def test_no_value_of_a_part_is_dropped() -> None:
    with pytest.raises(ValueError, match=r"the positional value is the piece of the part, so text cannot be given"):
        types.Part("hello", text="world")
    file = types.File(uri="https://x/files/a", mime_type="text/plain", display_name="notes")
    assert types.Part(file).file_data == types.FileData(
        file_uri="https://x/files/a", mime_type="text/plain", display_name="notes"
    )
    assert types.Part("a", thought=True) == types.Part(text="a", thought=True)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"file_uri": "gs://b/a", "mime_type": "text/plain"}, "file_data"),
        ({"data": b"a", "mime_type": "text/plain"}, "inline_data"),
        (types.FileData(file_uri="gs://b/a", mime_type="text/plain"), "file_data"),
        (types.Blob(data=b"a", mime_type="text/plain"), "inline_data"),
        (types.FunctionResponse(name="f", response={}), "function_response"),
        (types.Video(uri="gs://b/a.mp4"), "file_data"),
        (types.Video(video_bytes=b"a", mime_type="video/mp4"), "inline_data"),
        (types.Image(image_bytes=b"a", mime_type="image/png"), "inline_data"),
    ],
)
def test_the_piece_of_a_part_stands_for_the_part(value: Any, field: str) -> None:
    assert types.Part(value).model_fields_set == {field}
    assert contents_of([value, "a"])[0].parts == [types.Part(value), types.Part(text="a")]


@pytest.mark.parametrize("cls", [types.UserContent, types.ModelContent])
def test_a_content_with_one_role_takes_parts_only(cls: Any) -> None:
    with pytest.raises(TypeError, match="takes no argument 'role'"):
        cls(parts="a", role="user")
    with pytest.raises(TypeError, match="needs the argument parts"):
        cls()


def test_images_are_instances_of_a_member_of_the_union() -> None:
    image = pytest.importorskip("PIL.Image").new("RGB", (1, 1))
    members = typing.get_args(types.PartUnion)
    assert isinstance(image, members)
    assert isinstance("a", members)
    assert not isinstance(5, members)


# Iterables


@pytest.mark.parametrize("name", _ITERABLES)
async def test_contents_may_be_any_iterable(
    name: str, call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    make = _ITERABLES[name]
    assert _texts(make()) == ["a", "b"]
    assert _texts([make(), "c"]) == ["a", "b", "c"]
    assert types.UserContent(make()).parts == [types.Part(text="a"), types.Part(text="b")]
    assert message_of(make()).parts == [types.Part(text="a"), types.Part(text="b")]
    vectors = await call(client, "models.embed_content", model="gemini-embedding-001", contents=make())
    assert len(vectors.embeddings) == 2
    counted = await call(client, "models.count_tokens", model="gemini-2.5-flash", contents=make())
    assert counted.total_tokens > 0
    gemini.on().reply("c")
    await call(client, "models.generate_content", model="gemini-2.5-flash", contents=make())
    assert [part["text"] for part in gemini.last_request.json["contents"][0]["parts"]] == ["a", "b"]


def test_an_iterator_in_a_config_is_read_once() -> None:
    config = types.CreateCachedContentConfig(contents=map(types.UserContent, ("a", "b")))
    assert _texts(config.contents) == ["a", "b"]
    read = types.InlinedRequest.model_validate({"contents": map(types.UserContent, ("a", "b"))})
    assert _texts(read.contents) == ["a", "b"]


def test_an_object_with_role_and_parts_is_a_turn() -> None:
    contents = contents_of([Message("user", [types.Part(text="a")]), Message("model", [{"text": "b"}])])
    assert [(content.role, content.parts) for content in contents] == [
        ("user", [types.Part(text="a")]),
        ("model", [types.Part(text="b")]),
    ]
    other: Any = Message("model", [types.Part(text="a")])
    assert contents_of(other)[0].role == "model"


# One object in place of a list


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (types.GenerateContentConfig, {"safety_settings": types.SafetySetting(category="HARM_CATEGORY_HARASSMENT")}),
        (types.GenerateContentConfig, {"safety_settings": {"category": "HARM_CATEGORY_HARASSMENT"}}),
        (types.GenerateContentConfig, {"stop_sequences": "x"}),
        (types.Content, {"parts": types.Part(text="a")}),
        (types.Tool, {"function_declarations": types.FunctionDeclaration(name="f")}),
    ],
)
def test_one_object_in_place_of_a_list_is_one_error(cls: type[pydantic.BaseModel], fields: dict[str, Any]) -> None:
    for make in (lambda: cls(**fields), lambda: cls.model_validate(fields)):
        with pytest.raises(pydantic.ValidationError) as raised:
            make()
        (line,) = raised.value.errors()
        assert line["loc"] == tuple(fields)
        assert " list" in line["msg"]


@pytest.mark.parametrize("history", [types.UserContent("a"), "a", {"role": "user", "parts": [{"text": "a"}]}])
def test_a_history_is_a_list(history: Any) -> None:
    client = genai.Client(api_key="k")
    with pytest.raises(ValueError, match="history: expected a list of contents, got"):
        client.chats.create(model="m", history=history)


# Classes of the program


class MyContent(types.Content):
    note: str = "mine"


class MyPart(types.Part):
    note: str = "mine"


class MyConfig(types.GenerateContentConfig):
    note: str = "mine"


class MySettings(types.ThinkingConfig):
    note: str = "mine"


class MyTool(types.Tool):
    note: str = "mine"


class OpenContent(types.Content, extra="allow"):
    pass


@pytest.mark.parametrize("note", [{}, {"note": "given"}])
async def test_fields_that_a_class_of_the_program_adds_are_not_sent(
    note: dict[str, Any], call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on().reply("c")
    part = MyPart(text="a", **note)
    large = types.Part(inline_data=types.Blob(data=b"x" * 100_000, mime_type="image/png"))
    open_content: Any = OpenContent
    contents = [
        MyContent(role="user", parts=[part, large], **note),
        types.Content(role="user", parts=[part, large]),
        open_content(role="model", parts=[part], note="given"),
        part,
    ]
    config = MyConfig(
        temperature=0.5,
        thinking_config=MySettings(thinking_budget=5, **note),
        tools=[MyTool(google_search=types.GoogleSearch(), **note)],
        **note,
    )
    await call(client, "models.generate_content", model="gemini-2.5-flash", contents=contents, config=config)
    body = gemini.last_request.json
    assert "note" not in str(body)
    assert body["generationConfig"] == {"temperature": 0.5, "thinkingConfig": {"thinkingBudget": 5}}
    assert body["tools"] == [{"googleSearch": {}}]
