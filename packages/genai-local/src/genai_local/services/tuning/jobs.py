"""The stored tuning jobs of Vertex AI. The state of a job follows from the time and the number of polls."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from ...framework.api import Api
from ...protocol.errors import JsonObject

_TABLES = (
    """CREATE TABLE tuning_jobs (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        parent TEXT NOT NULL,
        model_id TEXT NOT NULL,
        request TEXT NOT NULL,
        result TEXT NOT NULL,
        failure TEXT,
        is_cancelled INTEGER NOT NULL DEFAULT 0,
        create_time REAL NOT NULL,
        update_time REAL NOT NULL,
        ready_time REAL NOT NULL,
        polls_left INTEGER NOT NULL
    )""",
)


@dataclass(frozen=True)
class TuningJob:
    """One tuning job. Times are seconds since 1970."""

    seq: int
    id: str
    parent: str
    """`projects/.../locations/...`."""
    model_id: str
    """Bare id of the tuned model."""
    request: JsonObject
    """The client's request."""
    result: JsonObject
    """Further fields of the job after success."""
    failure: JsonObject | None
    """The `google.rpc.Status` of a failed job; None when it succeeds."""
    is_cancelled: bool
    create_time: float
    update_time: float
    ready_time: float
    polls_left: int

    def is_over(self, now: float) -> bool:
        """Return whether the job has ended at a time."""
        return self.is_cancelled or (self.polls_left <= 0 and now >= self.ready_time)


class TuningJobs:
    """The tuning jobs of one server. Thread-safe.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self._state = api.state
        self._clock = api.clock
        self._operations = api.operations
        api.state.declare("tuning_jobs", *_TABLES)

    def add(
        self, parent: str, model_id: str, request: JsonObject, result: JsonObject, failure: JsonObject | None
    ) -> TuningJob:
        """Store a new job and return it. The arguments are fields of `TuningJob`."""
        now = self._clock.now()
        job_id = f"{secrets.randbelow(9 * 10**18) + 10**18}"
        self._state.execute(
            "INSERT INTO tuning_jobs (id, parent, model_id, request, result, failure, create_time, update_time, "
            "ready_time, polls_left) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(job_id, parent, model_id, json.dumps(request), json.dumps(result)),
            *(json.dumps(failure) if failure else None, now, now),
            *(now + self._operations.duration_s, self._operations.polls),
        )
        job = self.find(job_id)
        assert job is not None
        return job

    def find(self, job_id: str) -> TuningJob | None:
        """Return the job with this id, or None."""
        row = self._state.row("SELECT * FROM tuning_jobs WHERE id = ?", job_id)
        return _job(row) if row else None

    def poll(self, job_id: str) -> None:
        """Count a poll of a job."""
        self._state.execute(
            "UPDATE tuning_jobs SET polls_left = polls_left - 1 WHERE id = ? AND polls_left > 0", job_id
        )

    def cancel(self, job_id: str) -> None:
        """Cancel a job unless it has ended."""
        now = self._clock.now()
        self._state.execute(
            "UPDATE tuning_jobs SET is_cancelled = 1, ready_time = ?, update_time = ? "
            "WHERE id = ? AND NOT is_cancelled AND (polls_left > 0 OR ready_time > ?)",
            *(now, now, job_id, now),
        )

    def list_jobs(self, parent: str) -> list[TuningJob]:
        """Return the jobs of a parent, newest first."""
        rows = self._state.rows("SELECT * FROM tuning_jobs WHERE parent = ? ORDER BY seq DESC", parent)
        return [_job(row) for row in rows]

    def clear(self) -> None:
        """Do nothing: all data is in rows, which have been removed before."""


def _job(row: Row) -> TuningJob:
    fields: dict[str, Any] = dict(row)
    for name in ("request", "result", "failure"):
        fields[name] = json.loads(fields[name]) if fields[name] else None
    fields["is_cancelled"] = bool(fields["is_cancelled"])
    return TuningJob(**fields)
