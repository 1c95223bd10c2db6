"""The journal of a run: an SQLite file next to the sink with every row, answer, failure and session.

It is the only place that a run is continued from. Answers are written in groups, at most `COMMIT_S` after they arrived; a
killed process loses at most these and the calls in flight. The file can be read while a run writes it.

One connection writes, on a thread of its own. `Journal` knows neither the SDK nor asyncio.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from .errors import BulkError, JournalError
from .kept import load_row
from .reading import NO_USAGE, RowFailure, Usage
from .tables.source import duplicate_keys

VERSION = 1
COMMIT_S = 0.005
"""Longest time between the arrival of an answer and the beginning of its commit."""

_LOCK_S = 0.1
"""Longest wait for the lock, which `is_at_work` takes for a moment."""
_PAGE = 2_000
_ROWS_AT_ONCE = (50, 10, 5, 2, 1)
"""Rows of one statement; few sizes, so that SQLite parses few statements."""
_SHOWN = 3
_SUFFIXES = ("", "-wal", "-shm")
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE rows (ordinal INTEGER PRIMARY KEY, key, row TEXT, answer INTEGER);
CREATE TABLE answers (
    id INTEGER PRIMARY KEY, digest BLOB UNIQUE, reply TEXT, vector BLOB, status TEXT, message TEXT, code INTEGER,
    attempts INTEGER, prompt_tokens INTEGER, cached_tokens INTEGER, output_tokens INTEGER, thought_tokens INTEGER,
    total_tokens INTEGER, cost REAL);
CREATE TABLE started (digest BLOB PRIMARY KEY, tokens INTEGER, cost REAL) WITHOUT ROWID;
CREATE TABLE sessions (id INTEGER PRIMARY KEY, begun REAL, state TEXT);
CREATE TABLE samples (session INTEGER, at REAL, sample TEXT, PRIMARY KEY (session, at)) WITHOUT ROWID;
CREATE TABLE uploads (digest TEXT PRIMARY KEY, name TEXT, uri TEXT, mime_type TEXT, expires REAL) WITHOUT ROWID;
"""


class StoredAnswer(NamedTuple):
    """An answer or a final failure, as the journal keeps it."""

    id: int
    digest: bytes | None
    reply: str | None
    vector: bytes | None
    status: str | None
    message: str | None
    code: int | None
    attempts: int
    usage: Usage
    cost: float | None

    @property
    def failure(self) -> RowFailure | None:
        """The failure, or None for a good answer."""
        if self.status is None:
            return None
        return RowFailure(self.status, self.message or "", self.code, self.attempts)


class Known(NamedTuple):
    """An answer that another row may share."""

    id: int
    is_good: bool


class Start(NamedTuple):
    """A call that has begun, with the tokens and the cost that are reserved for it."""

    digest: bytes
    tokens: int
    cost: float


@dataclass
class Counts:
    """The state of the rows of a run, and what the run has used.

    Attributes:
        rows: rows of the source.
        done: rows with a good answer.
        failed: rows with a failure.
        usage: tokens of all answers; a row that repeats another one adds nothing.
        cost: US dollars of all answers; None when a price was unknown.
        lost: calls that were in flight when a process was killed and that may have been paid, and what was reserved for
            them: number, tokens, US dollars.
    """

    rows: int = 0
    done: int = 0
    failed: int = 0
    usage: Usage = NO_USAGE
    cost: float | None = 0.0
    lost: tuple[int, int, float] = (0, 0, 0.0)

    @property
    def pending(self) -> int:
        """Rows without an answer."""
        return self.rows - self.done - self.failed


