"""The bodies of chat completion requests, in the dialects of the servers that speak the OpenAI protocol."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from ...protocol import json_schema
from ...protocol.errors import JsonObject
from .. import CandidateRequest
from ..calling import Calling
from ..calling.messages import tool_choice, tools_of

Dialect = Literal["llama.cpp", "vllm", "plain"]


def completion_body(
    request: CandidateRequest,
    *,
    model: str | None,
    messages: Sequence[JsonObject],
    max_tokens: int | None,
    dialect: Dialect,
    grammar: str | None = None,
    against_repetition: JsonObject | None = None,
) -> JsonObject:
    """Return the body of a streamed chat completion, without tools.

    Args:
        request: the candidate to generate.
        model: name of the model at the endpoint.
        messages: the prompt.
        max_tokens: limit of the output; None to send none.
        dialect: the endpoint's dialect.
        grammar: a llama.cpp grammar for a text answer; None for any text.
        against_repetition: fields for a free text, unless the request has penalties of its own.
    """
    body: JsonObject = {
        "model": model,
        "messages": list(messages),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    optional = {
        "max_tokens": max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "top_k": request.top_k,
        "seed": request.seed,
        "stop": list(request.stop_sequences) or None,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    if request.choices and dialect == "llama.cpp":
        body["grammar"] = "root ::= " + " | ".join(json.dumps(text, ensure_ascii=False) for text in request.choices)
    elif request.choices:
        body["response_format"] = _schema_format({"type": "string", "enum": list(request.choices)})
    elif request.json_schema is not None:
        schema = json_schema.for_grammars(request.json_schema, short_numbers=request.uses_llguidance)
        if request.uses_llguidance:
            body["grammar"] = f"%llguidance {{}}\nstart: %json {json.dumps(schema)}"
        else:
            body["response_format"] = _schema_format(schema)
    elif request.json_output:
        body["response_format"] = {"type": "json_object"}
    elif grammar is not None:
        body["grammar"] = grammar
        body.setdefault("temperature", 0.0)  # at a higher temperature, a small model ignores the results it was given
    elif request.presence_penalty is None and request.frequency_penalty is None:
        body |= against_repetition or {}
    if request.top_logprobs is not None:
        # llama.cpp reports nothing at all for zero alternatives.
        body |= {"logprobs": True, "top_logprobs": max(request.top_logprobs, 1)}
    if dialect == "llama.cpp":
        body["timings_per_token"] = True
    return body


def tool_fields(calling: Calling) -> JsonObject:
    """Return the fields of a chat completion that offer functions; none when there are no functions."""
    if not calling.functions:
        return {}
    tools = tools_of(calling.functions)
    return {"tools": tools, "tool_choice": tool_choice(calling), "parallel_tool_calls": True}


def _schema_format(schema: Any) -> JsonObject:
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": True}}
