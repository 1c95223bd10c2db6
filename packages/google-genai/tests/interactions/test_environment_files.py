"""Files in environments: what uploads and downloads send, and that they survive connections that break."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from google import genai
from google.genai import environments, errors, interactions
from google.genai._core import upload as transfers

from ..test_uploads import CHUNK, CONTENT, FAST, Sink
from ..transport.misbehaving import Peer
from .conftest import Caller
from .service import Asked, Service, refusal

UPLOAD = "environments.files.upload"
DOWNLOAD = "environments.files.download"


def uploads(service: Service) -> list[bytes]:
    """Make the service accept uploads. Returns the list to which it adds the bytes of each request."""
    received: list[bytes] = []

    def answer(peer: Peer, asked: Asked) -> None:
        command = asked.headers["x-goog-upload-command"]
        if command == "start":
            peer.reply(200, b"", {"x-goog-upload-url": f"{service.url}/session", "x-goog-upload-status": "active"})
            return
        assert peer.request is not None
        received.append(peer.request.body)
        is_last = "finalize" in command
        peer.reply(
            200,
            b'{"files": [{"path": "/w/a.txt", "type": "file"}]}' if is_last else b"",
            {"x-goog-upload-status": "final" if is_last else "active"},
        )

    service.answers(lambda peer, _: answer(peer, _request(peer)))
    return received


def _request(peer: Peer) -> Asked:
    """Return a request whose body is not JSON."""
    assert peer.request is not None
    path, _, query = peer.request.target.partition("?")
    pairs = dict(each.split("=") for each in query.split("&")) if query else {}
    return Asked(peer.request.method, path, pairs, peer.request.headers, None)


@pytest.fixture(autouse=True)
def _bodies_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bodies of these requests are not JSON."""
    monkeypatch.setattr(Asked, "of", classmethod(lambda cls, request: _request(_Held(request))))  # type: ignore[arg-type]


class _Held:
    def __init__(self, request: Any) -> None:
        self.request = request


# Uploads


def test_bytes(caller: Caller, service: Service) -> None:
    received = uploads(service)
    reply = caller.result(UPLOAD, environment="e", path="/w/a b.txt", file=b"hello")
    assert type(reply) is environments.GetEnvironmentFilesResponse
    assert reply.files[0].path == "/w/a.txt"
    start, sent = service.asked
    assert (start.method, start.path, start.query) == ("PUT", "/upload/v1beta/environments/e/files/w/a%20b.txt", {})
    assert start.headers["x-goog-upload-protocol"] == "resumable"
    assert start.headers["x-goog-upload-header-content-length"] == "5"
    assert start.headers["x-goog-upload-header-content-type"] == "application/octet-stream"
    assert "x-goog-upload-file-name" not in start.headers
    assert (sent.method, sent.path, received) == ("POST", "/session", [b"hello"])
    assert "x-goog-api-key" not in sent.headers


def test_files_and_flags(caller: Caller, service: Service, tmp_path: Path) -> None:
    received = uploads(service)
    archive = tmp_path / "data.zip"
    archive.write_bytes(b"PK")
    for file in (archive, str(archive)):
        caller.result(UPLOAD, environment_id="environments/e", path="w", file=file, extract=True, overwrite=False)
    caller.result(UPLOAD, environment="e", path="", file=io.BytesIO(b"abc"), mime_type="text/csv")
    first, _, second, _, third, _ = service.asked
    assert first.query == second.query == {"extract": "true", "overwrite": "false"}
    assert first.headers["x-goog-upload-header-content-type"] == "application/zip"
    assert (third.path, third.query) == ("/upload/v1beta/environments/e/files/", {})
    assert third.headers["x-goog-upload-header-content-type"] == "text/csv"
    assert received == [b"PK", b"PK", b"abc"]


def test_options_of_one_upload(caller: Caller, service: Service) -> None:
    uploads(service)
    options = {"api_version": "v9", "headers": {"X-Own": "1"}, "timeout": 4000}
    caller.result(UPLOAD, environment="e", path="a", file=b"", http_options=options)
    start, sent = service.asked
    assert start.path == "/upload/v9/environments/e/files/a"
    assert [asked.headers["x-own"] for asked in (start, sent)] == ["1", "1"]
    assert start.headers["x-server-timeout"] == "4"


def test_upload_on_vertex(service: Service) -> None:
    from google.oauth2.credentials import Credentials

    uploads(service)
    client = genai.Client(
        vertexai=True,
        project="p",
        location="l",
        credentials=Credentials(token="t"),
        http_options={"base_url": service.url},
    )
    client.environments.files.upload(environment="e", path="a", file=b"x")
    assert service.asked[0].path == "/upload/v1beta1/projects/p/locations/l/environments/e/files/a"
    client.close()


def test_progress(client: genai.Client, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "CHUNK_BYTES", CHUNK)
    uploads(service)
    seen: list[tuple[int, int | None]] = []
    client.environments.files.upload(
        environment="e", path="a", file=CONTENT, progress=lambda sent, total: seen.append((sent, total))
    )
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert len(seen) >= 4


