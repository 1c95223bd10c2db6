"""Sessions of blocking programs: the same behaviour, in a thread without an event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from google.genai import errors, live, types
from google.genai._live.blocking import Portal

from .conftest import Service, Talk


async def _in_thread(program: Callable[[], Any]) -> Any:
    before = threading.active_count()
    result = await asyncio.to_thread(program)
    for _ in range(100):
        if threading.active_count() <= before + 1:  # the thread of this loop's executor stays
            return result
        await asyncio.sleep(0.02)
    raise AssertionError(f"threads are left: {threading.enumerate()}")


async def test_turns(service: Service) -> None:
    client = service.client()

    def program() -> list[str]:
        with client.live.connect(model="m") as session:
            assert session.session_id == "s1"
            assert session.setup_complete is not None
            assert session.resumption_handle is None
            session.send_client_content(turns=types.UserContent("Hello"))
            texts = [message.text for message in session.receive()]
            session.send_realtime_input(text="again")
            return [text for text in texts + [message.text for message in session.receive()] if text]

    assert await _in_thread(program) == ["Hello", "again"]


async def test_functions_run_in_other_threads(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.send(toolCall={"functionCalls": [{"id": "1", "name": "where", "args": {}}]})
        await talk.receive()
        await talk.say("done")
        await talk.until_closed()

    threads: list[threading.Thread] = []

    def where() -> str:
        """Tell where."""
        threads.append(threading.current_thread())
        return "here"

    service.behaves(behaviour)
    client = service.client()

    def program() -> list[str]:
        threads.append(threading.current_thread())
        with client.live.connect(model="m", config={"tools": [where], "automatic_function_calling": {}}) as session:
            return [message.text for message in session.receive() if message.text]

    assert await asyncio.to_thread(program) == ["done"]
    assert threads[0] is not threads[1]


def test_an_interrupted_program_leaves_no_task() -> None:
    portal = Portal()
    begun, ended = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # as when a socket is closed
            ended.set()

    waiting = asyncio.run_coroutine_threadsafe(work(), portal._loop)
    assert begun.wait(5)
    waiting.cancel()
    portal.close()
    assert ended.is_set()


async def test_resumption_and_events(service: Service) -> None:
    async def first(talk: Talk) -> None:
        await talk.setup()
        await talk.send(sessionResumptionUpdate={"newHandle": "h", "resumable": True})
        talk.drop()

    async def second(talk: Talk) -> None:
        setup = await talk.setup()
        assert setup["sessionResumption"] == {"handle": "h"}
        await talk.say("still here")
        await talk.websocket.close(1000)

    service.behaves(first, second)
    client = service.client()

    def program() -> list[Any]:
        with client.live.connect(model="m", config={"automatic_resumption": {"initial_delay": 0.01}}) as session:
            return list(session.events())

    events = await _in_thread(program)
    assert any(isinstance(event, live.SessionResumed) for event in events)
    assert "still here" in [event.text for event in events if isinstance(event, types.LiveServerMessage)]


async def test_failures_are_typed_and_leave_no_thread(service: Service) -> None:
    async def refuse(talk: Talk) -> None:
        await talk.websocket.recv()
        await talk.websocket.close(1008, "no")

    async def drop(talk: Talk) -> None:
        await talk.setup()
        talk.drop()

    service.behaves(refuse, drop)
    client = service.client()

    def program() -> None:
        with pytest.raises(errors.APIConnectionError, match="no"), client.live.connect(model="m"):
            pass
        with client.live.connect(model="m") as session:
            with pytest.raises(errors.APIConnectionError):
                list(session.receive())
            session.close()
        with pytest.raises(RuntimeError, match="This session is closed"):
            session.send_realtime_input(text="x")

    await _in_thread(program)


async def test_leaving_a_loop_early_and_in_the_middle_of_a_turn(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        for number in range(200):
            await talk.say(str(number), complete=False)
        await talk.until_closed()

    service.behaves(behaviour)
    client = service.client()

    def program() -> list[str]:
        began = time.monotonic()
        with client.live.connect(model="m") as session:
            texts = [message.text or "" for _, message in zip(range(3), session.receive())]  # noqa: B905 - of an open end
            texts.append(next(iter(session.receive())).text or "")
        assert time.monotonic() - began < 5
        return texts

    texts = await _in_thread(program)
    assert texts[:3] == ["0", "1", "2"]


async def test_a_session_inside_an_event_loop_of_the_program(service: Service) -> None:
    """A blocking session may be used in a program with a loop, as in a notebook; it does not need the loop."""
    client = service.client()

    def program() -> list[str]:
        async def inner() -> list[str]:
            with client.live.connect(model="m") as session:
                session.send_realtime_input(text="x")
                return [message.text for message in session.receive() if message.text]

        return asyncio.run(inner())

    assert await _in_thread(program) == ["x"]


async def test_messages_that_an_abandoned_loop_has_not_yielded_are_kept(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        for number in range(4):
            await talk.say(str(number), complete=number == 3)
        await talk.until_closed()

    service.behaves(behaviour)
    client = service.client()

    def program() -> list[str]:
        heard: list[str] = []
        with client.live.connect(model="m") as session:
            time.sleep(0.2)  # all messages are there
            for message in session.receive():
                heard.append(message.text or "")
                break
            heard += [message.text for message in session.receive() if message.text]
        return heard

    assert await _in_thread(program) == ["0", "1", "2", "3"]


async def test_an_iterator_may_outlive_its_session(service: Service) -> None:
    client = service.client()

    def program() -> list[str]:
        with client.live.connect(model="m") as session:
            session.send_realtime_input(text="Hello")
            events = session.events()
            texts = [getattr(next(events), "text", "")]
        events.close()  # type: ignore[attr-defined]
        return texts

    assert await _in_thread(program) == ["Hello"]
