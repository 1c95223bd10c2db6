"""The Python blocks of the README run unchanged."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
TESTS = [block for block in BLOCKS if "def test_" in block]
PROGRAMS = [block for block in BLOCKS if "def test_" not in block]


def has_client() -> bool:
    try:
        return importlib.util.find_spec("google.genai.client") is not None
    except ModuleNotFoundError:
        return False


def test_there_are_blocks():
    assert TESTS
    assert PROGRAMS


@pytest.mark.skipif(not has_client(), reason="no google-genai client is installed")
@pytest.mark.parametrize("block", TESTS)
def test_tests_of_the_readme(block, tmp_path):
    (tmp_path / "test_readme.py").write_text(block)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", PROGRAMS)
def test_programs_of_the_readme(block):
    done = subprocess.run([sys.executable, "-W", "error", "-c", block], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "gemini-2.5-flash" in done.stdout
