"""`UserInputStep` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types.models.steps import UserInputStep
from ...._interactions.types.params.steps import UserInputStepParam

__all__ = ["UserInputStep", "UserInputStepParam"]
