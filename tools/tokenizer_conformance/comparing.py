"""The recorded outcomes, the outcomes here, and the differences between them that are intended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .cases import Case
from .running import outcome

RELEASE = "1.51.0"
RECORDED = Path(__file__).parents[2] / "contract" / "local_tokenizer" / f"official-{RELEASE}.json"

INTENDED = {
    "calls/": "compute_tokens lists all texts of function calls and results with their roles; the official one cuts the list off "
    "after as many texts as there are parts, and its roles may be those of other texts",
    "json schema/": "JSON Schemas are counted like a Schema with the same content; the official tokenizer ignores them",
}
"""Prefixes of names of cases that may differ, and the reason."""


def ours(model: Path, cases: list[Case]) -> dict[str, Any]:
    """Return the outcomes of the tokenizer here by the names of the cases."""
    from google.genai.local_tokenizer import LocalTokenizer

    tokenizer = LocalTokenizer("gemini-2.5-flash", tokenizer=model)
    return {case.name: outcome(tokenizer, case.contents, case.config) for case in cases}


def record(theirs: dict[str, Any]) -> None:
    """Write the official outcomes, one case a line."""
    RECORDED.parent.mkdir(exist_ok=True)
    lines = [f"{json.dumps(name)}: {json.dumps(each, separators=(',', ':'))}" for name, each in theirs.items()]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def recorded() -> dict[str, Any]:
    """Return the recorded outcomes by the names of the cases."""
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Return a line for each case whose outcomes differ, and for each reason in `INTENDED` that matches no difference."""
    lines: list[str] = []
    used: set[str] = set()
    for name in ours.keys() | theirs.keys():
        one, other = ours.get(name), theirs.get(name)
        if one == other:
            continue
        reason = next((prefix for prefix in INTENDED if name.startswith(prefix)), None)
        if reason is not None:
            used.add(reason)
        if reason is None or (reason == "calls/" and (one or {}).get("total") != (other or {}).get("total")):
            lines.append(f"{name}: {one} here, {other} there")
    return sorted(lines) + [f"INTENDED[{reason!r}] matches no difference" for reason in INTENDED.keys() - used]
