"""Connections that fail raise `APIConnectionError`; unusual but legal HTTP replies are read correctly."""

from __future__ import annotations

import gzip
import sys
import types
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from google.genai.errors import APIConnectionError, APIError, ClientError, ServerError

from .drivers import Driver
from .misbehaving import MisbehavingServer, Peer, answer_body, error_body, event_bytes, head, refusing_port

JSON = "application/json"
CHUNKED = {"Content-Type": JSON, "Transfer-Encoding": "chunked"}


def reset_at_once(peer: Peer) -> None:
    peer.reset()


def reset_after_request(peer: Peer) -> None:
    peer.recv_request()
    peer.reset()


def closed_without_reply(peer: Peer) -> None:
    peer.recv_request()


def closed_within_status_line(peer: Peer) -> None:
    peer.recv_request()
    peer.send(b"HTTP/1.")


def closed_within_headers(peer: Peer) -> None:
    peer.recv_request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Ty")


def reset_within_the_body(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, {"Content-Type": JSON, "Content-Length": "500"}) + answer_body())
    peer.sleep(0.02)
    peer.reset()


def closed_short_of_content_length(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, {"Content-Type": JSON, "Content-Length": "500"}) + answer_body())


def closed_within_a_chunk(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, CHUNKED) + b"1ff\r\n" + answer_body())


def closed_before_the_last_chunk(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, CHUNKED))
    peer.chunk(answer_body())


def bad_chunk_size(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, CHUNKED) + b"xyz\r\n" + answer_body())


def another_protocol(peer: Peer) -> None:
    peer.recv_request()
    peer.send(b"SSH-2.0-OpenSSH_9.6\r\n")


def binary_garbage(peer: Peer) -> None:
    peer.recv_request()
    peer.send(bytes(range(256)))


def bad_status_code(peer: Peer) -> None:
    peer.recv_request()
    peer.send(b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n")


def bad_content_length(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, {"Content-Type": JSON, "Content-Length": "-5"}) + answer_body())


def endless_header(peer: Peer) -> None:
    peer.recv_request()
    peer.send(b"HTTP/1.1 200 OK\r\nX-Endless: ")
    for _ in range(64):
        peer.send(b"x" * 65_536)


BROKEN = [
    reset_at_once,
    reset_after_request,
    closed_without_reply,
    closed_within_status_line,
    closed_within_headers,
    reset_within_the_body,
    closed_short_of_content_length,
    closed_within_a_chunk,
    closed_before_the_last_chunk,
    bad_chunk_size,
    another_protocol,
    binary_garbage,
    bad_status_code,
    bad_content_length,
    endless_header,
]


@pytest.mark.parametrize("script", BROKEN, ids=lambda script: script.__name__)
def test_a_broken_connection_raises(server: MisbehavingServer, driver: Driver, script: Callable[[Peer], None]) -> None:
    server.on_connection(script)
    error = driver.configure(timeout=8_000).unary().failure(APIConnectionError)
    assert error.attempts == 1
    assert len(server.peers) == 1, "the request must not be repeated"


@pytest.mark.parametrize("script", BROKEN, ids=lambda script: script.__name__)
def test_a_broken_connection_ends_a_stream(
    server: MisbehavingServer, path_driver: Driver, script: Callable[[Peer], None]
) -> None:
    server.on_connection(script)
    path_driver.configure(timeout=8_000).stream().failure(APIConnectionError)
    assert len(server.peers) == 1, "the request must not be repeated"


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_refused_connection_raises(driver: Driver, mode: str) -> None:
    with refusing_port() as url:
        error = driver.configure(base_url=url, timeout=8_000).go(mode).failure(APIConnectionError)
    assert error.code == 0
    library = driver.library
    assert isinstance(error, library.ClientConnectorError if driver.kind.library == "aiohttp" else library.ConnectError)


