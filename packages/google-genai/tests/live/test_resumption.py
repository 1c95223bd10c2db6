"""Sessions that continue by themselves: nothing that the program sent is lost, nothing is sent twice, and the program receives an event."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from google.genai import errors, live, types
from google.genai._live.ledger import Ledger

from .conftest import Service, Talk

FAST = {"automatic_resumption": {"initial_delay": 0.01, "max_delay": 0.05, "jitter": 0.0, "attempts": 4}}


def _update(handle: str, last: int | None = None) -> types.LiveServerSessionResumptionUpdate:
    return types.LiveServerSessionResumptionUpdate(
        new_handle=handle, resumable=True, last_consumed_client_message_index=last
    )


def test_with_an_index_exactly_the_later_messages_are_kept() -> None:
    ledger = Ledger()
    for number in range(1, 6):
        ledger.add(f"m{number}", is_stream=number % 2 == 0)
    ledger.note_update(_update("h", 3))
    assert ledger.handle == "h"
    assert ledger.unconfirmed() == ["m4", "m5"]  # on the new connection they are numbers 1 and 2
    ledger.note_update(_update("h2", 1))
    assert ledger.unconfirmed() == ["m5"]
    ledger.note_update(_update("h3"))  # an index of 0 is omitted in JSON
    assert ledger.unconfirmed() == ["m5"]


def test_without_an_index_a_turn_is_kept_until_the_model_has_answered() -> None:
    ledger = Ledger()
    ledger.add("question", is_stream=False)
    ledger.add("sound", is_stream=True)
    ledger.note_update(_update("h"))
    assert ledger.unconfirmed() == ["question"]
    ledger.note_turn()
    ledger.note_update(_update("h2"))
    assert ledger.unconfirmed() == []


def test_an_update_that_is_not_resumable_changes_nothing() -> None:
    ledger = Ledger("h0")
    ledger.add("m", is_stream=True)
    ledger.note_update(types.LiveServerSessionResumptionUpdate(new_handle="x", resumable=False))
    ledger.note_update(types.LiveServerSessionResumptionUpdate(resumable=True))
    assert ledger.handle == "h0"
    assert ledger.unconfirmed() == ["m"]


def test_the_ledger_is_bounded_and_drops_only_streams() -> None:
    ledger = Ledger(buffer_bytes=1_000)
    ledger.add("turn" * 25, is_stream=False)
    for number in range(100):
        ledger.add(f"{number:0100}", is_stream=True)
    kept = ledger.unconfirmed()
    assert kept[0] == "turn" * 25
    assert sum(map(len, kept)) <= 1_100
    assert ledger.lost == 100 - (len(kept) - 1)
    assert kept[-1] == f"{99:0100}"


async def drop(talk: Talk) -> None:
    """Break the connection."""
    talk.drop()


async def dropping(talk: Talk) -> None:
    """Confirm the setup, and break the connection."""
    await talk.setup()
    talk.drop()


async def silent(talk: Talk) -> None:
    """Never confirm the setup."""
    await talk.websocket.recv()
    await talk.until_closed()


class Memory:
    """A service whose sessions live longer than its connections; it records which texts it has heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.setups: list[dict[str, Any]] = []

    async def serve(self, talk: Talk, *, turns: int = 10**9, before: Any = None, after: Any = None) -> None:
        setup = await talk.setup()
        self.setups.append(setup)
        handle = setup.get("sessionResumption", {}).get("handle")
        heard = self.heard[: int(handle)] if handle else []
        self.heard[:] = heard
        for _ in range(turns):
            message = await talk.receive()
            text = message["realtimeInput"]["text"]
            if before is not None and text == "break":
                await before(talk)
                return
            self.heard.append(text)
            await talk.say(f"heard {text}")
            await talk.send(sessionResumptionUpdate={"newHandle": str(len(self.heard)), "resumable": True})
        if after is not None:
            await after(talk)


async def _turn(session: live.AsyncSession, text: str) -> list[str]:
    await session.send_realtime_input(text=text)
    return [message.text async for message in session.receive() if message.text]


