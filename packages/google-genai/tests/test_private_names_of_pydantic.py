"""Each private name of pydantic that the SDK uses is in the table of `docs/explanation/pydantic.md`, and each guard exists."""

from __future__ import annotations

import re
from pathlib import Path

import google.genai

_ROOT = Path(__file__).parents[3]
_PAGE = _ROOT / "docs/explanation/pydantic.md"
_PRIVATE = re.compile(r"__(?:get_)?pydantic_\w+__|\b_use_prebuilt\b|pydantic\._internal[\w.]*")


def test_the_page_lists_every_private_name_in_use() -> None:
    used = {name for path in Path(google.genai.__file__).parent.rglob("*.py") for name in _names(path)}
    assert used == _names(_PAGE)
    assert len(used) > 5


def test_the_guards_exist() -> None:
    guards = set(re.findall(r"`((?:contract/)?test_\w+\.py)`", _PAGE.read_text()))
    places = (_ROOT, Path(__file__).parent)
    assert guards
    assert [guard for guard in guards if not any((place / guard).exists() for place in places)] == []


def _names(path: Path) -> set[str]:
    return set(_PRIVATE.findall(path.read_text()))
