"""Thousands of connections that break at random moments, in one session: all input arrives exactly once and in order, every
text is answered, and nothing is left behind.

The service is in the same process. It sends the index of the last message that a handle covers, as Vertex AI does; when a session
resumes, it forgets what came after the handle.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from google import genai
from google.genai import live, types

from .conftest import KEY, Talk

_RESUMPTION: dict[str, Any] = {"initial_delay": 0.001, "max_delay": 0.005, "jitter": 0.001, "attempts": 100}
_CONFIG: types.LiveConnectConfigDict = {"automatic_resumption": _RESUMPTION}  # type: ignore[typeddict-item]
_IN_FLIGHT = 3
"""The most texts that wait for an answer."""
_MOMENTS = ("at once", "unread", "read", "in the answer", "answered", "confirmed")
_MAX_GROWTH_MB = 8.0


class Breaking:
    """A service that breaks each connection after a few messages, until it has broken the wanted number of them."""

    def __init__(self, drops: int, seed: int) -> None:
        self.heard: list[str] = []
        self.drops_left = drops
        self._random = random.Random(seed)

    async def handle(self, websocket: ServerConnection) -> None:
        """Serve one connection."""
        try:
            await self._serve(Talk(websocket))
        except ConnectionClosed:
            pass

    async def _serve(self, talk: Talk) -> None:
        setup = await talk.setup()
        handle = setup["sessionResumption"].get("handle")
        del self.heard[int(handle) if handle else 0 :]
        await self._confirm(talk, 0)
        moment, left = self._random.choice(_MOMENTS), self._random.randrange(4)
        index = 0
        while True:
            breaks = left == 0 and self.drops_left > 0
            if breaks and moment == "at once":
                break
            if breaks and moment == "unread":
                await asyncio.sleep(0.001)
                break
            message = await talk.receive()
            talk.received.clear()
            index, left = index + 1, max(0, left - 1)
            breaks = left == 0 and self.drops_left > 0
            if breaks and moment == "read":
                break
            given = message["realtimeInput"]
            self.heard.append(given.get("text") or given["audio"]["data"])
            if "text" in given:
                await talk.say(given["text"], complete=not (breaks and moment == "in the answer"))
            if breaks and moment in ("in the answer", "answered"):
                break
            await self._confirm(talk, index)
            if breaks and moment == "confirmed":
                break
        self.drops_left -= 1
        talk.drop()

    async def _confirm(self, talk: Talk, index: int) -> None:
        update = {"newHandle": str(len(self.heard)), "resumable": True, "lastConsumedClientMessageIndex": str(index)}
        await talk.send(sessionResumptionUpdate=update)


@asynccontextmanager
async def _breaking(drops: int, seed: int) -> AsyncIterator[tuple[Breaking, genai.Client]]:
    service = Breaking(drops, seed)
    async with serve(service.handle, "127.0.0.1", 0, close_timeout=0.5, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield service, genai.Client(api_key=KEY, vertexai=True, http_options={"base_url": f"http://127.0.0.1:{port}/"})


def _pieces(number: int) -> list[types.Blob]:
    return [
        types.Blob(data=f"{number}.{piece}".encode(), mime_type="audio/pcm;rate=16000") for piece in range(number % 3)
    ]


def _expected(texts: int) -> list[str]:
    pieces = ([_data(piece) for piece in _pieces(number)] for number in range(texts))
    return [item for number, sound in enumerate(pieces) for item in (*sound, str(number))]


def _data(piece: types.Blob) -> str:
    return json.loads(piece.model_dump_json())["data"].replace("-", "+").replace("_", "/")


def _sockets() -> int:
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            count += os.readlink(descriptor).startswith("socket:")
        except OSError:  # closed meanwhile
            pass
    return count


def _memory_mb() -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


@pytest.mark.heavy
@pytest.mark.parametrize(("drops", "seed"), [(7_000, 1), (1_500, 2), (1_500, 3)])
async def test_a_session_outlives_thousands_of_broken_connections(drops: int, seed: int) -> None:
    tasks, sockets = len(asyncio.all_tasks()), _sockets()
    async with _breaking(drops, seed) as (service, client):
        answered = -1
        resumed = sent = 0
        warm_mb = 0.0
        places = asyncio.Semaphore(_IN_FLIGHT)

        async def speak(session: live.AsyncSession) -> None:
            nonlocal sent
            while service.drops_left > 0:
                await places.acquire()
                for piece in _pieces(sent):
                    await session.send_realtime_input(audio=piece)
                await session.send_realtime_input(text=str(sent))
                sent += 1

        async with client.aio.live.connect(model="m", config=_CONFIG) as session:
            speaker = asyncio.create_task(speak(session))
            async for event in session.events():
                if isinstance(event, live.SessionResumed):
                    resumed += 1
                    assert event.lost == 0
                    if resumed == drops // 4:
                        gc.collect()
                        warm_mb = _memory_mb()
                elif event.text is not None and int(event.text) > answered:
                    assert int(event.text) == answered + 1, "an answer is missing"
                    answered += 1
                    places.release()
                if speaker.done() and answered == sent - 1:
                    break
            await speaker
            gc.collect()
            assert _memory_mb() - warm_mb < _MAX_GROWTH_MB
        assert resumed >= drops
        assert service.heard == _expected(sent)
    await asyncio.sleep(0.05)
    assert len(asyncio.all_tasks()) == tasks
    assert _sockets() == sockets


@pytest.mark.heavy
async def test_a_blocking_session_outlives_hundreds_of_broken_connections() -> None:
    threads, sockets = threading.active_count(), _sockets()

    def talk(service: Breaking, client: genai.Client) -> int:
        sent = 0
        with client.live.connect(model="m", config=_CONFIG) as session:
            events = session.events()
            while service.drops_left > 0:
                for piece in _pieces(sent):
                    session.send_realtime_input(audio=piece)
                session.send_realtime_input(text=str(sent))
                for event in events:
                    if isinstance(event, types.LiveServerMessage) and event.text == str(sent):
                        break
                sent += 1
        return sent

    async with _breaking(500, 4) as (service, client):
        sent = await asyncio.to_thread(talk, service, client)
        assert service.heard == _expected(sent)
    await asyncio.get_running_loop().shutdown_default_executor()
    assert threading.active_count() == threads
    assert _sockets() == sockets
