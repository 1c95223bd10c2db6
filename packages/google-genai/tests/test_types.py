"""Properties of all types: documentation, copies, pickles, dumps, equality, errors, enums, and generated files."""

from __future__ import annotations

import ast
import copy
import datetime
import enum
import importlib.util
import json
import pickle
import subprocess
import sys
import types as python_types
import typing
from pathlib import Path
from typing import Any

import pydantic
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from google import genai
from google.genai import _optional, types
from google.genai.types._index import MODULE_OF

_TYPES = Path(types.__file__).parent
_MODELS = sorted(
    name
    for name in MODULE_OF
    if isinstance(getattr(types, name), type) and issubclass(getattr(types, name), pydantic.BaseModel)
)
_ENUMS = sorted(
    name for name in MODULE_OF if isinstance(getattr(types, name), type) and issubclass(getattr(types, name), enum.Enum)
)
_DEEPEST = 3
_MOMENT = datetime.datetime(2025, 1, 2, 3, 4, 5, 678900, tzinfo=datetime.timezone.utc)


# Documentation and generated files


def _undocumented(tree: ast.Module) -> list[str]:
    found: list[str] = []
    for cls in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        if not cls.name.startswith("_") and ast.get_docstring(cls) is None:
            found.append(cls.name)
        for node, following in zip(cls.body, [*cls.body[1:], None], strict=True):
            name = _field_name(node)
            documented = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            if name and not name.startswith("_") and not documented:
                found.append(f"{cls.name}.{name}")
    return found


def _field_name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


@pytest.mark.parametrize("path", sorted(_TYPES.glob("_*.py")), ids=lambda path: path.stem)
def test_every_field_and_member_is_documented(path: Path) -> None:
    if path.stem == "_base":  # it contains configuration of pydantic
        return
    assert _undocumented(ast.parse(path.read_text())) == []


@pytest.mark.skipif(
    importlib.util.find_spec("ruff") is None, reason="the generator formats with ruff, which is not installed"
)
def test_generated_files_follow_from_their_sources() -> None:
    tool = Path(__file__).parents[3] / "tools/gen.py"
    done = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# Every model, with every field set


def _filled(name: str) -> pydantic.BaseModel:
    return _filled_model(getattr(types, name), 0)


def _filled_model(cls: type[pydantic.BaseModel], depth: int) -> pydantic.BaseModel:
    values: dict[str, Any] = {}
    for name, field in cls.model_fields.items():
        if field.init is False or name == "reference_type":  # the class itself determines the value
            continue
        value = _value(field.annotation, depth + 1)
        if value is not None or field.is_required():
            values[name] = [] if value is None else value
    if issubclass(cls, (types.UserContent, types.ModelContent)):
        return cls(values["parts"])  # type: ignore[call-arg]
    return cls(**values)


def _value(annotation: Any, depth: int) -> Any:
    """Return a value of an annotation that is neither empty nor the default; None if models are nested too deeply."""
    if annotation in (_optional.PilImage, _optional.McpTool, _optional.McpSession, type(None)):
        return None
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, python_types.UnionType):
        values = [_value(argument, depth) for argument in arguments]
        return next((value for value in values if value is not None), None)
    if origin is typing.Annotated:
        return _value(arguments[0], depth)
    if origin is typing.Literal:
        return arguments[0]
    if origin is list:
        item = _value(arguments[0], depth)
        return None if item is None else [item]
    if origin is dict:
        value = _value(arguments[1], depth)
        return None if value is None else {"some_key": value}
    if annotation is Any:
        return {"snake_key": [1, None, {"camelKey": 2.5}]}
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return None if depth > _DEEPEST or annotation is pydantic.BaseModel else _filled_model(annotation, depth)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return list(annotation)[-1] if len(annotation) else None
    return _PLAIN.get(annotation)


_PLAIN: dict[Any, Any] = {
    str: "téxt",
    int: 7,
    float: 0.5,
    bool: True,
    bytes: b"\xfb\xff\xfe\x00",
    datetime.datetime: _MOMENT,
}


