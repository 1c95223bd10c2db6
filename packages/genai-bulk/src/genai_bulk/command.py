"""`genai bulk`: runs, their state, their failures and their results on the command line. Needs the `genai` command.

Progress and notes go to stderr. A session that a cap or a signal stopped ends with the exit code 75; the same command continues it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from google.genai._cli.extension import (
    Exit,
    Failure,
    Target,
    connection_options,
    json_lines_option,
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

if TYPE_CHECKING:
    from .journal import Journal
    from .requests import Embed, Prompt
    from .screen import Screen
    from .session import Session

F = TypeVar("F", bound=Callable[..., Any])

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_CONTINUES = "The same command continues the run."
_FLAGS = {
    "limits.in_flight": "--in-flight",
    "limits.cost": "--cost",
    "limits.tokens": "--tokens",
    "limits.rows": "--rows",
    "limits.for_s": "--for",
    "retry.patience_s: the service": "The service",
    "retry_failed=": "--retry-failed=",
    "accept_changed_prompt=True": "--accept-changed-prompt",
    "fresh=True": "--fresh",
    "response_schema:": "--schema:",
    "mode='batch'": "--mode batch",
    "mode='live'": "--mode live",
    "a client of the Gemini Developer API: genai.Client(api_key=...)": "--no-vertexai",
    "Prompt(template)": "--prompt",
    "Embed(template)": "--embed",
}
"""What messages of the package call an argument, and what it is called here."""


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
        raise Failure(f"{parameter.opts[0]}: expected a time such as 90s, 30m, 2h or 1d, got {value!r}.")
    return float(match[1]) * _UNITS_S[match[2] or "s"]


def _calling_options(function: F) -> F:
    """Add the shared flags to a command, with the defaults of a run."""
    function = json_lines_option(connection_options(function))
    told = {
        "attempts": f"Calls for one row, without refusals because of the rate.  [default: {Retry().attempts}]",
        "timeout_s": f"Time limit of a call, in seconds.  [default: {Retry().timeout_s:g}]",
    }
    parameters: list[Any] = getattr(function, "__click_params__", [])
    for parameter in parameters:
        if parameter.name in told:
            parameter.help = told[parameter.name]
    return function


@bulk.command("run", short_help="Ask a model about each row of a file.")
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
@click.option(
    "--in-flight", type=click.IntRange(1, 100_000), metavar="N", help="Calls at the same time.  [default: 400]"
)
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
@_calling_options
def run_command(**given: Any) -> None:
    """Ask a model about each row of SOURCE, and write the rows with their answers to SINK.

    SOURCE and SINK are .parquet, .jsonl or .csv files; SOURCE may be a quoted pattern such as 'parts/*.jsonl'.

    \b
    Example:
      genai bulk run reviews.jsonl moods.jsonl -p "Which mood? {text}" --cost 5
    """
    for name in ("prompt", "embed", "system", "config"):
        if given[name]:
            given[name] = _text(given[name], f"--{name}")
    _run(given)


@bulk.command("retry", short_help="Ask failed rows of a run again.")
@click.argument("journal")
@click.argument("status", required=False)
@_calling_options
def retry_command(journal: str, status: str | None, as_json: bool) -> None:
    """Ask failed rows of a run again, and the rows that were not asked yet.

    JOURNAL is the file next to the sink. STATUS is a status such as MAX_TOKENS or an HTTP status such as 503; without it, all failed rows are asked.
    """
    with _journal(journal) as opened:
        text = opened.about("command")
    if text is None:
        raise Failure(
            f"{journal}: `genai bulk run` did not start this run, so its arguments are not known here.",
            hint="Call genai_bulk.run(..., retry_failed=True) with the arguments of the run.",
        )
    _run({
        **json.loads(text),
        "retry_failed": status or "all", "journal": journal, "as_json": as_json,
        "fresh": False, "plot": None, "rows": None, "for_s": None,
    })  # fmt: skip


@bulk.command("status", short_help="Show the state of a run.")
@click.argument("journal")
@click.option("--plot", metavar="FILE", help="Draw rate, limiter and errors as a PNG file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@verbosity_options
def status_command(journal: str, plot: str | None, as_json: bool) -> None:
    """Show the state of a run, also while it works. JOURNAL is the file next to the sink."""
    from .journal import is_at_work

    if plot is not None:
        _check_plot(plot)
    with _journal(journal) as opened:
        is_surveyed = opened.is_surveyed
        counts = opened.counts()
        failures = opened.failures()
        sessions = opened.sessions()
        examples = {status: opened.example_of(status) for status in failures}
    state: dict[str, Any] = sessions[-1][2] if sessions else {}
    works = is_at_work(journal)
    if plot is not None:
        _draw(journal, plot)
    if as_json:
        write_json({
            "journal": journal, "rows": counts.rows, "done": counts.done, "failed": counts.failed, "pending": counts.pending,
            "tokens": counts.usage.total_tokens, "cost": counts.cost, "failures": failures, "sessions": len(sessions),
            "is_working": works, "last_session": state,
        })  # fmt: skip
        return
    if not is_surveyed:
        write_line("The source is being read." if works else f"The source has not been read to its end. {_CONTINUES}")
        return
    write_line(
        f"{counts.done:,} of {counts.rows:,} rows done, {counts.failed:,} failed, {counts.pending:,} not asked yet"
    )
    cost = "unknown" if counts.cost is None else f"${counts.cost:.4f}"
    number = "1 session" if len(sessions) == 1 else f"{len(sessions):,} sessions"
    write_line(f"{counts.usage.total_tokens:,} tokens, cost {cost}, {number}")
    for status, count in failures.items():
        write_line(f"  {status} {count:,}: {_shortened(examples[status])}")
    write_line(_last_session(state, works=works, is_complete=not counts.pending))


def _last_session(state: dict[str, Any], *, works: bool, is_complete: bool) -> str:
    """Return what is known about the last session, as a line."""
    from .screen import line_of

    if works:
        known = {name: state[name] for name in Progress.__match_args__ if name in state}
        return f"A session is working: {line_of(Progress(**known))}" if known else "A session is working."
    if state.get("phase") != "ended":
        return f"The last session was killed, or could not write its end. {_CONTINUES}"
    if state.get("stopped"):
        return f"The last session has stopped. {_for_shell(state['stopped'])}"
    return "The run is complete." if is_complete else f"The last session has ended. {_CONTINUES}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 150 else f"{line[:147]}..."


@bulk.command("export", short_help="Write the answers of a run to a file.")
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
        with _journal(journal) as opened:
            count = export(
                opened, sink, schema=value, response=response, only_answered=only_answered, overwrite=overwrite
            )
    except BulkError as error:
        raise Failure(_for_shell(str(error))) from error
    note(f"Saved: {sink} ({'1 row' if count == 1 else f'{count:,} rows'})")


def _run(given: dict[str, Any]) -> None:
    from .screen import Screen
    from .session import Session
    from .signals import Signals

    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # mimalloc, the default, keeps 15 MB more
    found = settings(**({"embedding_model": given["model"]} if given["embed"] else {"model": given["model"]}))
    if given["plot"]:
        _check_plot(given["plot"])
    with Signals() as signals:
        screen = Screen(signals, as_json=given["as_json"])
        try:
            request = _request(given, found)
            limits = Limits(
                in_flight=given["in_flight"] or Limits().in_flight,
                **{name: given[name] for name in ("rpm", "tpm", "cost", "tokens", "rows", "for_s")},
            )
            target = Target(found)
            keep_target(target)
            client = target.client(max_connections=limits.in_flight)
            failed = given["retry_failed"]
            session = Session(
                given["source"], given["sink"], request, key=given["key_column"], limits=limits, retry=_retry(found),
                mode=given["mode"], order=given["order"], dedupe=not given["no_dedupe"], client=client,
                journal=given["journal"], fresh=given["fresh"], accept_changed_prompt=given["accept_changed_prompt"],
                retry_failed=failed if failed and failed != "all" else bool(failed), response=given["response"],
                on_progress=screen.show, signals=signals, facts={"command": _command(given, request.model)},
            )  # fmt: skip
            report = asyncio.run(_ask(session, client))
        except JournalError as error:
            screen.end()
            raise Failure(_for_shell(error.problem), hint=_for_shell(error.advice) or None) from error
        except BulkError as error:
            screen.end()
            raise Failure(_for_shell(str(error))) from error
        except RunFailedError as error:
            _end(error.report, given, screen)
            is_disk = error.report.stopped is not None and error.report.stopped.kind == "disk"
            hint = f"The answers are kept. {_CONTINUES}"
            raise Failure(
                str(error), Exit.CAPPED if is_disk else Exit.REFUSED, hint=hint if is_disk else None
            ) from error
        except Interrupted as error:
            _end(error.report, given, screen)
            raise Failure("Interrupted.", Exit.CAPPED, hint=f"The answers are kept. {_CONTINUES}") from error
        except KeyboardInterrupt as error:
            screen.end()
            raise Failure("Interrupted.", Exit.CAPPED, hint=_CONTINUES) from error
    _end(report, given, screen)
    if report.stopped is not None:
        raise Failure(_for_shell(report.stopped.message), Exit.CAPPED, hint=_CONTINUES)


async def _ask(session: Session, client: Any) -> Report:
    from .clients import close_client

    try:
        return await session.run()
    finally:
        await close_client(client)


def _request(given: dict[str, Any], found: Any) -> Prompt | Embed:
    """Return the request that the flags describe."""
    from .requests import Embed, Prompt

    if bool(given["prompt"]) == bool(given["embed"]):
        raise Failure("Give either --prompt or --embed.", hint='For example: --prompt "Which mood? {text}"')
    config = _config(given)
    if given["prompt"]:
        return Prompt(given["prompt"], model=found["model"], config=config or None, files=given["files"])
    return Embed(given["embed"], model=found["embedding_model"], config=config or None)


def _retry(found: Any) -> Retry:
    """Return the repetition of calls. The default of the setting `attempts` is for commands with one call."""
    attempts, timeout_s = found.find("attempts"), found["timeout_s"]
    return Retry(
        **({"attempts": attempts.value} if attempts.origin != "default" else {}),
        **({"timeout_s": timeout_s} if timeout_s else {}),
    )


def _end(report: Report, given: dict[str, Any], screen: Screen) -> None:
    screen.end()
    if given["as_json"]:
        write_line(json.dumps({"kind": "report", **report.to_json()}, ensure_ascii=False))
    else:
        note(report.summary())
        if report.sink is not None:
            note(f"Saved: {report.sink}")
        if report.failed:
            note(f"To ask the failed rows again: genai bulk retry {shlex.quote(str(report.journal))}")
    if given["plot"] and report.calls:
        _draw(report.journal, given["plot"])


def _check_plot(path: str) -> None:
    """Refuse a plot that cannot be drawn, before anything is sent."""
    from .plot import check

    try:
        check(path)
    except BulkError as error:
        raise Failure(f"--plot: {error}") from error


def _draw(journal: str | Path, path: str) -> None:
    from .plot import plot

    try:
        plot(journal, path)
    except (BulkError, OSError) as error:
        note(f"The plot was not drawn: {error}")
    else:
        note(f"Saved: {path}")


def _for_shell(text: str) -> str:
    """Return a message with the flags in place of the arguments of Python."""
    for name, flag in _FLAGS.items():
        text = text.replace(name, flag)
    return text


def _config(given: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if given["config"]:
        try:
            value: Any = json.loads(given["config"])
        except ValueError as error:
            raise Failure(f"--config: expected a JSON object: {error}.") from None
        if not isinstance(value, dict):
            raise Failure(f"--config: expected a JSON object, got {value!r:.80}.")
        config.update(cast("dict[str, Any]", value))
    if given["system"]:
        config["system_instruction"] = given["system"]
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


def _command(given: dict[str, Any], model: str | None) -> str:
    """Return the flags of a run as JSON, for `genai bulk retry` in any folder: files by their content, paths from the root."""
    kept = {**given, "model": model, "source": _absolute(given["source"]), "sink": _absolute(given["sink"])}
    if given["schema"]:
        schema = read_schema(given["schema"]).json_schema
        kept["schema"] = given["schema"] if schema is None else json.dumps(schema)
    return json.dumps(kept)


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _journal(path: str) -> Journal:
    from .journal import Journal

    try:
        return Journal(path, writes=False)
    except BulkError as error:
        near = Path(f"{path}.journal")
        hint = f"Did you mean its journal, {near}?" if near.is_file() else None
        raise Failure(str(error), hint=hint) from error
