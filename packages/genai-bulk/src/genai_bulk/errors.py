"""The exceptions of bulk runs. A row that fails is a result of the run, never an exception."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import Report


class BulkError(ValueError):
    """A source, sink, request, limit or journal that cannot be used. No call was made."""


class JournalError(BulkError):
    """A journal that belongs to another run, is in use, or was written by a newer version.

    Attributes:
        problem: the problem, without advice for Python.
        differences: what differs from the run that the journal belongs to, one sentence each.
        advice: what to do, for Python; empty when the problem says it.
    """

    def __init__(self, problem: str, differences: Iterable[str] = (), advice: str = "") -> None:
        super().__init__(f"{problem}\n{advice}" if advice else problem)
        self.problem = problem
        self.differences = list(differences)
        self.advice = advice


class RunFailedError(RuntimeError):
    """A run that cannot continue: the first rows all fail in the same way, or the disk is full. The journal keeps its answers.

    Attributes:
        report: the result so far.
    """

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report


class Interrupted(KeyboardInterrupt):
    """A run that SIGINT or SIGTERM ended. The journal keeps its answers; the same call continues it.

    Attributes:
        signal: number of the signal.
        report: the result so far.
    """

    def __init__(self, signal: int, report: Report) -> None:
        super().__init__(f"interrupted by signal {signal}; the same call continues the run")
        self.signal = signal
        self.report = report


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint such as ` Did you mean 'text'?`, or an empty text when no known name is similar."""
    from difflib import get_close_matches

    similar = get_close_matches(name, list(known), n=1)
    return f" Did you mean {similar[0]!r}?" if similar else ""
