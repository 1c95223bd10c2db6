"""The choice of the sink for a path, and the checks of the path. A sink file has the ending `.part` until it is complete."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, cast

from ..errors import BulkError
from .files import format_of, source_files
from .sink import Sink

ARROW: Final = "arrow"
"""The name of the sink that keeps its rows in memory, as an Arrow table."""


def check_sink(sink: str | os.PathLike[str], source: object = None, *, is_own: bool = False) -> None:
    """Raise `BulkError` unless the sink can be written.

    `source` is what `open_source` takes: a sink must not replace a file that it reads. `is_own`: the run has written this
    sink before, so it may exist.
    """
    if sink == ARROW:
        return
    path = Path(sink).expanduser()
    if path.is_dir():
        raise BulkError(
            f"sink {str(path)!r} is a folder. Give the name of a file in it, such as {str(path / 'out.parquet')!r}."
        )
    format_of(path, "sink")
    folder = path.parent
    if not folder.is_dir():
        raise BulkError(
            f"sink {str(path)!r}: its folder {str(folder)!r} does not exist. Create it, or give another path."
        )
    if any(_is_same(path, file) for file in _files_of(source)):
        raise BulkError(f"sink {str(path)!r} is a file of the source. Give the sink another name.")
    if path.exists() and not is_own:
        raise BulkError(
            f"sink {str(path)!r} exists already, and this run did not write it. Remove it, or give another name."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BulkError(
            f"sink {str(path)!r}: its folder {str(folder)!r} is read-only for this user. Give another folder."
        )
    if path.exists() and not os.access(path, os.W_OK):
        raise BulkError(f"sink {str(path)!r} is read-only for this user. Change its permissions, or give another name.")


def open_sink(sink: str | os.PathLike[str], columns: Any) -> Sink:
    """Open a sink for rows with these columns, a `pyarrow.Schema`. A file of that name is replaced when it is closed.

    `sink` is a path, or `"arrow"` for a table in memory: the sink's attribute `table` after `close`.
    """
    from .file_sinks import ArrowSink, CsvSink, JsonlSink, ParquetSink

    if sink == ARROW:
        return ArrowSink(columns)
    path = Path(sink).expanduser()
    form = format_of(path, "sink")
    if form.kind == "parquet":
        return ParquetSink(path, columns)
    if form.kind == "jsonl":
        return JsonlSink(path, columns, form)
    return CsvSink(path, columns, form)


def _files_of(source: object) -> list[Path]:
    try:
        if isinstance(source, (str, os.PathLike)):
            return source_files(cast("str | os.PathLike[str]", source))
    except BulkError:
        return []  # the source reports its own errors
    items = cast("list[object]", source) if isinstance(source, (list, tuple)) else []
    return [Path(cast("str", item)) for item in items if isinstance(item, (str, os.PathLike))]


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return path.absolute() == other.absolute()
