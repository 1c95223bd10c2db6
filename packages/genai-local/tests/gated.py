"""An engine whose answers a test releases, piece by piece."""

from __future__ import annotations

import asyncio

from genai_local.engines.scripted import ScriptedEngine


class GatedEngine(ScriptedEngine):
    """A scripted engine whose pieces wait until they are released.

    Args:
        script: the rules of the answers.
        free: number of pieces that need no release.
    """

    def __init__(self, script=None, free: int = 0) -> None:
        super().__init__(script)
        self._free = free
        self.prompts = 0
        """Number of prompts that have arrived."""
        self.taken = 0
        """Number of pieces after which the next one was requested."""

    async def open(self) -> None:
        self._loop, self._released = asyncio.get_running_loop(), asyncio.Semaphore(self._free)

    def release(self, count: int = 1_000) -> None:
        """Release so many pieces. Can be called from any thread."""
        for _ in range(count):
            self._loop.call_soon_threadsafe(self._released.release)

    async def generate(self, request):
        self.prompts += 1
        async for piece in super().generate(request):
            await self._released.acquire()
            yield piece
            self.taken += 1
