"""Own the two languages that describe the shape of JSON data: the service's OpenAPI-style `Schema` and standard
`JSONSchema`. Must not know how Python types become schemas, how one language is turned into the other, nor where
a request uses them.
"""

from enum import Enum
from types import GenericAlias, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union

from pydantic import Field

from ._base import CaseInSensitiveEnum, Model


class Type(CaseInSensitiveEnum):
    """Type of a value in a `Schema`. API: `Type`."""

    TYPE_UNSPECIFIED = "TYPE_UNSPECIFIED"
    """No type stated; not meant to be sent."""
    STRING = "STRING"
    """Text."""
    NUMBER = "NUMBER"
    """Any number, with or without a fraction."""
    INTEGER = "INTEGER"
    """Whole number."""
    BOOLEAN = "BOOLEAN"
    """True or false."""
    ARRAY = "ARRAY"
    """List; `Schema.items` describes its items."""
    OBJECT = "OBJECT"
    """Object; `Schema.properties` describes its members."""
    NULL = "NULL"
    """Null and nothing else."""


class JSONSchemaType(str, Enum):
    """Type of a value in a `JSONSchema`, as the standard spells it."""

    NULL = "null"
    """Null and nothing else."""
    BOOLEAN = "boolean"
    """True or false."""
    OBJECT = "object"
    """Object; `JSONSchema.properties` describes its members."""
    ARRAY = "array"
    """List; `JSONSchema.items` describes its items."""
    NUMBER = "number"
    """Any number, with or without a fraction."""
    INTEGER = "integer"
    """Whole number."""
    STRING = "string"
    """Text."""


JSONSchemaType.__module__ = "google.genai.types"


class JSONSchema(Model):
    """Shape of JSON data in terms of the JSON Schema standard (draft 2020-12), as far as these fields go.

    A limit that does not apply to the type of the value has no effect. Unset limits allow everything.
    """

    type: JSONSchemaType | list[JSONSchemaType] | None = None
    """Type, or list of types, that the value may have; unset allows all."""

    format: str | None = None
    """Closer kind of a text or number, such as "date-time" or "email"."""

    title: str | None = None
    """Short name for people."""

    description: str | None = None
    """What the value means, for people and for the model."""

    default: Any | None = None
    """Value that a reader assumes if there is none; it does not restrict anything."""

    items: "JSONSchema | None" = None
    """Schema that every item of a list has to meet."""

    min_items: int | None = None
    """Shortest list allowed, in items."""

    max_items: int | None = None
    """Longest list allowed, in items."""

    enum: list[Any] | None = None
    """The only values allowed, of any type."""

    properties: "dict[str, JSONSchema] | None" = None
    """Schemas of an object's members, by name."""

    required: list[str] | None = None
    """Members that an object must have."""

    min_properties: int | None = None
    """Fewest members an object may have."""

    max_properties: int | None = None
    """Most members an object may have."""

    minimum: float | None = None
    """Smallest number allowed; the limit itself is allowed."""

    maximum: float | None = None
    """Largest number allowed; the limit itself is allowed."""

    min_length: int | None = None
    """Shortest text allowed, in characters."""

    max_length: int | None = None
    """Longest text allowed, in characters."""

    pattern: str | None = None
    """Regular expression (ECMA-262) that has to match somewhere in the text; anchor it with `^` and `$` to cover the
    whole.
    """

    additional_properties: Any | None = None
    """Members beyond `properties`: False forbids them, True allows any, a schema tells what they have to look like."""

    any_of: "list[JSONSchema] | None" = None
    """Alternatives; the value has to meet one or more of them."""

    unique_items: bool | None = None
    """True forbids equal items in a list."""

    ref: str | None = Field(default=None, alias="$ref")
    """Place of the schema to use here, such as "#/$defs/Address". Travels as `$ref`."""

    defs: "dict[str, JSONSchema] | None" = Field(default=None, alias="$defs")
    """Named schemas for `ref` to point at. Travels as `$defs`."""


