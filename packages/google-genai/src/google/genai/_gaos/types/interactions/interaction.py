"""`Interaction` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types.models.interaction import Interaction
from ...._interactions.types.params.interaction import InteractionTypedDict

__all__ = ["Interaction", "InteractionTypedDict"]
