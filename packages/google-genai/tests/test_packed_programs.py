"""Programs packed into a folder of their own find every module of the SDK, although it loads most of them by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

pytestmark = pytest.mark.heavy
_PROGRAM = Path(__file__).parent / "programs/packed.py"
_PACKAGE = Path(__file__).parents[1]
_PACKERS: dict[str, tuple[str, list[str], str]] = {
    "PyInstaller": ("pyinstaller>=6.10", ["-m", "PyInstaller", "--noconfirm", str(_PROGRAM)], "dist/packed/packed"),
    "cx_Freeze": (
        "cx_Freeze>=8",
        ["-m", "cx_Freeze", "build_exe", "--script", str(_PROGRAM), "--build-exe", "out", "--packages", "google.genai"],
        "out/packed",
    ),
}
"""What to install, the arguments of Python that pack the program, and the path of the result."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the SDK installed from a wheel, as users have it, and the packers."""
    place = tmp_path_factory.mktemp("environment")
    _run([sys.executable, "-m", "venv", str(place)])
    python = place / "bin/python"
    _run(
        [str(python), "-m", "pip", "install", "-q", f"{_PACKAGE}[aiohttp]", *(name for name, _, _ in _PACKERS.values())]
    )
    return python


@pytest.mark.parametrize("packer", list(_PACKERS))
def test_a_packed_program_runs(packer: str, python: Path, gemini: ScriptedGemini, tmp_path: Path) -> None:
    _, arguments, packed = _PACKERS[packer]
    _run([str(python), *arguments], tmp_path)
    gemini.on("first").reply("one")
    gemini.on("second").reply("two")
    gemini.on("third").reply("three")
    gemini.on("fourth").reply("four")
    assert _run([str(tmp_path / packed), gemini.url], tmp_path).split() == ["one", "two", "files", "three", "four"]


def _run(command: list[str], folder: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=580
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout
