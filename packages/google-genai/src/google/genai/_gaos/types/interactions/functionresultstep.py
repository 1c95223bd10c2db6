"""`FunctionResultStep` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types.models.steps import FunctionResultStep
from ...._interactions.types.params.steps import FunctionResultStepParam

__all__ = ["FunctionResultStep", "FunctionResultStepParam"]
