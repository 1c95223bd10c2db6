"""The fingerprint of a run: what a journal belongs to, and how two of them differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
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
        if old == new:
            continue
        if name == "files" and isinstance(old, list) and isinstance(new, list):
            found[name] = _changed_files(cast("list[Any]", old), cast("list[Any]", new))
        else:
            found[name] = f"was {_shown(old)}, is {_shown(new)}"
    return found


def _changed_files(old: list[Any], new: list[Any]) -> str:
    """Return what differs between two lists of files, or of columns with files."""
    if not all(isinstance(each, Mapping) and "mtime_ns" in each for each in [*old, *new]):
        return f"was {_shown(old)}, is {_shown(new)}"
    if len(old) != len(new):
        return f"was {len(old)} files, is {len(new)}"
    before, after = next((one, other) for one, other in zip(old, new, strict=True) if one != other)
    return f"was {_file(before)}, is {_file(after)}"


def _file(known: Mapping[str, Any]) -> str:
    changed = datetime.fromtimestamp(known["mtime_ns"] / 1e9).astimezone()
    return f"{known['name']} with {known['size']:,} bytes, changed at {changed:%Y-%m-%d %H:%M:%S.%f}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:197]}..."
