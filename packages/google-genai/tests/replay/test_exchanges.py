"""Every kind of exchange, recorded with a service and replayed without a network: the program sees the same."""

from __future__ import annotations

import asyncio
import io
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import google.auth.credentials
import httpx2
import pytest

from google import genai
from google.genai import errors, types

from .conftest import MODEL, QUICK, Recorded


def shown(value: Any) -> Any:
    """Return a value in a form that can be compared."""
    if isinstance(value, list):
        return [shown(each) for each in value]
    return value.model_dump() if hasattr(value, "model_dump") else value


async def test_an_answer(recorded: Recorded) -> None:
    async def program(client: genai.Client) -> Any:
        return await recorded.use(client, "models.generate_content", model=MODEL, contents="Hello")

    first, second = await recorded.twice(program)
    assert first.text == "This is a scripted reply to: Hello"
    assert shown(second) == shown(first)
    assert second.sdk_http_response.headers["content-type"] == first.sdk_http_response.headers["content-type"]


async def test_a_stream(recorded: Recorded) -> None:
    recorded.gemini.on("story").stream(["Once ", "upon ", "a time: \u2028 ü"])

    async def program(client: genai.Client) -> Any:
        return await recorded.use(client, "models.generate_content_stream", model=MODEL, contents="A story")

    first, second = await recorded.twice(program)
    assert [chunk.text for chunk in first] == ["Once ", "upon ", "a time: \u2028 ü"]
    assert shown(second) == shown(first)
    pieces = recorded.exchanges[0]["response"]["pieces"]
    assert sum(len(piece["events"]) for piece in pieces) == 3
    assert all(piece["after_ms"] >= 0 for piece in pieces)


async def test_a_stream_that_breaks(recorded: Recorded) -> None:
    recorded.gemini.on("count").stream(["one ", "two ", "three "])
    recorded.gemini.fail(disconnect="mid_stream", after_chunks=2)
    texts: list[list[str]] = []

    async def program(client: genai.Client) -> Any:
        texts.append([])
        if recorded.is_async:
            stream = await client.aio.models.generate_content_stream(model=MODEL, contents="count")
            async for chunk in stream:
                texts[-1].append(chunk.text or "")
        else:
            for chunk in client.models.generate_content_stream(model=MODEL, contents="count"):
                texts[-1].append(chunk.text or "")

    first, second = await recorded.twice(program)
    assert texts == [["one ", "two "], ["one ", "two "]]
    assert isinstance(first, errors.APIConnectionError)
    assert isinstance(second, errors.APIConnectionError)
    assert second.message == first.message
    assert isinstance(second, (httpx2.TransportError, aiohttp.ClientError))


async def test_an_error_within_a_stream(recorded: Recorded) -> None:
    recorded.gemini.on("count").stream(["one ", "two "])
    recorded.gemini.fail(503, error_after_chunks=1)

    async def program(client: genai.Client) -> Any:
        return await recorded.use(client, "models.generate_content_stream", model=MODEL, contents="count")

    first, second = await recorded.twice(program)
    assert (type(second), second.code, second.message) == (errors.ServerError, first.code, first.message)


async def test_an_error(recorded: Recorded) -> None:
    recorded.gemini.fail(429, message="Too many.", retry_delay_s=7)

    async def program(client: genai.Client) -> Any:
        return await recorded.use(client, "models.generate_content", model=MODEL, contents="a")

    first, second = await recorded.twice(program)
    assert isinstance(second, errors.ClientError)
    assert (second.code, second.retry_delay_s, second.details) == (429, 7.0, first.details)


async def test_retries_without_their_pauses(recorded: Recorded) -> None:
    recorded.gemini.fail(429, times=2)
    program = _asks(recorded)
    client = recorded.client("record", http_options={"retry_options": QUICK})
    await program(client)
    await recorded.close(client)
    assert [each["response"]["status"] for each in recorded.exchanges] == [429, 429, 200]
    assert [each["attempt"] for each in recorded.exchanges] == [1, 2, 3]

    slow = {"attempts": 4, "initial_delay": 600.0, "max_delay": 600.0, "jitter": 0}
    again = recorded.client("replay", http_options={"retry_options": slow})
    answer = await asyncio.wait_for(program(again), 30)
    assert answer.text == "This is a scripted reply to: a"
    assert again.recording is not None
    assert again.recording.unused() == []


