"""Streams of events: whatever breaks, a program receives each event once, or an error that says what happened."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from google import genai
from google.genai import errors, interactions, types

from ..transport.misbehaving import Peer
from .conftest import Caller
from .service import (
    DONE,
    EVENTS,
    ID,
    INTERACTION,
    WAYS,
    Asked,
    Service,
    as_json,
    as_stream,
    completed,
    created,
    cut,
    delta,
    event_bytes,
    refusal,
    start,
    stored,
    stream_of,
)

_IDS = [event["event_id"] for event in EVENTS]
_WHOLE = stream_of(EVENTS) + DONE
_STEP_BYTES = 23


def ids(events: list[Any]) -> list[str | None]:
    return [event.event_id for event in events]


def _positions() -> list[int]:
    """Return all borders between events, and positions inside them."""
    borders = [len(stream_of(EVENTS[:count])) for count in range(len(EVENTS) + 1)]
    return sorted({*borders, *(border - 1 for border in borders[1:]), *range(0, len(_WHOLE), _STEP_BYTES)})


@pytest.mark.parametrize("way", list(WAYS))
def test_a_stream_that_is_cut_anywhere_continues(caller: Caller, service: Service, way: str) -> None:
    whole = stored(EVENTS, INTERACTION)
    for position in _positions():
        service.answers(cut(_WHOLE[:position], way), whole)
        outcome = caller.events()
        if outcome.error is not None and position < len(event_bytes(EVENTS[0])):  # the id is not known yet
            assert outcome.chunks == []
            outcome.failure(errors.InvalidResponseError if way == "closed" else errors.APIConnectionError)
        else:
            assert ids(outcome.chunks) == _IDS, (position, outcome.error)
            assert outcome.result().interaction == caller.result("get", ID), position


@pytest.mark.parametrize("way", list(WAYS))
def test_the_stream_of_a_stored_interaction_continues(caller: Caller, service: Service, way: str) -> None:
    whole = stored(EVENTS, INTERACTION)
    for position in (0, 60, len(stream_of(EVENTS[:1])), 300, len(stream_of(EVENTS[:9])) - 5):
        if position or way != "closed":  # which is a complete reply without events
            service.answers(cut(_WHOLE[:position], way), whole)
            assert ids(caller.events("get", ID).chunks) == _IDS, position


@pytest.mark.parametrize("way", list(WAYS))
def test_a_stream_that_is_cut_again_and_again_continues(caller: Caller, service: Service, way: str) -> None:
    """Each event that arrives resets the count of failures, so there may be more of them than attempts."""
    pieces = [cut(event_bytes(event), way) for event in EVENTS]
    service.answers(*pieces)
    outcome = caller.events()
    assert ids(outcome.chunks) == _IDS, outcome.error
    lasts = [asked.query.get("last_event_id") for asked in service.asked]
    assert [last for last in lasts if last] == _IDS[: len(lasts) - 1] or way == "reset"


def test_a_service_that_ignores_the_last_event_and_begins_again(caller: Caller, service: Service) -> None:
    for count in range(1, len(EVENTS)):
        service.answers(cut(stream_of(EVENTS[:count]), "closed inside a chunk"), as_stream(EVENTS))
        outcome = caller.events()
        assert ids(outcome.chunks) == _IDS, (count, outcome.error)
        assert outcome.result().interaction.model_dump()["steps"] == INTERACTION["steps"]


def test_a_service_that_sends_the_last_event_again(caller: Caller, service: Service) -> None:
    service.answers(cut(stream_of(EVENTS[:7]), "closed"), as_stream(EVENTS[6:]))
    outcome = caller.events()
    assert ids(outcome.chunks) == _IDS
    assert outcome.result().interaction.text == "Grüß Gott 🙂"


def test_events_without_an_id_are_received_once(caller: Caller, service: Service) -> None:
    """The service sends those after the last event with an id again."""
    ping = {"event_type": "ping", "n": 1}
    first = [*EVENTS[:7], ping, {**ping, "n": 2}]
    for again in (first[7:], first):
        service.answers(cut(stream_of(first), "closed"), as_stream([*again, {**ping, "n": 3}, *EVENTS[7:]]))
        outcome = caller.events()
        assert [event.raw["n"] for event in outcome.chunks if event.event_type == "UNKNOWN"] == [1, 2, 3]
        assert [event.event_id for event in outcome.chunks if event.event_type != "UNKNOWN"] == _IDS


def test_a_resumption_that_is_refused_for_now_is_repeated(caller: Caller, service: Service) -> None:
    for way in WAYS:
        service.answers(cut(stream_of(EVENTS[:4]), way), refusal(503), refusal(429), stored(EVENTS, INTERACTION))
        outcome = caller.events()
        assert ids(outcome.chunks) == _IDS, (way, outcome.error)


@pytest.mark.parametrize("way", ["closed", "closed inside a chunk"])
def test_a_resumption_that_is_refused_for_good_is_an_error(caller: Caller, service: Service, way: str) -> None:
    service.answers(cut(stream_of(EVENTS[:4]), way), refusal(404, "It was deleted."))
    outcome = caller.events()
    assert ids(outcome.chunks) == _IDS[:4]
    error = outcome.failure(interactions.NotFoundError)
    assert error.message == "It was deleted."
    if way != "closed":
        assert isinstance(error.__cause__, errors.APIConnectionError)
    assert len(service.asked) == 2


def test_the_attempts_to_continue_are_limited(caller: Caller, service: Service) -> None:
    service.answers(cut(stream_of(EVENTS[:4]), "closed inside a chunk"), refusal(503, "Later."))
    outcome = caller.events()
    assert ids(outcome.chunks) == _IDS[:4]
    assert outcome.failure(interactions.InternalServerError).message == "Later."
    assert len(service.asked) == 5

    service.forget()
    service.answers(cut(stream_of(EVENTS[:4]), "closed inside a chunk"), cut(b"", "closed inside a chunk"))
    outcome = caller.events()
    assert ids(outcome.chunks) == _IDS[:4]
    outcome.failure(errors.APIConnectionError)
    assert len(service.asked) == 5


def test_a_client_without_retries_gets_the_error(caller: Caller, service: Service) -> None:
    caller.driver.configure(retry_options=types.HttpRetryOptions(attempts=1))
    service.answers(cut(stream_of(EVENTS[:4]), "closed inside a chunk"), stored(EVENTS, INTERACTION))
    outcome = caller.events()
    assert ids(outcome.chunks) == _IDS[:4]
    outcome.failure(errors.APIConnectionError)
    assert len(service.asked) == 1


def test_the_losses_of_one_stream_are_limited(caller: Caller, service: Service) -> None:
    """A service that sends one new event and breaks, for ever."""
    numbers = iter(range(1_000))
    lock = threading.Lock()

    def one_more(peer: Peer, asked: Asked) -> None:
        with lock:
            number = next(numbers)
        event = delta(0, f"d{number}", type="text", text="a") if number else created()
        cut(event_bytes(event), "closed inside a chunk")(peer, asked)

    service.answers(one_more)
    outcome = caller.events()
    outcome.failure(errors.APIConnectionError)
    assert 100 <= len(outcome.chunks) <= 102


def test_an_interaction_that_is_not_stored_cannot_continue(caller: Caller, service: Service) -> None:
    for way in ("closed inside a chunk", "reset"):
        service.forget()
        service.answers(cut(stream_of(EVENTS[:4]), way))
        outcome = caller.events(store=False)
        outcome.failure(errors.APIConnectionError)
        assert ids(outcome.chunks) == _IDS[: len(outcome.chunks)]
        assert {asked.method for asked in service.asked} == {"POST"}
    service.answers(cut(stream_of(EVENTS[:4]) + event_bytes(EVENTS[4])[:-9], "closed"))
    outcome = caller.events(store=False)
    outcome.failure(errors.InvalidResponseError)
    assert ids(outcome.chunks) == _IDS[:4]


def test_a_stream_that_breaks_before_its_first_event_is_requested_again(caller: Caller, service: Service) -> None:
    for way in WAYS:
        service.forget()
        service.answers(cut(b"", way), as_stream(EVENTS))
        if way == "closed":  # a complete reply without events
            caller.events().failure(errors.InvalidResponseError)
        else:
            assert ids(caller.events().chunks) == _IDS
            assert [asked.method for asked in service.asked] == ["POST", "POST"]


def test_a_stream_that_breaks_inside_its_first_event_is_an_error(caller: Caller, service: Service) -> None:
    """Its id is unknown, and a second request would create a second interaction."""
    service.answers(cut(event_bytes(EVENTS[0])[:40], "closed inside a chunk"))
    outcome = caller.events()
    outcome.failure(errors.APIConnectionError)
    assert outcome.chunks == []
    assert len(service.asked) == 1


def test_a_silent_stream_continues_over_a_new_connection(caller: Caller, service: Service) -> None:
    def stall(peer: Peer, _: Asked) -> None:
        peer.start_events()
        peer.chunk(stream_of(EVENTS[:3]))
        peer.stall()

    service.answers(stall, stored(EVENTS, INTERACTION))
    outcome = caller.events(timeout=0.3)
    assert ids(outcome.chunks) == _IDS
    assert service.asked[1].query == {"stream": "true", "last_event_id": "e2"}
    service.answers(stall)
    outcome = caller.events(timeout=0.3, store=False)
    assert outcome.failure(errors.APITimeoutError).limit == "idle"


def test_a_loss_after_the_last_event_is_none(caller: Caller, service: Service) -> None:
    for way in WAYS:
        for end in (b"", DONE[:5], DONE[:-4]):
            service.forget()
            service.answers(cut(stream_of(EVENTS) + end, way))
            outcome = caller.events(store=False) if way != "reset" else caller.events()
            if way != "reset":
                assert ids(outcome.result() and outcome.chunks) == _IDS
                assert len(service.asked) == 1


def test_a_stream_without_its_last_event_is_read_once_more(caller: Caller, service: Service) -> None:
    """It ends if the service confirms that nothing follows."""
    service.answers(as_stream(EVENTS[:-1]), as_stream([]))
    outcome = caller.events()
    assert ids(outcome.result() and outcome.chunks) == _IDS[:-1]
    assert [asked.method for asked in service.asked] == ["POST", "GET"]
    assert outcome.value.interaction.status == "in_progress"

    service.answers(as_stream(EVENTS[:-1]), as_stream(EVENTS[-1:]))
    assert ids(caller.events().chunks) == _IDS


def test_a_stream_without_its_last_event_that_has_a_final_status_ends(caller: Caller, service: Service) -> None:
    update = {"event_type": "interaction.status_update", "event_id": "e50", "interaction_id": ID, "status": "cancelled"}
    service.answers(as_stream([*EVENTS[:4], update]), refusal(404))
    outcome = caller.events()
    assert outcome.result().interaction.status == "cancelled"
    assert len(outcome.chunks) == 5


def test_a_stored_stream_may_begin_after_an_event(caller: Caller, service: Service) -> None:
    service.answers(stored(EVENTS, INTERACTION))
    outcome = caller.events("get", ID, last_event_id="e8")
    assert ids(outcome.chunks) == _IDS[9:]
    assert outcome.value.interaction.function_calls[0].arguments == {"city": "Paris"}
    assert service.asked[0].query == {"stream": "true", "last_event_id": "e8"}
    outcome = caller.events("get", ID, last_event_id="e99")
    assert outcome.result() is not None
    assert outcome.chunks == []
    caller.events("get", ID, include_input=True)
    assert service.asked[-1].query == {"stream": "true", "include_input": "true"}


@pytest.mark.parametrize("content", [b"", DONE, b": comment\n\n", b"<html>Log in</html>"])
def test_a_reply_without_events_is_an_error(caller: Caller, service: Service, content: bytes) -> None:
    service.answers(cut(content, "closed"))
    error = caller.events().failure(errors.InvalidResponseError)
    assert "contains no event" in (error.message or "")


def test_a_page_in_place_of_the_resumed_stream_is_an_error(caller: Caller, service: Service) -> None:
    service.answers(cut(stream_of(EVENTS[:4]), "closed"), cut(b"<html>Log in</html>", "closed"))
    outcome = caller.events()
    assert len(outcome.chunks) == 4
    outcome.failure(errors.InvalidResponseError)


def test_an_event_that_is_not_json_is_an_error(caller: Caller, service: Service) -> None:
    for wrong in (b"{oops}", b'"text"', b"[1]", b"5", b"null"):
        service.answers(as_stream([*EVENTS[:3], wrong, *EVENTS[3:]]))
        outcome = caller.events()
        assert ids(outcome.chunks) == _IDS[:3], wrong
        error = outcome.failure(errors.InvalidResponseError)
        assert "An event of the stream is invalid" in (error.message or "")
    assert len(service.asked) == 5


def test_an_error_in_place_of_an_event_is_raised(caller: Caller, service: Service) -> None:
    inside = {"error": {"code": 429, "message": "Too much.", "status": "RESOURCE_EXHAUSTED"}}
    service.answers(as_stream([*EVENTS[:3], inside]))
    outcome = caller.events()
    assert ids(outcome.chunks) == _IDS[:3]
    error = outcome.failure(interactions.RateLimitError)
    assert (error.status_code, error.message, error.body) == (429, "Too much.", inside)
    service.answers(as_stream([inside]))
    caller.events().failure(interactions.RateLimitError)


def test_an_error_event_is_an_event_and_the_last(caller: Caller, service: Service) -> None:
    wrong = {"event_type": "error", "event_id": "e5", "error": {"code": "internal", "message": "Broken."}}
    for way in ("closed", "closed inside a chunk"):
        service.forget()
        service.answers(cut(stream_of([*EVENTS[:3], wrong]), way))
        outcome = caller.events()
        assert outcome.result().interaction.errors == [interactions.Error(code="internal", message="Broken.")]
        assert outcome.chunks[-1].error.message == "Broken."
        assert len(service.asked) == 1


def test_leaving_early_closes_the_socket(caller: Caller, service: Service) -> None:
    """By `break`, by `close()`, at the end of a `with` block, and also before the first event was read."""
    left: list[bool] = []

    def stall(peer: Peer, _: Asked) -> None:
        peer.start_events()
        peer.chunk(stream_of(EVENTS[:3]))
        try:
            peer.stall()
        finally:
            left.append(peer.has_left())

    service.answers(stall)
    arguments: dict[str, Any] = {"model": "m", "input": "a", "stream": True}

    def leave(client: genai.Client) -> None:
        for event in client.interactions.create(**arguments):
            assert event.event_id == "e0"
            break
        with client.interactions.create(**arguments) as stream:
            next(stream)
        assert list(stream) == []
        stream = client.interactions.create(**arguments)
        stream.close()
        stream.close()
        assert list(stream) == []

    async def leave_async(client: genai.Client) -> None:
        async for event in await client.aio.interactions.create(**arguments):
            assert event.event_id == "e0"
            break
        async with await client.aio.interactions.create(**arguments) as stream:
            await stream.__anext__()
        assert [event async for event in stream] == []
        stream = await client.aio.interactions.create(**arguments)
        await stream.close()
        await stream.aclose()
        assert [event async for event in stream] == []

    caller.driver.run(leave_async if caller.is_async else leave).result()  # type: ignore[attr-defined]
    assert not service.server.connections_still_open()
    assert left == [True, True, True]


def test_closing_ends_the_iteration_of_another_thread_or_task(caller: Caller, service: Service) -> None:
    def stall(peer: Peer, _: Asked) -> None:
        peer.start_events()
        peer.chunk(event_bytes(EVENTS[0]))
        peer.stall()

    service.answers(stall)
    arguments: dict[str, Any] = {"model": "m", "input": "a", "stream": True}

    def close(client: genai.Client) -> list[Any]:
        stream = client.interactions.create(**arguments)
        next(stream)
        read: list[Any] = []
        reader = threading.Thread(target=lambda: read.extend(stream), daemon=True)
        reader.start()
        reader.join(0.05)
        stream.close()
        reader.join(5)
        assert not reader.is_alive(), "the reader still waits"
        return read

    async def close_async(client: genai.Client) -> list[Any]:
        stream = await client.aio.interactions.create(**arguments)
        await stream.__anext__()

        async def rest() -> list[Any]:
            return [event async for event in stream]

        reader = asyncio.create_task(rest())
        await asyncio.sleep(0.05)
        await stream.close()
        return await asyncio.wait_for(reader, 5)

    assert caller.driver.run(close_async if caller.is_async else close).result() == []  # type: ignore[attr-defined]
    assert len(service.asked) == 1, "a closed stream was opened again"


def test_closing_ends_the_pause_before_another_attempt(caller: Caller, service: Service) -> None:
    caller.driver.configure(retry_options=types.HttpRetryOptions(attempts=5, initial_delay=60, jitter=0))
    service.answers(cut(event_bytes(EVENTS[0]), "closed inside a chunk"))
    arguments: dict[str, Any] = {"model": "m", "input": "a", "stream": True}

    def close(client: genai.Client) -> list[Any]:
        stream = client.interactions.create(**arguments)
        next(stream)
        closing = threading.Timer(0.2, stream.close)
        closing.start()
        rest = list(stream)
        closing.join()
        return rest

    async def close_async(client: genai.Client) -> list[Any]:
        stream = await client.aio.interactions.create(**arguments)
        await stream.__anext__()
        asyncio.get_running_loop().call_later(0.2, lambda: closing.append(asyncio.ensure_future(stream.close())))
        closing: list[Any] = []
        rest = [event async for event in stream]
        await closing[0]
        return rest

    assert caller.driver.run(close_async if caller.is_async else close).result() == []  # type: ignore[attr-defined]
    assert len(service.asked) == 1


def test_a_stream_tells_its_response(caller: Caller, service: Service) -> None:
    service.answers(as_stream(EVENTS))
    stream = caller.events().result()
    assert stream.response.status == 200
    assert stream.response.headers["content-type"] == "text/event-stream"


def test_streams_are_requested_as_such(caller: Caller, service: Service) -> None:
    service.answers(cut(stream_of(EVENTS[:2]), "closed"), as_stream(EVENTS[2:]))
    caller.events(extra_headers={"x-a": "1"}, extra_query={"q": "2"}, api_version="v9", extra_body={"b": 3}).result()
    first, second = service.asked
    assert (first.method, first.path) == ("POST", "/v9/interactions")
    assert first.body == {"model": "m", "input": "Hi", "stream": True, "b": 3}
    assert (second.method, second.path, second.body) == ("GET", f"/v9/interactions/{ID}", None)
    assert second.query == {"stream": "true", "last_event_id": "e1", "q": "2"}
    for asked in (first, second):
        assert (asked.headers["accept"], asked.headers["x-a"]) == ("text/event-stream", "1")
    heads = [request.raw_head.lower().count(b"\r\naccept:") for request in service.server.requests]
    assert heads == [1, 1]


def test_the_interaction_is_readable_at_any_time(caller: Caller, service: Service) -> None:
    service.answers(as_stream(EVENTS))
    seen: list[Any] = []

    def read(client: genai.Client) -> None:
        with client.interactions.create(model="m", input="a", stream=True) as stream:
            assert stream.interaction is None
            for _ in stream:
                assert stream.interaction is stream.interaction
                seen.append(stream.interaction.model_dump(exclude={"usage"}))

    async def read_async(client: genai.Client) -> None:
        async with await client.aio.interactions.create(model="m", input="a", stream=True) as stream:
            assert stream.interaction is None
            async for _ in stream:
                assert stream.interaction is not None
                seen.append(stream.interaction.model_dump(exclude={"usage"}))

    caller.driver.run(read_async if caller.is_async else read).result()  # type: ignore[attr-defined]
    assert [len(each.get("steps", ())) for each in seen] == [0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3]
    assert [each["output_text"] for each in seen][5:9] == ["", "Grüß ", "Grüß Gott 🙂", "Grüß Gott 🙂"]
    assert [each["steps"][-1]["arguments"] for each in seen[9:12]] == [{}, {}, {"city": "Paris"}]


def test_a_stream_in_an_array_of_json_is_read(caller: Caller, service: Service) -> None:
    """A gateway may turn the events into one array."""
    service.answers(as_json(EVENTS))
    assert ids(caller.events().chunks) == _IDS
    service.answers(as_stream([*EVENTS[:1], start(0, "e1", type="hologram", x=1), completed()]))
    outcome = caller.events()
    assert json.loads(outcome.chunks[1].model_dump_json())["step"] == {"type": "hologram", "x": 1}
