"""The tools of an interaction: Python functions and MCP servers are declared to the model, and their calls are answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from .. import types
from .._core.function_calling import Rules, Toolbox
from .._core.functions import python_function
from .._core.observing import observed_call
from .._optional import is_mcp_session, is_mcp_tool
from .._validation import items_of
from . import types as interactions
from .requests import RUNNING, step_types

if TYPE_CHECKING:
    from .._core.functions import Function
    from .._io.port import Port
    from .requests import Draft


_WITHOUT_FUNCTIONS = frozenset({*RUNNING, "failed", "cancelled", "incomplete", "budget_exceeded"})
"""The statuses of an interaction that does not wait for the results of its function calls, which may be incomplete."""


async def prepare(port: Port, draft: Draft, setting: Any) -> Functions | None:
    """Replace the functions and MCP sessions in the tools of a draft by their declarations, and return them.

    The result is None if the tools contain none, or if `setting` disables automatic function calling. Raises `ValueError`
    for a function that cannot be declared or run.
    """
    given = draft.body.get("tools")
    if given is None:
        return None
    items: list[Any] = items_of(given, "tools", "tools")
    rules = Rules.of(types.GenerateContentConfig(automatic_function_calling=setting))
    functions: dict[str, Function] = {}
    tools: list[Any] = []
    for position, tool in enumerate(items):
        path = f"tools[{position}]"
        found: dict[str, Function] = {}
        if is_mcp_session(tool):
            from .._core.mcp import tools_of_session

            declared, found = await tools_of_session(port, tool, path)
            tools += [_declared(each) for each in declared.function_declarations or ()]
        elif is_mcp_tool(tool):
            from .._callables.mcp import declaration_of_tool

            tools.append(_declared(declaration_of_tool(tool)))
        elif callable(tool) and not isinstance(tool, type):
            from .._callables.declaration import declaration_of

            found = python_function(tool, path, refuses_async=port.is_blocking and rules.is_on)
            try:
                tools.append(_declared(declaration_of(tool, "json", types.FunctionDeclaration)))
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from None
        else:
            tools.append(tool)
        for name in found:
            if name in functions:
                raise ValueError(f"{path}: duplicate function name {name!r}; each function needs a name of its own.")
        functions.update(found)
    draft.body["tools"] = tools
    if not functions or not rules.is_on:
        return None
    names = {_name_of(tool) for tool in tools if _name_of(tool) not in functions}
    return Functions(port, Toolbox(functions, frozenset(name for name in names if name), rules))


def _declared(declaration: types.FunctionDeclaration) -> interactions.Function:
    parameters: Any = declaration.parameters_json_schema
    if parameters is None and declaration.parameters is not None:
        parameters = declaration.parameters.json_schema.model_dump(mode="json", by_alias=True, exclude_none=True)
    return interactions.Function(
        name=declaration.name, description=declaration.description, parameters=parameters or {"type": "object"}
    )


def _name_of(tool: Any) -> str | None:
    if isinstance(tool, interactions.Function):
        return tool.name
    given: dict[str, Any] = cast("dict[str, Any]", tool) if isinstance(tool, dict) else {}
    return given.get("name") if given.get("type") == "function" else None


class Functions:
    """The functions that may run for one call of the program, and the rounds so far."""

    def __init__(self, port: Port, toolbox: Toolbox) -> None:
        self._port = port
        self._toolbox = toolbox
        self.results: list[interactions.FunctionResultStep] = []
        """The results of the last round."""
        self._requests = 0

    async def advance(self, draft: Draft, interaction: interactions.Interaction) -> Draft | None:
        """Run the functions that an interaction calls, and return the draft of the next one; None if none follows."""
        self._requests += 1
        calls = interaction.function_calls
        if not calls or interaction.status in _WITHOUT_FUNCTIONS:
            return None
        if any(call.name in self._toolbox.external for call in calls):
            return None
        if self._requests >= self._toolbox.rules.max_requests:
            return None
        self.results = await self._results(calls)
        return following(draft, interaction, self.results)

    async def _results(self, calls: Sequence[interactions.FunctionCallStep]) -> list[interactions.FunctionResultStep]:
        requested = [types.FunctionCall(id=call.id, name=call.name, args=call.arguments) for call in calls]
        bound = [observed_call(self._port, call, self._toolbox.bound(call)) for call in requested]
        outcomes = iter(
            await self._port.run_each([each for each in bound if callable(each)], self._toolbox.rules.at_once)
        )
        results: list[interactions.FunctionResultStep] = []
        for call, each in zip(requested, bound, strict=True):
            response = self._toolbox.response(call, next(outcomes) if callable(each) else each).response or {}
            result: Any = response
            results.append(
                interactions.FunctionResultStep(
                    call_id=call.id or "", name=call.name, result=result, is_error=True if "error" in response else None
                )
            )
        return results


def following(
    draft: Draft, interaction: interactions.Interaction, results: list[interactions.FunctionResultStep]
) -> Draft:
    """Return the draft of the interaction that continues one with results.

    An interaction that the service does not store is continued by sending everything again.
    """
    body = dict(draft.body)
    if draft.is_stored and interaction.id:
        body["previous_interaction_id"] = interaction.id
        body["input"] = results
    else:
        body["input"] = [*_steps_of(body.get("input")), *(interaction.steps or ()), *results]
    return type(draft)(body, draft.settings)


def _steps_of(given: Any) -> list[Any]:
    """Return an input that was sent as steps."""
    if given is None:
        return []
    if isinstance(given, str):
        given = interactions.TextContent(text=given)
    items = cast("list[Any]", given) if isinstance(given, list) else [given]
    are_steps = any(item.type in step_types() for item in items)
    return items if are_steps else [interactions.UserInputStep(content=items)]
