"""The recorded outcomes of the official release, the differences of others from them, and those that are intended."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "0.12.1"
RECORDED = ROOT / "contract" / "generativelanguage"
ABSENT = "<absent>"


class Difference(NamedTuple):
    """One place where the outcomes of a case differ."""

    case: str
    place: str
    """Path of the place in the outcome."""
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        return f"{self.case} {self.place}\n    ours:   {_short(self.ours)}\n    theirs: {_short(self.theirs)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 300 else f"{text[:300]}..."


@cache
def recorded(part: str) -> dict[str, Any]:
    """Return what the official release did in a part."""
    return json.loads(gzip.decompress((RECORDED / f"{part}.json.gz").read_bytes()))


def record(part: str, outcomes: Any) -> None:
    """Write what the official release did in a part."""
    text = json.dumps(outcomes, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{part}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def differences(part: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    """Yield the differences of a part that are not intended. What only we have, such as a further function, is none."""
    for case, expected in theirs.items():
        found = json.loads(json.dumps(ours.get(case, ABSENT)))
        for place, mine, other in _walk(found, expected, ""):
            difference = Difference(f"{part}/{case}", place, mine, other)
            is_addition = part == "surface" and other == ABSENT
            if not is_addition and not any(each.matches(difference) for each in intended()):
                yield difference


def _walk(ours: Any, theirs: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted({*ours, *theirs}):
            yield from _walk(ours.get(name, ABSENT), theirs.get(name, ABSENT), f"{place}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _walk(mine, other, f"{place}[{number}]")
    elif ours != theirs:
        yield place, ours, theirs


class Intended(NamedTuple):
    """A group of differences that are intended."""

    case: str
    """Regular expression that finds the part and the case."""
    reason: str
    place: str = ""
    """Regular expression that finds the place in the outcome."""
    ours: str = ""
    """Regular expression that finds our value as JSON."""

    def matches(self, difference: Difference) -> bool:
        """Tell whether a difference belongs to the group."""
        return bool(
            re.search(self.case, difference.case)
            and re.search(self.place, difference.place)
            and re.search(self.ours, json.dumps(difference.ours, ensure_ascii=False))
        )


@cache
def intended() -> list[Intended]:
    """Return the groups of `intended.json`."""
    return [Intended(**each) for each in json.loads((Path(__file__).parent / "intended.json").read_text())]


def unmet(compared: dict[str, tuple[dict[str, Any], dict[str, Any]]]) -> list[Intended]:
    """Return the groups that match no difference. `compared` has our outcomes and theirs, by part."""
    found = [
        Difference(f"{part}/{case}", place, mine, other)
        for part, (ours, theirs) in compared.items()
        for case, expected in theirs.items()
        for place, mine, other in _walk(json.loads(json.dumps(ours.get(case, ABSENT))), expected, "")
    ]
    return [each for each in intended() if not any(each.matches(difference) for difference in found)]
