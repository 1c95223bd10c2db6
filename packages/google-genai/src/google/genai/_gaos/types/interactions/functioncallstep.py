"""`FunctionCallStep` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types.models.steps import FunctionCallStep
from ...._interactions.types.params.steps import FunctionCallStepParam

__all__ = ["FunctionCallStep", "FunctionCallStepParam"]
