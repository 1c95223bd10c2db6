"""Compare `LocalTokenizer` with the official one, on the cases of `cases.py` and a small model:

    python -m tools.tokenizer_conformance             compare with the release in an environment of its own
    python -m tools.tokenizer_conformance --record    record its behaviour in contract/local_tokenizer/

Exits with status 1 if a difference is not one of the intended ones in `comparing.py`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import environments
from benchmarks.environments import Environment

from . import comparing, model
from .cases import all_cases

_ROOT = Path(__file__).parents[2]
_PACKAGES = (f"google-genai=={comparing.RELEASE}", "sentencepiece==0.2.0", "protobuf")
"""The official package calls a method that later releases of sentencepiece do not have."""


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="record the official outcomes")
    options = parser.parse_args()
    environment = Environment(_ROOT / ".cache" / "tokenizer_conformance" / f"official-{comparing.RELEASE}")
    environments.install(environment, _PACKAGES, fresh=False)
    cases = all_cases()
    with tempfile.TemporaryDirectory() as folder:
        trained = model.train(Path(folder) / "small.model")
        done = subprocess.run(
            [environment.python, Path(__file__).with_name("running.py"), trained],
            input=json.dumps([case._asdict() for case in cases]),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=300,
        )
        theirs = dict(zip([case.name for case in cases], json.loads(done.stdout), strict=True))
        ours = comparing.ours(trained, cases)
    if options.record:
        comparing.record(theirs)
    differences = comparing.differences(ours, theirs)
    print("\n".join(differences) or f"{len(cases)} cases without an unexpected difference")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
