"""The log of exchanges: one SQLite file that only the user can read, with a full-text index. It never contains keys.

Several processes may write at once (WAL). A run never fails because of its log: `record` warns once and returns.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import output
from .exits import Exit, Failure
from .places import data_folder, make_private

_VERSION = 1
_BUSY_LIMIT_S = 3.0
_OFF = "logs-off"
_COLUMNS = (
    "id", "conversation", "started_at", "command", "model", "backend", "prompt", "answer", "request", "reply", "turns",
    "usage", "finish_reason", "first_ms", "total_ms", "attempts", "tools", "error", "exit_code",
)  # fmt: skip
_JSON_COLUMNS = frozenset({"request", "reply", "turns", "usage", "tools", "error"})
_SCHEMA = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, model TEXT NOT NULL, started_at TEXT NOT NULL, title TEXT NOT NULL);
CREATE TABLE exchanges (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, conversation TEXT, started_at TEXT NOT NULL,
  command TEXT NOT NULL, model TEXT NOT NULL, backend TEXT NOT NULL, prompt TEXT NOT NULL, answer TEXT NOT NULL,
  request TEXT, reply TEXT, turns TEXT, usage TEXT, finish_reason TEXT, first_ms REAL, total_ms REAL, attempts INTEGER,
  tools TEXT, error TEXT, exit_code INTEGER NOT NULL
);
CREATE INDEX exchanges_of_conversation ON exchanges (conversation);
CREATE TABLE attachments (sha256 TEXT PRIMARY KEY, mime_type TEXT NOT NULL, size INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE exchange_attachments (
  exchange TEXT NOT NULL, position INTEGER NOT NULL, source TEXT NOT NULL, mime_type TEXT NOT NULL, sha256 TEXT,
  PRIMARY KEY (exchange, position)
);
CREATE VIRTUAL TABLE exchanges_text USING fts5(prompt, answer, content='exchanges', content_rowid='number');
CREATE TRIGGER exchange_added AFTER INSERT ON exchanges BEGIN
  INSERT INTO exchanges_text (rowid, prompt, answer) VALUES (new.number, new.prompt, new.answer);
END;
CREATE TRIGGER exchange_deleted AFTER DELETE ON exchanges BEGIN
  INSERT INTO exchanges_text (exchanges_text, rowid, prompt, answer) VALUES ('delete', old.number, old.prompt, old.answer);
END;
"""


