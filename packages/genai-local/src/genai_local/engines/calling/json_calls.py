"""Function calling as JSON, for endpoints without tools: the prompt lists the functions, the model writes the calls."""

from __future__ import annotations

import json
from dataclasses import replace

from ...protocol.errors import JsonObject
from .. import CandidateRequest, Prompt, text_of
from . import Calling, FunctionCall
from .choice import first_sentence
from .wording import words_of

_CALLS_AT_MOST = 8


def with_instruction(request: CandidateRequest, calling: Calling) -> CandidateRequest:
    """Return the request for the function calls; an empty list of calls means a text answer."""
    return replace(
        request,
        prompt=prompt_with_instruction(request.prompt, calling),
        json_output=True,
        json_schema=_calls_schema(calling),
        stop_sequences=(),
        top_logprobs=None,
    )


def prompt_with_instruction(prompt: Prompt, calling: Calling) -> Prompt:
    """Return a prompt whose system instruction also lists the functions, and asks for calls as JSON."""
    system = "\n\n".join(filter(None, [text_of(prompt.system_instruction), _instruction(calling)]))
    return Prompt(prompt.contents, {"parts": [{"text": system}]})


def calls_in(text: str, calling: Calling) -> list[FunctionCall]:
    """Return the calls that a model wrote; empty for incomplete JSON. Unknown functions are ignored."""
    names = {function.name for function in calling.functions}
    try:
        written: JsonObject = json.loads(text)
        return [
            FunctionCall(call["name"], dict(call["arguments"])) for call in written["calls"] if call["name"] in names
        ]
    except (ValueError, KeyError, TypeError):
        return []


def _instruction(calling: Calling) -> str:
    listed = "\n".join(
        f"- {item.name}: {first_sentence(item.description) or words_of(item.name)}. "
        f"Arguments: {json.dumps(item.parameters, ensure_ascii=False)}"
        for item in calling.functions
    )
    need = "Call at least one." if calling.must_call else "When none of them is needed, leave the list of calls empty."
    return (
        f"You can call these functions:\n{listed}\n{need} Take the arguments from the conversation. "
        'Answer with JSON alone: {"calls": [{"name": ..., "arguments": {...}}]}'
    )


def _calls_schema(calling: Calling) -> JsonObject:
    options: list[JsonObject] = []
    definitions: JsonObject = {}
    for item in calling.functions:
        parameters = dict(item.parameters)
        for key in ("$defs", "definitions"):
            definitions |= {key: definitions.get(key, {}) | parameters.pop(key)} if key in parameters else {}
        options.append(
            {
                "type": "object",
                "properties": {"name": {"type": "string", "enum": [item.name]}, "arguments": parameters},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
        )
    items = options[0] if len(options) == 1 else {"anyOf": options}
    calls: JsonObject = {"type": "array", "items": items, "maxItems": _CALLS_AT_MOST}
    if calling.must_call:
        calls["minItems"] = 1
    properties: JsonObject = {"calls": calls}
    return {
        "type": "object",
        "properties": properties,
        "required": ["calls"],
        "additionalProperties": False,
        **definitions,
    }
