"""Functions that run for the model: declarations, rounds, results, limits, streams and history."""

from __future__ import annotations

import asyncio
import io
import threading
from typing import Any

import pytest

from google import genai
from google.genai import errors, interactions, types

from .conftest import Caller
from .service import Service, as_stream, completed, created, cut, delta, refusal, start, stop, stream_of

mcp_skips = pytest.mark.filterwarnings("ignore:Field 'lifespan' has an incomplete definition")  # by mcp itself


def add(a: int, b: int) -> int:
    """Add two numbers.

    Args:
      a: The first one.
    """
    return a + b


def fail(a: int = 1) -> int:
    """Fail."""
    raise LookupError(f"nothing at {a}")


async def look(city: str) -> str:
    """Look at a city."""
    await asyncio.sleep(0)
    return f"sun in {city}"


def call(id: str, name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "function_call", "id": id, "name": name, "arguments": arguments}


def asks(id: str, *calls: dict[str, Any], status: str = "requires_action") -> dict[str, Any]:
    return {"id": id, "status": status, "model": "m", "steps": [*calls]}


def says(id: str, text: str) -> dict[str, Any]:
    return {
        "id": id,
        "status": "completed",
        "model": "m",
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": text}]}],
    }


def result(id: str, name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"type": "function_result", "call_id": id, "name": name, "result": value, **more}


def create(caller: Caller, *tools: Any, **more: Any) -> Any:
    return caller.result("create", model="m", input="Hi", tools=[*tools], **more)


_DECLARED = {
    "type": "function",
    "name": "add",
    "description": "Add two numbers.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer", "description": "The first one."}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}


def test_a_function_is_declared_called_and_answered(caller: Caller, service: Service) -> None:
    service.answers(asks("i1", call("c1", "add", a=1, b=2)), says("i2", "Three."))
    answer = create(caller, add, system_instruction="Be brief.")
    first, second = service.bodies
    declared = first["tools"][0]
    assert declared.keys() == _DECLARED.keys()
    assert (declared["type"], declared["name"]) == ("function", "add")
    assert declared["description"].startswith("Add two numbers.")
    assert declared["parameters"]["properties"]["a"]["type"] == "integer"
    assert declared["parameters"]["required"] == ["a", "b"]
    assert second == {
        "model": "m",
        "previous_interaction_id": "i1",
        "input": [result("c1", "add", {"result": 3})],
        "system_instruction": "Be brief.",
        "tools": first["tools"],
    }
    assert (answer.id, answer.text) == ("i2", "Three.")
    history = [step.model_dump() for step in answer.automatic_function_calling_history]
    assert history == [call("c1", "add", a=1, b=2), result("c1", "add", {"result": 3})]


def test_without_a_call_nothing_follows(caller: Caller, service: Service) -> None:
    service.answers(says("i1", "No."))
    answer = create(caller, add)
    assert len(service.asked) == 1
    assert answer.automatic_function_calling_history is None


def test_async_functions(caller: Caller, service: Service) -> None:
    service.answers(asks("i1", call("c1", "look", city="Rome"), call("c2", "add", a=1, b=1)), says("i2", "Sunny."))
    if not caller.is_async:
        error = caller.call("create", model="m", input="a", tools=[look]).error
        assert isinstance(error, errors.UnsupportedFunctionError)
        assert service.asked == []
        return
    assert create(caller, look, add).text == "Sunny."
    expected = [result("c1", "look", {"result": "sun in Rome"}), result("c2", "add", {"result": 2})]
    assert service.bodies[1]["input"] == expected


def test_errors_of_functions_are_results(caller: Caller, service: Service) -> None:
    calls = [call("c1", "fail"), call("c2", "none"), call("c3", "add", a="x", b=2), call("c4", "add", c=1)]
    service.answers(asks("i1", *calls), says("i2", "I see."))
    assert create(caller, fail, add).text == "I see."
    results = service.bodies[1]["input"]
    assert [each["is_error"] for each in results] == [True] * 4
    assert [each["call_id"] for each in results] == ["c1", "c2", "c3", "c4"]
    messages = [each["result"]["error"] for each in results]
    assert messages[0] == "LookupError: nothing at 1"
    assert messages[1] == "There is no function 'none'; the functions are: fail, add."
    assert "a" in messages[2]
    assert "b" in messages[3]


