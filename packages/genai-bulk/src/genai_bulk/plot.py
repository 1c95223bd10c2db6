"""Draws the sessions of a run over time: answers, the limiter and what the service refused. Needs matplotlib (extra `plot`)."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

from .errors import BulkError
from .journal import Journal

_MOST_POINTS = 2_000


def check(path: str | os.PathLike[str]) -> None:
    """Check that a plot can be written to a path, without a journal.

    Args:
        path: the file.

    Raises:
        BulkError: when matplotlib is missing, or the path cannot be a PNG file.
    """
    import importlib.util

    if importlib.util.find_spec("matplotlib") is None:
        raise BulkError("a plot needs the package matplotlib: pip install 'genai-bulk[plot]'.")
    file = Path(path).expanduser()
    if file.suffix.lower() != ".png":
        raise BulkError(
            f"expected the name of a PNG file, such as {str(file.with_suffix('.png'))!r}, got {str(file)!r}."
        )
    if file.is_dir():
        raise BulkError(f"{str(file)!r} is a folder. Give the name of a file in it.")
    if not file.parent.is_dir():
        raise BulkError(
            f"{str(file)!r}: the folder {str(file.parent)!r} does not exist. Create it, or give another path."
        )


def plot(journal: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
    """Draw the last session of a run as a PNG file.

    Args:
        journal: path of the journal.
        path: the file.

    Raises:
        BulkError: when matplotlib is missing, or the session has no samples.
    """
    check(path)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with Journal(journal, writes=False) as opened:
        sessions = opened.sessions()
        drawn = [found for id, _, _ in sessions if len(found := opened.samples(id)) > 1]
        samples = drawn[-1] if drawn else []
    if not samples:
        raise BulkError(f"{os.fspath(journal)}: the run has no samples to draw yet; it takes one each second.")
    points = samples[:: max(1, len(samples) // _MOST_POINTS)]
    times = [at for at, _ in points]

    def values(name: str) -> list[Any]:
        return [sample.get(name) for _, sample in points]

    def rates(name: str) -> list[float]:
        """Return the change of a count per second at each time."""
        found = values(name)
        pairs = itertools.pairwise(points)
        return (
            [0.0, *((new[1][name] - old[1][name]) / max(new[0] - old[0], 1e-9) for old, new in pairs)] if found else []
        )

    figure: Any = Figure(figsize=(9, 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    throughput, limiter, errors = figure.subplots(3, 1, sharex=True)
    throughput.plot(times, rates("done"), label="answers per second", color="tab:green")
    throughput.set_ylabel("rows per second")
    throughput.plot(times, rates("failed"), label="failed rows per second", color="tab:red")
    limiter.plot(
        times, [rate or None for rate in values("limiter_rate")], label="calls per second permitted", color="tab:blue"
    )
    limiter.set_ylabel("calls per second")
    flight = limiter.twinx()
    flight.plot(times, values("in_flight"), label="in flight", color="tab:gray", linestyle="--")
    flight.set_ylabel("calls in flight")
    errors.plot(times, rates("refused"), label="refused (429)", color="tab:orange")
    errors.plot(times, rates("broken"), label="broken (5xx, connection, time limit)", color="tab:purple")
    errors.set_ylabel("calls per second")
    errors.set_xlabel("seconds since the session began")
    last = points[-1][1]
    title = (
        f"{last['done']:,} of {last['rows']:,} rows done, {last['failed']:,} failed, {last['refused']:,} calls refused"
    )
    figure.suptitle(title)
    lines, labels = limiter.get_legend_handles_labels()
    more_lines, more_labels = flight.get_legend_handles_labels()
    limiter.legend([*lines, *more_lines], [*labels, *more_labels], loc="lower right", fontsize="small")
    for each in (throughput, errors):
        each.legend(loc="upper right", fontsize="small")
    for each in (throughput, limiter, errors):
        each.grid(alpha=0.3)
        each.set_ylim(bottom=0)
    figure.savefig(os.fspath(path), format="png", dpi=110)
