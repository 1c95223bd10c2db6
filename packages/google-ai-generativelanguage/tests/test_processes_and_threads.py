"""Several threads, event loops and processes with one client."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.auth.credentials import AnonymousCredentials

from google.ai import generativelanguage_v1beta as api
from google.ai.generativelanguage_v1beta.services.generative_service import transports

from .server import PATIENCE_S, REQUEST, Server, text_of

_THREADS = 20


def test_threads_share_a_client(server: Server) -> None:
    opened: list[Any] = []
    together = threading.Barrier(_THREADS)

    def channel(host: str, **settings: Any) -> Any:
        opened.append(grpc.insecure_channel(server.target))
        return opened[-1]

    transport = transports.GenerativeServiceGrpcTransport(channel=channel, credentials=AnonymousCredentials())
    with api.GenerativeServiceClient(transport=transport) as client, ThreadPoolExecutor(_THREADS) as pool:

        def call(number: int) -> list[str]:
            together.wait(PATIENCE_S)
            streamed = [text_of(each) for each in client.stream_generate_content(REQUEST)]
            return [text_of(client.generate_content(REQUEST)), *streamed]

        found = list(pool.map(call, range(_THREADS), timeout=60))
        assert client.transport.grpc_channel in opened
        assert client.transport.grpc_channel is client.transport.grpc_channel
    for each in opened:
        each.close()
    assert found == [["hello", "hello"]] * _THREADS
    assert len(server.calls) == 2 * _THREADS


def test_one_event_loop_after_another(server: Server) -> None:
    async def call() -> str:
        transport = transports.GenerativeServiceGrpcAsyncIOTransport(channel=grpc.aio.insecure_channel(server.target))
        async with api.GenerativeServiceAsyncClient(transport=transport) as client:
            return text_of(await client.generate_content(REQUEST))

    assert [asyncio.run(call()) for _ in range(3)] == ["hello"] * 3


async def test_many_calls_at_once(async_client: Any, server: Server) -> None:
    found = await asyncio.gather(*(async_client.generate_content(REQUEST) for _ in range(50)))
    assert [text_of(each) for each in found] == ["hello"] * 50


_PROGRAM = """
import asyncio, os, sys, time
import grpc
from google.auth.credentials import AnonymousCredentials
from google.ai import generativelanguage_v1beta as api
from google.ai.generativelanguage_v1beta.services.generative_service import transports

target, channel_kind, call_before = sys.argv[1:]
request = {"model": "models/m1"}

def given(kind, module):
    opened = module.insecure_channel(target) if channel_kind == "given" else lambda host, **_: module.insecure_channel(target)
    return kind(channel=opened, credentials=AnonymousCredentials())

def blocking():
    if "blocking" not in made:
        made["blocking"] = api.GenerativeServiceClient(transport=given(transports.GenerativeServiceGrpcTransport, grpc))
    return made["blocking"].generate_content(request, timeout=5).candidates[0].content.parts[0].text

async def awaited():
    client = api.GenerativeServiceAsyncClient(transport=given(transports.GenerativeServiceGrpcAsyncIOTransport, grpc.aio))
    async with client:
        return (await client.generate_content(request, timeout=5)).candidates[0].content.parts[0].text

def say(who, function):
    try:
        print(who, function(), flush=True)
    except RuntimeError as error:
        print(who, "refused:", error, flush=True)

made = {}
use = (lambda: asyncio.run(awaited())) if call_before.startswith("asyncio") else blocking
if not call_before.endswith("late"):
    say("parent", use)
child = os.fork()
if child == 0:
    say("child", use)
    say("child, blocking", blocking)
    os._exit(0)
for _ in range(1000):
    ended, _ = os.waitpid(child, os.WNOHANG)
    if ended:
        break
    time.sleep(0.01)
else:
    os.kill(child, 9)
    os.waitpid(child, 0)
    print("the child did not end", flush=True)
say("parent after", use)
"""


def _forked(server: Server, channel: str, before: str, **variables: str) -> dict[str, str]:
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore::DeprecationWarning",
            "-c",
            textwrap.dedent(_PROGRAM),
            server.target,
            channel,
            before,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", **variables},
    )
    lines = [line.split(" hello") for line in done.stdout.splitlines() if line.endswith(" hello")]
    refused = [line.split(" refused: ") for line in done.stdout.splitlines() if " refused: " in line]
    assert len(lines) + len(refused) == len(done.stdout.splitlines()), done.stdout + done.stderr
    return {**{line[0]: "hello" for line in lines}, **{line[0]: line[1] for line in refused}}


_ALL_WORK = {"parent": "hello", "child": "hello", "child, blocking": "hello", "parent after": "hello"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fork is used on Linux")
class TestFork:
    @pytest.mark.parametrize("channel", ["own", "given"])
    def test_blocking_calls_work_in_parent_and_child(self, server: Server, channel: str) -> None:
        assert _forked(server, channel, "blocking") == _ALL_WORK

    @pytest.mark.parametrize("before", ["blocking, late", "asyncio, late"])
    def test_everything_works_if_the_parent_has_not_used_it(self, server: Server, before: str) -> None:
        expected = {who: answer for who, answer in _ALL_WORK.items() if who != "parent"}
        assert _forked(server, "own", before) == expected

    @pytest.mark.parametrize("channel", ["own", "given"])
    def test_calls_with_asyncio_are_refused_in_the_child(self, server: Server, channel: str) -> None:
        found = _forked(server, channel, "asyncio")
        assert found.pop("child").startswith(
            "gRPC with asyncio does not work in a process that was forked after it was used."
        )
        assert found == {"parent": "hello", "child, blocking": "hello", "parent after": "hello"}

    def test_calls_are_refused_if_the_support_is_off(self, server: Server) -> None:
        found = _forked(server, "own", "blocking", GRPC_ENABLE_FORK_SUPPORT="0")
        assert "GRPC_ENABLE_FORK_SUPPORT is '0'" in found.pop("child")
        assert "GRPC_ENABLE_FORK_SUPPORT is '0'" in found.pop("child, blocking")
        assert found == {"parent": "hello", "parent after": "hello"}
