"""Interactions as JSON: the resource, and the events that describe its state."""

from __future__ import annotations

from collections.abc import Sequence

from ...protocol.errors import JsonObject
from ...protocol.times import timestamp
from .store import Interaction

_SETTINGS = (
    "previous_interaction_id",
    "system_instruction",
    "tools",
    "generation_config",
    "response_format",
    "response_mime_type",
    "response_modalities",
    "safety_settings",
    "labels",
    "service_tier",
    "cached_content",
    "environment",
    "webhook_config",
)


def interaction_json(interaction: Interaction, steps: list[JsonObject], *, includes_input: bool = False) -> JsonObject:
    """Return the resource.

    Args:
        interaction: the interaction.
        steps: what the model has produced.
        includes_input: whether to add the input as it was sent.
    """
    request = interaction.request
    return {
        **_state(interaction),
        **({"input": request["input"]} if includes_input and "input" in request else {}),
        "steps": steps,
        **({"usage": interaction.usage} if interaction.usage else {}),
        **({"errors": [interaction.problem]} if interaction.problem else {}),
    }


def _state(interaction: Interaction) -> JsonObject:
    """Return an interaction with its settings, so that the events of a stream describe it completely."""
    request = interaction.request
    environment: JsonObject | None = request.get("environment")
    return {
        "id": interaction.id,
        "object": "interaction",
        "status": interaction.status,
        **{name: request[name] for name in ("model", "agent", "agent_config") if name in request},
        "created": timestamp(interaction.create_time),
        "updated": timestamp(interaction.update_time),
        **{name: request[name] for name in _SETTINGS if name in request},
        **({"environment_id": environment["environment_id"]} if environment else {}),
        **({"continuation_token": interaction.continuation} if interaction.continuation else {}),
    }


def first_events(interaction: Interaction) -> list[JsonObject]:
    """Return the first events of an interaction; for a background interaction, the second one has its status."""
    events: list[JsonObject] = [{"event_type": "interaction.created", "interaction": _state(interaction)}]
    if interaction.request.get("background"):
        status = {"interaction_id": interaction.id, "status": interaction.status}
        events.append({"event_type": "interaction.status_update", **status})
    return events


def last_events(interaction: Interaction, so_far: Sequence[JsonObject]) -> list[JsonObject]:
    """Return the last events of an interaction: the end of an unfinished step, a failure, and the final state.

    Args:
        interaction: the interaction, which has ended.
        so_far: its other events; those of steps suffice.
    """
    events: list[JsonObject] = []
    step = next((event for event in reversed(so_far) if event["event_type"].startswith("step.")), None)
    if step is not None and step["event_type"] != "step.stop":
        events.append({"event_type": "step.stop", "index": step["index"]})
    if interaction.problem is not None:
        events.append({"event_type": "error", "error": interaction.problem})
    final = _state(interaction)
    if interaction.usage:
        final["usage"] = interaction.usage
    if "service_tier" in interaction.request:
        final["service_tier"] = interaction.request["service_tier"]
    return [*events, {"event_type": "interaction.completed", "interaction": final}]
