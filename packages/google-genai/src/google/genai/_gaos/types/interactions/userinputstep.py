"""`UserInputStep` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types import UserInputStep, UserInputStepParam

__all__ = ["UserInputStep", "UserInputStepParam"]
