"""Jobs on Ray: complete, killed and continued, and refused. The installation takes a minute and needs the package index."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from genai_local.testing import ScriptedGemini

pytestmark = pytest.mark.heavy

ROWS = 3_000
BLOCK_ROWS = 250
BLOCKS_IN_FLIGHT = 4


def _load_jobs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("genai_bulk_ray_jobs", Path(__file__).with_name("jobs.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


jobs = _load_jobs()


@pytest.fixture
def options(tmp_path: Path, gemini: ScriptedGemini) -> dict[str, Any]:
    gemini.on().reply(lambda body: "label of " + body["contents"][-1]["parts"][0]["text"])
    gemini.limit(latency="normal:0.1,0.02", refuse="1%", unavailable="0.2%", retry_s=1, seed=1)
    return {
        "source": jobs.write_source(tmp_path / "source.parquet", ROWS),
        "sink": str(tmp_path / "sink"),
        "checkpoint": str(tmp_path / "checkpoint"),
        "limits": {"in_flight": 60},
        "block_rows": BLOCK_ROWS,
        "blocks_per_worker": BLOCKS_IN_FLIGHT // 2,
    }


def _check_rows(options: dict[str, Any]) -> None:
    rows = jobs.rows_of(Path(options["sink"]), is_complete=True)
    assert [row["id"] for row in rows] == list(range(ROWS))
    assert [row["answer_text"] for row in rows] == [f"label of row {number}" for number in range(ROWS)]
    assert all(row["error"] is None for row in rows)


def test_killed_drivers_continue(gemini: ScriptedGemini, options: dict[str, Any]) -> None:
    sink = Path(options["sink"])
    unwritten = 0
    for _ in range(2):
        written = len(jobs.rows_of(sink))
        with jobs.job(gemini.url, **options) as job:
            job.wait_until(lambda written=written: len(jobs.rows_of(sink)) > written)
            job.kill()
        gemini.wait_until_idle()
        kept = jobs.kept_rows(Path(options["checkpoint"]))
        assert kept < ROWS
        unwritten = gemini.counts().answered - kept
    with jobs.job(gemini.url, **options) as job:
        assert job.result() == {"error": None}
    _check_rows(options)
    # Rows that a killed job has written are not asked again, all others are.
    assert gemini.counts().answered - ROWS == unwritten


def test_killed_workers_are_replaced(gemini: ScriptedGemini, options: dict[str, Any]) -> None:
    kills = 2
    with jobs.job(gemini.url, **options) as job:
        for number in range(kills):
            job.wait_until(lambda number=number: gemini.counts().answered >= (number + 1) * ROWS // 4)
            assert job.kill_one()
        assert job.result() == {"error": None}
    _check_rows(options)
    assert gemini.counts().answered - ROWS <= kills * BLOCK_ROWS * BLOCKS_IN_FLIGHT // 2


def test_a_killed_limiter_starts_again_and_no_row_is_asked_again(
    gemini: ScriptedGemini, options: dict[str, Any]
) -> None:
    with jobs.job(gemini.url, **options) as job:
        for number in range(2):
            job.wait_until(lambda number=number: gemini.counts().answered >= (number + 1) * ROWS // 4)
            assert job.kill_one("LimiterActor")
        assert job.result() == {"error": None}
    _check_rows(options)
    assert gemini.counts().answered == ROWS


def test_eight_workers_share_the_rate_of_the_service(gemini: ScriptedGemini, options: dict[str, Any]) -> None:
    gemini.unlimit()
    gemini.limit(rate=100, burst=20, latency=0.2)
    with jobs.job(gemini.url, **{**options, "workers": 8, "worker_cpus": 0.1, "block_rows": 50}) as job:
        assert job.result() == {"error": None}
    _check_rows(options)
    counts = gemini.counts()
    assert sum(counts.refused.values()) <= 0.15 * counts.answered
    middle = gemini.requests[len(gemini.requests) // 3 : 2 * len(gemini.requests) // 3]
    parts = Counter(request.headers["x-worker"] for request in middle)
    assert len(parts) == 8
    assert min(parts.values()) >= 0.5 * len(middle) / 8


def test_two_jobs_with_one_limiter_stay_within_its_limit(
    gemini: ScriptedGemini, options: dict[str, Any], tmp_path: Path
) -> None:
    gemini.unlimit()
    gemini.limit(latency=0.1, in_flight=30)
    shared = {**options, "limiter": "project", "limits": {"in_flight": 30}, "worker_cpus": 0.5}
    other = {**shared, "sink": str(tmp_path / "other"), "checkpoint": str(tmp_path / "other checkpoint")}
    with jobs.cluster(gemini.url, first=4, second=3) as cluster:
        shared["address"] = other["address"] = cluster.address
        with jobs.job(gemini.url, **shared) as first, jobs.job(gemini.url, **other) as second:
            assert first.result() == second.result() == {"error": None}
    _check_rows(shared)
    _check_rows(other)
    counts = gemini.counts()
    assert counts.answered == 2 * ROWS
    assert counts.refused == {}  # the service refuses a call above the limit
    assert counts.most_in_flight > 15


def test_a_job_survives_a_node_that_is_killed(gemini: ScriptedGemini, options: dict[str, Any]) -> None:
    with (
        jobs.cluster(gemini.url, first=3, second=2) as cluster,
        jobs.job(gemini.url, **{**options, "address": cluster.address}) as job,
    ):
        job.wait_until(lambda: gemini.counts().answered >= ROWS // 4)
        cluster.kill_second_node()
        assert job.result() == {"error": None}
    _check_rows(options)


def test_a_wrong_model_fails_the_job(gemini: ScriptedGemini, options: dict[str, Any]) -> None:
    gemini.unlimit()
    gemini.fail(404, times=1_000)
    with jobs.job(gemini.url, **options) as job:
        found = job.result()
    assert "The first 20 rows all failed with 404" in found["message"]
    assert gemini.requests_received <= 2 * (20 + 60)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cpus": 3}, "Ray has 3 CPUs, and this job needs 4"),
        ({"key": "ids"}, "key='ids': the dataset does not have this column. Did you mean 'id'?"),
        ({"template": "{texts}"}, "the request names the column 'texts'"),
        ({"source": [{"id": 1, "text": "a"}]}, "Ray cannot leave out rows that are in memory"),
        (
            {"source": [{"id": i % 2, "text": "a"} for i in range(4)], "checkpoint": None},
            "the column has duplicates: 0 (2 rows), 1 (2 rows)",
        ),
        (
            {"source": [{"id": None, "text": "a"}, {"id": 1, "text": "b"}], "checkpoint": None},
            "the column is null in 1 row.",
        ),
    ],
)
def test_what_would_hang_or_be_useless_is_refused(
    change: dict[str, Any], message: str, gemini: ScriptedGemini, options: dict[str, Any]
) -> None:
    with jobs.job(gemini.url, **{**options, **change}) as job:
        found = job.result()
    assert found["error"] == "BulkError"
    assert re.search(re.escape(message), found["message"])
    assert gemini.requests_received == 0
