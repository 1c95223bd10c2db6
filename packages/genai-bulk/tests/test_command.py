"""`genai bulk` as a program: what it prints where, its exit codes, signals, and what `status`, `retry` and `export` find."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import genai_bulk as bulk

from .conftest import Service, read_jsonl, texts, write_jsonl

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("google.genai._cli") is None, reason="this google-genai has no command line"
)
COMMAND = (sys.executable, "-W", "error", "-m", "google.genai._cli.main", "bulk")
LIMIT_S = 30.0
Run = Callable[..., "Done"]


class Done(NamedTuple):
    """What a process printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """The lines of stdout as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def folder(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of the command, with the source `in.jsonl`; the user has no configuration and no logs."""
    for name in list(os.environ):
        if name.startswith("GENAI_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GENAI_USER_FOLDER", str(tmp_path / "user"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    write_jsonl(work / "in.jsonl", texts(4))
    return work


@pytest.fixture
def genai_bulk(folder: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """A function that runs the command in this process."""
    from google.genai._cli.program import run

    def call(*arguments: str) -> Done:
        capfd.readouterr()
        return Done(run(["bulk", *arguments]), *capfd.readouterr())

    return call


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> Done:
    out, err = process.communicate(timeout=LIMIT_S)
    return Done(process.returncode, out, err)


# Results.


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "csv"])
def test_a_run_with_a_template_and_a_schema(service: Service, genai_bulk: Run, folder: Path, ending: str) -> None:
    service.gemini.on("Which mood, text 2").reply('{"mood": "sad", "score": 2}')
    service.gemini.on().reply('{"mood": "happy", "score": 3}')
    table = pa.table({"id": [7, 8, 9], "text": ["text 1", "text 2", "text 3"]})
    if ending == "parquet":
        pq.write_table(table, "rows.parquet")
    elif ending == "jsonl":
        write_jsonl(folder / "rows.jsonl", table.to_pylist())
    else:
        (folder / "rows.csv").write_text("id,text\n7,text 1\n8,text 2\n9,text 3\n")
    (folder / "prompt.txt").write_text("Which mood, {text}?")

    arguments = [
        "run", f"rows.{ending}", f"out.{ending}", "-p", "@prompt.txt", "--schema", "mood, score int", "--key-column", "id",
        "-m", "gemini-2.5-pro", "--system", "Be brief.", "--config", '{"temperature": 0}', "--tokens", "1000000",
    ]  # fmt: skip
    done = end(start(*arguments)) if ending == "jsonl" else genai_bulk(*arguments)

    assert (done.code, done.out) == (0, ""), done.err
    assert "3 of 3 rows done, 0 failed, 0 not asked yet" in done.err
    assert f"Saved: out.{ending}" in done.err
    if ending == "parquet":
        rows = pq.read_table("out.parquet").to_pylist()
        assert [row["parsed"] for row in rows] == [
            {"mood": mood, "score": score} for mood, score in (("happy", 3), ("sad", 2), ("happy", 3))
        ]
    elif ending == "jsonl":
        rows = read_jsonl(folder / "out.jsonl")
        assert rows[1]["parsed"] == {"mood": "sad", "score": 2}
    else:
        with open("out.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        assert json.loads(rows[1]["parsed"]) == {"mood": "sad", "score": 2}
    assert [int(row["id"]) for row in rows] == [7, 8, 9]
    request = next(each for each in service.gemini.requests if each.path.endswith(":generateContent"))
    assert "gemini-2.5-pro" in request.path
    assert request.json["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert request.json["generationConfig"]["temperature"] == 0
    assert set(request.json["generationConfig"]["responseJsonSchema"]["properties"]) == {"mood", "score"}


def test_embeddings(service: Service, genai_bulk: Run, folder: Path) -> None:
    done = genai_bulk("run", "in.jsonl", "out.parquet", "--embed", "{text}", "--config", '{"output_dimensionality": 4}')
    assert done.code == 0, done.err
    assert [len(vector) for vector in pq.read_table("out.parquet").column("embedding").to_pylist()] == [4, 4, 4, 4]


def test_json_is_lines_with_the_documented_fields(answering: Service, genai_bulk: Run, folder: Path) -> None:
    done = genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "{text}", "--json", "--rows", "3")

    assert (done.code, done.err) == (75, "")
    *progress, report, error = done.lines
    assert [line["kind"] for line in done.lines] == ["progress"] * len(progress) + ["report", "error"]
    assert progress[0]["phase"] == "reading"
    assert {line["phase"] for line in progress} <= {"reading", "asking", "ending", "writing", "ended"}
    documented = _documented(bulk.Progress)
    assert all(documented | {"pending", "left_s", "kind"} == set(line) for line in progress)
    assert set(report) == _documented(bulk.Report) - {"table"} | {"kind", "pending"}
    assert (report["done"], report["pending"], report["stopped"]["kind"], report["sink"]) == (3, 1, "cap", None)
    assert error["error"]["exit_code"] == 75
    assert error["error"]["hint"] == "The same command continues the run."

    wrong = genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "{txt}", "--json")
    assert (wrong.code, wrong.err) == (2, "")
    assert "Did you mean 'text'?" in wrong.lines[-1]["error"]["message"]


def _documented(cls: type) -> set[str]:
    """Return the names in the section `Attributes` of a docstring."""
    section = (cls.__doc__ or "").partition("Attributes:\n")[2]
    return set(re.findall(r"^        (\w+): ", section, re.MULTILINE))


def test_a_plot_of_a_short_run(answering: Service, genai_bulk: Run, folder: Path) -> None:
    done = genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "{text}", "--plot", "run.png")
    assert done.code == 0, done.err
    assert "Saved: run.png" in done.err
    assert (folder / "run.png").read_bytes().startswith(b"\x89PNG")
    done = genai_bulk("status", "out.jsonl.journal", "--plot", "again.png")
    assert done.code == 0, done.err
    assert (folder / "again.png").read_bytes().startswith(b"\x89PNG")


