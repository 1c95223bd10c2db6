"""The intended differences: the entries of `intended.json`, each with a reason, and how often each was found."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.conformance.compare import MISSING, Difference

FILE = Path(__file__).with_name("intended.json")
_PARTS = ("case", "backend", "kind", "path", "ours", "theirs")


@dataclass(frozen=True)
class Entry:
    """A pattern for each relevant part of a difference, and the reason why the difference is intended."""

    patterns: dict[str, re.Pattern[str]]
    reason: str

    def covers(self, case_id: str, backend: str, difference: Difference) -> bool:
        """Tell whether the entry applies to a difference: `case` is searched, every other part has to match as a whole."""
        found = {
            "case": case_id,
            "backend": backend,
            "kind": difference.kind,
            "path": difference.path,
            "ours": as_text(difference.ours),
            "theirs": as_text(difference.theirs),
        }
        return all(
            pattern.search(found[part]) if part == "case" else pattern.fullmatch(found[part])
            for part, pattern in self.patterns.items()
        )


class Intended:
    """All entries, and how often each was found."""

    def __init__(self, file: Path = FILE) -> None:
        self.entries = [_entry(given, number) for number, given in enumerate(json.loads(file.read_text()))]
        self._met: Counter[int] = Counter()

    def reason(self, case_id: str, backend: str, difference: Difference) -> str | None:
        """Return the reason for a difference, or None if no entry applies."""
        for number, entry in enumerate(self.entries):
            if entry.covers(case_id, backend, difference):
                self._met[number] += 1
                return entry.reason
        return None

    def unmet(self) -> list[str]:
        """Return the reasons of the entries that applied to no difference."""
        return [entry.reason for number, entry in enumerate(self.entries) if not self._met[number]]


def as_text(value: Any) -> str:
    """Return a value in the form that patterns match: JSON, or `nothing` if it is absent."""
    return "nothing" if value is MISSING else json.dumps(value, ensure_ascii=False)


def _entry(given: dict[str, str], number: int) -> Entry:
    unknown = set(given) - {*_PARTS, "reason"}
    if unknown or not given.get("reason"):
        raise ValueError(f"{FILE.name}[{number}]: expected a reason and some of {', '.join(_PARTS)}; got {given}")
    return Entry({part: re.compile(given[part], re.DOTALL) for part in _PARTS if part in given}, given["reason"])
