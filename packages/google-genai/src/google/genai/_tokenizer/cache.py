"""The cache of published tokenizer files: a folder, in which each file is complete and checked, or absent.

A download is written to a file with the ending `.part`, which a later download continues, also in another process. A file
gets its name when it is complete and has the right SHA-256, so programs that end at any moment leave no broken file behind.
If the folder cannot be written to, the bytes are kept in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..errors import TokenizerFileError
from .known import TokenizerFile

if TYPE_CHECKING:
    from .._io.public_files import DownloadError

CACHE_VARIABLE = "GOOGLE_GENAI_TOKENIZER_CACHE"

_log = logging.getLogger("google_genai.local_tokenizer")

_MAX_BYTES = 64 << 20
_LOCK_WAIT_S = 600.0
_LOCK_PAUSE_S = 0.05
_IN_MEMORY = (
    "%s: cannot be written to (%s). The tokenizer is kept in memory only, and downloaded again by the next process."
)
_FOLDER_OF_OFFICIAL_PACKAGE = "vertexai_tokenizer_model"


def cache_folder() -> Path:
    """Return the folder: `GOOGLE_GENAI_TOKENIZER_CACHE`, else one in the user's folder for caches. It need not exist."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "google-genai" / "tokenizers"


def bytes_of(file: TokenizerFile) -> bytes:
    """Return the bytes of a tokenizer file from the cache, downloading it if necessary.

    Raises `TokenizerFileError` if the file is in no cache and cannot be downloaded, or if its SHA-256 is not the right one.
    """
    path = cache_folder() / file.file_name
    data = _checked(path, file) or _checked(_path_of_official_package(file), file)
    if data is not None:
        return data
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_suffix(".lock").open("ab")
    except OSError as error:
        _log.warning(_IN_MEMORY, path.parent, error)
        return _downloaded(file, path, None)
    with lock:
        _wait_for(lock, path)
        try:
            data = _checked(path, file)  # another process may have downloaded it
            return data if data is not None else _downloaded(file, path, path.with_suffix(".part"))
        finally:
            _unlock(lock)  # closing is not enough: a child that was forked in the meantime has the open file as well


def _checked(path: Path | None, file: TokenizerFile) -> bytes | None:
    """Return the content of a file with the right SHA-256, otherwise None."""
    try:
        if path is None or not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() == file.sha256:
        return data
    _log.warning("%s is damaged: its SHA-256 is not %s. The file is downloaded again.", path, file.sha256)
    return None


def _path_of_official_package(file: TokenizerFile) -> Path | None:
    """Return the path at which Google's own SDK keeps the same file. It is read, and never written."""
    name = hashlib.sha1(file.url.encode(), usedforsecurity=False).hexdigest()
    try:
        folder = tempfile.gettempdir()
    except OSError:  # no folder for temporary files can be written to
        return None
    return Path(folder) / _FOLDER_OF_OFFICIAL_PACKAGE / name


def _downloaded(file: TokenizerFile, path: Path, part: Path | None) -> bytes:
    """Download a file, keep it at `path` if the disk allows, and return its bytes."""
    with _Partial(part) as partial:
        was_resumed = bool(partial.data)
        _receive(file, path, partial)
        digest = hashlib.sha256(partial.data).hexdigest()
        if digest == file.sha256:
            partial.complete(path)
            return bytes(partial.data)
        partial.discard()
    if was_resumed:  # the beginning, which an earlier download left, may be the wrong part
        return _downloaded(file, path, part)
    raise TokenizerFileError(
        f"{file.url}: expected a file with SHA-256 {file.sha256}, got {digest}. Nothing was kept. A proxy may have answered in "
        f"place of the server. {_remedy(file, path)}"
    )


def _receive(file: TokenizerFile, path: Path, partial: _Partial) -> None:
    from .._io.public_files import DownloadError, download

    try:
        for piece in download(file.url, len(partial.data), max_bytes=_MAX_BYTES):
            partial.add(piece)
    except DownloadError as error:
        raise _unavailable(file, path, error) from error


def _unavailable(file: TokenizerFile, path: Path, error: DownloadError) -> TokenizerFileError:
    return TokenizerFileError(
        f"The tokenizer {file.name} is not in {path.parent}, and its download failed: {error} {_remedy(file, path)}"
    )


def _remedy(file: TokenizerFile, path: Path) -> str:
    return (
        f"Without access to that address, download the file elsewhere and save it as {path}, or as {path.name} in the folder that "
        f"{CACHE_VARIABLE} names, or pass its path: LocalTokenizer(model_name, tokenizer=path)."
    )


class _Partial:
    """The part of a file that has arrived: in memory and, as far as the disk allows, in a file for the next download."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self.data = bytearray()

    def __enter__(self) -> _Partial:
        if self._path is not None:
            try:
                self._file = self._path.open("a+b")
                self._file.seek(0)
                self.data += self._file.read(_MAX_BYTES)
            except OSError as error:
                self._give_up(error)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()

    def add(self, piece: bytes | None) -> None:
        """Append bytes; None means that the file begins again."""
        if piece is None:
            self.data.clear()
        else:
            self.data += piece
        if self._file is None:
            return
        try:
            if piece is None:
                self._file.truncate(0)
            else:
                self._file.write(piece)
                self._file.flush()
        except OSError as error:
            self._give_up(error)

    def complete(self, path: Path) -> None:
        """Write the complete file under its name, as far as the disk allows.

        The bytes are those in memory, which were checked. The file of the part may contain others if the file system has
        no locks and another process wrote to it as well.
        """
        if self._path is None:
            return
        new = path.with_suffix(f".new-{os.getpid()}-{threading.get_ident()}")
        try:
            with new.open("wb") as file:
                file.write(self.data)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            self._give_up(error)
        else:
            self.discard()

    def discard(self) -> None:
        """Delete the file on disk."""
        if self._path is not None:
            self.__exit__()
            self._file = None
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _give_up(self, error: OSError) -> None:
        _log.warning(_IN_MEMORY, self._path, error)
        self.discard()
        self._path = None


def _wait_for(lock: BinaryIO, path: Path) -> None:
    """Wait until the lock of a download is free. The system releases the lock of a process that ends."""
    deadline = time.monotonic() + _LOCK_WAIT_S
    while not _try_lock(lock):
        if time.monotonic() > deadline:
            raise TokenizerFileError(
                f"{lock.name}: another process has held this lock for {_LOCK_WAIT_S:.0f} s. If its download hangs, end that process; "
                f"or set {CACHE_VARIABLE} to another folder than {path.parent}."
            )
        time.sleep(_LOCK_PAUSE_S)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: BinaryIO) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: BinaryIO) -> None:
        file.seek(0)
        with contextlib.suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import errno
    import fcntl

    def _try_lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # A file system without locks: two downloads at the same time cost traffic, and the SHA-256 finds a mixture.
            return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
        return True

    def _unlock(file: BinaryIO) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
