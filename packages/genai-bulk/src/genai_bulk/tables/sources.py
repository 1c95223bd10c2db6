"""The choice of the source for what a caller gives: a path, a pattern, paths, an Arrow object or rows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from ..errors import BulkError
from .files import Format, check_readable, format_of, source_files
from .source import ROW_LIMIT_BYTES, Source


def open_source(source: object, *, row_limit_bytes: int = ROW_LIMIT_BYTES) -> Source:
    """Open a source.

    `source` is a path, a pattern of paths, a list of paths of one format, an Arrow table, dataset or reader, an object
    with `__arrow_c_stream__` such as a data frame, or an iterable of dicts. Rows above `row_limit_bytes` are `BadRow`.
    Raises `BulkError` if it cannot be read; what only a complete pass finds is raised by the survey.
    """
    if isinstance(source, Source):
        return source
    if isinstance(source, (str, os.PathLike)):
        path = cast("str | os.PathLike[str]", source)
        return _file_source(os.fspath(path), source_files(path), row_limit_bytes)
    if isinstance(source, (bytes, bytearray)) or not (
        hasattr(source, "__iter__") or hasattr(source, "__arrow_c_stream__") or hasattr(source, "to_batches")
    ):
        raise BulkError(
            f"source: {type(source).__name__!r} cannot be read. "
            "Give a path, a pattern, a list of paths, an Arrow table, dataset or reader, or an iterable of dicts."
        )
    if isinstance(source, (list, tuple)):
        items = cast("Sequence[object]", source)
        if not items:
            raise BulkError("source: the list is empty. Give at least one path or one row.")
        if all(isinstance(item, (str, os.PathLike)) for item in items):
            return _listed_files(cast("Sequence[str | os.PathLike[str]]", items), row_limit_bytes)
        return _rows(items)
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "to_batches"):
        return _arrow_source(source, row_limit_bytes)
    return _rows(cast("Iterable[object]", source))


def _listed_files(paths: Sequence[str | os.PathLike[str]], row_limit_bytes: int) -> Source:
    files = [Path(path).expanduser() for path in paths]
    for path in files:
        check_readable(path)
    twice = [path for index, path in enumerate(files) if path in files[:index]]
    if twice:
        raise BulkError(f"source: the list names {str(twice[0])!r} twice. Name each file once.")
    name = str(files[0]) if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    return _file_source(name, files, row_limit_bytes)


def _file_source(name: str, files: list[Path], row_limit_bytes: int) -> Source:
    formats = [(path, format_of(path, "source")) for path in files]
    kinds: dict[str, Path] = {}
    for path, form in formats:
        kinds.setdefault(form.kind, path)
    if len(kinds) > 1:
        (one, first), (other, second), *_ = kinds.items()
        raise BulkError(
            f"source {name!r}: its files have more than one format: {str(first)!r} is {one}, {str(second)!r} is {other}. "
            "Give files of one format."
        )
    kind = formats[0][1].kind
    if kind == "parquet":
        from .arrow_source import ParquetSource

        return ParquetSource(name, files, row_limit_bytes)
    if kind == "jsonl":
        from .jsonl_source import JsonlSource

        return JsonlSource(name, formats, row_limit_bytes)
    return _csv_source(name, formats, row_limit_bytes)


def _csv_source(name: str, formats: list[tuple[Path, Format]], row_limit_bytes: int) -> Source:
    from .csv_source import CsvSource

    return CsvSource(name, formats, row_limit_bytes)


def _arrow_source(source: Any, row_limit_bytes: int) -> Source:
    import pyarrow.dataset

    from .arrow import pa
    from .arrow_source import ReaderSource, TableSource

    dataset: Any = pyarrow.dataset
    if isinstance(source, pa.RecordBatchReader):
        return ReaderSource("the Arrow reader", source, row_limit_bytes)
    if isinstance(source, dataset.Dataset):

        def scan(names: Sequence[str]) -> Iterator[Any]:
            return source.to_batches(columns=list(names), batch_readahead=1, fragment_readahead=1)

        return TableSource("the Arrow dataset", source.schema, source.count_rows(), scan, row_limit_bytes)
    table = source if isinstance(source, pa.Table) else pa.table(source)

    def batches(names: Sequence[str]) -> Iterator[Any]:
        return iter(table.select(list(names)).to_batches())

    return TableSource("the Arrow table", table.schema, table.num_rows, batches, row_limit_bytes)


def _rows(items: Iterable[object]) -> Source:
    from .iterable_source import IterableSource

    return IterableSource("the iterable of rows", items)
