"""The comparison of two outcomes of a case. Differences that are intended everywhere are removed first:

- keys in official request bodies are converted to camelCase, except in user data: 1.51.0 leaves nested keys in snake_case, the
  services read both, and ours have to be camelCase everywhere;
- the order of JSON keys has no meaning, and numbers are equal by value, because JSON readers treat them so;
- the text of a refusal may differ. Only the fact counts that the call was refused before anything was sent. Our refusal has to be
  a ValueError, a TypeError, a NotImplementedError or, for a file, a FileNotFoundError; any other error counts as a bug.
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
    "customConfigs",
    "default",
    "enum",
    "example",
    "labels",
    "metadata",
    "headers",
    "ofTheUser",  # set by the table in `extra_body`
    "parametersJsonSchema",
    "partMetadata",
    "references",
    "responseJsonSchema",
    "semanticFilter",
    "userMetadata",
}
"""Keys below which keys are not converted."""
_NAMED_BY_THE_USER = {"properties", "defs", "$defs"}
"""Keys whose direct keys are names chosen by the user."""
_OF_THE_SERVICE = {"task_type"}
"""Keys that are in snake_case on the service."""
_REFUSALS = {"ValueError", "TypeError", "NotImplementedError", "FileNotFoundError"}


@dataclass(frozen=True)
class Difference:
    """One place at which two outcomes differ."""

    kind: str
    """`refusal`: one side refuses a call that the other sends, or ours has a bug. `request`, `result`, `raised`: the part that
    differs after a request was sent. `inventory`: only one side offers it."""
    path: str
    ours: Any
    theirs: Any


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def differences(ours: Outcome, theirs: Outcome) -> list[Difference]:
    """Return the differences between two outcomes of the same call, or of the same program step by step; none if they are
    equal."""
    if "steps" in ours:  # steps that only one side has reached follow from an earlier difference
        return [
            Difference(found.kind, f"steps[{number}] {found.path}", found.ours, found.theirs)
            for number, (one, other) in enumerate(zip(ours["steps"], theirs["steps"], strict=False))
            for found in differences(one, other)
        ]
    ours_refused, they_refused = (bool(one.get("raised", {}).get("refused")) for one in (ours, theirs))
    if ours_refused and not _REFUSALS & set(ours["raised"]["families"]):
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
        return found  # missing results of one side belong to the same difference
    results = _differing(ours.get("results", []), theirs.get("results", []), "")
    return found + [Difference("result", path, one, other) for path, one, other in results]


def _brief(outcome: Outcome) -> Any:
    if outcome.get("raised", {}).get("refused"):
        return f"refused: {outcome['raised']['families'][0]}"
    return [one.get("body", f"{one['method']} {one['path']}") for one in outcome["requests"]]


def _alike_errors(ours: Any, theirs: Any) -> tuple[Any, Any]:
    """Return two errors that are equal if code that catches theirs, and reads its attributes, works with ours too."""
    if ours is MISSING or theirs is MISSING:
        return ours, theirs
    asked = {**ours, "families": theirs["families"]} if theirs["families"][0] in ours["families"] else ours
    return {key: value for key, value in asked.items() if key in theirs or "code" in theirs}, theirs


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
        belongs_to_user = (
            name in _OF_THE_USER and (name, above) != ("example", "")
        ) or (  # an example of a schema, not of tuning
            name == "response" and above in ("functionResponse", "functionResponses", "toolResponse")
        )
        turned[name] = item if belongs_to_user else _turned(item, name)
    return turned
