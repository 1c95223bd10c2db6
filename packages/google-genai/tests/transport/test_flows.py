"""Every flow ends: downloads, uploads, waits, paging and function rounds, whatever the service does."""

from __future__ import annotations

import io
import json
import operator
import time
from typing import Any

import pytest

from google.genai import pagers, types
from google.genai._core import attempts, upload
from google.genai._io import messages
from google.genai.errors import APIConnectionError, APITimeoutError, ClientError, InvalidResponseError, NotDoneError

from .drivers import Driver, Outcome
from .misbehaving import MisbehavingServer, Peer, Request, head

LIMIT_MS = 60
ENDS_WITHIN_S = 2.0
CONTENT = bytes(range(250)) * 20
STOPS_AT = 1_000
FAST = {"retry_options": types.HttpRetryOptions(attempts=4, initial_delay=0.001, jitter=0.0, max_delay=0.01)}


def call(driver: Driver, method: str, **arguments: Any) -> Outcome:
    """Call a method of the client, such as `files.download`, blocking or awaited."""
    get = operator.attrgetter(method)
    if driver.kind.is_async:
        return driver.run(lambda client: get(client.aio)(**arguments))  # type: ignore[attr-defined]
    return driver.run(lambda client: get(client)(**arguments))  # type: ignore[attr-defined]


def download(driver: Driver) -> Outcome:
    return call(driver, "files.download", file="files/kite")


def first_byte_of(request: Request | None) -> int:
    """Return the first byte that a request for a part of a file asks for."""
    assert request is not None
    return int(request.headers.get("range", "bytes=0-")[6:-1])


def send_part(peer: Peer, start: int, end: int, *, promised: int = len(CONTENT)) -> None:
    """Send a part of the content, as one that reaches up to `promised`, and break the connection."""
    fields = {"Content-Type": "video/mp4", "Content-Length": str(promised - start)}
    if start:
        fields["Content-Range"] = f"bytes {start}-{promised - 1}/{promised}"
    peer.send(head(206 if start else 200, fields) + CONTENT[start:end])
    if end < promised:
        peer.close()


# Downloads


