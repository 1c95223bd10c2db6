"""The two sides of a comparison: an environment with an official release, and the outcomes of cases in each interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import environments
from benchmarks.environments import Environment
from tools.conformance.compare import Outcome
from tools.conformance.report import Key

ROOT = Path(__file__).resolve().parents[2]
_MCP = "mcp==1.22.0"
"""The library for tool servers, in the same version for both sides."""
_LIMIT_S = 1800


def official(version: str) -> Environment:
    """Return an environment with an official release; it is installed if it does not exist."""
    environment = Environment(ROOT / ".cache" / "conformance" / f"official-{version}")
    environments.install(environment, [f"google-genai[aiohttp]=={version}", "pillow", _MCP], fresh=False)
    return environment


def outcomes(pythons: list[Path], chosen: list[dict[str, Any]], program: str) -> dict[Path, dict[Key, Outcome]]:
    """Return the outcomes of all cases, by interpreter. `program` is the module that runs them; the interpreters run in parallel."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "cases"
        given.write_text("".join(json.dumps(case) + "\n" for case in chosen))
        made = {python: Path(folder) / f"outcomes-{number}" for number, python in enumerate(pythons)}
        running = {
            python: subprocess.Popen([str(python), "-m", program, str(given), str(file)], cwd=ROOT, env=environment())
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


def environment() -> dict[str, str]:
    """Return the environment without the variable that would shadow the packages of an interpreter."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
