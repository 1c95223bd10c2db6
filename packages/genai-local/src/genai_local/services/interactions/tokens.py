"""Auth tokens of interactions: keys with which a client can connect to one interaction, and do nothing else."""

from __future__ import annotations

import secrets

from starlette.requests import HTTPConnection

from ...framework.api import Api, credentials_of
from ...framework.routing import RequestContext
from ...protocol.errors import ApiError, JsonObject, error_info, invalid, not_found
from ...protocol.interactions import LIVE_PATH
from ...protocol.times import read_timestamp, timestamp
from ...state.records import Place, Record
from .store import Interactions

PREFIX = "iat_"
_KIND = "interaction tokens"
_PLACE = Place("gemini", "")
_LIFETIME_S = 30 * 60.0
_MAX_LIFETIME_S = 20 * 3600.0
_MAX_TOKENS = 10_000


async def create_token(context: RequestContext) -> JsonObject:
    """Answer POST `interactions/{interaction}/auth_tokens`."""
    given = context.message("Interaction.TokenCreate")
    name = context.parameter("interaction")
    if context.api.part(Interactions).find_for(name, "gemini", "") is None:
        raise not_found(f"interactions/{name} does not exist, was deleted, or has expired.")
    now = context.api.clock.now()
    expires = now + _LIFETIME_S
    if "expire_time" in given:
        expires = read_timestamp(given["expire_time"], "expire_time")
        if not now < expires <= now + _MAX_LIFETIME_S:
            raise invalid("expire_time", f"expected a time within the next 20 hours, not {given['expire_time']}.")
    records = context.api.records
    records.delete([record for record in records.all_of(_KIND) if record.value["expire_time"] <= now])
    token = f"{PREFIX}{secrets.token_hex(32)}"
    records.add(_KIND, _PLACE, token, {"interaction_id": name, "expire_time": expires}, most=_MAX_TOKENS)
    return {"auth_token": token, "expires_at": timestamp(expires)}


async def delete_token(context: RequestContext) -> JsonObject:
    """Answer DELETE of one token; connections that it opened remain."""
    found = context.api.records.find(_KIND, _PLACE, context.parameter("token"))
    if found is None or found.value["interaction_id"] != context.parameter("interaction"):
        raise not_found("The auth token does not exist, or was deleted.")
    context.api.records.delete([found])
    return {}


def interaction_of(api: Api, connection: HTTPConnection) -> str | None:
    """Return the id of the interaction that the token of a request belongs to; None for a request without such a token.

    Raises:
        ApiError: 401 for an unknown or expired token.
    """
    token = next((each for each in credentials_of(connection) if each.startswith(PREFIX)), None)
    return None if token is None else _valid(api, token).value["interaction_id"]


def _valid(api: Api, token: str) -> Record:
    found = api.records.find(_KIND, _PLACE, token)
    if found is None:
        raise ApiError(401, "The auth token is not known on this server.")
    if api.clock.now() >= found.value["expire_time"]:
        raise ApiError(401, "The auth token has expired.")
    return found


def install(api: Api) -> None:
    """Register a key check that refuses requests with such a token, except for connections to its interaction."""

    def refuse(token: str, connection: HTTPConnection) -> None:
        _valid(api, token)
        if connection.scope["type"] == "websocket" and connection.scope["path"].endswith(f"/{LIVE_PATH}"):
            return
        info = error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", {"service": "generativelanguage.googleapis.com"})
        message = f"This auth token is valid for connections at {LIVE_PATH} only; send an API key with this request."
        raise ApiError(403, message, details=[info])

    api.key_checks[PREFIX] = refuse
