"""What the server refuses, whoever asks for whatever: the attacks are made for every route, so also for new ones."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from genai_local.engines.scripted import ScriptedEngine
from genai_local.server import LocalServer
from genai_local.state.temporary import temporary_folder

KEY = "right-key"
GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"
BODY = {"contents": [{"parts": [{"text": "hello"}]}]}


@pytest.fixture(scope="module")
def keyed() -> Iterator[LocalServer]:
    with LocalServer(ScriptedEngine(), require_key=KEY) as server:
        yield server


@pytest.fixture(scope="module")
def client(keyed, no_tls) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=keyed.url, timeout=30, verify=no_tls) as client:
        yield client


def test_there_are_routes(every_route):
    assert len(every_route) > 100
    assert any(path.startswith("/upload/") for _, path in every_route)


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("?key=wrong", {}),
        ("?upload_id=guessed", {}),
        ("?upload_id=guessed", {"x-goog-upload-protocol": "raw"}),
        ("?upload_id=&uploadType=media", {}),
        ("?upload_id=guessed&uploadType=multipart", {"content-type": "multipart/related; boundary=b"}),
        ("?upload_id=guessed", {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}),
        ("", {"authorization": "Bearer wrong"}),
        ("", {"authorization": f"Basic {KEY}"}),
        ("", {"x-goog-api-key": "auth_tokens/guessed"}),
    ],
)
def test_no_route_answers_without_the_key(client, query, headers, every_route):
    for verb, path in every_route:
        reply = client.request(verb, path + query, headers=headers, json=BODY)
        assert reply.status_code in (400, 401, 403), (verb, path, reply.text)
        assert re.search("key|token", reply.json()["error"]["message"]), (verb, path, reply.text)
    assert client.get(f"/v1beta/files?key={KEY}").json() == {}


@pytest.mark.parametrize(
    "query", ["", "?key=wrong", "?access_token=wrong", "?upload_id=guessed", "?key=auth_tokens/guessed"]
)
@pytest.mark.parametrize("headers", [{}, {"authorization": "Token wrong"}, {"origin": "https://evil.example"}])
def test_no_websocket_opens_without_the_key(keyed, query, headers, every_websocket):
    assert len(every_websocket) > 5
    for path in every_websocket:
        address = f"ws://127.0.0.1:{keyed.port}{path}{query}"
        with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers=headers):
            pass
        reply = refused.value.response
        assert reply.status_code in (400, 401, 403), (path, reply)
        words = {400: "invalid_request", 401: "unauthenticated", 403: "permission_denied"}
        form = words if path.endswith("/interactions/live") else {reply.status_code: reply.status_code}
        assert json.loads(reply.body)["error"]["code"] == form[reply.status_code]


@pytest.mark.parametrize(
    "headers", [{"origin": "null"}, {"origin": "http://localhost.evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_no_websocket_opens_for_a_foreign_page(gemini, headers, every_websocket):
    for path in every_websocket:
        address = gemini.url.replace("http", "ws") + path
        with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers=headers):
            pass
        assert refused.value.response.status_code == 403, path


def test_the_address_of_an_upload_opens_this_upload_only(client, every_route):
    start = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
    begun = client.post(f"/upload/v1beta/files?key={KEY}&access_token={KEY}", headers=start, json={})
    address = begun.headers["x-goog-upload-url"]
    assert KEY not in address
    query = address.partition("?")[2]
    for verb, path in every_route:
        if path != "/upload/v1beta/files":
            assert client.request(verb, f"{path}?{query}", json=BODY).status_code in (401, 403), (verb, path)
    for protocol in ("raw", "multipart"):
        reply = client.post(address, headers={"x-goog-upload-protocol": protocol}, content=b"x")
        assert reply.status_code == 400
        assert "is resumable" in reply.json()["error"]["message"]
    assert client.post(address, headers=start, json={}).status_code == 400
    assert client.get(f"/v1beta/files?key={KEY}").json() == {}
    done = client.post(
        address, headers={"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}, content=b"x"
    )
    assert done.json()["file"]["sizeBytes"] == "1"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8090"},
        {"host": "localhost.evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost@evil.example"},
        {"host": "192.0.2.7:8090"},
        {"host": "0.0.0.0"},
        {"host": ""},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost.evil.example:8090"},
        {"origin": "http://127.0.0.1@evil.example"},
        {"origin": "null"},
        {"origin": "file://"},
        {"origin": "chrome-extension://abc"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ],
)
def test_no_route_answers_a_foreign_page(http, headers, every_route):
    for verb, path in every_route:
        reply = http.request(verb, path, headers={**headers, "content-type": "text/plain"}, content=json.dumps(BODY))
        assert reply.status_code == 403, (verb, path, reply.text)
        error = reply.json()["error"]
        assert "PERMISSION_DENIED" in (error.get("status"), str(error["code"]).upper())
    assert http.get("/v1beta/files").json() == {}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "localhost"},
        {"host": "LOCALHOST:1234"},
        {"host": "127.0.0.1:8090"},
        {"host": "127.9.9.9"},
        {"host": "[::1]:8090"},
        {"host": "localhost."},
        {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"},
        {"origin": "http://127.0.0.1:3000", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin"},
    ],
)
def test_programs_and_pages_of_this_machine_are_served(http, headers):
    assert http.post(GENERATE, headers=headers, json=BODY).status_code == 200


def test_further_names_are_options(serve_engine, no_tls):
    named = serve_engine(ScriptedEngine(), allowed_hosts=["Box.example"])
    anywhere = serve_engine(ScriptedEngine(), host="0.0.0.0")
    cases = [
        (named, "box.example:80", 200),
        (named, "192.0.2.7", 403),
        (named, "other.example", 403),
        (anywhere, "192.0.2.7:8090", 200),
        (anywhere, "[2001:db8::1]", 200),
        (anywhere, "evil.example", 403),
    ]
    with httpx2.Client(verify=no_tls) as client:
        for server, host, code in cases:
            reply = client.post(f"http://127.0.0.1:{server.port}{GENERATE}", headers={"host": host}, json=BODY)
            assert reply.status_code == code, host
        assert "--allow-host evil.example" in reply.json()["error"]["message"]


def test_no_route_redirects(http, every_route):
    for verb, path in every_route:
        reply = http.request(verb, f"{path}/", json=BODY)
        assert not reply.is_redirect, (verb, path)
        assert "location" not in reply.headers


def test_the_body_of_a_refused_request_is_not_kept(keyed):
    """A client without the key cannot fill the memory, and sees the refusal."""
    with socket.create_connection(("127.0.0.1", keyed.port), timeout=20) as connection:
        connection.sendall(f"POST {GENERATE} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 80000000\r\n\r\n".encode())
        connection.sendall(b"x" * 1_200_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 403")


_OUTSIDE = "file:///etc/hostname.json"


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "URL"},
        {"$dynamicRef": "URL"},
        {"not": {"$ref": "URL"}},
        {"if": True, "then": {"$ref": "URL"}},
        {"if": {"$ref": "URL"}},
        {"propertyNames": {"$ref": "URL"}},
        {"contains": {"$ref": "URL"}},
        {"dependentSchemas": {"a": {"$ref": "URL"}}},
        {"patternProperties": {"a": {"$ref": "URL"}}},
        {"unevaluatedProperties": {"$ref": "URL"}},
        {"properties": {"default": {"$ref": "URL"}}},
        {"properties": {"enum": {"items": [{"$ref": "URL"}]}}},
        {"$id": "URL", "$ref": "other.json"},
        {"properties": {"a": {"$id": "URL", "$ref": "#"}}},
        {"x-vendor": {"$ref": "URL"}},
        {"oneOf": [{"$ref": "URL"}, {"type": "string"}]},
        {"$defs": {"a": {"$ref": "URL"}}},
    ],
    ids=json.dumps,
)
def test_no_reference_opens_a_file_or_an_address(http, tmp_path, schema):
    secret = tmp_path / "secret.json"
    secret.write_text('{"type": "string", "enum": ["the secret"]}')
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)

        def listen() -> None:
            try:
                connection, _ = listener.accept()
                asked.append(connection.recv(100))
                connection.close()
            except TimeoutError:
                pass

        thread = threading.Thread(target=listen)
        thread.start()
        for address in (secret.as_uri(), f"http://127.0.0.1:{listener.getsockname()[1]}/a.json"):
            given = json.loads(json.dumps({"type": "object", **schema}).replace("URL", address))
            for body in (
                {"generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": given}},
                {"tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": given}]}]},
                {"tools": [{"functionDeclarations": [{"name": "f", "responseJsonSchema": given}]}]},
            ):
                reply = http.post(GENERATE, json={**BODY, **body})
                assert reply.status_code == 400, reply.text
                assert "the secret" not in reply.text
        thread.join()
    assert not asked


# Files and the command line


def _start(*options: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    program = subprocess.Popen(
        [sys.executable, "-m", "genai_local.cli", "serve", "--engine", "scripted", "--port", "0", *options],
        env={**os.environ, "COLUMNS": "200", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert program.stdout is not None
    shown = ""
    while "GOOGLE_GENAI_USE_VERTEXAI" not in shown:
        line = program.stdout.readline()
        assert line, shown
        shown += line
    return program, shown


def _end(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.communicate()


def _upload(shown: str, key: str = "") -> None:
    url = re.search(r"http://[\w.]+:\d+", shown)
    assert url is not None
    raw = {"x-goog-upload-protocol": "raw", "content-type": "text/plain", "x-goog-api-key": key}
    httpx2.post(f"{url[0]}/upload/v1beta/files", headers=raw, content=b"private").raise_for_status()
    start = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start", "x-goog-api-key": key}
    begun = httpx2.post(f"{url[0]}/upload/v1beta/files", headers=start, json={})
    go_on = {"x-goog-upload-command": "upload", "x-goog-upload-offset": "0"}
    httpx2.post(begun.headers["x-goog-upload-url"], headers=go_on, content=b"x" * 262_144).raise_for_status()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_other_users_cannot_read_the_data(tmp_path):
    data = tmp_path / "data"
    program, shown = _start("--data", str(data))
    try:
        _upload(shown)
        paths = [data, *data.rglob("*")]
        assert {"state.sqlite", "objects", "uploads"} <= {path.name for path in paths}
        assert len(paths) >= 6
        for path in paths:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path
    finally:
        _end(program)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_an_existing_database_becomes_private(tmp_path, serve_engine):
    (tmp_path / "state.sqlite").touch(0o644)
    (tmp_path / "objects").mkdir(0o755)
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    server.api.state.folder("objects")
    assert stat.S_IMODE((tmp_path / "state.sqlite").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "objects").stat().st_mode) == 0o700


def test_the_key_is_not_shown():
    program, shown = _start(GENAI_LOCAL_KEY=KEY)
    try:
        assert KEY not in shown
        assert "export GOOGLE_API_KEY='the required key'" in shown
        _upload(shown, key=KEY)
    finally:
        _end(program)


@pytest.mark.skipif(os.name == "nt", reason="no file locks on Windows")
def test_the_files_of_a_killed_server_are_removed_by_the_next(tmp_path, monkeypatch):
    def folders() -> list[Path]:
        return list(tmp_path.glob("genai-local.files-*"))

    (tmp_path / "genai-local.files-of-somebody-else").write_text("a file")
    program, shown = _start(TMPDIR=str(tmp_path))
    try:
        _upload(shown)
        (left,) = [folder for folder in folders() if folder.is_dir()]
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        remove_second = temporary_folder(program)[1]
        assert left.exists(), "the folder of a running server was removed"
        program.send_signal(signal.SIGKILL)
        program.wait()
        assert left.exists()
        remove_third = temporary_folder(program)[1]
        assert not left.exists()
        remove_second()
        remove_third()
        assert [folder.name for folder in folders()] == ["genai-local.files-of-somebody-else"]
    finally:
        _end(program)


@pytest.mark.parametrize("kind", ["folder", "text", "damaged", "file"])
def test_a_database_that_cannot_be_used_is_named(tmp_path, kind):
    data = tmp_path / "data"
    database = data / "state.sqlite"
    if kind == "file":
        data.write_text("not a folder")
    else:
        data.mkdir()
    if kind == "folder":
        database.mkdir()
    elif kind == "text":
        database.write_text("not a database" * 100)
    elif kind == "damaged":
        with LocalServer(ScriptedEngine(), data=data) as server:
            for number in range(300):
                server.api.tuned_models.add(f"model-{number}")
        content = bytearray(database.read_bytes())
        content[4096 * 2 + 8 : 4096 * 3] = b"\x77" * 4088
        database.write_bytes(content)
    program = subprocess.run(
        [sys.executable, "-m", "genai_local.cli", "serve", "--engine", "scripted", "--port", "0", "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert program.returncode != 0
    assert "Traceback" not in program.stderr
    assert "cannot be used" in program.stderr or "is a file" in program.stderr


@pytest.mark.parametrize("option", ["--port=70000", "--port=-1", "--max-running=0", "--max-waiting=-1", "--threads=0"])
def test_settings_out_of_range_are_named(option):
    arguments = [sys.executable, "-m", "genai_local.cli", "serve", "--engine", "scripted", option]
    program = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert program.returncode == 2
    assert f"Invalid value for '{option.partition('=')[0]}'" in program.stderr


@pytest.mark.parametrize("settings", [{"port": 70_000}, {"max_running": 0}, {"max_waiting": -1}])
def test_settings_of_a_server_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        LocalServer(ScriptedEngine(), **settings)
