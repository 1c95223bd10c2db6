"""`ReplayApiClient`, a name that other packages import. Recording and replaying are not built yet: its use raises an error."""

from __future__ import annotations

from typing import Any

from ._api_client import BaseApiClient

__all__ = ["ReplayApiClient"]


class ReplayApiClient(BaseApiClient):
    """A connection that records traffic or replays it. Not built yet."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        raise NotImplementedError(
            "ReplayApiClient: this release cannot record or replay traffic yet. For answers without a network, use the "
            "fixture `gemini` of genai-local."
        )
