"""Passes what happens in a session to its journal in groups, at most `COMMIT_S` after it happened, on a thread of its own.

The event loop never waits for the disk. After a failed commit nothing is lost: the events are kept and written with later ones.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from .budget import Reservation
from .journal import COMMIT_S, Known, Start, StoredAnswer

_AGAIN_S = 0.5
"""Pause after a commit that failed."""


class Results(Protocol):
    """The part of a journal that a session of calls needs."""

    path: Path

    def next_answer_id(self) -> int:
        """Return an id above those of all answers."""
        ...

    def answers_by_digest(self, digests: Sequence[bytes]) -> dict[bytes, Known]:
        """Return the answers to equal requests, by digest."""
        ...

    def write(
        self,
        starts: Sequence[Start],
        answers: Sequence[StoredAnswer],
        rows: Sequence[tuple[int, int]],
        ended: Sequence[bytes],
        *,
        lost: tuple[int, int, float] = (0, 0, 0.0),
    ) -> None:
        """Keep a group of events."""
        ...


class Finished(NamedTuple):
    """A row with its answer, for a sink in the order of answers."""

    ordinal: int
    row: dict[str, Any] | None
    answer_id: int


class Recorder:
    """The writer of a session.

    Args:
        results: keeps the events.
        on_finished: is called with the rows of each commit, on the thread of the writer; None if nobody needs them.
        on_problem: is called with the error of a commit that failed.
    """

    def __init__(
        self,
        results: Results,
        on_finished: Callable[[list[Finished]], None] | None,
        on_problem: Callable[[Exception], None],
    ) -> None:
        self._results = results
        self._on_finished = on_finished
        self._on_problem = on_problem
        self._events = _Events()
        self._has_events = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "genai-bulk-journal")

    def begin(self, digest: bytes, reservation: Reservation) -> None:
        """Note the beginning of a call."""
        self._events.starts[digest] = Start(digest, reservation.tokens, reservation.cost)
        self._has_events.set()

    def end(self, digest: bytes) -> None:
        """Note the end of a call."""
        if self._events.starts.pop(digest, None) is None:
            self._events.ended.append(digest)
        self._has_events.set()

    def lose(self, reservation: Reservation) -> None:
        """Note a call that may have been paid although no answer arrived."""
        self._events.lost.append(reservation)

    def keep(self, answer: StoredAnswer) -> None:
        """Note a new answer."""
        self._events.answers.append(answer)

    def finish(self, ordinal: int, row: dict[str, Any] | None, answer_id: int) -> None:
        """Note that a row has its answer."""
        self._events.rows.append((answer_id, ordinal))
        if self._on_finished is not None:
            self._events.finished.append(Finished(ordinal, row, answer_id))
        self._has_events.set()

    async def run(self) -> None:
        """Write events as they come, until the task is cancelled."""
        while True:
            await self._has_events.wait()
            await asyncio.sleep(COMMIT_S)
            try:
                await self.flush()
            except (OSError, sqlite3.Error) as error:
                self._on_problem(error)
                await asyncio.sleep(_AGAIN_S)

    async def flush(self) -> None:
        """Write the events since the last commit.

        Raises:
            OSError: when the sink cannot be written.
            sqlite3.Error: when the journal cannot be written.
        """
        self._has_events.clear()
        events, self._events = self._events, _Events()
        if events.is_empty:
            return
        commit = asyncio.get_running_loop().run_in_executor(self._thread, self._write, events)
        try:
            # A commit that has begun is awaited although the task is cancelled.
            await asyncio.shield(commit)
        except asyncio.CancelledError:
            await asyncio.wait([commit])
            if commit.exception() is not None:
                self._events = events.followed_by(self._events)
            raise
        except (OSError, sqlite3.Error):
            self._events = events.followed_by(self._events)
            self._has_events.set()
            raise

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=True)

    def _write(self, events: _Events) -> None:
        """Write events, on the thread of the journal."""
        if not events.is_committed:
            lost = events.lost
            self._results.write(
                list(events.starts.values()),
                events.answers,
                events.rows,
                events.ended,
                lost=(len(lost), sum(each.tokens for each in lost), sum(each.cost for each in lost)),
            )
            events.is_committed = True
        if self._on_finished is not None and events.finished:
            self._on_finished(events.finished)


class _Events:
    """What has happened since the last commit."""

    __slots__ = ("answers", "ended", "finished", "is_committed", "lost", "rows", "starts")

    def __init__(self) -> None:
        self.starts: dict[bytes, Start] = {}
        self.answers: list[StoredAnswer] = []
        self.rows: list[tuple[int, int]] = []
        self.ended: list[bytes] = []
        self.lost: list[Reservation] = []
        self.finished: list[Finished] = []
        self.is_committed = False

    @property
    def is_empty(self) -> bool:
        return not (self.starts or self.answers or self.rows or self.ended or self.lost or self.finished)

    def followed_by(self, later: _Events) -> _Events:
        """Return these events, whose commit failed, and later ones together."""
        joined = _Events()
        joined.finished = [*self.finished, *later.finished]
        earlier = _Events() if self.is_committed else self
        ended = set(later.ended)
        joined.starts = {digest: start for digest, start in earlier.starts.items() if digest not in ended}
        joined.starts.update(later.starts)
        joined.answers = [*earlier.answers, *later.answers]
        joined.rows = [*earlier.rows, *later.rows]
        joined.ended = [*earlier.ended, *later.ended]
        joined.lost = [*earlier.lost, *later.lost]
        return joined
