"""Bulk runs on Ray: `generate` for a Ray dataset, `Worker` for other pipelines, `shared_limiter` for several jobs on one quota.

Ray is imported when a function is called, so that this module can be imported without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..deferred import loader

if TYPE_CHECKING:
    from .dataset import generate as generate
    from .sessions import JobFailedError as JobFailedError
    from .shared import shared_limiter as shared_limiter
    from .worker import Worker as Worker

_PLACES = {
    "JobFailedError": "sessions",
    "Worker": "worker",
    "generate": "dataset",
    "shared_limiter": "shared",
}

__all__ = ["JobFailedError", "Worker", "generate", "shared_limiter"]

if not TYPE_CHECKING:  # checkers would accept every name
    __getattr__ = loader(__name__, _PLACES, globals())


def __dir__() -> list[str]:
    return sorted(__all__)
