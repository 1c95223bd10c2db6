"""WebSocket connections: handshakes, refusals, close codes, large and wrong frames, slow and silent clients, the end."""

from __future__ import annotations

import base64
import json
import logging
import os
import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from genai_local import app, websocket
from genai_local.engines.scripted import ScriptedEngine
from genai_local.framework.websockets import WebSocket, WebSocketRoute
from genai_local.protocol.errors import ApiError
from genai_local.server import LocalServer

from . import connecting
from .connecting import trusting
from .waiting import until

ECHO = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.Echo"
VERTEX = "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/Echo"
KEY = "right-key"
WAIT_S = 20.0


async def _echo(socket: WebSocket) -> None:
    """Send every message back; `fail` raises an error, and `flood` sends without an end."""
    if "full" in socket.connection.query_params:
        raise ApiError(429, "The server is full.")
    await socket.accept()
    while True:
        message = await socket.receive()
        assert isinstance(message, dict)
        if "fail" in message:
            raise ApiError(message["fail"], message["why"]) if message["fail"] else ValueError("broken")
        while "flood" in message:
            await socket.send({"flood": "x" * 100_000})
        await socket.send(message)


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def start(request, monkeypatch, serve_engine):
    """Start a server that has the echo; arguments are its settings."""
    routes = [
        WebSocketRoute("gemini", "GenerativeService.Echo", _echo),
        WebSocketRoute("vertex", "LlmBidiService.Echo", _echo),
    ]
    monkeypatch.setattr(app, "WEBSOCKETS", tuple(routes))
    return lambda **settings: serve_engine(ScriptedEngine(), tls=request.param, **settings)


@pytest.fixture
def server(start) -> LocalServer:
    return start()


@pytest.fixture(autouse=True)
def _nothing_unexpected(caplog) -> Iterator[None]:
    """No client may cause a line in the log, except where a test removes it."""
    yield
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING], caplog.text


def dial(server: LocalServer, path: str = ECHO, **settings) -> ClientConnection:
    settings = {"open_timeout": WAIT_S, "close_timeout": WAIT_S, "max_size": None, **settings}
    if server.authority is not None:
        settings["ssl"] = trusting(server)
    return connect(f"ws{server.url.removeprefix('http')}{path}", **settings)


def closed(client: ClientConnection) -> tuple[int, str]:
    """Return the code and the reason with which the server closes the connection."""
    with pytest.raises(ConnectionClosed) as caught:
        list(iter(lambda: client.recv(timeout=WAIT_S), None))
    assert caught.value.rcvd is not None, caught.value
    return caught.value.rcvd.code, caught.value.rcvd.reason


@pytest.mark.parametrize("path", [ECHO, "/" + ECHO, ECHO.replace(".Echo", "/Echo"), VERTEX, "/" + VERTEX])
def test_messages_in_text_and_binary_frames_are_answered_in_binary_frames(server, path):
    with dial(server, path) as client:
        for sent in ('{"a": "ä"}', b'{"a": "\xc3\xa4"}', ['{"a": ', '"ä"}'], [b'{"a": "\xc3', b'\xa4"}']):
            client.send(sent)
            answer = client.recv(timeout=WAIT_S)
            assert isinstance(answer, bytes)
            assert json.loads(answer) == {"a": "ä"}


def handshake(
    host: str = "localhost", lines: str = "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=="
) -> bytes:
    """Return the request for a WebSocket."""
    return (
        f"GET {ECHO} HTTP/1.1\r\nhost: {host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n{lines}\r\n\r\n".encode()
    )


def refusal(server: LocalServer, path: str, **headers: str) -> tuple[int, dict]:
    with pytest.raises(InvalidStatus) as caught, dial(server, path, additional_headers=headers):
        pass
    response = caught.value.response
    assert response.headers["content-type"] == "application/json; charset=UTF-8"
    error = json.loads(response.body or b"")["error"]
    assert error["code"] == response.status_code
    return response.status_code, error


