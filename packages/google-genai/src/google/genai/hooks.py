"""Hooks: functions of the program that are called when something happens in a client, for logs, metrics and traces.

`client.hooks.on` registers a function for a class of events. This module defines the events, calls the functions, and survives
their failures. Where events come from is decided by `_core.observing`, `_io.exchange` and `_live`.
"""

from __future__ import annotations

import inspect
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, Literal, Protocol, TypeVar, cast, overload

from . import errors, types
from ._http_reply import HttpRequest

__all__ = [
    "AttemptEnded",
    "AttemptStarted",
    "ChunkReceived",
    "Event",
    "Hooks",
    "Operation",
    "OperationEnded",
    "OperationStarted",
    "SessionEvent",
    "ToolCall",
    "ToolCallEnded",
    "ToolCallStarted",
]

_logger = logging.getLogger("google_genai.hooks")
_SECRET_HEADERS = frozenset({"x-goog-api-key", "authorization", "proxy-authorization", "cookie", "set-cookie"})
_TIME_LIMIT_S = 5.0

E = TypeVar("E", bound="Event")
H = TypeVar("H", bound=Callable[..., Any])


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of the service, such as `models.generate_content`, or one live session. All its events refer to it.

    Attributes:
      name: The noun and the method, such as `models.generate_content`; `live.connect` for a session.
      backend: `gemini` for the Gemini Developer API, `vertex` for Vertex AI.
      arguments: The arguments of the program by their names: its own objects, not copies.
      parent: The operation or the function call in which this one was started; None if the program started it.
      is_async: Whether the program called it on the async side of the client.
      is_stream: Whether the answer arrives in chunks.
      runs_functions: Whether it comprises several model turns, between which functions run. Each turn is an operation whose
        parent this one is.
      started_s: When it started, on the clock `time.monotonic`.
      notes: Values that hooks keep from one event to the next, by keys of their own.
    """

    name: str
    backend: Literal["gemini", "vertex"]
    arguments: Mapping[str, Any]
    parent: Operation | ToolCall | None
    is_async: bool
    is_stream: bool = False
    runs_functions: bool = False
    started_s: float = field(default_factory=time.monotonic)
    notes: dict[Any, Any] = field(default_factory=dict[Any, Any], repr=False)

    @property
    def model(self) -> str | None:
        """The model as the program named it, or the agent of an interaction; None for operations without one."""
        return self._argument("model") or self._argument("agent")

    @property
    def contents(self) -> Any:
        """The input as the program gave it: `contents`, `prompt`, `input` or `source`; None for operations without one."""
        found = (self._argument(name) for name in ("contents", "prompt", "input", "source"))
        return next((value for value in found if value is not None), None)

    @property
    def config(self) -> Any:
        """The configuration as the program gave it; None if it gave none."""
        return self._argument("config")

    def _argument(self, name: str) -> Any:
        value = self.arguments.get(name)
        request = self.arguments.get("request") if value is None else None  # of `interactions.create`
        if request is None:
            return value
        return (
            cast("Mapping[str, Any]", request).get(name)
            if isinstance(request, Mapping)
            else getattr(request, name, None)
        )


@dataclass(frozen=True, eq=False)
class ToolCall:
    """One call of a function or of an MCP tool that the model requested and the client runs.

    Attributes:
      name: Name of the function.
      arguments: Arguments from the model.
      id: Id of the call, if the service gave one.
      parent: The operation or the session that runs the function.
      started_s: When it started, on the clock `time.monotonic`.
      notes: Values that hooks keep from one event to the next.
    """

    name: str
    arguments: Mapping[str, Any]
    id: str | None
    parent: Operation | ToolCall | None
    started_s: float = field(default_factory=time.monotonic)
    notes: dict[Any, Any] = field(default_factory=dict[Any, Any], repr=False)


class Event:
    """Something that happened. A hook for this class is called for every event."""

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class OperationStarted(Event):
    """An operation has started; nothing has been sent. A stream starts when its first chunk is requested."""

    operation: Operation


@dataclass(frozen=True, eq=False)
class AttemptStarted(Event):
    """An HTTP request is about to be sent: the first one of an operation, a repetition, or a part of a transfer.

    Attributes:
      operation: The operation; None for a request of `BaseApiClient`, which belongs to none.
      number: The number of the attempt, from 1; a redirect and a renewed token count too.
      method: HTTP method.
      url: Address without query.
      headers: Headers without credentials.
      pause_s: Seconds since the attempt before; 0 for the first.
    """

    operation: Operation | None
    number: int
    method: str
    url: str
    headers: Mapping[str, str]
    pause_s: float
    _body: bytes | list[bytes] | None = field(repr=False)

    @property
    def body(self) -> bytes:
        """The body as it is sent. A large one is joined at each access."""
        return b"".join(self._body) if isinstance(self._body, list) else self._body or b""


@dataclass(frozen=True, eq=False)
class AttemptEnded(Event):
    """The reply to an HTTP request has arrived, for a stream its headers; or the request has failed.

    Attributes:
      operation, number: As in `AttemptStarted`.
      status: HTTP status; None if no reply arrived.
      headers: Headers of the reply without cookies; empty if no reply arrived.
      error: Why no reply arrived, otherwise None.
      duration_s: Seconds since the request was sent.
    """

    operation: Operation | None
    number: int
    status: int | None
    headers: Mapping[str, str]
    error: BaseException | None
    duration_s: float


@dataclass(frozen=True, eq=False)
class ChunkReceived(Event):
    """A chunk of a stream has arrived; the program has not received it yet.

    Attributes:
      operation: The operation.
      chunk: The object that the program receives.
      number: The number of the chunk, from 1.
      elapsed_s: Seconds since the operation started; of the first chunk, the time to the first chunk.
    """

    operation: Operation
    chunk: Any
    number: int
    elapsed_s: float


@dataclass(frozen=True, eq=False)
class OperationEnded(Event):
    """An operation has ended: with a reply, with an error, or because the program closed its stream.

    Attributes:
      operation: The operation.
      reply: The object that the program receives; of a stream the last chunk, of a stream of an interaction the interaction.
        None after an error, and for operations without a reply.
      error: The exception that the program receives, otherwise None.
      was_left: Whether the program closed the stream before its end.
      duration_s: Seconds since the operation started.
      first_chunk_s: Seconds until the first chunk of a stream; None without one.
      chunks: Number of chunks.
      usage: The service's token counts, such as a `types.GenerateContentResponseUsageMetadata`; None without any.
      finish_reasons: Reasons why the candidates ended, in order.
    """

    operation: Operation
    reply: Any
    error: BaseException | None
    was_left: bool
    duration_s: float
    first_chunk_s: float | None = None
    chunks: int = 0
    usage: Any = None
    finish_reasons: tuple[types.FinishReason, ...] = ()

    @property
    def conversation_id(self) -> str | None:
        """The id of the interaction, also of the one that was to be continued; None for other operations."""
        if not self.operation.name.startswith("interactions."):
            return None
        given = self.operation._argument("id") or self.operation._argument("previous_interaction_id")
        return getattr(self.reply, "id", None) or getattr(given, "id", given)


@dataclass(frozen=True, eq=False)
class ToolCallStarted(Event):
    """A function is about to run for the model."""

    call: ToolCall


@dataclass(frozen=True, eq=False)
class ToolCallEnded(Event):
    """A function that ran for the model has ended, or could not run.

    Attributes:
      call: The call.
      result: What the function returned.
      error: What it raised, or why it could not run; the model receives it as well. Otherwise None.
      duration_s: Seconds since the call started.
    """

    call: ToolCall
    result: Any
    error: BaseException | None
    duration_s: float


@dataclass(frozen=True, eq=False)
class SessionEvent(Event):
    """Something happened in a live session.

    Attributes:
      operation: The session.
      kind: `opened`, `sent`, `received`, `resumed`, `closed`; or `failed`, if it could not be opened.
      message: A `types.LiveServerMessage` that was received, the JSON text of a message that was sent, or the
        `live.SessionResumed`; otherwise None.
      error: Why the session failed; otherwise None.
    """

    operation: Operation
    kind: Literal["opened", "sent", "received", "resumed", "closed", "failed"]
    message: Any = None
    error: BaseException | None = None

    @property
    def message_kind(self) -> str | None:
        """The name of the message's content, as the service writes it: `serverContent`, `toolCall`, `realtimeInput` and so on."""
        if isinstance(self.message, str):
            return next(iter(json.loads(self.message)), None)
        if self.kind != "received":
            return None
        names = self.message.__pydantic_fields__.items()
        found = (field.alias or name for name, field in names if getattr(self.message, name) is not None)
        return next((name for name in found if name not in ("usageMetadata", "usage_metadata")), None)


