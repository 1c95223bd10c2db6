"""Automatic function calling: the rounds in which the model requests functions and gets their results.

One call of the program becomes one model turn per round. Contents of the model are sent back as the objects they were
received in, so thought signatures and the order of parts are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import types
from .._optional import is_mcp_session, is_mcp_tool
from .._validation import items_of
from .._wire.codec import config_of
from .functions import python_function
from .observing import observed_call

if TYPE_CHECKING:
    from .._io.port import Port
    from .functions import Function

_logger = logging.getLogger("google_genai.models")
_DEFAULT_REQUESTS = 10


@dataclass(frozen=True)
class Toolbox:
    """The functions that may run for one answer, and the limits for running them."""

    functions: dict[str, Function]
    external: frozenset[str]
    """Names of declared functions that only the program can run."""
    rules: Rules

    def bound(self, call: types.FunctionCall) -> Callable[[], Any] | Exception:
        """Return the function of a call with its arguments, or the exception that is its outcome if it cannot run."""
        function = self.functions.get(call.name or "")
        if function is None:
            known = ", ".join(self.functions)
            return _NotRunError(f"There is no function {call.name!r}; the functions are: {known}.")
        try:
            return function.bind(call.args or {})
        except ValueError as error:
            return _NotRunError(str(error))

    def response(self, call: types.FunctionCall, outcome: Any) -> types.FunctionResponse:
        """Return the response to a call for the result of its function, or for the exception that it raised."""
        if isinstance(outcome, Exception):
            _logger.debug("The function %s failed.", call.name, exc_info=outcome)
            response = {"error": _description(outcome)}
        else:
            response = self.functions[call.name or ""].response(outcome)
        result = types.FunctionResponse(name=call.name, response=response)
        if call.id:
            result.id = call.id
        return result


@dataclass(frozen=True)
class Rules:
    """The program's settings for automatic function calling."""

    is_on: bool = True
    max_requests: int = _DEFAULT_REQUESTS
    at_once: int = 1
    keeps_history: bool = True

    @classmethod
    def of(cls, config: types.GenerateContentConfig | None) -> Rules:
        """Return the settings in a configuration."""
        setting = config.automatic_function_calling if config is not None else None
        given = config_of(setting, types.AutomaticFunctionCallingConfig, "config.automatic_function_calling")
        if given is None:
            return _DEFAULTS
        most = given.maximum_remote_calls
        return cls(
            is_on=not given.disable and (most is None or most > 0),
            max_requests=_DEFAULT_REQUESTS if most is None else most,
            at_once=given.maximum_parallel_calls or 1,
            keeps_history=not given.ignore_call_history,
        )


_DEFAULTS = Rules()


def has_functions(config: types.GenerateContentConfig | None) -> bool:
    """Return whether the tools contain functions to declare: Python functions, or sessions and tools of MCP servers."""
    return any(callable(tool) or is_mcp_session(tool) or is_mcp_tool(tool) for tool in _tools(config))


def _tools(config: types.GenerateContentConfig | None) -> list[Any]:
    """Return the tools. Raises `ValueError` for a single tool, which a program may have assigned to the field."""
    return [] if config is None or config.tools is None else items_of(config.tools, "tools", "config.tools")


def keeps_empty_history(config: types.GenerateContentConfig | None) -> bool:
    """Return whether an answer without function calls gets an empty history, as it does where functions would have run."""
    rules = Rules.of(config)
    return rules.is_on and rules.keeps_history and not _declarations(config)


