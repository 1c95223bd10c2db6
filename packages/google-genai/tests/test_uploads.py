"""Uploads over connections that break: at every chunk boundary and inside chunks, before and after replies."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from google import genai
from google.genai import errors, types
from google.genai._core import upload

Call = Callable[..., Any]

CHUNK = 64 << 10
CONTENT = bytes(range(251)) * 1000
"""Just under four chunks."""
FAST = {"retry_options": types.HttpRetryOptions(attempts=4, initial_delay=0.001, jitter=0.0, max_delay=0.01)}


class Sink:
    """A service that accepts uploads on a real socket, and fails where a test requests it.

    `faults` maps the number of a request in a session, starting with 0, to the fault that happens.
    """

    def __init__(self) -> None:
        self.faults: dict[int, str] = {}
        self.received = b""
        self.is_final = False
        self.commands: list[str] = []
        self.start_headers: dict[str, str] = {}
        self.start_body = b""
        self.chunk_headers: list[dict[str, str]] = []
        self.starts_to_refuse = 0
        self._requests = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in list(self._open):
            connection.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while self._answer(connection, stream):
                    pass
        except OSError:
            pass
        finally:
            self._open.discard(connection)

    def _answer(self, connection: socket.socket, stream: io.BufferedReader) -> bool:
        if not stream.readline():
            return False
        headers: dict[str, str] = {}
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        command = headers.get("x-goog-upload-command", "")
        with self._lock:
            if command == "start":
                return self._start(connection, headers, stream.read(length))
            fault = self.faults.get(self._requests, "")
            self._requests += 1
            self.commands.append(command)
            return self._take(connection, stream, command, headers, length, fault)

    def _start(self, connection: socket.socket, headers: dict[str, str], body: bytes) -> bool:
        self.start_headers, self.start_body = headers, body
        if self.starts_to_refuse:
            self.starts_to_refuse -= 1
            return self._reply(connection, b"", status="503 Service Unavailable")
        session = f"x-goog-upload-url: {self.url}/session?id=1\r\nx-goog-upload-status: active\r\n"
        return self._reply(connection, b"", session)

    def _take(
        self,
        connection: socket.socket,
        stream: io.BufferedReader,
        command: str,
        headers: dict[str, str],
        length: int,
        fault: str,
    ) -> bool:
        if fault == "cut before":
            return False
        if fault == "gone":
            return self._reply(
                connection, b'{"error": {"code": 404, "message": "no such upload"}}', status="404 Not Found"
            )
        if "upload" in command:
            self.chunk_headers.append(headers)
            if int(headers["x-goog-upload-offset"]) != len(self.received):
                stream.read(length)
                return self._reply(connection, b'{"error": {"message": "wrong offset"}}', status="400 Bad Request")
            if fault == "cut inside":
                self.received += stream.read(length // 2)
                return False
            body = stream.read(length)
            if fault == "unavailable":
                return self._reply(connection, b"", "x-goog-upload-status: active\r\n", "503 Service Unavailable")
            self.received += body
            if fault == "forgets":
                self.received = self.received[:-1000]
            self.is_final = self.is_final or "finalize" in command
        if fault == "cut after":
            return False
        if fault == "without status":
            return self._reply(connection, b"")
        state = f"x-goog-upload-status: {'final' if self.is_final else 'active'}\r\n"
        state += f"x-goog-upload-size-received: {len(self.received)}\r\n"
        body = json.dumps({"file": {"name": "files/a", "sizeBytes": str(len(self.received))}}).encode()
        return self._reply(connection, body if self.is_final else b"", state)

    def _reply(self, connection: socket.socket, body: bytes, headers: str = "", status: str = "200 OK") -> bool:
        head = f"HTTP/1.1 {status}\r\n{headers}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        return True


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    monkeypatch.setattr(upload, "CHUNK_BYTES", CHUNK)
    made = Sink()
    yield made
    made.close()


@pytest.fixture
def uploading(sink: Sink) -> Iterator[genai.Client]:
    with genai.Client(api_key="key", http_options={"base_url": sink.url, **FAST}) as client:
        yield client


class Pipe(io.RawIOBase):
    """A file object that cannot seek, and whose reads return what is available."""

    def __init__(self, content: bytes) -> None:
        self._rest = memoryview(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = min(size, 10_007) if size >= 0 else len(self._rest)
        taken, self._rest = bytes(self._rest[:size]), self._rest[size:]
        return taken


def arrived(sink: Sink, file: types.File, content: bytes = CONTENT) -> None:
    assert hashlib.sha256(sink.received).digest() == hashlib.sha256(content).digest()
    assert (file.name, file.size_bytes) == ("files/a", len(content))
    assert sink.is_final


# Connections that break


@pytest.mark.parametrize(
    ("fault", "position"),
    [
        *(
            (fault, at)
            for fault in ("cut before", "cut inside", "cut after", "unavailable", "without status")
            for at in range(4)
        ),
        *(("forgets", at) for at in range(3)),
    ],
)
async def test_a_break_at_any_chunk_is_mended(
    call: Call, uploading: genai.Client, sink: Sink, fault: str, position: int
) -> None:
    sink.faults[position] = fault
    file = await call(uploading, "files.upload", file=io.BytesIO(CONTENT), config={"mime_type": "text/plain"})
    assert "query" in sink.commands
    arrived(sink, file)


async def test_an_end_with_other_bytes_is_an_error(call: Call, uploading: genai.Client, sink: Sink) -> None:
    sink.faults[3] = "forgets"
    with pytest.raises(errors.InvalidResponseError, match=f"received {len(CONTENT) - 1000} of {len(CONTENT)} bytes"):
        await call(uploading, "files.upload", file=io.BytesIO(CONTENT), config={"mime_type": "text/plain"})


async def test_every_request_breaks_once(call: Call, uploading: genai.Client, sink: Sink, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(CONTENT)
    kinds = ["cut inside", "cut before", "cut after", "unavailable"]
    sink.faults = {number: kinds[number // 3 % 4] for number in range(0, 30, 3)}
    file = await call(uploading, "files.upload", file=path)
    arrived(sink, file)


async def test_what_cannot_be_wound_back_is_mended_as_well(call: Call, uploading: genai.Client, sink: Sink) -> None:
    sink.faults = {0: "cut inside", 3: "cut after", 6: "cut inside"}
    file = await call(uploading, "files.upload", file=Pipe(CONTENT), config={"mime_type": "text/plain"})
    arrived(sink, file)
    assert "x-goog-upload-header-content-length" not in sink.start_headers


async def test_a_session_that_is_gone_ends_it(call: Call, uploading: genai.Client, sink: Sink) -> None:
    sink.faults = {1: "cut before", 2: "gone"}
    with pytest.raises(errors.ClientError, match="no such upload") as raised:
        await call(uploading, "files.upload", file=io.BytesIO(CONTENT), config={"mime_type": "text/plain"})
    assert raised.value.code == 404


async def test_it_is_given_up_when_nothing_gets_through(call: Call, uploading: genai.Client, sink: Sink) -> None:
    sink.faults = dict.fromkeys(range(100), "cut before")
    with pytest.raises(errors.APIConnectionError) as raised:
        await call(uploading, "files.upload", file=io.BytesIO(CONTENT), config={"mime_type": "text/plain"})
    assert raised.value.attempts == 4


async def test_the_start_is_repeated(call: Call, uploading: genai.Client, sink: Sink) -> None:
    sink.starts_to_refuse = 2
    arrived(sink, await call(uploading, "files.upload", file=io.BytesIO(CONTENT), config={"mime_type": "a/b"}))


# Requests


async def test_path_name_and_description(call: Call, uploading: genai.Client, sink: Sink, tmp_path: Path) -> None:
    path = tmp_path / "größe & 数.txt"
    path.write_bytes(b"hello")
    progress: list[tuple[int, int | None]] = []
    file = await call(
        uploading,
        "files.upload",
        file=os.fspath(path),
        config={"name": "my-file", "display_name": "Größe"},
        progress=lambda sent, total: progress.append((sent, total)),
    )
    arrived(sink, file, b"hello")
    assert sink.start_headers["x-goog-upload-protocol"] == "resumable"
    assert sink.start_headers["x-goog-upload-header-content-length"] == "5"
    assert sink.start_headers["x-goog-upload-header-content-type"] == "text/plain"
    assert sink.start_headers["x-goog-upload-file-name"] == "gr%C3%B6%C3%9Fe & %E6%95%B0.txt"
    assert json.loads(sink.start_body) == {
        "file": {"name": "files/my-file", "displayName": "Größe", "mimeType": "text/plain", "sizeBytes": 5}
    }
    assert progress == [(5, 5)]
    [headers] = sink.chunk_headers
    assert "x-goog-api-key" not in headers, "the URL of the session is its own credential"
    assert sink.start_headers["x-goog-api-key"] == "key"


async def test_a_file_object_is_read_from_where_it_stands(call: Call, uploading: genai.Client, sink: Sink) -> None:
    stream = io.BytesIO(b"skip" + CONTENT)
    stream.seek(4)
    sink.faults = {2: "forgets"}
    file = await call(uploading, "files.upload", file=stream, config={"mime_type": "text/plain"})
    arrived(sink, file)
    assert not stream.closed


@pytest.mark.parametrize("size", [0, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
async def test_every_size(call: Call, uploading: genai.Client, sink: Sink, size: int) -> None:
    content = CONTENT[:size]
    for file in (io.BytesIO(content), Pipe(content)):
        sink.received, sink.is_final = b"", False
        arrived(sink, await call(uploading, "files.upload", file=file, config={"mime_type": "text/plain"}), content)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (io.StringIO("text"), "file: expected a path or a file object opened for reading bytes, got StringIO"),
        (b"bytes", "file: expected a path or a file object opened for reading bytes, got bytes"),
        (io.BytesIO(b"nothing known"), "config.mime_type: unknown media type"),
        (Pipe(b"nothing known"), "config.mime_type: unknown media type"),
    ],
)
async def test_what_cannot_be_uploaded(
    call: Call, uploading: genai.Client, sink: Sink, file: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        await call(uploading, "files.upload", file=file)
    assert not sink.start_headers


async def test_a_missing_file(call: Call, uploading: genai.Client, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is not an existing file"):
        await call(uploading, "files.upload", file=tmp_path / "missing.txt")


async def test_a_folder(call: Call, uploading: genai.Client, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is a folder; upload the files in it one by one"):
        await call(uploading, "files.upload", file=tmp_path)


async def test_a_file_that_shrinks_is_named(call: Call, uploading: genai.Client, sink: Sink) -> None:
    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 10)) if self.tell() < 10 else b""

    with pytest.raises(ValueError, match=f"changed during the upload, from {len(CONTENT)} to 10 bytes"):
        await call(uploading, "files.upload", file=Shrinking(CONTENT), config={"mime_type": "text/plain"})


def test_vertex_has_no_files(new_client: Callable[..., genai.Client], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"files\.upload is not offered by Vertex AI"):
        new_client("vertex").files.upload(file=tmp_path)
