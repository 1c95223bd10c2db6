"""Contents as JSON: the largest part of most requests, and so the most direct way from objects to bytes.

Contents that already are objects are not validated again. pydantic-core writes each in one step, after a look at the few
fields that a backend refuses; large media are encoded on their own and never copied into a larger text.
"""

from __future__ import annotations

import base64
import functools
import json
import math
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic_core import PydanticSerializationError

from .plans import Plan, plan_of

if TYPE_CHECKING:
    from .._json import Json
    from ..types import Content, Part
    from .encoding import Encoding

_LARGE_MEDIA_BYTES = 1 << 16
_MANY = 16
"""From so many contents on, writing them in one step is worth the making of a serializer for lists."""
_WITH_NUMBERS = frozenset({"function_call", "function_response", "video_metadata"})
"""Fields of a part below which floats may stand."""
_EMPTY_DATA = b'"data":""'


def text_json(text: str, path: str) -> bytes:
    """Return the JSON of a user's turn that holds one text."""
    try:
        return b'{"parts":[{"text":' + json.dumps(text, ensure_ascii=False).encode() + b'}],"role":"user"}'
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise ValueError(f"{path}: the text is no Unicode text at position {error.start}: {error.reason}.") from error


def contents_json(contents: list[Content], encoding: Encoding, path: str) -> list[bytes]:
    """Return the JSON array of contents, in pieces."""
    if len(contents) >= _MANY:
        written = _all_at_once(contents, encoding, path)
        if written is not None:
            return [written]
    pieces: list[bytes] = []
    mark = b"["
    for position, content in enumerate(contents):
        large = _large_media(content, encoding, path, position)
        pieces.append(mark)
        if large:
            pieces += _with_large_media(content, large, f"{path}[{position}]")
        else:
            pieces.append(_json(content, f"{path}[{position}]"))
        mark = b","
    pieces.append(b"]" if contents else b"[]")
    return [b"".join(pieces)] if len(pieces) > 3 and not _is_large(pieces) else pieces


def _all_at_once(contents: list[Content], encoding: Encoding, path: str) -> bytes | None:
    """Return the JSON array of many contents, written in one step, or None where one of them needs more than that."""
    refused = len(encoding.refused)
    kinds = _kinds()
    for position, content in enumerate(contents):
        if type(content) not in kinds or _large_media(content, encoding, path, position):
            del encoding.refused[refused:]
            return None
    try:
        return _serializer().to_json(contents, by_alias=True, exclude_none=True)
    except (PydanticSerializationError, ValueError, RecursionError):
        return None  # written one by one, the message names the path


@functools.cache
def _kinds() -> frozenset[type]:
    from ..types import Content, ModelContent, UserContent

    return frozenset({Content, UserContent, ModelContent})


@functools.cache
def _serializer() -> Any:
    from ..types import Content

    return pydantic.TypeAdapter(list[Content]).serializer


def _large_media(content: Content, encoding: Encoding, path: str, position: int) -> list[int]:
    """Return the positions of the parts that hold large media, after a look at what the backend refuses."""
    large: list[int] = []
    parts: list[Part] | None = content.__dict__.get("parts")
    if not parts:
        return large
    part_plan: Plan | None = None
    for index, part in enumerate(parts):
        fields_set = part.__pydantic_fields_set__
        if "text" in fields_set and len(fields_set) == 1:
            continue
        if part_plan is None:
            part_plan = plan_of(type(part), encoding.backend.name)
        if not part_plan.marked.isdisjoint(fields_set):
            _refuse(part, part_plan, encoding, f"{path}[{position}].parts[{index}]")
        if "inline_data" in fields_set and _has_large_media(part):
            large.append(index)
        for name in _WITH_NUMBERS & fields_set:
            _refuse_non_finite(part.__dict__[name], f"{path}[{position}].parts[{index}].{name}")
    return large


def _refuse(model: Any, plan: Plan, encoding: Encoding, path: str) -> None:
    """Gather the fields below an object that the backend does not take."""
    for name in plan.marked:
        value: list[pydantic.BaseModel] | pydantic.BaseModel | None = model.__dict__.get(name)
        if value is None:
            continue
        rule = plan.rules[name]
        if rule.kind == "refused":
            encoding.refused.append(f"{path}.{name}")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                _refuse(item, plan_of(type(item), encoding.backend.name), encoding, f"{path}.{name}[{index}]")
        elif hasattr(value, "__pydantic_fields_set__"):
            _refuse(value, plan_of(type(value), encoding.backend.name), encoding, f"{path}.{name}")


def _refuse_non_finite(value: Json | tuple[Any, ...] | pydantic.BaseModel, path: str) -> None:
    """Refuse NaN and infinities below an object: pydantic-core would write them as null."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{path}: {value} cannot be sent as JSON; expected a finite number.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_non_finite(item, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            _refuse_non_finite(item, f"{path}[{position}]")
    elif isinstance(value, pydantic.BaseModel):
        for name, item in value.__dict__.items():
            if item is not None:
                _refuse_non_finite(item, f"{path}.{name}")


def _json(model: Any, path: str) -> bytes:
    try:
        written: bytes = model.__pydantic_serializer__.to_json(model, by_alias=True, exclude_none=True)
    except (PydanticSerializationError, ValueError, RecursionError) as error:
        raise ValueError(f"{path}: cannot be written as JSON: {error}") from error
    return written


def _has_large_media(part: Part) -> bool:
    blob = part.inline_data
    return blob is not None and blob.data is not None and len(blob.data) > _LARGE_MEDIA_BYTES


def _with_large_media(content: Content, large: list[int], path: str) -> list[bytes]:
    """Write a content part by part, with the base64 of large media as pieces of their own."""
    pieces: list[bytes] = [b'{"parts":[']
    assert content.parts is not None
    for index, part in enumerate(content.parts):
        if index:
            pieces.append(b",")
        if index not in large:
            pieces.append(_json(part, f"{path}.parts[{index}]"))
            continue
        assert part.inline_data is not None
        assert part.inline_data.data is not None
        hollow = part.model_copy(update={"inline_data": part.inline_data.model_copy(update={"data": b""})})
        before, _, after = _json(hollow, f"{path}.parts[{index}]").partition(_EMPTY_DATA)
        pieces += [before + b'"data":"', base64.urlsafe_b64encode(part.inline_data.data), b'"' + after]
    role = b"" if content.role is None else b',"role":' + json.dumps(content.role).encode()
    pieces.append(b"]" + role + b"}")
    return pieces


def _is_large(pieces: list[bytes]) -> bool:
    return sum(map(len, pieces)) > _LARGE_MEDIA_BYTES * 4
