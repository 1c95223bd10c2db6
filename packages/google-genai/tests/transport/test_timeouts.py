"""A time limit set by the caller ends every kind of wait, in the same way on every transport, and closes the socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from google.genai.errors import APITimeoutError, ServerError

from .drivers import Driver, make_driver
from .misbehaving import MisbehavingServer, Peer, answer_body, event_bytes, full_backlog, head

LIMIT_MS = 60
ENDS_WITHIN_S = 1.5
LIMITS = {"connect", "first byte", "idle", "total"}
LENGTH = {"Content-Type": "application/json", "Content-Length": "100000"}
MEGABYTE = 1 << 20


def silent(peer: Peer) -> None:
    peer.stall()


def silent_after_status_line(peer: Peer) -> None:
    peer.recv_request()
    peer.send(b"HTTP/1.1 200 OK\r\n")
    peer.stall()


def silent_after_headers(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, LENGTH))
    peer.stall()


def silent_within_the_body(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, LENGTH) + b'{"candidates"')
    peer.stall()


def silent_within_a_chunk(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}) + b"ff\r\n{")
    peer.stall()


def silent_within_an_error_body(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(503, LENGTH) + b'{"error"')
    peer.stall()


def dripped_headers(peer: Peer) -> None:
    peer.recv_request()
    peer.drip(b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 1_000, 0.02)


def dripped_body(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, LENGTH))
    peer.drip(b" " * 1_000, 0.02)


def dripped_chunks(peer: Peer) -> None:
    peer.recv_request()
    peer.send(head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
    for _ in range(1_000):
        peer.chunk(b" ")
        peer.sleep(0.02)


def endless_interim_replies(peer: Peer) -> None:
    peer.recv_request()
    for _ in range(1_000):
        peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        peer.sleep(0.02)


UNARY = [
    silent,
    silent_after_status_line,
    silent_after_headers,
    silent_within_the_body,
    silent_within_a_chunk,
    dripped_headers,
    dripped_body,
    dripped_chunks,
    endless_interim_replies,
]


@pytest.mark.parametrize("script", UNARY, ids=lambda script: script.__name__)
def test_a_plain_call_has_one_deadline(
    server: MisbehavingServer, path_driver: Driver, script: Callable[[Peer], None]
) -> None:
    server.on_connection(script)
    outcome = path_driver.configure(timeout=LIMIT_MS).unary()
    error = outcome.failure(APITimeoutError)
    assert error.limit in LIMITS
    assert outcome.elapsed_s < ENDS_WITHIN_S
    assert server.peers[0].has_left()
    assert len(server.peers) == 1


def test_an_error_reply_that_falls_silent_keeps_its_status(server: MisbehavingServer, path_driver: Driver) -> None:
    server.on_connection(silent_within_an_error_body)
    outcome = path_driver.configure(timeout=LIMIT_MS).unary()
    assert outcome.failure(ServerError).code == 503
    assert outcome.elapsed_s < ENDS_WITHIN_S
    assert server.peers[0].has_left()


@pytest.mark.parametrize(
    "script", [silent, silent_after_status_line, dripped_headers], ids=lambda script: script.__name__
)
def test_a_stream_has_a_limit_before_its_first_byte(
    server: MisbehavingServer, path_driver: Driver, script: Callable[[Peer], None]
) -> None:
    server.on_connection(script)
    outcome = path_driver.configure(timeout=LIMIT_MS).stream()
    assert outcome.failure(APITimeoutError).limit in LIMITS
    assert outcome.elapsed_s < ENDS_WITHIN_S
    assert server.peers[0].has_left()


def after_the_head(peer: Peer) -> None:
    peer.recv_request()
    peer.start_events()
    peer.stall()


def after_an_event(peer: Peer) -> None:
    peer.recv_request()
    peer.start_events()
    peer.event("first")
    peer.stall()


def within_an_event(peer: Peer) -> None:
    peer.recv_request()
    peer.start_events()
    peer.chunk(event_bytes("first") + event_bytes("second")[:20])
    peer.stall()


@pytest.mark.parametrize(
    ("script", "arrived"),
    [(after_the_head, []), (after_an_event, ["first"]), (within_an_event, ["first"])],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_silent_stream_ends_at_its_idle_limit(
    server: MisbehavingServer, path_driver: Driver, script: Callable[[Peer], None], arrived: list[str]
) -> None:
    server.on_connection(script)
    outcome = path_driver.configure(timeout=3 * LIMIT_MS).stream()
    assert outcome.failure(APITimeoutError).limit in LIMITS
    assert [chunk.text for chunk in outcome.chunks] == arrived
    assert outcome.elapsed_s < ENDS_WITHIN_S
    assert server.peers[0].has_left()


def test_a_slow_but_steady_stream_may_outlast_the_limit(server: MisbehavingServer, path_driver: Driver) -> None:
    def steady(peer: Peer) -> None:
        peer.recv_request()
        peer.start_events()
        for number in range(7):
            peer.event(str(number))
            peer.sleep(0.04)
        peer.send(b"0\r\n\r\n")
        peer.stall()

    server.on_connection(steady)
    outcome = path_driver.configure(timeout=200).stream()
    assert outcome.texts == [str(number) for number in range(7)]
    assert outcome.elapsed_s > 0.2


def test_a_server_that_does_not_read_is_left_at_the_deadline(server: MisbehavingServer, path_driver: Driver) -> None:
    def reads_nothing(peer: Peer) -> None:
        peer.receive_little()
        peer.hold(0.35)

    if path_driver.kind.name == "async-own-aiohttp":
        pytest.skip("aiohttp lets the socket of a caller's own session wait for a peer that does not read")
    server.on_connection(reads_nothing)
    outcome = path_driver.configure(timeout=200).unary("x" * 10 * MEGABYTE)
    outcome.failure(APITimeoutError)
    assert outcome.elapsed_s < ENDS_WITHIN_S


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_connecting_is_limited(path_driver: Driver, mode: str) -> None:
    with full_backlog() as url:
        outcome = path_driver.configure(base_url=url, timeout=LIMIT_MS).go(mode)
        assert outcome.failure(APITimeoutError).limit in {"connect", "first byte", "total"}
        assert outcome.elapsed_s < ENDS_WITHIN_S


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_the_limit_of_a_call_replaces_that_of_the_client(
    server: MisbehavingServer, engine_driver: Driver, mode: str
) -> None:
    server.on_connection(silent)
    engine_driver.configure(timeout=60_000)
    outcome = engine_driver.go(mode, config={"http_options": {"timeout": LIMIT_MS}})
    outcome.failure(APITimeoutError)
    assert outcome.elapsed_s < ENDS_WITHIN_S


def test_a_limit_may_be_a_timedelta(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_connection(silent)
    outcome = engine_driver.configure(timeout=timedelta(milliseconds=LIMIT_MS)).unary()
    outcome.failure(APITimeoutError)
    assert outcome.elapsed_s < ENDS_WITHIN_S


def own_limit(driver: Driver, seconds: float) -> object:
    return driver.library.ClientTimeout(total=seconds) if driver.kind.library == "aiohttp" else seconds


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_an_own_client_keeps_its_limit_when_none_is_set(
    server: MisbehavingServer, own_driver: Driver, mode: str
) -> None:
    server.on_connection(silent)
    own_driver.own_arguments["timeout"] = own_limit(own_driver, LIMIT_MS / 1000)
    outcome = own_driver.go(mode)
    outcome.failure(APITimeoutError)
    assert outcome.elapsed_s < ENDS_WITHIN_S
    assert server.peers[0].has_left()


def test_a_limit_that_is_set_replaces_that_of_an_own_client(server: MisbehavingServer, own_driver: Driver) -> None:
    server.on_connection(silent)
    own_driver.own_arguments["timeout"] = own_limit(own_driver, 60)
    outcome = own_driver.configure(timeout=LIMIT_MS).unary()
    outcome.failure(APITimeoutError)
    assert outcome.elapsed_s < ENDS_WITHIN_S


def test_a_longer_limit_replaces_that_of_an_own_client(server: MisbehavingServer, own_driver: Driver) -> None:
    def slow(peer: Peer) -> None:
        peer.recv_request()
        peer.sleep(0.15)
        peer.reply(body=answer_body())
        peer.stall()

    server.on_connection(slow)
    own_driver.own_arguments["timeout"] = own_limit(own_driver, LIMIT_MS / 1000)
    assert own_driver.configure(timeout=8_000).unary().result().text == "pong"


def test_the_client_goes_on_after_a_timeout(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(Peer.stall, Peer.answer)
    engine_driver.unary(config={"http_options": {"timeout": LIMIT_MS}}).failure(APITimeoutError)
    assert engine_driver.unary().result().text == "pong"
    assert len(server.peers) == 2


def test_old_except_clauses_catch_a_timeout(server: MisbehavingServer, path_driver: Driver) -> None:
    server.on_connection(silent)
    error = path_driver.configure(timeout=LIMIT_MS).unary().failure(APITimeoutError)
    library = path_driver.library
    assert isinstance(
        error, asyncio.TimeoutError if path_driver.kind.library == "aiohttp" else library.TimeoutException
    )


def test_the_limit_is_told_to_the_service_in_whole_seconds(server: MisbehavingServer, engine_driver: Driver) -> None:
    engine_driver.configure(timeout=8_100).unary().result()
    assert server.requests[0].headers["x-server-timeout"] == "9"


@pytest.mark.parametrize("name", ["sync-httpx2", "async-httpx2"])
def test_finite_limits_are_the_default_over_httpx2(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    import httpx2

    seen: list[dict[str, float | None]] = []

    class Transport(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            seen.append(request.extensions["timeout"])
            return super().handle_request(request)

    class AsyncTransport(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            seen.append(request.extensions["timeout"])
            return await super().handle_async_request(request)

    driver = make_driver(name, server, monkeypatch)
    if driver.kind.is_async:
        driver.configure(async_client_args={"transport": AsyncTransport()})
    else:
        driver.configure(client_args={"transport": Transport()})
    for mode in ("unary", "stream"):
        driver.go(mode).result()
    driver.close()
    assert [set(limits) for limits in seen] == [{"connect", "read", "write", "pool"}] * 2
    assert all(0 < limit <= 3_600 for limits in seen for limit in limits.values() if limit is not None)
    assert all(limits["connect"] and limits["read"] for limits in seen), seen


def test_finite_limits_are_the_default_over_aiohttp(server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    seen: list[aiohttp.ClientTimeout] = []

    class Connector(aiohttp.TCPConnector):
        async def connect(self, req: object, traces: object, timeout: aiohttp.ClientTimeout) -> object:
            seen.append(timeout)
            return await super().connect(req, traces, timeout)

    driver = make_driver("async-aiohttp", server, monkeypatch)

    async def connector() -> aiohttp.TCPConnector:
        return Connector()

    driver.configure(async_client_args={"connector": driver.on_loop(connector())})
    for mode in ("unary", "stream"):
        driver.go(mode).result()
    driver.close()
    assert len(seen) == 2
    for limits in seen:
        assert limits.connect or limits.sock_connect or limits.total, limits
        assert limits.sock_read or limits.total, limits
