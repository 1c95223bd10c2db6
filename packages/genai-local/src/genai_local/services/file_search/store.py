"""The stored file search stores, documents and chunks, with the vectors of the chunks.

It knows rows, but neither how texts are split, nor what vectors mean, nor how a search works.
"""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Any

from ...framework.api import Api
from ...protocol.errors import JsonObject

_LETTERS = string.ascii_lowercase + string.digits
_TABLES = (
    """CREATE TABLE file_search_stores (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        embedding_model TEXT,
        create_time REAL NOT NULL,
        update_time REAL NOT NULL
    )""",
    """CREATE TABLE documents (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        store TEXT NOT NULL REFERENCES file_search_stores (name) ON DELETE CASCADE,
        display_name TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        metadata TEXT NOT NULL,
        chunking TEXT NOT NULL,
        operation TEXT NOT NULL,
        place TEXT,
        state TEXT NOT NULL,
        create_time REAL NOT NULL,
        update_time REAL NOT NULL
    )""",
    "CREATE INDEX documents_of_store ON documents (store, seq)",
    """CREATE TABLE chunks (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        document TEXT NOT NULL REFERENCES documents (name) ON DELETE CASCADE,
        text TEXT NOT NULL,
        embedder TEXT NOT NULL,
        vector BLOB NOT NULL
    )""",
    "CREATE INDEX chunks_of_document ON chunks (document)",
)


@dataclass(frozen=True)
class Store:
    """One store. Times are seconds since 1970."""

    seq: int
    name: str
    """`fileSearchStores/...`."""
    display_name: str
    embedding_model: str | None
    create_time: float
    update_time: float


@dataclass(frozen=True)
class Document:
    """One document. Times are seconds since 1970."""

    seq: int
    name: str
    """`fileSearchStores/.../documents/...`."""
    store: str
    """Name of its store."""
    display_name: str
    mime_type: str
    size_bytes: int
    metadata: list[JsonObject]
    """The client's metadata."""
    chunking: JsonObject
    operation: str
    """Name of the ingestion operation."""
    place: str | None
    """Name of the file with the bytes in the state's folder; None after a failed ingestion."""
    state: str
    """`STATE_PENDING`, `STATE_ACTIVE` or `STATE_FAILED`."""
    create_time: float
    update_time: float

    @property
    def media_id(self) -> str:
        """The name under which the bytes can be downloaded, of the form `fileSearchStores/.../media/...`."""
        return self.name.replace("/documents/", "/media/")


