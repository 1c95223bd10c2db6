"""Which mode applies, where the file is, and how clients share a recording."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from google import genai
from google.genai import client as client_module, errors
from google.genai._replay.session import path_of
from google.genai.client import DebugConfig, ReplayApiClient

from ..conftest import StandingToken
from .conftest import KEY, MODEL, Recorded


def ask(client: genai.Client, contents: str = "a") -> str | None:
    return client.models.generate_content(model=MODEL, contents=contents).text


@pytest.mark.parametrize("mode", [None, "", "api"])
def test_other_clients_record_nothing(one: Recorded, mode: str | None) -> None:
    client = genai.Client(
        api_key="k",
        http_options={"base_url": one.gemini.url},
        debug_config=DebugConfig(client_mode=mode, replay_id="a/recording", replays_directory=str(one.folder)),
    )
    ask(client)
    client.close()
    assert client.recording is None
    assert not isinstance(client._api_client, ReplayApiClient)
    assert list(one.folder.iterdir()) == []


def test_an_unknown_mode_is_refused(one: Recorded) -> None:
    with pytest.raises(ValueError, match=r"client_mode: expected one of api, record, replay, auto, new, got 'recrod'"):
        one.client("recrod")


def test_auto_records_once(one: Recorded) -> None:
    for requests in (1, 1):
        client = one.client("auto")
        assert ask(client) == "This is a scripted reply to: a"
        client.close()
        assert len(one.gemini.requests) == requests


def test_record_replaces_the_file(one: Recorded) -> None:
    for contents in ("a", "b"):
        client = one.client("record")
        ask(client, contents)
        client.close()
    assert [each["request"]["json"]["contents"][0]["parts"][0]["text"] for each in one.exchanges] == ["b"]


def test_new_adds_what_is_missing(one: Recorded) -> None:
    client = one.client("record")
    ask(client, "a")
    client.close()
    client = one.client("new")
    assert ask(client, "b")
    assert ask(client, "a")
    client.close()
    assert len(one.gemini.requests) == 2
    assert [each["request"]["json"]["contents"][0]["parts"][0]["text"] for each in one.exchanges] == ["a", "b"]
    unchanged = one.path.read_bytes()
    client = one.client("new")
    ask(client, "b")
    client.close()
    assert one.path.read_bytes() == unchanged


def test_a_missing_file(one: Recorded) -> None:
    with pytest.raises(
        errors.RecordingError, match=r"recording\.json: the recording does not exist\. To record it,"
    ) as caught:
        ask(one.client("replay"))
    assert caught.value.path == one.path


def test_a_client_without_calls_writes_nothing(one: Recorded) -> None:
    one.client("record").close()
    assert list(one.folder.iterdir()) == []


def test_the_environment_selects_a_recording(one: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_CLIENT_MODE", "record")
    monkeypatch.setenv("GOOGLE_GENAI_REPLAY_ID", "a/recording")
    monkeypatch.setenv("GOOGLE_GENAI_REPLAYS_DIRECTORY", str(one.folder))
    for contents in ("a", "b"):  # one recording for the process
        with genai.Client(api_key=KEY, http_options={"base_url": one.gemini.url}) as client:
            ask(client, contents)
    with one.client("record", replay_id="other") as client:  # arguments take precedence
        ask(client, "c")
    assert len(one.exchanges) == 2
    assert (one.folder / "other.json").exists()
    monkeypatch.setenv("GOOGLE_GENAI_CLIENT_MODE", "replay")
    one.close_the_network()
    for contents in ("a", "b"):
        with genai.Client() as client:
            assert ask(client, contents) == f"This is a scripted reply to: {contents}"


def test_clients_that_are_open_share_a_recording(one: Recorded) -> None:
    with one.client("record") as first, one.client("record") as second:
        ask(first, "a")
        ask(second, "b")
    with one.client("replay") as first, one.client("replay") as second:
        ask(second, "a")
        ask(first, "b")
        assert first.recording is second.recording
    assert len(one.exchanges) == 2


def test_a_client_that_is_dropped_saves(one: Recorded) -> None:
    client = one.client("record")
    ask(client)
    one._clients.clear()
    del client
    gc.collect()
    assert len(one.exchanges) == 1


def test_a_recording_in_progress_is_not_replayed(one: Recorded) -> None:
    client = one.client("record")
    ask(client)
    with pytest.raises(ValueError, match="is being recorded by another client"):
        one.client("replay")
    client.close()
    assert ask(one.client("replay"))


async def test_both_sides_of_a_client_are_saved(one: Recorded) -> None:
    client = one.client("record")
    ask(client, "a")
    client.close()
    assert len(one.exchanges) == 1
    await client.aio.models.generate_content(model=MODEL, contents="b")
    await client.aio.aclose()
    assert len(one.exchanges) == 2
    assert [path.name for path in one.path.parent.iterdir()] == ["recording.json"]


@pytest.mark.parametrize(
    "replay_id", ["", "../a", "a/../../b", "/etc/a", "a/./b", "a\\b", "C:/a", "a/", "a\0b", "..", "./a"]
)
def test_ids_that_lead_out_of_the_folder_are_refused(tmp_path: Path, replay_id: str) -> None:
    with pytest.raises(ValueError, match="replay_id: expected a name"):
        path_of(tmp_path, replay_id)


@pytest.mark.parametrize("replay_id", ["a", "a/b", "a/b/mldev", "a.b", "..a", "a/..b", "ü ö"])
def test_ids_are_paths_below_the_folder(tmp_path: Path, replay_id: str) -> None:
    assert path_of(tmp_path, replay_id) == tmp_path / f"{replay_id}.json"
    assert path_of(tmp_path, replay_id + ".json") == tmp_path / f"{replay_id}.json"


def test_an_id_is_needed(one: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_CLIENT_MODE", "record")
    client = genai.Client(api_key="k", http_options={"base_url": one.gemini.url})
    with pytest.raises(ValueError, match="GOOGLE_GENAI_REPLAY_ID"):
        ask(client)


@pytest.mark.parametrize("speed", ["-1", "fast", "inf", "nan"])
def test_a_wrong_speed_is_refused(one: Recorded, monkeypatch: pytest.MonkeyPatch, speed: str) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_REPLAY_SPEED", speed)
    with pytest.raises(ValueError, match=r"REPLAY_SPEED|replay_speed"):
        one.client("replay")


def test_a_replay_needs_no_key_and_no_credentials(one: Recorded) -> None:
    options: dict[str, Any] = {"vertexai": True, "project": "a-project-of-mine", "location": "europe-west4"}
    with one.client("record", credentials=StandingToken("ya29.a-token"), **options) as client:
        cached = client.caches.create(model=MODEL, config={"contents": ["long " * 5_000]})
        answer = client.models.generate_content(model=MODEL, contents="a", config={"cached_content": cached.name})
    assert "a-project-of-mine" not in one.path.read_text()
    one.close_the_network()
    for other in ({"project": "another-project", "location": "us-central1"}, {}):
        with one.client("replay", vertexai=True, **other) as client:
            found = client.caches.create(model=MODEL, config={"contents": ["long " * 5_000]})
            assert found.name.startswith(f"projects/{other.get('project', 'replayed-project')}/")
            again = client.models.generate_content(model=MODEL, contents="a", config={"cached_content": found.name})
            assert again.text == answer.text


def test_the_low_level_client(one: Recorded) -> None:
    """google-cloud-aiplatform creates it, and begins a recording for each of its tests."""
    made = ReplayApiClient(mode="record", replay_id="one", replays_directory=str(one.folder), api_key=KEY,
                           http_options={"base_url": one.gemini.url})  # fmt: skip
    client = genai.Client(api_key="k")
    client._api_client = made
    body = {"contents": [{"parts": [{"text": "Hello"}]}]}
    made.request("post", f"models/{MODEL}:generateContent", body)
    made.initialize_replay_session("two/three")
    made.request("post", f"models/{MODEL}:generateContent", body)
    made.close()
    assert sorted(str(path.relative_to(one.folder)) for path in one.folder.rglob("*.json")) == [
        "one.json",
        "two/three.json",
    ]
    again = client_module.ReplayApiClient("replay", "two/three", str(one.folder))
    reply = again.request("post", f"models/{MODEL}:generateContent", body)
    assert "This is a scripted reply to: Hello" in (reply.body or "")
    again.close()


def test_a_replay_loads_no_http_library(one: Recorded) -> None:
    with one.client("record") as client:
        ask(client)
    program = f"""
