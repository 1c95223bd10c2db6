"""Functions that run for the model: their interface, and its implementation for Python functions of the program.

Tools of MCP servers are in `mcp`. `function_calling` decides when functions run and sends their results.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from pydantic_core import PydanticSerializationError, to_jsonable_python

from .. import errors
from .._io.port import is_async


class Function(Protocol):
    """A function that can run for the model."""

    def bind(self, arguments: dict[str, Any]) -> Callable[[], Any]:
        """Return the function with the model's arguments bound. Raises `ValueError` for arguments that do not fit."""
        ...

    def response(self, result: Any) -> dict[str, Any]:
        """Return a result in the form sent to the model. Raises `TypeError` if JSON cannot represent it."""
        ...


class PythonFunction:
    """A Python function of the program."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.function = function
        self._name = name

    def bind(self, arguments: dict[str, Any]) -> Callable[[], Any]:
        from .._callables.arguments import bind_arguments

        positional, by_name = bind_arguments(self.function, arguments)
        return partial(self.function, *positional, **by_name)

    def response(self, result: Any) -> dict[str, Any]:
        try:
            encoded = to_jsonable_python(result, by_alias=False, exclude_none=True, bytes_mode="base64")
            json.dumps(encoded, allow_nan=False)
        except (PydanticSerializationError, ValueError) as error:
            raise TypeError(f"{self._name} returned a value that JSON cannot represent: {error}") from error
        return {"result": encoded}


def python_function(tool: Callable[..., Any], path: str, *, refuses_async: bool) -> dict[str, Function]:
    """Return a Python function that is a tool, by the name that the model knows.

    Raises `ValueError` for a function that cannot be declared, `UnsupportedFunctionError` for an async one if
    `refuses_async`.
    """
    from .._callables.signature import name_of

    try:
        name = name_of(tool)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if refuses_async and is_async(tool):
        raise errors.UnsupportedFunctionError(
            f"{path}: {name} is an async function, which a blocking call cannot run; use client.aio, or disable "
            "automatic_function_calling."
        )
    return {name: PythonFunction(tool, name)}
