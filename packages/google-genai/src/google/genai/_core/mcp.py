"""MCP sessions as tools: the tools of the server are declared to the model, and run through the session."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from .. import errors, types
from .._callables.arguments import with_whole_numbers
from .._callables.mcp import declaration_of_tool

if TYPE_CHECKING:
    from .._io.port import Port
    from .functions import Function

_LABELS = "x-goog-api-client"
_MAX_PAGES = 1_000
_PROTOCOL_FIELDS = ("_meta", "resultType")
"""Fields of a result that are of no use to a model."""


async def tools_of_session(port: Port, session: Any, path: str) -> tuple[types.Tool, dict[str, Function]]:
    """Return the tools of a session, as declarations and as functions to run.

    Raises `UnsupportedFunctionError` if the port blocks, because sessions are async.
    """
    if port.is_blocking:
        raise errors.UnsupportedFunctionError(
            f"{path}: an MCP session is async, which a blocking call cannot use; use client.aio."
        )
    tools: list[Any] = []
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page = await session.list_tools(**_after(cursor, session))
        tools += page.tools
        cursor = getattr(page, "nextCursor", None) or getattr(page, "next_cursor", None)
        if not cursor:
            break
    else:
        raise errors.UnsupportedFunctionError(
            f"{path}: the MCP server's list of tools has more than {_MAX_PAGES} pages."
        )
    declarations = [declaration_of_tool(tool) for tool in tools]
    functions: dict[str, Function] = {tool.name: _McpFunction(session, tool.name) for tool in tools}
    return types.Tool(function_declarations=declarations), functions


def with_mcp_label(config: types.GenerateContentConfig) -> types.GenerateContentConfig:
    """Return a configuration that adds the use of MCP to the header in which clients identify themselves."""
    options = config.http_options or types.HttpOptions()
    headers = dict(options.headers or {})
    name = next((each for each in headers if each.lower() == _LABELS), _LABELS)
    headers[name] = f"{headers.get(name, '')} mcp_used/{version('mcp')}".strip()
    return config.model_copy(update={"http_options": options.model_copy(update={"headers": headers})})


def _after(cursor: str | None, session: Any) -> dict[str, Any]:
    """Return the arguments for the page at a cursor, which differ between releases of `mcp`."""
    if cursor is None:
        return {}
    if "params" not in inspect.signature(session.list_tools).parameters:
        return {"cursor": cursor}
    return {"params": sys.modules["mcp.types"].PaginatedRequestParams(cursor=cursor)}


class _McpFunction:
    """A tool of an MCP server."""

    def __init__(self, session: Any, name: str) -> None:
        self._session = session
        self._name = name

    def bind(self, arguments: dict[str, Any]) -> Callable[[], Any]:
        return partial(self._session.call_tool, name=self._name, arguments=with_whole_numbers(arguments))

    def response(self, result: Any) -> dict[str, Any]:
        shown: dict[str, Any] = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        for name in _PROTOCOL_FIELDS:
            shown.pop(name, None)
        return {"error" if shown.get("isError") else "result": shown}
