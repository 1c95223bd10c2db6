"""`ModelOutputStep` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types.models.steps import ModelOutputStep
from ...._interactions.types.params.steps import ModelOutputStepParam

__all__ = ["ModelOutputStep", "ModelOutputStepParam"]
