"""The recorded behaviour of an official release, in one file, so that the comparison does not need the release: its inventory,
and an outcome for every case.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.conformance.compare import Outcome
from tools.conformance.report import Key

FOLDER = Path(__file__).resolve().parents[2] / "contract" / "conformance"


def path_of(version: str) -> Path:
    """Return the file with the recorded behaviour of a release."""
    return FOLDER / f"official-{version}.json.gz"


def of(version: str) -> Golden:
    """Return the recorded behaviour of a release."""
    return Golden(path_of(version))


def write(
    file: Path, inventory: dict[str, Any], outcomes: Iterable[tuple[Key, Outcome]], base: Golden | None = None
) -> None:
    """Write the inventory and the outcomes of a release. An outcome that occurs several times is written once.

    Args:
        file: the file.
        inventory: the inventory of the release.
        outcomes: the outcome of each call.
        base: an earlier release; cases with the same outcomes there are not written.
    """
    found = list(outcomes)
    changed = {key[0] for key, outcome in found if base is None or base.get(key) != outcome}
    numbers: dict[str, int] = {}
    kept: dict[str, dict[str, int]] = {}
    for (case_id, backend, colour), outcome in sorted(
        (one for one in found if one[0][0] in changed), key=lambda one: (one[0][0], one[0][1], one[0][2] != "sync")
    ):
        number = numbers.setdefault(json.dumps(outcome, sort_keys=True, separators=(",", ":")), len(numbers))
        of_case = kept.setdefault(case_id, {})
        if colour == "sync" or backend not in of_case:
            of_case[backend] = number
        elif of_case[backend] != number:
            of_case[f"{backend} async"] = number
    content = {"inventory": inventory, "outcomes": [json.loads(text) for text in numbers], "cases": kept}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


class Golden:
    """The recorded behaviour of a release."""

    def __init__(self, file: Path) -> None:
        content = json.loads(gzip.decompress(file.read_bytes()))
        self.inventory: dict[str, Any] = content["inventory"]
        self._outcomes: list[Outcome] = content["outcomes"]
        self.cases: dict[str, dict[str, int]] = content["cases"]

    def get(self, key: Key) -> Outcome | None:
        """Return the outcome of a call, or None if its case is not recorded."""
        return self.outcome(key) if key[1] in self.cases.get(key[0], ()) else None

    def outcome(self, key: Key) -> Outcome:
        """Return the outcome of a call."""
        case_id, backend, colour = key
        of_case = self.cases[case_id]
        return self._outcomes[of_case.get(f"{backend} {colour}", of_case[backend])]
