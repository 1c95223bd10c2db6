"""Automatic function calling: the functions that a program gives as tools, and the rounds between them and the model.

One call of the program becomes as many model turns as the model asks for functions. What the model says goes back to it as
the very objects it came in, so that thought signatures and the order of its parts are kept.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from pydantic_core import PydanticSerializationError, to_jsonable_python

from .. import errors
from .._io.port import is_async
from .._optional import is_mcp_session, is_mcp_tool

if TYPE_CHECKING:
    from .._io.port import Port
    from ..types import Content, FunctionCall, GenerateContentConfig, GenerateContentResponse, Part

_logger = logging.getLogger("google_genai.models")
_MOST_REQUESTS = 10


class Function(Protocol):
    """Something that can be called for the model."""

    def prepared(self, arguments: dict[str, Any]) -> Callable[[], Any]:
        """Return the call with the model's arguments. Raises `ValueError` for arguments that do not fit."""
        ...

    def response(self, result: Any) -> dict[str, Any]:
        """Return what the model is told of a result. Raises `TypeError` for one that JSON cannot hold."""
        ...


class _PythonFunction:
    """A function of the program."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self._function = function
        self._name = name

    def prepared(self, arguments: dict[str, Any]) -> Callable[[], Any]:
        from .._callables.arguments import bind_arguments

        positional, named = bind_arguments(self._function, arguments)
        return partial(self._function, *positional, **named)

    def response(self, result: Any) -> dict[str, Any]:
        try:
            written = to_jsonable_python(result, by_alias=False, exclude_none=True, bytes_mode="base64")
            json.dumps(written, allow_nan=False)
        except (PydanticSerializationError, ValueError) as error:
            raise TypeError(f"{self._name} returned a value that JSON cannot hold: {error}") from error
        return {"result": written}


@dataclass(frozen=True)
class Calling:
    """The functions that may be called for one answer, and the program's rules for it."""

    functions: dict[str, Function]
    left: frozenset[str]
    """Functions that are declared, and that nobody but the program can call."""
    most_requests: int
    at_once: int
    keeps_history: bool


def has_functions(config: Any) -> bool:
    """Tell whether anything stands among the tools that is declared by us: a function, or what comes from an MCP server."""
    return any(callable(tool) or is_mcp_session(tool) or is_mcp_tool(tool) for tool in setting(config, "tools") or ())


def keeps_empty_history(config: Any) -> bool:
    """Tell whether an answer without any call says so by an empty history: where calls would have been answered."""
    rules = _Rules.of(config)
    return rules.is_on and rules.keeps_history and not _declaring(config)


async def opened(port: Port, config: Any) -> tuple[GenerateContentConfig, Calling | None]:
    """Return the configuration to send, and the functions to call; None where the program answers calls itself.

    Sessions with MCP servers are asked for their tools, which take their place in the configuration.

    Raises `ValueError` for functions that cannot be offered or called.
    """
    from ..types import GenerateContentConfig

    if not isinstance(config, GenerateContentConfig):
        config = GenerateContentConfig.model_validate(config)
    functions: dict[str, Function] = {}
    given, tools = config.tools or [], list[Any]()
    rules, declaring = _Rules.of(config), _declaring(config)
    for position, tool in enumerate(given):
        path = f"config.tools[{position}]"
        found: dict[str, Function] = {}
        is_session = is_mcp_session(tool)
        if is_session:
            from .mcp import listed

            tool, found = await listed(port, tool, path)
        elif callable(tool):
            found = _python_function(tool, path, refuses_async=port.is_blocking and rules.is_on and not declaring)
        for name in found:
            if name in functions:
                raise ValueError(
                    f"{path}: there is another function {name!r} among the tools; the model knows one by name."
                )
        functions.update(found)
        if found or not is_session:
            tools.append(tool)
    config = config.model_copy(update={"tools": tools})
    left = frozenset(tool.name for tool in tools if is_mcp_tool(tool))
    if left or any(is_mcp_session(tool) for tool in given):
        from .mcp import labelled

        config = labelled(config)
    if rules.is_on and declaring:
        _logger.warning(
            "No function is called automatically: %s declare functions that only the program itself can call.",
            ", ".join(declaring),
        )
    if not rules.is_on or declaring:
        return config, None
    return config, Calling(functions, left, rules.most_requests, rules.at_once, rules.keeps_history)


def _python_function(tool: Any, path: str, *, refuses_async: bool) -> dict[str, Function]:
    from .._callables.signature import name_of

    try:
        name = name_of(tool)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if refuses_async and is_async(tool):
        raise errors.UnsupportedFunctionError(
            f"{path}: {name} is an async function, which a blocking call cannot run; use client.aio, or switch "
            "automatic_function_calling off."
        )
    return {name: _PythonFunction(tool, name)}


