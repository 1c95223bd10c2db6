"""Caps, quotas, refusals, outages, time limits: what stops a run, and that nothing is lost or exceeded."""

from __future__ import annotations

from pathlib import Path

import pytest

import genai_bulk as bulk
from genai_bulk.engine import next_midnight_pacific

from .conftest import MODEL, Service, texts, write_jsonl

PROMPT = bulk.Prompt("{text}", model=MODEL)
SHORT = bulk.Prompt("{text}", model=MODEL, config={"max_output_tokens": 100})


def test_the_rows_of_a_session(answering: Service, tmp_path: Path):
    answering.gemini.limit(refuse=0.3)
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(30)), tmp_path / "out.jsonl"

    report = bulk.run(source, sink, PROMPT, limits=bulk.Limits(rows=12))

    assert report.stopped is not None
    assert (report.stopped.kind, report.done, report.sink) == ("cap", 12, None)
    assert "limits.rows" in report.stopped.message
    assert bulk.run(source, sink, PROMPT).done == 30


@pytest.mark.parametrize("in_flight", [1, 50])
def test_the_tokens_of_a_run_are_never_exceeded(answering: Service, tmp_path: Path, in_flight: int):
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(60)), tmp_path / "out.jsonl"
    used = 0
    for cap in (1_300, 1_400):
        report = bulk.run(source, sink, SHORT, limits=bulk.Limits(tokens=cap, in_flight=in_flight))
        assert report.stopped is not None
        assert "limits.tokens" in report.stopped.message
        assert used < report.usage.total_tokens <= cap
        used = report.usage.total_tokens
    assert 0 < report.done < 60


def test_the_cost_of_a_run_is_never_exceeded(answering: Service):
    report = bulk.run(texts(200), None, SHORT, limits=bulk.Limits(cost=0.001))

    assert report.stopped is not None
    assert "limits.cost" in report.stopped.message
    assert report.cost is not None
    assert 0.0002 < report.cost <= 0.001


def test_a_cost_needs_a_known_price_before_the_first_call(answering: Service):
    with pytest.raises(bulk.BulkError, match=r"limits\.cost: the price of the model 'my-model' is not known"):
        bulk.run(texts(2), None, bulk.Prompt("{text}", model="my-model"), limits=bulk.Limits(cost=1))
    assert answering.gemini.requests == []


def test_the_time_of_a_session(answering: Service):
    answering.gemini.limit(latency=0.4)

    report = bulk.run(texts(50), None, PROMPT, limits=bulk.Limits(for_s=1.0, in_flight=2))

    assert report.stopped is not None
    assert "limits.for_s" in report.stopped.message
    assert 0 < report.done < 50
    assert report.done == sum(answering.prompts.values())


def test_refusals_and_outages_cost_no_row(answering: Service):
    answering.gemini.limit(refuse="20%", unavailable="10%", retry_s=0.1)

    report = bulk.run(texts(50), None, PROMPT)

    assert (report.done, report.failed) == (50, 0)
    assert report.refused > 2
    assert answering.gemini.counts().answered == 50


def test_calls_in_flight_are_bounded(answering: Service):
    answering.gemini.limit(in_flight=7, latency=0.02)

    report = bulk.run(texts(80), None, PROMPT, limits=bulk.Limits(in_flight=7))

    assert (report.done, report.refused) == (80, 0)


def test_a_spent_daily_quota_stops_the_run_with_the_time_of_its_reset(answering: Service, tmp_path: Path):
    answering.gemini.limit(rpd=10)
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(40)), tmp_path / "out.jsonl"

    report = bulk.run(source, sink, PROMPT, limits=bulk.Limits(in_flight=4))

    assert report.stopped is not None
    assert report.stopped.kind == "quota"
    assert "PerDay" in report.stopped.message
    assert report.stopped.resume_at is not None
    assert (report.done, report.failed) == (10, 0)
    assert sum(answering.prompts.values()) < 20
    answering.gemini.unlimit()
    assert bulk.run(source, sink, PROMPT).done == 40


def test_midnight_in_california():
    from datetime import datetime, timezone

    found = next_midnight_pacific(datetime(2026, 7, 1, 12, 0, tzinfo=timezone.utc))
    assert (found.day, found.hour) == (2, 7)
    assert next_midnight_pacific(datetime(2026, 12, 1, 9, 0, tzinfo=timezone.utc)).hour == 8


@pytest.mark.parametrize(
    ("status", "message"), [(404, "no such model"), (403, "no permission"), (400, "API key not valid")]
)
def test_a_wrong_model_or_key_stops_the_run_after_twenty_rows(service: Service, status: int, message: str):
    service.gemini.on().fail(status, message=message)

    with pytest.raises(bulk.RunFailedError, match=f"The first 20 rows all failed with {status} .*{message}") as caught:
        bulk.run(texts(2_000), None, PROMPT)

    assert len(service.gemini.requests) < 200
    assert caught.value.report.failed < 200


def test_a_call_that_takes_too_long_is_asked_again(answering: Service):
    answering.gemini.respond(delay_s=5, status=200, json={}, times=1)

    report = bulk.run(texts(3), None, PROMPT, retry=bulk.Retry(timeout_s=0.4))

    assert (report.done, report.calls) == (3, 4)


def test_a_row_fails_after_its_attempts(service: Service):
    service.gemini.respond(status=200, body=b"<html>", headers={"content-type": "text/html"}, times=100)

    report = bulk.run(texts(2), None, PROMPT, retry=bulk.Retry(attempts=2))

    errors = [row["error"] for row in report.results()]
    assert [error["attempts"] for error in errors] == [2, 2]
    assert report.calls == 4


def test_a_service_that_never_answers_stops_the_run(service: Service, tmp_path: Path):
    service.gemini.limit(refuse=1.0)

    report = bulk.run(texts(3), None, PROMPT, retry=bulk.Retry(patience_s=1.5))

    assert report.stopped is not None
    assert report.stopped.kind == "patience"
    assert (report.done, report.failed, report.pending) == (0, 0, 3)


def test_a_broken_connection_costs_no_row(answering: Service):
    answering.gemini.fail(disconnect="before_reply", times=3)
    assert bulk.run(texts(20), None, PROMPT).done == 20


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"in_flight": 0}, "limits.in_flight: expected a whole number above 0, got 0"),
        ({"in_flight": 2.5}, "limits.in_flight: expected a whole number above 0, got 2.5"),
        ({"rpm": -1}, "limits.rpm: expected a number above 0, got -1"),
        ({"cost": float("nan")}, "limits.cost: expected a number above 0, got nan"),
        ({"tokens": True}, "limits.tokens: expected a whole number above 0, got True"),
        ({"in_flight": 10**7}, "limits.in_flight: expected at most 100,000"),
    ],
)
def test_wrong_limits(given: dict[str, float], message: str):
    with pytest.raises(bulk.BulkError, match=message):
        bulk.Limits(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [{"attempts": 0}, {"timeout_s": None}, {"patience_s": -3}])
def test_wrong_retries(given: dict[str, float]):
    with pytest.raises(bulk.BulkError, match=f"retry.{next(iter(given))}: expected"):
        bulk.Retry(**given)  # type: ignore[arg-type]
