"""The function calls for a request: none, one, or several if the request has several parts.

`What is the weather in Rome and in Oslo, and what time is it in Lima?` leads to three calls: some parts are requests of
their own, other parts contain another value for a previous request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ...protocol import json_schema
from ...protocol.errors import JsonObject
from . import Calling, Function, FunctionCall, earlier_request, question_of
from .arguments import Arguments, fill
from .choice import THRESHOLD, scores
from .completion import Completion
from .wording import (
    Span,
    counterpart,
    first_of_list,
    fragments,
    is_function_word,
    numbers,
    overlaps,
    states_a_wish,
    word_spans,
)

_CALLS_AT_MOST = 8
_THRESHOLD_OF_PIECES = 1.5 * THRESHOLD
"""A higher threshold, since a part of a request contains words of the whole without being a request itself."""
_FRAGMENTS_AT_MOST = 6
_WORDS_OF_A_REQUEST = 3


class MisfitError(Exception):
    """The error for arguments that do not fit the schema of the function; the message names the function."""


@dataclass(frozen=True)
class _Section:
    """A part of the request that is a request of its own."""

    function: Function
    span: Span


async def plan(completion: Completion, calling: Calling, contents: Sequence[JsonObject]) -> list[FunctionCall]:
    """Return the function calls for the last text of the user; empty when the model should answer with text.

    Raises:
        MisfitError: when no valid arguments for a call were found.
    """
    text = question_of(contents)
    sections = await _sections(completion, calling, text) if text else []
    if not sections and (meant := continuation(contents, text)):
        text = meant
        sections = await _sections(completion, calling, text)
    if not sections and calling.must_call:
        sections = [_Section(calling.functions[0], (0, len(text)))]
    if len(sections) > 1:
        sections = await _without_parts_of_the_first(completion, sections, text)
    calls: list[FunctionCall] = []
    for section in sections:
        for call in await _calls_of(completion, section, text[slice(*section.span)], calling.must_call):
            if call not in calls:
                calls.append(call)
    return calls[:_CALLS_AT_MOST]


def continuation(contents: Sequence[JsonObject], text: str) -> str | None:
    """Return the earlier request with the new value from a text such as `And in Paris?`; None for other texts."""
    earlier = earlier_request(contents)
    if earlier is None or states_a_wish(text):
        return None
    request, call = earlier
    spans = word_spans(text)
    words = [word for word in spans if not is_function_word(text[slice(*word)])]
    # `Thanks` is capitalised like Paris, but it is the first word of the text.
    for value in call.args.values() if words and words[0] != spans[0] else ():
        place = request.find(str(value))
        rest = text[words[0][0] :]
        found = counterpart(rest, str(value))
        # The text contains only the value.
        if place >= 0 and found is not None and words[0][0] + found[1] >= words[-1][1]:
            return request[:place] + rest[slice(*found)] + request[place + len(str(value)) :]
    return None


async def _sections(completion: Completion, calling: Calling, text: str) -> list[_Section]:
    by_name = {function.name: function for function in calling.functions}

    async def best(said: str) -> tuple[Function, float]:
        by_function = await scores(completion, calling.functions, said)
        name = max(by_function, key=lambda item: by_function[item])
        return by_name[name], by_function[name]

    function, score = await best(text)
    if score <= THRESHOLD and not calling.must_call:
        return []
    whole = [_Section(function, (0, len(text)))]
    pieces = fragments(text)[:_FRAGMENTS_AT_MOST]
    possible = [piece for piece in pieces if len(text[slice(*piece)].split()) >= _WORDS_OF_A_REQUEST]
    if len(pieces) < 2 or not possible:
        return whole
    best_functions = await asyncio.gather(*(best(text[slice(*piece)]) for piece in possible))
    heads = [
        (piece, found)
        for piece, (found, strength) in zip(possible, best_functions, strict=True)
        if strength > _THRESHOLD_OF_PIECES
    ]
    if len(heads) < 2:
        return whole
    starts = [0, *(piece[0] for piece, _ in heads[1:]), len(text)]
    return [_Section(found, (starts[index], starts[index + 1])) for index, (_, found) in enumerate(heads)]


async def _without_parts_of_the_first(
    completion: Completion, sections: Sequence[_Section], text: str
) -> list[_Section]:
    """Return the sections, joining a section to the first one if the first call takes arguments from it."""
    first = sections[0]
    taken = (await fill(completion, first.function, text)).taken
    kept = [first]
    for section in sections[1:]:
        if section.function == first.function and overlaps(section.span, taken):
            kept[-1] = _Section(kept[-1].function, (kept[-1].span[0], section.span[1]))
        else:
            kept.append(section)
    return kept


async def _calls_of(completion: Completion, section: _Section, text: str, must_call: bool) -> list[FunctionCall]:
    """Return the call of a section, and another call for each part that only contains another value."""
    text = text.strip(" ,;")
    filled = await fill(completion, section.function, text)
    if filled.is_invented and not must_call:
        return []
    if filled.violation is not None:
        raise MisfitError(f"{section.function.name}: {filled.violation}")
    for name, span in filled.spans.items():
        if filled.args.get(name) == text[slice(*span)]:
            first = first_of_list(text, span)
            filled.taken = [first if taken == span else taken for taken in filled.taken]
            filled.spans[name], filled.args[name] = first, text[slice(*first)]
    calls = [FunctionCall(section.function.name, dict(filled.args))]
    taken = list(filled.taken)
    for piece in fragments(text)[1 : _FRAGMENTS_AT_MOST + 1]:
        other = _other_value(filled, text, piece, taken)
        if other is None:
            continue
        name, span = other
        value = _like(filled.args[name], text[slice(*span)])
        args = {**filled.args, name: value}
        if json_schema.violation_of(args, section.function.parameters) is None:
            calls.append(FunctionCall(section.function.name, args))
            taken.append(span)
    return calls


def _other_value(filled: Arguments, text: str, piece: Span, taken: Sequence[Span]) -> tuple[str, Span] | None:
    """Return the last parameter before a part of the text, and the span of its other value in this part."""
    if overlaps(piece, taken):
        return None
    before = [
        name
        for name, span in filled.spans.items()
        if span[1] <= piece[0] and isinstance(filled.args.get(name), str | int | float)
    ]
    if not before:
        return None
    name = max(before, key=lambda item: filled.spans[item][1])
    found = counterpart(text[slice(*piece)], text[slice(*filled.spans[name])])
    return None if found is None else (name, (piece[0] + found[0], piece[0] + found[1]))


def _like(value: object, said: str) -> object:
    """Return the text of another value, converted to a number if the first value is a number."""
    if isinstance(value, str):
        return said
    return next((number.value for number in numbers(said)), said)
