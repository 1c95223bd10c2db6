"""What the server keeps: rows in SQLite and files in a folder, for the length of a process or in a folder of the user's.

It knows tables only as the text in which a service declares them; what rows mean is the services'.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

Value = str | int | float | bytes | None
_BUSY_LIMIT_S = 1.0


class State:
    """The kept rows and files of one server. Thread-safe; every call is short and may be made on an event loop.

    Args:
        data: folder that is made where needed and used again by the next server; None for memory and a temporary
            folder, which go with the object.

    Raises:
        RuntimeError: when the folder is in use by another server.
        OSError: when it cannot be made.

    Example:
        >>> state = State()
        >>> state.declare("notes", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        >>> state.execute("INSERT INTO notes (text) VALUES (?)", "Hello")
        1
        >>> [row["text"] for row in state.rows("SELECT text FROM notes")]
        ['Hello']
        >>> state.close()
    """

    def __init__(self, data: Path | str | None = None) -> None:
        self.is_kept = data is not None
        """Whether the next server finds what this one leaves."""
        self._lock = threading.RLock()
        self._in_transaction = False
        self._remove_folder: Callable[[], object] | None = None
        self._folder = Path(data) if data is not None else None
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        name = ":memory:" if self._folder is None else str(self._folder / "state.sqlite")
        self._connection = sqlite3.connect(
            name, timeout=_BUSY_LIMIT_S, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self._disconnect = weakref.finalize(self, self._connection.close)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA foreign_keys = ON")
        try:
            if self._folder is not None:
                # With a write-ahead log, rows that were committed survive a killed process without a sync at each
                # commit; the lock goes with the process.
                self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("CREATE TABLE IF NOT EXISTS declarations (service TEXT PRIMARY KEY, digest TEXT)")
        except sqlite3.DatabaseError as error:
            self._disconnect()
            raise RuntimeError(
                f"{name} cannot be used: {error}. Is another server using it, or is it no database?"
            ) from error

    def declare(self, service: str, *statements: str) -> None:
        """Make the tables of a service unless they are there already.

        Args:
            service: name of the service.
            statements: `CREATE TABLE`, `CREATE INDEX` and the like, without `IF NOT EXISTS`.

        Raises:
            RuntimeError: when the folder has tables of this service that were declared otherwise.
        """
        digest = hashlib.sha256("\n".join(statements).encode()).hexdigest()
        with self.transaction() as connection:
            row = self.row("SELECT digest FROM declarations WHERE service = ?", service)
            if row is None:
                for statement in statements:
                    connection.execute(statement)
                connection.execute("INSERT INTO declarations VALUES (?, ?)", (service, digest))
            elif row["digest"] != digest:
                raise RuntimeError(
                    f"{self._folder or 'The state'} holds {service} of another version of genai-local; "
                    "use another folder, or remove it."
                )

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection, None, None]:
        """Do all that happens in a `with` block, or nothing of it when it raises; a block within it is part of it.

        No other thread reads or writes meanwhile, so the block must neither await nor compute for long.
        """
        with self._lock:
            if self._in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._in_transaction = True
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            finally:
                self._in_transaction = False

    def rows(self, query: str, *values: Value) -> list[sqlite3.Row]:
        """Return the rows of a query; columns are reached by name."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: Value) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        with self._lock:
            return self._connection.execute(query, values).fetchone()

    def execute(self, statement: str, *values: Value) -> int:
        """Carry out one statement and return how many rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def execute_many(self, statement: str, many: Sequence[Sequence[Value]]) -> None:
        """Carry out one statement for each tuple of values, in one transaction."""
        with self.transaction() as connection:
            connection.executemany(statement, many)

    def folder(self, name: str) -> Path:
        """Return a folder for files of a service, made where needed; it lasts as long as the rows."""
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="genai-local-"))
                self._remove_folder = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            folder = self._folder / name
            folder.mkdir(exist_ok=True)
            return folder

    def clear(self) -> None:
        """Remove all rows and files; tables stay."""
        with self.transaction() as connection:
            # A row may be gone before those that refer to it.
            connection.execute("PRAGMA defer_foreign_keys = ON")
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('declarations')"
            for (name,) in connection.execute(query).fetchall():
                connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - the database's own names
            if self._folder is not None:
                for path in self._folder.iterdir():
                    if path.is_dir():
                        shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Let go of the database, and remove what is not kept. Nothing may be asked of it afterwards."""
        with self._lock:
            self._disconnect()
            if self._remove_folder is not None:
                self._remove_folder()
