"""Runs `observing` in an environment of either side."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import files
from .comparing import ROOT

RECORDED_PARTS = ("surface", "messages", "emit", "calls", "programs", "construction")
_ARGUMENTS = {"emit": "1 1"}
_LIMIT_S = 300


def outcomes(python: Path, part: str, argument: str | None = None) -> Any:
    """Return what an environment does in a part.

    Args:
      python: Interpreter of the environment.
      argument: Argument of the part; by default the one that the recorded outcomes were made with.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        variables = files.write(folder) if part == "construction" else {}
        given = argument if argument is not None else _ARGUMENTS.get(part, str(folder))
        command = [str(python), "-m", "tools.rpc_conformance.observing", part, str(folder / "outcomes"), given]
        inherited = {
            name: value for name, value in os.environ.items() if name != "PYTHONPATH" and "proxy" not in name.lower()
        }
        finished = subprocess.run(
            command, cwd=ROOT, env={**inherited, **variables}, timeout=_LIMIT_S, capture_output=True, text=True
        )
        if finished.returncode:
            raise RuntimeError(f"{part}: {finished.stderr[-3000:]}")
        return json.loads((folder / "outcomes").read_text())
