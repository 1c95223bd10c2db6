"""Messages, docstrings and comments of the package are in plain English, by the rules of `tools.plain_english`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.plain_english import faults

import genai_local

SOURCE = Path(genai_local.__file__).parent
PACKAGE = SOURCE.parent.parent


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module(path):
    assert faults(path) == []


@pytest.mark.parametrize(
    "path", [PACKAGE / "README.md", *sorted(Path(__file__).parent.glob("*.py"))], ids=lambda path: path.name
)
def test_the_readme_and_the_tests(path):
    assert faults(path) == []


def test_a_banned_turn_is_found(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(f'raise ValueError("x is {"no"} name.")\n')
    [fault] = faults(path)
    assert 'module.py:1: "is no": write' in fault
