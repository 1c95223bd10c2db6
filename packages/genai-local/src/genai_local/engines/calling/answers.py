"""Answers from function results, by models without tools.

The prompt contains two examples, the question and the results. A grammar makes the model quote one value of each
result, because a small model without it often changes the subject.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

from ...protocol.errors import JsonObject
from .. import Prompt
from . import is_answered, parts_with, question_of
from .messages import call_in_words, messages_in_words, plain
from .plan import continuation

_LONGEST_VALUE = 60
_RESULTS_AT_MOST = 4
_BEFORE_VALUE = 50
_AFTER_VALUES = 200
_REQUEST = "Tell me in one sentence what was returned."
_EXAMPLES: list[JsonObject] = [
    {
        "role": "user",
        "content": f"When is the library open?\n\nopening hours (place library) returned: 9 to 17\n\n{_REQUEST}",
    },
    {"role": "assistant", "content": "The library is open from 9 to 17."},
    {"role": "user", "content": f"Close the window\n\nclose window returned: done\n\n{_REQUEST}"},
    {"role": "assistant", "content": "The window is closed: done."},
]


def messages_with_results(prompt: Prompt) -> list[JsonObject]:
    """Return the messages for an answer to the function results at the end of a prompt."""
    begin = _request_index(prompt.contents)
    earlier = Prompt(prompt.contents[:begin], prompt.system_instruction)
    question = question_of(prompt.contents[begin : begin + 1])
    meant = continuation(prompt.contents[: begin + 1], question) or question
    passages = [meant, "\n".join(_result_lines(prompt.contents[begin:])), _REQUEST]
    message = {"role": "user", "content": "\n\n".join(item for item in passages if item)}
    return [*messages_in_words(earlier), *_EXAMPLES, message]


def _request_index(contents: Sequence[JsonObject]) -> int:
    """Return the index of the user's content to which the results at the end belong."""
    for index in range(len(contents) - 1, -1, -1):
        if contents[index].get("role") != "model" and not parts_with(contents[index], "functionResponse"):
            return index
    return 0


def _result_lines(contents: Sequence[JsonObject]) -> Iterator[str]:
    calls: list[JsonObject] = []
    for content in contents:
        calls += parts_with(content, "functionCall")
        for result in parts_with(content, "functionResponse"):
            name: str = result.get("name", "")
            call = next((item for item in calls if item.get("name", "") == name), None)
            if call is not None:
                calls.remove(call)
            yield f"{call_in_words(call or {'name': name})} returned: {_response_text(result.get('response', {}))}"


def _response_text(response: JsonObject) -> str:
    if len(response) == 1:
        [value] = response.values()
        return _response_text(cast("JsonObject", value)) if isinstance(value, dict) else plain(value)
    return ", ".join(f"{name} {plain(value)}" for name, value in response.items())


def quoting_grammar(prompt: Prompt) -> str | None:
    """Return the grammar of an answer to the results at the end of a prompt; None without results to quote."""
    if not is_answered(prompt):
        return None
    results = parts_with(prompt.contents[-1], "functionResponse")[:_RESULTS_AT_MOST]
    values = [list(dict.fromkeys(_values(result.get("response", {})))) for result in results]
    rules = [
        "before (" + " | ".join(json.dumps(value, ensure_ascii=False) for value in each) + ")"
        for each in values
        if each
    ]
    if not rules:
        return None
    return (
        f"root ::= {' '.join(rules)} after\n"
        f'before ::= ([^\\n\\t<>{{}}]{{0,{_BEFORE_VALUE}}} [ (:\\"])?\n'
        f"after ::= ([^a-zA-Z0-9\\n\\t<>{{}}] [^\\n\\t<>{{}}]{{0,{_AFTER_VALUES}}})?"
    )


def _values(found: Any) -> Iterator[str]:
    """Yield the values of a result that are short enough to quote."""
    if isinstance(found, dict):
        for item in cast("JsonObject", found).values():
            yield from _values(item)
    elif isinstance(found, list):
        for item in cast("list[Any]", found):
            yield from _values(item)
    elif isinstance(found, str):
        text = found.strip().rstrip(".")
        if 0 < len(text) <= _LONGEST_VALUE and "\n" not in text:
            yield text
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield str(found)
