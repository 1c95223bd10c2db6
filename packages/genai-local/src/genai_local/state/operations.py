"""Long-running operations: background work with a name under which clients poll for its result.

It knows names, times and outcomes, not what the work is. Operations are part of the server's state. After a restart,
unfinished work is either started again by its service or ends with an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from sqlite3 import Row

from ..protocol.errors import ApiError, JsonObject, expected_error, internal_error
from . import State
from .background import Background
from .clock import Clock
from .room import with_room

_MAX_KEPT = 1000
_TABLES = (
    """CREATE TABLE operations (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        metadata TEXT,
        outcome TEXT,
        ready_time REAL NOT NULL,
        polls_left INTEGER NOT NULL
    )""",
)
_RPC_CODES = {
    "CANCELLED": 1,
    "UNKNOWN": 2,
    "INVALID_ARGUMENT": 3,
    "DEADLINE_EXCEEDED": 4,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "ABORTED": 10,
    "OUT_OF_RANGE": 11,
    "UNIMPLEMENTED": 12,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
    "DATA_LOSS": 15,
    "UNAUTHENTICATED": 16,
}

Work = Callable[[], Awaitable[JsonObject]]
"""Returns the response of an operation; an exception becomes the operation's error."""


def rpc_status(error: Exception) -> JsonObject:
    """Return an exception as a `google.rpc.Status`; an unexpected exception becomes an internal error."""
    error = expected_error(error) or internal_error()
    status: JsonObject = {"code": _RPC_CODES.get(error.status, 2), "message": error.message}
    return {**status, "details": error.details} if error.details else status


class Operations:
    """The operations of one server.

    Args:
        state: the state that contains them.
        clock: the clock that determines their duration.
        background: runs their work.
    """

    def __init__(self, state: State, clock: Clock, background: Background) -> None:
        self.duration_s = 1.0
        """Minimum duration of operations that start from now on."""
        self.polls = 0
        """Minimum number of polls before an operation that starts from now on is done."""
        self.patience_s = 10.0
        """How long a poll waits for work that is unfinished after the minimum duration."""
        self._state = state
        self._clock = clock
        self._background = background
        self._tasks: dict[str, asyncio.Task[None]] = {}
        state.declare("operations", *_TABLES)

    def start(
        self,
        name: str,
        work: Work,
        metadata: JsonObject | None = None,
        then: Callable[[JsonObject], object] | None = None,
    ) -> JsonObject:
        """Start work under a name and return the JSON of the running operation.

        Args:
            name: resource name of the operation.
            work: the work.
            metadata: metadata of the operation.
            then: called with the response, on the event loop, once the operation is done.
        """
        self._keep(name, metadata, None, self._clock.now() + self.duration_s, self.polls)
        self.resume(name, work, then)
        return {"name": name, **({"metadata": metadata} if metadata else {})}

    def resume(self, name: str, work: Work, then: Callable[[JsonObject], object] | None = None) -> None:
        """Run the work of an existing operation, started by this server or by a previous one."""
        task = self._background.start(self._run(name, work, then))
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _run(self, name: str, work: Work, then: Callable[[JsonObject], object] | None) -> None:
        try:
            outcome: JsonObject = {"response": await work()}
        except Exception as error:
            outcome = {"error": rpc_status(error)}
        is_settled = await with_room(lambda: self._settle(name, outcome))
        if then is not None and is_settled and "response" in outcome:
            then(outcome["response"])

    def _settle(self, name: str, outcome: JsonObject) -> bool:
        query = "UPDATE operations SET outcome = ? WHERE name = ? AND outcome IS NULL"
        return self._state.execute(query, json.dumps(outcome), name) > 0

    def finish(self, name: str, response: JsonObject) -> JsonObject:
        """Store a finished operation and return its JSON."""
        outcome: JsonObject = {"response": response}
        self._keep(name, None, outcome, 0.0, 0)
        return {"name": name, "done": True, **outcome}

    def _keep(
        self, name: str, metadata: JsonObject | None, outcome: JsonObject | None, ready_time: float, polls: int
    ) -> None:
        with self._state.transaction():
            self._state.execute(
                "INSERT INTO operations (name, metadata, outcome, ready_time, polls_left) VALUES (?, ?, ?, ?, ?)",
                *(name, json.dumps(metadata) if metadata else None, json.dumps(outcome) if outcome else None),
                *(ready_time, polls),
            )
            self._state.execute("DELETE FROM operations WHERE seq <= (SELECT MAX(seq) FROM operations) - ?", _MAX_KEPT)

    async def poll(self, name: str) -> JsonObject | None:
        """Return the JSON of an operation, and count the poll; None for an unknown name."""
        row = self._row(name)
        if row is None:
            return None
        if row["polls_left"] > 0:
            self._state.execute("UPDATE operations SET polls_left = polls_left - 1 WHERE name = ?", name)
            return _operation_json(row, is_done=False)
        task = self._tasks.get(name)
        if task is not None and self._is_over(row):
            await asyncio.wait({task}, timeout=self.patience_s)
            row = self._row(name) or row
        return _operation_json(row, is_done=self._is_over(row) and row["outcome"] is not None)

    def below(self, prefix: str) -> list[JsonObject]:
        """Return the operations whose names begin with `prefix`, oldest first, without counting a poll."""
        rows = self._state.rows(
            "SELECT * FROM operations WHERE substr(name, 1, ?) = ? ORDER BY seq", len(prefix), prefix
        )
        return [_operation_json(row, is_done=self._is_over(row) and row["outcome"] is not None) for row in rows]

    def is_open(self, name: str) -> bool:
        """Return whether an operation with this name exists and has no outcome yet."""
        row = self._row(name)
        return row is not None and row["outcome"] is None

    def cancel(self, name: str) -> bool:
        """End an operation with the error CANCELLED unless it is done, and return whether it exists."""
        row = self._row(name)
        if row is None:
            return False
        if row["outcome"] is None or not self._is_over(row):
            error = ApiError(499, "The operation was cancelled.")
            self._state.execute(
                "UPDATE operations SET outcome = ?, ready_time = 0, polls_left = 0 WHERE name = ?",
                *(json.dumps({"error": rpc_status(error)}), name),
            )
            self._end_task(name)
        return True

    def delete(self, name: str) -> bool:
        """Delete an operation and return whether it existed; its work continues."""
        return self._state.execute("DELETE FROM operations WHERE name = ?", name) > 0

    def abandon(self) -> None:
        """End operations without outcome and running task, such as those of a previous server, with an error."""
        error = ApiError(503, "The server was restarted before the operation was done; start it again.")
        for row in self._state.rows("SELECT name FROM operations WHERE outcome IS NULL"):
            if row["name"] not in self._tasks:
                self._settle(row["name"], {"error": rpc_status(error)})

    def clear(self) -> None:
        """Cancel all running work."""
        for name in list(self._tasks):
            self._end_task(name)

    def _end_task(self, name: str) -> None:
        task = self._tasks.get(name)
        if task is not None:
            self._background.cancel(task)

    def _row(self, name: str) -> Row | None:
        return self._state.row("SELECT * FROM operations WHERE name = ?", name)

    def _is_over(self, row: Row) -> bool:
        return row["polls_left"] <= 0 and self._clock.now() >= row["ready_time"]


def _operation_json(row: Row, *, is_done: bool) -> JsonObject:
    metadata: JsonObject = {"metadata": json.loads(row["metadata"])} if row["metadata"] else {}
    outcome: JsonObject = {"done": True, **json.loads(row["outcome"])} if is_done else {}
    return {"name": row["name"], **metadata, **outcome}
