"""The async client works in programs on trio and anyio, over httpx2 and httpx, with an own HTTP client and without."""

from __future__ import annotations

import asyncio
import gc
import importlib
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import errors, types

from .misbehaving import MisbehavingServer, Peer, answer_object, error_body

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

trio = pytest.importorskip("trio", reason="trio is not installed")

LIMIT_S = 20
OWN_AND_SDK = ["own-httpx2", "own-httpx", "sdk-httpx2", "sdk-httpx"]

Test = Callable[[genai.Client], Awaitable[Any]]


@pytest.fixture(params=OWN_AND_SDK)
def on_trio(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A function that runs an async function with a client in a new run of trio."""
    origin, library = request.param.split("-")
    monkeypatch.setenv("GOOGLE_GENAI_HTTP_CLIENT", library)

    def run(test: Test, url: str, **options: Any) -> Any:
        async def main() -> Any:
            http: dict[str, Any] = {"base_url": url, "timeout": 8_000, **options}
            own = importlib.import_module(library).AsyncClient() if origin == "own" else None
            if own is not None:
                http["httpx_async_client"] = own
            try:
                with trio.fail_after(LIMIT_S):
                    async with genai.Client(api_key="k", http_options=http).aio as aio:
                        return await test(aio)
            finally:
                if own is not None:
                    await own.aclose()

        return trio.run(main)

    return run


def test_a_call_a_stream_and_a_chat(server: MisbehavingServer, on_trio: Callable[..., Any]) -> None:
    async def use(aio: Any) -> list[Any]:
        reply = await aio.models.generate_content(model="m", contents="x")
        streamed = [c.text async for c in await aio.models.generate_content_stream(model="m", contents="x")]
        chat = aio.chats.create(model="m")
        sent = await chat.send_message("x")
        chatted = [c.text async for c in await chat.send_message_stream("x")]
        return [reply.text, *streamed, sent.text, *chatted, len(chat.get_history())]

    assert on_trio(use, server.url) == ["pong", "pong", "pong", "pong", 4]
    assert len(server.peers) == 1
    assert server.connections_still_open() == []


def test_retries_wait(server: MisbehavingServer, on_trio: Callable[..., Any]) -> None:
    server.on_request(lambda peer: peer.reply(503, error_body(503)), Peer.answer)

    async def use(aio: Any) -> Any:
        return await aio.models.generate_content(model="m", contents="x")

    retry = types.HttpRetryOptions(attempts=2, initial_delay=0.01, jitter=0.01)
    assert on_trio(use, server.url, retry_options=retry).sdk_http_response.attempts == 2


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_time_limits_end_calls(server: MisbehavingServer, on_trio: Callable[..., Any], mode: str) -> None:
    server.on_request(Peer.stall)

    async def use(aio: Any) -> None:
        if mode == "unary":
            await aio.models.generate_content(model="m", contents="x")
        else:
            async for _ in await aio.models.generate_content_stream(model="m", contents="x"):
                pass

    begin = time.monotonic()
    with pytest.raises(errors.APITimeoutError):
        on_trio(use, server.url, timeout=200)
    assert time.monotonic() - begin < 5


def test_a_reply_that_arrives_byte_by_byte_is_limited(server: MisbehavingServer, on_trio: Callable[..., Any]) -> None:
    server.on_request(lambda peer: peer.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, 0.02))

    async def use(aio: Any) -> None:
        await aio.models.generate_content(model="m", contents="x")

    with pytest.raises(errors.APITimeoutError, match="total limit"):
        on_trio(use, server.url, timeout=300)


def test_a_cancelled_scope_ends_a_call_and_its_connection(
    server: MisbehavingServer, on_trio: Callable[..., Any]
) -> None:
    server.on_request(Peer.stall, Peer.answer)

    async def use(aio: Any) -> Any:
        with trio.move_on_after(0.1) as scope:
            await aio.models.generate_content(model="m", contents="x")
        assert scope.cancelled_caught
        assert await trio.to_thread.run_sync(server.peers[0].has_left)
        return await aio.models.generate_content(model="m", contents="x")

    assert on_trio(use, server.url).text == "pong"


def test_functions_run_in_threads_at_the_same_time(gemini: ScriptedGemini, on_trio: Callable[..., Any]) -> None:
    both = threading.Barrier(2, timeout=5)
    threads: set[int] = set()

    def weather(city: str) -> str:
        """Return the weather."""
        both.wait()
        threads.add(threading.get_ident())
        return "sunny"

    async def time_in(city: str) -> str:
        """Return the time."""
        await trio.sleep(0)
        return "noon"

    names = ("weather", "weather", "time_in")
    calls = [{"functionCall": {"name": name, "args": {"city": "Brno"}}} for name in names]
    gemini.respond(json={"candidates": [{"content": {"role": "model", "parts": calls}}]})
    gemini.respond(json=answer_object("It is noon, and sunny."))

    async def use(aio: Any) -> Any:
        calling = types.AutomaticFunctionCallingConfig(maximum_parallel_calls=3)
        config = types.GenerateContentConfig(tools=[weather, time_in], automatic_function_calling=calling)
        return await aio.models.generate_content(model="gemini-2.5-flash", contents="x", config=config)

    assert on_trio(use, gemini.url).text == "It is noon, and sunny."
    assert len(threads) == 2
    assert threading.get_ident() not in threads


def test_a_file_is_uploaded_and_downloaded(gemini: ScriptedGemini, on_trio: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "lake.txt"
    path.write_text("a lake")

    async def use(aio: Any) -> Any:
        file = await aio.files.upload(file=path)
        return (await aio.files.get(name=file.name)).size_bytes

    assert on_trio(use, gemini.url) == 6


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_programs_on_anyio(server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    anyio = pytest.importorskip("anyio")

    async def main() -> list[str | None]:
        replies: list[str | None] = []
        async with genai.Client(api_key="k", http_options={"base_url": server.url}).aio as aio:

            async def ask() -> None:
                replies.append((await aio.models.generate_content(model="m", contents="x")).text)

            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(ask)
        return replies

    assert anyio.run(main, backend=backend) == ["pong"] * 5
    assert server.connections_still_open() == []


def test_one_client_in_loops_of_both_kinds(server: MisbehavingServer) -> None:
    client = genai.Client(api_key="k", http_options={"base_url": server.url})

    async def ask() -> str | None:
        return (await client.aio.models.generate_content(model="m", contents="x")).text

    assert [asyncio.run(ask()), trio.run(ask), asyncio.run(ask()), trio.run(ask)] == ["pong"] * 4
    assert server.connections_still_open() == [], "the connections of a loop are closed when it ends"


def test_a_dropped_client_leaves_nothing(server: MisbehavingServer) -> None:
    async def main() -> None:
        client = genai.Client(api_key="k", http_options={"base_url": server.url})
        await client.aio.models.generate_content(model="m", contents="x")
        del client
        gc.collect()
        assert await trio.to_thread.run_sync(server.connections_still_open) == []

    trio.run(main)


def test_a_session_of_aiohttp_is_refused(server: MisbehavingServer) -> None:
    async def main() -> None:
        options: Any = {"base_url": server.url, "aiohttp_client": object()}
        await genai.Client(api_key="k", http_options=options).aio.models.generate_content(model="m", contents="x")

    with pytest.raises(RuntimeError, match=r"http_options.aiohttp_client: .*trio.*pass httpx_async_client"):
        trio.run(main)
