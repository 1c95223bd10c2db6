"""The types of interactions: names, schemas, documentation of fields, and what this release does not know."""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import inspect
import json
import pickle
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pydantic
import pytest
import typing_extensions

from google.genai import environments, interactions
from google.genai._interactions.requests import step_types
from google.genai._interactions.types import _base
from google.genai._interactions.types._base import InteractionModel, UnknownMember
from google.genai._interactions.types._index import MODULE_OF
from google.genai._interactions.types._later import Later, later_in, whole
from google.genai._interactions.types._reading import read_dict, read_json
from google.genai._interactions.types._unions import OpenUnion

_FOLDER = Path(_base.__file__).parent
_FACTS = Path(__file__).parents[4] / "tools/interactions"
_NAMES = sorted(MODULE_OF)
_ALIASES = {
    *("AgentConfig", "AudioMediaProcessing", "DocumentMediaProcessing", "MediaProcessing"),
    *(f"{noun}DeleteResponse" for noun in ("Agent", "Credential", "Environment", "Interaction", "Trigger", "Webhook")),
    *("DecisionInstructionContent", "EnvironmentListResponse", "TriggerListExecutionsResponse", "TriggerListResponse"),
}
_MODELS = [
    name for name in _NAMES if isinstance(getattr(interactions, name), type(InteractionModel)) and name not in _ALIASES
]
_WITHOUT_FIELDS = [name for name in _MODELS if not getattr(interactions, name).__pydantic_fields__]
_DICTS = [name for name in _NAMES if typing_extensions.is_typeddict(getattr(interactions, name))]
_UNIONS = [name for name in _NAMES if not MODULE_OF[name].startswith("params.") and name not in _MODELS]


def _facts() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in _FACTS.glob("*.json"):
        yield path.stem, json.loads(path.read_text())


# Names and schemas


@pytest.mark.parametrize("name", _NAMES)
def test_every_name_is_exported(name: str) -> None:
    assert getattr(interactions, name) is not None
    assert name in dir(interactions)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="NoSuchType"):
        interactions.NoSuchType  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("name", [*_MODELS, *_UNIONS])
def test_every_type_has_a_json_schema(name: str) -> None:
    found = getattr(interactions, name)
    adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(found)
    for mode in ("validation", "serialization"):
        schema = adapter.json_schema(mode=mode)  # type: ignore[arg-type]
        is_unknown = isinstance(found, type) and issubclass(found, UnknownMember)  # which is sent as any object
        assert schema.keys() & {"type", "anyOf", "$ref", "items"} or is_unknown
        json.dumps(schema)


@pytest.mark.parametrize("name", _DICTS)
def test_every_dict_resolves_its_annotations(name: str) -> None:
    twin = getattr(interactions, name)
    known = {*vars(sys.modules[twin.__module__]), *dir(builtins)}
    assert twin.__annotations__ or name.removesuffix("Param").removesuffix("TypedDict") in _WITHOUT_FIELDS
    for field, annotation in twin.__annotations__.items():
        words = ast.walk(ast.parse(annotation.__forward_arg__, mode="eval"))
        assert {word.id for word in words if isinstance(word, ast.Name)} - known == set(), field


def test_dicts_have_the_keys_of_their_models() -> None:
    count = 0
    for _, facts in _facts():
        for name, fact in facts["types"].items():
            if "twin" in fact:
                count += 1
                twin = getattr(interactions, fact.get("class", name) + fact["twin"])
                cls = getattr(interactions, name)
                keys = {field.alias or key for key, field in cls.__pydantic_fields__.items()}
                assert set(twin.__annotations__) == keys & {
                    each.get("wire", key) for key, each in fact["fields"].items()
                }
    assert count > 100


# Documentation


