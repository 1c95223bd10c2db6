"""Rows as Parquet, JSON Lines, CSV and Arrow tables, in bounded memory.

Which values the rows hold is not known here: the columns are a schema, and values that do not fit it become null.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from .arrow import pa, pq
from .files import Format
from .sink import Sink
from .values import JsonText, arrow_array, is_json, json_text, plain

_SLICE_ROWS: Final = 1_000
_PAGE_BYTES: Final = 262_144
_GROUP_ROWS: Final = 20_000
_GROUP_BYTES: Final = 4_194_304
"""A row group ends at so many rows or bytes; the memory of a Parquet sink is a few times as much."""


class _PartFile(io.RawIOBase):
    """The file `<name>.part`. After `discard`, writes are accepted and dropped, so that writers above it can end."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._file: BinaryIO | None = self._part.open("wb")

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell() if self._file else 0

    def write(self, data: Any, /) -> int:
        if self._file is not None:
            self._file.write(data)
        return memoryview(data).nbytes

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def keep(self) -> None:
        """Write everything to the disk, and rename the file."""
        file = cast("BinaryIO", self._file)
        file.flush()
        os.fsync(file.fileno())
        self._file = None
        file.close()
        self._part.replace(self._path)
        _sync_folder(self._path.parent)

    def discard(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            file.close()
        except OSError:
            pass  # the buffered bytes do not fit on the disk; they are dropped anyway
        self._part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, on systems where folders can be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


class _FileSink(Sink):
    """A sink whose rows go to a file."""

    def __init__(self, path: Path, columns: Any) -> None:
        self._columns = columns
        self._file = _PartFile(path)
        self._is_open = True

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        try:
            for start in range(0, len(rows), _SLICE_ROWS):
                self._write(rows[start : start + _SLICE_ROWS])
        except BaseException:
            self.abort()
            raise
        self.count += len(rows)

    def close(self) -> None:
        if not self._is_open:
            return
        try:
            self._end()
            self._file.keep()
        except BaseException:
            self.abort()
            raise
        self._is_open = False

    def abort(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        self._file.discard()
        try:
            self._end()  # the writers above the file end without writing
        except (OSError, ValueError):
            pass

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class ParquetSink(_FileSink):
    """A Parquet file whose row groups are bounded in rows and bytes."""

    def __init__(self, path: Path, columns: Any) -> None:
        super().__init__(path, columns)
        self._writer = pq.ParquetWriter(
            self._file,
            columns,
            compression="snappy",
            write_batch_size=_SLICE_ROWS,
            data_page_size=_PAGE_BYTES,
            dictionary_pagesize_limit=_PAGE_BYTES,
        )
        self._tables: list[Any] = []
        self._rows = 0
        self._bytes = 0

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        table = _table(rows, self._columns)
        self._tables.append(table)
        self._rows += table.num_rows
        self._bytes += table.nbytes
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._write_group()

    def _write_group(self) -> None:
        group = pa.concat_tables(self._tables)
        self._tables, self._rows, self._bytes = [], 0, 0
        self._writer.write_table(group, row_group_size=max(1, group.num_rows))

    def _end(self) -> None:
        if self._tables:
            self._write_group()
        self._writer.close()


class ArrowSink(Sink):
    """A table in memory: `table`, after `close`."""

    table: Any = None

    def __init__(self, columns: Any) -> None:
        self._columns = columns
        self._tables: list[Any] = []

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for start in range(0, len(rows), _SLICE_ROWS):
            self._tables.append(_table(rows[start : start + _SLICE_ROWS], self._columns))
        self.count += len(rows)

    def close(self) -> None:
        self.table = pa.concat_tables([self._columns.empty_table(), *self._tables])

    def abort(self) -> None:
        self._tables = []


def _table(rows: Sequence[Mapping[str, Any]], columns: Any) -> Any:
    arrays = [arrow_array([row.get(field.name) for row in rows], field) for field in columns]
    return pa.Table.from_arrays(arrays, schema=columns)


class _TextSink(_FileSink):
    """A file of lines, compressed if its name says so."""

    def __init__(self, path: Path, columns: Any, form: Format) -> None:
        super().__init__(path, columns)
        self._stream: Any = self._file
        if form.compression == "gzip":
            self._stream = gzip.GzipFile(filename="", mode="wb", fileobj=cast("Any", self._file), mtime=0)
        elif form.compression == "zstd":
            self._stream = pa.CompressedOutputStream(pa.PythonFile(self._file, mode="w"), "zstd")

    def _end(self) -> None:
        if self._stream is not self._file:
            self._stream.close()


class JsonlSink(_TextSink):
    """A JSON Lines file. Nested values and values of mixed columns stay JSON."""

    def __init__(self, path: Path, columns: Any, form: Format) -> None:
        super().__init__(path, columns, form)
        self._names = cast("list[str]", columns.names)

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        lines = [json_text({name: _json_value(row.get(name)) for name in self._names}) for row in rows]
        self._stream.write("".join(line + "\n" for line in lines).encode("utf-8", "replace"))


def _json_value(value: Any) -> Any:
    return json.loads(value) if isinstance(value, JsonText) else value


class CsvSink(_TextSink):
    """A CSV or TSV file. Nested values are JSON, nulls are empty, true and false are written so."""

    def __init__(self, path: Path, columns: Any, form: Format) -> None:
        super().__init__(path, columns, form)
        self._names = cast("list[str]", columns.names)
        self._are_json = [is_json(field) for field in columns]
        self._delimiter = "\t" if form.kind == "tsv" else ","
        self._special = re.compile(f'["\r\n{self._delimiter}]')
        self._write_records([self._names])

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._write_records(
            [
                [_cell(row.get(name), as_json) for name, as_json in zip(self._names, self._are_json, strict=True)]
                for row in rows
            ]
        )

    def _write_records(self, records: list[list[str]]) -> None:
        lines = [self._delimiter.join(map(self._quoted, record)) or '""' for record in records]
        self._stream.write("".join(line + "\n" for line in lines).encode("utf-8", "replace"))

    def _quoted(self, cell: str) -> str:
        """Return a field, quoted if needed: the csv module of older Python versions does not quote a carriage return."""
        return '"' + cell.replace('"', '""') + '"' if self._special.search(cell) else cell


def _cell(value: Any, as_json: bool) -> str:
    if value is None:
        return ""
    if as_json:
        return json_text(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (dict, list, tuple)):
        return json_text(cast("object", value))
    found = plain(value)
    return found if isinstance(found, str) else json_text(found)
