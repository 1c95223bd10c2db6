"""The two forms of schema for JSON data: the service's own `Schema`, after OpenAPI 3.0, and the standard `JSONSchema`.

Knows neither how Python types become schemas, nor where a request uses them; `_schemas` translates.
"""

from enum import Enum
from types import GenericAlias, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union

from pydantic import Field

from ._base import CaseInSensitiveEnum, Model


class Type(CaseInSensitiveEnum):
    """Type of a value in a `Schema`. API: `Type`."""

    TYPE_UNSPECIFIED = "TYPE_UNSPECIFIED"
    """No type stated; do not send it."""
    STRING = "STRING"
    """String."""
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
    """Only null."""


class JSONSchemaType(str, Enum):
    """Type of a value in a `JSONSchema`, as the standard spells it."""

    NULL = "null"
    """Only null."""
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
    """String."""


JSONSchemaType.__module__ = "google.genai.types"


class JSONSchema(Model):
    """Schema of JSON data after the JSON Schema standard (draft 2020-12), with its most common keywords.

    A limit that does not apply to the type of the value has no effect. Unset limits allow everything.
    """

    type: JSONSchemaType | list[JSONSchemaType] | None = None
    """Type, or list of types, that the value may have; unset allows all."""

    format: str | None = None
    """Specific kind of string or number, such as "date-time" or "email"."""

    title: str | None = None
    """Short name for people."""

    description: str | None = None
    """Meaning of the value, for people and for the model."""

    default: Any | None = None
    """Value to assume for a missing one; it is not a limit."""

    items: "JSONSchema | None" = None
    """Schema of every item of a list."""

    min_items: int | None = None
    """Minimum length of a list, in items."""

    max_items: int | None = None
    """Maximum length of a list, in items."""

    enum: list[Any] | None = None
    """The only values allowed, of any type."""

    properties: "dict[str, JSONSchema] | None" = None
    """Schemas of an object's members, by name."""

    required: list[str] | None = None
    """Members that an object must have."""

    min_properties: int | None = None
    """Minimum number of members of an object."""

    max_properties: int | None = None
    """Maximum number of members of an object."""

    minimum: float | None = None
    """Smallest allowed number; the limit itself is allowed."""

    maximum: float | None = None
    """Largest allowed number; the limit itself is allowed."""

    min_length: int | None = None
    """Minimum length of a string, in characters."""

    max_length: int | None = None
    """Maximum length of a string, in characters."""

    pattern: str | None = None
    """Regular expression (ECMA-262) that must match somewhere in the string; use `^` and `$` to match all of it."""

    additional_properties: Any | None = None
    """Members other than `properties`: False forbids them, True allows any, a schema describes them."""

    any_of: "list[JSONSchema] | None" = None
    """Alternatives; the value must match at least one of them."""

    one_of: "list[JSONSchema] | None" = None
    """Alternatives; the value must match exactly one of them."""

    unique_items: bool | None = None
    """True forbids equal items in a list."""

    ref: str | None = Field(default=None, alias="$ref")
    """Reference to the schema to use here, such as "#/$defs/Address". Sent as `$ref`."""

    defs: "dict[str, JSONSchema] | None" = Field(default=None, alias="$defs")
    """Named schemas that `ref` may refer to. Sent as `$defs`."""


