"""Zip and tar archives, unpacked into a new folder: only files and folders, and never more than an environment may have.

The sizes that an archive states may be wrong, so everything is counted while it is written or read into memory.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ...protocol.errors import ApiError, invalid
from ...protocol.limits import MAX_ENVIRONMENT_BYTES, MAX_ENVIRONMENT_FILES
from .folders import Size, check_room, check_target, parts_of

_COPIED_BYTES = 1024 * 1024
_ENTRY_BYTES = 512
"""The longest entry of the directory of a zip archive, on average."""
_HEADER_BYTES = 4096
"""The longest headers of a member of a tar archive, on average."""
_ZIP_END = struct.Struct("<4s4H2LH")
_ZIP_END_MARK, _ZIP64_MARK = b"PK\x05\x06", b"PK\x06\x07"
_ZIP_TAIL_BYTES = 65_535 + _ZIP_END.size + 20
_COMPRESSED: tuple[tuple[bytes, Callable[[Path], Any]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
)


def unpack(archive: Path, target: Path, room: Size) -> None:
    """Unpack a zip or tar archive into a new folder.

    Args:
        archive: the archive; a tar archive may be compressed by gzip, bzip2 or xz.
        target: the folder.
        room: what the environment contains already; the limits apply to everything together.

    Raises:
        ApiError: 400 for a file that is not an archive, a member that is neither a file nor a folder or leaves the
            environment, and for more bytes or files than an environment may have.
    """
    target.mkdir(mode=0o700)
    unpacking = _Unpacking(target, room)
    try:
        if zipfile.is_zipfile(archive):
            _check_directory(archive)
            with zipfile.ZipFile(archive) as members:
                _unpack_zip(members, unpacking)
        else:
            with _plain(archive, target) as path, tarfile.open(path, "r:") as members:
                _unpack_tar(members, unpacking)
    except (*_DAMAGED, RuntimeError, NotImplementedError) as error:
        raise ApiError(400, f"extract: the file is not a zip or tar archive that can be read: {error}.") from None


_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


def _check_directory(archive: Path) -> None:
    """Refuse a zip archive whose directory, which is read as a whole, is too large."""
    with archive.open("rb") as file:
        file.seek(max(0, archive.stat().st_size - _ZIP_TAIL_BYTES))
        tail = file.read()
    place = tail.rfind(_ZIP_END_MARK)
    fits = place >= 0 and len(tail) >= place + _ZIP_END.size
    size: int = _ZIP_END.unpack_from(tail, place)[5] if fits else 0
    if size > MAX_ENVIRONMENT_FILES * _ENTRY_BYTES or _ZIP64_MARK in tail[max(0, place - 20) : place]:
        raise ApiError(400, f"extract: the directory of the archive is too large for {MAX_ENVIRONMENT_FILES} files.")


@contextmanager
def _plain(archive: Path, target: Path) -> Generator[Path, None, None]:
    """Yield the path of a tar archive that is not compressed: the archive itself, or a temporary file next to the target."""
    with archive.open("rb") as file:
        beginning = file.read(8)
    reader = next((reader for mark, reader in _COMPRESSED if beginning.startswith(mark)), None)
    if reader is None:
        yield archive
        return
    plain, size = target.with_name(f"{target.name}.tar"), 0
    try:
        with contextlib.closing(reader(archive)) as source, plain.open("wb") as file:
            while piece := source.read(_COPIED_BYTES):
                size += len(piece)
                if size > MAX_ENVIRONMENT_BYTES + MAX_ENVIRONMENT_FILES * _HEADER_BYTES:
                    raise ApiError(
                        400, f"The files of an environment have at most {MAX_ENVIRONMENT_BYTES} bytes together."
                    )
                file.write(piece)
        yield plain
    finally:
        plain.unlink(missing_ok=True)


class _Unpacking:
    """The members of an archive that have been unpacked, with their number and size.

    Args:
        root: the folder.
        room: what the environment contains already.
    """

    def __init__(self, root: Path, room: Size) -> None:
        self._root, self._room = root, room
        self._entries = self._bytes = 0

    def folder(self, name: str) -> Path:
        self._entries += 1
        check_room(self._room, self._entries, self._bytes)
        path = self._root.joinpath(*parts_of(name, "extract: the member"))
        path.mkdir(parents=True, exist_ok=True)
        return path

    def file(self, name: str, source: IO[bytes]) -> None:
        parts = parts_of(name, "extract: the member")
        if not parts:
            raise invalid("extract", f"the archive has a file with the name {name!r}.")
        self._entries += 1
        check_room(self._room, self._entries, self._bytes)
        check_target(self._root, parts, overwrite=True, where="extract")
        path = self._root.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # Counted while it is written: the sizes that an archive states may be wrong.
            while piece := source.read(_COPIED_BYTES):
                self._bytes += len(piece)
                check_room(self._room, self._entries, self._bytes)
                file.write(piece)


def _unpack_zip(members: zipfile.ZipFile, unpacking: _Unpacking) -> None:
    for member in members.infolist():
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _not_a_file(member.filename)
        if member.is_dir():
            unpacking.folder(member.filename)
            continue
        with members.open(member) as source:
            unpacking.file(member.filename, source)


def _unpack_tar(members: tarfile.TarFile, unpacking: _Unpacking) -> None:
    for member in members:
        if member.isdir():
            unpacking.folder(member.name)
            continue
        source = members.extractfile(member) if member.isreg() else None
        if source is None:
            raise _not_a_file(member.name)
        with source:
            unpacking.file(member.name, source)


def _not_a_file(name: str) -> ApiError:
    return invalid("extract", f"{name!r} is neither a file nor a folder; links and devices are refused.")
