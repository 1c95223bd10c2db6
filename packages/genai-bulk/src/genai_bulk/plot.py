"""Draws a session of a run over time: answers, the limiter, and what went wrong. Needs matplotlib (extra `plot`)."""

from __future__ import annotations

import bisect
import itertools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import BulkError
from .journal import Journal

Samples = Sequence[tuple[float, Mapping[str, Any]]]

_MOST_BINS = 80
_WIDTHS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600)
_GREEN, _BLUE, _GRAY, _ORANGE, _PURPLE, _RED = "#009e73", "#0072b2", "#666666", "#e69f00", "#8a5ea8", "#d55e00"
"""Colours that differ for all kinds of colour vision."""
_TROUBLES = (
    ("refused", "refused (429)", _ORANGE),
    ("broken", "broken (5xx, connection, time limit)", _PURPLE),
)


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
        example = str(file.with_suffix(".png")) if file.name else "run.png"
        raise BulkError(f"expected the name of a PNG file, such as {example!r}, got {str(path)!r}.")
    if file.is_dir():
        raise BulkError(f"{str(file)!r} is a folder. Give the name of a file in it.")
    if not file.parent.is_dir():
        raise BulkError(
            f"{str(file)!r}: the folder {str(file.parent)!r} does not exist. Create it, or give another path."
        )


def plot(journal: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
    """Draw the last session of a run that made calls, as a PNG file.

    Args:
        journal: path of the journal.
        path: the file.

    Raises:
        BulkError: when matplotlib is missing, the path cannot be a PNG file, or no session has samples.
    """
    check(path)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    samples = _samples(journal)
    edges = _edges(samples[0][0], samples[-1][0])
    unit, unit_s = _unit(edges[-1])
    figure: Any = Figure(figsize=(8.5, 7), layout="constrained")
    FigureCanvasAgg(figure)
    rate, flight, troubles = figure.subplots(3, 1, sharex=True, height_ratios=(2, 1, 1))
    _draw_rate(rate, samples, edges, unit_s)
    _draw_flight(flight, samples, unit_s)
    _draw_troubles(troubles, samples, edges, unit_s)
    troubles.set_xlabel(f"{unit} since the session began")
    for each in (rate, flight, troubles):
        each.grid(alpha=0.25)
        each.set_axisbelow(True)
        each.spines[["top", "right"]].set_visible(False)
        each.set_xlim(0, edges[-1] / unit_s)
    figure.suptitle(_title(samples[-1][1]), fontsize=11)
    figure.savefig(Path(path).expanduser(), format="png", dpi=100)


def _samples(journal: str | os.PathLike[str]) -> Samples:
    with Journal(journal, writes=False) as opened:
        for id, _, _ in reversed(opened.sessions()):
            found = opened.samples(id)
            if len(found) > 1 and found[-1][0] > found[0][0]:
                return found
    raise BulkError(f"{os.fspath(journal)}: the run has no samples to draw yet. A session takes one each second.")


def _draw_rate(axes: Any, samples: Samples, edges: Sequence[float], unit_s: float) -> None:
    """Draw the rows with an answer and those that failed on top of each other, and the rate that the limiter permits."""
    times = [edge / unit_s for edge in edges]
    answers, failures = _per_second(samples, "done", edges), _per_second(samples, "failed", edges)
    finished = [good + bad for good, bad in zip(answers, failures, strict=True)]
    axes.stairs(answers, times, fill=True, color=_GREEN, alpha=0.5, label="rows answered")
    if any(failures):
        axes.stairs(finished, times, baseline=answers, fill=True, color=_RED, alpha=0.6, label="rows failed")
    axes.stairs(finished, times, color=_GREEN)
    limits: list[float | None] = [values.get("limiter_rate") for _, values in samples]
    # A rate far above that of the rows is not the limit, and would make the rows flat.
    highest = max([*finished, 1e-9])
    usual = sorted(value for value in limits if value is not None)
    permitted = usual[int(0.95 * (len(usual) - 1))] if usual else 0.0
    top = 1.2 * max(highest, min(permitted, 2 * highest))
    is_above = bool(usual) and usual[len(usual) // 20] > top
    axes.step(
        [at / unit_s for at, _ in samples],
        [float("nan") if value is None else value for value in limits],
        where="post", color=_BLUE, linewidth=1.8,
        label=f"calls that the limiter permits{' (above the picture)' if is_above else ''}",
    )  # fmt: skip
    axes.set_ylim(0, top)
    axes.set_ylabel("per second")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, fontsize="small", borderaxespad=0.2)
    axes.set_title("Rate", loc="left", fontsize=10, fontweight="bold")


def _draw_flight(axes: Any, samples: Samples, unit_s: float) -> None:
    axes.plot([at / unit_s for at, _ in samples], [values["in_flight"] for _, values in samples], color=_GRAY)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("calls")
    axes.set_title("In flight", loc="left", fontsize=10, fontweight="bold")


def _draw_troubles(axes: Any, samples: Samples, edges: Sequence[float], unit_s: float) -> None:
    """Draw refused and broken calls as bars on top of each other."""
    times = [edge / unit_s for edge in edges]
    below = [0.0] * (len(edges) - 1)
    total = 0
    for name, label, colour in _TROUBLES:
        counts = [new - old for old, new in itertools.pairwise(_at(samples, name, edges))]
        count = round(sum(counts))
        total += count
        if not count:
            continue
        tops = [low + more for low, more in zip(below, counts, strict=True)]
        axes.stairs(tops, times, baseline=below, fill=True, color=colour, label=f"{label}: {count:,}")
        below = tops
    axes.set_title("Calls without an answer", loc="left", fontsize=10, fontweight="bold")
    width = edges[1] - edges[0]
    axes.set_ylabel("calls per second" if width == 1 else f"calls per {width:g} s")
    if total:
        axes.set_ylim(bottom=0)
        axes.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize="small", borderaxespad=0.2
        )
    else:
        axes.set_ylim(0, 1)
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", va="center", color=_GRAY)


