"""An error reply keeps its status with any body, and a successful reply without the expected object raises an error."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from google.genai.errors import APIConnectionError, APIError, ClientError, InvalidResponseError, ServerError

from .drivers import Driver
from .misbehaving import MisbehavingServer, Peer, answer_object, error_body, error_object

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "53.5s"}

STATUSES: dict[str, tuple[int, dict[str, str], bytes, type[APIError], str | None]] = {
    "400": (400, {}, error_body(400, "INVALID_ARGUMENT"), ClientError, "INVALID_ARGUMENT"),
    "401": (401, {"WWW-Authenticate": "Bearer"}, error_body(401, "UNAUTHENTICATED"), ClientError, "UNAUTHENTICATED"),
    "403": (403, {}, error_body(403, "PERMISSION_DENIED"), ClientError, "PERMISSION_DENIED"),
    "404": (404, {}, error_body(404, "NOT_FOUND"), ClientError, "NOT_FOUND"),
    "408": (408, {"Connection": "close"}, error_body(408, "DEADLINE_EXCEEDED"), ClientError, "DEADLINE_EXCEEDED"),
    "418-empty": (418, {}, b"", ClientError, None),
    "429": (429, {"Retry-After": "7"}, error_body(429, "RESOURCE_EXHAUSTED"), ClientError, "RESOURCE_EXHAUSTED"),
    "500": (500, {}, error_body(500, "INTERNAL"), ServerError, "INTERNAL"),
    "502-html": (502, {"Content-Type": "text/html"}, HTML, ServerError, None),
    "503-text": (503, {"Content-Type": "text/plain"}, b"upstream connect error", ServerError, None),
    "504-empty": (504, {}, b"", ServerError, None),
    "599-no-type": (599, {"Content-Type": ""}, b"?", ServerError, None),
}


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("case", STATUSES.values(), ids=STATUSES)
def test_an_error_reply_raises_by_its_status(
    server: MisbehavingServer, path_driver: Driver, case: Any, mode: str
) -> None:
    status, headers, body, family, name = case
    server.on_request(lambda peer: peer.reply(status, body, {"X-Request-Id": "r-1", **headers}))
    error = path_driver.go(mode).failure(family)
    assert error.code == status
    assert error.body == body
    assert error.headers["x-request-id"] == error.request_id == "r-1"
    assert str(error).startswith(f"{status} ")
    assert error.attempts == len(server.requests) == 1
    if name is not None:
        assert (error.status, error.message, error.details) == (name, "busy", json.loads(body))
    elif body:
        assert body.decode() in (error.message or "")


BODIES: dict[str, bytes] = {
    "object": error_body(400),
    "object-pretty": json.dumps(error_object(400), indent=2).encode(),
    "object-without-error": b'{"detail": "model not loaded"}',
    "one-element-list": b"[" + error_body(400) + b"]",
    "list": b"[1, 2]",
    "empty-list": b"[]",
    "string": b'"quota"',
    "number": b"17",
    "null": b"null",
    "error-null": b'{"error": null}',
    "error-text": b'{"error": "no such model"}',
    "error-list": b'{"error": ["a", "b"]}',
    "error-with-odd-fields": b'{"error": {"code": "4xx", "message": {"a": 1}, "status": 5, "details": "none"}}',
    "error-with-odd-details": b'{"error": {"code": 400, "details": [1, null, {"@type": 5, "violations": 7}]}}',
    "invalid-utf-8": b'{"error": {"message": "\xff\xfe caf\xe9"}}',
    "bom": b"\xef\xbb\xbf" + error_body(400),
    "utf-16": error_body(400).decode().encode("utf-16"),
    "cut": error_body(400)[:-9],
    "two-objects": error_body(400) * 2,
    "nan": b'{"error": {"code": NaN}}',
    "huge-number": b'{"error": {"code": ' + b"9" * 5_000 + b"}}",
    "deep": b'{"error": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "binary": bytes(range(256)),
    "long": b"x" * 300_000,
}


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_any_error_body_keeps_status_and_body(
    server: MisbehavingServer, engine_driver: Driver, body: bytes, mode: str
) -> None:
    server.on_request(lambda peer: peer.reply(400, body, {"X-Mark": "kept"}))
    error = engine_driver.go(mode).failure(ClientError)
    assert error.code == 400
    assert error.headers["x-mark"] == "kept"
    assert error.body == body
    assert len(str(error)) < 10_000
    assert error.retry_delay_s is None
    assert not error.daily_quota_is_spent


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (error_body(400, message="too long"), "too long"),
        (b"[" + error_body(400, message="too long") + b"]", "too long"),
        (b'{"error": "no such model"}', "no such model"),
        (b'{"message": "flat", "status": "FLAT"}', "flat"),
        (b"plain words", "plain words"),
    ],
    ids=["object", "one-element-list", "error-text", "flat", "text"],
)
@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_the_message_is_found(
    server: MisbehavingServer, engine_driver: Driver, body: bytes, message: str, mode: str
) -> None:
    server.on_request(lambda peer: peer.reply(400, body))
    assert engine_driver.go(mode).failure(ClientError).message == message


def test_the_delay_that_the_service_asks_for_is_readable(server: MisbehavingServer, engine_driver: Driver) -> None:
    in_90_s = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=90), usegmt=True)
    server.on_request(
        lambda peer: peer.reply(429, error_body(429, details=[RETRY_INFO])),
        lambda peer: peer.reply(429, b"", {"Retry-After": "7"}),
        lambda peer: peer.reply(429, b"", {"Retry-After": in_90_s}),
        lambda peer: peer.reply(429, b"", {"Retry-After": "soon"}),
    )
    delays = [engine_driver.unary().failure(ClientError).retry_delay_s for _ in range(4)]
    assert delays[0] == 53.5
    assert delays[1] == 7
    assert delays[2] is not None
    assert 60 < delays[2] <= 90
    assert delays[3] is None


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


NO_REPLY: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "null": b"null",
    "string": b'"text"',
    "number": b"5",
    "true": b"true",
    "empty-list": b"[]",
    "list": b"[1]",
    "html": b"<html>Please log in</html>",
    "text": b"OK",
    "truncated": json.dumps(answer_object("pong")).encode()[:-20],
    "trailing-garbage": json.dumps(answer_object("pong")).encode() + b"}",
    "invalid-utf-8": b'{"candidates": [{"content": {"parts": [{"text": "caf\xe9"}]}}]}',
    "candidates-is-text": b'{"candidates": "x"}',
    "candidates-is-object": b'{"candidates": {"content": {}}}',
    "parts-is-number": b'{"candidates": [{"content": {"parts": 5}}]}',
    "text-is-object": b'{"candidates": [{"content": {"parts": [{"text": {"a": 1}}]}}]}',
    "bad-base64": b'{"candidates": [{"content": {"parts": [{"inlineData": {"data": "%%%"}}]}}]}',
    "deep": b'{"candidates": ' + deep(10_000) + b"}",
    "deep-arguments": b'{"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": {"a": '
    + deep(10_000)
    + b"}}}]}}]}",
    "deep-unknown-field": b'{"candidates": [], "somethingNew": ' + deep(10_000) + b"}",
}


@pytest.mark.parametrize("body", NO_REPLY.values(), ids=NO_REPLY)
def test_success_without_a_reply_object_raises(server: MisbehavingServer, engine_driver: Driver, body: bytes) -> None:
    server.on_request(lambda peer: peer.reply(200, body, {"X-Mark": "kept"}))
    error = engine_driver.unary().failure(InvalidResponseError)
    assert error.code == 200
    assert error.body == body
    assert error.headers["x-mark"] == "kept"
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", NO_REPLY.values(), ids=NO_REPLY)
def test_a_stream_that_is_no_stream_raises(server: MisbehavingServer, engine_driver: Driver, body: bytes) -> None:
    server.on_request(lambda peer: peer.reply(200, body, {"X-Mark": "kept"}))
    error = engine_driver.stream().failure()
    assert error.code == 200
    assert error.headers["x-mark"] == "kept"


@pytest.mark.parametrize(
    "body",
    [body for name, body in NO_REPLY.items() if name not in ("empty", "blank", "empty-list")],
    ids=[name for name in NO_REPLY if name not in ("empty", "blank", "empty-list")],
)
def test_an_event_that_is_no_reply_object_raises(server: MisbehavingServer, engine_driver: Driver, body: bytes) -> None:
    def stream(peer: Any) -> None:
        peer.start_events()
        peer.event("first")
        peer.chunk(b"".join(b"data: " + line + b"\n" for line in body.split(b"\n")) + b"\n")
        peer.send(b"0\r\n\r\n")

    server.on_request(stream)
    outcome = engine_driver.stream()
    assert outcome.failure().code == 200
    assert [chunk.text for chunk in outcome.chunks] == ["first"]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (429, error_body(429, "RESOURCE_EXHAUSTED")),
        (500, b"[" + error_body(500, "INTERNAL") + b"]"),
        (200, b'{"error": "wrong key"}'),
        (200, b'{"error": {"message": "wrong key"}}'),
    ],
    ids=["object", "one-element-list", "text", "without-code"],
)
@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_success_with_an_error_object_raises(
    server: MisbehavingServer, engine_driver: Driver, code: int, body: bytes, mode: str
) -> None:
    server.on_request(lambda peer: peer.reply(200, body, {"X-Mark": "kept"}))
    error = engine_driver.go(mode).failure()
    assert error.code == code
    assert error.body == body or (mode == "stream" and error.body and error.body in body)
    assert error.headers["x-mark"] == "kept"


@pytest.mark.parametrize("body", [b"{}", b'{"candidates": []}', b'{"somethingNew": {"a": 1}}'], ids=bytes.decode)
def test_an_object_without_an_answer_is_a_reply(server: MisbehavingServer, engine_driver: Driver, body: bytes) -> None:
    server.on_request(lambda peer: peer.reply(200, body))
    assert engine_driver.unary().result().text is None


METHODS = {
    "count_tokens": ({"contents": "x"}, b'{"totalTokens": 3}', b'{"totalTokens": "many"}'),
    "embed_content": ({"contents": "x"}, b'{"embeddings": [{"values": [0.5]}]}', b'{"embeddings": [{"values": "x"}]}'),
}


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_have_the_same_contract(server: MisbehavingServer, path_driver: Driver, method: str) -> None:
    arguments, good, wrong = METHODS[method]
    bad = [b"", b"null", b"[]", b'"x"', wrong, b"<html>"]
    server.on_request(
        *(lambda peer, body=body: peer.reply(200, body) for body in bad),
        lambda peer: peer.reply(503, error_body(503)),
        lambda peer: peer.reply(200, good),
    )
    for body in bad:
        error = path_driver.ask(method, model="m", **arguments).failure(InvalidResponseError)
        assert (error.code, error.body) == (200, body)
    assert path_driver.ask(method, model="m", **arguments).failure(ServerError).code == 503
    assert (
        path_driver.ask(method, model="m", **arguments)
        .result()
        .model_dump(exclude_none=True, exclude={"sdk_http_response"})
    )


def test_a_pickled_error_is_small_and_holds_no_connection(server: MisbehavingServer, path_driver: Driver) -> None:
    server.on_request(lambda peer: peer.reply(503, error_body(503)))
    error = path_driver.unary().failure(ServerError)
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is ServerError
    assert twin.response.json() == error_object(503)
    assert len(pickle.dumps(error)) < 5_000


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_an_error_has_its_http_reply(server: MisbehavingServer, path_driver: Driver, mode: str) -> None:
    server.on_request(
        lambda peer: peer.reply(429, error_body(429, message="täglich"), {"X-Request-Id": "r-1"}, "Slow Down")
    )
    error = path_driver.go(mode).failure(ClientError)
    for reply in (error.response, pickle.loads(pickle.dumps(error)).response):
        assert (reply.status_code, reply.status, reply.reason_phrase, reply.reason) == (
            429,
            429,
            "Slow Down",
            "Slow Down",
        )
        assert (reply.ok, reply.is_success, reply.is_error) == (False, False, True)
        assert reply.headers["X-REQUEST-ID"] == reply.headers.get("x-request-id") == "r-1"
        assert "x-request-id" in dict(reply.headers)
        assert "Retry-After" not in reply.headers
        assert reply.content == reply.read() == error.body
        assert reply.text == error_body(429, message="täglich").decode()
        assert reply.json() == error.details
        assert repr(reply) == "<HttpReply [429 Slow Down]>"


def test_the_http_reply_of_an_error_inside_a_success(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(lambda peer: peer.reply(200, error_body(429)), lambda peer: peer.reply(200, b"<html>"))
    error = engine_driver.unary().failure(ClientError)
    assert (error.code, error.response.status_code) == (429, 200)
    invalid = engine_driver.unary().failure(InvalidResponseError)
    assert (invalid.response.status_code, invalid.response.text) == (200, "<html>")
    with pytest.raises(ValueError, match="Expecting value"):
        invalid.response.json()


def test_a_failed_connection_has_no_http_reply(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(Peer.reset)
    error = engine_driver.unary().failure(APIConnectionError)
    assert (error.code, error.response, error.body) == (0, None, None)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("text/html; charset=latin-1", "für".encode("latin-1")), ("text/html; charset=unheard-of", "für".encode())],
)
def test_the_text_of_a_reply_is_in_its_charset(
    server: MisbehavingServer, engine_driver: Driver, content_type: str, body: bytes
) -> None:
    server.on_request(lambda peer: peer.reply(400, body, {"Content-Type": content_type}))
    assert engine_driver.unary().failure(ClientError).response.text == "für"


def test_headers_of_a_good_reply_are_kept(server: MisbehavingServer, path_driver: Driver) -> None:
    server.on_request(lambda peer: peer.reply(200, b"{}", {"X-Request-Id": "r-2"}))
    headers = path_driver.unary().result().sdk_http_response.headers
    assert {name.lower(): value for name, value in headers.items()}["x-request-id"] == "r-2"
