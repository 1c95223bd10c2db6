"""Schemas of answers: from classes, annotations and JSON Schema to what the services read.

The service's own form (`types.Schema`) is the OpenAPI 3.0 dialect: types in upper case, `nullable` in place of a null type,
no references. What it cannot say, a class that contains itself or keys that are not known, is sent as JSON Schema; what
JSON Schema cannot say either is refused with its path.
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

from ..types._annotations import Written, adapter, readable
from ..types._references import JsonSchema, readable as readable_schema, with_each_schema

if TYPE_CHECKING:
    from .._json import Json
    from ..types import Schema
    from .marks import BackendName

_INSTEAD = "Send the schema as response_json_schema, which takes JSON Schema as it is."
_TYPES = frozenset({"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL", "TYPE_UNSPECIFIED"})
_KEYWORDS = frozenset(
    [
        "$anchor",
        "$comment",
        "$defs",
        "$dynamicAnchor",
        "$dynamicRef",
        "$id",
        "$ref",
        "$schema",
        "$vocabulary",
        "additionalItems",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "contains",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "default",
        "definitions",
        "dependentRequired",
        "dependentSchemas",
        "deprecated",
        "description",
        "discriminator",
        "else",
        "enum",
        "example",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "if",
        "items",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "nullable",
        "oneOf",
        "pattern",
        "patternProperties",
        "prefixItems",
        "properties",
        "propertyNames",
        "propertyOrdering",
        "readOnly",
        "required",
        "then",
        "title",
        "type",
        "unevaluatedItems",
        "unevaluatedProperties",
        "uniqueItems",
        "writeOnly",
    ]
)
"""What JSON Schema and OpenAPI know; anything else is a mistake."""
_MOST_COPIES = 10_000
"""How many references are written out at most."""
_KEPT_ANNOTATIONS = 64
_CAMEL_CASE = {
    "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in keyword): keyword for keyword in _KEYWORDS
}
_Form = Union["Schema", JsonSchema]
_made: weakref.WeakKeyDictionary[type, dict[str, _Form]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


class NotInThisForm(ValueError):
    """The service's own form of schema cannot say what JSON Schema can."""


def schema_of(origin: Any, backend: BackendName, path: str) -> Schema:
    """Return the service's form of a class, an annotation, a dict or a `Schema`.

    Raises `ValueError` that names the path of what that form cannot express.
    """
    from ..types import Schema

    form = form_of(origin, backend, path)
    return form if isinstance(form, Schema) else _schema_of(origin, backend, path)


def form_of(origin: Any, backend: BackendName, path: str) -> Schema | JsonSchema:
    """Return what a class, an annotation, a dict or a `Schema` is sent as: a `Schema`, or a JSON Schema as a dict.

    Raises `ValueError` that names the path of what neither can express.
    """
    if isinstance(origin, (dict, pydantic.BaseModel)):
        return _form_of(origin, backend, path)
    if not isinstance(origin, type) or typing.get_origin(origin) is not None:
        return _form_of_annotation(Written(origin), backend, path)
    made = _made.get(origin, {}).get(backend)
    if made is None:
        made = _form_of(origin, backend, path)
        with _lock:
            _made.setdefault(origin, {})[backend] = made
    return made


@functools.lru_cache(_KEPT_ANNOTATIONS)
def _form_of_annotation(annotation: Written, backend: BackendName, path: str) -> Schema | JsonSchema:
    return _form_of(annotation.annotation, backend, path)


def _form_of(origin: Any, backend: BackendName, path: str) -> Schema | JsonSchema:
    try:
        return _schema_of(origin, backend, path)
    except NotInThisForm:
        return readable_schema(_json_schema_of(origin, path), is_ordered=True)


def _schema_of(origin: Any, backend: BackendName, path: str) -> Schema:
    from ..types import Schema

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
        json_schema = _known(origin, path)
    else:
        json_schema = _of_annotation(origin, path)
    own_form = isinstance(origin, Schema)
    definitions: dict[str, Any] = {}
    for key in () if own_form else ("definitions", "$defs"):
        definitions.update(json_schema.pop(key, None) or {})
    written = _Rewriting(definitions, backend, own_form).schema(json_schema, path, ())
    try:
        return Schema.model_validate(written)
    except pydantic.ValidationError as error:
        raise _refusal(error, path) from None


def _refusal(error: pydantic.ValidationError, path: str) -> ValueError:
    from ..types._coercion import dotted

    lines: list[str] = []
    is_sayable = True
    for line in error.errors(include_url=False):
        name = str(line["loc"][-1]) if line["loc"] else ""
        known = line["type"] == "extra_forbidden" and _CAMEL_CASE.get(name, name) in _KEYWORDS
        is_sayable = is_sayable and known
        words = line["msg"]
        if line["type"] == "extra_forbidden":
            words = f"this form has no {name!r}. {_INSTEAD}" if known else f"JSON Schema has no keyword {name!r}."
        lines.append(f"{path}{dotted(line['loc'])}: {words}")
    return (NotInThisForm if is_sayable else ValueError)("\n".join(lines))


def _known(annotation: Any, path: str) -> JsonSchema:
    """Return pydantic's JSON Schema of a type."""
    try:
        return adapter(annotation).json_schema()
    except (pydantic.PydanticUserError, NameError) as error:
        words = error.message if isinstance(error, pydantic.PydanticUserError) else str(error)
        raise ValueError(f"{path}: no schema can be made of {annotation!r}: {words}") from error