@pytest.mark.parametrize(
    ("path", "headers", "code", "words"),
    [
        (ECHO, {}, 403, "requires a key"),
        (f"{ECHO}?key=wrong", {}, 400, "API key not valid"),
        (ECHO, {"x-goog-api-key": "wrong"}, 400, "API key not valid"),
        (VERTEX, {}, 401, "requires a key"),
        (VERTEX, {"authorization": "Bearer wrong"}, 401, "bearer token"),
        (f"{ECHO}?key={KEY}", {"origin": "https://evil.example"}, 403, "Origin"),
        (f"{ECHO}?key={KEY}&full=1", {}, 429, "The server is full."),
        (f"/ws/nothing?key={KEY}", {}, 404, "GenerativeService.Echo"),
        (f"{ECHO.replace('v1beta', 'v2')}?key={KEY}", {}, 404, "no such WebSocket"),
        (f"/v1beta/models?key={KEY}", {}, 404, "no such WebSocket"),
    ],
)
def test_a_refused_handshake_is_answered_with_an_error_of_the_api(start, path, headers, code, words):
    status, error = refusal(start(require_key=KEY), path, **headers)
    assert status == code
    assert words in error["message"]
    assert KEY not in error["message"]


def test_a_handshake_for_another_host_is_refused(server):
    with connecting.connect(server) as client:
        client.sendall(handshake("evil.example"))
        reply = b"".join(iter(lambda: client.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 403 "), reply
    assert "evil.example" in json.loads(reply.partition(b"\r\n\r\n")[2])["error"]["message"]


@pytest.mark.parametrize("headers", [{}, {"x-goog-api-key": KEY}, {"authorization": f"Bearer {KEY}"}])
def test_the_key_may_come_in_every_form(start, headers):
    path = ECHO if headers else f"{ECHO}?key={KEY}"
    with dial(start(require_key=KEY), path, additional_headers=headers) as client:
        client.send("{}")
        assert client.recv(timeout=WAIT_S) == b"{}"


@pytest.mark.parametrize(
    ("line", "code"),
    [("sec-websocket-version: 7", 426), ("sec-websocket-version: 13\r\nsec-websocket-key: short", 400), ("", 426)],
)
def test_a_wrong_handshake_is_answered_with_an_error_of_the_api(server, line, code):
    with connecting.connect(server) as client:
        client.sendall(handshake(lines=line))
        reply = b"".join(iter(lambda: client.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 4"), reply
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["error"]["status"]


@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        ('{"fail": 400, "why": "setup.model: is missing."}', 1007, "setup.model: is missing."),
        ('{"fail": 403, "why": "no"}', 1008, "no"),
        ('{"fail": 404, "why": "no"}', 1008, "no"),
        ('{"fail": 429, "why": "no"}', 1008, "no"),
        ('{"fail": 503, "why": "no"}', 1011, "no"),
        ("no json", 1007, "Invalid JSON"),
        (b"\xff{}", 1007, "not UTF-8"),
        (json.dumps({"fail": 400, "why": "ä" * 500}), 1007, "ä..."),
        (json.dumps({"fail": 400, "why": "one\ntwo"}), 1007, "one two"),
    ],
)
def test_an_error_closes_the_connection_with_a_code_and_a_reason(server, sent, code, words):
    with dial(server) as client:
        client.send(sent)
        received, reason = closed(client)
    assert (received, words in reason) == (code, True), reason
    assert len(reason.encode()) <= 123


def test_an_unexpected_failure_closes_with_1011_and_is_logged(server, caplog):
    with dial(server) as client:
        client.send('{"fail": 0}')
        assert closed(client)[0] == 1011
    assert "broken" in caplog.text
    caplog.clear()


def test_a_message_of_20_mb(server):
    with dial(server) as client:
        sent = json.dumps({"data": base64.b64encode(os.urandom(15_000_000)).decode()})
        client.send(sent)
        assert json.loads(client.recv(timeout=WAIT_S)) == json.loads(sent)


def test_a_message_above_the_limit_closes_with_1009(start, monkeypatch):
    monkeypatch.setattr(websocket, "MAX_BODY_BYTES", 1000)
    with dial(start()) as client:
        client.send("x" * 1001)
        assert closed(client)[0] == 1009


def frame(opcode: int, data: bytes, *, fin: bool = True) -> bytes:
    """Return a masked frame with a mask of zeros."""
    size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + struct.pack("!H", len(data))
    return bytes([(0x80 if fin else 0) | opcode]) + size + bytes(4) + data


def raw(server: LocalServer) -> socket.socket:
    """Return a socket after the handshake."""
    client = connecting.connect(server)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    client.sendall(handshake())
    assert client.recv(4096).startswith(b"HTTP/1.1 101 ")
    return client


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x02{}", 1002),  # not masked
        (frame(3, b""), 1002),  # unknown opcode
        (frame(0, b"{}"), 1002),  # continues nothing
        (frame(1, b"{", fin=False) + frame(1, b"}"), 1002),
        (frame(8, b"\x00"), 1002),  # half a close code
        (frame(1, b"\xff\xfe"), 1007),
        (frame(8, struct.pack("!H", 1000)), 1000),
        (frame(8, b""), None),
    ],
)
def test_wrong_frames_and_closes_end_the_connection(server, sent, code):
    with raw(server) as client:
        client.sendall(sent)
        reply = client.recv(4096)
        assert reply[0] == 0x88
        assert reply[2:4] == (struct.pack("!H", code) if code else b"")
        if code in (1002, 1007):
            client.sendall(b"more" * 1000)  # does not cost the client the reason
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    until(lambda: not server.connections(), WAIT_S)