@pytest.mark.parametrize(
    ("tool", "release", "hides"),
    [
        ("respx", "0.22.0", {"httpx2", "aiohttp"}),
        ("vcr", "8.2.1", {"httpx2"}),
        ("vcr", "8.3.0", set()),
        ("vcr", "", set()),
    ],
)
def test_a_failed_connection_names_a_mock_that_does_not_see_it(
    driver: Driver, monkeypatch: pytest.MonkeyPatch, tool: str, release: str, hides: set[str]
) -> None:
    loaded = types.ModuleType(tool)
    loaded.__version__ = release  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, tool, loaded)
    with refusing_port() as url:
        error = driver.configure(base_url=url, timeout=8_000).unary().failure(APIConnectionError)
    assert ("GOOGLE_GENAI_HTTP_CLIENT=httpx" in str(error)) is (driver.kind.library in hides)


def test_an_unknown_host_raises(driver: Driver) -> None:
    driver.configure(base_url="http://host.invalid", timeout=8_000).unary().failure(APIConnectionError)


@pytest.mark.parametrize(
    "script", [reset_after_request, closed_without_reply, closed_short_of_content_length], ids=lambda s: s.__name__
)
def test_old_except_clauses_catch_a_broken_connection(
    server: MisbehavingServer, path_driver: Driver, script: Callable[[Peer], None]
) -> None:
    server.on_connection(script)
    error = path_driver.unary().failure(APIConnectionError)
    library = path_driver.library
    assert isinstance(error, library.ClientError if path_driver.kind.library == "aiohttp" else library.TransportError)


def test_a_stream_keeps_what_came_before_the_break(server: MisbehavingServer, driver: Driver) -> None:
    def breaks(peer: Peer) -> None:
        peer.recv_request()
        peer.start_events()
        peer.event("one")
        peer.event("two")
        peer.sleep(0.03)
        peer.reset()

    server.on_connection(breaks)
    outcome = driver.stream()
    outcome.failure(APIConnectionError)
    assert [chunk.text for chunk in outcome.chunks] == ["one", "two"]


@pytest.mark.parametrize(
    ("status", "body", "kept"),
    [(503, error_body(503), ServerError), (400, b"cut he", ClientError)],
    ids=["json", "text"],
)
@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_cut_error_reply_keeps_its_status(
    server: MisbehavingServer, path_driver: Driver, status: int, body: bytes, kept: type[APIError], mode: str
) -> None:
    def cut(peer: Peer) -> None:
        peer.recv_request()
        peer.send(head(status, {"Content-Type": JSON, "Content-Length": "5000", "X-Mark": "kept"}) + body)

    server.on_connection(cut)
    error = path_driver.go(mode).failure(kept)
    assert error.code == status
    assert error.headers["x-mark"] == "kept"
    assert error.body == body


def early_refusal(peer: Peer) -> None:
    peer.recv_head()
    peer.reply(413, error_body(413, "INVALID_ARGUMENT"), {"Connection": "close"})


def test_a_refusal_before_the_request_was_read(server: MisbehavingServer, driver: Driver) -> None:
    """The reset that follows may destroy the reply in transit: both outcomes are correct, a raw exception is not."""
    server.on_connection(early_refusal)
    driver.configure(timeout=8_000)
    error = driver.unary("x" * 6_000_000).failure()
    assert isinstance(error, (ClientError, APIConnectionError))


def plain(peer: Peer) -> None:
    peer.reply(body=answer_body())


