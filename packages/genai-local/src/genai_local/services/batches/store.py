"""The stored batches: one row per batch and one row per request, so that a restart neither loses nor repeats a result.

It knows states and counts, but not how requests are read and answered, nor the JSON of a batch.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any, Literal

from ...framework.api import Api
from ...protocol.errors import JsonObject
from ...protocol.messages import Surface
from ...state.operations import rpc_status

Kind = Literal["generation", "embedding"]
State = Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"]

LIFETIME_S = 48 * 3600.0
"""Maximum duration of a batch."""
_UNFINISHED = ("PENDING", "RUNNING")
_TABLES = (
    """CREATE TABLE batches (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        surface TEXT NOT NULL,
        parent TEXT NOT NULL,
        kind TEXT NOT NULL,
        model TEXT NOT NULL,
        display_name TEXT NOT NULL,
        request TEXT NOT NULL,
        sources TEXT NOT NULL,
        destination TEXT,
        state TEXT NOT NULL,
        is_read INTEGER NOT NULL,
        failure TEXT,
        output TEXT,
        create_time REAL NOT NULL,
        start_time REAL,
        end_time REAL,
        update_time REAL NOT NULL,
        ready_time REAL NOT NULL,
        polls_left INTEGER NOT NULL
    )""",
    # The tag is returned with the result: a key, metadata, or the line of the file.
    """CREATE TABLE batch_items (
        batch_id TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        tag TEXT NOT NULL,
        request TEXT,
        result TEXT,
        is_failed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (batch_id, position)
    )""",
    "CREATE INDEX batch_items_to_do ON batch_items (batch_id, position) WHERE result IS NULL",
)


@dataclass(frozen=True)
class Item:
    """One request of a batch."""

    tag: JsonObject
    request: JsonObject | None
    """The canonical request; None when it could not be read."""
    problem: JsonObject | None = None
    """The `google.rpc.Status` of an unreadable request."""


@dataclass(frozen=True)
class Batch:
    """A batch without its requests. Times are seconds since 1970."""

    seq: int
    id: str
    surface: Surface
    parent: str
    """`projects/.../locations/...`, or empty."""
    kind: Kind
    model: str
    """Resource name of the model."""
    display_name: str
    request: JsonObject
    """The client's request for the batch, without inlined requests."""
    sources: list[str]
    """Names of the files or objects with the requests; empty for inlined requests."""
    destination: str | None
    """URI below which the results are written; None for a file or for inlined results."""
    state: State
    is_read: bool
    """Whether all requests are stored as items."""
    failure: JsonObject | None
    """The `google.rpc.Status` of the failure of the whole batch."""
    output: str | None
    """Name of the file or object with the results, once it is written."""
    create_time: float
    start_time: float | None
    end_time: float | None
    update_time: float
    ready_time: float
    """The earliest time at which the batch can be finished."""
    polls_left: int
    """Number of polls until the batch can be finished."""

    @property
    def is_finished(self) -> bool:
        """Whether the batch is in a final state."""
        return self.state not in _UNFINISHED


@dataclass(frozen=True)
class Counts:
    """The numbers of successful, failed and pending requests of a batch."""

    successful: int
    failed: int
    pending: int

    @property
    def total(self) -> int:
        """The number of all stored requests."""
        return self.successful + self.failed + self.pending


