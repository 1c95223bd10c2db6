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
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import environments
from benchmarks.environments import Environment
from tools.conformance import cases, golden
from tools.conformance.compare import Outcome
from tools.conformance.report import Key, Report

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = "1.51.0"
"""The release whose behaviour the contract describes, and to which `intended.json` refers."""
_PROGRAM = "tools.conformance"
_MCP = "mcp==1.22.0"
"""The library for tool servers, in the same version for both sides."""
_LIMIT_S = 900


def main() -> int:
    """Compare, report, and return the exit status."""
    options = _options()
    if options.case:
        from tools.conformance import single  # imports the SDK; nothing else here does

        text, all_intended = single.check(options.case, options.official)
        print(text)
        return 0 if all_intended else 1
    official = _official(options.official)
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
    outcomes = _outcomes([ours, official.python], chosen)
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


def _official(version: str) -> Environment:
    environment = Environment(ROOT / ".cache" / "conformance" / f"official-{version}")
    environments.install(environment, [f"{environments.DISTRIBUTION}[aiohttp]=={version}", "pillow", _MCP], fresh=False)
    return environment


def _inventory(python: Path) -> dict[str, Any]:
    nouns = sorted({method.name.rpartition(".")[0] for method in cases.METHODS})
    command = [str(python), "-m", f"{_PROGRAM}.inventory", *nouns, "--", *cases.roots()]
    return json.loads(subprocess.run(command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, check=True).stdout)


def _outcomes(pythons: list[Path], chosen: list[cases.Case]) -> dict[Path, dict[Key, Outcome]]:
    """Return the outcomes of all cases, by interpreter; the interpreters run in parallel."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "cases"
        given.write_text("".join(json.dumps(case) + "\n" for case in chosen))
        made = {python: Path(folder) / f"outcomes-{number}" for number, python in enumerate(pythons)}
        running = {
            python: subprocess.Popen(
                [str(python), "-m", f"{_PROGRAM}.runner", str(given), str(file)], cwd=ROOT, env=_environment()
            )
            for python, file in made.items()
        }
        try:
            for python, process in running.items():
                if process.wait(_LIMIT_S):
                    raise SystemExit(f"{python} did not finish the cases; its error output is above")
        finally:
            for process in running.values():
                process.kill()
                process.wait()
        return {python: dict(_read(file)) for python, file in made.items()}


def _read(file: Path) -> Iterator[tuple[Key, Outcome]]:
    with file.open() as lines:
        for line in lines:
            case_id, backend, colour, outcome = json.loads(line)
            yield (case_id, backend, colour), outcome


def _environment() -> dict[str, str]:
    """Return the environment without the variable that would shadow the packages of an interpreter."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


if __name__ == "__main__":
    sys.exit(main())
