"""Retries happen only with a policy, for errors that may be temporary, after the requested delay, and are counted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from google.genai import types
from google.genai.errors import APIConnectionError, APIError, APITimeoutError, ClientError, ServerError

from .drivers import Driver
from .misbehaving import MisbehavingServer, Peer, error_body, event_bytes, refusing_port

QUICK = {"attempts": 3, "initial_delay": 0.002, "max_delay": 0.01, "jitter": 0.001, "exp_base": 2}
PATIENT = {**QUICK, "max_delay": 5.0}


def busy(peer: Peer) -> None:
    peer.reply(503, error_body(503))


def retry_info(delay: str) -> list[dict[str, Any]]:
    return [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]


def asking(delay: str) -> Callable[[Peer], None]:
    return lambda peer: peer.reply(429, error_body(429, "RESOURCE_EXHAUSTED", details=retry_info(delay)))


def asking_by_header(value: str) -> Callable[[Peer], None]:
    return lambda peer: peer.reply(503, error_body(503), {"Retry-After": value})


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_one_request_is_the_default(server: MisbehavingServer, engine_driver: Driver, mode: str) -> None:
    server.on_request(busy)
    assert engine_driver.go(mode).failure(ServerError).attempts == 1
    assert len(server.requests) == 1


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_one_request_is_the_default_after_a_reset(server: MisbehavingServer, path_driver: Driver, mode: str) -> None:
    server.on_request(Peer.reset, Peer.answer)
    assert path_driver.go(mode).failure(APIConnectionError).attempts == 1
    path_driver.wait(0.05)
    assert len(server.requests) == 1


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("options", [QUICK, types.HttpRetryOptions(**QUICK)], ids=["dict", "object"])
def test_a_policy_repeats_until_success(
    server: MisbehavingServer, engine_driver: Driver, mode: str, options: Any
) -> None:
    server.on_request(busy, busy, Peer.answer)
    outcome = engine_driver.configure(retry_options=options).go(mode)
    reply = outcome.result()
    assert (reply[0] if mode == "stream" else reply).text == "pong"
    bodies = {(request.method, request.target, request.body) for request in server.requests}
    assert len(server.requests) == 3
    assert len(bodies) == 1


def test_the_count_of_attempts_is_on_the_reply(server: MisbehavingServer, path_driver: Driver) -> None:
    server.on_request(busy, Peer.answer)
    path_driver.configure(retry_options=QUICK)
    assert path_driver.unary().result().sdk_http_response.attempts == 2
    assert path_driver.unary().result().sdk_http_response.attempts == 1


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("attempts", [1, 2, 4])
def test_a_policy_gives_up_after_its_attempts(
    server: MisbehavingServer, engine_driver: Driver, attempts: int, mode: str
) -> None:
    server.on_request(busy)
    error = engine_driver.configure(retry_options={**QUICK, "attempts": attempts}).go(mode).failure(ServerError)
    assert error.code == 503
    assert error.attempts == len(server.requests) == attempts


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_policy_for_one_call(server: MisbehavingServer, engine_driver: Driver, mode: str) -> None:
    server.on_request(busy, busy, Peer.answer, busy)
    engine_driver.go(mode, config={"http_options": {"retry_options": QUICK}}).result()
    assert len(server.requests) == 3
    engine_driver.go(mode).failure(ServerError)
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_statuses_that_are_repeated(server: MisbehavingServer, engine_driver: Driver, status: int) -> None:
    server.on_request(lambda peer: peer.reply(status), Peer.answer)
    engine_driver.configure(retry_options=QUICK).unary().result()
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 501])
def test_statuses_that_are_not_repeated(server: MisbehavingServer, engine_driver: Driver, status: int) -> None:
    server.on_request(lambda peer: peer.reply(status), Peer.answer)
    assert engine_driver.configure(retry_options=QUICK).unary().failure().attempts == 1
    assert len(server.requests) == 1


def test_the_statuses_can_be_chosen(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(lambda peer: peer.reply(409), busy)
    options = {**QUICK, "http_status_codes": [409]}
    assert engine_driver.configure(retry_options=options).unary().failure(ServerError).attempts == 2


def cut_body(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{}")
    peer.close()


def no_reply(peer: Peer) -> None:
    peer.close()


def garbage(peer: Peer) -> None:
    peer.send(b"\x00\x01garbage\r\n\r\n")
    peer.close()


@pytest.mark.parametrize("fault", [Peer.reset, no_reply, garbage, cut_body], ids=lambda fault: fault.__name__)
def test_faults_of_the_connection_count_as_attempts(
    server: MisbehavingServer, path_driver: Driver, fault: Callable[[Peer], None]
) -> None:
    server.on_request(fault, busy, Peer.answer)
    reply = path_driver.configure(retry_options=QUICK).unary().result()
    assert reply.sdk_http_response.attempts == 3
    assert len(server.requests) == 3


def test_faults_of_the_connection_use_up_the_attempts(server: MisbehavingServer, path_driver: Driver) -> None:
    server.on_request(Peer.reset)
    assert path_driver.configure(retry_options=QUICK).unary().failure(APIConnectionError).attempts == 3
    assert len(server.requests) == 3


def test_a_refused_connection_counts_as_an_attempt(path_driver: Driver) -> None:
    with refusing_port() as url:
        error = path_driver.configure(base_url=url, retry_options=QUICK).unary().failure(APIConnectionError)
    assert error.attempts == 3


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_silence_counts_as_an_attempt(server: MisbehavingServer, engine_driver: Driver, mode: str) -> None:
    server.on_request(Peer.stall, Peer.answer)
    engine_driver.configure(retry_options=QUICK, timeout=200).go(mode).result()
    assert len(server.requests) == 2


def test_silence_uses_up_the_attempts(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(Peer.stall)
    error = (
        engine_driver.configure(retry_options={**QUICK, "attempts": 2}, timeout=120).unary().failure(APITimeoutError)
    )
    assert error.attempts == len(server.requests) == 2


def test_the_pauses_grow(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(busy)
    options = {"attempts": 4, "initial_delay": 0.04, "exp_base": 2, "jitter": 0.001, "max_delay": 0.1}
    engine_driver.configure(retry_options=options).unary().failure(ServerError)
    assert all(pause >= least for pause, least in zip(server.pauses_s(), (0.03, 0.07, 0.09), strict=True))
    assert sum(server.pauses_s()) < 2


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_retry_info_is_followed(server: MisbehavingServer, engine_driver: Driver, mode: str) -> None:
    server.on_request(asking("0.3s"), Peer.answer)
    engine_driver.configure(retry_options=PATIENT).go(mode).result()
    assert 0.29 <= server.pauses_s()[0] < 3


def test_retry_info_is_capped(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(asking("53s"), Peer.answer)
    engine_driver.configure(retry_options=QUICK).unary().result()
    assert server.pauses_s()[0] < 3


def test_retry_after_in_seconds_is_followed(server: MisbehavingServer, engine_driver: Driver) -> None:
    server.on_request(asking_by_header("0.3"), Peer.answer)
    engine_driver.configure(retry_options=PATIENT).unary().result()
    assert 0.29 <= server.pauses_s()[0] < 3


def test_retry_after_as_a_date_is_followed(server: MisbehavingServer, engine_driver: Driver) -> None:
    """The date is far in the future, so `max_delay` applies; without the header the pause would be a fraction of it."""
    date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=60), usegmt=True)
    server.on_request(asking_by_header(date), Peer.answer)
    engine_driver.configure(retry_options={**QUICK, "max_delay": 0.3}).unary().result()
    assert 0.29 <= server.pauses_s()[0] < 3


@pytest.mark.parametrize("value", ["-5", "soon", "", "1e400", "nan", "Fri, 31 Foo 2026 99:00:00 GMT"])
def test_a_senseless_retry_after_is_ignored(server: MisbehavingServer, engine_driver: Driver, value: str) -> None:
    server.on_request(asking_by_header(value), Peer.answer)
    engine_driver.configure(retry_options=QUICK).unary().result()
    assert server.pauses_s()[0] < 3


def test_a_spent_daily_quota_fails_at_once(server: MisbehavingServer, engine_driver: Driver) -> None:
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "50"}],
        },
        *retry_info("0.01s"),
    ]
    server.on_request(lambda peer: peer.reply(429, error_body(429, "RESOURCE_EXHAUSTED", details=details)), Peer.answer)
    error = engine_driver.configure(retry_options=QUICK).unary().failure(ClientError)
    assert error.daily_quota_is_spent
    assert error.attempts == len(server.requests) == 1


def test_a_spent_minute_quota_is_waited_for(server: MisbehavingServer, engine_driver: Driver) -> None:
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}],
        },
        *retry_info("0.01s"),
    ]
    server.on_request(lambda peer: peer.reply(429, error_body(429, "RESOURCE_EXHAUSTED", details=details)), Peer.answer)
    engine_driver.configure(retry_options=QUICK).unary().result()
    assert len(server.requests) == 2


def head_then_reset(peer: Peer) -> None:
    peer.start_events()
    peer.sleep(0.02)
    peer.reset()


@pytest.mark.parametrize("fault", [Peer.reset, no_reply, head_then_reset], ids=lambda fault: fault.__name__)
def test_a_stream_is_repeated_until_its_first_byte(
    server: MisbehavingServer, path_driver: Driver, fault: Callable[[Peer], None]
) -> None:
    server.on_request(fault, busy, lambda peer: peer.events("one", "two"))
    assert path_driver.configure(retry_options=QUICK).stream().texts == ["one", "two"]
    assert len(server.requests) == 3


def reset_after_an_event(peer: Peer) -> None:
    peer.start_events()
    peer.event("one")
    peer.sleep(0.03)
    peer.reset()


def closed_after_an_event(peer: Peer) -> None:
    peer.start_events()
    peer.event("one")
    peer.close()


def closed_within_the_second_event(peer: Peer) -> None:
    peer.start_events()
    peer.chunk(event_bytes("one") + event_bytes("two")[:25])
    peer.close()


def error_after_an_event(peer: Peer) -> None:
    peer.start_events()
    peer.event("one")
    peer.chunk(b"data: " + json.dumps(json.loads(error_body(503))).encode() + b"\n\n")
    peer.send(b"0\r\n\r\n")


@pytest.mark.parametrize(
    "fault",
    [reset_after_an_event, closed_after_an_event, closed_within_the_second_event, error_after_an_event],
    ids=lambda fault: fault.__name__,
)
def test_a_stream_is_never_repeated_after_its_first_byte(
    server: MisbehavingServer, path_driver: Driver, fault: Callable[[Peer], None]
) -> None:
    server.on_request(fault, lambda peer: peer.events("one", "two"))
    outcome = path_driver.configure(retry_options=QUICK).stream()
    outcome.failure(APIError)
    assert [chunk.text for chunk in outcome.chunks] == ["one"]
    path_driver.wait(0.05)
    assert len(server.requests) == 1


def test_cancelling_ends_a_pause(server: MisbehavingServer, async_driver: Any) -> None:
    server.on_request(asking("30s"))
    async_driver.configure(retry_options={**QUICK, "max_delay": 60.0})

    async def cancel(client: Any) -> None:
        task = asyncio.ensure_future(client.aio.models.generate_content(model="m", contents="x"))
        await asyncio.to_thread(server.wait_for_requests, 1)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    outcome = async_driver.run(cancel)
    outcome.result()
    assert outcome.elapsed_s < 3
    assert len(server.requests) == 1