def after_100_continue(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    peer.reply(body=answer_body())


def after_early_hints(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
    peer.sleep(0.01)
    peer.reply(body=answer_body())


def until_close(peer: Peer) -> None:
    peer.send(head(200, {"Content-Type": JSON, "Connection": "close"}) + answer_body())
    peer.close()


def http_1_0(peer: Peer) -> None:
    peer.send(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + answer_body())
    peer.close()


def chunk_extensions(peer: Peer) -> None:
    body = answer_body()
    peer.send(head(200, CHUNKED) + b"%x;name=value;other\r\n%s\r\n0;last\r\n\r\n" % (len(body), body))


def chunk_sizes_with_zeros_and_capitals(peer: Peer) -> None:
    body = answer_body("x" * 160)
    peer.send(head(200, CHUNKED) + b"000%X\r\n%s\r\n000\r\n\r\n" % (len(body), body))


def trailers(peer: Peer) -> None:
    peer.send(head(200, CHUNKED))
    peer.chunk(answer_body())
    peer.send(b"0\r\nX-Checksum: 1\r\nX-Other: 2\r\n\r\n")


def tiny_chunks(peer: Peer) -> None:
    peer.send(head(200, CHUNKED) + b"".join(b"1\r\n%c\r\n" % byte for byte in answer_body()) + b"0\r\n\r\n")


def byte_by_byte(peer: Peer) -> None:
    body = answer_body()
    peer.drip(head(200, {"Content-Type": JSON, "Content-Length": str(len(body))}) + body, 0.0002)


def gzipped(peer: Peer) -> None:
    peer.reply(body=gzip.compress(answer_body()), headers={"Content-Encoding": "gzip"})


def deflated(peer: Peer) -> None:
    peer.reply(body=zlib.compress(answer_body()), headers={"Content-Encoding": "deflate"})


def without_reason(peer: Peer) -> None:
    peer.reply(body=answer_body(), reason="")


def without_content_type(peer: Peer) -> None:
    body = answer_body()
    peer.send(head(200, {"Content-Length": str(len(body))}) + body)


def odd_content_type(peer: Peer) -> None:
    peer.reply(body=answer_body(), headers={"Content-Type": "text/plain; charset=iso-8859-1"})


def repeated_and_non_ascii_headers(peer: Peer) -> None:
    body = answer_body()
    fields = b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Latin: caf\xe9\r\n"
    peer.send(b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def sixteen_kilobyte_header(peer: Peer) -> None:
    peer.reply(body=answer_body(), headers={"X-Policy": "p" * 16_000})


ODD = [
    plain,
    after_100_continue,
    after_early_hints,
    until_close,
    http_1_0,
    chunk_extensions,
    chunk_sizes_with_zeros_and_capitals,
    trailers,
    tiny_chunks,
    byte_by_byte,
    gzipped,
    deflated,
    without_reason,
    without_content_type,
    odd_content_type,
    repeated_and_non_ascii_headers,
    sixteen_kilobyte_header,
]


@pytest.mark.parametrize("script", ODD, ids=lambda script: script.__name__)
def test_an_odd_but_legal_reply_is_read(
    server: MisbehavingServer, driver: Driver, script: Callable[[Peer], None]
) -> None:
    if script is sixteen_kilobyte_header and driver.kind.name == "async-own-aiohttp":
        driver.own_arguments.update(max_field_size=65_536)
    server.on_request(script)
    for _ in range(2):
        text = driver.unary().result().text
        assert text == ("x" * 160 if script is chunk_sizes_with_zeros_and_capitals else "pong")
    assert len(server.requests) == 2


def test_a_reply_may_use_any_script(server: MisbehavingServer, driver: Driver) -> None:
    server.on_request(lambda peer: peer.answer("žluťoučký 🐎 \u2028 \u0000"))
    assert driver.unary("čau 🦄").result().text == "žluťoučký 🐎 \u2028 \u0000"
    assert server.requests[0].prompt == "čau 🦄"


def gzip_that_is_none(peer: Peer) -> None:
    peer.reply(body=answer_body(), headers={"Content-Encoding": "gzip"})


def gzip_with_a_wrong_checksum(peer: Peer) -> None:
    packed = bytearray(gzip.compress(answer_body()))
    packed[-6] ^= 0xFF
    peer.reply(body=bytes(packed), headers={"Content-Encoding": "gzip"})


def gzip_that_is_cut(peer: Peer) -> None:
    peer.reply(body=gzip.compress(answer_body("x" * 5_000))[:40], headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    "script", [gzip_that_is_none, gzip_with_a_wrong_checksum, gzip_that_is_cut], ids=lambda s: s.__name__
)
@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_corrupt_compressed_reply_raises(
    server: MisbehavingServer, path_driver: Driver, script: Callable[[Peer], None], mode: str
) -> None:
    server.on_request(script)
    path_driver.configure(timeout=8_000).go(mode).failure()


def test_a_compressed_error_is_read(server: MisbehavingServer, driver: Driver) -> None:
    packed = gzip.compress(error_body(429, "RESOURCE_EXHAUSTED", "too many"))
    server.on_request(lambda peer: peer.reply(429, packed, {"Content-Encoding": "gzip"}))
    assert driver.unary().failure(ClientError).message == "too many"


def test_a_compressed_stream_is_delivered_as_it_comes(server: MisbehavingServer, driver: Driver) -> None:
    def packed(peer: Peer) -> None:
        squeeze = zlib.compressobj(wbits=31)
        peer.start_events({"Content-Encoding": "gzip"})
        for text in ("one", "two", "three"):
            peer.chunk(squeeze.compress(event_bytes(text)) + squeeze.flush(zlib.Z_SYNC_FLUSH))
            peer.sleep(0.005)
        peer.chunk(squeeze.flush())
        peer.send(b"0\r\n\r\n")

    server.on_request(packed)
    assert driver.stream().texts == ["one", "two", "three"]


@pytest.mark.parametrize("status", [201, 202, 204, 206, 304])
def test_any_status_but_200_is_no_answer(server: MisbehavingServer, path_driver: Driver, status: int) -> None:
    def bare(peer: Peer) -> None:
        peer.send(
            head(status, {"X-Mark": "kept"} if status in (204, 304) else {"X-Mark": "kept", "Content-Length": "0"})
        )

    server.on_request(bare)
    error = path_driver.configure(timeout=8_000).unary().failure()
    assert error.code == status
    assert error.headers["x-mark"] == "kept"


def test_an_idle_connection_that_the_server_closed_is_replaced(server: MisbehavingServer, driver: Driver) -> None:
    def one_answer(peer: Peer) -> None:
        peer.recv_request()
        peer.answer()

    server.on_connection(one_answer)
    for _ in range(3):
        assert driver.unary().result().text == "pong"
        driver.wait(0.02)
    assert len(server.requests) == 3


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("size", [10, 3_000_000], ids=["small", "large"])
def test_a_busy_program_does_not_use_a_connection_that_the_server_closed(
    server: MisbehavingServer, driver: Driver, mode: str, size: int
) -> None:
    """The event loop, if there is one, has no time to notice the end of the connection before the next call."""

    def one_answer(peer: Peer) -> None:
        peer.recv_request()
        peer.answer()

    server.on_connection(one_answer)
    arguments = {"model": "m", "contents": "x" * size}

    def ask_four_times(client: Any) -> None:
        for _ in range(4):
            if mode == "stream":
                list(client.models.generate_content_stream(**arguments))
            else:
                client.models.generate_content(**arguments)
            server.peers[-1].ended.wait(5)

    async def ask_four_times_async(client: Any) -> None:
        for _ in range(4):
            if mode == "stream":
                async for _ in await client.aio.models.generate_content_stream(**arguments):
                    pass
            else:
                await client.aio.models.generate_content(**arguments)
            server.peers[-1].ended.wait(5)  # blocks the loop

    driver.run(ask_four_times_async if driver.kind.is_async else ask_four_times).result()
    assert len(server.requests) == len(server.peers) == 4


def test_a_request_that_a_kept_connection_took_in_part_is_sent_again(server: MisbehavingServer, driver: Driver) -> None:
    def one_answer_and_a_half(peer: Peer) -> None:
        peer.receive_little()
        peer.recv_request()
        peer.answer()
        peer.recv_head()
        peer.reset()

    server.on_connection(one_answer_and_a_half, lambda peer: peer.recv_request() and peer.answer())
    driver.configure(timeout=8_000).unary().result()
    assert driver.unary("x" * 12_000_000).result().text == "pong"
    assert len(server.peers) == 2


def test_a_request_that_a_new_connection_took_in_part_is_not_repeated(
    server: MisbehavingServer, driver: Driver
) -> None:
    def half(peer: Peer) -> None:
        peer.receive_little()
        peer.recv_head()
        peer.reset()

    server.on_connection(half)
    driver.configure(timeout=8_000).unary("x" * 12_000_000).failure(APIConnectionError)
    assert len(server.peers) == 1


def test_a_reset_on_a_reused_connection_is_not_repeated(server: MisbehavingServer, driver: Driver) -> None:
    server.on_request(Peer.answer, Peer.reset, Peer.answer)
    assert driver.unary().result().text == "pong"
    driver.unary().failure(APIConnectionError)
    assert len(server.requests) == 2


def test_a_connection_is_kept_for_the_next_call(server: MisbehavingServer, driver: Driver) -> None:
    for _ in range(5):
        driver.unary().result()
        driver.stream().result()
    assert len(server.requests) == 10
    assert len(server.peers) == 1
