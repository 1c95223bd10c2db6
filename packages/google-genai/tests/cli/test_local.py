"""`--local`, `serve` and `doctor`: a server that runs is used, otherwise one is started and stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from google.genai._cli import local


@pytest.fixture
def nothing_runs(environment, monkeypatch) -> None:
    """No local server is known, and one that is started gets a free port."""
    monkeypatch.delenv("GENAI_LOCAL_URL")
    monkeypatch.setattr(local, "DEFAULT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(local, "_is_free", lambda port: False)


def test_a_given_server_is_used_without_a_key(genai, gemini, environment, monkeypatch) -> None:
    monkeypatch.setenv("GENAI_LOCAL_URL", gemini.url)
    for arguments in (
        ["--local", "Hello there"],
        ["generate", "Hello there", "--local"],
        ["--local", "models", "list"],
    ):
        result = genai(*arguments)
        assert (result.code, result.err) == (0, "")
    assert genai("logs", "list", "--json").json[0]["backend"] == "local"


def test_a_given_server_that_does_not_answer_is_5(genai, environment) -> None:
    result = genai("--local", "Hello there")
    assert result.code == 5
    assert "GENAI_LOCAL_URL=http://127.0.0.1:9: no local server answers there." in result.err


def test_a_server_is_started_reused_and_stopped(genai, nothing_runs, user, monkeypatch) -> None:
    monkeypatch.setattr(local, "_engine", lambda: "scripted")
    assert genai("serve", "--status").code == 1
    first = genai("Hello there", "--local")
    try:
        assert (first.code, first.out) == (0, "This is a scripted reply to: Hello there\n")
        assert first.err.startswith(
            "Starting genai-local with the engine scripted ...\ngenai-local answers at http://127.0.0.1:"
        )
        assert "genai-local pull smollm2" in first.err
        second = genai("Hello there", "--local")
        assert (second.code, second.err) == (0, "")
        status = genai("serve", "--status")
        assert "started by --local" in status.out
        state = json.loads((user / "local.json").read_text())
        assert state["url"] in genai("doctor", "--local").out
    finally:
        stopped = genai("serve", "--stop")
    assert stopped.err == f"Stopped: {state['url']}\n"
    assert not local.answers(state["url"])
    assert genai("serve", "--stop").err == "No server that --local started is running.\n"


def test_a_server_that_cannot_start_shows_its_last_words(genai, nothing_runs, monkeypatch) -> None:
    monkeypatch.setattr(local, "_engine", lambda: "no-such-engine")
    result = genai("Hello there", "--local")
    assert result.code == 5
    assert "genai-local did not start:" in result.err
    assert "no-such-engine" in result.err


def test_without_genai_local_the_pip_command_is_named(genai, nothing_runs, monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = genai("Hello there", "--local")
    assert result.code == 2
    assert "pip install './packages/genai-local[llama]'" in result.err


@pytest.mark.parametrize("url", ["", "no-address", "http://127.0.0.1:9"])
def test_addresses_without_a_server(url: str) -> None:
    assert not local.answers(url)


def test_serve_ends_with_ctrl_c(environment, tmp_path) -> None:
    log = tmp_path / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "google.genai._cli.main", "serve", "--engine", "scripted", "--port", "0"],
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 30
        while "answers at" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.kill()
    assert "Stopping." in log.read_text()


def test_doctor(genai, service, user, work) -> None:
    result = genai("doctor")
    assert result.code == 0, result.out
    assert f"settings     {user / 'config.toml'} (does not exist), profile default" in result.out
    assert "API key …6789 from GOOGLE_API_KEY" in result.out
    assert f"{service.url} (from GOOGLE_GEMINI_BASE_URL)" in result.out
    assert "✓ call         models/gemini-2.5-flash answers" in result.out
    assert "google-genai 2.34.0" in result.out
    assert "at most 100 at once" in result.out
    checks = genai("doctor", "--json", "--offline").json
    assert {"settings", "service", "credentials", "limits", "python", "packages"} <= {each["check"] for each in checks}


def test_doctor_finds_what_is_wrong(genai, service, monkeypatch) -> None:
    service.fail(403, message="No.", times=5)
    refused = genai("doctor")
    assert refused.code == 5
    assert "✗ call" in refused.out
    assert "The key of GOOGLE_API_KEY was sent to the Gemini Developer API." in refused.out
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example:3128")
    monkeypatch.delenv("GOOGLE_API_KEY")
    missing = genai("doctor")
    assert missing.code == 2
    assert "No API key." in missing.out
    assert "HTTPS_PROXY=http://proxy.example:3128" in missing.out
    assert "secret" not in missing.out
