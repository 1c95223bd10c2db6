"""The cases of agents, credentials, decisions, environments, triggers, voices, webhooks and tokens for connections.

They are derived from the table of operations and from the facts in `tools/interactions`: every argument in the query and every field
that a body reaches, with several values; every field of a reply; unknown fields, errors, both backends. Nothing here runs a case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from tools.conformance.interactions_cases import Case, fact_of, minimal, plain, walk

from google.genai._interactions import operations
from google.genai._interactions.operations import Operation

_PLACES = {"path": "a_folder/b.txt"}
"""Arguments in a path that are not ids."""
_QUERIES: dict[str, list[Any]] = {
    "page_size": [1, 0, 1000],
    "recursive": [True, False],
    "mode": ["on_demand", "not_listed_yet"],
}
"""Values of arguments in the query; the others are texts, or lists of texts if they select voices."""
_TEXTS = ["some text", "a,b&c=d", "ü ✓", ""]
_OF_VOICES = [["one"], ["one", "two words"], []]
_STATUSES = (400, 401, 403, 404, 409, 418, 429, 500, 503)


def make() -> Iterator[Case]:
    """Yield all cases."""
    for operation in vars(operations).values():
        if isinstance(operation, Operation):
            yield from _of(operation)
    yield from _handwritten()


@cache
def _covered() -> frozenset[str]:
    """Return the types that requests for interactions contain; the cases of interactions enter them."""
    seen: set[str] = set()
    for root in ("CreateModelInteraction", "CreateAgentInteraction"):
        list(walk(root, seen))
    return frozenset({*seen, "CreateAgentInteraction"})


def _of(operation: Operation) -> Iterator[Case]:
    reply = plain(minimal(operation.reply))
    required = {**_places(operation), **_required(operation)}
    name = operation.name
    case: Case = {"method": name, "answers": [{"json": reply}]}
    yield {"id": f"{name}/plain", "arguments": required, **case, "backends": ["gemini", "vertex"]}
    yield {"id": f"{name}/api version", "arguments": {**required, "api_version": "v9"}, **case}
    more = {"extra_headers": {"X-Trace": "1"}, "extra_query": {"a_b": "1"}}
    yield {"id": f"{name}/extra", "arguments": {**required, **more}, **case}
    if operation.body is not None:
        yield {"id": f"{name}/extra body", "arguments": {**required, "extra_body": {"new_field": {"a": 1}}}, **case}
    for argument in operation.query:
        for number, value in enumerate(_values(operation, argument)):
            yield {"id": f"{name}/query/{argument}={number}", "arguments": {**required, argument: value}, **case}
    yield from _bodies(operation, required, case)
    for path, whole in walk(operation.reply, set(_covered())):
        answers = [{"json": {**reply, **plain(whole)}}]
        yield {"id": f"{name}/reply/{path}", "method": name, "arguments": required, "answers": answers}
    for what, answer in _ODD.items():
        answers = [{"json": {**reply, "new_field": {"a_b": [1]}}} if answer is None else answer]
        yield {"id": f"{name}/odd/{what}", "method": name, "arguments": required, "answers": answers}
    for status in _STATUSES:
        body = {"error": {"code": "some_code", "message": "m"}}
        answers = [{"json": body, "status": status}]
        yield {"id": f"{name}/error {status}", "method": name, "arguments": required, "answers": answers}


_ODD: dict[str, Any] = {"unknown field": None, "empty object": {"json": {}}}


def _places(operation: Operation) -> dict[str, Any]:
    return {place: _PLACES.get(place, f"a-{place}") for place in re.findall(r"\{(\w+)\}", operation.path)}


def _values(operation: Operation, argument: str) -> list[Any]:
    if argument in _QUERIES:
        return _QUERIES[argument]
    is_list = operation.name == "voices.list" and argument not in ("search", "page_token")
    return _OF_VOICES if is_list else _TEXTS


def _members(operation: Operation) -> list[str]:
    """Return the classes of a body: the body itself, or the members of a union."""
    assert operation.body is not None
    kind, fact = fact_of(operation.body)
    return list(fact["variants"]) if kind == "unions" else [operation.body]


def _required(operation: Operation) -> dict[str, Any]:
    """Return the required fields of a body as arguments."""
    if operation.body is None or operation.is_body_one_argument:
        return {}
    return plain(minimal(_members(operation)[0]))


def _bodies(operation: Operation, required: dict[str, Any], case: Case) -> Iterator[Case]:
    if operation.body is None or operation.is_body_one_argument:
        return
    seen = set(_covered())
    for member in _members(operation):
        base = {**_places(operation), **plain(minimal(member))}
        yield {"id": f"{operation.name}/{member}/required", "arguments": base, **case}
        for path, whole in walk(member, seen):
            field = re.match(r"\w+", path)
            assert field is not None
            arguments = {**base, field[0]: plain(whole)[field[0]]}
            yield {"id": f"{operation.name}/{member}/{path}", "arguments": arguments, **case}
        for field, fact in fact_of(member)[1]["fields"].items():
            if "const" not in fact and not fact.get("required"):
                yield {"id": f"{operation.name}/{member}/{field}=none", "arguments": {**base, field: None}, **case}


# Handwritten


def _handwritten() -> Iterator[Case]:
    for name, (method, arguments) in _CALLS.items():
        answers = [{"raw": "content"}] if method.endswith("download") else [{"json": {}}]
        yield {"id": f"{method}/call/{name}", "method": method, "arguments": arguments, "answers": answers}


_BEARER = {"type": "bearer_token", "id": "i", "token": "t"}
_CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "ping with a body": ("webhooks.ping", {"id": "w", "body": {}}),
    "whole": ("credentials.create", {"request": {"body": _BEARER}}),
    "whole with a version": ("credentials.create", {"request": {"body": _BEARER, "api_version": "v9"}}),
    "whole update": (
        "credentials.update",
        {"id": "i", "request": {"id": "i", "body": {"type": "bearer_token", "token": "n"}, "update_mask": "token"}},
    ),
    "type with an underscore": ("credentials.create", {"type_": "bearer_token", "id": "i", "token": "t"}),
    "unknown type": ("credentials.create", {"type": "new_kind", "id": "i"}),
    "without type": ("credentials.create", {"id": "i"}),
    "token with its collection": (
        "interactions.auth_tokens.delete",
        {"interaction_id": "i", "auth_token": "auth_tokens/t"},
    ),
    "agent with its collection": ("agents.get", {"id": "agents/a"}),
    "empty id": ("agents.get", {"id": ""}),
    "id with a slash": ("agents.get", {"id": "a/b"}),
    "id with a colon": ("agents.get", {"id": "a:b"}),
    "root": ("environments.files.list", {"environment": "e", "path": ""}),
    "slash": ("environments.files.list", {"environment": "e", "path": "/"}),
    "absolute": ("environments.files.list", {"environment": "e", "path": "/a b/ü"}),
    "parent": ("environments.files.list", {"environment": "e", "path": "a/../b"}),
    "file": ("environments.files.download", {"environment": "e", "path": "/a b/ü.txt"}),
    "file by id": ("environments.files.download", {"environment_id": "environments/e", "path": "a"}),
    "file of no environment": ("environments.files.download", {"path": "a"}),
    "first list": ("environments.list_environments", {"page_size": 1}),
    "questions": (
        "decisions.create",
        {
            "model": "m",
            "input": [{"type": "text", "text": "a"}],
            "questions": {
                "a": {"type": "noul", "instructions": "s"},
                "b": {"type": "score", "instructions": [{"type": "text", "text": "s"}], "criteria": ["low", "high"]},
                "c": {"type": "choice", "instructions": {"type": "text", "text": "s"}, "criteria": {"x": "y"}},
            },
        },
    ),
}