class Rounds:
    """The contents of one answer in the making: those given, the model's calls, and what the functions returned."""

    def __init__(self, port: Port, calling: Calling, contents: Any) -> None:
        from ..types._content import contents_of

        self._port = port
        self._calling = calling
        self.contents: list[Content] = list(contents_of(contents))
        self._requests = 0
        self._has_called = False

    @property
    def history(self) -> list[Content] | None:
        """What the answer keeps as its history: empty where nothing was called, None where none is wanted."""
        if not self._calling.keeps_history:
            return None
        return list(self.contents) if self._has_called else []

    @property
    def is_last_turn(self) -> bool:
        """Whether the model will not be asked again, whatever it says."""
        return self._requests + 1 >= self._calling.most_requests

    async def goes_on(self, content: Content | None, calls: list[FunctionCall]) -> bool:
        """Run the functions that the model's content calls. Returns whether their results are to be sent to the model."""
        self._requests += 1
        if content is None or not calls or any(call.name in self._calling.left for call in calls):
            return False
        parts = await self._answered(calls)
        from ..types import Content

        self._has_called = True
        self.contents += [content, Content(role="user", parts=parts)]
        return self._requests < self._calling.most_requests

    async def _answered(self, calls: Sequence[FunctionCall]) -> list[Part]:
        """Return one function response for each call, in their order."""
        prepared = [self._prepared(call) for call in calls]
        _logger.debug("Functions called for the model: %s.", ", ".join(str(call.name) for call in calls))
        outcomes = iter(
            await self._port.call_each([each for each in prepared if callable(each)], self._calling.at_once)
        )
        return [
            self._part(call, next(outcomes) if callable(each) else each)
            for call, each in zip(calls, prepared, strict=True)
        ]

    def _prepared(self, call: FunctionCall) -> Callable[[], Any] | Exception:
        function = self._calling.functions.get(call.name or "")
        if function is None:
            known = ", ".join(self._calling.functions)
            return _NotCalledError(f"There is no function {call.name!r}; the functions are: {known}.")
        try:
            return function.prepared(call.args or {})
        except ValueError as error:
            return _NotCalledError(str(error))

    def _part(self, call: FunctionCall, outcome: Any) -> Part:
        from ..types import FunctionResponse, Part

        if isinstance(outcome, Exception):
            _logger.debug("The function %s failed.", call.name, exc_info=outcome)
            response = {"error": _described(outcome)}
        else:
            response = self._calling.functions[call.name or ""].response(outcome)
        return Part(function_response=FunctionResponse(name=call.name, response=response))


class _NotCalledError(Exception):
    """Why a function was not called, in words for the model."""


def _described(error: Exception) -> str:
    """Return an exception in words for the model."""
    if isinstance(error, _NotCalledError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def calls_of(content: Content | None) -> list[FunctionCall]:
    """Return the function calls that a content makes, in order: those that have a name, and are whole."""
    if content is None:
        return []
    calls = [part.function_call for part in content.parts or () if part.function_call is not None]
    return [call for call in calls if call.name and not call.will_continue and not call.partial_args]


def first_content(answer: GenerateContentResponse) -> Content | None:
    """Return what the first candidate says."""
    return answer.candidates[0].content if answer.candidates else None


@dataclass(frozen=True)
class _Rules:
    """What a program wants of automatic function calling."""

    is_on: bool = True
    most_requests: int = _MOST_REQUESTS
    at_once: int = 1
    keeps_history: bool = True

    @classmethod
    def of(cls, config: Any) -> _Rules:
        """Read them from a configuration."""
        given = setting(config, "automatic_function_calling")
        if given is None:
            return _DEFAULTS
        most = setting(given, "maximum_remote_calls")
        return cls(
            is_on=not setting(given, "disable") and (most is None or most > 0),
            most_requests=_MOST_REQUESTS if most is None else most,
            at_once=setting(given, "maximum_parallel_calls") or 1,
            keeps_history=not setting(given, "ignore_call_history"),
        )


_DEFAULTS = _Rules()


def _declaring(config: Any) -> list[str]:
    """Return the paths of tools that declare functions: nobody but the program itself can run those."""
    return [
        f"config.tools[{position}]"
        for position, tool in enumerate(setting(config, "tools") or ())
        if setting(tool, "function_declarations")
    ]


def setting(config: object, name: str) -> Any:
    """Return a field of a configuration that is an object, or a dict in either spelling."""
    if not isinstance(config, dict):
        return getattr(config, name, None)
    given = cast("dict[str, Any]", config)
    if name in given:
        return given[name]
    first, *others = name.split("_")
    return given.get(first + "".join(map(str.title, others)))