class FileSearchStores:
    """The stores of one server. Thread-safe.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self._state = api.state
        self._clock = api.clock
        api.state.declare("file_search", *_TABLES)

    def add(self, display_name: str, embedding_model: str | None) -> Store:
        """Store a new, empty file search store and return it."""
        now = self._clock.now()
        name = f"fileSearchStores/{new_id(display_name)}"
        self._state.execute(
            "INSERT INTO file_search_stores (name, display_name, embedding_model, create_time, update_time) "
            "VALUES (?, ?, ?, ?, ?)",
            *(name, display_name, embedding_model, now, now),
        )
        store = self.find(name)
        assert store is not None
        return store

    def find(self, name: str) -> Store | None:
        """Return the store with this name, or None."""
        row = self._state.row("SELECT * FROM file_search_stores WHERE name = ?", name)
        return Store(**dict(row)) if row else None

    def list_stores(self, after: int | None, count: int) -> list[Store]:
        """Return up to `count` stores, oldest first, that are newer than number `after`."""
        rows = self._state.rows(
            "SELECT * FROM file_search_stores WHERE seq > ? ORDER BY seq LIMIT ?",
            after if after is not None else 0,
            count,
        )
        return [Store(**dict(row)) for row in rows]

    def sizes(self, name: str) -> tuple[dict[str, int], int]:
        """Return the number of documents of a store by state, and the total size of the active ones."""
        rows = self._state.rows(
            "SELECT state, COUNT(*) AS count, SUM(size_bytes) AS size FROM documents WHERE store = ? GROUP BY state",
            name,
        )
        active = sum(row["size"] for row in rows if row["state"] == "STATE_ACTIVE")
        return {row["state"]: row["count"] for row in rows}, active

    def delete(self, name: str) -> None:
        """Remove a store with its documents."""
        with self._state.transaction():
            for row in self._state.rows("SELECT * FROM documents WHERE store = ?", name):
                self._forget_bytes(_document(row))
            self._state.execute("DELETE FROM file_search_stores WHERE name = ?", name)

    def add_document(
        self,
        store: str,
        *,
        display_name: str,
        mime_type: str,
        size_bytes: int,
        metadata: list[JsonObject],
        chunking: JsonObject,
        operation: str,
        place: str,
    ) -> Document:
        """Store a new pending document and return it. The arguments are fields of `Document`."""
        now = self._clock.now()
        name = f"{store}/documents/{new_id(display_name)}"
        with self._state.transaction():
            self._state.execute(
                "INSERT INTO documents (name, store, display_name, mime_type, size_bytes, metadata, chunking, operation, "
                "place, state, create_time, update_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'STATE_PENDING', ?, ?)",
                *(name, store, display_name, mime_type, size_bytes, json.dumps(metadata), json.dumps(chunking)),
                *(operation, place, now, now),
            )
            self._touch(store, now)
        document = self.find_document(name)
        assert document is not None
        return document

    def find_document(self, name: str) -> Document | None:
        """Return the document with this name, or None."""
        row = self._state.row("SELECT * FROM documents WHERE name = ?", name)
        return _document(row) if row else None

    def documents(self, store: str, after: int | None, count: int) -> list[Document]:
        """Return up to `count` documents of a store, oldest first, that are newer than number `after`."""
        rows = self._state.rows(
            "SELECT * FROM documents WHERE store = ? AND seq > ? ORDER BY seq LIMIT ?",
            *(store, after if after is not None else 0, count),
        )
        return [_document(row) for row in rows]

    def pending_documents(self) -> list[Document]:
        """Return the documents whose ingestion is not finished, oldest first."""
        rows = self._state.rows("SELECT * FROM documents WHERE state = 'STATE_PENDING' ORDER BY seq")
        return [_document(row) for row in rows]

    def media(self, media_id: str) -> tuple[Document, Path] | None:
        """Return the document whose bytes have this name of the form `fileSearchStores/.../media/...`, and their path."""
        document = self.find_document(media_id.replace("/media/", "/documents/"))
        if document is None or document.place is None or document.state != "STATE_ACTIVE":
            return None
        return document, self._state.folder("documents") / document.place

    def set_active(self, document: Document, chunks: Sequence[tuple[str, bytes]], embedder: str) -> bool:
        """Store the chunks of a document with their vectors; return False if the document no longer exists."""
        with self._state.transaction() as connection:
            if not self._end(document, "STATE_ACTIVE"):
                return False
            connection.executemany(
                "INSERT INTO chunks (document, text, embedder, vector) VALUES (?, ?, ?, ?)",
                [(document.name, text, embedder, vector) for text, vector in chunks],
            )
        return True

    def set_failed(self, document: Document) -> None:
        """Mark a document as failed."""
        with self._state.transaction():
            self._end(document, "STATE_FAILED")

    def _end(self, document: Document, state: str) -> bool:
        now = self._clock.now()
        changed = self._state.execute(
            "UPDATE documents SET state = ?, update_time = ?, place = ? WHERE name = ? AND state = 'STATE_PENDING'",
            *(state, now, document.place if state == "STATE_ACTIVE" else None, document.name),
        )
        if state != "STATE_ACTIVE" or not changed:
            self._forget_bytes(document)
        self._touch(document.store, now)
        return changed > 0

    def delete_document(self, document: Document) -> None:
        """Remove a document with its chunks."""
        with self._state.transaction():
            self._state.execute("DELETE FROM documents WHERE name = ?", document.name)
            self._touch(document.store, self._clock.now())
            self._forget_bytes(document)

    def has_chunks(self, document: Document) -> bool:
        """Return whether a document has chunks."""
        return self._state.row("SELECT 1 FROM chunks WHERE document = ? LIMIT 1", document.name) is not None

    def chunks(self, document: str, after: int, count: int) -> list[Row]:
        """Return up to `count` chunks of a document after number `after`: `seq`, `text`, `embedder`, `vector`."""
        return self._state.rows(
            "SELECT * FROM chunks WHERE document = ? AND seq > ? ORDER BY seq LIMIT ?", document, after, count
        )

    def outdated_chunks(self, document: str, embedder: str, size: int, after: int, count: int) -> list[Row]:
        """Return up to `count` chunks of a document whose vectors cannot be compared with those of an embedder.

        Args:
            document: name of the document.
            embedder: name of the embedder.
            size: size of its vectors in bytes.
            after: only chunks after this number.
            count: maximum number of chunks.
        """
        return self._state.rows(
            "SELECT * FROM chunks WHERE document = ? AND (embedder <> ? OR length(vector) <> ?) AND seq > ? "
            "ORDER BY seq LIMIT ?",
            *(document, embedder, size, after, count),
        )

    def keep_vectors(self, vectors: Sequence[tuple[int, bytes]], embedder: str) -> None:
        """Replace the vectors of chunks, each given with the chunk's number."""
        self._state.execute_many(
            "UPDATE chunks SET vector = ?, embedder = ? WHERE seq = ?",
            [(vector, embedder, number) for number, vector in vectors],
        )

    def _touch(self, store: str, now: float) -> None:
        self._state.execute("UPDATE file_search_stores SET update_time = ? WHERE name = ?", now, store)

    def _forget_bytes(self, document: Document) -> None:
        if document.place is not None:
            self._state.remove(self._state.folder("documents") / document.place)

    def clear(self) -> None:
        """Do nothing: rows and files have been removed before."""


def new_id(display_name: str) -> str:
    """Return an unused id that begins with the usable characters of a name."""
    words = re.sub(r"[^a-z0-9]+", "-", display_name.lower()).strip("-")[:27].rstrip("-")
    ending = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{words}-{ending}" if words else ending


def _document(row: Row) -> Document:
    fields: dict[str, Any] = dict(row)
    for name in ("metadata", "chunking"):
        fields[name] = json.loads(fields[name])
    return Document(**fields)
