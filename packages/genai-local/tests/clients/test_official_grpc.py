"""The official low-level client works with this server: over gRPC, blocking and async, and over REST."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.heavy


def is_rest(report) -> bool:
    return report["transport"] == "rest"


def test_its_metadata(grpc_report):
    words = "gl-python/" if is_rest(grpc_report) else "grpc/"
    assert all(words in agent for agent in grpc_report["agents"]), grpc_report["agents"]
    with_key = grpc_report["security"] == "tls" or is_rest(grpc_report)
    assert grpc_report["keys"] == ({"a key"} if with_key else {None})


def test_generation(grpc_report):
    generation = grpc_report["generation"]
    (candidate,) = generation["whole"]["candidates"]
    assert candidate["content"]["parts"][0]["text"] == "Sunny."
    assert candidate["finish_reason"] == "STOP"
    assert generation["whole"]["usage_metadata"]["total_token_count"] == 3
    assert generation["flattened"] == "Sunny."
    assert generation["call"] == ["get_weather", {"city": "Rome"}]
    assert generation["stream"] == ["Once ", "upon ", "a time."]
    assert generation["tokens"] == 2


def test_a_cancelled_stream(grpc_report):
    assert grpc_report["cancelled"]


def test_a_live_session(grpc_report):
    found = grpc_report["session"]
    if is_rest(grpc_report):
        assert found is None
    else:
        assert found["kinds"][0] == "setup_complete"
        assert found["text"] == "Sunny."


def test_embeddings(grpc_report):
    assert grpc_report["embeddings"] == {"one": 768, "several": [8, 8]}


def test_resources(grpc_report):
    assert grpc_report["resources"] == {
        "model": "models/gemini-2.5-flash",
        "models": [True, True],
        "files": [2, "text/plain", 5, "ACTIVE", True],
        "cache": ["models/gemini-2.5-flash", 1, True],
        "tuned": ["Better.", "ACTIVE"],
        "tuned_models": ["tunedModels/my-model"],
    }


def test_errors(grpc_report):
    errors = grpc_report["errors"]
    assert errors["unknown"]["class"] == "NotFound"
    assert "models/unheard-of is not found" in errors["unknown"]["text"]
    kind = "BadRequest" if is_rest(grpc_report) else "InvalidArgument"
    assert errors["invalid"]["class"] == kind
    assert "generationConfig.candidateCount: " in errors["invalid"]["text"]
    for name in ("busy", "broken"):
        assert errors[name]["class"] in ("Forbidden", "PermissionDenied")
        assert "Not now." in errors[name]["text"]


def test_what_is_not_served(grpc_report):
    errors = grpc_report["errors"]
    if is_rest(grpc_report):
        assert errors["answer"]["class"] == "NotFound"
        assert errors["late"]["class"] == "ReadTimeout"
    else:
        assert errors["invalid"]["details"] == ["BadRequest"]
        assert errors["file"]["class"] == errors["answer"]["class"] == "MethodNotImplemented"
        assert "Upload it by REST: POST http" in errors["file"]["text"]
        assert errors["late"]["class"] == "DeadlineExceeded"
