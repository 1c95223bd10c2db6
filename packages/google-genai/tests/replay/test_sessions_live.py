"""Live and music sessions: messages in both directions, ends, refusals, functions, sound, resumption."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from google import genai
from google.genai import errors, types

from ..live.conftest import KEY, Service, Talk
from ..live.test_failures import raw_service
from .conftest import Recorded

TEXT: dict[str, Any] = {"response_modalities": ["TEXT"]}


class Sessions:
    """Sessions with a service of the test, recorded and replayed."""

    def __init__(self, one: Recorded, service: Service) -> None:
        self.one = one
        self.service = service
        self.url = service.url

    async def twice(self, program: Any, **options: Any) -> tuple[Any, Any]:
        """Return the outcomes of a program while it is recorded, and replayed without the service."""
        client = self.one.client("record", api_key=KEY, http_options={**options})
        client._api_client._http_options.base_url = self.url
        first = await _outcome(program, client)
        await self.one.close(client)
        opened = len(self.service.talks)
        again = self.one.client("replay", http_options=options)
        second = await asyncio.wait_for(_outcome(program, again), 20)
        assert again.recording is not None
        assert again.recording.unused() == []
        await self.one.close(again)
        assert len(self.service.talks) == opened
        assert KEY not in self.one.path.read_text()
        return first, second

    @property
    def kinds(self) -> list[list[str]]:
        """For each socket the kinds of its messages."""
        return [
            [next(kind for kind in each if kind != "after_ms") for each in exchange.get("messages", [])]
            for exchange in self.one.exchanges
        ]


async def _outcome(program: Any, client: genai.Client) -> Any:
    try:
        return await program(client)
    except Exception as error:
        return error


@pytest.fixture
def sessions(one: Recorded, service: Service) -> Sessions:
    return Sessions(one, service)


def texts(messages: list[Any]) -> str:
    return "".join(message.text or "" for message in messages)


async def _turn(session: Any, text: str) -> str:
    await session.send_client_content(turns=types.UserContent(text))
    return texts([message async for message in session.receive()])


async def test_turns(sessions: Sessions) -> None:
    async def program(client: genai.Client) -> Any:
        async with client.aio.live.connect(model="m", config=TEXT) as session:
            return [await _turn(session, "one"), await _turn(session, "two")]

    first, second = await sessions.twice(program)
    assert first == second
    assert len(first) == 2
    assert sessions.kinds[0][:3] == ["sent", "received", "sent"]
    assert sessions.kinds[0][-1] == "closed_here"


async def test_blocking_sessions(sessions: Sessions) -> None:
    def blocking(client: genai.Client) -> Any:
        with client.live.connect(model="m", config=TEXT) as session:
            session.send_client_content(turns=types.UserContent("one"))
            return texts(list(session.receive()))

    first, second = await sessions.twice(lambda client: asyncio.to_thread(blocking, client))
    assert first == second
    assert isinstance(first, str)


async def test_an_end_by_the_service(sessions: Sessions) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.receive()
        await talk.say("bye")
        await talk.websocket.close(1011, "it is broken")

    sessions.service.behaves(behaviour)

    async def program(client: genai.Client) -> Any:
        async with client.aio.live.connect(model="m", config=TEXT) as session:
            answer = await _turn(session, "one")
            with pytest.raises(errors.APIError) as caught:
                await _turn(session, "two")
            return [answer, caught.value.code, caught.value.message]

    first, second = await sessions.twice(program)
    assert first == ["bye", 1011, "The service closed the session with code 1011: it is broken"]
    assert second == first
    assert sessions.one.exchanges[0]["messages"][-1]["closed"] == {"code": 1011, "reason": "it is broken"}


async def test_a_lost_connection(sessions: Sessions) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.receive()
        await talk.say("partly", complete=False)
        talk.drop()

    sessions.service.behaves(behaviour)

    async def program(client: genai.Client) -> Any:
        async with client.aio.live.connect(model="m", config=TEXT) as session:
            await session.send_client_content(turns=types.UserContent("one"))
            seen: list[str] = []
            with pytest.raises(errors.APIConnectionError) as caught:  # noqa: PT012 - the loop raises it
                async for message in session.receive():
                    seen.append(message.text or "")  # noqa: PERF401 - the messages before the failure are kept
            return [seen, caught.value.code]

    first, second = await sessions.twice(program)
    assert first == second == [["partly"], 1006]


async def test_a_refused_handshake(sessions: Sessions) -> None:
    from websockets.exceptions import InvalidStatus

    body = json.dumps({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": f"Not with {KEY}."}}).encode()

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 403 No\r\ncontent-type: application/json\r\nset-cookie: SID=a-cookie\r\ncontent-length: %d\r\n\r\n"
        writer.write(head % len(body) + body)
        await writer.drain()
        writer.close()

    async def program(client: genai.Client) -> Any:
        async with client.aio.live.connect(model="m", config=TEXT):
            return None

    async with raw_service(peer) as url:
        sessions.url = url
        first, second = await sessions.twice(program)
    assert isinstance(first, errors.ClientError)
    assert isinstance(second, InvalidStatus)
    assert (type(second).__name__, second.code, second.message) == ("ClientError", 403, "Not with {API_KEY}.")
    assert "a-cookie" not in sessions.one.path.read_text()


async def test_an_address_without_a_server(sessions: Sessions) -> None:
    client = sessions.one.client("record", api_key=KEY)
    client._api_client._http_options.base_url = "http://127.0.0.1:9/"

    async def program(client: genai.Client) -> Any:
        async with client.aio.live.connect(model="m", config=TEXT):
            return None

    first = await _outcome(program, client)
    await sessions.one.close(client)
    second = await _outcome(program, sessions.one.client("replay"))
    assert isinstance(first, errors.APIConnectionError)
    assert isinstance(second, errors.APIConnectionError)
    assert isinstance(second, ConnectionError)


async def test_functions(sessions: Sessions) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.receive()
        await talk.send(toolCall={"functionCalls": [{"id": "1", "name": "get_weather", "args": {"city": "Rome"}}]})
        answer = await talk.receive()
        await talk.say(json.dumps(answer["toolResponse"]["functionResponses"][0]["response"]))
        await talk.until_closed()

    sessions.service.behaves(behaviour)
    asked: list[str] = []

    def get_weather(city: str) -> str:
        """Tell the weather."""
        asked.append(city)
        return "sunny"

    async def program(client: genai.Client) -> Any:
        config = {**TEXT, "tools": [get_weather], "automatic_function_calling": {}}
        async with client.aio.live.connect(model="m", config=config) as session:
            return await _turn(session, "weather")

    first, second = await sessions.twice(program)
    assert first == second == '{"result": "sunny"}'
    assert asked == ["Rome", "Rome"]


async def test_the_number_of_pieces_of_sound_does_not_count(sessions: Sessions) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        for _ in range(5):
            await talk.receive()
        await talk.say("heard")
        await talk.until_closed()

    sessions.service.behaves(behaviour)

    def program(pieces: int) -> Any:
        async def program(client: genai.Client) -> Any:
            async with client.aio.live.connect(model="m", config=TEXT) as session:
                for i in range(pieces):
                    await session.send_realtime_input(audio=types.Blob(data=bytes([i]) * 10, mime_type="audio/pcm"))
                return texts([message async for message in session.receive()])

        return program

    client = sessions.one.client("record", api_key=KEY)
    client._api_client._http_options.base_url = sessions.service.url
    assert await program(5)(client) == "heard"
    await sessions.one.close(client)
    for pieces in (1, 5, 9):
        client = sessions.one.client("replay")
        assert await asyncio.wait_for(program(pieces)(client), 10) == "heard"
        await sessions.one.close(client)


async def test_an_answer_waits_for_its_question(sessions: Sessions) -> None:
    async def program(client: genai.Client) -> Any:
        async with client.aio.live.connect(model="m", config=TEXT) as session:
            return await _turn(session, "one")

    client = sessions.one.client("record", api_key=KEY)
    client._api_client._http_options.base_url = sessions.service.url
    await program(client)
    await sessions.one.close(client)
    again = sessions.one.client("replay")
    async with again.aio.live.connect(model="m", config=TEXT) as session:
        stream = session.receive()
        waiting = asyncio.ensure_future(stream.__anext__())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done()
        await session.send_client_content(turns=types.UserContent("one"))
        assert (await asyncio.wait_for(waiting, 10)).server_content
    await sessions.one.close(again)


async def test_a_message_that_differs(sessions: Sessions) -> None:
    async def program(client: genai.Client, text: str) -> Any:
        async with client.aio.live.connect(model="m", config=TEXT) as session:
            return await _turn(session, text)

    client = sessions.one.client("record", api_key=KEY)
    client._api_client._http_options.base_url = sessions.service.url
    await program(client, "one")
    await sessions.one.close(client)
    again = sessions.one.client("replay")
    with pytest.raises(errors.RequestNotRecordedError) as caught:
        await program(again, "two")
    assert '-          "text": "one"' in caught.value.diff.replace("    -", "-").replace("  " * 6, "  " * 5)
    assert '"text": "two"' in str(caught.value)
    assert "exchanges[0].messages[2]" in str(caught.value)
    await sessions.one.close(again)


async def test_a_difference_ends_the_iteration_too(sessions: Sessions) -> None:
    """A message of a background task, such as the result of a function, must not leave the program waiting."""

    async def record(client: genai.Client) -> None:
        async with client.aio.live.connect(model="m", config=TEXT) as session:
            await _turn(session, "one")

    client = sessions.one.client("record", api_key=KEY)
    client._api_client._http_options.base_url = sessions.service.url
    await record(client)
    await sessions.one.close(client)
    again = sessions.one.client("replay")
    async with again.aio.live.connect(model="m", config=TEXT) as session:
        with pytest.raises(errors.RequestNotRecordedError):
            await session.send_client_content(turns=types.UserContent("two"))
        with pytest.raises(errors.RequestNotRecordedError):
            async for _ in session.receive():
                pass
    await sessions.one.close(again)


async def test_a_session_that_is_resumed(sessions: Sessions) -> None:
    async def first_part(talk: Talk) -> None:
        await talk.setup()
        await talk.send(sessionResumptionUpdate={"newHandle": "h1", "resumable": True})
        await talk.receive()
        await talk.say("one")
        await talk.send(sessionResumptionUpdate={"newHandle": "h2", "resumable": True})
        talk.drop()

    async def second_part(talk: Talk) -> None:
        setup = await talk.setup()
        assert setup["sessionResumption"]["handle"] == "h2"
        await talk.receive()
        await talk.say("two")
        await talk.until_closed()

    sessions.service.behaves(first_part, second_part)

    async def program(client: genai.Client) -> Any:
        config = {**TEXT, "automatic_resumption": {"initial_delay": 0.01, "jitter": 0}}
        async with client.aio.live.connect(model="m", config=config) as session:
            answers = [await _turn(session, "one")]
            await asyncio.sleep(0.05)
            answers.append(await _turn(session, "two"))
            return answers

    first, second = await sessions.twice(program)
    assert first == second == ["one", "two"]
    assert len(sessions.one.exchanges) == 2


@pytest.mark.filterwarnings("ignore::google.genai.errors.ExperimentalWarning")
async def test_music(sessions: Sessions) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.receive()
        await talk.receive()
        await talk.send(serverContent={"audioChunks": [{"data": "AAEC", "mimeType": "audio/l16"}]})
        await talk.until_closed()

    sessions.service.behaves(behaviour)

    async def program(client: genai.Client) -> Any:
        async with client.aio.live.music.connect(model="models/lyria") as session:
            await session.set_weighted_prompts([types.WeightedPrompt(text="techno", weight=1.0)])
            await session.play()
            async for message in session.receive():
                assert message.server_content is not None
                return message.server_content.audio_chunks[0].data
        return None

    first, second = await sessions.twice(program)
    assert first == second == b"\x00\x01\x02"