@pytest.mark.parametrize("name", _MODELS)
def test_a_full_object_survives_every_round_trip(name: str) -> None:
    full = _filled(name)
    cls = type(full)
    copies = {
        "pickle": pickle.loads(pickle.dumps(full)),
        "copy": copy.copy(full),
        "deepcopy": copy.deepcopy(full),
        "model_copy": full.model_copy(deep=True),
        "dump": cls.model_validate(full.model_dump()),
        "dump by alias": cls.model_validate(full.model_dump(by_alias=True)),
        "json": cls.model_validate_json(full.model_dump_json()),
        "json by alias": cls.model_validate_json(full.model_dump_json(by_alias=True)),
        "json values": cls.model_validate(full.model_dump(mode="json", exclude_none=True)),
    }
    for way, other in copies.items():
        if way.startswith(("dump", "json")) and name in _WITHOUT_FULL_DUMPS:
            continue
        assert other == full, way
        assert type(other) is cls, way
        if way in ("pickle", "copy", "deepcopy", "model_copy"):
            assert other.model_fields_set == full.model_fields_set, way


_WITHOUT_FULL_DUMPS = {"UserContent", "ModelContent"}
"""Their role is not a parameter, but their dump contains it; they are read back as `Content` (see below)."""


@pytest.mark.parametrize("name", _MODELS)
def test_the_json_form_is_plain(name: str) -> None:
    full: Any = _filled(name)
    dumped = full.model_dump(mode="json", exclude_none=True)
    assert json.loads(json.dumps(dumped)) == dumped
    assert full.to_json_dict() == dumped
    assert json.loads(full.model_dump_json(exclude_none=True)) == dumped


@pytest.mark.parametrize("name", _MODELS)
def test_each_field_counts_for_equality(name: str) -> None:
    full = _filled(name)
    assert full == full.model_copy()
    for field in full.model_fields_set:
        assert full.model_copy(update={field: None}) != full, field


@pytest.mark.parametrize("name", _MODELS)
def test_repr_names_the_class_and_the_set_fields(name: str) -> None:
    full = _filled(name)
    shown = repr(full)
    assert shown.startswith(f"{name}(")
    for field in full.model_fields_set:
        assert f"{field}=" in shown


@pytest.mark.parametrize("name", [name for name in _MODELS if name != "Metric"])  # it accepts any field
def test_an_unknown_field_is_refused_by_name(name: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=r"has no field 'no_such_thing'"):
        getattr(types, name).model_validate({"no_such_thing": 1})


# Random objects of the central types

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
_OBJECTS = st.dictionaries(st.text(), _JSON, max_size=3)
_TEXTS = st.text(max_size=20)
_BLOBS = st.builds(types.Blob, data=st.binary(max_size=20), mime_type=_TEXTS)
_PARTS = st.one_of(
    st.builds(types.Part, text=_TEXTS, thought=st.none() | st.booleans(), thought_signature=st.none() | st.binary()),
    st.builds(types.Part, inline_data=_BLOBS),
    st.builds(types.Part, function_call=st.builds(types.FunctionCall, name=_TEXTS, args=_OBJECTS)),
    st.builds(types.Part, function_response=st.builds(types.FunctionResponse, name=_TEXTS, response=_OBJECTS)),
)
_CONTENTS = st.builds(types.Content, role=st.sampled_from([None, "user", "model"]), parts=st.lists(_PARTS, max_size=3))
_SCHEMAS = st.recursive(
    st.builds(types.Schema, type=st.sampled_from(list(types.Type)), description=st.none() | _TEXTS, default=_JSON),
    lambda inner: st.builds(types.Schema, properties=st.dictionaries(st.text(), inner, max_size=2), items=inner),
    max_leaves=4,
)
_RESPONSES = st.builds(
    types.GenerateContentResponse,
    candidates=st.lists(st.builds(types.Candidate, content=_CONTENTS, avg_logprobs=st.none() | st.floats(-9, 0))),
    create_time=st.none() | st.datetimes(timezones=st.just(datetime.timezone.utc)),
)
_ROOTS: dict[str, st.SearchStrategy[Any]] = {"content": _CONTENTS, "schema": _SCHEMAS, "response": _RESPONSES}


