"""The service's own form of schema, which `types.Schema` models, from JSON Schema and back; all as plain dicts.

It is the dialect of OpenAPI 3.0: types in upper case, `nullable` in place of a null type, no references. Two functions
translate into it: `exact_form` expresses all of a schema or refuses, and `response_form` writes schemas of responses as
the service has always received them. `accepted_form` is the one place that knows what the service refuses in this form, so
that it has to be sent as JSON Schema. Knows neither Python annotations nor pydantic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .json_schema import (
    CAMEL_CASE,
    KEYWORDS,
    JsonSchema,
    inline_references,
    split_definitions,
    with_each_schema,
    with_known_keywords,
)

if TYPE_CHECKING:
    from .._json import Json
    from .._wire.marks import BackendName

INSTEAD = "Send it as JSON Schema (response_json_schema, parameters_json_schema), which has no such limit."
_TYPES = frozenset({"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL", "TYPE_UNSPECIFIED"})
_MAX_COPIES = 10_000
"""How many references are replaced at most."""
_IN_BOTH = frozenset(
    """
    format title description default minItems maxItems enum required minProperties maxProperties minimum maximum
    minLength maxLength pattern
    """.split()
)
_OF_SERVICE = {"property_ordering": "propertyOrdering"} | {
    name: name for name in ("propertyOrdering", "nullable", "example")
}
"""Keywords that only the service's form has, which a JSON Schema may contain all the same; by both spellings."""
_TRANSLATED = frozenset({"type", "items", "properties", "anyOf", "$ref", "$defs", "additionalProperties"})
_BESIDE_ALTERNATIVES = frozenset({"anyOf", "nullable", "title", "description"})
"""The fields that a schema with alternatives may have; the service refuses any other next to `anyOf`."""
_FORMATS = {
    "STRING": frozenset({"enum", "date-time"}),
    "NUMBER": frozenset({"float", "double", "int32", "int64"}),
    "INTEGER": frozenset({"float", "double", "int32", "int64"}),
}
"""The values of `format` that the service knows in its own form, by type; it refuses any other."""
_NOT_ON_GEMINI = ("additionalProperties", "defs", "ref")
_OF_ANY_TYPE = frozenset({"title", "description"})
_OF_ONE_TYPE = {
    "string": frozenset({"enum", "format", "pattern", "minLength", "maxLength"}),
    "number": frozenset({"enum", "format", "minimum", "maximum"}),
    "integer": frozenset({"enum", "format", "minimum", "maximum"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "object": frozenset(
        {"properties", "required", "minProperties", "maxProperties", "additionalProperties", "propertyOrdering"}
    ),
    "boolean": frozenset[str](),
}
"""The keywords that apply to each type, for lists of types that become alternatives."""


class NotExpressible(ValueError):
    """The service's own form of schema cannot express what JSON Schema can."""


def accepted_form(
    form: dict[str, Any], backend: BackendName, path: str, *, needs_types: bool = False
) -> dict[str, Any]:
    """Return a schema in the service's form without fields that add nothing and that the service refuses.

    Those are a type next to alternatives that have types of their own and, on the Gemini Developer API, a
    `additionalProperties` of false: objects are closed there anyway.

    `needs_types` is for declarations of functions, in which the service refuses a schema without a type.

    Raises `NotExpressible`, with the path, for a schema that the service refuses in this form and takes as JSON Schema.
    """
    accepted = {name: value for name, value in form.items() if value is not None}
    if backend == "gemini":
        if accepted.get("additionalProperties") is False:
            del accepted["additionalProperties"]
        for name in _NOT_ON_GEMINI:
            if isinstance(accepted.get(name), (bool, dict, str)):
                raise NotExpressible(f"{path}.{name}: not supported by the Gemini Developer API. {INSTEAD}")
    if "anyOf" in accepted:
        if "type" in accepted and all("type" in item for item in accepted["anyOf"]):
            del accepted["type"]
        others = accepted.keys() - _BESIDE_ALTERNATIVES
        if others:
            raise NotExpressible(f"{path}.{min(others)}: the service refuses it next to anyOf. {INSTEAD}")
        accepted["anyOf"] = [
            accepted_form(item, backend, f"{path}.anyOf[{index}]", needs_types=needs_types)
            for index, item in enumerate(accepted["anyOf"])
        ]
        return accepted
    kind: Json = accepted.get("type")
    if needs_types and kind is None and "ref" not in accepted:
        raise NotExpressible(f"{path}: the service refuses a schema without a type. {INSTEAD}")
    if kind == "ARRAY" and "items" not in accepted:
        raise NotExpressible(f"{path}.items: the service refuses a list without items. {INSTEAD}")
    if kind in _FORMATS and accepted.get("format") and accepted["format"] not in _FORMATS[kind]:
        raise NotExpressible(f"{path}.format: the service does not know {accepted['format']!r}. {INSTEAD}")
    if "items" in accepted:
        accepted["items"] = accepted_form(accepted["items"], backend, f"{path}.items", needs_types=needs_types)
    for name in accepted.keys() & {"properties", "defs"}:
        accepted[name] = {
            key: accepted_form(value, backend, f"{path}.{name}.{key}", needs_types=needs_types)
            for key, value in accepted[name].items()
        }
    return accepted


def _definition(
    definitions: dict[str, Any], reference: object, path: str, inside: tuple[str, ...]
) -> tuple[Any, tuple[str, ...]]:
    """Return the definition that a reference points to, and the names of the definitions around it, its own included."""
    name = str(reference).rpartition("/")[2]
    if name in inside:
        raise NotExpressible(
            f"{path}: the schema {name!r} contains itself, which types.Schema cannot express. {INSTEAD}"
        )
    if name not in definitions:
        raise ValueError(f"{path}.$ref: there is no definition {reference!r}.")
    return definitions[name], (*inside, name)


def exact_form(schema: JsonSchema, path: str, *, refuses_rest: bool) -> dict[str, Any]:
    """Return a JSON Schema in the service's form.

    A list of types becomes `anyOf`, a null type `nullable`, a reference the schema that it points to.

    Raises `ValueError` for a reference without definition and an unknown type, and `NotExpressible`, a `ValueError` as
    well, for a schema that contains itself and, if `refuses_rest`, for keywords that are left out otherwise.
    """
    root, definitions = split_definitions(schema)
    return _Exact(definitions, refuses_rest).form(root, path, ())


class _Exact:
    def __init__(self, definitions: dict[str, Any], refuses_rest: bool) -> None:
        self._definitions = definitions
        self._refuses_rest = refuses_rest

    def form(self, schema: Json, path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(schema, dict):
            raise NotExpressible(f"{path}: expected a schema as a dict, got {type(schema).__name__}.")
        if schema.get("$ref") is not None:
            definition, inside = _definition(self._definitions, schema["$ref"], path, inside)
            return self.form(definition, path, inside)
        given = {name: value for name, value in schema.items() if value is not None}
        rest = given.keys() - _IN_BOTH - _TRANSLATED - _OF_SERVICE.keys()
        if rest and self._refuses_rest:
            raise NotExpressible(f"{path}: types.Schema has no field for {', '.join(sorted(rest))}.")
        form = {name: value for name, value in given.items() if name in _IN_BOTH}
        form.update({_OF_SERVICE[name]: value for name, value in given.items() if name in _OF_SERVICE})
        if "additionalProperties" in given:
            values: Json = given["additionalProperties"]
            form["additionalProperties"] = (
                self.form(values, f"{path}.additionalProperties", inside) if isinstance(values, dict) else values
            )
        if "items" in given:
            form["items"] = self.form(given["items"], f"{path}.items", inside)
        if "properties" in given:
            form["properties"] = {
                name: self.form(value, f"{path}.properties.{name}", inside)
                for name, value in given["properties"].items()
            }
        kinds = _types(given.get("type"), path)
        if "null" in kinds:
            form["nullable"] = True
            kinds.remove("null")
        if len(kinds) > 1:
            return _alternative_types(form, kinds)
        if kinds:
            form["type"] = kinds[0].upper()
        if "anyOf" in given:
            alternatives = [
                self.form(item, f"{path}.anyOf[{index}]", inside) for index, item in enumerate(given["anyOf"])
            ]
            others = [item for item in alternatives if item != {"nullable": True}]
            if len(others) == 1 and len(alternatives) == 2:
                return {**form, **others[0], "nullable": True}
            form["anyOf"] = alternatives
        return form


def _types(given: Json, path: str) -> list[str]:
    kinds: list[Json] = given if isinstance(given, list) else [given] if given else []
    if not all(isinstance(kind, str) and (kind in _OF_ONE_TYPE or kind == "null") for kind in kinds):
        raise ValueError(f"{path}.type: expected the name of a type, got {given!r}.")
    return [str.lower(kind) for kind in kinds if isinstance(kind, str)]  # strings, not members of enums


def _alternative_types(form: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    """Return one alternative for each type, with the keywords that apply to it; a default could belong to any."""
    alternatives = [
        {
            "type": kind.upper(),
            **{name: value for name, value in form.items() if name in _OF_ANY_TYPE | _OF_ONE_TYPE[kind]},
        }
        for kind in kinds
    ]
    return {"anyOf": alternatives, **({"nullable": True} if "nullable" in form else {})}


def json_schema_of(form: dict[str, Any]) -> JsonSchema:
    """Return the JSON Schema for a schema in the service's form; fields that JSON Schema lacks are left out."""
    left_out = ("type", "nullable", "example", "propertyOrdering")
    schema = {name: value for name, value in form.items() if value is not None and name not in left_out}
    kinds = ["null"] if form.get("nullable") else []
    kind: Json = form.get("type")
    if isinstance(kind, str) and kind != "TYPE_UNSPECIFIED":
        if kind not in _TYPES:
            raise ValueError(f"type: JSON Schema has no type {str.lower(kind)!r}.")
        kinds.append(str.lower(kind))
    if kinds:
        schema["type"] = kinds if len(kinds) > 1 else kinds[0]
    if "items" in schema:
        schema["items"] = json_schema_of(schema["items"])
    if "anyOf" in schema:
        schema["anyOf"] = [json_schema_of(item) for item in schema["anyOf"]]
    for name in schema.keys() & {"properties", "defs"}:
        schema[name] = {key: json_schema_of(value) for key, value in schema[name].items()}
    return schema


def normalize_dialect(given: JsonSchema) -> JsonSchema:
    """Return a schema that mixes both dialects, as a user may write it, as JSON Schema.

    Keywords that neither dialect has are left out.
    """
    spelled = {CAMEL_CASE.get(key, key): value for key, value in with_known_keywords(given).items()}
    if isinstance(spelled.get("$ref"), str):
        spelled["$ref"] = spelled["$ref"].replace("#/defs/", "#/$defs/")
    schema = with_each_schema(spelled, normalize_dialect)
    for key in ("$defs", "definitions"):
        if isinstance(schema.get(key), dict):
            schema[key] = {name: normalize_dialect(value) for name, value in schema[key].items()}
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


def sendable_form(form: dict[str, Any], backend: BackendName, path: str) -> tuple[dict[str, Any], bool]:
    """Return a schema in the service's form as it is sent, and whether it is JSON Schema because the service refuses it."""
    try:
        return accepted_form(form, backend, path), False
    except NotExpressible:
        return inline_references(normalize_dialect(form)), True


def response_form(schema: JsonSchema, backend: BackendName, path: str, *, is_service_form: bool) -> dict[str, Any]:
    """Return a schema of a response in the service's form; parts that are already in that form stay unchanged.

    `is_service_form` marks a `types.Schema`: its null types remain types, and it has no definitions.

    Raises `ValueError` for a schema that is invalid, and `NotExpressible` for one that only JSON Schema can express.
    """
    if schema and schema.keys().isdisjoint(KEYWORDS | CAMEL_CASE.keys()):
        raise ValueError(f"{path}: JSON Schema has no keyword {min(map(str, schema))!r}, and there is no other one.")
    root, definitions = (dict(schema), {}) if is_service_form else split_definitions(schema)
    return _Response(definitions, backend, is_service_form).form(root, path, ())


class _Response:
    def __init__(self, definitions: dict[str, Any], backend: BackendName, is_service_form: bool) -> None:
        self._definitions = definitions
        self._backend = backend
        self._is_service_form = is_service_form
        self._copies = 0
        self._depth_of_values = 0
        """How many `additionalProperties` are around the schema; the types in them remain in lower case."""

    def form(self, given: Json, path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise ValueError(f"{path}: expected a schema as a dict, got {type(given).__name__}.")
        schema = dict(given) if self._depth_of_values else with_known_keywords(given)
        reference = schema.pop("$ref", None)
        if reference is not None:
            definition, inner = _definition(self._definitions, reference, path, inside)
            self._copies += 1
            if self._copies > _MAX_COPIES:
                raise NotExpressible(
                    f"{path}: the schema needs more than {_MAX_COPIES:,} copies of its definitions. {INSTEAD}"
                )
            for key in ("title", "default"):  # the definition has its own title; the service has no use for a default
                schema.pop(key, None)
            schema = {**self.form(definition, path, inner), **schema}
        self._additional_properties(schema, path, inside)
        schema.pop("discriminator", None)
        alternatives = next((key for key in ("anyOf", "any_of", "oneOf") if key in schema), None)
        if alternatives is not None and isinstance(schema[alternatives], list):
            self._alternatives(schema, alternatives, path, inside)
        if "const" in schema:
            schema["enum"] = [schema.pop("const")]
            schema.setdefault("type", "STRING")
        if schema.get("enum") is not None and not all(isinstance(value, str) for value in schema["enum"]):
            raise NotExpressible(f"{path}.enum: types.Schema takes strings only, got {schema['enum']!r}. {INSTEAD}")
        self._type(schema, path)
        if isinstance(schema.get("items"), dict):
            schema["items"] = self.form(schema["items"], f"{path}.items", inside)
        properties: Json = schema.get("properties")
        if isinstance(properties, dict):
            schema["properties"] = {
                name: self.form(value, f"{path}.properties.{name}", inside) for name, value in properties.items()
            }
            if len(properties) > 1 and not {"propertyOrdering", "property_ordering"} & schema.keys():
                schema["propertyOrdering"] = list(properties)
        return schema

    def _additional_properties(self, schema: dict[str, Any], path: str, inside: tuple[str, ...]) -> None:
        for key in ("additionalProperties", "additional_properties"):
            values: Json = schema.get(key)
            if not values:
                continue
            if self._backend == "gemini":
                if not isinstance(values, (bool, dict)):
                    raise ValueError(f"{path}.{key}: expected a bool or a schema, got {type(values).__name__}.")
                raise NotExpressible(f"{path}.{key}: not supported by the Gemini Developer API. {INSTEAD}")
            if isinstance(values, dict):
                self._depth_of_values += 1
                schema[key] = self.form(values, f"{path}.{key}", inside)
                self._depth_of_values -= 1

    def _alternatives(self, schema: dict[str, Any], key: str, path: str, inside: tuple[str, ...]) -> None:
        given: list[Json] = schema.pop(key)
        if not given:
            schema["anyOf"] = []
            return
        if self._is_service_form:
            schema["anyOf"] = [self.form(item, f"{path}.anyOf[{index}]", inside) for index, item in enumerate(given)]
            return
        others = [item for item in given if not (isinstance(item, dict) and item.get("type") in ("null", "NULL"))]
        if len(others) < len(given):
            schema["nullable"] = True
        forms = [self.form(item, f"{path}.{key}[{index}]", inside) for index, item in enumerate(others)]
        if len(forms) == 1 and len(given) > 1:
            for name, value in forms[0].items():
                schema.setdefault(name, value)
        elif forms:
            schema["anyOf"] = forms

    def _type(self, schema: dict[str, Any], path: str) -> None:
        kind: Json = schema.get("type")
        if isinstance(kind, list):
            kinds = [item for item in kind if item not in ("null", "NULL")]
            if len(kinds) < len(kind):
                schema["nullable"] = True
            if len(kinds) > 1:
                kept = ("nullable", "title", "description")
                rest = {key: schema.pop(key) for key in list(schema) if key not in kept}
                schema["anyOf"] = [{**rest, "type": self._upper_case(item)} for item in kinds]
                return
            kind = kinds[0] if kinds else "null"
        if kind is None:
            return
        if not isinstance(kind, str):
            raise ValueError(f"{path}.type: expected the name of a type, got {kind!r}.")
        schema["type"] = self._upper_case(kind)

    def _upper_case(self, kind: Json) -> str:
        name = str(kind)
        return name.upper() if name.upper() in _TYPES and not self._depth_of_values else name
