"""The fingerprint of a run: what a journal belongs to, and how two of them differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast


def differences(kept: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, str]:
    """Return what differs between the fingerprints of two runs: names such as `request.model`, and a sentence for each."""
    found: dict[str, str] = {}
    for name in sorted({*kept, *own}):
        old, new = kept.get(name), own.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            inner = (
                differences(cast("Mapping[str, Any]", old), cast("Mapping[str, Any]", new)) if name != "config" else {}
            )
            found.update({f"{name}.{key}": text for key, text in inner.items()})
            if inner or old == new:
                continue
        if old != new:
            found[name] = f"was {_shown(old)}, is {_shown(new)}"
    return found


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:197]}..."
