"""A client works in several event loops and threads and after a fork, and leaves nothing open at its end."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import os
import threading
from typing import Any

import pytest

from google import genai

from .drivers import ASYNC_BY_SDK, KEY, MADE_BY_SDK, AsyncDriver, Driver, SyncDriver, make_driver, use_library
from .misbehaving import MisbehavingServer, Peer

LIMIT_S = 30


def echo(peer: Peer) -> None:
    assert peer.request is not None
    peer.answer(peer.request.prompt)


def within_limit(*functions: Any) -> list[Any]:
    """Return the results of functions that run at the same time, each in its own thread; none of them may hang."""
    results: list[concurrent.futures.Future[Any]] = []
    for function in functions:
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def work(function: Any = function, future: concurrent.futures.Future[Any] = future) -> None:
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=work, name="driver", daemon=True).start()
        results.append(future)
    _, running = concurrent.futures.wait(results, LIMIT_S)
    assert not running, f"{len(running)} of {len(results)} threads hang"
    return [future.result() for future in results]


def open_files() -> int:
    return len(os.listdir("/dev/fd"))


def new_client(server: MisbehavingServer) -> genai.Client:
    return genai.Client(api_key=KEY, http_options={"base_url": server.url, "timeout": 20_000})


@pytest.mark.parametrize("name", ASYNC_BY_SDK)
def test_a_hundred_event_loops_one_after_the_other(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    use_library(name, monkeypatch)
    server.on_request(echo)
    client = new_client(server)
    before = open_files()

    async def ask(number: int) -> str | None:
        reply = await client.aio.models.generate_content(model="m", contents=f"prompt {number}")
        async for chunk in await client.aio.models.generate_content_stream(model="m", contents=f"stream {number}"):
            assert chunk.text == f"stream {number}"
        return reply.text

    def run_all() -> list[str | None]:
        return [asyncio.run(ask(number)) for number in range(100)]

    assert within_limit(run_all) == [[f"prompt {number}" for number in range(100)]]
    gc.collect()
    assert len(server.connections_still_open(0.5)) <= 1, "a dead loop's connections are dropped by the next loop"
    within_limit(lambda: asyncio.run(client.aio.aclose()))
    gc.collect()
    assert server.connections_still_open() == []
    assert open_files() <= before + 8


@pytest.mark.parametrize("name", ASYNC_BY_SDK)
def test_two_event_loops_at_the_same_time(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    use_library(name, monkeypatch)
    server.on_request(echo)
    client = new_client(server)
    both_are_done = threading.Barrier(2, timeout=LIMIT_S)

    def loop_of(label: str) -> list[str | None]:
        async def ask_all() -> list[str | None]:
            replies: list[str | None] = []
            for number in range(10):
                batch = [
                    client.aio.models.generate_content(model="m", contents=f"{label} {number} {index}")
                    for index in range(4)
                ]
                replies += [reply.text for reply in await asyncio.gather(*batch)]
            await asyncio.to_thread(both_are_done.wait)
            await client.aio.aclose()
            return replies

        return asyncio.run(ask_all())

    expected = [[f"{label} {n} {i}" for n in range(10) for i in range(4)] for label in "ab"]
    assert within_limit(lambda: loop_of("a"), lambda: loop_of("b")) == expected


def test_sync_and_async_at_the_same_time(server: MisbehavingServer) -> None:
    server.on_request(echo)
    client = new_client(server)

    def sync_calls() -> list[str | None]:
        return [client.models.generate_content(model="m", contents=f"s{n}").text for n in range(20)]

    def async_calls() -> list[str | None]:
        async def ask_all() -> list[str | None]:
            replies = [await client.aio.models.generate_content(model="m", contents=f"a{n}") for n in range(20)]
            await client.aio.aclose()
            return [reply.text for reply in replies]

        return asyncio.run(ask_all())

    expected = [[f"s{n}" for n in range(20)], [f"a{n}" for n in range(20)]]
    assert within_limit(sync_calls, async_calls) == expected
    client.close()


def test_sync_calls_work_inside_a_running_loop(server: MisbehavingServer, async_driver: AsyncDriver) -> None:
    server.on_request(echo)

    async def both(client: Any) -> tuple[str, str]:
        outer = await client.aio.models.generate_content(model="m", contents="async")
        inner = client.models.generate_content(model="m", contents="sync")
        streamed = [chunk.text for chunk in client.models.generate_content_stream(model="m", contents="stream")]
        client.close()
        return outer.text, inner.text, *streamed

    assert async_driver.run(both).result() == ("async", "sync", "stream")


def test_thirty_two_threads_share_a_client(server: MisbehavingServer, sync_driver: SyncDriver) -> None:
    server.on_request(echo)
    client = sync_driver.configure(timeout=20_000).client

    def asks(label: int) -> list[str | None]:
        replies: list[str | None] = []
        for number in range(8):
            replies.append(client.models.generate_content(model="m", contents=f"{label} {number}").text)
            stream = client.models.generate_content_stream(model="m", contents=f"{label} {number} s")
            replies += [chunk.text for chunk in stream]
        return replies

    results = within_limit(*(lambda label=label: asks(label) for label in range(32)))
    for label, replies in enumerate(results):
        assert replies == [text for n in range(8) for text in (f"{label} {n}", f"{label} {n} s")]


def test_many_calls_in_flight(server: MisbehavingServer, async_driver: AsyncDriver) -> None:
    """With far more calls than the pool has connections, each gets its own answer, and none waits forever."""
    server.on_request(echo)

    async def ask_all(client: Any) -> list[str]:
        calls = [client.aio.models.generate_content(model="m", contents=str(number)) for number in range(150)]
        return [reply.text for reply in await asyncio.gather(*calls)]

    outcome = async_driver.configure(timeout=30_000).run(ask_all, within_s=LIMIT_S)
    assert outcome.result() == [str(number) for number in range(150)]


def test_a_thousand_clients_leave_nothing(server: MisbehavingServer) -> None:
    server.on_request(echo)

    def make_and_drop() -> None:
        for number in range(1_000):
            client = new_client(server)
            if number % 20 == 0:
                assert client.models.generate_content(model="m", contents=str(number)).text == str(number)
            del client

    threads = threading.active_count()
    within_limit(make_and_drop)
    gc.collect()
    assert len(server.requests) == 50
    assert server.connections_still_open() == []
    assert threading.active_count() <= threads + len(server.peers)


@pytest.mark.parametrize("name", ASYNC_BY_SDK)
def test_dropped_async_clients_leave_nothing(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    use_library(name, monkeypatch)
    server.on_request(echo)

    async def make_and_drop() -> None:
        for number in range(20):
            client = new_client(server)
            reply = await client.aio.models.generate_content(model="m", contents=str(number))
            assert reply.text == str(number)
            del client
        gc.collect()
        assert await asyncio.to_thread(server.connections_still_open) == []

    within_limit(lambda: asyncio.run(make_and_drop()))


@pytest.mark.parametrize("name", ASYNC_BY_SDK)
def test_a_client_that_is_closed_during_its_first_call_opens_nothing(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    use_library(name, monkeypatch)

    async def close_at_once() -> None:
        client = new_client(server)
        call = asyncio.create_task(client.aio.models.generate_content(model="m", contents="x"))
        await asyncio.sleep(0)
        await client.aio.aclose()
        with pytest.raises(RuntimeError, match="This client is closed"):
            await call

    within_limit(lambda: asyncio.run(close_at_once()))
    assert server.peers == []


def test_only_the_models_are_kept(server: MisbehavingServer) -> None:
    def ask() -> list[str | None]:
        models = new_client(server).models
        gc.collect()
        first = models.generate_content(model="m", contents="x")
        stream = new_client(server).models.generate_content_stream(model="m", contents="x")
        gc.collect()
        return [first.text, *[chunk.text for chunk in stream]]

    assert within_limit(ask) == [["pong", "pong"]]
    gc.collect()
    assert server.connections_still_open() == []


@pytest.mark.parametrize("name", ASYNC_BY_SDK)
def test_only_the_async_models_are_kept(server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    use_library(name, monkeypatch)

    async def ask() -> list[str | None]:
        models = new_client(server).aio.models
        gc.collect()
        first = await models.generate_content(model="m", contents="x")
        stream = await new_client(server).aio.models.generate_content_stream(model="m", contents="x")
        gc.collect()
        return [first.text, *[chunk.text async for chunk in stream]]

    assert within_limit(lambda: asyncio.run(ask())) == [["pong", "pong"]]


def test_own_clients_stay_open(server: MisbehavingServer, own_driver: Driver) -> None:
    """Two clients of the SDK share one HTTP client of the caller; its state is checked when the driver closes it."""

    def use_and_close(client: Any) -> None:
        with client:
            client.models.generate_content(model="m", contents="x")
        client.close()

    async def use_and_aclose(client: Any) -> None:
        async with client.aio as aio:
            await aio.models.generate_content(model="m", contents="x")
        await client.aio.aclose()

    use = use_and_aclose if own_driver.kind.is_async else use_and_close
    own_driver.run(use).result()
    own = own_driver.own_client
    options = {"base_url": server.url, own_driver.kind.option: own}
    second = genai.Client(api_key=KEY, http_options=options)
    own_driver.run(
        (lambda _: use_and_aclose(second)) if own_driver.kind.is_async else (lambda _: use_and_close(second))
    )
    assert len(server.requests) == 2
    assert len(server.peers) == 1
    assert not (own.closed if own_driver.kind.library == "aiohttp" else own.is_closed)


def test_contexts_close_what_the_sdk_made(server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_context() -> None:
        with new_client(server) as client:
            client.models.generate_content(model="m", contents="x")

    within_limit(in_context)
    assert server.connections_still_open() == []
    for name in ASYNC_BY_SDK:
        use_library(name, monkeypatch)

        async def in_async_context() -> None:
            async with new_client(server).aio as aio:
                await aio.models.generate_content(model="m", contents="x")

        within_limit(lambda: asyncio.run(in_async_context()))
        assert server.connections_still_open() == []
    assert len(server.requests) == 4


def test_the_library_is_the_documented_one(server: MisbehavingServer, driver: Driver) -> None:
    """A header shows that the caller's own client was used; the class of an error shows which library the SDK chose."""
    if driver.kind.own:
        driver.own_arguments["headers"] = {"X-Own-Client": "yes"}
        driver.unary().result()
        assert server.requests[0].headers["x-own-client"] == "yes"
    else:
        server.on_request(Peer.reset)
        origins = {base.__module__.split(".")[0] for base in type(driver.unary().failure()).__mro__}
        assert origins & {"httpx", "httpx2", "aiohttp"} == {driver.kind.library}


def test_user_hooks_of_an_own_client_keep_working(server: MisbehavingServer, own_httpx_driver: Driver) -> None:
    seen: list[str] = []

    def note(request: Any) -> None:
        seen.append(request.url.path)

    async def note_async(request: Any) -> None:
        seen.append(request.url.path)

    own_httpx_driver.own_arguments["event_hooks"] = {
        "request": [note_async if own_httpx_driver.kind.is_async else note]
    }
    own_httpx_driver.unary().result()
    own_httpx_driver.stream().result()
    assert seen == ["/v1beta/models/m:generateContent", "/v1beta/models/m:streamGenerateContent"]


@pytest.mark.parametrize("name", MADE_BY_SDK)
def test_proxies_of_the_environment_are_used(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("http_proxy", server.url)
    driver = make_driver(name, server, monkeypatch).configure(base_url="http://service.invalid")
    assert driver.unary().result().text == "pong"
    driver.close()
    assert server.requests[0].target == "http://service.invalid/v1beta/models/m:generateContent"
