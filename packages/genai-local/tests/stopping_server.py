"""A server that answers a number of prompts and then no more: `stopping_server.py DATA LOG ANSWERS`.

Each prompt that reaches the engine, or text that it is to embed, becomes a line of LOG before it is answered. The
server's URL is printed once it can be reached; it serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from genai_local.engines import CandidateRequest, Embedding, Piece, TextToEmbed, text_of
from genai_local.engines.scripted import ScriptedEngine
from genai_local.server import LocalServer


class StoppingEngine(ScriptedEngine):
    """A scripted engine that logs its requests, and stops answering."""

    def __init__(self, log: Path, answers: int) -> None:
        super().__init__()
        self.log = log
        self.answers = answers

    async def _take(self, text: str) -> None:
        with self.log.open("a") as log:
            log.write(f"{text}\n")
        if self.answers == 0:
            await asyncio.Event().wait()
        self.answers -= 1

    async def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        await self._take(text_of(request.prompt.contents[-1]))
        async for piece in super().generate(request):
            yield piece

    async def embed(self, texts: Sequence[TextToEmbed]) -> list[Embedding]:
        await self._take(texts[0].text)
        return await super().embed(texts)


data, log, answers = sys.argv[1:]
with LocalServer(StoppingEngine(Path(log), int(answers)), data=data, operation_s=0) as server:
    print(server.url, flush=True)
    sys.stdin.read()
