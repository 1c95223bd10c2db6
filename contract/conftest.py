"""Fixtures of the contract tests: a recording server, clients of either backend that call it, and no environment settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import google.auth.credentials
import pytest

from google import genai

from .recorder import Recorder, RecordingServer

_PREFIXES = ("GOOGLE_", "GEMINI_", "SSL_CERT_")


class StandingToken(google.auth.credentials.Credentials):
    """Credentials whose token never expires."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "token"  # noqa: S105

    def refresh(self, request: object) -> None:
        raise AssertionError("a token that never expires was refreshed")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _recording_server() -> Iterator[RecordingServer]:
    server = RecordingServer()
    yield server
    server.close()


@pytest.fixture
def recorder(_recording_server: RecordingServer) -> Recorder:
    """The recording server, without any recorded requests."""
    _recording_server.recorder.requests.clear()
    _recording_server.recorder.answer(b"{}")
    return _recording_server.recorder


@pytest.fixture
def new_client(recorder: Recorder) -> Iterator[Callable[[str], genai.Client]]:
    """A function that creates a client of a backend for the recording server."""
    made: list[genai.Client] = []

    def new(backend: str) -> genai.Client:
        options: Any = {"base_url": recorder.url}
        if backend == "gemini":
            client = genai.Client(api_key="key", http_options=options)
        else:
            client = genai.Client(
                vertexai=True, project="p1", location="l1", credentials=StandingToken(), http_options=options
            )
        made.append(client)
        return client

    yield new
    for client in made:
        client.close()
