"""JSON Lines files as a source: one object a line, in bounded memory.

Columns are unified over all lines. Blank lines are skipped. A line that cannot be read is a `BadRow`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from .columns import ObservedSource
from .files import Format, identity_of
from .lines import read_lines
from .source import BadRow, chosen


class JsonlSource(ObservedSource):
    """The objects in one or more JSON Lines files."""

    def __init__(self, name: str, files: list[tuple[Path, Format]], row_limit_bytes: int) -> None:
        self.name = name
        self._files = files
        self._limit = row_limit_bytes

    def identity(self) -> dict[str, object]:
        return {"format": "jsonl", "files": identity_of([path for path, _ in self._files])}

    def rows(
        self,
        pending: Iterator[int] | None = None,
        *,
        columns: Sequence[str] | None = None,
        exact: bool = False,
    ) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        for ordinal, (path, number, line, is_complete) in chosen(self._lines(), pending):
            yield ordinal, self._row(path, number, line, is_complete)

    def _lines(self) -> Iterator[tuple[Path, int, bytes | None, bool]]:
        for path, form in self._files:
            for number, line, is_complete in read_lines(path, form.compression, self._limit):
                if line is None or (line and not line.isspace()):
                    yield path, number, line, is_complete

    def _row(self, path: Path, number: int, line: bytes | None, is_complete: bool) -> dict[str, Any] | BadRow:
        where = f"{path.name}, line {number}"
        if line is None:
            return BadRow(f"{where} is longer than {self._limit:,} bytes, the limit of a row.", where)
        try:
            row = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            return BadRow(
                f"{where} is not UTF-8: byte {error.start + 1} of the line is 0x{line[error.start]:02x}.", where
            )
        except json.JSONDecodeError as error:
            if is_complete:
                return BadRow(f"{where} is not JSON, from column {error.colno}: {error.msg}.", where)
            return BadRow(f"{where}, the last one, is cut: its JSON does not end.", where)
        except (ValueError, RecursionError) as error:
            kind = (
                "is nested too deeply"
                if isinstance(error, RecursionError)
                else "contains a number with too many digits"
            )
            return BadRow(f"{where} {kind}.", where)
        if not isinstance(row, dict):
            return BadRow(f'{where} contains {_kind(row)}; an object such as {{"text": "…"}} was expected.', where)
        return cast("dict[str, Any]", row)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return "a text"
    return "true or false" if isinstance(value, bool) else "a number"
