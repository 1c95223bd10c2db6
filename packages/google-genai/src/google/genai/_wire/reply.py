"""The decoder: reply bytes become an object.

Where a class has no reply marks, pydantic-core validates straight from the bytes. Where it has, the JSON is edited first,
and only when the bytes contain one of the names concerned. A reply that is no reply object raises an `APIError`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic
import pydantic_core

from .. import errors
from .marks import RepliedBy, Reply
from .plans import models_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._io.messages import OpenResponse, Response
    from .._ops.operation import Operation
    from .marks import BackendName

R = TypeVar("R")

_ERROR_FIRST = re.compile(rb'\s*(?:\[\s*)?\{\s*"error"\s*:')


@dataclass
class _Edits:
    """How the JSON of one class is brought into the form of its fields."""

    drops: list[str] = field(default_factory=list)
    moves: list[tuple[str, tuple[tuple[str, ...], ...]]] = field(default_factory=list)
    """Key to set, and the places to take it from: the first that is there. `()` is the object itself."""
    children: list[tuple[str, _Edits]] = field(default_factory=list)
    needles: set[bytes] = field(default_factory=set)
    always: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.drops or self.moves or self.children)


_edits: dict[tuple[type, str], _Edits] = {}


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
    if _ERROR_FIRST.match(data):
        raise error_inside(data, status, headers)
    edits = _edits.get((cls, backend))
    if edits is None:
        edits = _compile(cls, backend)
    try:
        if edits.always or any(needle in data for needle in edits.needles):
            data = _edited(data, edits)
        return cls.__pydantic_validator__.validate_json(data or b" ", extra="ignore")
    except (ValueError, RecursionError) as error:
        raise _not_a_reply(cls, data, status, headers, error) from error


def attach_http_response(reply: Any, headers: Mapping[str, str], attempts: int, raw: bytes) -> None:
    """Put headers, attempts and raw bytes of the reply on the object."""
    if "sdk_http_response" in type(reply).model_fields:
        from ..types import HttpResponse

        reply.__dict__["sdk_http_response"] = HttpResponse._of_reply(headers, attempts, raw)
        reply.__pydantic_fields_set__.add("sdk_http_response")


def is_error(data: bytes) -> bool:
    """Tell whether JSON that came with success is an error object."""
    return _ERROR_FIRST.match(data) is not None


def error_inside(data: bytes, status: int, headers: Mapping[str, str]) -> errors.APIError:
    """Return the error that an error object, received with a status of success, stands for."""
    details = errors.json_or_text(data)
    inner = details.get("error") if isinstance(details, dict) else None
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


def _edited(data: bytes, edits: _Edits) -> bytes:
    tree = pydantic_core.from_json(data)
    if isinstance(tree, dict):
        _apply(tree, edits)
        return pydantic_core.to_json(tree)
    return data


def _apply(tree: dict[str, Any], edits: _Edits) -> None:
    taken = [(key, _first(tree, places)) for key, places in edits.moves]
    for key in edits.drops:
        tree.pop(key, None)
    for key, value in taken:
        tree.pop(key, None)
        if value is not None:
            tree[key] = value
    for key, child in edits.children:
        value = tree.get(key)
        if isinstance(value, dict):
            _apply(value, child)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    _apply(item, child)


def _first(tree: dict[str, Any], places: tuple[tuple[str, ...], ...]) -> Any:
    for place in places:
        value = _at(tree, place)
        if value is not None:
            return value
    return None


def _at(tree: Any, place: tuple[str, ...]) -> Any:
    if not place:
        return dict(tree)
    for position, step in enumerate(place):
        if not isinstance(tree, dict):
            return None
        if step.endswith("[]"):
            items = tree.get(step[:-2])
            if not isinstance(items, list):
                return None
            return [_at(item, place[position + 1 :]) for item in items]
        tree = tree.get(step)
    return tree


def _compile(cls: type[pydantic.BaseModel], backend: BackendName) -> _Edits:
    edits = _edits.get((cls, backend))
    if edits is not None:
        return edits
    edits = _edits[cls, backend] = _Edits()
    for name, info in cls.model_fields.items():
        key = info.alias or name
        for mark in info.metadata:
            if isinstance(mark, RepliedBy) and mark.backend != backend:
                edits.drops.append(key)
                edits.needles.add(f'"{key}"'.encode())
            if isinstance(mark, Reply):
                place = mark.place(backend)
                if place is not None:
                    places = tuple(() if option == "." else tuple(option.split(".")) for option in place.split("|"))
                    edits.moves.append((key, places))
                    edits.always = edits.always or () in places
                    edits.needles |= {f'"{step.removesuffix("[]")}"'.encode() for way in places for step in way[:1]} | {
                        f'"{key}"'.encode()
                    }
        for model in models_in(info.annotation):
            child = _compile(model, backend)
            if not child.is_empty and not any(standing is child for _, standing in edits.children):
                edits.children.append((key, child))
                edits.needles |= child.needles
    edits.always = edits.always or any(child.always for _, child in edits.children)
    return edits
