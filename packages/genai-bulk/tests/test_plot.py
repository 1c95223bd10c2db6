"""Plots: time bins, rates in them, and the refusals of paths. Whether a picture is good is for people to see."""

from __future__ import annotations

from pathlib import Path

import pytest

import genai_bulk as bulk
from genai_bulk.journal import Journal
from genai_bulk.plot import _at, _edges, _per_second, check, plot

SAMPLES = [(0.5, {"done": 0}), (1.5, {"done": 10}), (3.5, {"done": 10}), (4.5, {"done": 40})]


def test_counts_between_samples_are_on_the_line_between_them() -> None:
    assert _at(SAMPLES, "done", [0.0, 0.5, 1.0, 2.5, 4.0, 4.5, 9.0]) == [0, 0, 5, 10, 25, 40, 40]


def test_rates_are_means_of_bins() -> None:
    assert _per_second(SAMPLES, "done", [0.5, 2.5, 4.5]) == [5, 15]
    # The last bin ends with the session.
    assert _per_second(SAMPLES, "done", [0.5, 3.5, 6.5]) == [pytest.approx(10 / 3), 30]


@pytest.mark.parametrize(("length", "bins"), [(0.3, 3), (7, 70), (100, 50), (3_600, 60), (10 * 86_400, 80)])
def test_bins_are_few_and_cover_the_session(length: float, bins: int) -> None:
    edges = _edges(2.0, 2.0 + length)
    assert (edges[0], len(edges) - 1) == (2.0, bins)
    assert edges[-1] >= 2.0 + length - 1e-6


def test_a_run_without_samples_is_named(tmp_path: Path) -> None:
    Journal(tmp_path / "j").close()
    with pytest.raises(bulk.BulkError, match=r"j: the run has no samples to draw yet"):
        plot(tmp_path / "j", tmp_path / "a.png")


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.pdf", r"expected the name of a PNG file, such as '.*a\.png', got '.*a\.pdf'"), ("no/a.png", "the folder '.*no' does not exist"), ("folder.png", "is a folder")],
)  # fmt: skip
def test_paths_that_cannot_be_written(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(bulk.BulkError, match=message):
        check(tmp_path / name)
