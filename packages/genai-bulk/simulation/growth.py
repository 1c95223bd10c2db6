"""The bytes that a row adds to the files of a run: a real run against a local service, not a simulation. It knows no limiter.

    genai-local serve --engine scripted --max-running 100 --max-waiting 100
    GOOGLE_API_KEY=local GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8090 python -m simulation.growth [--rows 20000] [--ray]

(in packages/genai-bulk; `--ray` needs the extra `ray`). A run of a tenth of the rows comes first. The difference between both runs,
divided by the number of further rows, is what a row adds. The rows have an integer key and a text of 200 characters. The answers
are the short ones of the scripted engine, so the journal is also printed without the replies of the service in it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import genai_bulk as bulk

_PROMPT = bulk.Prompt("{text}", model="gemini-2.5-flash")
_IN_FLIGHT = 100
_POLL_S = 0.05


@dataclass(frozen=True)
class Sizes:
    """Bytes after a run, and the highest ones during it."""

    rows: int
    journal: int
    replies: int
    highest_log: int
    sink: int
    memory: int


def write_source(path: Path, rows: int) -> None:
    """Write rows with a key and a text of 200 characters as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            file.write(json.dumps({"id": number, "text": f"{number:<10}{'text ' * 38}"}) + "\n")


def run(folder: Path, rows: int) -> Sizes:
    """Make a run of one process, and return the sizes of its files."""
    source, sink = folder / f"{rows}.jsonl", folder / f"{rows}-answers.jsonl"
    write_source(source, rows)
    journal, highest_log, has_ended = Path(f"{sink}.journal"), 0, threading.Event()

    def watch() -> None:
        nonlocal highest_log
        while not has_ended.wait(_POLL_S):
            highest_log = max(highest_log, _size(Path(f"{journal}-wal")))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        report = bulk.run(source, sink, _PROMPT, key="id", limits=bulk.Limits(in_flight=_IN_FLIGHT))
    finally:
        has_ended.set()
        watching.join()
    if report.done != rows:
        raise RuntimeError(f"{rows - report.done} of {rows} rows have no answer: {report}")
    database = sqlite3.connect(journal)
    (replies,) = database.execute("SELECT sum(length(CAST(reply AS BLOB))) FROM answers").fetchone()
    database.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Sizes(rows, _size(journal), replies, highest_log, _size(sink), memory)


def checkpoint_of(folder: Path, rows: int, block_rows: int) -> tuple[int, int]:
    """Make a job on Ray, and return the bytes and the number of files of its checkpoint."""
    import ray

    source = folder / f"{rows}.jsonl"
    checkpoint = folder / f"{rows}-{block_rows}-checkpoint"
    dataset: Any = bulk.ray.generate(
        ray.data.read_json(str(source)),
        _PROMPT,
        key="id",
        checkpoint=checkpoint,
        limits=bulk.Limits(in_flight=_IN_FLIGHT),
        worker_cpus=0,
        block_rows=block_rows,
    )
    dataset.write_parquet(str(folder / f"{rows}-{block_rows}-parquet"))
    files = [path for path in checkpoint.rglob("*") if path.is_file()]
    return sum(map(_size, files)), len(files)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def main() -> None:
    """Print what a row adds."""
    parser = argparse.ArgumentParser(description="Measure the bytes that a row adds to the files of a run.")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--ray", action="store_true", help="measure the checkpoint of a job on Ray, too")
    options = parser.parse_args()
    if options.rows < 10:
        parser.error(f"rows: expected at least 10, got {options.rows}.")
    if "GOOGLE_GEMINI_BASE_URL" not in os.environ:
        parser.error(
            "GOOGLE_GEMINI_BASE_URL: expected the address of a local service, because each call to Gemini is paid."
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, last = (run(folder, rows) for rows in (options.rows // 10, options.rows))
        more = last.rows - first.rows
        journal, replies = (last.journal - first.journal) / more, (last.replies - first.replies) / more
        print(f"journal                   {journal:8.0f} bytes a row")
        print(f"journal without replies   {journal - replies:8.0f} bytes a row")
        print(f"write-ahead log           {last.highest_log / 1e6:8.1f} MB at most")
        print(f"sink, JSON lines          {(last.sink - first.sink) / more:8.0f} bytes a row")
        print(
            f"memory of the process     {last.memory / 1e6:8.1f} MB, {first.memory / 1e6:.1f} MB with a tenth of the rows"
        )
        for block_rows in (500, 5_000) if options.ray else ():
            (small, _), (large, files) = (checkpoint_of(folder, each.rows, block_rows) for each in (first, last))
            each_row = f"{(large - small) / more:8.1f} bytes a row"
            print(f"checkpoint of Ray         {each_row}, {files} files, with block_rows={block_rows}")


if __name__ == "__main__":
    main()
