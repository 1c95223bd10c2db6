"""Fixtures for all tests: clients of the local server on both backends, and an environment without outside settings."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import google.auth.credentials
import hypothesis
import pytest

from google import genai

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")

_PREFIXES = ("GOOGLE_", "GEMINI_", "SSL_CERT_")


class StandingToken(google.auth.credentials.Credentials):
    """Credentials whose token never expires."""

    def __init__(self, token: str = "token") -> None:
        super().__init__()
        self.token = token

    def refresh(self, request: object) -> None:
        raise AssertionError("a token that never expires was refreshed")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def standing_token() -> StandingToken:
    """Credentials whose token never expires."""
    return StandingToken()


@pytest.fixture
def new_client(gemini: ScriptedGemini) -> Iterator[Callable[..., genai.Client]]:
    """A function that creates a client of the local server for a backend, with HTTP options."""
    made: list[genai.Client] = []

    def new(backend: str = "gemini", **options: Any) -> genai.Client:
        options.setdefault("base_url", gemini.url)
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


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """A function that calls a method of a client by its name (`models.generate_images`), blocking or awaited."""

    async def call(client: genai.Client, method: str, /, *arguments: Any, **named: Any) -> Any:
        if request.param == "sync":
            return operator.attrgetter(method)(client)(*arguments, **named)
        return await operator.attrgetter(method)(client.aio)(*arguments, **named)

    return call


@pytest.fixture(params=["gemini", "vertex"])
def client(request: pytest.FixtureRequest, new_client: Callable[..., genai.Client]) -> genai.Client:
    """A client of each backend in turn."""
    return new_client(request.param)
