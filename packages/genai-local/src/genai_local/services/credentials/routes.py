"""Paths of credentials on both surfaces. Nothing on this server uses a credential."""

from __future__ import annotations

import re

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject, invalid
from ...protocol.times import timestamp
from ...state.records import Record

KIND = "credentials"
_ID = re.compile(r"[A-Za-z]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_MAX_LENGTH = 65_536


async def create(context: RequestContext) -> JsonObject:
    """Answer POST `credentials`."""
    given = context.value("Credential.Create")
    credential_id: str = given.pop("id")
    if not _ID.fullmatch(credential_id):
        expected = "expected up to 63 letters, digits, dashes and underscores, beginning with a letter"
        raise invalid("id", f"{expected}, not {credential_id!r}.")
    _check(given)
    record = context.api.records.add(KIND, context.place(), credential_id, {"type": given["type"]}, given)
    return _json(record)


def _check(given: JsonObject) -> None:
    for name, value in given.items():
        if isinstance(value, str) and len(value) > _MAX_LENGTH:
            raise invalid(name, f"has more than {_MAX_LENGTH} characters.")
    url: str = given.get("token_url", "https://")
    if not url.startswith(("https://", "http://")):
        raise invalid("token_url", "expected a URL that begins with https://.")


async def list_credentials(context: RequestContext) -> JsonObject:
    """Answer GET `credentials`, newest first."""
    return context.page_of(KIND, _json)


async def get(context: RequestContext) -> JsonObject:
    """Answer GET of one credential, without its secrets."""
    return _json(_credential(context))


async def update(context: RequestContext) -> JsonObject:
    """Answer PATCH of one credential: the fields of `update_mask`, or else those that are given, change."""
    record, given = _credential(context), context.value("Credential.Update")
    if given["type"] != record.value["type"]:
        raise invalid("type", f"expected {record.value['type']}, the type of this credential, not {given['type']}.")
    _check(given)
    mask = context.request.query_params.get("update_mask")
    names = [name.strip() for name in mask.split(",")] if mask else [name for name in given if name != "type"]
    for name in names:
        if name not in given:
            raise invalid("update_mask", f"{name!r} is not among the fields of the body; give its new value there.")
    secret = {**record.secret, **{name: given[name] for name in names}}
    return _json(context.api.records.replace(record, record.value, secret))


async def delete(context: RequestContext) -> JsonObject:
    """Answer DELETE of one credential."""
    context.api.records.delete([_credential(context)])
    return {}


def _credential(context: RequestContext) -> Record:
    return context.record(KIND, context.parameter("credential"))


def _json(record: Record) -> JsonObject:
    return {
        "id": record.id,
        "type": record.value["type"],
        "status": "active",
        "create_time": timestamp(record.create_time),
        "update_time": timestamp(record.update_time),
    }


ROUTES = [
    route
    for surface in ("gemini", "vertex")
    for route in (
        Route(surface, "POST", "credentials", create),
        Route(surface, "GET", "credentials", list_credentials),
        Route(surface, "GET", "credentials/{credential}", get),
        Route(surface, "PATCH", "credentials/{credential}", update),
        Route(surface, "DELETE", "credentials/{credential}", delete),
    )
]
