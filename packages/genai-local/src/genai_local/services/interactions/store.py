"""The stored interactions: one row for each, and one row for each event, so that a reader continues where it stopped.

It knows states, ages and sizes, but not what events mean, how a run makes them, nor the JSON of an interaction.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid, retry_info
from ...protocol.limits import MAX_CHAIN, MAX_INTERACTION_BYTES, MAX_UNFINISHED
from ...protocol.messages import Surface
from .outputs import Status, steps_in

LIFETIME_S = 55 * 24 * 3600.0
"""How long an interaction is kept after it was created, or continued by another one."""
_MAX_BYTES = 256 * 1024 * 1024
_ROW_BYTES = 4096
"""What a row without data counts."""
_RETRY_DELAY_S = 1.0
_TABLES = (
    """CREATE TABLE interactions (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        surface TEXT NOT NULL,
        parent TEXT NOT NULL,
        version TEXT NOT NULL,
        previous TEXT,
        status TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        size_bytes INTEGER NOT NULL,
        create_time REAL NOT NULL,
        update_time REAL NOT NULL,
        use_time REAL NOT NULL,
        usage TEXT,
        problem TEXT,
        continuation TEXT,
        request TEXT NOT NULL,
        steps TEXT
    )""",
    "CREATE INDEX interactions_by_use ON interactions (use_time, seq)",
    "CREATE INDEX interactions_by_size ON interactions (status, size_bytes)",
    "CREATE INDEX interactions_unfinished ON interactions (seq) WHERE status = 'in_progress'",
    """CREATE TABLE interaction_events (
        interaction_id TEXT NOT NULL REFERENCES interactions (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (interaction_id, position)
    )""",
)
_EVENT_ID = re.compile(r"(?P<interaction>[0-9a-f]+)-(?P<attempt>[0-9]{1,9})-(?P<position>[0-9]{1,9})")
_RUNNING: Status = "in_progress"
_CONTINUABLE = ("completed", "requires_action", "requires_continuation", "incomplete")


@dataclass(frozen=True)
class Interaction:
    """An interaction without its events. Times are seconds since 1970."""

    seq: int
    id: str
    surface: Surface
    parent: str
    """`projects/.../locations/...`, or empty."""
    version: str
    """The version in the path of the request."""
    previous: str | None
    """The id of the interaction that this one continues."""
    request: JsonObject
    """The canonical request."""
    status: Status
    steps: list[JsonObject] | None
    """What the model produced; None while the interaction is running."""
    usage: JsonObject | None
    problem: JsonObject | None
    """The code and the message of the failure."""
    continuation: str | None
    """The token with which the client asks for the rest of the answer."""
    attempt: int
    """Which run this is, from 1; a server that was killed during a run leads to another one."""
    size_bytes: int
    create_time: float
    update_time: float
    use_time: float

    @property
    def is_running(self) -> bool:
        """Whether the interaction has not ended."""
        return self.status == _RUNNING


def new_id() -> str:
    """Return an unused id of an interaction."""
    return f"v1_{secrets.token_hex(16)}"


def event_id(interaction_id: str, attempt: int, position: int) -> str:
    """Return the id of an event, which names its interaction, so that ids of other interactions are recognised."""
    return f"{interaction_id[-12:]}-{attempt}-{position}"


class Interactions:
    """The interactions of one server. `tasks` and waiting readers belong to the event loop.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self.max_bytes = _MAX_BYTES
        """Maximum total size of interactions that have ended; those that were unused for the longest time are removed first."""
        self.tasks: dict[str, asyncio.Task[None]] = {}
        """The running tasks by the id of their interaction."""
        self._changes: dict[str, asyncio.Event] = {}
        self._state, self._clock, self._background = api.state, api.clock, api.background
        self._state.declare("interactions", *_TABLES)

    def clear(self) -> None:
        """Reset the settings; rows have been removed and tasks have been cancelled before."""
        self.max_bytes = _MAX_BYTES

    def add(
        self,
        interaction_id: str,
        surface: Surface,
        parent: str,
        version: str,
        request: JsonObject,
        events: Callable[[Interaction], Sequence[JsonObject]],
        *,
        create_time: float,
    ) -> Interaction:
        """Store a new interaction with its first events and return it.

        Args:
            interaction_id: an unused id.
            surface: the surface of the request.
            parent: `projects/.../locations/...`, or empty.
            version: the version in the path of the request.
            request: the canonical request.
            events: returns the first events of the interaction.
            create_time: the time of the request.
        """
        now = self._clock.now()
        text = json.dumps(request, ensure_ascii=False)
        with self._state.transaction():
            self._make_room(now)
            self._state.execute(
                "INSERT INTO interactions (id, surface, parent, version, previous, request, status, attempt, size_bytes, "
                "create_time, update_time, use_time) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
                *(interaction_id, surface, parent, version, request.get("previous_interaction_id"), text, _RUNNING),
                *(_ROW_BYTES + len(text), create_time, now, now),
            )
            row = self._state.row("SELECT * FROM interactions WHERE id = ?", interaction_id)
            assert row is not None
            interaction = _interaction(row)
            self.append(interaction, events(interaction))
        return interaction

    def check_number(self) -> None:
        """Refuse a further running interaction when there are too many.

        Raises:
            ApiError: 429 when too many interactions are running.
        """
        running = self._state.row("SELECT COUNT(*) AS count FROM interactions WHERE status = ?", _RUNNING)
        if running is not None and running["count"] >= MAX_UNFINISHED:
            message = f"Resource has been exhausted: {MAX_UNFINISHED} interactions are running."
            raise ApiError(429, message, details=[retry_info(_RETRY_DELAY_S)])

    def find(self, interaction_id: str) -> Interaction | None:
        """Return the interaction with this id; None when it does not exist or has expired."""
        query = "SELECT * FROM interactions WHERE id = ? AND (use_time > ? OR status = ?)"
        row = self._state.row(query, interaction_id, self._clock.now() - LIFETIME_S, _RUNNING)
        return None if row is None else _interaction(row)

    def find_for(self, interaction_id: str, surface: Surface, parent: str) -> Interaction | None:
        """Like `find`; None as well for an interaction of another surface, project or location."""
        found = self.find(interaction_id)
        return found if found is not None and (found.surface, found.parent) == (surface, parent) else None

    def chain(self, interaction_id: str, surface: Surface, parent: str) -> list[Interaction]:
        """Return an interaction and those that it continues, oldest first, which are kept longer because of this use.

        Raises:
            ApiError: 400 for an interaction that cannot be continued, 404 for one that does not exist.
        """
        field = "previous_interaction_id"
        found: list[Interaction] = []
        size = 0
        following: str | None = interaction_id
        while following is not None:
            one = self.find_for(following, surface, parent)
            if one is None:
                after = f"{found[-1].id} continues it, and it " if found else "it "
                raise ApiError(404, f"{field}: interactions/{following} was not found; {after}may have been deleted.")
            if one.status not in _CONTINUABLE:
                expected = f"expected an interaction that is {', '.join(_CONTINUABLE[:-1])} or {_CONTINUABLE[-1]}"
                raise invalid(field, f"interactions/{one.id} is {one.status}; {expected}.")
            found.append(one)
            if len(found) > MAX_CHAIN:
                raise invalid(field, f"more than {MAX_CHAIN} interactions precede this one; begin a new conversation.")
            size += one.size_bytes
            if size > MAX_INTERACTION_BYTES:
                raise invalid(field, f"the interactions before have more than {MAX_INTERACTION_BYTES} bytes together.")
            following = one.previous
        now = self._clock.now()
        self._state.execute_many(
            "UPDATE interactions SET use_time = ? WHERE id = ?", [(now, interaction.id) for interaction in found]
        )
        return found[::-1]

    def append(self, interaction: Interaction, events: Sequence[JsonObject]) -> bool:
        """Store further events of a run, all or none, and wake the readers. Return whether the run may continue.

        Raises:
            ApiError: 429 when the events of the interaction are too large.
        """
        if not events:
            return True
        texts = [json.dumps(event, ensure_ascii=False) for event in events]
        size = sum(map(len, texts))
        with self._state.transaction():
            row = self._state.row("SELECT status, attempt, size_bytes FROM interactions WHERE id = ?", interaction.id)
            if row is None or (row["status"], row["attempt"]) != (_RUNNING, interaction.attempt):
                return False
            if row["size_bytes"] + size > MAX_INTERACTION_BYTES:
                raise ApiError(429, f"The interaction has more than {MAX_INTERACTION_BYTES} bytes.")
            self._insert(interaction.id, interaction.attempt, texts)
            self._state.execute(
                "UPDATE interactions SET size_bytes = size_bytes + ? WHERE id = ?", size, interaction.id
            )
        self._wake(interaction.id)
        return True

    def _insert(self, interaction_id: str, attempt: int, texts: Sequence[str]) -> None:
        query = "SELECT COALESCE(MAX(position), 0) AS last FROM interaction_events WHERE interaction_id = ?"
        row = self._state.row(query, interaction_id)
        first = 1 + (row["last"] if row is not None else 0)
        self._state.execute_many(
            "INSERT INTO interaction_events (interaction_id, position, attempt, event) VALUES (?, ?, ?, ?)",
            [(interaction_id, first + index, attempt, text) for index, text in enumerate(texts)],
        )

    def end(
        self,
        interaction: Interaction,
        status: Status,
        events: Callable[[Interaction, list[JsonObject]], Sequence[JsonObject]],
        *,
        usage: JsonObject | None = None,
        problem: JsonObject | None = None,
        continuation: str | None = None,
    ) -> bool:
        """End a running interaction with its last events, and return whether it was running.

        Args:
            interaction: the interaction and the attempt.
            status: the final status.
            events: returns the last events of the ended interaction, given the events so far.
            usage: its usage.
            problem: the code and the message of a failure.
            continuation: the token for the rest of the answer.
        """
        now = self._clock.now()
        with self._state.transaction():
            changed = self._state.execute(
                "UPDATE interactions SET status = ?, usage = ?, problem = ?, continuation = ?, update_time = ?, "
                "use_time = ? WHERE id = ? AND status = ? AND attempt = ?",
                *(status, _text(usage), _text(problem), continuation, now, now),
                *(interaction.id, _RUNNING, interaction.attempt),
            )
            if not changed:
                return False
            row = self._state.row("SELECT * FROM interactions WHERE id = ?", interaction.id)
            assert row is not None
            so_far = [event for _, event in self.events(interaction.id)]
            texts = [json.dumps(event, ensure_ascii=False) for event in events(_interaction(row), so_far)]
            self._insert(interaction.id, interaction.attempt, texts)
            steps = json.dumps(steps_in([*so_far, *map(json.loads, texts)]), ensure_ascii=False)
            self._state.execute(
                "UPDATE interactions SET steps = ?, size_bytes = size_bytes + ? WHERE id = ?",
                *(steps, len(steps) + sum(map(len, texts)), interaction.id),
            )
        self._wake(interaction.id)
        return True

    def is_running(self, interaction_id: str) -> bool | None:
        """Return whether an interaction is running; None when it does not exist."""
        row = self._state.row("SELECT status FROM interactions WHERE id = ?", interaction_id)
        return None if row is None else row["status"] == _RUNNING

    def events(self, interaction_id: str, after: int = 0, count: int = -1) -> list[tuple[int, JsonObject]]:
        """Return up to `count` events behind a position, each with its position and its `event_id`."""
        rows = self._state.rows(
            "SELECT position, attempt, event FROM interaction_events WHERE interaction_id = ? AND position > ? "
            "ORDER BY position LIMIT ?",
            *(interaction_id, after, count),
        )
        return [
            (
                row["position"],
                {**json.loads(row["event"]), "event_id": event_id(interaction_id, row["attempt"], row["position"])},
            )
            for row in rows
        ]

    def position_of(self, interaction: Interaction, given: str) -> int | None:
        """Return the position of an event; None for an event of an earlier attempt, which no longer exists.

        Raises:
            ApiError: 400 for an id that is not that of an event of this interaction.
        """
        match = _EVENT_ID.fullmatch(given)
        if match is not None and match["interaction"] == interaction.id[-12:]:
            attempt, position = int(match["attempt"]), int(match["position"])
            row = self._state.row(
                "SELECT attempt FROM interaction_events WHERE interaction_id = ? AND position = ?",
                *(interaction.id, position),
            )
            if row is not None and row["attempt"] == attempt and given == event_id(interaction.id, attempt, position):
                return position
            if 0 < attempt < interaction.attempt:
                return None
        problem = f"{given!r} is not the id of an event of interactions/{interaction.id}"
        raise invalid("last_event_id", f"{problem}; give the event_id of the last event that you have.")

    def keep(self, interaction_id: str, task: asyncio.Task[None]) -> None:
        """Note the task that runs an interaction. Its end wakes the readers."""

        def forget(ended: asyncio.Task[None]) -> None:
            if self.tasks.get(interaction_id) is ended:
                del self.tasks[interaction_id]
            self._wake(interaction_id)

        self.tasks[interaction_id] = task
        task.add_done_callback(forget)

    def changed(self, interaction_id: str) -> asyncio.Event:
        """Return what is set at the next change of a running interaction."""
        return self._changes.setdefault(interaction_id, asyncio.Event())

    def _wake(self, interaction_id: str) -> None:
        change = self._changes.pop(interaction_id, None)
        if change is not None:
            change.set()

    def delete(self, interaction_id: str) -> None:
        """Remove an interaction with its events, and end its run."""
        self._state.execute("DELETE FROM interactions WHERE id = ?", interaction_id)
        self.stop(interaction_id)
        self._wake(interaction_id)

    def stop(self, interaction_id: str) -> None:
        """Cancel the task of an interaction."""
        task = self.tasks.get(interaction_id)
        if task is not None:
            self._background.cancel(task)

    def unfinished(self) -> list[Interaction]:
        """Return all running interactions, oldest first."""
        return [
            _interaction(row)
            for row in self._state.rows("SELECT * FROM interactions WHERE status = ? ORDER BY seq", _RUNNING)
        ]

    def begin_again(self, interaction: Interaction) -> Interaction:
        """Begin another attempt: remove the events from the first step on, and return the interaction."""
        kept = 0
        for position, event in self.events(interaction.id):
            if event["event_type"].startswith("step."):
                break
            kept = position
        with self._state.transaction():
            removed = self._state.row(
                "SELECT COALESCE(SUM(LENGTH(event)), 0) AS size FROM interaction_events "
                "WHERE interaction_id = ? AND position > ?",
                *(interaction.id, kept),
            )
            query = "DELETE FROM interaction_events WHERE interaction_id = ? AND position > ?"
            self._state.execute(query, interaction.id, kept)
            self._state.execute(
                "UPDATE interactions SET attempt = attempt + 1, size_bytes = size_bytes - ? WHERE id = ?",
                *(removed["size"] if removed is not None else 0, interaction.id),
            )
            row = self._state.row("SELECT * FROM interactions WHERE id = ?", interaction.id)
            assert row is not None
            return _interaction(row)

    def _make_room(self, now: float) -> None:
        """Remove expired interactions, and the least recently used ones if all together are too large."""
        query = "DELETE FROM interactions WHERE use_time <= ? AND status <> ?"
        self._state.execute(query, now - LIFETIME_S, _RUNNING)
        row = self._state.row(
            "SELECT COALESCE(SUM(size_bytes), 0) AS total FROM interactions WHERE status <> ?", _RUNNING
        )
        surplus = (row["total"] if row is not None else 0) - self.max_bytes
        if surplus <= 0:
            return
        oldest = self._state.rows(
            "SELECT id, size_bytes FROM interactions WHERE status <> ? ORDER BY use_time, seq", _RUNNING
        )
        for row in oldest:
            if surplus <= 0:
                break
            self._state.execute("DELETE FROM interactions WHERE id = ?", row["id"])
            surplus -= row["size_bytes"]


def _text(value: JsonObject | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _interaction(row: Row) -> Interaction:
    fields: dict[str, Any] = dict(row)
    for name in ("request", "steps", "usage", "problem"):
        fields[name] = json.loads(fields[name]) if fields[name] is not None else None
    return Interaction(**fields)
