"""Warnings about replies: none of them keeps a reply from being read, and those that are logged come once."""

from __future__ import annotations

import warnings

import pytest

from google.genai import types


def test_a_warning_about_an_answer_is_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.genai.types import _log

    monkeypatch.setattr(_log, "_logged", set())
    call = {"functionCall": {"name": "f", "args": {}}}
    content = {"role": "model", "parts": [{"text": "a"}, call]}
    for count in (1, 1, 2, 2):
        response = types.GenerateContentResponse.model_validate({"candidates": [{"content": content}] * count})
        assert response.text == "a"
    assert [record.name for record in caplog.records] == ["google_genai.types"] * 2
    assert "function_call" in caplog.records[0].getMessage()
    assert "2 candidates" in caplog.records[1].getMessage()


def test_a_new_value_of_an_enum_is_read_if_warnings_are_errors() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        candidate = types.Candidate.model_validate({"finishReason": "NOT_KNOWN_YET"})
    assert candidate.finish_reason is not None
    assert candidate.finish_reason.value == "NOT_KNOWN_YET"
    with pytest.warns(UserWarning, match="NEWER"):
        types.Candidate.model_validate({"finishReason": "NEWER"})
