"""Where two outcomes of a case differ, after what is meant to differ everywhere has been made alike.

Made alike, each for one reason:
- keys inside official request bodies are turned into camelCase, except in what belongs to the user: 1.51.0 leaves the
  nested ones in snake_case, the services read both, and ours has to be camelCase throughout;
- the order of JSON keys means nothing, and numbers are equal by value, for that is how JSON is read;
- texts of refusals are each side's own: a call that was refused before anything was sent is just that. Ours has to refuse
  with a ValueError, a TypeError or, of a file, a FileNotFoundError, though: anything else is something that broke.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Outcome = dict[str, Any]

_OF_THE_USER = {
    "additionalProperties",
    "args",
    "default",
    "enum",
    "example",
    "labels",
    "metadata",
    "ofTheUser",  # what the table puts into `extra_body`
    "parametersJsonSchema",
    "responseJsonSchema",
    "semanticFilter",
}
"""Keys below which nothing is turned."""
_NAMED_BY_THE_USER = {"properties", "defs", "$defs"}
"""Keys below which the next keys are names that the user chose."""
_OF_THE_SERVICE = {"task_type"}
"""Keys that the service itself calls so."""


@dataclass(frozen=True)
class Difference:
    """One place at which two outcomes are not the same."""

    kind: str
    """`refusal`: one side refuses what the other sends, or ours breaks. `request`, `result`, `raised`: what differs after
    a request was sent. `inventory`: what only one side offers."""
    path: str
    ours: Any
    theirs: Any


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def differences(ours: Outcome, theirs: Outcome) -> list[Difference]:
    """Return where two outcomes of the same call differ, or of the same program, step by step; nothing where they are
    alike."""
    if "steps" in ours:  # what only one side has come to is the consequence of a difference before
        return [
            Difference(found.kind, f"steps[{number}] {found.path}", found.ours, found.theirs)
            for number, (one, other) in enumerate(zip(ours["steps"], theirs["steps"], strict=False))
            for found in differences(one, other)
        ]
    ours_refused, they_refused = (bool(one.get("raised", {}).get("refused")) for one in (ours, theirs))
    if ours_refused and not {"ValueError", "TypeError", "FileNotFoundError"} & set(ours["raised"]["families"]):
        return [Difference("refusal", "by breaking", _brief(ours), _brief(theirs))]
    if ours_refused and they_refused:
        return []
    if ours_refused or they_refused:
        who = "only ours" if ours_refused else "only theirs"
        return [Difference("refusal", who, _brief(ours), _brief(theirs))]
    requests = _differing(ours["requests"], [_turned_request(one) for one in theirs["requests"]], "")
    found = [Difference("request", path, one, other) for path, one, other in requests]
    raised = _differing(*_alike_errors(ours.get("raised", MISSING), theirs.get("raised", MISSING)), "")
    found += [Difference("raised", path, one, other) for path, one, other in raised]
    if ("raised" in ours) is not ("raised" in theirs):
        return found  # that one side has results and the other none, or fewer, is the same difference
    results = _differing(ours.get("results", []), theirs.get("results", []), "")
    return found + [Difference("result", path, one, other) for path, one, other in results]


def _brief(outcome: Outcome) -> Any:
    if outcome.get("raised", {}).get("refused"):
        return f"refused: {outcome['raised']['families'][0]}"
    return [one.get("body", f"{one['method']} {one['path']}") for one in outcome["requests"]]


def _alike_errors(ours: Any, theirs: Any) -> tuple[Any, Any]:
    """Return two errors, equal where whoever catches theirs, and asks it what it knows, is served as well by ours."""
    if ours is MISSING or theirs is MISSING:
        return ours, theirs
    asked = {**ours, "families": theirs["families"]} if theirs["families"][0] in ours["families"] else ours
    return {key: value for key, value in asked.items() if key == "families" or "code" in theirs}, theirs


def _differing(ours: Any, theirs: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            yield from _differing(ours.get(key, MISSING), theirs.get(key, MISSING), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield f"{path}[]", ours, theirs
            return
        for one, other in zip(ours, theirs, strict=True):
            yield from _differing(one, other, f"{path}[]")
    elif isinstance(ours, bool) is not isinstance(theirs, bool) or ours != theirs:
        yield path, ours, theirs


def _turned_request(request: Any) -> Any:
    return {**request, "body": _turned(request["body"])} if "body" in request else request


def _turned(value: Any, above: str = "") -> Any:
    if isinstance(value, list):
        return [_turned(item, above) for item in value]
    if not isinstance(value, dict):
        return value
    if above in _NAMED_BY_THE_USER:
        return {key: _turned(item) for key, item in value.items()}
    turned: dict[str, Any] = {}
    for key, item in value.items():
        name = key if key in _OF_THE_SERVICE else re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), key)
        belongs_to_user = name in _OF_THE_USER or (name == "response" and above == "functionResponse")
        turned[name] = item if belongs_to_user else _turned(item, name)
    return turned
