"""A redirect neither changes a POST into a GET nor sends the API key to another origin."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from google.genai.errors import APIError

from .drivers import KEY, Driver
from .misbehaving import MisbehavingServer, Peer

KEY_HEADER = "x-goog-api-key"


def to(status: int, location: str | None) -> Callable[[Peer], None]:
    headers = {} if location is None else {"Location": location}
    return lambda peer: peer.reply(status, b"{}", headers)


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("relative", [True, False], ids=["relative", "absolute"])
def test_a_redirect_on_the_same_origin_keeps_the_request(
    server: MisbehavingServer, path_driver: Driver, status: int, relative: bool, mode: str
) -> None:
    path = "/elsewhere:streamGenerateContent?alt=sse" if mode == "stream" else "/elsewhere?x=1"
    server.on_request(to(status, path if relative else server.url + path), Peer.answer)
    reply = path_driver.go(mode).result()
    assert (reply[0] if mode == "stream" else reply).text == "pong"
    first, second = server.requests
    assert (second.method, second.target) == ("POST", path)
    assert json.loads(second.body) == json.loads(first.body)
    assert second.headers[KEY_HEADER] == KEY


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_become_a_get_is_refused(
    server: MisbehavingServer, path_driver: Driver, status: int, mode: str
) -> None:
    server.on_request(to(status, server.url + "/login"))
    error = path_driver.go(mode).failure(APIError)
    assert error.code == status
    assert error.headers["location"] == server.url + "/login"
    assert len(server.requests) == 1


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_stays_on_its_origin(
    server: MisbehavingServer, other_server: MisbehavingServer, path_driver: Driver, status: int, mode: str
) -> None:
    server.on_request(to(status, other_server.url + "/v1beta/models/m:generateContent"))
    path_driver.go(mode).settled()
    assert len(server.requests) == 1
    for request in other_server.requests:
        assert request.method == "POST"
        assert KEY.encode() not in request.raw_head


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("status", [302, 307])
def test_an_own_client_that_follows_redirects_changes_nothing(
    server: MisbehavingServer, other_server: MisbehavingServer, own_httpx_driver: Driver, status: int, mode: str
) -> None:
    own_httpx_driver.own_arguments["follow_redirects"] = True
    server.on_request(to(status, other_server.url + "/login"))
    own_httpx_driver.go(mode).settled()
    for request in other_server.requests:
        assert request.method == "POST"
        assert KEY.encode() not in request.raw_head


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_redirect_without_a_target_raises(server: MisbehavingServer, path_driver: Driver, mode: str) -> None:
    server.on_request(to(307, None))
    assert path_driver.go(mode).failure(APIError).code == 307
    assert len(server.requests) == 1


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_circle_of_redirects_ends(server: MisbehavingServer, path_driver: Driver, mode: str) -> None:
    server.on_request(to(307, "/round"))
    assert path_driver.configure(timeout=8_000).go(mode).failure(APIError).code == 307
    assert len(server.requests) <= 30


@pytest.mark.parametrize(
    "location", ["ftp://127.0.0.1/x", "http://", "http://[::1", "javascript:alert(1)", "//", "http://127.0.0.1:99999/x"]
)
def test_a_redirect_to_nowhere_raises(server: MisbehavingServer, path_driver: Driver, location: str) -> None:
    server.on_request(to(307, location))
    path_driver.configure(timeout=8_000).unary().failure(APIError)
    assert len(server.requests) <= 30
