"""Paths of interactions on both surfaces."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ...framework.routing import EventReply, RequestContext, Route, start_events
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.interactions import error_event
from ..webhooks.signatures import check_caller
from .outputs import steps_in
from .requests import check
from .resources import interaction_json, last_events
from .runner import follow, prepare_run
from .store import Interaction, Interactions
from .tokens import create_token, delete_token


async def create(context: RequestContext) -> JsonObject | EventReply:
    """Answer POST `interactions`."""
    given = context.message("Interaction")
    if "webhook_config" in given:
        check_caller(context.request, "webhook_config")
    check(context.api, given, context.place())
    run = await prepare_run(context.api, context.surface, _parent(context), context.version, given)
    is_stream: bool = given.get("stream", False)
    if given.get("background"):
        interaction = run.start_in_background()
        return await start_events(follow(context.api, interaction.id)) if is_stream else _json(context, interaction)
    if not is_stream:
        return _json(context, await run.answer())
    if given.get("store", True):
        return await start_events(follow(context.api, (await run.start()).id))
    return await start_events(run.events())


async def get(context: RequestContext) -> JsonObject | EventReply:
    """Answer GET of one interaction, or of its events."""
    interaction = _interaction(context)
    includes_input, is_stream = context.switch("include_input"), context.switch("stream")
    last_event_id = context.request.query_params.get("last_event_id", "")
    if not is_stream:
        if last_event_id:
            raise invalid("last_event_id", "requires stream=true.")
        return _json(context, interaction, includes_input=includes_input)
    store = context.api.part(Interactions)
    position = store.position_of(interaction, last_event_id) if last_event_id else 0
    if position is None:
        return EventReply(None, _restarted(interaction))
    return await start_events(follow(context.api, interaction.id, position))


async def _restarted(interaction: Interaction) -> AsyncGenerator[JsonObject, None]:
    message = (
        f"The server was restarted while interactions/{interaction.id} was running, and the run began again; discard its "
        "steps, and read the stream without last_event_id."
    )
    yield error_event(ApiError(409, message, status="RUN_RESTARTED"))


async def cancel(context: RequestContext) -> JsonObject:
    """Answer POST `cancel` of one interaction; one that has ended is returned as it is."""
    interaction, store = _interaction(context), context.api.part(Interactions)
    if store.end(interaction, "cancelled", last_events):
        store.stop(interaction.id)
    return _json(context, _interaction(context))


async def delete(context: RequestContext) -> JsonObject:
    """Answer DELETE of one interaction; its run ends."""
    context.api.part(Interactions).delete(_interaction(context).id)
    return {}


def _parent(context: RequestContext) -> str:
    return context.location() if context.surface == "vertex" else ""


def _interaction(context: RequestContext) -> Interaction:
    name = context.parameter("interaction")
    found = context.api.part(Interactions).find_for(name, context.surface, _parent(context))
    if found is None:
        raise not_found(f"interactions/{name} does not exist, was deleted, or has expired.")
    return found


def _json(context: RequestContext, interaction: Interaction, *, includes_input: bool = False) -> JsonObject:
    steps = interaction.steps
    if steps is None:
        steps = steps_in(event for _, event in context.api.part(Interactions).events(interaction.id))
    return interaction_json(interaction, steps, includes_input=includes_input)


ROUTES = [
    route
    for surface in ("gemini", "vertex")
    for route in (
        Route(surface, "POST", "interactions", create),
        Route(surface, "GET", "interactions/{interaction}", get),
        Route(surface, "POST", "interactions/{interaction}/cancel", cancel),
        Route(surface, "DELETE", "interactions/{interaction}", delete),
    )
] + [
    Route("gemini", "POST", "interactions/{interaction}/auth_tokens", create_token),
    Route("gemini", "DELETE", "interactions/{interaction}/auth_tokens/{token}", delete_token),
]
