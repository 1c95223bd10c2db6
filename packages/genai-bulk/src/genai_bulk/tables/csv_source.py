"""CSV and TSV files as a source: a header, then one row per record, in bounded memory.

All values stay text, so that "007" keeps its zeros and the type of a column does not depend on its first rows. The csv
module reads them, not Arrow's reader, because it continues after a record that is wrong.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ..errors import BulkError
from .arrow import pa
from .files import Format, identity_of
from .lines import read_lines
from .source import BadRow, Source, chosen

_OPEN_LINES: Final = 1_000
"""A quoted value that reaches over more lines to the end of the file is a mistake in the file, not in one row."""


class CsvSource(Source):
    """The records of one or more CSV files with the same header."""

    def __init__(self, name: str, files: list[tuple[Path, Format]], row_limit_bytes: int) -> None:
        self.name = name
        self._files = files
        self._limit = row_limit_bytes
        if csv.field_size_limit() < row_limit_bytes:
            csv.field_size_limit(row_limit_bytes)  # one setting for the process: it is raised, never lowered
        self._headers = [self._header(path, form) for path, form in files]
        for (path, _), header in zip(files[1:], self._headers[1:], strict=True):
            if sorted(header) != sorted(self._headers[0]):
                raise different_columns(files[0][0], self._headers[0], path, header)
        self.columns = pa.schema([pa.field(column, pa.string()) for column in self._headers[0]])

    def identity(self) -> dict[str, object]:
        return {"format": "csv", "files": identity_of([path for path, _ in self._files])}

    def rows(
        self,
        pending: Iterator[int] | None = None,
        *,
        columns: Sequence[str] | None = None,
        exact: bool = False,
    ) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        for ordinal, (path, number, header, record) in chosen(self._all_records(), pending):
            yield ordinal, self._row(path, number, header, record)

    def _all_records(self) -> Iterator[tuple[Path, int, list[str], list[str] | BadRow]]:
        for (path, form), header in zip(self._files, self._headers, strict=True):
            for number, record in self._records(path, form):
                yield path, number, header, record

    def _observed_rows(self) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        count = 0
        for ordinal, row in self.rows():
            count = ordinal + 1
            yield ordinal, row
        self.count = count

    def _header(self, path: Path, form: Format) -> list[str]:
        record = next(self._parsed(path, form), None)
        if record is None:
            raise BulkError(f"source {str(path)!r} has no header: its first line should name the columns.")
        header = record[1]
        if isinstance(header, BadRow):
            raise BulkError(f"source {str(path)!r} has no header that can be read. {header.reason}")
        if any(_is_broken(name) for name in header):
            raise BulkError(f"source {str(path)!r}: its header is not UTF-8. Save the file as UTF-8.")
        blank = [index + 1 for index, name in enumerate(header) if not name.strip()]
        if blank:
            raise BulkError(
                f"source {str(path)!r}: column {blank[0]} of {len(header)} has no name in the header. "
                "The first line should name each column."
            )
        twice = [name for name, count in Counter(header).items() if count > 1]
        if twice:
            raise BulkError(
                f"source {str(path)!r}: its header names the column {twice[0]!r} more than once. Rename one of them."
            )
        return header

    def _records(self, path: Path, form: Format) -> Iterator[tuple[int, list[str] | BadRow]]:
        records = self._parsed(path, form)
        next(records, None)
        return records

    def _parsed(self, path: Path, form: Format) -> Iterator[tuple[int, list[str] | BadRow]]:
        """Yield the number of the first line and the fields of each record, the header included."""
        text = _Text(path, form.compression, self._limit)
        reader = csv.reader(text, delimiter="\t" if form.kind == "tsv" else ",", strict=True)
        while True:
            begin = text.number + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield begin, self._bad_record(path, begin, text.number, error)
                continue
            if text.oversized is not None:
                where = f"{path.name}, line {text.oversized}"
                text.oversized = None
                yield begin, BadRow(f"{where} is longer than {self._limit:,} bytes, the limit of a row.", where)
            elif record:
                yield begin, record

    def _bad_record(self, path: Path, begin: int, end: int, error: csv.Error) -> BadRow:
        where = f"{path.name}, line {begin}"
        is_open = "unexpected end" in str(error)
        if "field larger" in str(error) or (is_open and end - begin > _OPEN_LINES):
            raise BulkError(
                f"source {str(path)!r}: a quoted value that begins in the record of line {begin} does not end "
                f"in the {end - begin} lines after it. Its closing quotation mark is probably missing."
            ) from error
        if is_open:
            return BadRow(f"{where} is cut: the file ends within a quoted value.", where)
        return BadRow(f"{where} is not CSV: {error}.", where)

    def _row(self, path: Path, number: int, header: list[str], record: list[str] | BadRow) -> dict[str, Any] | BadRow:
        if isinstance(record, BadRow):
            return record
        where = f"{path.name}, line {number}"
        if len(record) != len(header):
            return BadRow(f"{where} has {len(record)} fields, the header has {len(header)}.", where)
        for name, value in zip(header, record, strict=True):
            if _is_broken(value):
                return BadRow(f"{where} is not UTF-8 in the column {name!r}.", where)
        return dict(zip(header, record, strict=True))


class _Text:
    """The lines of a file as text. Bytes that are not UTF-8 become half surrogate pairs, for `_is_broken`."""

    def __init__(self, path: Path, compression: str | None, limit_bytes: int) -> None:
        self._lines = read_lines(path, compression, limit_bytes)
        self.number = 0
        self.oversized: int | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, line, _ = next(self._lines)
        if line is None:
            self.oversized = self.number
            return "-\n"
        return line.decode("utf-8", "surrogateescape") + "\n"


def _is_broken(value: str) -> bool:
    return not value.isascii() and any("\udc80" <= letter <= "\udcff" for letter in value)


def different_columns(first: Path, expected: list[str], path: Path, found: list[str]) -> BulkError:
    """Return the error for two files of one source that have different columns."""
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    differences = [
        text
        for text, names in (
            (f"lacks {', '.join(map(repr, missing))}", missing),
            (f"also has {', '.join(map(repr, extra))}", extra),
        )
        if names
    ]
    return BulkError(
        f"the files of the source have different columns: compared with {str(first)!r}, {str(path)!r} "
        f"{' and '.join(differences) or 'repeats a name'}. Give files with the same columns."
    )