@pytest.mark.parametrize("path", sorted(_FACTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_fact_is_documented(path: Path) -> None:
    def undocumented(value: Any, place: str) -> Iterator[str]:
        if isinstance(value, dict):
            if "doc" in value and not str(value["doc"]).strip():
                yield place
            for key, inner in value.items():
                yield from undocumented(inner, f"{place}.{key}")

    facts = json.loads(path.read_text())
    assert list(undocumented(facts, path.stem)) == []
    for kind in ("enums", "types", "unions"):
        assert [name for name, fact in facts[kind].items() if not fact.get("doc")] == []
    for name, fact in facts["types"].items():
        assert [field for field, each in fact["fields"].items() if not (each.get("doc") or "const" in each)] == [], name


def _written() -> dict[tuple[str, str], str]:
    """Return the docstring below each field in the sources, by class and field."""
    found: dict[tuple[str, str], str] = {}
    for path in [*(_FOLDER / "models").glob("*.py"), _FOLDER / "_base.py"]:
        for cls in ast.parse(path.read_text()).body:
            field = ""
            for node in cls.body if isinstance(cls, ast.ClassDef) else ():
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and field:
                    found[cls.name, field] = inspect.cleandoc(str(node.value.value))  # type: ignore[union-attr]
                field = node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else ""
    return found


_WRITTEN = _written()


@pytest.mark.parametrize("name", _MODELS)
def test_the_documentation_of_fields_is_in_model_fields_and_in_the_json_schema(name: str) -> None:
    cls = getattr(interactions, name)
    written = {
        field: next(_WRITTEN[base.__name__, field] for base in cls.__mro__ if (base.__name__, field) in _WRITTEN)
        for field in cls.__pydantic_fields__
    }
    assert {field: info.description for field, info in cls.model_fields.items()} == written
    if not issubclass(cls, UnknownMember):
        properties = cls.model_json_schema(by_alias=False).get("properties", {})
        assert {field: item.get("description") for field, item in properties.items()} == written


# Module, pickles, copies


@pytest.mark.parametrize("name", _MODELS)
def test_classes_are_shown_and_pickled_by_their_public_name(name: str) -> None:
    cls = getattr(interactions, name)
    module = importlib.import_module(cls.__module__)
    assert module is (environments if name == "StoredEnvironment" else interactions)
    assert getattr(module, cls.__qualname__) is cls
    assert pickle.loads(pickle.dumps(cls)) is cls


def _interaction() -> interactions.Interaction:
    return read_json(
        interactions.Interaction,
        json.dumps(
            {
                "id": "a",
                "status": "brand_new",
                "object": "interaction",
                "agent_config": {"type": "robot", "arms": 2},
                "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}, {"type": "oracle"}],
                "usage": {"total_tokens": 3, "total_dreams": 4},
                "steps": [
                    {"type": "hologram", "some_thing": [1, {"aB": None}], "content": "abc"},
                    {
                        "type": "model_output",
                        "content": [{"type": "text", "text": "a", "mood": "b"}, {"type": "smell"}],
                    },
                    {"type": "function_call", "id": "c", "name": "f", "arguments": {"a": None, "b": [1]}},
                ],
            }
        ).encode(),
    )


def test_unknown_things_are_kept_and_dumped_unchanged() -> None:
    found = _interaction()
    assert found.status == "brand_new"
    assert found.object == "interaction"  # type: ignore[attr-defined]
    assert found.usage is not None
    assert found.usage.total_dreams == 4  # type: ignore[attr-defined]
    assert isinstance(found.steps, list)
    assert isinstance(found.steps[0], interactions.UnknownStep)
    assert (found.steps[0].type, found.steps[0].is_unknown) == ("UNKNOWN", True)
    assert found.steps[0].raw["some_thing"] == [1, {"aB": None}]
    assert isinstance(found.steps[1].content[1], interactions.UnknownContent)
    assert isinstance(found.agent_config, interactions.UnknownInteractionAgentConfig)
    dumped = found.model_dump()
    assert dumped["steps"] == [
        {"type": "hologram", "some_thing": [1, {"aB": None}], "content": "abc"},
        {"type": "model_output", "content": [{"type": "text", "text": "a", "mood": "b"}, {"type": "smell"}]},
        {"type": "function_call", "id": "c", "name": "f", "arguments": {"a": None, "b": [1]}},
    ]
    assert dumped["agent_config"] == {"type": "robot", "arms": 2}
    assert json.loads(found.model_dump_json()) == dumped
    assert found.to_json_dict() == dumped
    assert interactions.Interaction.model_validate(dumped) == found
    assert interactions.Interaction.model_validate_json(found.model_dump_json()) == found


def test_interactions_survive_pickle_and_copies() -> None:
    found = _interaction()
    for twin in (
        pickle.loads(pickle.dumps(found)),
        copy.copy(found),
        copy.deepcopy(found),
        found.model_copy(deep=True),
    ):
        assert twin == found
        assert twin.model_dump() == found.model_dump()
    assert found != _interaction().model_copy(update={"status": "other"})
    assert found != found.model_dump()
    with pytest.raises(TypeError, match="unhashable"):
        hash(found)


def test_dumps_leave_out_none_unless_told_otherwise() -> None:
    content = interactions.TextContent(text="a")
    assert content.model_dump() == {"type": "text", "text": "a"}
    assert content.model_dump(exclude_none=False) == {"type": "text", "text": "a", "annotations": None}
    assert content.model_dump_json() == '{"type":"text","text":"a"}'
    assert content.model_dump(include={"text"}) == {"text": "a"}


def test_names_of_the_wire_are_used_where_python_needs_others() -> None:
    renamed = [
        (name, field, info.alias)
        for name in _MODELS
        for field, info in getattr(interactions, name).__pydantic_fields__.items()
        if info.alias not in (None, field)
    ]
    assert renamed
    made = interactions.TextResponseFormat(mime_type="application/json", schema={"type": "object"})
    assert made.model_dump() == {"type": "text", "mime_type": "application/json", "schema": {"type": "object"}}
    assert made.model_dump(by_alias=False).keys() - {"type", "mime_type"} == {"schema_"}
    assert interactions.TextResponseFormat.model_validate(made.model_dump()) == made


# Replies as far as they fit


def test_a_reply_is_read_as_far_as_it_fits() -> None:
    data = {
        "id": "a",
        "steps": [
            {"type": "function_call", "id": "c", "name": "f"},
            {"type": "model_output", "content": "plain"},
            {"type": "model_output", "content": [{"type": "text", "text": 5}, "word"]},
            {"type": 5},
            {"x": 1},
            "word",
        ],
        "usage": {"total_tokens": "many", "input_tokens_by_modality": [{"modality": "text", "tokens": {}}]},
        "created": 17,
    }
    found = read_json(interactions.Interaction, json.dumps(data).encode())
    steps: Any = found.steps
    assert (found.status, found.created) == (None, 17)  # type: ignore[comparison-overlap]
    assert isinstance(steps[0], interactions.FunctionCallStep)
    assert steps[0].arguments is None
    assert steps[1].content == "plain"
    assert steps[2].content[0].text == 5
    assert steps[3] == interactions.UnknownStep(raw={"type": 5})
    assert steps[4] == interactions.UnknownStep(raw={"x": 1})
    assert steps[5] == "word"
    assert found.usage is not None
    assert found.usage.total_tokens == "many"  # type: ignore[comparison-overlap]
    assert found.function_calls == [steps[0]]
    assert {**data, "output_text": found.output_text} == found.model_dump()
    assert pickle.loads(pickle.dumps(found)) == found
    assert read_dict(interactions.Interaction, found.model_dump()) == found


@pytest.mark.parametrize("data", [b"", b"[1]", b"5", b"null", b'{"a"', b"<html>"])
def test_a_reply_that_is_not_an_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        read_json(interactions.Interaction, data)


# Open unions


class Words(InteractionModel):
    type: Literal["words"] = "words"
    plain_text: str


class Picture(InteractionModel):
    type: Literal["image", "picture"] = "image"
    mime_type: Union[Literal["image/png", "image/jpeg"], str, None] = None
    captions: list[AnyContent] | None = None


class UnknownAnyContent(UnknownMember):
    type: Literal["UNKNOWN"] = "UNKNOWN"


AnyContent = Annotated[Union[Words, Picture, UnknownAnyContent], OpenUnion("type")]


class Turn(InteractionModel):
    output_contents: list[AnyContent] | None = None


Picture.model_rebuild()

_NEW = {"type": "hologram", "some_thing": [1, {"aB": None}], "otherThing": True}


def test_the_discriminator_selects_the_member() -> None:
    turn = Turn.model_validate(
        {
            "output_contents": [
                {"type": "words", "plain_text": "a"},
                {"type": "picture", "captions": [{"type": "words", "plain_text": "b"}]},
            ]
        }
    )
    assert turn.output_contents == [Words(plain_text="a"), Picture(type="picture", captions=[Words(plain_text="b")])]
    assert turn.to_json_dict()["output_contents"] == [
        {"type": "words", "plain_text": "a"},
        {"type": "picture", "captions": [{"type": "words", "plain_text": "b"}]},
    ]


def test_unknown_members_can_be_sent_as_objects_and_as_dicts() -> None:
    turn = Turn(output_contents=[UnknownAnyContent(raw=_NEW)])
    assert turn == Turn.model_validate({"output_contents": [_NEW]})
    assert turn.to_json_dict() == {"output_contents": [_NEW]}


def test_unknown_values_of_an_open_set_of_strings_are_kept() -> None:
    assert Picture(mime_type="image/new").to_json_dict() == {"type": "image", "mime_type": "image/new"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"type": "words"}, "output_contents.0.plain_text\n  Field required"),
        ({"type": 5}, "Expected an object with 'type'"),
        ({}, "Expected an object with 'type'"),
        ("words", "Expected an object with 'type', or one of Words, Picture, UnknownAnyContent"),
        (None, "Expected an object with 'type'"),
        (Turn(), "Expected an object with 'type'"),
    ],
)
def test_what_programs_send_is_checked(wrong: Any, message: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=message):
        Turn(output_contents=[wrong])


