"""Paths of triggers and of their executions, on both surfaces."""

from __future__ import annotations

import secrets

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject, invalid
from ...protocol.filters import filter_items
from ...protocol.limits import MAX_INTERACTION_S
from ...protocol.times import timestamp
from ...state.records import Record
from ..agents.configurations import with_agent
from ..environments.store import Environments
from ..interactions.requests import check, convert
from ..webhooks.signatures import check_caller
from .executions import DEFAULT_FAILURES, DEFAULT_TIMEOUT_S, KIND, Scheduler, executions_of, next_time, trigger_at

_MAX_FAILURES = 1_000
_SHOWN = (
    *("interaction", "schedule", "time_zone", "display_name", "environment_id", "execution_timeout_seconds"),
    *("max_consecutive_failures", "consecutive_failure_count", "status", "last_run_time", "last_pause_time"),
    *("last_resume_time", "previous_interaction_id"),
)


async def create(context: RequestContext) -> JsonObject:
    """Answer POST `triggers`."""
    given, place = context.message("Trigger.Create"), context.place()
    for name, highest in (
        ("execution_timeout_seconds", int(MAX_INTERACTION_S)),
        ("max_consecutive_failures", _MAX_FAILURES),
    ):
        if name in given and not 1 <= given[name] <= highest:
            raise invalid(name, f"expected a number from 1 to {highest}, not {given[name]}.")
    if "environment_id" in given:
        context.api.part(Environments).usable(place, given["environment_id"], "environment_id")
    interaction: JsonObject = {
        name: item for name, item in given["interaction"].items() if name not in ("background", "stream")
    }
    if interaction.get("store") is False:
        raise invalid("interaction.store", "expected true: an execution refers to its stored interaction.")
    if "webhook_config" in interaction:
        check_caller(context.request, "interaction.webhook_config")
    check(context.api, interaction, place)
    if "previous_interaction_id" not in interaction:
        convert(context.api, with_agent(context.api, place, interaction), context.surface, context.version, [])
    value: JsonObject = {
        "execution_timeout_seconds": DEFAULT_TIMEOUT_S,
        "max_consecutive_failures": DEFAULT_FAILURES,
        **given,
        "interaction": interaction,
        "version": context.version,
        "status": "active",
        "consecutive_failure_count": 0,
    }
    following = next_time(value, context.api.clock.now())
    if following is None:
        raise invalid("schedule", f"{given['schedule']!r} names no day that exists.")
    record = context.api.records.add(KIND, place, secrets.token_hex(8), {**value, "next_run_time": following})
    context.api.part(Scheduler).look()
    return _json(record)


async def list_triggers(context: RequestContext) -> JsonObject:
    """Answer GET `triggers`, newest first, of those that match the filter."""
    found = [_json(record) for record in context.api.records.newest(KIND, context.place())]
    found = filter_items(found, context.request.query_params.get("filter", ""))
    return context.page(found, KIND, next_field="next_page_token")


async def get(context: RequestContext) -> JsonObject:
    """Answer GET of one trigger."""
    return _json(_trigger(context))


async def update(context: RequestContext) -> JsonObject:
    """Answer PATCH of one trigger, which can be paused, resumed and renamed."""
    record, given = _trigger(context), context.message("Trigger.Update")
    value, now = dict(record.value), context.api.clock.now()
    if "display_name" in given:
        value["display_name"] = given["display_name"]
    status: str = given.get("status", value["status"])
    if status == "error" and value["status"] != "error":
        raise invalid("status", "expected active or paused; only the server sets the status error.")
    if status == "paused" and value["status"] != "paused":
        value |= {"status": status, "last_pause_time": timestamp(now)}
        value.pop("next_run_time", None)
    elif status == "active" and value["status"] != "active":
        value |= {"status": status, "last_resume_time": timestamp(now), "consecutive_failure_count": 0}
        following = next_time(value, now)
        value |= {"next_run_time": following} if following is not None else {}
    record = context.api.records.replace(record, value)
    context.api.part(Scheduler).look()
    return _json(record)


async def delete(context: RequestContext) -> JsonObject:
    """Answer DELETE of one trigger, with its executions."""
    context.api.part(Scheduler).delete(_trigger(context))
    return {}


async def run(context: RequestContext) -> JsonObject:
    """Answer POST of an execution, whatever the status of the trigger; it runs in the background."""
    return _execution_json(context.api.part(Scheduler).start(_trigger(context)))


async def list_executions(context: RequestContext) -> JsonObject:
    """Answer GET of the executions of a trigger, newest first."""
    trigger = _trigger(context)

    def fetch(before: int | None, count: int) -> list[tuple[int, JsonObject]]:
        found = context.api.records.newest(executions_of(trigger), trigger.place, before, count)
        return [(execution.seq, _execution_json(execution)) for execution in found]

    return context.page(fetch, "trigger_executions", next_field="next_page_token")


def _trigger(context: RequestContext) -> Record:
    return trigger_at(context.api, context.place(), context.parameter("trigger"))


def _json(record: Record) -> JsonObject:
    value = record.value
    return {
        "id": record.id,
        **{name: value[name] for name in _SHOWN if name in value},
        **({"next_run_time": timestamp(value["next_run_time"])} if "next_run_time" in value else {}),
        "create_time": timestamp(record.create_time),
        "update_time": timestamp(record.update_time),
    }


def _execution_json(record: Record) -> JsonObject:
    return {"id": record.id, **record.value}


ROUTES = [
    route
    for surface in ("gemini", "vertex")
    for route in (
        Route(surface, "POST", "triggers", create),
        Route(surface, "GET", "triggers", list_triggers),
        Route(surface, "GET", "triggers/{trigger}", get),
        Route(surface, "PATCH", "triggers/{trigger}", update),
        Route(surface, "DELETE", "triggers/{trigger}", delete),
        Route(surface, "POST", "triggers/{trigger}/executions", run),
        Route(surface, "GET", "triggers/{trigger}/executions", list_executions),
    )
]
