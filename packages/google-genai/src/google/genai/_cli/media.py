"""Pictures, videos and sound that the service generated, written to files without replacing others."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from . import output
from .exits import Failure

_MOST_NAMES = 10_000


def ending_of(mime_type: str | None, default: str) -> str:
    """Return the usual ending of a file for a media type, with the dot."""
    kind = (mime_type or "").partition(";")[0]
    return {"image/jpeg": ".jpg"}.get(kind) or mimetypes.guess_extension(kind) or default


def paths_for(given: str | None, count: int, *, stem: str, ending: str, force: bool) -> list[Path]:
    """Return the paths of new files. Raises `Failure` if one exists already and `force` is not set.

    Args:
      given: The path that the user gave, or None. Several files get numbers before its ending.
      count: Number of files.
      stem: Name without ending, if none was given.
      ending: Ending with the dot, if none was given.
      force: Whether existing files are replaced.
    """
    if given is None:
        return [_free(stem, ending, number) for number in range(count)]
    base = Path(given)
    if base.is_dir():
        raise Failure(f"--to {given}: expected a file, but it is a folder.")
    if not base.suffix:
        base = base.with_suffix(ending)
    paths = [base] if count == 1 else [base.with_stem(f"{base.stem}-{number + 1}") for number in range(count)]
    for path in paths:
        if path.exists() and not force:
            raise Failure(f"--to {path}: the file exists already.", hint="--force replaces it.")
        if not path.parent.is_dir():
            raise Failure(f"--to {path}: the folder {path.parent} does not exist.")
    return paths


def save(path: Path, content: bytes) -> None:
    """Write a file, and print its path on stdout. The path never has a part of the content only."""
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    output.write_line(str(path))


def _free(stem: str, ending: str, skip: int) -> Path:
    """Return the path `stem-N.ending` with the first number whose file does not exist, after `skip` such numbers."""
    for number in range(1, _MOST_NAMES):
        path = Path(f"{stem}-{number}{ending}")
        if not path.exists():
            if skip == 0:
                return path
            skip -= 1
    raise Failure(
        f"All names {stem}-1{ending} to {stem}-{_MOST_NAMES - 1}{ending} are taken.", hint="Name the file: --to FILE"
    )
