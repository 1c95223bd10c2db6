"""Properties of every request: headers, errors, keys, failing streams, disconnecting clients, the queue."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import httpx2
import pytest

from genai_local.engines import Piece
from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.errors import ApiError
from genai_local.scripting.script import Script

GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"
STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
BODY = {"contents": [{"parts": [{"text": "hello"}]}]}


def test_headers_of_the_service(http):
    for response in (http.post(GENERATE, json=BODY), http.post(GENERATE, json={}), http.get("/nothing")):
        assert response.headers["content-type"] == "application/json; charset=UTF-8"
        assert response.headers["server-timing"].startswith("gfet4t7; dur=")
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/v1beta/models/gemini-2.5-flash:dance", 404),
        ("POST", "/v1beta/models/a/b:generateContent", 404),
        ("POST", "/v2/models/gemini-2.5-flash:generateContent", 404),
        ("GET", GENERATE, 405),
        ("DELETE", "/v1beta/models", 405),
    ],
)
def test_paths_and_verbs_that_do_not_exist(http, method, path, code):
    response = http.request(method, path)
    assert response.status_code == code
    assert response.json()["error"]["code"] == code
    assert path in response.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1]", b'"text"'])
def test_invalid_bodies(http, body):
    response = http.post(GENERATE, content=body)
    assert response.status_code == 400
    assert response.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_unknown_alt(http):
    assert http.post(f"{STREAM}?alt=proto", json=BODY).status_code == 400


VERTEX = "/v1/publishers/google/models/gemini-2.5-flash:generateContent"


@pytest.mark.parametrize(
    ("path", "headers", "code", "reason"),
    [
        (GENERATE, {}, 403, "API_KEY_MISSING"),
        (GENERATE, {"x-goog-api-key": "wrong"}, 400, "API_KEY_INVALID"),
        (f"{GENERATE}?key=wrong", {}, 400, "API_KEY_INVALID"),
        (VERTEX, {}, 401, "CREDENTIALS_MISSING"),
        (VERTEX, {"authorization": "Bearer wrong"}, 401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"),
        (GENERATE, {"x-goog-api-key": "right"}, 200, None),
        (f"{GENERATE}?key=right", {}, 200, None),
        (VERTEX, {"authorization": "Bearer right"}, 200, None),
    ],
)
def test_required_key(keyed_server, path, headers, code, reason):
    response = httpx2.post(f"{keyed_server.url}{path}", headers=headers, json=BODY)
    assert response.status_code == code
    if reason:
        [detail] = response.json()["error"]["details"]
        assert detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
        assert detail["reason"] == reason


@pytest.fixture
def keyed_server(serve_engine):
    return serve_engine(ScriptedEngine(), require_key="right")


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"x-goog-api-key": "badges/{}"}, ""),
        ({"authorization": "Bearer badges/{}"}, ""),
        ({"authorization": "Token badges/{}"}, ""),
        ({}, "?key=badges/{}"),
        ({}, "?access_token=badges/{}"),
    ],
)
def test_keys_issued_by_a_service(keyed_server, headers, query):
    def check(key, request):
        if key != "badges/valid" or request.url.path != GENERATE:
            raise ApiError(401, f"{key} is not valid here.")

    keyed_server.api.key_checks["badges/"] = check
    for key, code in (("valid", 200), ("old", 401)):
        filled = {name: value.format(key) for name, value in headers.items()}
        url = f"{keyed_server.url}{GENERATE}{query.format(key)}"
        assert httpx2.post(url, headers=filled, json=BODY).status_code == code


class WatchedEngine(ScriptedEngine):
    """An engine that yields one piece, then waits for ever or fails; it records the end of its work."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.failure = failure
        self.began = threading.Event()
        self.ended = threading.Event()

    async def generate(self, request):
        try:
            yield Piece(parts=[{"text": "begin"}])
            self.began.set()
            if self.failure:
                raise self.failure
            await asyncio.Event().wait()
        finally:
            self.ended.set()


@pytest.mark.parametrize("path", [GENERATE, STREAM, f"{STREAM}?alt=sse"])
@pytest.mark.parametrize("candidates", [1, 3])
def test_work_ends_when_the_client_leaves(serve_engine, path, candidates):
    engine = WatchedEngine()
    url = urlsplit(serve_engine(engine).url)
    body = json.dumps({**BODY, "generationConfig": {"candidateCount": candidates}}).encode()
    with socket.create_connection((url.hostname, url.port), timeout=10) as client:
        client.sendall(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        assert engine.began.wait(10)
        assert not engine.ended.is_set()
    assert engine.ended.wait(10)


@pytest.mark.parametrize("query", ["", "?alt=sse"])
def test_failure_within_a_stream_is_reported_in_the_stream(serve_engine, query, caplog):
    engine = WatchedEngine(failure=ValueError("broken"))
    response = httpx2.post(f"{serve_engine(engine).url}{STREAM}{query}", json=BODY)
    assert response.status_code == 200
    if query:
        chunks = [json.loads(event[6:]) for event in response.text.split("\r\n\r\n") if event]
    else:
        chunks = response.json()
    assert chunks[0]["candidates"][0]["content"]["parts"] == [{"text": "begin"}]
    assert chunks[1]["error"]["code"] == 500
    assert "An internal error" in chunks[1]["error"]["message"]
    assert "broken" in caplog.text


def test_failure_of_a_unary_call_is_an_internal_error(serve_engine, caplog):
    response = httpx2.post(f"{serve_engine(WatchedEngine(ValueError('broken'))).url}{GENERATE}", json=BODY)
    assert response.status_code == 500
    assert response.json()["error"]["status"] == "INTERNAL"
    assert "broken" in caplog.text


class GatedEngine(ScriptedEngine):
    """An engine that answers in the order of arrival, one request for each `release`."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Semaphore(0)
        self.order: list[str] = []

    def release(self) -> None:
        self.gate.release()

    async def generate(self, request):
        self.order.append(request.raw["contents"][0]["parts"][0]["text"])
        await asyncio.to_thread(self.gate.acquire, timeout=30)
        yield Piece(parts=[{"text": "done"}], finish_reason="STOP")


def test_queue_is_fair_and_bounded(serve_engine):
    engine, script = GatedEngine(), Script()
    url = serve_engine(engine, max_running=1, max_waiting=2, script=script).url
    answers: dict[str, int] = {}

    def call(text: str) -> None:
        body = {"contents": [{"parts": [{"text": text}]}]}
        answers[text] = httpx2.post(f"{url}{GENERATE}", json=body, timeout=30).status_code

    threads: list[threading.Thread] = []
    for text in ("first", "second", "third"):
        threads.append(threading.Thread(target=call, args=(text,)))
        threads[-1].start()
        while len(script.requests) < len(threads):
            time.sleep(0.001)
    refused = httpx2.post(f"{url}{GENERATE}", json=BODY)
    assert refused.status_code == 429
    error = refused.json()["error"]
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["details"] == [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}]
    for _ in threads:
        engine.release()
    for thread in threads:
        thread.join(30)
    assert engine.order == ["first", "second", "third"]
    assert answers == {"first": 200, "second": 200, "third": 200}


def test_a_port_in_use_is_an_immediate_error(serve_engine):
    taken = serve_engine(ScriptedEngine()).port
    with pytest.raises(OSError, match="in use"):
        serve_engine(ScriptedEngine(), port=taken)


def test_a_failure_to_open_the_engine_is_reported(serve_engine):
    class Broken(ScriptedEngine):
        async def open(self) -> None:
            raise RuntimeError("no model")

    with pytest.raises(RuntimeError, match="no model"):
        serve_engine(Broken())