def test_a_download_that_always_breaks_at_one_byte_ends(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(lambda peer: send_part(peer, 0, STOPS_AT))
    error = download(engine_driver.configure(**FAST)).failure(APIConnectionError)
    assert len(server.requests) == error.attempts == 4
    assert f"The download of files/kite ended after {STOPS_AT} of {len(CONTENT)} bytes: 4 attempts" in str(error)


def test_a_download_without_retry_options_ends_too(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(lambda peer: send_part(peer, first_byte_of(peer.request), STOPS_AT))
    outcome = download(engine_driver)
    outcome.failure(APIConnectionError)
    assert len(server.requests) == 4
    assert outcome.elapsed_s < 6


def test_a_download_from_the_beginning_that_gets_further_goes_on(
    server: MisbehavingServer, engine_driver: Driver
) -> None:
    ends = iter([500, 400, 400, 700, 600, 600, 800, len(CONTENT)])
    server.on_request(lambda peer: send_part(peer, 0, next(ends)))
    assert download(engine_driver.configure(**FAST)).result() == CONTENT
    assert len(server.requests) == 8


def test_a_download_goes_on_after_requests_without_a_reply(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(
        lambda peer: send_part(peer, 0, STOPS_AT),
        Peer.reset,
        lambda peer: peer.reply(503, b""),
        lambda peer: send_part(peer, first_byte_of(peer.request), len(CONTENT)),
    )
    assert download(engine_driver.configure(**FAST)).result() == CONTENT


def test_a_silent_download_ends_at_its_limit(server: MisbehavingServer, path_driver: Driver) -> None:
    def silent(peer: Peer) -> None:
        peer.send(head(200, {"Content-Type": "video/mp4", "Content-Length": str(len(CONTENT))}) + CONTENT[:STOPS_AT])
        peer.stall()

    server.on_request(silent)
    outcome = download(path_driver.configure(timeout=LIMIT_MS))
    error = outcome.failure(APITimeoutError)
    assert f"ended after {STOPS_AT} of {len(CONTENT)} bytes" in str(error)
    assert error.limit in ("idle", "first byte")
    assert outcome.elapsed_s < ENDS_WITHIN_S


def test_a_download_with_many_breaks_ends(
    server: MisbehavingServer, engine_driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_MAX_FAILURES", 10)
    server.on_request(lambda peer: send_part(peer, first_byte_of(peer.request), first_byte_of(peer.request) + 1))
    error = download(engine_driver.configure(**FAST)).failure(APIConnectionError)
    assert f"ended after 10 of {len(CONTENT)} bytes: the connection failed 10 times" in str(error)


def test_another_part_than_the_requested_one_is_an_error(server: MisbehavingServer, engine_driver: Driver) -> None:
    def wrong_part(peer: Peer) -> None:
        fields = {"Content-Type": "video/mp4", "Content-Length": "4000", "Content-Range": "bytes 900-4899/5000"}
        peer.send(head(206, fields) + CONTENT[900:4_900])

    server.on_request(lambda peer: send_part(peer, 0, STOPS_AT), wrong_part)
    error = download(engine_driver.configure(**FAST)).failure(InvalidResponseError)
    assert "continues at byte 900, but byte 1000 was requested" in str(error)


def test_a_break_behind_the_last_byte_is_the_end(server: MisbehavingServer, engine_driver: Driver) -> None:
    def without_an_end(peer: Peer) -> None:
        peer.send(head(200, {"Content-Type": "video/mp4", "Transfer-Encoding": "chunked"}))
        peer.chunk(CONTENT)
        peer.close()

    server.on_request(without_an_end, lambda peer: peer.reply(416, b"", {"Content-Range": f"bytes */{len(CONTENT)}"}))
    assert download(engine_driver.configure(**FAST)).result() == CONTENT


def test_a_refused_download_is_not_repeated(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(lambda peer: peer.reply(503, b""))
    assert download(engine_driver).failure().code == 503
    assert len(server.requests) == 1


# Uploads


def start_session(peer: Peer) -> None:
    peer.reply(200, b"", {"X-Goog-Upload-Url": f"{peer.server.url}/session", "X-Goog-Upload-Status": "active"})


def send_up(driver: Driver, content: bytes = CONTENT) -> Outcome:
    return call(driver, "files.upload", file=io.BytesIO(content), config={"mime_type": "text/plain"})


def test_a_silent_upload_ends_at_its_limit(server: MisbehavingServer, path_driver: Driver) -> None:
    server.on_request(start_session, Peer.stall)
    outcome = send_up(path_driver.configure(timeout=LIMIT_MS))
    error = outcome.failure(APITimeoutError)
    assert f"The upload ended after 0 of {len(CONTENT)} bytes: 4 attempts in a row" in str(error)
    assert outcome.elapsed_s < ENDS_WITHIN_S


def test_a_chunk_that_is_never_answered_ends_the_upload(server: MisbehavingServer, path_driver: Driver) -> None:
    def only_queries(peer: Peer) -> None:
        assert peer.request is not None
        if peer.request.headers["x-goog-upload-command"] != "query":
            peer.stall()
        peer.reply(200, b"", {"X-Goog-Upload-Status": "active", "X-Goog-Upload-Size-Received": "0"})

    server.on_request(start_session, only_queries)
    outcome = send_up(path_driver.configure(timeout=LIMIT_MS))
    outcome.failure(APITimeoutError)
    assert outcome.elapsed_s < ENDS_WITHIN_S


@pytest.mark.parametrize("silent_method", ["upload", "download"])
def test_transfers_without_a_limit_of_the_caller_have_short_ones(
    server: MisbehavingServer, sdk_driver: Driver, silent_method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_UPLOAD_DEFAULTS", "_DOWNLOAD_DEFAULTS"):
        limits = getattr(messages, name)
        assert 4 * (limits.idle_s + limits.connect_s) < 600
        short = messages.Limits(1.0, 0.06, limits.total_s and 0.06)
        monkeypatch.setattr(messages, name, short)
    server.on_request(start_session if silent_method == "upload" else Peer.stall, Peer.stall)
    outcome = send_up(sdk_driver) if silent_method == "upload" else download(sdk_driver)
    outcome.failure(APITimeoutError)
    assert outcome.elapsed_s < ENDS_WITHIN_S


@pytest.mark.parametrize("received", [0, 1, STOPS_AT])
def test_an_upload_that_gets_no_further_ends(server: MisbehavingServer, engine_driver: Driver, received: int) -> None:
    def refuse(peer: Peer) -> None:
        assert peer.request is not None
        if peer.request.headers["x-goog-upload-command"] != "query":
            return peer.reply(503, b"")
        return peer.reply(200, b"", {"X-Goog-Upload-Status": "active", "X-Goog-Upload-Size-Received": str(received)})

    server.on_request(start_session, refuse)
    assert send_up(engine_driver.configure(**FAST)).failure().code == 503
    assert len(server.requests) < 12


def test_an_upload_whose_beginning_is_lost_each_time_ends(
    server: MisbehavingServer, engine_driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "CHUNK_BYTES", STOPS_AT)

    def lose_everything(peer: Peer) -> None:
        assert peer.request is not None
        offset = peer.request.headers.get("x-goog-upload-offset", "")
        if offset == "0":
            peer.reply(200, b"", {"X-Goog-Upload-Status": "active", "X-Goog-Upload-Size-Received": str(STOPS_AT)})
        elif offset:
            peer.reply(503, b"")
        else:
            peer.reply(200, b"", {"X-Goog-Upload-Status": "active", "X-Goog-Upload-Size-Received": "0"})

    server.on_request(start_session, lose_everything)
    assert send_up(engine_driver.configure(**FAST)).failure().code == 503
    assert len(server.requests) < 20


# Waits


WAITS: dict[str, dict[str, Any]] = {
    "files.wait": {"file": "files/kite"},
    "batches.wait": {"job": "batches/kite"},
    "operations.wait": {"operation": "models/m/operations/kite"},
}


@pytest.mark.parametrize("method", WAITS)
def test_a_wait_ends_although_the_service_is_silent(
    server: MisbehavingServer, path_driver: Driver, method: str
) -> None:
    server.on_request(Peer.stall)
    outcome = call(path_driver, method, timeout_s=0.1, **WAITS[method])
    assert isinstance(outcome.error, NotDoneError)
    assert "not done after 0.1 seconds" in str(outcome.error)
    assert outcome.elapsed_s < ENDS_WITHIN_S
    assert server.peers[0].has_left()


def test_a_wait_ends_although_its_calls_are_retried(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(Peer.reset)
    engine_driver.configure(retry_options=types.HttpRetryOptions(initial_delay=5))
    outcome = call(engine_driver, "files.wait", file="files/kite", timeout_s=0.1)
    assert isinstance(outcome.error, (NotDoneError, APIConnectionError))
    assert outcome.elapsed_s < ENDS_WITHIN_S


def test_a_wait_gets_one_state_even_without_time(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(lambda peer: peer.reply(200, b'{"name": "files/kite", "state": "PROCESSING"}'))
    outcome = call(engine_driver, "files.wait", file="files/kite", timeout_s=0)
    assert isinstance(outcome.error, NotDoneError)
    assert outcome.error.last.state is types.FileState.PROCESSING
    assert len(server.requests) == 1


# Paging


def list_all(driver: Driver) -> Outcome:
    def collect(client: Any) -> list[Any]:
        return [one.name for one in client.files.list()]

    async def collect_async(client: Any) -> list[Any]:
        return [one.name async for one in await client.aio.files.list()]

    return driver.run(collect_async if driver.kind.is_async else collect)  # type: ignore[attr-defined]


def page(peer: Peer, names: list[str], token: str) -> None:
    peer.reply(200, json.dumps({"files": [{"name": name} for name in names], "nextPageToken": token}).encode())


@pytest.mark.parametrize("tokens", [["a"], ["a", "b"], ["a", "b", "c"]], ids=len)
def test_pages_that_repeat_end_in_an_error(server: MisbehavingServer, engine_driver: Driver, tokens: list[str]) -> None:
    server.on_request(*(lambda peer, token=token: page(peer, [f"files/{token}"], token) for token in tokens * 3))
    error = list_all(engine_driver).failure(InvalidResponseError)
    assert "files: the service names a page that was fetched before as the next one" in str(error)
    assert len(server.requests) == len(tokens) + 1


def test_endless_empty_pages_end_in_an_error(
    server: MisbehavingServer, engine_driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagers, "_MAX_EMPTY_PAGES", 5)
    server.on_request(lambda peer: page(peer, [], str(len(server.requests))))
    error = list_all(engine_driver).failure(InvalidResponseError)
    assert "files: the service sent 5 empty pages in a row" in str(error)
    assert len(server.requests) == 5


def test_a_page_that_failed_can_be_fetched_again(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(
        lambda peer: page(peer, ["files/a"], "x"),
        lambda peer: peer.reply(404),
        lambda peer: page(peer, ["files/b"], ""),
    )

    def collect(client: Any) -> list[Any]:
        pager = client.files.list()
        with pytest.raises(ClientError):
            pager.next_page()
        return [one.name for one in pager.next_page()]

    async def collect_async(client: Any) -> list[Any]:
        pager = await client.aio.files.list()
        with pytest.raises(ClientError):
            await pager.next_page()
        return [one.name for one in await pager.next_page()]

    outcome = engine_driver.run(collect_async if engine_driver.kind.is_async else collect)  # type: ignore[attr-defined]
    assert outcome.result() == ["files/b"]


# Function rounds


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_model_that_always_calls_functions_gets_ten_requests(
    server: MisbehavingServer, engine_driver: Driver, mode: str
) -> None:
    def ask_again(peer: Peer) -> None:
        part = {"functionCall": {"name": "now", "args": {}}}
        peer.reply(200, json.dumps({"candidates": [{"content": {"role": "model", "parts": [part]}}]}).encode())

    def now() -> float:
        """Return the time."""
        return time.time()

    server.on_request(ask_again)
    engine_driver.go(mode, config={"tools": [now]}).result()
    assert len(server.requests) == 10
