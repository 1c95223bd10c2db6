"""Values for every field that a type reaches, as arguments of calls and as parts of replies; and replies in which one item is
missing, null, empty or new. `cases.py` makes calls of them, `live_cases.py` sessions.
"""

from __future__ import annotations

import copy
import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from tools.conformance import values
from tools.conformance.method import MARKS, Method
from tools.conformance.replies import ERRORS
from tools.conformance.values import Build, Inventory


def calls_by_field(method: Method, inventory: Inventory) -> Iterator[tuple[str, Any]]:
    """Yield a name and the arguments for each value of each field that the arguments of a method reach."""
    for place, root in method.walks.items():
        path = place.replace("[0]", "[]")
        build = _builder({**method.arguments, **method.beside.get(place, {})}, place)
        for field_path, number, built in _every_field(root, path, build, inventory, method):
            seen: list[Any] = []
            for form in ("object", "snake", "camel"):
                arguments = built
                if form != "object":
                    name = _argument(place)
                    dicts = values.as_dict(built[name], inventory, camel=form == "camel", marks=MARKS)
                    arguments = {**built, name: dicts}
                text = json.dumps(arguments)
                if text not in seen and (form == "snake" or not method.is_thin):
                    seen.append(text)
                    yield f"{field_path}={number}/{form}", arguments


def _builder(base: dict[str, Any], place: str) -> Build:
    """Return a function that builds the arguments around an object at a place: an argument, or `contents[0]`."""
    name = _argument(place)
    return lambda value: {**base, name: [value] if "[0]" in place else value}


def _argument(place: str) -> str:
    return re.split(r"[\[|]", place, maxsplit=1)[0]


def _every_field(
    root: str,
    path: str,
    build: Build,
    inventory: Inventory,
    method: Method,
    *,
    in_reply: bool = False,
) -> Iterator[tuple[str, int, Any]]:
    """Yield the path, the number of the value and the whole object for each value of each field. Below one field of the root,
    the fields of a class are tried only at its first occurrence, so that recursion ends."""
    waiting: deque[tuple[str, Build, str, set[str] | None]] = deque([(root, build, path, None)])
    while waiting:
        name, around, where, met = waiting.popleft()
        for key, field in inventory["classes"][name].items():
            field_path = f"{where}.{key}"
            if key == ("sdk_http_response" if in_reply else "http_options"):
                continue

            def filled(value: Any, name: str = name, key: str = key, around: Build = around) -> Any:
                beside = {} if in_reply else method.with_fields.get(name, {})
                return around(values.new(name, inventory, {**beside, key: value}))

            for number, value in enumerate(values.of_shape(field["shape"], inventory, in_reply=in_reply)):
                yield field_path, number, filled(value)
            below = met if met is not None else {root, *method.not_into}
            for inner, inner_build, inner_path in values.models_in(field["shape"], filled, field_path):
                if inner not in below:
                    below.add(inner)
                    waiting.append((inner, inner_build, inner_path, below))


def replies(method: Method, inventory: Inventory) -> Iterator[tuple[str, Any]]:
    """Yield a name and an answer for each value of each field of a reply, for changed replies, and for faulty ones."""

    def answer(reply: Any) -> dict[str, Any]:
        if method.streams:
            return {"stream": [reply]}
        return {"json": reply, **({"headers": method.headers} if method.headers else {})}

    for place, root in {**({"": method.returns} if method.returns else {}), **method.within}.items():
        path = f"{place}|{root}" if place else root
        for field_path, number, built in _every_field(root, path, lambda one: one, inventory, method, in_reply=True):
            yield f"{field_path}={number}", answer(_inside(place, values.as_wire(built, inventory)))
    for name, reply in method.replies.items():
        yield f"template/{name}", answer(reply)
        for path, changed in _changes(reply):
            yield f"template/{name}/{path}", answer(changed)
    for name, reply in method.odd_replies.items():
        yield f"odd/{name}", reply
    if method.meets_errors:
        yield from ((f"error/{name}", reply) for name, reply in ERRORS.items())


def _inside(place: str, reply: Any) -> Any:
    """Return a reply that contains another one at a place."""
    for key in reversed(place.split(".") if place else []):
        name = key.removesuffix("[]")
        reply = {name: [reply] if name != key else reply}
    return reply


def _changes(reply: Any) -> Iterator[tuple[str, Any]]:
    """Yield a reply in which one item is missing, null, empty, or has a new name or value."""
    for path in _paths(reply):
        name = ".".join(map(str, path)) or "whole"
        found = _at(reply, path)
        if path:
            for what, value in (("missing", ...), ("null", None)):
                yield f"{name} {what}", _with(reply, path, value)
        if isinstance(found, dict):
            yield f"{name} empty", _with(reply, path, {})
            yield f"{name} grown", _with(reply, path, {**found, "notKnownYet": {"some_thing": [1, "two"]}})
        elif isinstance(found, list):
            yield f"{name} empty", _with(reply, path, [])
        elif isinstance(found, str):
            yield f"{name} unlisted", _with(reply, path, values.UNLISTED)


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _paths(item, (*above, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _with(reply: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(reply)
    holder = _at(changed, path[:-1])
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed
