"""The checks of a prompt (contents, system instruction, tools) against the API's rules and the engine's abilities."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from ...engines import Capabilities, ModelFacts, Prompt
from ...protocol.errors import ApiError, JsonObject, bad_request, invalid
from ...protocol.json_schema import size_of
from .function_checks import check_declarations, check_mode, check_turns

_ROLES = ("user", "model", "function", "tool", "")
_MEDIA_FIELDS = ("inlineData", "fileData")
_LARGE_SCHEMA_VALUES = 200
_HOSTED_TOOLS = "hosted tools, such as search or code execution"

Given = ParamSpec("Given")
Result = TypeVar("Result")


def prompt_of(request: JsonObject) -> Prompt:
    """Return the prompt of a message with `contents`, `systemInstruction`, `tools` and `toolConfig`."""
    tools: list[JsonObject] = request.get("tools", [])
    return Prompt(request.get("contents", []), request.get("systemInstruction"), tools, request.get("toolConfig"))


async def checked(
    check: Callable[Concatenate[JsonObject, Given], Result],
    request: JsonObject,
    *given: Given.args,
    **named: Given.kwargs,
) -> Result:
    """Return the result of a check of a request. One with large schemas, which takes long, is checked in a thread."""
    schemas = [request.get("tools"), request.get("generationConfig")]
    if sum(map(size_of, schemas)) > _LARGE_SCHEMA_VALUES:
        return await asyncio.to_thread(check, request, *given, **named)
    return check(request, *given, **named)


def check_prompt(
    request: JsonObject, facts: ModelFacts, can: Capabilities, *, where: str = "", needs_contents: bool = True
) -> None:
    """Check contents, system instruction and tools.

    Args:
        request: the canonical message.
        facts: facts about the model, for messages.
        can: abilities of the engine.
        where: prefix of the field paths, such as `generateContentRequest.`.
        needs_contents: whether at least one content is required.

    Raises:
        ApiError: 400 with the path of the field.
    """
    contents: list[JsonObject] = request.get("contents", [])
    if not contents and needs_contents:
        message = f"{where}contents: contents is not specified; give at least one content with a part."
        raise ApiError(400, message, details=[bad_request([(f"{where}contents", message)])])
    check_contents(contents, f"{where}contents", facts, can)
    system: JsonObject = request.get("systemInstruction", {})
    _check_parts(system.get("parts", []), f"{where}systemInstruction.parts", facts, can)
    _check_tools(request, where, facts, can)


def check_contents(contents: list[JsonObject], path: str, facts: ModelFacts, can: Capabilities) -> None:
    """Check the role and the parts of each content.

    Args:
        contents: the contents.
        path: path of the list, such as `contents`.
        facts: facts about the model, for messages.
        can: abilities of the engine.

    Raises:
        ApiError: 400 with the path of the field.
    """
    for index, content in enumerate(contents):
        where = f"{path}[{index}]"
        role = content.get("role", "")
        if role not in _ROLES:
            raise invalid(f"{where}.role", f"{role!r} is not a valid role; use user or model.")
        if not content.get("parts"):
            raise invalid(f"{where}.parts", "expected at least one part.")
        _check_parts(content["parts"], f"{where}.parts", facts, can)


def _check_parts(parts: list[JsonObject], path: str, facts: ModelFacts, can: Capabilities) -> None:
    data_fields = ("text", *_MEDIA_FIELDS, "functionCall", "functionResponse", "executableCode", "codeExecutionResult")
    for index, part in enumerate(parts):
        where = f"{path}[{index}]"
        if not any(name in part for name in (*data_fields, "toolCall", "toolResponse", "thoughtSignature")):
            raise invalid(where, "the part is empty: required oneof field 'data' must have one initialized field.")
        if can.media:
            continue
        if "inlineData" in part:
            mime_type: str = part["inlineData"].get("mimeType", "")
            if not mime_type.startswith("text/"):
                raise invalid(
                    f"{where}.inlineData",
                    f"{facts.name} cannot read {mime_type or 'media'}; it reads text, PDF and audio.",
                )
        if not can.functions:
            for name in ("functionCall", "functionResponse"):
                if name in part:
                    raise invalid(f"{where}.{name}", f"{facts.name} does not support function calling.")
        for name in ("executableCode", "codeExecutionResult", "toolCall", "toolResponse"):
            if name in part and not can.hosted_tools:
                raise invalid(f"{where}.{name}", f"{facts.name} does not support {_HOSTED_TOOLS}.")


def _check_tools(request: JsonObject, where: str, facts: ModelFacts, can: Capabilities) -> None:
    tools: list[JsonObject] = request.get("tools", [])
    calling: JsonObject = request.get("toolConfig", {}).get("functionCallingConfig", {})
    check_declarations(tools, where)
    for index, tool in enumerate(tools):
        for name in tool:
            path = f"{where}tools[{index}].{name}"
            if name == "functionDeclarations":
                if not can.functions and calling.get("mode") != "NONE":
                    raise invalid(path, f"{facts.name} cannot call functions; remove the tools or set mode NONE.")
            elif not can.hosted_tools and name != "fileSearch":
                raise invalid(path, f"{facts.name} does not support {_HOSTED_TOOLS}.")
    check_mode(request, where)
    check_turns(request.get("contents", []), where, is_continued="cachedContent" in request)
