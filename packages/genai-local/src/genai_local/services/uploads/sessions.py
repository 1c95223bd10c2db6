"""Unfinished resumable uploads: the message, the received bytes on disk, and their number.

Until the last chunk, only whole granules count: after a broken connection, the bytes after the last granule are
dropped, and the client queries the number of received bytes. The module knows no HTTP.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import TYPE_CHECKING, Any

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject
from ...protocol.uploads import Status

if TYPE_CHECKING:
    from hashlib import _Hash

GRANULARITY_BYTES = 256 * 1024
LIFETIME_S = 7 * 24 * 3600.0
_READ_BYTES = 1024 * 1024
_TABLES = (
    """CREATE TABLE uploads (
        id TEXT PRIMARY KEY,
        target TEXT NOT NULL,
        status TEXT NOT NULL,
        request TEXT NOT NULL,
        mime_type TEXT,
        file_name TEXT,
        declared_bytes INTEGER,
        received_bytes INTEGER NOT NULL,
        granularity_bytes INTEGER NOT NULL,
        create_time REAL NOT NULL,
        result TEXT
    )""",
)


@dataclass(frozen=True)
class Session:
    """The state of one upload."""

    id: str
    target: str
    """Path of the upload's requests."""
    status: Status
    request: JsonObject
    """The message of the start request."""
    mime_type: str | None
    file_name: str | None
    declared_bytes: int | None
    received_bytes: int
    granularity_bytes: int
    path: Path
    result: JsonObject | None
    """The reply to the complete upload."""


