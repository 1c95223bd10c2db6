"""`types.Schema` from JSON Schema and back; declarations of Python functions."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Optional, TypedDict, Union

import pydantic
import pytest

from google.genai import types

J = types.JSONSchema


def plain(model: pydantic.BaseModel) -> Any:
    return model.model_dump(mode="json", exclude_none=True)


# JSON Schema


FROM_JSON: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "type": ({"type": "string", "description": "d"}, {"type": "STRING", "description": "d"}),
    "nullable": ({"type": ["string", "null"]}, {"type": "STRING", "nullable": True}),
    "only null": ({"type": "null"}, {"nullable": True}),
    "no type": ({"title": "t"}, {"title": "t"}),
    "list of types": (
        {
            "type": ["string", "array"],
            "items": {"type": "integer"},
            "min_length": 2,
            "description": "d",
            "default": "q",
        },
        {
            "any_of": [
                {"type": "STRING", "min_length": 2, "description": "d"},
                {"type": "ARRAY", "items": {"type": "INTEGER"}, "description": "d"},
            ]
        },
    ),
    "list of types and null": (
        {"type": ["string", "integer", "null"]},
        {"any_of": [{"type": "STRING"}, {"type": "INTEGER"}], "nullable": True},
    ),
    "alternatives": (
        {"any_of": [{"type": "string"}, {"type": "integer"}]},
        {"any_of": [{"type": "STRING"}, {"type": "INTEGER"}]},
    ),
    "alternative and null": (
        {"any_of": [{"type": "string"}, {"type": "null"}], "description": "out"},
        {"type": "STRING", "nullable": True, "description": "out"},
    ),
    "object": (
        {"type": "object", "properties": {"a": {"type": "number", "minimum": 1}}, "required": ["a"]},
        {"type": "OBJECT", "properties": {"a": {"type": "NUMBER", "minimum": 1.0}}, "required": ["a"]},
    ),
    "reference": (
        {"type": "array", "items": {"$ref": "#/$defs/X"}, "$defs": {"X": {"type": "boolean"}}},
        {"type": "ARRAY", "items": {"type": "BOOLEAN"}},
    ),
    "no word": ({"type": "object", "additional_properties": False}, {"type": "OBJECT"}),
}


@pytest.mark.parametrize("name", FROM_JSON)
def test_a_schema_from_json_schema(name: str) -> None:
    given, expected = FROM_JSON[name]
    assert plain(types.Schema.from_json_schema(json_schema=J.model_validate(given))) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"$ref": "#/$defs/Y"}, r"json_schema\.ref: there is no definition '#/\$defs/Y'"),
        (
            {"$ref": "#/$defs/X", "$defs": {"X": {"type": "array", "items": {"$ref": "#/$defs/X"}}}},
            r"json_schema\.items: the schema 'X' contains itself",
        ),
        ({"type": "array", "unique_items": True}, "json_schema: types.Schema has no word for unique_items"),
        (
            {"type": "object", "properties": {"a": {"type": "object", "additional_properties": True}}},
            r"json_schema\.properties\.a: types\.Schema has no word for additional_properties",
        ),
    ],
)
def test_what_a_schema_cannot_say(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        types.Schema.from_json_schema(json_schema=J.model_validate(given), raise_error_on_unsupported_field=True)


def test_a_json_schema_from_a_schema() -> None:
    schema = types.Schema(
        type=types.Type.OBJECT,
        nullable=True,
        properties={"a": types.Schema(type=types.Type.ARRAY, items=types.Schema(type=types.Type.INTEGER, minimum=1))},
        required=["a"],
        property_ordering=["a"],
        any_of=[types.Schema(type=types.Type.STRING)],
    )
    assert schema.json_schema.model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "type": ["null", "object"],
        "properties": {"a": {"type": "array", "items": {"type": "integer", "minimum": 1.0}}},
        "required": ["a"],
        "anyOf": [{"type": "string"}],
    }
    assert types.Schema().json_schema == J()
    assert types.Schema(type=types.Type.STRING).json_schema.type is types.JSONSchemaType.STRING


# Functions


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Inner(pydantic.BaseModel):
    q: Union[int, str]


class Order(pydantic.BaseModel):
    x: int = pydantic.Field(description="How many")
    y: Optional[str] = None
    z: list[Inner] = []


class Tree(pydantic.BaseModel):
    branches: list[Tree] = []


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Options(TypedDict, total=False):
    name: str


class Pair(NamedTuple):
    a: int


ANNOTATIONS: list[tuple[Any, dict[str, Any]]] = [
    (str, {"type": "STRING"}),
    (int, {"type": "INTEGER"}),
    (float, {"type": "NUMBER"}),
    (bool, {"type": "BOOLEAN"}),
    (list, {"type": "ARRAY"}),
    (dict, {"type": "OBJECT"}),
    (bytes, {"type": "STRING", "format": "binary"}),
    (datetime.datetime, {"type": "STRING", "format": "date-time"}),
    (Any, {}),
    (list[str], {"type": "ARRAY", "items": {"type": "STRING"}}),
    (list[list[int]], {"type": "ARRAY", "items": {"type": "ARRAY", "items": {"type": "INTEGER"}}}),
    (Sequence[int], {"type": "ARRAY", "items": {"type": "INTEGER"}}),
    (Iterable[int], {"type": "ARRAY", "items": {"type": "INTEGER"}}),
    (tuple[int, ...], {"type": "ARRAY", "items": {"type": "INTEGER"}}),
    (frozenset[str], {"type": "ARRAY", "items": {"type": "STRING"}}),
    (list[Any], {"type": "ARRAY"}),
    (dict[str, int], {"type": "OBJECT"}),
    (Mapping[str, Order], {"type": "OBJECT"}),
    (
        Optional[list[Optional[int]]],
        {"type": "ARRAY", "items": {"type": "INTEGER", "nullable": True}, "nullable": True},
    ),
    (Union[int, str], {"type": "OBJECT", "any_of": [{"type": "INTEGER"}, {"type": "STRING"}]}),
    (
        Union[int, str, None],
        {"type": "OBJECT", "any_of": [{"type": "INTEGER"}, {"type": "STRING"}], "nullable": True},
    ),
    (Literal["a", "b"], {"type": "STRING", "enum": ["a", "b"]}),
    (Literal[1, 2], {"type": "INTEGER", "enum": ["1", "2"]}),
    (Literal["a", None], {"type": "STRING", "enum": ["a"], "nullable": True}),
    (Colour, {"type": "STRING", "enum": ["red", "blue"], "title": "Colour"}),
    (Level, {"type": "INTEGER", "enum": ["1"], "title": "Level"}),
    (Annotated[str, "where to"], {"type": "STRING", "description": "where to"}),
    (
        Annotated[int, pydantic.Field(ge=3, description="how many")],
        {"type": "INTEGER", "minimum": 3.0, "description": "how many"},
    ),
    (Point, {"type": "OBJECT", "properties": {"x": {"type": "INTEGER"}, "y": {"type": "INTEGER"}}, "required": ["x"]}),
    (Options, {"type": "OBJECT", "properties": {"name": {"type": "STRING"}}, "required": []}),
    (
        Order,
        {
            "type": "OBJECT",
            "properties": {
                "x": {"type": "INTEGER", "description": "How many"},
                "y": {"type": "STRING", "nullable": True},
                "z": {
                    "type": "ARRAY",
                    "items": {
                        "type": "OBJECT",
                        "properties": {"q": {"type": "OBJECT", "any_of": [{"type": "INTEGER"}, {"type": "STRING"}]}},
                        "required": ["q"],
                    },
                },
            },
            "required": ["x"],
        },
    ),
]


@pytest.mark.parametrize(("annotation", "expected"), ANNOTATIONS, ids=[str(case[0]) for case in ANNOTATIONS])
def test_a_parameter_is_described(annotation: Any, expected: dict[str, Any]) -> None:
    def f(p): ...

    f.__annotations__ = {"p": annotation}
    declared = types.FunctionDeclaration.from_callable_with_api_option(callable=f)
    assert declared.parameters is not None
    assert plain(declared.parameters)["properties"]["p"] == expected


@pytest.mark.parametrize("annotation", [Tree, tuple[int, str], Pair, Literal["a", 1]])
def test_what_the_form_cannot_say_is_sent_as_json_schema(annotation: Any) -> None:
    def f(p, q=1): ...

    f.__annotations__ = {"p": annotation, "q": int}
    declared = types.FunctionDeclaration.from_callable_with_api_option(callable=f)
    assert declared.parameters is None
    schema: Any = declared.parameters_json_schema
    assert schema["type"] == "object"
    assert set(schema["properties"]) == {"p", "q"}
    assert schema["required"] == ["p"]


def test_defaults_and_nullable_parameters_are_not_required() -> None:
    def f(
        a: int,
        b: Optional[int],
        c: int = 3,
        d: Optional[str] = None,
        e: list[int] = [1],  # noqa: B006
        *,
        g: Colour = Colour.RED,
    ): ...

    declared = types.FunctionDeclaration.from_callable_with_api_option(callable=f)
    assert declared.parameters is not None
    assert declared.parameters.required == ["a"]
    properties = plain(declared.parameters)["properties"]
    assert {name: schema.get("default") for name, schema in properties.items()} == {
        "a": None,
        "b": None,
        "c": 3,
        "d": None,
        "e": [1],
        "g": "red",
    }


def test_a_declaration_says_name_docstring_and_for_vertex_the_answer() -> None:
    def roll(sides: int = 6) -> list[int]:
        """Roll a die.

        Args:
          sides: How many.
        """
        return [sides]

    on_gemini = types.FunctionDeclaration.from_callable_with_api_option(callable=roll)
    assert (on_gemini.name, on_gemini.response) == ("roll", None)
    assert on_gemini.description == "Roll a die.\n\nArgs:\n  sides: How many."
    on_vertex = types.FunctionDeclaration.from_callable_with_api_option(
        callable=roll, api_option="VERTEX_AI", behavior=types.Behavior.NON_BLOCKING
    )
    assert on_vertex.response is not None
    assert plain(on_vertex.response) == {"type": "ARRAY", "items": {"type": "INTEGER"}}
    assert on_vertex.behavior is types.Behavior.NON_BLOCKING


def test_every_kind_of_callable_has_a_name() -> None:
    class Machine:
        """A machine."""

        def turn(self, times: int) -> None:
            """Turn it."""

        @classmethod
        def make(cls, size: int) -> None: ...

        @staticmethod
        def stop(hard: bool) -> None: ...

        def __call__(self, now: bool) -> None:
            """Run it."""

    async def fetch(url: str, *more: str, **options: str) -> str:
        return url

    machine = Machine()
    cases: list[tuple[Callable[..., Any], str, list[str], str | None]] = [
        (machine.turn, "turn", ["times"], "Turn it."),
        (Machine.make, "make", ["size"], None),
        (Machine.stop, "stop", ["hard"], None),
        (machine, "Machine", ["now"], "Run it."),
        (functools.partial(machine.turn, times=3), "turn", ["times"], "Turn it."),
        (fetch, "fetch", ["url"], None),
    ]
    for function, name, parameters, description in cases:
        declared = types.FunctionDeclaration.from_callable_with_api_option(callable=function)
        assert declared.parameters is not None
        assert declared.parameters.properties is not None
        assert (declared.name, list(declared.parameters.properties), declared.description) == (
            name,
            parameters,
            description,
        )


def _unannotated(a, b: int): ...


def _unresolved(a: NoSuchType): ...  # noqa: F821


def _open_file(a: Callable[[], int]): ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_unannotated, r"_unannotated\(a\): the parameter has no annotation"),
        (_unresolved, "_unresolved: an annotation names something that is not there: .*NoSuchType"),
        (_open_file, r"_open_file\(a\): no schema can be made of"),
        (lambda a: a, "'<lambda>' is no name that a model can call"),
    ],
)
def test_what_cannot_be_declared_says_where(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        types.FunctionDeclaration.from_callable_with_api_option(callable=function)


def test_the_option_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="expected 'VERTEX_AI' or 'GEMINI_API', got 'X'"):
        types.FunctionDeclaration.from_callable_with_api_option(callable=_open_file, api_option="X")  # type: ignore[arg-type]


# Answers of MCP servers


class _CallToolResult(pydantic.BaseModel):
    """What `mcp.types.CallToolResult` is to us."""

    content: list[dict[str, Any]]
    is_error: bool = pydantic.Field(False, alias="isError")


def test_the_answer_of_an_mcp_server() -> None:
    text = {"type": "text", "text": "20 degrees"}
    answer = types.FunctionResponse.from_mcp_response(name="weather", response=_CallToolResult(content=[text]))
    assert (answer.name, answer.response) == ("weather", {"result": [text]})
    failed = _CallToolResult(content=[{"type": "text", "text": "no such town"}], isError=True)
    assert types.FunctionResponse.from_mcp_response(name="weather", response=failed).response == {
        "error": "no such town"
    }
