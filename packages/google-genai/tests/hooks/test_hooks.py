"""Hooks: which events come, in which order and with which values; failures of hooks; and no cost without hooks."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import gc
import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp.server.fastmcp import FastMCP
from mcp.shared.memory import create_connected_server_and_client_session

from google import genai
from google.genai import errors, hooks, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

NewClient = Callable[..., genai.Client]
MODEL = "gemini-2.5-flash"
QUICK = types.HttpRetryOptions(attempts=3, initial_delay=0.001, max_delay=0.002, jitter=0)
mcp_skips = pytest.mark.filterwarnings("ignore:Field 'lifespan' has an incomplete definition")  # by mcp itself


def add(a: int, b: int) -> int:
    """Add two numbers."""
    if a < 0:
        raise LookupError("negative")
    return a + b


def called(name: str, **arguments: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


def recorded(client: genai.Client) -> list[Any]:
    """Return a list to which every event of a client is appended."""
    events: list[Any] = []
    client.hooks.on(hooks.Event, events.append)
    return events


def names(events: list[Any]) -> list[str]:
    return [type(event).__name__ for event in events]


ONE_CALL = ["OperationStarted", "AttemptStarted", "AttemptEnded", "OperationEnded"]


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_call_reports_operation_and_attempt(
    gemini: ScriptedGemini, new_client: NewClient, backend: str, is_async: bool
) -> None:
    gemini.on("Hi").reply("Hello.")
    client = new_client(backend)
    events = recorded(client)
    contents = [types.Part(text="Hi")]
    config = types.GenerateContentConfig(temperature=0)
    if is_async:
        reply = asyncio.run(client.aio.models.generate_content(model=MODEL, contents=contents, config=config))
    else:
        reply = client.models.generate_content(model=MODEL, contents=contents, config=config)
    assert names(events) == ONE_CALL
    started, attempt, attempted, ended = events
    operation = started.operation
    assert (operation.name, operation.model, operation.backend) == ("models.generate_content", MODEL, backend)
    assert operation.is_async is is_async
    assert operation.contents is contents
    assert operation.config is config
    assert operation.parent is None
    assert all(event.operation is operation for event in events)
    assert (attempt.number, attempt.method, attempt.pause_s) == (1, "POST", 0.0)
    assert attempt.url.endswith(":generateContent")
    assert json.loads(attempt.body)["contents"][0]["parts"] == [{"text": "Hi"}]
    assert not {"x-goog-api-key", "authorization"} & {name.lower() for name in attempt.headers}
    assert (attempted.status, attempted.error) == (200, None)
    assert attempted.headers["content-type"].startswith("application/json")
    assert ended.reply is reply
    assert ended.usage is reply.usage_metadata
    assert ended.finish_reasons == (types.FinishReason.STOP,)
    assert ended.error is None
    assert ended.first_chunk_s is None
    assert ended.duration_s >= attempted.duration_s > 0


def test_attempts_are_numbered_and_failures_reported(gemini: ScriptedGemini, new_client: NewClient) -> None:
    gemini.fail(503)
    gemini.fail(429)
    gemini.on("Hi").reply("Hello.")
    client = new_client(retry_options=QUICK)
    events = recorded(client)
    client.models.generate_content(model=MODEL, contents="Hi")
    assert [event.number for event in events if isinstance(event, hooks.AttemptStarted)] == [1, 2, 3]
    assert [event.status for event in events if isinstance(event, hooks.AttemptEnded)] == [503, 429, 200]
    pauses = [event.pause_s for event in events if isinstance(event, hooks.AttemptStarted)]
    assert pauses[0] == 0 < min(pauses[1:])


def test_an_error_reaches_the_hook_and_the_program(gemini: ScriptedGemini, new_client: NewClient) -> None:
    gemini.fail(400)
    client = new_client()
    events = recorded(client)
    with pytest.raises(errors.ClientError) as caught:
        client.models.generate_content(model=MODEL, contents="Hi")
    assert names(events) == ONE_CALL
    assert events[-1].error is caught.value
    assert events[-1].reply is None


def test_a_lost_connection_is_an_attempt_with_an_error() -> None:
    client = genai.Client(api_key="k", http_options={"base_url": "http://127.0.0.1:1"})
    events = recorded(client)
    with pytest.raises(errors.APIConnectionError):
        client.models.get(model="m")
    assert names(events) == ONE_CALL
    assert events[2].status is None
    assert isinstance(events[2].error, errors.APIConnectionError)


def test_an_invalid_argument_is_an_error_without_an_attempt(new_client: NewClient) -> None:
    client = new_client()
    events = recorded(client)
    with pytest.raises(ValueError, match="model"):
        client.models.get(model="../a")
    assert names(events) == ["OperationStarted", "OperationEnded"]
    assert isinstance(events[1].error, ValueError)


def test_credentials_in_an_address_are_not_reported(gemini: ScriptedGemini, new_client: NewClient) -> None:
    client = new_client(headers={"Cookie": "secret-c", "Proxy-Authorization": "secret-p", "X-Team": "a"})
    events = recorded(client)
    client.models.get(model=MODEL, config={"http_options": {"extra_body": None}})
    (attempt,) = (event for event in events if isinstance(event, hooks.AttemptStarted))
    assert "secret" not in repr(attempt)
    assert attempt.headers["X-Team"] == "a"
    assert "?" not in attempt.url


@pytest.mark.parametrize("is_async", [False, True])
def test_a_stream_reports_chunks(gemini: ScriptedGemini, new_client: NewClient, is_async: bool) -> None:
    gemini.on("Hi").stream(["Once ", "upon ", "a time"])
    client = new_client()
    events = recorded(client)
    if is_async:

        async def read() -> list[Any]:
            return [each async for each in await client.aio.models.generate_content_stream(model=MODEL, contents="Hi")]

        chunks = asyncio.run(read())
    else:
        stream = client.models.generate_content_stream(model=MODEL, contents="Hi")
        assert events == []
        chunks = list(stream)
    reported = [event for event in events if isinstance(event, hooks.ChunkReceived)]
    assert all(event.chunk is chunk for event, chunk in zip(reported, chunks, strict=True))
    assert [event.number for event in reported] == list(range(1, len(chunks) + 1))
    ended = events[-1]
    assert names(events)[:3] == ONE_CALL[:3]
    assert isinstance(ended, hooks.OperationEnded)
    assert ended.operation.name == "models.generate_content_stream"
    assert ended.operation.is_stream
    assert (ended.chunks, ended.was_left, ended.error) == (len(chunks), False, None)
    assert ended.first_chunk_s == reported[0].elapsed_s <= ended.duration_s
    assert ended.reply is chunks[-1]
    assert ended.usage is not None
    assert ended.finish_reasons == (types.FinishReason.STOP,)


@pytest.mark.parametrize("how", ["close", "drop"])
def test_a_stream_that_is_left_ends_once(gemini: ScriptedGemini, new_client: NewClient, how: str) -> None:
    gemini.on("Hi").stream(["a", "b", "c"])
    client = new_client()
    events = recorded(client)
    stream = client.models.generate_content_stream(model=MODEL, contents="Hi")
    next(stream)
    if how == "close":
        stream.close()
    del stream
    gc.collect()
    ends = [event for event in events if isinstance(event, hooks.OperationEnded)]
    assert [(end.was_left, end.error) for end in ends] == [(True, None)]


async def test_async_hooks_learn_of_a_stream_that_is_left(gemini: ScriptedGemini, new_client: NewClient) -> None:
    gemini.on("Hi").stream(["a", "b", "c"])
    client = new_client()
    ends: list[Any] = []

    @client.hooks.on(hooks.OperationEnded)
    async def note(event: hooks.OperationEnded) -> None:
        await asyncio.sleep(0)
        ends.append(event)

    async with await client.aio.models.generate_content_stream(model=MODEL, contents="Hi") as stream:
        await stream.__anext__()
    assert [end.was_left for end in ends] == [True]
    stream = await client.aio.models.generate_content_stream(model=MODEL, contents="Hi")
    await stream.__anext__()
    del stream  # nothing can be awaited then, and nothing is left behind
    gc.collect()
    await asyncio.sleep(0.1)
    assert len(ends) == 1
    await client.aio.aclose()


def test_an_error_in_a_stream_comes_after_the_chunks(gemini: ScriptedGemini, new_client: NewClient) -> None:
    gemini.on("Hi").stream(["a", "b", "c"])
    gemini.fail(503, error_after_chunks=1)
    client = new_client()
    events = recorded(client)
    chunks: list[Any] = []
    with pytest.raises(errors.APIError) as caught:
        chunks.extend(client.models.generate_content_stream(model=MODEL, contents="Hi"))
    assert len([event for event in events if isinstance(event, hooks.ChunkReceived)]) == 1
    assert events[-1].error is caught.value


def test_a_stream_that_was_never_read_reports_nothing(new_client: NewClient) -> None:
    client = new_client()
    events = recorded(client)
    client.models.generate_content_stream(model=MODEL, contents="Hi").close()
    assert events == []


# Functions


def tree(events: list[Any]) -> list[tuple[str, str | None]]:
    """Return what started, each with the name of its parent."""
    found: list[tuple[str, str | None]] = []
    for event in events:
        started = event.call if isinstance(event, hooks.ToolCallStarted) else None
        started = event.operation if isinstance(event, hooks.OperationStarted) else started
        if started is not None:
            found.append((started.name, started.parent.name if started.parent else None))
    return found


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("at_once", [1, 2])
def test_functions_run_inside_the_call_of_the_program(
    gemini: ScriptedGemini, new_client: NewClient, is_async: bool, streams: bool, at_once: int
) -> None:
    gemini.on(function_response="add").reply("3")
    gemini.on("add").reply([called("add", a=1, b=2), called("add", a=-1, b=2), called("add", a="x")])
    client = new_client()
    events = recorded(client)
    config: Any = {"tools": [add], "automatic_function_calling": {"maximum_parallel_calls": at_once}}
    asked = {"model": MODEL, "contents": "add", "config": config}

    async def ask() -> None:
        if streams:
            assert [each async for each in await client.aio.models.generate_content_stream(**asked)]
        else:
            assert (await client.aio.models.generate_content(**asked)).text == "3"

    if is_async:
        asyncio.run(ask())
    elif streams:
        assert list(client.models.generate_content_stream(**asked))
    else:
        assert client.models.generate_content(**asked).text == "3"
    name = "models.generate_content_stream" if streams else "models.generate_content"
    assert sorted(tree(events), key=str) == sorted(
        [(name, None), (name, name), (name, name), *[("add", name)] * 3], key=str
    )
    started = [event.operation for event in events if isinstance(event, hooks.OperationStarted)]
    assert [each.runs_functions for each in started] == [True, False, False]
    assert [each.parent for each in started] == [None, started[0], started[0]]
    assert not [each for each in events if isinstance(each, hooks.ChunkReceived) and each.operation is started[0]]
    ends = {event.call.arguments["a"]: event for event in events if isinstance(event, hooks.ToolCallEnded)}
    assert ends[1].result == 3
    assert isinstance(ends[-1].error, LookupError)
    assert "a" in str(ends["x"].error)
    assert all(end.call.parent is started[0] for end in ends.values())


def test_calls_in_a_function_have_it_as_their_parent(gemini: ScriptedGemini, new_client: NewClient) -> None:
    client = new_client()

    def ask_again(question: str) -> str:
        """Ask."""
        return client.models.generate_content(model=MODEL, contents=question).text or ""

    gemini.on(function_response="ask_again").reply("done")
    gemini.on("inner").reply("yes")
    gemini.on("outer").reply([called("ask_again", question="inner")])
    events = recorded(client)
    client.models.generate_content(model=MODEL, contents="outer", config={"tools": [ask_again]})
    name = "models.generate_content"
    assert tree(events) == [(name, None), (name, name), ("ask_again", name), (name, "ask_again"), (name, name)]


@mcp_skips
async def test_tools_of_mcp_servers_are_reported(gemini: ScriptedGemini, new_client: NewClient) -> None:
    server = FastMCP("sums")
    server.add_tool(add)
    gemini.on(function_response="add").reply("3")
    gemini.on("add").reply([called("add", a=1, b=2)])
    client = new_client()
    events = recorded(client)
    async with create_connected_server_and_client_session(server) as session:
        await client.aio.models.generate_content(model=MODEL, contents="add", config={"tools": [session]})
    (end,) = (event for event in events if isinstance(event, hooks.ToolCallEnded))
    assert (end.call.name, end.call.arguments) == ("add", {"a": 1, "b": 2})
    assert end.result.content[0].text == "3"
    await client.aio.aclose()


# Other nouns


def test_every_noun_reports(gemini: ScriptedGemini, new_client: NewClient) -> None:
    client = new_client()
    events = recorded(client)
    client.models.embed_content(model="gemini-embedding-001", contents=["a", "b"])
    client.models.count_tokens(model=MODEL, contents="a")
    list(client.models.list())
    file = client.files.upload(file=io.BytesIO(b"abc"), config={"mime_type": "text/plain"})
    client.files.wait(file=file)
    client.files.delete(name=file.name or "")
    client.chats.create(model=MODEL).send_message("Hi")
    found = [event.operation.name for event in events if isinstance(event, hooks.OperationStarted)]
    assert list(dict.fromkeys(found)) == [
        "models.embed_content",
        "models.count_tokens",
        "models.list",
        "files.upload",
        "files.delete",
        "models.generate_content",
    ]
    assert found.count("models.embed_content") == found.count("files.upload") == 1
    (upload,) = (e for e in events if isinstance(e, hooks.OperationEnded) and e.operation.name == "files.upload")
    assert upload.reply is file
    sent = [e for e in events if isinstance(e, hooks.AttemptStarted) and e.operation is upload.operation]
    assert [each.body for each in sent][-1] == b"abc"
    assert len(sent) == 2


@pytest.mark.filterwarnings("ignore::google.genai.errors.ExperimentalWarning")
@pytest.mark.parametrize("streams", [False, True])
def test_interactions_report(gemini: ScriptedGemini, new_client: NewClient, streams: bool) -> None:
    gemini.on("Hi").reply("Hello.")
    client = new_client()
    events = recorded(client)
    reply: Any = client.interactions.create(model=MODEL, input="Hi", stream=streams)
    if streams:
        list(reply)
        reply = reply.interaction
    ended = events[-1]
    assert isinstance(ended, hooks.OperationEnded)
    assert ended.operation.name == "interactions.create"
    assert (ended.operation.model, ended.operation.contents) == (MODEL, "Hi")
    assert ended.conversation_id == reply.id
    assert ended.usage is not None
    assert (ended.chunks > 0) is streams
    assert names(events)[:3] == ONE_CALL[:3]
    events.clear()
    client.interactions.get(reply.id)
    assert [event.operation.name for event in events] == ["interactions.get"] * 4
    assert events[-1].conversation_id == reply.id


@pytest.mark.filterwarnings("ignore::google.genai.errors.ExperimentalWarning")
def test_functions_of_interactions_report(gemini: ScriptedGemini, new_client: NewClient) -> None:
    gemini.on(function_response="add").reply("3")
    gemini.on("add").reply([called("add", a=1, b=2)])
    client = new_client()
    events = recorded(client)
    client.interactions.create(model=MODEL, input="add", tools=[add])
    assert tree(events) == [("interactions.create", None), ("add", "interactions.create")]


async def test_live_sessions_report(gemini: ScriptedGemini, new_client: NewClient) -> None:
    gemini.on("Hi").reply("Hello.")
    client = new_client()
    events = recorded(client)
    async with client.aio.live.connect(model=MODEL, config={"response_modalities": ["TEXT"]}) as session:
        await session.send_client_content(turns=types.Content(role="user", parts=[types.Part(text="Hi")]))
        messages = [message async for message in session.receive()]
    reported = [event for event in events if isinstance(event, hooks.SessionEvent)]
    assert [event.kind for event in reported][:2] == ["opened", "sent"]
    assert reported[-1].kind == "closed"
    assert reported[-1].error is None
    assert reported[1].message_kind == "clientContent"
    received = [event.message for event in reported if event.kind == "received"]
    assert all(one is other for one, other in zip(received, messages, strict=False))
    assert {event.message_kind for event in reported if event.kind == "received"} >= {"serverContent"}
    assert {event.operation.name for event in reported} == {"live.connect"}
    assert reported[0].operation.model == MODEL


async def test_functions_of_a_session_have_it_as_their_parent(gemini: ScriptedGemini, new_client: NewClient) -> None:
    gemini.on(function_response="add").reply("3")
    gemini.on("add").reply([called("add", a=1, b=2)])
    client = new_client()
    events = recorded(client)
    config: Any = {"response_modalities": ["TEXT"], "tools": [add], "automatic_function_calling": {}}
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(turns=types.Content(role="user", parts=[types.Part(text="add")]))
        async for message in session.receive():
            if message.text and "3" in message.text:
                break
    (end,) = (event for event in events if isinstance(event, hooks.ToolCallEnded))
    assert (end.result, end.call.parent) == (3, events[0].operation)


async def test_a_session_that_does_not_open_is_reported() -> None:
    client = genai.Client(api_key="k", http_options={"base_url": "http://127.0.0.1:1"})
    events = recorded(client)
    with pytest.raises(errors.APIError) as caught:
        async with client.aio.live.connect(model="m"):
            pass
    assert [(event.kind, event.error) for event in events] == [("failed", caught.value)]


# Failures of hooks


def test_an_exception_is_logged_once_and_breaks_nothing(
    gemini: ScriptedGemini, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    gemini.on("Hi").stream(["a", "b", "c"])
    client = new_client()

    @client.hooks.on(hooks.Event)
    def broken(event: hooks.Event) -> None:
        raise RuntimeError("broken")

    events = recorded(client)
    assert (
        "".join(each.text or "" for each in client.models.generate_content_stream(model=MODEL, contents="Hi")) == "abc"
    )
    logged = [record for record in caplog.records if record.name == "google_genai.hooks"]
    assert len(logged) == len(set(names(events)))
    assert {record.levelno for record in logged} == {logging.WARNING}
    assert "broken" in logged[0].getMessage()
    assert isinstance(events[-1], hooks.OperationEnded)


async def test_an_async_hook_that_hangs_is_left(
    gemini: ScriptedGemini, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    gemini.on("Hi").reply("Hello.")
    client = new_client()
    client.hooks.time_limit_s = 0.05
    ended = asyncio.Event()

    @client.aio.hooks.on(hooks.OperationStarted)
    async def hang(event: hooks.OperationStarted) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    assert (await client.aio.models.generate_content(model=MODEL, contents="Hi")).text == "Hello."
    assert ended.is_set()
    assert "did not end within 0.05 s" in caplog.text
    await client.aio.aclose()


async def test_cancellation_passes_through_a_hook(gemini: ScriptedGemini, new_client: NewClient) -> None:
    client = new_client()
    ends: list[Any] = []
    entered = asyncio.Event()

    @client.hooks.on(hooks.AttemptStarted)
    async def hang(event: hooks.AttemptStarted) -> None:
        entered.set()
        await asyncio.Event().wait()

    client.hooks.on(hooks.OperationEnded, ends.append)
    task = asyncio.create_task(client.aio.models.generate_content(model=MODEL, contents="Hi"))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(ends[0].error, asyncio.CancelledError)
    assert len(ends) == 1
    await client.aio.aclose()


@pytest.mark.parametrize("form", ["function", "partial", "object"])
def test_a_blocking_call_refuses_async_hooks(new_client: NewClient, form: str) -> None:
    async def note(event: hooks.Event) -> None: ...

    class Callable_:
        async def __call__(self, event: hooks.Event) -> None: ...

    hook: Any = {"function": note, "partial": functools.partial(note), "object": Callable_()}[form]
    client = new_client()
    client.hooks.on(hooks.ChunkReceived, hook)
    with pytest.raises(errors.UnsupportedFunctionError, match="registered for ChunkReceived"):
        client.models.get(model=MODEL)
    with pytest.raises(errors.UnsupportedFunctionError, match=r"client\.aio"):
        next(client.models.generate_content_stream(model=MODEL, contents="Hi"))
    client.hooks.remove(hook)
    assert client.models.get(model=MODEL).name


def test_a_hidden_awaitable_is_closed_and_logged(new_client: NewClient, caplog: pytest.LogCaptureFixture) -> None:
    async def note(event: hooks.Event) -> None: ...

    client = new_client()
    client.hooks.on(hooks.OperationStarted, lambda event: note(event))
    client.models.get(model=MODEL)
    gc.collect()
    assert "awaitable" in caplog.text


def test_context_that_a_hook_sets_reaches_a_function(gemini: ScriptedGemini, new_client: NewClient) -> None:
    mark: contextvars.ContextVar[str] = contextvars.ContextVar("mark", default="none")
    seen: list[str] = []

    def look() -> str:
        """Look."""
        seen.append(mark.get())
        return "ok"

    gemini.on(function_response="look").reply("done")
    gemini.on("look").reply([called("look")])
    client = new_client()
    client.hooks.on(hooks.ToolCallStarted, lambda event: mark.set(event.call.name) and None)
    config: Any = {"tools": [look]}
    contextvars.copy_context().run(lambda: client.models.generate_content(model=MODEL, contents="look", config=config))
    asyncio.run(client.aio.models.generate_content(model=MODEL, contents="look", config=config))
    assert seen == ["look", "look"]


# Registration


def test_registration(new_client: NewClient) -> None:
    client = new_client()
    events: list[Any] = []
    assert client.hooks is client.aio.hooks
    hook = client.hooks.on(hooks.OperationEnded, events.append)
    client.models.get(model=MODEL)
    assert names(events) == ["OperationEnded"]
    client.hooks.remove(hook)
    client.models.get(model=MODEL)
    assert len(events) == 1
    with pytest.raises(ValueError, match="not registered"):
        client.hooks.remove(hook)
    wrong: Any = str
    with pytest.raises(TypeError, match="class of events"):
        client.hooks.on(wrong, print)
    with pytest.raises(TypeError, match="expected a function"):
        client.hooks.on(hooks.Event, wrong())


def test_replaced_request_methods_report_too(new_client: NewClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client = new_client()
    events = recorded(client)
    reply = types.HttpResponse(headers={}, body="{}")
    monkeypatch.setattr(client._api_client, "request", lambda *a, **k: reply)
    client.models.generate_content(model=MODEL, contents="Hi")
    assert names(events) == ["OperationStarted", "OperationEnded"]


# No hooks


def test_nothing_is_made_without_hooks(
    gemini: ScriptedGemini, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise AssertionError(f"{type(self).__name__} was made without hooks")

    for name in hooks.__all__:
        if name not in ("Event", "Hooks"):
            monkeypatch.setattr(getattr(hooks, name), "__init__", refuse)
    gemini.on(function_response="add").reply("3")
    gemini.on("add").reply([called("add", a=1, b=2)])
    client = new_client()
    client.hooks.remove(client.hooks.on(hooks.Event, print))  # used once, but nothing is registered now
    for each in (client, new_client()):
        each.models.generate_content(model=MODEL, contents="add", config={"tools": [add]})
        list(each.models.generate_content_stream(model=MODEL, contents="Hi"))
        each.models.get(model=MODEL)
    client.hooks.on(hooks.OperationEnded, print)
    with pytest.raises(AssertionError, match="Operation was made"):
        client.models.get(model=MODEL)


def test_a_call_without_hooks_loads_no_module_for_them(gemini: ScriptedGemini) -> None:
    program = f"""
import sys
from google import genai
client = genai.Client(api_key="k", http_options={{"base_url": {gemini.url!r}}})
client.models.generate_content(model="gemini-2.5-flash", contents="a")
list(client.models.generate_content_stream(model="gemini-2.5-flash", contents="a"))
assert "google.genai.hooks" not in sys.modules
client.hooks
assert "google.genai.hooks" in sys.modules
assert "asyncio" not in sys.modules and "opentelemetry" not in sys.modules
client.close()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parent,
    )
    assert done.returncode == 0, done.stderr