@pytest.mark.parametrize("is_reset", [False, True])
def test_a_client_that_vanishes_leaves_nothing(server, is_reset):
    client = raw(server)
    client.sendall(frame(1, b'{"a":', fin=False))
    if is_reset:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    until(lambda: not server.connections(), WAIT_S)


def test_pings_are_answered_and_a_silent_client_is_given_up(start, monkeypatch):
    monkeypatch.setattr(websocket, "_PING_INTERVAL_S", 0.1)
    monkeypatch.setattr(websocket, "_PONG_LIMIT_S", 0.5)
    server = start()
    with dial(server) as alive, raw(server) as silent:
        reply = b""
        while piece := silent.recv(4096):
            reply += piece
        assert reply.startswith(b"\x89\x04")
        assert b"keepalive ping timeout" in reply
        alive.ping().wait(WAIT_S)
        alive.send("{}")
        assert alive.recv(timeout=WAIT_S) == b"{}"


@pytest.mark.parametrize("sent", [b'{"flood": 1}', b'{"flood": 1}' + b"ping"])
def test_a_client_that_does_not_read_is_cut_and_fills_no_memory(start, sent):
    server = start(client_limit_s=0.5)
    with raw(server) as client:
        client.sendall(frame(1, b'{"flood": 1}'))
        until(server.connections, WAIT_S)
        largest = 0

        def is_gone() -> bool:
            nonlocal largest
            for connection in server.connections():
                largest = max(largest, connection.transport.get_write_buffer_size())
            return not server.connections()

        flood = threading.Thread(target=_send_pings, args=(client,), daemon=True) if b"ping" in sent else None
        if flood is not None:
            flood.start()
        until(is_gone, WAIT_S)
        assert largest < 1_000_000
    if flood is not None:
        flood.join(WAIT_S)


def _send_pings(client: socket.socket) -> None:
    try:
        while True:
            client.sendall(frame(9, b"x" * 100) * 1000)
    except OSError:
        pass


def test_a_server_that_stops_closes_with_1001(start):
    for grace_s in (0.0, 5.0):
        server = start()
        with dial(server) as client:
            client.send("{}")
            client.recv(timeout=WAIT_S)
            stop = threading.Thread(target=server.stop, args=(grace_s,))
            stop.start()
            assert closed(client) == (1001, "The server is stopping.")
            stop.join(WAIT_S)
            assert not server.is_running


def test_keys_are_in_no_log(start, caplog):
    caplog.set_level(logging.DEBUG)
    with dial(start(require_key=KEY), f"{ECHO}?key={KEY}") as client:
        client.send("{}")
        client.recv(timeout=WAIT_S)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("websockets.client")]
    assert not [message for message in ours if KEY in message]
