"""The table of results: medians, how many times better ours is, and whether that meets the target. Formats text;
measures nothing."""

import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.environments import DISTRIBUTIONS
from benchmarks.scenarios import Measure, Scenario

COLUMNS = ("scenario", "measure", "official", "ours", "floor", "better", "range", "target", "verdict")
TEXT_COLUMNS = ("scenario", "measure", "verdict")
LEGEND = (
    "better: how many times better ours is than the official distribution, by the medians of all rounds; "
    "range: the same for single rounds, smallest to largest. ~ after a verdict: the target is within the range, so another "
    "run may have the other verdict."
)

Numbers = dict[str, Any]


@dataclass
class Samples:
    """The output of one scenario's workers, by column, in the order of the rounds."""

    scenario: Scenario
    columns: dict[str, list[Numbers]] = field(default_factory=lambda: {"official": [], "ours": [], "floor": []})

    def of(self, column: str, measure: Measure) -> list[float]:
        values = [numbers[measure.key] for numbers in self.columns[column]]
        return [float(len(value)) if isinstance(value, list) else float(value) for value in values]

    def rows(self) -> Iterable[dict[str, str]]:
        for measure in self.scenario.measures:
            yield self.row(measure)

    def row(self, measure: Measure) -> dict[str, str]:
        values = {column: self.of(column, measure) for column in self.columns}
        cells = {column: number(median(numbers)) if numbers else "–" for column, numbers in values.items()}
        row = {"scenario": self.scenario.name, "measure": measure.label, **cells}
        ours, official = values["ours"], values["official"]
        if not ours or not official:
            return row | {"verdict": "not measured"}
        if measure.at_most is not None:
            met = median(ours) <= measure.at_most
            return row | {"target": f"<= {measure.at_most}", "verdict": "met" if met else "MISSED"}
        row |= compared(measure, ours, official)
        if measure.at_least is not None:
            met = median(ours) >= measure.at_least
            return row | {"target": f">= {measure.at_least}", "verdict": "met" if met else "MISSED"}
        if measure.of_floor is not None:
            met = median(ours) <= measure.of_floor * median(values["floor"])
            return row | {"target": f"<= {measure.of_floor:.3g} floor", "verdict": "met" if met else "MISSED"}
        return row


def compared(measure: Measure, ours: list[float], official: list[float]) -> dict[str, str]:
    """Return how many times better ours is than official, and the verdict if the measure has such a target."""
    better = times_better(measure, median(ours), median(official))
    each = [times_better(measure, *pair) for pair in zip(ours, official, strict=False)]
    cells = {"better": f"{number(better)}x", "range": f"{number(min(each))}–{number(max(each))}"}
    if measure.target is None:
        return cells
    unsettled = " ~" if min(each) < measure.target <= max(each) else ""
    verdict = ("met" if better >= measure.target else "MISSED") + unsettled
    return cells | {"target": f"{measure.target:.3g}x", "verdict": verdict}


def times_better(measure: Measure, ours: float, official: float) -> float:
    return ours / official if measure.more_is_better else official / ours


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def terminal(measured: list[Samples]) -> str:
    """Return the table for a terminal."""
    lines = aligned(measured)
    return "\n".join(["  ".join(line).rstrip() for line in lines] + ["", LEGEND, *libraries(measured)])


def markdown(measured: list[Samples], machine: str) -> str:
    """Return the complete results page."""
    head, *body = aligned(measured)
    rule = [
        "-" * len(cell) if name in TEXT_COLUMNS else "-" * (len(cell) - 1) + ":"
        for name, cell in zip(COLUMNS, head, strict=True)
    ]
    table = ["| " + " | ".join(line) + " |" for line in (head, rule, *body)]
    about = [f"- `{samples.scenario.name}`: {samples.scenario.about}" for samples in measured]
    parts = [["# Results"], [machine], table, [LEGEND], libraries(measured), ["## Scenarios"], about]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def aligned(measured: list[Samples]) -> list[list[str]]:
    rows = [dict(zip(COLUMNS, COLUMNS, strict=True)), *(row for samples in measured for row in samples.rows())]
    widths = {name: max(len(row.get(name, "")) for row in rows) for name in COLUMNS}
    return [[align(name, row.get(name, ""), widths[name]) for name in COLUMNS] for row in rows]


def align(column: str, cell: str, width: int) -> str:
    return cell.ljust(width) if column in TEXT_COLUMNS else cell.rjust(width)


def libraries(measured: list[Samples]) -> list[str]:
    """Return a line with the libraries that the import loads, if the import was measured."""
    for samples in measured:
        if samples.scenario.name == "import":
            loaded = {
                column: ", ".join(numbers[-1]["libraries"]) or "none"
                for column, numbers in samples.columns.items()
                if numbers
            }
            return [
                "Libraries loaded by the import: "
                + "; ".join(f"{column}: {names}" for column, names in loaded.items())
                + "."
            ]
    return []


def machine(rounds: int, versions: Mapping[str, Mapping[str, str]]) -> str:
    """Return a paragraph about the machine and the installed packages. `versions`: package versions by column."""
    official, ours = versions["official"], versions["ours"]
    shared = [f"{name} {version}" for name, version in sorted(official.items()) if ours.get(name) == version]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{date.today().isoformat()}, {rounds} rounds. {cpu_model()}, {os.cpu_count()} cores, load {load} at the end. "
        f"{platform.system()}, {platform.python_implementation()} {platform.python_version()}.\n"
        f"Official: {_listed(official)}. Ours: {_listed(ours)} of this repository. "
        f"In both environments: {', '.join(shared)}."
    )


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {versions[name]}" for name in DISTRIBUTIONS)


def cpu_model() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
