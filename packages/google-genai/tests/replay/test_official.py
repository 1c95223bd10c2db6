"""Recordings that releases 1.51.0 and 3.6.1 of the official SDK have written, against a local server, are replayed."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from google import genai
from google.genai import errors, types
from google.genai.client import DebugConfig

from .conftest import MODEL, Recorded

_FILES = Path(__file__).parent / "official"
_TEXT: dict[str, Any] = {
    "system_instruction": "Be nice.",
    "response_schema": {"type": "OBJECT", "properties": {"my_key": {"type": "STRING"}}},
    "response_mime_type": "application/json",
}
_TOOL: dict[str, Any] = {
    "function_declarations": [
        {"name": "get_weather", "parameters": {"type": "OBJECT", "properties": {"city_name": {"type": "STRING"}}}}
    ]
}


def opened(replay_id: str, folder: Path = _FILES, **arguments: Any) -> genai.Client:
    return genai.Client(
        vertexai=replay_id.endswith("vertex"),
        debug_config=DebugConfig(client_mode="replay", replay_id=replay_id, replays_directory=str(folder)),
        **arguments,
    )


def _chat(client: genai.Client) -> list[str | None]:
    chat = client.chats.create(model=MODEL)
    return [chat.send_message(text).text for text in ("a", "b")]


def _upload(client: genai.Client, file: Any, **config: Any) -> list[Any]:
    uploaded = client.files.upload(file=file, config=config)
    return [uploaded.mime_type, uploaded.size_bytes, uploaded.display_name]


CASES: list[tuple[str, Any, Any]] = [
    (
        "release_1_51/models/generate_content/mldev",
        lambda client: client.models.generate_content(model=MODEL, contents="Hello", config=_TEXT).parsed,
        {"my_key": "scripted"},
    ),
    (
        "release_3_6/models/generate_content/vertex",
        lambda client: client.models.generate_content(model=MODEL, contents="Hello", config=_TEXT).parsed,
        {"my_key": "scripted"},
    ),
    (
        "release_1_51/models/stream/vertex",
        lambda client: [c.text for c in client.models.generate_content_stream(model=MODEL, contents="Tell me a story")],
        ["Once ", "upon ", "a time"],
    ),
    (
        "release_3_6/models/stream/mldev",
        lambda client: [c.text for c in client.models.generate_content_stream(model=MODEL, contents="Tell me a story")],
        ["Once ", "upon ", "a time"],
    ),
    (
        "release_1_51/models/bytes/mldev",
        lambda client: (
            client.models.generate_content(
                model=MODEL,
                contents=[types.Part.from_bytes(data=b"\xff\xfe\xfb" * 100, mime_type="image/png"), "What?"],
            ).text
        ),
        "This is a scripted reply to: What?",
    ),
    (
        "release_1_51/models/tools/vertex",
        lambda client: (
            client.models.generate_content(model=MODEL, contents="weather", config={"tools": [_TOOL]})
            .function_calls[0]
            .args
        ),
        {"city_name": "Rome"},
    ),
    (
        "release_1_51/models/two/mldev",
        lambda client: [client.models.generate_content(model=MODEL, contents=text).text for text in ("Two?", "One?")],
        ["This is a scripted reply to: Two?", "This is a scripted reply to: One?"],
    ),
    ("release_3_6/chats/send/vertex", _chat, ["This is a scripted reply to: a", "This is a scripted reply to: b"]),
    (
        "release_1_51/files/upload_io/mldev",
        lambda client: _upload(client, io.BytesIO(b"binary\xff\x00"), mime_type="text/plain"),
        ["text/plain", 8, None],
    ),
]


@pytest.mark.parametrize(("replay_id", "program", "expected"), CASES, ids=[case[0] for case in CASES])
def test_official_recordings(replay_id: str, program: Any, expected: Any, one: Recorded) -> None:
    one.close_the_network()
    client = opened(replay_id)
    assert program(client) == expected
    assert client.recording is not None
    assert client.recording.unused() == []
    client.close()


async def test_the_same_for_async_calls(one: Recorded) -> None:
    one.close_the_network()
    client = opened("release_1_51/models/stream/vertex", project="another-project", location="europe-west4").aio
    stream = await client.models.generate_content_stream(model=MODEL, contents="Tell me a story")
    assert [chunk.text async for chunk in stream] == ["Once ", "upon ", "a time"]
    await client.aclose()


def test_an_upload_of_a_file_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "up.txt").write_text("hello file")
    monkeypatch.chdir(tmp_path)
    with opened("release_1_51/files/upload/mldev") as client:
        assert _upload(client, "up.txt") == ["text/plain", 10, "up.txt"]


def test_an_upload_in_several_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    from google.genai._core import upload

    monkeypatch.setattr(upload, "CHUNK_BYTES", 3)
    folder = _without_granularity(monkeypatch)
    with opened("upload", folder) as client:
        assert _upload(client, io.BytesIO(b"binary\xff\x00"), mime_type="text/plain") == ["text/plain", 8, None]


def _without_granularity(monkeypatch: pytest.MonkeyPatch) -> Path:
    import tempfile

    folder = Path(tempfile.mkdtemp())
    whole = json.loads((_FILES / "release_1_51/files/upload_io/mldev.json").read_text())
    del whole["interactions"][0]["response"]["headers"]["x-goog-upload-chunk-granularity"]
    (folder / "upload.json").write_text(json.dumps(whole))
    return folder


def test_an_upload_of_other_data_fails() -> None:
    with opened("release_1_51/files/upload_io/mldev") as client, pytest.raises(errors.RequestNotRecordedError):
        _upload(client, io.BytesIO(b"other!!!"), mime_type="text/plain")


def test_an_error_is_replayed() -> None:
    with opened("release_1_51/files/download/mldev") as client, pytest.raises(errors.ClientError) as caught:
        client.files.download(file="files/abc")
    assert (caught.value.code, caught.value.status) == (403, "PERMISSION_DENIED")


def test_a_request_that_differs() -> None:
    client = opened("release_1_51/models/two/mldev")
    with pytest.raises(errors.RequestNotRecordedError) as caught:
        client.models.generate_content(model=MODEL, contents="Three?")
    assert '-          "text": "One?"' in str(caught.value)
    assert '+          "text": "Three?"' in str(caught.value)
    assert "URL_PREFIX" not in str(caught.value)


def test_nothing_is_added_to_an_official_recording(one: Recorded) -> None:
    one.path.parent.mkdir(parents=True)
    shutil.copy(_FILES / "release_1_51/models/two/mldev.json", one.path)
    before = one.path.read_bytes()
    client = one.client("new")
    with pytest.raises(errors.RecordingError, match="cannot be added to a recording of the official SDK"):
        client.models.generate_content(model=MODEL, contents="Three?")
    client.close()
    assert one.path.read_bytes() == before


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        ({"interactions": 3}, "interactions: expected a list"),
        ({"interactions": [3]}, r"interactions\[0\]\.request: expected an object"),
        ({"interactions": [{"request": {}}]}, r"interactions\[0\]\.response: expected an object"),
        ({"interactions": [{"request": {"url": 1}, "response": {}}]}, r"interactions\[0\]: expected texts as `method`"),
        (
            {"interactions": [{"request": {"url": "", "method": "get", "body_segments": 1}, "response": {}}]},
            r"request\.body_segments: expected a list",
        ),
        (
            {"interactions": [{"request": {"url": "", "method": "get"}, "response": {"byte_segments": [1]}}]},
            r"byte_segments: expected texts in base64",
        ),
    ],
)
def test_a_file_with_a_wrong_value(one: Recorded, whole: Any, message: str) -> None:
    one.path.parent.mkdir(parents=True)
    one.path.write_text(json.dumps({"replay_id": "a", **whole}))
    with pytest.raises(errors.RecordingError, match=message):
        one.client("replay").models.generate_content(model=MODEL, contents="a")
