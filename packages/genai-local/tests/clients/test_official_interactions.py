"""The newest official client has interactions with this server, on every surface."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.heavy

PATHS = {
    "gemini": r"/v1(beta)?/interactions(/.*)?",
    "express": r"/v1beta1/interactions(/.*)?",
    "project": r"/v1beta1/projects/a-project/locations/us-central1/interactions(/.*)?",
}
STREAM = ["interaction.created", "step.start", *["step.delta"] * 3, "step.stop", "interaction.completed"]


def test_they_use_the_configured_surface(interactions_report):
    pattern = PATHS[interactions_report["surface"]]
    assert interactions_report["paths"]
    assert [path for path in interactions_report["paths"] if not re.fullmatch(pattern, path)] == []


def test_an_answer(interactions_report):
    first = interactions_report["first"]
    assert (first["status"], interactions_report["text"]) == ("completed", "Sunny.")
    assert first["generation_config"] == {"temperature": 0.5, "max_output_tokens": 100, "thinking_level": "low"}
    assert (first["labels"], first["system_instruction"]) == ({"team": "a"}, "Be brief.")
    assert (first["usage"]["total_input_tokens"], first["usage"]["total_output_tokens"]) == (8, 2)
    assert interactions_report["get"]


def test_a_continuation(interactions_report):
    assert interactions_report["second"] == "This is a scripted reply to: Again."
    assert interactions_report["previous"] == interactions_report["first"]["id"]


def test_a_thought_that_is_not_stored(interactions_report):
    assert interactions_report["thought"] == ["thought", "model_output"]
    assert interactions_report["unstored"]["status"] == 404


def test_an_answer_by_schema(interactions_report):
    assert interactions_report["formatted"].keys() == {"name"}


def test_function_calling(interactions_report):
    assert interactions_report["functions"] == {
        "status": "requires_action",
        "name": "get_weather",
        "arguments": {"city": "Rome"},
        "second_status": "completed",
        "text": "It is warm.",
    }


def test_streams_and_readers(interactions_report):
    assert interactions_report["streams"] == {
        "kinds": STREAM,
        "text": "Once upon a time.",
        "is_resumed": True,
        "is_replayed": True,
        "kept": "Once upon a time.",
    }


def test_background_runs(interactions_report):
    found = interactions_report["background"]
    assert (found["begun"], found["done"], found["text"]) == ("in_progress", "completed", "Once upon a time.")
    assert found["cancelled"] == "cancelled"
    assert (found["deleted"]["class"], found["deleted"]["status"]) == ("NotFoundError", 404)


def test_errors(interactions_report):
    agent, wrong, busy = (interactions_report[name] for name in ("agent", "wrong", "busy"))
    assert (agent["class"], agent["status"]) == ("BadRequestError", 400)
    assert "this server does not run deep-research-preview-04-2026" in agent["text"]
    assert (wrong["class"], wrong["status"]) == ("NotFoundError", 404)
    assert "models/no-such-model" in wrong["text"]
    assert busy["status"] == 403
    assert "Not now." in busy["text"]


def test_an_answer_that_is_withheld(interactions_report):
    *_, problem, last = interactions_report["withheld"]
    assert (problem["event_type"], problem["error"]["code"]) == ("error", "safety")
    assert (last["event_type"], last["interaction"]["status"]) == ("interaction.completed", "failed")


def test_async(interactions_report):
    assert interactions_report["asynchronous"] == {"text": "Sunny.", "kinds": STREAM, "input": "How is the weather?"}
