"""`FunctionResultStep` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types import FunctionResultStep, FunctionResultStepParam

__all__ = ["FunctionResultStep", "FunctionResultStepParam"]
