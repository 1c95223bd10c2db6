"""Official clients in environments of their own, under `.cache/` of the repository, each run once per surface."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from genai_local import ScriptedGemini

from ..receiving import receiving

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[3] / ".cache" / "clients"
INSTALLATION_LIMIT_S = 600
RUN_LIMIT_S = 120
SURFACES = ("gemini", "express", "project")


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Yield the folder of an environment, to one test process at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield CACHE / name


def run(
    command: list[str], folder: Path, limit_s: float, authority: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program without the keys, proxies and Python settings of the surrounding environment.

    Args:
        command: the program and its arguments.
        folder: the working directory.
        limit_s: how long the program may run.
        authority: the certificate that the program trusts, instead of the system's.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GOOGLE_", "GEMINI_", "PYTHON")) and not name.lower().endswith("_proxy")
    }
    if authority is not None:
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH")
        environment |= dict.fromkeys(names, str(authority))
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=limit_s, check=False
    )


def install(command: list[str], folder: Path, what: str) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=INSTALLATION_LIMIT_S, check=False
    )
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        pytest.skip(f"{what} could not be installed from the package index: {''.join(last)}")


def python_command(name: str, requirement: str, program: str) -> list[str]:
    """Return the command that runs a program with a Python package, which is installed if necessary."""
    with alone(name) as folder:
        python = folder / "bin" / "python"
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            install([str(python), "-m", "pip", "install", "--quiet", requirement], folder, requirement)
            (folder / "complete").touch()
    return [str(python), "-I", str(HERE / f"{program}.py")]


def node_command(name: str, requirement: str, program: str) -> list[str]:
    """Return the command that runs a program with a JavaScript package, which is installed if necessary."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed, so the JavaScript client cannot be tried")
    with alone(name) as folder:
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "package.json").write_text("{}")
            install([npm, "install", "--no-audit", "--no-fund", "--silent", requirement], folder, requirement)
            (folder / "complete").touch()
        shutil.copy(HERE / f"{program}.mjs", folder)  # modules are resolved relative to the program
    return [node, str(folder / f"{program}.mjs")]


CLIENTS = {
    "python-1.51.0": (python_command, "google-genai[aiohttp]==1.51.0"),
    "python-newest": (python_command, "google-genai[aiohttp]"),
    "javascript-newest": (node_command, "@google/genai"),
}

Report = dict[str, Any]


COMBINATIONS = [
    (client, surface)
    for client in CLIENTS
    for surface in SURFACES
    if not (client.startswith("javascript") and surface == "project")  # requires Google Cloud credentials
]


WITH_TLS = [*COMBINATIONS, *((client, "gemini", "tls") for client in CLIENTS)]


