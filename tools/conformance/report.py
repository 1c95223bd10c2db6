"""The findings of a run, as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tools.conformance import compare, inventory
from tools.conformance.cases import Case
from tools.conformance.compare import Difference, Outcome
from tools.conformance.intended import Intended, as_text

Key = tuple[str, str, str]
"""Case id, backend, colour (`sync` or `async`)."""
_SHOWN = 300


@dataclass
class Report:
    """Outcomes compared so far."""

    intended: Intended
    cases: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    """The number of outcomes, by area."""
    same: Counter[str] = field(default_factory=Counter)
    listed: Counter[str] = field(default_factory=Counter)
    unlisted: list[tuple[Key, Difference]] = field(default_factory=list)

    def take(self, key: Key, ours: Outcome, theirs: Outcome) -> None:
        """Compare the two outcomes of one call."""
        differences = compare.differences(ours, theirs)
        area = _area(key[0])
        self.cases.add(key[0])
        self.outcomes[area] += 1
        self.same[area] += not differences
        self._keep(key, differences)

    def take_inventories(self, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
        """Compare the public interfaces of the two sides."""
        for path, found in inventory.differences(ours, theirs):
            self._keep(("inventory", "", ""), [Difference("inventory", path, *found)])

    def _keep(self, key: Key, differences: list[Difference]) -> None:
        for difference in differences:
            reason = self.intended.reason(key[0], key[1], difference)
            if reason is None:
                self.unlisted.append((key, difference))
            else:
                self.listed[reason] += 1

    def by_path(self) -> list[tuple[str, list[tuple[Key, Difference]]]]:
        """Return the unlisted differences by method, kind and path, the most frequent first."""
        groups: defaultdict[str, list[tuple[Key, Difference]]] = defaultdict(list)
        for key, difference in self.unlisted:
            groups[f"{key[0].partition('/')[0]}: {difference.kind} {difference.path}"].append((key, difference))
        return sorted(groups.items(), key=lambda group: -len(group[1]))

    def text(self, cases: dict[str, Case], release: str = "") -> str:
        """Return the report as text.

        Args:
            cases: the cases, by id.
            release: the release that was compared, for the first line.
        """
        different = len({key for key, _ in self.unlisted if key[0] in self.cases})
        lines = [
            f"{release}{': ' if release else ''}{len(self.cases)} cases, {self.outcomes.total()} outcomes: "
            f"{_share(self.same.total(), self.outcomes.total())} the same, "
            f"{different} with unlisted differences",
            "",
            *(
                f"{count:7}  {_share(self.same[area], count)} the same: {area}"
                for area, count in self.outcomes.most_common()
            ),
        ]
        if self.listed:
            lines += ["", "Intended:", *(f"{count:7}  {reason}" for reason, count in self.listed.most_common())]
        for name, group in self.by_path():
            key, difference = group[0]
            case = cases.get(key[0], {})
            arguments = case.get("arguments", case.get("steps", {}))
            lines += [
                "",
                f"{len(group)} x {name}",
                f"    case       {' '.join(key)}",
                f"    arguments  {_cut(json.dumps(arguments, ensure_ascii=False))}",
                f"    ours       {_cut(as_text(difference.ours))}",
                f"    theirs     {_cut(as_text(difference.theirs))}",
            ]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """Return the report as data."""
        return {
            "cases": len(self.cases),
            "outcomes": dict(self.outcomes),
            "same": dict(self.same),
            "listed": dict(self.listed),
            "unlisted": [
                {
                    "case": key[0],
                    "backend": key[1],
                    "colour": key[2],
                    "kind": difference.kind,
                    "path": difference.path,
                    "ours": as_text(difference.ours),
                    "theirs": as_text(difference.theirs),
                }
                for key, difference in self.unlisted
            ],
        }


_AREAS = {
    "call": "handwritten calls",
    "reply/template": "replies with an item missing, null, empty or new",
    "reply/odd": "invalid successful replies, and odd streams",
    "reply/error": "refusals",
    "course": "whole exchanges",
    "reply": "fields of replies",
}
_PROGRAMS = {
    "calling": "programs with function calls",
    "chats": "programs with chats",
    "signatures": "signatures of functions",
    "responses": "shapes of responses",
    "live": "programs with live sessions",
}


def _area(case_id: str) -> str:
    """Return the area of a case."""
    noun, _, path = case_id.partition("/")
    if noun in _PROGRAMS:
        return _PROGRAMS[noun]
    return next((title for prefix, title in _AREAS.items() if path.startswith(f"{prefix}/")), "fields of arguments")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "none of them"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + " …"
