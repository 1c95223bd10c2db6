"""Paths of webhooks on both surfaces."""

from __future__ import annotations

import secrets

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject, invalid
from ...protocol.times import timestamp
from ...state.records import Record
from .delivery import KIND, Deliveries
from .signatures import check_caller, check_uri, new_secret, secrets_json, with_secret

_MAX_NAME = 512
_UPDATABLE = ("name", "uri", "state", "subscribed_events")
_IMMEDIATE = "revoke_previous_secrets_immediately"


async def create(context: RequestContext) -> JsonObject:
    """Answer POST `webhooks`. Only this reply contains the signing secret."""
    given = context.message("Webhook.Create")
    _check(context, given)
    secret = new_secret()
    stored = with_secret({}, secret, context.api.clock.now(), overlaps=False)
    value = {**given, "state": "enabled"}
    record = context.api.records.add(KIND, context.place(), secrets.token_hex(8), value, stored)
    return {**_json(context, record), "new_signing_secret": secret}


def _check(context: RequestContext, given: JsonObject) -> None:
    if "uri" in given:
        check_caller(context.request, "uri")
        check_uri(given["uri"], "uri")
    if "subscribed_events" in given and not given["subscribed_events"]:
        raise invalid("subscribed_events", "is empty; give at least one event, such as interaction.completed.")
    if len(given.get("name", "")) > _MAX_NAME:
        raise invalid("name", f"has more than {_MAX_NAME} characters.")


async def list_webhooks(context: RequestContext) -> JsonObject:
    """Answer GET `webhooks`, newest first."""
    return context.page_of(KIND, lambda record: _json(context, record))


async def get(context: RequestContext) -> JsonObject:
    """Answer GET of one webhook."""
    return _json(context, _webhook(context))


async def update(context: RequestContext) -> JsonObject:
    """Answer PATCH of one webhook: the fields of `update_mask`, or else those that are given, change."""
    record, given = _webhook(context), context.message("Webhook.Update")
    mask = context.request.query_params.get("update_mask")
    names = [name.strip() for name in mask.split(",")] if mask else list(given)
    for name in names:
        if name not in _UPDATABLE:
            raise invalid("update_mask", f"expected {', '.join(_UPDATABLE)}, not {name!r}.")
        if name not in given and name != "name":
            raise invalid(name, "is missing, although update_mask names it.")
    changes = {name: given[name] for name in names if name in given}
    _check(context, changes)
    if changes.get("state") == "disabled_due_to_failed_deliveries":
        raise invalid("state", "expected enabled or disabled; only the server sets this state.")
    value = {name: item for name, item in record.value.items() if name not in names or name in given} | changes
    if changes.get("state") == "enabled":
        value["failures"] = 0
    return _json(context, context.api.records.replace(record, value))


async def delete(context: RequestContext) -> JsonObject:
    """Answer DELETE of one webhook."""
    context.api.records.delete([_webhook(context)])
    return {}


async def ping(context: RequestContext) -> JsonObject:
    """Answer `:ping` once the receiver has got an event."""
    context.message("Webhook.Ping")
    await context.api.part(Deliveries).ping(_webhook(context))
    return {}


async def rotate(context: RequestContext) -> JsonObject:
    """Answer `:rotateSigningSecret` with the new secret."""
    record, given = _webhook(context), context.message("Webhook.Rotation")
    secret = new_secret()
    overlaps = given.get("revocation_behavior") != _IMMEDIATE
    stored = with_secret(record.secret, secret, context.api.clock.now(), overlaps=overlaps)
    context.api.records.replace(record, record.value, stored)
    return {"secret": secret}


def _webhook(context: RequestContext) -> Record:
    return context.record(KIND, context.parameter("webhook"))


def _json(context: RequestContext, record: Record) -> JsonObject:
    return {
        "id": record.id,
        **{name: record.value[name] for name in ("name", "uri", "subscribed_events", "state") if name in record.value},
        "create_time": timestamp(record.create_time),
        "update_time": timestamp(record.update_time),
        "signing_secrets": secrets_json(record.secret, context.api.clock.now()),
    }


ROUTES = [
    route
    for surface in ("gemini", "vertex")
    for route in (
        Route(surface, "POST", "webhooks", create),
        Route(surface, "GET", "webhooks", list_webhooks),
        Route(surface, "POST", "webhooks/{webhook}:ping", ping),
        Route(surface, "POST", "webhooks/{webhook}:rotateSigningSecret", rotate),
        Route(surface, "GET", "webhooks/{webhook}", get),
        Route(surface, "PATCH", "webhooks/{webhook}", update),
        Route(surface, "DELETE", "webhooks/{webhook}", delete),
    )
]
