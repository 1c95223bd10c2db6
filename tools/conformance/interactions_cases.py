"""The cases of `client.interactions`, derived from the facts in `tools/interactions`: every field that a request reaches, with several
values, as objects and as dicts; every field of a reply and of each event; every member of each union; unknown things and errors.

A case has an `id`, a `method` with its `arguments` (tagged as in `contract/tagged.py`; `$type` names a type of interactions), and
the `answers` of the server as in `runner.py`. Nothing here runs a case.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tools.interactions.generate import FACTS, MODULES, Facts

Case = dict[str, Any]
Make = Callable[[Any], Any]
MODEL = "gemini-2.5-flash"
UNLISTED = "not_listed_yet"

_SCALARS: dict[str, list[Any]] = {
    "str": ["some text", "ü ✓ 𝄞", ""],
    "int": [3, 0],
    "float": [0.25, 2],
    "bool": [True, False],
    "datetime": ["2025-01-02T03:04:05Z", "2025-01-02T03:04:05.678+02:00"],
    "Base64EncodedString": ["+/8=", ""],
    "Any": ["some text", {"a_b": [1, {"c_d": None}]}, [], 7],
}
_PLAIN = {"id": "int_1", "object": "interaction", "status": "completed", "model": MODEL}
_DONE = {"event_type": "interaction.completed", "event_id": "last", "interaction": _PLAIN}
_END = "[DONE]"
_CREATE = {"model": MODEL, "input": "Hello"}
_CREATE_AGENT = {"agent": "deep-research-pro-preview", "input": "Hello"}
_DRAFTS = {"CreateModelInteraction": _CREATE, "CreateAgentInteraction": _CREATE_AGENT}
_NOT_ALONE = frozenset({"stream", "model", "agent", "continuation_token"})
"""Fields of requests that change the course of the call; handwritten cases cover them."""


@cache
def facts() -> Facts:
    """Return the facts of all modules."""
    return Facts({module: json.loads((FACTS / f"{module}.json").read_text()) for module in MODULES})


def make() -> list[Case]:
    """Return all cases. Their ids are unique."""
    found: dict[str, Case] = {}
    from tools.conformance import services_cases  # which uses this module

    for case in (*_requests(), *_replies(), *_events(), *_handwritten(), *services_cases.make()):
        if found.setdefault(case["id"], case) is not case:
            raise ValueError(f"two cases have the id {case['id']}")
    return list(found.values())


# Values


def fact_of(name: str) -> tuple[str, dict[str, Any]]:
    """Return the kind of a name in the facts, and what they state about it."""
    own = facts().modules[facts().home[name]]
    kind = next(kind for kind in ("enums", "types", "unions", "aliases") if name in own.get(kind, ()))
    return kind, own[kind][name]


def _node(annotation: str) -> ast.expr:
    return ast.parse(annotation, mode="eval").body


def _values(node: ast.expr) -> Iterator[Any]:
    """Yield values of an annotation, each in its tagged form; a model has its required fields only."""
    if isinstance(node, ast.Name):
        yield from _of_name(node.id)
        return
    assert isinstance(node, ast.Subscript)
    assert isinstance(node.value, ast.Name)
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if node.value.id == "list":
        values = list(_values(inner[0]))
        yield from ([], *([value] for value in values))
        if len(values) > 1:
            yield values[:2]
    elif node.value.id == "dict":
        yield from ({}, *({"a_key": value} for value in _values(inner[1])))
    else:
        for member in inner:
            yield from _values(member)


def _of_name(name: str) -> Iterator[Any]:
    if name in _SCALARS:
        yield from _SCALARS[name]
        return
    kind, fact = fact_of(name)
    if kind == "enums":
        yield from fact["values"]
        if not fact.get("closed"):
            yield UNLISTED
    elif kind == "types":
        yield minimal(name)
    elif kind == "aliases":
        yield from _of_name(fact["of"])
    elif "discriminator" in fact:
        for member in facts().variants(fact):
            yield from _of_name(member)
        if "otherwise" in fact:
            yield {"type": "object", "properties": {"a_b": {"type": "string"}}}
    else:
        yield from _values(_node(fact["type"]))


def minimal(name: str) -> dict[str, Any]:
    """Return an object with its constants and required fields."""
    made: dict[str, Any] = {"$type": name}
    for field, fact in fact_of(name)[1]["fields"].items():
        if "const" in fact:
            made[field] = fact["const"]
        elif fact.get("required"):
            made[fact.get("wire", field)] = next(_values(_node(fact["type"])))
    return made


def plain(value: Any) -> Any:
    """Return a tagged value as JSON: objects as dicts."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "$type"}
    return value