class Journal:
    """The journal of one run.

    Args:
        path: the file.
        writes: whether this process writes it. Only one process at a time can.

    Raises:
        JournalError: when another process writes the journal, a newer version wrote it, or the file is not a journal.
    """

    def __init__(self, path: str | os.PathLike[str], *, writes: bool = True) -> None:
        self.path = Path(path)
        self._writing = threading.Lock()
        self._lock: FileLock | None = None
        if not writes and not self.path.exists():
            raise JournalError(f"{self.path}: no such journal.")
        if writes and not self.path.absolute().parent.is_dir():
            raise JournalError(
                f"{self.path}: the folder of the journal does not exist. Create it, or name another journal."
            )
        if writes:
            self._lock = FileLock(f"{self.path}.lock")
            try:
                self._lock.acquire(timeout=_LOCK_S, poll_interval=_LOCK_S / 5)  # pyright: ignore[reportUnknownMemberType]
            except Timeout:
                self._lock = None
                raise JournalError(
                    f"{self.path}: another process is working on this run. Wait for it, or stop it first."
                ) from None
            except OSError as error:
                self._lock = None
                raise JournalError(f"{self.path}: the journal cannot be written: {error.strerror}.") from None
        try:
            self._open(writes)
        except BaseException:
            self.close()
            raise

    def _open(self, writes: bool) -> None:
        try:
            if writes:
                self._db: sqlite3.Connection = sqlite3.connect(
                    self.path, isolation_level=None, check_same_thread=False, timeout=30
                )
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA synchronous=NORMAL")
                if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name='about'").fetchone():
                    with self.transaction():
                        for statement in _TABLES.split(";\n"):
                            self._db.execute(statement)
                        self._db.execute("INSERT INTO about VALUES ('version', ?)", (str(VERSION),))
            else:
                uri = f"{self.path.resolve().as_uri()}?mode=ro"
                self._db: sqlite3.Connection = sqlite3.connect(
                    uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30
                )
            version = int(self.about("version") or 0)
        except sqlite3.DatabaseError as error:
            text = str(error)
            if not isinstance(error, sqlite3.OperationalError) or "no such table" in text:
                raise JournalError(f"{self.path}: the file is not a journal of genai-bulk ({text}).") from None
            is_full = "full" in text or "I/O" in text
            advice = "Free some space on its disk" if is_full else "Check the permissions of its folder"
            raise JournalError(f"{self.path}: the journal cannot be opened: {text}. {advice}.") from error
        if version > VERSION:
            raise JournalError(
                f"{self.path}: a newer release of genai-bulk wrote this journal (format {version}; this release reads "
                f"{VERSION}). Install a newer genai-bulk."
            )

    def close(self) -> None:
        """Close the file, and let other processes write it."""
        database = self.__dict__.pop("_db", None)
        if database is not None:
            database.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def transaction(self) -> Generator[sqlite3.Connection, None, None]:
        """Write everything within a `with` block, or nothing. One thread at a time can be in it."""
        with self._writing:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # After some errors, SQLite has ended the transaction itself.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def reader(self) -> Journal:
        """Return a second view of the file, for another thread. It has to be closed."""
        return Journal(self.path, writes=False)

    # The run that the journal belongs to.

    def about(self, name: str) -> str | None:
        """Return a fact about the run."""
        found = self._db.execute("SELECT value FROM about WHERE name=?", (name,)).fetchone()
        return found[0] if found else None

    def set_about(self, **facts: str) -> None:
        """Keep facts about the run."""
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", facts.items())

    @property
    def fingerprint(self) -> dict[str, Any] | None:
        """What identifies the run; None for a new journal."""
        text = self.about("fingerprint")
        return None if text is None else json.loads(text)

    # The rows.

    @property
    def is_surveyed(self) -> bool:
        """Whether all rows of the source are known."""
        return self.about("surveyed") == "yes"

    def survey(
        self,
        rows: Iterable[tuple[int, Any, str | None]],
        key: str | None,
        source: str = "the source",
        facts: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Keep the rows of a source: number, key, and the row itself as JSON when the source cannot be read again.

        An earlier survey that did not end is forgotten.

        Args:
            rows: the rows in ascending order; the key is None for a row that cannot be read.
            key: name of the key; None when the number of the row is its key.
            source: name of the source, for messages.
            facts: called after the last row; what it returns is kept as facts about the run.

        Raises:
            BulkError: when two rows have the same key.
        """
        with self.transaction():
            self._db.execute("DROP INDEX IF EXISTS rows_by_key")
            self._db.execute("DELETE FROM rows")
            self._db.executemany("INSERT INTO rows (ordinal, key, row) VALUES (?, ?, ?)", rows)
            if key is not None:
                try:
                    self._db.execute("CREATE UNIQUE INDEX rows_by_key ON rows(key)")
                except sqlite3.IntegrityError:
                    raise self._duplicates(source, key) from None
            known = {**facts(), "surveyed": "yes"}
            self._db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", known.items())

    def _duplicates(self, source: str, key: str) -> BulkError:
        """Return the error for keys that occur more than once."""
        repeated = self._db.execute(
            "SELECT key, min(ordinal), max(ordinal), count(*) FROM rows WHERE key IS NOT NULL GROUP BY key "
            "HAVING count(*) > 1 ORDER BY 2"
        )
        first: list[tuple[Any, int, int]] = []
        count = 0
        for value, row, later, rows in repeated:
            count += rows - 1
            if len(first) < _SHOWN:
                first.append((value, row, later))
        return duplicate_keys(source, key, first, count)

    def row_count(self) -> int:
        """Return the number of rows of the source."""
        return self._db.execute("SELECT count(*) FROM rows").fetchone()[0]

    def pending(self) -> Iterator[int]:
        """Yield the numbers of the rows without an answer, in ascending order, also while answers are written."""
        last = -1
        # Each page is a query of its own: a long query would keep SQLite from shortening the write-ahead log.
        while page := self._db.execute(
            "SELECT ordinal FROM rows WHERE answer IS NULL AND ordinal > ? ORDER BY ordinal LIMIT ?", (last, _PAGE)
        ).fetchall():
            for (ordinal,) in page:
                yield ordinal
            last = page[-1][0]

    def kept_rows(self, only: Iterable[int] | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the rows that the journal keeps, of a source that cannot be read again.

        Args:
            only: ascending numbers; None for all rows.
        """
        if only is None:
            last = -1
            while page := self._db.execute(
                "SELECT ordinal, row FROM rows WHERE ordinal > ? ORDER BY ordinal LIMIT ?", (last, _PAGE)
            ).fetchall():
                for ordinal, row in page:
                    yield ordinal, load_row(row)
                last = page[-1][0]
            return
        for ordinal in only:
            (row,) = self._db.execute("SELECT row FROM rows WHERE ordinal=?", (ordinal,)).fetchone()
            yield ordinal, load_row(row)

    # The answers.

    def next_answer_id(self) -> int:
        """Return an id above those of all answers."""
        return (self._db.execute("SELECT max(id) FROM answers").fetchone()[0] or 0) + 1

    def answers_by_digest(self, digests: Sequence[bytes]) -> dict[bytes, Known]:
        """Return the answers to equal requests, by digest."""
        found: dict[bytes, Known] = {}
        for begin in range(0, len(digests), 500):
            part = digests[begin : begin + 500]
            marks = ",".join("?" * len(part))
            query = f"SELECT digest, id, status IS NULL FROM answers WHERE digest IN ({marks})"  # noqa: S608
            found.update((digest, Known(id, bool(is_good))) for digest, id, is_good in self._db.execute(query, part))
        return found

    def answer(self, id: int) -> StoredAnswer:
        """Return an answer.

        Raises:
            LookupError: when it does not exist.
        """
        found = _answer(list(self._db.execute("SELECT * FROM answers WHERE id=?", (id,)).fetchone() or [None]))
        if found is None:
            raise LookupError(f"{self.path}: no answer has the id {id}.")
        return found

    def write(
        self,
        starts: Sequence[Start],
        answers: Sequence[StoredAnswer],
        rows: Sequence[tuple[int, int]],
        ended: Sequence[bytes],
        *,
        lost: tuple[int, int, float] = (0, 0, 0.0),
    ) -> None:
        """Write a group of events in one commit.

        Args:
            starts: calls that began and have not ended.
            answers: new answers.
            rows: pairs of answer id and row number.
            ended: digests of earlier calls that ended, with an answer or without.
            lost: number of calls that may have been paid although no answer arrived, and their tokens and US dollars.
        """
        with self.transaction():
            _execute(self._db, "DELETE FROM started WHERE digest IN (VALUES {})", [(digest,) for digest in ended])
            _execute(self._db, "INSERT OR REPLACE INTO started VALUES {}", starts)
            _execute(
                self._db,
                "INSERT INTO answers VALUES {}",
                [(*answer[:8], *vars(answer.usage).values(), answer.cost) for answer in answers],
            )
            _execute(
                self._db,
                "INSERT INTO rows (answer, ordinal) VALUES {} ON CONFLICT (ordinal) DO UPDATE SET answer = excluded.answer",
                rows,
            )
            if lost[0]:
                self._add_lost(lost)

    def answered(self, *, only_answered: bool = False) -> Iterator[tuple[int, StoredAnswer | None]]:
        """Yield each row's number with its answer, in ascending order.

        Args:
            only_answered: whether rows without an answer are left out.
        """
        join = "JOIN" if only_answered else "LEFT JOIN"
        last = -1
        while page := self._db.execute(
            "SELECT rows.ordinal, answers.* FROM rows "  # noqa: S608
            f"{join} answers ON answers.id = rows.answer WHERE rows.ordinal > ? ORDER BY rows.ordinal LIMIT ?",
            (last, _PAGE // 10),
        ).fetchall():
            for ordinal, *columns in page:
                yield ordinal, _answer(columns)
            last = page[-1][0]

    def forget_failures(self, status: str | None = None) -> int:
        """Remove failures, so that their rows are asked again. Return the number of rows.

        Args:
            status: the status or HTTP status of the failures; None for all.
        """
        where = "status IS NOT NULL" if status is None else "(status = ? OR CAST(code AS TEXT) = ?)"
        values = () if status is None else (status.upper(), status)
        with self.transaction():
            changed = self._db.execute(
                f"UPDATE rows SET answer=NULL WHERE answer IN (SELECT id FROM answers WHERE {where})",  # noqa: S608
                values,
            ).rowcount
            # What a failed answer used stays in the account of the run.
            usage, cost = self._used(f"WHERE {where}", values)
            self._add_to_account(usage, cost)
            self._db.execute(f"DELETE FROM answers WHERE {where}", values)  # noqa: S608
        return changed

    # The account.

    def counts(self) -> Counts:
        """Return the state of the rows, and what the run has used."""
        rows, failed, answered = self._db.execute(
            "SELECT count(*), count(answers.status), count(rows.answer) FROM rows LEFT JOIN answers ON answers.id = rows.answer"
        ).fetchone()
        usage, cost = self._used()
        earlier = json.loads(self.about("account") or "{}")
        lost = self._db.execute("SELECT count(*), sum(tokens), sum(cost) FROM started").fetchone()
        before: list[Any] = earlier.get("lost", [0, 0, 0.0])
        return Counts(
            rows,
            answered - failed,
            failed,
            usage + Usage(*earlier.get("usage", ())),
            None if cost is None or earlier.get("cost", 0.0) is None else cost + earlier.get("cost", 0.0),
            (lost[0] + before[0], (lost[1] or 0) + before[1], (lost[2] or 0.0) + before[2]),
        )

    def failures(self) -> dict[str, int]:
        """Return the number of failed rows by status."""
        return dict(
            self._db.execute(
                "SELECT answers.status, count(*) FROM rows JOIN answers ON answers.id = rows.answer "
                "WHERE answers.status IS NOT NULL GROUP BY answers.status ORDER BY 2 DESC, 1"
            )
        )

    def example_of(self, status: str) -> str:
        """Return the message of one failure with a status."""
        found = self._db.execute("SELECT message FROM answers WHERE status=? LIMIT 1", (status,)).fetchone()
        return found[0] if found else ""

    def settle_lost_calls(self) -> int:
        """Move the calls that were in flight when the last process ended to the account. Return their number."""
        with self.transaction():
            count, tokens, cost = self._db.execute("SELECT count(*), sum(tokens), sum(cost) FROM started").fetchone()
            if count:
                self._add_lost((count, tokens or 0, cost or 0.0))
                self._db.execute("DELETE FROM started")
        return count

    def _add_lost(self, lost: tuple[int, int, float]) -> None:
        account = json.loads(self.about("account") or "{}")
        account["lost"] = [a + b for a, b in zip(account.get("lost", [0, 0, 0.0]), lost, strict=True)]
        self._db.execute("INSERT OR REPLACE INTO about VALUES ('account', ?)", (json.dumps(account),))

    def _used(self, where: str = "", values: Sequence[Any] = ()) -> tuple[Usage, float | None]:
        *tokens, cost, priced, answers = self._db.execute(
            "SELECT sum(prompt_tokens), sum(cached_tokens), sum(output_tokens), sum(thought_tokens), sum(total_tokens), "  # noqa: S608
            f"sum(cost), count(cost), count(*) FROM answers {where}",
            values,
        ).fetchone()
        return Usage(*(count or 0 for count in tokens)), (cost or 0.0) if priced == answers else None

    def _add_to_account(self, usage: Usage, cost: float | None) -> None:
        account = json.loads(self.about("account") or "{}")
        account["usage"] = list(vars(usage + Usage(*account.get("usage", ()))).values())
        before = account.get("cost", 0.0)
        account["cost"] = None if cost is None or before is None else before + cost
        self._db.execute("INSERT OR REPLACE INTO about VALUES ('account', ?)", (json.dumps(account),))

    # The sessions.

    def begin_session(self) -> int:
        """Return the id of a new session."""
        with self.transaction():
            found = self._db.execute("INSERT INTO sessions (begun, state) VALUES (?, '{}')", (time.time(),))
            assert found.lastrowid is not None
            return found.lastrowid

    def write_progress(
        self, session: int, state: Mapping[str, Any], sample: tuple[float, Mapping[str, Any]] | None
    ) -> None:
        """Keep the state of a session, and a sample for the plot: seconds since its beginning, and values."""
        with self.transaction():
            self._db.execute("UPDATE sessions SET state=? WHERE id=?", (json.dumps(state), session))
            if sample is not None:
                at, values = sample
                self._db.execute("INSERT OR REPLACE INTO samples VALUES (?, ?, ?)", (session, at, json.dumps(values)))

    def sessions(self) -> list[tuple[int, float, dict[str, Any]]]:
        """Return the sessions of the run: id, beginning in seconds since 1970, last state."""
        found = self._db.execute("SELECT id, begun, state FROM sessions ORDER BY id")
        return [(id, begun, json.loads(state)) for id, begun, state in found]

    def samples(self, session: int) -> list[tuple[float, dict[str, Any]]]:
        """Return the samples of a session: seconds since its beginning, and values."""
        found = self._db.execute("SELECT at, sample FROM samples WHERE session=? ORDER BY at", (session,))
        return [(at, json.loads(sample)) for at, sample in found]

    # The uploads.

    def upload(self, digest: str) -> tuple[str, str, str, float] | None:
        """Return name, URI, type and expiry (seconds since 1970) of an uploaded file, or None."""
        return self._db.execute(
            "SELECT name, uri, mime_type, expires FROM uploads WHERE digest=?", (digest,)
        ).fetchone()

    def keep_upload(self, digest: str, name: str, uri: str, mime_type: str, expires: float) -> None:
        """Keep an uploaded file."""
        with self.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?)", (digest, name, uri, mime_type, expires)
            )


