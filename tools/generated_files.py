"""Writes generated files, or reports those that are out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def update(files: Mapping[Path, str | bytes], surplus: Iterable[Path], *, is_check: bool) -> int:
    """Write the files that differ, and remove those that are no longer generated; return the exit code.

    Args:
      files: The content of each generated file.
      surplus: Files that exist and would not be generated.
      is_check: Whether to change nothing: print the names of these files instead, and return 1 if there are some.
    """
    content = {path: each.encode() if isinstance(each, str) else each for path, each in files.items()}
    stale = [path for path, each in content.items() if not path.exists() or path.read_bytes() != each]
    removed = list(surplus)
    if is_check:
        for path in stale + removed:
            print(f"{path.relative_to(ROOT)} is out of date; run `make gen`")
        return 1 if stale or removed else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[path])
    for path in removed:
        path.unlink()
    return 0
