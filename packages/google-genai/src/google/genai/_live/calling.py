"""Functions of a live session: the tools to declare, and the calls that the session runs for the model.

Each call runs in a task of its own, so the session keeps receiving. Its result is sent when it is there; a cancelled call is
not answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .. import types
from .._core.function_calling import Rules, Toolbox
from .._core.functions import python_function
from .._core.observing import observed_call
from .._optional import is_mcp_session, is_mcp_tool
from .._validation import items_of
from .connection import logger

if TYPE_CHECKING:
    from .._core.functions import Function
    from .._io.port import Port

F = TypeVar("F", bound=Callable[..., Any])

_SETTING = "__genai_live__"


@overload
def non_blocking(function: F) -> F: ...
@overload
def non_blocking(*, scheduling: types.FunctionResponseScheduling | str | None = None) -> Callable[[F], F]: ...
def non_blocking(
    function: F | None = None, *, scheduling: types.FunctionResponseScheduling | str | None = None
) -> F | Callable[[F], F]:
    """Mark a Python function as one for whose result the model does not wait. Developer API only.

    Args:
      function: The function; or leave it out and use `@non_blocking(scheduling=...)`.
      scheduling: What the model does with the result: `INTERRUPT`, `WHEN_IDLE` (the service's default) or `SILENT`. A
        function can choose it itself by returning a `types.FunctionResponse`.
    """

    def mark(marked: F) -> F:
        chosen = None if scheduling is None else types.FunctionResponseScheduling(scheduling)
        setattr(marked, _SETTING, chosen)
        return marked

    return mark if function is None else mark(function)


async def prepare(
    port: Port, config: types.LiveConnectConfig
) -> tuple[types.LiveConnectConfig, Toolbox | None, dict[str, str]]:
    """Return the configuration to send, the functions to run, and labels for the headers of the handshake.

    Sessions with MCP servers are replaced by the tools that they list. The functions are None if the program answers the
    calls itself.

    Raises `ValueError` for functions that cannot be declared or run.
    """
    if config.tools is None:
        return config, None, {}
    rules = Rules.of(types.GenerateContentConfig(automatic_function_calling=config.automatic_function_calling))
    runs = config.automatic_function_calling is not None and rules.is_on
    tools: list[Any] = []
    functions: dict[str, Function] = {}
    labels: dict[str, str] = {}
    for position, tool in enumerate(items_of(config.tools, "tools", "config.tools")):
        path = f"config.tools[{position}]"
        found: dict[str, Function] = {}
        if is_mcp_session(tool) or is_mcp_tool(tool):
            labels["x-goog-api-client"] = f"mcp_used/{version('mcp')}"
        if is_mcp_session(tool):
            from .._core.mcp import tools_of_session

            declared, found = await tools_of_session(port, tool, path)
            if found:
                tools.append(declared)
        else:
            tools.append(_declared(tool, path))
            if callable(tool):
                found = python_function(tool, path, refuses_async=False)
        for name in found:
            if name in functions:
                raise ValueError(f"{path}: duplicate function name {name!r}; each function needs a name of its own.")
        functions.update(found)
    config = config.model_copy(update={"tools": tools})
    return config, Toolbox(functions, frozenset(), rules) if runs else None, labels


def _declared(tool: Any, path: str) -> Any:
    """Return a tool; a function that is marked as non-blocking is declared as such."""
    if not callable(tool) or not hasattr(tool, _SETTING):
        return tool
    from .._callables.declaration import declaration_of

    try:
        declaration = declaration_of(tool, "json", types.FunctionDeclaration)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    declaration.behavior = types.Behavior.NON_BLOCKING
    return types.Tool(function_declarations=[declaration])


class Calls:
    """The function calls that are running.

    Args:
      port: Runs the functions: async ones in a task, others in a thread.
      toolbox: The functions. Calls of other functions are left to the program.
      answer: Sends a response.
    """

    def __init__(
        self, port: Port, toolbox: Toolbox, answer: Callable[[types.FunctionResponse], Awaitable[None]]
    ) -> None:
        self._port = port
        self._toolbox = toolbox
        self._answer = answer
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._number = 0

    def start(self, calls: list[types.FunctionCall]) -> None:
        """Run those functions that the session has."""
        for call in calls:
            if call.name not in self._toolbox.functions:
                continue
            self._number += 1
            key = call.id or f"#{self._number}"
            task = asyncio.get_running_loop().create_task(self._run(call))
            self._tasks[key] = task
            task.add_done_callback(partial(self._forget, key))

    def cancel(self, ids: list[str]) -> None:
        """End calls without answering them. The result of a function that runs in a thread is dropped."""
        for key in ids:
            task = self._tasks.get(key)
            if task is not None:
                task.cancel()

    async def close(self) -> None:
        """End all calls."""
        tasks = [task for task in self._tasks.values() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, call: types.FunctionCall) -> None:
        bound = observed_call(self._port, call, self._toolbox.bound(call))
        outcome: Any = bound
        if callable(bound):
            (outcome,) = await self._port.run_each([bound], 1)
        await self._answer(self._response(call, outcome))

    def _response(self, call: types.FunctionCall, outcome: Any) -> types.FunctionResponse:
        if isinstance(outcome, types.FunctionResponse):
            return outcome.model_copy(update={"id": call.id, "name": call.name})
        try:
            response = self._toolbox.response(call, outcome)
        except TypeError as error:
            response = self._toolbox.response(call, error)
        scheduling = getattr(self._function(call), _SETTING, None)
        return response if scheduling is None else response.model_copy(update={"scheduling": scheduling})

    def _function(self, call: types.FunctionCall) -> Any:
        return getattr(self._toolbox.functions[call.name or ""], "function", None)

    def _forget(self, key: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled() and task.exception() is not None:
            logger.debug("The result of a function could not be sent.", exc_info=task.exception())