def is_at_work(path: str | os.PathLike[str]) -> bool:
    """Return whether a process is working on a journal."""
    if not os.path.exists(f"{path}.lock"):
        return False
    lock = FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=0)  # pyright: ignore[reportUnknownMemberType]
    except Timeout:
        return True
    except OSError:  # a folder that this user may only read
        return False
    lock.release()
    return False


def delete(path: str | os.PathLike[str]) -> None:
    """Delete a journal.

    Raises:
        JournalError: when a process is working on it.
    """
    Journal(path).close()
    for suffix in _SUFFIXES:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _execute(database: sqlite3.Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement for many rows at once: between two statements, the thread would wait for the event loop's."""
    begin = 0
    for size in _ROWS_AT_ONCE:
        while begin + size <= len(rows):
            part = rows[begin : begin + size]
            marks = f"({','.join('?' * len(part[0]))})"
            database.execute(statement.format(",".join([marks] * size)), [value for row in part for value in row])
            begin += size


def _answer(columns: list[Any]) -> StoredAnswer | None:
    if columns[0] is None:
        return None
    id, digest, reply, vector, status, message, code, attempts, *tokens, cost = columns
    return StoredAnswer(
        id, digest, reply, vector, status, message, code, attempts or 0, Usage(*(count or 0 for count in tokens)), cost
    )
