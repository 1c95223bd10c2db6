"""Forms of contents that are not plain data: images, files, nested and reused objects, unusual values."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import PIL.Image
import pytest

from google import genai
from google.genai import types
from google.genai.types._content import content_of, contents_of, part_of, parts_of
from google.genai.types._pictures import blob_of_image

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

    NewClient = Callable[..., genai.Client]

_MODEL = "gemini-2.5-flash"


def _picture(mode: str, format: str | None = None) -> PIL.Image.Image:
    picture = PIL.Image.new(mode, (3, 2), 1 if mode in ("1", "L", "P", "I") else None)
    if format is None:
        return picture
    file = io.BytesIO()
    picture.save(file, format=format)
    file.seek(0)
    return PIL.Image.open(file)


@pytest.mark.parametrize(
    ("picture", "mime_type"),
    [
        (_picture("RGB"), "image/png"),
        (_picture("L"), "image/png"),
        (_picture("RGBA"), "image/png"),
        (_picture("LA"), "image/png"),
        (_picture("P"), "image/png"),
        (_picture("1"), "image/png"),
        (_picture("RGB", "PNG"), "image/png"),
        (_picture("RGB", "JPEG"), "image/jpeg"),
        (_picture("RGB", "BMP"), "image/png"),
    ],
    ids=["rgb", "grey", "rgba", "grey-alpha", "palette", "bits", "png-file", "jpeg-file", "bmp-file"],
)
def test_a_picture_is_sent_as_a_file(
    new_client: NewClient, gemini: ScriptedGemini, picture: PIL.Image.Image, mime_type: str
) -> None:
    new_client().models.generate_content(model=_MODEL, contents=["What is it?", picture])
    [content] = gemini.last_request.json["contents"]
    assert content["parts"][0] == {"text": "What is it?"}
    inline = content["parts"][1]["inlineData"]
    assert inline["mimeType"] == mime_type
    read_back = PIL.Image.open(io.BytesIO(base64.urlsafe_b64decode(inline["data"])))
    assert read_back.size == (3, 2)
    assert f"image/{(read_back.format or '').lower()}" == mime_type


def test_a_picture_alone_and_as_a_system_instruction() -> None:
    picture = _picture("RGB")
    blob = blob_of_image(picture)
    assert contents_of(picture) == [types.UserContent(types.Part(inline_data=blob))]
    assert types.Part(picture) == types.Part(inline_data=blob)
    assert types.UserContent(["a", picture]).parts[1].inline_data == blob
    config = types.GenerateContentConfig(system_instruction=picture)
    assert config.system_instruction is picture


def test_objects_are_kept_as_they_are() -> None:
    part = types.Part(text="a")
    content = types.Content(role="user", parts=[part])
    assert part_of(part) is part
    assert content_of(content) is content
    assert contents_of([content, content])[1] is content
    assert parts_of([part, "b"])[0] is part
    history = [content]
    assert contents_of(history) == history
    assert contents_of(history) is not history


def test_arguments_are_not_changed_by_a_call(new_client: NewClient) -> None:
    contents: list[Any] = ["a", {"text": "b"}]
    config: Any = {"temperature": 0.5, "tools": [{"function_declarations": [{"name": "f"}]}], "http_options": {}}
    typed = types.GenerateContentConfig.model_validate(config)
    before = typed.model_copy(deep=True)
    client = new_client()
    client.models.generate_content(model=_MODEL, contents=contents, config=config)
    client.models.generate_content(model=_MODEL, contents=contents, config=typed)
    assert contents == ["a", {"text": "b"}]
    assert config == {"temperature": 0.5, "tools": [{"function_declarations": [{"name": "f"}]}], "http_options": {}}
    assert typed == before
    assert typed.model_fields_set == before.model_fields_set


def test_a_list_config_is_not_changed_by_paging(new_client: NewClient, gemini: ScriptedGemini) -> None:
    gemini.respond(json={"models": [{"name": "a"}], "nextPageToken": "t"})
    gemini.respond(json={"models": [{"name": "b"}]})
    config = types.ListModelsConfig(page_size=1)
    assert [model.name for model in new_client().models.list(config=config)] == ["a", "b"]
    assert config == types.ListModelsConfig(page_size=1)
    assert [request.query.get("pageToken") for request in gemini.requests] == [None, "t"]


async def test_pages_are_fetched_one_by_one(new_client: NewClient, gemini: ScriptedGemini) -> None:
    pages = [
        {"models": [{"name": "a"}, {"name": "b"}], "nextPageToken": "1"},
        {"nextPageToken": "2"},
        {"models": [{"name": "c"}]},
    ]
    for page in pages * 2:
        gemini.respond(json=page)
    client = new_client()
    pager = client.models.list(config={"page_size": 2})
    assert (len(pager), pager[0].name, pager.page_size, pager.name) == (2, "a", 2, "models")
    assert pager.config["page_token"] == "1"
    assert len(gemini.requests) == 1
    assert [model.name for model in pager] == ["a", "b", "c"]
    with pytest.raises(IndexError, match="No more pages to fetch"):
        pager.next_page()
    async with client.aio:
        async_pager = await client.aio.models.list(config={"page_size": 2})
        assert [model.name async for model in async_pager] == ["a", "b", "c"]
        with pytest.raises(IndexError, match="No more pages to fetch"):
            await async_pager.next_page()
    assert len(gemini.requests) == 6


async def test_an_iteration_begins_at_the_current_page(
    new_client: Callable[..., genai.Client], gemini: ScriptedGemini
) -> None:
    pages = [{"models": [{"name": "a"}, {"name": "b"}], "nextPageToken": "1"}, {"models": [{"name": "c"}]}]
    for page in pages * 2:
        gemini.respond(json=page)
    client = new_client()
    pager = client.models.list()
    assert next(pager).name == "a"
    assert any(model.name == "a" for model in pager)
    assert [model.name for model in pager] == ["a", "b", "c"]
    assert [model.name for model in pager] == ["c"]
    async with client.aio:
        async_pager = await client.aio.models.list()
        assert (await anext(async_pager)).name == "a"
        assert [model.name async for model in async_pager] == ["a", "b", "c"]
        assert [model.name async for model in async_pager] == ["c"]
    assert len(gemini.requests) == 4


def _refused(call: Callable[[], Any]) -> str:
    with pytest.raises((ValueError, IndexError)) as raised:
        call()
    return str(raised.value)


def test_errors_contain_the_words_that_programs_search_for(new_client: Callable[..., genai.Client]) -> None:
    """Other packages find these errors of the official package by their words."""
    developer, vertex = new_client("gemini"), new_client("vertex")
    ask = partial(developer.models.generate_content, model="m", contents="x")
    assert "audio_timestamp parameter is not supported in Gemini API" in _refused(
        lambda: ask(config={"audio_timestamp": True})
    )
    assert "inlined_requests parameter is not supported in Vertex AI" in _refused(
        lambda: vertex.batches.create(model="m", src=[{"contents": "x"}])
    )
    assert "contents are required" in _refused(lambda: ask(contents=[]))
    assert "Extra inputs are not permitted" in _refused(lambda: ask(config={"temprature": 1}))
    with pytest.warns(UserWarning, match="^NEW is not a valid FinishReason"):
        types.Candidate(finish_reason="NEW")  # type: ignore[arg-type]


def test_other_sequences_and_strings() -> None:
    class Text(str):
        pass

    assert contents_of(("a", "b")) == contents_of(["a", "b"])
    assert contents_of(Text("a")) == contents_of("a")
    assert contents_of({"a"}) == contents_of(iter(["a"])) == contents_of(["a"])
    for odd in (b"a", 5, object()):
        with pytest.raises(ValueError, match=r"contents: expected .* got \w+"):
            contents_of(odd)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["a", ["b", 5]], r"contents\[1\]\[1\]: expected .* got int"),
        (
            [{"role": "user", "parts": [{"text": "a"}, {"txt": "b"}]}],
            r"contents\[0\]\.parts\[1\]\.txt: Part has no field",
        ),
        ([{"role": 5, "parts": []}], r"contents\[0\]\.role"),
        ({"parts": [{"inline_data": {"data": "%%%"}}]}, r"contents\.parts\[0\]\.inline_data\.data"),
        ([types.File(name="files/a")], r"contents\[0\]: the File 'files/a' has no uri"),
        ([None], r"contents\[0\]: expected .* got None"),
        ([[types.Content()]], r"contents\[0\]\[0\]: .* got Content"),
    ],
)
def test_errors_name_the_path_of_the_value(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        contents_of(value)


def test_the_word_for_an_argument_is_that_of_the_call(new_client: NewClient, gemini: ScriptedGemini) -> None:
    client = new_client()
    with pytest.raises(ValueError, match=r"^config\.system_instruction"):
        client.models.generate_content(model=_MODEL, contents="a", config={"system_instruction": []})
    with pytest.raises(ValueError, match=r"^contents\[1\]"):
        client.models.embed_content(model=_MODEL, contents=["a", 5])  # type: ignore[list-item]
    assert not gemini.requests


@pytest.mark.parametrize("size", [100, 1 << 16, (1 << 16) + 1, 3 << 20])
async def test_media_of_any_size_arrive_whole(new_client: NewClient, gemini: ScriptedGemini, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    signature = b"\xfb\xff"
    part = types.Part(inline_data=types.Blob(data=data[:size], mime_type="video/mp4"), thought_signature=signature)
    contents = types.Content(parts=[types.Part(text="before"), part, types.Part(text='"data":""')])
    client = new_client()
    async with client.aio:
        client.models.generate_content(model=_MODEL, contents=contents)
        await client.aio.models.generate_content(model=_MODEL, contents=contents)
    for request in gemini.requests:
        [content] = request.json["contents"]
        assert "role" not in content
        before, media, after = content["parts"]
        assert before == {"text": "before"}
        assert after == {"text": '"data":""'}
        assert base64.urlsafe_b64decode(media["inlineData"]["data"]) == data[:size]
        assert media["inlineData"]["mimeType"] == "video/mp4"
        assert base64.urlsafe_b64decode(media["thoughtSignature"]) == signature
    assert part.inline_data is not None
    assert part.inline_data.data == data[:size]
