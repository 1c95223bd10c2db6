"""Fixtures: clients that record to a folder of the test and replay from it, over each transport, and a network that is closed."""

from __future__ import annotations

import asyncio
import json
import operator
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import google.auth
import pytest

from google import genai
from google.genai._interactions import flows
from google.genai._replay import session as sessions
from google.genai.client import DebugConfig

from ..live.conftest import service as service
from ..transport.drivers import ENGINES, KINDS, use_library

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

MODEL = "gemini-2.5-flash"
KEY = "AIzaSyA-for-nobodys-eyes-but-the-service"
QUICK: dict[str, Any] = {"attempts": 4, "initial_delay": 0.001, "max_delay": 0.002, "jitter": 0}
"""Retries without noticeable pauses."""


@pytest.fixture(autouse=True)
def _has_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "_has_warned", True)


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions of the environment last as long as the process; each test has its own."""
    monkeypatch.setattr(sessions, "_of_process", {})


class Recorded:
    """Clients of one recording.

    Args:
      folder: The folder of recordings.
      gemini: The service.
      kind: How calls are sent: a name of `drivers.KINDS`.
    """

    def __init__(self, folder: Path, gemini: ScriptedGemini, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.gemini = gemini
        self.is_async = KINDS[kind].is_async
        self._monkeypatch = monkeypatch
        self._clients: list[genai.Client] = []

    @property
    def path(self) -> Path:
        return self.folder / "a" / "recording.json"

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """The exchanges in the file."""
        return json.loads(self.path.read_text())["exchanges"]

    def client(self, mode: str, replay_id: str = "a/recording", **arguments: Any) -> genai.Client:
        """Return a client in a mode."""
        options = dict(arguments.pop("http_options", {}))
        if mode != "replay":
            options["base_url"] = self.gemini.url
        speed = arguments.pop("speed", None)
        given = {"replay_speed": speed} if speed is not None else {}
        config = DebugConfig(client_mode=mode, replay_id=replay_id, replays_directory=str(self.folder), **given)
        if mode != "replay" and not arguments:
            arguments["api_key"] = KEY
        client = genai.Client(debug_config=config, http_options=options, **arguments)
        self._clients.append(client)
        return client

    async def use(self, client: genai.Client, method: str, /, *arguments: Any, **named: Any) -> Any:
        """Call a method of a client by its name, blocking or awaited; a stream is read to its end."""
        root = client.aio if self.is_async else client
        result = operator.attrgetter(method)(root)(*arguments, **named)
        if asyncio.iscoroutine(result):
            result = await result
        if hasattr(result, "__anext__") or hasattr(result, "__next__"):
            return await self.read(result)
        return result

    async def read(self, stream: Any) -> list[Any]:
        return [each async for each in stream] if hasattr(stream, "__anext__") else list(stream)

    async def close(self, client: genai.Client) -> None:
        """Close both sides of a client."""
        await client.aio.aclose()
        client.close()

    async def twice(self, program: Callable[[genai.Client], Any], **arguments: Any) -> tuple[Any, Any]:
        """Return the outcomes of a program: with the service while it is recorded, and replayed without any network."""
        client = self.client("record", **dict(arguments))
        first = await _outcome(program, client)
        await self.close(client)
        sent = len(self.gemini.requests)
        self.close_the_network()
        arguments.pop("api_key", None)
        again = self.client("replay", **arguments)
        second = await _outcome(program, again)
        assert again.recording is not None
        assert again.recording.unused() == []
        await self.close(again)
        assert len(self.gemini.requests) == sent
        return first, second

    def close_the_network(self) -> None:
        """Make every connection, name resolution and use of credentials from now on an error."""

        def refuse(*arguments: Any, **named: Any) -> Any:
            raise AssertionError(f"a replay used the network: {arguments!r}")

        self._monkeypatch.setattr(socket.socket, "connect", refuse)
        self._monkeypatch.setattr(socket.socket, "connect_ex", refuse)
        self._monkeypatch.setattr(socket, "getaddrinfo", refuse)
        self._monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", refuse)
        self._monkeypatch.setattr(google.auth, "default", refuse)


async def _outcome(program: Callable[[genai.Client], Any], client: genai.Client) -> Any:
    try:
        return await program(client)
    except Exception as error:
        return error


@pytest.fixture(params=ENGINES)
def recorded(
    request: pytest.FixtureRequest, tmp_path: Path, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch
) -> Recorded:
    """Clients that record and replay, over each transport."""
    use_library(request.param, monkeypatch)
    return Recorded(tmp_path, gemini, request.param, monkeypatch)


@pytest.fixture
def one(tmp_path: Path, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Clients that record and replay, over the transport of blocking calls."""
    return Recorded(tmp_path, gemini, "sync-httpx2", monkeypatch)
