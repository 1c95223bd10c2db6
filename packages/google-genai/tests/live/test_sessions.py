"""Sessions over real sockets: addresses and headers, turns, the buffer, leaving."""

from __future__ import annotations

import asyncio
import logging
import warnings
from typing import Any

import pytest

from google import genai
from google.genai import errors, live, types
from google.genai._live import connection

from .conftest import KEY, Service, Talk

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import websockets.exceptions


async def test_a_turn(service: Service) -> None:
    client = service.client()
    async with client.aio.live.connect(model="m") as session:
        assert session.session_id == "s1"
        assert session.setup_complete == types.LiveServerSetupComplete(session_id="s1")
        for text in ("Hello", "again"):
            await session.send_client_content(turns=types.Content(role="user", parts=[types.Part(text=text)]))
            messages = [message async for message in session.receive()]
            assert [message.text for message in messages] == [text, None]
    assert service.talks[0].path == "//ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    headers = service.talks[0].headers
    assert headers["x-goog-api-key"] == KEY
    assert headers["user-agent"].startswith("google-genai-sdk/")
    assert "authorization" not in headers


@pytest.mark.parametrize("surface", ["express", "project", "token", "gateway"])
async def test_addresses_and_headers(service: Service, surface: str, standing_token: Any) -> None:
    options = {"base_url": service.url, "headers": {"x-own": "1"}}
    if surface == "express":
        client, expected = service.client(vertexai=True), "//ws/google.cloud.aiplatform.v1beta1.LlmBidiService/"
        expected += "BidiGenerateContent"
    elif surface == "project":
        client = genai.Client(
            vertexai=True, project="p", location="l", credentials=standing_token, http_options=options
        )
        expected = "//ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent"
    elif surface == "token":
        client = genai.Client(api_key="auth_tokens/abc", http_options={**options, "api_version": "v1alpha"})
        expected = "//ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained"
    else:
        client = genai.Client(vertexai=True, http_options={**options, "base_url": f"{service.url}own/path"})
        expected = "/own/path"
    async with client.aio.live.connect(model="m"):
        pass
    (talk,) = service.talks
    assert talk.path == expected
    if surface == "project":
        assert talk.headers["authorization"] == "Bearer token"
    if surface == "token":
        assert talk.headers["authorization"] == "Token auth_tokens/abc"
    assert talk.headers.get("x-own") == (None if surface == "express" else "1")


