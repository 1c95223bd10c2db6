"""What the commands for resources of the service have in common: lists, single objects, waiting with a bar, questions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

import click

from . import output
from .exits import Failure

F = TypeVar("F", bound=Callable[..., Any])

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
LIMIT = click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Most objects to list."
)
YES = click.option("--yes", is_flag=True, help="Do not ask.")
WAIT_LIMIT = click.option(
    "--wait-limit", "wait_limit_s", type=click.FloatRange(0, min_open=True), default=3600.0, show_default=True,
    metavar="S", help="Longest time to wait, in seconds.",
)  # fmt: skip


POLL_S = 1.0
"""Seconds before the first poll of long-running work; later pauses grow up to a minute."""


def waiting(limit_s: float) -> dict[str, float]:
    """Return the arguments of the SDK's `wait` for a limit in seconds."""
    return {"timeout_s": limit_s, "poll_s": min(POLL_S, limit_s)}


def write_list(pager: Iterable[Any], columns: Sequence[str], *, limit: int, as_json: bool) -> None:
    """Print at most `limit` objects of a pager: the attributes named as columns, or all fields as JSON."""
    found = list(islice(pager, limit))
    if as_json:
        output.write_json([each.to_json_dict() for each in found])
        return
    titles = [name.rpartition(".")[2].replace("_", " ") for name in columns]
    output.write_table(titles, [[_attribute(each, name) for name in columns] for each in found])


def write_object(found: Any, *, as_json: bool) -> None:
    """Print the fields of an object, one per line, or as JSON."""
    values: dict[str, Any] = found.to_json_dict()
    values.pop("sdk_http_response", None)
    if as_json:
        output.write_json(values)
        return
    import json

    for name, value in values.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        output.write_line(f"{name}: {text}")


def shows_progress() -> bool:
    """Return whether a progress bar belongs on stderr: it is a terminal, and `--quiet` was not given."""
    return output.is_terminal(sys.stderr) and not output.Quiet.value


class Bar:
    """A progress bar on stderr for work of the service; without a terminal, a note for each new state."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._last: str | None = None
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Bar:
        if shows_progress():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=None)
        return self

    def __call__(self, reached: Any, total: int | None = None) -> None:
        """Show a new state of an operation, or a number of bytes."""
        if isinstance(reached, int):
            if self._bar is not None:
                self._bar.update(self._task, completed=reached, total=total)
            return
        state = getattr(reached, "state", None)
        name = str(getattr(state, "value", state) or ("done" if getattr(reached, "done", None) else "running"))
        if self._bar is not None:
            self._bar.update(self._task, description=f"{self._title} {name}")
        elif name != self._last:
            output.note(f"{self._title} {name}")
        self._last = name

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is deleted. Raises `Failure` after a refusal, and without a terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure(f"{question} This question needs a terminal.", hint="--yes answers the question.")
    if not click.confirm(question, err=True):
        raise Failure("Nothing was deleted.")


def _attribute(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name, None)
    return value
