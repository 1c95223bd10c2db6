"""The state of a server: rows in SQLite and files in a folder, temporary or in a folder of the user.

Services declare their tables as SQL text; this module does not know what rows mean.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import threading
import weakref
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .temporary import temporary_folder

Value = str | int | float | bytes | None
_BUSY_LIMIT_S = 1.0
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


class State:
    """The stored rows and files of one server. Thread-safe. Every method is short and may run on an event loop.

    Args:
        data: folder that is created if necessary and reused by the next server; None for memory and a temporary
            folder, which are removed with the object.

    Raises:
        RuntimeError: when the folder or the database in it cannot be used, because of its rights or content, or because
            another server uses it.

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
        """Whether the state remains for the next server."""
        self._lock = threading.RLock()
        self._in_transaction = False
        self._undo: list[Callable[[], object]] = []
        self._to_remove: list[Path] = []
        self._private_folders: set[Path] = set()
        self._lasting_folders: set[Path] = set()
        self._remove_folder: Callable[[], object] | None = None
        self._folder = Path(data) if data is not None else None
        name = ":memory:" if self._folder is None else str(_private_database(self._folder))
        try:
            self._connection = sqlite3.connect(
                name, timeout=_BUSY_LIMIT_S, isolation_level=None, check_same_thread=False, cached_statements=256
            )
        except sqlite3.DatabaseError as error:
            raise _unusable(name, error) from error
        self._disconnect = weakref.finalize(self, self._connection.close)
        self._connection.row_factory = sqlite3.Row
        try:
            self._open(is_file=self._folder is not None)
        except sqlite3.DatabaseError as error:
            self._disconnect()
            raise _unusable(name, error) from error

    def _open(self, *, is_file: bool) -> None:
        self._connection.execute("PRAGMA foreign_keys = ON")
        if is_file:
            # With a write-ahead log, committed rows survive a killed process without a sync at each commit. The
            # lock ends with the process.
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            (problem,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            if problem != "ok":
                raise sqlite3.DatabaseError(problem)
        self._connection.execute("CREATE TABLE IF NOT EXISTS declarations (service TEXT PRIMARY KEY, digest TEXT)")

    def declare(self, service: str, *statements: str) -> None:
        """Create the tables of a service unless they exist.

        Args:
            service: name of the service.
            statements: `CREATE TABLE` and `CREATE INDEX` statements without `IF NOT EXISTS`.

        Raises:
            RuntimeError: when the folder has tables of this service with another declaration.
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
                    f"{self._folder or 'The state'} contains {service} of another version of genai-local; "
                    "use another folder, or remove this one."
                )

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection, None, None]:
        """Run a `with` block as a transaction, rolled back when it raises; an inner block joins the outer transaction.

        Other threads cannot read or write meanwhile, so the block must neither await nor compute for long.
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
                if self._connection.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._connection.execute("ROLLBACK")
                for undo in reversed(self._undo):
                    undo()
                raise
            else:
                for path in self._to_remove:
                    path.unlink(missing_ok=True)
            finally:
                self._in_transaction = False
                self._undo.clear()
                self._to_remove.clear()

    def move(self, source: Path, target: Path) -> None:
        """Move a file; it is moved back if the current transaction fails."""
        with self.transaction():
            source.rename(target)
            self._undo.append(lambda: target.rename(source))

    def remove(self, path: Path) -> None:
        """Remove a file, if it exists, once the current transaction has succeeded."""
        with self.transaction():
            self._to_remove.append(path)

    @contextmanager
    def new_file(self, path: Path) -> Generator[None, None, None]:
        """Run a `with` block that writes a file, which is removed if the block fails."""
        try:
            yield
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def rows(self, query: str, *values: Value) -> list[sqlite3.Row]:
        """Return the rows of a query; columns are accessible by name."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: Value) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        with self._lock:
            return self._connection.execute(query, values).fetchone()

    def execute(self, statement: str, *values: Value) -> int:
        """Execute one statement and return the number of changed rows."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def execute_many(self, statement: str, many: Sequence[Sequence[Value]]) -> None:
        """Execute one statement for each tuple of values, in one transaction."""
        with self.transaction() as connection:
            connection.executemany(statement, many)

    def folder(self, name: str, *, is_lasting: bool = False) -> Path:
        """Return a folder for files of a service, created if necessary; it exists as long as the rows.

        Args:
            name: name of the folder.
            is_lasting: whether `clear` leaves the folder as it is.
        """
        with self._lock:
            if self._folder is None:
                self._folder, self._remove_folder = temporary_folder(self)
            folder = self._folder / name
            if is_lasting:
                self._lasting_folders.add(folder)
            if folder not in self._private_folders:
                folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
                folder.chmod(_PRIVATE_FOLDER)
                self._private_folders.add(folder)
            return folder

    def clear(self) -> None:
        """Remove all rows and files; tables and lasting folders remain."""
        with self.transaction() as connection:
            # Rows may be deleted before the rows that refer to them.
            connection.execute("PRAGMA defer_foreign_keys = ON")
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('declarations')"
            for (name,) in connection.execute(query).fetchall():
                connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - the database's own names
            if self._folder is not None:
                for path in self._folder.iterdir():
                    if path.is_dir() and path not in self._lasting_folders:
                        shutil.rmtree(path, ignore_errors=True)
            self._private_folders.clear()

    def close(self) -> None:
        """Close the database and remove temporary files. The object cannot be used afterwards."""
        with self._lock:
            self._disconnect()
            if self._remove_folder is not None:
                self._remove_folder()


def _private_database(folder: Path) -> Path:
    """Return the path of the database in a folder, which are created if necessary; other users cannot read it."""
    database = folder / "state.sqlite"
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        database.touch(_PRIVATE_FILE)
        database.chmod(_PRIVATE_FILE)  # SQLite gives its further files the same mode
    except OSError as error:
        raise RuntimeError(f"The folder {folder} cannot be used: {error}. Use another folder.") from error
    return database


def _unusable(name: str, error: Exception) -> RuntimeError:
    return RuntimeError(
        f"{name} cannot be used: {error}. If another server uses it, stop that server; if it is damaged or is not a "
        "database, use another folder."
    )
