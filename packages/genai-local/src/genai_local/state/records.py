"""Stored configurations by kind and id, such as agents, webhooks and credentials, as JSON objects.

It knows ids, ages and numbers, not what a configuration means. Secret parts are kept apart, so that no reply contains them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Row

from ..protocol.errors import ApiError, JsonObject
from ..protocol.limits import MAX_RECORDS
from ..protocol.messages import Surface
from . import State
from .clock import Clock

_TABLES = (
    """CREATE TABLE records (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        surface TEXT NOT NULL,
        parent TEXT NOT NULL,
        id TEXT NOT NULL,
        value TEXT NOT NULL,
        secret TEXT NOT NULL,
        create_time REAL NOT NULL,
        update_time REAL NOT NULL,
        UNIQUE (kind, surface, parent, id)
    )""",
)


@dataclass(frozen=True)
class Place:
    """Where a configuration belongs: a surface, and on Vertex AI a project and a location."""

    surface: Surface
    parent: str
    """`projects/.../locations/...`, or empty."""


@dataclass(frozen=True)
class Record:
    """One configuration. Times are seconds since 1970."""

    seq: int
    kind: str
    place: Place
    id: str
    value: JsonObject
    secret: JsonObject
    """The parts that no reply contains."""
    create_time: float
    update_time: float


class Records:
    """The configurations of one server. Thread-safe.

    Args:
        state: the state that contains them.
        clock: the clock of their times.
    """

    def __init__(self, state: State, clock: Clock) -> None:
        self._state, self._clock = state, clock
        state.declare("records", *_TABLES)

    def add(
        self,
        kind: str,
        place: Place,
        record_id: str,
        value: JsonObject,
        secret: JsonObject | None = None,
        *,
        most: int = MAX_RECORDS,
    ) -> Record:
        """Store a new configuration and return it.

        Args:
            kind: the collection, such as `agents`.
            place: where it belongs.
            record_id: its id.
            value: the parts that replies may contain.
            secret: the other parts.
            most: the largest number of configurations of this kind in this place.

        Raises:
            ApiError: 409 for an id in use, 429 when there are as many configurations as `most`.
        """
        now = self._clock.now()
        with self._state.transaction():
            if self.find(kind, place, record_id) is not None:
                message = f"id: {kind}/{record_id} exists already; use another id, or delete it first."
                raise ApiError(409, message, status="ALREADY_EXISTS")
            row = self._state.row(
                "SELECT COUNT(*) AS count FROM records WHERE kind = ? AND surface = ? AND parent = ?",
                *(kind, place.surface, place.parent),
            )
            if row is not None and row["count"] >= most:
                raise ApiError(429, f"This server keeps at most {most} {kind}; delete some of them first.")
            self._state.execute(
                "INSERT INTO records (kind, surface, parent, id, value, secret, create_time, update_time) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *(kind, place.surface, place.parent, record_id, _text(value), _text(secret or {}), now, now),
            )
            record = self.find(kind, place, record_id)
        assert record is not None
        return record

    def find(self, kind: str, place: Place, record_id: str) -> Record | None:
        """Return the configuration with this id, or None."""
        row = self._state.row(
            "SELECT * FROM records WHERE kind = ? AND surface = ? AND parent = ? AND id = ?",
            *(kind, place.surface, place.parent, record_id),
        )
        return None if row is None else _record(row)

    def find_anywhere(self, kind: str, surface: Surface, record_id: str) -> Record | None:
        """Return the configuration with this id in any project, or None; for ids that cannot be guessed."""
        query = "SELECT * FROM records WHERE kind = ? AND surface = ? AND id = ?"
        row = self._state.row(query, kind, surface, record_id)
        return None if row is None else _record(row)

    def newest(self, kind: str, place: Place, before: int | None = None, count: int = -1) -> list[Record]:
        """Return up to `count` configurations, newest first, that are older than number `before`."""
        rows = self._state.rows(
            "SELECT * FROM records WHERE kind = ? AND surface = ? AND parent = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
            *(kind, place.surface, place.parent, before if before is not None else 2**62, count),
        )
        return [_record(row) for row in rows]

    def all_of(self, kind: str) -> list[Record]:
        """Return all configurations of a kind, of all places, oldest first."""
        return [_record(row) for row in self._state.rows("SELECT * FROM records WHERE kind = ? ORDER BY seq", kind)]

    def replace(self, record: Record, value: JsonObject, secret: JsonObject | None = None) -> Record:
        """Store another value, and another secret if given; return the new configuration.

        Raises:
            ApiError: 404 when it was deleted meanwhile.
        """
        with self._state.transaction():
            changed = self._state.execute(
                "UPDATE records SET value = ?, secret = ?, update_time = ? WHERE seq = ?",
                *(_text(value), _text(record.secret if secret is None else secret), self._clock.now(), record.seq),
            )
            row = self._state.row("SELECT * FROM records WHERE seq = ?", record.seq)
        if not changed or row is None:
            raise ApiError(404, f"{record.kind}/{record.id} was deleted.")
        return _record(row)

    def delete(self, records: Sequence[Record]) -> None:
        """Remove configurations."""
        self._state.execute_many("DELETE FROM records WHERE seq = ?", [(record.seq,) for record in records])

    def clear(self) -> None:
        """Do nothing: all data is in rows, which have been removed before."""


def _text(value: JsonObject) -> str:
    return json.dumps(value, ensure_ascii=False)


def _record(row: Row) -> Record:
    return Record(
        seq=row["seq"],
        kind=row["kind"],
        place=Place(row["surface"], row["parent"]),
        id=row["id"],
        value=json.loads(row["value"]),
        secret=json.loads(row["secret"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )
