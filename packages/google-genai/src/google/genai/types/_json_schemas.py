"""`types.Schema` from `types.JSONSchema` and back, as `Schema.from_json_schema` and `Schema.json_schema` offer it.

The two say nearly the same in other words: a list of types is `anyOf`, a null type is `nullable`, a reference is the schema
that it points to. What a `Schema` has no word for is left out, or refused where the caller asks for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import JSONSchema, Schema

_PLAIN = frozenset(
    {"format", "title", "description", "default", "min_items", "max_items", "enum", "required", "min_properties"}
    | {"max_properties", "minimum", "maximum", "min_length", "max_length", "pattern"}
)
_IN_OTHER_WORDS = frozenset({"type", "items", "properties", "any_of", "ref", "defs"})
_OF_ANY_TYPE = frozenset({"title", "description"})
_OF_ONE_TYPE = {
    "string": frozenset({"enum", "format", "pattern", "min_length", "max_length"}),
    "number": frozenset({"enum", "format", "minimum", "maximum"}),
    "integer": frozenset({"enum", "format", "minimum", "maximum"}),
    "array": frozenset({"items", "min_items", "max_items"}),
    "object": frozenset({"properties", "required", "min_properties", "max_properties"}),
    "boolean": frozenset[str](),
}
"""Which limits go with which type, where a list of types is taken apart."""


def schema_from_json_schema(given: JSONSchema, *, refuses_rest: bool) -> Schema:
    """Return the `Schema` for a JSON Schema. Raises `ValueError` for a reference that leads nowhere or to itself."""
    from . import Schema

    return Schema.model_construct(**_Reading(given.defs or {}, refuses_rest).schema(given, "json_schema", ()))


class _Reading:
    def __init__(self, definitions: dict[str, JSONSchema], refuses_rest: bool) -> None:
        self._definitions = definitions
        self._refuses_rest = refuses_rest

    def schema(self, given: JSONSchema, path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        if given.ref is not None:
            name = given.ref.rpartition("/")[2]
            if name in inside:
                raise ValueError(f"{path}: the schema {name!r} contains itself, which types.Schema cannot say.")
            if name not in self._definitions:
                raise ValueError(f"{path}.ref: there is no definition {given.ref!r} in defs.")
            return self.schema(self._definitions[name], path, (*inside, name))
        fields = {name: value for name in given.model_fields_set if (value := getattr(given, name)) is not None}
        rest = fields.keys() - _PLAIN - _IN_OTHER_WORDS
        if rest and self._refuses_rest:
            raise ValueError(f"{path}: types.Schema has no word for {', '.join(sorted(rest))}.")
        kinds = self._kinds(fields)
        written = {name: fields[name] for name in _PLAIN & fields.keys()}
        if "items" in fields:
            written["items"] = self._model(fields["items"], f"{path}.items", inside)
        if "properties" in fields:
            written["properties"] = {
                name: self._model(value, f"{path}.properties.{name}", inside)
                for name, value in fields["properties"].items()
            }
        if "null" in kinds:
            written["nullable"] = True
            kinds.remove("null")
        if len(kinds) > 1:
            return self._taken_apart(written, kinds)
        if kinds:
            written["type"] = _type(kinds[0])
        if "any_of" in fields:
            return self._with_alternatives(written, fields["any_of"], path, inside)
        return written

    def _model(self, given: JSONSchema, path: str, inside: tuple[str, ...]) -> Schema:
        from . import Schema

        return Schema.model_construct(**self.schema(given, path, inside))

    @staticmethod
    def _kinds(fields: dict[str, Any]) -> list[str]:
        kinds = fields.get("type")
        return [kind.value for kind in (kinds if isinstance(kinds, list) else [kinds] if kinds else [])]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - members of JSONSchemaType

    @staticmethod
    def _taken_apart(written: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
        """Return one alternative for each type, with the limits that go with it; a default could belong to any."""
        from . import Schema

        alternatives = [
            Schema.model_construct(
                type=_type(kind),
                **{name: value for name, value in written.items() if name in _OF_ANY_TYPE | _OF_ONE_TYPE[kind]},
            )
            for kind in kinds
        ]
        nullable = {"nullable": True} if written.get("nullable") else {}
        return {"any_of": alternatives, **nullable}

    def _with_alternatives(
        self, written: dict[str, Any], any_of: list[JSONSchema], path: str, inside: tuple[str, ...]
    ) -> dict[str, Any]:
        from . import Schema

        alternatives = [self.schema(item, f"{path}.any_of[{index}]", inside) for index, item in enumerate(any_of)]
        others = [item for item in alternatives if item != {"nullable": True}]
        if len(others) == 1 and len(alternatives) == 2:
            return {**written, **others[0], "nullable": True}
        written["any_of"] = [Schema.model_construct(**item) for item in alternatives]
        return written


def _type(kind: str) -> Any:
    from . import Type

    return Type(kind.upper())


def json_schema_from_schema(schema: Schema) -> JSONSchema:
    """Return the JSON Schema for a `Schema`; what JSON Schema has no word for is left out."""
    from . import JSONSchema, JSONSchemaType

    fields = {name: value for name in schema.model_fields_set if (value := getattr(schema, name)) is not None}
    written = {name: value for name, value in fields.items() if name in JSONSchema.model_fields}
    kind = written.pop("type", None)
    kinds = ["null"] if fields.get("nullable") else []
    if kind is not None and kind.value != "TYPE_UNSPECIFIED":
        kinds.append(kind.value.lower())
    if kinds:
        members = [JSONSchemaType(kind) for kind in kinds]
        written["type"] = members if len(members) > 1 else members[0]
    if "items" in written:
        written["items"] = json_schema_from_schema(written["items"])
    if "any_of" in written:
        written["any_of"] = [json_schema_from_schema(item) for item in written["any_of"]]
    for name in ("properties", "defs"):
        if name in written:
            written[name] = {key: json_schema_from_schema(value) for key, value in written[name].items()}
    return JSONSchema(**written)
