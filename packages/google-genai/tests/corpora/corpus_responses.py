"""The structures of answers used by the tests and by the comparison with an official release: all that can be given as
`response_schema`. This module depends on the SDK only through the `types` module that is passed to its functions.

`SHAPES` are types; `FORMS` are explicit schemas: dicts, or functions that create a `types.Schema`. Ids are their keys.
"""

import datetime
import decimal
import enum
import ipaddress
import pathlib
import typing
import uuid
from collections.abc import Callable
from typing import Annotated, Any, Generic, Literal, Optional, TypeVar, Union

import annotated_types
import corpus_annotations as common
import pydantic
import pydantic.alias_generators
import typing_extensions

T = TypeVar("T")


class Colour(enum.Enum):
    """A colour of the house."""

    RED = "red"
    BLUE = "blue"


class Text(pydantic.BaseModel):
    text: str


class Numbers(pydantic.BaseModel):
    whole: int
    real: float
    flag: bool


class Described(pydantic.BaseModel):
    """A person, with a long description
    over two lines."""

    name: str = pydantic.Field(description="Full name", title="Name of the person")
    age: int = pydantic.Field(description="In years", examples=[3])


class Titled(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(title="A title")

    a: str


class Defaults(pydantic.BaseModel):
    a: int = 3
    b: str = "x"
    c: list[int] = [1]
    d: Optional[str] = None
    e: float = pydantic.Field(default_factory=float)
    f: Colour = Colour.RED


class DefaultModel(pydantic.BaseModel):
    inner: Text = Text(text="q")


class Optionals(pydantic.BaseModel):
    a: Optional[int]
    b: Optional[list[str]]
    c: Optional[Text]
    d: Optional[Colour]
    e: Optional[Literal["x"]]
    f: int | None = None


class Unions(pydantic.BaseModel):
    a: Union[int, str]
    b: Union[int, str, None]
    c: Union[Text, Numbers]
    d: Union[list[int], str]
    e: list[Union[int, Text]]


class Limits(pydantic.BaseModel):
    a: int = pydantic.Field(ge=1, le=9)
    b: str = pydantic.Field(min_length=2, max_length=4)
    c: list[str] = pydantic.Field(min_length=1, max_length=3)
    d: float = pydantic.Field(ge=0.5)


class Exclusive(pydantic.BaseModel):
    a: int = pydantic.Field(gt=0, lt=10)


class Multiple(pydantic.BaseModel):
    a: int = pydantic.Field(multiple_of=5)


class Patterned(pydantic.BaseModel):
    code: str = pydantic.Field(pattern="^[A-Z]{3}$")


class Times(pydantic.BaseModel):
    at: datetime.datetime
    day: datetime.date
    clock: datetime.time
    lasts: datetime.timedelta


class Special(pydantic.BaseModel):
    id: uuid.UUID
    url: pydantic.AnyUrl
    path: pathlib.Path
    ip: ipaddress.IPv4Address
    secret: pydantic.SecretStr


class Money(pydantic.BaseModel):
    amount: decimal.Decimal


class Bytes(pydantic.BaseModel):
    data: bytes


class AnyThing(pydantic.BaseModel):
    value: Any


class AnyObject(pydantic.BaseModel):
    value: dict


class AnyList(pydantic.BaseModel):
    values: list


class Counts(pydantic.BaseModel):
    by_name: dict[str, int]


class Registry(pydantic.BaseModel):
    by_name: dict[str, Text]


class Nested(pydantic.BaseModel):
    by_name: dict[str, dict[str, list[int]]]


class ByNumber(pydantic.BaseModel):
    by_number: dict[int, str]


class Closed(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    name: str
    inner: Optional["Closed2"] = None


class Closed2(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    a: int


class Open(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")

    name: str


class Empty(pydantic.BaseModel):
    pass


class Tree(pydantic.BaseModel):
    """A tree of names."""

    name: str
    branches: list["Tree"]


class Linked(pydantic.BaseModel):
    value: int
    next: Optional["Linked"] = None


class Described2(pydantic.BaseModel):
    next: Optional["Described2"] = pydantic.Field(default=None, description="What comes after")
    other: "list[Described2]" = pydantic.Field(default_factory=list, description="What stands beside")


class Person(pydantic.BaseModel):
    name: str
    employer: Optional["Company"] = None


class Company(pydantic.BaseModel):
    title: str
    staff: list[Person] = []


class Expression(pydantic.BaseModel):
    operator: Literal["+", "-"]
    left: Union[int, "Expression"]
    right: Union[int, "Expression"]


class Library(pydantic.BaseModel):
    trees: list[Tree]
    first: Tree


class TreeByName(pydantic.BaseModel):
    children: dict[str, "TreeByName"]


class TwoTexts(pydantic.BaseModel):
    one: Text
    two: Text
    three: list[Text]


class ThreeDeep(pydantic.BaseModel):
    two: TwoTexts
    more: Optional[list[TwoTexts]] = None


class Commented(pydantic.BaseModel):
    one: Text = pydantic.Field(description="The first one")
    two: Optional[Text] = pydantic.Field(default=None, description="The second one")
    colour: Colour = pydantic.Field(default=Colour.RED, description="Of the wall")


class Pair(pydantic.BaseModel):
    pair: tuple[int, str]


class Points(pydantic.BaseModel):
    points: list[tuple[float, float]]


class Series(pydantic.BaseModel):
    values: tuple[int, ...]


class Unique(pydantic.BaseModel):
    values: set[str]


class Fixed(pydantic.BaseModel):
    kind: Literal["fixed"]
    number: Literal[7]
    on: Literal[True]


class Choices(pydantic.BaseModel):
    text: Literal["a", "b"]
    number: Literal[1, 2]
    mixed: Literal["a", 1]
    maybe: Literal["a", None]


class Enums(pydantic.BaseModel):
    colour: Colour
    colours: list[Colour]
    by_default: Colour = Colour.BLUE


class Levels(pydantic.BaseModel):
    level: common.Level


class MixedEnum(pydantic.BaseModel):
    value: common.Mixed


class Aliased(pydantic.BaseModel):
    first_name: str = pydantic.Field(alias="firstName")
    second: int = pydantic.Field(validation_alias="2nd", serialization_alias="nr2")


class Camel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(alias_generator=pydantic.alias_generators.to_camel, populate_by_name=True)

    first_name: str
    last_name: str


class Chosen(pydantic.BaseModel):
    key: str = pydantic.Field(validation_alias=pydantic.AliasChoices("id", "key"))


class Page(pydantic.BaseModel, Generic[T]):
    entries: list[T]
    next: Optional[str] = None


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    tricks: list[str] = []


class Pet(pydantic.BaseModel):
    pet: Union[Cat, Dog] = pydantic.Field(discriminator="kind")


class Pets(pydantic.BaseModel):
    pets: list[Annotated[Union[Cat, Dog], pydantic.Field(discriminator="kind")]]


class Child(Text):
    more: int


class Override(Text):
    text: Literal["only"]  # type: ignore[assignment]


class Validated(pydantic.BaseModel):
    name: str

    @pydantic.field_validator("name")
    @classmethod
    def _strip(cls, value: str) -> str:
        return value.strip()


class Computed(pydantic.BaseModel):
    a: int

    @pydantic.computed_field
    @property
    def double(self) -> int:
        return self.a * 2


class Frozen(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True)

    a: int


class Deprecated(pydantic.BaseModel):
    old: int = pydantic.Field(deprecated=True)


class Examples(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(json_schema_extra={"example": {"a": 1}})

    a: int


class Reordered(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(json_schema_extra={"propertyOrdering": ["b", "a"]})

    a: int
    b: int


class NotOrdered(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(json_schema_extra={"propertyOrdering": []})

    a: int
    b: int


class ReasonFirst(pydantic.BaseModel):
    z_reason: str
    a_answer: int
    m_list: list[Text]


class ManyScripts(pydantic.BaseModel):
    größe: int
    名前: str = pydantic.Field(description="お名前")


class Odd(pydantic.BaseModel):
    type: str
    items: list[int]
    properties: Optional[str] = None
    enum: str = "x"
    anyOf: int = 1
    ref: str = pydantic.Field(alias="$ref")


class Strings(pydantic.RootModel[list[str]]):
    pass


class ByName(pydantic.RootModel[dict[str, int]]):
    pass


class RootOfModel(pydantic.RootModel[Text]):
    pass


class ConfiguredBytes(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(val_json_bytes="base64")

    data: bytes


class Attribute(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(use_attribute_docstrings=True)

    a: int
    """The first letter."""


@pydantic.dataclasses.dataclass
class Checked:
    x: int
    note: str = pydantic.Field(default="", max_length=9)


_ORDINARY = """
str int float bool bytes list dict tuple set Any object datetime date time timedelta Decimal UUID Path PositiveInt
list[str] List[int] list[list[int]] list[Any] list[dict] list[dict[str,_int]] list[Optional[int]] list[int_|_str] set[int]
frozenset[str] deque[int] dict[str,_int] Dict[str,_Any] dict[str,_list[int]] dict[str,_Item] dict[Colour,_int]
Mapping[str,_int] Sequence[int] Iterable[int] Collection[Item] tuple[int,_...] tuple[int,_str] tuple[()]
list[tuple[str,_int]] Optional[str] Optional[list[str]] Optional[dict] Optional[Item] Optional[Colour] int_|_None
str_|_int Union[int,_str,_None] Union[int,_float] Union[int,_Item] Union[Item,_Order] Union[str,_list[str]]
Union[Cat,_Dog]_discriminated Union[Cat,_Dog] Union[Colour,_int] Union[Point,_str] Literal_texts Literal_one_text
Literal_ints Literal_mixed Literal_bool Literal_with_None list[Literal] Enum_of_texts str_Enum IntEnum Enum_of_ints
Enum_mixed Enum_of_floats list[Enum] list[IntEnum] model model_nested model_with_limits model_strict model_empty
model_recursive models_mutually_recursive model_generic model_of_a_root list[model] Optional[list[model]] dataclass
dataclass_nested dataclass_frozen dataclass_recursive list[dataclass] dict[str,_dataclass] TypedDict TypedDict_not_total
TypedDict_NotRequired TypedDict_Required TypedDict_nested list[TypedDict] NamedTuple list[NamedTuple] NewType_of_int
TypeAliasType TypeAliasType_recursive Annotated_text Annotated_Field_limits Annotated_model
"""

SHAPES: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        *(Text, Numbers, Described, Titled, Defaults, DefaultModel, Optionals, Unions, Limits, Exclusive, Multiple),
        *(Patterned, Times, Special, Money, Bytes, AnyThing, AnyObject, AnyList, Counts, Registry, Nested, ByNumber),
        *(Closed, Open, Empty, Tree, Linked, Described2, Person, Company, Expression, Library, TreeByName, TwoTexts),
        *(ThreeDeep, Commented, Pair, Points, Series, Unique, Fixed, Choices, Enums, Levels, MixedEnum, Aliased, Camel),
        *(Chosen, Pet, Pets, Child, Override, Validated, Computed, Frozen, Deprecated, Examples, Reordered, NotOrdered),
        *(ReasonFirst, ManyScripts, Odd, Strings, ByName, RootOfModel, ConfiguredBytes, Attribute, Checked, Colour),
    )
}
SHAPES |= {
    "Page[Text]": Page[Text],
    "Page[Tree]": Page[Tree],
    "list[Page[int]]": list[Page[int]],
    "list[Tree]": list[Tree],
    "Optional[Tree]": Optional[Tree],
    "Union[Tree, str]": Union[Tree, str],
    "dict[str, Tree]": dict[str, Tree],
    "tuple[Text, Numbers]": tuple[Text, Numbers],
    "list[Colour] of limits": Annotated[list[Colour], annotated_types.Len(1, 3)],
    "Annotated Field": Annotated[int, pydantic.Field(description="how many", ge=0)],
    "Type of classes": typing.Type,  # noqa: UP006
    "Callable": Callable[[], int],
    "complex": complex,
    "LiteralString": typing_extensions.LiteralString,
}
SHAPES |= {f"plain {name}": common.ANNOTATIONS[name] for name in (w.replace("_", " ") for w in _ORDINARY.split())}

REFUSED = frozenset({"Callable", "Type of classes"})
"""JSON cannot represent the values of these."""

_OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
_CIRCULAR: dict[str, Any] = {
    "$defs": {
        "Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}, "value": {"type": "integer"}}}
    },
    "$ref": "#/$defs/Node",
}

FORMS: dict[str, Any] = {
    "object": _OBJECT,
    "object of the service": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}, "required": ["a"]},
    "snake case": {
        "type": "OBJECT",
        "properties": {"a_b": {"type": "ARRAY", "items": {"type": "STRING"}, "min_items": 1}},
    },
    "camel case": {
        "type": "object",
        "properties": {"a_b": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
    },
    "property ordering": {**_OBJECT, "property_ordering": ["a"]},
    "propertyOrdering": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "propertyOrdering": ["b", "a"],
    },
    "no type": {"description": "whatever"},
    "string": {"type": "string"},
    "enum": {"type": "string", "enum": ["a", "b"]},
    "enum of ints": {"type": "integer", "enum": [1, 2]},
    "enum mixed": {"enum": ["a", 1]},
    "const": {"const": "a"},
    "const int": {"const": 7},
    "list of types": {"type": ["string", "null"]},
    "list of two types": {"type": ["string", "integer"]},
    "nullable": {"type": "STRING", "nullable": True},
    "anyOf": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    "any_of": {"any_of": [{"type": "STRING"}, {"type": "INTEGER"}]},
    "anyOf with null": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "d"},
    "oneOf": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    "allOf": {"allOf": [_OBJECT, {"type": "object", "properties": {"b": {"type": "integer"}}}]},
    "not": {"type": "string", "not": {"enum": ["x"]}},
    "additionalProperties true": {"type": "object", "additionalProperties": True},
    "additionalProperties false": {**_OBJECT, "additionalProperties": False},
    "additionalProperties schema": {"type": "object", "additionalProperties": {"type": "integer"}},
    "additional_properties": {"type": "OBJECT", "additional_properties": {"type": "INTEGER"}},
    "additional of a reference": {
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/X"},
        "$defs": {"X": {"type": "integer"}},
    },
    "patternProperties": {"type": "object", "patternProperties": {"^a": {"type": "string"}}},
    "prefixItems": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "string"}],
        "minItems": 2,
        "maxItems": 2,
    },
    "uniqueItems": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    "exclusiveMinimum": {"type": "integer", "exclusiveMinimum": 0},
    "multipleOf": {"type": "integer", "multipleOf": 5},
    "$ref": {"$defs": {"X": {"type": "string"}}, "type": "array", "items": {"$ref": "#/$defs/X"}},
    "$ref with words": {
        "$defs": {"X": {"type": "string"}},
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/X", "description": "d"}},
    },
    "$ref circular": _CIRCULAR,
    "definitions": {"definitions": {"X": {"type": "string"}}, "type": "array", "items": {"$ref": "#/definitions/X"}},
    "$schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", **_OBJECT},
    "$id": {"$id": "https://h/x", **_OBJECT},
    "format": {"type": "string", "format": "date-time"},
    "default": {"type": "integer", "default": 3},
    "example": {"type": "integer", "example": 3},
    "examples": {"type": "integer", "examples": [3]},
    "comment": {"type": "integer", "$comment": "c"},
    "properties called like keywords": {
        "type": "object",
        "properties": {"type": {"type": "string"}, "$ref": {"type": "string"}, "anyOf": {"type": "integer"}},
    },
    "nested deeply": {"type": "array", "items": {"type": "array", "items": {"type": "array", "items": _OBJECT}}},
    "Schema": lambda types: types.Schema(type="STRING"),
    "Schema object": lambda types: types.Schema(
        type="OBJECT",
        properties={"a": types.Schema(type="STRING", nullable=True), "b": types.Schema(type="INTEGER", minimum=1)},
        required=["a"],
    ),
    "Schema ordering": lambda types: types.Schema(
        type="OBJECT",
        properties={"a": types.Schema(type="STRING"), "b": types.Schema(type="INTEGER")},
        property_ordering=["b", "a"],
    ),
    "Schema any_of": lambda types: types.Schema(any_of=[types.Schema(type="STRING"), types.Schema(type="NULL")]),
    "Schema of a list": lambda types: types.Schema(
        type="ARRAY", items=types.Schema(type="STRING", enum=["a"]), min_items=1
    ),
    "Schema additional properties": lambda types: types.Schema(
        type="OBJECT", additional_properties={"type": "INTEGER"}, nullable=True
    ),
    "Schema of a model": lambda types: types.Schema.from_json_schema(
        json_schema=types.JSONSchema.model_validate(Text.model_json_schema())
    ),
    "unknown keyword": {"type": "string", "madeUp": 1},
    "unresolved $ref": {"$ref": "#/$defs/X"},
    "wrong type": {"type": 5},
    "not a schema": {"type": "array", "items": "string"},
}
REFUSED_FORMS = frozenset({"unresolved $ref", "wrong type", "not a schema"})
"""These are not valid JSON Schemas."""

SAMPLES: dict[str, str] = {
    "shape Patterned": '{"code": "ABC"}',
    "shape Special": '{"id": "7f3c8b1e-2f0e-4c4e-9a43-0d8bb8f3f0aa", "url": "https://h/", "path": "a", "ip": "127.0.0.1", '
    '"secret": "s"}',
    "shape Money": '{"amount": "1.50"}',
    "shape ConfiguredBytes": '{"data": "AAAA"}',
    "shape complex": '"1+2j"',
    "shape plain Decimal": '"1.50"',
}
"""Answers for the cases whose values cannot be generated."""


def schema(case: str, types: Any) -> Any:
    """Return the `response_schema` of a case, such as `shape Text` or `form enum`."""
    kind, _, name = case.partition(" ")
    if kind == "shape":
        return SHAPES[name]
    form = FORMS[name]
    return form(types) if callable(form) else form


CASES: list[str] = [*(f"shape {name}" for name in SHAPES), *(f"form {name}" for name in FORMS)]
