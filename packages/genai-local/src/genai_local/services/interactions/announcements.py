"""The events for webhooks that the ends of interactions cause."""

from __future__ import annotations

from ...framework.api import Api
from ...state.records import Place
from ..webhooks.delivery import Deliveries, Event
from .outputs import Status
from .store import Interactions

_TYPES: dict[Status, str] = {
    "completed": "interaction.completed",
    "incomplete": "interaction.completed",
    "requires_action": "interaction.requires_action",
    "failed": "interaction.failed",
}


def announce_end(api: Api, interaction_id: str) -> None:
    """Tell webhooks that a stored interaction has ended, unless it was cancelled. Call it on the event loop."""
    interaction = api.part(Interactions).find(interaction_id)
    if interaction is None or interaction.status not in _TYPES:
        return
    event = Event(_TYPES[interaction.status], {"id": interaction.id, "status": interaction.status})
    place = Place(interaction.surface, interaction.parent)
    api.part(Deliveries).announce(place, event, interaction.request.get("webhook_config"))
