"""The path of auth tokens, the checks of their fields, and the refusal of tokens as keys of ordinary requests."""

from __future__ import annotations

import re

from starlette.requests import HTTPConnection

from ...framework.api import Api, credentials_of
from ...framework.routing import RequestContext, Route
from ...framework.websockets import method_at
from ...protocol.errors import ApiError, JsonObject, error_info, invalid, not_found
from ...protocol.messages import API
from ...protocol.times import read_timestamp
from .store import PREFIX, AuthTokens

CONSTRAINED = "GenerativeService.BidiGenerateContentConstrained"
"""The method for sessions with an auth token in place of an API key."""
_LIFETIME_S = 30 * 60.0
_NEW_SESSION_S = 60.0
_MAX_LIFETIME_S = 20 * 3600.0
_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")


async def create_auth_token(context: RequestContext) -> JsonObject:
    """Answer POST `auth_tokens`, which only exists in v1alpha."""
    if context.version != "v1alpha":
        raise not_found(f"POST /{context.version}/auth_tokens: auth tokens can only be created with v1alpha.")
    asked = context.message("AuthToken")
    now = context.api.clock.now()
    uses: int = asked.get("uses", 1)
    if uses < 0:
        raise invalid("uses", f"expected the number of sessions, or 0 for any number, not {uses}.")
    expire_time = _time(asked, "expireTime", now, now + _LIFETIME_S)
    new_session = _time(asked, "newSessionExpireTime", now, min(now + _NEW_SESSION_S, expire_time))
    if new_session > expire_time:
        raise invalid("newSessionExpireTime", "must not be later than expireTime.")
    setup: JsonObject | None = asked.get("bidiGenerateContentSetup")
    name = context.api.part(AuthTokens).create(
        expire_time=expire_time,
        new_session_expire_time=new_session,
        uses=uses or None,
        setup=setup,
        locked=_field_paths(context, asked["fieldMask"], setup) if asked.get("fieldMask") else None,
    )
    return {"name": name}


def _time(asked: JsonObject, field: str, now: float, default: float) -> float:
    if field not in asked:
        return default
    time = read_timestamp(asked[field], field)
    if not now < time <= now + _MAX_LIFETIME_S:
        raise invalid(field, f"expected a time within the next 20 hours, not {asked[field]}.")
    return time


def _field_paths(context: RequestContext, mask: str, setup: JsonObject | None) -> list[str]:
    """Return the camelCase paths in a field mask."""
    if setup is None:
        raise invalid("fieldMask", "requires bidiGenerateContentSetup, which contains the fields it names.")
    paths: list[str] = []
    for path in mask.split(","):
        name, _, member = path.strip().partition(".")
        field = API.fields("BidiGenerateContentSetup", context.surface).get(name)
        if field is None or not _PATH.fullmatch(path.strip()):
            raise invalid("fieldMask", f"{path!r} is not a field of a session's setup.")
        if member and field.type not in ("struct", "any"):
            inner = API.fields(field.type, context.surface).get(member) if field.type in API.messages else None
            if inner is None:
                raise invalid("fieldMask", f"{path!r} is not a field of a session's setup.")
            member = inner.name
        paths.append(f"{field.name}.{member}" if member else field.name)
    return paths


def token_of(connection: HTTPConnection) -> str | None:
    """Return the auth token of a request; None without one."""
    return next((each for each in credentials_of(connection) if each.startswith(PREFIX)), None)


def install(api: Api) -> None:
    """Register a key check that refuses requests with an auth token, except for Live sessions."""

    def refuse(name: str, connection: HTTPConnection) -> None:
        api.part(AuthTokens).check(name)
        if method_at(connection.scope["path"]) == CONSTRAINED:
            return
        info = error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", {"service": "generativelanguage.googleapis.com"})
        message = f"An auth token is valid for Live sessions only, at {CONSTRAINED}; send an API key with this request."
        raise ApiError(403, message, details=[info])

    api.key_checks[PREFIX] = refuse


ROUTES = [Route("gemini", "POST", "auth_tokens", create_auth_token)]
