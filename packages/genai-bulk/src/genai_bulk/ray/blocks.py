"""Blocks of rows on their way through an engine: they are the source of its rows and take its results, in memory.

A block ends when each of its rows has an answer. Blocks know neither Arrow nor Ray; the rows of a block come together, and
blocks of several threads are mixed.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from ..journal import Known, Start, StoredAnswer

Row = dict[str, Any]
_UPLOADS = 10_000
_IDLE_S = 0.2


class _Block:
    """A block whose rows are being asked."""

    __slots__ = ("answers", "first", "future", "missing")

    def __init__(self, first: int, rows: int) -> None:
        self.first = first
        self.missing = rows
        self.answers: list[StoredAnswer | None] = [None] * rows
        self.future: Future[list[StoredAnswer]] = Future()
        # From now on, nobody can cancel it: one caller that gives up must not end the engine of the others.
        self.future.set_running_or_notify_cancel()


class Blocks:
    """The blocks of one engine. The engine reads their rows by iterating, and writes its results as into a journal.

    Args:
        remembered: number of answers that an equal request may still share: at least as many as the engine remembers.
    """

    path = Path("memory")

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._rows: queue.SimpleQueue[tuple[int, list[Row]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open: dict[int, _Block] = {}
        self._next_row = 0
        self._shared: OrderedDict[int, StoredAnswer] = OrderedDict()
        self._uploads: OrderedDict[str, tuple[str, str, str, float]] = OrderedDict()
        self._error: BaseException | None = None

    def add(self, rows: list[Row]) -> Future[list[StoredAnswer]]:
        """Ask the rows of a block. Return their future answers, in the order of the rows.

        The future has the error with which the engine ended, if it ends before the block.
        """
        with self._lock:
            block = _Block(self._next_row, len(rows))
            if self._error is not None:
                block.future.set_exception(self._error)
            elif not rows:
                block.future.set_result([])
            else:
                self._next_row += len(rows)
                for ordinal in range(block.first, self._next_row):
                    self._open[ordinal] = block
                self._rows.put((block.first, rows))
        return block.future

    def close(self, error: BaseException) -> None:
        """End the iteration. Blocks that are open, and later ones, have an error."""
        self._rows.put(None)
        with self._lock:
            self._error = error
            blocks = set(self._open.values())
            self._open.clear()
        for block in blocks:
            block.future.set_exception(error)

    def __iter__(self) -> Iterator[tuple[int, Row] | None]:
        """Yield the rows of all blocks with their numbers, and None while no further row is there."""
        while True:
            try:
                found = self._rows.get(timeout=_IDLE_S)
            except queue.Empty:
                yield None
                continue
            if found is None:
                return
            first, rows = found
            yield from enumerate(rows, first)
            yield None

    # The results of the engine.

    def next_answer_id(self) -> int:
        """Return the first id of an answer."""
        return 1

    def answers_by_digest(self, digests: Sequence[bytes]) -> dict[bytes, Known]:
        """Return nothing: the engine itself remembers the latest answers."""
        return {}

    def write(
        self,
        starts: Sequence[Start],
        answers: Sequence[StoredAnswer],
        rows: Sequence[tuple[int, int]],
        ended: Sequence[bytes],
        *,
        lost: tuple[int, int, float] = (0, 0, 0.0),
    ) -> None:
        """Give answers to their rows, and end the blocks that are complete."""
        for answer in answers:
            self._shared[answer.id] = answer
        complete: list[_Block] = []
        with self._lock:
            for answer_id, ordinal in rows:
                block = self._open.pop(ordinal, None)
                if block is None:
                    continue
                block.answers[ordinal - block.first] = self._shared[answer_id]
                block.missing -= 1
                if not block.missing:
                    complete.append(block)
        # Rows of this group may share older answers, so these are forgotten last.
        while len(self._shared) > self._remembered:
            self._shared.popitem(last=False)
        for block in complete:
            block.future.set_result([answer for answer in block.answers if answer is not None])

    # The uploads.

    def upload(self, digest: str) -> tuple[str, str, str, float] | None:
        """Return name, URI, type and expiry (seconds since 1970) of an uploaded file, or None."""
        return self._uploads.get(digest)

    def keep_upload(self, digest: str, name: str, uri: str, mime_type: str, expires: float) -> None:
        """Keep an uploaded file; the oldest of 10,000 are forgotten."""
        self._uploads[digest] = (name, uri, mime_type, expires)
        while len(self._uploads) > _UPLOADS:
            self._uploads.popitem(last=False)
