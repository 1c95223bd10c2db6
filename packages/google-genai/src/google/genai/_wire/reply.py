"""The decoder: the JSON of a reply becomes an object.

pydantic-core validates directly from the bytes. If a backend sends the fields of a class in other places, or does not send
them, that is compiled into a validator for the backend. The few shapes that no validator can express are rearranged in the
JSON first, and only if the bytes contain one of the keys concerned. This module must not depend on HTTP.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic
import pydantic_core

from .. import errors
from .._validation import models_in
from ..types._deferred import IGNORES_UNKNOWN
from . import irregular
from .marks import Itself, Local, RepliedBy, Reply, ReplyVia

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._json import Json
    from .marks import BackendName

M = TypeVar("M", bound=pydantic.BaseModel)


class _Reading:
    """The way in which replies of one class are read on one backend."""

    def __init__(self) -> None:
        self.validator: Any = None
        self.places: dict[str, Any] = {}
        """Places of the fields that are not under their alias, in pydantic-core's notation."""
        self.moves: list[tuple[str, tuple[str, ...]]] = []
        """Key to set in the JSON, and the path of its value; `()` is the object itself."""
        self.fills: list[tuple[str, type[pydantic.BaseModel]]] = []
        """Fields that get an empty object if the reply does not contain them."""
        self.reworks: list[Callable[[dict[str, Any]], None]] = []
        """Functions that change the JSON first."""
        self.moving_children: list[tuple[tuple[str, ...], _Reading]] = []
        """Paths of the nested objects in which something is moved, and how they are read."""
        self.filling_children: list[tuple[str, _Reading]] = []
        self.needles: set[bytes] = set()

    @property
    def fills_something(self) -> bool:
        return bool(self.fills or self.filling_children)


_lock = threading.Lock()
_readings: dict[tuple[type, str], _Reading] = {}
_ABSENT = "\0"
"""A key that no reply contains."""


def read(cls: type[M], backend: BackendName, data: bytes) -> M:
    """Return an object of a class from the JSON that a backend sends. Raises `UnknownApiResponseError` if it does not fit."""
    reading = _readings.get((cls, backend))
    if reading is None:
        reading = _reading(cls, backend)
    try:
        if reading.needles and any(needle in data for needle in reading.needles):
            data = _rearrange(data, reading)
        reply = reading.validator.validate_json(data or b" ", extra="ignore", context=IGNORES_UNKNOWN)
    except (ValueError, RecursionError) as error:
        reply = _without_nulls(error, reading, data)
        if reply is None:
            raise errors.UnknownApiResponseError(_misfit(cls, data, error)) from error
    if reading.fills_something:
        _fill(reply, reading)
    return reply


def _without_nulls(error: Exception, reading: _Reading, data: bytes) -> Any:
    """Return the object of a reply whose only fault is null items in lists of objects; None for any other fault."""
    if not isinstance(error, pydantic.ValidationError):
        return None
    lines = error.errors(include_url=False, include_context=False)
    if not all(line["loc"] and line["input"] is None and isinstance(line["loc"][-1], int) for line in lines):
        return None
    tree: Json = pydantic_core.from_json(data)
    try:
        for line in lines:
            *way, position = line["loc"]
            holder: Any = tree
            for step in way:
                holder = holder[step]
            holder[position] = {}
        return reading.validator.validate_json(pydantic_core.to_json(tree), extra="ignore", context=IGNORES_UNKNOWN)
    except (LookupError, TypeError, ValueError):
        return None