def test_a_large_union_names_a_few_members_in_an_error() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        interactions.Interaction(status="completed", steps=[5])  # type: ignore[list-item]
    assert len(str(caught.value).splitlines()[2]) < 400


# Types of other modules

_LATER = [
    (module, mark)
    for module in sorted({home.removeprefix("models.") for home in MODULE_OF.values() if home.startswith("models.")})
    for value in vars(importlib.import_module(f"google.genai._interactions.types.models.{module}")).values()
    if (mark := later_in(value)) is not None
]


@pytest.mark.parametrize(("module", "mark"), _LATER, ids=lambda each: getattr(each, "name", each))
def test_a_type_of_another_module_is_the_public_one(module: str, mark: Later) -> None:
    assert whole(mark.type) == getattr(interactions, mark.name)
    assert mark.loaded is mark.type
    if isinstance(mark.type, type):
        tags = [get_args(field.annotation) for field in mark.type.__pydantic_fields__.values() if _is_constant(field)]
        assert tags == ([] if mark.tag is None else [(mark.tag,)])


def _is_constant(field: pydantic.fields.FieldInfo) -> bool:
    return get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1


def _later_parts(annotation: Any) -> Iterator[Later]:
    if isinstance(annotation, Later):
        yield annotation
    for part in get_args(annotation):
        yield from _later_parts(part)


