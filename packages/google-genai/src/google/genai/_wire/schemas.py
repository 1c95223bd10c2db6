"""Schemas: from classes, annotations and JSON Schema to the service's own form (`types.Schema`).

The service's form is the OpenAPI 3.0 dialect: types in upper case, `nullable` in place of a null type, no references. What
it cannot express is refused with the path of the keyword; JSON Schema itself can be sent as `response_json_schema`.
"""

from __future__ import annotations

import enum
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pydantic

if TYPE_CHECKING:
    from .._json import Json
    from ..types import Schema
    from .marks import BackendName

_INSTEAD = "Send the schema as response_json_schema, which takes JSON Schema as it is."
_made: weakref.WeakKeyDictionary[type, dict[str, Schema]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def schema_of(origin: Any, backend: BackendName, path: str) -> Schema:
    """Return the service's form of a class, an annotation, a dict or a `Schema`.

    Raises `ValueError` that names the path of what that form cannot express.
    """
    if isinstance(origin, type) and issubclass(origin, (pydantic.BaseModel, enum.Enum)):
        made = _made.get(origin, {}).get(backend)
        if made is None:
            made = _schema_of(origin, backend, path)
            with _lock:
                _made.setdefault(origin, {})[backend] = made
        return made
    return _schema_of(origin, backend, path)


def _schema_of(origin: Any, backend: BackendName, path: str) -> Schema:
    from ..types import Schema

    json_schema: dict[str, Any]
    if isinstance(origin, Schema):
        json_schema = origin.model_dump(mode="json", exclude_unset=True, by_alias=True)
    elif isinstance(origin, dict):
        json_schema = {**origin}
    elif isinstance(origin, type) and issubclass(origin, enum.Enum):
        json_schema = {"type": "STRING", "title": origin.__name__, "enum": [str(member.value) for member in origin]}
    elif isinstance(origin, type) and issubclass(origin, pydantic.BaseModel):
        json_schema = origin.model_json_schema()
    else:
        json_schema = _of_annotation(origin, path)
    own_form = isinstance(origin, Schema)
    definitions: dict[str, Any] = {} if own_form else json_schema.pop("$defs", None) or {}
    try:
        return Schema.model_validate(_Rewriting(definitions, backend, own_form).schema(json_schema, path, ()))
    except pydantic.ValidationError as error:
        from ..types._coercion import dotted

        lines = [f"{path}{dotted(line['loc'])}: {line['msg']}" for line in error.errors(include_url=False)]
        raise ValueError("\n".join([*lines, _INSTEAD])) from None


def _of_annotation(annotation: Any, path: str) -> dict[str, Any]:
    try:
        json_schema = pydantic.TypeAdapter(annotation).json_schema()
    except pydantic.PydanticUserError as error:
        raise ValueError(f"{path}: no schema can be made of {annotation!r}: {error.message}") from error
    if "$ref" not in json_schema and "title" not in json_schema:
        json_schema["title"] = "Placeholder"  # what the service has always been sent for a bare annotation
    return json_schema


class _Rewriting:
    """One schema on its way from JSON Schema to the service's form."""

    def __init__(self, definitions: dict[str, Any], backend: BackendName, own_form: bool) -> None:
        self._definitions = definitions
        self._backend = backend
        self._own_form = own_form
        """The schema is the caller's own `Schema`: its null types stay as they are written."""

    def schema(self, given: Json, path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise ValueError(f"{path}: expected a schema as a dict, got {type(given).__name__}.")
        schema = dict(given)
        reference = schema.pop("$ref", None)
        if reference is not None:
            name = str(reference).rpartition("/")[2]
            if name in inside:
                raise ValueError(f"{path}: the schema {name!r} contains itself, which this form cannot say. {_INSTEAD}")
            if name not in self._definitions:
                raise ValueError(f"{path}.$ref: there is no definition {reference!r}.")
            schema = {**self.schema(self._definitions[name], path, (*inside, name)), **schema}
        return self._rewritten(schema, path, inside)

    def _rewritten(self, schema: dict[str, Any], path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        if (schema.get("additionalProperties") or schema.get("additional_properties")) and self._backend == "gemini":
            raise ValueError(f"{path}.additionalProperties: not supported by the Gemini Developer API. {_INSTEAD}")
        schema.pop("discriminator", None)
        alternatives = next((key for key in ("anyOf", "any_of", "oneOf") if key in schema), None)
        if alternatives is not None and isinstance(schema[alternatives], list):
            self._alternatives(schema, alternatives, path, inside)
        if "const" in schema:
            schema["enum"] = [schema.pop("const")]
            schema.setdefault("type", "STRING")
        if schema.get("enum") is not None and not all(isinstance(value, str) for value in schema["enum"]):
            raise ValueError(f"{path}.enum: this form takes strings only, got {schema['enum']!r}. {_INSTEAD}")
        self._type(schema, path)
        for key in ("items",):
            if isinstance(schema.get(key), dict):
                schema[key] = self.schema(schema[key], f"{path}.{key}", inside)
        properties: Json = schema.get("properties")
        if isinstance(properties, dict):
            schema["properties"] = {
                name: self.schema(value, f"{path}.properties.{name}", inside) for name, value in properties.items()
            }
            if len(properties) > 1 and not (schema.get("propertyOrdering") or schema.get("property_ordering")):
                schema["propertyOrdering"] = list(properties)
        return schema

    def _alternatives(self, schema: dict[str, Any], key: str, path: str, inside: tuple[str, ...]) -> None:
        given: list[Json] = schema.pop(key)
        if not given:
            schema["anyOf"] = []
            return
        if self._own_form:
            schema["anyOf"] = [self.schema(item, f"{path}.anyOf[{index}]", inside) for index, item in enumerate(given)]
            return
        alternatives = [item for item in given if not (isinstance(item, dict) and item.get("type") in ("null", "NULL"))]
        if len(alternatives) < len(given):
            schema["nullable"] = True
        written = [self.schema(item, f"{path}.{key}[{index}]", inside) for index, item in enumerate(alternatives)]
        if len(written) == 1 and len(given) > 1:
            for name, value in written[0].items():
                schema.setdefault(name, value)
        elif written:
            schema["anyOf"] = written

    def _type(self, schema: dict[str, Any], path: str) -> None:
        kind: Json = schema.get("type")
        if isinstance(kind, list):
            kinds = [item for item in kind if item not in ("null", "NULL")]
            if len(kinds) < len(kind):
                schema["nullable"] = True
            if len(kinds) > 1:
                rest = {
                    key: value
                    for key, value in schema.items()
                    if key not in ("type", "nullable", "title", "description")
                }
                for key in rest:
                    schema.pop(key)
                schema.pop("type")
                schema["anyOf"] = [{**rest, "type": str(item).upper()} for item in kinds]
                return
            kind = kinds[0] if kinds else "null"
        if kind is None:
            return
        if not isinstance(kind, str):
            raise ValueError(f"{path}.type: expected a type's name, got {kind!r}.")
        schema["type"] = kind.upper()
