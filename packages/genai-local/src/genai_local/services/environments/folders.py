"""The files of one environment in a folder of the server: paths that cannot leave it, lists and copies.

It knows a folder and its limits, but neither environments nor requests. The folder never contains links.
"""

from __future__ import annotations

import mimetypes
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.limits import MAX_ENVIRONMENT_BYTES, MAX_ENVIRONMENT_DEPTH, MAX_ENVIRONMENT_FILES, MAX_URI_LENGTH
from ...protocol.times import timestamp

Move = Callable[[Path, Path], object]

_MAX_NAME_BYTES = 255


@dataclass(frozen=True)
class Size:
    """The number of the files and folders of an environment, and the bytes of the files."""

    entries: int
    files: int
    bytes: int


def parts_of(path: str, where: str = "path") -> tuple[str, ...]:
    """Return the names in a path within an environment, such as `src/main.py` or `/src//main.py`.

    Args:
        path: the path; the empty path is the folder of the environment itself.
        where: path of the value in the request, for error messages.

    Raises:
        ApiError: 400 for a path that leaves the environment, or that a file system cannot express.
    """
    if len(path) > MAX_URI_LENGTH:
        raise invalid(where, f"has {len(path)} characters; expected at most {MAX_URI_LENGTH}.")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if len(parts) > MAX_ENVIRONMENT_DEPTH:
        raise invalid(where, f"has {len(parts)} levels; expected at most {MAX_ENVIRONMENT_DEPTH}.")
    for part in parts:
        if part == ".." or "\\" in part or any(ord(character) < 32 for character in part):
            raise invalid(where, f"expected a path within the environment, such as src/main.py, not {path!r}.")
        if len(part.encode("utf-8", "surrogatepass")) > _MAX_NAME_BYTES:
            raise invalid(where, f"a name in it has more than {_MAX_NAME_BYTES} bytes.")
    return parts


def size_of(root: Path) -> Size:
    """Return the size of a folder."""
    entries = files = total = 0
    for _, found in _walk(root):
        entries += 1
        if not stat.S_ISDIR(found.st_mode):
            files += 1
            total += found.st_size
    return Size(entries, files, total)


def _walk(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield everything below a folder, each with its state."""
    waiting = [root]
    while waiting:  # ends: a folder contains at most MAX_ENVIRONMENT_FILES entries, and no links
        with os.scandir(waiting.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    waiting.append(Path(entry.path))
                yield Path(entry.path), found


def entries_at(root: Path, parts: tuple[str, ...], *, is_recursive: bool) -> list[JsonObject] | None:
    """Return the files and folders in a folder, or the file itself, sorted by path; None when nothing has this path.

    Args:
        root: the folder of the environment.
        parts: the path.
        is_recursive: whether the contents of folders are included.
    """
    target = root.joinpath(*parts)
    if target.is_file():
        return [_entry_json(root, target, target.lstat())]
    if not target.is_dir():
        return None
    if is_recursive:
        found = sorted(_walk(target))
    else:
        found = sorted((path, path.lstat()) for path in target.iterdir())
    return [_entry_json(root, path, state) for path, state in found]


def _entry_json(root: Path, path: Path, state: os.stat_result) -> JsonObject:
    name = path.relative_to(root).as_posix()
    is_folder = stat.S_ISDIR(state.st_mode)
    result: JsonObject = {"name": path.name, "path": name, "type": "directory" if is_folder else "file"}
    if not is_folder:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        result |= {"size_bytes": state.st_size, "mime_type": kind}
    times = timestamp(state.st_mtime)
    return {**result, "created": times, "modified": times}


def add_file(
    root: Path,
    parts: tuple[str, ...],
    source: Path,
    *,
    overwrite: bool,
    where: str = "path",
    move: Move = Path.rename,
) -> None:
    """Move a file into an environment.

    Args:
        root: the folder of the environment.
        parts: the path of the file.
        source: the file.
        overwrite: whether a file with this path is replaced.
        where: path of the value in the request, for error messages.
        move: moves the file to a path where no file is.

    Raises:
        ApiError: 400 for a path without a name, or that leads through a file; 409 for a file that exists already.
    """
    if not parts:
        raise invalid(where, "is missing; give the path of the file in the environment.")
    target = root.joinpath(*parts)
    check_target(root, parts, overwrite=overwrite, where=where)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        source.replace(target)
    else:
        move(source, target)


def check_target(root: Path, parts: tuple[str, ...], *, overwrite: bool, where: str) -> None:
    """Check that a file can be moved to a path.

    Raises:
        ApiError: as for `add_file`.
    """
    for count in range(1, len(parts)):
        above = root.joinpath(*parts[:count])
        if above.exists() and not above.is_dir():
            raise invalid(where, f"{'/'.join(parts[:count])} is a file, not a folder.")
    target = root.joinpath(*parts)
    if target.is_dir():
        raise invalid(where, f"{'/'.join(parts)} is a folder; give the path of a file.")
    if target.exists() and not overwrite:
        message = f"{where}: {'/'.join(parts)} exists already; send overwrite=true to replace it."
        raise ApiError(409, message, status="ALREADY_EXISTS")


def add_folder(root: Path, parts: tuple[str, ...], source: Path, *, overwrite: bool, move: Move = Path.rename) -> None:
    """Move the files below a folder into an environment, all or none; the arguments are those of `add_file`.

    Raises:
        ApiError: as for `add_file`.
    """
    found = [(path.relative_to(source).parts, state) for path, state in _walk(source)]
    files = [below for below, state in found if not stat.S_ISDIR(state.st_mode)]
    for below in files:
        check_target(root, (*parts, *below), overwrite=overwrite, where="path")
    root.joinpath(*parts).mkdir(parents=True, exist_ok=True)
    for below, state in found:
        if stat.S_ISDIR(state.st_mode):
            root.joinpath(*parts, *below).mkdir(parents=True, exist_ok=True)
    for below in files:
        add_file(root, (*parts, *below), source.joinpath(*below), overwrite=overwrite, move=move)


def check_room(size: Size, more_entries: int, more_bytes: int) -> None:
    """Refuse what does not fit into an environment.

    Raises:
        ApiError: 400 for too many files or bytes.
    """
    if size.entries + more_entries > MAX_ENVIRONMENT_FILES:
        raise ApiError(400, f"An environment has at most {MAX_ENVIRONMENT_FILES} files and folders.")
    if size.bytes + more_bytes > MAX_ENVIRONMENT_BYTES:
        raise ApiError(400, f"The files of an environment have at most {MAX_ENVIRONMENT_BYTES} bytes together.")


def copy_all(source: Path, target: Path) -> None:
    """Copy everything below a folder into a new folder."""
    shutil.copytree(source, target, symlinks=True)
