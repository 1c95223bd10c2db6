"""Mappings in memory, or that a program makes one by one, as a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from ..errors import BulkError
from .columns import ObservedSource
from .source import BadRow, chosen


class IterableSource(ObservedSource):
    """Rows that are mappings. An iterator can be read once, any other iterable again."""

    def __init__(self, name: str, items: Iterable[object]) -> None:
        self.name = name
        self._items = items
        self.is_repeatable = iter(items) is not items

    def identity(self) -> dict[str, object]:
        identity: dict[str, object] = {"format": "rows"}
        if isinstance(self._items, Sequence):
            identity["rows"] = len(self._items)
        return identity

    def rows(
        self,
        pending: Iterator[int] | None = None,
        *,
        columns: Sequence[str] | None = None,
        exact: bool = False,
    ) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        for ordinal, item in chosen(self._items, pending):
            yield ordinal, self._row(ordinal, item)

    def _observed_rows(self) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        for ordinal, row in super()._observed_rows():
            if ordinal == 0 and isinstance(row, BadRow):
                raise BulkError(f"{row.reason} Give an iterable of dicts, one a row.")
            yield ordinal, row

    def _row(self, ordinal: int, item: object) -> dict[str, Any] | BadRow:
        if isinstance(item, Mapping):
            row = dict(cast("Mapping[Any, Any]", item))
            if all(isinstance(name, str) for name in row):
                return row
            wrong = next(name for name in row if not isinstance(name, str))
            found = f"has the column {wrong!r}, which is not text"
        else:
            found = f"is {type(item).__name__!r}, not a dict"
        where = f"{self.name}, row {ordinal}"
        return BadRow(f"{where} {found}.", where)
