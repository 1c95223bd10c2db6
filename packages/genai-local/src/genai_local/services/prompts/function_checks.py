"""What function calling must look like in a request: declarations, mode, and calls followed by their results."""

from __future__ import annotations

import re
from typing import Any

from ...protocol import json_schema
from ...protocol.errors import JsonObject, invalid

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
_NARROWING_MODES = ("ANY", "VALIDATED")


def check_declarations(tools: list[JsonObject], where: str) -> None:
    """Check the functions that are declared.

    Args:
        tools: the tools of a request.
        where: path in front of `tools`.

    Raises:
        ApiError: 400 that names the field.
    """
    seen: set[str] = set()
    for tool_index, tool in enumerate(tools):
        for index, declaration in enumerate(tool.get("functionDeclarations", [])):
            path = f"{where}tools[{tool_index}].functionDeclarations[{index}]"
            name: str = declaration.get("name", "")
            if not name:
                raise invalid(f"{path}.name", "a function needs a name.")
            if not _NAME.fullmatch(name):
                problem = "expected a letter or underscore, then up to 127 letters, digits, underscores, dots, colons or dashes"
                raise invalid(f"{path}.name", f"{problem}, not {name!r}.")
            if name in seen:
                raise invalid(f"{path}.name", f"{name!r} is declared twice.")
            seen.add(name)
            _check_parameters(declaration, path)


def _check_parameters(declaration: JsonObject, path: str) -> None:
    if "parameters" in declaration and "parametersJsonSchema" in declaration:
        raise invalid(f"{path}.parametersJsonSchema", "give either parameters or parametersJsonSchema, not both.")
    field = "parametersJsonSchema" if "parametersJsonSchema" in declaration else "parameters"
    if field not in declaration:
        return
    schema: Any = declaration[field]
    if field == "parameters":
        schema = json_schema.from_openapi(schema)
    problem = json_schema.problem_of(schema)
    if problem is not None:
        raise invalid(f"{path}.{field}", problem)
    if schema.get("type", "object") != "object":
        raise invalid(
            f"{path}.{field}", f"expected a schema of an object, which holds the arguments, not {schema['type']!r}."
        )


def check_mode(request: JsonObject, where: str) -> None:
    """Check `toolConfig.functionCallingConfig` against the declarations.

    Raises:
        ApiError: 400 that names the field.
    """
    config: JsonObject = request.get("toolConfig", {}).get("functionCallingConfig", {})
    path = f"{where}toolConfig.functionCallingConfig"
    mode: str = config.get("mode", "AUTO")
    declared = [
        declaration["name"] for tool in request.get("tools", []) for declaration in tool.get("functionDeclarations", [])
    ]
    if mode in _NARROWING_MODES and not declared:
        raise invalid(f"{path}.mode", f"{mode} needs a tool with functionDeclarations.")
    allowed: list[str] = config.get("allowedFunctionNames", [])
    if allowed and mode not in _NARROWING_MODES:
        raise invalid(f"{path}.allowedFunctionNames", f"needs mode {' or '.join(_NARROWING_MODES)}, not {mode}.")
    for index, name in enumerate(allowed):
        if name not in declared:
            told = ", ".join(declared)
            raise invalid(f"{path}.allowedFunctionNames[{index}]", f"{name!r} is not declared; there is {told}.")


def check_turns(contents: list[JsonObject], where: str, *, goes_on: bool) -> None:
    """Check that each turn of results comes right after the turn of its calls, with as many of them.

    Args:
        contents: the contents of a request.
        where: path in front of `contents`.
        goes_on: whether other contents, which are not told, come before these.

    Raises:
        ApiError: 400 that names the content.
    """
    calls: int | None = None if goes_on else 0
    for index, content in enumerate(contents):
        path = f"{where}contents[{index}]"
        results = _count(content, "functionResponse")
        if calls and not results:
            raise invalid(path, f"the {calls} function calls of the turn before have no functionResponse here.")
        if results and calls is not None and results != calls:
            problem = f"{results} functionResponse parts follow a turn with {calls} functionCall parts"
            raise invalid(path, f"{problem}; give one for each call, in the turn right after it.")
        calls = _count(content, "functionCall")


def _count(content: JsonObject, field: str) -> int:
    return sum(field in part for part in content.get("parts", []))
