"""Progress reporting: to a function, or as a bar of rich or tqdm, whichever is installed."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from google.genai import types
from google.genai._core.progress import progress_report


def test_a_function_is_told() -> None:
    told: list[Any] = []
    with progress_report(lambda *what: told.append(what), "a.txt", 10) as report:
        report(4)
        report(types.File(state=types.FileState.PROCESSING))
    assert told == [(4, 10), (types.File(state=types.FileState.PROCESSING),)]


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_said_unless_asked_for(progress: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_report(progress, "a.txt", 10) as report:
        report(10)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("library", ["rich", "tqdm"])
def test_a_bar_is_drawn(library: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found(name) if name == library else None)
    with progress_report(True, "a.txt", 10_000) as report:
        report(5_000)
        report(10_000)
    drawn = "".join(capsys.readouterr())
    assert "a.txt" in drawn
    assert "10.0" in drawn
    with progress_report(True, "files/a", None) as report:
        report(types.File(state=types.FileState.ACTIVE))
    assert "ACTIVE" in "".join(capsys.readouterr())


def test_without_a_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="requires rich or tqdm"), progress_report(True, "a.txt", 10):
        pass
