"""A disk without room: requests are refused in these words, nothing is lost, and background work waits for room."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.services.uploads.sessions import Arrival

from .interacting import MODEL, PATH, events_of, read_events, steps_of, text_of
from .waiting import until

BATCH = "/v1beta/models/gemini-2.5-flash:batchGenerateContent"
RAW = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
START = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
GRANULE = 256 * 1024
LIMIT_S = 30.0


def prompt(text: str) -> dict:
    return {"contents": [{"parts": [{"text": text}]}]}


def batch_of(count: int, size: int = 4000) -> dict:
    requests = [{"request": prompt(f"{index} {'x' * size}")} for index in range(count)]
    return {"batch": {"inputConfig": {"requests": {"requests": requests}}}}


def assert_full(reply: httpx2.Response) -> None:
    assert reply.status_code == 429, reply.text
    error = reply.json()["error"]
    assert "RESOURCE_EXHAUSTED" in (error.get("status"), str(error["code"]).upper())
    assert error["message"].startswith("The disk is full.")


@contextmanager
def full_database(server) -> Iterator[None]:
    """Let SQLite refuse to make the database larger, with the error of a full disk."""
    connection = server.api.state._connection
    with server.api.state._lock:
        (before,) = connection.execute("PRAGMA max_page_count").fetchone()
        connection.execute("PRAGMA max_page_count = 1")  # reduced as far as possible
    try:
        yield
    finally:
        with server.api.state._lock:
            connection.execute(f"PRAGMA max_page_count = {before}")


@pytest.fixture(params=["memory", "folder"])
def server(request, serve_engine, tmp_path):
    return serve_engine(ScriptedEngine(), data=tmp_path if request.param == "folder" else None, operation_s=0)


@pytest.fixture
def client(server, no_tls) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=LIMIT_S, verify=no_tls) as client:
        yield client


def finished(client: httpx2.Client, name: str) -> dict:
    found: dict = {}

    def is_done() -> bool:
        found.update(client.get(f"/v1beta/{name}").json())
        return found.get("done", False)

    until(is_done)
    return found


def test_a_batch_goes_on_when_there_is_room(server, client, caplog):
    with full_database(server):
        assert_full(client.post(BATCH, json=batch_of(40)))
    assert client.get("/v1beta/batches").json().get("operations", []) == []

    rules = ScriptedEngine.generate

    async def fill_and_generate(self, request):
        if request.prompt.contents[-1]["parts"][0]["text"].startswith("10 "):
            room.__enter__()
        async for piece in rules(self, request):
            yield piece

    room = full_database(server)
    server.engine.generate = fill_and_generate.__get__(server.engine)
    name = client.post(BATCH, json=batch_of(40)).json()["name"]
    until(lambda: "The disk is full. Background work waits" in caplog.text)
    time.sleep(0.5)
    state = client.get(f"/v1beta/{name}").json()
    assert state["metadata"]["state"] == "BATCH_STATE_RUNNING"
    assert int(state["metadata"]["batchStats"]["pendingRequestCount"]) > 0
    room.__exit__(None, None, None)
    batch = finished(client, name)
    assert batch["metadata"]["state"] == "BATCH_STATE_SUCCEEDED"
    assert batch["metadata"]["batchStats"] == {"requestCount": "40", "successfulRequestCount": "40"}
    assert not [record for record in caplog.records if record.exc_info]


def test_a_stream_goes_on_when_there_is_room(server, client, caplog):
    pieces = [f"{number} {'x' * 4000}" for number in range(40)]
    server.engine.script.on("long").stream(pieces)
    rules, room = ScriptedEngine.generate, full_database(server)

    async def generate_and_fill(self, request):
        async for piece in rules(self, request):
            yield piece
            if piece.parts[0]["text"] == pieces[0]:
                room.__enter__()

    server.engine.generate = generate_and_fill.__get__(server.engine)
    body = {"model": MODEL, "input": "long", "stream": True}
    with ThreadPoolExecutor(1) as threads:
        reader = threads.submit(lambda: client.post(PATH, json=body).text)
        until(lambda: "The disk is full. Background work waits" in caplog.text)
        room.__exit__(None, None, None)
        received = reader.result(LIMIT_S)
    events = events_of(received)
    assert len({event["event_id"] for event in events}) == len(events)
    assert text_of({"steps": steps_of(events)}) == "".join(pieces)
    assert read_events(client, events[0]["interaction"]["id"]) == events


CREATIONS = [
    ("/v1beta/cachedContents", {"model": "models/gemini-2.5-flash", **prompt("x" * 9000)}),
    ("/v1beta/fileSearchStores", {"displayName": "x" * 500}),
    (BATCH, batch_of(10)),
    (PATH, {"model": MODEL, "input": "x" * 9000}),
    (PATH, {"model": MODEL, "input": "x" * 9000, "stream": True}),
    ("/upload/v1beta/files", {"file": {"displayName": "x" * 500}}),
]


@pytest.mark.parametrize(("path", "body"), CREATIONS, ids=[f"{path} {len(body)}" for path, body in CREATIONS])
def test_what_cannot_be_stored_is_refused_in_these_words(server, client, caplog, path, body):
    headers = START if path.startswith("/upload") else {}
    with full_database(server):
        replies = [client.post(path, json=body, headers=headers) for _ in range(60)]
        refused = [reply for reply in replies if reply.status_code != 200]
        assert refused
        for reply in refused:
            assert_full(reply)
    assert client.post(path, json=body, headers=headers).status_code == 200
    assert not caplog.records


def test_a_file_that_cannot_be_registered_is_still_uploaded(server, client):
    for _ in range(100):  # use up the room within the pages of the table
        with full_database(server):
            start = {**START, "x-goog-upload-header-content-length": "5"}
            url = ""
            reply = client.post("/upload/v1beta/files", headers=start, json={})
            if reply.status_code != 200:
                break
            url = reply.headers["x-goog-upload-url"]
            last = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}
            sent = client.post(url, headers=last, content=b"bytes")
            if sent.status_code != 200:
                assert_full(sent)
                assert sent.headers["x-goog-upload-size-received"] == "5"
                break
    else:
        pytest.fail("the database was never full")
    if url:
        only = {"x-goog-upload-command": "finalize", "x-goog-upload-offset": "5"}
        done = client.post(url, headers=only)
        assert done.json()["file"]["sizeBytes"] == "5"
    folder = server.api.state.folder("objects")
    stored = client.get("/v1beta/files", params={"pageSize": 100}).json().get("files", [])
    assert len(list(folder.iterdir())) == len(stored)


def test_an_upload_continues_when_there_is_room(client, monkeypatch):
    url = client.post("/upload/v1beta/files", headers=START, json={}).headers["x-goog-upload-url"]
    data = os.urandom(3 * GRANULE)
    write = Arrival.write

    def write_until_full(self: Arrival, piece: bytes) -> None:
        if self.size + len(piece) > 2 * GRANULE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, piece)

    with monkeypatch.context() as patch:
        patch.setattr(Arrival, "write", write_until_full)
        last = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}
        refused = client.post(url, headers=last, content=data)
        assert_full(refused)
        received = int(refused.headers["x-goog-upload-size-received"])
        assert received in (GRANULE, 2 * GRANULE)
        assert_full(client.post("/upload/v1beta/files", headers=RAW, content=data))
    last = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": str(received)}
    file = client.post(url, headers=last, content=data[received:]).json()["file"]
    assert file["sizeBytes"] == str(len(data))
    assert file["sha256Hash"]


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of 4 MB."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if sys.platform != "linux" or os.geteuid() or not mount or not unmount:
        pytest.skip("needs the right to mount a file system")
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=4m", "none", str(place)], check=False).returncode:
        pytest.skip("this machine mounts no file system in memory")
    try:
        yield place
    finally:
        subprocess.run([unmount, "-l", str(place)], check=True)


def test_on_a_small_disk_nothing_is_lost(small_disk, serve_engine, no_tls, caplog):
    server = serve_engine(ScriptedEngine(), data=small_disk / "data", operation_s=0)
    with httpx2.Client(base_url=server.url, timeout=LIMIT_S, verify=no_tls) as client:
        data = os.urandom(6 * GRANULE)
        filler = small_disk / "filler"
        url = client.post("/upload/v1beta/files", headers=START, json={}).headers["x-goog-upload-url"]
        name = client.post(BATCH, json=batch_of(20)).json()["name"]
        finished(client, name)
        with filler.open("wb") as file:
            file.write(bytes(shutil.disk_usage(small_disk).free - 3 * GRANULE))
        last = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}
        assert_full(client.post(url, headers=last, content=data))
        assert_full(client.post("/upload/v1beta/files", headers=RAW, content=data))
        received = int(
            client.post(url, headers={"x-goog-upload-command": "query"}).headers["x-goog-upload-size-received"]
        )
        assert received % GRANULE == 0
        with (small_disk / "rest").open("wb", buffering=0) as file:
            while (free := shutil.disk_usage(small_disk).free) > 0:
                file.write(bytes(free))
        assert_full(client.post(BATCH, json=batch_of(200)))
        assert client.get(f"/v1beta/{name}").json()["metadata"]["state"] == "BATCH_STATE_SUCCEEDED"
        filler.unlink()
        last["x-goog-upload-offset"] = str(received)
        file = client.post(url, headers=last, content=data[received:]).json()["file"]
        stored = server.api.storage.find(file["name"])
        assert stored is not None
        assert hashlib.sha256(stored.data).digest() == hashlib.sha256(data).digest()
        again = client.post(BATCH, json=batch_of(20)).json()["name"]
        assert finished(client, again)["metadata"]["batchStats"]["successfulRequestCount"] == "20"
        assert len(json.dumps(client.get(f"/v1beta/{name}").json())) > 1000
    assert not [record for record in caplog.records if record.exc_info]
