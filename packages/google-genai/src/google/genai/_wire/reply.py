"""The decoder: reply bytes become an object.

pydantic-core validates straight from the bytes. Where the fields of a class stand elsewhere in a backend's replies, or are
not in them, that is compiled into a validator for that backend. The few shapes that no validator can express are moved in
the JSON first, and only when the bytes contain one of the names concerned. What is no reply object raises an `APIError`.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic
import pydantic_core

from .. import errors
from ..types._http import HttpResponse
from . import irregular
from .marks import Itself, Local, RepliedBy, Reply, ReplyVia
from .plans import models_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._io.messages import OpenResponse, Response
    from .._json import Json
    from .._ops.operation import Operation
    from .marks import BackendName

R = TypeVar("R")

_ERROR_FIRST = re.compile(rb'\s*(?:\[\s*)?\{\s*"error"\s*:')


class _Reading:
    """How the reply of one class on one backend becomes an object."""

    def __init__(self) -> None:
        self.validator: Any = None
        self.places: dict[str, Any] = {}
        """Fields that the validator looks for elsewhere, in the words of pydantic-core."""
        self.moves: list[tuple[str, tuple[str, ...]]] = []
        """Key to set in the JSON, and the place to take it from; `()` is the object itself."""
        self.fills: list[tuple[str, type[pydantic.BaseModel]]] = []
        """Fields that are never None, though nothing of them may have come."""
        self.reworks: list[Callable[[dict[str, Any]], None]] = []
        """What is done to the JSON first of all."""
        self.moving_children: list[tuple[tuple[str, ...], _Reading]] = []
        """Places of the objects below in which something is moved, and how they are read."""
        self.filling_children: list[tuple[str, _Reading]] = []
        self.needles: set[bytes] = set()

    @property
    def fills_something(self) -> bool:
        return bool(self.fills or self.filling_children)


_lock = threading.Lock()
_readings: dict[tuple[type, str], _Reading] = {}
_ABSENT = "\0"
"""A key that no reply has."""


def decode(operation: Operation[R], backend: BackendName, response: Response) -> R:
    """Return the object that a successful reply holds. Raises `InvalidResponseError` when it holds none."""
    reply: Any = parse(operation.reply_type(), backend, response.body, response.status, response.headers)
    attach_http_response(reply, response.headers, response.attempts, response.body)
    return reply


def decode_event(operation: Operation[R], backend: BackendName, response: OpenResponse, event: bytes) -> R:
    """Return the object that one event of a streamed reply holds. Raises the `APIError` that an error event stands for."""
    reply: Any = parse(operation.reply_type(), backend, event, response.status, response.headers)
    attach_http_response(reply, response.headers, response.attempts, event)
    return reply


def parse(cls: Any, backend: BackendName, data: bytes, status: int, headers: Mapping[str, str]) -> Any:
    """Return an object of a reply class from JSON bytes."""
    if _ERROR_FIRST.match(data) and "error" not in cls.model_fields:
        raise error_inside(data, status, headers)
    reading = _readings.get((cls, backend))
    if reading is None:
        reading = _reading(cls, backend)
    try:
        if reading.needles and any(needle in data for needle in reading.needles):
            data = _moved(data, reading)
        reply = reading.validator.validate_json(data or b" ", extra="ignore")
    except (ValueError, RecursionError) as error:
        reply = _without_nulls(error, reading, data)
        if reply is None:
            raise _not_a_reply(cls, data, status, headers, error) from error
    if reading.fills_something:
        _fill(reply, reading)
    return reply


def _without_nulls(error: Exception, reading: _Reading, data: bytes) -> Any:
    """Return the object of a reply in which null stands where an object should, in a list; None when that is not all."""
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
        return reading.validator.validate_json(pydantic_core.to_json(tree), extra="ignore")
    except (LookupError, TypeError, ValueError):
        return None


def attach_http_response(reply: Any, headers: Mapping[str, str], attempts: int, raw: bytes) -> None:
    """Put headers, attempts and raw bytes of the reply on the object."""
    if "sdk_http_response" in reply.__dict__:
        reply.__dict__["sdk_http_response"] = HttpResponse._of_reply(headers, attempts, raw)
        reply.__pydantic_fields_set__.add("sdk_http_response")


def is_error(data: bytes) -> bool:
    """Tell whether JSON that came with success is an error object."""
    return _ERROR_FIRST.match(data) is not None


def error_inside(data: bytes, status: int, headers: Mapping[str, str]) -> errors.APIError:
    """Return the error that an error object, received with a status of success, stands for."""
    details = errors.json_or_text(data)
    inner: Json = details.get("error")
    code = inner.get("code") if isinstance(inner, dict) else None
    code = code if isinstance(code, int) and not isinstance(code, bool) else status
    return errors.class_for_status(code)(code, details, headers=headers, body=data)


def _not_a_reply(
    cls: type, data: bytes, status: int, headers: Mapping[str, str], error: Exception
) -> errors.InvalidResponseError:
    if isinstance(error, pydantic.ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
    else:
        reason = str(error)
    what = "an empty body" if not data.strip() else f"{len(data)} bytes"
    message = f"The reply is no {cls.__name__} ({what}): {reason}"
    return errors.InvalidResponseError(
        status, {"error": {"message": message, "status": "INVALID_RESPONSE"}}, headers=headers, body=data
    )


def not_a_stream(response: OpenResponse, data: bytes, reason: Exception) -> errors.InvalidResponseError:
    """Return the error for a reply that should have been a stream of objects."""
    details = {"error": {"message": f"The reply is no stream of objects: {reason}", "status": "INVALID_RESPONSE"}}
    return errors.InvalidResponseError(response.status, details, headers=response.headers, body=data)


def _fill(reply: Any, reading: _Reading) -> None:
    """Put in what is always there."""
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
    """Return a new object of which nothing is set: what `cls()` gives, at a third of its cost."""
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


def _moved(data: bytes, reading: _Reading) -> bytes:
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
    """Return how replies of a class are read, its validator made."""
    with _lock:
        reading = _readings.get((cls, backend))
        if reading is not None:
            return reading
        found: dict[type, _Reading] = {}
        reading = _compile(cls, backend, found)
        cls.model_rebuild()
        if any(each.places for each in found.values()):
            schema = _placed(cls.__pydantic_core_schema__, {kind: each.places for kind, each in found.items()})
            reading.validator = _validator(schema)
        else:
            reading.validator = cls.__pydantic_validator__
        _readings[cls, backend] = reading  # complete: other threads take it from here on
    return reading


def _validator(schema: Any) -> Any:
    """Return a validator that takes a schema as it stands, and not the validators its classes have already."""
    try:
        return pydantic_core.SchemaValidator(schema, _use_prebuilt=False)
    except TypeError:  # a release that always takes the schema as it stands
        return pydantic_core.SchemaValidator(schema)


def _compile(cls: type[pydantic.BaseModel], backend: BackendName, found: dict[type, _Reading]) -> _Reading:
    if cls in found:
        return found[cls]
    reading = found[cls] = _Reading()
    for name, info in cls.model_fields.items():
        key = info.alias or name
        places: list[tuple[str, ...]] = [(key,)]
        models = models_in(info.annotation)
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
                reading.needles |= {_needle(info.alias or field) for field, info in models[0].model_fields.items()}
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
    """Return the last keys of the places at which the fields of a class stand."""
    marks = [mark for info in cls.model_fields.values() for mark in info.metadata if isinstance(mark, Reply)]
    return [option.split(".")[-1] for mark in marks for option in (mark.place(backend) or "").split("|") if option]


def _placed(schema: Any, places: dict[type, dict[str, Any]]) -> Any:
    """Return a core schema in which the fields of some classes are looked for at other places."""
    tree: Json = schema
    if isinstance(tree, list):
        return [_placed(item, places) for item in tree]
    if not isinstance(tree, dict):
        return tree
    copied: dict[str, Any] = {key: value if key in _LEAVES else _placed(value, places) for key, value in tree.items()}
    if copied.get("type") == "model-fields":  # whatever the names of the fields are
        copied["fields"] = {name: _placed(field, places) for name, field in tree["fields"].items()}  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType, reportAttributeAccessIssue, reportUnknownMemberType] - a dict
    if copied.get("type") == "model" and places.get(copied["cls"]):
        inner = copied["schema"]
        while inner.get("type") != "model-fields":
            inner = inner["schema"]
        # Read by these places alone: a field's own name may be another thing in this backend's replies. The other fields
        # keep both spellings.
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
