"""A server that counts in its answers and may stop in the middle: `counting_server.py DATA WORD PIECES`.

An answer consists of ten pieces such as `WORD1 `. The server stops answering before piece PIECES + 1. Its URL is
printed once it can be reached; it serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator

from genai_local.engines import CandidateRequest, Piece
from genai_local.engines.scripted import ScriptedEngine
from genai_local.server import LocalServer

LENGTH = 10


class CountingEngine(ScriptedEngine):
    """An engine whose answers differ from server to server, and end early on some."""

    def __init__(self, word: str, pieces: int) -> None:
        super().__init__()
        self.word, self.pieces = word, pieces

    async def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        for number in range(1, LENGTH + 1):
            if number > self.pieces:
                await asyncio.Event().wait()
            last = "STOP" if number == LENGTH else None
            yield Piece(parts=[{"text": f"{self.word}{number} "}], output_tokens=number, finish_reason=last)


data, word, pieces = sys.argv[1:]
with LocalServer(CountingEngine(word, int(pieces)), data=data) as server:
    print(server.url, flush=True)
    sys.stdin.read()
