"""Automatic function calling, against the local server: the rounds, the results sent to the model, and failures."""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
import datetime
import enum
import functools
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pydantic
import pytest

from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
NewClient = Callable[..., genai.Client]
MODEL = "gemini-2.5-flash"


def get_weather(city: str) -> str:
    """Return the weather in a city."""
    if city == "Atlantis":
        raise LookupError(f"{city} is under water")
    return f"sunny in {city}"


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def called(name: str, **arguments: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


def configured(*tools: Any, **rules: Any) -> types.GenerateContentConfig:
    rule = types.AutomaticFunctionCallingConfig(**rules) if rules else None
    return types.GenerateContentConfig(tools=list(tools), automatic_function_calling=rule)


async def ask(call: Call, client: genai.Client, config: Any, contents: Any = "What now?") -> Any:
    return await call(client, "models.generate_content", model=MODEL, contents=contents, config=config)


async def chunks(call: Call, client: genai.Client, config: Any, contents: Any = "What now?") -> list[Any]:
    stream = await call(client, "models.generate_content_stream", model=MODEL, contents=contents, config=config)
    return [chunk async for chunk in stream] if hasattr(stream, "__aiter__") else list(stream)


def told(gemini: ScriptedGemini, request: int = -1) -> list[dict[str, Any]]:
    """Return the function responses at the end of a request."""
    content = gemini.requests[request].json["contents"][-1]
    assert content["role"] == "user"
    return [part["functionResponse"] for part in content["parts"]]


def texts(contents: list[types.Content]) -> list[tuple[str | None, str]]:
    """Return contents in a short notation: role and text."""
    return [
        (
            content.role,
            "".join(
                part.text or (f"<{part.function_call.name}>" if part.function_call else "<=>")
                for part in content.parts or ()
            ),
        )
        for content in contents
    ]


# Rounds


async def test_a_function_is_called_and_its_result_sent(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    signed = {**called("get_weather", city="Boston"), "thoughtSignature": "AAEC/w=="}
    gemini.on("What now?").reply([{"text": "Let me look.", "thought": True}, signed])
    gemini.on(function_response="get_weather").reply("It is sunny.")
    answer = await ask(call, client, configured(get_weather))
    assert answer.text == "It is sunny."
    first, second = (request.json for request in gemini.requests)
    assert second["tools"] == first["tools"]
    assert second["contents"] == [
        {"role": "user", "parts": [{"text": "What now?"}]},
        {
            "role": "model",
            "parts": [{"text": "Let me look.", "thought": True}, signed],
        },
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "get_weather", "response": {"result": "sunny in Boston"}}}],
        },
    ]
    history = answer.automatic_function_calling_history
    assert texts(history) == [("user", "What now?"), ("model", "Let me look.<get_weather>"), ("user", "<=>")]
    assert history[1].parts[1].thought_signature == b"\x00\x01\x02\xff"