class Batches:
    """The batches of one server. Thread-safe, except `tasks`, which belongs to the event loop.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self.patience_s = 0.0
        """How long a poll waits for a batch that is unfinished after its minimum duration."""
        self.tasks: dict[str, asyncio.Task[None]] = {}
        """The tasks that answer requests, by the id of their batch."""
        self._state = api.state
        self._clock = api.clock
        self._operations = api.operations
        self._background = api.background
        api.state.declare("batches", *_TABLES)

    def add(
        self,
        surface: Surface,
        kind: Kind,
        *,
        model: str,
        display_name: str,
        request: JsonObject,
        items: Sequence[Item] = (),
        sources: Sequence[str] = (),
        destination: str | None = None,
        parent: str = "",
    ) -> Batch:
        """Store a new batch and return it. The arguments are fields of `Batch`; `items` are inlined requests."""
        now = self._clock.now()
        is_gemini = surface == "gemini"
        batch_id = secrets.token_hex(16) if is_gemini else f"{secrets.randbelow(9 * 10**18) + 10**18}"
        with self._state.transaction():
            self._state.execute(
                "INSERT INTO batches (id, surface, parent, kind, model, display_name, request, sources, destination, "
                "state, is_read, create_time, update_time, ready_time, polls_left) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'PENDING', ?, ?, ?, ?, ?)",
                *(batch_id, surface, parent, kind, model, display_name, json.dumps(request), json.dumps(list(sources))),
                *(destination, int(not sources), now, now),
                *(now + self._operations.duration_s, self._operations.polls),
            )
            self.add_items(batch_id, 0, items)
        return self.get(batch_id)

    def add_items(self, batch_id: str, position: int, items: Sequence[Item]) -> None:
        """Store requests of a batch from a position on; requests that are already stored are not changed."""
        rows = [
            (batch_id, index, json.dumps(item.tag), json.dumps(item.request) if item.request is not None else None)
            + ((json.dumps({"error": item.problem}), 1) if item.problem is not None else (None, 0))
            for index, item in enumerate(items, start=position)
        ]
        with self._state.transaction():
            if self.find(batch_id) is not None:
                self._state.execute_many(
                    "INSERT OR IGNORE INTO batch_items (batch_id, position, tag, request, result, is_failed) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    rows,
                )

    def find(self, batch_id: str) -> Batch | None:
        """Return the batch with this id, or None."""
        row = self._state.row("SELECT * FROM batches WHERE id = ?", batch_id)
        return _batch(row) if row else None

    def get(self, batch_id: str) -> Batch:
        """Return the batch with this id, which must exist."""
        batch = self.find(batch_id)
        assert batch is not None, batch_id
        return batch

    def list_page(self, surface: Surface, parent: str, before: int | None, count: int) -> list[Batch]:
        """Return up to `count` batches of a parent, newest first, that are older than number `before`."""
        rows = self._state.rows(
            "SELECT * FROM batches WHERE surface = ? AND parent = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
            *(surface, parent, before if before is not None else 2**62, count),
        )
        return [_batch(row) for row in rows]

    def list_unfinished(self) -> list[Batch]:
        """Return the unfinished batches, oldest first."""
        rows = self._state.rows("SELECT * FROM batches WHERE state IN ('PENDING', 'RUNNING') ORDER BY seq")
        return [_batch(row) for row in rows]

    def counts(self, batch_id: str) -> Counts:
        """Return the numbers of successful, failed and pending requests."""
        row = self._state.row(
            "SELECT COUNT(*) AS total, COUNT(result) AS answered, COALESCE(SUM(is_failed), 0) AS failed "
            "FROM batch_items WHERE batch_id = ?",
            batch_id,
        )
        assert row is not None
        return Counts(row["answered"] - row["failed"], row["failed"], row["total"] - row["answered"])

    def to_do(self, batch_id: str, count: int) -> list[tuple[int, JsonObject]]:
        """Return up to `count` requests without a result, each with its position."""
        rows = self._state.rows(
            "SELECT position, request FROM batch_items WHERE batch_id = ? AND result IS NULL ORDER BY position LIMIT ?",
            *(batch_id, count),
        )
        return [(row["position"], json.loads(row["request"])) for row in rows]

    def results(self, batch_id: str, after: int = -1, count: int = -1) -> list[tuple[int, JsonObject, JsonObject]]:
        """Return results in the order of the requests, each with its position and tag; all results without a count."""
        rows = self._state.rows(
            "SELECT position, tag, result FROM batch_items WHERE batch_id = ? AND position > ? AND result IS NOT NULL "
            "ORDER BY position LIMIT ?",
            *(batch_id, after, count),
        )
        return [(row["position"], json.loads(row["tag"]), json.loads(row["result"])) for row in rows]

    def keep_result(self, batch_id: str, position: int, result: JsonObject) -> None:
        """Store the result of a request, with `response` or `error`."""
        self._state.execute(
            "UPDATE batch_items SET result = ?, is_failed = ? WHERE batch_id = ? AND position = ? AND result IS NULL",
            *(json.dumps(result), int("error" in result), batch_id, position),
        )

    def begin(self, batch_id: str) -> None:
        """Mark a batch as running."""
        now = self._clock.now()
        self._state.execute(
            "UPDATE batches SET state = 'RUNNING', start_time = ?, update_time = ? WHERE id = ? AND state = 'PENDING'",
            *(now, now, batch_id),
        )

    def set_read(self, batch_id: str, failure: Exception | None = None) -> None:
        """Mark a batch as read: all requests are stored, or reading failed with an error."""
        status = json.dumps(rpc_status(failure)) if failure else None
        self._state.execute("UPDATE batches SET is_read = 1, failure = ? WHERE id = ?", status, batch_id)

    def end(self, batch_id: str, state: State, output: str | None = None) -> bool:
        """Set the final state of an unfinished batch, and return whether the batch was unfinished."""
        now = self._clock.now()
        return (
            self._state.execute(
                "UPDATE batches SET state = ?, output = ?, end_time = ?, update_time = ? "
                "WHERE id = ? AND state IN ('PENDING', 'RUNNING')",
                *(state, output, now, now, batch_id),
            )
            > 0
        )

    def expire(self) -> list[str]:
        """End the batches that exceed the maximum duration, and return their ids."""
        ended: list[str] = []
        now = self._clock.now()
        query = "SELECT id FROM batches WHERE state IN ('PENDING', 'RUNNING') AND create_time <= ?"
        for row in self._state.rows(query, now - LIFETIME_S):
            if self.end(row["id"], "EXPIRED"):
                ended.append(row["id"])
            self.stop(row["id"])
        return ended

    def poll(self, batch_id: str) -> bool:
        """Count a poll of a batch and return whether the batch may be finished."""
        asked = "UPDATE batches SET polls_left = polls_left - 1 WHERE id = ? AND polls_left > 0"
        if self._state.execute(asked, batch_id):
            return False
        return self.is_due(self.get(batch_id))

    def is_due(self, batch: Batch) -> bool:
        """Return whether a batch has had its minimum number of polls and its minimum duration."""
        return batch.polls_left <= 0 and self._clock.now() >= batch.ready_time

    def stop(self, batch_id: str) -> None:
        """Cancel the work on a batch."""
        task = self.tasks.get(batch_id)
        if task is not None:
            self._background.cancel(task)

    def delete(self, batch_id: str) -> None:
        """Remove a batch with its requests and results."""
        self._state.execute("DELETE FROM batches WHERE id = ?", batch_id)
        self.stop(batch_id)

    def clear(self) -> None:
        """Do nothing: rows have been removed and tasks have been cancelled before."""


def _batch(row: Row) -> Batch:
    fields: dict[str, Any] = dict(row)
    for name in ("request", "sources", "failure"):
        fields[name] = json.loads(fields[name]) if fields[name] else None
    fields["is_read"] = bool(fields["is_read"])
    return Batch(**fields)
