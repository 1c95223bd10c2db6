"""gRPC with clients that leave or stop, full queues, TLS, missing packages, and the end of the server."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import grpc
import httpx2
import pytest

from genai_local import LocalServer, certificates
from genai_local.engines import CandidateRequest, Piece
from genai_local.engines.scripted import ScriptedEngine
from genai_local.rpc import server as rpc_server

from .grpc_client import GrpcClient, connected, details_of, error_from, method_named, prompt, texts
from .waiting import WAIT_S, until

MODEL = "models/gemini-2.5-flash"
GENERATE = "GenerativeService.GenerateContent"
Code = grpc.StatusCode


@pytest.fixture
def client(gemini) -> Iterator[GrpcClient]:
    with connected(gemini.grpc_target) as client:
        yield client


class EndlessEngine(ScriptedEngine):
    """An engine that generates until its caller leaves, and counts the callers.

    Args:
        size: number of characters of a piece.
    """

    def __init__(self, size: int = 10) -> None:
        super().__init__()
        self.size = size
        self.begun = self.ended = 0

    async def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        self.begun += 1
        try:
            for _ in range(1_000_000):
                yield Piece(parts=[{"text": "x" * self.size}])
                await asyncio.sleep(0)
        finally:
            self.ended += 1


# Clients that leave


@pytest.mark.parametrize("messages", [0, 1, 3])
def test_a_cancelled_stream_frees_the_engine(serve_engine, messages):
    engine = EndlessEngine()
    server = serve_engine(engine, grpc_port=0)
    with connected(server.grpc_target) as client:
        stream = client.open(prompt("x"))
        for _ in range(messages):
            next(stream)
        until(lambda: engine.begun == 1)
        stream.cancel()
        until(lambda: engine.ended == 1)
        until(lambda: not server.connections())


def test_a_cancelled_call_frees_the_engine(serve_engine):
    engine = EndlessEngine()
    server = serve_engine(engine, grpc_port=0)
    with connected(server.grpc_target) as client:
        method = method_named(GENERATE)
        message = method.request(model=MODEL, contents=[{"parts": [{"text": "x"}]}])
        call = client.channel.unary_unary(method.path).future(message.SerializeToString(), timeout=WAIT_S)
        until(lambda: engine.begun == 1)
        call.cancel()
        until(lambda: engine.ended == 1)


def test_a_deadline_frees_the_engine(serve_engine):
    engine = EndlessEngine()
    server = serve_engine(engine, grpc_port=0)
    with connected(server.grpc_target) as client:
        assert error_from(texts, client.open(prompt("x"), timeout=0.3)).code() is Code.DEADLINE_EXCEEDED
        until(lambda: engine.ended == 1)
        assert error_from(client.call, GENERATE, prompt("x"), timeout=0.3).code() is Code.DEADLINE_EXCEEDED
        until(lambda: engine.ended == 2)


def test_a_closed_channel_frees_the_engine(serve_engine):
    engine = EndlessEngine()
    server = serve_engine(engine, grpc_port=0)
    client = GrpcClient(server.grpc_target)
    stream = client.open(prompt("x"))
    next(stream)
    client.channel.close()
    until(lambda: engine.ended == 1)


_CLIENT = """
import sys
from tests.grpc_client import GrpcClient, prompt
for message in GrpcClient(sys.argv[1]).open(prompt("x")):
    print("message", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP"])
def test_a_client_that_disappears_frees_the_engine(serve_engine, number):
    """A killed client closes its connection; a stopped one neither reads nor closes it."""
    engine = EndlessEngine(100_000)
    server = serve_engine(engine, grpc_port=0, client_limit_s=1)
    folder = Path(__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-c", _CLIENT, server.grpc_target], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "message\n"
        process.send_signal(getattr(signal, number))
        until(lambda: engine.ended == 1)
        until(lambda: not server.connections())
    finally:
        process.kill()
        process.communicate(timeout=WAIT_S)


def test_a_client_that_does_not_read_frees_the_engine(serve_engine):
    engine = EndlessEngine(1_000_000)
    server = serve_engine(engine, grpc_port=0, client_limit_s=0.5)
    with connected(server.grpc_target) as client:
        stream = client.open(prompt("x"))
        next(stream)
        until(lambda: engine.ended == 1)
        until(lambda: not server.connections())
        error = error_from(texts, stream)
        assert (error.code(), error.details()) == (
            Code.DEADLINE_EXCEEDED,
            "The client has not read the reply for 0.5 seconds.",
        )


def test_a_client_that_does_not_send_its_message_is_cut_off(serve_engine):
    server = serve_engine(ScriptedEngine(), grpc_port=0, client_limit_s=0.3)
    never = threading.Event()

    def wait() -> Iterator[bytes]:
        never.wait(WAIT_S)
        yield b""

    with connected(server.grpc_target) as client:
        call = client.channel.stream_unary(method_named(GENERATE).path)
        error = error_from(call, wait(), timeout=WAIT_S)
        never.set()
    assert error.code() is Code.DEADLINE_EXCEEDED
    assert error.details() == "The message of the call did not arrive within 0.3 seconds; send it again."


# The queue


def test_the_queue_is_that_of_rest(serve_engine):
    engine = EndlessEngine()
    server = serve_engine(engine, max_running=1, max_waiting=1, grpc_port=0)
    with connected(server.grpc_target) as client:
        running = client.open(prompt("x"))
        next(running)
        waiting = client.open(prompt("x"))
        until(lambda: len(server.connections()) == 2)
        until(lambda: bool(server.api.admission._queue))
        error = error_from(client.call, GENERATE, prompt("x"))
        assert error.code() is Code.RESOURCE_EXHAUSTED
        assert details_of(error)["RetryInfo"] == {"retryDelay": "1s"}
        reply = httpx2.post(f"{server.url}/v1beta/{MODEL}:generateContent", json={"contents": prompt("x")["contents"]})
        assert reply.status_code == 429
        waiting.cancel()
        until(lambda: not server.api.admission._queue)
        running.cancel()
        until(lambda: engine.ended == engine.begun == 1)


# TLS, ports, and the extra


def test_tls(serve_engine):
    server = serve_engine(ScriptedEngine(), grpc_port=0, grpc_tls=True)
    assert server.url.startswith("http://")
    with connected(server.grpc_target, server.authority) as client:
        assert client.call("ModelService.GetModel", {"name": MODEL})["name"] == MODEL
        assert texts(client.open(prompt("x"))) != []
    with connected(server.grpc_target) as client:
        assert error_from(client.call, "ModelService.ListModels", timeout=5).code() is Code.UNAVAILABLE


def test_tls_of_the_fixture(gemini_tls):
    with connected(gemini_tls.grpc_target, gemini_tls.authority) as client:
        assert client.call(GENERATE, prompt("x"))
    assert gemini_tls.last_request.headers["host"] == gemini_tls.url.removeprefix("https://")


_TRUSTING = """
import sys, grpc
with grpc.secure_channel(sys.argv[1], grpc.ssl_channel_credentials()) as channel:
    print(len(channel.unary_unary("/google.ai.generativelanguage.v1beta.ModelService/ListModels")(b"", timeout=30)))
"""


def test_the_file_of_the_authority_in_the_environment(gemini_tls):
    environment = {**os.environ, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(gemini_tls.authority)}
    command = [sys.executable, "-c", _TRUSTING, gemini_tls.grpc_target]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=WAIT_S)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def test_tls_with_files_of_the_user(tmp_path, serve_engine):
    files = certificates.own_certificate(tmp_path, [])
    server = serve_engine(ScriptedEngine(), tls=(files.certificate, str(files.key)), grpc_port=0, grpc_tls=True)
    assert server.authority is None
    with connected(server.grpc_target, files.authority) as client:
        assert client.call("ModelService.GetModel", {"name": MODEL})


def test_a_port_in_use(serve_engine):
    first = serve_engine(ScriptedEngine(), grpc_port=0)
    port = int(first.grpc_target.rpartition(":")[2])
    with pytest.raises(OSError, match=r"grpc_port: 127\.0\.0\.1:\d+ cannot be bound: .*in use"):
        serve_engine(ScriptedEngine(), grpc_port=port)
    with connected(first.grpc_target) as client:
        assert client.call("ModelService.GetModel", {"name": MODEL})


class BrokenEngine(ScriptedEngine):
    async def open(self) -> None:
        raise RuntimeError("The model is missing.")


def test_an_engine_that_cannot_be_opened(free_port):
    for _ in range(2):  # the first server does not keep the port
        with pytest.raises(RuntimeError, match=r"The model is missing\."):
            LocalServer(BrokenEngine(), grpc_port=free_port).start()


def test_grpc_is_opened_once(gemini):
    targets: list[str] = []
    threads = [threading.Thread(target=lambda: targets.append(gemini.grpc_target)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert targets == [gemini.grpc_target] * 5


def test_invalid_settings():
    with pytest.raises(ValueError, match="grpc_port: expected a number between 0 and 65535, not 65536"):
        LocalServer(ScriptedEngine(), grpc_port=65536)
    with pytest.raises(ValueError, match="grpc_port: expected another port than that of REST, 8090"):
        LocalServer(ScriptedEngine(), port=8090, grpc_port=8090)
    with pytest.raises(ValueError, match="grpc_tls: needs grpc_port"):
        LocalServer(ScriptedEngine(), grpc_tls=True)


def test_a_server_without_grpc(serve_engine):
    server = serve_engine(ScriptedEngine())
    assert server.grpc_target is None
    server.stop()
    with pytest.raises(RuntimeError, match="the server does not run"):
        server.open_grpc()


_WITHOUT_EXTRA = "import sys; sys.modules['grpc'] = None; from genai_local import cli; cli.main()"


def test_without_the_extra():
    options = ["serve", "--engine", "scripted", "--port", "0", "--grpc-port", "0"]
    command = [sys.executable, "-c", _WITHOUT_EXTRA, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S)
    assert done.returncode == 1
    assert done.stderr == "Error: grpc_port: gRPC requires pip install 'genai-local[grpc]'; not installed: grpc.\n"


def test_without_grpc_its_packages_are_not_loaded():
    code = (
        "import sys; from genai_local.testing import ScriptedGemini\n"
        "with ScriptedGemini(): print([name for name in sys.modules if name in ('grpc', 'google.protobuf')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=WAIT_S)
    assert done.stdout == "[]\n", done.stderr


# The end


def test_stop_ends_streams(serve_engine):
    engine = EndlessEngine()
    server = serve_engine(engine, grpc_port=0)
    with connected(server.grpc_target) as client:
        stream = client.open(prompt("x"))
        next(stream)
        assert server.stop()
        assert engine.ended == 1
        assert error_from(texts, stream).code() is Code.UNAVAILABLE
        assert error_from(client.call, GENERATE, prompt("x")).code() is Code.UNAVAILABLE


def test_stop_waits_for_calls(gemini, serve_engine):
    from genai_local.scripting.script import Script

    script = Script()
    script.on("story").stream(["a"] * 5, interval_s=0.1)
    server = serve_engine(ScriptedEngine(script), grpc_port=0)
    with connected(server.grpc_target) as client:
        stream = client.open(prompt("story"))
        next(stream)
        ended: list[bool] = []
        stopping = threading.Thread(target=lambda: ended.append(server.stop(WAIT_S)))
        stopping.start()
        assert texts(stream) == ["a"] * 4
        stopping.join(WAIT_S)
        assert ended == [True]


def test_stop_gives_calls_up_after_the_time_of_grace(serve_engine):
    engine = EndlessEngine()
    server = serve_engine(engine, grpc_port=0)
    with connected(server.grpc_target) as client:
        stream = client.open(prompt("x"))
        next(stream)
        stopping = threading.Thread(target=server.stop, args=(0.3,))
        stopping.start()
        assert error_from(texts, stream).code() is Code.UNAVAILABLE
        stopping.join(WAIT_S)
        assert engine.ended == 1


def test_reset_ends_calls(gemini, client):
    gemini.on("endless").stream(["and so on "] * 10_000, interval_s=0.01)
    stream = client.open(prompt("endless"))
    next(stream)
    assert gemini.connections_open == 1
    gemini.reset()
    assert error_from(texts, stream).code() is Code.UNAVAILABLE
    assert client.call(GENERATE, prompt("x"))


def test_the_command(tmp_path):
    options = [
        "serve",
        "--engine",
        "scripted",
        "--port",
        "0",
        "--grpc-port",
        "0",
        "--grpc-tls",
        "--data",
        str(tmp_path),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "genai_local.cli", *options],
        env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    too_late = threading.Timer(WAIT_S, process.kill)
    too_late.start()
    try:
        assert process.stdout
        banner = ""
        while "api_endpoint" not in banner:
            line = process.stdout.readline()
            assert line, banner
            banner += line
        target = re.search(r"gRPC at (\S+), with TLS", banner)
        authority = re.search(r"export GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=(\S+)", banner)
        assert target
        assert authority
        with connected(target[1], Path(authority[1])) as client:
            assert client.call(GENERATE, prompt("x"))
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=WAIT_S)
        assert (process.returncode, errors) == (0, "Stopping.\n")
    finally:
        too_late.cancel()
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=WAIT_S)


def test_the_number_of_calls_is_limited(serve_engine, monkeypatch):
    monkeypatch.setattr(rpc_server, "_FURTHER_CALLS", 1)
    engine = EndlessEngine()
    server = serve_engine(engine, max_running=1, max_waiting=1, grpc_port=0)
    with connected(server.grpc_target) as client:
        never = threading.Event()

        def wait() -> Iterator[bytes]:
            never.wait(WAIT_S)
            yield b""

        call = client.channel.stream_unary(method_named(GENERATE).path)
        waiting = [call.future(wait(), timeout=WAIT_S) for _ in range(3)]
        until(lambda: len(server.connections()) == 3)
        assert error_from(client.call, GENERATE, prompt("x")).code() is Code.RESOURCE_EXHAUSTED
        for each in waiting:
            each.cancel()
        never.set()
        until(lambda: not server.connections())
        until(lambda: is_answered(client))


def is_answered(client: GrpcClient) -> bool:
    try:
        return bool(client.call("ModelService.ListModels"))
    except grpc.RpcError:
        return False


def test_an_unread_stream_does_not_delay_the_end(serve_engine):
    engine = EndlessEngine(1_000_000)
    server = serve_engine(engine, grpc_port=0)
    with connected(server.grpc_target) as client:
        stream = client.open(prompt("x"))
        next(stream)
        assert server.stop()
        assert engine.ended == 1
        assert error_from(texts, stream).code() in (Code.UNAVAILABLE, Code.CANCELLED)


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_other_addresses_of_this_machine(serve_engine, host):
    server = serve_engine(ScriptedEngine(), host=host, grpc_port=0)
    with connected(server.grpc_target) as client:
        assert client.call("ModelService.GetModel", {"name": MODEL})