class Endless(io.RawIOBase):
    """A file object that cannot seek, and notes the longest read."""

    def __init__(self, size: int) -> None:
        self.rest = size
        self.longest = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.longest = max(self.longest, size)
        taken = min(size, self.rest)
        self.rest -= taken
        return bytes(taken)


def test_one_chunk_at_a_time_is_in_memory(
    client: genai.Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "CHUNK_BYTES", CHUNK)
    received = uploads(service)
    source = Endless(5 * CHUNK + 1)
    client.environments.files.upload(environment="e", path="a", file=source)
    assert source.longest == CHUNK
    assert [len(each) for each in received] == [CHUNK] * 5 + [1]
    assert "x-goog-upload-header-content-length" not in service.asked[0].headers


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    monkeypatch.setattr(transfers, "CHUNK_BYTES", CHUNK)
    made = Sink()
    yield made
    made.close()


@pytest.mark.parametrize("fault", ["cut before", "cut inside", "cut after", "unavailable"])
@pytest.mark.parametrize("position", [0, 2])
def test_an_upload_resumes(sink: Sink, fault: str, position: int) -> None:
    sink.faults = {position: fault}
    with genai.Client(api_key="key", http_options={"base_url": sink.url, **FAST}) as client:
        client.environments.files.upload(environment="e", path="a", file=io.BytesIO(CONTENT))
    assert sink.received == CONTENT
    assert sink.is_final


def test_an_upload_that_keeps_failing_ends(sink: Sink) -> None:
    sink.faults = dict.fromkeys(range(1000), "cut before")
    client = genai.Client(api_key="key", http_options={"base_url": sink.url, **FAST})
    with client, pytest.raises(errors.APIConnectionError):
        client.environments.files.upload(environment="e", path="a", file=CONTENT)
    assert len(sink.commands) < 20


def test_a_refused_upload_is_an_error_of_its_kind(caller: Caller, service: Service) -> None:
    service.answers(refusal(404))
    error = caller.call(UPLOAD, environment="e", path="a", file=b"x").failure(errors.ClientError)
    assert isinstance(error, interactions.NotFoundError)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"path": "a", "file": b"x"}, ValueError, "environment: expected an id"),
        ({"path": "a", "file": b"x", "environment": "e", "environment_id": "f"}, ValueError, "either environment or"),
        ({"path": "a/../b", "file": b"x", "environment": "e"}, ValueError, "path"),
        ({"path": None, "file": b"x", "environment": "e"}, ValueError, "path"),
        (
            {"path": "a", "file": 5, "environment": "e"},
            ValueError,
            "file: expected a path, a file object or bytes, got int",
        ),
        ({"path": "a", "file": io.StringIO("x"), "environment": "e"}, ValueError, "file"),
        ({"path": "a", "file": "/no/such/file", "environment": "e"}, OSError, "not an existing file"),
        ({"path": "a", "file": b"x", "environment": "e", "http_options": {"timeout": "x"}}, ValueError, "timeout"),
    ],
)
def test_a_wrong_upload_is_refused(
    caller: Caller, service: Service, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        caller.result(UPLOAD, **options)
    assert service.asked == []


# Downloads


def test_download(caller: Caller, service: Service, tmp_path: Path) -> None:
    service.answers(lambda peer, _: peer.reply(200, CONTENT))
    assert caller.result(DOWNLOAD, environment="e", path="/w/a b.md") == CONTENT
    target = tmp_path / "local.md"
    assert caller.result(DOWNLOAD, environment_id="e", path="w/a b.md", destination=target) == target
    assert target.read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["local.md"]
    for asked in service.asked:
        assert (asked.method, asked.path) == ("GET", "/v1beta/environments/e/files/w/a%20b.md")
        assert asked.query == {"alt": "media"}


def test_a_download_resumes(caller: Caller, service: Service) -> None:
    half = len(CONTENT) // 2

    def breaks(peer: Peer, _: Asked) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT[:half])
        peer.close()

    def rest(peer: Peer, asked: Asked) -> None:
        begin = int(asked.headers["range"].removeprefix("bytes=").removesuffix("-"))
        peer.reply(206, CONTENT[begin:], {"Content-Range": f"bytes {begin}-{len(CONTENT) - 1}/{len(CONTENT)}"})

    service.answers(breaks, rest)
    assert caller.result(DOWNLOAD, environment="e", path="a") == CONTENT
    assert len(service.asked) == 2


def test_a_failed_download_leaves_no_file(caller: Caller, service: Service, tmp_path: Path) -> None:
    service.answers(refusal(404))
    error = caller.call(DOWNLOAD, environment="e", path="a", destination=tmp_path / "a").failure(errors.ClientError)
    assert isinstance(error, interactions.NotFoundError)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_replaced_by_an_incomplete_one(caller: Caller, service: Service, tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    service.answers(refusal(500))
    with pytest.raises(errors.ServerError):
        caller.result(DOWNLOAD, environment="e", path="a", destination=target)
    assert target.read_bytes() == b"old"
    assert len(service.asked) == 5


@pytest.mark.parametrize("path", ["", "/", "../a", 5])
def test_a_wrong_path_is_refused(caller: Caller, service: Service, path: Any) -> None:
    with pytest.raises(ValueError, match="path"):
        caller.result(DOWNLOAD, environment="e", path=path)
    assert service.asked == []