async def test_calls_of_one_turn_are_answered_in_one_turn_and_in_order(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on("What now?").reply(
        [called("add", a=1.0, b=2), called("get_weather", city="Rome"), called("add", a=3, b=4)]
    )
    gemini.on().reply("Done.")
    await ask(call, client, configured(get_weather, add))
    assert [(each["name"], each["response"]) for each in told(gemini)] == [
        ("add", {"result": 3}),
        ("get_weather", {"result": "sunny in Rome"}),
        ("add", {"result": 7}),
    ]
    assert len(gemini.requests) == 2


async def test_rounds_go_on_until_the_model_answers(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    for number in range(4):
        gemini.on().reply([called("add", a=number, b=1)], times=1)
    gemini.on().reply("Four.")
    answer = await ask(call, client, configured(add))
    assert answer.text == "Four."
    assert len(gemini.requests) == 5
    assert len(answer.automatic_function_calling_history) == 1 + 2 * 4
    assert told(gemini)[0]["response"] == {"result": 4}


@pytest.mark.parametrize(("most", "requests"), [(None, 10), (1, 1), (2, 2), (3, 3)])
async def test_the_model_is_asked_no_more_often_than_allowed(
    call: Call, client: genai.Client, gemini: ScriptedGemini, most: int | None, requests: int
) -> None:
    seen: list[int] = []

    def count(number: int) -> None:
        """Count."""
        seen.append(number)

    gemini.on().reply([called("count", number=1)])
    answer = await ask(call, client, configured(count, maximum_remote_calls=most))
    assert len(gemini.requests) == requests
    assert answer.function_calls[0].name == "count"  # left to the program
    assert len(seen) == requests - 1
    assert len(answer.automatic_function_calling_history) == (1 + 2 * len(seen) if seen else 0)


@pytest.mark.parametrize("rules", [{"disable": True}, {"maximum_remote_calls": 0}, {"maximum_remote_calls": -1}])
async def test_calls_come_back_where_calling_is_switched_off(
    call: Call, client: genai.Client, gemini: ScriptedGemini, rules: dict[str, Any]
) -> None:
    gemini.on().reply([called("add", a=1, b=1)])
    answer = await ask(call, client, configured(add, **rules))
    assert [each.name for each in answer.function_calls] == ["add"]
    assert answer.automatic_function_calling_history is None
    assert len(gemini.requests) == 1


async def test_the_history_may_be_left_off(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").reply([called("add", a=1, b=1)])
    gemini.on().reply("Two.")
    answer = await ask(call, client, configured(add, ignore_call_history=True))
    assert (answer.text, answer.automatic_function_calling_history) == ("Two.", None)


async def test_an_answer_without_calls_has_an_empty_history(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on().reply("Nothing.")
    assert (await ask(call, client, configured(add))).automatic_function_calling_history == []
    assert (await ask(call, client, None)).automatic_function_calling_history == []


async def test_declared_functions_are_left_to_the_program(
    call: Call, client: genai.Client, gemini: ScriptedGemini, caplog: pytest.LogCaptureFixture
) -> None:
    gemini.on().reply([called("add", a=1, b=1)])
    declared = types.Tool(function_declarations=[types.FunctionDeclaration(name="other")])
    answer = await ask(call, client, configured(declared, add))
    assert answer.function_calls
    assert answer.automatic_function_calling_history is None
    assert [record.getMessage() for record in caplog.records] == [
        "Automatic function calling is off: config.tools[0] are not compatible with automatic function calling, because "
        "they declare functions that only the program can run."
    ]


async def test_nothing_is_logged_without_functions(
    call: Call, client: genai.Client, gemini: ScriptedGemini, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gemini.on().reply("Hello.")
    await ask(call, client, None)
    await ask(call, client, configured(types.Tool(google_search=types.GoogleSearch())))
    assert [record for record in caplog.records if record.name.startswith("google")] == []


async def test_the_configuration_and_the_contents_stay_as_they_were(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on("What now?").reply([called("add", a=1, b=1)])
    gemini.on().reply("Two.")
    contents = [types.UserContent("What now?")]
    config: dict[str, Any] = {"tools": [add], "temperature": 0.5}
    answer = await ask(call, client, config, contents)
    assert answer.automatic_function_calling_history[0] is contents[0]
    assert (len(contents), config) == (1, {"tools": [add], "temperature": 0.5})
    assert [request.json["generationConfig"] for request in gemini.requests] == [{"temperature": 0.5}] * 2


# Arguments and results of functions


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Point(pydantic.BaseModel):
    x: float
    y: float = 0


@dataclasses.dataclass
class Order:
    item: str
    count: int = 1


async def test_arguments_arrive_as_what_they_are_annotated_as(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    seen: list[Any] = []

    def draw(point: Point, colour: Colour, orders: list[Order], when: datetime.date, note: str | None = None) -> None:
        """Draw."""
        seen.append((point, colour, orders, when, note))

    arguments = {"point": {"x": 1}, "colour": "blue", "orders": [{"item": "ink"}], "when": "2026-01-31"}
    gemini.on("What now?").reply([called("draw", **arguments)])
    gemini.on().reply("Drawn.")
    await ask(call, client, configured(draw))
    assert seen == [(Point(x=1), Colour.BLUE, [Order("ink")], datetime.date(2026, 1, 31), None)]
    assert told(gemini)[0]["response"] == {"result": None}


async def test_an_argument_that_the_model_made_up_is_left_out(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on("What now?").reply([called("add", a=1, b=2, c=3)])
    gemini.on().reply("Three.")
    await ask(call, client, configured(add))
    assert told(gemini)[0]["response"] == {"result": 3}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": [1, None]}, {"a": [1, None]}),
        ((1, 2), [1, 2]),
        ({3}, [3]),
        (Colour.RED, "red"),
        (Point(x=1), {"x": 1.0, "y": 0.0}),
        ([Order("ink", 2)], [{"item": "ink", "count": 2}]),
        (datetime.date(2026, 1, 31), "2026-01-31"),
        (b"\x00\xff", "AP8="),
        ({"error": "mine"}, {"error": "mine"}),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_results_are_written_as_json(
    call: Call, client: genai.Client, gemini: ScriptedGemini, value: Any, written: Any
) -> None:
    def give() -> Any:
        """Give."""
        return value

    gemini.on("What now?").reply([called("give")])
    gemini.on().reply("Done.")
    await ask(call, client, configured(give))
    assert told(gemini)[0]["response"] == {"result": written}


async def test_a_result_that_json_cannot_hold_is_an_error(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    def give() -> Any:
        """Give."""
        return threading.Lock()

    gemini.on().reply([called("give")])
    with pytest.raises(TypeError, match="give returned a value that JSON cannot represent"):
        await ask(call, client, configured(give))


@pytest.mark.parametrize(
    ("calls", "error"),
    [
        (called("get_weather", city="Atlantis"), "LookupError: Atlantis is under water"),
        (called("get_weather"), "get_weather(city): the argument is required but missing."),
        (called("get_weather", city=["a"]), "get_weather(city)"),
        (called("get_weather", town="Boston"), "get_weather: unknown argument town; the parameters are: city."),
        (called("no_such_function"), "There is no function 'no_such_function'; the functions are: get_weather, add."),
    ],
)
async def test_what_goes_wrong_is_told_to_the_model(
    call: Call, client: genai.Client, gemini: ScriptedGemini, calls: dict[str, Any], error: str
) -> None:
    gemini.on("What now?").reply([calls, called("add", a=1, b=1)])
    gemini.on().reply("I see.")
    answer = await ask(call, client, configured(get_weather, add))
    assert answer.text == "I see."
    failed, worked = told(gemini)
    assert failed["response"].keys() == {"error"}
    assert error in failed["response"]["error"]
    assert worked["response"] == {"result": 2}


async def test_an_interruption_goes_through(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    class Interruption(BaseException):
        pass

    def stop() -> None:
        """Stop."""
        raise Interruption

    gemini.on().reply([called("stop")])
    with pytest.raises(Interruption):
        await ask(call, client, configured(stop))


async def test_a_failing_request_in_a_later_round_is_raised(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on("What now?").reply([called("add", a=1, b=1)])
    gemini.on().fail(429)
    with pytest.raises(errors.ClientError) as caught:
        await ask(call, client, configured(add))
    assert caught.value.code == 429


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        (
            "Function call is missing a thought_signature in functionCall parts.",
            "Send each turn of the model back unchanged (response.candidates[0].content)",
        ),
        (
            "Please ensure that the number of function response parts is equal",
            "send one content with a function response for each call",
        ),
    ],
)
async def test_a_history_that_the_service_refuses_is_explained(
    call: Call, client: genai.Client, gemini: ScriptedGemini, message: str, hint: str
) -> None:
    gemini.on().fail(400, message=message)
    with pytest.raises(errors.ClientError) as caught:
        await ask(call, client, None)
    assert hint in (caught.value.hint or "")


class Adder:
    """Add a number to another."""

    def __init__(self, number: int) -> None:
        self.number = number

    def plus(self, other: int) -> int:
        """Add."""
        return self.number + other

    def __call__(self, other: int) -> int:
        """Add."""
        return self.number + other


@pytest.mark.parametrize(
    ("function", "name"),
    [(Adder(1).plus, "plus"), (Adder(1), "Adder"), (functools.partial(add, 1), "add")],
    ids=["method", "callable object", "partial"],
)
async def test_all_kinds_of_callables_are_called(
    call: Call, client: genai.Client, gemini: ScriptedGemini, function: Any, name: str
) -> None:
    argument = "b" if name == "add" else "other"
    gemini.on("What now?").reply([called(name, **{argument: 2})])
    gemini.on().reply("Three.")
    await ask(call, client, configured(function))
    assert told(gemini)[0] == {"name": name, "response": {"result": 3}}


async def test_two_functions_of_one_name_are_refused(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    def other() -> None:
        """Do nothing."""

    other.__name__ = "add"
    with pytest.raises(ValueError, match=r"config\.tools\[1\]: duplicate function name 'add'"):
        await ask(call, client, configured(add, other))
    assert not gemini.requests


async def test_what_cannot_be_declared_is_refused_by_its_place(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    with pytest.raises(ValueError, match=r"config\.tools\[1\]: .*no name"):
        await ask(call, client, configured(add, lambda x: x))
    assert not gemini.requests


# Threads and tasks


async def test_functions_run_one_after_the_other_unless_asked_otherwise(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    running, most = 0, 0
    lock = threading.Lock()

    def work(number: int) -> int:
        """Work."""
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return number

    calls = [called("work", number=number) for number in range(4)]
    for at_once, expected in ((None, 1), (2, 2), (8, 4)):
        most = 0
        gemini.on("What now?").reply(calls, times=1)
        gemini.on().reply("Done.", times=1)
        await ask(call, client, configured(work, maximum_parallel_calls=at_once))
        assert [each["response"]["result"] for each in told(gemini)] == [0, 1, 2, 3]
        assert most <= expected
        assert most > 1 or expected == 1


async def test_async_functions_are_awaited_side_by_side(client: genai.Client, gemini: ScriptedGemini) -> None:
    meeting = asyncio.Barrier(3) if hasattr(asyncio, "Barrier") else None

    async def meet(number: int) -> int:
        """Meet."""
        if meeting is not None:
            await asyncio.wait_for(meeting.wait(), 5)
        return number

    gemini.on("What now?").reply([called("meet", number=number) for number in range(3)])
    gemini.on().reply("Done.")
    config = configured(meet, maximum_parallel_calls=3)
    await client.aio.models.generate_content(model=MODEL, contents="What now?", config=config)
    assert [each["response"] for each in told(gemini)] == [{"result": 0}, {"result": 1}, {"result": 2}]


async def test_a_blocking_function_does_not_stop_the_loop(client: genai.Client, gemini: ScriptedGemini) -> None:
    number: contextvars.ContextVar[int] = contextvars.ContextVar("number")
    number.set(7)
    loop = asyncio.get_running_loop()
    passed = threading.Event()

    def wait() -> int:
        """Wait until the loop has done something."""
        loop.call_soon_threadsafe(passed.set)
        assert passed.wait(5)
        return number.get()

    gemini.on("What now?").reply([called("wait")])
    gemini.on().reply("Done.")
    await client.aio.models.generate_content(model=MODEL, contents="What now?", config=configured(wait))
    assert told(gemini)[0]["response"] == {"result": 7}


async def test_a_cancelled_answer_cancels_its_functions(client: genai.Client, gemini: ScriptedGemini) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        """Wait for ever."""
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    gemini.on("What now?").reply([called("wait"), called("wait")])
    config = configured(wait, maximum_parallel_calls=2)
    task = asyncio.create_task(client.aio.models.generate_content(model=MODEL, contents="What now?", config=config))
    await asyncio.wait_for(started.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()
    assert len(gemini.requests) == 1


def test_an_async_function_is_refused_by_blocking_calls(client: genai.Client, gemini: ScriptedGemini) -> None:
    async def look() -> None:
        """Look."""

    with pytest.raises(errors.UnsupportedFunctionError, match=r"config\.tools\[0\]: look is an async function"):
        client.models.generate_content(model=MODEL, contents="What now?", config=configured(look))
    assert not gemini.requests
    gemini.on().reply([called("look")])
    declared = types.Tool(function_declarations=[types.FunctionDeclaration(name="other")])
    for config in (configured(look, disable=True), configured(look, declared)):  # with both, no function runs here
        answer = client.models.generate_content(model=MODEL, contents="What now?", config=config)
        assert answer.function_calls


# Streams


async def test_a_stream_goes_on_after_the_calls(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").stream(["Let me ", "see. ", called("add", a=1, b=2), ""])
    gemini.on().stream(["It ", "is three."])
    found = await chunks(call, client, configured(add))
    assert "".join(chunk.text or "" for chunk in found) == "Let me see. It is three."
    assert [[each.name for each in chunk.function_calls or ()] for chunk in found if chunk.function_calls] == [["add"]]
    history = found[-1].automatic_function_calling_history
    assert texts(history) == [("user", "What now?"), ("model", "Let me see. <add>"), ("user", "<=>")]
    assert found[0].automatic_function_calling_history is None
    assert gemini.requests[1].json["contents"][1]["parts"][0] == {"text": "Let me see. "}


async def test_calls_in_several_chunks_are_one_turn(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").stream([called("add", a=1, b=2), called("get_weather", city="Rome"), ""])
    gemini.on().reply("Done.")
    await chunks(call, client, configured(add, get_weather))
    assert len(gemini.requests) == 2
    model = gemini.requests[1].json["contents"][1]
    assert [part["functionCall"]["name"] for part in model["parts"]] == ["add", "get_weather"]
    assert [each["name"] for each in told(gemini)] == ["add", "get_weather"]


async def test_signatures_in_a_stream_come_back_in_their_parts(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    signed = {**called("add", a=1, b=2), "thoughtSignature": "AAEC"}
    gemini.on("What now?").stream(["Well", ", ", {"text": "", "thoughtSignature": "AwQF"}, "so", " it is", signed])
    gemini.on().reply("Done.")
    await chunks(call, client, configured(add))
    assert gemini.requests[1].json["contents"][1]["parts"] == [
        {"text": "Well, "},
        {"text": "", "thoughtSignature": "AwQF"},
        {"text": "so it is"},
        signed,
    ]


async def test_a_stream_stops_at_the_limit(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on().stream([called("add", a=1, b=1), ""])
    found = await chunks(call, client, configured(add, maximum_remote_calls=2))
    assert len(gemini.requests) == 2
    assert len([chunk for chunk in found if chunk.function_calls]) == 2
    assert len(found[-1].automatic_function_calling_history) == 1 + 2


async def test_a_stream_left_early_asks_no_further(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on().stream(["One", "Two", called("add", a=1, b=1)])
    stream = await call(
        client, "models.generate_content_stream", model=MODEL, contents="What now?", config=configured(add)
    )
    if hasattr(stream, "__aiter__"):
        async with stream:
            async for _ in stream:
                break
    else:
        with stream:
            for _ in stream:
                break
    assert len(gemini.requests) == 1
    gemini.wait_until_idle()


async def test_a_stream_that_breaks_in_a_later_round_raises(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on("What now?").stream([called("add", a=1, b=1), ""])
    gemini.on().fail(503)
    with pytest.raises(errors.ServerError):
        await chunks(call, client, configured(add))


FAULTS: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"disconnect": "before_reply"}, errors.APIConnectionError),
    ({"disconnect": "lost_reply"}, errors.APIConnectionError),
    ({"disconnect": "mid_body"}, errors.APIConnectionError),
    ({"garbage": True}, errors.InvalidResponseError),
    ({"status": 503}, errors.ServerError),
    ({"stall": True}, errors.APITimeoutError),
]


@pytest.mark.parametrize(("fault", "error"), FAULTS, ids=lambda value: str(value))
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_a_round_that_breaks_raises_and_calls_nothing_again(
    call: Call,
    new_client: NewClient,
    gemini: ScriptedGemini,
    fault: dict[str, Any],
    error: type[Exception],
    streamed: bool,
) -> None:
    seen: list[int] = []

    def count(number: int) -> None:
        """Count."""
        seen.append(number)

    gemini.on("What now?").reply([called("count", number=1)])
    gemini.on().reply("Counted, one by one, until the end.")
    gemini.fail(**fault, skip=1)
    client = new_client(timeout=1000)
    with pytest.raises(error):
        await (chunks if streamed else ask)(call, client, configured(count))
    assert seen == [1]
    assert len(gemini.requests) == 2


async def test_a_repeated_request_does_not_call_again(
    call: Call, new_client: NewClient, gemini: ScriptedGemini
) -> None:
    seen: list[int] = []

    def count(number: int) -> int:
        """Count."""
        seen.append(number)
        return len(seen)

    gemini.on("What now?").reply([called("count", number=1)])
    gemini.on().reply("Once.")
    gemini.fail(status=503, times=2, skip=1)
    client = new_client(retry_options={"attempts": 4, "initial_delay": 0.001, "max_delay": 0.001})
    answer = await ask(call, client, configured(count))
    assert (answer.text, seen, len(gemini.requests)) == ("Once.", [1], 4)
    assert told(gemini)[0]["response"] == {"result": 1}


async def test_pieces_of_arguments_are_refused_with_functions(
    new_client: NewClient, call: Call, gemini: ScriptedGemini
) -> None:
    config = configured(add)
    config.tool_config = types.ToolConfig(
        function_calling_config=types.FunctionCallingConfig(stream_function_call_arguments=True)
    )
    with pytest.raises(
        ValueError, match=r"stream_function_call_arguments: .* not compatible with automatic function calling"
    ):
        await chunks(call, new_client("vertex"), config)
    assert not gemini.requests


async def test_calls_that_are_not_answered_are_handed_out(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    nameless = {"functionCall": {"args": {"a": 1}}}
    gemini.on().stream([{"text": "Hm"}, nameless, {"text": "", "thoughtSignature": "AAEC"}])
    found = await chunks(call, client, configured(add))
    assert [bool(chunk.function_calls) for chunk in found] == [False, True, False]
    assert len(gemini.requests) == 1


async def test_pieces_of_a_call_are_not_called(new_client: NewClient, call: Call, gemini: ScriptedGemini) -> None:
    pieces = [
        {"functionCall": {"name": "add", "willContinue": True}},
        {"functionCall": {"partialArgs": [{"jsonPath": "$.a", "numberValue": 1}], "willContinue": True}},
        {"functionCall": {}},
    ]
    gemini.on().stream(pieces)
    found = await chunks(call, new_client("vertex"), configured(add))
    assert [bool(chunk.function_calls) for chunk in found] == [True, True, True]
    assert len(gemini.requests) == 1


async def test_a_stream_is_closed_while_a_function_runs(client: genai.Client, gemini: ScriptedGemini) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        """Wait."""
        started.set()
        await go_on.wait()

    gemini.on("What now?").stream([called("wait"), ""])
    gemini.on().reply("Never asked for.")
    stream = await client.aio.models.generate_content_stream(model=MODEL, contents="What now?", config=configured(wait))

    async def consume() -> list[Any]:
        return [chunk async for chunk in stream]

    task = asyncio.create_task(consume())
    await asyncio.wait_for(started.wait(), 5)
    await stream.aclose()
    go_on.set()
    called_chunk, last = await asyncio.wait_for(task, 5)
    assert (called_chunk.function_calls[0].name, last.text) == ("wait", "")
    assert len(gemini.requests) == 1
