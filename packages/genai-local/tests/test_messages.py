"""The registry of messages: how a field is declared, and which mistakes in the data are found when it is loaded."""

from __future__ import annotations

import json

import pytest

from genai_local.protocol.messages import API, Field, Registry, Union


def registry(fields, **others):
    return Registry({"a.json": json.dumps({"messages": {"Thing": fields}, **others})})


@pytest.mark.parametrize(
    ("declaration", "field"),
    [
        ("string", Field("someName", "string")),
        ({"list": "Thing"}, Field("someName", "Thing", is_list=True)),
        ({"map": "Colour"}, Field("someName", "Colour", is_map=True)),
        ({"type": "int", "oneof": "data", "number": 3}, Field("someName", "int", oneof="data", number=3)),
        ({"type": "int", "required": True}, Field("someName", "int", required=True)),
        ({"type": "any", "surface": "vertex", "alias": "$x"}, Field("someName", "any", surface="vertex", alias="$x")),
    ],
)
def test_a_declared_field(declaration, field):
    thing = registry({"someName": declaration}, enums={"Colour": ["RED"]})

    assert thing.messages == {"Thing": (field,)}
    assert thing.enums == {"Colour": ("RED",)}


def test_spellings_and_surfaces_of_fields():
    things = registry({"someName": {"type": "string", "alias": "$name"}, "other": {"type": "int", "surface": "gemini"}})

    assert things.fields("Thing", "gemini").keys() == {"someName", "some_name", "$name", "other"}
    assert things.fields("Thing", "vertex").keys() == {"someName", "some_name", "$name"}


def test_names_that_are_snake_case_have_no_other_spelling():
    assert registry({"some_name": "string"}).fields("Thing", "gemini").keys() == {"some_name"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"x": "strin"}, "a.json: Thing.x: unknown type 'strin'"),
        ({"x": {"list": "Nothing"}}, "a.json: Thing.x: unknown type 'Nothing'"),
        ({"x": {"kind": "string"}}, "a.json: Thing.x: unknown key 'kind'; expected alias, list, map"),
        ({"x": {"oneof": "data"}}, "a.json: Thing.x: expected one of type, list and map, got none"),
        ({"x": {"list": "int", "map": "int"}}, "a.json: Thing.x: expected one of type, list and map, got list, map"),
        ({"x": {"type": "int", "surface": "moon"}}, "a.json: Thing.x: unknown surface 'moon'; expected gemini or"),
        ({"someName": "int", "some_name": "int"}, "a.json: Thing: spelling 'some_name' is given twice"),
        ({"x": {"type": "int", "number": 1}, "y": {"type": "int", "number": 1}}, "a.json: Thing: number 1 is given"),
    ],
)
def test_mistakes_in_a_field(fields, problem):
    with pytest.raises(ValueError, match="Thing") as caught:
        registry(fields)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        ({"a.json": '{"messages": {"A": {"x": "int", "x": "bool"}}}'}, "a.json: key 'x' is given twice"),
        ({"a.json": '{"messages": {"A": {}, "A": {}}}'}, "a.json: key 'A' is given twice"),
        (
            {"a.json": '{"messages": {"A": {}}}', "b.json": '{"unions": {"A": {}}}'},
            "b.json: A: already defined in a.json",
        ),
        (
            {"a.json": '{"messages": {"A": {}}}', "b.json": '{"enums": {"A": []}}'},
            "b.json: A: already defined in a.json",
        ),
        ({"a.json": '{"enums": {"A": ["X", "Y", "X"]}}'}, "a.json: A: member 'X' is given twice"),
        ({"a.json": "{"}, "a.json: Expecting property name"),
    ],
)
def test_mistakes_in_files(sources, problem):
    with pytest.raises(ValueError, match="json") as caught:
        Registry(sources)
    assert str(caught.value).startswith(problem)


def test_unions():
    unions = {"Any": {"by": "type", "of": {"thing": "Thing"}}, "Form": {"string": "string", "list": "Any"}}
    things = registry({"one": "Any", "other": {"list": "Form"}}, unions=unions)

    assert things.unions == {
        "Any": Union("type", {"thing": "Thing"}),
        "Form": Union(None, {"string": "string", "list": "Any"}),
    }


@pytest.mark.parametrize(
    ("union", "problem"),
    [
        ({"by": "type", "of": {"a": "Other"}}, "a.json: Some.a: unknown type 'Other'"),
        ({"by": "type", "of": {"a": "string"}}, "a.json: Some.a: unknown type 'string'"),
        ({"by": "type"}, "a.json: Some: expected the keys by and of, got by"),
        ({"string": "strin"}, "a.json: Some.string: unknown type 'strin'"),
        ({"number": "int"}, "a.json: Some: unknown kind 'number'; expected list, object, string"),
    ],
)
def test_mistakes_in_unions(union, problem):
    with pytest.raises(ValueError, match="Some") as caught:
        registry({}, unions={"Some": union})
    assert problem in str(caught.value)


def test_the_api_has_messages_and_enums():
    assert {"Content", "TuningJob", "AuthToken"} <= API.messages.keys()
    assert {"Type", "HarmCategory"} <= API.enums.keys()
