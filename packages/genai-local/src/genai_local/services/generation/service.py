"""Generation: the engine generates candidates concurrently; the result is one stream of response chunks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ...engines import CandidateRequest, Engine, Piece
from ...framework.api import Api
from ...protocol.errors import JsonObject
from ...protocol.messages import Surface
from ..caches.service import cache_of
from ..caches.store import Cache
from ..file_search.search import Retrieved, retrieve
from ..prompts.checks import check_prompt, checked
from ..prompts.inputs import with_texts
from ..prompts.recordings import recorded_in
from ..speech.reading import Reader, reader_of
from ..tuning.answers import FixedAnswer, nearest_output
from .checks import Candidates, candidates_of
from .replies import Replies, gives_call_ids, join


class Generation:
    """A checked request, ready to run.

    Args:
        api: the server's parts.
        engine: what answers.
        candidates: the request for the engine.
        prompt: the whole prompt.
        surface: the surface of the request.
        model: bare id of the requested model.
        cache: the cached content at the beginning of the prompt.
        retrieved: the results of file search.
    """

    def __init__(
        self,
        api: Api,
        engine: Engine | FixedAnswer | Reader,
        candidates: Candidates,
        prompt: JsonObject,
        *,
        surface: Surface,
        model: str | None,
        cache: Cache | None,
        retrieved: Retrieved | None,
    ) -> None:
        self._api, self._engine, self._candidates, self._prompt = api, engine, candidates, prompt
        self._surface: Surface = surface
        self._model, self._cache, self._retrieved = model, cache, retrieved

    async def chunks(self) -> AsyncGenerator[JsonObject, None]:
        """Yield the response chunks.

        Raises:
            ApiError: 429 before the first chunk when the queue is full; at any time for a failure of the engine.
        """
        engine, cache, retrieved = self._api.engine, self._cache, self._retrieved
        async with self._api.admission.place():
            replies = Replies(
                self._surface,
                engine.facts.name,
                call_ids=gives_call_ids(self._model),
                recorded=await recorded_in(engine, self._prompt),
                cached=None if cache is None else (await recorded_in(engine, cache.prompt)).details(cache.token_count),
                is_spoken=isinstance(self._engine, Reader),
            )
            async with aclosing(_pieces(self._engine, self._candidates)) as pieces:
                async for index, piece in pieces:
                    chunk = replies.chunk(index, piece)
                    if retrieved is not None and piece.verbatim is None:
                        retrieved.ground(chunk)
                    yield chunk


async def prepare(
    api: Api, request: JsonObject, surface: Surface, model: str | None = None, *, in_one_piece: bool = False
) -> Generation:
    """Check a canonical GenerateContentRequest, read its files, and return what generates the response.

    Args:
        api: the server's parts.
        request: the request.
        surface: the surface of the request.
        model: bare id of the requested model; a cached content must be for the same model.
        in_one_piece: whether the chunks are joined, so that speech is one part.

    Raises:
        ApiError: for a refused request.
    """
    facts, can = api.engine.facts, api.engine.capabilities
    cache = await cache_of(api, request, surface, model)
    read = await with_texts(api, request)
    await checked(check_prompt, read, facts, can)
    prompt = cache.before(read) if cache is not None else read
    retrieved = await retrieve(api, prompt)
    if retrieved is not None:
        prompt = retrieved.in_prompt(prompt)
    reader = await reader_of(api, read, model, in_one_piece=in_one_piece)
    candidates = await checked(
        candidates_of, read, facts, can, prompt=prompt, raw=request, is_spoken=reader is not None
    )
    output = await nearest_output(api, read, surface, model)
    engine = reader or (api.engine if output is None else FixedAnswer(api.engine, output))
    return Generation(api, engine, candidates, prompt, surface=surface, model=model, cache=cache, retrieved=retrieved)


async def generate_stream(
    api: Api, request: JsonObject, surface: Surface, model: str | None = None, *, in_one_piece: bool = False
) -> AsyncGenerator[JsonObject, None]:
    """Yield the response chunks for a canonical GenerateContentRequest; the arguments are those of `prepare`.

    Raises:
        ApiError: before the first chunk for a refused request; at any time for a failure of the engine.
    """
    generation = await prepare(api, request, surface, model, in_one_piece=in_one_piece)
    async with aclosing(generation.chunks()) as chunks:
        async for chunk in chunks:
            yield chunk


async def generate(api: Api, request: JsonObject, surface: Surface, model: str | None = None) -> JsonObject:
    """Return the whole response for a canonical GenerateContentRequest.

    Args:
        api: the server's parts.
        request: the request.
        surface: the surface of the request.
        model: bare id of the requested model; a cached content must be for the same model.

    Raises:
        ApiError: for a refused request or a failure of the engine.
    """
    async with aclosing(generate_stream(api, request, surface, model, in_one_piece=True)) as chunks:
        return join([chunk async for chunk in chunks])


async def _pieces(
    engine: Engine | FixedAnswer | Reader, generation: Candidates
) -> AsyncGenerator[tuple[int, Piece], None]:
    """Yield the pieces of all candidates, each with the index of its candidate, in the order of their arrival."""
    requests = list(generation.candidates())
    if len(requests) == 1:
        async with aclosing(engine.generate(requests[0])) as pieces:
            async for piece in pieces:
                yield 0, piece
        return
    arrivals: asyncio.Queue[tuple[int, Piece] | Exception | None] = asyncio.Queue(maxsize=len(requests))

    async def work(index: int, request: CandidateRequest) -> None:
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
