"""Plans: what the marks of a class mean on one backend, compiled when the class is first sent.

A plan states for each field whether it is sent under its default name, has another place, is converted by a transform,
is refused, or is not sent. A class without marks on itself or below is plain: pydantic-core writes it in one step.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

import pydantic

from .._validation import models_in
from ..types._deferred import is_later
from .marks import Itself, Local, OnlyOn, Query, Refuses, Via, Wire

if TYPE_CHECKING:
    from .marks import BackendName


@dataclass(frozen=True)
class Rule:
    """The way in which one field is sent."""

    alias: str
    kind: str = "plain"
    """`plain`, `nested` (contains models with marks), `itself`, `refused`, `local` or `query`."""
    steps: tuple[str, ...] = ()
    """Keys of the path to the place, from the object of the class or from the body (`from_body`); `x[]` is every item of x,
    `x[0]` its first, `{x}` the value of the variable x. Empty for the default place.
    """
    from_body: bool = False
    via: str | None = None
    refused_values: tuple[str, ...] = ()

    @property
    def is_edit(self) -> bool:
        """Whether the field is sent in another way than under its default name, refusals aside."""
        return self.kind not in ("plain", "nested", "refused") or bool(self.via or self.steps or self.refused_values)


@dataclass(frozen=True)
class Plan:
    """The way in which the fields of a class are sent on one backend."""

    rules: dict[str, Rule]
    wire_root: str | None
    marked: frozenset[str]
    """Fields that are not plain. An object that sets none of them is written in one step."""
    edited: frozenset[str]
    """The marked fields whose rule is an edit."""
    adds_fields: bool = False
    """Whether the class is one of the program and adds fields to a type, or allows any. They are not sent."""

    @property
    def is_plain(self) -> bool:
        """Whether no field is marked or added."""
        return not self.marked and not self.adds_fields


_Fields = dict[str, tuple[Rule, list[type[pydantic.BaseModel]], bool]]
"""The rule of each field by its own marks, the models that it may contain, and whether some of these are loaded later."""

_plans: dict[tuple[type, str], Plan] = {}
_fields: dict[tuple[type, str], _Fields] = {}
_with_marks: dict[tuple[type, str], bool] = {}


def plan_of(cls: type[pydantic.BaseModel], backend: BackendName) -> Plan:
    """Return the plan of a class for a backend."""
    plan = _plans.get((cls, backend))
    return plan if plan is not None else _compile(cls, backend)


def forget() -> None:
    """Discard all plans, so that marks are read again."""
    for memo in (_plans, _fields, _with_marks):
        memo.clear()


def _compile(cls: type[pydantic.BaseModel], backend: BackendName) -> Plan:
    rules = {
        name: replace(rule, kind="nested")
        if rule.kind == "plain" and (is_open or any(_has_marks(model, backend) for model in models))
        else rule
        for name, (rule, models, is_open) in _fields_of(cls, backend).items()
    }
    plan = _plans[cls, backend] = Plan(
        rules,
        getattr(cls, "_wire_root", None),
        marked=frozenset(name for name, rule in rules.items() if rule.kind != "plain" or rule.is_edit),
        edited=frozenset(name for name, rule in rules.items() if rule.is_edit),
        adds_fields=_adds_fields(cls),
    )
    return plan


def _adds_fields(cls: type[pydantic.BaseModel]) -> bool:
    own = _own_type(cls)
    return own is not cls and (
        cls.__pydantic_fields__.keys() != own.__pydantic_fields__.keys() or cls.model_config.get("extra") == "allow"
    )


def _own_type(cls: type[pydantic.BaseModel]) -> type[pydantic.BaseModel]:
    """Return the type of this package that a class of the program derives from, or the class itself."""
    for each in cls.__mro__:
        if (
            each.__module__.startswith("google.genai")
            and issubclass(each, pydantic.BaseModel)
            and each.__pydantic_fields__
        ):
            return each
    return cls


def _has_marks(cls: type[pydantic.BaseModel], backend: BackendName) -> bool:
    """Return whether a field of a class, or of a class below it, is marked, or may be: the marks of a type that is loaded
    later are not known. Classes may contain themselves.
    """
    known = _with_marks.get((cls, backend))
    if known is not None:
        return known
    seen: set[type[pydantic.BaseModel]] = set()
    ahead = [cls]
    while ahead:
        each = ahead.pop()
        if each in seen:
            continue
        seen.add(each)
        fields = _fields_of(each, backend).values()
        if _with_marks.get((each, backend)) or any(
            is_open or rule.kind != "plain" or rule.is_edit for rule, _, is_open in fields
        ):
            _with_marks[cls, backend] = True
            return True
        for _, models, _ in fields:
            ahead += models
    _with_marks.update(((each, backend), False) for each in seen)
    return False


def _fields_of(cls: type[pydantic.BaseModel], backend: BackendName) -> _Fields:
    """Return the rule of each field by its own marks, and the models that it may contain."""
    fields = _fields.get((cls, backend))
    if fields is None:
        root: str | None = getattr(cls, "_wire_root", None)
        own = _own_type(cls).__pydantic_fields__
        fields = _fields[cls, backend] = {
            name: (
                _rule(info.alias or name, [*_marks_of_type(info.annotation), *info.metadata], backend, root),
                models_in(info.annotation, loads=False),
                is_later(info.annotation),
            )
            if name in own
            else (Rule(name, kind="local"), [], False)
            for name, info in cls.__pydantic_fields__.items()
        }
    return fields


def _marks_of_type(annotation: Any) -> list[Via]:
    """Return the marks that the type of a field implies: a time has a form of its own on the wire."""
    return [Via("time")] if datetime.datetime in (annotation, *get_args(annotation)) else []


def _rule(alias: str, marks: list[Any], backend: BackendName, root: str | None) -> Rule:
    via: str | None = None
    place: str | None = None
    refused_values: tuple[str, ...] = ()
    for mark in marks:
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
    from_body = bool(root) or (place or "").startswith("/")
    return Rule(alias, "plain", steps, from_body, via, refused_values)