def test_a_result_that_is_not_json_is_an_error(caller: Caller, service: Service) -> None:
    def odd() -> Any:
        """Return something odd."""
        return object()

    service.answers(asks("i1", call("c1", "odd")), says("i2", "I see."))
    outcome = caller.call("create", model="m", input="a", tools=[odd])
    assert isinstance(outcome.error, TypeError)
    assert "odd returned a value that JSON cannot represent" in str(outcome.error)


@pytest.mark.parametrize(
    "rules", [{"disable": True}, types.AutomaticFunctionCallingConfig(disable=True), {"maximum_remote_calls": 0}]
)
def test_functions_that_are_only_declared(caller: Caller, service: Service, rules: Any) -> None:
    service.answers(asks("i1", call("c1", "add", a=1, b=2)))
    answer = create(caller, add, look, automatic_function_calling=rules)
    assert [call.name for call in answer.function_calls] == ["add"]
    assert [tool["name"] for tool in service.bodies[0]["tools"]] == ["add", "look"]
    assert len(service.asked) == 1


def test_the_number_of_requests_is_limited(caller: Caller, service: Service) -> None:
    service.answers(asks("i1", call("c1", "add", a=1, b=2)))
    assert create(caller, add).status == "requires_action"
    assert len(service.asked) == 10
    for limit in (1, 2, 3):
        service.forget()
        answer = create(caller, add, automatic_function_calling={"maximum_remote_calls": limit})
        assert len(service.asked) == limit
        assert [call.id for call in answer.function_calls] == ["c1"]
        assert len(answer.automatic_function_calling_history or ()) == 2 * (limit - 1)


def test_calls_may_run_at_the_same_time(caller: Caller, service: Service) -> None:
    together = threading.Barrier(2, timeout=5)

    def wait(n: int) -> int:
        """Wait for the other call."""
        together.wait()
        return n

    service.answers(asks("i1", call("c1", "wait", n=1), call("c2", "wait", n=2)), says("i2", "Done."))
    assert create(caller, wait, automatic_function_calling={"maximum_parallel_calls": 2}).text == "Done."
    assert [each["result"] for each in service.bodies[1]["input"]] == [{"result": 1}, {"result": 2}]


@pytest.mark.parametrize(
    "declared", [{"type": "function", "name": "mine"}, interactions.Function(name="mine")], ids=["dict", "object"]
)
def test_functions_of_the_program_end_the_rounds(caller: Caller, service: Service, declared: Any) -> None:
    """If the model calls one that only the program can run, the whole turn is the program's."""
    calls = [call("c2", "add", a=1, b=2), call("c3", "mine")]
    service.answers(asks("i1", call("c1", "add", a=1, b=1)), asks("i2", *calls))
    answer = create(caller, add, declared)
    assert [call.id for call in answer.function_calls] == ["c2", "c3"]
    assert len(service.asked) == 2
    assert len(answer.automatic_function_calling_history) == 2


