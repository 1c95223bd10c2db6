"""`FunctionCallStep` under a path from which other packages import it."""

from __future__ import annotations

from ...._interactions.types import FunctionCallStep, FunctionCallStepParam

__all__ = ["FunctionCallStep", "FunctionCallStepParam"]
