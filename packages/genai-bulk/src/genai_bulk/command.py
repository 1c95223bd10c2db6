"""`genai bulk`: runs, their state, their failures and their results on the command line. Needs the `genai` command.

Progress and notes go to stderr. A session that a cap or a signal stopped ends with the exit code 75; the same command continues it.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import Any, cast

import click

from google.genai._cli.extension import (
    Exit,
    Failure,
    Target,
    connection_options,
    is_terminal,
    keep_target,
    note,
    read_schema,
    settings,
    verbosity_options,
    write_json,
    write_line,
)

from .errors import BulkError, Interrupted, JournalError, RunFailedError
from .limits import Limits, Retry
from .report import Progress, Report

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LINE_S = 15.0
"""Seconds between two lines of progress when stderr is not a terminal."""


@click.group()
def bulk() -> None:
    """Send the rows of a file to a model, and write the answers.

    A run can be stopped and continued at any time; nothing that was answered is asked again.
    """


def _duration(_: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", value.strip())
    if match is None or float(match[1]) == 0:
        raise Failure(f"--{parameter.name}: expected a time such as 90s, 30m, 2h or 1d, got {value!r}.")
    return float(match[1]) * _UNITS_S[match[2] or "s"]


@bulk.command("run")
@click.argument("source")
@click.argument("sink")
@click.option("-p", "--prompt", metavar="TEXT", help="Prompt with columns in braces, or @FILE.")
@click.option("--embed", metavar="TEXT", help="Text with columns in braces, for embeddings instead of answers.")
@click.option("-m", "--model", metavar="NAME", help="Model.")
@click.option("-s", "--system", metavar="TEXT", help="System instruction, or @FILE.")
@click.option(
    "--schema", metavar="SCHEMA", help="Schema of the answers: JSON, a file, or fields such as 'mood, score int'."
)
@click.option("--config", metavar="JSON", help="More fields of the config, as a JSON object or @FILE.")
@click.option(
    "--file", "files", multiple=True, metavar="COLUMN", help="Column with files for the model; can be repeated."
)
@click.option(
    "--key-column", metavar="COLUMN", help="Column with a unique value in each row.  [default: the row number]"
)
@click.option("--in-flight", type=click.IntRange(1), metavar="N", help="Calls at the same time.  [default: 400]")
@click.option("--rpm", type=click.FloatRange(0, min_open=True), metavar="N", help="Calls per minute.")
@click.option("--tpm", type=click.FloatRange(0, min_open=True), metavar="N", help="Input tokens per minute.")
@click.option("--cost", type=click.FloatRange(0, min_open=True), metavar="USD", help="Highest cost of the run.")
@click.option("--tokens", type=click.IntRange(1), metavar="N", help="Most tokens of the run.")
@click.option("--rows", type=click.IntRange(1), metavar="N", help="Most rows that this session asks.")
@click.option("--for", "for_s", callback=_duration, metavar="TIME", help="Length of this session, such as 30m or 2h.")
@click.option(
    "--mode",
    type=click.Choice(["live", "batch"]),
    default="live",
    show_default=True,
    help="Calls, or batch jobs of the service at half the price.",
)
@click.option(
    "--order",
    type=click.Choice(["source", "done"]),
    default="source",
    show_default=True,
    help="Order of the rows in SINK.",
)
@click.option("--no-dedupe", is_flag=True, help="Ask equal requests again.")
@click.option(
    "--retry-failed",
    is_flag=False,
    flag_value="all",
    metavar="[STATUS]",
    help="Ask failed rows again; only those with a status, such as MAX_TOKENS or 503.",
)
@click.option("--response", is_flag=True, help="Write the replies of the service as JSON too.")
@click.option("--journal", metavar="FILE", help="Journal of the run.  [default: SINK.journal]")
@click.option("--fresh", is_flag=True, help="Delete the journal, and begin again.")
@click.option(
    "--accept-changed-prompt", is_flag=True, help="Keep the answers to another prompt, and ask the other rows."
)
@click.option("--plot", metavar="FILE", help="Draw rate, limiter and errors as a PNG file at the end.")
@click.option("--json", "as_json", is_flag=True, help="Print progress and result as lines of JSON.")
@connection_options
def run_command(**given: Any) -> None:
    """Ask a model about each row of SOURCE, and write the rows with their answers to SINK.

    SOURCE and SINK are .parquet, .jsonl or .csv files; SOURCE may be a quoted pattern such as 'parts/*.jsonl'.

    \b
    Example:
      genai bulk run reviews.jsonl moods.jsonl -p "Which mood? {text}" --cost 5
    """
    _run(given)


@bulk.command("retry")
@click.argument("journal")
@click.argument("status", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print progress and result as lines of JSON.")
@connection_options
def retry_command(journal: str, status: str | None, as_json: bool) -> None:
    """Ask the failed rows of a run again, and all rows that were not asked yet.

    STATUS is a status such as MAX_TOKENS or an HTTP status such as 503; without it, all failed rows are asked.
    """
    with _journal(journal) as opened:
        text = opened.about("command")
    if text is None:
        raise Failure(
            f"{journal}: this run was not started by `genai bulk run`.",
            hint="Call genai_bulk.run(..., retry_failed=True) with the arguments of the run.",
        )
    _run({**json.loads(text), "retry_failed": status or "all", "journal": journal, "fresh": False, "as_json": as_json})


@bulk.command("status")
@click.argument("journal")
@click.option("--plot", metavar="FILE", help="Draw rate, limiter and errors as a PNG file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@verbosity_options
def status_command(journal: str, plot: str | None, as_json: bool) -> None:
    """Show the state of a run, also while it works. JOURNAL is the file next to the sink."""
    with _journal(journal) as opened:
        counts = opened.counts()
        failures = opened.failures()
        sessions = opened.sessions()
        examples = {status: opened.example_of(status) for status in failures}
    state: dict[str, Any] = sessions[-1][2] if sessions else {}
    found: dict[str, Any] = {
        "journal": journal, "rows": counts.rows, "done": counts.done, "failed": counts.failed, "pending": counts.pending,
        "tokens": counts.usage.total_tokens, "cost": counts.cost, "failures": failures, "sessions": len(sessions),
        "last_session": state,
    }  # fmt: skip
    if plot is not None:
        from .plot import plot as draw

        draw(journal, plot)
    if as_json:
        write_json(found)
        return
    write_line(
        f"{counts.done:,} of {counts.rows:,} rows done, {counts.failed:,} failed, {counts.pending:,} not asked yet"
    )
    cost = "unknown" if counts.cost is None else f"${counts.cost:.4f}"
    write_line(f"{counts.usage.total_tokens:,} tokens, cost {cost}, {len(sessions)} sessions")
    for status, count in failures.items():
        write_line(f"  {status} {count:,}: {examples[status][:150]}")
    if state.get("phase") == "ended":
        write_line(f"The last session has ended. {state.get('stopped') or ''}".strip())
    elif state:
        write_line(f"The last session: {_line(Progress(**{name: state[name] for name in Progress.__match_args__}))}")


@bulk.command("export")
@click.argument("journal")
@click.argument("sink")
@click.option("--schema", metavar="SCHEMA", help="Read the answers with another schema.")
@click.option("--response", is_flag=True, help="Write the replies of the service as JSON too.")
@click.option("--only-answered", is_flag=True, help="Leave out the rows that were not asked yet.")
@click.option("--overwrite", is_flag=True, help="Replace SINK.")
@verbosity_options
def export_command(
    journal: str, sink: str, schema: str | None, response: bool, only_answered: bool, overwrite: bool
) -> None:
    """Write the rows of a run with their answers to a file, without a call, also while the run works."""
    from .output import export

    value: Any = None
    if schema is not None:
        found = read_schema(schema)
        value = found.cls or found.json_schema
    try:
        count = export(journal, sink, schema=value, response=response, only_answered=only_answered, overwrite=overwrite)
    except BulkError as error:
        raise Failure(str(error)) from error
    note(f"Saved: {sink} ({count:,} rows)")


def _run(given: dict[str, Any]) -> None:
    from .requests import Embed, Prompt
    from .session import Session
    from .signals import Signals

    progress = _Screen(as_json=given["as_json"])
    found = settings(**({"embedding_model": given["model"]} if given["embed"] else {"model": given["model"]}))
    config = _config(given)
    try:
        if bool(given["prompt"]) == bool(given["embed"]):
            raise Failure("Give either --prompt or --embed.", hint='For example: --prompt "Which mood? {text}"')
        request: Any = (
            Prompt(
                _text(given["prompt"], "--prompt"), model=found["model"], config=config or None, files=given["files"]
            )
            if given["prompt"]
            else Embed(_text(given["embed"], "--embed"), model=found["embedding_model"], config=config or None)
        )
        limits = Limits(
            in_flight=given["in_flight"] or 400,
            **{name: given[name] for name in ("rpm", "tpm", "cost", "tokens", "rows", "for_s")},
        )
        retry = Retry(
            **({"attempts": found["attempts"]} if found["attempts"] else {}),
            **({"timeout_s": found["timeout_s"]} if found["timeout_s"] else {}),
        )
        target = Target(found)
        keep_target(target)
        client = target.client(max_connections=limits.in_flight)
        failed = given["retry_failed"]
        with Signals() as signals:
            session = Session(
                given["source"], given["sink"], request, key=given["key_column"], limits=limits, retry=retry,
                mode=given["mode"], order=given["order"], dedupe=not given["no_dedupe"], client=client,
                journal=given["journal"], fresh=given["fresh"], accept_changed_prompt=given["accept_changed_prompt"],
                retry_failed=failed if failed and failed != "all" else bool(failed), response=given["response"],
                on_progress=progress.show, signals=signals, facts={"command": _command(given)},
            )  # fmt: skip
            report = asyncio.run(session.run())
    except JournalError as error:
        hint = "--accept-changed-prompt keeps the answers and asks the other rows with the new prompt; --fresh begins again."
        raise Failure(error.problem, hint=hint if error.differences else None) from error
    except BulkError as error:
        raise Failure(str(error)) from error
    except RunFailedError as error:
        _end(error.report, given, progress)
        kept = "The answers are kept: the same command continues the run."
        is_disk = error.report.stopped is not None and error.report.stopped.kind == "disk"
        raise Failure(str(error), Exit.CAPPED if is_disk else Exit.REFUSED, hint=kept if is_disk else None) from error
    except Interrupted as error:
        _end(error.report, given, progress)
        raise Failure("Interrupted.", Exit.CAPPED, hint="The same command continues the run.") from error
    _end(report, given, progress)
    if report.stopped is not None:
        raise Failure(report.stopped.message, Exit.CAPPED, hint="The same command continues the run.")


def _end(report: Report, given: dict[str, Any], screen: _Screen) -> None:
    screen.end()
    if given["plot"]:
        report.plot(given["plot"])
    if given["as_json"]:
        write_line(json.dumps({"kind": "report", **report.to_json()}, ensure_ascii=False))
        return
    note(report.summary())
    if report.sink is not None:
        note(f"Saved: {report.sink}")
    if report.failed:
        note(f"To ask the failed rows again: genai bulk retry {report.journal}")


class _Screen:
    """The progress on stderr: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._is_terminal = is_terminal(sys.stderr) and not as_json
        self._last = 0.0
        self._width = 0

    def show(self, progress: Progress) -> None:
        """Show a state."""
        if self._as_json:
            write_line(json.dumps({"kind": "progress", **progress.to_json()}, ensure_ascii=False))
            return
        if progress.phase == "ended":
            return
        if self._is_terminal:
            line = _line(progress)
            sys.stderr.write("\r" + line[: self._columns() - 1].ljust(self._width))
            sys.stderr.flush()
            self._width = min(len(line), self._columns() - 1)
        elif time.monotonic() - self._last >= _LINE_S:
            self._last = time.monotonic()
            note(_line(progress))

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0

    @staticmethod
    def _columns() -> int:
        import shutil

        return max(20, shutil.get_terminal_size((100, 24)).columns)


