"""Official clients hold Live sessions, on every surface."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.heavy

PATHS = {
    "gemini": r"/+ws/google\.ai\.generativelanguage\.v1\w*\.GenerativeService\.BidiGenerateContent(Constrained)?",
    "express": r"/+ws/google\.cloud\.aiplatform\.v1\w*\.LlmBidiService/BidiGenerateContent",
    "project": r"/+ws/google\.cloud\.aiplatform\.v1\w*\.LlmBidiService/BidiGenerateContent",
}


def test_they_use_the_configured_surface(live_report):
    assert live_report["paths"]
    assert [path for path in live_report["paths"] if not re.fullmatch(PATHS[live_report["surface"]], path)] == []


def test_turns_of_text(live_report):
    texts = live_report["texts"]
    assert (texts["first"], texts["second"]) == ("Sunny.", "Once upon a time.")
    assert texts["generation_complete"]
    assert (texts["prompt_tokens"], texts["response_tokens"]) == (8, 2)


def test_functions(live_report):
    assert live_report["blocking"] == "The sky is clear."
    assert live_report.get("in_background", "The sky is clear.") == "The sky is clear."


def test_an_interruption(live_report):
    assert live_report["interruption"] == {"interrupted": True, "next": "Sunny."}


def test_a_session_that_continues(live_report):
    assert live_report["resumption"] == {"had_handle": True, "continued": "You are Ada."}


def test_audio_in_and_out(live_report):
    assert live_report["audio"]["transcription"] == "I hear you."
    assert live_report["audio"]["bytes"] > 10_000


def test_an_auth_token(live_report):
    assert live_report.get("token", "Sunny.") == "Sunny."


def test_refusals(live_report):
    assert re.search(r"1008.*no-such-model is not found", live_report["unknown_model"]["message"])
    assert re.search(r"1011.*It broke\.", live_report["closed"]["message"])