@pytest.fixture(scope="session", params=WITH_TLS, ids="-".join)
def report(request: pytest.FixtureRequest) -> Report:
    """The results of one client with a scripted server, on one surface."""
    client, surface, *tls = request.param
    command_of, requirement = CLIENTS[client]
    command = command_of(client, requirement, "program")
    with ScriptedGemini(tls=bool(tls)) as gemini:
        gemini.on("weather").reply("Sunny.")
        gemini.on("story").stream(["Once ", "upon ", "a time."])
        gemini.on("Call the tool").reply({"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}})
        gemini.on(function_response="get_weather").reply(
            lambda asked: (
                f"The tool says: {json.dumps(asked['contents'][-1]['parts'][0]['functionResponse']['response'])}"
            )
        )
        gemini.fail(503, message="Come back later.", times=100, path="gemini-busy")
        gemini.fail(429, message="Too many.", retry_delay_s=2, times=100, path="gemini-exhausted")
        gemini.fail(503, message="It broke.", error_after_chunks=1, times=100, path="gemini-interrupted")
        done = run([*command, gemini.url, surface], CACHE, RUN_LIMIT_S, gemini.authority)
        assert done.returncode == 0, done.stdout + done.stderr
        return {
            "client": client,
            "surface": surface,
            "paths": [request.path for request in gemini.requests],
            **json.loads(done.stdout),
        }


@pytest.fixture(scope="session", params=COMBINATIONS, ids="-".join)
def media_report(request: pytest.FixtureRequest) -> Report:
    """The results of one client for pictures, videos and tuned models, on one surface."""
    client, surface = request.param
    command_of, requirement = CLIENTS[client]
    command = command_of(client, requirement, "media_program")
    with ScriptedGemini() as gemini:
        gemini.operation_polls = 2
        gemini.add_tuned_model("my-model", base_model="gemini-2.5-pro")
        gemini.on("horror").filter("Too much of it.", count=1)
        gemini.on("castle").fail(500, message="No luck.")
        done = run([*command, gemini.url, surface], CACHE, RUN_LIMIT_S)
        assert done.returncode == 0, done.stdout + done.stderr
        return {"client": client, "surface": surface, **json.loads(done.stdout)}


@pytest.fixture(scope="session", params=WITH_TLS, ids="-".join)
def files_report(request: pytest.FixtureRequest) -> Report:
    """The results of one client for files and cached contents, on one surface."""
    client, surface, *tls = request.param
    command_of, requirement = CLIENTS[client]
    command = command_of(client, requirement, "files_program")
    with ScriptedGemini(tls=bool(tls)) as gemini:
        gemini.file_polls = 1
        gemini.fail_files("Not a film.", match="slow")
        done = run([*command, gemini.url, surface], CACHE, RUN_LIMIT_S, gemini.authority)
        assert done.returncode == 0, done.stdout + done.stderr
        return {"client": client, "surface": surface, **json.loads(done.stdout)}


@pytest.fixture(scope="session", params=COMBINATIONS, ids="-".join)
def jobs_report(request: pytest.FixtureRequest) -> Report:
    """The results of one client for batches, tuning, file search and auth tokens, on one surface."""
    client, surface = request.param
    command_of, requirement = CLIENTS[client]
    command = command_of(client, requirement, "jobs_program")
    with ScriptedGemini() as gemini:
        gemini.on("weather").reply("Sunny.")
        gemini.on("broken").fail(500, message="It broke.")
        gemini.on("towers").reply("Seven towers.")
        gemini.put_object("gs://bucket/in.jsonl", b'{"request": {"contents": [{"parts": [{"text": "x"}]}]}}\n{}\n')
        example = {"contents": [{"role": "user", "parts": [{"text": "apple"}]}]}
        example["contents"].append({"role": "model", "parts": [{"text": "fruit"}]})
        gemini.put_object("gs://bucket/examples.jsonl", json.dumps(example).encode())
        done = run([*command, gemini.url, surface], CACHE, RUN_LIMIT_S)
        assert done.returncode == 0, done.stdout + done.stderr
        return {"client": client, "surface": surface, **json.loads(done.stdout)}


@pytest.fixture(scope="session", params=CLIENTS)
def music_report(request: pytest.FixtureRequest) -> Report:
    """The results of one client for live music."""
    command_of, requirement = CLIENTS[request.param]
    command = command_of(request.param, requirement, "music_program")
    with ScriptedGemini(tls=True) as gemini:
        done = run([*command, gemini.url], CACHE, RUN_LIMIT_S, gemini.authority)
        assert done.returncode == 0, done.stdout + done.stderr
        return {"client": request.param, **json.loads(done.stdout)}


@pytest.fixture(scope="session")
def player() -> list[str]:
    """The command that decodes a video file with FFmpeg's libraries and prints its properties as JSON."""
    return python_command("player", "av", "player")


@pytest.fixture(scope="session", params=COMBINATIONS, ids="-".join)
def live_report(request: pytest.FixtureRequest) -> Report:
    """The results of one client for Live sessions, on one surface; the clients only speak TLS."""
    client, surface = request.param
    command_of, requirement = CLIENTS[client]
    command = command_of(client, requirement, "live_program")
    with ScriptedGemini(tls=True) as gemini:
        gemini.on("weather").reply("Sunny.")
        gemini.on("story").stream(["Once ", "upon ", "a time."])
        gemini.on("endless").stream(["and so on "] * 500, interval_s=0.05)
        gemini.on("Call the tool").reply({"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}})
        gemini.on(function_response="get_weather").reply("The sky is clear.")
        gemini.on(lambda asked: len(asked["contents"]) == 3).reply("You are Ada.")
        gemini.on(lambda asked: "inlineData" in asked["contents"][-1]["parts"][0]).reply("I hear you.")
        gemini.live.on_setup(lambda setup: "gemini-closed" in setup["model"]).close(1011, "It broke.")
        done = run([*command, gemini.url, surface], CACHE, RUN_LIMIT_S, gemini.authority)
        assert done.returncode == 0, done.stdout + done.stderr
        paths = [session.path for session in gemini.live.sessions]
        return {"client": client, "surface": surface, "paths": paths, **json.loads(done.stdout)}


@pytest.fixture(scope="session", params=SURFACES)
def interactions_report(request: pytest.FixtureRequest) -> Report:
    """The results of the newest Python client for interactions, on one surface; 1.51.0 does not have them."""
    command_of, requirement = CLIENTS["python-newest"]
    command = command_of("python-newest", requirement, "interactions_program")
    with ScriptedGemini() as gemini:
        gemini.on("weather").reply("Sunny.")
        gemini.on("story").stream(["Once ", "upon ", "a time."])
        gemini.on("endless").stream(["and so on "] * 1000, interval_s=0.05)
        gemini.on("think").reply([{"text": "hm", "thought": True}, "Yes."])
        gemini.on("Call the tool").reply({"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}})
        gemini.on(function_response="get_weather").reply("It is warm.")
        gemini.on("cut").stream(["one ", "two"], finish_reason="SAFETY")
        gemini.on("busy").fail(403, message="Not now.")
        done = run([*command, gemini.url, request.param], CACHE, RUN_LIMIT_S)
        assert done.returncode == 0, done.stdout + done.stderr
        paths = [asked.path for asked in gemini.requests]
        return {"surface": request.param, "paths": paths, **json.loads(done.stdout)}


@pytest.fixture(scope="session", params=SURFACES)
def collections_report(request: pytest.FixtureRequest) -> Report:
    """The results of the newest Python client for agents, environments and other collections, on one surface."""
    command_of, requirement = CLIENTS["python-newest"]
    command = command_of("python-newest", requirement, "collections_program")
    with ScriptedGemini() as gemini, receiving() as receiver:
        gemini.on("weather").reply("Sunny.")
        begun = {"content": {"role": "model", "parts": [{"text": "On "}]}, "continuationToken": "dG9rZW4="}
        gemini.on(lambda asked: "continuationToken" in asked).reply("and on.")
        gemini.on("endless").reply({"candidates": [begun]})
        done = run([*command, gemini.url, request.param, receiver.url], CACHE, RUN_LIMIT_S)
        assert done.returncode == 0, done.stdout + done.stderr
        report: Report = json.loads(done.stdout)
        received = receiver.wait_for(2)
        secrets: list[str] = report["webhooks"]["secrets"]
        signed = [[receiver.is_signed(index, secret) for secret in secrets] for index in range(2)]
        paths = [asked.path for asked in gemini.requests]
        return {"surface": request.param, "paths": paths, "received": received, "signed": signed, **report}


GRPC_CLIENT = "google-ai-generativelanguage==0.12.1"
TRANSPORTS = [
    *(("grpc", "tls"), ("grpc", "clear-text"), ("grpc_asyncio", "tls"), ("grpc_asyncio", "clear-text")),
    *(("rest", "tls"), ("rest", "clear-text")),
]


def upload_texts(gemini: ScriptedGemini) -> None:
    """Upload two files, which gRPC cannot do."""
    trusted = ssl.create_default_context(cafile=gemini.authority and str(gemini.authority))
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    for _ in range(2):
        url = f"{gemini.url}/upload/v1beta/files"
        httpx2.post(url, content=b"hello", headers=headers, verify=trusted).raise_for_status()


@pytest.fixture(scope="session", params=TRANSPORTS, ids="-".join)
def grpc_report(request: pytest.FixtureRequest) -> Report:
    """The results of the official low-level client, over one transport."""
    transport, security = request.param
    command = python_command("generativelanguage-0.12.1", GRPC_CLIENT, "grpc_program")
    with ScriptedGemini(tls=security == "tls") as gemini:
        gemini.add_tuned_model("my-model", base_model="gemini-2.5-pro")
        upload_texts(gemini)
        gemini.on("weather").reply("Sunny.")
        gemini.on("story").stream(["Once ", "upon ", "a time."])
        gemini.on("endless").stream(["and so on "] * 500, interval_s=0.05)
        gemini.on("Call the tool").reply({"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}})
        gemini.on("busy").fail(403, message="Not now.")
        target = gemini.url if transport == "rest" else gemini.grpc_target
        options = ["insecure"] if security == "clear-text" and transport != "rest" else []
        done = run([*command, transport, target, *options], CACHE, RUN_LIMIT_S, gemini.authority)
        assert done.returncode == 0, done.stdout + done.stderr
        gemini.wait_until_idle()
        asked = [request for request in gemini.requests if not request.path.startswith("/upload/")]
        agents = {request.headers.get("x-goog-api-client", "") for request in asked}
        keys = {request.headers.get("x-goog-api-key") for request in asked}
        return {"transport": transport, "security": security, "agents": agents, "keys": keys, **json.loads(done.stdout)}
