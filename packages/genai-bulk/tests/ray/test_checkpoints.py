"""The fingerprint next to a checkpoint, and the sentences for what needs no Ray."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import genai_bulk as bulk
from genai_bulk.ray import checkpoints

PROMPT = bulk.Prompt("{text}", model="gemini-2.5-flash")


def test_the_same_job_continues(tmp_path: Path) -> None:
    for path in (str(tmp_path / "job"), str(tmp_path / "job/"), (tmp_path / "job").as_uri()):
        checkpoints.claim(path, PROMPT, "id", accept_changed_prompt=False)
    assert [path.name for path in tmp_path.iterdir()] == ["job.genai-bulk.json"]


def test_another_request_is_refused_unless_it_is_accepted(tmp_path: Path) -> None:
    path = str(tmp_path / "job")
    checkpoints.claim(path, PROMPT, "id", accept_changed_prompt=False)
    other = bulk.Prompt("{text}", model="gemini-2.5-pro")
    with pytest.raises(bulk.JournalError, match=r'request\.model: was "gemini-2.5-flash", is "gemini-2.5-pro"'):
        checkpoints.claim(path, other, "id", accept_changed_prompt=False)
    checkpoints.claim(path, other, "id", accept_changed_prompt=True)
    with pytest.raises(bulk.JournalError, match='key: was "id", is "number"'):
        checkpoints.claim(path, other, "number", accept_changed_prompt=True)


def test_a_broken_fingerprint_is_reported(tmp_path: Path) -> None:
    (tmp_path / "job.genai-bulk.json").write_text("{")
    with pytest.raises(bulk.BulkError, match="expected the fingerprint of a job as JSON"):
        checkpoints.claim(str(tmp_path / "job"), PROMPT, "id", accept_changed_prompt=False)


def test_a_missing_ray_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(bulk.BulkError, match=r"pip install 'genai-bulk\[ray\]'"):
        bulk.ray.generate(object(), PROMPT)


def test_arguments_are_checked_before_ray_is_started() -> None:
    with pytest.raises(bulk.BulkError, match="checkpoint: rows are found again by their key"):
        bulk.ray.generate(object(), PROMPT, checkpoint="folder")
    with pytest.raises(bulk.BulkError, match="workers: expected a whole number above 0, got 0"):
        bulk.ray.generate(object(), PROMPT, workers=0)
    with pytest.raises(bulk.BulkError, match="limits: the shared limiter has its own limits"):
        bulk.ray.generate(object(), PROMPT, limits=bulk.Limits(), limiter=object())
