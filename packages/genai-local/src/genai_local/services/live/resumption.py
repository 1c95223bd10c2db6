"""The handles with which later connections continue a session, and the stored contents of the sessions.

Handles remain valid after a restart of the server. It knows contents, but no connections.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from ...framework.api import Api
from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import Surface

_LIFETIME_S = 2 * 3600.0
"""How long a handle is valid, as on the service."""
_CLEANING_INTERVAL_S = 60.0
_MAX_CHARACTERS = 256 * 1024 * 1024
"""Number of characters of all stored contents; when there are more, the handles of the oldest sessions give way."""
_TABLES = (
    """CREATE TABLE live_contents (
        session TEXT NOT NULL,
        position INTEGER NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (session, position)
    )""",
    """CREATE TABLE live_handles (
        handle TEXT PRIMARY KEY,
        session TEXT NOT NULL,
        surface TEXT NOT NULL,
        model TEXT NOT NULL,
        auth_token TEXT,
        first INTEGER NOT NULL,
        end INTEGER NOT NULL,
        expire_time REAL NOT NULL
    )""",
    "CREATE INDEX live_handles_expiry ON live_handles (expire_time)",
)


@dataclass(frozen=True)
class Resumer:
    """What a session and its continuation have in common."""

    surface: Surface
    model: str
    auth_token: str | None


class Handles:
    """The handles of one server. Thread-safe.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self._state = api.state
        self._clock = api.clock
        self._cleaned, self._characters = 0.0, 0
        api.state.declare("live", *_TABLES)

    def create(
        self, session: str, resumer: Resumer, first: int, contents: Sequence[JsonObject], stored: int
    ) -> tuple[str, int]:
        """Store the contents of a session that are not stored yet, and return a new handle and the end of the contents.

        Args:
            session: id of the session.
            resumer: who may continue the session.
            first: position of the first content that the session still knows.
            contents: the contents from `first` on.
            stored: position after the last stored content.
        """
        handle = secrets.token_urlsafe(32)
        end = first + len(contents)
        new = [
            (session, position, json.dumps(contents[position - first])) for position in range(max(stored, first), end)
        ]
        with self._state.transaction():
            self._clean(session, sum(len(content) for _, _, content in new))
            self._state.execute_many("INSERT INTO live_contents VALUES (?, ?, ?)", new)
            self._state.execute(
                "INSERT INTO live_handles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *(handle, session, resumer.surface, resumer.model, resumer.auth_token),
                *(first, end, self._clock.now() + _LIFETIME_S),
            )
        return handle, end

    def resume(self, handle: str, resumer: Resumer) -> list[JsonObject]:
        """Return the contents of the session that a handle continues.

        Raises:
            ApiError: 400 for a handle that is unknown, has expired or belongs to another model or token.
        """
        row = self._state.row("SELECT * FROM live_handles WHERE handle = ?", handle)
        path = "setup.sessionResumption.handle"
        if row is None or row["surface"] != resumer.surface or row["auth_token"] != resumer.auth_token:
            raise invalid(path, "is not known on this server; begin a new session without a handle.")
        if self._clock.now() >= row["expire_time"]:
            raise invalid(path, "has expired after 2 hours; begin a new session without a handle.")
        if row["model"] != resumer.model:
            raise invalid(path, f"belongs to a session with {row['model']}, not {resumer.model}.")
        rows = self._state.rows(
            "SELECT content FROM live_contents WHERE session = ? AND position >= ? AND position < ? ORDER BY position",
            *(row["session"], row["first"], row["end"]),
        )
        return [json.loads(each["content"]) for each in rows]

    def _clean(self, session: str, coming: int) -> None:
        """Remove expired rows from time to time, and the oldest other sessions if the new rows do not fit."""
        now = self._clock.now()
        if now - self._cleaned >= _CLEANING_INTERVAL_S:
            self._cleaned = now
            self._state.execute("DELETE FROM live_handles WHERE expire_time <= ?", now)
            self._remove_contents()
        self._characters += coming
        while self._characters > _MAX_CHARACTERS:
            oldest = self._state.row(
                "SELECT session FROM live_handles WHERE session <> ? ORDER BY expire_time LIMIT 1", session
            )
            if oldest is None:
                break
            self._state.execute("DELETE FROM live_handles WHERE session = ?", oldest["session"])
            self._remove_contents()
            self._characters += coming

    def _remove_contents(self) -> None:
        """Remove the contents of sessions without handles, and count the rest."""
        self._state.execute("DELETE FROM live_contents WHERE session NOT IN (SELECT session FROM live_handles)")
        row = self._state.row("SELECT SUM(LENGTH(content)) AS characters FROM live_contents")
        self._characters = (row["characters"] or 0) if row is not None else 0

    def clear(self) -> None:
        """Forget when the rows were cleaned; the rows have been removed before."""
        self._cleaned, self._characters = 0.0, 0