class Schema(Model):
    """Shape of JSON data in the service's own terms, a subset of OpenAPI 3.0. API: `Schema`.

    It holds an answer to the shape (`GenerationConfig.response_schema`) or describes arguments
    (`FunctionDeclaration.parameters`). Unset limits allow everything; a field that the model does not support is
    refused (400). The Developer API (v1beta) has no `additional_properties`, `defs` and `ref`: pass such a schema
    as `response_json_schema` or `parameters_json_schema` there.

    Example::

        types.Schema(
            type=types.Type.OBJECT,
            properties={
                "city": types.Schema(type=types.Type.STRING),
                "inhabitants": types.Schema(type=types.Type.INTEGER, nullable=True),
            },
            required=["city"],
            property_ordering=["city", "inhabitants"],
        )
    """

    additional_properties: Any | None = None
    """Members beyond `properties`: False forbids them, True allows any, a schema tells what they have to look like."""

    defs: "dict[str, Schema] | None" = None
    """Named schemas for `ref` to point at; for the outermost schema only."""

    ref: str | None = None
    """Place of the schema to use here, such as "#/defs/Address"; lets schemas contain themselves."""

    any_of: "list[Schema] | None" = None
    """Alternatives; the value has to meet one or more of them."""

    default: Any | None = None
    """Value that a reader assumes if there is none. Taken by the Developer API without effect on the answer."""

    description: str | None = None
    """What the value means. The model reads it, so it is the place for guidance; Markdown is fine."""

    enum: list[str] | None = None
    """The only values allowed, written as texts; goes with type `STRING` and format "enum"."""

    example: Any | None = None
    """Sample of a fitting value; for the outermost schema only."""

    format: str | None = None
    """Closer kind of the value, such as "date-time" or "enum" for a text, "int64" for an integer, "double" for a
    number.
    """

    items: "Schema | None" = None
    """Schema that every item of a list has to meet; needed for type `ARRAY`."""

    max_items: int | None = None
    """Longest list allowed, in items."""

    max_length: int | None = None
    """Longest text allowed, in characters."""

    max_properties: int | None = None
    """Most members an object may have."""

    maximum: float | None = None
    """Largest number allowed; the limit itself is allowed."""

    min_items: int | None = None
    """Shortest list allowed, in items."""

    min_length: int | None = None
    """Shortest text allowed, in characters."""

    min_properties: int | None = None
    """Fewest members an object may have."""

    minimum: float | None = None
    """Smallest number allowed; the limit itself is allowed."""

    nullable: bool | None = None
    """True lets the value be null as well; unset does not."""

    pattern: str | None = None
    """Regular expression that the text has to match."""

    properties: "dict[str, Schema] | None" = None
    """Schemas of an object's members, by name."""

    property_ordering: list[str] | None = None
    """Order in which the model writes an object's members; no part of OpenAPI. Name what the reasoning rests on
    before the conclusion.
    """

    required: list[str] | None = None
    """Members that an object must have; all others are optional."""

    title: str | None = None
    """Short name for people."""

    type: Type | None = None
    """Type of the value; leave it unset only beside `any_of` or `ref`."""

    @property
    def json_schema(self) -> JSONSchema:
        """The same shape in terms of JSON Schema; `example` and `property_ordering`, which it has no word for, are left
        out.
        """
        from .._schemas.service_form import json_schema_of

        return JSONSchema.model_validate(
            json_schema_of(self.model_dump(by_alias=True, exclude_unset=True, warnings=False))
        )

    @classmethod
    def from_json_schema(
        cls,
        *,
        json_schema: JSONSchema,
        api_option: Literal["VERTEX_AI", "GEMINI_API"] = "GEMINI_API",
        raise_error_on_unsupported_field: bool = False,
    ) -> "Schema":
        """Return the same shape in the service's own terms.

        A list of types becomes `any_of`, a null type `nullable`, a reference the schema that it points to.

        Args:
          json_schema: The shape in terms of JSON Schema.
          api_option: The service that shall take it. Today both take the same.
          raise_error_on_unsupported_field: Whether a keyword that a `Schema` has no word for (`unique_items`,
            `additional_properties`) is refused; it is left out otherwise.

        Raises:
          ValueError: A reference leads nowhere, or a schema contains itself; a keyword is refused.

        Example::

            shape = types.JSONSchema(type="array", items=types.JSONSchema(type=["string", "null"]))
            types.Schema.from_json_schema(json_schema=shape)
        """
        from .._schemas.service_form import exact_form

        given = json_schema.model_dump(by_alias=True, exclude_unset=True, warnings=False)
        return cls._unchecked(exact_form(given, "json_schema", refuses_rest=raise_error_on_unsupported_field))

    @classmethod
    def _unchecked(cls, fields: dict[str, Any]) -> "Schema":
        """Return a schema with these fields as they are: an enum of a `JSONSchema` may have members of any type."""
        from .._schemas.json_schema import with_each_schema

        nested = with_each_schema(fields, cls._unchecked)
        if "type" in nested:
            nested["type"] = Type(nested["type"])
        return cls.model_construct(**nested)


if TYPE_CHECKING:
    SchemaUnion = Union[dict[Any, Any], type, Schema, GenericAlias, UnionType]
else:
    SchemaUnion = Any  # an annotation has attributes enough to be taken for a Schema; what fits is told when it is sent
"""What may describe an answer's shape: a `Schema`, a JSON-like dict, a class (pydantic, enum, …) or an annotation."""

if TYPE_CHECKING:
    VersionedUnionType = UnionType
else:
    VersionedUnionType = Union[UnionType, type(Union[int, str])]
"""The classes of `int | str` and of `Union[int, str]`."""
