"""The file of a recording: its format, and how it is written.

A recording is JSON: `{"format": "google-genai recording", "version": 1, "replay_id": ..., "exchanges": [...]}`. An exchange is one
HTTP request with its reply or its failure, or one WebSocket with its messages, in the order of the requests. Not part of this
module: reading, the redaction, and the comparison of requests.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import shutil
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

FORMAT = "google-genai recording"
VERSION = 1
LARGE_BYTES = 64 << 10
"""From this size on, bytes that are not text are written to a file of their own."""


@dataclass
class Failure:
    """A connection that failed, or a body that was cut."""

    kind: str
    """`connect`, `read` or `timeout`."""
    message: str
    limit: str = ""
    """The exceeded limit of a timeout."""


@dataclass
class Piece:
    """A part of a streamed body that arrived at one time."""

    data: bytes
    after_ms: float
    """Time since the piece before, or since the head of the reply."""


@dataclass
class Reply:
    """A recorded reply."""

    status: int
    reason: str
    headers: dict[str, str]
    pieces: list[Piece]
    after_ms: float
    """Time from the request to the head of the reply."""
    cut: Failure | None = None
    was_left: bool = False
    """Whether the program left the stream before its end."""

    @property
    def body(self) -> bytes:
        """The whole body."""
        return self.pieces[0].data if len(self.pieces) == 1 else b"".join(piece.data for piece in self.pieces)


@dataclass
class Message:
    """One message of a WebSocket. `kind` is `sent`, `received`, `closed` or `closed_here`."""

    kind: str
    data: Any
    after_ms: float = 0.0


@dataclass
class Exchange:
    """One recorded HTTP exchange, or one WebSocket."""

    position: int
    request: dict[str, Any]
    """As in the file: `method`, `url`, `headers`, and the body as `json`, `text`, `base64` or `bytes`."""
    reply: Reply | None = None
    failure: Failure | None = None
    messages: list[Message] | None = None
    """The messages of a WebSocket; None for HTTP."""


@dataclass
class Recording:
    """A recording that was read."""

    path: Path
    replay_id: str
    exchanges: list[Exchange]
    is_official: bool = False
    """Whether the official SDK has written it."""
    entries: list[Any] = field(default_factory=list[Any])
    """The exchanges as in the file."""


def files_folder(path: Path) -> Path:
    """Return the folder for the large bodies of a recording."""
    return path.with_name(path.stem + ".files")


# Bodies


def body_entry(data: bytes, folder: Path | None = None) -> dict[str, Any]:
    """Return how a body is written: as JSON if it is JSON, else as text, else as base64 or as a file with its checksum.

    Without a folder for files, only size and checksum of large bytes are written.
    """
    if not data:
        return {}
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _bytes_entry(data, folder)
    if text[0] in '{["' or text.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError, RecursionError):
            return {"json": strict_json(text)}
    return {"text": text}


_DEEPEST = 100
_EXPONENT = re.compile(r"\d[eE]\+?\d{3}")


def strict_json(text: str) -> Any:
    """Return the value of JSON that can be written again. Raises `ValueError` for another text, and for infinite numbers."""
    value = json.loads(text, parse_constant=_refuse)
    if text.count("[") + text.count("{") > _DEEPEST:
        _require_depth(value, _DEEPEST)
    if _EXPONENT.search(text):
        json.dumps(value, allow_nan=False)
    return value


def _require_depth(value: Any, levels: int) -> None:
    """Raise `ValueError` for data with more levels than that: code that calls itself would reach the interpreter's limit."""
    if isinstance(value, (dict, list)):
        if not levels:
            raise ValueError("nested too deeply")
        each = cast("dict[str, Any]", value).values() if isinstance(value, dict) else cast("list[Any]", value)
        for item in each:
            _require_depth(item, levels - 1)


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _bytes_entry(data: bytes, folder: Path | None) -> dict[str, Any]:
    if len(data) < LARGE_BYTES:
        return {"base64": base64.b64encode(data).decode()}
    checksum = hashlib.sha256(data).hexdigest()
    if folder is None:
        return {"bytes": {"size": len(data), "sha256": checksum}}
    name = f"{checksum[:32]}.bin"
    folder.mkdir(parents=True, exist_ok=True)
    _write_whole(folder / name, data)
    return {"file": {"name": f"{folder.name}/{name}", "size": len(data), "sha256": checksum}}


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def event_entry(block: bytes) -> dict[str, Any] | None:
    """Return how one event of a stream is written, or None if it is not a usual event with JSON."""
    entry: dict[str, Any] = {}
    for line in block.decode().splitlines():
        name, colon, value = line.partition(": ")
        if not colon or name not in ("event", "id", "data") or name in entry:
            return None
        entry[name] = value
    if "data" not in entry:
        return None
    try:
        entry["data"] = strict_json(entry["data"])
    except (ValueError, RecursionError):
        return None
    return entry


def event_bytes(entry: dict[str, Any]) -> bytes:
    lines = [f"{name}: {entry[name]}\n" for name in ("event", "id") if name in entry]
    return ("".join(lines) + f"data: {compact(entry['data'])}\n\n").encode()


_readable_text: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False).encode


