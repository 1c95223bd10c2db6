"""The classes of `client.interactions` and of its streams, under the names that instrumentations wrap and compare."""

from __future__ import annotations

from .._aio.interactions import AsyncInteractions
from .._interactions.streams import AsyncInteractionStream as AsyncStream, InteractionStream as Stream
from ..interactions import Interactions

__all__ = ["AsyncInteractions", "AsyncStream", "Interactions", "Stream"]