def _of_annotation(annotation: Any, path: str) -> JsonSchema:
    """Return the JSON Schema of an annotation as that of a field; so the service has always been sent it."""
    try:
        holder = pydantic.create_model("Placeholder", placeholder=(readable(annotation), ...))
        whole = holder.model_json_schema()
    except (pydantic.PydanticUserError, NameError):
        return _known(annotation, path)  # fails with a message of its own
    schema: JsonSchema = {**whole["properties"]["placeholder"], "$defs": whole.get("$defs", {})}
    if typing.get_origin(annotation) is typing.Literal:
        del schema["title"]
    return schema


def _json_schema_of(origin: Any, path: str) -> JsonSchema:
    from ..types import Schema

    if isinstance(origin, Schema):
        origin = origin.model_dump(mode="json", exclude_none=True, by_alias=True)
    if not isinstance(origin, dict):
        return _known(origin, path)
    try:
        return _in_json_schema(typing.cast("JsonSchema", origin))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _in_json_schema(given: JsonSchema) -> JsonSchema:
    """Return a schema of either dialect as JSON Schema."""
    spelled = {_CAMEL_CASE.get(key, key): value for key, value in given.items()}
    unknown = next((key for key in spelled if key not in _KEYWORDS and not key.startswith("x-")), None)
    if unknown is not None:
        raise ValueError(f"JSON Schema has no keyword {unknown!r}.")
    schema = with_each_schema(spelled, _in_json_schema)
    for key in ("$defs", "definitions"):
        if isinstance(schema.get(key), dict):
            schema[key] = {name: _in_json_schema(value) for name, value in schema[key].items()}
    kind: Json = schema.get("type")
    if isinstance(kind, str):
        schema["type"] = kind.lower()
    elif isinstance(kind, list):
        schema["type"] = [str(item).lower() for item in kind]
    if not schema.pop("nullable", False):
        return schema
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    elif "anyOf" in schema:
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    return schema


class _Rewriting:
    """One schema on its way from JSON Schema to the service's form."""

    def __init__(self, definitions: dict[str, Any], backend: BackendName, own_form: bool) -> None:
        self._definitions = definitions
        self._backend = backend
        self._own_form = own_form
        """The schema is the caller's own `Schema`: its null types stay as they are written."""
        self._copies = 0
        self._depth_of_values = 0
        """How many `additionalProperties` are around; there types are written as JSON Schema writes them."""

    def schema(self, given: Json, path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise ValueError(f"{path}: expected a schema as a dict, got {type(given).__name__}.")
        schema = dict(given)
        reference = schema.pop("$ref", None)
        if reference is not None:
            name = str(reference).rpartition("/")[2]
            if name in inside:
                raise NotInThisForm(
                    f"{path}: the schema {name!r} contains itself, which this form cannot say. {_INSTEAD}"
                )
            if name not in self._definitions:
                raise ValueError(f"{path}.$ref: there is no definition {reference!r}.")
            self._copies += 1
            if self._copies > _MOST_COPIES:
                raise NotInThisForm(f"{path}: too much is said over and over without references. {_INSTEAD}")
            for key in ("title", "default"):  # of which the definition has its own, or which the service has no use for
                schema.pop(key, None)
            schema = {**self.schema(self._definitions[name], path, (*inside, name)), **schema}
        return self._rewritten(schema, path, inside)

    def _rewritten(self, schema: dict[str, Any], path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        self._values(schema, path, inside)
        schema.pop("discriminator", None)
        alternatives = next((key for key in ("anyOf", "any_of", "oneOf") if key in schema), None)
        if alternatives is not None and isinstance(schema[alternatives], list):
            self._alternatives(schema, alternatives, path, inside)
        if "const" in schema:
            schema["enum"] = [schema.pop("const")]
            schema.setdefault("type", "STRING")
        if schema.get("enum") is not None and not all(isinstance(value, str) for value in schema["enum"]):
            raise NotInThisForm(f"{path}.enum: this form takes strings only, got {schema['enum']!r}. {_INSTEAD}")
        self._type(schema, path)
        if isinstance(schema.get("items"), dict):
            schema["items"] = self.schema(schema["items"], f"{path}.items", inside)
        properties: Json = schema.get("properties")
        if isinstance(properties, dict):
            schema["properties"] = {
                name: self.schema(value, f"{path}.properties.{name}", inside) for name, value in properties.items()
            }
            if len(properties) > 1 and not {"propertyOrdering", "property_ordering"} & schema.keys():
                schema["propertyOrdering"] = list(properties)
        return schema

    def _values(self, schema: dict[str, Any], path: str, inside: tuple[str, ...]) -> None:
        """Rewrite what is said of properties without a name."""
        for key in ("additionalProperties", "additional_properties"):
            values: Json = schema.get(key)
            if not values:
                continue
            if self._backend == "gemini":
                if not isinstance(values, (bool, dict)):
                    raise ValueError(f"{path}.{key}: expected a bool or a schema, got {type(values).__name__}.")
                raise NotInThisForm(f"{path}.{key}: not supported by the Gemini Developer API. {_INSTEAD}")
            if isinstance(values, dict):
                self._depth_of_values += 1
                schema[key] = self.schema(values, f"{path}.{key}", inside)
                self._depth_of_values -= 1

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
                schema["anyOf"] = [{**rest, "type": self._named(item)} for item in kinds]
                return
            kind = kinds[0] if kinds else "null"
        if kind is None:
            return
        if not isinstance(kind, str):
            raise ValueError(f"{path}.type: expected a type's name, got {kind!r}.")
        schema["type"] = self._named(kind)

    def _named(self, kind: Json) -> str:
        name = str(kind)
        return name.upper() if name.upper() in _TYPES and not self._depth_of_values else name
