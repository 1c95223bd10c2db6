"""Client arguments reach the HTTP library, and it does with each request what it does for any program."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from google.genai.errors import APITimeoutError, ServerError
from google.genai.types import HttpOptions

from .drivers import MADE_BY_SDK, AsyncDriver, Driver, make_driver
from .misbehaving import MisbehavingServer, Peer, error_body


def arguments_option(driver: Driver) -> str:
    return "async_client_args" if driver.kind.is_async else "client_args"


def query_of(target: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(target).query))


def use_a_jar_for_addresses(driver: Driver) -> None:
    """Make the caller's own session of aiohttp keep cookies of a server without a host name."""
    if driver.kind.own and isinstance(driver, AsyncDriver) and driver.kind.library == "aiohttp":

        async def jar() -> Any:
            return driver.library.CookieJar(unsafe=True)

        driver.own_arguments["cookie_jar"] = driver.on_loop(jar())


def test_headers_params_and_cookies_are_sent(server: MisbehavingServer, driver: Driver) -> None:
    arguments = {"headers": {"X-Team": "blue"}, "params": {"tenant": "a b"}, "cookies": {"session": "s1"}}
    driver.configure(**{arguments_option(driver): arguments})
    driver.unary().result()
    driver.stream().result()
    for request in server.requests:
        assert request.headers["x-team"] == "blue"
        assert request.headers["cookie"] == "session=s1"
        assert query_of(request.target)["tenant"] == "a b"
    assert query_of(server.requests[1].target)["alt"] == "sse"


def test_headers_params_and_cookies_of_an_own_client_are_sent(server: MisbehavingServer, own_driver: Driver) -> None:
    own_driver.own_arguments.update(headers={"X-Team": "blue"}, cookies={"session": "s1"})
    if own_driver.kind.library != "aiohttp":  # a session of aiohttp has no params
        own_driver.own_arguments["params"] = {"tenant": "a"}
    use_a_jar_for_addresses(own_driver)
    own_driver.unary().result()
    own_driver.stream().result()
    for request in server.requests:
        assert request.headers["x-team"] == "blue"
        assert request.headers["cookie"] == "session=s1"
        assert own_driver.kind.library == "aiohttp" or query_of(request.target)["tenant"] == "a"
    assert query_of(server.requests[1].target)["alt"] == "sse"


def test_headers_of_options_and_calls_replace_those_of_client_arguments(
    server: MisbehavingServer, driver: Driver
) -> None:
    names = ("x-argument", "x-option", "x-call")
    driver.configure(
        **{arguments_option(driver): {"headers": dict.fromkeys(names, "argument")}},
        headers={"X-Option": "option", "X-Call": "option"},
    )
    driver.unary(config={"http_options": {"headers": {"X-Call": "call"}}}).result()
    assert [server.requests[0].headers[name] for name in names] == ["argument", "option", "call"]


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_cookie_of_a_gateway_comes_back(server: MisbehavingServer, driver: Driver, mode: str) -> None:
    server.on_request(lambda peer: peer.reply(503, error_body(503), {"Set-Cookie": "node=7; Path=/"}), Peer.answer)
    use_a_jar_for_addresses(driver)
    driver.go(mode).failure(ServerError)
    driver.unary().result()
    driver.stream().result()
    assert [request.headers.get("cookie") for request in server.requests] == [None, "node=7", "node=7"]


def test_a_cookie_does_not_go_to_another_host(server: MisbehavingServer, driver: Driver) -> None:
    server.on_request(lambda peer: peer.reply(503, error_body(503), {"Set-Cookie": "node=7"}), Peer.answer)
    use_a_jar_for_addresses(driver)
    driver.unary().failure(ServerError)
    driver.unary(config={"http_options": {"base_url": f"http://localhost:{server.port}"}}).result()
    assert "cookie" not in server.requests[1].headers


