"""Generation: candidates made side by side by the engine, told as one stream of response chunks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ...api import Api
from ...engines import Engine, GenerationRequest, Piece
from ...errors import JsonObject
from ...payload import Surface
from .checks import Generation, check_generation
from .replies import Replies, joined


async def generate_stream(api: Api, request: JsonObject, surface: Surface) -> AsyncGenerator[JsonObject, None]:
    """Yield the response chunks to a canonical GenerateContentRequest.

    Raises:
        ApiError: for a request that is refused, before the first chunk; for an engine that fails, at any time.
    """
    generation = check_generation(request, api.engine.facts, api.engine.capabilities)
    replies = Replies(surface, api.engine.facts.name)
    async with api.admission.place(), aclosing(_pieces(api.engine, generation)) as pieces:
        async for index, piece in pieces:
            yield replies.chunk(index, piece)


async def generate(api: Api, request: JsonObject, surface: Surface) -> JsonObject:
    """Return the whole response to a canonical GenerateContentRequest.

    Raises:
        ApiError: when the request is refused or the engine fails.
    """
    async with aclosing(generate_stream(api, request, surface)) as chunks:
        return joined([chunk async for chunk in chunks])


async def _pieces(engine: Engine, generation: Generation) -> AsyncGenerator[tuple[int, Piece], None]:
    """Yield the pieces of all candidates with the candidate's index, as they come."""
    requests = list(generation.candidates())
    if len(requests) == 1:
        async with aclosing(engine.generate(requests[0])) as pieces:
            async for piece in pieces:
                yield 0, piece
        return
    arrivals: asyncio.Queue[tuple[int, Piece] | Exception | None] = asyncio.Queue(maxsize=len(requests))

    async def work(index: int, request: GenerationRequest) -> None:
        try:
            async with aclosing(engine.generate(request)) as pieces:
                async for piece in pieces:
                    await arrivals.put((index, piece))
            await arrivals.put(None)
        except Exception as error:
            await arrivals.put(error)

    tasks = [asyncio.create_task(work(index, request)) for index, request in enumerate(requests)]
    try:
        unfinished = len(tasks)
        while unfinished:
            arrival = await arrivals.get()
            if isinstance(arrival, Exception):
                raise arrival
            if arrival is None:
                unfinished -= 1
            else:
                yield arrival
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
