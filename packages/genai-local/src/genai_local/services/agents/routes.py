"""Paths of agents on both surfaces."""

from __future__ import annotations

import re
import secrets

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject, invalid
from ...state.records import Record
from ..environments.store import Environments
from ..environments.use import id_in
from ..models.names import model_named
from .configurations import KIND, SERVICE_AGENTS, agent_named

_ID = re.compile(r"[a-z]([a-z0-9_-]{0,61}[a-z0-9])?")
_MAX_TEXT = 1_000_000


async def create(context: RequestContext) -> JsonObject:
    """Answer POST `agents`."""
    given = context.message("Agent.Create")
    agent_id: str = given.pop("id", "") or f"agent-{secrets.token_hex(6)}"
    if not _ID.fullmatch(agent_id):
        expected = "expected up to 63 lowercase letters, digits, dashes and underscores, beginning with a letter"
        raise invalid("id", f"{expected}, not {agent_id!r}.")
    if agent_id in SERVICE_AGENTS:
        raise invalid("id", f"{agent_id} is an agent of the service; use another id.")
    base: str | None = given.get("base_agent")
    if base is not None and base not in SERVICE_AGENTS and agent_named(context.api, context.place(), base) is None:
        expected = f"expected a stored agent or one of {', '.join(SERVICE_AGENTS)}"
        raise invalid("base_agent", f"{expected}, not {base!r}.")
    if len(given.get("system_instruction", "")) > _MAX_TEXT:
        raise invalid("system_instruction", f"has more than {_MAX_TEXT} characters.")
    model: str | None = given.get("agent_config", {}).get("model")
    if model is not None:
        resource = model[max(0, model.find("publishers/")) :] if "/" in model else f"models/{model}"
        model_named(context.api, resource, "generateContent", context.surface, context.version)
    name = id_in(given.get("base_environment"))
    if name is not None:
        context.api.part(Environments).usable(context.place(), name, "base_environment")
    return _json(context.api.records.add(KIND, context.place(), agent_id, given))


async def list_agents(context: RequestContext) -> JsonObject:
    """Answer GET `agents`, newest first."""
    return context.page_of(KIND, _json)


async def get(context: RequestContext) -> JsonObject:
    """Answer GET of one agent."""
    return _json(context.record(KIND, context.parameter("agent")))


async def delete(context: RequestContext) -> JsonObject:
    """Answer DELETE of one agent. Interactions that have begun are not affected."""
    context.api.records.delete([context.record(KIND, context.parameter("agent"))])
    return {}


def _json(record: Record) -> JsonObject:
    return {"id": record.id, **record.value}


ROUTES = [
    route
    for surface in ("gemini", "vertex")
    for route in (
        Route(surface, "POST", "agents", create),
        Route(surface, "GET", "agents", list_agents),
        Route(surface, "GET", "agents/{agent}", get),
        Route(surface, "DELETE", "agents/{agent}", delete),
    )
]
