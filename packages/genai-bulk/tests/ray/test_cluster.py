"""Settings of Ray before a job, with a fake of its module."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from genai_bulk.ray.cluster import limit_readers

VARIABLE = "RAY_DATA_PARQUET_FOOTER_NUM_ACTORS"


def _dataset(readers: int) -> Any:
    listing = SimpleNamespace(file_indexer=SimpleNamespace(_num_actors=readers), input_dependencies=[])
    reading = SimpleNamespace(input_dependencies=[listing])
    return SimpleNamespace(_logical_plan=SimpleNamespace(dag=reading)), listing.file_indexer


@pytest.mark.parametrize(
    ("cpus", "setting", "expected"), [(2, None, 1), (9, None, 2), (1_000, None, 32), (2, "8", 8), (1_000, "64", 32)]
)
def test_files_are_listed_by_few_processes(
    cpus: int, setting: str | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {} if setting is None else {VARIABLE: setting})
    ray = SimpleNamespace(cluster_resources=lambda: {"CPU": float(cpus)})
    for _ in range(2):
        dataset, indexer = _dataset(32)
        limit_readers(ray, dataset)
        assert indexer._num_actors == expected
    assert os.environ[VARIABLE] == (setting or str(expected))


def test_datasets_without_files_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    ray = SimpleNamespace(cluster_resources=dict)
    for dataset in (
        object(),
        SimpleNamespace(_logical_plan=SimpleNamespace(dag=SimpleNamespace(input_dependencies=[]))),
    ):
        limit_readers(ray, dataset)
    assert os.environ[VARIABLE] == "1"