import sys
from google import genai
from google.genai.client import DebugConfig
client = genai.Client(debug_config=DebugConfig(client_mode="replay", replay_id="a/recording", replays_directory={str(one.folder)!r}))
assert client.models.generate_content(model={MODEL!r}, contents="a").text
client.close()
print([name for name in ("aiohttp", "google.auth", "requests", "websockets") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_other_clients_load_none_of_this() -> None:
    program = """
import sys
from google import genai
client = genai.Client(api_key="k")
assert client.recording is None
client.close()
print([name for name in sys.modules if "replay" in name or "_debug" in name])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_forked_process_does_not_write(one: Recorded) -> None:
    program = f"""
import os, sys
from google import genai
from google.genai.client import DebugConfig
config = DebugConfig(client_mode="record", replay_id="a/recording", replays_directory={str(one.folder)!r})
client = genai.Client(api_key="k", http_options={{"base_url": {one.gemini.url!r}}}, debug_config=config)
client.models.generate_content(model={MODEL!r}, contents="parent")
pid = os.fork()
if pid == 0:
    client.models.generate_content(model={MODEL!r}, contents="child")
    client.close()
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
client.models.generate_content(model={MODEL!r}, contents="parent again")
client.close()
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)
    texts = [each["request"]["json"]["contents"][0]["parts"][0]["text"] for each in one.exchanges]
    assert texts == ["parent", "parent again"]


def test_two_processes_with_the_same_recording(one: Recorded) -> None:
    program = f"""
from google import genai
from google.genai.client import DebugConfig
config = DebugConfig(client_mode="record", replay_id="a/recording", replays_directory={str(one.folder)!r})
with genai.Client(api_key="k", http_options={{"base_url": {one.gemini.url!r}}}, debug_config=config) as client:
    for i in range(10):
        client.models.generate_content(model={MODEL!r}, contents=str(i))
"""
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [each.wait(60) for each in running] == [0, 0, 0]
    assert len(json.loads(one.path.read_text())["exchanges"]) == 10
    assert [path.name for path in one.path.parent.iterdir()] == ["recording.json"]
