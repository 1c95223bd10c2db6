"""`Interaction` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types import Interaction, InteractionTypedDict

__all__ = ["Interaction", "InteractionTypedDict"]
