"""The API key is in one request header and nowhere else."""

from __future__ import annotations

import logging

import pytest

from google import genai
from google.genai.errors import APIError

from .drivers import KEY, Driver
from .misbehaving import MisbehavingServer, Peer, error_body


def everything(record: logging.LogRecord) -> str:
    return " ".join((record.getMessage(), repr(record.args), record.exc_text or "", repr(record.exc_info)))


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_no_log_record_shows_the_key(
    server: MisbehavingServer, driver: Driver, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.Logger.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    server.on_request(
        Peer.answer,
        lambda peer: peer.reply(503, error_body(503)),
        lambda peer: peer.reply(200, b"null"),
        lambda peer: peer.reply(307, b"", {"Location": "/again"}),
        Peer.answer,
        Peer.reset,
    )
    driver.configure(retry_options={"attempts": 2, "initial_delay": 0.01, "max_delay": 0.01})
    for _ in range(5):
        driver.go(mode).settled()
    assert len(server.requests) > 5
    assert not [record for record in caplog.records if KEY in everything(record)]


def test_the_key_is_a_header_of_each_request_and_not_in_its_target(server: MisbehavingServer, driver: Driver) -> None:
    driver.unary().result()
    driver.stream().result()
    for request in server.requests:
        assert request.headers["x-goog-api-key"] == KEY
        assert (request.raw_head + request.body).count(KEY.encode()) == 1


def test_no_representation_shows_the_key(server: MisbehavingServer, driver: Driver) -> None:
    client = driver.client
    driver.unary().result()
    shown = [
        client,
        client.aio,
        client.models,
        client.aio.models,
        client._api_client,
        client._api_client._http_options,
    ]
    assert not [type(value) for value in shown if KEY in repr(value) or KEY in str(value)]


def test_a_key_within_headers_of_the_caller_is_hidden_too(server: MisbehavingServer) -> None:
    options = {"base_url": server.url, "headers": {"Authorization": f"Bearer {KEY}", "x-goog-api-key": KEY}}
    client = genai.Client(api_key="another", http_options=options)
    assert KEY not in repr(client)
    assert KEY not in repr(client._api_client._http_options)


@pytest.mark.parametrize("key", [f" {KEY}\n", f"\t{KEY} "])
def test_a_key_is_trimmed(server: MisbehavingServer, key: str) -> None:
    with genai.Client(api_key=key, http_options={"base_url": server.url}) as client:
        client.models.generate_content(model="m", contents="x")
    assert server.requests[0].headers["x-goog-api-key"] == KEY


@pytest.mark.parametrize(
    "key", [f"{KEY}\r\nX-Injected: 1", f"{KEY}\x00", f"{KEY}é🐎"], ids=["crlf", "nul", "non-ascii"]
)
def test_a_key_that_fits_no_header_is_refused_without_being_shown(server: MisbehavingServer, key: str) -> None:
    def use() -> None:
        with genai.Client(api_key=key, http_options={"base_url": server.url}) as client:
            client.models.generate_content(model="m", contents="x")

    with pytest.raises((ValueError, APIError)) as caught:
        use()
    assert KEY not in str(caught.value)
    assert server.requests == []
