"""`ModelOutputStep` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types import ModelOutputStep, ModelOutputStepParam

__all__ = ["ModelOutputStep", "ModelOutputStepParam"]
