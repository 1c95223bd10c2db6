"""Streamed answers: objects that are iterated like generators, and that can be closed from anywhere at any time."""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from .. import errors
from .._io.sse import ArrayStream, StreamParser, parser_for
from .drive import run
from .replies import error_inside, invalid, is_error

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._io.messages import OpenResponse

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_MOST_ERROR_BYTES = 4 << 20

Open = Callable[[], Awaitable["OpenResponse"]]
"""Sends the request, and returns the reply once its head is there."""

Decode = Callable[["OpenResponse", bytes], T]
"""Turns the text of one event into an object."""


class Source(Protocol[T_co]):
    """Where the chunks of a stream come from."""

    async def next_batch(self) -> Iterator[T_co] | None:
        """Return the next chunks, made as they are asked for, or None at the end. After a failure nothing is left open."""
        ...

    def abort(self) -> None:
        """Let go of everything at once, also under a `next_batch` that another task waits for, which then ends."""
        ...

    async def close(self) -> None:
        """Let go of everything, and wait for it."""
        ...


class Reply(Generic[T]):
    """One streamed reply: a source whose batches are what the network brings at once."""

    def __init__(self, open_response: Open, decode: Decode[T]) -> None:
        self._open = open_response
        self._decode = decode
        self._response: OpenResponse | None = None
        self._closed = False
        self._left = False
        """Closed by the program, and not by the end of the reply."""
        self._chunks: Any = None
        self._parser: StreamParser | None = None
        self._started = False
        self._head: list[bytes] = []
        """What came before the first event, of a reply that is no event stream: the body of an error, perhaps."""
        self._head_bytes = 0

    async def next_batch(self) -> Iterator[T] | None:
        """Return the next chunks, one at least, or None when the reply has ended. Any failure closes the connection."""
        try:
            events = await self._next_events()
        except errors.APIError:
            await self.close()
            if self._left:  # from another task, which cut the connection under this read
                return None
            raise
        except BaseException:
            self.abort()
            await self.close()
            raise
        if events is None:
            return None
        assert self._response is not None
        return map(partial(self._decode, self._response), events)

    async def _next_events(self) -> list[bytes] | None:
        if self._chunks is None:
            if self._closed:
                return None
            self._response = await self._open()
            if self._closed:  # meanwhile, from another task
                await self._response.close()
                return None
            self._chunks = self._response.chunks()
            self._parser = parser_for(self._response.headers.get("content-type"))
        parser = self._parser
        assert parser is not None
        while not self._closed:
            try:
                chunk = await self._chunks.__anext__()
            except StopAsyncIteration:
                await self.close()
                return self._parsed(parser.end) or self._nothing()
            events = self._parsed(parser.feed, chunk)
            if events:
                if not self._started and isinstance(parser, ArrayStream) and is_error(events[0]):
                    raise await self._error(chunk)
                self._started = True
                return events
            if not self._started and self._head_bytes < _MOST_ERROR_BYTES:
                self._head.append(chunk)
                self._head_bytes += len(chunk)
        return None

    def _nothing(self) -> None:
        """Raise what a reply without any event is when it says something all the same, in a form that is no stream."""
        assert self._response is not None
        kind = self._response.headers.get("content-type", "")
        said = b"".join(self._head)
        if not self._started and said.strip() and not kind.startswith("text/event-stream") and said.strip() != b"[]":
            raise self._not_a_stream("it contains no event", said)

    def _parsed(self, parse: Callable[..., list[bytes]], *data: bytes) -> list[bytes]:
        try:
            return parse(*data)
        except ValueError as error:
            raise self._not_a_stream(str(error), b"".join((*self._head, *data))) from None

    def _not_a_stream(self, reason: str, data: bytes) -> errors.InvalidResponseError:
        return invalid(f"The reply is not a stream of objects: {reason}", self._response, data)

    async def _error(self, chunk: bytes) -> errors.APIError:
        """Return the error that a reply in place of a stream stands for, its body read as far as it comes."""
        assert self._response is not None
        self._head.append(chunk)
        try:
            async for rest in self._chunks:
                self._head.append(rest)
                self._head_bytes += len(rest)
                if self._head_bytes > _MOST_ERROR_BYTES:
                    break
        except errors.APIError:
            pass
        await self.close()
        return error_inside(b"".join(self._head), self._response.status, self._response.headers)

    def abort(self) -> None:
        """Close the socket at once."""
        self._left = True
        if not self._closed:
            self._closed = True
            if self._response is not None:
                self._response.abort()

    async def close(self) -> None:
        """Give the connection back, or close it if the reply was not read to its end."""
        self._closed = True
        if self._response is not None:
            await self._response.close()


class Stream(Generic[T]):
    """The chunks of a streamed answer, as they arrive.

    The request is sent when the first chunk is asked for. `close()`, leaving a `with` block, or dropping the last
    reference, as a loop does that is left early, closes the connection at once.
    """

    def __init__(self, source: Source[T]) -> None:
        self._source = source
        self._batch: Iterator[T] = iter(())
        self._finalizer = weakref.finalize(self, source.abort)
        self._finalizer.atexit = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        while True:
            try:
                for chunk in self._batch:
                    return chunk
            except BaseException:
                self.close()
                raise
            batch = run(self._source.next_batch())
            if batch is None:
                self._finalizer.detach()
                raise StopIteration
            self._batch = batch

    def _abort(self) -> None:
        """Close the connection at once, from anywhere."""
        self._batch = iter(())
        self._source.abort()

    def close(self) -> None:
        """Close the connection. Iterating further ends at once."""
        self._batch = iter(())
        self._finalizer.detach()
        run(self._source.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncStream(Generic[T]):
    """The chunks of a streamed answer, as they arrive.

    The request is sent when the first chunk is asked for. `aclose()`, also from another task, and leaving an
    `async with` block close the connection within milliseconds, and so does dropping the last reference.
    """

    def __init__(self, source: Source[T]) -> None:
        self._source = source
        self._batch: Iterator[T] = iter(())
        self._finalizer = weakref.finalize(self, source.abort)
        self._finalizer.atexit = False

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            try:
                for chunk in self._batch:
                    return chunk
            except BaseException:
                await self.aclose()
                raise
            batch = await self._source.next_batch()
            if batch is None:
                self._finalizer.detach()
                raise StopAsyncIteration
            self._batch = batch

    def _abort(self) -> None:
        """Close the connection at once, from anywhere."""
        self._batch = iter(())
        self._source.abort()

    async def aclose(self) -> None:
        """Close the connection. A task that waits for a chunk ends its iteration; iterating further ends at once."""
        self._finalizer.detach()
        self._abort()
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
