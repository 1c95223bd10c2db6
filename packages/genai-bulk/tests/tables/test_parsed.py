"""The Arrow type of replies, and the values that fit it."""

import enum
from typing import Literal, Optional, Union

import pyarrow as pa
import pydantic
import pytest

from genai_bulk.tables.parsed import parsed_field
from genai_bulk.tables.values import arrow_array, needs_fitting


class Mood(str, enum.Enum):
    GOOD = "good"
    BAD = "bad"


class Aspect(pydantic.BaseModel):
    name: str
    weight: Optional[float] = None


class Review(pydantic.BaseModel):
    mood: Mood
    stars: int
    sure: bool
    aspects: list[Aspect]
    language: Optional[Literal["de", "en"]] = None
    either: Union[int, str] = 0
    free: dict[str, int] = {}


class Tree(pydantic.BaseModel):
    name: str
    children: list["Tree"] = []


def field_of(response_schema):
    return parsed_field(pydantic.TypeAdapter(response_schema).json_schema())


def test_the_type_of_a_class():
    field = field_of(Review)
    assert str(field.type) == (
        "struct<mood: string, stars: int64, sure: bool, aspects: list<item: struct<name: string, weight: double>>, "
        "language: string, either: string, free: string>"
    )
    is_json = {member.name for member in field.type if needs_fitting(member)}
    assert is_json == {"either", "free"}


def test_a_recursion_is_json_text():
    field = field_of(Tree)
    assert str(field.type) == "struct<name: string, children: list<item: string>>"
    tree = {"name": "a", "children": [{"name": "b", "children": []}]}
    assert arrow_array([tree], field).to_pylist() == [{"name": "a", "children": ['{"name": "b", "children": []}']}]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "STRING", "enum": ["a", "b"]}, "string"),
        ({"type": "INTEGER", "nullable": True}, "int64"),
        ({"type": ["number", "null"]}, "double"),
        ({"enum": [1, 2]}, "int64"),
        ({"const": True}, "bool"),
        ({"type": "ARRAY", "items": {"type": "BOOLEAN"}}, "list<item: bool>"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "int64"),
        ({"allOf": [{"type": "integer"}]}, "int64"),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, "struct<a: int64>"),
    ],
)
def test_types_of_schemas(schema, expected):
    field = parsed_field(schema)
    assert str(field.type) == expected
    assert not needs_fitting(field)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": True},
        {"type": "array"},
        {"type": "array", "prefixItems": [{"type": "integer"}], "items": False},
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        {"type": ["integer", "string"]},
        {"enum": [1, "a"]},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#"},
        {"type": "null"},
    ],
)
def test_schemas_that_only_json_text_holds(schema):
    field = parsed_field(schema)
    assert field.type == pa.string()
    assert arrow_array([{"a": [1]}, 1, None, "x"], field).to_pylist() == ['{"a": [1]}', "1", None, '"x"']


def test_values_that_do_not_fit_are_null():
    field = field_of(Review)
    good = {
        "mood": "good",
        "stars": 4,
        "sure": True,
        "aspects": [{"name": "x", "weight": 1}],
        "language": None,
        "either": "x",
        "free": {"a": 1},
    }
    bad = {"mood": 1, "stars": "four", "sure": 1, "aspects": [{"name": "x", "weight": "much"}, 3], "extra": 1}
    assert arrow_array([good, bad, "text", None, [1]], field).to_pylist() == [
        {**good, "aspects": [{"name": "x", "weight": 1.0}], "either": '"x"', "free": '{"a": 1}'},
        {
            "mood": None,
            "stars": None,
            "sure": None,
            "aspects": [{"name": "x", "weight": None}, None],
            "language": None,
            "either": None,
            "free": None,
        },
        None,
        None,
        None,
    ]


def test_numbers_that_do_not_fit_are_null_without_an_effect_on_other_rows():
    whole = parsed_field({"type": "integer"})
    assert arrow_array([1, 2.0, 2.5, 2**70, True, "3", None], whole).to_pylist() == [1, 2, None, None, None, None, None]
    real = parsed_field({"type": "number"})
    assert arrow_array([1, 2.5, 10**400, False, "x"], real).to_pylist() == [1.0, 2.5, None, None, None]
    flag = parsed_field({"type": "boolean"})
    assert arrow_array([True, 0, "true"], flag).to_pylist() == [True, None, None]


def test_pydantic_objects_are_values():
    field = field_of(Aspect)
    assert arrow_array([Aspect(name="x", weight=0.5)], field).to_pylist() == [{"name": "x", "weight": 0.5}]
    assert arrow_array([Mood.GOOD], field_of(Mood)).to_pylist() == ["good"]
