"""Fixtures for the command line: a runner in this process, folders of its own, and a local server as the service."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from google.genai._cli.program import run

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

KEY = "AIzaSecretKeyForTests0123456789"


@dataclass
class Result:
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str
    raw: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal(io.TextIOWrapper):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of the run."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """The folder for configuration and data; it does not exist at first."""
    return tmp_path / "user"


@pytest.fixture
def environment(work: Path, user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment with folders of the test, and without a key and a service."""
    for name in list(os.environ):
        if name.startswith("GENAI_") or name in ("NO_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GENAI_USER_FOLDER", str(user))
    monkeypatch.setenv("GENAI_LOCAL_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr("google.genai._cli.resources.POLL_S", 0.01)


@pytest.fixture
def service(gemini: ScriptedGemini, environment: None, monkeypatch: pytest.MonkeyPatch) -> ScriptedGemini:
    """The scripted server, as the service that the command line calls with the key `KEY`."""
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    return gemini


@pytest.fixture
def genai(environment: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A function that runs the command line in this process: arguments, stdin as text or bytes, or a terminal."""

    def call(*arguments: str, stdin: str | bytes = b"", terminal: str | None = None) -> Result:
        given = (
            (terminal or "").encode() if terminal is not None else stdin.encode() if isinstance(stdin, str) else stdin
        )
        cls = Terminal if terminal is not None else io.TextIOWrapper
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", cls(io.BytesIO(given), "utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = run(list(arguments))
        out.flush()
        err.flush()
        raw = out.buffer.getvalue()
        return Result(code, raw.decode(errors="replace"), err.buffer.getvalue().decode(), raw)

    return call


@pytest.fixture
def process(environment: None, work: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """A function that runs the command line in a process of its own."""

    def call(*arguments: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "google.genai._cli.main", *arguments],
            input=stdin,
            capture_output=True,
            env={**os.environ, **env},
            timeout=60,
            check=False,
        )

    return call


def answer_id(result: Result) -> str:
    """Return the first id in a list of the log."""
    found = re.match(r"[0-9a-f]{19}", result.out)
    assert found, result.out
    return found[0]
