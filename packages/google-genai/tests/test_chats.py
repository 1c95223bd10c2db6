"""Chats, against the local server: requests, histories, and copies of conversations in other chats."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import chats, errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
NewChat = Callable[..., Any]
MODEL = "gemini-2.5-flash"


class Talk:
    """A blocking or async chat with the same interface for both."""

    def __init__(self, client: genai.Client, is_async: bool, **arguments: Any) -> None:
        chats = client.aio.chats if is_async else client.chats
        self.chat: Any = chats.create(model=MODEL, **arguments)
        self.is_async = is_async

    async def send(self, message: Any, config: Any = None) -> types.GenerateContentResponse:
        answer = self.chat.send_message(message, config)
        return await answer if self.is_async else answer

    async def stream(self, message: Any, config: Any = None) -> Any:
        stream = self.chat.send_message_stream(message, config)
        return await stream if self.is_async else stream

    async def chunks(self, message: Any, count: int | None = None) -> list[str | None]:
        """Return the texts of all chunks, or of the first `count`, after which the stream is abandoned."""
        return [chunk.text for chunk in await self.whole_chunks(message, count)]

    async def whole_chunks(self, message: Any, count: int | None = None) -> list[types.GenerateContentResponse]:
        """Return all chunks, or the first `count`, after which the stream is abandoned."""
        found: list[types.GenerateContentResponse] = []
        stream = await self.stream(message)
        if self.is_async:
            async for chunk in stream:
                found.append(chunk)
                if len(found) == count:
                    break
        else:
            for chunk in stream:
                found.append(chunk)
                if len(found) == count:
                    break
        return found


@pytest.fixture(params=["sync", "async"])
def new_chat(request: pytest.FixtureRequest, client: genai.Client) -> NewChat:
    """A function that creates a chat, blocking and async, on each backend."""
    return lambda **arguments: Talk(client, request.param == "async", **arguments)


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


CALL = {"functionCall": {"name": "add", "args": {"a": 1, "b": 2}}}


def said(contents: list[types.Content]) -> list[str]:
    """Return contents in a short notation: `user: hello`."""
    return [
        f"{content.role}: "
        + "".join(
            part.text
            or (f"<{part.function_call.name}>" if part.function_call else "<=>" if part.function_response else "")
            for part in content.parts or ()
        )
        for content in contents
    ]


def sent(gemini: ScriptedGemini) -> list[str]:
    """Return the contents of the last request in the short notation."""
    return said([types.Content.model_validate(content) for content in gemini.last_request.json["contents"]])


# Messages


async def test_each_message_goes_with_what_was_said_before(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("Ada").reply("Hello, Ada.")
    gemini.on("name").reply("Ada.")
    talk = new_chat()
    assert (await talk.send("I am Ada.")).text == "Hello, Ada."
    assert (await talk.send("My name?")).text == "Ada."
    assert sent(gemini) == ["user: I am Ada.", "model: Hello, Ada.", "user: My name?"]
    history = talk.chat.get_history()
    assert said(history) == ["user: I am Ada.", "model: Hello, Ada.", "user: My name?", "model: Ada."]
    assert [type(content) for content in history[:2]] == [types.UserContent, types.Content]
    assert talk.chat.get_history() is history
    assert talk.chat.get_history(curated=True) == history


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("Hi", [{"text": "Hi"}]),
        (types.Part(text="Hi"), [{"text": "Hi"}]),
        (["Hi", types.Part(text="you")], [{"text": "Hi"}, {"text": "you"}]),
        (("Hi", "you"), [{"text": "Hi"}, {"text": "you"}]),
        ({"text": "Hi"}, [{"text": "Hi"}]),
        (types.UserContent("Hi"), [{"text": "Hi"}]),
        ({"parts": [{"text": "Hi"}], "role": "user"}, [{"text": "Hi"}]),
        (
            types.File(uri="files/a", mime_type="text/plain"),
            [{"fileData": {"fileUri": "files/a", "mimeType": "text/plain"}}],
        ),
    ],
    ids=["text", "part", "list", "tuple", "dict", "content", "dict of a content", "file"],
)
async def test_a_message_may_be_written_in_many_ways(
    new_chat: NewChat, gemini: ScriptedGemini, message: Any, parts: list[Any]
) -> None:
    gemini.respond(json={"candidates": [{"content": {"parts": [{"text": "Yes."}], "role": "model"}}]})
    talk = new_chat()
    await talk.send(message)
    assert gemini.last_request.json["contents"] == [{"parts": parts, "role": "user"}]


@pytest.mark.parametrize(
    "message", [None, [], 7, b"Hi", [["Hi"]], [types.UserContent("Hi")], {"texts": "Hi"}], ids=repr
)
async def test_what_is_no_message_is_refused(new_chat: NewChat, gemini: ScriptedGemini, message: Any) -> None:
    talk = new_chat()
    with pytest.raises(ValueError, match="message"):
        await talk.send(message)
    with pytest.raises(ValueError, match="message"):
        await talk.stream(message)
    assert not gemini.requests
    assert talk.chat.get_history() == []


async def test_a_messages_own_configuration_takes_the_place_of_the_chats(
    new_chat: NewChat, gemini: ScriptedGemini
) -> None:
    gemini.on().reply("Yes.")
    talk = new_chat(config={"temperature": 0.1})
    await talk.send("One")
    assert gemini.last_request.json["generationConfig"] == {"temperature": 0.1}
    await talk.send("Two", {"top_k": 3})
    assert gemini.last_request.json["generationConfig"] == {"topK": 3}


async def test_a_message_that_fails_leaves_the_chat_as_it_was(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("Fail").fail(400)
    gemini.on().reply("Yes.")
    talk = new_chat()
    await talk.send("One")
    with pytest.raises(errors.ClientError):
        await talk.send("Fail")
    with pytest.raises(errors.ClientError):
        await talk.chunks("Fail")
    assert said(talk.chat.get_history()) == ["user: One", "model: Yes."]


@pytest.mark.parametrize(
    "candidates",
    [
        [],
        [{"finishReason": "SAFETY"}],
        [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}],
        [{"content": {"role": "model", "parts": [{"unknownToUs": 1}]}, "finishReason": "STOP"}],
    ],
    ids=["none", "no content", "no parts", "unknown part"],
)
async def test_an_answer_that_says_nothing_is_not_sent_again(
    new_chat: NewChat, gemini: ScriptedGemini, candidates: list[Any]
) -> None:
    talk = new_chat()
    gemini.on("Three").reply("Yes.")
    gemini.respond(json={"candidates": candidates})
    await talk.send("One")
    gemini.respond(
        body=b"data: " + json.dumps({"candidates": candidates}).encode() + b"\n\n",
        headers={"content-type": "text/event-stream"},
    )
    await talk.chunks("Two")
    await talk.send("Three")
    assert sent(gemini) == ["user: Three"]
    assert said(talk.chat.get_history()) == [
        "user: One",
        "model: ",
        "user: Two",
        "model: ",
        "user: Three",
        "model: Yes.",
    ]
    assert said(talk.chat.get_history(curated=True)) == ["user: Three", "model: Yes."]


async def test_an_empty_text_is_an_answer(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    candidates = [{"content": {"role": "model", "parts": [{"text": ""}]}, "finishReason": "STOP"}]
    talk = new_chat()
    gemini.on("Three").reply("Yes.")
    gemini.respond(json={"candidates": candidates})
    await talk.send("One")
    gemini.respond(
        body=b"data: " + json.dumps({"candidates": candidates}).encode() + b"\n\n",
        headers={"content-type": "text/event-stream"},
    )
    await talk.chunks("Two")
    await talk.send("Three")
    assert sent(gemini) == ["user: One", "model: ", "user: Two", "model: ", "user: Three"]
    assert talk.chat.get_history(curated=True) == talk.chat.get_history()


async def test_empty_parts_beside_others_do_not_drop_the_turn(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    parts = [{"text": "Yes"}, {"text": ""}, {"unknownToUs": 1}, {"text": "", "thoughtSignature": "AAEC"}]
    gemini.respond(json={"candidates": [{"content": {"role": "model", "parts": parts}}]})
    gemini.on().reply("No.")
    talk = new_chat()
    await talk.send("One")
    await talk.send("Two")
    assert gemini.last_request.json["contents"][1]["parts"] == [
        {"text": "Yes"},
        {"text": ""},
        {"text": "", "thoughtSignature": "AAEC"},
    ]


# History


async def test_a_history_is_gone_on_with(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on().reply("Yes.")
    first = types.ModelContent("Welcome.")
    talk = new_chat(history=[first, {"role": "user", "parts": [{"text": "Hi"}]}, {"parts": [{"text": "there"}]}])
    await talk.send("Well?")
    assert sent(gemini)[0] == "model: Welcome."
    assert said(talk.chat.get_history())[1:] == ["user: Hi", "None: there", "user: Well?", "model: Yes."]
    assert talk.chat.get_history()[0] is first


def test_answers_of_a_given_history_that_say_nothing_are_left_out(client: genai.Client) -> None:
    def content(role: str, *texts: str) -> types.Content:
        return types.Content(role=role, parts=[types.Part(text=text) for text in texts])

    history = [
        content("user", "a"),
        content("user", "b"),
        content("model"),
        content("user", "c"),
        content("model", "d"),
    ]
    chat = client.chats.create(model=MODEL, history=list(history))
    assert said(chat.get_history(curated=True)) == ["user: a", "user: c", "model: d"]
    assert chat.get_history() == history


@pytest.mark.parametrize("config", [{"temperatur": 1}, {"temperature": "hot"}, 5])
def test_an_invalid_configuration_is_refused_at_once(client: genai.Client, config: Any) -> None:
    with pytest.raises(ValueError, match=r"temperatur|config"):
        client.chats.create(model=MODEL, config=config)
    with pytest.raises(ValueError, match=r"temperatur|config"):
        client.aio.chats.create(model=MODEL, config=config)


@pytest.mark.parametrize(
    ("history", "problem"),
    [
        (["Hi"], r"history\[0\]: expected types.Content or a dict, got str"),
        ([{"role": "assistant", "parts": []}], r"history\[0\].role: expected 'user' or 'model', got 'assistant'"),
        ([{"role": "user", "part": []}], "part"),
    ],
)
def test_what_is_no_history_is_refused(client: genai.Client, history: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        client.chats.create(model=MODEL, history=history)
    with pytest.raises(ValueError, match=problem):
        client.aio.chats.create(model=MODEL, history=history)


# Functions


async def test_calls_of_functions_are_remembered(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("One").reply([CALL])
    gemini.on("Two").reply("Yes.")
    gemini.on(function_response="add").reply("Three.")
    talk = new_chat(config={"tools": [add]})
    assert (await talk.send("One")).text == "Three."
    expected = ["user: One", "model: <add>", "user: <=>", "model: Three."]
    assert said(talk.chat.get_history()) == said(talk.chat.get_history(curated=True)) == expected
    await talk.send("Two")
    assert sent(gemini) == [*expected, "user: Two"]
    assert said(talk.chat.get_history()) == [*expected, "user: Two", "model: Yes."]


async def test_calls_of_functions_in_a_stream_are_remembered(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("One").stream(["So, ", CALL, ""])
    gemini.on(function_response="add").stream(["It is ", "three."])
    talk = new_chat(config={"tools": [add]})
    assert "".join(filter(None, await talk.chunks("One"))) == "So, It is three."
    expected = ["user: One", "model: So, <add>", "user: <=>", "model: It is three."]
    assert said(talk.chat.get_history()) == said(talk.chat.get_history(curated=True)) == expected


@pytest.mark.parametrize("streamed", [False, True])
async def test_at_the_limit_the_last_calls_are_left_to_the_program(
    new_chat: NewChat, gemini: ScriptedGemini, streamed: bool
) -> None:
    gemini.on("One").reply([CALL])
    gemini.on(function_response="add").reply([CALL])
    config = {"tools": [add], "automatic_function_calling": {"maximum_remote_calls": 2}}
    talk = new_chat(config=config)
    await (talk.chunks("One") if streamed else talk.send("One"))
    expected = ["user: One", "model: <add>", "user: <=>", "model: <add>"]
    assert said(talk.chat.get_history(curated=True)) == expected
    await talk.send(types.Part.from_function_response(name="add", response={"result": 3}))
    assert sent(gemini)[:5] == [*expected, "user: <=>"]


@pytest.mark.parametrize("ignores", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
async def test_the_chat_keeps_the_calls_and_the_answer_does_not(
    new_chat: NewChat, gemini: ScriptedGemini, streamed: bool, ignores: bool
) -> None:
    gemini.on("One").reply([CALL])
    gemini.on(function_response="add").reply("Three.")
    calling = types.AutomaticFunctionCallingConfig(ignore_call_history=ignores)
    talk = new_chat(config=types.GenerateContentConfig(tools=[add], automatic_function_calling=calling))
    if streamed:
        answers = await talk.whole_chunks("One")
    else:
        answers = [await talk.send("One")]
    assert said(talk.chat.get_history()) == ["user: One", "model: <add>", "user: <=>", "model: Three."]
    assert [each.automatic_function_calling_history for each in answers] == [None] * len(answers)
    assert not any("automatic_function_calling_history" in each.model_fields_set for each in answers)
    assert calling.ignore_call_history is ignores


async def test_calls_that_the_program_answers_itself(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("One").reply([CALL])
    gemini.on(function_response="add").reply("Three.")
    talk = new_chat(config={"tools": [add], "automatic_function_calling": {"disable": True}})
    assert (await talk.send("One")).function_calls
    answer = await talk.send(types.Part.from_function_response(name="add", response={"result": 3}))
    assert answer.text == "Three."
    assert sent(gemini) == ["user: One", "model: <add>", "user: <=>"]


# Streams


async def test_a_streamed_answer_is_one_turn(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("One").stream([{"text": "Hm", "thought": True}, "Once ", "upon ", "a time", ""])
    gemini.on().reply("Yes.")
    talk = new_chat()
    await talk.chunks("One")
    answer = talk.chat.get_history()[1]
    assert [(part.text, part.thought) for part in answer.parts] == [("Hm", True), ("Once upon a time", None)]
    assert type(answer) is types.Content
    await talk.send("Two")
    assert sent(gemini) == ["user: One", "model: HmOnce upon a time", "user: Two"]


async def test_a_stream_that_is_left_is_kept_as_far_as_it_came(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("One").stream(["Once ", "upon ", "a time"])
    gemini.on("Two").reply("Yes.")
    talk = new_chat()
    assert await talk.chunks("One", count=2) == ["Once ", "upon "]
    gc.collect()
    answer = talk.chat.get_history()[1]
    assert isinstance(answer, chats.PartialContent)
    assert said([answer]) == ["model: Once upon "]
    await talk.send("Two")
    assert sent(gemini) == ["user: One", "model: Once upon ", "user: Two"]
    gemini.wait_until_idle()


async def test_a_stream_that_is_left_open_can_be_gone_on_with(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("One").stream(["Once ", "upon ", "a time"])
    gemini.on("Two").reply("Yes.")
    talk = new_chat()
    stream = await talk.stream("One")
    await anext(stream) if talk.is_async else next(stream)
    await talk.send("Two")
    assert sent(gemini) == ["user: One", "model: Once ", "user: Two"]
    assert isinstance(talk.chat.get_history()[1], chats.PartialContent)
    if talk.is_async:
        async for _ in stream:
            pass
    else:
        for _ in stream:
            pass
    whole = ["user: One", "model: Once upon a time", "user: Two", "model: Yes."]
    assert said(talk.chat.get_history()) == said(talk.chat.get_history(curated=True)) == whole
    assert not any(isinstance(content, chats.PartialContent) for content in talk.chat.get_history())


async def test_a_stream_that_is_left_in_a_call_keeps_no_call_without_result(
    new_chat: NewChat, gemini: ScriptedGemini
) -> None:
    both = {"candidates": [{"content": {"parts": [{"text": "well"}, CALL], "role": "model"}}]}
    gemini.on("One").stream(["So, ", both, "never read"])
    talk = new_chat(config={"tools": [add]})
    await talk.chunks("One", count=2)
    gc.collect()
    assert said(talk.chat.get_history()) == ["user: One", "model: So, well"]


async def test_a_stream_that_was_not_begun_is_not_remembered(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    talk = new_chat()
    stream = await talk.stream("One")
    await stream.aclose() if talk.is_async else stream.close()
    assert talk.chat.get_history() == []
    assert not gemini.requests


async def test_a_stream_that_fails_leaves_no_trace(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    broken = b'data: {"candidates": [{"content": {"parts": [{"text": "Once"}]}}]}\n\ndata: {"error": {"code": 503}}\n\n'
    gemini.respond(body=[broken], headers={"content-type": "text/event-stream"})
    talk = new_chat()
    with pytest.raises(errors.ServerError):
        await talk.chunks("One")
    assert talk.chat.get_history() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"disconnect": "mid_stream", "after_chunks": 1},
        {"disconnect": "before_reply"},
        {"error_after_chunks": 1, "status": 503},
        {"garbage": True},
    ],
    ids=str,
)
async def test_a_stream_that_breaks_leaves_no_trace(
    new_chat: NewChat, gemini: ScriptedGemini, fault: dict[str, Any]
) -> None:
    gemini.on("One").reply("Yes.")
    gemini.on("Two").stream(["Once ", "upon ", "a time"])
    talk = new_chat()
    await talk.send("One")
    gemini.fail(**fault)
    with pytest.raises(errors.APIError):
        await talk.chunks("Two")
    assert said(talk.chat.get_history()) == ["user: One", "model: Yes."]
    assert "".join(filter(None, await talk.chunks("Two"))) == "Once upon a time"
    assert sent(gemini) == ["user: One", "model: Yes.", "user: Two"]


async def test_a_stream_without_an_end_is_partial(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("One").stream(["Once ", "upon"], finish_reason=None)
    talk = new_chat()
    await talk.chunks("One")
    assert isinstance(talk.chat.get_history(curated=True)[1], chats.PartialContent)


async def test_a_cancelled_stream_leaves_the_chat_usable(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("One").stream(["Once ", "upon"], interval_s=30)
    gemini.on("Two").reply("Yes.")
    chat = client.aio.chats.create(model=MODEL)
    first = asyncio.Event()

    async def consume() -> None:
        async for _ in await chat.send_message_stream("One"):
            first.set()

    task = asyncio.create_task(consume())
    await asyncio.wait_for(first.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await chat.send_message("Two")).text == "Yes."
    gemini.wait_until_idle()


def test_threads_may_share_a_chat(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on().reply("Yes.")
    chat = client.chats.create(model=MODEL)
    threads = [threading.Thread(target=chat.send_message, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = said(chat.get_history())
    assert sorted(history[::2]) == [f"user: {number}" for number in range(8)]
    assert history[1::2] == ["model: Yes."] * 8


# Behaviour that other packages rely on


async def test_a_replaced_method_of_models_is_called(
    client: genai.Client, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    original = genai.models.Models.generate_content

    def traced(self: Any, **arguments: Any) -> Any:
        seen.append(sorted(arguments))
        return original(self, **arguments)

    gemini.on().reply("Yes.")
    monkeypatch.setattr(genai.models.Models, "generate_content", traced)
    client.chats.create(model=MODEL).send_message("One")
    assert seen == [["config", "contents", "model"]]


async def test_a_stream_that_was_wrapped_in_a_generator(
    client: genai.Client, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, original_async = (
        genai.models.Models.generate_content_stream,
        genai.models.AsyncModels.generate_content_stream,
    )

    def traced(self: Any, **arguments: Any) -> Any:
        yield from original(self, **arguments)

    async def traced_async(self: Any, **arguments: Any) -> Any:
        async def chunks() -> Any:
            async for chunk in await original_async(self, **arguments):
                yield chunk

        return chunks()

    gemini.on().stream(["Once ", "upon"])
    monkeypatch.setattr(genai.models.Models, "generate_content_stream", traced)
    monkeypatch.setattr(genai.models.AsyncModels, "generate_content_stream", traced_async)
    for is_async in (False, True):
        talk = Talk(client, is_async)
        assert await talk.chunks("One") == ["Once ", "upon"]
        assert said(talk.chat.get_history()) == ["user: One", "model: Once upon"]
        await talk.chunks("Two", count=1)
        gc.collect()
        await asyncio.sleep(0)
        assert said(talk.chat.get_history())[2:] == ["user: Two", "model: Once "]


def test_a_turn_may_be_recorded_by_hand(client: genai.Client) -> None:
    chat = client.chats.create(model=MODEL)
    user, model = types.UserContent("Hi"), types.ModelContent("Yes.")
    chat.record_history(user, [model], [], True)
    chat.record_history(user, [], [], False)
    called = [user, model, types.UserContent("Calls"), types.ModelContent("<>")]
    chat.record_history(user, [model], called, True)
    assert said(chat.get_history(curated=True)) == [
        "user: Hi",
        "model: Yes.",
        "user: Calls",
        "model: <>",
        "model: Yes.",
    ]
    assert said(chat.get_history())[2:4] == ["user: Hi", "model: "]


def test_a_turn_may_be_recorded_without_function_calls(client: genai.Client) -> None:
    chat = client.chats.create(model=MODEL)
    user, model = types.UserContent("Hi"), types.ModelContent("Yes.")
    chat.record_history(user, [model], True)
    chat.record_history(user, [], False)
    chat.record_history(user_input=user, model_output=[model], is_valid=True)
    assert said(chat.get_history(curated=True)) == ["user: Hi", "model: Yes."] * 2
    assert said(chat.get_history())[2:4] == ["user: Hi", "model: "]
    with pytest.raises(TypeError, match="is_valid is missing"):
        chat.record_history(user, [model])


def test_a_chat_keeps_its_client_alive(gemini: ScriptedGemini) -> None:
    gemini.on().reply("Yes.")
    chat = genai.Client(api_key="key", http_options={"base_url": gemini.url}).chats.create(model=MODEL)
    gc.collect()
    assert chat.send_message("One").text == "Yes."
    chat._api_client.close()


# Other ways to continue


async def test_a_fork_goes_its_own_way(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on().reply("Yes.")
    talk = new_chat(config={"temperature": 0.1})
    await talk.send("One")
    other = talk.chat.fork()
    assert type(other) is type(talk.chat)
    await talk.send("Two")
    answer = other.send_message("Three")
    await answer if talk.is_async else answer
    assert sent(gemini) == ["user: One", "model: Yes.", "user: Three"]
    assert gemini.last_request.json["generationConfig"] == {"temperature": 0.1}
    assert said(talk.chat.get_history())[2:] == ["user: Two", "model: Yes."]


async def test_a_deep_copy_has_the_same_client_and_contents_of_its_own(
    new_chat: NewChat, gemini: ScriptedGemini
) -> None:
    talk = new_chat(config=types.GenerateContentConfig(tools=[add], temperature=0.5))
    await talk.send("a")
    chat = talk.chat
    copied = copy.deepcopy({"chat": chat})["chat"]
    assert copied._modules is chat._modules
    assert copied.get_history() == chat.get_history()
    assert copied.get_history()[0] is not chat.get_history()[0]
    assert [id(each) for each in copied.get_history(curated=True)] == [id(each) for each in copied.get_history()]
    copied.get_history()[0].parts[0].text = "b"
    assert chat.get_history()[0].parts[0].text == "a"


def test_a_deep_copy_of_a_client_is_the_client(client: genai.Client) -> None:
    for shared in (client, client.aio, client._api_client):
        assert copy.deepcopy([shared])[0] is shared
    assert copy.deepcopy(client.models)._api_client is client._api_client


async def test_messages_are_taken_back(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on("Add").reply([CALL])
    gemini.on("Empty").reply([{"text": ""}])
    gemini.on().reply("Yes.")
    talk = new_chat(config={"tools": [add]})
    for message in ("One", "Add", "Empty"):
        await talk.send(message)
    assert said(talk.chat.rewind()) == ["user: Empty", "model: "]
    assert said(talk.chat.rewind()) == ["user: Add", "model: <add>", "user: <=>", "model: Yes."]
    assert said(talk.chat.get_history()) == said(talk.chat.get_history(curated=True)) == ["user: One", "model: Yes."]
    for number in (0, 2):
        with pytest.raises(ValueError, match=f"cannot remove {number} messages; the chat contains 1"):
            talk.chat.rewind(number)
    talk.chat.rewind()
    assert talk.chat.get_history() == []
    with pytest.raises(ValueError, match="cannot remove 1 messages; the chat contains 0"):
        talk.chat.rewind()


async def test_one_message_may_be_sent_several_times(new_chat: NewChat, gemini: ScriptedGemini) -> None:
    gemini.on().stream(["Once ", "upon"])
    talk, message = new_chat(), types.UserContent("On")
    await talk.chunks(message)
    await talk.chunks(message, count=1)
    gc.collect()
    assert said(talk.chat.get_history()) == ["user: On", "model: Once upon", "user: On", "model: Once "]
    talk.chat.rewind()
    assert (
        said(talk.chat.get_history()) == said(talk.chat.get_history(curated=True)) == ["user: On", "model: Once upon"]
    )
    again = new_chat(history=[message, types.ModelContent("a"), message, types.ModelContent("b")])
    again.chat.rewind()
    assert said(again.chat.get_history(curated=True)) == ["user: On", "model: a"]


async def test_a_chat_is_written_and_read(new_chat: NewChat, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("Add").reply([{**CALL, "thoughtSignature": "AAEC"}])
    gemini.on("Empty").reply([{"text": ""}])
    gemini.on("Left").stream(["Once ", "upon"])
    gemini.on().reply("Yes.")
    talk = new_chat(config={"tools": [add]})
    picture = types.Part.from_bytes(data=b"\x89PNG\xff", mime_type="image/png")
    for message in (["Look", picture], "Add", "Empty"):
        await talk.send(message)
    await talk.chunks("Left", count=1)
    gc.collect()
    text = talk.chat.to_json()
    again = client.chats.from_json(text, config={"tools": [add]})
    for curated in (False, True):
        ours, theirs = talk.chat.get_history(curated), again.get_history(curated)
        assert [each.model_dump() for each in ours] == [each.model_dump() for each in theirs]
    assert isinstance(again.get_history()[-1], chats.PartialContent)
    assert again.to_json() == text
    assert type(client.aio.chats.from_json(text)) is chats.AsyncChat
    again.send_message("On")
    assert gemini.last_request.json["contents"][3]["parts"][0]["thoughtSignature"] == "AAEC"
    assert json.loads(text)["model"] == MODEL
    other = client.chats.from_json(text, model="gemini-3-pro")
    assert json.loads(other.to_json())["model"] == "gemini-3-pro"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 2, "model": "a", "history": [], "leftOut": [], "partial": []}',
        '{"format": 1, "model": "a", "history": [{"role": "x"}], "leftOut": [], "partial": []}',
    ],
)
def test_what_is_no_written_chat_is_refused(client: genai.Client, text: str) -> None:
    with pytest.raises(ValueError, match=r"text|history\[0\]"):
        client.chats.from_json(text)
