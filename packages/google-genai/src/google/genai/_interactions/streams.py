"""Streams of events: they continue by themselves after a lost connection, and over the rounds in which functions run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pydantic

from .. import errors
from .._core.reply_errors import error_inside, invalid, is_error
from .._core.streams import AsyncStream, Reply, Stream
from . import types as interactions
from .accumulation import Accumulation
from .continuation import Continuation
from .errors import typed
from .requests import RUNNING, stored_path
from .types._base import REPLY

if TYPE_CHECKING:
    from .._io.messages import OpenResponse
    from .._io.port import Port
    from .._wire.call import Call
    from .requests import Draft, Settings
    from .tools import Functions

_MAX_FAILURES = 100
"""Lost connections after which a stream ends even if there were events between them."""
_PAUSE_S = 0.1
"""Time between two looks at whether a stream that waits for its next attempt was closed."""
_DONE = b"[DONE]"
"""What the service sends after the last event."""

_events: pydantic.TypeAdapter[Any] | None = None


def event_of(response: OpenResponse, data: bytes) -> Any:
    """Return the event in the data of a stream. Raises the `APIError` that it contains in place of an event."""
    global _events
    if _events is None:
        _events = pydantic.TypeAdapter(interactions.InteractionSSEEvent)
    if is_error(data):
        raise typed(error_inside(data, response.status, response.headers))
    try:
        return _events.validate_json(data, context=REPLY)
    except pydantic.ValidationError as error:
        raise invalid(f"An event of the stream is invalid: {error}", response, data) from None


class Events:
    """The source of a stream of events.

    Args:
      port: Sends the requests.
      settings: The settings of the call.
      draft: The draft of the interaction; None for the stream of a stored one.
      continues: Whether an interaction that the service interrupts is continued.
      functions: The functions that run for the model.
      id: The id of a stored interaction.
      last_event_id: The event after which the stream of a stored interaction begins.
      include_input: Whether a stored interaction is read with its input.
      wanted: The class that the text is parsed as.
    """

    def __init__(
        self,
        port: Port,
        settings: Settings,
        *,
        draft: Draft | None = None,
        continues: bool = False,
        functions: Functions | None = None,
        id: str | None = None,
        last_event_id: str | None = None,
        include_input: bool | None = None,
        wanted: Any = None,
    ) -> None:
        self._port = port
        self._settings = settings
        self._draft = draft
        self._continuation = Continuation() if continues else None
        self._functions = functions
        self._id = id
        self._last_event_id = last_event_id
        self._include_input = include_input
        self._wanted = wanted
        self._reply: Reply[Any] | None = None
        self.accumulation = Accumulation()
        self.response: OpenResponse | None = None
        self._history: list[Any] = []
        self._seen: set[str] = set()
        """The ids of the events that the program has received."""
        self._without_id = 0
        """Number of received events without an id after the last one with an id."""
        self._repeated = 0
        """Number of events without an id that a resumed stream sends again."""
        self._is_resumed = False
        """Whether the next event is the first after a lost connection."""
        self._skips = False
        """Whether events are skipped that the program has received already."""
        self._is_over = False
        """Whether the last event of the interaction has arrived."""
        self._has_failed = False
        """Whether an event with an error has arrived."""
        self._cut: errors.APIError | None = None
        """The error of a reply that ended inside an event."""
        self._failures = 0
        self._all_failures = 0
        self._is_closed = False

    async def open(self) -> None:
        """Send the request. Raises `APIError` if it is refused."""
        await self._open(self._draft.call() if self._draft is not None else self._stored_call())

    async def _open(self, call: Call) -> None:
        try:
            response = await self._port.stream(call)
        except errors.APIError as error:
            raise typed(error) from error.__cause__
        self.response = response
        self._reply = Reply(response, event_of)
        if self._is_closed:  # by another thread or task, in the meantime
            await self._reply.close()

    def _stored_call(self) -> Call:
        query: dict[str, str] = {}
        if self._include_input is not None:
            query["include_input"] = str(self._include_input).lower()
        if self._last_event_id:
            query["last_event_id"] = self._last_event_id
        query["stream"] = "true"
        path = stored_path(self.accumulation.id or self._id, "get")
        return replace(self._settings, extra_body=None).call("GET", path, None, query, streams=True)

    async def next_batch(self) -> Iterator[Any] | None:
        """Return the next events, or None at the end."""
        while not self._is_closed and self._reply is not None:
            batch, lost = await self._next_of(self._reply)
            if batch is not None:
                return self._noted(batch, self._reply)
            if self._is_closed:
                break
            if not self._is_over and await self._resumes(lost):
                continue
            if not await self._next_part() and not await self._next_round():
                break
        return None

    async def _next_of(self, reply: Reply[Any]) -> tuple[Iterator[Any] | None, errors.APIError | None]:
        """Return the next events of a reply, or None at its end, with the error if the connection was lost."""
        cut, self._cut = self._cut, None
        try:
            return await reply.next_batch(), cut
        except errors.APIConnectionError as error:
            return None, error
        except errors.InvalidResponseError as error:
            content: bytes = error.response.content
            if self._last_event_id is None or not (_DONE in content or not content.strip()):
                raise
            return None, None  # no event follows the last one

    def _noted(self, batch: Iterator[Any], reply: Reply[Any]) -> Iterator[Any]:
        while True:
            try:
                event = next(batch)
            except StopIteration:
                return
            except errors.InvalidResponseError as error:
                if not reply.has_ended or not (self._is_over or self._can_resume()):
                    raise
                self._cut = errors.connection_error(
                    ConnectionError("The reply ended in the middle of an event."), text=error.message or ""
                )
                return
            if self._is_new(event):
                self.accumulation.add(event)
                yield event

    def _is_new(self, event: Any) -> bool:
        """Return whether the program has not received an event yet, and note that it receives the event now.

        A service may ignore the last event of the program, and begin again at the first one.
        """
        event_id = _id_of(event)
        is_known = event_id is not None and event_id in self._seen
        if self._is_resumed:
            self._is_resumed = False
            self._skips = is_known
        if self._skips and (is_known or event_id is None):
            self._skips = event_id != self._last_event_id
            return False
        self._skips = False
        if event_id is not None:
            self._seen.add(event_id)
            self._last_event_id = event_id
            self._without_id = self._repeated = 0
        elif self._repeated:
            self._repeated -= 1
            return False
        else:
            self._without_id += 1
        self._failures = 0
        if isinstance(event, interactions.ErrorEvent):
            self._is_over = self._has_failed = True
        elif isinstance(event, interactions.InteractionCompletedEvent):
            self._is_over = True
        return True

    async def _resumes(self, lost: errors.APIError | None) -> bool:
        """Open the stream again behind the last event. Returns False if there are no further events.

        `lost` is the error of the connection, or None if the reply ended without its last event. Raises an error if the
        service refuses the request, or if no attempt is left.
        """
        if lost is None and (self._failures or not self._can_resume()):
            return False
        error = lost
        while True:
            self._failures += 1
            self._all_failures += 1
            if error is not None:
                call = self._stored_call() if self._can_resume() else None
                policy = None if call is None else self._port.retry_policy(call)
                if policy is None or not policy.repeats(error, self._failures):
                    if error is not lost and self.accumulation.status not in (None, *RUNNING):
                        return False  # the interaction has ended, and only the last event is missing
                    raise typed(error) from (error.__cause__ if error is lost else lost)
                await self._pause(policy.delay_s(error, self._failures))
                if self._is_closed:
                    return False
            try:
                await self._open(replace(self._stored_call(), is_repeated=False))
            except errors.APIError as failure:
                error = failure
            else:
                self._is_resumed = True
                self._repeated = self._without_id
                return True

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than until the stream is closed."""
        left_s = seconds
        while not self._is_closed and left_s > 0:
            await self._port.sleep(min(left_s, _PAUSE_S))
            left_s -= _PAUSE_S

    def _can_resume(self) -> bool:
        if self._is_over or self._all_failures > _MAX_FAILURES or (self.accumulation.id or self._id) is None:
            return False
        if self._draft is None and self.accumulation.is_empty:
            return True
        return self._last_event_id is not None and (self._draft is None or self._draft.is_stored)

    async def _next_part(self) -> bool:
        """Open the stream that continues an interaction which the service interrupted. Returns False if none follows."""
        if (
            self._continuation is None
            or self._draft is None
            or not self._is_over
            or not self.accumulation.is_unfinished
        ):
            return False
        part = self.accumulation.interaction()
        draft = None if part is None else self._continuation.following(self._draft, part)
        if draft is None:
            return False
        self._begin()
        try:
            await self._open(draft.call())
        except errors.APIError as error:
            raise self._continuation.interrupted(error) from error
        return True

    async def _next_round(self) -> bool:
        """Run the functions that the interaction calls, and open the stream of the next one. Returns False at the end."""
        if self._functions is None or self._draft is None or not self._is_over or self._has_failed:
            return False
        interaction = self.interaction
        draft = None if interaction is None else await self._functions.advance(self._draft, interaction)
        if interaction is None or draft is None or self._is_closed:
            return False
        self._history += [*(interaction.steps or ()), *self._functions.results]
        self._draft = draft
        if self._continuation is not None:
            self._continuation = Continuation()
        self._begin()
        await self.open()
        return True

    def _begin(self) -> None:
        """Forget the events of the stream that has ended."""
        self.accumulation = Accumulation()
        self._seen = set()
        self._last_event_id = None
        self._without_id = self._repeated = 0
        self._is_over = self._is_resumed = self._skips = False
        self._failures = 0

    @property
    def interaction(self) -> interactions.Interaction | None:
        """The interaction as far as it has arrived; None before its first event."""
        interaction = self.accumulation.interaction()
        if self._continuation is not None and self._continuation.parts:
            interaction = self._continuation.whole(interaction)
        if interaction is not None:
            if self._history:
                interaction._function_history = list(self._history)
            if self._wanted is not None and self._is_over:
                from .parsing import fill_parsed

                fill_parsed(interaction, self._wanted)
        return interaction

    def abort(self) -> None:
        """Close the connection at once."""
        self._is_closed = True
        if self._reply is not None:
            self._reply.abort()

    async def close(self) -> None:
        """Close the connection."""
        self._is_closed = True
        if self._reply is not None:
            await self._reply.close()