async def prepare_functions(
    port: Port, config: types.GenerateContentConfig
) -> tuple[types.GenerateContentConfig, Toolbox | None]:
    """Return the configuration to send, and the functions to run; None if the program answers function calls itself.

    A session with an MCP server is replaced by the tools that the server lists. Functions next to a cached content, which
    contains their declarations, are run but not declared again.

    Raises `ValueError` for functions that cannot be declared or run.
    """
    functions: dict[str, Function] = {}
    given, tools = _tools(config), list[Any]()
    rules, declarations = Rules.of(config), _declarations(config)
    for position, tool in enumerate(given):
        path = f"config.tools[{position}]"
        found: dict[str, Function] = {}
        is_session = is_mcp_session(tool)
        if is_session:
            from .mcp import tools_of_session

            tool, found = await tools_of_session(port, tool, path)
        elif callable(tool):
            found = python_function(tool, path, refuses_async=port.is_blocking and rules.is_on and not declarations)
        for name in found:
            if name in functions:
                raise ValueError(f"{path}: duplicate function name {name!r}; each function needs a name of its own.")
        functions.update(found)
        is_declared = bool(found and config.cached_content)  # the service takes no tools next to a cached content
        if not is_declared and (found or not is_session):
            tools.append(tool)
    config = config.model_copy(update={"tools": tools or (None if config.cached_content else tools)})
    external = frozenset(tool.name for tool in tools if is_mcp_tool(tool))
    if external or any(is_mcp_session(tool) for tool in given):
        from .mcp import with_mcp_label

        config = with_mcp_label(config)
    if rules.is_on and declarations:
        _logger.warning(
            "Automatic function calling is off: %s are not compatible with automatic function calling, because they "
            "declare functions that only the program can run.",
            ", ".join(declarations),
        )
    if not rules.is_on or declarations:
        return config, None
    return config, Toolbox(functions, external, rules)


def _declarations(config: types.GenerateContentConfig | None) -> list[str]:
    """Return the paths of tools that contain function declarations: only the program can run these functions."""
    return [f"config.tools[{position}]" for position, tool in enumerate(_tools(config)) if _declares(tool)]


def _declares(tool: object) -> bool:
    if isinstance(tool, dict):  # appended to a list of tools that had been validated before
        tool = types.Tool.model_validate(tool)
    return isinstance(tool, types.Tool) and bool(tool.function_declarations)


class Rounds:
    """The contents of one exchange: those given, the model's function calls, and the results of the functions."""

    def __init__(self, port: Port, toolbox: Toolbox, contents: list[types.Content]) -> None:
        self._port = port
        self._toolbox = toolbox
        self.contents = list(contents)
        self._requests = 0
        self._has_run = False

    @property
    def history(self) -> list[types.Content] | None:
        """The history to keep on the answer: empty if no function ran, None if the program wants none."""
        if not self._toolbox.rules.keeps_history:
            return None
        return list(self.contents) if self._has_run else []

    async def advance(self, content: types.Content | None, calls: list[types.FunctionCall]) -> bool:
        """Run the functions that a content of the model calls. Returns whether another model turn follows.

        If the limit of requests is reached, the functions do not run: the calls are left to the program.
        """
        self._requests += 1
        if content is None or not calls or self._requests >= self._toolbox.rules.max_requests:
            return False
        if any(call.name in self._toolbox.external for call in calls):
            return False
        parts = await self._responses(calls)
        self._has_run = True
        self.contents += [content, types.Content(role="user", parts=parts)]
        return True

    async def _responses(self, calls: Sequence[types.FunctionCall]) -> list[types.Part]:
        """Return one function response for each function call, in order."""
        bound = [observed_call(self._port, call, self._toolbox.bound(call)) for call in calls]
        _logger.debug("Running functions for the model: %s.", ", ".join(str(call.name) for call in calls))
        runnable = [each for each in bound if callable(each)]
        outcomes = iter(await self._port.run_each(runnable, self._toolbox.rules.at_once))
        return [
            types.Part(function_response=self._toolbox.response(call, next(outcomes) if callable(each) else each))
            for call, each in zip(calls, bound, strict=True)
        ]


class _NotRunError(Exception):
    """Why a function was not run, as a message for the model."""


def _description(error: Exception) -> str:
    """Return a description of an exception for the model."""
    if isinstance(error, _NotRunError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def calls_of(content: types.Content | None) -> list[types.FunctionCall]:
    """Return the complete function calls in a content that have a name, in order."""
    if content is None:
        return []
    calls = [part.function_call for part in content.parts or () if part.function_call is not None]
    return [call for call in calls if call.name and not call.will_continue and not call.partial_args]


def first_content(answer: types.GenerateContentResponse) -> types.Content | None:
    """Return the content of the first candidate."""
    return answer.candidates[0].content if answer.candidates else None
