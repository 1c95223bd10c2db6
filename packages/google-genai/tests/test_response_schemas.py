"""The wire form of `response_schema`.

There is one test for each case of the corpus `corpora/corpus_responses.py`; `corpora/responses.json` contains the
expected wire forms. To run one case: `pytest -k 'answer and Commented'`, or its complete id.
"""

from __future__ import annotations

import datetime
import enum
import gc
import json
import sys
import weakref
from pathlib import Path
from typing import Any

import jsonschema
import pydantic
import pytest

from google.genai import types
from google.genai._backend import Backend
from google.genai._core.parsing import read
from google.genai._wire.codec import new_encoding

sys.path.append(str(Path(__file__).parent / "corpora"))
import corpus_annotations
import corpus_responses
import corpus_wire

GOLDEN = corpus_wire.golden("responses")
_CASES = corpus_wire.CASES["responses"]


@pytest.mark.parametrize("case", _CASES)
def test_the_shape_of_an_answer_is_sent_as_it_is_known(case: str) -> None:
    if corpus_annotations.depends_on_pydantic(case.partition(" ")[2]):
        pytest.skip("this release of pydantic describes Decimal and Fraction in another way than the recorded one")
    assert corpus_wire.outcome_of(case) == GOLDEN[case]


@pytest.mark.parametrize("case", _CASES)
def test_an_answer_that_fits_what_was_sent_fits_the_type(case: str) -> None:
    name = case.partition(" ")[2]
    for wire in GOLDEN[case].values():
        if "refused" in wire:
            continue
        schema = corpus_wire.json_schema_of(wire)
        for is_full in (False, True):
            sample = corpus_responses.SAMPLES.get(name)
            value = json.loads(sample) if sample else corpus_wire.value_of(schema, is_full=is_full)
            jsonschema.Draft202012Validator(schema).validate(value)
            read(corpus_responses.schema(name, types), json.dumps(value))


def test_the_corpus_is_whole() -> None:
    assert set(GOLDEN) == set(_CASES)
    assert len(_CASES) >= 240
    refused = {case.partition(" ")[2] for case in _CASES if any("refused" in wire for wire in GOLDEN[case].values())}
    assert refused == {f"shape {name}" for name in corpus_responses.REFUSED} | {
        f"form {name}" for name in corpus_responses.REFUSED_FORMS
    }


def test_json_schemas_of_the_corpus_are_json_schemas() -> None:
    sent = [
        wire["responseJsonSchema"] for case in GOLDEN.values() for wire in case.values() if "responseJsonSchema" in wire
    ]
    assert len(sent) > 60
    for schema in sent:
        jsonschema.Draft202012Validator.check_schema(schema)


class Leaf(pydantic.BaseModel):
    name: str


class Tree(pydantic.BaseModel):
    reason: str
    answer: Leaf
    branches: list[Tree]


def _body(config: dict[str, Any], backend: str = "gemini") -> dict[str, Any]:
    encoding = new_encoding(Backend(backend == "vertex", base_url="https://h/", api_version="v1"))
    encoding.write_config(types.GenerateContentConfig.model_validate(config), "config")
    return encoding.body["generationConfig"]


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
def test_json_schema_takes_the_place_of_the_schema(backend: str) -> None:
    body = _body({"response_mime_type": "application/json", "response_schema": Tree}, backend)
    assert body.keys() == {"responseMimeType", "responseJsonSchema"}
    schema = body["responseJsonSchema"]
    assert schema["propertyOrdering"] == ["reason", "answer", "branches"]
    assert schema["properties"]["branches"]["items"] == {"$ref": "#/$defs/Tree"}
    assert list(schema["$defs"]) == ["Tree"]  # schemas that are not recursive are inlined


def test_two_json_schemas_are_one_too_many() -> None:
    with pytest.raises(
        ValueError, match=r"config\.response_schema: can only be sent as response_json_schema, which is set"
    ):
        _body({"response_schema": Tree, "response_json_schema": {"type": "object"}})


def test_an_inlined_request_of_a_batch_takes_json_schema_as_well() -> None:
    from google.genai._ops import batches
    from google.genai._wire.codec import encode

    request = types.InlinedRequest(
        contents=[types.Content(role="user", parts=[types.Part(text="a")])],
        config=types.GenerateContentConfig(response_mime_type="application/json", response_schema=Tree),
    )
    backend = Backend(False, base_url="https://h/", api_version="v1")
    call = encode(batches.CREATE, backend, {"model": "m", "src": [request], "config": None})
    body = json.loads(call.body if isinstance(call.body, bytes) else b"".join(call.body or []))
    sent = body["batch"]["inputConfig"]["requests"]["requests"][0]["request"]
    assert sent["generationConfig"].keys() == {"responseMimeType", "responseJsonSchema"}