async def test_a_connection_that_fails(recorded: Recorded) -> None:
    recorded.gemini.fail(disconnect="before_reply")
    first, second = await recorded.twice(_asks(recorded))
    assert recorded.exchanges[0]["error"]["kind"] == "read"
    assert isinstance(first, errors.APIConnectionError)
    assert isinstance(second, errors.APIConnectionError)
    library = httpx2.TransportError if isinstance(first, httpx2.TransportError) else aiohttp.ClientError
    assert isinstance(second, library)


async def test_a_time_limit(recorded: Recorded) -> None:
    recorded.gemini.fail(stall=True)
    first, second = await recorded.twice(_asks(recorded), http_options={"timeout": 100}, api_key="a-key-of-a-test")
    assert isinstance(first, errors.APITimeoutError)
    assert isinstance(second, errors.APITimeoutError)
    assert second.limit == first.limit


async def test_uploads_and_files(recorded: Recorded, tmp_path: Path) -> None:
    recorded.gemini.upload_granularity_bytes = 1_000
    path = tmp_path / "notes.txt"
    path.write_text("Some notes. " * 10)
    data = bytes(range(256)) * 300

    async def program(client: genai.Client) -> Any:
        one = await recorded.use(client, "files.upload", file=path)
        two = await recorded.use(
            client, "files.upload", file=io.BytesIO(data), config={"mime_type": "application/octet-stream"}
        )
        found = await recorded.use(client, "files.get", name=one.name)
        answer = await recorded.use(client, "models.generate_content", model=MODEL, contents=["Read", one])
        await recorded.use(client, "files.delete", name=two.name)
        return [one, two, found, answer]

    first, second = await recorded.twice(program)
    assert first[0].size_bytes == 120
    assert shown(second) == shown(first)
    assert "upload_id" not in recorded.path.read_text().replace("upload_id={UPLOAD_ID_", "")


async def test_a_download(recorded: Recorded, tmp_path: Path) -> None:
    whole = bytes(range(256)) * 1_000
    recorded.gemini.respond(body=whole, headers={"content-type": "video/mp4"}, path=":download")

    async def program(client: genai.Client) -> Any:
        return await recorded.use(client, "files.download", file="files/abc")

    first, second = await recorded.twice(program)
    assert first == second == whole
    entry = recorded.exchanges[0]["response"]["file"]
    assert entry["size"] == len(whole)
    assert (recorded.path.parent / entry["name"]).read_bytes() == whole


async def test_a_download_that_breaks_and_continues(recorded: Recorded) -> None:
    generated = await _video(recorded)
    recorded.gemini.fail(disconnect="mid_body", path=":download", times=1)

    async def program(client: genai.Client) -> Any:
        return await recorded.use(client, "files.download", file=generated)

    first, second = await recorded.twice(program, http_options={"retry_options": QUICK}, api_key="a-key-of-a-test")
    assert isinstance(first, bytes)
    assert first == second
    assert [("cut" in each["response"]) for each in recorded.exchanges] == [True, False]
    assert "range" in recorded.exchanges[1]["request"]["headers"]


async def _video(recorded: Recorded) -> types.GeneratedVideo:
    client = genai.Client(api_key="k", http_options={"base_url": recorded.gemini.url})
    recorded.gemini.operation_polls = 0
    operation = client.models.generate_videos(model="veo-3.0-generate-001", prompt="a cat")
    operation = client.operations.get(operation)
    client.close()
    assert operation.response is not None
    return operation.response.generated_videos[0]


