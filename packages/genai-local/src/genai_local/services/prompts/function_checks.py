"""Checks of function calling in a prompt: declarations, mode, and results that follow their calls."""

from __future__ import annotations

import re
from typing import Any

from ...protocol import json_schema
from ...protocol.errors import JsonObject, invalid
from ...protocol.limits import MAX_FUNCTIONS, MAX_SCHEMA_VALUES
from ...protocol.own_schema import check_own_schema

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
_NARROWING_MODES = ("ANY", "VALIDATED")


def check_declarations(tools: list[JsonObject], where: str) -> None:
    """Check the function declarations.

    Args:
        tools: the tools of a request.
        where: prefix of the path of `tools`.

    Raises:
        ApiError: 400 with the path of the field.
    """
    seen: set[str] = set()
    values = 0
    for tool_index, tool in enumerate(tools):
        for index, declaration in enumerate(tool.get("functionDeclarations", [])):
            path = f"{where}tools[{tool_index}].functionDeclarations[{index}]"
            name: str = declaration.get("name", "")
            if not name:
                raise invalid(f"{path}.name", "is missing; give the name of the function.")
            if not _NAME.fullmatch(name):
                problem = "expected a letter or underscore, then up to 127 letters, digits, underscores, dots, colons or dashes"
                raise invalid(f"{path}.name", f"{problem}, not {name!r}.")
            if name in seen:
                raise invalid(f"{path}.name", f"{name!r} is declared twice.")
            seen.add(name)
            if len(seen) > MAX_FUNCTIONS:
                raise invalid(path, f"expected at most {MAX_FUNCTIONS} function declarations.")
            values += json_schema.size_of(declaration)
            if values > MAX_SCHEMA_VALUES:
                raise invalid(path, f"the declarations up to this one have more than {MAX_SCHEMA_VALUES} values.")
            _check_parameters(declaration, path)


def _check_parameters(declaration: JsonObject, path: str) -> None:
    schema = _check_schema(declaration, "parameters", path)
    if schema is not None and schema.get("type", "object") != "object":
        field = "parametersJsonSchema" if "parametersJsonSchema" in declaration else "parameters"
        raise invalid(
            f"{path}.{field}", f"expected a schema of type object with the arguments, not {schema['type']!r}."
        )
    _check_schema(declaration, "response", path)


def _check_schema(declaration: JsonObject, name: str, path: str) -> Any:
    """Check the schema in `{name}` or `{name}JsonSchema`, and return it as JSON Schema; None without a schema."""
    other = f"{name}JsonSchema"
    if name in declaration and other in declaration:
        raise invalid(f"{path}.{other}", f"give either {name} or {other}, not both.")
    field = other if other in declaration else name
    if field not in declaration:
        return None
    schema: Any = declaration[field]
    if field == name:
        check_own_schema(schema, f"{path}.{field}")
        schema = json_schema.from_openapi(schema)
    problem = json_schema.problem_of(schema)
    if problem is not None:
        raise invalid(f"{path}.{field}", problem)
    return schema


def check_mode(request: JsonObject, where: str) -> None:
    """Check `toolConfig.functionCallingConfig` against the declarations.

    Raises:
        ApiError: 400 with the path of the field.
    """
    config: JsonObject = request.get("toolConfig", {}).get("functionCallingConfig", {})
    path = f"{where}toolConfig.functionCallingConfig"
    mode: str = config.get("mode", "AUTO")
    declared = [
        declaration["name"] for tool in request.get("tools", []) for declaration in tool.get("functionDeclarations", [])
    ]
    if mode in _NARROWING_MODES and not declared:
        raise invalid(f"{path}.mode", f"{mode} requires a tool with functionDeclarations.")
    allowed: list[str] = config.get("allowedFunctionNames", [])
    if allowed and mode not in _NARROWING_MODES:
        raise invalid(f"{path}.allowedFunctionNames", f"requires mode {' or '.join(_NARROWING_MODES)}, not {mode}.")
    for index, name in enumerate(allowed):
        if name not in declared:
            expected = ", ".join(declared)
            raise invalid(
                f"{path}.allowedFunctionNames[{index}]", f"expected a declared function ({expected}), not {name!r}."
            )


def check_turns(contents: list[JsonObject], where: str, *, is_continued: bool) -> None:
    """Check that a turn with function calls is followed by a turn with one result for each, with the id of its call.

    Args:
        contents: the contents of a request.
        where: prefix of the path of `contents`.
        is_continued: whether unknown contents, such as a cached content, precede these.

    Raises:
        ApiError: 400 with the path of the content.
    """
    calls: list[JsonObject] | None = None if is_continued else []
    for index, content in enumerate(contents):
        path = f"{where}contents[{index}]"
        parts: list[JsonObject] = content.get("parts", [])
        results = {place: part["functionResponse"] for place, part in enumerate(parts) if "functionResponse" in part}
        if calls and not results:
            raise invalid(
                path, f"expected functionResponse parts for the {len(calls)} function calls of the previous turn."
            )
        if results and calls is not None:
            if len(results) != len(calls):
                problem = f"{len(results)} functionResponse parts follow a turn with {len(calls)} functionCall parts"
                raise invalid(path, f"{problem}; give one for each call, in the next turn.")
            _check_ids(results, calls, path)
        calls = [part["functionCall"] for part in parts if "functionCall" in part]


def _check_ids(results: dict[int, JsonObject], calls: list[JsonObject], path: str) -> None:
    """Check that the results of one turn, by the index of their part, have the ids of the calls in the turn before."""
    open_ids: list[str] = [call.get("id", "") for call in calls]
    for place, result in results.items():
        name: str = result.get("id", "")
        if name in open_ids:
            open_ids.remove(name)
            continue
        expected = ", ".join(repr(each) for each in open_ids if each) or "no id"
        problem = f"{name!r} is not the id of a function call" if name else "is missing"
        advice = f"expected {expected}, since each result has the id of its call in the previous turn"
        raise invalid(f"{path}.parts[{place}].functionResponse.id", f"{problem}; {advice}.")
