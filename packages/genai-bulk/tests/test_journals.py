"""What a journal refuses, keeps and survives: other runs, other processes, full disks, kills at any time, signals."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import genai_bulk as bulk
from genai_bulk.journal import Journal

from .conftest import MODEL, Service, read_jsonl, texts, write_jsonl

PROMPT = bulk.Prompt("{text}", model=MODEL)
PROGRAM = """
import resource, sys
import genai_bulk as bulk

source, sink, in_flight, mode = sys.argv[1:5]
if mode == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[5]), resource.RLIM_INFINITY))
try:
    report = bulk.run(
        source, sink, bulk.Prompt("{text}", model="gemini-2.5-flash"), key="id", limits=bulk.Limits(in_flight=int(in_flight)),
        order="done" if mode == "done" else "source",
    )
except bulk.Interrupted as error:
    print("interrupted", error.signal, error.report.done, flush=True)
    raise SystemExit(75)
except (bulk.RunFailedError, bulk.BulkError) as error:
    print("failed", error, flush=True)
    raise SystemExit(76)
print("done", report.done, report.resumed, report.paid_again, flush=True)
"""


def start(source: Path, sink: Path, *more: str, in_flight: int = 20, mode: str = "source") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(source), str(sink), str(in_flight), mode, *more],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture
def done_run(answering: Service, tmp_path: Path) -> Path:
    """A finished run in this folder."""
    bulk.run(write_jsonl(tmp_path / "in.jsonl", texts(4)), tmp_path / "out.jsonl", PROMPT, key="id")
    return tmp_path


def test_another_request_is_refused_with_the_difference(done_run: Path, answering: Service):
    source, sink = done_run / "in.jsonl", done_run / "out.jsonl"
    with pytest.raises(bulk.JournalError, match=r'request.template: was "{text}", is "Say {text}"') as caught:
        bulk.run(source, sink, bulk.Prompt("Say {text}", model=MODEL), key="id")
    assert len(caught.value.differences) == 1
    with pytest.raises(bulk.JournalError, match=r"request.config: was null, is {\"temperature\": 1}"):
        bulk.run(source, sink, bulk.Prompt("{text}", model=MODEL, config={"temperature": 1}), key="id")
    with pytest.raises(bulk.JournalError, match="key: was"):
        bulk.run(source, sink, PROMPT)
    assert len(answering.gemini.requests) == 4


def test_a_changed_prompt_can_be_accepted_or_the_run_begun_again(answering: Service, tmp_path: Path):
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(4)), tmp_path / "out.jsonl"
    other = bulk.Prompt("Say {text}", model=MODEL)
    bulk.run(source, sink, PROMPT, limits=bulk.Limits(rows=2))

    report = bulk.run(source, sink, other, accept_changed_prompt=True)
    assert (report.done, report.calls) == (4, 2)
    assert [row["answer_text"] for row in read_jsonl(sink)][2:] == ["label of Say text 2", "label of Say text 3"]

    report = bulk.run(source, sink, other, fresh=True)
    assert (report.done, report.calls) == (4, 4)


def test_a_changed_source_is_refused(done_run: Path):
    write_jsonl(done_run / "in.jsonl", texts(5))
    with pytest.raises(bulk.JournalError, match=r"source\.files"):
        bulk.run(done_run / "in.jsonl", done_run / "out.jsonl", PROMPT, key="id")
    with pytest.raises(bulk.JournalError, match="the source has changed"):
        bulk.export(done_run / "out.jsonl.journal", done_run / "again.csv")


def test_rows_of_an_iterable_are_compared_with_those_of_the_journal(answering: Service, tmp_path: Path):
    sink = tmp_path / "out.jsonl"
    bulk.run(iter(texts(4)), sink, PROMPT, limits=bulk.Limits(rows=1))
    with pytest.raises(bulk.JournalError, match="the rows differ"):
        bulk.run(iter(texts(5)), sink, PROMPT)
    assert bulk.run(iter(texts(4)), sink, PROMPT).calls == 3


def test_the_journal_of_a_newer_version(done_run: Path):
    with sqlite3.connect(done_run / "out.jsonl.journal") as database:
        database.execute("UPDATE about SET value='99' WHERE name='version'")
    database.close()
    with pytest.raises(bulk.JournalError, match="a newer release of genai-bulk wrote this journal"):
        bulk.run(done_run / "in.jsonl", done_run / "out.jsonl", PROMPT, key="id")


def test_a_file_that_is_no_journal(answering: Service, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no database " * 100)
    with pytest.raises(bulk.JournalError, match="not a journal"):
        bulk.run(texts(2), None, PROMPT, journal=tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text().startswith("no database")


def test_two_processes_cannot_work_on_one_run(answering: Service, tmp_path: Path):
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(3)), tmp_path / "out.jsonl"
    with Journal(tmp_path / "out.jsonl.journal"), pytest.raises(bulk.JournalError, match="another process"):
        bulk.run(source, sink, PROMPT)


def test_mistakes_leave_no_journal_behind(answering: Service, tmp_path: Path):
    source = write_jsonl(tmp_path / "in.jsonl", texts(3))
    with pytest.raises(bulk.BulkError, match=r"'txt'.*Did you mean 'text'"):
        bulk.run(source, tmp_path / "out.jsonl", bulk.Prompt("{txt}", model=MODEL))
    with pytest.raises(bulk.BulkError, match="Did you mean 'id'"):
        bulk.run(source, tmp_path / "out.jsonl", PROMPT, key="ids")
    write_jsonl(source, [*texts(3), *texts(2)])
    with pytest.raises(bulk.BulkError, match=r"'r0' in rows 0 and 3; 'r1' in rows 1 and 4 .counted from 0"):
        bulk.run(source, tmp_path / "out.jsonl", PROMPT, key="id")
    assert answering.gemini.requests == []
    assert sorted(each.name for each in tmp_path.iterdir() if not each.name.endswith(".lock")) == ["in.jsonl"]


def test_export_while_a_run_works(answering: Service, tmp_path: Path):
    source = write_jsonl(tmp_path / "in.jsonl", texts(5))
    bulk.run(source, tmp_path / "out.jsonl", PROMPT, limits=bulk.Limits(rows=2))

    assert bulk.export(tmp_path / "out.jsonl.journal", tmp_path / "all.jsonl") == 5
    assert [(row["error"] or {}).get("status") for row in read_jsonl(tmp_path / "all.jsonl")] == [
        None, None, "PENDING", "PENDING", "PENDING",
    ]  # fmt: skip
    assert bulk.export(tmp_path / "out.jsonl.journal", tmp_path / "some.jsonl", only_answered=True) == 2
    with pytest.raises(bulk.BulkError, match="exists already"):
        bulk.export(tmp_path / "out.jsonl.journal", tmp_path / "some.jsonl")


def test_the_report_draws_a_plot(answering: Service, tmp_path: Path):
    answering.gemini.limit(latency=1.1)
    report = bulk.run(texts(3), None, PROMPT, limits=bulk.Limits(in_flight=1), journal=tmp_path / "j")
    report.plot(str(tmp_path / "run.png"))
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("mode", ["source", "done"])
def test_killed_at_any_time_each_row_is_in_the_sink_once(answering: Service, tmp_path: Path, mode: str):
    answering.gemini.limit(latency="uniform:0.01,0.1", refuse="2%")
    in_flight, count = 10, 250
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(count)), tmp_path / "out.jsonl"
    draw = random.Random(mode)
    kills = 0
    for _ in range(4):
        process = start(source, sink, in_flight=in_flight, mode=mode)
        try:
            process.wait(timeout=draw.uniform(0.5, 2.5))
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        process.communicate()
    answering.gemini.wait_until_idle()
    process = start(source, sink, in_flight=in_flight, mode=mode)
    output, _ = process.communicate(timeout=60)

    assert process.returncode == 0, output
    rows = read_jsonl(sink)
    assert sorted(row["id"] for row in rows) == sorted(f"r{number}" for number in range(count))
    assert all(row["answer_text"] == f"label of {row['text']}" for row in rows)
    # A killed process loses what was in flight and what arrived in the last milliseconds.
    assert answering.gemini.counts().answered - count <= kills * (in_flight + 10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_in_order(answering: Service, tmp_path: Path, number: signal.Signals):
    answering.gemini.limit(latency=0.3)
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(100)), tmp_path / "out.jsonl"
    process = start(source, sink, in_flight=5)
    answering.gemini.wait_for_requests(8, timeout_s=30)
    process.send_signal(number)
    output, _ = process.communicate(timeout=40)

    assert process.returncode == 75, output
    done = int(output.split()[-1])
    answering.gemini.wait_until_idle()
    # The calls in flight have ended, and their answers are kept.
    assert answering.gemini.counts().answered == done
    report = bulk.run(source, sink, PROMPT, key="id")
    assert (report.done, report.resumed, report.paid_again) == (100, done, 0)


def test_a_second_signal_ends_the_run_at_once(answering: Service, tmp_path: Path):
    answering.gemini.limit(latency=60)
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(10)), tmp_path / "out.jsonl"
    process = start(source, sink, in_flight=5)
    answering.gemini.wait_for_requests(2, timeout_s=30)
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 75, output


def test_a_full_disk_keeps_what_was_written(answering: Service, tmp_path: Path):
    answering.gemini.limit(latency=0.02)
    rows: list[dict[str, Any]] = [{"id": f"r{number}", "text": f"text {number} " + "x" * 500} for number in range(400)]
    source, sink = write_jsonl(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"

    process = start(source, sink, str(300_000), mode="full")
    output, _ = process.communicate(timeout=90)

    assert process.returncode == 76, output
    assert "cannot be written" in output
    asked = answering.gemini.counts().answered
    assert 0 < asked < 400
    report = bulk.run(source, sink, PROMPT, key="id")
    assert report.done == 400
    assert 0 < report.resumed <= asked
    assert {row["id"]: row["answer_text"] for row in read_jsonl(sink)} == {
        row["id"]: f"label of {row['text']}" for row in rows
    }


def test_a_journal_on_a_path_that_cannot_be_written(answering: Service, tmp_path: Path):
    with pytest.raises(bulk.BulkError):
        bulk.run(texts(2), None, PROMPT, journal=tmp_path / "missing" / "run.journal")
    assert answering.gemini.requests == []


def test_values_of_iterables_survive_the_journal(answering: Service, tmp_path: Path):
    from datetime import date, datetime, timedelta, timezone
    from decimal import Decimal

    row = {
        "text": "ü", "when": datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc), "day": date(2026, 1, 2), "data": b"\x00\xff",
        "price": Decimal("1.50"), "long": timedelta(days=1), "nested": {"list": [1, None, {"a": 2.5}]},
    }  # fmt: skip
    [found] = bulk.run(iter([row]), None, PROMPT).results()
    assert {name: found[name] for name in row} == row
    with pytest.raises(bulk.BulkError, match=r"row 0 .counted from 0.: a value of the type object cannot be kept"):
        bulk.run(iter([{"text": "a", "x": object()}]), None, PROMPT)


def test_the_state_of_a_run_is_json(done_run: Path):
    with Journal(done_run / "out.jsonl.journal", writes=False) as journal:
        counts = journal.counts()
        state = journal.sessions()[-1][2]
    assert (counts.rows, counts.done) == (4, 4)
    assert state["phase"] == "ended"
    assert json.loads(json.dumps(state))["done"] == 4
    assert os.path.exists(done_run / "out.jsonl")