async def test_another_universe_has_other_hosts(standing_token: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host is known when the credentials are loaded; a token must not be sent to another cloud."""

    asked: list[str] = []

    def connect(uri: str, **arguments: Any) -> Any:
        asked.append(uri)
        raise OSError("not opened")

    monkeypatch.setattr("google.genai.live.ws_connect", connect)
    standing_token._universe_domain = "cloud.example"
    client = genai.Client(vertexai=True, project="p", location="us-central1", credentials=standing_token)
    with pytest.raises(errors.APIConnectionError, match="not opened"):
        async with client.aio.live.connect(model="m"):
            pass
    assert asked[0].startswith("wss://us-central1-aiplatform.cloud.example/")


def test_headers_of_a_proxy_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    log = connection._RedactingLogger(logging.getLogger("google_genai.live"), ["secret"])
    log.debug("> %s: %s", "Proxy-Authorization", "Basic abc")
    log.debug("> %s: %s", "x-own", "a secret value")
    assert [record.getMessage() for record in caplog.records] == ["> Proxy-Authorization: …", "> x-own: a … value"]


async def test_headers_changed_later_are_used(service: Service) -> None:
    client = service.client()
    client._api_client._http_options.headers["x-later"] = "1"  # as gateways do
    async with client.aio.live.connect(model="m"):
        pass
    assert service.talks[0].headers["x-later"] == "1"


async def test_a_program_may_replace_the_function_that_connects(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    original = live.ws_connect

    def connect(uri: str, **arguments: Any) -> Any:
        opened.append(uri)
        return original(uri, **arguments)

    monkeypatch.setattr("google.genai.live.ws_connect", connect)
    async with service.client().aio.live.connect(model="m") as session:
        await session._ws.send('{"realtimeInput": {"text": "raw"}}')
        assert [message.text async for message in session.receive()] == ["raw", None]
    assert opened[0].startswith("ws://127.0.0.1")


@pytest.mark.parametrize(
    ("contents", "received"),
    [
        ([{"interactionStatus": "IDLE"}], 1),
        ([{"interactionStatus": "IN_PROGRESS"}, {"turnComplete": True}], 2),
        ([{"interactionStatus": "IN_PROGRESS", "turnComplete": True}, {"interactionStatus": "IDLE"}], 2),
        ([{"interactionStatus": "REQUIRES_ACTION", "turnComplete": True}, {"turnComplete": True}], 2),
        ([{"turnComplete": True}], 1),
    ],
)
async def test_a_turn_ends_when_the_model_is_idle(
    service: Service, contents: list[dict[str, Any]], received: int
) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        for content in [*contents, {"modelTurn": {"parts": [{"text": "later"}]}}]:
            await talk.send(serverContent=content)
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        assert len([message async for message in session.receive()]) == received
        assert (await anext(session.receive())).text == "later"


async def test_what_comes_after_the_turn_is_kept(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.receive()
        await talk.say("first")
        await talk.send(sessionResumptionUpdate={"newHandle": "h1", "resumable": True})
        await talk.send(sessionResumptionUpdate={"resumable": False})
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        assert session.resumption_handle is None
        await session.send_realtime_input(text="x")
        assert [message.text async for message in session.receive()] == ["first", None]
        for _ in range(200):
            if session.resumption_handle:
                break
            await asyncio.sleep(0.01)
        assert session.resumption_handle == "h1"
        update = await anext(session.receive())
        assert update.session_resumption_update is not None


async def test_events_cover_all_turns_and_end_normally(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.say("one")
        await talk.say("two")
        await talk.websocket.close(1000, "bye")

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        texts = [event.text async for event in session.events() if isinstance(event, types.LiveServerMessage)]
        assert texts == ["one", None, "two", None]
        with pytest.raises(errors.APIConnectionError) as caught:  # a loop around `receive` must not spin
            await anext(session.receive())
        assert caught.value.code == 1000
        assert isinstance(caught.value, websockets.exceptions.ConnectionClosedOK)


async def test_a_slow_program_makes_the_service_wait(service: Service) -> None:
    sent = 0
    size = 100_000

    async def behaviour(talk: Talk) -> None:
        nonlocal sent
        await talk.setup()
        for _ in range(2_000):
            await talk.send(serverContent={"modelTurn": {"parts": [{"text": "x" * size}]}})
            sent += 1
        await talk.send(serverContent={"turnComplete": True})
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client(websocket_args={"compression": None}).aio.live.connect(model="m") as session:
        before = -1
        while before != sent:
            before = sent
            await asyncio.sleep(0.3)
        assert sent * size < 100_000_000  # not 200 MB
        assert len([message async for message in session.receive()]) == 2_001


async def test_a_large_message_arrives(service: Service) -> None:
    text = "x" * 20_000_000

    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.say(text)
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client(websocket_args={"compression": None}).aio.live.connect(model="m") as session:
        messages = [message async for message in session.receive()]
        assert messages[0].text == text


async def test_garbage_is_an_error_at_its_place_and_the_session_goes_on(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.say("before", complete=False)
        await talk.websocket.send(b"\xff{{")
        await talk.websocket.send("[]")
        await talk.say("after")
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        assert (await anext(session.receive())).text == "before"
        for _ in range(2):
            with pytest.raises(errors.InvalidResponseError):
                await anext(session.receive())
        assert [message.text async for message in session.receive()] == ["after", None]


async def test_many_tasks_send_at_once(service: Service) -> None:
    async with service.client().aio.live.connect(model="m") as session:
        await asyncio.gather(*(session.send_realtime_input(text=f"{number} {'x' * 5_000}") for number in range(100)))
        heard: set[str] = set()
        while len(heard) < 100:
            async for message in session.receive():
                if message.text:
                    heard.add(message.text.split()[0])
        assert heard == {str(number) for number in range(100)}


async def test_only_one_task_receives(service: Service) -> None:
    async with service.client().aio.live.connect(model="m") as session:
        waiting = asyncio.ensure_future(anext(session.receive()))
        await asyncio.sleep(0.05)
        with pytest.raises(RuntimeError, match="only one task can receive"):
            await anext(session.receive())
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await session.send_realtime_input(text="still works")
        assert (await anext(session.receive())).text == "still works"


async def test_the_older_stream_method(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        for _ in range(3):
            assert "mediaChunks" in (await talk.receive())["realtimeInput"]
        await talk.say("heard")
        await talk.until_closed()

    async def stream() -> Any:
        for _ in range(3):
            yield bytes(640)

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        texts = [message.text async for message in session.start_stream(stream=stream(), mime_type="audio/pcm")]
        assert texts == ["heard", None]


async def test_an_error_in_the_older_stream_method_reaches_the_program(service: Service) -> None:
    async def stream() -> Any:
        yield bytes(640)
        raise LookupError("no microphone")

    async with service.client().aio.live.connect(model="m") as session:
        with pytest.raises(LookupError, match="no microphone"):
            await anext(session.start_stream(stream=stream(), mime_type="audio/pcm"))


async def test_the_older_stream_method_ends_with_a_normal_close_even_while_it_sends(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.say("heard", complete=False)
        await talk.websocket.close(1000, "bye")

    async def stream() -> Any:
        await session._link.connection.websocket.wait_closed()
        yield bytes(640)

    service.behaves(behaviour)
    texts: list[str | None] = []
    async with service.client().aio.live.connect(model="m") as session:
        async for message in session.start_stream(stream=stream(), mime_type="audio/pcm"):
            texts.append(message.text)
            await asyncio.sleep(0.1)  # meanwhile the connection is closed, and sending fails
    assert texts == ["heard"]


async def test_a_session_around_an_own_socket(service: Service) -> None:
    client = service.client()
    async with live.ws_connect(service.url.replace("http", "ws")) as websocket:
        await websocket.send('{"setup": {}}')
        await websocket.recv()
        session = live.AsyncSession(client._api_client, websocket, "own")
        assert session.session_id == "own"
        await session.send(input="Hello", end_of_turn=True)
        assert [message.text async for message in session.receive()] == ["Hello", None]
        await session.close()


async def test_no_secret_is_logged(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = service.client(headers={"authorization": "Bearer other-secret", "cookie": "session=third-secret"})
    async with client.aio.live.connect(model="m") as session:
        await session.send_realtime_input(text="x")
        assert KEY not in repr(session) + repr(session._link) + repr(client)
        with pytest.raises(ValueError, match="text") as caught:
            await session.send_realtime_input(text="a", activity_start={})
    assert KEY not in str(caught.value)
    own = [record.getMessage() for record in caplog.records if record.name.startswith("google_genai")]
    assert any("BidiGenerateContent" in line for line in own)  # the handshake was logged
    for secret in (KEY, "other-secret", "third-secret"):
        assert not any(secret in line for line in own)


async def test_trio_gets_a_clear_error() -> None:
    trio = pytest.importorskip("trio")

    async def program() -> None:
        async with genai.Client(api_key="k").aio.live.connect(model="m"):
            pass

    def run() -> None:
        with pytest.raises(RuntimeError, match="Live sessions need asyncio"):
            trio.run(program)

    await asyncio.to_thread(run)
