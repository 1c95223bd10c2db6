"""The batch jobs of a run in its journal: which rows are in which job, and the progress of each job.

Every step of a job is written before the next one begins, so that a killed process continues where it was. This module calls
no service.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import BulkError
from ..journal import Journal

_PAGE = 2_000
_PART = 500
_TABLES = (
    """CREATE TABLE IF NOT EXISTS batch_jobs (
        id INTEGER PRIMARY KEY, display_name TEXT UNIQUE, model TEXT, lines INTEGER, tokens INTEGER, cost REAL,
        file TEXT, name TEXT, begun REAL, ended TEXT)""",
    "CREATE TABLE IF NOT EXISTS batch_rows (ordinal INTEGER PRIMARY KEY, job INTEGER, digest BLOB)",
    "CREATE INDEX IF NOT EXISTS batch_rows_by_digest ON batch_rows (digest)",
    "CREATE INDEX IF NOT EXISTS batch_rows_by_job ON batch_rows (job)",
    "CREATE TABLE IF NOT EXISTS batch_attempts (digest BLOB PRIMARY KEY, attempts INTEGER) WITHOUT ROWID",
)


@dataclass(frozen=True)
class JobLimits:
    """The size of batch jobs.

    Attributes:
        rows: most requests in one job.
        bytes: most bytes of the file of one job. The service accepts 2 GB; a smaller job loses less when it expires.
        at_once: most jobs that the run has at the service at the same time.
        poll_s: seconds between two looks at a job at the beginning.
        longest_poll_s: seconds between two looks at a job that takes long.
    """

    rows: int = 50_000
    bytes: int = 100_000_000
    at_once: int = 10
    poll_s: float = 10.0
    longest_poll_s: float = 120.0

    def __post_init__(self) -> None:
        for name in ("rows", "bytes", "at_once", "poll_s", "longest_poll_s"):
            if not getattr(self, name) > 0:
                raise BulkError(f"jobs.{name}: expected a number above 0, got {getattr(self, name)!r}.")
        if self.bytes > 2_000_000_000:
            raise BulkError(
                f"jobs.bytes: the service accepts files of at most 2,000,000,000 bytes, got {self.bytes:,}."
            )


class Job(NamedTuple):
    """A job that has not ended.

    Attributes:
        id: its number in the journal.
        display_name: its name for people, unique; by it a job is found whose creation was not confirmed.
        model: the model.
        lines: number of requests.
        tokens: tokens that are reserved for it.
        cost: US dollars that are reserved for it.
        file: name of the uploaded file of requests; None before the upload has ended.
        name: name of the job at the service; None before its creation was confirmed.
        begun: when it was planned, in seconds since 1970.
    """

    id: int
    display_name: str
    model: str
    lines: int
    tokens: int
    cost: float
    file: str | None
    name: str | None
    begun: float


class JobTable:
    """The jobs in a journal.

    Args:
        journal: the journal, open for writing.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        with journal.transaction() as database:
            for statement in _TABLES:
                database.execute(statement)

    def plan(
        self, display_name: str, model: str, rows: Iterable[tuple[int, bytes]], *, lines: int, tokens: int, cost: float
    ) -> Job:
        """Keep a new job with the numbers and digests of its rows, before anything of it is sent."""
        begun = time.time()
        with self._journal.transaction() as database:
            found = database.execute(
                "INSERT INTO batch_jobs (display_name, model, lines, tokens, cost, begun) VALUES (?, ?, ?, ?, ?, ?)",
                (display_name, model, lines, tokens, cost, begun),
            )
            assert found.lastrowid is not None
            with_job = ((ordinal, found.lastrowid, digest) for ordinal, digest in rows)
            database.executemany("INSERT OR REPLACE INTO batch_rows VALUES (?, ?, ?)", with_job)
        return Job(found.lastrowid, display_name, model, lines, tokens, cost, None, None, begun)

    def join(self, rows: Sequence[tuple[int, int, bytes]]) -> None:
        """Add rows to jobs that have an equal request: number of the row, id of the job, digest."""
        with self._journal.transaction() as database:
            database.executemany("INSERT OR REPLACE INTO batch_rows VALUES (?, ?, ?)", rows)

    def set_file(self, job: Job, file: str) -> Job:
        """Keep the name of the uploaded file."""
        with self._journal.transaction() as database:
            database.execute("UPDATE batch_jobs SET file=? WHERE id=?", (file, job.id))
        return job._replace(file=file)

    def set_name(self, job: Job, name: str) -> Job:
        """Keep the name of the created job."""
        with self._journal.transaction() as database:
            database.execute("UPDATE batch_jobs SET name=? WHERE id=?", (name, job.id))
        return job._replace(name=name)

    def end(self, job: Job, state: str, repeated: Iterable[bytes]) -> None:
        """Keep the end of a job. `repeated` are the digests of requests without a result, which count an attempt."""
        with self._journal.transaction() as database:
            database.executemany(
                "INSERT INTO batch_attempts VALUES (?, 1) ON CONFLICT (digest) DO UPDATE SET attempts = attempts + 1",
                ((digest,) for digest in repeated),
            )
            database.execute("DELETE FROM batch_rows WHERE job=?", (job.id,))
            database.execute("UPDATE batch_jobs SET ended=? WHERE id=?", (state, job.id))

    def drop(self, job: Job) -> None:
        """Forget a job that the service does not have. Its rows are pending again."""
        with self._journal.transaction() as database:
            database.execute("DELETE FROM batch_rows WHERE job=?", (job.id,))
            database.execute("DELETE FROM batch_jobs WHERE id=?", (job.id,))

    def forget_attempts(self, digests: Sequence[bytes]) -> None:
        """Begin to count the attempts of requests again, since they have a final result."""
        with self._journal.transaction() as database:
            database.executemany("DELETE FROM batch_attempts WHERE digest=?", ((digest,) for digest in digests))

    def open_jobs(self) -> list[Job]:
        """Return the jobs that have not ended."""
        with self._journal.transaction() as database:
            found = database.execute(
                "SELECT id, display_name, model, lines, tokens, cost, file, name, begun FROM batch_jobs "
                "WHERE ended IS NULL ORDER BY id"
            ).fetchall()
        return [Job(*columns) for columns in found]

    def rows_of(self, job: Job, digests: Sequence[bytes]) -> dict[bytes, list[int]]:
        """Return the numbers of the rows of a job that have these digests."""
        found: dict[bytes, list[int]] = {}
        with self._journal.transaction() as database:
            for part in _parts(digests):
                query = f"SELECT digest, ordinal FROM batch_rows WHERE digest IN ({_marks(part)}) AND job=?"  # noqa: S608
                for digest, ordinal in database.execute(query, (*part, job.id)):
                    found.setdefault(digest, []).append(ordinal)
        return found

    def jobs_of(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Return the ids of the jobs that have these requests, by digest."""
        found: dict[bytes, int] = {}
        with self._journal.transaction() as database:
            for part in _parts(digests):
                query = f"SELECT digest, job FROM batch_rows WHERE digest IN ({_marks(part)})"  # noqa: S608
                found.update(database.execute(query, part))
        return found

    def digests_without_answer(self, job: Job) -> Iterator[list[bytes]]:
        """Yield the digests of a job whose rows have no answer, in pages."""
        last = b""
        while True:
            with self._journal.transaction() as database:
                page = database.execute(
                    "SELECT DISTINCT digest FROM batch_rows JOIN rows USING (ordinal) "
                    "WHERE job=? AND answer IS NULL AND digest > ? ORDER BY digest LIMIT ?",
                    (job.id, last, _PAGE),
                ).fetchall()
            if not page:
                return
            yield [digest for (digest,) in page]
            last = page[-1][0]

    def attempts(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Return how often requests have been asked without a result; those without an attempt are left out."""
        found: dict[bytes, int] = {}
        with self._journal.transaction() as database:
            for part in _parts(digests):
                query = f"SELECT digest, attempts FROM batch_attempts WHERE digest IN ({_marks(part)})"  # noqa: S608
                found.update(database.execute(query, part))
        return found

    def waiting_rows(self) -> int:
        """Return the number of rows in jobs that have not ended."""
        with self._journal.transaction() as database:
            return database.execute("SELECT count(*) FROM batch_rows").fetchone()[0]

    def unplanned(self) -> Iterator[int]:
        """Yield the numbers of the rows that have no answer and are in no job, ascending, also while jobs are planned."""
        last = -1
        while True:
            with self._journal.transaction() as database:
                page = database.execute(
                    "SELECT ordinal FROM rows WHERE answer IS NULL AND ordinal > ? AND NOT EXISTS "
                    "(SELECT 1 FROM batch_rows WHERE batch_rows.ordinal = rows.ordinal) ORDER BY ordinal LIMIT ?",
                    (last, _PAGE),
                ).fetchall()
            for (ordinal,) in page:
                yield ordinal
            if not page:
                return
            last = page[-1][0]


def _parts(digests: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for begin in range(0, len(digests), _PART):
        yield digests[begin : begin + _PART]


def _marks(part: Sequence[bytes]) -> str:
    return ",".join("?" * len(part))