class Runner(Protocol):
    """What calls hooks: the part of a port that awaits the result of a function."""

    @property
    def is_blocking(self) -> bool: ...

    async def run(
        self, function: Callable[..., Any], arguments: dict[str, Any], within_s: float | None = None
    ) -> Any: ...


class Hooks:
    """The hooks of a client; `client.hooks` and `client.aio.hooks` are the same object.

    Attributes:
      time_limit_s: Seconds that an async hook may take; then it is cancelled, logged and left. Default: 5.

    Functions run where the event happens: in the thread or the task of the call, before it continues. A function must not
    block; it has no time limit. An exception in a hook is logged, once for each hook and class of events, and never
    reaches the program.
    """

    def __init__(self) -> None:
        self.time_limit_s = _TIME_LIMIT_S
        self._registered: tuple[tuple[type[Event], Callable[..., Any]], ...] = ()
        self._found: dict[type[Event], tuple[Callable[..., Any], ...]] = {}
        self._logged: set[tuple[int, type[Event]]] = set()
        self._lock = Lock()

    def __bool__(self) -> bool:
        return bool(self._registered)

    @overload
    def on(self, kind: type[E], hook: Callable[[E], Any]) -> Callable[[E], Any]: ...
    @overload
    def on(self, kind: type[E]) -> Callable[[H], H]: ...
    def on(self, kind: type[E], hook: Callable[[E], Any] | None = None) -> Any:
        """Call a function for each event of a class, and return the function.

        Args:
          kind: The class of events, or `Event` for all.
          hook: The function, which gets the event. It may be async; then only the async side of the client can be used.
            Leave it out and use `@client.hooks.on(kind)`.

        Raises:
          TypeError: `kind` is not a class of events, or `hook` cannot be called.

        Example::

            @client.hooks.on(hooks.OperationEnded)
            def log(event: hooks.OperationEnded) -> None:
                print(event.operation.name, event.duration_s)
        """
        if not isinstance(kind, type) or not issubclass(kind, Event):  # pyright: ignore[reportUnnecessaryIsInstance] - of anything
            raise TypeError(f"kind: expected a class of events such as hooks.OperationEnded, got {kind!r}.")
        if hook is None:
            return partial(self.on, kind)
        if not callable(hook):
            raise TypeError(f"hook: expected a function, got {hook!r}.")
        with self._lock:
            self._registered = (*self._registered, (kind, hook))
            self._found = {}
        return hook

    @property
    def registered(self) -> tuple[Callable[..., Any], ...]:
        """The registered functions, in the order in which they were registered."""
        return tuple(hook for _, hook in self._registered)

    def remove(self, hook: Callable[..., Any]) -> None:
        """Do not call a function any more, for any class of events.

        Raises `ValueError` if it is not registered.
        """
        with self._lock:
            kept = tuple(each for each in self._registered if each[1] != hook)
            if len(kept) == len(self._registered):
                raise ValueError(f"hook: {hook!r} is not registered.")
            self._registered = kept
            self._found = {}

    # Calls of hooks

    def wants(self, kind: type[Event]) -> bool:
        """Return whether a hook is registered for a class of events."""
        return bool(self._hooks_for(kind))

    def _hooks_for(self, kind: type[Event]) -> tuple[Callable[..., Any], ...]:
        found = self._found.get(kind)
        if found is None:
            with self._lock:
                found = tuple(hook for wanted, hook in self._registered if issubclass(kind, wanted))
                self._found[kind] = found
        return found

    def refuse_async(self) -> None:
        """Raise `UnsupportedFunctionError` if a hook is async: a blocking call cannot await it."""
        for kind, hook in self._registered:
            if _is_async(hook):
                raise errors.UnsupportedFunctionError(
                    f"client.hooks: {_name(hook)}, registered for {kind.__name__}, is an async function, which a blocking "
                    "call cannot run; register a function that is not async, or use client.aio."
                )

    async def emit(self, runner: Runner, event: Event) -> None:
        """Call the hooks for an event, and await those that are async, one after the other."""
        for hook in self._hooks_for(type(event)):
            await self._call(runner, hook, event)

    async def emit_rest(self, runner: Runner, event: Event) -> None:
        """Call the async hooks for an event, after `emit_now` has called the others."""
        for hook in self._hooks_for(type(event)):
            if _is_async(hook):
                await self._call(runner, hook, event)

    def emit_now(self, event: Event) -> None:
        """Call the hooks for an event that are not async, where nothing can be awaited."""
        for hook in self._hooks_for(type(event)):
            if _is_async(hook):
                continue
            try:
                result = hook(event)
            except Exception as error:
                self._log(hook, event, error)
                continue
            if inspect.isawaitable(result):
                self._drop(event, hook, result)

    async def _call(self, runner: Runner, hook: Callable[..., Any], event: Event) -> None:
        try:
            result = hook(event)
            if inspect.isawaitable(result):
                if runner.is_blocking:
                    self._drop(event, hook, result)
                else:
                    await runner.run(lambda: result, {}, self.time_limit_s)
        except Exception as error:
            self._log(hook, event, error)

    def _drop(self, event: Event, hook: Callable[..., Any], result: Any) -> None:
        close = getattr(result, "close", None) or getattr(result, "cancel", None)
        if close is not None:
            close()
        self._log(hook, event, RuntimeError("The hook returned an awaitable object where nothing can be awaited."))

    def _log(self, hook: Callable[..., Any], event: Event, error: Exception) -> None:
        key = (id(hook), type(event))
        if key in self._logged:
            return
        self._logged.add(key)
        what = f"did not end within {self.time_limit_s:g} s" if isinstance(error, TimeoutError) else "failed"
        _logger.warning(
            "The hook %s for %s %s. Later failures of it are not logged.",
            _name(hook),
            type(event).__name__,
            what,
            exc_info=error,
        )

    def watched(self, runner: Runner, transport: Any) -> Any:
        """Return a transport that reports the requests which it sends for one exchange."""
        is_wanted = self.wants(AttemptStarted) or self.wants(AttemptEnded)
        return _WatchedTransport(self, runner, transport) if is_wanted else transport


