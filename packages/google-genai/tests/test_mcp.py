"""Sessions with MCP servers as tools, against the local server and a real MCP server in this process."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

mcp = pytest.importorskip("mcp", reason="the package mcp does not support this Python")

pytestmark = pytest.mark.filterwarnings("ignore:Field 'lifespan' has an incomplete definition")  # by mcp itself

MODEL = "gemini-2.5-flash"


def new_server(name: str = "weather") -> Any:
    """Return an MCP server with tools, for any installed generation of the package."""
    try:
        from mcp.server.mcpserver import MCPServer as Server
    except ImportError:
        from mcp.server.fastmcp import FastMCP as Server
    server = Server(name)

    @server.tool()
    def forecast(city: str, days: int = 1) -> str:
        """Tell the weather of the coming days."""
        if city == "Atlantis":
            raise LookupError("Atlantis is under water")
        return f"{days} days of sun in {city}"

    @server.tool()
    def compare(cities: list[str], unit: str | None = None) -> int:
        """Count the cities."""
        return len(cities)

    return server


@contextlib.asynccontextmanager
async def opened(server: Any) -> AsyncIterator[Any]:
    """Connect a session to a server."""
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    if hasattr(mcp, "Client"):
        async with mcp.Client(server) as client:
            yield client.session
    else:
        from mcp.shared.memory import create_connected_server_and_client_session

        async with create_connected_server_and_client_session(server._mcp_server) as session:
            yield session


def called(name: str, **arguments: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


def answers(gemini: ScriptedGemini) -> list[dict[str, Any]]:
    return [part["functionResponse"] for part in gemini.last_request.json["contents"][-1]["parts"]]


async def ask(client: genai.Client, *tools: Any, **rules: Any) -> types.GenerateContentResponse:
    config: dict[str, Any] = {"tools": list(tools), "automatic_function_calling": rules or None}
    return await client.aio.models.generate_content(model=MODEL, contents="What now?", config=config)


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def test_the_tools_of_a_session_are_declared_and_called(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").reply([called("forecast", city="Rome", days=2), called("add", a=1, b=2)])
    gemini.on().reply("Sunny.")
    async with opened(new_server()) as session:
        answer = await ask(client, session, add)
    assert answer.text == "Sunny."
    declared = gemini.requests[0].json["tools"][0]["functionDeclarations"]
    assert [each["name"] for each in declared] == ["forecast", "compare", "add"]
    assert declared[0] == {
        "name": "forecast",
        "description": "Tell the weather of the coming days.",
        "parameters": {
            "type": "OBJECT",
            "title": "forecastArguments",
            "properties": {
                "city": {"type": "STRING", "title": "City"},
                "days": {"type": "INTEGER", "title": "Days", "default": 1},
            },
            "required": ["city"],
        },
    }
    assert "mcp_used/" in gemini.requests[1].headers["x-goog-api-client"]
    assert declared[1]["parametersJsonSchema"]["properties"]["unit"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    forecast, added = answers(gemini)
    assert forecast["name"] == "forecast"
    assert forecast["response"]["result"]["content"] == [{"type": "text", "text": "2 days of sun in Rome"}]
    assert forecast["response"]["result"]["isError"] is False
    assert added["response"] == {"result": 3}
    assert len(answer.automatic_function_calling_history or []) == 3


async def test_errors_of_a_server_are_told_to_the_model(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").reply([called("forecast", city="Atlantis"), called("forecast", town="Rome")])
    gemini.on().reply("I see.")
    async with opened(new_server()) as session:
        await ask(client, session)
    for answer in answers(gemini):
        assert "Error executing tool forecast" in answer["response"]["error"]["content"][0]["text"]


async def test_a_session_that_is_over_tells_the_model(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").reply([called("forecast", city="Rome")])
    gemini.on().reply("I see.")
    async with opened(new_server()) as session:
        original = session.call_tool

        async def broken(*arguments: Any, **named: Any) -> Any:
            raise ConnectionError("the server is gone")

        session.call_tool = broken
        await ask(client, session)
        session.call_tool = original
    assert answers(gemini)[0]["response"] == {"error": "ConnectionError: the server is gone"}


async def test_calls_of_sessions_come_back_where_calling_is_off(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on().reply([called("forecast", city="Rome")])
    async with opened(new_server()) as session:
        answer = await ask(client, session, disable=True)
    assert answer.function_calls
    assert len(gemini.last_request.json["tools"][0]["functionDeclarations"]) == 2


async def test_a_session_in_a_stream_and_in_a_chat(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").stream([called("forecast", city="Rome"), ""])
    gemini.on().stream(["It is ", "sunny."])
    async with opened(new_server()) as session:
        chat = client.aio.chats.create(model=MODEL, config={"tools": [session]})
        texts = [chunk.text async for chunk in await chat.send_message_stream("What now?")]
    assert "".join(filter(None, texts)) == "It is sunny."
    assert [content.role for content in chat.get_history()] == ["user", "model", "user", "model"]


async def test_all_pages_of_tools_are_declared(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on().reply("Yes.")
    async with opened(new_server()) as session:
        whole = await session.list_tools()
        asked: list[Any] = []
        signature = type(session).list_tools

        async def paged(self: Any, cursor: str | None = None, *, params: Any = None) -> Any:
            asked.append(params.cursor if params is not None else cursor)
            page = whole.model_copy(update={"tools": [whole.tools[len(asked) - 1]]})
            name = "nextCursor" if "nextCursor" in type(whole).model_fields else "next_cursor"
            setattr(page, name, "second" if len(asked) == 1 else None)
            return page

        type(session).list_tools = paged
        try:
            await ask(client, session)
        finally:
            type(session).list_tools = signature
    assert asked == [None, "second"]
    declared = gemini.last_request.json["tools"][0]["functionDeclarations"]
    assert [each["name"] for each in declared] == ["forecast", "compare"]


async def test_two_sessions_with_one_tool_are_refused(client: genai.Client, gemini: ScriptedGemini) -> None:
    async with opened(new_server("one")) as one, opened(new_server("two")) as two:
        with pytest.raises(ValueError, match=r"config\.tools\[1\]: duplicate function name 'forecast'"):
            await ask(client, one, two)
    assert not gemini.requests


async def test_a_tool_without_its_session_is_left_to_the_program(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on().reply([called("forecast", city="Rome")])
    async with opened(new_server()) as session:
        tool = (await session.list_tools()).tools[0]
    assert client.models.generate_content(model=MODEL, contents="Hi", config={"tools": [tool]}).function_calls
    answer = await ask(client, tool, add)
    assert answer.function_calls
    assert answer.automatic_function_calling_history == []
    config: Any = {"tools": [tool, add]}
    found = list(client.models.generate_content_stream(model=MODEL, contents="Hi", config=config))
    assert [call.name for chunk in found for call in chunk.function_calls or ()] == ["forecast"]
    assert len(gemini.requests) == 3


async def test_blocking_calls_refuse_sessions(client: genai.Client, gemini: ScriptedGemini) -> None:
    async with opened(new_server()) as session:
        config: Any = {"tools": [session]}
        with pytest.raises(
            errors.UnsupportedFunctionError, match=r"config\.tools\[0\]: an MCP session .* use client\.aio"
        ):
            client.models.generate_content(model=MODEL, contents="Hi", config=config)
        with pytest.raises(errors.UnsupportedFunctionError, match=r"config\.tools\[0\]"):
            list(client.models.generate_content_stream(model=MODEL, contents="Hi", config=config))
    assert not gemini.requests
