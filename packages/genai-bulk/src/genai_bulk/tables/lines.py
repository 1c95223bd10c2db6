"""Lines of a file as bytes, in bounded memory. What the lines hold is not known here."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import BulkError
from .files import open_bytes

_CHUNK_BYTES: Final = 262_144
_BOM: Final = b"\xef\xbb\xbf"


def read_lines(path: Path, compression: str | None, limit_bytes: int) -> Iterator[tuple[int, bytes | None, bool]]:
    """Yield number (from 1), bytes and completeness of each line.

    The bytes have no line feed and no byte order mark; they are None if the line is longer than `limit_bytes`. A line is
    complete if a line feed ends it: only the last one may lack it. Raises `BulkError` if compressed data is damaged.
    """
    number = 0
    parts: list[bytes] = []  # the pieces of the line that has no end yet
    size = 0
    for chunk in _chunks(path, compression):
        first, *others = chunk.split(b"\n")
        size += len(first)
        if size <= limit_bytes:
            parts.append(first)
        else:
            parts.clear()
        if not others:
            continue
        number += 1
        yield number, b"".join(parts) if size <= limit_bytes else None, True
        for line in others[:-1]:
            number += 1
            yield number, line if len(line) <= limit_bytes else None, True
        parts, size = [others[-1]], len(others[-1])
    if size:
        yield number + 1, b"".join(parts) if size <= limit_bytes else None, False


def _chunks(path: Path, compression: str | None) -> Iterator[bytes]:
    with open_bytes(path, compression) as file:
        first = True
        while True:
            try:
                chunk = file.read(_CHUNK_BYTES)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise BulkError(
                    f"{path}: the compressed data is cut or damaged ({error}). Write the file again."
                ) from error
            except OSError as error:
                if compression != "zstd":
                    raise
                raise BulkError(
                    f"{path}: the compressed data is cut or damaged ({error}). Write the file again."
                ) from error
            if not chunk:
                return
            yield chunk[len(_BOM) :] if first and chunk.startswith(_BOM) else chunk
            first = False