def test_a_time_limit_of_client_arguments_applies(server: MisbehavingServer, sdk_driver: Driver) -> None:
    server.on_request(Peer.stall)
    limit: Any = 0.2
    if sdk_driver.kind.library == "aiohttp":
        limit = sdk_driver.library.ClientTimeout(total=0.2)
    sdk_driver.configure(**{arguments_option(sdk_driver): {"timeout": limit}})
    outcome = sdk_driver.unary()
    outcome.failure(APITimeoutError)
    assert outcome.elapsed_s < 5


@pytest.mark.parametrize("name", MADE_BY_SDK)
def test_proxies_of_the_environment_can_be_switched_off(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(variable, "http://proxy.invalid:1")
    driver = make_driver(name, server, monkeypatch)
    driver.configure(**{arguments_option(driver): {"trust_env": False}})
    assert driver.unary().result().text == "pong"
    driver.close()


def test_httpx_gets_what_aiohttp_does_not_have(server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = make_driver("async-aiohttp", server, monkeypatch)
    driver.configure(async_client_args={"auth": ("user", "word"), "http1": True, "params": {"a": "1"}})
    driver.unary().result()
    driver.close()
    assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert query_of(server.requests[0].target) == {"a": "1"}


def test_a_session_that_raises_for_errors_keeps_their_status(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = make_driver("async-own-aiohttp", server, monkeypatch)
    driver.own_arguments["raise_for_status"] = True
    server.on_request(lambda peer: peer.reply(503, error_body(503)))
    assert driver.unary().failure(ServerError).code == 503
    driver.close()


class Crowd:
    """Counts the requests that a server answers at the same time. Each one waits for others, up to a number."""

    def __init__(self, wanted: int) -> None:
        self.most = 0
        self._present = 0
        self._wanted = wanted
        self._change = threading.Condition()

    def answer(self, peer: Peer) -> None:
        with self._change:
            self._present += 1
            self.most = max(self.most, self._present)
            self._change.notify_all()
            self._change.wait_for(lambda: self.most >= self._wanted, 1.0)
            self._present -= 1
        peer.answer()


def ask_at_once(driver: Driver, count: int) -> None:
    """Make that many calls at the same time: tasks of an async client, threads of a blocking one."""

    async def ask_all(client: Any) -> None:
        await asyncio.gather(*(client.aio.models.generate_content(model="m", contents="x") for _ in range(count)))

    def ask_in_threads(client: Any) -> None:
        with ThreadPoolExecutor(count) as threads:
            list(threads.map(lambda _: client.models.generate_content(model="m", contents="x"), range(count)))

    driver.run(ask_all if driver.kind.is_async else ask_in_threads, within_s=30).result()


def test_the_number_of_connections_can_be_chosen(server: MisbehavingServer, sdk_driver: Driver) -> None:
    crowd = Crowd(4)  # one more than may come
    server.on_request(crowd.answer)
    ask_at_once(sdk_driver.configure(max_connections=3), 6)
    assert crowd.most == 3
    assert len(server.peers) == 3


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("async-aiohttp", {}),
        ("async-httpx2", {"max_connections": 120}),
        ("async-httpx2", {"async_client_args": {"limits": httpx2.Limits(max_connections=120)}}),
        ("sync-httpx2", {}),
    ],
)
def test_a_hundred_and_twenty_calls_run_at_once(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, Any]
) -> None:
    crowd = Crowd(120)
    server.on_request(crowd.answer)
    driver = make_driver(name, server, monkeypatch).configure(timeout=30_000, **options)
    ask_at_once(driver, 120)
    driver.close()
    assert crowd.most == 120


def test_async_calls_over_httpx_are_a_hundred_at_once_by_default(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(101)
    server.on_request(crowd.answer)
    driver = make_driver("async-httpx2", server, monkeypatch).configure(timeout=30_000)
    ask_at_once(driver, 130)
    driver.close()
    assert crowd.most == 100


@pytest.mark.parametrize("given", [0, -1])
def test_an_impossible_number_of_connections_is_refused(given: int) -> None:
    with pytest.raises(ValueError, match=r"max_connections\n.*expected a number of connections, at least 1, got"):
        HttpOptions(max_connections=given)
