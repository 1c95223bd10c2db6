"""Streams are read according to the standard for server-sent events, or as a JSON array, wherever the bytes are cut."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from google.genai.errors import APIConnectionError, APIError, ClientError, InvalidResponseError

from .drivers import Driver
from .misbehaving import MisbehavingServer, Peer, answer_body, answer_object, error_object, event_bytes, head

MEGABYTE = 1 << 20
A, B = answer_body("a"), answer_body("b")
PRETTY = json.dumps(answer_object("a"), indent=2).encode()


def data_lines(body: bytes, end: bytes = b"\n") -> bytes:
    return b"".join(b"data: " + line + end for line in body.split(b"\n"))


SSE: dict[str, tuple[bytes, list[str]]] = {
    "lf": (b"data: " + A + b"\n\ndata: " + B + b"\n\n", ["a", "b"]),
    "crlf": (b"data: " + A + b"\r\n\r\ndata: " + B + b"\r\n\r\n", ["a", "b"]),
    "cr": (b"data: " + A + b"\r\rdata: " + B + b"\r\r", ["a", "b"]),
    "mixed-line-ends": (b"data: " + A + b"\r\n\ndata: " + B + b"\r\r\n\n", ["a", "b"]),
    "no-space": (b"data:" + A + b"\n\ndata:" + B + b"\n\n", ["a", "b"]),
    "two-spaces": (b"data:  " + A + b"\n\n", ["a"]),
    "comments": (b": keep-alive\n\n:\n\ndata: " + A + b"\n: in between\n\n: at the end\n\n", ["a"]),
    "fields": (b"event: message\nid: 7\nretry: 3000\nnew: field\ndata: " + A + b"\n\n", ["a"]),
    "field-without-colon": (b"data: " + A + b"\nlonely\n\n", ["a"]),
    "fields-only": (b"event: ping\n\nid: 8\n\ndata: " + A + b"\n\n", ["a"]),
    "bom": (b"\xef\xbb\xbfdata: " + A + b"\n\n", ["a"]),
    "multi-line-data": (data_lines(PRETTY) + b"\n" + data_lines(PRETTY, b"\r\n") + b"\r\n", ["a", "a"]),
    "empty-data": (b"data:\n\ndata: \n\ndata\n\ndata: " + A + b"\n\n", ["a"]),
    "empty-and-full-data": (b"data:\ndata: " + A + b"\ndata:\n\n", ["a"]),
    "no-blank-line-at-the-end": (b"data: " + A + b"\n\ndata: " + B + b"\n", ["a", "b"]),
    "no-line-end-at-the-end": (b"data: " + A + b"\n\ndata: " + B, ["a", "b"]),
    "extra-blank-lines": (b"\n\n\ndata: " + A + b"\n\n\n\n\ndata: " + B + b"\n\n\n", ["a", "b"]),
    "line-separators-in-text": (
        event_bytes("x\u2028y\u2029z\u0085\u000b\u000c\u001c") + event_bytes("b"),
        ["x\u2028y\u2029z\u0085\u000b\u000c\u001c", "b"],
    ),
    "braces-in-text": (event_bytes('}{"[') + event_bytes("data: {"), ['}{"[', "data: {"]),
    "many": (b"".join(event_bytes(str(number)) for number in range(500)), [str(number) for number in range(500)]),
}


@pytest.mark.parametrize("case", SSE.values(), ids=SSE)
def test_events(server: MisbehavingServer, path_driver: Driver, case: tuple[bytes, list[str]]) -> None:
    body, texts = case

    def script(peer: Peer) -> None:
        peer.start_events()
        peer.chunk(body)
        peer.send(b"0\r\n\r\n")

    server.on_request(script)
    assert path_driver.stream().texts == texts
    assert "alt=sse" in server.requests[0].target


@pytest.mark.parametrize("name", ["lf", "no-line-end-at-the-end"])
def test_events_until_the_connection_closes(server: MisbehavingServer, driver: Driver, name: str) -> None:
    body, texts = SSE[name]

    def script(peer: Peer) -> None:
        peer.send(head(200, {"Content-Type": "text/event-stream", "Connection": "close"}) + body)
        peer.close()

    server.on_request(script)
    assert driver.stream().texts == texts


def piecewise(content_type: str, body: bytes) -> Callable[[Peer], None]:
    """Send a body in two pieces, cut one byte later with each request."""
    position = 0

    def script(peer: Peer) -> None:
        nonlocal position
        position += 1
        peer.start_events({"Content-Type": content_type})
        peer.chunk(body[:position])
        peer.sleep(0.001)
        peer.chunk(body[position:])
        peer.send(b"0\r\n\r\n")

    return script


def small(text: str) -> bytes:
    return b'{"candidates":[{"content":{"parts":[{"text":"%s"}]}}]}' % text.encode()


SPLIT = {
    "sse-crlf": ("text/event-stream", b": c\r\ndata: " + small("é🐎") + b"\r\n\r\ndata:{}\r\n\r\n"),
    "sse-bom-cr-lf": ("text/event-stream", b"\xef\xbb\xbfdata: " + small("é🐎") + b"\r\rid: 1\ndata:{}\n\n"),
    "json-array": ("application/json", b"[ " + small("é🐎") + b"\r\n,\r\n{}\n]\n"),
}


@pytest.mark.parametrize("case", SPLIT.values(), ids=SPLIT)
def test_every_split_position(server: MisbehavingServer, path_driver: Driver, case: tuple[str, bytes]) -> None:
    content_type, body = case
    server.on_request(piecewise(content_type, body))
    for position in range(1, len(body)):
        assert path_driver.stream().texts == ["é🐎", None], f"cut after {body[:position]!r}"
    assert len(server.peers) == 1


def test_a_stream_byte_by_byte(server: MisbehavingServer, path_driver: Driver) -> None:
    def script(peer: Peer) -> None:
        peer.start_events()
        for byte in event_bytes("é🐎") + event_bytes("b"):
            peer.chunk(bytes([byte]))
        peer.send(b"0\r\n\r\n")

    server.on_request(script)
    assert path_driver.stream().texts == ["é🐎", "b"]


def test_events_are_delivered_as_they_come(server: MisbehavingServer, path_driver: Driver) -> None:
    """The server sends the next event only after the test has seen the one before."""
    seen = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        peer.start_events()
        for number in range(5):
            peer.event(str(number))
            assert seen.acquire(timeout=5)
        peer.send(b"0\r\n\r\n")

    def iterate(client: Any) -> list[str]:
        texts = []
        for chunk in client.models.generate_content_stream(model="m", contents="x"):
            texts.append(chunk.text)
            seen.release()
        return texts

    async def iterate_async(client: Any) -> list[str]:
        texts = []
        async for chunk in await client.aio.models.generate_content_stream(model="m", contents="x"):
            texts.append(chunk.text)
            seen.release()
        return texts

    server.on_request(script)
    outcome = path_driver.run(iterate_async if path_driver.kind.is_async else iterate)
    assert outcome.result() == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("content_type", ["text/event-stream", "application/json"])
def test_a_very_long_line(server: MisbehavingServer, path_driver: Driver, content_type: str) -> None:
    text = "x" * (8 * MEGABYTE)
    body = event_bytes(text) if content_type == "text/event-stream" else b"[" + answer_body(text) + b"]"

    def script(peer: Peer) -> None:
        peer.start_events({"Content-Type": content_type})
        for begin in range(0, len(body), 65_536):
            peer.chunk(body[begin : begin + 65_536])
        peer.send(b"0\r\n\r\n")

    server.on_request(script)
    outcome = path_driver.stream()
    assert [len(chunk) for chunk in outcome.texts] == [len(text)]


def test_many_events_take_linear_time(server: MisbehavingServer, path_driver: Driver) -> None:
    count = 3_000

    def script(peer: Peer) -> None:
        peer.start_events()
        body = b"".join(event_bytes(str(number)) for number in range(count))
        for begin in range(0, len(body), 65_536):
            peer.chunk(body[begin : begin + 65_536])
        peer.send(b"0\r\n\r\n")

    server.on_request(script)
    outcome = path_driver.stream()
    assert outcome.texts[-1] == str(count - 1)
    assert len(outcome.chunks) == count


ARRAYS: dict[str, tuple[bytes, list[str]]] = {
    "compact": (b"[" + A + b"," + B + b"]", ["a", "b"]),
    "pretty": (json.dumps([answer_object("a"), answer_object("b")], indent=4).encode(), ["a", "b"]),
    "one": (b"[" + A + b"]", ["a"]),
    "blanks": (b" \r\n[\t" + A + b" \n , \n" + B + b" \n] \n", ["a", "b"]),
    "brackets-in-text": (b"[" + answer_body('],[{"\\"') + b"," + B + b"]", ['],[{"\\"', "b"]),
    "bom": (b"\xef\xbb\xbf[" + A + b"]", ["a"]),
    "single-object": (A, ["a"]),
}


@pytest.mark.parametrize("case", ARRAYS.values(), ids=ARRAYS)
def test_json_arrays(server: MisbehavingServer, path_driver: Driver, case: tuple[bytes, list[str]]) -> None:
    body, texts = case
    server.on_request(lambda peer: peer.reply(200, body))
    assert path_driver.stream().texts == texts


@pytest.mark.parametrize(
    "body",
    [b"[", b"[" + A, b"[" + A + b",", b"[" + A + b"," + B[:20], b"[" + A + b"}"],
    ids=["bracket", "no-end", "comma", "cut-object", "wrong-end"],
)
def test_an_array_that_is_none_raises(server: MisbehavingServer, path_driver: Driver, body: bytes) -> None:
    server.on_request(lambda peer: peer.reply(200, body))
    assert path_driver.stream().failure(APIError).code == 200


ERROR = error_object(429, "RESOURCE_EXHAUSTED", "too many")
DATA = b"data: " + json.dumps(ERROR).encode() + b"\n\n"
IN_THE_MIDDLE: dict[str, tuple[str, bytes]] = {
    "object": ("text/event-stream", event_bytes("a") + DATA),
    "one-element-list": ("text/event-stream", event_bytes("a") + b"data: [" + json.dumps(ERROR).encode() + b"]\n\n"),
    "named-event": ("text/event-stream", event_bytes("a") + b"event: error\n" + DATA),
    "pretty-printed": (
        "text/event-stream",
        event_bytes("a") + data_lines(json.dumps(ERROR, indent=2).encode()) + b"\n",
    ),
    "bare-pretty-printed": ("text/event-stream", event_bytes("a") + json.dumps(ERROR, indent=2).encode() + b"\n"),
    "more-events-after": ("text/event-stream", event_bytes("a") + DATA + event_bytes("b")),
    "in-an-array": ("application/json", b"[" + A + b",\n" + json.dumps(ERROR).encode() + b"]"),
    "nested-in-an-array": ("application/json", b"[" + A + b",\n[" + json.dumps(ERROR).encode() + b"]]"),
}


@pytest.mark.parametrize("case", IN_THE_MIDDLE.values(), ids=IN_THE_MIDDLE)
def test_an_error_in_the_middle_raises_with_its_code(
    server: MisbehavingServer, path_driver: Driver, case: tuple[str, bytes]
) -> None:
    content_type, body = case
    server.on_request(lambda peer: peer.reply(200, body, {"Content-Type": content_type}))
    outcome = path_driver.stream()
    error = outcome.failure(ClientError)
    assert (error.code, error.status, error.message) == (429, "RESOURCE_EXHAUSTED", "too many")
    assert [chunk.text for chunk in outcome.chunks] == ["a"]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [json.dumps(ERROR, indent=2).encode(), json.dumps([ERROR], indent=2).encode(), json.dumps(ERROR).encode()],
    ids=["pretty", "pretty-list", "compact"],
)
@pytest.mark.parametrize("status", [429, 200])
def test_an_error_instead_of_a_stream(server: MisbehavingServer, path_driver: Driver, body: bytes, status: int) -> None:
    def script(peer: Peer) -> None:
        peer.send(head(status, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
        for line in body.splitlines(keepends=True):
            peer.chunk(line)
            peer.sleep(0.001)
        peer.send(b"0\r\n\r\n")

    server.on_request(script)
    error = path_driver.stream().failure(ClientError)
    assert (error.code, error.status, error.message) == (429, "RESOURCE_EXHAUSTED", "too many")
    assert error.body == body or (status == 200 and error.body and error.body in body)


CUT = {
    "data": b"data: " + A[:30],
    "data-with-line-end": b"data: " + A[:30] + b"\n",
    "data-with-blank-line": b"data: " + A[:30] + b"\n\n",
    "multi-byte-character": b"data: " + answer_body("\U0001f40e")[:-14],
    "no-json": b"data: hello\n\n",
    "no-object": b"data: 5\n\n",
}


@pytest.mark.parametrize("body", CUT.values(), ids=CUT)
def test_a_cut_event_raises(server: MisbehavingServer, path_driver: Driver, body: bytes) -> None:
    server.on_request(lambda peer: peer.reply(200, event_bytes("first") + body, {"Content-Type": "text/event-stream"}))
    outcome = path_driver.stream()
    outcome.failure(APIError)
    assert [chunk.text for chunk in outcome.chunks] == ["first"]


@pytest.mark.parametrize("body", CUT.values(), ids=CUT)
def test_a_cut_connection_raises(server: MisbehavingServer, path_driver: Driver, body: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.start_events()
        peer.chunk(event_bytes("first"))
        peer.send(b"fff\r\n" + body)
        peer.close()

    server.on_request(script)
    outcome = path_driver.stream()
    error = outcome.failure(APIError)
    assert isinstance(error, APIConnectionError) or body.endswith(b"\n\n")
    assert [chunk.text for chunk in outcome.chunks] == ["first"]


NOTHING: dict[str, tuple[str, bytes]] = {
    "no-body": ("text/event-stream", b""),
    "comments": ("text/event-stream", b": keep-alive\n\n: keep-alive\n\n"),
    "done": ("text/event-stream", b"data: [DONE]\n\n"),
    "blank": ("application/json", b" \n"),
    "no-json": ("application/json", b""),
    "empty-array": ("application/json", b"[]"),
    "html": ("text/html", b"<html>Please log in</html>"),
    "no-type": ("", b""),
}


@pytest.mark.parametrize("case", NOTHING.values(), ids=NOTHING)
def test_a_stream_without_events_raises(server: MisbehavingServer, path_driver: Driver, case: Any) -> None:
    kind, body = case
    server.on_request(lambda peer: peer.reply(200, body, {"Content-Type": kind, "X-Mark": "kept"}))
    error = path_driver.stream().failure(InvalidResponseError)
    assert (error.code, error.headers["x-mark"], error.body) == (200, "kept", body)
    assert "The reply is not a stream of objects: " in str(error)
    assert len(server.requests) == 1


def test_a_chunked_stream_without_events_raises(server: MisbehavingServer, path_driver: Driver) -> None:
    server.on_request(lambda peer: peer.events())
    path_driver.stream().failure(InvalidResponseError)
