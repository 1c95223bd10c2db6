"""Streamed answers: objects that are iterated like generators, and that any thread or task can close at any time."""

from __future__ import annotations

import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from .. import errors
from .._io.sse import ArrayStream, StreamParser, parser_for
from .drive import run
from .reply_errors import error_inside, invalid, is_error

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._io.messages import OpenResponse

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_MOST_ERROR_BYTES = 4 << 20

Open = Callable[[], Awaitable["OpenResponse"]]
"""Sends the request, and returns the reply as soon as its status and headers have arrived."""

Decode = Callable[["OpenResponse", bytes], T]
"""Converts the text of one event into an object."""


class Source(Protocol[T_co]):
    """A source of chunks for a stream."""

    async def next_batch(self) -> Iterator[T_co] | None:
        """Return the next chunks, created lazily, or None at the end. After a failure the connection is closed."""
        ...

    def abort(self) -> None:
        """Close the connection at once. A `next_batch` that another task is waiting for ends."""
        ...

    async def close(self) -> None:
        """Close the connection, and wait until it is closed."""
        ...


class Reply(Generic[T]):
    """One streamed reply: a source whose batches are the events that arrive together from the network.

    Args:
      response: The reply, or a function that sends the request when the first events are wanted.
      decode: Converts the text of one event into an object.
    """

    def __init__(self, response: Open | OpenResponse, decode: Decode[T]) -> None:
        self._open = response if callable(response) else None
        self._decode = decode
        self._response: OpenResponse | None = None if callable(response) else response
        self._closed = False
        self._left = False
        """Whether the program closed the reply before its end."""
        self._chunks: Any = None
        self._parser: StreamParser | None = None
        self._started = False
        self._head: list[bytes] = []
        """Data received before the first event. If the reply is not an event stream, it may be the body of an error."""
        self._head_bytes = 0

    @property
    def has_ended(self) -> bool:
        """Whether the reply was read to its end, or was closed."""
        return self._closed

    async def next_batch(self) -> Iterator[T] | None:
        """Return the next chunks, at least one, or None at the end of the reply. Any failure closes the connection."""
        try:
            events = await self._next_events()
        except errors.APIError:
            await self.close()
            if self._left:  # another task closed the connection during this read
                return None
            raise
        except BaseException as error:
            was_left = self._left
            self.abort()
            await self.close()
            if was_left and isinstance(error, Exception):  # for example that of a socket closed by another thread
                return None
            raise
        if events is None:
            return None
        assert self._response is not None
        return map(partial(self._decode, self._response), events)

    async def _next_events(self) -> list[bytes] | None:
        if self._chunks is None:
            if self._closed:
                return None
            if self._response is None:
                assert self._open is not None
                self._response = await self._open()
            if self._closed:  # by another task, in the meantime
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
                return self._parse(parser.end) or self._refuse_empty()
            events = self._parse(parser.feed, chunk)
            if events:
                if not self._started and isinstance(parser, ArrayStream) and is_error(events[0]):
                    raise await self._error(chunk)
                self._started = True
                return events
            if not self._started and self._head_bytes < _MOST_ERROR_BYTES:
                self._head.append(chunk)
                self._head_bytes += len(chunk)
        return None

    def _refuse_empty(self) -> None:
        """Raise `InvalidResponseError` for a reply without events: a service that answers sends at least one."""
        if not self._started:
            raise self._not_a_stream("it contains no event.", b"".join(self._head))

    def _parse(self, parse: Callable[..., list[bytes]], *data: bytes) -> list[bytes]:
        try:
            return parse(*data)
        except ValueError as error:
            raise self._not_a_stream(str(error), b"".join((*self._head, *data))) from None

    def _not_a_stream(self, reason: str, data: bytes) -> errors.InvalidResponseError:
        return invalid(f"The reply is not a stream of objects: {reason}", self._response, data)

    async def _error(self, chunk: bytes) -> errors.APIError:
        """Return the error in a reply that is not a stream, with as much of the body as could be read."""
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
        """Return the connection to the pool, or close it if the reply was not read to its end."""
        self._closed = True
        if self._response is not None:
            await self._response.close()


class Stream(Generic[T]):
    """The chunks of a streamed answer, as they arrive.

    The request is sent when the first chunk is requested. `close()` (also from another thread), leaving a `with` block,
    and dropping the last reference (for example by leaving a loop early) close the connection at once.
    """

    def __init__(self, source: Source[T]) -> None:
        self._source = source
        self._batch: Iterator[T] = iter(())
        self._reader: int | None = None
        """The thread that has read last."""
        self._is_reading = False
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
            self._reader = threading.get_ident()
            self._is_reading = True
            try:
                batch = run(self._source.next_batch())
            finally:
                self._is_reading = False
            if batch is None:
                self._finalizer.detach()
                run(self._source.close())
                raise StopIteration
            self._batch = batch

    def _abort(self) -> None:
        """Close the connection at once, from anywhere."""
        self._batch = iter(())
        self._source.abort()

    def close(self) -> None:
        """Close the connection. The iteration of a thread that waits for a chunk ends; further iteration ends at once."""
        self._finalizer.detach()
        self._batch = iter(())
        if self._reader not in (None, threading.get_ident()):
            self._source.abort()
            if self._is_reading:
                return  # the reader wakes up, and closes the reply itself
        run(self._source.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncStream(Generic[T]):
    """The chunks of a streamed answer, as they arrive.

    The request is sent when the first chunk is requested. `aclose()` (also from another task), leaving an `async with`
    block, and dropping the last reference close the connection within milliseconds.
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
        """Close the connection. The iteration of a task that waits for a chunk ends; further iteration ends at once."""
        self._finalizer.detach()
        self._abort()
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
