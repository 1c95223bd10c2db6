"""The async port: one pool of connections for each event loop, closed when its loop, or the client, ends."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import inspect
import os
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from . import exchange
from .auth import Tokens, headers_of
from .backends import put_headers
from .exchange import Transport
from .fork import generation
from .httpx_transport import HttpxAsync, family_module, new_async_client
from .messages import OpenResponse, Request, Response
from .port import Owner, is_async, request_of, retry_policy_of

if TYPE_CHECKING:
    from .._backend import Backend
    from .._wire.call import Call
    from .retry import RetryPolicy

T = TypeVar("T")

_left_to_the_parent: list[Any] = []
"""Pools that a fork copied into this process. Closing them would disturb the parent's event loop, so they stay."""


class AsyncPort:
    """The outside world, awaited."""

    is_blocking = False

    def __init__(self, owner: Owner, tokens: Tokens | None) -> None:
        self._owner = owner
        self.tokens = tokens
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def backend(self) -> Backend:
        """The service that calls go to."""
        return self._owner.backend

    async def send(self, call: Call) -> Response:
        """Return the successful reply to a call. Raises `APIError`."""
        return await exchange.fetch(self, await self._request(call, stream=False))

    async def stream(self, call: Call) -> OpenResponse:
        """Return the successful reply to a call whose body is still to come. Raises `APIError`."""
        return await exchange.open_stream(self, await self._request(call, stream=True))

    async def identity(self, credentials: Any) -> dict[str, str]:
        """Return the headers that identify the owner of Google credentials."""
        return await self.blocking(headers_of, credentials)

    def retry_policy(self, call: Call) -> RetryPolicy | None:
        """Return the policy that the call's options, or else the client's, ask for."""
        return retry_policy_of(self._owner, call)

    async def call(self, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """Return what a function returns for keyword arguments, awaited where it is awaitable."""
        result = function(**arguments)
        return await result if inspect.isawaitable(result) else result

    async def call_each(self, calls: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:
        """Return what functions return, or the `Exception` each has raised: one after the other, or in tasks."""
        if at_once <= 1 or len(calls) == 1:
            return [await _outcome(call) for call in calls]
        places = asyncio.Semaphore(at_once)

        async def work(call: Callable[[], Any]) -> Any:
            async with places:
                return await _outcome(call)

        tasks = [asyncio.create_task(work(call)) for call in calls]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def sleep(self, seconds: float) -> None:
        """Wait, leaving the loop to others."""
        await asyncio.sleep(seconds)

    async def blocking(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return what a blocking function returns, run in a thread."""
        return await asyncio.to_thread(function, *arguments)

    async def transport(self) -> Transport:
        """Return the transport of the running loop."""
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None or self._closed or not self._fits(pool):
            pool = await self._open(loop)
        return pool.transport

    def uses_aiohttp(self) -> bool:
        """Tell whether calls go over aiohttp: the caller gave a session, or it is installed and nothing speaks against."""
        option = self._owner.given_option
        if option("httpx_async_client") is not None:
            return False
        if option("aiohttp_client") is not None:
            return True
        pinned = os.environ.get("GOOGLE_GENAI_HTTP_CLIENT", "").lower()
        if pinned in ("httpx", "httpx2"):
            return False
        if importlib.util.find_spec("aiohttp") is None:
            return False
        arguments: dict[str, Any] = option("async_client_args") or {}
        if not arguments:
            return True
        from .aiohttp_transport import REQUEST_ARGUMENTS, SESSION_ARGUMENTS

        return all(name in SESSION_ARGUMENTS or name in REQUEST_ARGUMENTS for name in arguments)

    async def close(self) -> None:
        """Close the connections of this loop; those of another loop that runs are closed when it ends."""
        self._closed = True
        running = asyncio.get_running_loop()
        with self._lock:
            present = self._pools.pop(running, None)
            ended = [self._pools.pop(loop) for loop in list(self._pools) if loop.is_closed()]
        for pool in ended:
            pool.close_now()
        if present is not None:
            await present.close()

    async def _open(self, loop: asyncio.AbstractEventLoop) -> _Pool:
        if self._closed:
            raise RuntimeError("This client was closed; make a new one to go on.")
        with self._lock:
            present = self._pools.get(loop)
            if present is not None and present.generation == generation.number and not self._fits(present):
                del self._pools[loop]  # the program has given another HTTP client meanwhile
            for owner, pool in list(self._pools.items()):
                if pool.generation != generation.number:
                    self._pools.pop(owner).leave_to_the_parent()
                elif owner.is_closed():
                    self._pools.pop(owner).close_now()
            pool = self._pools.get(loop)
            if pool is None:
                pool = self._pools[loop] = _Pool(self._new_transport(), loop, self._given())
        await pool.keep()
        return pool

    def _given(self) -> tuple[Any, Any]:
        option = self._owner.given_option
        return option("httpx_async_client"), option("aiohttp_client")

    def _fits(self, pool: _Pool) -> bool:
        httpx_client, aiohttp_client = pool.given
        option = self._owner.given_option
        return (
            pool.generation == generation.number
            and option("httpx_async_client") is httpx_client
            and option("aiohttp_client") is aiohttp_client
        )

    def _new_transport(self) -> Transport:
        option = self._owner.given_option
        arguments: dict[str, Any] = option("async_client_args") or {}
        if self.uses_aiohttp():
            from .aiohttp_transport import Aiohttp, new_session

            given = option("aiohttp_client")
            if given is not None:
                return Aiohttp(given, owned=False, arguments=arguments)
            session, sockets = new_session(arguments)
            return Aiohttp(session, owned=True, arguments=arguments, sockets=sockets)
        given = option("httpx_async_client")
        if given is not None:
            return HttpxAsync(given, owned=False)
        return HttpxAsync(new_async_client(arguments, family_module()), owned=True)

    async def _request(self, call: Call, *, stream: bool) -> Request:
        identity = None
        if self.tokens is not None:  # first: it may find the project
            identity = self.tokens.headers() if self.tokens.is_fresh() else await self.blocking(self.tokens.headers)
        option = self._owner.given_option
        inherits = option("httpx_async_client") is not None or option("aiohttp_client") is not None
        request = request_of(self._owner, call, stream=stream, inherits_limits=inherits)
        if identity and call.url is None:
            put_headers(request.headers, identity)
        return request


class _Pool:
    """The transport of one loop. It is closed when the loop shuts down, or when nobody holds the pool any more."""

    def __init__(
        self, transport: Transport, loop: asyncio.AbstractEventLoop, given: tuple[Any, Any] = (None, None)
    ) -> None:
        self.transport = transport
        self.given = given
        """The HTTP clients that the program had given when the pool was made."""
        self.generation = generation.number
        self._keeper: AsyncGenerator[None, None] | None = None
        self._finalizer = weakref.finalize(self, _close_from_outside, transport, weakref.ref(loop))

    async def keep(self) -> None:
        """Have the loop close the connections when it shuts down.

        A suspended async generator is what a loop finishes then (`loop.shutdown_asyncgens`), while it still runs.
        """
        if self._keeper is None:
            self._keeper = keeper = _closing_at_the_end(self.transport)
            await keeper.__anext__()

    async def close(self) -> None:
        """Close the connections, on their own loop."""
        keeper, self._keeper = self._keeper, None
        self._finalizer.detach()
        if keeper is not None:
            await keeper.aclose()

    def close_now(self) -> None:
        """Close the sockets of a loop that is closed."""
        self._keeper = None
        self._finalizer()

    def leave_to_the_parent(self) -> None:
        """Forget connections that belong to another process."""
        self._finalizer.detach()
        _left_to_the_parent.append(self)


async def _outcome(call: Callable[[], Any]) -> Any:
    """Return what a function returns, or the exception it raises. One that does not say `async` may block: it has a thread."""
    try:
        if is_async(call):
            return await call()
        result = await asyncio.to_thread(_blocking_outcome, call)
        return await result if inspect.isawaitable(result) else result
    except Exception as error:
        return error


def _blocking_outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # StopIteration among them, which no future can hold
        return error


async def _closing_at_the_end(transport: Transport) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        with contextlib.suppress(Exception):
            await transport.close()


def _close_from_outside(transport: Transport, loop_of: weakref.ref[asyncio.AbstractEventLoop]) -> None:
    """Close a transport that nobody uses any more: on its loop if that still runs, else its sockets."""
    loop = loop_of()
    if loop is not None and loop.is_running():
        with contextlib.suppress(RuntimeError):  # closed meanwhile
            loop.call_soon_threadsafe(_start_closing, transport, loop)
            return
    close_now = getattr(transport, "close_now", None)
    if close_now is not None:
        close_now()


_closings: set[asyncio.Task[None]] = set()


def _start_closing(transport: Transport, loop: asyncio.AbstractEventLoop) -> None:
    task = loop.create_task(transport.close())
    _closings.add(task)
    task.add_done_callback(_closings.discard)
