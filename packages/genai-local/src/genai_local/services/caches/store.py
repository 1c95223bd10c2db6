"""The stored cached contents, each with its prompt and its expiry time."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from ...framework.api import Api
from ...protocol.errors import JsonObject
from ...protocol.messages import Surface

_ID_LETTERS = string.ascii_lowercase + string.digits
_ID_LENGTH = 32
_TABLES = (
    """CREATE TABLE caches (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        surface TEXT NOT NULL,
        parent TEXT NOT NULL,
        model TEXT NOT NULL,
        model_resource TEXT NOT NULL,
        display_name TEXT,
        prompt TEXT NOT NULL,
        token_count INTEGER NOT NULL,
        character_count INTEGER NOT NULL,
        kms_key_name TEXT,
        create_time REAL NOT NULL,
        update_time REAL NOT NULL,
        expire_time REAL NOT NULL
    )""",
    "CREATE INDEX caches_by_expiry ON caches (expire_time)",
)


@dataclass(frozen=True)
class Cache:
    """One cached content. Times are seconds since 1970."""

    seq: int
    name: str
    """Full resource name."""
    surface: Surface
    parent: str
    """`projects/.../locations/...` on Vertex AI, empty on the Developer API."""
    model: str
    """Bare id of the model."""
    model_resource: str
    """Resource name of the model."""
    display_name: str | None
    prompt: JsonObject
    """`contents`, `systemInstruction`, `tools` and `toolConfig`, with files replaced by their text."""
    token_count: int
    character_count: int
    kms_key_name: str | None
    create_time: float
    update_time: float
    expire_time: float

    def before(self, request: JsonObject) -> JsonObject:
        """Return the whole prompt of a request that continues the cached content."""
        contents: list[JsonObject] = [*self.prompt.get("contents", []), *request.get("contents", [])]
        return {**self.prompt, "contents": contents}


class Caches:
    """The cached contents of one server.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self.min_tokens = 0
        """Minimum number of tokens of a cached content."""
        self._state, self._clock = api.state, api.clock
        self._state.declare("caches", *_TABLES)

    def clear(self) -> None:
        """Reset the settings; rows have been removed before."""
        self.min_tokens = 0

    def add(self, surface: Surface, parent: str, fields: dict[str, Any]) -> Cache:
        """Store a cached content under a new name and return it.

        Args:
            surface: the surface of the request.
            parent: `projects/.../locations/...`, or empty.
            fields: the other columns, except the creation and update time; the prompt as an object.
        """
        now = self._clock.now()
        if surface == "gemini":
            name = "cachedContents/" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
        else:
            name = f"{parent}/cachedContents/{secrets.randbelow(9 * 10**18) + 10**18}"
        fields = {
            **fields,
            "name": name,
            "surface": surface,
            "parent": parent,
            "prompt": json.dumps(fields["prompt"], ensure_ascii=False),
            "create_time": now,
            "update_time": now,
        }
        columns, places = ", ".join(fields), ", ".join("?" * len(fields))
        self._state.execute("DELETE FROM caches WHERE expire_time <= ?", now)
        self._state.execute(f"INSERT INTO caches ({columns}) VALUES ({places})", *fields.values())  # noqa: S608 - names of our columns
        row = self._state.row("SELECT * FROM caches WHERE name = ?", name)  # which may have expired in the meantime
        assert row is not None
        return _cache(row)

    def find(self, name: str) -> Cache | None:
        """Return the cached content with this full name; None when it does not exist or has expired."""
        row = self._state.row("SELECT * FROM caches WHERE name = ? AND expire_time > ?", name, self._clock.now())
        return None if row is None else _cache(row)

    def find_for_request(self, name: str, surface: Surface) -> Cache | None:
        """Return the cached content for the name in a request, a full name or `cachedContents/{id}`; or None."""
        if surface == "gemini" or name.startswith("projects/"):
            cache = self.find(name)
        else:
            query = "SELECT * FROM caches WHERE surface = ? AND name LIKE ? ESCAPE '\\' AND expire_time > ?"
            end = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            row = self._state.row(query, surface, f"%/{end}", self._clock.now())
            cache = None if row is None else _cache(row)
        return cache if cache is not None and cache.surface == surface else None

    def below(self, surface: Surface, parent: str, before: int | None, count: int) -> list[Cache]:
        """Return up to `count` cached contents of a parent, newest first, that are older than number `before`."""
        rows = self._state.rows(
            "SELECT * FROM caches WHERE surface = ? AND parent = ? AND seq < ? AND expire_time > ? "
            "ORDER BY seq DESC LIMIT ?",
            *(surface, parent, 2**62 if before is None else before, self._clock.now(), count),
        )
        return [_cache(row) for row in rows]

    def set_expiry(self, name: str, expire_time: float) -> Cache | None:
        """Change the expiry time of a cached content and return it; None when it does not exist or has expired."""
        now = self._clock.now()
        with self._state.transaction():
            self._state.execute(
                "UPDATE caches SET expire_time = ?, update_time = ? WHERE name = ? AND expire_time > ?",
                *(expire_time, now, name, now),
            )
            return self.find(name)

    def delete(self, name: str) -> bool:
        """Remove a cached content and return whether it existed."""
        return bool(
            self._state.execute("DELETE FROM caches WHERE name = ? AND expire_time > ?", name, self._clock.now())
        )


def _cache(row: Row) -> Cache:
    fields = dict(row)
    fields["prompt"] = json.loads(fields["prompt"])
    return Cache(**fields)
