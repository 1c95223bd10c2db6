"""Run every case of `client.interactions` with the SDK of this repository and with an official release:

    python -m tools.conformance.interactions                       compare with the recorded release
    python -m tools.conformance.interactions --only 'call/input'   only the cases whose id matches this pattern
    python -m tools.conformance.interactions --record              record the outcomes, for `contract/test_conformance.py`

Exits with status 1 if a difference is not listed in `interactions_intended.json`, or if an entry there matches no difference.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from tools.conformance import golden, intended, interactions_cases, sides
from tools.conformance.intended import Intended
from tools.conformance.report import Report

CONTRACT = "3.6.1"
"""The release whose behaviour the contract describes: the releases of the other comparison have no interactions."""
RECORDED = golden.FOLDER / f"interactions-{CONTRACT}.json.gz"
INTENDED = Path(__file__).with_name("interactions_intended.json")


def main() -> int:
    """Compare, report, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.conformance.interactions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--official", default=CONTRACT, metavar="VERSION", help=f"release to compare with ({CONTRACT})")
    parser.add_argument("--only", default="", metavar="PATTERN", help="regular expression to search for in case ids")
    parser.add_argument("--json", action="store_true", help="report as JSON, with every unlisted difference")
    parser.add_argument("--record", action="store_true", help="record the official outcomes in contract/conformance/")
    options = parser.parse_args()
    if options.record and (options.only or options.official != CONTRACT):
        parser.error("--record needs all cases and the release of the contract; remove --only and --official")
    theirs = sides.official(options.official).python
    ours = Path(sys.executable)
    chosen = [case for case in interactions_cases.make() if re.search(options.only, case["id"])]
    outcomes = sides.outcomes([ours, theirs], chosen, "tools.conformance.interactions_runner")
    report = Report(Intended(CONTRACT, INTENDED))
    for key, outcome in outcomes[theirs].items():
        report.take(key, outcomes[ours][key], outcome)
    is_whole = not options.only and options.official == CONTRACT
    unmet = intended.unmet({CONTRACT: report.intended}, [CONTRACT]) if is_whole else []
    if options.json:
        print(json.dumps({**report.json(), "unmet": unmet}, indent=1, ensure_ascii=False))
    else:
        print(report.text({case["id"]: case for case in chosen}))
        if unmet:
            print("\nListed as intended, but not found:", *(f"    {reason}" for reason in unmet), sep="\n")
    if options.record:
        golden.write(RECORDED, {}, outcomes[theirs].items())
        print(f"recorded in {RECORDED.relative_to(sides.ROOT)}", file=sys.stderr)
    return 1 if report.unlisted or unmet else 0


if __name__ == "__main__":
    sys.exit(main())
