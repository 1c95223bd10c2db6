"""In-memory servers of the Model Context Protocol for the programs of `exchanges.py`, and the client sessions with them, by
name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import pydantic
from mcp import ClientSession, types
from mcp.server.lowlevel import Server
from mcp.shared.memory import create_connected_server_and_client_session
from tools.conformance.callables import CALLS

_CITY: dict[str, Any] = {"city": {"type": "string", "title": "City", "description": "Where."}}
_NUMBERS: dict[str, Any] = {"a": {"type": "integer"}, "b": {"type": "number", "default": 2}}
_TOOLS: dict[str, list[types.Tool]] = {
    "places": [
        types.Tool(
            name="forecast",
            title="Forecast",
            description="Tell the weather to come.",
            inputSchema={"type": "object", "title": "forecastArguments", "properties": _CITY, "required": ["city"]},
            outputSchema={"type": "object", "properties": {"text": {"type": "string"}}},
            annotations=types.ToolAnnotations(readOnlyHint=True),
        ),
        types.Tool(name="nothing", inputSchema={"type": "object", "properties": {}}),
        types.Tool(name="breaks", description="Break.", inputSchema={"type": "object", "properties": _CITY}),
        types.Tool(name="painted", description="Paint.", inputSchema={"type": "object", "properties": {}}),
        types.Tool(name="linked", description="Link.", inputSchema={"type": "object", "properties": {}}),
    ],
    "numbers": [
        types.Tool(
            name="sum",
            description="Add.",
            inputSchema={"type": "object", "properties": _NUMBERS, "required": ["a", "b"]},
        ),
        types.Tool(
            name="choice",
            description="Choose.",
            inputSchema={
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": ["x", "y"]},
                    "several": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                    "maybe": {"type": ["string", "null"]},
                },
            },
        ),
    ],
    "others": [
        types.Tool(name="forecast", description="Another.", inputSchema={"type": "object", "properties": _CITY})
    ],
    "described richly": [
        types.Tool(
            name="rich",
            description="Use what JSON Schema has.",
            inputSchema={
                "$schema": "http://json-schema.org/draft-07/schema#",
                "type": "object",
                "properties": {
                    "reference": {"$ref": "#/$defs/Place"},
                    "optional": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Optional"},
                    "constant": {"const": "k"},
                    "places": {"type": "array", "items": {"$ref": "#/$defs/Place"}},
                    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
                },
                "$defs": {"Place": {"type": "object", "properties": {"name": {"type": "string"}}}},
                "additionalProperties": False,
            },
        ),
        types.Tool(name="empty", inputSchema={}),
    ],
    "none": [],
}


@asynccontextmanager
async def opened(names: list[str]) -> AsyncIterator[dict[str, Any]]:
    """Open a session with each of the named servers, and yield them as `session <name>`. `broken` lists its tools and loses
    its connection at the first call, `mute` before the list; `unconnected` has no server. The tools of the servers are included,
    as `tool <name>`."""
    async with AsyncExitStack() as stack:
        found: dict[str, Any] = {f"tool {tool.name}": tool for tool in (_TOOLS["places"][0], _TOOLS["numbers"][0])}
        for name in names:
            if name == "unconnected":
                (other, receiving), (sending, another) = (anyio.create_memory_object_stream[Any](1) for _ in range(2))
                for stream in (other, receiving, sending, another):
                    stack.enter_context(stream)
                session: Any = ClientSession(receiving, sending)
            else:
                server = _server("numbers" if name in ("broken", "mute") else name)
                session = await stack.enter_async_context(create_connected_server_and_client_session(server))
                if name in ("broken", "mute"):
                    setattr(session, "call_tool" if name == "broken" else "list_tools", _lost)
            found[f"session {name}"] = session
        yield found


async def _lost(*_: Any, **__: Any) -> Any:
    raise RuntimeError("kaput")


def _server(name: str) -> Server[Any]:
    server: Server[Any] = Server(name)

    @server.list_tools()
    async def listed() -> list[types.Tool]:
        CALLS.append(f"{name} lists its tools")
        return _TOOLS[name]

    @server.call_tool(validate_input=False)
    async def called(tool: str, arguments: dict[str, Any]) -> Any:
        CALLS.append(f"{name} {tool}({arguments!r})")
        return _answer(tool, arguments)

    return server


def _answer(tool: str, arguments: dict[str, Any]) -> Any:
    text = types.TextContent(type="text", text=f"{tool} of {sorted(arguments)}")
    if tool == "breaks":
        raise ValueError("kaput")
    if tool == "forecast":
        return [text], {"text": "fine"}
    if tool == "painted":
        return [types.ImageContent(type="image", data="eHg=", mimeType="image/png"), text]
    if tool == "linked":
        uri = pydantic.AnyUrl("note://a")
        resource = types.TextResourceContents(uri=uri, text="t", mimeType="text/plain")
        return [types.EmbeddedResource(type="resource", resource=resource)]
    return [] if tool == "nothing" else [text]
