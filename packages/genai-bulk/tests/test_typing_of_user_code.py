"""Static checks of programs that use the package: a correct program passes, and wrong lines get an error."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_RIGHT = """
# pyright: strict
import datetime
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import genai_bulk as bulk
from google import genai
from google.genai import types

PROMPT = bulk.Prompt(
    "Which mood? {text}", model="m", config=types.GenerateContentConfig(temperature=0), files=["photo"]
)


def rows() -> Iterator[dict[str, Any]]:
    yield {"id": 1, "text": "a"}


def request(row: dict[str, Any]) -> dict[str, Any]:
    return {"model": "m", "contents": row["text"]}


def seen(progress: bulk.Progress) -> None:
    left: float | None = progress.left_s
    cost: float | None = progress.cost
    print(progress.phase, progress.pending, left, cost, progress.to_json())


def runs() -> None:
    limits = bulk.Limits(in_flight=100, rpm=1_000, tpm=5.5, cost=5, tokens=100, rows=10, for_s=60)
    report: bulk.Report = bulk.run(
        "a.jsonl", "b.parquet", PROMPT, key="id", limits=limits, retry=bulk.Retry(attempts=3, timeout_s=10, patience_s=60),
        mode="batch", jobs=bulk.JobLimits(rows=100), order="done", client=genai.Client(api_key="k"), on_progress=seen,
        journal=pathlib.Path("j"), retry_failed="MAX_TOKENS", response=True, fresh=False, dedupe=True,
    )
    bulk.run(rows(), None, request)
    bulk.run([{"text": "a"}], pathlib.Path("b.csv"), bulk.Embed("{text}", config={"output_dimensionality": 8}))
    bulk.run(["a.jsonl", pathlib.Path("b.jsonl")], "arrow", lambda row: {"model": "m", "contents": row["text"]})
    done: int = report.done + report.failed + report.pending
    sink: pathlib.Path | None = report.sink
    stop: bulk.Stop | None = report.stopped
    if stop is not None and stop.kind == "quota":
        later: datetime.datetime | None = stop.resume_at
        print(later, stop.message)
    for row in report.results(schema=list[int]):
        found: dict[str, Any] = row
        print(found)
    failures: Mapping[str, int] = report.failures
    report.plot("a.png")
    print(done, sink, failures, report.usage.total_tokens, report.summary())


async def run_in_a_loop() -> int:
    return (await bulk.arun("a.jsonl", "b.jsonl", PROMPT)).done


def failures() -> None:
    try:
        bulk.run("a.jsonl", "b.jsonl", PROMPT)
    except bulk.JournalError as error:
        print(error.problem, error.differences, error.advice)
    except bulk.BulkError as error:
        print(error)
    except bulk.RunFailedError as error:
        print(error.report.done)
    except bulk.Interrupted as error:
        print(error.signal + error.report.done)


def exports() -> None:
    print(bulk.export("j", "b.csv", schema=dict[str, int], only_answered=True))
    print(bulk.ray.generate(None, PROMPT, key="id", limits=bulk.Limits(rpm=10), workers=2))
"""

_WRONG = """
import genai_bulk as bulk

PROMPT = bulk.Prompt("{text}", model="m")

bulk.Prompt("{text}")  # wrong: a model is missing
bulk.Prompt("{text}", "m")  # wrong: the model has a name
bulk.Prompt("{text}", model=3)  # wrong: the name of a model
bulk.Embed("{text}", models="m")  # wrong: no such argument
bulk.run("a", "b", "{text}")  # wrong: a text is not a request
bulk.run("a", "b", lambda row: 3)  # wrong: a function returns arguments
bulk.run("a", 3, PROMPT)  # wrong: a path
bulk.run("a", "b", PROMPT, "id")  # wrong: key has a name
bulk.run("a", "b", PROMPT, mode="lively")  # wrong: live or batch
bulk.run("a", "b", PROMPT, order="sink")  # wrong: source or done
bulk.run("a", "b", PROMPT, limits={"rpm": 3})  # wrong: Limits
bulk.run("a", "b", PROMPT, client="key")  # wrong: a client
bulk.run("a", "b", PROMPT, on_progress=lambda: None)  # wrong: takes a Progress
bulk.Limits(rpms=3)  # wrong: no such limit
bulk.Limits(cost="3")  # wrong: a number
bulk.Retry(attempts=None)  # wrong: a number
bulk.JobLimits(size=3)  # wrong: no such limit
bulk.run("a", "b", PROMPT).finished  # wrong: no such attribute
bulk.run("a", "b", PROMPT).done = 3  # wrong: a report is frozen
bulk.arun("a", "b", PROMPT).done  # wrong: needs await
bulk.export("j")  # wrong: a sink is missing
bulk.runs_all  # wrong: no such name
bulk.ray.generate(None, PROMPT, keys="id")  # wrong: no such argument
"""


def _pyright(file: Path) -> set[int]:
    settings = {"reportUnusedExpression": False, "reportUnusedCoroutine": False, "pythonVersion": "3.10"}
    (file.parent / "pyrightconfig.json").write_text(json.dumps(settings))
    done = _run("pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(file.parent), folder=file.parent)
    report = json.loads(done)
    assert report["summary"]["filesAnalyzed"] == 1, done
    return {line["range"]["start"]["line"] for line in report["generalDiagnostics"]}


def _mypy(file: Path) -> set[int]:
    cache = file.parent / ".mypy_cache"
    done = _run("mypy", "--strict", "--cache-dir", str(cache), "--output", "json", file.name, folder=file.parent)
    found = [json.loads(line) for line in done.splitlines() if line.startswith("{")]
    return {line["line"] - 1 for line in found if line["severity"] == "error"}


def _run(checker: str, *options: str, folder: Path) -> str:
    command = [sys.executable, "-m", checker, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=300)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


_CHECKERS = [
    pytest.param(
        check,
        id=name,
        marks=[pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"no {name}"), *marks],
    )
    for name, check, marks in (("pyright", _pyright, []), ("mypy", _mypy, [pytest.mark.heavy]))
]


@pytest.mark.parametrize("check", _CHECKERS)
@pytest.mark.parametrize("program", [_RIGHT, _WRONG], ids=["right", "wrong"])
def test_wrong_lines_are_found_and_no_others(check: Callable[[Path], set[int]], program: str, tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(program)
    lines = program.splitlines()
    wrong = {number for number, line in enumerate(lines) if "# wrong:" in line}
    found = check(file)
    assert [lines[number] for number in sorted(found - wrong)] == [], "unexpected errors"
    assert [lines[number] for number in sorted(wrong - found)] == [], "expected errors that were not reported"