@pytest.mark.parametrize("root", list(_ROOTS))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_objects_survive_every_round_trip(root: str, data: st.DataObject) -> None:
    value = data.draw(_ROOTS[root])
    cls = type(value)
    assert cls.model_validate_json(value.model_dump_json(by_alias=True)) == value
    assert cls.model_validate_json(value.model_dump_json(exclude_unset=True)) == value
    assert cls.model_validate(value.model_dump(mode="json")) == value
    assert pickle.loads(pickle.dumps(value)) == value


# Enums


@pytest.mark.parametrize("name", _ENUMS)
def test_members_are_found_by_value_and_pickled_as_themselves(name: str) -> None:
    cls = getattr(types, name)
    for member in cls:
        assert cls(member.value) is member
        assert pickle.loads(pickle.dumps(member)) is member
        assert copy.deepcopy(member) is member
        assert member == member.value
        assert json.dumps(member) == json.dumps(member.value)
        if name != "JSONSchemaType":  # a plain enum: the standard's names have one spelling
            assert cls(member.value.lower()) is member
            assert cls(member.value.upper()) is member


@pytest.mark.parametrize("name", [name for name in _ENUMS if name != "JSONSchemaType"])
def test_unknown_values_are_kept_with_a_warning(name: str) -> None:
    cls = getattr(types, name)
    listed = list(cls)
    with pytest.warns(UserWarning, match="NOT_YET_KNOWN"):
        unknown = cls("NOT_YET_KNOWN")
    assert isinstance(unknown, cls)
    assert (unknown.name, unknown.value, str(unknown.value)) == ("NOT_YET_KNOWN",) * 3
    assert unknown == "NOT_YET_KNOWN"
    assert list(cls) == listed
    with pytest.warns(UserWarning, match="NOT_YET_KNOWN"):
        assert pickle.loads(pickle.dumps(unknown)) == unknown
    assert hash(unknown) == hash("NOT_YET_KNOWN")


def test_an_unknown_value_passes_through_a_model() -> None:
    with pytest.warns(UserWarning, match="TIRED"):
        candidate = types.Candidate.model_validate({"finishReason": "TIRED"})
    assert candidate.finish_reason == "TIRED"
    assert isinstance(candidate.finish_reason, types.FinishReason)
    assert candidate.model_dump(mode="json", exclude_none=True) == {"finish_reason": "TIRED"}


def test_values_that_are_no_strings_are_refused() -> None:
    with pytest.raises(ValueError, match="5"):
        types.FinishReason(5)
    with pytest.raises(pydantic.ValidationError):
        types.Candidate.model_validate({"finish_reason": 5})


# Spellings and values that are accepted


def test_both_spellings_are_accepted_and_snake_case_is_dumped() -> None:
    by_name = types.GenerateContentConfig.model_validate({"max_output_tokens": 5, "stop_sequences": ["a"]})
    by_alias = types.GenerateContentConfig.model_validate({"maxOutputTokens": 5, "stopSequences": ["a"]})
    assert by_name == by_alias == types.GenerateContentConfig(max_output_tokens=5, stop_sequences=["a"])
    assert by_name.model_dump(exclude_unset=True) == {"max_output_tokens": 5, "stop_sequences": ["a"]}
    assert by_name.model_dump(exclude_unset=True, by_alias=True) == {"maxOutputTokens": 5, "stopSequences": ["a"]}


def test_json_schema_travels_under_the_names_of_the_standard() -> None:
    schema = types.JSONSchema.model_validate({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}})
    assert (schema.ref, schema.defs) == ("#/$defs/a", {"a": types.JSONSchema(type=types.JSONSchemaType.STRING)})
    assert json.loads(schema.model_dump_json(by_alias=True, exclude_none=True)) == {
        "$ref": "#/$defs/a",
        "$defs": {"a": {"type": "string"}},
    }


@pytest.mark.parametrize("text", ["-_8=", "+/8=", "-_8"])
def test_bytes_are_read_from_either_alphabet_of_base64(text: str) -> None:
    assert types.Blob.model_validate({"data": text}).data == b"\xfb\xff"
    assert types.Blob.model_validate_json(json.dumps({"data": text})).data == b"\xfb\xff"