def _misfit(cls: type, data: bytes, error: Exception) -> str:
    if isinstance(error, pydantic.ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
    else:
        reason = str(error)
    size = "an empty body" if not data.strip() else f"{len(data)} bytes"
    return f"The reply is not a valid {cls.__name__} ({size}): {reason}"


def _fill(reply: Any, reading: _Reading) -> None:
    """Add the fields that are never None."""
    values = reply.__dict__
    for name, cls in reading.fills:
        if values[name] is None:
            values[name] = _empty(cls)
            reply.__pydantic_fields_set__.add(name)
    for name, child in reading.filling_children:
        value: list[Any] | pydantic.BaseModel | None = values[name]
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                _fill(item, child)


_templates: dict[type[pydantic.BaseModel], dict[str, Any]] = {}


def _empty(cls: type[pydantic.BaseModel]) -> pydantic.BaseModel:
    """Return a new object without values, like `cls()`, at a third of the cost."""
    values = _templates.get(cls)
    if values is None:
        values = _templates[cls] = vars(cls())
    made = cls.__new__(cls)
    put = object.__setattr__
    put(made, "__dict__", values.copy())
    put(made, "__pydantic_fields_set__", set())
    put(made, "__pydantic_extra__", None)
    put(made, "__pydantic_private__", None)
    return made


def _rearrange(data: bytes, reading: _Reading) -> bytes:
    tree: Json = pydantic_core.from_json(data)
    if isinstance(tree, dict):
        _move(tree, reading)
        return pydantic_core.to_json(tree)
    return data


def _move(tree: dict[str, Any], reading: _Reading) -> None:
    for rework in reading.reworks:
        rework(tree)
    for key, value in [(key, _at(tree, place)) for key, place in reading.moves]:
        tree.pop(key, None)
        if value is not None:
            tree[key] = value
    for place, child in reading.moving_children:
        below: Json = _at(tree, place)
        items: list[Json] = below if isinstance(below, list) else [below]
        for item in items:
            if isinstance(item, dict):
                _move(item, child)


def _at(tree: Any, place: tuple[str, ...]) -> Any:
    if not place:
        return dict(tree)
    found: Json = tree
    for position, step in enumerate(place):
        if not isinstance(found, dict):
            return None
        if step.endswith("[]"):
            items: Json = found.get(step[:-2])
            if not isinstance(items, list):
                return None
            return [_at(item, place[position + 1 :]) for item in items]
        found = found.get(step)
    return found


def _reading(cls: type[pydantic.BaseModel], backend: BackendName) -> _Reading:
    """Return how replies of a class are read, with the validator built."""
    with _lock:
        reading = _readings.get((cls, backend))
        if reading is not None:
            return reading
        found: dict[type[pydantic.BaseModel], _Reading] = {}
        reading = _compile(cls, backend, found)
        cls.model_rebuild()
        if any(each.places for each in found.values()):
            schema = _with_places(cls.__pydantic_core_schema__, {kind: each.places for kind, each in found.items()})
            reading.validator = _validator(schema, found)
        else:
            reading.validator = cls.__pydantic_validator__
        _readings[cls, backend] = reading  # complete, so other threads may use it
    return reading


def _validator(schema: Any, classes: Iterable[type[pydantic.BaseModel]]) -> Any:
    """Return a validator for a schema as it is, without the validators that its classes have already."""
    try:
        return pydantic_core.SchemaValidator(schema, _use_prebuilt=False)
    except TypeError:  # older releases have no such argument, and use the validator of every complete class
        complete = [cls for cls in classes if cls.__pydantic_complete__]
    for cls in complete:
        cls.__pydantic_complete__ = False
    try:
        return pydantic_core.SchemaValidator(schema)
    finally:
        for cls in complete:
            cls.__pydantic_complete__ = True


def _compile(
    cls: type[pydantic.BaseModel], backend: BackendName, found: dict[type[pydantic.BaseModel], _Reading]
) -> _Reading:
    if cls in found:
        return found[cls]
    reading = found[cls] = _Reading()
    for name, info in cls.__pydantic_fields__.items():
        key = info.alias or name
        places: list[tuple[str, ...]] = [(key,)]
        models = models_in(info.annotation, loads=False)
        for mark in info.metadata:
            if isinstance(mark, ReplyVia):
                reading.reworks.append(getattr(irregular, mark.transform))
                reading.needles.add(_needle(mark.key))
            elif isinstance(mark, Local) or (isinstance(mark, RepliedBy) and mark.backend != backend):
                reading.places[name] = _ABSENT
            elif isinstance(mark, Reply) and (place := mark.place(backend)) is not None:
                if "[]" in place:
                    steps = tuple(place.split("."))
                    reading.moves.append((key, steps))
                    reading.needles |= {_needle(steps[0]), _needle(key)}
                else:
                    options = [option.split(".") for option in place.split("|")]
                    reading.places[name] = options
                    places = [tuple(option) for option in options]
            elif isinstance(mark, Itself) and mark.holds_on(backend):
                reading.fills.append((name, models[0]))
                reading.moves.append((key, ()))
                reading.needles |= {
                    _needle(info.alias or field) for field, info in models[0].__pydantic_fields__.items()
                }
                reading.needles |= {_needle(step) for step in _places_below(models[0], backend)}
        for model in models:
            child = _compile(model, backend, found)
            if child.moves or child.reworks or child.moving_children:
                reading.moving_children += [(place, child) for place in places]
                reading.needles |= child.needles
            if child.fills_something:
                reading.filling_children.append((name, child))
    return reading


def _places_below(cls: type[pydantic.BaseModel], backend: BackendName) -> list[str]:
    """Return the last keys of the places of a class's fields."""
    marks = [mark for info in cls.__pydantic_fields__.values() for mark in info.metadata if isinstance(mark, Reply)]
    return [option.split(".")[-1] for mark in marks for option in (mark.place(backend) or "").split("|") if option]


def _with_places(schema: Any, places: dict[type, dict[str, Any]]) -> Any:
    """Return a core schema that looks for the fields of some classes in other places."""
    tree: Json = schema
    if isinstance(tree, list):
        return [_with_places(item, places) for item in tree]
    if not isinstance(tree, dict):
        return tree
    copied: dict[str, Any] = {
        key: value if key in _LEAVES else _with_places(value, places) for key, value in tree.items()
    }
    if copied.get("type") == "model-fields":  # keyed by field name, which may equal a leaf
        copied["fields"] = {name: _with_places(field, places) for name, field in tree["fields"].items()}  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType, reportAttributeAccessIssue, reportUnknownMemberType] - a dict
    if copied.get("type") == "model" and places.get(copied["cls"]):
        inner = copied["schema"]
        while inner.get("type") != "model-fields":
            inner = inner["schema"]
        # These fields are read from their places only: their own name may be something else in this backend's replies.
        # The other fields keep both spellings.
        moved = places[copied["cls"]]
        for name, item in inner["fields"].items():
            item["validation_alias"] = moved.get(name) or [[item.get("validation_alias", name)], [name]]
        copied["config"] = {**copied.get("config", {}), **_BY_ALIAS_ALONE}
    return copied


_BY_ALIAS_ALONE = {"populate_by_name": False, "validate_by_name": False, "validate_by_alias": True}
_LEAVES = frozenset(
    {"fields", "cls", "config", "metadata", "serialization", "custom_init", "post_init", "ref", "schema_ref"}
)


def _needle(key: str) -> bytes:
    return f'"{key.removesuffix("[]")}"'.encode()
