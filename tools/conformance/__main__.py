"""Run every case with the SDK of this repository and with official releases, and report each difference:

    python -m tools.conformance                        compare with all releases of `releases.py`
    python -m tools.conformance --official 3.4.0       compare with one release
    python -m tools.conformance --only 'models.get/'   only the cases whose id matches this pattern
    python -m tools.conformance --case ID              one case against the recorded outcomes, without the releases
    python -m tools.conformance --record               record the outcomes, for `contract/test_conformance.py`

Exits with status 1 if a difference is not listed in `intended.json`, or if an entry there matches no difference.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.conformance import cases, golden, intended, sides
from tools.conformance.intended import Intended
from tools.conformance.releases import BASES, RELEASES
from tools.conformance.report import Report
from tools.conformance.sides import ROOT

_PROGRAM = "tools.conformance"


def main() -> int:
    """Compare, report, and return the exit status."""
    options = _options()
    releases = options.official or list(RELEASES)
    if options.case:
        return _one_case(options.case, [release for release in releases if golden.path_of(release).exists()])
    reports = {release: _compared(release, options.only, record=options.record) for release in releases}
    unmet = [] if options.only else intended.unmet({name: one[0].intended for name, one in reports.items()}, RELEASES)
    if options.json:
        found = {release: report.json() for release, (report, _) in reports.items()}
        print(json.dumps({"releases": found, "unmet": unmet}, indent=1, ensure_ascii=False))
    else:
        print("\n\n".join(report.text(of_release, release) for release, (report, of_release) in reports.items()))
        if unmet:
            print("\nListed as intended, but not found:", *(f"    {reason}" for reason in unmet), sep="\n")
    return 1 if unmet or any(report.unlisted for report, _ in reports.values()) else 0


def _one_case(case_id: str, releases: list[str]) -> int:
    from tools.conformance import single  # imports the SDK; nothing else here does

    text, all_intended = single.check(case_id, releases)
    print(text)
    return 0 if all_intended else 1


def _compared(release: str, only: str, *, record: bool) -> tuple[Report, dict[str, cases.Case]]:
    """Return the report of a comparison with one release, and its cases by id."""
    official = sides.official(release)
    ours = Path(sys.executable)
    inventories = {python: _inventory(python) for python in (ours, official.python)}
    both_have = set.intersection(*(set(found["methods"]) for found in inventories.values()))
    without_entry = sorted(both_have - {method.name for method in cases.METHODS})
    if without_entry:
        missing = f"tools/conformance/table.py has no entry for {', '.join(without_entry)}"
        if release in RELEASES:
            raise SystemExit(missing)
        print(f"{missing}; not compared", file=sys.stderr)
    chosen = [case for case in cases.make(inventories[official.python]) if re.search(only, case["id"])]
    outcomes = sides.outcomes([ours, official.python], chosen, f"{_PROGRAM}.runner")
    report = Report(Intended(release))
    if not only:
        report.take_inventories(inventories[ours], inventories[official.python])
    for key, theirs in outcomes[official.python].items():
        report.take(key, outcomes[ours][key], theirs)
    if record and release in BASES:
        base = golden.of(base_name) if (base_name := BASES[release]) else None
        golden.write(golden.path_of(release), inventories[official.python], outcomes[official.python].items(), base)
        print(f"recorded in {golden.path_of(release).relative_to(ROOT)}", file=sys.stderr)
    return report, {case["id"]: case for case in chosen}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m {_PROGRAM}", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--official", action="append", metavar="VERSION", help=f"release to compare with (all of {', '.join(RELEASES)})"
    )
    parser.add_argument("--only", default="", metavar="PATTERN", help="regular expression to search for in case ids")
    parser.add_argument("--case", metavar="ID", help="run this one case, and compare with the recorded outcomes")
    parser.add_argument("--json", action="store_true", help="report as JSON, with every unlisted difference")
    parser.add_argument(
        "--record", action="store_true", help=f"record the outcomes of {' and '.join(BASES)} in contract/conformance/"
    )
    options = parser.parse_args()
    if options.record and options.only:
        parser.error("--record needs all cases; remove --only")
    if options.case and (options.only or options.record or options.json):
        parser.error("--case runs one case and prints text; remove --only, --record and --json")
    return options


def _inventory(python: Path) -> dict[str, Any]:
    nouns = sorted({method.name.rpartition(".")[0] for method in cases.METHODS})
    command = [str(python), "-m", f"{_PROGRAM}.inventory", *nouns, "--", *cases.roots()]
    return json.loads(
        subprocess.run(command, cwd=ROOT, env=sides.environment(), stdout=subprocess.PIPE, check=True).stdout
    )


if __name__ == "__main__":
    sys.exit(main())
