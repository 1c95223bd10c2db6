"""Temporary folders that do not stay: a folder is removed with its owner, or, after a crash, when the next one is made.

A lock on a file in the folder, which the operating system releases when the process ends, tells whether it is in use.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: folders of crashed servers stay until the system removes them
    fcntl = None

_PREFIX = "genai-local.files-"
_LOCK = "in-use"


def temporary_folder(owner: object) -> tuple[Path, Callable[[], object]]:
    """Return a new private folder, and a function that removes it. It is removed with its owner, too."""
    _remove_left_folders()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    if fcntl is not None:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder, weakref.finalize(owner, _remove, folder, lock)


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _remove_left_folders() -> None:
    """Remove the folders of servers that were killed."""
    if fcntl is None:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            found = folder.lstat()
            if found.st_uid != os.getuid() or folder.is_symlink() or not folder.is_dir():
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR)  # raises if it has no lock yet
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises if its server runs
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
