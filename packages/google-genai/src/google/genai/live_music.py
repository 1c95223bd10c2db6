"""`client.aio.live.music` under the name that other packages import. Not built yet, see `live`."""

from __future__ import annotations

from .live import AsyncLiveMusic

__all__ = ["AsyncLiveMusic"]
