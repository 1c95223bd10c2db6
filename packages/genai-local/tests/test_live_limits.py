"""Wrong and excessive messages of Live sessions, many sessions at once, and clients that do not read or do not stop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol import limits
from genai_local.protocol.messages import API

from .endless import EndlessEngine
from .live_client import MODELS, PATHS, WAIT_S, Client, text_of
from .waiting import until

_MESSAGE = "BidiGenerateContentClientMessage"
_WRONG: list[Any] = [None, True, -1, 10**25, -1e300, "x" * 3000, "\0", [], [[]], {}, {"a": {}}]
_BASES: dict[str, dict[str, Any]] = {
    "clientContent": {"turns": [{"role": "user", "parts": [{"text": "x"}]}]},
    "setup": {"model": MODELS["gemini"]},
}
"""Valid messages, whose other fields get the wrong values."""


@pytest.fixture(autouse=True)
def _nothing_unexpected(caplog) -> Iterator[None]:
    """No message may fail in a way that the server logs as unexpected."""
    caplog.set_level(logging.ERROR, "genai_local")
    yield
    assert not caplog.records, caplog.text


def _wrong(kind: str, message: str, surface: str) -> Iterator[dict[str, Any]]:
    """Yield messages with wrong values: every value for each field, and some for each field of a field's message."""
    base = _BASES.get(kind, {})
    if kind == "setup":
        base = {"model": MODELS[surface]}
    for name, field in API.fields(message, surface).items():
        for value in _WRONG:
            yield {kind: {**base, name: value}}
        for index, below in enumerate(API.fields(field.type, surface) if field.type in API.messages else ()):
            wrong = {below: _WRONG[index % len(_WRONG)]}
            yield {kind: {**base, name: [wrong] if field.is_list else wrong}}


@pytest.mark.parametrize("surface", list(PATHS))
async def test_wrong_values_for_each_field(gemini, surface):
    address = gemini.url.replace("http", "ws") + PATHS[surface]
    cases = [
        case
        for kind, field in API.fields(_MESSAGE, surface).items()
        if kind == field.name
        for case in _wrong(kind, field.type, surface)
    ]
    assert len(cases) > 500
    places = asyncio.Semaphore(20)

    async def attempt(case: dict[str, Any]) -> None:
        async with places, connect(address, max_size=None, compression=None) as session:
            if "setup" not in case:
                await session.send(json.dumps({"setup": {"model": MODELS[surface]}}))
                await session.recv()
            await session.send(json.dumps(case))
            await session.send(json.dumps({"realtimeInput": {"text": "hello"}}))
            with contextlib.suppress(ConnectionClosed):
                while "turnComplete" not in str(await asyncio.wait_for(session.recv(), WAIT_S)):
                    pass
                return
        assert session.protocol.close_code in (1007, 1008), (case, session.protocol.close_code)
        assert session.protocol.close_reason, case

    await asyncio.gather(*map(attempt, cases))


@pytest.mark.parametrize(
    "message",
    [
        "[" * 100_000,
        "[" + "1," * 300_000 + "1]",
        '{"a": ' + "9" * 5000 + "}",
        '{"clientContent": {"turns": [{"parts": [{"text": "\\ud800"}]}]}}',
        '{"realtimeInput": NaN}',
    ],
)
def test_messages_that_no_session_reads(gemini, dial, message):
    client = dial(gemini.url)
    client.setup()
    client.send(message)
    code, reason = client.closed()
    assert (code, reason.startswith("Invalid JSON payload received.")) == (1007, True), reason


def test_the_contents_of_a_session_are_limited(gemini, dial, monkeypatch):
    monkeypatch.setattr("genai_local.services.live.context.MAX_BODY_BYTES", 10_000)
    client = dial(gemini.url)
    client.setup()
    for _ in range(3):
        client.say("x" * 4000, is_complete=False)
    assert client.closed() == (1007, "The contents of the session have more than 10000 bytes together.")


