"""Stored files by name: files that clients uploaded, files that the server generated, and `gs://` objects.

It knows names, sizes, ages and states, but neither how bytes arrive nor what they contain.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import string
import threading
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Literal

from ..protocol.errors import JsonObject
from . import State
from .clock import Clock

Source = Literal["UPLOADED", "GENERATED", "REGISTERED", "BUCKET"]

LIFETIME_S = 48 * 3600.0
_MAX_GENERATED_BYTES = 256 * 1024 * 1024
_ID_LETTERS = string.ascii_lowercase + string.digits
_ID_LENGTH = 12
_TABLES = (
    """CREATE TABLE objects (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        place TEXT NOT NULL,
        source TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        display_name TEXT,
        create_time REAL NOT NULL,
        update_time REAL NOT NULL,
        expire_time REAL,
        ready_time REAL NOT NULL,
        polls_left INTEGER NOT NULL,
        failure TEXT
    )""",
    "CREATE INDEX objects_by_expiry ON objects (expire_time)",
)


@dataclass(frozen=True)
class StoredFile:
    """The content of a file and its type."""

    data: bytes
    mime_type: str


@dataclass(frozen=True)
class Entry:
    """The metadata of a file. Times are seconds since 1970."""

    seq: int
    name: str
    """`files/...` or `gs://...`."""
    path: Path
    """Location of the bytes, which never change."""
    source: Source
    mime_type: str
    size_bytes: int
    sha256: str
    """Hexadecimal."""
    display_name: str | None
    create_time: float
    update_time: float
    expire_time: float | None
    ready_time: float
    """When processing ends."""
    polls_left: int
    """Number of polls until processing ends."""
    failure: JsonObject | None
    """The `google.rpc.Status` with which processing ends; None when it succeeds."""

    def state(self, now: float) -> Literal["PROCESSING", "ACTIVE", "FAILED"]:
        """Return the state of processing at a time."""
        if self.polls_left > 0 or now < self.ready_time:
            return "PROCESSING"
        return "ACTIVE" if self.failure is None else "FAILED"


class Storage:
    """The files of one server by name. Thread-safe.

    Args:
        state: the state that contains them.
        clock: the clock by which they expire.
        max_bytes: maximum total size of generated files. The oldest are removed first; the newest is kept whatever
            its size. Uploaded files are not limited.
    """

    def __init__(self, state: State, clock: Clock, *, max_bytes: int = _MAX_GENERATED_BYTES) -> None:
        self.max_bytes = max_bytes
        self.processing_s = 0.0
        """Processing time of files that are uploaded from now on."""
        self.processing_polls = 0
        """Number of polls until the processing of these files ends."""
        self._state = state
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: list[tuple[re.Pattern[str] | None, JsonObject]] = []
        self._state.declare("objects", *_TABLES)

    def entry(self, name: str) -> Entry | None:
        """Return the metadata of a file; None when it does not exist or has expired."""
        row = self._state.row("SELECT * FROM objects WHERE name = ?", name)
        return None if row is None or self._is_expired(row) else self._entry(row)

    def poll(self, name: str) -> Entry | None:
        """Like `entry`, and count a poll of the processing state."""
        entry = self.entry(name)
        if entry is not None and entry.polls_left:
            self._state.execute("UPDATE objects SET polls_left = polls_left - 1 WHERE name = ?", name)
        return entry

    def files(self, before: int | None, count: int) -> list[Entry]:
        """Return up to `count` files of the Developer API, newest first, that are older than number `before`."""
        query = (
            "SELECT * FROM objects WHERE source <> 'BUCKET' AND seq < ? AND (expire_time IS NULL OR expire_time > ?) "
            "ORDER BY seq DESC LIMIT ?"
        )
        rows = self._state.rows(query, before if before is not None else 2**62, self._clock.now(), count)
        return [self._entry(row) for row in rows]

    def find(self, name: str) -> StoredFile | None:
        """Return a file with its bytes, or None."""
        entry = self.entry(name)
        try:
            return StoredFile(entry.path.read_bytes(), entry.mime_type) if entry else None
        except FileNotFoundError:  # removed in between
            return None

    def new_name(self) -> str:
        """Return an unused name of the form `files/{id}`."""
        return "files/" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))

    def adopt(
        self, name: str, path: Path, mime_type: str, size_bytes: int, sha256: str, *, display_name: str | None = None
    ) -> Entry:
        """Store an uploaded file; its bytes are moved into the storage.

        Args:
            name: an unused name.
            path: location of the bytes, on the file system of the state's folder.
            mime_type: type of the file.
            size_bytes: size of the file.
            sha256: hexadecimal digest of the bytes.
            display_name: name for people.

        Raises:
            FileExistsError: when a file with this name exists.
        """
        with self._state.transaction():
            row = self._state.row("SELECT * FROM objects WHERE name = ?", name)
            if row is not None and not self._is_expired(row):
                raise FileExistsError(name)
            failure = self._failure_of(name, display_name, mime_type)
            place = self._new_place()
            self._state.move(path, place)
            return self._insert(name, place, "UPLOADED", mime_type, size_bytes, sha256, display_name, failure)

    def put(self, name: str, file: StoredFile, source: Source = "BUCKET") -> None:
        """Store a file under a name; an existing file with this name is replaced."""
        place = self._new_place()
        with self._state.new_file(place):
            place.write_bytes(file.data)
            digest = hashlib.sha256(file.data).hexdigest()
            with self._state.transaction():
                self._insert(name, place, source, file.mime_type, len(file.data), digest, None, None)
                self._drop_oldest(name)

    def put_generated(self, file: StoredFile) -> str:
        """Store a generated file under a new name of the form `files/{id}` and return the name."""
        name = self.new_name()
        self.put(name, file, "GENERATED")
        return name

    def put_samples(self, folder_uri: str, files: list[StoredFile]) -> list[str]:
        """Store files in a new folder below a `gs://` URI and return their URIs."""
        folder = f"{folder_uri.rstrip('/')}/{secrets.randbelow(10**19):019d}"
        uris: list[str] = []
        for index, file in enumerate(files):
            extension = {"image/jpeg": "jpeg", "image/png": "png", "video/mp4": "mp4"}.get(file.mime_type, "bin")
            uris.append(f"{folder}/sample_{index}.{extension}")
            self.put(uris[-1], file)
        return uris

    def delete(self, name: str) -> bool:
        """Remove a file and return whether it existed."""
        with self._state.transaction():
            entry = self.entry(name)
            self._remove("name = ?", name)
        return entry is not None

    def fail_next(self, status: JsonObject, times: int, match: re.Pattern[str] | None = None) -> None:
        """Make the processing of the next uploaded files fail.

        Args:
            status: the `google.rpc.Status` of these files.
            times: number of files.
            match: pattern that is searched for in name, display name and type; None for any file.
        """
        with self._lock:
            self._failures += [(match, status)] * times

    def _failure_of(self, *names: str | None) -> JsonObject | None:
        with self._lock:
            for index, (match, status) in enumerate(self._failures):
                if match is None or any(match.search(text) for text in names if text):
                    del self._failures[index]
                    return status
        return None

    def clear(self) -> None:
        """Remove all files and reset the settings."""
        with self._lock:
            self._failures.clear()
        self.processing_s, self.processing_polls = 0.0, 0
        self._remove("1")

    def _new_place(self) -> Path:
        return self._state.folder("objects") / secrets.token_hex(12)

    def _insert(
        self,
        name: str,
        place: Path,
        source: Source,
        mime_type: str,
        size_bytes: int,
        sha256: str,
        display_name: str | None,
        failure: JsonObject | None,
    ) -> Entry:
        now = self._clock.now()
        self._remove("name = ? OR expire_time <= ?", name, now)
        processing = (self.processing_s, self.processing_polls) if source == "UPLOADED" else (0.0, 0)
        self._state.execute(
            "INSERT INTO objects (name, place, source, mime_type, size_bytes, sha256, display_name, create_time, "
            "update_time, expire_time, ready_time, polls_left, failure) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(name, place.name, source, mime_type, size_bytes, sha256, display_name, now, now),
            None if source == "BUCKET" else now + LIFETIME_S,
            now + processing[0],
            processing[1],
            json.dumps(failure) if failure else None,
        )
        row = self._state.row("SELECT * FROM objects WHERE name = ?", name)
        assert row is not None
        return self._entry(row)

    def _drop_oldest(self, newest: str) -> None:
        made = self._state.rows(
            "SELECT name, size_bytes FROM objects WHERE source IN ('GENERATED', 'BUCKET') ORDER BY seq"
        )
        total = sum(row["size_bytes"] for row in made)
        for row in made:
            if total <= self.max_bytes or row["name"] == newest:
                return
            self._remove("name = ?", row["name"])
            total -= row["size_bytes"]

    def _remove(self, condition: str, *values: str | float) -> None:
        with self._state.transaction():
            for row in self._state.rows(f"SELECT * FROM objects WHERE {condition}", *values):  # noqa: S608 - constant conditions
                self._state.execute("DELETE FROM objects WHERE seq = ?", row["seq"])
                path = self._entry(row).path
                self._state.remove(path)
                self._state.remove(sidecar_of(path))

    def _is_expired(self, row: Row) -> bool:
        return row["expire_time"] is not None and row["expire_time"] <= self._clock.now()

    def _entry(self, row: Row) -> Entry:
        fields = dict(row)
        fields["path"] = self._state.folder("objects") / fields.pop("place")
        fields["failure"] = json.loads(fields["failure"]) if fields["failure"] else None
        return Entry(**fields)


def sidecar_of(path: Path) -> Path:
    """Return the path of the file that caches the text extracted from a stored file."""
    return path.with_name(f"{path.name}.txt")
