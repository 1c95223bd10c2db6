"""Parquet files and Arrow tables as sources: batches of bounded size, as rows.

Unneeded row groups and columns are not read. Memory does not grow with the size of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ..errors import BulkError
from .arrow import pa, pq
from .csv_source import different_columns
from .files import identity_of
from .source import BadRow, Source, Survey
from .values import python_values

_BATCH_ROWS: Final = 256
_BATCH_BYTES: Final = 8_388_608
_READ_BYTES: Final = 65_536


class _BatchSource(Source):
    """Rows that come as Arrow record batches."""

    _limit: int

    def rows(
        self, pending: Iterator[int] | None = None, *, columns: Sequence[str] | None = None, exact: bool = False
    ) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        wanted = None if pending is None else _Wanted(pending)
        for first, batch in self._batches(columns, wanted):
            chosen = range(len(batch)) if wanted is None else wanted.take(first, len(batch))
            if chosen:
                yield from self._batch_rows(first, batch, chosen, exact)

    def _batches(self, columns: Sequence[str] | None, wanted: _Wanted | None) -> Iterator[tuple[int, Any]]:
        """Yield the number of the first row and the batch. Batches without a wanted row may be left out."""
        raise NotImplementedError

    def survey(self, key: str | None) -> Iterator[tuple[int, object]]:
        """Yield the number and the key of each row; only the column of the keys is read."""
        if not self.is_repeatable:
            yield from super().survey(key)
            return
        if key is None:
            yield from ((ordinal, ordinal) for ordinal in range(self.count or 0))
            return
        survey = Survey(self.name, key)
        survey.check_column(self.columns.names)
        for ordinal, row in self.rows(columns=[key]):
            found = row if isinstance(row, BadRow) else survey.key_of(ordinal, row)
            if found is not None:
                yield ordinal, found
        self._finish(survey)

    def _observed_rows(self) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        count = 0
        for ordinal, row in self.rows():
            count = ordinal + 1
            yield ordinal, row
        self.count = count

    def _batch_rows(
        self, first: int, batch: Any, chosen: Sequence[int], exact: bool
    ) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        if len(chosen) * 4 < len(batch):
            batch = batch.take(pa.array(chosen, pa.int64()))
            positions: Sequence[int] = range(len(chosen))
        else:
            positions = chosen
        names = batch.schema.names
        large = self._large_rows(batch)
        if large:
            batch = pa.RecordBatch.from_arrays(
                [
                    pa.array([None if index in large else value for index, value in enumerate(column)], column.type)
                    for column in batch.columns
                ],
                schema=batch.schema,
            )
        values = [python_values(column, exact=exact) for column in batch.columns]
        for position, index in zip(positions, chosen, strict=True):
            if position in large:
                where = f"{self.name}, row {first + index}"
                yield first + index, BadRow(f"{where} is larger than {self._limit:,} bytes, the limit of a row.", where)
            else:
                yield first + index, dict(zip(names, [column[position] for column in values], strict=True))

    def _large_rows(self, batch: Any) -> set[int]:
        if batch.nbytes <= self._limit:
            return set()
        return {index for index in range(len(batch)) if batch.slice(index, 1).nbytes > self._limit}


class _Wanted:
    """The numbers of the wanted rows, ascending. `next` is the first one that is not taken yet."""

    def __init__(self, pending: Iterator[int]) -> None:
        self._pending = pending
        self.next = next(pending, None)

    def take(self, first: int, count: int) -> list[int]:
        """Return the positions of the wanted rows within a batch."""
        taken: list[int] = []
        while self.next is not None and self.next < first + count:
            taken.append(self.next - first)
            self.next = next(self._pending, None)
        return taken


class ParquetSource(_BatchSource):
    """The rows of one or more Parquet files with the same columns."""

    def __init__(self, name: str, files: list[Path], row_limit_bytes: int) -> None:
        self.name = name
        self._files = files
        self._limit = row_limit_bytes
        counts: list[int] = []
        schema: Any = None
        for path in files:
            with _open(path) as file:
                found = file.schema_arrow.remove_metadata()
                counts.append(file.metadata.num_rows)
            twice = (
                [column for column in found.names if found.names.count(column) > 1]
                if len(set(found.names)) < len(found.names)
                else []
            )
            if twice:
                raise BulkError(f"source {str(path)!r} has the column {twice[0]!r} more than once. Rename one of them.")
            if schema is None:
                schema = pa.schema([field.remove_metadata() for field in found])
            else:
                _check_same(files[0], schema, path, found)
        self._counts = counts
        self.columns, self.count = schema, sum(counts)
        if not self.count:
            raise BulkError(f"source {name} has no rows. Give a source with at least one row.")

    def identity(self) -> dict[str, object]:
        return {"format": "parquet", "files": identity_of(self._files)}

    def _batches(self, columns: Sequence[str] | None, wanted: _Wanted | None) -> Iterator[tuple[int, Any]]:
        names = self.columns.names if columns is None else [name for name in self.columns.names if name in set(columns)]
        first = 0
        for path, count in zip(self._files, self._counts, strict=True):
            if wanted is not None and (wanted.next is None or wanted.next >= first + count):
                first += count
                continue
            with _open(path) as file:
                for group in range(file.num_row_groups):
                    rows = file.metadata.row_group(group).num_rows
                    if wanted is None or (wanted.next is not None and wanted.next < first + rows):
                        yield from self._group(file, group, names, first)
                    first += rows

    def _group(self, file: Any, group: int, names: list[str], first: int) -> Iterator[tuple[int, Any]]:
        about = file.metadata.row_group(group)
        bytes_a_row = max(1, about.total_byte_size // max(1, about.num_rows))
        size = max(1, min(_BATCH_ROWS, _BATCH_BYTES // bytes_a_row))
        for batch in file.iter_batches(batch_size=size, row_groups=[group], columns=names, use_threads=False):
            yield first, batch.select(names)
            first += len(batch)


def _open(path: Path) -> Any:
    try:
        return pq.ParquetFile(str(path), buffer_size=_READ_BYTES, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise BulkError(
            f"source {str(path)!r} is not a Parquet file, although its name says so. "
            "Give it the ending of its real format, or write it again if it was cut."
        ) from error


def _check_same(first: Path, expected: Any, path: Path, found: Any) -> None:
    if sorted(expected.names) != sorted(found.names):
        raise different_columns(first, expected.names, path, found.names)
    for field in expected:
        other = found.field(field.name)
        if other.type != field.type:
            raise BulkError(
                f"the files of the source have different columns: {field.name!r} is {field.type} in {str(first)!r} and "
                f"{other.type} in {str(path)!r}. Give files whose columns have the same types."
            )


class TableSource(_BatchSource):
    """An Arrow table or dataset: batches that can be read again."""

    def __init__(
        self,
        name: str,
        schema: Any,
        count: int,
        batches: Callable[[Sequence[str]], Iterator[Any]],
        row_limit_bytes: int,
    ) -> None:
        self.name = name
        self.columns, self.count = schema.remove_metadata(), count
        self._read = batches
        self._limit = row_limit_bytes
        if not count:
            raise BulkError(f"{name} has no rows. Give a source with at least one row.")

    def identity(self) -> dict[str, object]:
        return {
            "format": "arrow",
            "columns": [f"{field.name}: {field.type}" for field in self.columns],
            "rows": self.count,
        }

    def _batches(self, columns: Sequence[str] | None, wanted: _Wanted | None) -> Iterator[tuple[int, Any]]:
        names = self.columns.names if columns is None else [name for name in self.columns.names if name in set(columns)]
        first = 0
        for batch in self._read(names):
            yield from _slices(first, batch)
            first += len(batch)
            if wanted is not None and wanted.next is None:
                return


class ReaderSource(_BatchSource):
    """An Arrow `RecordBatchReader`: its rows can be read once."""

    is_repeatable = False

    def __init__(self, name: str, reader: Any, row_limit_bytes: int) -> None:
        self.name = name
        self.columns = reader.schema.remove_metadata()
        self._reader = reader
        self._limit = row_limit_bytes

    def identity(self) -> dict[str, object]:
        return {"format": "arrow reader", "columns": [f"{field.name}: {field.type}" for field in self.columns]}

    def _batches(self, columns: Sequence[str] | None, wanted: _Wanted | None) -> Iterator[tuple[int, Any]]:
        first = 0
        for batch in self._reader:
            yield from _slices(first, batch)
            first += len(batch)


def _slices(first: int, batch: Any) -> Iterator[tuple[int, Any]]:
    size = max(1, min(_BATCH_ROWS, _BATCH_BYTES * len(batch) // max(1, batch.nbytes)))
    for start in range(0, len(batch), size):
        yield first + start, batch.slice(start, size)
