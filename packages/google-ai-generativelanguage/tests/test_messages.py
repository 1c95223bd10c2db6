"""Messages as Python objects: construction, dicts, JSON, bytes, copies, pickles, equality."""

from __future__ import annotations

import copy
import datetime
import importlib
import pickle
from typing import Any

import pytest
from google.protobuf import struct_pb2

from google.ai import generativelanguage as newest, generativelanguage_v1 as v1, generativelanguage_v1beta as api

_CONTENT = {"role": "user", "parts": [{"text": "a"}, {"inline_data": {"mime_type": "m", "data": b"\0x"}}]}


def test_a_message_is_made_of_dicts_of_objects_and_of_fields() -> None:
    parts = [api.Part(text="a"), api.Part(inline_data=api.Blob(mime_type="m", data=b"\0x"))]
    made = api.Content(role="user", parts=parts)
    assert api.Content(_CONTENT) == made
    assert api.Content(**_CONTENT) == made
    assert api.Content(made) == made
    assert api.Content(made, role="model").role == "model"
    assert made.role == "user"


def test_dicts_json_and_bytes_lead_back_to_an_equal_message() -> None:
    made = api.GenerateContentRequest(model="models/m", contents=[_CONTENT], generation_config={"temperature": 0.5})
    assert api.GenerateContentRequest.from_json(api.GenerateContentRequest.to_json(made)) == made
    assert api.GenerateContentRequest.deserialize(api.GenerateContentRequest.serialize(made)) == made
    pb = api.GenerateContentRequest.pb(made)
    assert api.GenerateContentRequest.wrap(pb) == made
    assert pb.DESCRIPTOR.full_name == "google.ai.generativelanguage.v1beta.GenerateContentRequest"
    assert api.GenerateContentRequest.to_dict(made)["contents"][0]["role"] == "user"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
def test_copies_are_equal_and_independent(copied: Any) -> None:
    made = api.GenerateContentRequest(model="models/m", contents=[_CONTENT])
    again = copied(made)
    assert type(again) is type(made)
    assert again == made
    again.model = "models/other"
    again.contents[0].parts[0].text = "b"
    assert (made.model, again != made) == ("models/m", True)
    if copied is not copy.copy:
        assert made.contents[0].parts[0].text == "a"


def test_fields_that_are_set() -> None:
    part = api.Part(text="")
    assert "text" in part
    assert "inline_data" not in part
    part.function_call = {"name": "f", "args": {"a": [1, None]}}
    assert "text" not in part
    assert part.function_call.args["a"] == [1, None]
    assert not api.Part()
    assert api.Part(text="a")
    config = api.GenerationConfig(temperature=0)
    assert "temperature" in config
    assert "top_p" not in config
    del config.temperature
    assert "temperature" not in config


def test_values_that_proto_plus_converts() -> None:
    now = datetime.datetime(2025, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    cached = api.CachedContent(expire_time=now, ttl=None)
    assert cached.expire_time == now
    assert api.CachedContent(ttl=datetime.timedelta(seconds=90)).ttl == datetime.timedelta(seconds=90)
    schema = api.Schema(type_="OBJECT", properties={"a": {"type_": api.Type.STRING}}, enum=["x"])
    assert (schema.type_, schema.properties["a"].type_) == (api.Type.OBJECT, api.Type.STRING)
    assert api.FunctionCall(args=struct_pb2.Struct()).args is not None


def test_an_unknown_number_of_an_enum_is_kept() -> None:
    candidate = api.Candidate.deserialize(b"\x10\xe7\x24")
    with pytest.warns(UserWarning, match="Unrecognized FinishReason enum value: 4711"):
        assert candidate.finish_reason == 4711
    assert api.Candidate.serialize(candidate) == b"\x10\xe7\x24"


def test_unknown_fields_of_a_newer_service_are_kept() -> None:
    newer = b"\xfa\x3e\x01x"  # field 1007
    assert api.Candidate.serialize(api.Candidate.deserialize(newer)) == newer


def test_the_unversioned_package_has_the_classes_of_v1beta() -> None:
    assert newest.Content is api.Content
    assert newest.GenerativeServiceClient is api.GenerativeServiceClient
    assert set(newest.__all__) == set(api.__all__)
    assert v1.Content is not api.Content
    assert set(dir(newest)) >= set(api.__all__)


@pytest.mark.parametrize("name", ["google.ai.generativelanguage", "google.ai.generativelanguage_v1beta.types"])
def test_an_unknown_name_is_reported_with_its_module(name: str) -> None:
    module = importlib.import_module(name)
    with pytest.raises(AttributeError, match=rf"^module '{name}' has no attribute 'Nope'$"):
        module.Nope  # noqa: B018


@pytest.mark.parametrize(
    "name", ["DiscussServiceClient", "DiscussServiceAsyncClient", "TextServiceClient", "TextServiceAsyncClient"]
)
def test_clients_of_services_that_ended_name_their_replacement(name: str) -> None:
    with pytest.raises(NotImplementedError, match=r"GenerativeService(Async)?Client"):
        getattr(api, name)(transport="grpc")
