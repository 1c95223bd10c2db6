"""What a run has done: `Progress` while it works, and `Report` at its end. Both are read from the journal or the engine."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .reading import NO_USAGE, Usage

if TYPE_CHECKING:
    from .engine import Stop


@dataclass(frozen=True)
class Progress:
    """The state of a run while it works.

    Attributes:
        phase: `reading` (the source is read once), `asking`, `waiting` (for batch jobs), `ending` (no call starts, those in
            flight end), `writing` (the sink) or `ended`.
        rows: rows of the source.
        done: rows with a good answer, in all sessions.
        failed: rows with a failure, in all sessions.
        rate: rows per second in the last seconds.
        in_flight: calls in flight, or rows in batch jobs that have not ended.
        waiting: rows that wait for another attempt.
        calls: calls of this session.
        refused: calls that the service refused because of the rate, in this session.
        broken: calls without a usable reply, in this session.
        limiter: the state of the limiter in a few words.
        limiter_rate: calls per second that the limiter permits; None when it is not the limit.
        tokens: tokens used by the run.
        cost: US dollars that the run has cost; None when a price is not known.
        elapsed_s: seconds since the session began.
    """

    phase: str
    rows: int = 0
    done: int = 0
    failed: int = 0
    rate: float = 0.0
    in_flight: int = 0
    waiting: int = 0
    calls: int = 0
    refused: int = 0
    broken: int = 0
    limiter: str = ""
    limiter_rate: float | None = None
    tokens: int = 0
    cost: float | None = None
    elapsed_s: float = 0.0

    @property
    def pending(self) -> int:
        """Rows without an answer."""
        return max(0, self.rows - self.done - self.failed)

    @property
    def left_s(self) -> float | None:
        """Seconds until all rows are answered at the present rate; None when it cannot be said."""
        return self.pending / self.rate if self.rate > 0 and self.phase == "asking" else None

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return {**asdict(self), "pending": self.pending, "left_s": self.left_s}


class TemporaryFolder:
    """A folder for the journal of a run without a sink, which is removed when neither session nor report needs it."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="genai-bulk-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class Report:
    """The result of a run.

    Attributes:
        rows: rows of the source.
        done: rows with a good answer.
        failed: rows with a failure, whose `error` says why.
        resumed: rows that had been answered before this session.
        calls: calls of this session.
        refused: calls of this session that the service refused because of the rate.
        usage: tokens of the run.
        cost: US dollars of the run; None when a price is not known.
        paid_again: calls that the service may have answered although no answer arrived: those in flight when a session was
            killed, and those that ended with a broken connection or a time limit. They may have been paid twice.
        elapsed_s: seconds of this session.
        failures: failed rows by status.
        stopped: why the session ended early; None when all rows have an answer or a failure.
        journal: path of the journal.
        sink: path of the sink; None when it has not been written.
        table: the sink as a `pyarrow.Table`, when it was `"arrow"`.
    """

    rows: int
    done: int
    failed: int
    resumed: int = 0
    calls: int = 0
    refused: int = 0
    usage: Usage = NO_USAGE
    cost: float | None = None
    paid_again: int = 0
    elapsed_s: float = 0.0
    failures: dict[str, int] = field(default_factory=dict[str, int])
    stopped: Stop | None = None
    journal: Path = Path()
    sink: Path | None = None
    table: Any = None
    _source: Any = field(default=None, repr=False)
    _folder: TemporaryFolder | None = field(default=None, repr=False)

    @property
    def pending(self) -> int:
        """Rows without an answer."""
        return self.rows - self.done - self.failed

    @property
    def is_complete(self) -> bool:
        """Whether every row has an answer or a failure."""
        return self.pending == 0

    def results(self, *, schema: Any = None, response: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the rows of the sink as dicts, in the order of the source, read from the journal.

        Args:
            schema: another schema with which the answers are read.
            response: whether each row has the reply of the service as JSON.
        """
        from .output import Output

        with Output(self.journal, self._source, schema=schema, response=response) as output:
            yield from output.rows()

    def plot(self, path: str) -> None:
        """Draw rate, limiter and errors over time as a PNG file; needs the extra `plot`.

        Args:
            path: the file.
        """
        from .plot import plot

        plot(self.journal, path)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        found: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "rows",
                "done",
                "failed",
                "pending",
                "resumed",
                "calls",
                "refused",
                "cost",
                "paid_again",
                "failures",
            )
        }
        stop = self.stopped
        return {
            **found,
            "usage": asdict(self.usage),
            "elapsed_s": round(self.elapsed_s, 3),
            "stopped": None if stop is None else {**asdict(stop), "resume_at": _time(stop.resume_at)},
            "journal": str(self.journal),
            "sink": None if self.sink is None else str(self.sink),
        }

    def summary(self) -> str:
        """Return the numbers as text for people."""
        lines = [f"{self.done:,} of {self.rows:,} rows done, {self.failed:,} failed, {self.pending:,} not asked yet"]
        if self.failures:
            lines.append("failures: " + ", ".join(f"{name} {count:,}" for name, count in self.failures.items()))
        cost = "unknown" if self.cost is None else f"${self.cost:.4f}"
        lines.append(f"{self.usage.total_tokens:,} tokens, cost {cost}, {self.calls:,} calls, {self.refused:,} refused")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary() if self.stopped is None else f"{self.summary()}\nstopped: {self.stopped.message}"


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")
