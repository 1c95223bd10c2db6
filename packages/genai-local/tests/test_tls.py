"""HTTPS: certificates that are made, kept and replaced; clients that do not speak TLS or stop within the handshake."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from genai_local import LocalServer, certificates
from genai_local.engines.scripted import ScriptedEngine

from .connecting import connect_tcp, trusting
from .waiting import until

GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"
BODY = {"contents": [{"parts": [{"text": "hello"}]}]}
LIMIT_S = 0.5


@pytest.fixture
def server(serve_engine) -> LocalServer:
    return serve_engine(ScriptedEngine(), tls=True, client_limit_s=LIMIT_S, allowed_hosts=["My_service", "bücher.test"])


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "my_service", "bücher.test"])
def test_every_name_of_the_server_is_certified(server, name):
    with trusting(server).wrap_socket(connect_tcp(server), server_hostname=name) as client:
        client.sendall(b"GET /v1beta/files HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        assert client.version() == "TLSv1.3"


def test_nothing_follows_the_handshake(server):
    with trusting(server).wrap_socket(connect_tcp(server), server_hostname="localhost") as client:
        client.sendall(b"GET /v1beta/files HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert client.recv(100)
        assert client.session is not None
        assert not client.session.has_ticket  # it could stop a client that reads and writes in two threads


def test_no_other_name_is_certified(server):
    with (
        connect_tcp(server) as client,
        pytest.raises(ssl.SSLCertVerificationError),
        trusting(server).wrap_socket(client, server_hostname="other.test"),
    ):
        pass


def test_replies_uploads_and_streams(gemini_tls):
    gemini_tls.on("hello").reply("Good day.")
    with httpx2.Client(base_url=gemini_tls.url, verify=trusting(gemini_tls)) as http:
        answer = http.post(GENERATE, json=BODY).json()
        assert answer["candidates"][0]["content"]["parts"] == [{"text": "Good day."}]
        stream = http.post(GENERATE.replace(":generate", ":streamGenerate"), params={"alt": "sse"}, json=BODY)
        assert stream.text.startswith("data: ")
        start = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
        upload_url = http.post("/upload/v1beta/files", headers=start, json={}).headers["x-goog-upload-url"]
        assert upload_url.startswith(f"{gemini_tls.url}/")
        rest = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}
        file = http.post(upload_url, headers=rest, content=b"x" * 3_000_000).json()["file"]
    assert file["sizeBytes"] == "3000000"
    assert file["uri"].startswith(f"{gemini_tls.url}/")


def test_the_file_of_the_certificate_outlives_a_reset(gemini_tls):
    gemini_tls.reset()
    assert httpx2.post(gemini_tls.url + GENERATE, json=BODY, verify=trusting(gemini_tls)).status_code == 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_files_are_private(tmp_path):
    before = os.umask(0)
    try:
        with LocalServer(ScriptedEngine(), data=tmp_path, tls=True) as server:
            assert server.authority
            folder = server.authority.parent
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == dict.fromkeys(["authority.pem", "server.pem", "server-key.pem"], 0o600)


def authority_after_start(folder: Path, *names: str) -> bytes:
    with LocalServer(ScriptedEngine(), data=folder, tls=True, allowed_hosts=names) as server:
        assert server.authority
        assert httpx2.post(server.url + GENERATE, json=BODY, verify=trusting(server)).status_code == 200
        return server.authority.read_bytes()


def test_the_certificate_is_kept_while_it_is_suitable(tmp_path, monkeypatch):
    first = authority_after_start(tmp_path, "a", "b")
    assert authority_after_start(tmp_path, "b") == first
    monkeypatch.setattr(certificates, "_LIFETIME", timedelta(days=29))
    second = authority_after_start(tmp_path, "c")  # a new name
    assert second != first
    third = authority_after_start(tmp_path, "c")  # expires soon
    assert third != second


@pytest.mark.parametrize("name", ["authority.pem", "server.pem", "server-key.pem"])
def test_a_certificate_with_missing_or_damaged_files_is_replaced(tmp_path, name):
    first = authority_after_start(tmp_path)
    (tmp_path / "tls" / name).unlink()
    second = authority_after_start(tmp_path)
    assert second != first
    if name != "authority.pem":
        (tmp_path / "tls" / name).write_text("damaged")
        assert authority_after_start(tmp_path) != second


def test_files_of_the_user(tmp_path, serve_engine):
    files = certificates.own_certificate(tmp_path, [])
    server = serve_engine(ScriptedEngine(), tls=(files.certificate, str(files.key)))
    assert server.authority is None
    verify = ssl.create_default_context(cafile=str(files.authority))
    assert httpx2.post(server.url + GENERATE, json=BODY, verify=verify).status_code == 200
    with pytest.raises(ValueError, match=r"server-key\.pem and .*authority\.pem cannot be used: .* PEM format"):
        LocalServer(ScriptedEngine(), tls=(files.key, tmp_path / "authority.pem"))


def test_plain_http_gets_an_explanation(server, caplog):
    reply = httpx2.get(server.url.replace("https:", "http:") + "/v1beta/files")
    assert reply.status_code == 400
    assert "its addresses begin with https://" in reply.json()["error"]["message"]
    assert not caplog.records


@pytest.mark.parametrize("sent", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 40])
def test_a_client_that_stops_within_the_handshake_is_disconnected(server, sent, caplog):
    begin = time.monotonic()
    with connect_tcp(server) as client:
        client.sendall(sent)
        assert client.recv(1000) == b""
    assert time.monotonic() - begin < LIMIT_S + 5
    until(lambda: not server.connections())
    assert not caplog.records


def test_clients_that_fail_in_the_handshake_leave_nothing_behind(server, caplog):
    caplog.set_level(logging.INFO, "asyncio")
    for sent in (b"\x16\x03\x01\x00\x05hello", b"\x16" + b"\xff" * 1000, b"\x00\x00", b"\x16\x03\x01"):
        with connect_tcp(server) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            client.recv(1000)
    with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx2.get(server.url)  # does not trust the certificate
    until(lambda: not server.connections())
    assert not caplog.records


def test_silent_clients_make_room_for_others(server):
    silent = [connect_tcp(server) for _ in range(20)]
    until(lambda: len(server.connections()) == 20)
    connection: Any = server.connections()[0]
    connection.connection.most = 10
    verify = trusting(server)
    assert [httpx2.post(server.url + GENERATE, json=BODY, verify=verify).status_code for _ in range(5)] == [200] * 5
    for client in silent:
        client.close()


def test_a_request_together_with_the_end_of_the_handshake(server):
    """The client's last handshake record and its request arrive in one segment."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting(server).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with connect_tcp(server) as sock:
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65536))
        client.write(b"GET /v1beta/files HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        sock.sendall(outgoing.read())
        while data := sock.recv(65536):
            incoming.write(data)
    assert client.read(100).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_does_not_confirm_the_end_is_disconnected(server):
    with trusting(server).wrap_socket(connect_tcp(server), server_hostname="localhost") as client:
        client.sendall(b"GET /v1beta/files HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        until(lambda: not server.connections())


def test_an_idle_client_does_not_delay_the_end(serve_engine):
    server = serve_engine(ScriptedEngine(), tls=True)
    with httpx2.Client(base_url=server.url, verify=trusting(server)) as http:
        assert http.post(GENERATE, json=BODY).status_code == 200
        begin = time.monotonic()
        assert server.stop(10)
        assert time.monotonic() - begin < 5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_the_command_says_how_to_trust_the_certificate(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "genai_local.cli", "serve", "--engine", "scripted", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "80"}
    with subprocess.Popen(
        [*command, "--tls", "--data", "my data"], stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    ) as process:
        assert process.stdout
        exports: dict[str, str] = {}
        while "GOOGLE_GENAI_USE_VERTEXAI" not in exports:
            words = shlex.split(process.stdout.readline(), comments=True)
            if words[:1] == ["export"]:
                name, _, exports[name] = words[1].partition("=")
        authority = str(tmp_path / "my data" / "tls" / "authority.pem")
        assert exports["SSL_CERT_FILE"] == exports["REQUESTS_CA_BUNDLE"] == exports["NODE_EXTRA_CA_CERTS"] == authority
        url = exports["GOOGLE_GEMINI_BASE_URL"]
        assert url.startswith("https://")
        verify = ssl.create_default_context(cafile=exports["SSL_CERT_FILE"])
        assert httpx2.get(f"{url}/v1beta/models", verify=verify).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0