def _title(last: Mapping[str, Any]) -> str:
    calls = last["calls"]
    share = f" ({last['refused'] / calls:.1%})" if calls and last["refused"] else ""
    return (
        f"{last['done']:,} of {last['rows']:,} rows done, {last['failed']:,} failed; "
        f"{calls:,} calls, {last['refused']:,} refused{share}"
    )


def _edges(begin: float, end: float) -> list[float]:
    """Return the borders of the time bins: few enough that the rates in them say something."""
    length = end - begin
    width = next((width for width in _WIDTHS_S if length / width <= _MOST_BINS), length / _MOST_BINS)
    count = max(1, -int(-length // width))
    return [begin + number * width for number in range(count + 1)]


def _unit(end_s: float) -> tuple[str, float]:
    if end_s <= 600:
        return "seconds", 1.0
    return ("minutes", 60.0) if end_s <= 4 * 3600 else ("hours", 3600.0)


def _per_second(samples: Samples, name: str, edges: Sequence[float]) -> list[float]:
    """Return the mean change of a count in each bin."""
    end = samples[-1][0]
    found = _at(samples, name, edges)
    return [
        (new - old) / max(min(later, end) - earlier, 1e-9)
        for (old, new), (earlier, later) in zip(itertools.pairwise(found), itertools.pairwise(edges), strict=True)
    ]


def _at(samples: Samples, name: str, times: Sequence[float]) -> list[float]:
    """Return a count at some times, between two samples on the line that joins them."""
    known = [at for at, _ in samples]
    found: list[float] = []
    for time in times:
        after = min(max(1, bisect.bisect_left(known, time)), len(known) - 1)
        (begin, old), (end, new) = samples[after - 1], samples[after]
        share = min(max((time - begin) / (end - begin), 0.0), 1.0)
        found.append(old[name] + share * (new[name] - old[name]))
    return found
