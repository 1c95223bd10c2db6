"""Print what an official release has that this repository, or another release, does not have:

    python -m tools.level 3.7.0                   compared with this repository
    python -m tools.level 3.7.0 --than 3.6.1      compared with another release
    python -m tools.level 3.7.0 --no-places       names and methods only; the places of new fields take minutes

Each release is installed from the package index into an environment of its own, and observed from outside.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tools.conformance import sides
from tools.level.additions import sections
from tools.level.places import places
from tools.level.surface import Surface


def main() -> int:
    """Print the sections, and return 0."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.level", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("release", help="version of the newer release")
    parser.add_argument("--than", metavar="VERSION", help="release to compare with (this repository)")
    parser.add_argument("--no-places", action="store_true", help="do not send the new fields")
    options = parser.parse_args()
    python = sides.official(options.release).python
    newer = _surface(python)
    older = _surface(sides.official(options.than).python if options.than else Path(sys.executable))
    print(f"google-genai {newer['version']} compared with {options.than or 'this repository'}")
    found = list(sections(newer, older))
    if not options.no_places:
        found.append(("places of new fields", places(python, newer["reached"], older["reached"])))
    for title, lines in found:
        print(f"\n{title}: {len(lines)}", *(f"    {line}" for line in lines), sep="\n")
    return 0


def _surface(python: Path) -> Surface:
    printed = subprocess.run(
        [python, "-W", "ignore", "-m", "tools.level.surface"],
        cwd=sides.ROOT,
        env=sides.environment(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(printed.stdout)


if __name__ == "__main__":
    sys.exit(main())
