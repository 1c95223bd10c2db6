"""A service for live sessions in the test's own event loop: a test writes what it does on each connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from google import genai

KEY = "AIza-secret-key-of-the-test"


class Talk:
    """One connection, seen from the service."""

    def __init__(self, websocket: ServerConnection) -> None:
        self.websocket = websocket
        self.received: list[dict[str, Any]] = []
        """Messages of the client after the setup."""

    @property
    def path(self) -> str:
        assert self.websocket.request is not None
        return self.websocket.request.path

    @property
    def headers(self) -> dict[str, str]:
        assert self.websocket.request is not None
        return {name.lower(): value for name, value in self.websocket.request.headers.raw_items()}

    async def setup(self, **complete: Any) -> dict[str, Any]:
        """Read the setup and confirm it."""
        message = json.loads(await self.websocket.recv())
        await self.send(setupComplete=complete)
        return message["setup"]

    async def send(self, **message: Any) -> None:
        """Send a message in a binary frame, as the service does."""
        await self.websocket.send(json.dumps(message).encode())

    async def receive(self) -> dict[str, Any]:
        """Return the next message of the client."""
        message = json.loads(await self.websocket.recv())
        self.received.append(message)
        return message

    async def say(self, text: str, *, complete: bool = True) -> None:
        """Send a turn of the model."""
        await self.send(serverContent={"modelTurn": {"parts": [{"text": text}]}})
        if complete:
            await self.send(serverContent={"turnComplete": True})

    def drop(self) -> None:
        """Break the connection without a closing handshake."""
        self.websocket.transport.abort()

    async def until_closed(self) -> None:
        """Read to the end of the connection."""
        while True:
            await self.receive()


Behaviour = Callable[[Talk], Awaitable[None]]


class Service:
    """The service. Connections use the behaviours in order; the last one stays."""

    def __init__(self) -> None:
        self.behaviours: list[Behaviour] = [echo]
        self.talks: list[Talk] = []
        self.server: Server | None = None
        self.tasks: list[asyncio.Task[None]] = []

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{next(iter(self.server.sockets)).getsockname()[1]}/"

    def client(self, *, vertexai: bool = False, **options: Any) -> genai.Client:
        """Return a client of the service."""
        options.setdefault("base_url", self.url)
        return genai.Client(api_key=KEY, vertexai=vertexai, http_options=options)

    def behaves(self, *behaviours: Behaviour) -> None:
        """Set what the service does on its next connections."""
        self.behaviours = list(behaviours)

    async def handle(self, websocket: ServerConnection) -> None:
        """Serve one connection."""
        talk = Talk(websocket)
        self.talks.append(talk)
        behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
        task = asyncio.ensure_future(behaviour(talk))
        self.tasks.append(task)
        try:
            await task
        except (ConnectionClosed, asyncio.CancelledError, AssertionError):  # the fixture raises the last one
            pass

    async def end(self) -> None:
        """Break all connections, and end what the service does on them."""
        for talk in self.talks:
            talk.drop()
        for task in self.tasks:
            task.cancel()
        outcomes = await asyncio.gather(*self.tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, AssertionError):
                raise outcome


async def echo(talk: Talk) -> None:
    """Confirm the setup, and repeat each text as a turn of the model."""
    await talk.setup(sessionId="s1")
    while True:
        message = await talk.receive()
        if "realtimeInput" in message and "text" in message["realtimeInput"]:
            await talk.say(message["realtimeInput"]["text"])
        elif message.get("clientContent", {}).get("turnComplete"):
            turns = message["clientContent"].get("turns") or [{"parts": [{"text": ""}]}]
            await talk.say(turns[-1]["parts"][0]["text"])


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A service for live sessions that repeats what it hears, unless the test says something else."""
    service = Service()
    async with serve(service.handle, "127.0.0.1", 0, max_size=None, close_timeout=0.5) as server:
        service.server = server
        yield service
        await service.end()
    leftover = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and "Link" in repr(task)]
    assert not leftover
