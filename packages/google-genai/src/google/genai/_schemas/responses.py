"""Schemas of responses: what a class, an annotation, a dict or a `types.Schema` in `response_schema` is sent as.

It is sent in the service's own form if that form can express it, and as JSON Schema otherwise: a class that contains
itself, or keys that are not known in advance. What JSON Schema cannot express either is refused with its path.
"""

from __future__ import annotations

import enum
import functools
import inspect
import threading
import typing
import weakref
from typing import TYPE_CHECKING, Any, Union

import pydantic

from .._validation import path_of
from ..types import Schema
from ..types._field_docs import without_field_docs
from .annotations import AnnotationKey, for_pydantic, pydantic_schema
from .json_schema import JsonSchema, inline_references
from .service_form import INSTEAD, NotExpressible, accepted_form, normalize_dialect, response_form

if TYPE_CHECKING:
    from .._wire.marks import BackendName

_KEPT_ANNOTATIONS = 64
_Form = Union[Schema, JsonSchema]
_forms: weakref.WeakKeyDictionary[type, dict[str, _Form]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def schema_of(origin: Any, backend: BackendName, path: str) -> Schema:
    """Return a class, an annotation, a dict or a `Schema` in the service's form.

    Raises `ValueError` with the path of what that form cannot express.
    """
    form = form_of(origin, backend, path)
    return form if isinstance(form, Schema) else _schema_of(origin, backend, path)


def form_of(origin: Any, backend: BackendName, path: str) -> Schema | JsonSchema:
    """Return what a class, an annotation, a dict or a `Schema` is sent as: a `Schema`, or a JSON Schema as a dict.

    Raises `ValueError` with the path of what neither can express.
    """
    if inspect.isroutine(origin) or isinstance(origin, functools.partial):
        raise ValueError(
            f"{path}: expected a type or a schema, got the function {origin!r}; pass the type of the answer."
        )
    if isinstance(origin, (dict, pydantic.BaseModel)):
        return _form_of(origin, backend, path)
    if not isinstance(origin, type) or typing.get_origin(origin) is not None:
        return _form_of_annotation(AnnotationKey(origin), backend, path)
    form = _forms.get(origin, {}).get(backend)
    if form is None:
        form = _form_of(origin, backend, path)
        with _lock:
            _forms.setdefault(origin, {})[backend] = form
    return form


@functools.lru_cache(_KEPT_ANNOTATIONS)
def _form_of_annotation(annotation: AnnotationKey, backend: BackendName, path: str) -> Schema | JsonSchema:
    return _form_of(annotation.annotation, backend, path)


def _form_of(origin: Any, backend: BackendName, path: str) -> Schema | JsonSchema:
    try:
        form = _schema_of(origin, backend, path).model_dump(mode="json", exclude_none=True, by_alias=True)
        return Schema.model_validate(accepted_form(form, backend, path))
    except NotExpressible:
        return inline_references(_json_schema_of(origin, path), is_ordered=True)


@without_field_docs()
def _schema_of(origin: Any, backend: BackendName, path: str) -> Schema:
    json_schema: JsonSchema
    if isinstance(origin, Schema):
        json_schema = origin.model_dump(mode="json", exclude_unset=True, by_alias=True)
    elif isinstance(origin, dict):
        json_schema = {**origin}
    elif isinstance(origin, type) and issubclass(origin, enum.Enum):
        json_schema = {"type": "STRING", "title": origin.__name__, "enum": [str(member.value) for member in origin]}
        if origin.__doc__ not in (None, "An enumeration."):
            json_schema["description"] = inspect.cleandoc(origin.__doc__ or "")
    elif isinstance(origin, type) and issubclass(origin, pydantic.BaseModel):
        json_schema = pydantic_schema(origin, path)
    else:
        json_schema = _schema_of_annotation(origin, path)
    form = response_form(json_schema, backend, path, is_service_form=isinstance(origin, Schema))
    try:
        return Schema.model_validate(form)
    except pydantic.ValidationError as error:
        raise _refusal(error, path) from None


def _refusal(error: pydantic.ValidationError, path: str) -> ValueError:
    lines: list[str] = []
    is_expressible = True
    for line in error.errors(include_url=False):
        message = line["msg"]
        if line["type"] == "extra_forbidden":
            message = f"types.Schema has no field {line['loc'][-1]!r}. {INSTEAD}"
        else:
            is_expressible = False
        lines.append(f"{path}{path_of(line['loc'])}: {message}")
    return (NotExpressible if is_expressible else ValueError)("\n".join(lines))


def _schema_of_annotation(annotation: Any, path: str) -> JsonSchema:
    """Return the JSON Schema of an annotation as pydantic writes it for a field, which adds a title."""
    try:
        holder = pydantic.create_model("Placeholder", placeholder=(for_pydantic(annotation), ...))
        whole = holder.model_json_schema()
    except (pydantic.PydanticUserError, NameError):
        return pydantic_schema(annotation, path)  # raises a message with the path
    schema: JsonSchema = {**whole["properties"]["placeholder"], "$defs": whole.get("$defs", {})}
    if typing.get_origin(annotation) is typing.Literal:
        del schema["title"]
    return schema


@without_field_docs()
def _json_schema_of(origin: Any, path: str) -> JsonSchema:
    if isinstance(origin, Schema):
        origin = origin.model_dump(mode="json", exclude_none=True, by_alias=True)
    if not isinstance(origin, dict):
        return pydantic_schema(origin, path)
    return normalize_dialect(typing.cast("JsonSchema", origin))
