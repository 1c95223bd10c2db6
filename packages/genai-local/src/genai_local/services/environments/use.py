"""The environment of an interaction: an existing one, or a new one that the interaction describes.

The model does not see the files of an environment, since this server runs no code. Its system instruction has an effect.
"""

from __future__ import annotations

from ...framework.api import Api
from ...protocol.errors import JsonObject
from ...state.records import Place
from .store import Environments

NEW = "remote"
"""The text that stands for a new, empty environment."""
_PATH = "environment"
_OF_AN_ENVIRONMENT = ("mode", "network", "sources", "custom_config")


def id_in(environment: str | JsonObject | None) -> str | None:
    """Return the id of an existing environment in the field of an interaction; None for a new one or none at all."""
    if environment == NEW:
        return None
    return environment.get("environment_id") if isinstance(environment, dict) else environment


def with_instruction(api: Api, place: Place, given: JsonObject) -> JsonObject:
    """Return a canonical interaction whose system instruction begins with that of its environment.

    Raises:
        ApiError: 404 for an unknown environment, 400 for an expired one.
    """
    name = id_in(given.get("environment"))
    if name is None:
        return given
    instruction: str = api.part(Environments).usable(place, name, _PATH).value.get("system_instruction", "")
    parts = [part for part in (instruction, given.get("system_instruction", "")) if part]
    return {**given, "system_instruction": "\n\n".join(parts)} if instruction else given


async def settle(api: Api, place: Place, environment: str | JsonObject) -> JsonObject:
    """Return the field of an interaction with the id of its environment, which is created if it is a new one.

    Raises:
        ApiError: 400 for a source that cannot be read.
    """
    if environment == NEW:
        environment = {}
    if isinstance(environment, str):
        return {"type": "remote", "environment_id": environment}
    if environment.get("environment_id"):
        return environment
    described = {name: environment[name] for name in _OF_AN_ENVIRONMENT if name in environment}
    created = await api.part(Environments).create(place, described)
    return {"type": "remote", **environment, "environment_id": created.id}