async def test_functions_and_chats(recorded: Recorded) -> None:
    recorded.gemini.on(function_response="get_weather").reply("Sunny in Rome.")
    recorded.gemini.on("weather").reply([{"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}}])
    asked: list[str] = []

    def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        asked.append(city)
        return "sunny"

    async def program(client: genai.Client) -> Any:
        chats = client.aio.chats if recorded.is_async else client.chats
        chat = chats.create(model=MODEL, config={"tools": [get_weather]})
        answers: list[Any] = []
        for text in ("How is the weather?", "Thanks."):
            answer: Any = chat.send_message(text)
            answers.append(await answer if recorded.is_async else answer)
        return answers

    first, second = await recorded.twice(program)
    assert first[0].text == "Sunny in Rome."
    assert shown(second) == shown(first)
    assert asked == ["Rome", "Rome"]


async def test_an_mcp_server(recorded: Recorded) -> None:
    mcp_tests = pytest.importorskip("mcp") and __import__("importlib").import_module("..test_mcp", __package__)
    if not recorded.is_async:
        pytest.skip("sessions with MCP servers are asynchronous")
    recorded.gemini.on(function_response="forecast").reply("It will be sunny.")
    recorded.gemini.on("weather").reply([{"functionCall": {"name": "forecast", "args": {"city": "Rome", "days": 3}}}])

    async def program(client: genai.Client) -> Any:
        async with mcp_tests.opened(mcp_tests.new_server()) as session:
            config = types.GenerateContentConfig(tools=[session])
            return await client.aio.models.generate_content(model=MODEL, contents="weather", config=config)

    first, second = await recorded.twice(program)
    assert first.text == "It will be sunny."
    assert shown(second) == shown(first)


async def test_batches_that_are_waited_for(recorded: Recorded) -> None:
    async def program(client: genai.Client) -> Any:
        requests: Any = [{"contents": "One?", "metadata": {"key": "1"}}, {"contents": "Two?", "metadata": {"key": "2"}}]
        job = await recorded.use(client, "batches.create", model=MODEL, src=requests)
        return await recorded.use(client, "batches.wait", job=job, poll_s=0.02, timeout_s=20)

    began = time.monotonic()
    first, second = await recorded.twice(program)
    assert time.monotonic() - began < 60
    assert first.state == types.JobState.JOB_STATE_SUCCEEDED, first
    assert shown(second) == shown(first)
    assert "display_name" not in str(recorded.exchanges[0]["request"]["json"].keys())


async def test_a_wait_that_begins_with_a_pause(one: Recorded) -> None:
    """The pause is skipped also in a thread that has replayed nothing yet."""
    client = one.client("record")
    job = client.batches.create(model=MODEL, src=[types.InlinedRequest(contents="One?")])
    client.batches.wait(job=job, poll_s=0.02, timeout_s=20)
    await one.close(client)
    again = one.client("replay")
    job = again.batches.create(model=MODEL, src=[types.InlinedRequest(contents="One?")])
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(again.batches.wait, job=job, poll_s=600.0, timeout_s=6_000)
        assert waiting.result(20).state == types.JobState.JOB_STATE_SUCCEEDED


async def test_interactions(recorded: Recorded) -> None:
    async def program(client: genai.Client) -> Any:
        one = await recorded.use(client, "interactions.create", model=MODEL, input="Hello")
        events = await recorded.use(client, "interactions.create", model=MODEL, input="Count", stream=True)
        found = await recorded.use(client, "interactions.get", one.id)
        return [one, events, found]

    first, second = await recorded.twice(program)
    assert first[0].output_text
    assert shown(second) == shown(first)
    assert any(
        "event" in event
        for each in recorded.exchanges
        for piece in each["response"].get("pieces", [])
        for event in piece["events"]
    )


async def test_calls_at_the_same_time_in_another_order(recorded: Recorded) -> None:
    def ask(client: genai.Client, i: int) -> Any:
        return recorded.use(client, "models.generate_content", model=MODEL, contents=f"Question {i}")

    client = recorded.client("record")
    expected = [(await ask(client, i)).text for i in range(20)]
    await recorded.close(client)
    again = recorded.client("replay")
    if recorded.is_async:
        answers = await asyncio.gather(*(ask(again, i) for i in reversed(range(20))))
    else:

        def in_thread(i: int) -> Any:
            return again.models.generate_content(model=MODEL, contents=f"Question {i}")

        answers = await asyncio.gather(*(asyncio.to_thread(in_thread, i) for i in reversed(range(20))))
    assert [answer.text for answer in answers] == expected[::-1]


async def test_a_stream_that_the_program_leaves(recorded: Recorded) -> None:
    recorded.gemini.on("count").stream(["one ", "two ", "three "])

    async def first_text(client: genai.Client) -> Any:
        if recorded.is_async:
            stream = await client.aio.models.generate_content_stream(model=MODEL, contents="count")
            async for chunk in stream:
                await stream.aclose()
                return chunk.text
        with client.models.generate_content_stream(model=MODEL, contents="count") as stream:
            return next(stream).text

    client = recorded.client("record")
    assert await first_text(client) == "one "
    await recorded.close(client)
    again = recorded.client("replay")
    assert await first_text(again) == "one "
    await recorded.close(again)
    if recorded.exchanges[0]["response"].get("left"):
        with pytest.raises(errors.RecordingError, match="left the stream"):
            await recorded.use(
                recorded.client("replay", replay_id="a/recording"),
                "models.generate_content_stream",
                model=MODEL,
                contents="count",
            )


async def test_delays_pass_if_they_are_kept(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.gemini.on("count").stream(["one ", "two "])
    client = recorded.client("record")
    await recorded.use(client, "models.generate_content_stream", model=MODEL, contents="count")
    await recorded.close(client)
    text = recorded.path.read_text()
    exchange = recorded.exchanges[0]["response"]
    wanted = exchange["after_ms"] + sum(piece["after_ms"] for piece in exchange["pieces"])
    assert text.count("after_ms") == 1 + len(exchange["pieces"])
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    from google.genai._io import async_port, sync_port

    monkeypatch.setattr(async_port.AsyncPort, "sleep", lambda _, seconds: note(seconds))
    monkeypatch.setattr(sync_port.SyncPort, "sleep", lambda _, seconds: note(seconds))
    again = recorded.client("replay", speed=2)
    await recorded.use(again, "models.generate_content_stream", model=MODEL, contents="count")
    await recorded.close(again)
    assert sum(waited) == pytest.approx(wanted / 1000 / 2)
    waited.clear()
    await recorded.use(recorded.client("replay"), "models.generate_content_stream", model=MODEL, contents="count")
    assert waited == []


class _Renewed(google.auth.credentials.Credentials):
    """Credentials whose token is renewed when the service refuses it."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "ya29.the-first-token-of-the-test"

    def refresh(self, request: object) -> None:
        self.token = "ya29.the-second-token-of-the-test"


@pytest.mark.parametrize("refusals", [1, 2])
async def test_a_token_that_is_renewed(recorded: Recorded, refusals: int) -> None:
    recorded.gemini.fail(401, times=refusals)
    client = recorded.client("record", vertexai=True, project="a-project", location="l1", credentials=_Renewed())
    first = await _outcome_of(_asks(recorded)(client))
    await recorded.close(client)
    assert [each["response"]["status"] for each in recorded.exchanges] == [401, 401 if refusals == 2 else 200]
    assert "of-the-test" not in recorded.path.read_text()
    recorded.close_the_network()
    again = recorded.client("replay", vertexai=True)
    second = await _outcome_of(_asks(recorded)(again))
    assert type(second) is type(first)
    assert again.recording is not None
    assert again.recording.unused() == []


async def _outcome_of(call: Any) -> Any:
    try:
        return await call
    except errors.APIError as error:
        return error


async def test_a_redirect(recorded: Recorded) -> None:
    target = f"{recorded.gemini.url}/v1beta/models/{MODEL}?moved=1"
    recorded.gemini.respond(status=307, headers={"location": target}, path=f"models/{MODEL}", times=1)

    async def program(client: genai.Client) -> Any:
        return await recorded.use(client, "models.get", model=MODEL)

    first, second = await recorded.twice(program)
    assert first.name == second.name == f"models/{MODEL}"
    assert [each["response"]["status"] for each in recorded.exchanges] == [307, 200]


def _asks(recorded: Recorded) -> Any:
    async def program(client: genai.Client) -> Any:
        return await recorded.use(client, "models.generate_content", model=MODEL, contents="a")

    return program
