"""Contents as JSON: the largest part of most requests, so they are written directly from objects to bytes.

pydantic-core writes a content in one step, after a check of the fields that the backend refuses. If another mark applies to
one of its fields, the content is encoded in the ordinary way. Large media are encoded separately and never copied into a
larger string.
"""

from __future__ import annotations

import functools
import json
import math
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic_core import PydanticSerializationError

from .. import types
from ..types._bytes import base64_of
from .plans import Plan, plan_of

if TYPE_CHECKING:
    from .._backend import Backend
    from .._json import Json
    from .encoding import Encoding

_LARGE_MEDIA_BYTES = 1 << 16
_MANY = 16
"""From this number of contents on, writing them in one step is faster than one by one."""
_WITH_NUMBERS = frozenset(
    {"function_call", "function_response", "part_metadata", "tool_call", "tool_response", "video_metadata"}
)
"""Fields of a part that may contain floats."""
_EMPTY_DATA = b'"data":""'


def sends_text_plainly(backend: Backend) -> bool:
    """Return whether a content with one text has its default form on a backend."""
    return "text" not in plan_of(types.Part, backend.name).marked and not _has_own_marks(
        plan_of(types.Content, backend.name)
    )


def text_json(text: str, path: str) -> bytes:
    """Return the JSON of a content of the user with one text."""
    try:
        return b'{"parts":[{"text":' + json.dumps(text, ensure_ascii=False).encode() + b'}],"role":"user"}'
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise ValueError(f"{path}: invalid Unicode text at position {error.start}: {error.reason}.") from error


def contents_json(contents: list[types.Content], encoding: Encoding, path: str) -> list[bytes]:
    """Return the JSON array of contents, in pieces."""
    if len(contents) >= _MANY:
        written = _all_at_once(contents, encoding, path)
        if written is not None:
            return [written]
    pieces: list[bytes] = []
    mark = b"["
    for position, content in enumerate(contents):
        pieces.append(mark)
        pieces += _content_json(content, encoding, f"{path}[{position}]")
        mark = b","
    pieces.append(b"]" if contents else b"[]")
    return [b"".join(pieces)] if len(pieces) > 3 and not _is_large(pieces) else pieces


def _content_json(content: types.Content, encoding: Encoding, path: str) -> list[bytes]:
    refused = len(encoding.refused)
    large = [] if _has_only_texts(content, _plain_kinds(encoding)) else _large_media(content, encoding, path)
    if large is None:
        del encoding.refused[refused:]  # the ordinary way finds them again
        return [json.dumps(encoding.model(content, path), separators=(",", ":"), allow_nan=False).encode()]
    return _with_large_media(content, large, path) if large else [_json(content, path)]


def _all_at_once(contents: list[types.Content], encoding: Encoding, path: str) -> bytes | None:
    """Return the JSON array of many contents, written in one step; None if one of them cannot be written that way."""
    refused = len(encoding.refused)
    kinds = _kinds()
    plain_kinds = _plain_kinds(encoding)
    for position, content in enumerate(contents):
        if _has_only_texts(content, plain_kinds):
            continue
        if type(content) not in kinds or _large_media(content, encoding, f"{path}[{position}]") != []:
            del encoding.refused[refused:]
            return None
    try:
        return _serializer().to_json(contents, by_alias=True, exclude_none=True)
    except (PydanticSerializationError, ValueError, RecursionError):
        return None  # written one by one, the error message contains the path


@functools.cache
def _kinds() -> frozenset[type]:
    return frozenset({types.Content, types.UserContent, types.ModelContent})


def _plain_kinds(encoding: Encoding) -> frozenset[type]:
    """Return the classes of contents that need no look at their marks if all their parts are texts."""
    return _kinds() if sends_text_plainly(encoding.backend) else frozenset()


def _has_only_texts(content: types.Content, kinds: frozenset[type]) -> bool:
    """Return whether a content is of one of some classes, and its parts set nothing but a text."""
    if type(content) not in kinds:
        return False
    for part in content.__dict__.get("parts") or ():
        if part.__pydantic_fields_set__ != _TEXT or type(part) is not types.Part:
            return False
    return True


_TEXT = {"text"}


@functools.cache
def _serializer() -> Any:
    return pydantic.TypeAdapter(list[types.Content]).serializer


def _large_media(content: types.Content, encoding: Encoding, path: str) -> list[int] | None:
    """Return the positions of the parts with large media; None if a mark requires the ordinary encoding.

    Fields that the backend refuses are reported to the encoding.
    """
    large: list[int] = []
    backend = encoding.backend.name
    if _has_own_marks(plan_of(type(content), backend)):
        return None
    parts: list[types.Part] | None = content.__dict__.get("parts")
    if not parts:
        return large
    for index, part in enumerate(parts):
        fields_set, part_plan = part.__pydantic_fields_set__, plan_of(type(part), backend)
        if part_plan.adds_fields or (
            not part_plan.marked.isdisjoint(fields_set)
            and not _refuses_only(part, part_plan, encoding, f"{path}.parts[{index}]")
        ):
            return None
        if "inline_data" in fields_set and _has_large_media(part):
            large.append(index)
        for name in _WITH_NUMBERS & fields_set:
            _refuse_non_finite(part.__dict__[name], f"{path}.parts[{index}].{name}")
    return large


def _has_own_marks(plan: Plan) -> bool:
    """Return whether marks of a content class itself apply, as opposed to those of its parts."""
    return plan.adds_fields or bool(plan.edited) or not plan.marked <= {"parts"}


def _refuses_only(model: Any, plan: Plan, encoding: Encoding, path: str) -> bool:
    """Report the fields below an object that the backend refuses. Returns whether no field has any other mark."""
    for name in plan.marked:
        value: list[pydantic.BaseModel] | pydantic.BaseModel | None = model.__dict__.get(name)
        if value is None:
            continue
        if name in plan.edited:
            return False
        if plan.rules[name].kind == "refused":
            encoding.refused.append(f"{path}.{name}")
            continue
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            where = f"{path}.{name}" if index is None else f"{path}.{name}[{index}]"
            if not hasattr(item, "__pydantic_fields_set__"):
                return False
            if not _refuses_only(item, plan_of(type(item), encoding.backend.name), encoding, where):
                return False
    return True


def _refuse_non_finite(value: Json | tuple[Any, ...] | pydantic.BaseModel, path: str) -> None:
    """Refuse NaN and infinity below an object, which pydantic-core would write as null."""
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


def _has_large_media(part: types.Part) -> bool:
    blob = part.inline_data
    return blob is not None and blob.data is not None and len(blob.data) > _LARGE_MEDIA_BYTES


def _with_large_media(content: types.Content, large: list[int], path: str) -> list[bytes]:
    """Return the JSON of a content, written part by part, with the base64 of large media as separate pieces."""
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
        pieces += [before + b'"data":"', base64_of(part.inline_data.data), b'"' + after]
    role = b"" if content.role is None else b',"role":' + json.dumps(content.role).encode()
    pieces.append(b"]" + role + b"}")
    return pieces


def _is_large(pieces: list[bytes]) -> bool:
    return sum(map(len, pieces)) > _LARGE_MEDIA_BYTES * 4