def pretty(value: Any, lead: str, text_of: Callable[[Any], str] = _readable_text) -> str:
    """Return JSON with one member or item in a line; lists of numbers, such as embeddings, are in one line.

    Args:
      value: The data.
      lead: The line break and the spaces before each line.
      text_of: Returns the JSON of a text or a number.
    """
    if isinstance(value, dict) and value:
        inner = lead + "  "
        members = cast("dict[str, Any]", value).items()
        return (
            "{"
            + ",".join(f"{inner}{text_of(name)}: {pretty(item, inner, text_of)}" for name, item in members)
            + lead
            + "}"
        )
    if isinstance(value, list) and value:
        items = cast("list[Any]", value)
        if all(isinstance(item, (int, float)) for item in items):
            return text_of(items)
        inner = lead + "  "
        return "[" + ",".join(inner + pretty(item, inner, text_of) for item in items) + lead + "]"
    return text_of(value)


def compact(value: Any) -> str:
    """Return JSON without spaces. Characters beyond ASCII are escaped, because half of a pair cannot be encoded."""
    return json.dumps(value, separators=(",", ":"))


# Writing


class Writer:
    """Writes a recording. The file with its name appears, or changes, only when it is saved.

    Until then the exchanges are in a file next to it, `<name>.<process>.partial`, which is valid JSON after each exchange, so a
    program that crashes loses none. Callers use a lock.
    """

    def __init__(self, path: Path, replay_id: str, redact: Callable[[str], str] = str) -> None:
        self.path = path
        self._redact = redact
        """Removes secrets that became known after an exchange was written."""
        head = {"format": FORMAT, "version": VERSION, "replay_id": replay_id}
        self._head = json.dumps(head, indent=2)[:-2].encode() + b',\n  "exchanges": ['
        self.partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        self._file: Any = None
        self._parts: list[tuple[int, int, int]] = []
        """For each exchange its number, and where it begins and ends in the partial file."""
        self._saved_parts: list[tuple[int, int, int]] = []
        self._has_unsaved = False
        self._files: set[str] = set()

    @property
    def count(self) -> int:
        """The number of exchanges."""
        return len(self._parts)

    def add(self, number: int, entry: dict[str, Any]) -> None:
        """Write an exchange. `number` is its place in the order of the requests. Raises `OSError`."""
        text = pretty(entry, "\n    ")
        try:
            encoded = text.encode()
        except UnicodeEncodeError:  # half of a pair of UTF-16
            encoded = pretty(entry, "\n    ", json.dumps).encode()
        file = self._opened()
        at = self._parts[-1][2] if self._parts else len(self._head)
        lead = b",\n    " if self._parts else b"\n    "
        end = at + len(lead) + len(encoded)
        try:
            file.seek(at)
            _write_all(file, lead + encoded + _TAIL)
        except OSError:
            with contextlib.suppress(OSError):
                self._repair(at)
            raise
        self._parts.append((number, end - len(encoded), end))
        self._has_unsaved = True
        self._note_files(entry)

    def save(self) -> None:
        """Put the recording in its place. A file that cannot be written completely does not replace the one there."""
        if not self._has_unsaved or self._file is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as target:
                parts = self._copy_in_order(target)
                target.flush()
                os.fsync(target.fileno())
            os.replace(temporary, self.path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        self._has_unsaved = False
        self._saved_parts = parts
        self._remove_unused_files()

    def discard(self) -> None:
        """Remove the partial file."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
            with contextlib.suppress(OSError):
                self.partial.unlink()

    def leave(self) -> None:
        """Close the partial file, and keep it."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()

    def _opened(self) -> Any:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._saved_parts:  # of a client that is used again after it was closed
                shutil.copyfile(self.path, self.partial)
                self._parts = list(self._saved_parts)
            self._file = self.partial.open("r+b" if self._saved_parts else "w+b", buffering=0)
            weakref.finalize(self, self._file.close)
            if not self._saved_parts:
                _write_all(self._file, self._head + _TAIL)
        return self._file

    def _repair(self, at: int) -> None:
        """Remove an exchange that was not written completely."""
        self._file.seek(at)
        self._file.write(_TAIL)  # over bytes that are there, so it needs no space
        self._file.truncate(at + len(_TAIL))

    def _copy_in_order(self, target: Any) -> list[tuple[int, int, int]]:
        """Write all exchanges in the order of the requests, and return their places."""
        target.write(self._head)
        parts: list[tuple[int, int, int]] = []
        for number, begin, end in sorted(self._parts):
            self._file.seek(begin)
            target.write(b",\n    " if parts else b"\n    ")
            at = target.tell()
            data = self._redact(_read_all(self._file, end - begin).decode()).encode()
            target.write(data)
            parts.append((number, at, at + len(data)))
        target.write(_TAIL)
        return parts

    def _note_files(self, entry: dict[str, Any]) -> None:
        given = cast("dict[str, Any]", entry.get("response", {})).get("file")
        if given is not None:
            self._files.add(given["name"].rpartition("/")[2])

    def _remove_unused_files(self) -> None:
        folder = files_folder(self.path)
        with contextlib.suppress(OSError):
            for each in list(folder.iterdir()):
                if each.suffix == ".bin" and each.name not in self._files:
                    each.unlink()
            if not self._files:
                folder.rmdir()


_TAIL = b"\n  ]\n}\n"


def _write_all(file: Any, data: bytes) -> None:
    """Write to a file without a buffer, which may take less than it is given."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _read_all(file: Any, size: int) -> bytes:
    pieces: list[bytes] = []
    while size:
        piece = file.read(size)
        if not piece:
            raise OSError("The partial file of the recording has become shorter.")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
