"""Measures genai-bulk next to a bare loop over aiohttp and to the SDK alone: `python -m benchmarks.bulk`. All three ask the
same rows of a stub in a process of its own, in interleaved rounds."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROGRAMS = {"bare": "bare aiohttp and json", "sdk": "the SDK alone", "bulk": "genai-bulk"}
COLUMNS = {
    "steady": "rows/s, middle half",
    "overall": "rows/s, whole process",
    "processor_ms": "processor ms/row",
    "peak_rss_mb": "peak MB",
    "first_s": "s to first answer",
}
WORKER_LIMIT_S = 3600
LEFT = 1000
"""The rows that `--resume` leaves for the second session."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--in-flight", type=int, default=400)
    parser.add_argument("--latency", type=float, default=0.2, help="mean seconds of an answer (default 0.2)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PROGRAMS, action="append")
    parser.add_argument("--resume", action="store_true", help=f"measure genai-bulk when all but {LEFT:,} rows are done")
    options = parser.parse_args()
    if options.resume:
        return resume(options.rows, options.in_flight, options.latency)
    programs = options.only or list(PROGRAMS)
    samples: dict[str, list[dict[str, float]]] = {program: [] for program in programs}
    with stub(options.latency) as port, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work("write", port, options.rows, options.in_flight, folder)
        for number in range(options.rounds):
            for program in programs if number % 2 else programs[::-1]:
                samples[program].append(measure(program, port, options.rows, options.in_flight, folder))
    print(
        f"{options.rows:,} rows, {options.in_flight} in flight, {options.latency} s; median of {options.rounds} rounds\n"
    )
    print("| |" + "".join(f" {label} |" for label in COLUMNS.values()))
    print("|---|" + "---:|" * len(COLUMNS))
    for program in programs:
        medians = [statistics.median(sample[column] for sample in samples[program]) for column in COLUMNS]
        print(f"| {PROGRAMS[program]} |" + "".join(f" {value:,.4g} |" for value in medians))
    ceiling = f"{options.in_flight / options.latency:,.0f}" if options.latency else "no limit"
    print(f"\nCalls in flight / latency: {ceiling} rows/s. Load of the machine: {os.getloadavg()[0]:.1f}.")
    return 0


def measure(program: str, port: int, rows: int, in_flight: int, folder: Path) -> dict[str, float]:
    """Run a program once, in a process of its own, and return its numbers."""
    fetch(port, "/begin")
    began = time.monotonic()
    printed = work(program, port, rows, in_flight, folder)
    all_s = time.monotonic() - began
    counts = fetch(port, f"/counts?rows={rows}")
    if (counts["rows"], counts["most"]) != (rows, 1):
        raise SystemExit(f"{program}: not each row was asked once: {counts}")
    for path in folder.glob("out.parquet*"):
        path.unlink()
    first, last = counts["middle"]
    return {
        **printed,
        "overall": rows / all_s,
        "steady": rows / 2 / (last - first),
        "first_s": counts["first"] - began,
    }


def resume(rows: int, in_flight: int, latency_s: float) -> int:
    """Print how long a session needs before its first call when nearly all rows are done."""
    with stub(latency_s) as port, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work("write", port, rows, in_flight, folder)
        first = work("bulk", port, rows, in_flight, folder, rows - LEFT)
        journal_bytes = (folder / "out.parquet.journal").stat().st_size
        fetch(port, "/begin")
        began = time.monotonic()
        second = work("bulk", port, rows, in_flight, folder)
        counts = fetch(port, f"/counts?rows={rows}")
    if counts["calls"] != LEFT:
        raise SystemExit(f"expected {LEFT} calls of the second session, got {counts['calls']}")
    print(f"{rows - LEFT:,} of {rows:,} rows done by the first session: peak {first['peak_rss_mb']:.0f} MB")
    print(f"journal: {journal_bytes / (rows - LEFT):.0f} bytes a row")
    print(f"second session: {counts['first'] - began:.2f} s to its first answer, peak {second['peak_rss_mb']:.0f} MB")
    return 0


def work(program: str, port: int, rows: int, in_flight: int, folder: Path, *more: int) -> dict[str, float]:
    """Run a program, and return what it printed."""
    arguments = map(str, (port, rows, in_flight, folder, *more))
    command = [sys.executable, str(HERE / "bulk_workers.py"), program, *arguments]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GOOGLE_API_KEY": "key"}
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=WORKER_LIMIT_S
    )
    if ended.returncode:
        raise SystemExit(f"{program}: exit status {ended.returncode}\n{ended.stderr[-3000:]}")
    return json.loads(ended.stdout.splitlines()[-1])


def fetch(port: int, target: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{target}", timeout=30) as response:
        return json.load(response)


@contextmanager
def stub(latency_s: float) -> Iterator[int]:
    """Yield the port of a running stub."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "bulk_stub.py"), str(latency_s)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(30)


if __name__ == "__main__":
    sys.exit(main())
