"""Prompts as chat messages: with tool calls if the endpoint supports tools, else with the calls described in words.

A result belongs to the call with the same id, or, without ids, to the call in the same position of its turn.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...protocol.errors import JsonObject
from .. import Prompt, text_of
from . import Calling, Function, parts_with
from .wording import words_of


def messages_with_tools(prompt: Prompt) -> list[JsonObject]:
    """Return a prompt as messages in which calls are `tool_calls` and results have the role `tool`."""
    messages = _system(prompt)
    ids: list[tuple[str, str]] = []
    for turn, content in enumerate(prompt.contents):
        text = text_of(content)
        calls = parts_with(content, "functionCall")
        results = parts_with(content, "functionResponse")
        if calls:
            ids = [(call.get("id") or f"call_{turn}_{index}", call.get("name", "")) for index, call in enumerate(calls)]
            tool_calls = [_tool_call(call, identity) for call, (identity, _) in zip(calls, ids, strict=True)]
            messages.append({"role": "assistant", "content": text or None, "tool_calls": tool_calls})
            continue
        for result in results:
            identity = _take_id(ids, result)
            messages.append({"role": "tool", "tool_call_id": identity, "content": _json(result.get("response", {}))})
        if text or not results:
            messages.append({"role": _role(content), "content": text})
    return messages


def messages_in_words(prompt: Prompt) -> list[JsonObject]:
    """Return a prompt as messages of plain text, with calls and their results in words."""
    messages = _system(prompt)
    for content in prompt.contents:
        lines = [text_of(content)]
        lines += [f"I look it up with {call_in_words(call)}." for call in parts_with(content, "functionCall")]
        results = parts_with(content, "functionResponse")
        lines += [f"Result of {words_of(str(result.get('name', '')))}: {_result(result)}" for result in results]
        messages.append({"role": _role(content), "content": "\n".join(item for item in lines if item)})
    return messages


def _system(prompt: Prompt) -> list[JsonObject]:
    system = text_of(prompt.system_instruction)
    return [{"role": "system", "content": system}] if system else []


def _role(content: JsonObject) -> str:
    return "assistant" if content.get("role") == "model" else "user"


def _tool_call(call: JsonObject, identity: str) -> JsonObject:
    function = {"name": call.get("name", ""), "arguments": _json(call.get("args", {}))}
    return {"id": identity, "type": "function", "function": function}


def _take_id(ids: list[tuple[str, str]], result: JsonObject) -> str:
    """Return the id of the call that a result belongs to, and remove it from the list."""
    name: str = result.get("name", "")
    if not ids:
        return result.get("id") or f"call_{name}"
    by_id = next((item for item in ids if item[0] == result.get("id")), None)
    found = by_id or next((item for item in ids if item[1] == name), ids[0])
    ids.remove(found)
    return found[0]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def call_in_words(call: JsonObject) -> str:
    """Return a call in words, such as `get weather (city Rome)`."""
    args: JsonObject = call.get("args", {})
    values = ", ".join(f"{words_of(name)} {plain(value)}" for name, value in args.items())
    return f"{words_of(str(call.get('name', '')))} ({values})" if values else words_of(str(call.get("name", "")))


def _result(result: JsonObject) -> str:
    response: JsonObject = result.get("response", {})
    if len(response) == 1:
        [value] = response.values()
        return plain(value)
    return ", ".join(f"{words_of(name)} {plain(value)}" for name, value in response.items())


def plain(value: object) -> str:
    """Return a text unchanged, and any other value as JSON."""
    return value if isinstance(value, str) else _json(value)


def tools_of(functions: Sequence[Function]) -> list[JsonObject]:
    """Return functions as tools of a chat completion."""
    return [
        {
            "type": "function",
            "function": {"name": item.name, "description": item.description, "parameters": item.parameters},
        }
        for item in functions
    ]


def tool_choice(calling: Calling) -> object:
    """Return the `tool_choice` of a chat completion."""
    if not calling.must_call:
        return "auto"
    if len(calling.functions) == 1:
        return {"type": "function", "function": {"name": calling.functions[0].name}}
    return "required"
