"""The differences that are meant to be: `intended.json`, each entry with the reason for it, and which of them were met."""

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
    """A pattern for each part of a difference that matters, and the reason why it is meant to be."""

    patterns: dict[str, re.Pattern[str]]
    reason: str

    def covers(self, case_id: str, backend: str, difference: Difference) -> bool:
        """Tell whether a difference is this one: `case` is searched for, every other part has to match as a whole."""
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
    """All entries, and how often each was met."""

    def __init__(self, file: Path = FILE) -> None:
        self.entries = [_entry(given, number) for number, given in enumerate(json.loads(file.read_text()))]
        self._met: Counter[int] = Counter()

    def reason(self, case_id: str, backend: str, difference: Difference) -> str | None:
        """Return why a difference is meant to be, or None where nothing says so."""
        for number, entry in enumerate(self.entries):
            if entry.covers(case_id, backend, difference):
                self._met[number] += 1
                return entry.reason
        return None

    def unmet(self) -> list[str]:
        """Return the reasons of the entries that no difference has met."""
        return [entry.reason for number, entry in enumerate(self.entries) if not self._met[number]]


def as_text(value: Any) -> str:
    """Return a value as patterns see it: JSON, or `nothing` where it is absent."""
    return "nothing" if value is MISSING else json.dumps(value, ensure_ascii=False)


def _entry(given: dict[str, str], number: int) -> Entry:
    unknown = set(given) - {*_PARTS, "reason"}
    if unknown or not given.get("reason"):
        raise ValueError(f"{FILE.name}[{number}]: expected a reason and some of {', '.join(_PARTS)}; got {given}")
    return Entry({part: re.compile(given[part], re.DOTALL) for part in _PARTS if part in given}, given["reason"])
