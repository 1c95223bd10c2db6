"""Programs: cases of several calls in a row, with functions that the model calls, or in a chat. A case lists its `steps`; each
step has its own outcome.

    {"do": "generate", "arguments": {...}}          client.models.generate_content
    {"do": "stream", "arguments": {...}, "take": 1}  client.models.generate_content_stream, read to the end or abandoned
    {"do": "chat", "arguments": {...}}              client.chats.create: the following steps use this chat
    {"do": "send", "arguments": {...}}              send_message
    {"do": "send_stream", "arguments": {...}}       send_message_stream
    {"do": "record", "arguments": {...}}            record_history

A step has its own `answers`. In a chat, its outcome includes the history after it; if the chat could not be created, the program
ends. `sessions` lists the servers of `sessions.py` that are open during the program; their contents are available in `$python`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from contract import tagged
from tools.conformance import callables, outcome
from tools.conformance.server import Recorder

from google.genai import types

_TOLD = "kaput"
"""The message of every failing function; it shows whether the model receives the cause."""


def at_once(running: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of a coroutine that never waits, without an event loop."""
    try:
        running.send(None)
    except StopIteration as stopped:
        return stopped.value
    running.close()
    raise RuntimeError("a blocking program was suspended")


class Program:
    """One running case, on one client."""

    def __init__(
        self, case: dict[str, Any], client: Any, recorder: Recorder, prepare: Callable[[dict[str, Any]], None]
    ) -> None:
        self._case = case
        self._client = client
        self._recorder = recorder
        self._prepare = prepare
        self._chat: Any = None

    async def run(self) -> dict[str, Any]:
        """Run all steps and return the outcome of each."""
        async with open_sessions(self._case.get("sessions")) as sessions:
            tagged.PYTHON.update(sessions)
            try:
                return {"steps": [_without_own_words(seen) async for seen in self._all_taken()]}
            finally:
                for name in sessions:
                    del tagged.PYTHON[name]

    async def _all_taken(self) -> AsyncIterator[dict[str, Any]]:
        for step in self._case["steps"]:
            yield await self._taken(step)
            if step["do"] == "chat" and self._chat is None:
                return

    async def _taken(self, step: dict[str, Any]) -> dict[str, Any]:
        self._prepare(step)
        arguments = tagged.untag(step.get("arguments", {}), types, self._recorder.url)
        given = {name: view(value) for name, value in arguments.items()}
        callables.CALLS.clear()
        seen: list[Any] = []
        raised: dict[str, Any] = {}
        with _warnings() as warned:
            token = callables.SETTING.set("set")
            try:
                await self._do(step, arguments, seen)
            except Exception as error:
                raised = {"raised": outcome.of_error(error, len(self._recorder.requests))}
            finally:
                callables.SETTING.reset(token)
        changed = [name for name, value in arguments.items() if view(value) != given[name]]
        found: dict[str, Any] = {"called": list(callables.CALLS), "warned": len(warned), "changed": changed}
        if self._chat is not None:
            whole, curated = (view(self._chat.get_history(curated=flag)) for flag in (False, True))
            found |= {"history": whole, "curated": "the same" if curated == whole else curated}
        requests = [_request(one) for one in self._recorder.requests]
        return {"requests": requests, "results": [*seen, found], **raised}

    async def _do(self, step: dict[str, Any], arguments: dict[str, Any], seen: list[Any]) -> None:
        name = step["do"]
        if name == "chat":
            self._chat = self._client.chats.create(**arguments)
        elif name == "record":
            self._chat.record_history(**arguments)
        elif name in ("generate", "send"):
            call = self._client.models.generate_content if name == "generate" else self._chat.send_message
            seen.append(view(await _settled(call(**arguments))))
        else:
            models = self._client.models
            call = models.generate_content_stream if name == "stream" else self._chat.send_message_stream
            await _read(await _settled(call(**arguments)), step.get("take"), seen)


def view(value: Any) -> Any:
    """Return the view of a value, without its log messages."""
    silence = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        return outcome.view(value)
    finally:
        logging.disable(silence)


async def _settled(value: Any) -> Any:
    return await value if hasattr(value, "__await__") else value


async def _read(answer: Any, most: int | None, seen: list[Any]) -> None:
    """Add the view of each chunk as it arrives, and close the stream if it is abandoned."""
    if most == 0:
        return
    if hasattr(answer, "__anext__"):
        async for piece in answer:
            seen.append(view(piece))
            if len(seen) == most:
                await answer.aclose()
                return
    else:
        for piece in answer:
            seen.append(view(piece))
            if len(seen) == most:
                answer.close()
                return


@asynccontextmanager
async def open_sessions(names: list[str] | None) -> AsyncIterator[dict[str, Any]]:
    """Open the named sessions of `sessions.py`, and yield them by name."""
    if names is None:
        yield {}
        return
    from tools.conformance import sessions

    async with sessions.opened(names) as found:
        yield found


@contextmanager
def _warnings() -> Iterator[list[logging.LogRecord]]:
    """Count the warnings that the SDK logs about a request; their text may differ."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[method-assign]
    logger = logging.getLogger("google_genai.models")
    nowhere = logging.NullHandler()
    silence = logging.root.manager.disable
    propagates, logger.propagate = logger.propagate, False
    logging.disable(logging.INFO)
    logger.addHandler(handler)
    logging.root.addHandler(nowhere)
    try:
        yield records
    finally:
        logger.removeHandler(handler)
        logging.root.removeHandler(nowhere)
        logging.disable(silence)
        logger.propagate = propagates


def _request(recorded: Any) -> dict[str, Any]:
    seen = outcome.of_request(recorded)
    labels = dict(recorded.headers).get("x-goog-api-client", "").split()
    return {**seen, "labels": [label.partition("/")[0] for label in labels if label.startswith("mcp")]}


def _without_own_words(value: Any, above: str = "") -> Any:
    """Return a value in which the text of an error for the model is reduced to one fact: whether it includes the cause."""
    if isinstance(value, list):
        return [_without_own_words(item, above) for item in value]
    if not isinstance(value, dict):
        return value
    if above == "response" and isinstance(value.get("error"), str):
        told = f"an error that says {_TOLD}" if _TOLD in value["error"] else "an error"
        return {**value, "error": told}
    return {key: _without_own_words(item, key) for key, item in value.items()}
