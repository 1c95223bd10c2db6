"""The intended differences: the entries of `intended.json`, each with a reason, and how often each was found."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
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
    releases: frozenset[str]
    """The releases with which the entry is compared; empty for all."""

    def concerns(self, release: str) -> bool:
        """Tell whether the entry applies to comparisons with a release."""
        return not self.releases or release in self.releases

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
    """The entries for a comparison with one release, and how often each was found."""

    def __init__(self, release: str, file: Path = FILE) -> None:
        read = [_entry(given, number) for number, given in enumerate(json.loads(file.read_text()))]
        self.entries = [entry for entry in read if entry.concerns(release)]
        self._met: Counter[int] = Counter()

    def reason(self, case_id: str, backend: str, difference: Difference) -> str | None:
        """Return the reason for a difference, or None if no entry applies."""
        for number, entry in enumerate(self.entries):
            if entry.covers(case_id, backend, difference):
                self._met[number] += 1
                return entry.reason
        return None

    def met(self) -> list[Entry]:
        """Return the entries that applied to a difference."""
        return [entry for number, entry in enumerate(self.entries) if self._met[number]]


def unmet(compared: dict[str, Intended], releases: Collection[str]) -> list[str]:
    """Return the reasons of the entries that applied to no difference with any release that they concern.

    Args:
        compared: the entries and how often they were found, by release.
        releases: all releases; an entry is judged only if every release that it concerns was compared.
    """
    met = [entry for intended in compared.values() for entry in intended.met()]
    entries = {id(entry): entry for intended in compared.values() for entry in intended.entries if entry not in met}
    judged = {entry.reason: entry for entry in entries.values() if (entry.releases or set(releases)) <= compared.keys()}
    return list(judged)


def as_text(value: Any) -> str:
    """Return a value in the form that patterns match: JSON, or `nothing` if it is absent."""
    return "nothing" if value is MISSING else json.dumps(value, ensure_ascii=False)


def _entry(given: dict[str, Any], number: int) -> Entry:
    unknown = set(given) - {*_PARTS, "reason", "releases"}
    if unknown or not given.get("reason"):
        expected = f"a reason, and some of releases, {', '.join(_PARTS)}"
        raise ValueError(f"{FILE.name}[{number}]: expected {expected}; got {given}")
    patterns = {part: re.compile(given[part], re.DOTALL) for part in _PARTS if part in given}
    return Entry(patterns, given["reason"], frozenset(given.get("releases", ())))
