"""Auth tokens as they are kept, and what decides whether one is still good and for what.

It knows tokens and setups of sessions, not the connections over which they come.
"""

from __future__ import annotations

import json
import secrets
from typing import Any, cast

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid

PREFIX = "auth_tokens/"
_TABLES = (
    """CREATE TABLE auth_tokens (
        name TEXT PRIMARY KEY,
        expire_time REAL NOT NULL,
        new_session_expire_time REAL NOT NULL,
        uses_left INTEGER,
        setup TEXT,
        locked TEXT
    )""",
)


class AuthTokens:
    """The auth tokens of one server. Thread-safe.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self._state = api.state
        self._clock = api.clock
        api.state.declare("auth_tokens", *_TABLES)

    def create(
        self,
        *,
        expire_time: float,
        new_session_expire_time: float,
        uses: int | None,
        setup: JsonObject | None,
        locked: list[str] | None,
    ) -> str:
        """Keep a new token and return its name, which is the key.

        Args:
            expire_time: when it stops to be good for anything, in seconds since 1970.
            new_session_expire_time: when it stops to be good for the beginning of sessions.
            uses: number of sessions that can begin with it; None for any number.
            setup: what sessions are set up with.
            locked: paths of the fields of `setup` that a session cannot change; None for all of it.
        """
        name = f"{PREFIX}{secrets.token_hex(32)}"
        self._state.execute(
            "INSERT INTO auth_tokens VALUES (?, ?, ?, ?, ?, ?)",
            *(name, expire_time, new_session_expire_time, uses),
            json.dumps(setup) if setup is not None else None,
            json.dumps(locked) if locked is not None else None,
        )
        return name

    def check(self, name: str) -> None:
        """Refuse a key that is no token, or one that has expired.

        Raises:
            ApiError: 401.
        """
        row = self._state.row("SELECT * FROM auth_tokens WHERE name = ?", name)
        if row is None:
            raise ApiError(401, "The auth token is not known here.")
        if self._clock.now() >= row["expire_time"]:
            raise ApiError(401, "The auth token has expired.")

    def begin_session(self, name: str, setup: JsonObject) -> JsonObject:
        """Count the beginning of a session and return the setup that it gets.

        Args:
            name: the token.
            setup: the canonical setup that the client sent.

        Raises:
            ApiError: 401 for a token that is not good for another session; 400 for a setup that goes against it.
        """
        with self._state.transaction():
            self.check(name)
            row = self._state.row("SELECT * FROM auth_tokens WHERE name = ?", name)
            assert row is not None
            if self._clock.now() >= row["new_session_expire_time"]:
                raise ApiError(401, "The time in which sessions could begin with this auth token is over.")
            if row["uses_left"] == 0:
                raise ApiError(401, "The auth token has been used for as many sessions as it was made for.")
            result = setup
            if row["setup"] is not None:
                result = _apply_constraints(setup, json.loads(row["setup"]), json.loads(row["locked"] or "null"))
            self._state.execute("UPDATE auth_tokens SET uses_left = uses_left - 1 WHERE name = ?", name)
            return result

    def clear(self) -> None:
        """There is nothing beside the rows, which are removed already."""


def _apply_constraints(setup: JsonObject, fixed: JsonObject, locked: list[str] | None) -> JsonObject:
    """Return a setup with what a token fixes in it.

    Raises:
        ApiError: 400 for a locked field that the client has set to something else.
    """
    if locked is None:
        for name, value in setup.items():
            if value != fixed.get(name):
                raise invalid(f"setup.{name}", "is fixed by the auth token, with everything else of the setup.")
        return fixed
    result: JsonObject = {**fixed, **setup}
    for path in locked:
        name, _, member = path.partition(".")
        if not member:
            result = _lock_field(setup, fixed, result, name, f"setup.{name}")
            continue
        members = cast("JsonObject", dict(result.get(name) or {}))
        given, wanted = cast("Any", setup.get(name) or {}), cast("Any", fixed.get(name) or {})
        result[name] = _lock_field(given, wanted, members, member, f"setup.{path}")
    return {name: value for name, value in result.items() if value != {} or name in setup or name in fixed}


def _lock_field(given: JsonObject, fixed: JsonObject, result: JsonObject, name: str, path: str) -> JsonObject:
    """Return `result` with the fixed value of a field, or without the field when there is none."""
    if name in given and given[name] != fixed.get(name):
        raise invalid(path, "is fixed by the auth token.")
    rest = {key: value for key, value in result.items() if key != name}
    return {**rest, name: fixed[name]} if name in fixed else rest
