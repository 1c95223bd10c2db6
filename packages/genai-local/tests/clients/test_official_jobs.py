"""Official clients run batches, tune models, search files and create auth tokens."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.heavy


@pytest.fixture
def step(jobs_report):
    """Return the result of a step; skip if the client does not support it."""

    def found(name: str):
        if name not in jobs_report:
            pytest.skip(f"the program for {jobs_report['client']} has no step {name}")
        if jobs_report[name] is None:
            pytest.skip(f"{jobs_report['client']} does not have this on {jobs_report['surface']}")
        return jobs_report[name]

    return found


@pytest.fixture
def is_vertex(jobs_report) -> bool:
    return jobs_report["surface"] != "gemini"


def test_the_developer_api_has_all_steps(jobs_report, is_vertex):
    if is_vertex:
        pytest.skip("some of this is of the Developer API only")
    assert None not in jobs_report.values()


def test_batches(step):
    assert step("batched") == {
        "states": ["JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED"],
        "answers": ["Sunny.", [13, "It broke."], "This is a scripted reply to: else"],
        "display_name": "mine",
        "ended": True,
        "listed": True,
        "gone": 404,
    }


def test_batches_by_file(step, is_vertex):
    found = step("batched_by_file")
    assert found.pop("states") == ["JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED"]
    if is_vertex:
        assert found.pop("lost").startswith("bq://p.d.t cannot be read: ")
        assert found == {"dest": "gs://bucket/in/dest", "counts": [1, 1], "gone": 404}
    else:
        texts = [f"This is a scripted reply to: n{index}" for index in range(3)]
        assert found == {"keys": ["0", "1", "2"], "texts": texts}


def test_batches_of_embeddings(step):
    assert step("batched_embeddings") == [[4, 2], [4, 1]]


def test_a_batch_that_is_cancelled(step):
    assert step("cancelled") == "JOB_STATE_CANCELLED"


def test_tunings(step, is_vertex):
    found = step("tuned")
    if not is_vertex:
        assert found == {"refused": 400}
        return
    assert found.pop("lost").startswith("gs://elsewhere/x.jsonl cannot be read: ")
    assert found == {
        "states": ["JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED"],
        "text": "fruit",
        "checkpoints": ["1", "2"],
        "display_name": "Mine",
        "examples": 1,
        "cancelled": "JOB_STATE_CANCELLED",
        "listed": 3,
    }


def test_file_search(step):
    assert step("searched") == {
        "operations": [None, None],
        "documents": True,
        "document": ["castle.txt", "STATE_ACTIVE", 28, "text/plain"],
        "metadata": [["author", "Ada", None], ["year", None, 1843]],
        "counts": [2, 44],
        "chunks": [["castle.txt", "The castle has seven towers."]],
        "supports": [["Seven towers.", [0]]],
        "listed": True,
        "early": 400,
        "gone": [403, 403],
    }


def test_auth_tokens(step):
    assert step("token") is True
