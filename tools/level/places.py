"""The place of each new field in a request, found by sending it: the release runs the cases of the comparison that only its own
inventory has, and the places that a request has beyond the request without the field are those of the field. Live sessions are not opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.conformance import cases, sides

_FORM = "/snake"
"""One of the forms in which a case gives its value; all forms have the same place."""


def places(python: Path, newer: dict[str, Any], older: dict[str, Any]) -> list[str]:
    """Return lines for each new field: the end of its path in the arguments, the end of its path in requests on each backend, and the
    methods that send it there.

    Args:
        python: interpreter of the newer release.
        newer: inventory of the newer release.
        older: inventory of the older release.
    """
    known = {case["id"] for case in cases.make(older)}
    chosen = [case for case in cases.make(newer) if "method" in case and _is_new_field(case["id"], known)]
    plain = {case["method"]: _without_the_field(case) for case in chosen}
    found = sides.outcomes([python], [*chosen, *plain.values()], "tools.conformance.runner")[python]
    methods: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for case in chosen:
        path = case["id"].removesuffix(_FORM).partition("/")[2].rpartition("=")[0]
        field = _end(path.replace("|", "."))
        for backend in ("gemini", "vertex"):
            sent, without = (found[(one["id"], backend, "sync")] for one in (case, plain[case["method"]]))
            methods[(field, backend, _place(field, sent, without))].add(case["method"])
    return [
        f"{field}  {backend}: {place}  ({', '.join(sorted(named))})"
        for (field, backend, place), named in sorted(methods.items())
    ]


def _end(path: str) -> str:
    return ".".join(path.split(".")[-2:])


def _is_new_field(case_id: str, known: set[str]) -> bool:
    path = case_id.partition("/")[2]
    return case_id not in known and case_id.endswith(f"=0{_FORM}") and not path.startswith(("reply", "call", "course"))


def _without_the_field(case: dict[str, Any]) -> dict[str, Any]:
    (method,) = (one for one in cases.METHODS if one.name == case["method"])
    return {
        "id": f"{method.name}/plain",
        "method": method.name,
        "arguments": method.arguments,
        "answers": method.answers,
    }


def _place(field: str, outcome: dict[str, Any], plain: dict[str, Any]) -> str:
    """Return the ends of the paths that a request has beyond the plain one, as far as they contain the name of the field."""
    if outcome.get("raised", {}).get("refused"):
        return "refused"
    added = _leaves(outcome["requests"]) - _leaves(plain["requests"])
    name = _letters(field.rpartition(".")[2])
    ends = {_end(path) for path in added if name in _letters(path)}
    return ", ".join(sorted(ends or added)) or "not sent"


def _letters(name: str) -> str:
    """Return a name in a form in which snake_case and camelCase are equal."""
    return name.replace("_", "").replace("[]", "").lower()


def _leaves(requests: list[dict[str, Any]]) -> set[str]:
    """Return the paths of the values in the bodies, and the paths of the URLs."""
    found = {f"{one['method']} {one['path']}" for one in requests}
    return found.union(*(_paths(one.get("body"), "") for one in requests))


def _paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _paths(item, f"{path}[]")
    elif path:
        yield path
