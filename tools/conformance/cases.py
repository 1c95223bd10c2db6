"""The cases: for each method of the table, its handwritten calls, every field that its arguments reach, every field that its
reply reaches, and faulty replies. They are built from the table and an inventory; nothing here runs a case. The programs of
`calling.py` and `chatting.py`, the shapes of `shapes.py` and the sessions of `live_cases.py` are cases as well.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tools.conformance import calling, chatting, fields, live_cases, shapes
from tools.conformance.method import Method
from tools.conformance.table import METHODS
from tools.conformance.values import Inventory

Case = dict[str, Any]
"""`id` and `answers`; `method` and `arguments` (tagged) for a call, or `steps` for a program; `colours` unless it is both."""


def make(inventory: Inventory) -> list[Case]:
    """Return all cases for the methods and fields of an inventory. Their ids are unique."""
    found: dict[str, Case] = {}
    offered = (method for method in METHODS if method.name in inventory["methods"])
    of_methods = (case for method in offered for case in _of_method(method, inventory))
    for case in chain(of_methods, calling.CASES, chatting.CASES, shapes.CASES, live_cases.make(inventory)):
        if found.setdefault(case["id"], case) is not case:
            raise ValueError(f"two cases have the id {case['id']}")
    return list(found.values())


def roots() -> list[str]:
    """Return the names of the types from which all others are reached."""
    methods = (*METHODS, *live_cases.METHODS)
    named = {
        name for method in methods for name in (*method.walks.values(), *method.within.values(), method.returns) if name
    }
    return sorted(named | {"HttpOptions"})


def share(case_id: str, of: int) -> int:
    """Return the number of the share that a case belongs to; it is the same in every run."""
    return zlib.crc32(case_id.encode()) % of


def _of_method(method: Method, inventory: Inventory) -> Iterator[Case]:
    def case(name: str, arguments: Any, answers: Any = None) -> Case:
        given = answers if answers is not None else method.answers
        return {"id": f"{method.name}/{name}", "method": method.name, "arguments": arguments, "answers": given}

    for name, arguments in method.calls.items():
        yield case(f"call/{name}", {**method.arguments, **arguments})
    for name, arguments in fields.calls_by_field(method, inventory):
        yield case(name, arguments)
    for name, answer in fields.replies(method, inventory):
        yield case(f"reply/{name}", method.arguments, [*method.before, answer])
    for name, answers in method.courses.items():
        yield case(f"course/{name}", method.arguments, answers)