class Schema(Model):
    """Schema of JSON data in the service's own form, a subset of OpenAPI 3.0. API: `Schema`.

    It describes an answer (`GenerationConfig.response_schema`) or the parameters of a function
    (`FunctionDeclaration.parameters`). Unset limits allow everything; the service refuses a field that the model does
    not support (400). The Developer API (v1beta) has no `additional_properties`, `defs` and `ref`: pass such a schema
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
    """Members other than `properties`: False forbids them, True allows any, a schema describes them."""

    defs: "dict[str, Schema] | None" = None
    """Named schemas that `ref` may refer to; for the outermost schema only."""

    ref: str | None = None
    """Reference to the schema to use here, such as "#/defs/Address"; with it, a schema can contain itself."""

    any_of: "list[Schema] | None" = None
    """Alternatives; the value must match at least one of them."""

    default: Any | None = None
    """Value to assume for a missing one. Accepted by the Developer API without effect on the answer."""

    description: str | None = None
    """Meaning of the value. The model reads it, so use it for instructions; Markdown is allowed."""

    enum: list[str] | None = None
    """The only values allowed, as strings; used with type `STRING` and format "enum"."""

    example: Any | None = None
    """Example of a valid value; for the outermost schema only."""

    format: str | None = None
    """Specific kind of value, such as "date-time" or "enum" for a string, "int64" for an integer, "double" for a
    number.
    """

    items: "Schema | None" = None
    """Schema of every item of a list; required for type `ARRAY`."""

    max_items: int | None = None
    """Maximum length of a list, in items."""

    max_length: int | None = None
    """Maximum length of a string, in characters."""

    max_properties: int | None = None
    """Maximum number of members of an object."""

    maximum: float | None = None
    """Largest allowed number; the limit itself is allowed."""

    min_items: int | None = None
    """Minimum length of a list, in items."""

    min_length: int | None = None
    """Minimum length of a string, in characters."""

    min_properties: int | None = None
    """Minimum number of members of an object."""

    minimum: float | None = None
    """Smallest allowed number; the limit itself is allowed."""

    nullable: bool | None = None
    """True allows null as well; unset does not."""

    pattern: str | None = None
    """Regular expression that the string must match."""

    properties: "dict[str, Schema] | None" = None
    """Schemas of an object's members, by name."""

    property_ordering: list[str] | None = None
    """Order in which the model writes the members of an object; not part of OpenAPI. Put members with the reasoning
    before the conclusion.
    """

    required: list[str] | None = None
    """Members that an object must have; all others are optional."""

    title: str | None = None
    """Short name for people."""

    type: Type | None = None
    """Type of the value; leave it unset only together with `any_of` or `ref`."""

    @property
    def json_schema(self) -> JSONSchema:
        """This schema as JSON Schema, without `example` and `property_ordering`, which JSON Schema does not have."""
        from .._schemas.service_form import json_schema_of

        return JSONSchema.model_validate(
            json_schema_of(self.model_dump(by_alias=True, exclude_unset=True, warnings=False))
        )

    @classmethod
    def from_json_schema(
        cls,
        json_schema: JSONSchema,
        *,
        api_option: Literal["ENTERPRISE", "GEMINI_API", "VERTEX_AI"] = "GEMINI_API",
        raise_error_on_unsupported_field: bool = False,
    ) -> "Schema":
        """Return a JSON Schema in the service's own form.

        A list of types becomes `any_of`, a null type `nullable`, a reference the schema that it refers to.

        Args:
          json_schema: The JSON Schema.
          api_option: The service to which it will be sent; "ENTERPRISE" is the same as "VERTEX_AI". At present both
            services accept the same fields.
          raise_error_on_unsupported_field: Whether a keyword that `Schema` does not have (`one_of`,
            `unique_items`, `additional_properties`) raises an error; it is left out otherwise.

        Raises:
          ValueError: A reference has no definition, a schema contains itself, or a keyword is not supported.

        Example::

            schema = types.JSONSchema(type="array", items=types.JSONSchema(type=["string", "null"]))
            types.Schema.from_json_schema(json_schema=schema)
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
    SchemaUnion = Any  # pydantic would read an annotation by its attributes; it is checked when it is sent
"""Values that may describe an answer: a `Schema`, a dict, a class (pydantic, enum, …) or an annotation."""

if TYPE_CHECKING:
    VersionedUnionType = UnionType
else:
    VersionedUnionType = Union[UnionType, type(Union[int, str])]
"""The classes of `int | str` and of `Union[int, str]`."""
