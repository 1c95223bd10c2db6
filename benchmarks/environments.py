"""The two virtual environments that are compared: the official distributions from the package index, and this
repository's packages with exactly the same versions of all other packages."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
FOLDER = REPOSITORY / ".bench"
DISTRIBUTIONS = {"google-genai": "[aiohttp,local-tokenizer]", "google-ai-generativelanguage": ""}
"""The distributions that are compared, with the extras that are installed."""


@dataclass(frozen=True)
class Environment:
    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @cached_property
    def versions(self) -> dict[str, str]:
        """Installed distributions and their versions, by name."""
        listed = run_pip(self, "list", "--format=json", "--disable-pip-version-check")
        return {entry["name"]: entry["version"] for entry in json.loads(listed)}


def prepare(fresh: bool) -> tuple[Environment, Environment]:
    """Return the official environment and ours, and install them if necessary. `fresh` reinstalls both, so that the
    official one is the newest release."""
    official = Environment(FOLDER / "official")
    install(official, [f"{name}{extras}" for name, extras in DISTRIBUTIONS.items()], fresh)
    others = sorted(
        f"{name}=={version}"
        for name, version in official.versions.items()
        if name not in (*DISTRIBUTIONS, "pip", "setuptools")
    )
    ours = Environment(FOLDER / "ours")
    sources = [REPOSITORY / "packages" / name for name in DISTRIBUTIONS]
    editable = [
        argument
        for source, extras in zip(sources, DISTRIBUTIONS.values(), strict=True)
        for argument in ("--editable", f"{source}{extras}")
    ]
    install(ours, [*editable, *others], fresh, built_from=[source / "pyproject.toml" for source in sources])
    for folder in (*(source / "src" for source in sources), HERE):
        subprocess.run([ours.python, "-m", "compileall", "-q", folder], check=True)
    return official, ours


def install(environment: Environment, requirements: list[str], fresh: bool, built_from: Sequence[Path] = ()) -> None:
    """Create an environment with the requirements, unless the existing one was created with the same requirements."""
    receipt = environment.folder / "installed.json"
    wanted = json.dumps([sys.version, requirements, [path.read_text() for path in built_from]])
    if not fresh and receipt.exists() and receipt.read_text() == wanted:
        return
    print(f"installing {environment.folder.name} ...", file=sys.stderr, flush=True)
    shutil.rmtree(environment.folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", environment.folder], check=True)
    run_pip(environment, "install", "--quiet", "--disable-pip-version-check", *requirements)
    receipt.write_text(wanted)


def run_pip(environment: Environment, *arguments: str) -> str:
    command = [str(environment.python), "-m", "pip", *arguments]
    finished = subprocess.run(
        command, cwd=environment.folder, env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True
    )
    if finished.returncode:
        raise SystemExit(f"pip {' '.join(arguments)}\n{finished.stderr.strip()}")
    return finished.stdout
