"""The progress of a run on stderr: one line that changes on a terminal, and a line now and then elsewhere."""

from __future__ import annotations

import json
import os
import sys
import time

from google.genai._cli.extension import is_quiet, is_terminal, note, write_line

from .engine import GRACE_S
from .report import Progress
from .signals import Signals

_LINE_S = 15.0
"""Seconds between two lines of progress when stderr is not a terminal."""
_COLUMNS = 100
"""Width of a terminal that does not tell its own."""
_FEWEST_COLUMNS = 20


class Screen:
    """The progress of one session.

    Args:
        signals: the signals that may end the session.
        as_json: whether progress is lines of JSON on stdout.
    """

    def __init__(self, signals: Signals, *, as_json: bool) -> None:
        self._signals = signals
        self._as_json = as_json
        self._is_terminal = is_terminal(sys.stderr) and not as_json and not is_quiet()
        self._last = time.monotonic()
        self._width = 0
        self._is_ending = False

    def show(self, progress: Progress) -> None:
        """Show a state."""
        if self._as_json:
            write_line(json.dumps({"kind": "progress", **progress.to_json()}, ensure_ascii=False))
            return
        if progress.phase == "ended":
            return
        if progress.phase == "ending" and progress.in_flight and not self._is_ending:
            self._is_ending = True
            self.end()
            note(_ending(progress, is_interrupted=self._signals.received is not None))
        if self._is_terminal:
            self._replace(line_of(progress, self._columns() - 1))
        elif progress.phase in ("asking", "waiting") and time.monotonic() - self._last >= _LINE_S:
            self._last = time.monotonic()
            note(line_of(progress))

    def end(self) -> None:
        """Remove the line that changes."""
        if self._width:
            self._replace("")
            self._write("\r")

    def _replace(self, line: str) -> None:
        # The old line may be wider than a terminal whose window has become smaller.
        self._write("\r" + line.ljust(min(self._width, self._columns() - 1)))
        self._width = len(line)

    @staticmethod
    def _write(text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):  # the terminal was closed: the run continues
            pass

    @staticmethod
    def _columns() -> int:
        try:
            columns = os.get_terminal_size(sys.stderr.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        return max(_FEWEST_COLUMNS, columns or _COLUMNS)


def line_of(progress: Progress, width: int | None = None) -> str:
    """Return a state as one line.

    Args:
        progress: the state.
        width: the most characters; the least important numbers are left out until the line fits. None for all of them.
    """
    if progress.phase == "reading":
        return "Reading the source ..."
    if progress.phase == "writing":
        return f"{progress.done:,} done, {progress.failed:,} failed; writing the sink ..."[:width]
    left_s = progress.left_s
    parts = [  # in the order of the line, with their importance
        (0, f"{progress.done:,}/{progress.rows:,} done"),
        (3, f"{progress.failed:,} failed"),
        (2, f"{progress.rate:,.1f} rows/s"),
        (6, f"{progress.in_flight:,} in flight"),
        (7, progress.limiter),
        (5, f"{progress.refused:,} refused" if progress.refused else ""),
        (8, f"{progress.tokens:,} tokens"),
        (4, "" if progress.cost is None else f"${progress.cost:.4f}"),
        (1, "" if left_s is None else f"{_clock(left_s)} left"),
    ]
    parts = [(rank, text) for rank, text in parts if text]
    while True:
        line = " | ".join(text for _, text in parts)
        if width is None or len(line) <= width or len(parts) == 1:
            return line[:width]
        parts.remove(max(parts))


def _ending(progress: Progress, *, is_interrupted: bool) -> str:
    calls = "1 call" if progress.in_flight == 1 else f"{progress.in_flight:,} calls"
    if not is_interrupted:
        return f"Stopping: waiting at most {GRACE_S:.0f} s for {calls} in flight."
    return f"Interrupted: waiting at most {GRACE_S:.0f} s for {calls} in flight. A second Ctrl-C gives them up."


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