def test_bytes_are_written_in_the_url_safe_alphabet() -> None:
    assert types.Blob(data=b"\xfb\xff").model_dump(mode="json", exclude_none=True) == {"data": "-_8="}


def test_objects_with_the_same_attributes_are_accepted() -> None:
    class Other:
        text = "a"
        thought = True

    assert types.Part.model_validate(Other()) == types.Part(text="a", thought=True)


# Parts and contents from one value


def test_a_part_is_built_from_one_value() -> None:
    assert types.Part("a") == types.Part(text="a")
    assert types.Part({"text": "a"}) == types.Part(text="a")
    assert types.Part(types.Part(text="a")) == types.Part(text="a")
    assert types.Part("a", thought=True) == types.Part(text="a", thought=True)
    assert types.Part(value="a") == types.Part(text="a")  # type: ignore[call-arg]
    assert types.Part(None) == types.Part()
    file = types.File(uri="https://h/files/a", mime_type="text/plain")
    assert types.Part(file).file_data == types.FileData(file_uri="https://h/files/a", mime_type="text/plain")
    with pytest.raises(TypeError, match="one positional value"):
        types.Part("a", "b")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="got int"):
        types.Part(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "role"), [("UserContent", "user"), ("ModelContent", "model")])
def test_contents_with_a_role_of_their_own(name: str, role: str) -> None:
    cls = getattr(types, name)
    image = types.Part.from_bytes(data=b"x", mime_type="image/png")
    content = cls(["a", image, {"text": "b"}])
    assert content.role == role
    assert content.parts == [types.Part(text="a"), image, types.Part(text="b")]
    assert isinstance(content, types.Content)
    assert cls("a") == cls(parts="a") == cls(["a"])
    assert types.Content.model_validate(content.model_dump()) == types.Content(role=role, parts=content.parts)
    assert pickle.loads(pickle.dumps(content)) == content
    with pytest.raises(ValueError, match="at least one part"):
        cls([])
    with pytest.raises((TypeError, ValueError), match="role"):
        cls("a", role="other")
    with pytest.raises(pydantic.ValidationError):
        content.role = "other"


def test_factories_of_parts() -> None:
    part = types.Part
    assert part.from_text(text="a") == part(text="a")
    assert part.from_function_call(name="f", args={"a": 1}).function_call == types.FunctionCall(name="f", args={"a": 1})
    assert part.from_uri(file_uri="gs://b/a.pdf").file_data == types.FileData(
        file_uri="gs://b/a.pdf", mime_type="application/pdf"
    )
    with pytest.raises(ValueError, match=r"gs://b/a\.nosuchending.*mime_type"):
        part.from_uri(file_uri="gs://b/a.nosuchending")
    high = types.PartMediaResolutionLevel.MEDIA_RESOLUTION_HIGH
    for form in (
        "media_resolution_high",
        high,
        {"level": "MEDIA_RESOLUTION_HIGH"},
        types.PartMediaResolution(level=high),
    ):
        made = part.from_bytes(data=b"x", mime_type="image/png", media_resolution=form)  # type: ignore[arg-type]
        assert made.media_resolution == types.PartMediaResolution(level=high)


@pytest.mark.parametrize(
    ("uri", "mime_type"),
    [
        ("https://storage.example/b/a.png?X-Goog-Signature=abc&name=x.txt", "image/png"),
        ("https://storage.example/d.csv?x=/b.png#c.pdf", "text/csv"),
        ("https://storage.example/a%20b.PDF?X-Goog-Expires=3600", "application/pdf"),
        ("gs://bucket/a.png?x=y.txt", "image/png"),
        ("gs://bucket/a.png#1712345678", "image/png"),
        ("gs://bucket/a?b.png", "image/png"),
        ("data:image/png;base64,AAAA", "image/png"),
        ("https://www.youtube.com/watch?v=abc", "video/*"),
        ("https://m.youtube.com/shorts/abc.txt", "video/*"),
        ("https://youtu.be/abc?t=10", "video/*"),
        ("https://storage.example/youtube.com/a.png", "image/png"),
        ("https://notyoutube.com/a.png", "image/png"),
    ],
)
def test_the_media_type_of_an_address(uri: str, mime_type: str) -> None:
    for cls in (types.Part, types.FunctionResponsePart):
        data = cls.from_uri(file_uri=uri).file_data
        assert data is not None
        assert (data.file_uri, data.mime_type) == (uri, mime_type)