# State, failures, further exports.


def test_failed_rows_are_shown_asked_again_and_exported(
    service: Service, genai_bulk: Run, folder: Path, tmp_path: Path
) -> None:
    service.gemini.on("text 1").reply('{"mood": "ha', finish_reason="MAX_TOKENS", times=1)
    service.gemini.on("text 2").fail(400, message="This text is not\nwelcome.", times=1)
    service.gemini.on().reply('{"mood": "happy"}')
    (folder / "schema.json").write_text('{"type": "object", "properties": {"mood": {"type": "string"}}}')
    done = genai_bulk(
        "run",
        "in.jsonl",
        "out.jsonl",
        "-p",
        "{text}",
        "--schema",
        "schema.json",
        "--rows",
        "3",
        "--journal",
        "a b.journal",
    )
    assert done.code == 75
    assert "--rows: this session has asked 3 rows." in done.err

    done = genai_bulk("status", "a b.journal")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "1 of 4 rows done, 2 failed, 1 not asked yet\n"
        f"{done.out.splitlines()[1]}\n"
        "  INVALID_ARGUMENT 1: This text is not welcome.\n"
        "  MAX_TOKENS 1: The answer ended with MAX_TOKENS.\n"
        "The last session has stopped. --rows: this session has asked 3 rows.\n"
    )
    [state] = [json.loads(genai_bulk("status", "a b.journal", "--json").out)]
    assert (state["done"], state["failures"], state["is_working"]) == (
        1,
        {"INVALID_ARGUMENT": 1, "MAX_TOKENS": 1},
        False,
    )

    # The files that the flags named are not needed any more, and the folder may be another one.
    (folder / "schema.json").unlink()
    os.chdir(tmp_path)
    journal = str(folder / "a b.journal")
    wrong = genai_bulk("retry", journal, "MAX_TOKEN")
    assert wrong.code == 2
    assert "--retry-failed='MAX_TOKEN': no row failed with it. Did you mean 'MAX_TOKENS'?" in wrong.err
    done = genai_bulk("retry", journal, "MAX_TOKENS", "--json")
    assert (done.code, done.err) == (0, "")
    assert (done.lines[-1]["done"], done.lines[-1]["failures"]) == (3, {"INVALID_ARGUMENT": 1})
    done = genai_bulk("retry", journal)
    assert (done.code, done.out) == (0, "")
    assert "4 of 4 rows done" in done.err
    assert [row["parsed"] for row in read_jsonl(folder / "out.jsonl")] == [{"mood": "happy"}] * 4

    done = genai_bulk("export", journal, "other.jsonl", "--schema", "mood str", "--response")
    assert (done.code, done.out, done.err) == (0, "", "Saved: other.jsonl (4 rows)\n")
    assert all("candidates" in json.loads(row["response"]) for row in read_jsonl(tmp_path / "other.jsonl"))
    done = genai_bulk("export", journal, "other.jsonl")
    assert done.code == 2
    assert "exists already" in done.err
    assert sum(service.prompts.values()) == 6


def test_retry_needs_a_run_of_the_command(answering: Service, genai_bulk: Run, folder: Path) -> None:
    bulk.run("in.jsonl", "out.jsonl", bulk.Prompt("{text}", model="gemini-2.5-flash"))
    done = genai_bulk("retry", "out.jsonl.journal")
    assert done.code == 2
    assert "its arguments are not known" in done.err
    assert "retry_failed=True" in done.err


