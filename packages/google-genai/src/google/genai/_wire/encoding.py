"""The encoding of models: each field goes to the place that the plan of its class gives.

`Encoding` gathers the body, the query and the path variables of one call, and the paths of all fields that the backend does
not support, so that they can be reported together. It applies transforms by name, and must not know any of them.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic
from pydantic_core import PydanticSerializationError

from .._validation import read_alike
from ..types._bytes import base64_of
from .plans import Plan, Rule, plan_of

if TYPE_CHECKING:
    from .._backend import Backend
    from .._json import Json

M = TypeVar("M", bound=pydantic.BaseModel)

Transform = Callable[[Any, "Encoding", str], Any]
"""Returns the wire form of a value, given the encoding in progress and the path of the value for error messages."""


@dataclasses.dataclass(frozen=True, slots=True)
class Instead:
    """The result of a transform whose value is sent as another field of the same object."""

    field: str
    wire: Any


class Encoding:
    """A call while its arguments are being encoded."""

    __slots__ = ("_transform", "backend", "body", "filters", "items", "options", "query", "refused", "variables")

    def __init__(self, backend: Backend, transform: Callable[[str], Transform]) -> None:
        self.backend = backend
        self._transform = transform
        self.body: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        self.query: list[tuple[str, str]] = []
        self.filters: list[str] = []
        """Filter expressions: characters of the service's filter syntax are not percent-encoded."""
        self.options: Any = None
        self.items = 0
        self.refused: list[str] = []
        """Paths of the fields that are set but not supported by the backend."""

    def part(self) -> Encoding:
        """Return an encoding for a part of this call with a body of its own. Unsupported fields are reported here."""
        part = Encoding(self.backend, self._transform)
        part.refused = self.refused
        return part

    def write_config(self, config: pydantic.BaseModel, path: str, *, keeps_empty_root: bool = False) -> None:
        """Put each field of a configuration object at the place that its marks give."""
        plan = plan_of(type(config), self.backend.name)
        if plan.wire_root and keeps_empty_root:
            self.body.setdefault(plan.wire_root, {})
        self._write(config, plan, self.body, path)
        if config.__pydantic_extra__ and not plan.adds_fields:
            self.body.update(config.__pydantic_extra__)

    def _write(self, model: pydantic.BaseModel, plan: Plan, into: dict[str, Any], path: str) -> None:
        rules = plan.rules
        for name, value in model.__dict__.items():
            if value is None:
                continue
            rule = rules.get(name)
            if rule is None:
                continue
            kind = rule.kind
            if kind == "refused":
                self.refused.append(f"{path}.{name}")
            elif kind == "local":
                if name == "http_options":
                    self.options = value
            elif rule.refused_values and value in rule.refused_values:
                self.refused.append(f"{path}.{name} = {scalar(value, path)}")
            elif kind == "itself":
                into.update(self.value(value, f"{path}.{name}"))
            elif rule.via is not None:
                wire = self._transform(rule.via)(value, self, f"{path}.{name}")
                if isinstance(wire, Instead):
                    if getattr(model, wire.field) is not None:
                        raise ValueError(
                            f"{path}.{name}: can only be sent as {wire.field}, which is set as well; set only one of them."
                        )
                    rule, wire = rules[wire.field], wire.wire
                if kind == "query":
                    self.query.append((rule.alias, str(wire)))
                elif wire is not None:
                    self._place(wire, rule, into, f"{path}.{name}")
            elif kind == "query":
                self.query.append((rule.alias, str(value)))
            else:
                self._place(self.value(value, f"{path}.{name}"), rule, into, f"{path}.{name}")

    def _place(self, wire: Any, rule: Rule, into: dict[str, Any], path: str) -> None:
        if not rule.steps:
            into[rule.alias] = wire
            return
        steps = rule.steps
        if steps[0][0] == "{":
            steps = tuple(self.variables[step[1:-1]] if step[0] == "{" else step for step in steps)
        if not put(self.body if rule.from_body else into, steps, wire):
            raise ValueError(f"{path}: another argument sets the same value; give only one of them.")

    def value(self, value: Any, path: str) -> Any:
        """Return any value as plain JSON data. Fields that the backend does not support are added to `refused`."""
        kind = type(value)  # pyright: ignore[reportUnknownVariableType] - of any value at all
        if kind is str or kind is int or kind is bool or value is None:
            return value
        if kind is float:
            if math.isfinite(value):
                return value
            raise ValueError(f"{path}: {value} cannot be sent as JSON; expected a finite number.")
        if isinstance(value, pydantic.BaseModel):
            return self.model(value, path)
        if kind is list or kind is tuple:
            return [self.value(item, f"{path}[{position}]") for position, item in enumerate(value)]
        if kind is dict:
            return {str(key): self.value(item, f"{path}.{key}") for key, item in value.items()}
        return scalar(value, path)

    def model(self, model: pydantic.BaseModel, path: str) -> dict[str, Any]:
        """Return a model as a plain JSON object."""
        plan = plan_of(type(model), self.backend.name)
        if plan.is_plain or (not plan.adds_fields and plan.marked.isdisjoint(model.__pydantic_fields_set__)):
            try:
                return model.__pydantic_serializer__.to_python(model, mode="json", by_alias=True, exclude_none=True)
            except (PydanticSerializationError, ValueError, RecursionError) as error:
                raise ValueError(f"{path}: cannot be written as JSON: {error}") from error
        encoded: dict[str, Any] = {}
        self._write(model, plan, encoded, path)
        return encoded


def model_of(value: M | Mapping[str, Any], cls: type[M], path: str) -> M:
    """Return a model that was given as an object or as a dict.

    An object of another class is accepted if the model has each of its fields that are set. Raises `ValueError` for any
    other object, and for a dict that does not fit the class.
    """
    if isinstance(value, cls):
        return value
    if isinstance(value, dict):
        return cls.model_validate(value)
    alike = read_alike(cls, value)
    if alike is not None:
        return alike
    raise ValueError(f"{path}: expected types.{cls.__name__} or a dict, got {type(value).__name__}.")


def put(target: dict[str, Any], steps: tuple[str, ...], value: Any) -> bool:
    """Put a value at a path below an object; `x[]` puts it into every item of the list x, `x[0]` into the first.

    Returns False, and changes nothing, if another string is already there.
    """
    for position, step in enumerate(steps[:-1]):
        if step.endswith("[0]"):
            items = target.setdefault(step[:-3], [{}])
            target = items[0]
            continue
        if step.endswith("[]"):
            return all(put(item, steps[position + 1 :], value) for item in target.get(step[:-2], ()))
        target = target.setdefault(step, {})
    if isinstance(target.get(steps[-1]), str) and target[steps[-1]] != value:
        return False
    target[steps[-1]] = value
    return True


def scalar(value: Any, path: str) -> Any:
    """Return a value, neither a model nor a container, as JSON. Raises `ValueError` if JSON cannot represent it."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return base64_of(value).decode("ascii")
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return value
    container: Json | tuple[Any, ...] | set[Any] | frozenset[Any] = value
    if isinstance(container, (list, tuple, set, frozenset)):
        return [scalar_or_plain(item, path) for item in container]
    if isinstance(container, dict):
        return {str(key): scalar_or_plain(item, path) for key, item in container.items()}
    raise ValueError(f"{path}: expected a value that JSON can represent, got {type(value).__name__}.")


def scalar_or_plain(value: Any, path: str) -> Any:
    """Return any value inside a container of an unusual type as JSON."""
    if value is None or type(value) in (str, int, bool, float):
        return value
    if isinstance(value, pydantic.BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return scalar(value, path)
