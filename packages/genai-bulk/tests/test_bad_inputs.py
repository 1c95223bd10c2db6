"""Bad inputs and bad machines: huge rows, clocks that are set back, full disks. Other tests have wrong sources, keys and journals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import genai_bulk as bulk
from genai_bulk.journal import Journal
from genai_bulk.requests import RowError

from .conftest import MODEL, Service, read_jsonl, texts, write_jsonl

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of files and /proc as on Linux")
PROMPT = bulk.Prompt("{text}", model=MODEL)
PROGRAM = """
import resource, sys
import genai_bulk as bulk

source, sink, most_bytes = sys.argv[1:]
if int(most_bytes):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most_bytes), resource.RLIM_INFINITY))
try:
    report = bulk.run(source, sink, bulk.Prompt("{id}", model="gemini-2.5-flash"), key="id")
    print(report)
except bulk.RunFailedError as error:
    print("failed:", error, error.report.sink, error.report.done)
except bulk.BulkError as error:
    print("refused:", error)
# Not ru_maxrss: a new process inherits the peak of the one that started it.
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")))
"""


def run(source: Path, sink: Path, most_bytes: int = 0) -> tuple[str, int]:
    """Make a run in a process whose files may have some bytes at most. Return what it prints, and its memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(source), str(sink), str(most_bytes)],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    *lines, memory_mb = done.stdout.splitlines()
    return "\n".join(lines), int(memory_mb)


# Huge rows.


def test_a_row_of_100_mb_fails_alone_and_is_never_in_memory(answering: Service, tmp_path: Path) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    with source.open("w") as file:
        file.write('{"id": "a", "text": "small"}\n{"id": "b", "text": "')
        for _ in range(102):
            file.write("x" * 1_000_000)
        file.write('"}\n{"id": "c", "text": "small"}\n')

    printed, memory_mb = run(source, sink)

    assert "2 of 3 rows done, 1 failed" in printed
    error = read_jsonl(sink)[1]["error"]
    assert error["status"] == "ROW"
    assert error["message"] == "in.jsonl, line 2 is longer than 100,000,000 bytes, the limit of a row."
    assert memory_mb < 400


@pytest.mark.parametrize(
    "request_", [PROMPT, bulk.Embed("{text}"), lambda row: {"model": MODEL, "contents": row["text"]}]
)
def test_a_request_of_100_mb_is_an_error_of_its_row(request_) -> None:
    from genai_bulk.requests import request_of

    with pytest.raises(
        RowError, match=r"the (prompt|text|request) has 100,000,\d+ bytes, and the limit of a row is 100,000,000"
    ):
        request_of(request_).arguments({"text": "x" * 100_000_001})


# Clocks.


def test_a_clock_that_is_set_back_during_a_run_and_between_runs(
    answering: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    calls = iter(range(10**9))
    answering.gemini.limit(refuse="20%", retry_s=0.05)
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(12)), tmp_path / "out.jsonl"
    seen: list[bulk.Progress] = []

    monkeypatch.setattr(time, "time", lambda: now - 3_600 * next(calls))
    first = bulk.run(source, sink, PROMPT, limits=bulk.Limits(rows=6), on_progress=seen.append)
    monkeypatch.setattr(time, "time", lambda: now - 1e9)
    second = bulk.run(source, sink, PROMPT, on_progress=seen.append)

    assert (first.done, second.done, second.calls - second.refused) == (6, 12, 6)
    assert min(first.elapsed_s, second.elapsed_s) >= 0
    assert all(each.elapsed_s >= 0 and each.rate >= 0 and (each.left_s or 0) >= 0 for each in seen)
    with Journal(tmp_path / "out.jsonl.journal", writes=False) as journal:
        (one, begun, _), (two, begun_later, state) = journal.sessions()
        assert begun_later < begun
        assert state["phase"] == "ended"
        for session in (one, two):
            times = [at for at, _ in journal.samples(session)]
            assert times == sorted(times)
            assert times[0] >= 0


# Full disks.


def test_a_disk_that_is_full_before_the_first_call(answering: Service, tmp_path: Path) -> None:
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(3_000)), tmp_path / "out.jsonl"
    for _ in range(2):
        printed, _ = run(source, sink, 45_000)
        assert printed.startswith(f"refused: {sink}.journal: cannot be written: ")
        assert printed.endswith("Free some space and start again.")
    assert answering.gemini.requests == []
    assert not sink.exists()


def test_a_disk_that_is_too_small_for_the_sink(answering: Service, tmp_path: Path) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_jsonl(source, [{"id": number, "text": "x" * 100_000} for number in range(30)])

    printed, _ = run(source, sink, 2_000_000)

    assert printed.startswith(f"failed: {sink}: cannot be written: ")
    assert printed.endswith("None 30")
    assert not list(tmp_path.glob("out.jsonl*part*"))
    printed, _ = run(source, sink)
    assert "30 of 30 rows done" in printed
    assert "0 calls" in printed
    assert len(read_jsonl(sink)) == 30


def test_a_changed_source_is_named_with_size_and_time(answering: Service, tmp_path: Path) -> None:
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(2)), tmp_path / "out.jsonl"
    os.utime(source, (1_700_000_000, 1_700_000_000))
    bulk.run(source, sink, PROMPT)
    size = source.stat().st_size
    source.write_text(source.read_text() + json.dumps({"id": "r2", "text": "more"}) + "\n")
    with pytest.raises(bulk.JournalError) as caught:
        bulk.run(source, sink, PROMPT)
    [difference] = caught.value.differences
    assert difference.startswith(f"source.files: was in.jsonl with {size} bytes, changed at 2023-11-1")
    assert f", is in.jsonl with {source.stat().st_size} bytes, changed at " in difference