@pytest.mark.parametrize("how", ["drop", "1001", "1011", "1012"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_session_continues(service: Service, how: str, when: str) -> None:
    memory = Memory()

    async def end(talk: Talk) -> None:
        if how == "drop":
            talk.drop()
        else:
            await talk.websocket.close(int(how), "moving")

    async def first(talk: Talk) -> None:
        await memory.serve(talk, turns=2, before=end if when == "before" else None, after=end)

    service.behaves(first, memory.serve)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        assert await _turn(session, "one") == ["heard one"]
        assert await _turn(session, "break") == ["heard break"]
        assert await _turn(session, "three") == ["heard three"]
    assert memory.heard == ["one", "break", "three"]
    assert memory.setups[0]["sessionResumption"] == {}
    assert memory.setups[1]["sessionResumption"] == {"handle": "1" if when == "before" else "2"}


async def test_the_program_is_told(service: Service) -> None:
    memory = Memory()

    async def first(talk: Talk) -> None:
        await memory.serve(talk, before=drop)

    service.behaves(first, memory.serve)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        await session.send_realtime_input(text="break")
        events: list[Any] = []
        async for event in session.events():
            events.append(event)
            if isinstance(event, types.LiveServerMessage) and event.text:
                break
        (resumed,) = [event for event in events if isinstance(event, live.SessionResumed)]
        assert (resumed.attempts, resumed.resent, resumed.lost) == (1, 1, 0)
        assert resumed.reason is not None
        assert resumed.reason.code == 1006
        assert 0 <= resumed.interruption_s < 5


async def test_go_away_replaces_the_connection_between_turns(service: Service) -> None:
    memory = Memory()

    async def announce(talk: Talk) -> None:
        await talk.send(goAway={"timeLeft": "30s"})
        await talk.until_closed()

    async def first(talk: Talk) -> None:
        await memory.serve(talk, turns=1, after=announce)

    service.behaves(first, memory.serve)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        assert await _turn(session, "one") == ["heard one"]
        seen: list[Any] = []
        async for event in session.events():
            seen.append(event)
            if isinstance(event, live.SessionResumed):
                break
        assert seen[-1].reason is None
        assert [event.go_away.time_left for event in seen if getattr(event, "go_away", None)] == ["30s"]
        assert await _turn(session, "two") == ["heard two"]
    assert memory.heard == ["one", "two"]


@pytest.mark.parametrize("end", [{"turnComplete": True}, {"interactionStatus": "IDLE"}], ids=["turn", "idle"])
async def test_go_away_inside_a_turn_waits_for_its_end(service: Service, end: dict[str, Any]) -> None:
    memory = Memory()

    async def first(talk: Talk) -> None:
        memory.setups.append(await talk.setup())
        await talk.send(sessionResumptionUpdate={"newHandle": "0", "resumable": True})
        await talk.receive()
        memory.heard.append("long")
        await talk.say("first half", complete=False)
        await talk.send(goAway={"timeLeft": "20s"})
        await asyncio.sleep(0.2)
        assert len(service.talks) == 1
        await talk.say("second half", complete=False)
        await talk.send(serverContent=end)
        await talk.send(sessionResumptionUpdate={"newHandle": "1", "resumable": True})
        await talk.until_closed()

    service.behaves(first, memory.serve)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        assert await _turn(session, "long") == ["first half", "second half"]
        assert await _turn(session, "next") == ["heard next"]
    assert memory.heard == ["long", "next"]


async def test_an_announced_end_in_a_short_time_is_kept(service: Service) -> None:
    memory = Memory()

    async def first(talk: Talk) -> None:
        await talk.setup()
        await talk.send(sessionResumptionUpdate={"newHandle": "0", "resumable": True})
        await talk.receive()
        await talk.say("half", complete=False)
        await talk.send(goAway={"timeLeft": "1.2s"})
        await talk.until_closed()

    service.behaves(first, memory.serve)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        assert await _turn(session, "x") == ["half", "heard x"]  # the answer is repeated


async def test_messages_sent_without_a_connection_wait(service: Service) -> None:
    memory = Memory()
    gate = asyncio.Event()

    async def first(talk: Talk) -> None:
        await memory.serve(talk, turns=1, after=drop)

    async def second(talk: Talk) -> None:
        await gate.wait()
        await memory.serve(talk)

    service.behaves(first, second)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        assert await _turn(session, "one") == ["heard one"]
        await asyncio.sleep(0.1)
        sending = [asyncio.create_task(session.send_realtime_input(text=f"later {n}")) for n in range(3)]
        await asyncio.sleep(0.1)
        assert not any(task.done() for task in sending)
        gate.set()
        await asyncio.gather(*sending)
        texts: list[str] = []
        while len(texts) < 3:
            texts += [message.text async for message in session.receive() if message.text]
    assert memory.heard == ["one", "later 0", "later 1", "later 2"]


@pytest.mark.parametrize("code", [1007, 1008, 1000])
async def test_a_final_close_is_not_resumed(service: Service, code: int) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.websocket.close(code, "no")

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        if code == 1000:
            assert [event async for event in session.events()] == []
        else:
            with pytest.raises(errors.APIConnectionError) as caught:
                await anext(session.receive())
            assert caught.value.code == code
        with pytest.raises(errors.APIConnectionError):
            await session.send_realtime_input(text="x")
    assert len(service.talks) == 1


async def test_a_close_after_an_announcement_is_resumed_whatever_its_code(service: Service) -> None:
    memory = Memory()

    async def first(talk: Talk) -> None:
        await talk.setup()
        await talk.send(goAway={"timeLeft": "50s"})
        await talk.websocket.close(1008, "session expired")

    service.behaves(first, memory.serve)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        assert await _turn(session, "x") == ["heard x"]


async def test_attempts_are_limited(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        talk.drop()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        with pytest.raises(errors.APIConnectionError) as caught:
            async for _ in session.events():
                pass
        assert caught.value.code == 1006
    assert len(service.talks) == 1 + 4  # a connection that breaks at once does not reset the count


async def test_the_whole_interruption_is_limited(service: Service) -> None:
    service.behaves(dropping, silent)
    config = {"automatic_resumption": {"time_limit": 0.5, "initial_delay": 0.01}}
    began = time.monotonic()
    async with service.client().aio.live.connect(model="m", config=config) as session:
        with pytest.raises(errors.APITimeoutError, match="could not be resumed in time"):
            await anext(session.receive())
    assert time.monotonic() - began < 5


async def test_attempts_that_are_not_answered_have_their_own_error(service: Service) -> None:
    service.behaves(dropping, silent)
    config = {"automatic_resumption": {"attempts": 2, "initial_delay": 0.01}}
    async with service.client(timeout=300).aio.live.connect(model="m", config=config) as session:
        with pytest.raises(errors.APITimeoutError, match="did not confirm the session") as caught:
            await anext(session.receive())
        assert caught.value.limit == "setup"
    assert len(service.talks) == 3


async def test_a_refused_handle_ends_the_session(service: Service) -> None:
    memory = Memory()

    async def first(talk: Talk) -> None:
        await memory.serve(talk, turns=1, after=drop)

    async def second(talk: Talk) -> None:
        await talk.websocket.recv()
        await talk.websocket.close(1007, "The handle has expired")

    service.behaves(first, second)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        assert await _turn(session, "one") == ["heard one"]
        with pytest.raises(errors.APIConnectionError, match="The handle has expired"):
            async for _ in session.events():
                pass


async def test_an_error_in_place_of_the_confirmation_ends_the_session(service: Service) -> None:
    left = asyncio.Event()

    async def second(talk: Talk) -> None:
        await talk.websocket.recv()
        await talk.send(error={"code": 403, "status": "PERMISSION_DENIED", "message": "Not yours"})
        await talk.websocket.wait_closed()
        left.set()

    service.behaves(dropping, second)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        with pytest.raises(errors.ClientError, match="Not yours"):
            await anext(session.receive())
        await asyncio.wait_for(left.wait(), 5)


async def test_a_message_may_contain_several_things(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        update = {"newHandle": "h", "resumable": True}
        await talk.send(serverContent={"turnComplete": True}, sessionResumptionUpdate=update)
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        assert len([message async for message in session.receive()]) == 1
        assert session.resumption_handle == "h"


async def test_a_turn_without_a_handle_is_not_repeated_after_an_answer(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.receive()
        await talk.say("answer")
        talk.drop()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        assert await _turn(session, "x") == ["answer"]
        with pytest.raises(errors.APIConnectionError):
            await anext(session.receive())
    assert len(service.talks) == 1


async def test_on_vertex_the_index_is_asked_for(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        setup = await talk.setup()
        assert setup["sessionResumption"] == {"transparent": True, "handle": "mine"}
        await talk.until_closed()

    service.behaves(behaviour)
    config = {"automatic_resumption": {}, "session_resumption": {"handle": "mine"}}
    async with service.client(vertexai=True).aio.live.connect(model="m", config=config) as session:
        assert session.resumption_handle == "mine"
        await asyncio.sleep(0.1)


async def test_closing_while_there_is_no_connection(service: Service) -> None:
    service.behaves(dropping, silent)
    began = time.monotonic()
    async with service.client().aio.live.connect(model="m", config=FAST) as session:
        await asyncio.sleep(0.3)
        sending = asyncio.create_task(session.send_realtime_input(text="x"))
        await asyncio.sleep(0.05)
    with pytest.raises(errors.APIConnectionError):
        await sending
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("setting", "message"),
    [({"attempts": 0}, "attempts: expected a positive"), ({"jitter": -1.0}, "jitter: expected a number that is not")],
)
async def test_wrong_settings_are_refused(service: Service, setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        async with service.client().aio.live.connect(model="m", config={"automatic_resumption": setting}):
            pass
    assert service.talks == []
