"""SIGTERM and Ctrl-C: requests in progress are answered, new ones are refused, and batches continue on the next server."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from genai_local.certificates import own_certificate

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")

GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"
STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
BATCH = "/v1beta/models/gemini-2.5-flash:batchGenerateContent"
LIMIT_S = 30.0

# Answers take as many tenths of a second as the prompt says; those to `batch` wait for the file named in GATE.
_SERVER = """
import asyncio, os, sys
from pathlib import Path
from genai_local import cli
from genai_local.engines import Piece, text_of
from genai_local.engines.scripted import ScriptedEngine

async def generate(self, request):
    text = text_of(request.prompt.contents[-1])
    os.write(1, f"working on {text}\\n".encode())
    if text.startswith("batch"):
        while not Path(os.environ["GATE"]).exists():
            await asyncio.sleep(0.01)
    else:
        for _ in range(int(text)):
            yield Piece(parts=[{"text": "."}])
            await asyncio.sleep(0.1)
    yield Piece(parts=[{"text": "done"}], finish_reason="STOP")

ScriptedEngine.generate = generate
cli.main()
"""


class Served:
    """The command `genai-local serve` in a process of its own."""

    def __init__(self, folder: Path, verify, *options: str) -> None:
        command = [sys.executable, "-c", _SERVER, "serve", "--engine", "scripted", "--port", "0"]
        self.process = subprocess.Popen(
            [*command, "--data", str(folder / "data"), "--operation-s", "0", *options],
            env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", "GATE": str(folder / "gate")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        address = re.search(r"https?://[\w.]+:\d+", self.wait_for("://127.0.0.1"))
        assert address is not None
        self.wait_for("unset GOOGLE_CLOUD_PROJECT")  # the last line of the banner
        self.http = httpx2.Client(base_url=address[0], timeout=LIMIT_S, verify=verify)

    def wait_for(self, words: str) -> str:
        assert self.process.stdout
        too_late = threading.Timer(LIMIT_S, self.process.kill)
        too_late.start()
        try:
            for line in self.process.stdout:
                if words in line:
                    return line
        finally:
            too_late.cancel()
        raise AssertionError(f"the server ended, or the time was over, before it said {words}")

    def ask(self, path: str, text: str) -> tuple[threading.Thread, list[httpx2.Response | httpx2.HTTPError]]:
        """Send a request in a thread, and return once the engine works on it."""
        answers: list[httpx2.Response | httpx2.HTTPError] = []

        def call() -> None:
            try:
                answers.append(self.http.post(path, json={"contents": [{"parts": [{"text": text}]}]}))
            except httpx2.HTTPError as error:
                answers.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        self.wait_for(f"working on {text}")
        return thread, answers

    def end(self) -> tuple[int, str]:
        """Wait for the end and return the exit code and the error output."""
        _, errors = self.process.communicate(timeout=LIMIT_S)
        self.http.close()
        return self.process.returncode, errors


@pytest.fixture
def serve(tmp_path, no_tls) -> Iterator[Callable[..., Served]]:
    servers: list[Served] = []

    def start(*options: str) -> Served:
        verify = no_tls
        if "--tls" in options:
            folder = tmp_path / "data" / "tls"
            folder.mkdir(parents=True)
            verify = ssl.create_default_context(cafile=str(own_certificate(folder, []).authority))
        servers.append(Served(tmp_path, verify, *options))
        return servers[-1]

    yield start
    for served in servers:
        if served.process.poll() is None:
            served.process.kill()
            served.end()


@pytest.mark.parametrize(
    ("number", "options"), [(signal.SIGTERM, ()), (signal.SIGINT, ()), (signal.SIGTERM, ("--tls",))]
)
def test_requests_in_progress_are_answered_and_new_ones_are_refused(serve, number, options):
    served = serve(*options)
    whole, answers = served.ask(GENERATE, "10")
    streamed, chunks = served.ask(STREAM, "12")
    served.process.send_signal(number)
    time.sleep(0.4)
    with pytest.raises(httpx2.ConnectError):
        served.http.post(GENERATE, json={"contents": [{"parts": [{"text": "0"}]}]})
    whole.join()
    streamed.join()
    assert answers[0].json()["candidates"][0]["content"]["parts"][0]["text"] == "." * 10 + "done"
    assert chunks[0].text.count("data: ") == 13
    assert served.end() == (0, "Stopping.\n")


def test_requests_that_take_longer_are_given_up(serve):
    served = serve("--grace-s", "0.5")
    thread, answers = served.ask(GENERATE, "1000")
    begin = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    assert served.end() == (0, "Stopping.\n")
    assert time.monotonic() - begin < 5
    thread.join()
    assert isinstance(answers[0], httpx2.HTTPError)


def test_a_second_signal_ends_at_once(serve):
    served = serve("--grace-s", "600")
    thread, answers = served.ask(GENERATE, "1000")
    served.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert served.process.poll() is None
    begin = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    assert served.end() == (0, "Stopping.\n")
    assert time.monotonic() - begin < 5
    thread.join()
    assert isinstance(answers[0], httpx2.HTTPError)


def test_a_batch_continues_on_the_next_server(serve, tmp_path):
    first = serve()
    texts = [f"batch {index}" for index in range(6)]
    requests = [{"request": {"contents": [{"parts": [{"text": text}]}]}} for text in texts]
    body = {"batch": {"inputConfig": {"requests": {"requests": requests}}}}
    name = first.http.post(BATCH, json=body).json()["name"]
    first.wait_for("working on batch 3")
    thread, answers = first.ask(GENERATE, "5")
    first.process.send_signal(signal.SIGTERM)
    thread.join()
    assert answers[0].status_code == 200
    assert first.end() == (0, "Stopping.\n")

    second = serve()
    assert second.http.get(f"/v1beta/{name}").json()["metadata"]["state"] == "BATCH_STATE_RUNNING"
    (tmp_path / "gate").touch()
    deadline = time.monotonic() + LIMIT_S
    while not (batch := second.http.get(f"/v1beta/{name}").json()).get("done"):
        assert time.monotonic() < deadline, json.dumps(batch)
        time.sleep(0.02)
    assert batch["metadata"]["batchStats"] == {"requestCount": "6", "successfulRequestCount": "6"}
    second.process.send_signal(signal.SIGTERM)
    assert second.end() == (0, "Stopping.\n")
