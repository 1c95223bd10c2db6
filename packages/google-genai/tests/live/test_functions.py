"""Functions that a session runs for the model: Python functions, tools of MCP servers, cancellation, answers in any order."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from mcp import ClientSession
from mcp.server.fastmcp import FastMCP
from mcp.shared.memory import create_connected_server_and_client_session

from google.genai import errors, live, types

from .conftest import Service, Talk

AUTOMATIC: dict[str, Any] = {"automatic_function_calling": {}}


def _calls(*calls: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    return {"functionCalls": [{"id": id, "name": name, "args": args} for id, name, args in calls]}


async def _responses(talk: Talk, number: int) -> dict[str, Any]:
    """Read responses until there are as many, and return them by id."""
    found: dict[str, Any] = {}
    while len(found) < number:
        message = await talk.receive()
        for response in message["toolResponse"]["functionResponses"]:
            found[response.pop("id")] = response
    return found


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def greet(name: str) -> str:
    """Greet somebody."""
    await asyncio.sleep(0)
    return f"Hello {name}"


def fail() -> str:
    """Fail."""
    raise LookupError("nothing there")


async def test_functions_are_run_and_answered(service: Service) -> None:
    seen: dict[str, Any] = {}

    async def behaviour(talk: Talk) -> None:
        setup = await talk.setup()
        seen["declared"] = [each["name"] for each in setup["tools"][0]["functionDeclarations"]]
        calls = [("1", "add", {"a": 1, "b": 2}), ("2", "greet", {"name": "Ada"}), ("3", "fail", {})]
        await talk.send(toolCall=_calls(*calls, ("4", "add", {"a": "x"})))
        seen["responses"] = await _responses(talk, 4)
        await talk.say("done")
        await talk.until_closed()

    service.behaves(behaviour)
    config = {**AUTOMATIC, "tools": [add, greet, fail]}
    async with service.client().aio.live.connect(model="m", config=config) as session:
        messages = [message async for message in session.receive()]
    assert [call.name for call in messages[0].tool_call.function_calls] == ["add", "greet", "fail", "add"]
    assert messages[1].text == "done"
    assert seen["declared"] == ["add", "greet", "fail"]
    responses = seen["responses"]
    assert responses["1"] == {"name": "add", "response": {"result": 3}}
    assert responses["2"] == {"name": "greet", "response": {"result": "Hello Ada"}}
    assert responses["3"] == {"name": "fail", "response": {"error": "LookupError: nothing there"}}
    assert "error" in responses["4"]["response"]


@pytest.mark.parametrize("config", [{}, {"automatic_function_calling": {"disable": True}}])
async def test_without_the_option_the_program_answers(service: Service, config: dict[str, Any]) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.send(toolCall=_calls(("1", "add", {"a": 1, "b": 2})))
        assert await _responses(talk, 1) == {"1": {"name": "add", "response": {"result": "mine"}}}
        await talk.say("done")
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m", config={**config, "tools": [add]}) as session:
        async for message in session.receive():
            for call in message.tool_call.function_calls if message.tool_call else ():
                response = types.FunctionResponse(id=call.id, name=call.name, response={"result": "mine"})
                await session.send_tool_response(function_responses=response)
    assert service.talks[0].received


async def test_declared_functions_stay_with_the_program(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.send(toolCall=_calls(("1", "add", {"a": 1, "b": 2}), ("2", "own", {})))
        responses = await _responses(talk, 2)
        assert responses["1"]["response"] == {"result": 3}
        assert responses["2"]["response"] == {"result": "own"}
        await talk.say("done")
        await talk.until_closed()

    service.behaves(behaviour)
    own = types.Tool(function_declarations=[types.FunctionDeclaration(name="own")])
    async with service.client().aio.live.connect(model="m", config={**AUTOMATIC, "tools": [add, own]}) as session:
        async for message in session.receive():
            for call in message.tool_call.function_calls if message.tool_call else ():
                if call.name == "own":
                    await session.send_tool_response(
                        function_responses={"id": call.id, "name": "own", "response": {"result": "own"}}
                    )


async def test_a_slow_function_does_not_stop_the_session(service: Service) -> None:
    release = threading.Event()

    def slow() -> str:
        """Wait."""
        assert release.wait(10)
        return "late"

    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.send(toolCall=_calls(("1", "slow", {})))
        await talk.say("meanwhile")
        assert await _responses(talk, 1) == {"1": {"name": "slow", "response": {"result": "late"}}}
        await talk.say("then")
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m", config={**AUTOMATIC, "tools": [slow]}) as session:
        assert "meanwhile" in [message.text async for message in session.receive()]
        release.set()
        assert "then" in [message.text async for message in session.receive()]


async def test_a_cancelled_call_is_not_answered(service: Service) -> None:
    ended: list[str] = []

    async def slow(name: str) -> str:
        """Wait."""
        try:
            await asyncio.sleep(0.2 if name == "kept" else 30)
        except asyncio.CancelledError:
            ended.append(name)
            raise
        return name

    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.send(toolCall=_calls(("1", "slow", {"name": "gone"}), ("2", "slow", {"name": "kept"})))
        await asyncio.sleep(0.05)
        await talk.send(toolCallCancellation={"ids": ["1", "unknown"]})
        assert list(await _responses(talk, 1)) == ["2"]
        await talk.say("done")
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m", config={**AUTOMATIC, "tools": [slow]}) as session:
        messages = [message async for message in session.receive()]
        assert messages[1].tool_call_cancellation.ids == ["1", "unknown"]
    assert ended == ["gone"]


async def test_leaving_ends_running_functions(service: Service) -> None:
    ended = asyncio.Event()

    async def slow() -> str:
        """Wait."""
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()
        return ""

    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.send(toolCall=_calls(("1", "slow", {})))
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m", config={**AUTOMATIC, "tools": [slow]}) as session:
        await anext(session.receive())
        await asyncio.sleep(0.05)
    assert ended.is_set()


async def test_non_blocking_functions(service: Service) -> None:
    @live.non_blocking(scheduling="WHEN_IDLE")
    def search(query: str) -> str:
        """Search."""
        return f"found {query}"

    @live.non_blocking
    async def order() -> types.FunctionResponse:
        """Order."""
        return types.FunctionResponse(response={"output": "ok"}, scheduling=types.FunctionResponseScheduling.SILENT)

    async def behaviour(talk: Talk) -> None:
        setup = await talk.setup()
        declared = {each["name"]: each for each in setup["tools"][0]["functionDeclarations"]}
        assert declared["search"]["behavior"] == declared["order"]["behavior"] == "NON_BLOCKING"
        assert "behavior" not in declared["add"]
        await talk.send(toolCall=_calls(("1", "search", {"query": "x"}), ("2", "order", {})))
        assert await _responses(talk, 2) == {
            "1": {"name": "search", "response": {"result": "found x"}, "scheduling": "WHEN_IDLE"},
            "2": {"name": "order", "response": {"output": "ok"}, "scheduling": "SILENT"},
        }
        await talk.say("done")
        await talk.until_closed()

    service.behaves(behaviour)
    config = {**AUTOMATIC, "tools": [search, order, add]}
    async with service.client().aio.live.connect(model="m", config=config) as session:
        assert "done" in [message.text async for message in session.receive()]


async def test_tools_of_an_mcp_server(service: Service) -> None:
    server = FastMCP("weather")

    @server.tool()
    def get_weather(city: str) -> str:
        """Tell the weather."""
        return f"sunny in {city}"

    async def behaviour(talk: Talk) -> None:
        setup = await talk.setup()
        assert [each["name"] for each in setup["tools"][0]["functionDeclarations"]] == ["get_weather"]
        await talk.send(toolCall=_calls(("1", "get_weather", {"city": "Boston"})))
        response = (await _responses(talk, 1))["1"]["response"]
        assert "sunny in Boston" in json.dumps(response)
        await talk.say("done")
        await talk.until_closed()

    service.behaves(behaviour, behaviour)
    async with create_connected_server_and_client_session(server._mcp_server) as mcp:
        assert isinstance(mcp, ClientSession)
        async with service.client().aio.live.connect(model="m", config={**AUTOMATIC, "tools": [mcp]}) as session:
            assert "done" in [message.text async for message in session.receive()]
    assert "mcp_used/" in service.talks[0].headers["x-goog-api-client"]


async def test_an_answer_survives_a_new_connection(service: Service) -> None:
    release = asyncio.Event()

    async def slow() -> str:
        """Wait."""
        await release.wait()
        return "late"

    async def first(talk: Talk) -> None:
        await talk.setup()
        await talk.send(sessionResumptionUpdate={"newHandle": "h", "resumable": True})
        await talk.send(toolCall=_calls(("1", "slow", {})))
        talk.drop()

    async def second(talk: Talk) -> None:
        await talk.setup()
        release.set()
        assert await _responses(talk, 1) == {"1": {"name": "slow", "response": {"result": "late"}}}
        await talk.say("done")
        await talk.until_closed()

    service.behaves(first, second)
    config = {**AUTOMATIC, "tools": [slow], "automatic_resumption": {"initial_delay": 0.01}}
    async with service.client().aio.live.connect(model="m", config=config) as session:
        assert "done" in [message.text async for message in session.receive()]


@pytest.mark.parametrize(("tools", "message"), [([add, add], "duplicate function name 'add'"), (add, r"write \[add\]")])
async def test_tools_that_cannot_be_used_are_refused(service: Service, tools: Any, message: str) -> None:
    with pytest.raises((ValueError, errors.UnsupportedFunctionError), match=message):
        async with service.client().aio.live.connect(model="m", config={**AUTOMATIC, "tools": tools}):
            pass
    assert service.talks == []