@dataclass
class Exchange:
    """One request and its answer, as the log has it. JSON columns are Python values here."""

    id: str
    command: str
    model: str
    backend: str
    prompt: str
    conversation: str | None = None
    started_at: str = field(default_factory=lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    answer: str = ""
    request: Any = None
    reply: Any = None
    turns: Any = None
    """The turns that this exchange added to the conversation; bytes are replaced by their hash."""
    usage: Any = None
    finish_reason: str | None = None
    first_ms: float | None = None
    total_ms: float | None = None
    attempts: int | None = None
    tools: Any = None
    error: Any = None
    exit_code: int = 0
    attachments: list[tuple[str, str, str | None]] = field(default_factory=list[tuple[str, str, "str | None"]])
    """Source, media type and hash of each attachment."""
    blobs: dict[str, tuple[str, bytes]] = field(default_factory=dict[str, "tuple[str, bytes]"])
    """Media type and content of each attachment by hash."""


def database() -> Path:
    """Return the path of the log; it need not exist."""
    return data_folder() / "logs.db"


def is_off() -> bool:
    """Return whether `genai logs off` was called."""
    return (data_folder() / _OFF).exists()


def switch(*, on: bool) -> None:
    """Enable or disable the log for all later runs."""
    marker = make_private(data_folder()) / _OFF
    if on:
        marker.unlink(missing_ok=True)
    else:
        marker.touch(mode=0o600)


def record(exchange: Exchange) -> None:
    """Add an exchange to the log. If the log cannot be written, print one warning and return."""
    try:
        with _connection(create=True) as connection:
            if exchange.conversation is not None:
                connection.execute(
                    "INSERT OR IGNORE INTO conversations (id, model, started_at, title) VALUES (?, ?, ?, ?)",
                    (exchange.conversation, exchange.model, exchange.started_at, exchange.prompt[:80]),
                )
            connection.execute(
                f"INSERT INTO exchanges ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608
                [_stored(name, getattr(exchange, name)) for name in _COLUMNS],
            )
            connection.executemany(
                "INSERT OR IGNORE INTO attachments (sha256, mime_type, size, content) VALUES (?, ?, ?, ?)",
                [(sha256, kind, len(content), content) for sha256, (kind, content) in exchange.blobs.items()],
            )
            connection.executemany(
                "INSERT INTO exchange_attachments (exchange, position, source, mime_type, sha256) VALUES (?, ?, ?, ?, ?)",
                [(exchange.id, at, *attachment) for at, attachment in enumerate(exchange.attachments)],
            )
    except (sqlite3.Error, OSError) as error:
        output.note(f"The exchange was not logged: {database()}: {error}. To run without a log: -n, or genai logs off.")


def last_conversation() -> str | None:
    """Return the id of the conversation of the newest exchange, or None."""
    with reading() as connection:
        found = connection.execute(
            "SELECT conversation FROM exchanges WHERE conversation IS NOT NULL ORDER BY number DESC LIMIT 1"
        ).fetchone()
    return None if found is None else found["conversation"]


def exchanges_of(conversation: str) -> list[dict[str, Any]]:
    """Return the exchanges of a conversation, oldest first."""
    with reading() as connection:
        found = connection.execute("SELECT * FROM exchanges WHERE conversation = ? ORDER BY number", (conversation,))
        return [_read(row) for row in found.fetchall()]


def conversations_like(prefix: str) -> list[str]:
    """Return the ids of the conversations that begin with a prefix."""
    with reading() as connection:
        found = connection.execute(
            "SELECT id FROM conversations WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT 10", (len(prefix), prefix)
        )
        return [row["id"] for row in found.fetchall()]


def newest(count: int, *, conversation: str | None = None, model: str | None = None) -> list[dict[str, Any]]:
    """Return the newest exchanges, oldest of them first."""
    conditions, values = ["1"], list[Any]()
    for column, value in (("conversation", conversation), ("model", model)):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    query = f"SELECT * FROM exchanges WHERE {' AND '.join(conditions)} ORDER BY number DESC LIMIT ?"  # noqa: S608
    with reading() as connection:
        rows = connection.execute(query, [*values, count]).fetchall()
    return [_read(row) for row in reversed(rows)]


def search(words: str, count: int) -> list[dict[str, Any]]:
    """Return the exchanges whose prompt or answer contains all words, the best match first."""
    quoted = " ".join('"' + word.replace('"', '""') + '"' for word in words.split())
    if not quoted:
        raise Failure("search: expected at least one word.")
    with reading() as connection:
        rows = connection.execute(
            "SELECT exchanges.* FROM exchanges_text JOIN exchanges ON exchanges.number = exchanges_text.rowid "
            "WHERE exchanges_text MATCH ? ORDER BY rank LIMIT ?",
            (quoted, count),
        ).fetchall()
    return [_read(row) for row in rows]


def find(prefix: str) -> dict[str, Any]:
    """Return the exchange whose id begins with a prefix. Raises `Failure` if none or several do."""
    with reading() as connection:
        rows = connection.execute(
            "SELECT * FROM exchanges WHERE substr(id, 1, ?) = ? ORDER BY number LIMIT 2", (len(prefix), prefix)
        ).fetchall()
        if len(rows) != 1:
            raise Failure(f"{'Several exchanges begin' if rows else 'No exchange begins'} with the id {prefix!r}.")
        found = _read(rows[0])
        attached = connection.execute(
            "SELECT source, mime_type, sha256 FROM exchange_attachments WHERE exchange = ? ORDER BY position",
            (found["id"],),
        ).fetchall()
    return {**found, "attachments": [dict(row) for row in attached]}


def contents(hashes: Sequence[str]) -> dict[str, bytes]:
    """Return the stored contents of attachments by hash."""
    found: dict[str, bytes] = {}
    with reading() as connection:
        for sha256 in hashes:
            row = connection.execute("SELECT content FROM attachments WHERE sha256 = ?", (sha256,)).fetchone()
            if row is not None:
                found[sha256] = row["content"]
    return found


def counts() -> dict[str, int]:
    """Return the numbers of exchanges, conversations and attachments."""
    with reading() as connection:
        return {
            table: connection.execute(f"SELECT count(*) AS n FROM {table}").fetchone()["n"]  # noqa: S608 - our own names
            for table in ("exchanges", "conversations", "attachments")
        }


def backup(path: Path) -> None:
    """Copy the log into a new file, also while other processes write."""
    if path.exists():
        raise Failure(f"{path}: the file exists already; name a new one.")
    with reading() as connection:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        copy = sqlite3.connect(path)
        try:
            connection.backup(copy)
        finally:
            copy.close()


@contextlib.contextmanager
def reading() -> Generator[sqlite3.Connection]:
    """Provide a connection to read the log. Raises `Failure` if it does not exist or is broken."""
    if not database().exists():
        raise Failure(f"{database()}: no exchange has been logged yet.")
    try:
        with _connection(create=False) as connection:
            yield connection
    except sqlite3.Error as error:
        raise Failure(
            f"{database()}: the log cannot be read: {error}.",
            Exit.UNEXPECTED,
            hint="Move the file away to begin a new one.",
        ) from error


@contextlib.contextmanager
def _connection(*, create: bool) -> Generator[sqlite3.Connection]:
    path = database()
    if create and not path.exists():
        make_private(path.parent)
        with contextlib.suppress(FileExistsError):  # another process was faster
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(path, timeout=_BUSY_LIMIT_S, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        if create:
            _migrate(connection)
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        else:
            yield connection
    finally:
        connection.close()


def _migrate(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == _VERSION:
        return
    if version > _VERSION:
        raise sqlite3.DatabaseError(f"a newer release wrote it (version {version}, this release knows {_VERSION})")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        for statement in _statements(_SCHEMA):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _stored(name: str, value: Any) -> Any:
    if name in _JSON_COLUMNS and value is not None:
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def _read(row: sqlite3.Row) -> dict[str, Any]:
    values = {name: row[name] for name in _COLUMNS}
    return {
        name: json.loads(value) if name in _JSON_COLUMNS and value is not None else value
        for name, value in values.items()
    }
