"""The runs of interactions: chunks of generation become events, which are stored and read, or only sent.

The run of a stored stream and of a background interaction is a task of the server, which does not end with the request.
A restarted server runs unfinished interactions again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace

from ...framework.admission import patiently
from ...framework.api import Api
from ...framework.routing import api_error
from ...protocol.errors import ApiError, JsonObject
from ...protocol.interactions import error_event, error_json
from ...protocol.limits import MAX_INTERACTION_S
from ...protocol.messages import Surface
from ...state.records import Place
from ...state.room import with_room
from ..agents.configurations import with_agent
from ..environments.use import settle, with_instruction
from ..generation.replies import join
from ..generation.service import Generation, prepare
from .announcements import announce_end
from .inputs import steps_of
from .outputs import Outputs, steps_in
from .requests import Conversion, convert
from .resources import first_events, last_events
from .store import Interaction, Interactions, event_id, new_id

_READ_AT_ONCE = 256
_LONGEST_WAIT_S = 5.0
_STOPPING = "The server is stopping."


class _StoppedError(Exception):
    """Ends a run whose interaction was cancelled or deleted."""


class Run:
    """One run of a checked request.

    Args:
        api: the server's parts.
        surface: the surface of the request.
        parent: `projects/.../locations/...`, or empty.
        version: the version in the path of the request.
        given: the canonical request.
        conversion: the request for generation.
        generation: what generates the answer.
    """

    def __init__(
        self,
        api: Api,
        surface: Surface,
        parent: str,
        version: str,
        given: JsonObject,
        conversion: Conversion,
        generation: Generation,
    ) -> None:
        self._api, self._store = api, api.part(Interactions)
        self._surface: Surface = surface
        self._parent, self._version, self._given = parent, version, given
        self._conversion, self._generation = conversion, generation
        self._outputs = Outputs()
        self._begin_time = api.clock.now()
        self._interaction: Interaction | None = None
        """The stored interaction, once it exists."""
        self._task: asyncio.Task[None] | None = None
        """The task of a run that `start` began."""

    async def _chunks(self) -> AsyncGenerator[JsonObject, None]:
        with self._conversion.errors():
            async with aclosing(self._generation.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk

    def _add(self) -> Interaction:
        place = (self._surface, self._parent, self._version)
        return self._store.add(new_id(), *place, self._given, first_events, create_time=self._begin_time)

    async def answer(self) -> Interaction:
        """Run to the end, store the interaction unless the request forbids it, and return it.

        Raises:
            ApiError: for a failure of the engine; then nothing is stored.
        """
        async with aclosing(self._chunks()) as chunks:
            reply = join([chunk async for chunk in chunks])
        events = self._outputs.take(reply)
        usage, problem = self._outputs.usage or None, self._outputs.problem
        if not self._is_stored:
            unstored = replace(self._unstored(), continuation=self._outputs.continuation)
            interaction = replace(unstored, usage=usage, problem=problem, status=self._outputs.status)
            return replace(interaction, steps=steps_in([*events, *self._outputs.end()]))
        with self._api.state.transaction():
            interaction = self._add()
            self._store.append(interaction, events)
            continuation = self._outputs.continuation
            self._store.end(
                interaction, self._outputs.status, last_events, usage=usage, problem=problem, continuation=continuation
            )
        announce_end(self._api, interaction.id)
        ended = self._store.find(interaction.id)
        assert ended is not None
        return ended

    @property
    def _is_stored(self) -> bool:
        return self._given.get("store", True)

    def _unstored(self) -> Interaction:
        now = self._api.clock.now()
        return Interaction(
            seq=0,
            id=new_id(),
            surface=self._surface,
            parent=self._parent,
            version=self._version,
            previous=self._given.get("previous_interaction_id"),
            request=self._given,
            status="in_progress",
            steps=None,
            usage=None,
            problem=None,
            continuation=None,
            attempt=1,
            size_bytes=0,
            create_time=self._begin_time,
            update_time=now,
            use_time=now,
        )

    async def events(self) -> AsyncGenerator[JsonObject, None]:
        """Yield the events of a run that is not stored.

        Raises:
            ApiError: for a failure before the first event.
        """
        interaction, count = self._unstored(), 0
        newest: list[JsonObject] = []
        """The newest event of a step."""

        def numbered(events: list[JsonObject]) -> Iterator[JsonObject]:
            nonlocal count, newest
            for event in events:
                count += 1
                newest = [event] if event["event_type"].startswith("step.") else newest
                yield {**event, "event_id": event_id(interaction.id, 1, count)}

        problem: JsonObject | None = None
        try:
            async with aclosing(self._chunks()) as chunks:
                async for chunk in chunks:
                    events = [] if count else first_events(interaction)
                    for event in numbered([*events, *self._outputs.take(chunk)]):
                        yield event
        except Exception as error:
            if not count:
                raise
            problem = error_json(api_error(error))
        problem = problem or self._outputs.problem
        status = "failed" if problem else self._outputs.status
        now = self._api.clock.now()
        ended = replace(
            interaction,
            status=status,
            usage=self._outputs.usage or None,
            problem=problem,
            continuation=None if problem else self._outputs.continuation,
            update_time=now,
        )
        for event in numbered([*([] if count else first_events(interaction)), *last_events(ended, newest)]):
            yield event

    async def start(self) -> Interaction:
        """Store the interaction when its first chunk exists, and return it; the run continues without the caller.

        Raises:
            ApiError: 429 when too many interactions are running; for a failure before the first chunk. Then nothing is
                stored.
        """
        self._store.check_number()
        begun: asyncio.Future[Interaction] = asyncio.get_running_loop().create_future()
        self._task = task = self._api.answering.start(self._run(begun))

        def end(_: asyncio.Task[None]) -> None:
            if not begun.done():
                begun.set_exception(ApiError(503, _STOPPING))

        task.add_done_callback(end)
        try:
            return await begun
        except asyncio.CancelledError:
            if self._interaction is None:
                task.cancel()  # a stored interaction, which a reader can find, continues
            raise

    def start_in_background(self) -> Interaction:
        """Store the interaction, and start its run, which waits for its turn if necessary.

        Raises:
            ApiError: 429 when too many interactions are running.
        """
        self._store.check_number()
        interaction = self._add()
        self._store.keep(interaction.id, self._api.background.start(self.run(interaction)))
        return interaction

    async def run(self, interaction: Interaction) -> None:
        """Run a stored interaction to its end, which never fails: a failure is an end as well."""
        self._interaction = interaction
        await self._run(None)

    async def _run(self, begun: asyncio.Future[Interaction] | None) -> None:
        problem: JsonObject | None = None
        try:
            work = patiently(lambda: self._consume(begun)) if begun is None else self._consume(begun)
            await asyncio.wait_for(work, MAX_INTERACTION_S)
        except _StoppedError:
            return
        except Exception as error:
            if begun is not None and self._interaction is None:
                if not begun.done():
                    begun.set_exception(error)
                return
            limit = ApiError(504, f"The run took more than {MAX_INTERACTION_S:g} seconds.")
            problem = error_json(api_error(limit if isinstance(error, asyncio.TimeoutError) else error))
        ended = self._interaction
        assert ended is not None, "a reply has at least one chunk"
        problem = problem or self._outputs.problem
        status = "failed" if problem else self._outputs.status
        result = {"usage": self._outputs.usage or None, "problem": problem}
        continuation = None if problem else self._outputs.continuation
        if await with_room(lambda: self._store.end(ended, status, last_events, continuation=continuation, **result)):
            announce_end(self._api, ended.id)

    async def _consume(self, begun: asyncio.Future[Interaction] | None) -> None:
        async with aclosing(self._chunks()) as chunks:
            async for chunk in chunks:
                events = self._outputs.take(chunk)
                interaction = self._interaction or self._begin(begun)
                if not await with_room(lambda: self._store.append(interaction, events)):  # noqa: B023 - awaited here
                    raise _StoppedError
        if self._interaction is None:
            self._begin(begun)

    def _begin(self, begun: asyncio.Future[Interaction] | None) -> Interaction:
        """Store an interaction whose first chunk exists."""
        assert begun is not None
        assert self._task is not None
        self._interaction = interaction = self._add()
        self._store.keep(interaction.id, self._task)
        if not begun.done():
            begun.set_result(interaction)
        return interaction


async def prepare_run(api: Api, surface: Surface, parent: str, version: str, given: JsonObject) -> Run:
    """Check a canonical request, with the interactions that it continues, and return its run.

    Raises:
        ApiError: 400 for a request that is refused, 404 for an unknown model or interaction.
    """
    previous: str | None = given.get("previous_interaction_id")
    before = steps_before(api, previous, surface, parent) if previous is not None else []
    place = Place(surface, parent)
    effective = with_agent(api, place, given)
    conversion = convert(api, with_instruction(api, place, effective), surface, version, before)
    with conversion.errors():
        generation = await prepare(api, conversion.request, surface, conversion.model, in_one_piece=True)
    if "environment" in effective:
        given = {**given, "environment": await settle(api, place, effective["environment"])}
    return Run(api, surface, parent, version, given, conversion, generation)


def steps_before(api: Api, previous: str, surface: Surface, parent: str) -> list[JsonObject]:
    """Return the inputs and the outputs of an interaction and of those that it continues, oldest first.

    Raises:
        ApiError: 400 for an interaction that cannot be continued, 404 for one that does not exist.
    """
    steps: list[JsonObject] = []
    for interaction in api.part(Interactions).chain(previous, surface, parent):
        steps += [located.step for located in steps_of(interaction.request)]
        steps += interaction.steps or []
    return steps


def resume(api: Api) -> None:
    """Run all unfinished interactions of a previous server again. Call it on the event loop, once the engine is open."""
    store = api.part(Interactions)
    for interaction in store.unfinished():
        again = store.begin_again(interaction)
        store.keep(again.id, api.background.start(_run_again(api, again)))


async def _run_again(api: Api, interaction: Interaction) -> None:
    try:
        run = await prepare_run(api, interaction.surface, interaction.parent, interaction.version, interaction.request)
    except Exception as error:
        problem = error_json(api_error(error))
        store = api.part(Interactions)
        if await with_room(lambda: store.end(interaction, "failed", last_events, problem=problem)):
            announce_end(api, interaction.id)
        return
    await run.run(interaction)


async def follow(api: Api, interaction_id: str, position: int = 0) -> AsyncGenerator[JsonObject, None]:
    """Yield the stored events behind a position, and those that a running interaction adds, until it has ended."""
    store = api.part(Interactions)
    deadline = asyncio.get_running_loop().time() + 2 * MAX_INTERACTION_S
    while asyncio.get_running_loop().time() < deadline:
        is_running, is_kept = store.is_running(interaction_id), interaction_id in store.tasks
        if is_running is None:
            yield error_event(ApiError(404, f"interactions/{interaction_id} was deleted."))
            return
        change = store.changed(interaction_id) if is_running else None
        events = store.events(interaction_id, position, _READ_AT_ONCE)
        for _, event in events:
            yield event
        position = events[-1][0] if events else position
        if len(events) == _READ_AT_ONCE:
            continue
        if change is None:
            return
        if not is_kept:
            raise ApiError(503, f"{_STOPPING} With --data, the next server runs interactions/{interaction_id} again.")
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(change.wait(), _LONGEST_WAIT_S)
