"""Connections to interactions: what they send and receive, every way in which they end, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from google import genai
from google.genai import errors, interactions
from google.genai._interactions import realtime

KEY = "AIza-secret-key-of-the-test"

Behaviour = Callable[[ServerConnection], Awaitable[None]]


class Live:
    """A service of connections: a test says what it does on each one."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = answers
        self.received: list[Any] = []
        self.headers: dict[str, str] = {}
        self.path = ""
        self.close_codes: list[int | None] = []
        self.server: Server | None = None
        self.refusal: tuple[int, str] | None = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{next(iter(self.server.sockets)).getsockname()[1]}"

    def client(self, **options: Any) -> genai.Client:
        return genai.Client(api_key=options.pop("api_key", KEY), http_options={"base_url": self.url, **options})

    async def handle(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        self.path = websocket.request.path
        self.headers = {name.lower(): value for name, value in websocket.request.headers.raw_items()}
        websocket.received = self.received  # type: ignore[attr-defined]
        try:
            await self.behaviour(websocket)
            await websocket.wait_closed()
        except ConnectionClosed:
            pass
        finally:
            self.close_codes.append(websocket.close_code)

    def refuse(self, connection: ServerConnection, request: Any) -> Any:
        return connection.respond(*self.refusal) if self.refusal else None


async def next_of(websocket: ServerConnection) -> Any:
    """Return the next message of the client."""
    message = json.loads(await websocket.recv())
    websocket.received.append(message)  # type: ignore[attr-defined]
    return message


async def say(websocket: ServerConnection, event_type: str, **fields: Any) -> None:
    await websocket.send(json.dumps({"event_type": event_type, **fields}))


async def answers(websocket: ServerConnection) -> None:
    """Confirm the connection, and answer each input with a text, then end the interaction."""
    while True:
        message = await next_of(websocket)
        for event in message.get("events", [message]):
            kind = event["event_type"]
            if kind == "interaction.connect":
                await say(websocket, "interaction.connected")
            elif kind == "input":
                await say(websocket, "step.start", index=0, step={"type": "model_output"})
                await say(websocket, "step.delta", index=0, delta={"type": "text", "text": "Hello"})
                await say(websocket, "step.stop", index=0)
            elif kind == "interaction.complete":
                await say(websocket, "interaction.completed", usage={"total_tokens": 3}, status={"code": 0})


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    service = Live()
    async with serve(
        service.handle, "127.0.0.1", 0, max_size=None, close_timeout=0.5, process_request=service.refuse
    ) as server:
        service.server = server
        yield service
        server.close(close_connections=True)


async def until(condition: Callable[[], Any]) -> None:
    """Wait until the service has noticed something."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the service did not notice it")


def _kinds(events: list[Any]) -> list[str]:
    return [event.event_type for event in events]


async def _first(connection: interactions.InteractionWebSocketConnection, count: int) -> list[Any]:
    events: list[Any] = []
    async for event in connection.receive():
        events.append(event)
        if len(events) == count:
            break
    return events


# Messages


async def test_a_whole_interaction(live: Live) -> None:
    async with live.client().aio.interactions.connect("int_1") as connection:
        assert connection.id == "int_1"
        await connection.send("Hi ü")
        events = await _first(connection, 4)
        await connection.complete()
        events += [event async for event in connection.receive()]
        assert [event async for event in connection.receive()] == []
    assert _kinds(events) == ["interaction.connected", "step.start", "step.delta", "step.stop", "interaction.completed"]
    assert isinstance(events[2], interactions.StepDelta)
    assert events[2].delta.text == "Hello"  # type: ignore[union-attr]
    assert isinstance(events[4], interactions.LiveInteractionCompletedEvent)
    assert events[4].usage is not None
    assert events[4].usage.total_tokens == 3
    assert live.received == [
        {"event_type": "interaction.connect", "id": "int_1"},
        {"event_type": "input", "content": [{"type": "text", "text": "Hi ü"}]},
        {"event_type": "interaction.complete"},
    ]
    await until(lambda: live.close_codes)
    assert live.close_codes == [1000]


async def test_address_and_headers(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USER_PROJECT", "bills-here")
    client = live.client(headers={"X-Own": "a", "X-Other": "b"})
    async with client.aio.interactions.connect("i", api_version="v9", extra_headers={"x-own": "c"}) as connection:
        await _first(connection, 1)
    assert live.path == "/v9/interactions/live"
    assert live.headers["api-revision"] == "2026-05-20"
    assert live.headers["x-goog-api-key"] == KEY
    assert (live.headers["x-own"], live.headers["x-other"]) == ("c", "b")
    assert live.headers["x-goog-user-project"] == "bills-here"


async def test_a_token_is_sent_as_authorization(live: Live) -> None:
    client = live.client(api_key="auth_tokens/short-lived")
    async with client.aio.interactions.connect("i") as connection:
        await _first(connection, 1)
    assert live.headers["authorization"] == "Token auth_tokens/short-lived"


async def test_forms_of_input(live: Live) -> None:
    async with live.client().aio.interactions.connect("i") as connection:
        await connection.send(interactions.InputEvent(content=[interactions.TextContent(text="a")]))
        await connection.send({"event_type": "input", "content": [{"type": "text", "text": "b"}]})
        await connection.send({"event_type": "new_kind", "x": [1]})
        await connection.send(
            [
                "c",
                interactions.UserActionInput(action="key_click", input="space"),
                {"event_type": "interaction.complete"},
            ]
        )
        assert _kinds([event async for event in connection.receive()])[-1] == "interaction.completed"
    text = [{"event_type": "input", "content": [{"type": "text", "text": letter}]} for letter in "abc"]
    assert live.received[1:] == [
        text[0],
        text[1],
        {"event_type": "new_kind", "x": [1]},
        {
            "events": [
                text[2],
                {"event_type": "user_action", "action": "key_click", "input": "space"},
                {"event_type": "interaction.complete"},
            ]
        },
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (5, "input: expected a text, or an event .* got int"),
        (None, "input: expected .* got NoneType"),
        ({"content": []}, "input: expected .* event_type, got dict"),
        (interactions.TextContent(text="a"), "input: expected .* got TextContent"),
        ([], "expected at least one event"),
        (["a", 5], r"input\[1\]: expected"),
        ({"event_type": "input", "content": 5}, "content"),
        ({"event_type": "user_action", "action": "jump"}, "action"),
    ],
)
async def test_wrong_input_is_refused(live: Live, given: Any, message: str) -> None:
    async with live.client().aio.interactions.connect("i") as connection:
        with pytest.raises(ValueError, match=message):
            await connection.send(given)
        await connection.send("still open")
        await _first(connection, 2)
    assert len(live.received) >= 2
    assert live.received[1]["content"][0]["text"] == "still open"


async def test_events_of_the_service(live: Live) -> None:
    async def speaks(websocket: ServerConnection) -> None:
        await next_of(websocket)
        await say(websocket, "interaction.created", interaction_id="x")
        await say(websocket, "new.event", z={"a": 1})
        await websocket.send(json.dumps({"event_type": "step.stop", "index": "three"}).encode())
        await websocket.send(json.dumps({"events": [{"event_type": "step.stop", "index": 1}, 5, {"no": "type"}]}))
        await say(websocket, "error", error={"code": "boom", "message": "no"})
        await say(websocket, "interaction.cancelled")

    live.behaviour = speaks
    async with live.client().aio.interactions.connect("i") as connection:
        events = [event async for event in connection.receive()]
    created, new, partly, stop, untyped, error, cancelled = events
    assert created.interaction_id == "x"
    assert (new.event_type, new.z) == ("new.event", {"a": 1})
    assert (type(partly), partly.index) == (interactions.StepStop, "three")
    assert (stop.index, untyped.no) == (1, "type")
    assert isinstance(error, interactions.ErrorEvent)
    assert error.error is not None
    assert error.error.code == "boom"
    assert isinstance(cancelled, interactions.InteractionCancelledEvent)


# Ends


async def test_leaving_the_block_disconnects(live: Live) -> None:
    async with live.client().aio.interactions.connect("i") as connection:
        await _first(connection, 1)
    await until(lambda: live.close_codes)
    assert live.received[-1] == {"event_type": "interaction.disconnect"}
    assert live.close_codes == [1000]


async def test_await_and_detach(live: Live) -> None:
    connection = await live.client().aio.interactions.connect("i")
    await _first(connection, 1)
    await connection.detach()
    await connection.detach()
    with pytest.raises(RuntimeError, match="The connection has ended"):
        await connection.send("a")
    assert [event async for event in connection.receive()] == []
    await until(lambda: live.close_codes)
    assert live.received == [
        {"event_type": "interaction.connect", "id": "i"},
        {"event_type": "interaction.disconnect"},
    ]


async def test_cancel_closes(live: Live) -> None:
    async with live.client().aio.interactions.connect("i") as connection:
        await _first(connection, 1)
        await connection.cancel()
        with pytest.raises(RuntimeError, match="The interaction has ended"):
            await connection.complete()
        assert [event async for event in connection.receive()] == []
    await until(lambda: live.close_codes)
    assert live.received[-1] == {"event_type": "interaction.cancel"}


async def test_an_error_of_the_program_disconnects(live: Live) -> None:
    with pytest.raises(KeyError):  # noqa: PT012 - of the block
        async with live.client().aio.interactions.connect("i") as connection:
            await _first(connection, 1)
            raise KeyError
    await until(lambda: live.close_codes)
    assert live.received[-1] == {"event_type": "interaction.disconnect"}


async def test_detaching_ends_a_waiting_receiver(live: Live) -> None:
    async with live.client().aio.interactions.connect("i") as connection:
        await _first(connection, 1)
        waiting = asyncio.ensure_future(_first(connection, 5))
        await asyncio.sleep(0.05)
        await connection.detach()
        assert await asyncio.wait_for(waiting, 5) == []


async def test_only_one_task_receives(live: Live) -> None:
    async with live.client().aio.interactions.connect("i") as connection:
        await _first(connection, 1)
        waiting = asyncio.ensure_future(_first(connection, 1))
        await asyncio.sleep(0.05)
        with pytest.raises(RuntimeError, match="only one task may receive"):
            await _first(connection, 1)
        await connection.send("a")
        assert _kinds(await asyncio.wait_for(waiting, 5)) == ["step.start"]


async def test_a_context_is_used_once(live: Live) -> None:
    context = live.client().aio.interactions.connect("i")
    async with context:
        pass
    with pytest.raises(RuntimeError, match="call connect again"):
        await context.__aenter__()


async def _closes(websocket: ServerConnection, code: int, reason: str) -> None:
    await next_of(websocket)
    await say(websocket, "interaction.connected")
    await websocket.close(code, reason)


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 4000])
async def test_the_service_closes(live: Live, code: int) -> None:
    live.behaviour = lambda websocket: _closes(websocket, code, "because")
    events: list[Any] = []
    async with live.client().aio.interactions.connect("i") as connection:
        with pytest.raises(interactions.APIWebSocketError, match="because") as raised:  # noqa: PT012 - after events
            async for event in connection.receive():
                events.append(event)  # noqa: PERF401 - the error comes after it
        with pytest.raises(RuntimeError, match="has ended"):
            await connection.send("a")
    assert _kinds(events) == ["interaction.connected"]
    error = raised.value
    assert (error.close_code, error.http_status, error.code) == (code, None, code)
    assert isinstance(error, errors.APIConnectionError)
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), twin.close_code, str(twin)) == (interactions.APIWebSocketError, code, str(error))


async def test_a_lost_connection(live: Live) -> None:
    async def drops(websocket: ServerConnection) -> None:
        await next_of(websocket)
        websocket.transport.abort()

    live.behaviour = drops
    async with live.client().aio.interactions.connect("i") as connection:
        with pytest.raises(interactions.APIWebSocketError) as raised:
            await _first(connection, 1)
    assert raised.value.close_code == 1006


@pytest.mark.parametrize("message", ["not json", "[1]", "5", b"\xff\xfe"])
async def test_a_message_that_is_no_object(live: Live, message: str | bytes) -> None:
    async def speaks(websocket: ServerConnection) -> None:
        await next_of(websocket)
        await websocket.send(message)
        await next_of(websocket)

    live.behaviour = speaks
    async with live.client().aio.interactions.connect("i") as connection:
        with pytest.raises(interactions.APIWebSocketError, match="not a JSON object"):
            await _first(connection, 1)


async def test_a_message_beyond_the_limit(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "_LARGEST_FRAME_BYTES", 1000)

    async def speaks(websocket: ServerConnection) -> None:
        await next_of(websocket)
        await say(websocket, "step.stop", x="y" * 2000)

    live.behaviour = speaks
    async with live.client().aio.interactions.connect("i") as connection:
        with pytest.raises(interactions.APIWebSocketError) as raised:
            await _first(connection, 1)
    assert raised.value.code == 1006
    async with live.client(websocket_args={"max_size": 5000}).aio.interactions.connect("i") as connection:
        assert len(await _first(connection, 1)) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 503])
async def test_a_refused_connection(live: Live, status: int) -> None:
    live.refusal = (status, json.dumps({"error": {"code": status, "status": "SOME_CODE", "message": "no"}}))
    with pytest.raises(interactions.APIWebSocketError) as raised:
        async with live.client().aio.interactions.connect("i"):
            raise AssertionError("the connection must not open")
    error = raised.value
    assert (error.http_status, error.close_code, error.server_code) == (status, None, "SOME_CODE")
    assert KEY not in str(error)


async def test_a_service_that_does_not_answer() -> None:
    writers: list[asyncio.StreamWriter] = []

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = genai.Client(api_key=KEY, http_options={"base_url": url})
        with pytest.raises(errors.APITimeoutError, match=r"within 0\.05 s"):
            await client.aio.interactions.connect("i", timeout=0.05)
        for writer in writers:
            writer.close()
            await writer.wait_closed()


async def test_no_service() -> None:
    client = genai.Client(api_key=KEY, http_options={"base_url": "http://127.0.0.1:9"})
    with pytest.raises(interactions.APIWebSocketError) as raised:
        await client.aio.interactions.connect("i")
    assert (raised.value.close_code, raised.value.http_status) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"id": ""}, "id"),
        ({"id": "a/b"}, "id"),
        ({"id": 5}, "id"),
        ({"id": "i", "timeout": 0}, "timeout"),
        ({"id": "i", "timeout": float("nan")}, "timeout"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    client = genai.Client(api_key=KEY)
    with pytest.raises(ValueError, match=message):
        client.aio.interactions.connect(**arguments)


def test_only_the_async_side_connects() -> None:
    client = genai.Client(api_key=KEY)
    assert not hasattr(client.interactions, "connect")
    assert hasattr(client.aio.interactions, "connect")