current: ContextVar[Operation | ToolCall | None] = ContextVar("google.genai.hooks.current", default=None)
"""The operation or the function call that runs in this thread or task."""


def _is_async(function: Any) -> bool:
    while isinstance(function, partial):
        function = cast("Any", function.func)  # pyright: ignore[reportUnknownMemberType] - of any function
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def _name(hook: Callable[..., Any]) -> str:
    return getattr(hook, "__qualname__", None) or repr(hook)


class _WatchedTransport:
    """The transport of one exchange; it reports each request."""

    def __init__(self, hooks: Hooks, runner: Runner, transport: Any) -> None:
        self._hooks = hooks
        self._runner = runner
        self._transport = transport
        self._number = 0
        self._ended_s: float | None = None

    async def fetch(self, request: Any) -> Any:
        return await self._report(request, self._transport.fetch)

    async def open(self, request: Any) -> Any:
        return await self._report(request, self._transport.open)

    async def close(self) -> None:
        await self._transport.close()

    async def _report(self, request: Any, send: Callable[[Any], Awaitable[Any]]) -> Any:
        self._number += 1
        present = current.get()
        operation = present if isinstance(present, Operation) else None
        began = time.monotonic()
        try:
            if self._hooks.wants(AttemptStarted):
                pause_s = 0.0 if self._ended_s is None else began - self._ended_s
                url, headers = HttpRequest(request.method, request.url).url, without_secrets(request.headers)
                event = AttemptStarted(operation, self._number, request.method, url, headers, pause_s, request.body)
                await self._hooks.emit(self._runner, event)
            response = await send(request)
        except Exception as error:
            await self._hooks.emit(self._runner, self._ended(operation, None, {}, error, began))
            raise
        except BaseException as error:
            self._hooks.emit_now(self._ended(operation, None, {}, error, began))
            raise
        try:
            ended = self._ended(operation, response.status, without_secrets(response.headers), None, began)
            await self._hooks.emit(self._runner, ended)
        except BaseException:  # cancelled in a hook: otherwise the reply would stay open
            abort = getattr(response, "abort", None)
            if abort is not None:
                abort()
            raise
        return response

    def _ended(
        self,
        operation: Operation | None,
        status: int | None,
        headers: Mapping[str, str],
        error: BaseException | None,
        began: float,
    ) -> AttemptEnded:
        self._ended_s = time.monotonic()
        return AttemptEnded(operation, self._number, status, headers, error, self._ended_s - began)


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers without those that contain credentials."""
    return {name: value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}
