"""Function calling of engines: the functions that a prompt allows, whether a call is required, and calls as parts.

This module reads canonical prompts and knows neither models nor endpoints. The other modules obtain calls from a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from ...protocol import json_schema
from ...protocol.errors import JsonObject
from .. import Prompt, text_of


@dataclass(frozen=True)
class Function:
    """A declared function."""

    name: str
    description: str
    parameters: JsonObject
    """The JSON Schema of the arguments."""

    @property
    def properties(self) -> dict[str, JsonObject]:
        """The schema of each parameter, in order."""
        properties: dict[str, Any] = self.parameters.get("properties", {})
        return {name: item if isinstance(item, dict) else JsonObject() for name, item in properties.items()}

    @property
    def required(self) -> frozenset[str]:
        """The names of the required parameters."""
        return frozenset(self.parameters.get("required", []))


@dataclass(frozen=True)
class FunctionCall:
    """A function call of a model: name and arguments."""

    name: str
    args: JsonObject

    @property
    def part(self) -> JsonObject:
        """The call as a part of a content."""
        return {"functionCall": {"name": self.name, "args": self.args}}


@dataclass(frozen=True)
class Calling:
    """The function calls that a prompt allows."""

    functions: Sequence[Function] = ()
    """The functions that may be called; empty in mode NONE."""
    must_call: bool = False


def calling_of(prompt: Prompt) -> Calling:
    """Return the calls that a prompt allows, from its declarations and its mode."""
    config: JsonObject = (prompt.tool_config or {}).get("functionCallingConfig", {})
    mode: str = config.get("mode", "AUTO")
    if mode == "NONE":
        return Calling()
    allowed: list[str] = config.get("allowedFunctionNames", [])
    functions = [
        function_of(declaration)
        for tool in prompt.tools
        for declaration in tool.get("functionDeclarations", [])
        if not allowed or declaration["name"] in allowed
    ]
    return Calling(functions, must_call=mode == "ANY" and bool(functions))


def function_of(declaration: JsonObject) -> Function:
    """Return the function of a checked `FunctionDeclaration`."""
    return Function(declaration["name"], declaration.get("description", "").strip(), parameters_of(declaration))


def parameters_of(declaration: JsonObject) -> JsonObject:
    """Return the JSON Schema of a declaration's arguments, whichever of the two fields it uses."""
    schema: object = declaration.get("parametersJsonSchema")
    if isinstance(schema, dict):
        return cast("JsonObject", json_schema.order_properties(cast("JsonObject", schema)))
    return json_schema.from_openapi(declaration.get("parameters") or {"type": "OBJECT"})


def parts_with(content: JsonObject, field: str) -> list[JsonObject]:
    """Return the values of a field, such as `functionCall`, in the parts of a content."""
    return [part[field] for part in content.get("parts", []) if field in part]


def is_answered(prompt: Prompt) -> bool:
    """Whether the prompt ends with the results of function calls."""
    return bool(prompt.contents) and bool(parts_with(prompt.contents[-1], "functionResponse"))


def question_of(contents: Sequence[JsonObject]) -> str:
    """Return the last text of the user, on one line."""
    for content in reversed(contents):
        if content.get("role") != "model" and (text := text_of(content).strip()):
            return " ".join(text.split())
    return ""


def earlier_request(contents: Sequence[JsonObject]) -> tuple[str, FunctionCall] | None:
    """Return the last earlier text of the user that led to a function call, and that call."""
    for index in range(len(contents) - 2, 0, -1):
        calls = parts_with(contents[index], "functionCall")
        if calls and (text := question_of(contents[:index])):
            return text, FunctionCall(calls[0].get("name", ""), calls[0].get("args", {}))
    return None
