"""Names of files: their format and compression, and the files that a path or a pattern names.

This module opens files only to see whether they can be read.
"""

from __future__ import annotations

import errno
import glob
import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from ..errors import BulkError

_SUFFIXES: Final = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
}
_COMPRESSIONS: Final = {".gz": "gzip", ".zst": "zstd"}
KNOWN: Final = ".parquet, .jsonl, .ndjson, .csv, .tsv; JSON Lines and CSV also with .gz or .zst"
_PATTERN_LETTERS: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Format:
    """The form of a file: parquet, jsonl, csv or tsv; gzip, zstd or no compression."""

    kind: str
    compression: str | None = None


def format_of(path: str | os.PathLike[str], role: str) -> Format:
    """Return the format that the name of a file says. `role` is `source` or `sink`, for the message."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    compression = _COMPRESSIONS.get(suffixes[-1]) if suffixes else None
    kind = _SUFFIXES.get((suffixes[:-1] if compression else suffixes)[-1]) if suffixes[bool(compression) :] else None
    if kind is None or (kind == "parquet" and compression is not None):
        raise BulkError(
            f"{role} {os.fspath(path)!r}: its name does not say a format that is known. "
            f"Give the file one of these endings: {KNOWN}."
        )
    return Format(kind, compression)


def source_files(path: str | os.PathLike[str]) -> list[Path]:
    """Return the files that a path names: the file itself, or the sorted matches of a pattern."""
    text = str(Path(path).expanduser())
    if os.path.exists(text) or not _PATTERN_LETTERS.intersection(text):
        check_readable(Path(text))
        return [Path(text)]
    found = sorted(Path(match) for match in glob.glob(text, recursive=True) if not os.path.isdir(match))
    if not found:
        raise BulkError(
            f"source {text!r}: the pattern matches no file in {os.getcwd()!r}. Check the folder and the pattern."
            if not os.path.isabs(text)
            else f"source {text!r}: the pattern matches no file. Check the folder and the pattern."
        )
    for match in found:
        check_readable(match)
    return found


def check_readable(path: Path) -> None:
    """Raise `BulkError` unless the path names a file with contents that this process may read."""
    if path.is_dir():
        raise BulkError(
            f"source {str(path)!r} is a folder. Give a file, or a pattern such as {str(path / '*.parquet')!r}."
        )
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise BulkError(f"source {str(path)!r} does not exist.{_near(path)}") from None
    except OSError as error:
        reason = error.strerror or errno.errorcode.get(error.errno or 0, "unknown error")
        raise BulkError(f"source {str(path)!r} cannot be read: {reason}.") from error
    if empty:
        raise BulkError(f"source {str(path)!r} is empty (0 bytes). Give a file with at least one row.")


def _near(path: Path) -> str:
    import difflib

    if not path.parent.is_dir():
        return f" Its folder {str(path.parent)!r} does not exist either."
    near = difflib.get_close_matches(path.name, [entry.name for entry in path.parent.iterdir()], n=1)
    return f" Did you mean {str(path.parent / near[0])!r}?" if near else " Check the path."


def identity_of(files: list[Path]) -> list[dict[str, object]]:
    """Return name, size and time of the last change of each file."""
    found: list[dict[str, object]] = []
    for path in files:
        state = path.stat()
        found.append({"name": path.name, "size": state.st_size, "mtime_ns": state.st_mtime_ns})
    return found


def open_bytes(path: Path, compression: str | None) -> BinaryIO:
    """Open a file for reading its decompressed bytes."""
    if compression == "gzip":
        return cast("BinaryIO", gzip.open(path, "rb"))
    if compression == "zstd":
        from .arrow import pa

        stream: Any = pa.input_stream(str(path), compression="zstd", buffer_size=0)
        return cast("BinaryIO", stream)
    return path.open("rb")