def test_the_audio_of_a_turn_is_limited(gemini, dial, monkeypatch):
    monkeypatch.setattr("genai_local.services.live.speech.MAX_BODY_BYTES", 10_000)
    client = dial(gemini.url)
    client.setup()
    for _ in range(3):
        client.send({"realtimeInput": {"audio": {"mimeType": "audio/pcm", "data": "A" * 4000}}})
    code, reason = client.closed()
    assert (code, "realtimeInput.audio" in reason) == (1007, True), reason
    assert limits.MAX_BODY_BYTES > 20_000_000


def test_a_client_that_does_not_read_its_answer_is_cut(serve_engine, dial):
    engine = EndlessEngine()
    server = serve_engine(engine, client_limit_s=0.5)
    client: Client = dial(server.url)
    client.setup()
    client.say("an endless tale")
    until(lambda: engine.working == 1, WAIT_S)
    until(lambda: engine.working == 0 and not server.connections(), WAIT_S)


def test_a_client_that_interrupts_without_a_pause_is_answered(gemini, dial):
    gemini.on("more").stream(["one ", "two "] * 100, interval_s=0.01)
    client = dial(gemini.url)
    client.setup(sessionResumption={})
    for _ in range(200):
        client.say("more")
    client.say("enough")
    messages = client.until(lambda message: "enough" in json.dumps(message))
    assert sum("interrupted" in message.get("serverContent", {}) for message in messages) == 200


async def _hold(address: str, count: int, at_once: int) -> list[str]:
    """Hold sessions that are open at the same time, with three turns each; return all answers."""
    places, all_open = asyncio.Semaphore(at_once), asyncio.Event()
    opened = 0

    async def hold(number: int) -> list[str]:
        nonlocal opened
        async with places:
            session = await connect(address, max_size=None, compression=None, open_timeout=60)
        async with session:
            await session.send(json.dumps({"setup": {"model": MODELS["gemini"]}}))
            await session.recv()
            opened += 1
            if opened == count:
                all_open.set()
            await asyncio.wait_for(all_open.wait(), 120)
            answers: list[str] = []
            for turn in range(3):
                await session.send(json.dumps({"realtimeInput": {"text": f"number{number} turn{turn}"}}))
                text = ""
                while True:
                    content = json.loads(await asyncio.wait_for(session.recv(), 120))["serverContent"]
                    text += "".join(part["text"] for part in content.get("modelTurn", {}).get("parts", []))
                    if content.get("turnComplete"):
                        break
                answers.append(text)
            return answers

    results = await asyncio.gather(*(hold(number) for number in range(count)))
    return [answer for answers in results for answer in answers]


@pytest.mark.parametrize("setup", [{}, {"realtimeInputConfig": {"automaticActivityDetection": {"disabled": True}}}])
def test_the_texts_and_pictures_that_wait_are_limited(gemini, dial, monkeypatch, setup):
    monkeypatch.setattr("genai_local.services.live.context.MAX_BODY_BYTES", 10_000)
    gemini.on(lambda request: len(request["contents"][0]["parts"]) == 2).reply("One picture was left.")
    client = dial(gemini.url)
    client.setup(**setup)
    picture = {"mimeType": "image/png", "data": "A" * 8000}
    for _ in range(3):
        client.send({"realtimeInput": {"video": picture}})
    if not setup:
        client.send({"realtimeInput": {"text": "x"}})
        assert text_of(client.turn()) == "One picture was left."
        return
    client.send({"realtimeInput": {"activityStart": {}}})
    for _ in range(3):
        client.send({"realtimeInput": {"text": "x" * 4000}})
    code, reason = client.closed()
    assert (code, reason.startswith("realtimeInput.text: the turn has more")) == (1007, True), reason


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.heavy)])
async def test_many_sessions_at_once(serve_engine, count):
    server = serve_engine(ScriptedEngine(), max_running=8, max_waiting=16)
    answers = await _hold(server.url.replace("http", "ws") + PATHS["gemini"], count, 50)
    expected = {
        f"This is a scripted reply to: number{number} turn{turn}" for number in range(count) for turn in range(3)
    }
    assert len(answers) == len(expected)
    assert set(answers) == expected