def walk(root: str, seen: set[str], skipped: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Yield, for every field that a type reaches, its path, and the type with a value of the field.

    A type is entered once, and not at all if it is in `seen`. Fields of the root that are in `skipped` are left out.
    """
    waiting: list[tuple[str, str, Make]] = [("", root, lambda value: value)]
    while waiting:
        path, name, make = waiting.pop(0)
        for field, fact in fact_of(name)[1]["fields"].items():
            if "const" in fact or (not path and field in skipped):
                continue
            key, node = fact.get("wire", field), _node(fact["type"])
            for number, value in enumerate(_values(node)):
                yield f"{path}{field}={number}", make({**minimal(name), key: value})
            for member, wrap in _models(node):
                if member not in seen:
                    seen.add(member)
                    waiting.append((f"{path}{field}|{member}.", member, _embed(make, name, key, wrap)))


def _embed(make: Make, name: str, key: str, wrap: Make) -> Make:
    return lambda value: make({**minimal(name), key: wrap(value)})


def _models(node: ast.expr) -> Iterator[tuple[str, Make]]:
    """Yield the types that a value of an annotation contains directly, each with a function that wraps one in such a value."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        wraps = {"list": lambda value: [value], "dict": lambda value: {"a_key": value}}.get(node.value.id)
        for part in inner:
            for name, wrap in _models(part):
                yield name, _then(wrap, wraps) if wraps else wrap
    elif isinstance(node, ast.Name) and node.id not in (*_SCALARS, "dict"):
        kind, fact = fact_of(node.id)
        if kind == "types":
            yield node.id, lambda value: value
        elif kind == "unions" and "discriminator" in fact:
            yield from ((name, lambda value: value) for name in facts().variants(fact))
        elif kind == "unions":
            yield from _models(_node(fact["type"]))


def _then(first: Make, second: Make) -> Make:
    return lambda value: second(first(value))


# Requests, replies, events


def _requests() -> Iterator[Case]:
    seen: set[str] = set()
    for root, draft in _DRAFTS.items():
        for path, whole in walk(root, seen, _NOT_ALONE):
            field = re.match(r"\w+", path)
            assert field is not None
            arguments = {**draft, field[0]: whole[field[0]]}
            case = {"method": "create", "answers": [{"json": _PLAIN}]}
            yield {"id": f"create/{root}/{path}/dicts", "arguments": plain(arguments), **case}
            if arguments != plain(arguments):
                yield {"id": f"create/{root}/{path}/objects", "arguments": arguments, **case}


def _replies() -> Iterator[Case]:
    for path, whole in walk("Interaction", set()):
        reply = {**_PLAIN, **plain(whole)}
        yield {"id": f"get/reply/{path}", "method": "get", "arguments": {"id": "int_1"}, "answers": [{"json": reply}]}
    for name, unknown in _UNKNOWN.items():
        case = {"method": "get", "arguments": {"id": "int_1"}}
        yield {"id": f"get/reply/unknown {name}", **case, "answers": [{"json": {**_PLAIN, **unknown}}]}


_UNKNOWN: dict[str, Any] = {
    "field": {"new_field": {"a_b": 1}},
    "step": {"steps": [{"type": "new_step", "a_b": 1}]},
    "field of a step": {"steps": [{"type": "thought", "new_field": 1}]},
    "content": {"steps": [{"type": "model_output", "content": [{"type": "new_content", "a_b": 1}]}]},
    "field of a content": {"steps": [{"type": "model_output", "content": [{"type": "text", "text": "a", "new": 1}]}]},
    "tool": {"tools": [{"type": "new_tool", "a_b": 1}]},
    "agent": {"agent_config": {"type": "new-agent", "a_b": 1}},
    "annotation": {
        "steps": [
            {
                "type": "model_output",
                "content": [{"type": "text", "text": "a", "annotations": [{"type": "new", "x": 1}]}],
            }
        ]
    },
}


def _events() -> Iterator[Case]:
    _, union = fact_of("InteractionSSEEvent")
    seen: set[str] = set()
    for name in facts().variants(union):
        for path, event in walk(name, seen):
            yield _stream_case(f"event/{name}/{path}", [plain(event)])
        yield _stream_case(f"event/{name}/unknown field", [{**plain(minimal(name)), "new_field": {"a_b": 1}}])
    for name, events in _STREAMS.items():
        yield _stream_case(f"stream/{name}", events)


def _stream_case(name: str, events: list[Any]) -> Case:
    kinds = [event.get("event_type") for event in events]
    ends = [] if {"interaction.completed", "error"} & set(kinds) else [_DONE]
    answer = {"stream": [*events, *ends, _END]}
    return {"id": f"create/{name}", "method": "create", "arguments": {**_CREATE, "stream": True}, "answers": [answer]}


def _delta(**delta: Any) -> dict[str, Any]:
    return {"event_type": "step.delta", "index": 0, "delta": delta}


_STREAMS: dict[str, list[Any]] = {
    "unknown event": [{"event_type": "new.event", "event_id": "e", "a_b": 1}],
    "unknown delta": [_delta(type="new_delta", a_b=1)],
    "unknown step": [{"event_type": "step.start", "index": 0, "step": {"type": "new_step", "a_b": 1}}],
    "text": [_delta(type="text", text="Hel"), _delta(type="text", text="lo")],
    "error event": [{"event_type": "error", "error": {"code": "internal", "message": "m"}}],
    "only the last event": [_DONE],
}


# Handwritten


def _handwritten() -> Iterator[Case]:
    for name, arguments in _CALLS.items():
        method = next((each for each in ("get", "cancel", "delete") if name.startswith(f"{each} ")), "create")
        given = {**_CREATE, **arguments} if method == "create" and not name.startswith("whole") else arguments
        answers = [{"json": {} if method == "delete" else _PLAIN}]
        if arguments.get("stream") is True:
            answers = [{"stream": [_DONE, _END]}]
        case = {"id": f"call/{name}", "method": method, "arguments": given, "answers": answers}
        yield {**case, "backends": ["gemini", "vertex"]}
    for status in (400, 401, 403, 404, 405, 408, 409, 413, 418, 422, 429, 500, 501, 502, 503, 504):
        body = {"error": {"code": "some_code", "message": "m"}}
        for name, arguments, method in (
            ("create", _CREATE, "create"),
            ("stream", {**_CREATE, "stream": True}, "create"),
            ("get", {"id": "int_1"}, "get"),
            ("delete", {"id": "int_1"}, "delete"),
            ("cancel", {"id": "int_1"}, "cancel"),
        ):
            answers = [{"json": body, "status": status}]
            yield {"id": f"error/{name} {status}", "method": method, "arguments": arguments, "answers": answers}
    for name, answer in _ODD.items():
        yield {"id": f"odd/{name}", "method": "get", "arguments": {"id": "int_1"}, "answers": [answer]}
    for name, answers in _COURSES.items():
        arguments = {**_CREATE, "stream": True} if "stream" in answers[0] else _CREATE
        if "not wanted" in name:
            arguments = {**arguments, "automatic_continuation": False}
        yield {"id": f"course/{name}", "method": "create", "arguments": arguments, "answers": answers}


_TEXT = {"$type": "TextContent", "text": "Hi"}
_STEP = {"$type": "UserInputStep", "content": [_TEXT]}
_FUNCTION = {
    "type": "function",
    "name": "f",
    "parameters": {"type": "object", "properties": {"aB": {"type": "string"}}},
}
_PNG = {"type": "image", "data": "+/8=", "mime_type": "image/png"}
_WHOLE = {"model": MODEL, "input": "Hello"}
_CALLS: dict[str, dict[str, Any]] = {
    "plain": {},
    "stream": {"stream": True},
    "stream false": {"stream": False},
    "background": {"background": True},
    "store false": {"store": False},
    "previous": {"previous_interaction_id": "int_0"},
    "another model": {"model": "my-model"},
    **{f"{name}={value!r}": {name: value} for name in ("stream", "background", "store", "tools") for value in (None,)},
    **{
        f"input {name}": {"input": value}
        for name, value in {
            "empty text": "",
            "empty list": [],
            "none": None,
            "number": 5,
            "texts": ["a", "b"],
            "object": _TEXT,
            "dict": plain({"type": "text", **_TEXT}),
            "objects": [_TEXT, _TEXT],
            "dicts": [{"type": "text", "text": "Hi"}, _PNG],
            "object and dict": [_TEXT, {"type": "text", "text": "Hi"}],
            "step": [_STEP],
            "step as dict": [{"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}],
            "step without list": _STEP,
            "steps": [_STEP, {"$type": "ModelOutputStep", "content": [_TEXT]}, _STEP],
            "step and content": [_STEP, _TEXT],
            "step and content as dicts": [
                {"type": "user_input", "content": [{"type": "text", "text": "Hi"}]},
                {"type": "text", "text": "Hi"},
            ],
            "result": [{"type": "function_result", "call_id": "c", "name": "f", "result": {"a_b": 1}}],
            "result as text": [{"type": "function_result", "call_id": "c", "result": "done"}],
            "dict without type": {"text": "Hi"},
            "dict of unknown type": {"type": "new_content", "a_b": 1},
            "dicts of unknown type": [{"type": "new_content", "a_b": 1}],
            "dict with unknown field": [{"type": "text", "text": "Hi", "new_field": 1}],
            "tuple": {"$tuple": [_TEXT]},
            "bytes": [{"type": "image", "data": {"$bytes": "Ky84PQ=="}, "mime_type": "image/png"}],
            "bytes in an object": [{"$type": "ImageContent", "data": {"$bytes": "Ky84PQ=="}, "mime_type": "image/png"}],
        }.items()
    },
    "tool": {"tools": [_FUNCTION]},
    "tool as object": {"tools": [{"$type": "Function", "name": "f", "parameters": {"type": "object"}}]},
    "tool of unknown type": {"tools": [{"type": "new_tool", "a_b": 1}]},
    "tools of both forms": {"tools": [_FUNCTION, {"$type": "GoogleSearch"}]},
    "schema": {"response_format": {"type": "object", "properties": {"aB": {"type": "string"}}}},
    "format": {"response_format": {"type": "text", "mime_type": "application/json", "schema": {"type": "object"}}},
    "formats": {"response_format": [{"type": "text"}, {"type": "image", "aspect_ratio": "1:1"}]},
    "config": {"generation_config": {"temperature": 0.5, "top_p": 0.9, "seed": 1, "stop_sequences": ["a"]}},
    "config as object": {"generation_config": {"$type": "GenerationConfig", "temperature": 0.5}},
    "config with unknown field": {"generation_config": {"new_field": 1}},
    "config of an agent with a model": {"agent_config": {"type": "dynamic"}},
    "unknown argument": {"new_field": 1},
    "agent too": {"agent": "deep-research-pro-preview"},
    "extra headers": {"extra_headers": {"x-user": "1"}},
    "extra query": {"extra_query": {"q": "a b"}},
    "extra body": {"extra_body": {"new_field": {"a_b": 1}}},
    "timeout": {"timeout": 20.0},
    "api version": {"api_version": "v9"},
    "labels": {"labels": {"team": "green"}},
    "whole as dict": {"request": {"body": _WHOLE}},
    "whole as object": {"request": {"body": {"$type": "CreateModelInteraction", **_WHOLE}}},
    "whole without body": {"request": _WHOLE},
    "whole object without body": {"request": {"$type": "CreateModelInteraction", **_WHOLE}},
    "whole and fields": {"request": {"body": _WHOLE}, **_WHOLE},
    "whole, nothing": {},
    "whole, without input": {"model": MODEL},
    "whole, without model": {"input": "Hello"},
    "whole, of an agent": _CREATE_AGENT,
    "whole, config of an agent": {
        **_CREATE_AGENT,
        "agent_config": {"type": "deep-research", "thinking_summaries": "auto"},
    },
    "whole, generation config of an agent": {**_CREATE_AGENT, "generation_config": {"temperature": 0.5}},
    **{f"get id {value!r}": {"id": value} for value in ("int_1", "a/b", "", "..", "a b", "a?b", "a#b", "ü", 5, None)},
    "get include_input": {"id": "int_1", "include_input": True},
    "get include_input false": {"id": "int_1", "include_input": False},
    "get stream": {"id": "int_1", "stream": True},
    "get stream after": {"id": "int_1", "stream": True, "last_event_id": "e 1/2"},
    "get after without stream": {"id": "int_1", "last_event_id": "e1"},
    "get api version": {"id": "int_1", "api_version": "v9"},
    "get headers": {"id": "int_1", "extra_headers": {"x-user": "1"}},
    "get query": {"id": "int_1", "extra_query": {"q": 1}},
    "cancel id": {"id": "int_1"},
    "cancel id empty": {"id": ""},
    "cancel api version": {"id": "int_1", "api_version": "v9"},
    "delete id": {"id": "int_1"},
    "delete id empty": {"id": ""},
    "delete headers": {"id": "int_1", "extra_headers": {"x-user": "1"}},
}
_ODD: dict[str, dict[str, Any]] = {
    "empty": {"raw": ""},
    "not JSON": {"raw": "<html>"},
    "list": {"json": []},
    "text": {"json": "a"},
    "without status": {"json": {"id": "int_1"}},
    "without id": {"json": {"status": "completed"}},
    "null fields": {"json": {**_PLAIN, "steps": None, "usage": None, "labels": None}},
    "null step": {"json": {**_PLAIN, "steps": [None]}},
    "steps as object": {"json": {**_PLAIN, "steps": {"type": "thought"}}},
    "number as text": {"json": {**_PLAIN, "usage": {"total_tokens": "3"}}},
    "text as number": {"json": {**_PLAIN, "id": 5}},
    "unknown status": {"json": {**_PLAIN, "status": UNLISTED}},
    "step without type": {"json": {**_PLAIN, "steps": [{"content": []}]}},
    "error with success": {"json": {"error": {"code": "internal", "message": "m"}}},
    "created": {"json": _PLAIN, "status": 201},
}
_WAITS = {**_PLAIN, "status": "requires_continuation", "continuation_token": "t1"}
_PART = {**_PLAIN, "steps": [{"type": "model_output", "content": [{"type": "text", "text": "a"}]}]}


def _part_of_stream(number: int, **fields: Any) -> dict[str, Any]:
    """Return the stream of one of several interactions that continue each other."""
    interaction = {**_PLAIN, "id": f"int_{number}"}
    events = [
        {"event_type": "interaction.created", "interaction": {**interaction, "status": "in_progress"}},
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        _delta(type="text", text=str(number)),
        {"event_type": "step.stop", "index": 0},
        {"event_type": "interaction.completed", "interaction": {**interaction, "usage": {"total_tokens": 3}, **fields}},
    ]
    return {"stream": [*({**event, "event_id": f"{number}-{at}"} for at, event in enumerate(events)), _END]}


def _waiting(token: str) -> dict[str, Any]:
    return {"status": "requires_continuation", "continuation_token": token}


_COURSES: dict[str, list[Any]] = {
    "stream continued once": [_part_of_stream(1, **_waiting("t1")), _part_of_stream(2)],
    "stream continued twice": [
        _part_of_stream(1, **_waiting("t1")),
        _part_of_stream(2, **_waiting("t2")),
        _part_of_stream(3),
    ],
    "stream continued with the same token": [
        _part_of_stream(1, **_waiting("t1")),
        _part_of_stream(2, **_waiting("t1")),
        _part_of_stream(3),
    ],
    "stream with a token, but completed": [
        _part_of_stream(1, status="completed", continuation_token="t1"),
        _part_of_stream(2),
    ],
    "stream to be continued without token": [_part_of_stream(1, status="requires_continuation"), _part_of_stream(2)],
    "stream not wanted to continue": [_part_of_stream(1, **_waiting("t1")), _part_of_stream(2)],
    "with a token, but completed": [{"json": {**_PART, **_WAITS, "status": "completed"}}, {"json": _PART}],
    "not wanted to continue": [{"json": {**_PART, **_WAITS}}, {"json": {**_PART, "id": "int_2"}}],
    "refused when continued": [
        {"json": {**_PART, **_WAITS}},
        {"json": {"error": {"code": "c", "message": "m"}}, "status": 400},
    ],
    "continued once": [{"json": {**_PART, **_WAITS}}, {"json": {**_PART, "id": "int_2"}}],
    "continued twice": [
        {"json": {**_PART, **_WAITS, "usage": {"total_tokens": 3, "total_input_tokens": 1}}},
        {
            "json": {
                **_PART,
                **_WAITS,
                "id": "int_2",
                "continuation_token": "t2",
                "usage": {"total_tokens": 4, "total_input_tokens": 2},
            }
        },
        {"json": {**_PART, "id": "int_3", "usage": {"total_tokens": 5, "total_input_tokens": 3}}},
    ],
    "continued without progress": [{"json": {**_PART, **_WAITS}}],
    "asked to continue without token": [{"json": {**_PLAIN, "status": "requires_continuation"}}],
    **{
        f"output {name}": [{"json": {**_PLAIN, "steps": steps}}]
        for name, steps in {
            "texts": [{"type": "model_output", "content": [{"type": "text", "text": each} for each in "ab"]}],
            "texts of two steps": [
                {"type": "model_output", "content": [{"type": "text", "text": each}]} for each in ("a", "b")
            ],
            "texts around a thought": [
                {"type": "model_output", "content": [{"type": "text", "text": "a"}]},
                {"type": "thought", "signature": "AA=="},
                {"type": "model_output", "content": [{"type": "text", "text": "b"}]},
            ],
            "texts around a call": [
                {"type": "model_output", "content": [{"type": "text", "text": "a"}]},
                {"type": "function_call", "id": "c", "name": "f", "arguments": {}},
                {"type": "model_output", "content": [{"type": "text", "text": "b"}]},
            ],
            "text before an image": [{"type": "model_output", "content": [{"type": "text", "text": "a"}, _PNG]}],
            "text after an image": [{"type": "model_output", "content": [_PNG, {"type": "text", "text": "a"}]}],
            "text around an image": [
                {
                    "type": "model_output",
                    "content": [{"type": "text", "text": "a"}, _PNG, {"type": "text", "text": "b"}],
                }
            ],
            "two images": [{"type": "model_output", "content": [_PNG, {**_PNG, "data": "AA=="}]}],
            "before input": [
                {"type": "model_output", "content": [{"type": "text", "text": "a"}, _PNG]},
                {"type": "user_input", "content": [{"type": "text", "text": "b"}]},
            ],
            "text before a call": [
                {"type": "model_output", "content": [{"type": "text", "text": "a"}]},
                {"type": "function_call", "id": "c", "name": "f", "arguments": {}},
            ],
            "none": [],
        }.items()
    },
}