def _id_of(event: Any) -> str | None:
    raw: Any = event.raw if isinstance(event, interactions.UnknownInteractionSSEEvent) else None
    return raw.get("event_id") if isinstance(raw, dict) else getattr(event, "event_id", None)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


class InteractionStream(Stream[Any]):
    """The events of an interaction, as they arrive.

    A lost connection is opened again behind the last event, so the loop sees each event once. Leaving the loop, `close()`
    and the end of a `with` block close the connection; the interaction itself continues if the service stores it.

    Example::

        with client.interactions.create(model="gemini-2.5-flash", input="Hello", stream=True) as stream:
            for event in stream:
                if event.event_type == "step.delta" and event.delta.type == "text":
                    print(event.delta.text, end="")
        print(stream.interaction.usage)
    """

    _source: Events

    @property
    def interaction(self) -> interactions.Interaction | None:
        """The interaction as far as it has arrived; after the last event, what `get` returns. None before the first event."""
        return self._source.interaction

    @property
    def response(self) -> OpenResponse | None:
        """The HTTP response of the last request, with `status` and `headers`."""
        return self._source.response


class AsyncInteractionStream(AsyncStream[Any]):
    """The events of an interaction, as they arrive.

    A lost connection is opened again behind the last event, so the loop sees each event once. Leaving the loop, `close()`
    and the end of an `async with` block close the connection; the interaction itself continues if the service stores it.

    Example::

        async with await client.aio.interactions.create(model="gemini-2.5-flash", input="Hello", stream=True) as stream:
            async for event in stream:
                if event.event_type == "step.delta" and event.delta.type == "text":
                    print(event.delta.text, end="")
        print(stream.interaction.usage)
    """

    _source: Events

    @property
    def interaction(self) -> interactions.Interaction | None:
        """The interaction as far as it has arrived; after the last event, what `get` returns. None before the first event."""
        return self._source.interaction

    @property
    def response(self) -> OpenResponse | None:
        """The HTTP response of the last request, with `status` and `headers`."""
        return self._source.response

    async def close(self) -> None:
        """Close the connection; `aclose` is the same."""
        await self.aclose()
