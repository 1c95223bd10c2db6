"""What an agent adds to an interaction that names it: its model, system instruction, tools and environment.

An agent that another agent is the base of adds its own configuration first.
"""

from __future__ import annotations

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...state.records import Place, Record

KIND = "agents"
SERVICE_AGENTS = (
    "deep-research-pro-preview-12-2025",
    "deep-research-preview-04-2026",
    "deep-research-max-preview-04-2026",
    "antigravity-preview-05-2026",
    "antigravity-preview-09-2026",
)
"""The agents of the service. This server does not run them; a stored agent may name one as its base."""
DEFAULT_MODEL = "gemini-2.5-flash"
"""The model of an agent that names none."""
_MAX_BASES = 8


def agent_named(api: Api, place: Place, name: str) -> Record | None:
    """Return the stored agent with this id or name, or None."""
    return api.records.find(KIND, place, name.removeprefix(f"{KIND}/"))


def with_agent(api: Api, place: Place, given: JsonObject) -> JsonObject:
    """Return a canonical interaction with a model, and with what its agent adds, in place of the agent.

    The agent's system instruction precedes that of the interaction. Its tools and its environment apply unless the
    interaction has its own. An interaction without an agent is returned as it is.

    Raises:
        ApiError: 404 when the agent, or one that it is based on, was deleted.
    """
    if "agent" not in given:
        return given
    chain = _chain(api, place, given["agent"])
    own: JsonObject = given.get("agent_config", {})
    values: list[JsonObject] = [*(record.value for record in chain), {"agent_config": own}]
    models: list[str] = [
        value["agent_config"]["model"] for value in values if value.get("agent_config", {}).get("model")
    ]
    result = {name: value for name, value in given.items() if name not in ("agent", "agent_config")}
    result["model"] = models[-1] if models else DEFAULT_MODEL
    instructions: list[str] = [value["system_instruction"] for value in values if value.get("system_instruction")]
    instructions += [given["system_instruction"]] if given.get("system_instruction") else []
    if instructions:
        result["system_instruction"] = "\n\n".join(instructions)
    for name, source in (("tools", "tools"), ("environment", "base_environment")):
        configured = [value[source] for value in values if source in value]
        if name not in given and configured:
            result[name] = configured[-1]
    return result


def _chain(api: Api, place: Place, name: str) -> list[Record]:
    """Return an agent and the stored agents that it is based on, the most basic one first."""
    found: list[Record] = []
    following: str | None = name
    while following is not None and following not in SERVICE_AGENTS:
        record = agent_named(api, place, following)
        if record is None:
            raise ApiError(404, f"agent: {KIND}/{following} does not exist, or was deleted.")
        found.append(record)
        if len(found) > _MAX_BASES:
            raise invalid("agent", f"{KIND}/{name} is based on more than {_MAX_BASES} agents.")
        following = record.value.get("base_agent")
    return found[::-1]
