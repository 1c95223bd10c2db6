"""Programs in a live session. The first step opens the session, and the others use it; each step has its own outcome.

    {"do": "connect", "arguments": {...}, "client": {...}, "messages": [...]}   client.aio.live.connect
    {"do": "connect music", ...}                                                client.aio.live.music.connect
    {"do": "receive", "turns": 2}                                               receive, twice
    {"do": "receive", "most": 3}                                                receive, and leave after 3 messages
    {"do": "start_stream", "arguments": {"stream": [...], ...}}                 start_stream, read to the end
    {"do": "send_client_content", "arguments": {...}}                           any other method of the session

`client` has the arguments of the client by backend, if they are not the usual ones; `messages` is what the server sends after
the setup, see `live_server.py`. If the session could not be opened, the program ends.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from typing import Any

from contract import tagged
from tools.conformance import exchanges, outcome
from tools.conformance.live_server import LiveServer

from google import genai
from google.genai import live, live_music, types

_LIMIT_S = 5.0
"""Time for one step; a release that waits for more has the outcome `TimeoutError`."""
_MESSAGES = 20
"""The most messages read in one turn."""
_USUAL: dict[str, dict[str, Any]] = {
    "gemini": {"api_key": "key"},
    "vertex": {"vertexai": True, "project": "p1", "location": "l1"},
}


class LivePrograms:
    """Clients for live sessions, by their arguments, and the server of all sessions."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials
        self._clients: dict[str, Any] = {}
        self._server = LiveServer()

    async def run(self, case: dict[str, Any], backend: str) -> dict[str, Any]:
        """Run a case and return the outcome of each step."""
        await self._server.open()
        kept = live.ws_connect, live_music.connect
        live.ws_connect = live_music.connect = self._server.connect
        try:
            async with exchanges.open_sessions(case.get("sessions")) as sessions:
                tagged.PYTHON.update(sessions)
                try:
                    async with AsyncExitStack() as stack:
                        return {"steps": [seen async for seen in self._steps(case["steps"], backend, stack)]}
                finally:
                    for name in sessions:
                        del tagged.PYTHON[name]
        finally:
            live.ws_connect, live_music.connect = kept

    async def close(self) -> None:
        """Close the server."""
        await self._server.close()

    async def _steps(
        self, steps: list[dict[str, Any]], backend: str, stack: AsyncExitStack
    ) -> AsyncIterator[dict[str, Any]]:
        opening, *others = steps
        self._server.script = tagged.untag(opening.get("messages", [CONFIRMED]), types)
        noun = self._client(opening.get("client", _USUAL)[backend]).aio.live
        noun = noun.music if opening["do"] == "connect music" else noun
        found: list[Any] = []

        async def connect(**arguments: Any) -> Any:
            found.append(await stack.enter_async_context(noun.connect(**arguments)))
            return getattr(found[0], "session_id", None)

        yield await self._step(opening, connect)
        if found:
            for step in others:
                work = getattr(found[0], step["do"])
                yield await self._step(step, work)

    def _client(self, arguments: dict[str, Any]) -> Any:
        key = json.dumps(arguments)
        if key not in self._clients:
            with_credentials = {"credentials": self._credentials} if arguments.get("project") else {}
            self._clients[key] = genai.Client(**arguments, **with_credentials)
        return self._clients[key]

    async def _step(self, step: dict[str, Any], work: Any) -> dict[str, Any]:
        self._server.requests = requests = []
        seen: list[Any] = []
        raised: dict[str, Any] = {}
        changed: list[str] = []
        try:
            arguments = tagged.untag(step.get("arguments", {}), types)
            given = {name: exchanges.view(value) for name, value in arguments.items()}
            if step["do"] == "start_stream":
                arguments["stream"] = _stream(arguments["stream"])
            await asyncio.wait_for(_do(work, arguments, step, seen), _LIMIT_S)
            changed = [
                name for name in arguments if name != "stream" and exchanges.view(arguments[name]) != given[name]
            ]
        except Exception as error:
            reads = step["do"] in ("receive", "start_stream")
            raised = {"raised": outcome.of_error(error, len(requests) + reads)}
        return {
            "requests": [outcome.of_request(request) for request in requests],
            "results": [*seen, {"changed": changed}],
            **raised,
        }


CONFIRMED = {"setupComplete": {"sessionId": "s1"}}


async def _do(work: Any, arguments: dict[str, Any], step: dict[str, Any], seen: list[Any]) -> None:
    for _ in range(step.get("turns", 1)):
        answer = work(**arguments)
        if isinstance(answer, Awaitable):
            seen.append(outcome.view(await answer))
            continue
        left = step.get("most", _MESSAGES)
        async for message in answer:
            seen.append(outcome.view(message))
            left -= 1
            if not left:
                break
        else:
            seen.append("end")
        await answer.aclose()


async def _stream(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
