"""Waiting, time limits, threads and tasks of async code, on asyncio or on trio, whichever runs the caller.

Trio is asked only if the program has imported it. A program on anyio runs on one of the two. Not part of this module: HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

_CLOSING_LIMIT_S = 2.0


def trio_of_caller() -> Any:
    """Return the module `trio` if it runs the caller, otherwise None."""
    trio: Any = sys.modules.get("trio")
    lowlevel = getattr(trio, "lowlevel", None)  # None also while another thread imports it
    in_trio_task = getattr(lowlevel, "in_trio_task", None)
    return trio if in_trio_task is not None and in_trio_task() else None


def running_loop() -> Any:
    """Return an object for the loop that runs the caller: an event loop of asyncio, or the token of a run of trio."""
    trio = trio_of_caller()
    return asyncio.get_running_loop() if trio is None else trio.lowlevel.current_trio_token()


def has_ended(loop: Any) -> bool:
    """Return whether an event loop is closed. A token of trio does not tell; it disappears with its run."""
    return isinstance(loop, asyncio.AbstractEventLoop) and loop.is_closed()


async def sleep(seconds: float) -> None:
    """Wait without blocking the loop."""
    trio = trio_of_caller()
    await (asyncio.sleep(seconds) if trio is None else trio.sleep(seconds))


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Return the result of a blocking function, which runs in a thread. A cancelled caller does not wait for it."""
    trio = trio_of_caller()
    if trio is None:
        return await asyncio.to_thread(function, *arguments)
    return await trio.to_thread.run_sync(partial(function, *arguments), abandon_on_cancel=True)


def places(count: int) -> contextlib.AbstractAsyncContextManager[Any]:
    """Return a semaphore of the running loop."""
    trio = trio_of_caller()
    return asyncio.Semaphore(count) if trio is None else trio.Semaphore(count)


async def results(functions: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Return the results of async functions. Each function runs in a task."""
    trio = trio_of_caller()
    if trio is None:
        return await _asyncio_results(functions)
    found: dict[int, T] = {}

    async def keep(index: int, function: Callable[[], Awaitable[T]]) -> None:
        found[index] = await function()

    async with trio.open_nursery() as nursery:
        for index, function in enumerate(functions):
            nursery.start_soon(keep, index, function)
    return [found[index] for index in range(len(functions))]


async def _asyncio_results(functions: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    async def run(function: Callable[[], Awaitable[T]]) -> T:
        return await function()

    tasks = [asyncio.create_task(run(function)) for function in functions]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# Time limits

if sys.version_info >= (3, 11):
    _asyncio_total = asyncio.timeout
else:

    class _asyncio_total:
        """Cancel the task when the time is up, and convert that cancellation to a `TimeoutError`."""

        def __init__(self, seconds: float | None) -> None:
            self._seconds = seconds
            self._timer: asyncio.TimerHandle | None = None
            self._is_up = False

        async def __aenter__(self) -> None:
            if self._seconds is not None:
                task = asyncio.current_task()
                assert task is not None
                self._timer = asyncio.get_running_loop().call_later(self._seconds, self._cancel, task)

        async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
            if self._timer is not None:
                self._timer.cancel()
            if self._is_up and kind is asyncio.CancelledError:
                raise asyncio.TimeoutError

        def _cancel(self, task: asyncio.Task[object]) -> None:
            self._is_up = True
            task.cancel()


class _trio_total:
    def __init__(self, trio: Any, seconds: float | None) -> None:
        self._scope = trio.CancelScope()
        if seconds is not None:
            self._scope.deadline = trio.current_time() + seconds

    async def __aenter__(self) -> None:
        self._scope.__enter__()

    async def __aexit__(self, *error: Any) -> bool:
        is_caught: bool = bool(self._scope.__exit__(*error))
        if self._scope.cancelled_caught:
            raise asyncio.TimeoutError  # the class that callers expect; TimeoutError itself since Python 3.11
        return is_caught


def total(seconds: float | None) -> contextlib.AbstractAsyncContextManager[Any]:
    """Return a context that ends with `asyncio.TimeoutError` when the time is up; None for no limit."""
    trio = trio_of_caller()
    return _asyncio_total(seconds) if trio is None else _trio_total(trio, seconds)


# The end of a loop


class Closable(Protocol):
    """An object with connections."""

    async def close(self) -> None: ...


class Keeper(Protocol):
    """An object that closes connections when their loop ends, or when `aclose` is called before."""

    def aclose(self) -> Awaitable[None]: ...


async def close_at_the_end(connections: Closable) -> Keeper:
    """Make the running loop close connections when it shuts down."""
    trio = trio_of_caller()
    if trio is not None:
        keeper = _TrioKeeper(trio, connections)
        trio.lowlevel.spawn_system_task(keeper.run)
        return keeper
    # A loop that shuts down finishes suspended async generators (`loop.shutdown_asyncgens`) while it is still running.
    generator = _closing_generator(connections)
    await generator.__anext__()
    return generator


async def _closing_generator(connections: Closable) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        with contextlib.suppress(Exception):
            await connections.close()


class _TrioKeeper:
    """A system task of trio, which is cancelled when the main task of the run has ended."""

    def __init__(self, trio: Any, connections: Closable) -> None:
        self._trio = trio
        self._scope = trio.CancelScope()
        self._connections = weakref.ref(connections)

    async def run(self) -> None:
        try:
            with self._scope:
                await self._trio.sleep_forever()
        finally:
            await self._close()

    async def aclose(self) -> None:
        self._scope.cancel()
        await self._close()

    async def _close(self) -> None:
        connections = self._connections()
        if connections is not None:
            with self._trio.move_on_after(_CLOSING_LIMIT_S, shield=True), contextlib.suppress(Exception):
                await connections.close()


def close_from_outside(connections: Closable, loop: Any) -> bool:
    """Close connections on the loop that they belong to, from anywhere. Returns whether that loop is running."""
    with contextlib.suppress(RuntimeError):  # the loop has ended in the meantime
        if isinstance(loop, asyncio.AbstractEventLoop):
            if loop.is_running():
                loop.call_soon_threadsafe(_start_closing, connections, loop)
                return True
        elif loop is not None:
            loop.run_sync_soon(sys.modules["trio"].lowlevel.spawn_system_task, _close_quietly, connections)
            return True
    return False


async def _close_quietly(connections: Closable) -> None:
    with contextlib.suppress(Exception):  # which would end the whole run of trio
        await connections.close()


_closings: set[asyncio.Task[None]] = set()


def _start_closing(connections: Closable, loop: asyncio.AbstractEventLoop) -> None:
    task = loop.create_task(connections.close())
    _closings.add(task)
    task.add_done_callback(_closings.discard)
