"""Clients that stop half-way, do not read, are silent, or leave together: each is given up after a limit, in silence."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
import time

import httpx2
import pytest

from genai_local.engines import Piece
from genai_local.engines.scripted import ScriptedEngine

from .connecting import connect, trusting
from .endless import EndlessEngine
from .waiting import until

GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"
STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
BODY = json.dumps({"contents": [{"parts": [{"text": "hello"}]}]}).encode()
LIMIT_S = 0.5
WAIT_S = 20.0


def post(server, path: str, **settings) -> httpx2.Response:
    return httpx2.post(f"{server.url}{path}", timeout=WAIT_S, verify=trusting(server), **settings)


def head(verb: str, path: str, length: int, *further: str) -> bytes:
    lines = [f"{verb} {path} HTTP/1.1", "host: localhost", f"content-length: {length}", *further, "", ""]
    return "\r\n".join(lines).encode()


def rest_of(client: socket.socket) -> bytes:
    """Return everything that the server still sends before it closes the connection."""
    received = b""
    try:
        while piece := client.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def tls(request) -> bool:
    return request.param


@pytest.fixture
def server(serve_engine, tls):
    return serve_engine(ScriptedEngine(), client_limit_s=LIMIT_S, tls=tls)


def test_a_body_that_stops_half_way_is_cut_on_every_route(server, every_route, caplog):
    clients: list[socket.socket] = []
    for verb, path in every_route:
        client = connect(server)
        client.sendall(head(verb, path, 1000, "x-goog-upload-protocol: raw") + b'{"a')
        clients.append(client)
    for client, (verb, path) in zip(clients, every_route, strict=True):
        reply = rest_of(client)
        client.close()
        assert reply.startswith(b"HTTP/1.1 408 "), (verb, path, reply)
        error = json.loads(reply.partition(b"\r\n\r\n")[2])["error"]
        assert error["status"] == "DEADLINE_EXCEEDED"
        assert "within 0.5 seconds" in error["message"]
    assert not caplog.records
    assert post(server, GENERATE, content=BODY).status_code == 200


def test_an_upload_that_stops_half_way_keeps_its_whole_granules(server):
    start = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
    url = post(server, "/upload/v1beta/files", headers=start, json={}).headers["x-goog-upload-url"]
    path = url.removeprefix(server.url)
    with connect(server) as client:
        commands = ("x-goog-upload-command: upload, finalize", "x-goog-upload-offset: 0")
        client.sendall(head("POST", path, 600_000, *commands) + b"x" * 300_000)
        assert rest_of(client).startswith(b"HTTP/1.1 408 ")
    state = post(server, path, headers={"x-goog-upload-command": "query"}).headers
    assert state["x-goog-upload-size-received"] == str(256 * 1024)


@pytest.mark.parametrize("sent", [b"", b"POST /v1be", b"POST /v1beta HTTP/1.1\r\nhost: localhost\r\nx-a: b"])
def test_a_connection_without_a_whole_request_is_closed(server, sent):
    with connect(server) as client:
        client.sendall(sent)
        assert rest_of(client) == b""


def test_a_second_request_that_stops_half_way_is_closed(server):
    with connect(server) as client:
        client.sendall(head("GET", "/v1beta/files", 0) + b"GET /v1be")
        assert rest_of(client).startswith(b"HTTP/1.1 200 ")


def test_a_head_or_body_that_drips_is_cut(server):
    for begin in (b"POST / HTTP/1.1\r\nx: ", head("POST", GENERATE, 1000)):
        with connect(server) as client:
            client.sendall(begin)
            client.settimeout(0.05)
            deadline = time.monotonic() + WAIT_S
            with pytest.raises(OSError, match=r"reset|Broken pipe|EOF occurred"):  # noqa: PT012
                while time.monotonic() < deadline:
                    client.sendall(b"a")
                    time.sleep(0.05)


def test_a_slow_but_steady_client_is_served(server):
    with connect(server) as client:
        client.sendall(head("POST", GENERATE, len(BODY) + 4000))
        for _ in range(20):
            client.sendall(b" " * 200)
            time.sleep(0.06)
        client.sendall(BODY)
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")


def test_an_idle_connection_is_kept(server):
    with connect(server) as client:
        for _ in range(2):
            client.sendall(head("GET", "/v1beta/files", 0))
            reply = b""
            while not reply.endswith(b"{}"):
                reply += client.recv(1000)
            time.sleep(3 * LIMIT_S)


def test_clients_that_do_not_read_lose_their_places(serve_engine, tls, caplog):
    engine = EndlessEngine()
    server = serve_engine(engine, max_running=2, max_waiting=10, client_limit_s=LIMIT_S, tls=tls)
    clients = [connect(server) for _ in range(6)]
    for client in clients:
        client.sendall(head("POST", STREAM, len(BODY)) + BODY)
    until(lambda: engine.working == 2)
    engine.generate = ScriptedEngine().generate  # for the requests that follow
    reply = post(server, GENERATE, content=BODY)
    assert reply.status_code == 200
    until(lambda: engine.working == 0)
    for client in clients:
        client.close()
    assert not caplog.records


def test_a_reply_that_nobody_reads_is_given_up(serve_engine, tls):
    class Long(ScriptedEngine):
        async def generate(self, request):
            yield Piece(parts=[{"text": "x" * 20_000_000}], finish_reason="STOP")

    server = serve_engine(Long(), max_running=1, max_waiting=1, client_limit_s=LIMIT_S, tls=tls)
    with connect(server) as client:
        client.sendall(head("POST", GENERATE, len(BODY)) + BODY)
        until(lambda: len(server.connections()) == 1)
        until(lambda: not server.connections())


def test_clients_that_leave_together_are_not_reported(serve_engine, tls, caplog):
    engine = EndlessEngine()
    server = serve_engine(engine, max_running=2, max_waiting=300, tls=tls)
    clients = [connect(server) for _ in range(200)]
    for client in clients:
        client.sendall(head("POST", GENERATE, len(BODY)) + BODY)
    until(lambda: engine.working == 2)
    time.sleep(0.2)
    for client in clients:
        client.close()
    until(lambda: engine.working == 0 and not server.connections())
    engine.generate = ScriptedEngine().generate
    replies: list[int] = []

    def ask() -> None:
        replies.append(post(server, GENERATE, content=BODY).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [200] * 8
    assert not caplog.records


_FEW_FILES = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
from genai_local.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of open files")
def test_silent_connections_neither_fill_the_log_nor_keep_others_out(tmp_path, tls):
    log = tmp_path / "log"
    arguments = [sys.executable, "-c", _FEW_FILES, "serve", "--engine", "scripted", "--port", "0"]
    arguments += ["--tls", "--data", str(tmp_path / "data")] if tls else []
    with log.open("w") as errors:
        program = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=errors, text=True)
    clients: list[socket.socket] = []
    try:
        assert program.stdout
        shown = ""
        while "://127.0.0.1:" not in shown:
            shown = program.stdout.readline()
        port = int(shown.partition("://127.0.0.1:")[2].split()[0])
        clients += (socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) for _ in range(300))
        for client in clients[:50]:
            client.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        authority = str(tmp_path / "data" / "tls" / "authority.pem")
        verify = ssl.create_default_context(cafile=authority) if tls else True
        url = f"{'https' if tls else 'http'}://127.0.0.1:{port}{GENERATE}"
        reply = httpx2.post(url, content=BODY, timeout=WAIT_S, verify=verify)
        assert reply.status_code == 200
        assert log.read_text() == ""
    finally:
        for client in clients:
            client.close()
        program.kill()
        program.communicate()
