"""Rows, folders, the clock, pages: the basis of all resources with state."""

from __future__ import annotations

import base64
import threading

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.errors import ApiError
from genai_local.protocol.paging import among, page
from genai_local.protocol.times import read_duration, read_timestamp, timestamp
from genai_local.server import LocalServer
from genai_local.state import State
from genai_local.state.clock import Clock
from genai_local.state.storage import Storage, StoredFile

TABLE = "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)"


@pytest.fixture
def state():
    state = State()
    state.declare("notes", TABLE)
    yield state
    state.close()


def texts(state):
    return [row["text"] for row in state.rows("SELECT text FROM notes ORDER BY id")]


def test_a_transaction_is_atomic(state):
    def add_and_fail() -> None:
        with state.transaction():
            state.execute("INSERT INTO notes (text) VALUES ('outer')")
            with state.transaction():
                state.execute("INSERT INTO notes (text) VALUES ('inner')")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        add_and_fail()
    assert texts(state) == []
    with state.transaction():
        state.execute_many("INSERT INTO notes (text) VALUES (?)", [("a",), ("b",)])
    assert texts(state) == ["a", "b"]


def test_threads_do_not_disturb_each_other(state):
    def add(name: str) -> None:
        for _ in range(50):
            with state.transaction():
                [count] = state.row("SELECT count(*) FROM notes")
                state.execute("INSERT INTO notes (text) VALUES (?)", f"{count}")

    threads = [threading.Thread(target=add, args=(str(index),)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert texts(state) == [str(number) for number in range(200)]


def test_clear_removes_rows_and_files(state):
    state.execute("INSERT INTO notes (text) VALUES ('a')")
    (state.folder("notes") / "a").write_text("a")
    state.clear()
    assert texts(state) == []
    assert list(state.folder("notes").iterdir()) == []


def test_temporary_state_is_removed():
    state = State()
    folder = state.folder("notes")
    assert folder.is_dir()
    state.close()
    assert not folder.exists()


def test_a_folder_is_reused(tmp_path):
    first = State(tmp_path / "new" / "data")
    first.declare("notes", TABLE)
    first.execute("INSERT INTO notes (text) VALUES ('a')")
    (first.folder("notes") / "a").write_text("a")
    with pytest.raises(RuntimeError, match="another server"):
        State(tmp_path / "new" / "data")
    first.close()
    second = State(tmp_path / "new" / "data")
    second.declare("notes", TABLE)
    assert texts(second) == ["a"]
    assert (second.folder("notes") / "a").read_text() == "a"
    with pytest.raises(RuntimeError, match="notes of another version"):
        second.declare("notes", TABLE.replace("text TEXT", "words TEXT"))
    second.close()


def test_a_folder_without_a_valid_database(tmp_path):
    (tmp_path / "state.sqlite").write_text("something else, long enough to be looked at" * 10)
    with pytest.raises(RuntimeError, match="cannot be used"):
        State(tmp_path)


def test_two_servers_do_not_share_a_folder(serve_engine, tmp_path):
    serve_engine(ScriptedEngine(), data=tmp_path)
    with pytest.raises(RuntimeError, match="another server"):
        LocalServer(ScriptedEngine(), data=tmp_path)


def test_the_clock_can_be_moved_and_stopped():
    clock = Clock()
    before = clock.now()
    clock.advance(3600)
    assert 3600 <= clock.now() - before < 3660
    clock.stop_at(1_000_000.5)
    assert timestamp(clock.now()) == "1970-01-12T13:46:40.500000Z"
    clock.advance(1)
    assert clock.now() == 1_000_001.5
    clock.reset()
    assert clock.now() - before < 60


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1),
        ("1970-01-01T00:00:01.25Z", 1.25),
        ("1970-01-01t01:00:00.123456789+01:00", 0.123456789),
        ("2026-01-31T12:00:00-05:30", 1769880600),
    ],
)
def test_times(text, seconds):
    assert read_timestamp(text, "expireTime") == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-01-31", "2026-02-31T12:00:00Z", "2026-01-31T12:00:00", "12"])
def test_invalid_times(text):
    with pytest.raises(ApiError) as caught:
        read_timestamp(text, "expireTime")
    assert caught.value.code == 400
    assert caught.value.message.startswith("expireTime: ")


