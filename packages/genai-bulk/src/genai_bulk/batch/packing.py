"""Pending rows as files of requests, one file for each job. Works on a thread; sends nothing but files that rows name."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..budget import NO_RESERVATION, Budget
from ..journal import Journal, StoredAnswer
from ..reading import NO_USAGE
from ..requests import Arguments, Request, RowError
from ..tables import BadRow
from .encoding import Encoder
from .jobs import JobLimits, JobTable

_CHUNK_ROWS = 256
_CHUNK_BYTES = 8 << 20
_MODELS = 16
"""Most models whose files are open at the same time."""

Rows = Callable[[Iterator[int]], Iterator[tuple[int, "dict[str, Any] | BadRow"]]]


@dataclass
class Shard:
    """The requests of one job.

    Attributes:
        model: the model.
        path: the file with one request in each line.
        rows: numbers and digests of the rows; several rows can have one request.
        digests: the keys of the lines.
        size: bytes of the file.
        tokens: tokens that are reserved for the requests.
        cost: US dollars that are reserved for the requests.
    """

    model: str
    path: Path
    rows: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    digests: set[bytes] = field(default_factory=set[bytes])
    size: int = 0
    tokens: int = 0
    cost: float = 0.0
    file: BinaryIO | None = None


class Packer:
    """Makes files of requests from the rows that have no answer and are in no job.

    Args:
        journal: the journal; rows from which no request can be made get their failure here.
        table: the jobs of the run.
        rows: reads the rows with ascending numbers.
        request: makes the arguments of a call from a row.
        encoder: makes the JSON of a request.
        budget: the caps. What a request may use at most counts as used until its job has ended.
        limits: the size of jobs.
        folder: a folder for the files.
        dedupe: whether equal requests are asked once.
        resolve: replaces local files in contents by uploaded ones; None when requests have none.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        table: JobTable,
        rows: Rows,
        request: Request,
        encoder: Encoder,
        budget: Budget,
        limits: JobLimits,
        folder: Path,
        dedupe: bool,
        resolve: Callable[[Any], Any] | None = None,
    ) -> None:
        self._journal = journal
        self._table = table
        self._rows = rows
        self._request = request
        self._encoder = encoder
        self._budget = budget
        self._limits = limits
        self._folder = folder
        self._dedupe = dedupe
        self._resolve = resolve
        self._pass: Iterator[tuple[int, dict[str, Any] | BadRow]] | None = None
        self._queue: deque[tuple[int, Arguments]] = deque()
        self._open: dict[str, Shard] = {}
        self._files = 0
        self.cap: str | None = None
        """The cap that the next row would exceed, as a sentence; None when the last pass met none."""
        self.failed = 0
        """Rows from which no request could be made."""

    def next_shard(self) -> Shard | None:
        """Return the requests of the next job; None when every row has an answer, is in a job, or is above a cap.

        The caller has to plan the job before it calls again.

        Raises:
            OSError: when the file or the journal cannot be written.
        """
        self.cap = None
        self._queue = deque(self._new(list(self._queue)))
        while True:
            while self._queue and self.cap is None:
                full = self._pack(*self._queue.popleft())
                if full is not None:
                    return self._closed(full)
            if self.cap is not None or not self._read_chunk():
                self._queue.clear()
                self._pass = None
                return self._closed(next(iter(self._open.values()))) if self._open else None

    def _closed(self, shard: Shard) -> Shard:
        if self._open.get(shard.model) is shard:
            del self._open[shard.model]
        if shard.file is not None:
            shard.file.close()
            shard.file = None
        return shard

    def close(self) -> None:
        """Close the files."""
        for shard in list(self._open.values()):
            self._closed(shard)

    def _read_chunk(self) -> bool:
        """Put the next rows into the queue. Return whether there were any."""
        if self._pass is None:
            self._pass = self._rows(self._table.unplanned())
        count, size = 0, 0
        found: list[tuple[int, Arguments]] = []
        failures: list[tuple[int, bytes | None, str]] = []
        for ordinal, row in self._pass:
            count += 1
            try:
                if isinstance(row, BadRow):
                    raise RowError(row.reason)
                arguments = self._request.arguments(row)
            except RowError as error:
                failures.append((ordinal, None, str(error)))
            else:
                found.append((ordinal, arguments if self._dedupe else _alone(arguments, ordinal)))
                size += arguments.size
            if count >= _CHUNK_ROWS or size >= _CHUNK_BYTES:
                break
        self._fail(failures)
        self._queue.extend(self._new(found))
        return count > 0

    def _new(self, items: list[tuple[int, Arguments]]) -> list[tuple[int, Arguments]]:
        """Return the rows whose requests are new. The others get the answer to the equal request, now or with its job."""
        if not items:
            return items
        digests = [arguments.digest for _, arguments in items]
        known = self._journal.answers_by_digest(digests)
        jobs = self._table.jobs_of(digests)
        answered = [(known[each.digest].id, ordinal) for ordinal, each in items if each.digest in known]
        if answered:
            self._journal.write([], [], answered, [])
        joined = [
            (ordinal, jobs[each.digest], each.digest)
            for ordinal, each in items
            if each.digest in jobs and each.digest not in known
        ]
        if joined:
            self._table.join(joined)
        return [item for item in items if item[1].digest not in known and item[1].digest not in jobs]

    def _pack(self, ordinal: int, arguments: Arguments) -> Shard | None:
        """Add a row to the file of its model. Return a file that is complete."""
        shard = self._open.get(arguments.model)
        if shard is not None and arguments.digest in shard.digests:
            shard.rows.append((ordinal, arguments.digest))
            return None
        reservation = self._budget.reserve(arguments)
        if reservation is None:
            self.cap = self._budget.explain(arguments)
            return None
        self._budget.settle(reservation, reservation.tokens, reservation.cost)
        try:
            line = self._line(arguments)
        except RowError as error:
            self._budget.settle(NO_RESERVATION, -reservation.tokens, -reservation.cost)
            self._fail([(ordinal, arguments.digest, str(error))])
            return None
        if not self._budget.take_row():
            self._budget.settle(NO_RESERVATION, -reservation.tokens, -reservation.cost)
            self.cap = "limits.rows: this session has asked the number of rows that it may ask."
            return None
        full = None
        if shard is not None and shard.size + len(line) > self._limits.bytes:
            full = self._closed(shard)
            shard = None
        if shard is None:
            shard = self._begin(arguments.model)
        assert shard.file is not None
        shard.file.write(line)
        shard.size += len(line)
        shard.tokens += reservation.tokens
        shard.cost += reservation.cost
        shard.digests.add(arguments.digest)
        shard.rows.append((ordinal, arguments.digest))
        if full is not None:
            return full
        if len(shard.digests) >= self._limits.rows:
            return shard
        if len(self._open) > _MODELS:
            return max(self._open.values(), key=lambda each: each.size)
        return None

    def _begin(self, model: str) -> Shard:
        self._files += 1
        path = self._folder / f"requests-{self._files}.jsonl"
        shard = self._open[model] = Shard(model, path, file=path.open("wb"))
        return shard

    def _line(self, arguments: Arguments) -> bytes:
        contents = self._resolve(arguments.contents) if self._resolve is not None else arguments.contents
        request = self._encoder.encode(arguments.model, contents, arguments.config)
        text = json.dumps({"key": arguments.digest.hex(), "request": request}, ensure_ascii=False) + "\n"
        try:
            line = text.encode("utf-8")
        except UnicodeEncodeError:
            raise RowError("a text contains half of a surrogate pair, which UTF-8 cannot express") from None
        if len(line) > self._limits.bytes:
            raise RowError(f"the request has {len(line):,} bytes, more than a job may have ({self._limits.bytes:,})")
        return line

    def _fail(self, failures: Sequence[tuple[int, bytes | None, str]]) -> None:
        """Keep the failures of rows from which no request can be made."""
        if not failures:
            return
        first = self._journal.next_answer_id()
        answers = [
            StoredAnswer(first + index, digest, None, None, "ROW", message, None, 0, NO_USAGE, 0.0)
            for index, (_, digest, message) in enumerate(failures)
        ]
        rows = [(first + index, ordinal) for index, (ordinal, _, _) in enumerate(failures)]
        self._journal.write([], answers, rows, [])
        self.failed += len(failures)


def _alone(arguments: Arguments, ordinal: int) -> Arguments:
    """Return the arguments with a digest that no other row has."""
    digest = arguments.digest[:8] + ordinal.to_bytes(8, "big")
    return Arguments(arguments.model, arguments.contents, arguments.config, digest, arguments.size, arguments.has_files)
