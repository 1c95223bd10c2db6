"""Plans: what the marks of a class mean for one backend, compiled when the class is first sent.

A plan tells for each field whether it travels under its default name, goes elsewhere, passes a transform, is refused, or
stays here. A class with nothing marked in or below it is plain: pydantic-core writes it in one step.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pydantic

from .marks import Itself, Local, OnlyOn, Query, Refuses, Via, Wire

if TYPE_CHECKING:
    from .marks import BackendName


@dataclass(frozen=True)
class Rule:
    """What happens to one field."""

    alias: str
    kind: str = "plain"
    """`plain`, `nested` (models with marks below), `itself`, `refused`, `local` or `query`."""
    steps: tuple[str, ...] = ()
    """Keys from the object of the class, or from the body (`from_body`), to the place; `x[]` is every item of x, `x[0]`
    its first, `{x}` what has been decided for x.
    """
    from_body: bool = False
    via: str | None = None
    refused_values: tuple[str, ...] = ()


@dataclass
class Plan:
    """What happens to each field of a class on one backend."""

    rules: dict[str, Rule]
    wire_root: str | None = None
    is_plain: bool = True
    marked: frozenset[str] = frozenset()
    """Fields that are not plain: an object that sets none of them is plain as well."""


_plans: dict[tuple[type, str], Plan] = {}


def plan_of(cls: type[pydantic.BaseModel], backend: BackendName) -> Plan:
    """Return the plan of a class for a backend."""
    plan = _plans.get((cls, backend))
    return plan if plan is not None else _compile(cls, backend)


def _compile(cls: type[pydantic.BaseModel], backend: BackendName) -> Plan:
    plan = Plan({}, wire_root=getattr(cls, "_wire_root", None))
    _plans[cls, backend] = plan  # before the fields: a class may contain itself
    rules = {name: _rule(name, info, backend, plan.wire_root) for name, info in cls.model_fields.items()}
    plan.rules = rules
    plan.marked = frozenset(
        name for name, rule in rules.items() if rule.kind != "plain" or rule.via or rule.steps or rule.refused_values
    )
    plan.is_plain = not plan.marked
    return plan


def _rule(name: str, info: pydantic.fields.FieldInfo, backend: BackendName, root: str | None) -> Rule:
    alias = info.alias or name
    nested = any(not plan_of(model, backend).is_plain for model in models_in(info.annotation))
    kind = "nested" if nested else "plain"
    via: str | None = None
    place: str | None = None
    refused_values: tuple[str, ...] = ()
    for mark in info.metadata:
        if isinstance(mark, Local):
            return Rule(alias, kind="local")
        if isinstance(mark, Query):
            return Rule(alias, kind="query")
        if isinstance(mark, OnlyOn) and mark.backend != backend:
            return Rule(alias, kind="refused")
        if isinstance(mark, Itself) and mark.holds_on(backend):
            return Rule(alias, kind="itself")
        if isinstance(mark, Refuses):
            refused_values = mark.values(backend)
        if isinstance(mark, Via):
            via = mark.transform
        if isinstance(mark, Wire):
            place = mark.place(backend)
            via = mark.via or via
            if place is None:
                return Rule(alias, kind="refused")
    if place is None:
        steps = (root, alias) if root else ()
    else:
        steps = tuple(place.removeprefix("/").split("."))
        if root and not place.startswith("/"):
            steps = (root, *steps)
    return Rule(
        alias,
        kind,
        steps,
        from_body=bool(root) or (place or "").startswith("/"),
        via=via,
        refused_values=refused_values,
    )


def models_in(annotation: Any) -> list[type[pydantic.BaseModel]]:
    """Return the model classes that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return [annotation]
    return [model for argument in typing.get_args(annotation) for model in models_in(argument)]
