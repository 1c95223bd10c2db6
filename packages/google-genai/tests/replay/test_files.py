"""The file: faults in it, a disk that is full, and a program that crashes."""

from __future__ import annotations

import errno
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from google.genai import errors
from google.genai._replay import reading, recording
from google.genai._replay.recording import Writer

from .conftest import MODEL, Recorded


def ask(client: Any, contents: str = "a") -> str | None:
    return client.models.generate_content(model=MODEL, contents=contents).text


@pytest.fixture
def good(one: Recorded) -> Recorded:
    """A recording with a reply, a stream, an upload of bytes and a large download."""
    one.gemini.respond(body=bytes(range(256)) * 300, headers={"content-type": "video/mp4"}, path=":download")
    with one.client("record") as client:
        ask(client)
        list(client.models.generate_content_stream(model=MODEL, contents="b"))
        client.files.download(file="files/abc")
    return one


def test_a_file_cut_anywhere_is_refused(good: Recorded) -> None:
    whole = good.path.read_bytes()
    for size in [*range(0, len(whole) - 3, max(1, len(whole) // 60)), len(whole) - 3]:
        good.path.write_bytes(whole[:size])
        with pytest.raises(errors.RecordingError, match=r"recording\.json:\d+: not JSON: .*cut or edited"):
            reading.read(good.path)


def test_the_error_names_file_and_line(good: Recorded) -> None:
    lines = good.path.read_text().splitlines()
    lines[20] = lines[20] + "?"
    good.path.write_text("\n".join(lines))
    with pytest.raises(errors.RecordingError) as caught:
        ask(good.client("replay"))
    assert caught.value.path == good.path
    assert caught.value.line in (21, 22)
    assert str(caught.value).startswith(f"{good.path}:{caught.value.line}: not JSON")


EDITS: list[tuple[Any, str]] = [
    (lambda whole: whole.update(format="other"), r":1: format: expected 'google-genai recording', got 'other'"),
    (lambda whole: whole.update(version=2), r":1: version: this release reads version 1, got 2; update google-genai"),
    (lambda whole: whole.update(version="1"), r"version: this release reads version 1, got '1'; record again"),
    (lambda whole: whole.pop("exchanges"), r":1: exchanges: expected a list"),
    (lambda whole: whole["exchanges"].append(3), r"exchanges\[3\]: expected an object, got int"),
    (lambda whole: whole["exchanges"][1].pop("request"), r"exchanges\[1\]\.request: missing"),
    (
        lambda whole: whole["exchanges"][1].pop("response"),
        r"exchanges\[1\]: expected `response`, `error` or `messages`",
    ),
    (lambda whole: whole["exchanges"][0]["request"].update(url=None), r"exchanges\[0\]\.request\.url: expected a text"),
    (
        lambda whole: whole["exchanges"][0]["response"].update(status="200"),
        r"response\.status: expected a whole number",
    ),
    (lambda whole: whole["exchanges"][0]["response"].update(status=True), r"response\.status: expected a whole number"),
    (lambda whole: whole["exchanges"][0]["response"].update(after_ms=-1), r"after_ms: expected a number of millisec"),
    (lambda whole: whole["exchanges"][0]["response"]["headers"].update(a=1), r"headers\['a'\]: expected a text"),
    (lambda whole: whole["exchanges"][0].update(error={"kind": "x"}), r"error\.kind: expected 'connect', 'read' or"),
    (lambda whole: whole["exchanges"][0].update(messages=[{}]), r"messages\[0\]: expected `sent`, `received`"),
    (
        lambda whole: whole["exchanges"][1]["response"].update(pieces=[{"events": [{}]}]),
        r"events\[0\]: expected `data`",
    ),
    (lambda whole: whole["exchanges"][1]["response"].update(pieces=[{"base64": "ü"}]), r"base64: expected base64"),
    (
        lambda whole: whole["exchanges"][2]["response"]["file"].update(name="../../a.bin"),
        r"file\.name: expected a file in",
    ),
    (
        lambda whole: whole["exchanges"][2]["response"]["file"].update(name="/etc/passwd"),
        r"file\.name: expected a file in",
    ),
    (lambda whole: whole["exchanges"][2]["response"]["file"].update(sha256="0"), r"the SHA-256 of .* is not 0"),
    (lambda whole: whole["exchanges"][2]["response"]["file"].update(name="recording.files/b.bin"), r"cannot be read"),
]


@pytest.mark.parametrize(("edit", "message"), EDITS)
def test_a_file_with_a_wrong_value(good: Recorded, edit: Any, message: str) -> None:
    whole = json.loads(good.path.read_text())
    edit(whole)
    good.path.write_text(json.dumps(whole, indent=2))
    with pytest.raises(errors.RecordingError, match=message) as caught:
        ask(good.client("replay"))
    assert caught.value.line is not None


def test_the_line_is_that_of_the_exchange(good: Recorded) -> None:
    whole = json.loads(good.path.read_text())
    whole["exchanges"][1]["response"]["status"] = "x"
    good.path.write_text(json.dumps(whole, indent=2))
    with pytest.raises(errors.RecordingError) as caught:
        reading.read(good.path)
    lines = good.path.read_text().splitlines()
    assert caught.value.line is not None
    assert "streamGenerateContent" in "".join(lines[caught.value.line - 1 :][:5])


@pytest.mark.parametrize("content", [b"[]", b"3", b'"a"', b"null", b"\xff\xfe", b"{}"])
def test_another_file(one: Recorded, content: bytes) -> None:
    one.path.parent.mkdir(parents=True)
    one.path.write_bytes(content)
    with pytest.raises(errors.RecordingError, match=r"recording\.json:1: "):
        ask(one.client("replay"))


def test_a_nested_file(one: Recorded) -> None:
    one.path.parent.mkdir(parents=True)
    one.path.write_text("[" * 200_000)
    with pytest.raises(errors.RecordingError):
        ask(one.client("replay"))


def test_a_folder_in_place_of_the_file(one: Recorded) -> None:
    one.path.mkdir(parents=True)
    with pytest.raises(errors.RecordingError, match="cannot be read"):
        ask(one.client("replay"))


def test_files_of_large_bodies_that_are_not_used_disappear(good: Recorded) -> None:
    folder = recording.files_folder(good.path)
    assert len(list(folder.iterdir())) == 1
    with good.client("record") as client:
        ask(client)
    assert not folder.exists()


def _full(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Make the disk full after a number of bytes."""
    original, left = recording._write_all, [after]

    def write(file: Any, data: bytes) -> None:
        taken = data[: left[0]]
        original(file, taken)
        left[0] -= len(taken)
        if len(taken) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(recording, "_write_all", write)


@pytest.mark.parametrize("after", [0, 10, 500, 2_500])
def test_a_full_disk(
    good: Recorded, after: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = good.path.read_bytes()
    client = good.client("record")
    _full(monkeypatch, after)
    with caplog.at_level(logging.ERROR, "google_genai.replay"):
        for text in ("one", "two", "three"):
            assert ask(client, text) == f"This is a scripted reply to: {text}"
    assert "the recording is incomplete" in caplog.text
    assert "No space left" in caplog.text
    with pytest.raises(errors.RecordingError, match=r"the recording is incomplete: .* The file was not changed"):
        client.close()
    assert good.path.read_bytes() == before
    monkeypatch.undo()


def test_the_exchanges_before_a_full_disk_are_kept(one: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    client = one.client("record")
    ask(client, "one")
    _full(monkeypatch, 100)
    ask(client, "two")
    partial = next(one.path.parent.glob("*.partial"))
    assert len(json.loads(partial.read_text())["exchanges"]) == 1
    with pytest.raises(errors.RecordingError):
        client.close()
    assert not one.path.exists()


def test_a_folder_that_cannot_be_written(one: Recorded) -> None:
    one.path.parent.write_text("a file in place of the folder")
    client = one.client("record")
    assert ask(client)
    with pytest.raises(errors.RecordingError, match="incomplete"):
        client.close()


def test_a_failure_to_save_leaves_the_file(good: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    before = good.path.read_bytes()
    client = good.client("record")
    ask(client, "other")

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(recording.os, "replace", refuse)
    with pytest.raises(errors.RecordingError, match="broken"):
        client.close()
    monkeypatch.undo()
    assert good.path.read_bytes() == before
    assert [path.suffix for path in good.path.parent.iterdir() if path.name.endswith(".tmp")] == []


def test_a_crash_keeps_what_was_recorded(one: Recorded) -> None:
    program = f"""
import os
from google import genai
from google.genai.client import DebugConfig
config = DebugConfig(client_mode="record", replay_id="a/recording", replays_directory={str(one.folder)!r})
client = genai.Client(api_key="k", http_options={{"base_url": {one.gemini.url!r}}}, debug_config=config)
for i in range(3):
    client.models.generate_content(model={MODEL!r}, contents=str(i))
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 9
    assert not one.path.exists()
    partial = next(one.path.parent.glob("*.partial"))
    partial.rename(one.path)
    client = one.client("replay")
    assert [ask(client, str(i)) for i in range(3)] == [f"This is a scripted reply to: {i}" for i in range(3)]


def test_exchanges_are_in_the_order_of_the_requests(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.json", "a")
    for number in (3, 1, 4, 2):
        entry = {"request": {"method": "GET", "url": f"/{number}", "headers": {}}, "response": {"status": 200}}
        writer.add(number, entry)
        assert json.loads(writer.partial.read_text())["exchanges"][-1] == entry
    writer.save()
    writer.discard()
    writer.add(0, {"request": {"method": "GET", "url": "/0 ü", "headers": {}}, "response": {"status": 200}})
    writer.save()
    writer.discard()
    assert [each["request"]["url"] for each in json.loads((tmp_path / "a.json").read_text())["exchanges"]] == [
        *("/0 ü", "/1", "/2", "/3", "/4")
    ]
    assert reading.read(tmp_path / "a.json").exchanges[0].request["url"] == "/0 ü"


def test_values_that_json_cannot_hold_stay_texts(one: Recorded) -> None:
    for body in (
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b"[1, 2",
        b'{"a": 12345678901234567890, "b": 0.1}',
    ):
        one.gemini.respond(body=body, headers={"content-type": "application/json"}, path=":generateContent")
        with one.client("record") as client:
            first = client._api_client.request("post", f"models/{MODEL}:generateContent", {"a": 1}).body
        with one.client("replay") as client:
            second = client._api_client.request("post", f"models/{MODEL}:generateContent", {"a": 1}).body
        assert first is not None
        assert second is not None
        assert second.replace(" ", "") == first.replace(" ", "")
