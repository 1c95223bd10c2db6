"""An engine that streams without an end, for tests of clients that do not read."""

from __future__ import annotations

import asyncio

from genai_local.engines import Piece
from genai_local.engines.scripted import ScriptedEngine


class EndlessEngine(ScriptedEngine):
    """An engine that streams without an end; it records how many answers it is working on."""

    def __init__(self) -> None:
        super().__init__()
        self.working = 0

    async def generate(self, request):
        self.working += 1
        try:
            while True:
                yield Piece(parts=[{"text": "x" * 100_000}])
                await asyncio.sleep(0)
        finally:
            self.working -= 1