# Signals.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_run_that_continues_later(
    answering: Service, genai_bulk: Run, folder: Path, number: signal.Signals
) -> None:
    answering.gemini.limit(latency=1.5)
    write_jsonl(folder / "in.jsonl", texts(8))
    run = ("run", "in.jsonl", "out.jsonl", "-p", "{text}", "--in-flight", "2")
    process = start(*run)
    answering.gemini.wait_for_requests(2, timeout_s=LIMIT_S)
    if number == signal.SIGINT:
        assert re.search(r"A session is working: \d/8 done \|", genai_bulk("status", "out.jsonl.journal").out)
        second = genai_bulk(*run)
        assert second.code == 2
        assert "another process is working on this run" in second.err
    else:
        process.kill()
        end(process)
        assert genai_bulk("status", "out.jsonl.journal").out.endswith(
            "The last session was killed, or could not write its end. The same command continues the run.\n"
        )
        process = start(*run)
        answering.gemini.wait_for_requests(4, timeout_s=LIMIT_S)
    process.send_signal(number)
    done = end(process)

    assert (done.code, done.out) == (75, ""), done.err
    assert re.search(r"Interrupted: waiting at most 30 s for [12] calls? in flight\. A second Ctrl-C gives", done.err)
    assert done.err.endswith("genai: Interrupted.\nThe answers are kept. The same command continues the run.\n")
    state = genai_bulk("status", "out.jsonl.journal").out
    assert state.endswith(f"The last session has stopped. It was interrupted by {number.name}.\n")
    answering.gemini.unlimit()
    done = genai_bulk(*run)
    assert done.code == 0, done.err
    # The killed process had two calls in flight.
    assert sum(answering.prompts.values()) == (8 if number == signal.SIGINT else 10)
    assert [row["answer_text"] for row in read_jsonl(folder / "out.jsonl")] == [f"label of text {n}" for n in range(8)]


def test_a_second_sigterm_ends_the_calls(answering: Service, folder: Path) -> None:
    answering.gemini.limit(latency=60)
    process = start("run", "in.jsonl", "out.jsonl", "-p", "{text}", "--in-flight", "2")
    answering.gemini.wait_for_requests(2, timeout_s=LIMIT_S)
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    assert "Interrupted: waiting" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    done = end(process)
    assert done.code == 75, done.err
    assert "0 of 4 rows done, 0 failed, 4 not asked yet" in done.err
    assert "Traceback" not in done.err


# A terminal.


def test_the_line_of_progress_fits_the_terminal(answering: Service, folder: Path) -> None:
    answering.gemini.limit(latency=1.2)
    terminal, other = pty.openpty()
    _resize(other, 60)
    process = subprocess.Popen(
        [*COMMAND, "run", "in.jsonl", "out.jsonl", "-p", "{text}"],
        stdout=subprocess.DEVNULL, stderr=other, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(other)
    text = ""
    while process.poll() is None or select.select([terminal], [], [], 0)[0]:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                text += os.read(terminal, 65536).decode()
            except OSError:  # Linux reports so that the other side is closed
                break
    os.close(terminal)

    assert process.wait(LIMIT_S) == 0
    lines = [line for line in re.split(r"[\r\n]+", text) if line]
    changing = [line for line in lines if "rows/s" in line]
    assert changing
    assert all(len(line) < 60 for line in changing)
    assert "4/4 done" in changing[-1]
    # The last state is wiped out, and the numbers follow on a line of their own.
    assert re.search(r"\r +\r4 of 4 rows done, 0 failed, 0 not asked yet\r\n", text)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (None, "1,200/2,000 done | 3 failed | 80.0 rows/s | 8 in flight | rate growing | 5 refused | 9,000 tokens | $0.0100 | 0:00:09 left"),
        (100, "1,200/2,000 done | 3 failed | 80.0 rows/s | 8 in flight | 5 refused | $0.0100 | 0:00:09 left"),
        (60, "1,200/2,000 done | 3 failed | 80.0 rows/s | 0:00:09 left"),
        (20, "1,200/2,000 done"),
        (10, "1,200/2,00"),
    ],
)  # fmt: skip
def test_a_narrow_line_leaves_out_the_least_important_numbers(width: int | None, line: str) -> None:
    from genai_bulk.screen import line_of

    progress = bulk.Progress(
        "asking",
        rows=2000,
        done=1200,
        failed=3,
        rate=80.0,
        in_flight=8,
        refused=5,
        limiter="rate growing",
        tokens=9000,
        cost=0.01,
    )
    assert line_of(progress, width) == line


def _resize(terminal: int, columns: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def test_quiet_prints_nothing(answering: Service, genai_bulk: Run, folder: Path) -> None:
    done = genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "{text}", "-q")
    assert done == (0, "", "")


# Mistakes.