@pytest.mark.parametrize("name", [*_MODELS, *_UNIONS])
def test_programs_see_the_types_themselves(name: str) -> None:
    found = getattr(interactions, name)
    shown = [field.annotation for field in found.model_fields.values()] if name in _MODELS else [found]
    marks = [mark for field in found.model_fields.values() for mark in field.metadata] if name in _MODELS else []
    assert not [part for each in (*shown, *marks) for part in _later_parts(each)]


def test_a_union_over_several_modules_has_its_members() -> None:
    union, _ = get_args(interactions.Step)
    members = get_args(union)
    assert {interactions.ModelOutputStep, interactions.FunctionCallStep, interactions.URLContextResultStep} < {*members}
    assert members[-1] is interactions.UnknownStep
    tags = {tag for cls in members[:-1] for tag in get_args(cls.__pydantic_fields__["type"].annotation)}
    assert step_types() == tags


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (
            {"generation_config": {"speech_config": {"speakers": [{"voice": 5}]}}},
            "generation_config.speech_config.speakers.0.voice",
        ),
        ({"generation_config": 5}, "generation_config"),
        ({"safety_settings": [{"type": "a"}]}, "safety_settings.0.threshold"),
        ({"environment": {"type": "remote", "environment_id": 5}}, "environment.environment_id"),
        ({"tools": [{"type": "function", "name": 5}]}, "tools.0.name"),
        ({"input": [{"type": "google_search_call", "id": "c"}]}, "input.0.arguments"),
        ({"input": {"type": "image", "uri": 5}}, "input.uri"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_errors_name_places_in_types_of_other_modules(given: dict[str, Any], place: str, as_json: bool) -> None:
    cls, data = interactions.CreateModelInteraction, {"model": "m", **given}
    with pytest.raises(pydantic.ValidationError) as caught:
        cls.model_validate_json(json.dumps(data)) if as_json else cls.model_validate(data)
    assert [".".join(map(str, line["loc"])) for line in caught.value.errors()] == [place]


def test_objects_of_other_classes_are_read_by_their_attributes() -> None:
    seed = SimpleNamespace(seed=3)
    assert interactions.CreateModelInteraction(model="m", generation_config=seed).model_dump() == {  # type: ignore[arg-type]
        "model": "m",
        "generation_config": {"seed": 3},
    }
    dynamic = SimpleNamespace(type="dynamic")
    made = interactions.CreateAgentInteraction(agent="a", agent_config=dynamic)  # type: ignore[arg-type]
    assert made.agent_config == interactions.DynamicAgentConfig()
    with pytest.raises(pydantic.ValidationError, match="generation_config"):
        interactions.CreateModelInteraction(model="m", generation_config=SimpleNamespace(sead=3))  # type: ignore[arg-type]


def test_the_json_schema_has_no_title_beside_a_reference() -> None:
    properties = interactions.CreateModelInteraction.model_json_schema()["properties"]
    assert properties["generation_config"]["anyOf"] == [{"$ref": "#/$defs/GenerationConfig"}, {"type": "null"}]
    assert [name for name, item in properties.items() if "title" not in item] == ["generation_config", "webhook_config"]


# Bytes and files


@pytest.mark.parametrize("given", [b"AAECAw==", bytearray(b"AAECAw=="), memoryview(b"AAECAw=="), "AAECAw=="])
def test_bytes_as_data_are_base64_text(given: Any) -> None:
    assert interactions.ImageContent(data=given).data == "AAECAw=="


def test_files_and_paths_as_data_are_encoded(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x00\x01\x02\x03")
    assert interactions.ImageContent(data=path).data == "AAECAw=="
    with path.open("rb") as file:
        assert interactions.ImageContent(data=file).data == "AAECAw=="
    with path.open() as file, pytest.raises(pydantic.ValidationError, match="opened in binary mode"):
        interactions.ImageContent(data=file)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        interactions.ImageContent(data=tmp_path / "none.png")


def test_bytes_that_are_not_base64_are_refused() -> None:
    for given in (b"\x89PNG", b"AAE", b"A A="):
        with pytest.raises(pydantic.ValidationError, match="bytes are not encoded here"):
            interactions.ImageContent(data=given)


# The cost of documentation


def test_calls_read_no_source() -> None:
    program = """
import sys
from google.genai import environments, interactions
from google.genai._interactions.requests import Draft
draft = Draft({"model": "m", "input": [interactions.TextContent(text="a")], "tools": [{"type": "function", "name": "f"}]})
draft.written()
interactions.Interaction.model_validate({"status": "completed", "steps": [{"type": "thought"}]}).model_dump()
assert "google.genai.types._field_docs" not in sys.modules
assert interactions.TextContent.model_fields["text"].description
assert "google.genai.types._field_docs" in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr


def test_fields_have_types_that_can_be_read() -> None:
    hints = typing.get_type_hints(interactions.Usage)
    assert hints["total_tokens"] == typing.Optional[int] or hints["total_tokens"] == (int | None)
