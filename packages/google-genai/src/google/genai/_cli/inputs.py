"""Files with many inputs: JSON Lines with one prompt, one request or one example each, and plain text lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .exits import Failure

_MOST_LINES = 1_000_000


def read_lines(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file, or of stdin for `-`, with their numbers; empty lines are left out."""
    if source == "-":
        text = sys.stdin.read()
    else:
        try:
            text = Path(source).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise Failure(f"{source}: expected UTF-8 text.") from None
        except OSError as error:
            raise Failure(f"{source}: {error.strerror}.") from error
    found = False
    for number, line in enumerate(text.splitlines(), 1):
        if number > _MOST_LINES:
            raise Failure(f"{source}: it has more than {_MOST_LINES} lines.")
        if line.strip():
            found = True
            yield number, line
    if not found:
        raise Failure(f"{source}: it is empty.")


def read_rows(source: str) -> list[Any]:
    """Return the JSON value of each line. A source that does not end in `.jsonl` may have text lines, each one a row."""
    must_be_json = source.endswith((".jsonl", ".ndjson"))
    rows: list[Any] = []
    for number, line in read_lines(source):
        if not must_be_json and not line.lstrip().startswith("{"):
            rows.append(line)
            continue
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise Failure(f"{source}, line {number}: invalid JSON: {error}.") from None
    return rows
