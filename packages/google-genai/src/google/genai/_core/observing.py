"""Events for hooks: flows, streams and function calls are wrapped if the client has hooks, and returned as they are otherwise.

The modules of the events are loaded only if there are hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from .drive import run

if TYPE_CHECKING:
    from .. import hooks, types
    from .._io.port import Port
    from .streams import Source

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Source[Any]")
T = TypeVar("T")

Flow = Callable[Concatenate["Port", P], Coroutine[Any, Any, R]]


def reported(
    name: str, *, is_turn: bool = False, arguments: Callable[[dict[str, Any]], dict[str, Any]] = dict[str, Any]
) -> Callable[[Flow[P, R]], Flow[P, R]]:
    """Return a decorator that reports the calls of a flow as operations of this name.

    The operation has the arguments that `arguments` returns for those of the flow, by default the same. `is_turn` means that
    the flow is reported even inside an operation of the same name.
    """

    def decorate(flow: Flow[P, R]) -> Flow[P, R]:
        code: Any = flow.__code__  # pyright: ignore[reportFunctionMemberAccess] - flows are functions
        names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]

        @wraps(flow)
        def start(port: Port, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
            work = flow(port, *args, **kwargs)
            if port.hooks is None:
                return work
            given = {**dict(zip(names, args, strict=False)), **kwargs}
            return observed(port, name, arguments(given), work, is_turn=is_turn)

        return start

    return decorate


async def observed(
    port: Port,
    name: str,
    arguments: dict[str, Any],
    work: Coroutine[Any, Any, R],
    *,
    is_turn: bool = False,
    runs_functions: bool = False,
) -> R:
    """Return the result of work, and report it as an operation. Call this only if the client has hooks.

    An operation inside one of the same name is a part of it, and not reported, unless it is a turn.
    """
    from ..hooks import Operation, current

    found = port.hooks
    parent = current.get()
    if found is None or (not is_turn and isinstance(parent, Operation) and parent.name == name):
        return await work
    observation: Observation | None = None
    try:
        if port.is_blocking:
            found.refuse_async()
        operation = _operation(port, name, arguments, is_stream=False, runs_functions=runs_functions)
        observation = Observation(port, found, operation)
        await observation.start()
        result = await observation.within(work)
    except BaseException as error:
        work.close()  # it may not have begun
        if observation is not None:
            await observation.fail(error)
        raise
    if isinstance(getattr(result, "_source", None), ObservedSource):
        return result  # the stream reports the rest
    await observation.finish(result)
    return result


def observed_source(
    port: Port, name: str, arguments: dict[str, Any], source: Source[T], *, runs_functions: bool = False
) -> Source[T]:
    """Return a source of chunks that reports itself as an operation, if the client has hooks."""
    if port.hooks is None:
        return source
    operation = _operation(port, name, arguments, is_stream=True, runs_functions=runs_functions)
    return ObservedSource(Observation(port, port.hooks, operation), source)


def continued(port: Port, source: S) -> S:
    """Return a source of chunks that reports the rest of the operation which runs now, if the client has hooks."""
    if port.hooks is None:
        return source
    from ..hooks import Operation, current

    operation = current.get()
    if not isinstance(operation, Operation):
        return source
    observation = Observation(port, port.hooks, operation)
    observation.has_started = True
    observed: Any = ObservedSource(observation, source)
    return observed


def observed_call(port: Port, call: types.FunctionCall, bound: Any) -> Any:
    """Return the function of a call, bound to its arguments, that reports its run, if the client has hooks.

    `bound` may also be the exception that explains why the function cannot run; the result then raises it.
    """
    if port.hooks is None:
        return bound
    from ..hooks import ToolCall, current

    work = partial(
        _run_call, port, port.hooks, ToolCall(call.name or "", call.args or {}, call.id, current.get()), bound
    )
    if not port.is_blocking:
        return work
    return lambda: run(work())


async def _run_call(port: Port, found: hooks.Hooks, call: hooks.ToolCall, bound: Any) -> Any:
    import time

    from ..hooks import ToolCallEnded, ToolCallStarted, current

    token = current.set(call)
    try:
        await found.emit(port, ToolCallStarted(call))
        outcome = (await port.run_each([bound], 1))[0] if callable(bound) else bound
    except BaseException as error:
        found.emit_now(ToolCallEnded(call, None, error, time.monotonic() - call.started_s))
        raise
    finally:
        _reset(token)
    failure = outcome if isinstance(outcome, Exception) else None
    duration_s = time.monotonic() - call.started_s
    await found.emit(port, ToolCallEnded(call, None if failure is not None else outcome, failure, duration_s))
    if failure is not None:
        raise failure
    return outcome


def _operation(
    port: Port, name: str, arguments: dict[str, Any], *, is_stream: bool, runs_functions: bool
) -> hooks.Operation:
    from ..hooks import Operation, current

    return Operation(
        name,
        port.backend.name,
        arguments,
        current.get(),
        is_async=not port.is_blocking,
        is_stream=is_stream,
        runs_functions=runs_functions,
    )


def _reset(token: Any) -> None:
    try:
        token.var.reset(token)
    except ValueError:  # closed by the garbage collector, in another context
        pass


class Observation:
    """The reports about one operation."""

    def __init__(self, port: Port, found: hooks.Hooks, operation: hooks.Operation) -> None:
        self._port = port
        self._hooks = found
        self._operation = operation
        self.has_started = False
        self._open = [True]
        """Empty when the end was reported. Removing an item is atomic, so one thread reports the end."""
        self._chunks = 0
        self._first_chunk_s: float | None = None
        self._usage: Any = None
        self._reasons: tuple[Any, ...] = ()
        self.last: Any = None
        self._end: hooks.OperationEnded | None = None
        """The end of a stream that has not been reported to the async hooks yet."""

    async def start(self) -> None:
        """Report the start."""
        import time

        from ..hooks import OperationStarted

        self.has_started = True
        object.__setattr__(self._operation, "started_s", time.monotonic())
        await self._hooks.emit(self._port, OperationStarted(self._operation))

    async def within(self, work: Coroutine[Any, Any, R]) -> R:
        """Return the result of work that belongs to the operation."""
        from ..hooks import current

        token = current.set(self._operation)
        try:
            return await work
        finally:
            _reset(token)

    async def chunk(self, chunk: Any) -> None:
        """Report a chunk."""
        from ..hooks import ChunkReceived

        elapsed_s = self._elapsed_s()
        self._chunks += 1
        if self._first_chunk_s is None:
            self._first_chunk_s = elapsed_s
        self.last = chunk
        self._note(chunk)
        if not self._operation.runs_functions and self._hooks.wants(ChunkReceived):
            await self._hooks.emit(self._port, ChunkReceived(self._operation, chunk, self._chunks, elapsed_s))

    async def finish(self, reply: Any) -> None:
        """Report the end with a reply."""
        self._note(reply)
        event = self._end_event(reply, None)
        if event is not None:
            await self._hooks.emit(self._port, event)

    async def fail(self, error: BaseException) -> None:
        """Report the end with an error. Nothing is awaited after a cancellation."""
        event = self._end_event(None, error)
        if event is not None and isinstance(error, Exception):
            await self._hooks.emit(self._port, event)
        elif event is not None:
            self._hooks.emit_now(event)

    def leave_now(self) -> None:
        """Report the end of a stream that the program closed, from any thread. `leave` reports it to async hooks."""
        event = self._end_event(self.last, None, was_left=True)
        if event is not None:
            self._end = event
            self._hooks.emit_now(event)

    async def leave(self) -> None:
        """Report the end of a stream that the program closed."""
        self.leave_now()
        event, self._end = self._end, None
        if event is not None:
            await self._hooks.emit_rest(self._port, event)

    def _end_event(
        self, reply: Any, error: BaseException | None, *, was_left: bool = False
    ) -> hooks.OperationEnded | None:
        """Return the event for the end, or None if the end was reported before or the operation has not started."""
        from ..hooks import OperationEnded

        if not self.has_started:
            return None
        try:
            self._open.pop()
        except IndexError:
            return None
        return OperationEnded(
            self._operation,
            reply,
            error,
            was_left,
            self._elapsed_s(),
            self._first_chunk_s,
            self._chunks,
            self._usage,
            self._reasons,
        )

    def _elapsed_s(self) -> float:
        import time

        return time.monotonic() - self._operation.started_s

    def _note(self, reply: Any) -> None:
        usage = getattr(reply, "usage_metadata", None) or getattr(reply, "usage", None)
        if usage is not None:
            self._usage = usage
        candidates = getattr(reply, "candidates", None) or ()
        reasons = tuple(each.finish_reason for each in candidates if getattr(each, "finish_reason", None) is not None)
        self._reasons = reasons or self._reasons


class ObservedSource:
    """A source of chunks that reports them. Other attributes are those of the source."""

    def __init__(self, observation: Observation, source: Source[Any]) -> None:
        self._observation = observation
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    async def next_batch(self) -> Iterator[Any] | None:
        """Return the next chunks after they were reported, or None at the end."""
        observation = self._observation
        try:
            if not observation.has_started:
                if observation._port.is_blocking:
                    observation._hooks.refuse_async()
                await observation.start()
            batch = await observation.within(self._source.next_batch())
            if batch is None:
                await observation.finish(self._reply())
                return None
            chunks: list[Any] = []
            try:
                for chunk in batch:
                    await observation.chunk(chunk)
                    chunks.append(chunk)
            except Exception as error:
                await observation.fail(error)
                return _then_raise(chunks, error)
            return iter(chunks)
        except BaseException as error:
            self._source.abort()  # a hook may have been cancelled
            await observation.fail(error)
            raise

    def _reply(self) -> Any:
        """Return the interaction that the chunks describe, or else the last chunk."""
        return getattr(self._source, "interaction", None) or self._observation.last

    def abort(self) -> None:
        """Close the connection at once."""
        self._source.abort()
        self._observation.leave_now()

    async def close(self) -> None:
        """Close the connection."""
        await self._source.close()
        await self._observation.leave()


def _then_raise(chunks: list[Any], error: Exception) -> Iterator[Any]:
    yield from chunks
    raise error