def test_the_order_of_properties_is_the_callers_to_say() -> None:
    class Given(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(json_schema_extra={"propertyOrdering": ["b", "a"]})

        a: int
        b: int

    class Free(Given):
        model_config = pydantic.ConfigDict(json_schema_extra={"propertyOrdering": []})

    ordered = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in "ab"},
        "propertyOrdering": ["b", "a"],
    }
    assert _body({"response_schema": Given})["responseSchema"]["propertyOrdering"] == ["b", "a"]
    assert _body({"response_schema": Free})["responseSchema"]["propertyOrdering"] == []
    assert _body({"response_schema": ordered})["responseSchema"]["propertyOrdering"] == ["b", "a"]
    assert "propertyOrdering" not in _body(
        {"response_json_schema": Given.model_json_schema() | {"propertyOrdering": None}}
    )
    assert _body({"response_schema": list[Leaf]})["responseSchema"]["items"].keys() == {
        "properties",
        "required",
        "title",
        "type",
    }


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
def test_keywords_for_other_readers_are_left_out(backend: str, caplog: pytest.LogCaptureFixture) -> None:
    class Form(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(json_schema_extra={"ui:order": ["name"], "x-handler": "h"})

        name: str = pydantic.Field(json_schema_extra={"faker": {"kind": "name"}, "widget": "w"})
        born: datetime.date = pydantic.Field(json_schema_extra={"widget": "w"})

    class Name(pydantic.BaseModel):
        name: str = pydantic.Field(json_schema_extra={"widget": "w"})

    closed = {"type": "object", "x-y": 1, "properties": {"a": {"type": "string", "tsType": "Name"}}}
    assert _body({"response_schema": Name}, backend)["responseSchema"]["properties"]["name"].keys() == {"type", "title"}
    born = _body({"response_schema": Form}, backend)["responseJsonSchema"]["properties"]["born"]
    assert born == {"type": "string", "format": "date", "title": "Born"}
    assert _body({"response_schema": closed}, backend)["responseSchema"] == {
        "type": "OBJECT",
        "properties": {"a": {"type": "STRING"}},
    }
    assert not caplog.records
    _body({"response_schema": {"type": "object", "propertys": {}}}, backend)
    [record] = caplog.records
    assert record.getMessage() == "A schema has the keyword 'propertys', which is not sent; did you mean 'properties'?"


def test_a_dict_is_not_changed() -> None:
    given = {"$defs": {"X": {"type": "string"}}, "type": "array", "items": {"$ref": "#/$defs/X"}, "uniqueItems": True}
    before = json.dumps(given)
    _body({"response_schema": given})
    assert json.dumps(given) == before


def test_definitions_that_double_at_each_level_are_not_copied_without_end() -> None:
    definitions: dict[str, Any] = {"L0": {"type": "string"}}
    for level in range(1, 40):
        inner = {"$ref": f"#/$defs/L{level - 1}"}
        definitions[f"L{level}"] = {"type": "object", "properties": {"a": inner, "b": inner}, "maxProperties": 2}
    schema = {"$defs": definitions, "$ref": "#/$defs/L39", "patternProperties": {"x": {}}}
    sent = _body({"response_schema": schema})["responseJsonSchema"]
    assert len(json.dumps(sent)) < 100_000
    jsonschema.Draft202012Validator(sent).validate({"a": {"b": {}}})


def test_classes_are_not_kept_alive() -> None:
    def make() -> list[weakref.ref[Any]]:
        class Model(pydantic.BaseModel):
            a: int

        class Colour(enum.Enum):
            RED = "red"

        _body({"response_schema": Model})
        _body({"response_schema": Colour})
        return [weakref.ref(Model), weakref.ref(Colour)]

    gone = make()
    gc.collect()
    assert [ref() for ref in gone] == [None, None]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"tpye": "object"}, "JSON Schema has no keyword 'tpye', and there is no other one"),
        ({"type": "array", "items": {"$ref": "#/$defs/X"}}, r"items\.\$ref: there is no definition '#/\$defs/X'"),
        ({"type": "string", "min_length": "x"}, r"min_length: Input should be a valid integer"),
        ({"type": 5}, "type: expected the name of a type, got 5"),
        (range, "no schema can be made of <class 'range'>"),
    ],
)
def test_what_json_schema_cannot_say_either_is_refused_with_its_path(schema: Any, message: str) -> None:
    with pytest.raises(ValueError, match=rf"config\.response_schema(\.|: ){message}"):
        _body({"response_schema": schema})