def test_help_pages(genai_bulk: Run, folder: Path) -> None:
    assert "\n  run     Ask a model about each row of a file.\n" in genai_bulk("--help").out
    pages = {name: genai_bulk(name, "--help") for name in ("run", "status", "retry", "export")}
    for name, page in pages.items():
        assert (page.code, page.err) == (0, "")
        assert page.out.startswith(f"Usage: genai bulk {name} [OPTIONS] ")
        assert all(len(line) <= 80 for line in page.out.splitlines())
    assert "Calls for one row, without refusals because of the rate.  [default:" in re.sub(
        r"\s\s+", " ", pages["run"].out
    ).replace("rate. [", "rate.  [")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "in.jsonl", "out.jsonl"], "Give either --prompt or --embed."),
        (["run", "in.jsonl", "out.jsonl", "-p", "no column"], "--prompt: 'no column' names no column"),
        (["run", "in.jsonl", "out.jsonl", "-p", "{txt}"], "the column 'txt', which the source does not have. Did you mean 'text'?"),
        (["run", "in.jsonl", "out.jsonl", "-p", "{text}", "--key-column", "ids"], "Did you mean 'id'?"),
        (["run", "im.jsonl", "out.jsonl", "-p", "{text}"], "source 'im.jsonl' does not exist. Did you mean 'in.jsonl'?"),
        (["run", "in.jsonl", "in.txt", "-p", "{text}"], "its name does not say a format that is known"),
        (["run", "in.jsonl", "old.jsonl", "-p", "{text}"], "'old.jsonl' exists already, and this run did not write it"),
        (["run", "in.jsonl", "out.jsonl", "-p", "{text}", "--for", "soon"], "--for: expected a time such as 90s, 30m, 2h or 1d"),
        (["run", "in.jsonl", "out.jsonl", "-p", "{text}", "--config", "[1]"], "--config: expected a JSON object, got [1]."),
        (["run", "in.jsonl", "out.jsonl", "-p", "@p.txt"], "--prompt @p.txt: the file cannot be read"),
        (["run", "in.jsonl", "out.jsonl", "-p", "{text}", "--plot", "a/b.png"], "--plot: 'a/b.png': the folder 'a' does not exist."),
        (["run", "in.jsonl", "out.jsonl", "-p", "{text}", "--plot", "b.pdf"], "--plot: expected the name of a PNG file, such as 'b.png'"),
        (["run", "in.jsonl", "out.jsonl", "-p", "{text}", "--cost", "1", "-m", "mine"], "--cost: the price of the model 'mine' is not known."),
        (["run", "in.jsonl", "out.jsonl", "-p", "{text}", "--in-flight", "0"], "Invalid value for '--in-flight'"),
        (["status", "old.jsonl"], "the file is not a journal of genai-bulk"),
        (["status", "none.journal"], "none.journal: no such journal."),
        (["export", "none.journal", "x.csv"], "none.journal: no such journal."),
        (["retry", "none.journal"], "none.journal: no such journal."),
    ],
)  # fmt: skip
def test_mistakes_are_2_and_send_nothing(
    service: Service, genai_bulk: Run, folder: Path, arguments: list[str], message: str
) -> None:
    write_jsonl(folder / "old.jsonl", texts(1))
    done = genai_bulk(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert service.gemini.requests == []


def test_a_missing_key_is_2(genai_bulk: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY")
    done = genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "{text}")
    assert (done.code, done.out) == (2, "")
    assert "No API key. These places were searched" in done.err
    assert sorted(each.name for each in folder.iterdir()) == ["in.jsonl"]


def test_a_changed_prompt_is_refused_with_the_difference_and_the_flags(
    answering: Service, genai_bulk: Run, folder: Path
) -> None:
    assert genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "{text}", "--rows", "2").code == 75
    done = genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "Say {text}")
    assert done.code == 2
    assert 'request.template: was "{text}", is "Say {text}"' in done.err
    assert "--accept-changed-prompt keeps the answers" in done.err
    assert "--fresh begins again" in done.err
    done = genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "Say {text}", "--accept-changed-prompt")
    assert done.code == 0, done.err
    assert answering.prompts == {"text 0": 1, "text 1": 1, "Say text 2": 1, "Say text 3": 1}


def test_a_refusal_of_all_first_rows_is_3(service: Service, genai_bulk: Run, folder: Path) -> None:
    service.gemini.on().fail(404, message="The model is not known.")
    write_jsonl(folder / "in.jsonl", texts(30))
    done = genai_bulk("run", "in.jsonl", "out.jsonl", "-p", "{text}")
    assert (done.code, done.out) == (3, "")
    assert "genai: The first 20 rows all failed with 404 NOT_FOUND: The model is not known." in done.err