class Arrival:
    """A file that receives bytes, with their number and digest; it can be truncated to the last whole granule.

    Args:
        path: the file, which is truncated to `size`.
        granularity_bytes: the size of a granule.
        size: number of bytes received before.
        digest: the SHA-256 of these bytes.
    """

    def __init__(self, path: Path, granularity_bytes: int, size: int = 0, digest: _Hash | None = None) -> None:
        self.size = size
        self._granularity = granularity_bytes
        self._digest = digest or hashlib.sha256()
        self._border, self._border_digest = size, self._digest.copy()
        # Without a buffer, no bytes are left that a full disk refuses later.
        self._file = path.open("r+b" if path.exists() else "wb", buffering=0)
        self._file.truncate(size)
        self._file.seek(size)

    def write(self, data: bytes) -> None:
        """Append bytes."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        rest = memoryview(data)
        while rest:
            step = rest[: self._granularity - self.size % self._granularity]
            self._digest.update(step)
            self.size += len(step)
            rest = rest[len(step) :]
            if self.size % self._granularity == 0:
                self._border, self._border_digest = self.size, self._digest.copy()

    def cut(self) -> None:
        """Truncate the file to whole granules."""
        self._file.truncate(self._border)
        self.size, self._digest = self._border, self._border_digest.copy()

    def close(self) -> tuple[int, _Hash]:
        """Close the file and return the number of bytes and their digest."""
        self._file.close()
        return self.size, self._digest


class Sessions:
    """The resumable uploads of one server.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self.granularity_bytes = GRANULARITY_BYTES
        """Chunk granularity of uploads that start from now on: all chunks except the last are multiples of it."""
        self._state, self._clock = api.state, api.clock
        self._digests: dict[str, tuple[int, _Hash]] = {}
        self._receiving: dict[str, asyncio.Task[Any]] = {}
        self._state.declare("uploads", *_TABLES)

    def clear(self) -> None:
        """Remove all uploads and reset the settings."""
        self._digests.clear()
        self.granularity_bytes = GRANULARITY_BYTES

    def start(
        self,
        target: str,
        request: JsonObject,
        mime_type: str | None,
        file_name: str | None,
        declared_bytes: int | None,
    ) -> Session:
        """Start an upload and return it."""
        upload_id, now = secrets.token_urlsafe(32), self._clock.now()
        for row in self._state.rows("SELECT id FROM uploads WHERE create_time <= ?", now - LIFETIME_S):
            self._state.remove(self._path(row["id"]))
            self._digests.pop(row["id"], None)
            self._state.execute("DELETE FROM uploads WHERE id = ?", row["id"])
        self._state.execute(
            "INSERT INTO uploads VALUES (?, ?, 'active', ?, ?, ?, ?, 0, ?, ?, NULL)",
            *(upload_id, target, json.dumps(request), mime_type, file_name, declared_bytes),
            *(self.granularity_bytes, now),
        )
        return self.get(upload_id)

    def get(self, upload_id: str) -> Session:
        """Return an upload.

        Raises:
            ApiError: 404 for an unknown or expired upload.
        """
        row = self._state.row("SELECT * FROM uploads WHERE id = ?", upload_id)
        if row is None or row["create_time"] <= self._clock.now() - LIFETIME_S:
            raise _no_upload()
        return self._session(row)

    def is_at(self, upload_id: str, target: str) -> bool:
        """Return whether an upload was started at a path and has not expired."""
        try:
            return self.get(upload_id).target == target
        except ApiError:
            return False

    async def interrupt(self, upload_id: str, target: str) -> Session:
        """Cancel the request that is still sending bytes for an upload, and return the upload.

        A client that sends another request has given up the previous connection, even if it looks open to the server.

        Raises:
            ApiError: 404 for an upload that is unknown at this path or expired.
        """
        if self.get(upload_id).target != target:
            raise _no_upload()
        task = self._receiving.get(upload_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        return self.get(upload_id)

    async def receive(self, session: Session, pieces: AsyncIterable[bytes], *, is_last: bool) -> tuple[Session, str]:
        """Append the bytes of a request; return the new state of the upload and the SHA-256 of all its bytes.

        Args:
            session: the upload, for which no other request is sending bytes.
            pieces: the bytes; if the iteration fails, the received whole granules are kept.
            is_last: whether these are the last bytes, which need not fill a granule.

        Raises:
            ApiError: 400 for a wrong number of bytes; 409 when a later request has replaced this one.
        """
        task = asyncio.ensure_future(self._receive(session, pieces, is_last))
        self._receiving[session.id] = task
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            if self._receiving.get(session.id) is task:
                del self._receiving[session.id]
        if task.cancelled():
            raise ApiError(409, "A later request for this upload has replaced this one.")
        digest = task.result()
        return self.get(session.id), digest

    async def _receive(self, session: Session, pieces: AsyncIterable[bytes], is_last: bool) -> str:
        kept = self._digests.get(session.id)
        if kept is None or kept[0] != session.received_bytes:
            kept = await asyncio.to_thread(_digest_of, session.path, session.received_bytes)
        arrival = Arrival(session.path, session.granularity_bytes, *kept)
        is_whole = False
        try:
            async for piece in pieces:
                if session.declared_bytes is not None and arrival.size + len(piece) > session.declared_bytes:
                    raise ApiError(
                        400,
                        f"Expected {session.declared_bytes} bytes, as declared at the start of the upload, but got more.",
                    )
                arrival.write(piece)
            if not is_last and arrival.size % session.granularity_bytes:
                raise ApiError(
                    400,
                    f"Expected a chunk with a multiple of {session.granularity_bytes} bytes, unless it is the last one.",
                )
            if is_last and session.declared_bytes not in (None, arrival.size):
                raise ApiError(
                    400,
                    f"Expected {session.declared_bytes} bytes, as declared at the start of the upload, not {arrival.size}.",
                )
            is_whole = True
        finally:
            if not is_whole:
                arrival.cut()
            kept = arrival.close()
            self._digests[session.id] = kept
            self._state.execute("UPDATE uploads SET received_bytes = ? WHERE id = ?", kept[0], session.id)
        return kept[1].hexdigest()

    def end(self, session: Session, status: Status, result: JsonObject | None = None) -> None:
        """Set the final state of an upload; bytes that the receiver has not moved are deleted."""
        self._state.execute(
            "UPDATE uploads SET status = ?, result = ? WHERE id = ?",
            *(status, None if result is None else json.dumps(result), session.id),
        )
        self._digests.pop(session.id, None)
        self._state.remove(session.path)

    def _path(self, upload_id: str) -> Path:
        return self._state.folder("uploads") / upload_id

    def _session(self, row: Row) -> Session:
        fields = dict(row)
        del fields["create_time"]
        fields["request"] = json.loads(fields["request"])
        fields["result"] = json.loads(fields["result"]) if fields["result"] else None
        path = self._path(row["id"])
        if row["status"] == "active":
            # A killed server may have moved the file without updating the row.
            fields["received_bytes"] = min(row["received_bytes"], path.stat().st_size if path.exists() else 0)
        return Session(**fields, path=path)


def _no_upload() -> ApiError:
    return ApiError(404, "upload_id: the upload does not exist or has expired; start it again.")


def _digest_of(path: Path, size: int) -> tuple[int, _Hash]:
    """Return the number and the digest of the first bytes of a file."""
    digest, left = hashlib.sha256(), size
    if size:
        with path.open("rb") as file:
            while left and (data := file.read(min(left, _READ_BYTES))):
                digest.update(data)
                left -= len(data)
    return size - left, digest
