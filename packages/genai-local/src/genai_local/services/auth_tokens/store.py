"""The stored auth tokens, the check of their validity, and the setups of sessions that they fix.

It knows tokens and setups of sessions, but no connections.
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
        """Store a new token and return its name, which is the key.

        Args:
            expire_time: end of the token's validity, in seconds since 1970.
            new_session_expire_time: end of the time in which sessions can begin.
            uses: number of sessions that can begin with the token; None for any number.
            setup: setup of the sessions.
            locked: paths of the fields of `setup` that a session cannot change; None for all fields.
        """
        name = f"{PREFIX}{secrets.token_hex(32)}"
        self._state.execute(
            "INSERT INTO auth_tokens VALUES (?, ?, ?, ?, ?, ?)",
            *(name, expire_time, new_session_expire_time, uses),
            json.dumps(setup) if setup is not None else None,
            json.dumps(locked) if locked is not None else None,
        )
        return name

    def check(self, name: str) -> float:
        """Return when a token expires, in seconds since 1970.

        Raises:
            ApiError: 401 for an unknown or expired token.
        """
        row = self._state.row("SELECT * FROM auth_tokens WHERE name = ?", name)
        if row is None:
            raise ApiError(401, "The auth token is not known on this server.")
        if self._clock.now() >= row["expire_time"]:
            raise ApiError(401, "The auth token has expired.")
        return row["expire_time"]

    def begin_session(self, name: str, setup: JsonObject) -> JsonObject:
        """Return the setup of a session, and count the session unless it continues another one.

        Args:
            name: name of the token.
            setup: the canonical setup that the client sent. With a handle of an earlier session, the time for new sessions
                and their number do not matter.

        Raises:
            ApiError: 401 for a token that allows no further session; 400 for a setup that changes a fixed field.
        """
        setup, handle = _without_handle(setup)
        with self._state.transaction():
            self.check(name)
            row = self._state.row("SELECT * FROM auth_tokens WHERE name = ?", name)
            assert row is not None
            if not handle and self._clock.now() >= row["new_session_expire_time"]:
                raise ApiError(
                    401, "The auth token no longer allows new sessions: its newSessionExpireTime has passed."
                )
            if not handle and row["uses_left"] == 0:
                raise ApiError(401, "The auth token has already been used for as many sessions as it allows.")
            result = setup
            if row["setup"] is not None:
                result = _apply_constraints(setup, json.loads(row["setup"]), json.loads(row["locked"] or "null"))
            if handle:
                return {**result, "sessionResumption": {**result.get("sessionResumption", {}), "handle": handle}}
            self._state.execute("UPDATE auth_tokens SET uses_left = uses_left - 1 WHERE name = ?", name)
            return result

    def clear(self) -> None:
        """Do nothing: all data is in rows, which have been removed before."""


def _without_handle(setup: JsonObject) -> tuple[JsonObject, str]:
    """Return a setup without the handle of an earlier session, and the handle."""
    resumption: JsonObject = setup.get("sessionResumption", {})
    if not resumption.get("handle"):
        return setup, ""
    rest = {name: value for name, value in resumption.items() if name != "handle"}
    setup = {name: value for name, value in setup.items() if name != "sessionResumption"}
    return {**setup, **({"sessionResumption": rest} if rest else {})}, resumption["handle"]


def _apply_constraints(setup: JsonObject, fixed: JsonObject, locked: list[str] | None) -> JsonObject:
    """Return a setup with the fields that a token fixes.

    Raises:
        ApiError: 400 for a locked field that the client has set to something else.
    """
    if locked is None:
        for name, value in setup.items():
            if value != fixed.get(name):
                raise invalid(f"setup.{name}", "is fixed by the auth token, like all fields of the setup.")
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
    """Return `result` with the fixed value of a field, or without the field if it has no fixed value."""
    if name in given and given[name] != fixed.get(name):
        raise invalid(path, "is fixed by the auth token.")
    rest = {key: value for key, value in result.items() if key != name}
    return {**rest, name: fixed[name]} if name in fixed else rest
