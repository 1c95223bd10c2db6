"""Run every case with the SDK of this repository and with an official release, and report each difference:

    python -m tools.conformance                        compare with the release of the contract
    python -m tools.conformance --official 3.4.0       compare with another release
    python -m tools.conformance --only 'models.get/'   only the cases whose id matches this pattern
    python -m tools.conformance --case ID              one case against the recorded outcomes, without the release
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

from tools.conformance import cases, golden, sides
from tools.conformance.report import Report
from tools.conformance.sides import ROOT

CONTRACT = "1.51.0"
"""The release whose behaviour the contract describes, and to which `intended.json` refers."""
_PROGRAM = "tools.conformance"


def main() -> int:
    """Compare, report, and return the exit status."""
    options = _options()
    if options.case:
        from tools.conformance import single  # imports the SDK; nothing else here does

        text, all_intended = single.check(options.case, options.official)
        print(text)
        return 0 if all_intended else 1
    official = sides.official(options.official)
    ours = Path(sys.executable)
    inventories = {python: _inventory(python) for python in (ours, official.python)}
    both_have = set.intersection(*(set(found["methods"]) for found in inventories.values()))
    without_entry = sorted(both_have - {method.name for method in cases.METHODS})
    if without_entry:
        missing = f"tools/conformance/table.py has no entry for {', '.join(without_entry)}"
        if options.official == CONTRACT:
            raise SystemExit(missing)
        print(f"{missing}; not compared", file=sys.stderr)
    chosen = [case for case in cases.make(inventories[official.python]) if re.search(options.only, case["id"])]
    outcomes = sides.outcomes([ours, official.python], chosen, f"{_PROGRAM}.runner")
    report = Report()
    if not options.only:
        report.take_inventories(inventories[ours], inventories[official.python])
    for key, theirs in outcomes[official.python].items():
        report.take(key, outcomes[ours][key], theirs)
    whole = not options.only and options.official == CONTRACT
    unmet = report.intended.unmet() if whole else []
    if options.json:
        print(json.dumps(report.json(unmet), indent=1, ensure_ascii=False))
    else:
        print(report.text({case["id"]: case for case in chosen}, unmet))
    if options.record:
        golden.write(golden.path_of(options.official), inventories[official.python], outcomes[official.python].items())
        print(f"recorded in {golden.path_of(options.official).relative_to(ROOT)}", file=sys.stderr)
    return 1 if report.unlisted or unmet else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m {_PROGRAM}", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--official", default=CONTRACT, metavar="VERSION", help=f"release to compare with ({CONTRACT})")
    parser.add_argument("--only", default="", metavar="PATTERN", help="regular expression to search for in case ids")
    parser.add_argument("--case", metavar="ID", help="run this one case, and compare with the recorded outcomes")
    parser.add_argument("--json", action="store_true", help="report as JSON, with every unlisted difference")
    parser.add_argument("--record", action="store_true", help="record the official outcomes in contract/conformance/")
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
