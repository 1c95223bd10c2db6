"""The columns of rows that carry no schema: one Arrow type per column, unified over all rows.

Columns that mix types, integers above 64 bits and free objects become JSON text (`values.JSON_MARK`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from ..errors import BulkError
from .arrow import pa
from .source import BadRow, Source
from .values import JSON_MARK

_COLUMNS: Final = 2_000
_FIELDS: Final = 200
"""An object with more names than that is data rather than a structure."""
_DEPTH: Final = 16

_BOOL, _INT, _WIDE, _BIG, _FLOAT, _TEXT, _LIST, _OBJECT, _BYTES, _TIME, _ZONED, _DATE, _OTHER = (
    1 << bit for bit in range(13)
)
"""Kinds of values, as bits. `_WIDE`: integers that a float cannot hold; `_BIG`: integers above 64 bits."""

_EXACT: Final = 2**53
_KINDS: Final[Mapping[type, int]] = {
    bool: _BOOL,
    float: _FLOAT,
    str: _TEXT,
    list: _LIST,
    tuple: _LIST,
    dict: _OBJECT,
    bytes: _BYTES,
    datetime.date: _DATE,
}
_FLAT: Final = frozenset({bool, float, str, type(None)})


class Columns:
    """The columns seen so far, in the order of their first appearance."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._types: dict[str, _Seen] = {}

    def observe(self, row: Mapping[str, Any]) -> None:
        """Take note of one row."""
        types = self._types
        for name, value in row.items():
            seen = types.get(name)
            if seen is None:
                if len(types) >= _COLUMNS:
                    raise BulkError(
                        f"{self._source} has more than {_COLUMNS} columns, the last one {name!r}. "
                        "Rows need the same names: put values with free names into one column."
                    )
                seen = types[name] = _Seen()
            seen.observe(value, 0)

    def schema(self) -> Any:
        """Return the `pyarrow.Schema` that all rows fit."""
        return pa.schema([seen.field(name) for name, seen in self._types.items()])


class ObservedSource(Source):
    """A source whose columns are known when all its rows have been read."""

    def _observed_rows(self) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        columns = Columns(self.name)
        count = 0
        for ordinal, row in self.rows():
            if not isinstance(row, BadRow):
                columns.observe(row)
            count = ordinal + 1
            yield ordinal, row
        self.columns, self.count = columns.schema(), count


class _Seen:
    """What one column, one field or the items of one list have held."""

    __slots__ = ("fields", "items", "kinds")

    def __init__(self) -> None:
        self.kinds = 0
        self.items: _Seen | None = None
        self.fields: dict[str, _Seen] = {}

    def observe(self, value: Any, depth: int) -> None:
        if value is None:
            return
        kind = _KINDS.get(cast("type[object]", type(value))) or _kind_of(value)
        self.kinds |= kind
        if kind == _LIST:
            if self.items is None:
                self.items = _Seen()
            self.items.observe_all(cast("list[Any]", value), depth + 1)
        elif kind == _OBJECT:
            self.observe_object(value, depth + 1)

    def observe_all(self, values: list[Any], depth: int) -> None:
        """Observe the items of a list; long lists of numbers, such as embeddings, cost little."""
        kinds = set(map(type, values))
        if kinds <= _FLAT:
            for kind in kinds:
                self.kinds |= _KINDS.get(kind, 0)
        elif depth > _DEPTH:
            self.kinds |= _OTHER
        else:
            for value in values:
                self.observe(value, depth)

    def observe_object(self, value: dict[Any, Any], depth: int) -> None:
        if depth > _DEPTH:
            self.kinds |= _OTHER
            return
        fields = self.fields
        for name, item in value.items():
            seen = fields.get(name)
            if seen is None:
                if len(fields) >= _FIELDS or not isinstance(name, str):
                    self.kinds |= _OTHER
                    return
                seen = fields[name] = _Seen()
            seen.observe(item, depth)

    def field(self, name: str) -> Any:
        kind = self._type()
        return pa.field(name, pa.string(), metadata=JSON_MARK) if kind is None else pa.field(name, kind)

    def _type(self) -> Any:
        """Return the type of all values seen, or None if only JSON text can express them."""
        kinds = self.kinds
        if kinds == _LIST:
            return pa.list_(cast("_Seen", self.items).field("item"))
        if kinds == _OBJECT and self.fields:
            return pa.struct([seen.field(name) for name, seen in self.fields.items()])
        if kinds and not kinds & ~(_INT | _WIDE):
            return pa.int64()
        if kinds & _FLOAT and not kinds & ~(_INT | _FLOAT):
            return pa.float64()
        simple = {
            0: pa.string(),  # nothing but nulls
            _BOOL: pa.bool_(),
            _TEXT: pa.string(),
            _BYTES: pa.binary(),
            _DATE: pa.date32(),
            _TIME: pa.timestamp("us"),
            _ZONED: pa.timestamp("us", "UTC"),
        }
        return simple.get(kinds)


def _kind_of(value: Any) -> int:
    if isinstance(value, int):
        if -_EXACT <= value <= _EXACT:
            return _INT
        return _WIDE if -(2**63) <= value < 2**63 else _BIG
    if isinstance(value, datetime.datetime):
        return _ZONED if value.tzinfo is not None else _TIME
    for kind, bit in _KINDS.items():
        if isinstance(value, kind):
            return bit
    return _OTHER
