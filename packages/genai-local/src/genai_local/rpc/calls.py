"""One call: an HTTP request to the application, and its reply as messages, until the reply or the client ends.

`sessions` has the calls that are WebSockets instead.

It knows ASGI and gRPC, but neither the methods nor the form of their messages.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar, cast

import grpc
import grpc.aio
from starlette.types import ASGIApp, Message as AsgiMessage, Scope

from .events import EventSplitter
from .methods import Method
from .statuses import RpcError, error_in, error_in_body
from .transcoding import HttpRequest, reply_of, request_of

_UNUSED = frozenset(
    "accept accept-encoding connection content-length content-type host keep-alive origin proxy-connection "
    "sec-fetch-site te transfer-encoding upgrade".split()
)
"""Metadata that belongs to the connection, or that only browsers send; it is not passed on as HTTP headers."""
_LARGE_BYTES = 1 << 16
"""Messages of this size are converted in a thread, so that other calls continue."""
_END_S = 5.0
"""How long the application may take to end after the client has left."""
_GONE = "The connection was closed before the reply was complete."

Value = TypeVar("Value")


class Call:
    """A call that is being answered, of either kind. Its attributes `client` and `transport` are those of a connection, for scripted faults.

    Args:
        app: the application.
        method: the method that is called.
        context: the gRPC side of the call.
        scope: the ASGI scope without what depends on the message.
        limit_s: how long the client may neither send its message nor read the reply.
    """

    def __init__(self, app: ASGIApp, method: Method, context: Any, scope: Scope, limit_s: float) -> None:
        self.client = (str(context.peer()), id(self))
        self._app = app
        self._method = method
        self._context = context
        self.scope = scope
        self._limit_s = limit_s
        self.is_over = asyncio.Event()
        self.failure: RpcError | None = None
        self._writing: asyncio.Future[None] | None = None

    @property
    def transport(self) -> Call:
        """The call itself, which a scripted fault closes."""
        return self

    def close(self) -> None:
        """End the call as if its connection were lost."""
        self.end(RpcError(grpc.StatusCode.UNAVAILABLE, _GONE))

    abort = close

    def end(self, failure: RpcError) -> None:
        """End the call with this error, unless it has ended with another one."""
        self.failure = self.failure or failure
        self.is_over.set()

    async def answer(self) -> bytes:
        """Answer the call; return the reply, or no bytes after a stream, whose messages have been sent.

        Raises:
            RpcError: the end of a call that fails.
            CancelledError: when the client has left.
        """
        raise NotImplementedError

    def shutdown(self) -> None:
        """Note that the server stops. A call that ends by itself needs nothing else."""

    async def write(self, message: bytes) -> None:
        """Send a message, at the pace of the client.

        Raises:
            RpcError: when the client does not read, or has left.
        """
        # A write is never cancelled: gRPC continues it, and could not send the status at the same time.
        writing = asyncio.ensure_future(self._context.write(message))
        writing.add_done_callback(take_exception)
        self._writing = writing
        await asyncio.wait({writing}, timeout=self._limit_s)
        if not writing.done():
            problem = f"The client has not read the reply for {self._limit_s:g} seconds."
            raise RpcError(grpc.StatusCode.DEADLINE_EXCEEDED, problem)
        if writing.exception() is not None:
            raise RpcError(grpc.StatusCode.CANCELLED, "The client has left.")

    async def abort_with(self, error: RpcError) -> Any:
        """End the call with this error, once the client has read the messages before it.

        gRPC cannot reset a stream from here. It cancels the wait when the client leaves, its connection ends, or the server stops.

        Raises:
            CancelledError: when the client has left.
        """
        if self._writing is not None:
            await asyncio.wait({self._writing})
        try:
            await self._context.abort(error.code, error.message, error.trailers())
        except grpc.aio.AbortError:
            raise
        except grpc.aio.BaseError:
            raise asyncio.CancelledError from None


class HttpCall(Call):
    """A call that is one HTTP request."""

    async def answer(self) -> bytes:
        """Send the request to the application, and its reply to the client."""
        data = await self._read()
        request = await _in_thread_if_large(len(data), request_of, self._method, data)
        reply = _Reply(self._write_event, is_streamed=self._method.is_streamed)
        work = asyncio.create_task(self._run(request, reply))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            self.is_over.set()
            await asyncio.wait({work}, timeout=_END_S)
            raise
        finally:
            work.cancel()
        if self.failure is not None:
            raise self.failure
        if reply.is_of_events:
            return b""
        if reply.status != 200:
            raise error_in(reply.status, bytes(reply.body))
        if self._method.is_streamed:
            await self._write_whole(bytes(reply.body))
            return b""
        return await _in_thread_if_large(len(reply.body), _message_of, self._method, bytes(reply.body))

    async def _write_whole(self, body: bytes) -> None:
        """Send the messages of a stream that is not a stream of events, such as the raw reply of a script."""
        value: object = _json_of(body)
        for item in cast("list[object]", value) if isinstance(value, list) else [value]:
            await self.write(_message_of(self._method, json.dumps(item).encode()))

    async def _read(self) -> bytes:
        # `asyncio.wait_for` loses a cancellation that comes together with the message.
        reading: asyncio.Future[object] = asyncio.ensure_future(self._context.read())
        reading.add_done_callback(take_exception)
        await asyncio.wait({reading}, timeout=self._limit_s)
        if not reading.done():
            problem = f"The message of the call did not arrive within {self._limit_s:g} seconds; send it again."
            raise RpcError(grpc.StatusCode.DEADLINE_EXCEEDED, problem)
        data = reading.result()
        if not isinstance(data, bytes):  # the end of the messages
            raise RpcError(
                grpc.StatusCode.INVALID_ARGUMENT, f"{self._method.name} needs a message, and the call ended without it."
            )
        return data

    async def _write_event(self, data: bytes) -> None:
        """Send the message of one event, at the pace of the client.

        Raises:
            CancelledError: when the call has ended, so that the application ends.
        """
        try:
            if not self.is_over.is_set():
                await self.write(await _in_thread_if_large(len(data), _message_of, self._method, data))
        except RpcError as failure:
            self.end(failure)
        if self.is_over.is_set():
            raise asyncio.CancelledError

    async def _run(self, request: HttpRequest, reply: _Reply) -> None:
        scope: Scope = {
            **self.scope,
            "method": request.verb,
            "path": request.path,
            "raw_path": request.raw_path,
            "query_string": request.query,
            "client": self.client,
        }
        waiting: list[AsgiMessage] = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def receive() -> AsgiMessage:
            if waiting:
                return waiting.pop()
            await self.is_over.wait()
            return {"type": "http.disconnect"}

        try:
            await self._app(scope, receive, reply.send)
        except RpcError as failure:
            self.end(failure)
        except Exception as error:
            logging.getLogger("genai_local").error("A call failed unexpectedly.", exc_info=error)
            self.end(RpcError(grpc.StatusCode.INTERNAL, "An internal error has occurred. The log has its cause."))
        if not reply.is_complete:
            self.close()


class _Reply:
    """The reply of the application: its status, and its body or events.

    Args:
        write_event: takes the data of each event of a stream.
        is_streamed: whether events are expected.
    """

    def __init__(self, write_event: Callable[[bytes], Awaitable[None]], *, is_streamed: bool) -> None:
        self.status = 200
        self.is_of_events = False
        self.is_complete = False
        self.body = bytearray()
        self._write_event = write_event
        self._is_streamed = is_streamed
        self._events = EventSplitter()

    async def send(self, message: AsgiMessage) -> None:
        """Take a message of the application."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            kinds = [value for name, value in message["headers"] if name == b"content-type"]
            is_events = bool(kinds) and kinds[0].startswith(b"text/event-stream")
            self.is_of_events = self._is_streamed and is_events and self.status == 200
            return
        body: bytes = message.get("body", b"")
        if self.is_of_events:
            for data in self._events.feed(body):
                await self._write_event(data)
        else:
            self.body += body
        self.is_complete = not message.get("more_body", False)


def take_exception(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()  # asyncio reports an exception that is never retrieved


async def _in_thread_if_large(size: int, convert: Callable[..., Value], *arguments: Any) -> Value:
    if size < _LARGE_BYTES:
        return convert(*arguments)
    return await asyncio.to_thread(convert, *arguments)


def _message_of(method: Method, data: bytes) -> bytes:
    """Return the JSON of a reply or of an event as a message.

    Raises:
        RpcError: for an error in an event, and for JSON that is not the message.
    """
    value: Any = _json_of(data)
    if method.is_streamed and isinstance(value, dict) and "error" in value:
        raise error_in_body(cast("object", value))
    return reply_of(method, cast("object", value))


def _json_of(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RpcError(grpc.StatusCode.INTERNAL, f"The reply is not JSON: {error}") from None


def headers_of(metadata: Iterable[tuple[str, str | bytes]]) -> list[tuple[bytes, bytes]]:
    """Return metadata as HTTP headers, except binary values and those of the connection."""
    return [
        (name.lower().encode(), value.encode("utf-8"))
        for name, value in metadata
        if isinstance(value, str) and name.lower() not in _UNUSED
    ]
