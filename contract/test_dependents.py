"""Names of `google.genai` that packages use, and that came after release 1.51.0 or are not documented, from `dependents.json`."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from google import genai

_NAMES: dict[str, list[str]] = json.loads((Path(__file__).parent / "dependents.json").read_text())
"""Names below `google.genai`, by package and version."""


def _resolved(name: str) -> Any:
    """Return the object with a dotted name, importing the modules on the way as an import statement does."""
    found: Any = genai
    path = genai.__name__
    for part in name.split("."):
        path = f"{path}.{part}"
        if not hasattr(found, part):
            importlib.import_module(path)
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("package", list(_NAMES))
def test_every_name_that_a_package_uses_exists(package: str) -> None:
    for name in _NAMES[package]:
        assert _resolved(name) is not None, name
