"""The local tokenizer compared with the recorded behaviour of the official one: `python -m tools.tokenizer_conformance --record`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent


def _tool(name: str) -> Any:
    """Return a module of the tool, which does not belong to an installed package."""
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    return importlib.import_module(f"tools.tokenizer_conformance.{name}")


def test_counts_and_tokens_are_those_of_the_official_release(tmp_path: Path) -> None:
    cases, comparing, model = map(_tool, ("cases", "comparing", "model"))
    theirs = comparing.recorded()
    ours = comparing.ours(model.train(tmp_path / "small.model"), cases.all_cases())
    assert len(theirs) > 300
    assert comparing.differences(ours, theirs) == []


def test_a_difference_is_noticed() -> None:
    comparing = _tool("comparing")
    theirs = comparing.recorded()
    changed = {**theirs, "text/0": {"total": -1}, "calls/0": {"total": -1, "tokens": []}}
    lines = comparing.differences(changed, theirs)
    assert [line.partition(":")[0] for line in lines[:2]] == ["calls/0", "text/0"]
    assert "INTENDED['json schema/'] matches no difference" in lines
