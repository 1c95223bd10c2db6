"""The comparison of one case with the recorded outcomes of a release: the case, our outcomes, and the differences."""

from __future__ import annotations

import difflib
import json
from typing import Any

from tools.conformance import cases, compare, golden, runner
from tools.conformance.intended import Intended, as_text


def check(case_id: str, releases: list[str]) -> tuple[str, bool]:
    """Run one case with the SDK of this interpreter, and compare it with the outcomes of each release that has recorded it. Return a
    report, and whether every difference is intended.

    Raises `SystemExit` if no release has recorded a case with this id.
    """
    recorded = {release: kept for release in releases if case_id in (kept := golden.of(release)).cases}
    if not recorded:
        known = {name for release in releases for name in golden.of(release).cases}
        nearest = difflib.get_close_matches(case_id, known, 5)
        raise SystemExit("\n    ".join([f"no case has the id {case_id!r}; the nearest ids:", *nearest]))
    reports = [_compared(case_id, release, kept) for release, kept in recorded.items()]
    return "\n\n".join(text for text, _ in reports), all(all_intended for _, all_intended in reports)


def _compared(case_id: str, release: str, kept: golden.Golden) -> tuple[str, bool]:
    case = next(each for each in cases.make(kept.inventory) if each["id"] == case_id)
    intended = Intended(release)
    lines = [f"case {case_id}", _pretty({key: value for key, value in case.items() if key != "id"})]
    all_intended = True
    for _, backend, colour, ours in runner.run([case]):
        theirs = kept.outcome((case_id, backend, colour))
        found = compare.differences(ours, theirs)
        lines += ["", f"{backend} {colour}: {'differs from' if found else 'same as'} {release}"]
        for difference in found:
            reason = intended.reason(case_id, backend, difference)
            all_intended = all_intended and reason is not None
            lines += [
                f"    {difference.kind} {difference.path}",
                f"        ours      {as_text(difference.ours)}",
                f"        theirs    {as_text(difference.theirs)}",
                f"        intended  {reason or 'no'}",
            ]
        lines += ["    outcome", _pretty(ours, "        ")]
    return "\n".join(lines), all_intended


def _pretty(value: Any, indent: str = "    ") -> str:
    return "\n".join(indent + line for line in json.dumps(value, indent=2, ensure_ascii=False).splitlines())
