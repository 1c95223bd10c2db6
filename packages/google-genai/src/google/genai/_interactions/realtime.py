"""Connections to running interactions: events in both directions over a WebSocket, for asyncio.

The opening and the socket are those of live sessions (`_live.connection`); here are the messages, the order in which they may be
sent, and the end of a connection. No task runs in the background: frames are read when the program receives.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Generator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from .. import errors
from .._live.connection import (
    CLOSE_LIMIT_S,
    HANDSHAKE_LIMIT_S,
    SEND_LIMIT_S,
    Connection,
    Limits,
    default_connect,
    open_connection,
)
from . import types
from .errors import APIWebSocketError
from .requests import milliseconds, stored_id
from .types._base import InteractionModel
from .types._reading import read_dict

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    from .._api_client import BaseApiClient
    from .types import ClientEvent, ClientEventTypedDict, ErrorEvent, ServerEvent

    Sent = str | ClientEvent | ClientEventTypedDict | Mapping[str, Any]
    """The forms of one message of the program."""
else:  # for `typing.get_type_hints`
    AbstractAsyncContextManager = BaseApiClient = ErrorEvent = Sent = ServerEvent = TracebackType = Any

_REVISION = {"api-revision": "2026-05-20"}
"""The form of the messages; the service keeps it for clients that ask for it."""
_LARGEST_FRAME_BYTES = 64 << 20
"""Limit of one message of the service, unless `http_options.websocket_args` sets `max_size`."""
_SERVER_EVENTS = {
    "error": "ErrorEvent",
    "interaction.cancelled": "InteractionCancelledEvent",
    "interaction.completed": "LiveInteractionCompletedEvent",
    "interaction.connected": "InteractionConnectedEvent",
    "interaction.created": "LiveInteractionCreatedEvent",
    "step.delta": "StepDelta",
    "step.start": "StepStart",
    "step.stop": "StepStop",
}
_CLIENT_EVENTS = {
    "input": "InputEvent",
    "interaction.cancel": "CancelInteractionEvent",
    "interaction.complete": "CompleteInteractionEvent",
    "interaction.connect": "ConnectInteractionEvent",
    "interaction.create": "CreateInteractionEvent",
    "interaction.disconnect": "DisconnectEvent",
    "user_action": "UserActionInput",
    "world_setup": "WorldSetupEvent",
}
_LAST = frozenset({"interaction.completed", "interaction.cancelled"})
"""The events after which an interaction sends nothing."""


def context_of(
    api_client: BaseApiClient,
    id: str,
    api_version: str | None,
    extra_headers: Mapping[str, str] | None,
    timeout: float | None,
) -> InteractionWebSocketConnectionContext:
    """Return the context that opens a connection. Raises `ValueError` or `TypeError` for an invalid argument."""
    backend = api_client.backend
    if backend.vertexai:
        raise ValueError(f"interactions.connect is not offered by {backend.title}.")
    id = stored_id(id, "connect")
    limit_ms = milliseconds(timeout)
    limit_s = HANDSHAKE_LIMIT_S if limit_ms is None else limit_ms / 1000
    return InteractionWebSocketConnectionContext(api_client, id, api_version, extra_headers, limit_s)


class InteractionWebSocketConnectionContext(Awaitable["InteractionWebSocketConnection"]):
    """A connection that is opened by `async with` or `await`."""

    def __init__(
        self,
        api_client: BaseApiClient,
        id: str,
        api_version: str | None,
        extra_headers: Mapping[str, str] | None,
        limit_s: float,
    ) -> None:
        self._api_client = api_client
        self._id = id
        self._api_version = api_version
        self._extra_headers = extra_headers
        self._limit_s = limit_s
        self._connection: InteractionWebSocketConnection | None = None

    def __await__(self) -> Generator[Any, None, InteractionWebSocketConnection]:
        return self._open().__await__()

    async def __aenter__(self) -> InteractionWebSocketConnection:
        if self._connection is not None:
            raise RuntimeError("This connection was opened before; call connect again for another one.")
        self._connection = await self._open()
        return self._connection

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        connection = self._connection
        if connection is not None:
            with suppress(
                errors.APIError
            ):  # of a connection that is lost already; the program has its own error, or none
                await connection.detach()

    async def _open(self) -> InteractionWebSocketConnection:
        limits = Limits(self._limit_s, self._limit_s, SEND_LIMIT_S, CLOSE_LIMIT_S)
        try:
            socket = await open_connection(
                self._api_client,
                self._url,
                _connect,
                limits,
                {},
                blocking=False,
                more_headers={**_REVISION, **(self._extra_headers or {})},
                is_billed_to_user_project=True,
            )
        except errors.APITimeoutError:
            raise
        except errors.APIError as error:
            raise _failure(error, is_open=False) from error
        connection = InteractionWebSocketConnection(socket, self._id, limits)
        try:
            await connection._send({"event_type": "interaction.connect", "id": self._id})
        except BaseException:
            socket.abort()
            raise
        return connection

    def _url(self, api_client: BaseApiClient) -> str:
        version = api_client._http_options.api_version if self._api_version is None else self._api_version
        base_url, mark, query = api_client._websocket_base_url().partition("?")
        path = "/".join(filter(None, [version, "interactions/live"]))
        return f"{base_url.rstrip('/')}/{path}{mark}{query}"


def _connect(url: str, **arguments: Any) -> AbstractAsyncContextManager[Any]:
    arguments["max_size"] = arguments.get("max_size") or _LARGEST_FRAME_BYTES
    return default_connect(url, **arguments)


class InteractionWebSocketConnection:
    """An open connection to an interaction. `client.aio.interactions.connect` opens it.

    Several tasks may send at the same time; one may receive.
    """

    def __init__(self, socket: Connection, id: str, limits: Limits) -> None:
        self.id = id
        """The id of the interaction."""
        self._socket = socket
        self._limits = limits
        self._events: deque[Any] = deque()
        self._is_over = False
        """Whether the interaction has sent its last event, or was cancelled."""
        self._is_closed = False
        self._is_reading = False

    async def send(self, input: Sent | Sequence[Sent]) -> None:
        """Send input: a text, an event, or a list of events in one message.

        Args:
          input: A text, which is sent as an `InputEvent`; an event as an object or a dict; or a list of them.

        Raises:
          ValueError: The input is invalid; nothing was sent.
          RuntimeError: The interaction or the connection has ended.
          interactions.APIWebSocketError: The connection is lost.
          errors.APITimeoutError: The service did not read the message in time.

        Example::

            await connection.send("Hello")
            await connection.send({"event_type": "user_action", "action": "key_click", "input": "space"})
        """
        if isinstance(input, Sequence) and not isinstance(input, str):
            items: list[Any] = [event_data(each, f"input[{index}]") for index, each in enumerate(input)]
            if not items:
                raise ValueError("send: input: expected at least one event, got an empty list.")
            await self._send({"events": items})
        else:
            await self._send(event_data(input, "input"))

    async def complete(self) -> None:
        """Tell the service that the input is complete. `receive` then returns the events up to the last one.

        Raises: As `send`.

        Example::

            await connection.complete()
        """
        await self._send({"event_type": "interaction.complete"})

    async def cancel(self) -> None:
        """Cancel the interaction, and close the connection.

        Raises: As `send`.

        Example::

            await connection.cancel()
        """
        await self._send({"event_type": "interaction.cancel"})
        self._is_over = True
        await self._close()

    async def detach(self) -> None:
        """Close the connection, and leave the interaction as it is. It has no effect if the connection is closed.

        Example::

            await connection.detach()
        """
        if self._is_closed:
            return
        try:
            if not self._is_over:
                await self._send({"event_type": "interaction.disconnect"})
        finally:
            await self._close()

    async def receive(self) -> AsyncIterator[ServerEvent | ErrorEvent]:
        """Yield the events of the service in order, and end after the last one of the interaction.

        An event that this release does not know is an object with its fields as attributes. An `ErrorEvent` is yielded as well.

        Raises:
          interactions.APIWebSocketError: The connection ended before the interaction, and `close_code` is the reason; or a
            message is not a JSON object.
          RuntimeError: Another task receives.

        Example::

            async for event in connection.receive():
                if event.event_type == "step.delta":
                    print(event.delta)
        """
        while self._events or not (self._is_over or self._is_closed):
            if not self._events:
                await self._read()
                continue
            event = self._events.popleft()
            if getattr(event, "event_type", None) in _LAST:
                self._is_over = True
                self._events.clear()
                await self._close()
            yield event

    async def _read(self) -> None:
        if self._is_reading:
            raise RuntimeError("Another task receives from this connection; only one task may receive at a time.")
        self._is_reading = True
        try:
            frame = await self._socket.receive()
        except errors.APIError as error:
            if self._is_closed or self._is_over:
                return
            await self._close()
            raise _failure(error, is_open=True) from error
        finally:
            self._is_reading = False
        self._events.extend(events_in(frame))

    async def _send(self, message: dict[str, Any]) -> None:
        if self._is_closed or self._is_over:
            what = "interaction" if self._is_over else "connection"
            raise RuntimeError(f"The {what} has ended; call client.aio.interactions.connect for another connection.")
        frame = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        try:
            await self._socket.send(frame, self._limits.send_s)
        except errors.APITimeoutError:
            raise
        except errors.APIError as error:
            await self._close()
            raise _failure(error, is_open=True) from error

    async def _close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self._socket.close()


def event_data(event: Any, place: str) -> dict[str, Any]:
    """Return an event of the program as JSON data. Raises `ValueError` with the place of each value that does not fit."""
    if isinstance(event, str):
        return {"event_type": "input", "content": [{"type": "text", "text": event}]}
    kind: Any = None
    if isinstance(event, Mapping):
        kind = cast("Mapping[str, Any]", event).get("event_type")
    elif isinstance(event, InteractionModel):
        kind = getattr(event, "event_type", None)
    if not isinstance(kind, str):
        raise ValueError(
            f"send: {place}: expected a text, or an event as an object or a dict with event_type, got "
            f"{type(cast(object, event)).__name__}."
        )
    if isinstance(event, Mapping) and kind in _CLIENT_EVENTS:
        event = getattr(types, _CLIENT_EVENTS[kind]).model_validate(event)
    if isinstance(event, InteractionModel):
        return event.model_dump(mode="json")
    return dict(cast("Mapping[str, Any]", event))


def events_in(frame: bytes | str) -> list[Any]:
    """Return the events in a message of the service, in order. Raises `APIWebSocketError` for another message."""
    data = frame.encode() if isinstance(frame, str) else frame
    try:
        message: Any = json.loads(data)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        reason = f"The message of the service is not a JSON object: {data[:100]!r}."
        raise APIWebSocketError(200, {"error": {"message": reason, "status": "INVALID_RESPONSE"}})
    whole = cast("dict[str, Any]", message)
    several: Any = whole.get("events")
    items = cast("list[Any]", several) if isinstance(several, list) and "event_type" not in whole else [whole]
    return [_event(cast("dict[str, Any]", item)) for item in items if isinstance(item, dict)]


def _event(data: dict[str, Any]) -> Any:
    kind = data.get("event_type")
    name = _SERVER_EVENTS.get(kind) if isinstance(kind, str) else None
    return read_dict(InteractionModel if name is None else getattr(types, name), data)


def _failure(error: errors.APIError, *, is_open: bool) -> APIWebSocketError:
    """Return the error for a connection that was refused or lost."""
    made = APIWebSocketError.__new__(APIWebSocketError, *error.args)
    made.__dict__.update(error.__dict__)
    if isinstance(error, errors.APIConnectionError):
        made.close_code = error.code or (1006 if is_open else None)
    else:
        made.http_status = error.code
    made.server_code = (
        error.status if isinstance(error.details, dict) and not isinstance(error, errors.APIConnectionError) else None
    )
    return made
