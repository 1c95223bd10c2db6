"""The encoder: the arguments of an operation become a call, its body written in one pass.

Everything that the backend does not take is gathered and refused at once, before anything is sent.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pydantic
from pydantic_core import PydanticSerializationError

from .._io.port import Call
from .._ops.operation import Body, Named, Operation, Path, Spread
from . import names, transforms
from .fragments import Fragment
from .plans import Plan, Rule, plan_of

if TYPE_CHECKING:
    from .._io import messages
    from .._io.backends import Backend
    from .._json import Json

_KEPT_IN_FILTERS = "=&:,()*!'/;@$<>\""
_LARGE_BODY_BYTES = 1 << 20
"""From here on a body in pieces is not joined, so that it is in memory once."""


class Encoding:
    """One call in the making."""

    __slots__ = ("backend", "body", "filters", "items", "options", "query", "refused", "variables")

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.body: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        self.query: list[tuple[str, str]] = []
        self.filters: list[str] = []
        """Filters in whose texts the signs of the service's own syntax stay as they are written."""
        self.options: Any = None
        self.items = 0
        self.refused: list[str] = []
        """Paths of the fields that are set and not taken."""

    def write_config(self, config: pydantic.BaseModel, path: str, *, keeps_empty_root: bool = False) -> None:
        """Put each field of a configuration object where its marks say."""
        plan = plan_of(type(config), self.backend.name)
        if plan.wire_root and keeps_empty_root:
            self.body.setdefault(plan.wire_root, {})
        self._write(config, plan, self.body, path)
        if config.__pydantic_extra__:
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
                self.refused.append(f"{path}.{name} = {transforms.scalar(value, path)}")
            elif kind == "itself":
                into.update(self.value(value, f"{path}.{name}"))
            elif rule.via is not None:
                wire = transforms.transform(rule.via)(value, self, f"{path}.{name}")
                if isinstance(wire, transforms.Instead):
                    if getattr(model, wire.field) is not None:
                        raise ValueError(
                            f"{path}.{name}: can only be sent as {wire.field}, which is given as well; give one of the two."
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
            steps = (self.variables[steps[0][1:-1]], *steps[1:])
        if not put(self.body if rule.from_body else into, steps, wire):
            raise ValueError(f"{path}: another argument says the same in another way; give one of the two.")

    def value(self, value: Any, path: str) -> Any:
        """Return any value as plain JSON objects, refusing what the backend does not take."""
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
        return transforms.scalar(value, path)

    def model(self, model: pydantic.BaseModel, path: str) -> dict[str, Any]:
        """Return a model as a plain JSON object."""
        plan = plan_of(type(model), self.backend.name)
        if plan.is_plain or plan.marked.isdisjoint(model.__pydantic_fields_set__):
            try:
                return model.__pydantic_serializer__.to_python(model, mode="json", by_alias=True, exclude_none=True)
            except (PydanticSerializationError, ValueError, RecursionError) as error:
                raise ValueError(f"{path}: cannot be written as JSON: {error}") from error
        encoded: dict[str, Any] = {}
        self._write(model, plan, encoded, path)
        return encoded


def put(target: dict[str, Any], steps: tuple[str, ...], value: Any) -> bool:
    """Put a value at a place below an object; `x[]` puts it into every item of the list x, `x[0]` into the first.

    Returns whether that is possible: a text that stands there already stays.
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


def encode(operation: Operation[Any], backend: Backend, arguments: dict[str, Any]) -> Call:
    """Return the call that the arguments of an operation stand for.

    Raises `ValueError` that names every offending path: a value of the wrong shape, or a field the backend does not take.
    """
    route = operation.route(backend.name)
    if route is None:
        raise ValueError(f"{operation.name} is not offered by {backend.title}.")
    encoding = Encoding(backend)
    encoding.variables.update(operation.defaults)
    try:
        for name, parameter in operation.parameters.items():
            value = arguments.get(name)
            if isinstance(parameter, Named):
                parameter = parameter.vertex if backend.vertexai else parameter.gemini
            if isinstance(parameter, Path):
                encoding.variables[name] = transforms.transform(parameter.via)(value, encoding, name)
            elif isinstance(parameter, Body):
                if value is None and parameter.is_optional:
                    continue
                wire = transforms.transform(parameter.via)(value, encoding, name)
                put(encoding.body, tuple(parameter.place(backend.name).split(".")), wire)
            elif value is not None and value != {}:
                encoding.write_config(
                    _config(value, parameter, name), name, keeps_empty_root=parameter.keeps_empty_root
                )
        for place, value in operation.fixed.items():
            put(encoding.body, tuple(place.split(".")), value)
    except RecursionError:
        raise ValueError(
            f"{operation.name}: the arguments contain themselves, or are nested too deeply to be sent."
        ) from None
    if encoding.refused:
        fields = ", ".join(encoding.refused)
        verb = "is" if len(encoding.refused) == 1 else "are"
        raise ValueError(f"{fields} {verb} not supported by {backend.title}.")
    path = route.path.format_map({name: names.in_path(value) for name, value in encoding.variables.items()})
    query = "&".join(filter(None, [operation.query, _query(encoding)]))
    return Call(
        route.method,
        f"{path}?{query}" if query else path,
        None if route.method == "GET" else write(encoding.body),
        encoding.options,
        encoding.items,
    )


def _config(value: Any, parameter: Spread, name: str) -> pydantic.BaseModel:
    from .. import types

    cls = getattr(types, parameter.type_name)
    if isinstance(value, cls):
        return value
    if not isinstance(value, dict):
        raise ValueError(f"{name}: expected types.{parameter.type_name} or a dict, got {type(value).__name__}.")
    return cls.model_validate(value)


def _query(encoding: Encoding) -> str:
    """Return the query; filters that are passed on as they are come first."""
    filters = [f"filter={quote(value, safe=_KEPT_IN_FILTERS)}" for value in encoding.filters]
    return "&".join(filters + [f"{quote_plus(key)}={quote_plus(value)}" for key, value in encoding.query])


def write(body: dict[str, Any]) -> messages.Body:
    """Return a body as JSON bytes; large ones stay in pieces."""
    if not body:
        return None
    pieces: list[bytes] = []
    mark = b"{"
    for key, value in body.items():
        pieces.append(mark + b'"' + key.encode() + b'":')
        if isinstance(value, Fragment):
            pieces += value.pieces
        else:
            try:
                pieces.append(json.dumps(value, separators=(",", ":"), allow_nan=False).encode())
            except (TypeError, ValueError) as error:
                raise ValueError(f"{_odd_number(value, key) or key}: cannot be written as JSON: {error}") from error
        mark = b","
    pieces.append(b"}")
    if sum(map(len, pieces)) > _LARGE_BODY_BYTES:
        return pieces
    return b"".join(pieces)


def _odd_number(value: Json, path: str) -> str | None:
    """Return the path of the first number that JSON cannot hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return next(filter(None, (_odd_number(item, f"{path}.{key}") for key, item in items)), None)