def test_durations():
    assert read_duration("3600s", "ttl") == 3600
    assert read_duration("-1.5s", "ttl") == -1.5
    for text in ("", "1", "1m", "s", "1e3s", "infs"):
        with pytest.raises(ApiError, match="ttl: "):
            read_duration(text, "ttl")


ITEMS = [{"n": number} for number in range(5)]


def test_pages_follow_each_other():
    found, query = [], {"pageSize": "2"}
    while True:
        reply = page(query, "/v1beta/things", "things", among(ITEMS))
        found += reply["things"]
        if "nextPageToken" not in reply:
            break
        query["pageToken"] = reply["nextPageToken"]
    assert found == ITEMS
    assert page({}, "/x", "things", among([])) == {}
    assert page({"pageSize": "9"}, "/x", "things", among(ITEMS), max_size=2)["things"] == ITEMS[:2]


@pytest.mark.parametrize(
    ("query", "path", "field"),
    [
        ({"pageSize": "x"}, "/a", "pageSize"),
        ({"page_size": "-1"}, "/a", "pageSize"),
        ({"pageToken": "2"}, "/a", "pageToken"),
        ({"pageToken": "é"}, "/a", "pageToken"),
        ({"pageToken": "{token}"}, "/b", "pageToken"),
        ({"pageToken": "{token}", "filter": "x"}, "/a", "pageToken"),
    ],
)
def test_invalid_page_sizes_and_tokens(query, path, field):
    token = page({"pageSize": "2"}, "/a", "things", among(ITEMS))["nextPageToken"]
    assert page({"pageToken": token, "key": "k"}, "/a", "things", among(ITEMS))["things"] == ITEMS[2:]
    query = {name: value.format(token=token) for name, value in query.items()}
    with pytest.raises(ApiError) as caught:
        page(query, path, "things", among(ITEMS))
    assert caught.value.code == 400
    assert caught.value.details[0]["fieldViolations"][0]["field"] == field


def test_storage_removes_the_oldest(state):
    storage = Storage(state, Clock(), max_bytes=10)
    first, second = (storage.put_generated(StoredFile(b"12345", "text/plain")) for _ in range(2))
    third = storage.put_generated(StoredFile(b"123", "text/plain"))
    assert storage.find(first) is None
    assert storage.find(second)
    assert storage.find(third)
    storage.put(second, StoredFile(b"1", "text/plain"))
    large = storage.put_generated(StoredFile(b"x" * 20, "text/plain"))
    assert storage.find(large)
    assert storage.find(second) is None
    assert len(list(state.folder("objects").iterdir())) == 1


def test_state_in_a_folder_survives_the_server(serve_engine, tmp_path):
    first = serve_engine(ScriptedEngine(), data=tmp_path)
    raw = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    file = httpx2.post(f"{first.url}/upload/v1beta/files", headers=raw, content=b"kept").json()["file"]
    body = {
        "model": "models/gemini-2.5-flash",
        "contents": [{"parts": [{"text": "A long story."}, {"fileData": {"fileUri": file["uri"]}}]}],
    }
    cache = httpx2.post(f"{first.url}/v1beta/cachedContents", json=body).json()
    first.stop()

    second = serve_engine(ScriptedEngine(), data=tmp_path)
    again = httpx2.get(f"{second.url}/v1beta/{file['name']}").json()
    assert {**again, "uri": ""} == {**file, "uri": ""}
    assert httpx2.get(f"{second.url}/v1beta/{cache['name']}").json() == cache
    blob = {"inlineData": {"mimeType": "text/plain", "data": base64.b64encode(b"x").decode()}}
    ask = {"contents": [{"parts": [blob]}], "cachedContent": cache["name"]}
    reply = httpx2.post(f"{second.url}/v1beta/models/gemini-2.5-flash:generateContent", json=ask).json()
    assert reply["usageMetadata"]["cachedContentTokenCount"] == cache["usageMetadata"]["totalTokenCount"]


def test_a_server_without_a_folder_cleans_up():
    server = LocalServer(ScriptedEngine())
    with server:
        raw = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
        assert httpx2.post(f"{server.url}/upload/v1beta/files", headers=raw, content=b"gone").status_code == 200
        folder = server.api.state.folder("objects")
        assert len(list(folder.iterdir())) == 1
    assert not folder.exists()
