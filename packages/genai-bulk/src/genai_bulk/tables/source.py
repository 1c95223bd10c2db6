"""What every source offers: a survey of its keys and columns, and its rows in ascending order.

The rows come from subclasses. Sources know neither the journal nor requests. Rows are counted from 0, lines of files from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ..errors import BulkError, did_you_mean

T = TypeVar("T")

ROW_LIMIT_BYTES: Final = 100_000_000
"""Default size above which a row is a `BadRow`."""

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read. The other rows of its source are not affected."""

    reason: str
    """One sentence with the file and the line or the row."""
    where: str
    """The file and the line or the row alone."""


def chosen(items: Iterable[T], pending: Iterator[int] | None) -> Iterator[tuple[int, T]]:
    """Yield items with their numbers: all, or those whose numbers `pending` gives in ascending order."""
    if pending is None:
        yield from enumerate(items)
        return
    wanted = next(pending, None)
    if wanted is None:
        return
    for ordinal, item in enumerate(items):
        if ordinal == wanted:
            yield ordinal, item
            wanted = next(pending, None)
            if wanted is None:
                return


class Source:
    """Rows of one data set, in a fixed order.

    `columns` (a `pyarrow.Schema`) and `count` are known after `survey()` or `survey_rows()` has ended; assign them when
    an earlier run has stored them.
    """

    name: str = "the source"
    is_repeatable: bool = True
    """False if the rows can be read only once. Then `survey_rows()` is the only pass, and its caller keeps the rows."""
    columns: Any = None
    count: int | None = None

    def identity(self) -> dict[str, object]:
        """Return a JSON object that differs if the data has changed, also in another process."""
        raise NotImplementedError

    def rows(
        self,
        pending: Iterator[int] | None = None,
        *,
        columns: Sequence[str] | None = None,
        exact: bool = False,
    ) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        """Yield the rows with their numbers, ascending.

        `pending` gives the numbers of the wanted rows, ascending; default: all. `columns` are those that the caller needs:
        Parquet files and tables read no others. With `exact`, values that Python cannot hold, such as nanoseconds, are
        `pyarrow.Scalar`, so that a sink loses nothing; else they are text.
        """
        raise NotImplementedError

    def survey_rows(self, key: str | None) -> Iterator[tuple[int, object, dict[str, Any] | BadRow]]:
        """Yield the number, the key and the row of each row in one pass; the key of a `BadRow` is the `BadRow`.

        Without `key`, the key is the number of the row. Keys are `int` of 64 bits or text: other scalar values become text.
        A row with a null key is left out, and `BulkError` follows at the end of the pass.
        """
        survey = Survey(self.name, key)
        for ordinal, row in self._observed_rows():
            found = row if isinstance(row, BadRow) else survey.key_of(ordinal, row)
            if found is not None:
                yield ordinal, found, row
        self._finish(survey)

    def survey(self, key: str | None) -> Iterator[tuple[int, object]]:
        """Yield the number and the key of each row, or the `BadRow` in place of the key. See `survey_rows`."""
        for ordinal, found, _ in self.survey_rows(key):
            yield ordinal, found

    def _observed_rows(self) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        """Yield all rows; afterwards `columns` and `count` are set."""
        raise NotImplementedError

    def _finish(self, survey: Survey) -> None:
        if not self.count:
            raise BulkError(f"{self.name} has no rows. Give a source with at least one row.")
        survey.check([] if self.columns is None else self.columns.names)


class Survey:
    """The keys of one pass: their values, and whether any is missing."""

    def __init__(self, source: str, key: str | None) -> None:
        self._source = source
        self._key = key
        self._null_rows: list[int] = []
        self._null_count = 0

    def key_of(self, ordinal: int, row: dict[str, Any]) -> object:
        if self._key is None:
            return ordinal
        return self.key_value(ordinal, row.get(self._key))

    def key_value(self, ordinal: int, value: object) -> object:
        if value is None or value != value:  # NaN
            self._null_count += 1
            if len(self._null_rows) < _SHOWN:
                self._null_rows.append(ordinal)
            return None
        if isinstance(value, (list, dict)):
            kind = "a list" if isinstance(value, list) else "an object"
            raise BulkError(
                f"{self._source}: the key column {self._key!r} contains {kind} in row {ordinal}. "
                "Keys are texts or numbers: choose another column, or none for the row number."
            )
        return scalar_key(value)

    def check_column(self, columns: Sequence[str]) -> None:
        if self._key is not None and self._key not in columns:
            raise missing_column(self._source, "key", self._key, columns)

    def check(self, columns: Sequence[str]) -> None:
        self.check_column(columns)
        if self._key is not None and self._null_count:
            raise null_keys(self._source, self._key, self._null_rows, self._null_count)


def scalar_key(value: object) -> int | str:
    """Return a key in a form that SQLite and JSON keep: an integer of 64 bits, or text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def missing_column(source: str, role: str, column: str, columns: Sequence[str]) -> BulkError:
    """Return the error for a column that the source does not have. `role` is what the column is for, such as `key`."""
    same = [name for name in columns if name.casefold() == column.casefold()]
    hint = f" Did you mean {same[0]!r}?" if same else did_you_mean(column, columns)
    return BulkError(f"{source} has no {role} column {column!r}.{hint} Its columns: {_listed(columns)}.")


def null_keys(source: str, key: str, rows: Sequence[int], count: int) -> BulkError:
    """Return the error for keys that are null: the numbers of the first rows, and how many there are."""
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    return BulkError(
        f"{source}: the key column {key!r} is null in {_rows(count)}, first in {_row_word(len(rows[:_SHOWN]))} {shown} "
        "(counted from 0). Each row needs a key: fill the column, or leave the key out to use the row number."
    )


def duplicate_keys(source: str, key: str, duplicates: Iterable[tuple[object, int, int]], count: int) -> BulkError:
    """Return the error for keys that occur more than once.

    `duplicates` are the first of them: value, number of the row that has it first, number of a later row. `count` is how
    many rows repeat a key.
    """
    shown = [f"{value!r} in rows {first} and {later}" for value, first, later in list(duplicates)[:_SHOWN]]
    return BulkError(
        f"{source}: the key column {key!r} repeats a key in {_rows(count)}: {'; '.join(shown)} (counted from 0). "
        "Keys are unique: remove the repeated rows, choose another column, or leave the key out to use the row number."
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _row_word(count: int) -> str:
    return "row" if count == 1 else "rows"


def _listed(names: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(repr(name) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "") if names else "none"
