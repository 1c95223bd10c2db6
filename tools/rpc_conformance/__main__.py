"""Compare the low-level client with the official release of `google-ai-generativelanguage`:

    python -m tools.rpc_conformance             compare with the release in an environment of its own
    python -m tools.rpc_conformance --record    record its behaviour in contract/generativelanguage/

Exits with status 1 if a difference is not listed in `intended.json`, or if an entry there matches no difference.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import metadata
from pathlib import Path

from benchmarks import environments
from benchmarks.environments import Environment

from . import comparing, running
from .comparing import ROOT

_SAME = ("google-api-core", "google-auth", "googleapis-common-protos", "grpcio", "proto-plus", "protobuf", "requests")
"""Packages that both sides have in the same version."""


def official() -> Environment:
    """Return an environment with the official release; it is installed if it does not exist."""
    environment = Environment(ROOT / ".cache" / "rpc_conformance" / f"official-{comparing.RELEASE}")
    same = [f"{name}=={metadata.version(name)}" for name in _SAME]
    wanted = [f"google-ai-generativelanguage=={comparing.RELEASE}", *same, "cryptography"]
    environments.install(environment, wanted, fresh=False)
    return environment


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="record the official outcomes")
    options = parser.parse_args()
    theirs_python, ours_python = official().python, Path(sys.executable)
    compared = {}
    unlisted = []
    for part in running.RECORDED_PARTS:
        theirs, ours = (running.outcomes(python, part) for python in (theirs_python, ours_python))
        if options.record:
            comparing.record(part, theirs)
        compared[part] = (ours, theirs)
        unlisted += comparing.differences(part, ours, theirs)
        print(f"{part}: {len(theirs)} cases", file=sys.stderr)
    unmet = comparing.unmet(compared)
    for each in unlisted:
        print(each)
    for entry in unmet:
        print(f"intended.json: no difference matches {json.dumps(entry._asdict())}")
    return 1 if unlisted or unmet else 0


if __name__ == "__main__":
    sys.exit(main())
