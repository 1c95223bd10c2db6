"""Official clients find the API that they expect, on every surface."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.heavy

PATHS = {  # the version is the client's choice
    "gemini": r"/v1(beta)?/models/",
    "express": r"/v1(beta1)?/publishers/google/models/",
    "project": r"/v1(beta1)?/projects/a-project/locations/us-central1/publishers/google/models/",
}


def of_python(report):
    if not report["client"].startswith("python"):
        pytest.skip("this step is taken by the Python clients alone")
    return report


def test_they_use_the_configured_surface(report):
    asked = [path for path in report["paths"] if path.endswith(":generateContent")]
    assert asked
    assert [path for path in asked if not re.match(PATHS[report["surface"]], path)] == []


def test_an_answer(report):
    assert report["answer"] == "Sunny."
    assert report["finish_reason"] == "STOP"
    assert report["tokens_in_all"] > 2


def test_a_stream(report):
    assert report["chunks"] == ["Once ", "upon ", "a time."]


def test_the_end_of_a_stream_has_the_usage(report):
    assert of_python(report)["last_chunk_has_usage"]


def test_async(report):
    found = of_python(report)
    assert found["async_answer"] == "Sunny."
    assert found["async_chunks"] == found["chunks"]
    assert found["async_tokens"] == found["tokens"]


def test_an_answer_by_schema(report):
    assert set(of_python(report)["recipe"]) == {"name", "minutes"}


def test_a_tool_that_the_client_runs_by_itself(report):
    assert of_python(report)["answer_after_tool"] == 'The tool says: {"result": "20 degrees in Rome"}'


def test_a_chat(report):
    found = of_python(report)
    assert found["chat"] == ["This is a scripted reply to: First turn.", "This is a scripted reply to: Second turn."]
    assert found["turns"] == 4


def test_embeddings(report):
    first, second = report["embeddings"]
    assert len(first) == len(second) == 8
    assert first != second


def test_a_token_count(report):
    assert report["tokens"] == 3


def test_models_over_several_pages(report):
    names = [name.rpartition("/")[2] for name in report["models"]]
    assert {"gemini-2.5-flash", "text-embedding-004"} <= set(names)
    assert len(names) == len(set(names)) > 2


def test_one_model(report):
    assert report["model"].endswith("models/gemini-2.5-flash")


def test_a_missing_model(report):
    assert report["missing"]["code"] == 404
    assert report["missing"]["status"] == "NOT_FOUND"
    assert "no-such-model" in report["missing"]["message"]


def test_errors_of_the_service(report):
    exhausted = report["exhausted"]
    assert (exhausted["code"], exhausted["status"], exhausted["message"]) == (429, "RESOURCE_EXHAUSTED", "Too many.")


def test_the_classes_of_errors(report):
    found = of_python(report)
    assert found["missing"]["class"] == found["exhausted"]["class"] == "ClientError"
    assert found["busy"] == {
        "class": "ServerError",
        "code": 503,
        "status": "UNAVAILABLE",
        "message": "Come back later.",
    }
    assert found["async_busy"]["code"] == 503


def test_an_error_in_the_middle_of_a_stream(report):
    interrupted = of_python(report)["interrupted"]
    assert len(interrupted["texts"]) == 1
    assert (interrupted["code"], interrupted["message"]) == (503, "It broke.")