@pytest.mark.parametrize(
    "uri", ["https://storage.example/a?name=b.png", "https://youtube.com.example/watch", "gs://b/a"]
)
def test_an_address_without_an_ending_has_no_media_type(uri: str) -> None:
    with pytest.raises(ValueError, match=r"does not show the media type; pass mime_type="):
        types.Part.from_uri(file_uri=uri)


class _Own(types.Part):
    pass


def test_factories_return_the_class_they_are_called_on() -> None:
    assert type(_Own.from_text(text="a")) is _Own
    assert type(_Own.from_uri(file_uri="gs://a.png")) is _Own


# Texts of errors and reprs


@pytest.mark.parametrize(
    ("arguments", "wrong", "meant"),
    [
        ({"temprature": 1}, "temprature", "temperature"),
        ({"maxOutputToken": 1}, "maxOutputToken", "max_output_tokens"),
        ({"safety_settings": [{"treshold": "OFF"}]}, "treshold", "threshold"),
        ({"thinking_config": {"budget": 1, "include_thought": True}}, "include_thought", "include_thoughts"),
        ({"tools": [{"google_serch": {}}]}, "google_serch", "google_search"),
    ],
)
def test_a_misspelt_field_is_answered_with_the_one_meant(arguments: Any, wrong: str, meant: str) -> None:
    message = rf"has no field '{wrong}'; did you mean '{meant}'\?"
    with pytest.raises(pydantic.ValidationError, match=message):
        types.GenerateContentConfig(**arguments)
    with pytest.raises(pydantic.ValidationError, match=message):
        types.GenerateContentConfig.model_validate(arguments)


def test_an_unknown_field_far_from_all_says_how_to_send_it() -> None:
    with pytest.raises(
        pydantic.ValidationError,
        match=r"has no field 'zzz'[.;] Extra inputs are not permitted; to send a field .*extra_body",
    ):
        types.GenerateContentConfig(zzz=1)  # type: ignore[call-arg]


def test_an_error_keeps_path_type_and_all_its_lines() -> None:
    with pytest.raises(pydantic.ValidationError) as raised:
        types.GenerateContentConfig(temperatur=1, top_p="x")  # type: ignore[call-arg]
    lines = {line["loc"]: line["type"] for line in raised.value.errors()}
    assert lines == {("temperatur",): "extra_forbidden", ("top_p",): "float_parsing"}


def test_repr_is_set_fields_one_a_line() -> None:
    content = types.Content(role="user", parts=[types.Part(text="a\nb"), types.Part(thought=True)])
    assert repr(content) == (
        "Content(\n"
        "  parts=[\n"
        "    Part(\n"
        '      text="""a\nb"""\n'
        "    ),\n"
        "    Part(\n"
        "      thought=True\n"
        "    ),\n"
        "  ],\n"
        "  role='user'\n"
        ")"
    )
    assert repr(types.Part()) == "Part()"


def test_repr_cuts_long_media_and_hides_credentials() -> None:
    assert len(repr(types.Blob(data=bytes(10_000)))) < 300
    options = types.HttpOptions(
        headers={"x-goog-api-key": "secret-1", "Authorization": "Bearer secret-2", "x-team": "a"}
    )
    for shown in (repr(options), str(options), repr(types.GenerateContentConfig(http_options=options))):
        assert "secret" not in shown
        assert "x-team" in shown
    client = genai.Client(api_key="secret-3")
    assert "secret" not in repr(client) + repr(client.aio)


def test_the_usage_of_a_live_session_fits_a_field_for_that_of_an_answer() -> None:
    """ADK puts the one into a field of the other."""

    class Event(pydantic.BaseModel):
        usage_metadata: types.GenerateContentResponseUsageMetadata | None = None

    event = Event(usage_metadata=types.UsageMetadata(prompt_token_count=1, total_token_count=3))  # type: ignore[arg-type]
    assert event.usage_metadata == types.GenerateContentResponseUsageMetadata(prompt_token_count=1, total_token_count=3)