def test_everything_is_sent_again_if_nothing_is_stored(caller: Caller, service: Service) -> None:
    thought = {"type": "thought", "signature": "AAAA"}
    unknown = {"type": "dance", "tempo": 120}
    first = asks("", thought, unknown, call("c1", "add", a=1, b=2))
    del first["id"]
    second = asks("", call("c2", "add", a=3, b=4))
    user = {"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}
    one = [thought, unknown, call("c1", "add", a=1, b=2), result("c1", "add", {"result": 3})]
    two = [call("c2", "add", a=3, b=4), result("c2", "add", {"result": 7})]
    for given in ("Hi", [{"type": "text", "text": "Hi"}], [user], {"type": "text", "text": "Hi"}):
        service.forget()
        service.answers(first, second, says("", "Seven."))
        answer = caller.result("create", model="m", input=given, tools=[add], store=False)
        assert answer.text == "Seven."
        assert [body["input"] for body in service.bodies[1:]] == [[user, *one], [user, *one, *two]]
        assert all(body["store"] is False and "previous_interaction_id" not in body for body in service.bodies)


def test_an_input_that_can_be_read_once_is_sent_again(caller: Caller, service: Service) -> None:
    rounds = (asks("", call("c1", "add", a=1, b=2)), says("", "Three."))
    text = {"type": "text", "text": "Hi"}
    image = {"type": "image", "mime_type": "image/png"}
    for given, content in (
        (iter([text]), [text]),
        ((text, interactions.TextContent(text="Ho")), [text, {"type": "text", "text": "Ho"}]),
        ([{**image, "data": io.BytesIO(b"abc")}], [{**image, "data": "YWJj"}]),
    ):
        service.forget()
        service.answers(*rounds)
        assert caller.result("create", model="m", input=given, tools=[add], store=False).text == "Three."
        assert service.bodies[1]["input"][0] == {"type": "user_input", "content": content}


def test_tools_in_other_iterables(caller: Caller, service: Service) -> None:
    service.answers(asks("i1", call("c1", "add", a=1, b=2)), says("i2", "Three."))
    tools = (add, interactions.GoogleSearch())
    assert caller.result("create", model="m", input="a", tools=tools).text == "Three."
    assert [tool["type"] for tool in service.bodies[1]["tools"]] == ["function", "google_search"]
    assert tools == (add, interactions.GoogleSearch())


def test_the_tools_of_a_request_stay_as_they_are(caller: Caller, service: Service) -> None:
    service.answers(says("i1", "a"))
    request = {"model": "m", "input": "a", "tools": [add]}
    caller.result("create", request=request)
    assert request == {"model": "m", "input": "a", "tools": [add]}


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        ([add, add], r"tools\[1\]: duplicate function name 'add'"),
        ([lambda a: a], r"tools\[0\]"),
        ([add, 5], r"tools\.1"),
    ],
)
def test_wrong_tools_are_refused(client: genai.Client, service: Service, tools: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        client.interactions.create(model="m", input="a", tools=tools)
    assert service.asked == []


@pytest.mark.parametrize("status", ["failed", "cancelled", "incomplete", "in_progress", "budget_exceeded"])
def test_functions_run_only_if_the_interaction_waits_for_them(caller: Caller, service: Service, status: str) -> None:
    service.answers(asks("i1", call("c1", "add", a=1, b=2), status=status))
    assert create(caller, add).status == status
    assert len(service.asked) == 1


# Streams


def stream_of_a_call(id: str, *calls: dict[str, Any]) -> list[dict[str, Any]]:
    events = [{**created(), "interaction": {"id": id, "status": "in_progress"}}]
    for index, each in enumerate(calls):
        events += [start(index, f"s{index}", **{**each, "arguments": {}})]
        events += [
            delta(index, f"d{index}", type="arguments_delta", arguments=str(each["arguments"]).replace("'", '"'))
        ]
        events += [stop(index, f"t{index}")]
    return [*events, {**completed(), "interaction": {"id": id, "status": "requires_action"}}]


def stream_of_a_text(id: str, text: str) -> list[dict[str, Any]]:
    return [
        {**created(), "interaction": {"id": id, "status": "in_progress"}},
        start(0, "e1", type="model_output"),
        delta(0, "e2", type="text", text=text),
        {**completed(), "interaction": {"id": id, "status": "completed"}},
    ]


def test_functions_run_in_streams(caller: Caller, service: Service) -> None:
    rounds = [stream_of_a_call("i1", call("c1", "add", a=1, b=2)), stream_of_a_text("i2", "Three.")]
    service.answers(*map(as_stream, rounds))
    outcome = caller.events(tools=[add])
    stream = outcome.result()
    assert [event.event_type for event in outcome.chunks] == [event["event_type"] for each in rounds for event in each]
    assert (stream.interaction.id, stream.interaction.text) == ("i2", "Three.")
    history = [step.model_dump() for step in stream.interaction.automatic_function_calling_history]
    assert history == [call("c1", "add", a=1, b=2), result("c1", "add", {"result": 3})]
    second = service.bodies[1]
    assert (second["previous_interaction_id"], second["stream"]) == ("i1", True)
    assert second["input"] == [result("c1", "add", {"result": 3})]


def test_events_of_the_rounds_may_have_the_same_ids(caller: Caller, service: Service) -> None:
    """Also if the connection of the second round is lost."""
    one, two = stream_of_a_call("i1", call("c1", "add", a=1, b=2)), stream_of_a_text("i2", "Three.")
    service.answers(as_stream(one), cut(stream_of(two[:2]), "closed"), as_stream(two))
    outcome = caller.events(tools=[add])
    assert outcome.result().interaction.text == "Three."
    assert len(outcome.chunks) == len(one) + len(two)
    assert service.asked[2].path.endswith("/interactions/i2")


def test_the_rounds_of_a_stream_are_limited(caller: Caller, service: Service) -> None:
    service.answers(as_stream(stream_of_a_call("i1", call("c1", "add", a=1, b=2))))
    outcome = caller.events(tools=[add], automatic_function_calling={"maximum_remote_calls": 3})
    assert outcome.result().interaction.status == "requires_action"
    assert len(service.asked) == 3
    assert len(outcome.value.interaction.automatic_function_calling_history) == 4


def test_a_stream_that_is_not_stored_sends_everything_again(caller: Caller, service: Service) -> None:
    one = stream_of_a_call("", call("c1", "add", a=1, b=2))
    service.answers(as_stream(one), as_stream(stream_of_a_text("", "Three.")))
    outcome = caller.events(tools=[add], store=False)
    assert outcome.result().interaction.text == "Three."
    user = {"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}
    expected = [user, call("c1", "add", a=1, b=2), result("c1", "add", {"result": 3})]
    assert service.bodies[1]["input"] == expected


def test_a_refused_round_of_a_stream_is_an_error(caller: Caller, service: Service) -> None:
    service.answers(as_stream(stream_of_a_call("i1", call("c1", "add", a=1, b=2))), refusal(400, "No more."))
    outcome = caller.events(tools=[add])
    assert outcome.failure(interactions.BadRequestError).message == "No more."
    assert len(outcome.chunks) == 5


def test_no_function_runs_after_an_error_event(caller: Caller, service: Service) -> None:
    events = stream_of_a_call("i1", call("c1", "add", a=1, b=2))
    wrong = {"event_type": "error", "error": {"code": "internal", "message": "Broken."}}
    service.answers(as_stream([*events[:-1], wrong]))
    outcome = caller.events(tools=[add])
    assert outcome.result().interaction.errors[0].message == "Broken."
    assert len(service.asked) == 1


def test_leaving_a_stream_runs_no_function(caller: Caller, service: Service) -> None:
    service.answers(as_stream(stream_of_a_call("i1", call("c1", "add", a=1, b=2))))
    ran: list[int] = []

    def note() -> None:
        """Note."""
        ran.append(1)

    def leave(client: genai.Client) -> None:
        with client.interactions.create(model="m", input="a", tools=[note], stream=True) as stream:
            next(stream)

    async def leave_async(client: genai.Client) -> None:
        async with await client.aio.interactions.create(model="m", input="a", tools=[note], stream=True) as stream:
            await stream.__anext__()

    caller.driver.run(leave_async if caller.is_async else leave).result()  # type: ignore[attr-defined]
    assert ran == []
    assert len(service.asked) == 1


# MCP


@mcp_skips
async def test_the_tools_of_an_mcp_session(client: genai.Client, service: Service) -> None:
    pytest.importorskip("mcp", reason="the package mcp does not support this Python")
    from ..test_mcp import new_server, opened

    calls = [
        call("c1", "forecast", city="Rome", days=2),
        call("c2", "forecast", city="Atlantis"),
        call("c3", "add", a=1, b=2),
    ]
    service.answers(asks("i1", *calls), says("i2", "Sunny."))
    async with opened(new_server()) as session:
        answer = await client.aio.interactions.create(model="m", input="a", tools=[session, add])
    assert answer.text == "Sunny."
    declared = service.bodies[0]["tools"]
    assert [tool["name"] for tool in declared] == ["forecast", "compare", "add"]
    assert declared[0]["description"] == "Tell the weather of the coming days."
    assert declared[0]["parameters"]["properties"]["city"]["type"] == "string"
    forecast, failed, added = service.bodies[1]["input"]
    assert "2 days of sun in Rome" in str(forecast["result"])
    assert "is_error" not in forecast
    assert failed["is_error"] is True
    assert "Atlantis" in str(failed["result"])
    assert added["result"] == {"result": 3}


@mcp_skips
async def test_an_mcp_session_in_a_stream(client: genai.Client, service: Service) -> None:
    pytest.importorskip("mcp", reason="the package mcp does not support this Python")
    from ..test_mcp import new_server, opened

    service.answers(
        as_stream(stream_of_a_call("i1", call("c1", "forecast", city="Rome"))),
        as_stream(stream_of_a_text("i2", "Sunny.")),
    )
    async with opened(new_server()) as session:
        stream = await client.aio.interactions.create(model="m", input="a", tools=[session], stream=True)
        async for _ in stream:
            pass
    assert stream.interaction is not None
    assert stream.interaction.text == "Sunny."