def _line(progress: Progress) -> str:
    """Return a state as one line."""
    if progress.phase == "reading":
        return "Reading the source ..."
    if progress.phase == "writing":
        return f"{progress.done:,} done, {progress.failed:,} failed; writing the sink ..."
    parts = [
        f"{progress.done:,}/{progress.rows:,} done",
        f"{progress.failed:,} failed",
        f"{progress.rate:,.1f} rows/s",
        f"{progress.in_flight} in flight",
    ]
    if progress.limiter:
        parts.append(progress.limiter)
    if progress.refused:
        parts.append(f"{progress.refused:,} refused")
    parts.append(f"{progress.tokens:,} tokens")
    if progress.cost is not None:
        parts.append(f"${progress.cost:.4f}")
    left_s = progress.left_s
    if left_s is not None:
        parts.append(f"{_clock(left_s)} left")
    return " | ".join(parts)


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"


def _config(given: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if given["config"]:
        try:
            value: Any = json.loads(_text(given["config"], "--config"))
        except ValueError as error:
            raise Failure(f"--config: expected a JSON object: {error}.") from None
        if not isinstance(value, dict):
            raise Failure(f"--config: expected a JSON object, got {value!r:.80}.")
        config.update(cast("dict[str, Any]", value))
    if given["system"]:
        config["system_instruction"] = _text(given["system"], "--system")
    if given["schema"]:
        config.update(read_schema(given["schema"]).config())
    return config


def _text(value: str, flag: str) -> str:
    """Return a text, or the content of the file in `@FILE`."""
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{flag} {value}: the file cannot be read: {error}.") from None


def _command(given: dict[str, Any]) -> str:
    """Return the flags of a run as JSON, for `genai bulk retry`; files are kept by their content."""
    kept = {name: value for name, value in given.items() if name not in ("fresh", "retry_failed", "plot", "as_json")}
    for name in ("prompt", "system", "config"):
        if kept[name]:
            kept[name] = _text(kept[name], f"--{name}")
    for name in ("source", "sink"):
        kept[name] = str(Path(kept[name]).expanduser().absolute())
    return json.dumps({**kept, "plot": None})


def _journal(path: str) -> Any:
    from .journal import Journal

    try:
        return Journal(path, writes=False)
    except BulkError as error:
        hint = f"The journal is {path}.journal." if Path(f"{path}.journal").exists() else None
        raise Failure(str(error), hint=hint) from error
