"""Sends the rows of a data set to a Gemini model: resumable, within rate limits and budgets, on one machine or on Ray.

    import genai_bulk as bulk

    report = bulk.run(
        "reviews.parquet", "moods.parquet",
        bulk.Prompt("Which mood? {text}", model="gemini-2.5-flash"),
        key="review_id",
        limits=bulk.Limits(in_flight=400, cost=5.0),
    )

Every name is loaded when it is used first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .deferred import loader

if TYPE_CHECKING:
    from . import ray as ray
    from .batch import JobLimits as JobLimits
    from .engine import Stop as Stop
    from .errors import (
        BulkError as BulkError,
        Interrupted as Interrupted,
        JournalError as JournalError,
        RunFailedError as RunFailedError,
    )
    from .limits import Limits as Limits, Retry as Retry
    from .output import export as export
    from .report import Progress as Progress, Report as Report
    from .requests import Embed as Embed, Prompt as Prompt
    from .runs import arun as arun, run as run

_PLACES = {
    "BulkError": "errors",
    "Embed": "requests",
    "Interrupted": "errors",
    "JobLimits": "batch",
    "JournalError": "errors",
    "Limits": "limits",
    "Progress": "report",
    "Prompt": "requests",
    "Report": "report",
    "Retry": "limits",
    "RunFailedError": "errors",
    "Stop": "engine",
    "arun": "runs",
    "export": "output",
    "ray": "ray",
    "run": "runs",
}

__all__ = [
    "BulkError", "Embed", "Interrupted", "JobLimits", "JournalError", "Limits", "Progress", "Prompt", "Report", "Retry", "RunFailedError",
    "Stop", "arun", "export", "ray", "run",
]  # fmt: skip

if not TYPE_CHECKING:  # checkers would accept every name
    __getattr__ = loader(__name__, _PLACES, globals())


def __dir__() -> list[str]:
    return sorted(__all__)
