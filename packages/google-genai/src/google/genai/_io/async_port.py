"""The async port: one pool of connections for each event loop, closed when its loop, or the client, ends."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from . import concurrency, exchange, tls
from .auth import Tokens, headers_of
from .backends import put_headers
from .exchange import Transport
from .fork import forks
from .httpx_async_transport import HttpxAsync, load_backend, new_async_client
from .httpx_transport import family_module
from .messages import OpenResponse, Request, Response
from .port import Owner, is_async, request_of, retry_policy_of

if TYPE_CHECKING:
    from .._backend import Backend
    from .._wire.call import Call
    from ..hooks import Hooks
    from .retry import RetryPolicy

T = TypeVar("T")

_left_to_the_parent: list[Any] = []
"""Pools that a fork copied into this process. Closing them would disturb the parent's event loop, so they are kept."""


class AsyncPort:
    """The port for async calls."""

    is_blocking = False

    def __init__(self, owner: Owner, tokens: Tokens | None) -> None:
        self._owner = owner
        self.tokens = tokens
        self._pools: weakref.WeakKeyDictionary[Any, _Pool] = weakref.WeakKeyDictionary()
        self._opening: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        """For each loop a semaphore with one place, in which its pool is opened."""
        self._loaded: set[bool] = set()
        """True if the HTTP library has been loaded for calls on trio, False if for calls on asyncio."""
        self._lock = threading.Lock()
        self._closed = False

    @property
    def backend(self) -> Backend:
        """The service that calls go to."""
        return self._owner.backend

    @property
    def hooks(self) -> Hooks | None:
        """The hooks of the client; None if no hook is registered."""
        return self._owner.active_hooks

    async def send(self, call: Call) -> Response:
        """Return the successful reply to a call. Raises `APIError`."""
        return await exchange.fetch(self, await self._request(call, stream=False))

    async def stream(self, call: Call) -> OpenResponse:
        """Return the successful reply to a call as soon as its headers have arrived. Raises `APIError`."""
        return await exchange.open_stream(self, await self._request(call, stream=True))

    async def identity(self, credentials: Any) -> dict[str, str]:
        """Return the headers that authenticate a request with Google credentials."""
        return await self.blocking(headers_of, credentials)

    async def own_identity(self) -> dict[str, str] | None:
        """Return the headers that authenticate the client's requests with Google credentials; None if it has none."""
        if self.tokens is None:
            return None
        return self.tokens.headers() if self.tokens.is_fresh() else await self.blocking(self.tokens.headers)

    async def renewed_identity(self, refused: dict[str, str]) -> dict[str, str] | None:
        """Return such headers with a new token after the service rejected others; None if the token cannot be renewed."""
        return None if self.tokens is None else await self.blocking(self.tokens.renewed_headers, refused)

    def retry_policy(self, call: Call) -> RetryPolicy | None:
        """Return the retry policy from the call's options, or else from the client's."""
        return retry_policy_of(self._owner, call)

    async def run(self, function: Callable[..., Any], arguments: dict[str, Any], within_s: float | None = None) -> Any:
        """Return the result of a function; an awaitable result is awaited, for at most `within_s` seconds if given."""
        result = function(**arguments)
        if not inspect.isawaitable(result):
            return result
        if within_s is None:
            return await result
        try:
            async with concurrency.total(within_s):
                return await result
        except asyncio.TimeoutError as error:  # another class than TimeoutError before Python 3.11
            raise TimeoutError from error

    async def run_each(self, functions: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:
        """Return the results of functions, or the exceptions they raised; they run one after the other, or in tasks."""
        if at_once <= 1 or len(functions) == 1:
            return [await _outcome(function) for function in functions]
        places = concurrency.places(at_once)

        async def work(function: Callable[[], Any]) -> Any:
            async with places:
                return await _outcome(function)

        return await concurrency.results([partial(work, function) for function in functions])

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the loop."""
        await concurrency.sleep(seconds)

    async def blocking(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return the result of a blocking function, which runs in a thread."""
        return await concurrency.in_thread(function, *arguments)

    async def transport(self) -> Transport:
        """Return the transport of the running loop."""
        loop = concurrency.running_loop()
        pool = self._pools.get(loop)
        if pool is None or self._closed or not self._fits(pool):
            pool = await self._open(loop)
        return pool.transport

    def uses_aiohttp(self) -> bool:
        """Return whether calls use aiohttp: the caller passed a session, or it is installed and no option selects httpx."""
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
        from .aiohttp_transport import takes

        return takes(arguments)

    async def close(self) -> None:
        """Close the connections of this loop; connections of another running loop are closed when that loop ends."""
        self._closed = True
        running = concurrency.running_loop()
        with self._lock:
            present = self._pools.pop(running, None)
            ended = [self._pools.pop(loop) for loop in list(self._pools) if concurrency.has_ended(loop)]
        for pool in ended:
            pool.close_now()
        if present is not None:
            await present.close()

    async def _open(self, loop: Any) -> _Pool:
        self._refuse_if_closed()
        with self._lock:
            opening = self._opening.setdefault(loop, concurrency.places(1))
        async with opening:  # of many first calls, one creates the pool
            pool = self._pools.get(loop)
            if pool is None or not self._fits(pool):
                pool = self._replace_pool(loop, await self._preparation())
            await pool.keep()
        return pool

    async def _preparation(self) -> Callable[[], Transport]:
        """Return a function that creates the transport. What takes tens of milliseconds is done before, in a thread."""
        on_trio = concurrency.trio_of_caller() is not None
        if on_trio in self._loaded and not self._owner.given_option("async_client_args"):
            return self._prepare(on_trio)
        create = await self.blocking(self._prepare, on_trio)
        self._loaded.add(on_trio)
        return create

    def _prepare(self, on_trio: bool) -> Callable[[], Transport]:
        """Load the HTTP library, and return a function that creates the transport on its loop. May block."""
        option = self._owner.given_option
        at_most = option("max_connections")
        arguments: dict[str, Any] = option("async_client_args") or {}
        if self._uses_aiohttp_on(on_trio):
            from . import aiohttp_transport

            given = option("aiohttp_client")
            if given is not None:
                return lambda: aiohttp_transport.Aiohttp(given, owned=False, arguments=arguments)
            return lambda: aiohttp_transport.with_new_session(arguments, at_most)
        given = option("httpx_async_client")
        if given is not None:
            return lambda: HttpxAsync(given, owned=False, arguments=arguments)
        client = new_async_client(arguments, family_module(), at_most)
        load_backend(client, on_trio=on_trio)
        return lambda: HttpxAsync(client, owned=True, arguments=arguments, max_connections=at_most)

    def _uses_aiohttp_on(self, on_trio: bool) -> bool:
        """Return whether calls use aiohttp, which does not work on trio."""
        if not self.uses_aiohttp():
            return False
        if on_trio and self._owner.given_option("aiohttp_client") is not None:
            raise RuntimeError(
                "http_options.aiohttp_client: expected no aiohttp session in a program on trio, because aiohttp needs "
                "asyncio; pass httpx_async_client, or leave both unset."
            )
        return not on_trio

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise RuntimeError("This client is closed; create a new one.")

    def _replace_pool(self, loop: Any, new_transport: Callable[[], Transport]) -> _Pool:
        with self._lock:
            self._refuse_if_closed()  # perhaps since the library was loaded
            present = self._pools.get(loop)
            if present is not None and present.forks == forks.count and not self._fits(present):
                del self._pools[loop]  # the program has passed another HTTP client since
            for owner, pool in list(self._pools.items()):
                if pool.forks != forks.count:
                    self._pools.pop(owner).leave_to_the_parent()
                elif concurrency.has_ended(owner):
                    self._pools.pop(owner).close_now()
            pool = self._pools.get(loop)
            if pool is None:
                pool = self._pools[loop] = _Pool(new_transport(), loop, self._given())
        return pool

    def _given(self) -> tuple[Any, Any]:
        option = self._owner.given_option
        return option("httpx_async_client"), option("aiohttp_client")

    def _has_own_client(self) -> bool:
        return self._given() != (None, None)

    def _fits(self, pool: _Pool) -> bool:
        httpx_client, aiohttp_client = pool.given
        option = self._owner.given_option
        return (
            pool.forks == forks.count
            and option("httpx_async_client") is httpx_client
            and option("aiohttp_client") is aiohttp_client
        )

    async def _request(self, call: Call, *, stream: bool) -> Request:
        identity = await self.own_identity()  # first, as it may determine the project
        option = self._owner.given_option
        inherits = self._has_own_client() or "timeout" in (option("async_client_args") or {})
        request = request_of(self._owner, call, stream=stream, inherits_limits=inherits)
        if identity and call.url is None:
            put_headers(request.headers, identity)
        if request.url.startswith("https:") and not self._has_own_client() and not tls.is_loaded():
            await self.blocking(tls.load)
        return request


class _Pool:
    """The transport of one loop. It is closed when the loop shuts down, or when the pool is garbage-collected."""

    def __init__(self, transport: Transport, loop: Any, given: tuple[Any, Any] = (None, None)) -> None:
        self.transport = transport
        self.given = given
        """The HTTP clients that the program had passed when the pool was created."""
        self.forks = forks.count
        self._keeper: concurrency.Keeper | None = None
        self._finalizer = weakref.finalize(self, _close_from_outside, transport, weakref.ref(loop))

    async def keep(self) -> None:
        """Make the loop close the connections when it shuts down."""
        if self._keeper is None:
            self._keeper = await concurrency.close_at_the_end(self.transport)

    async def close(self) -> None:
        """Close the connections, on their own loop."""
        keeper, self._keeper = self._keeper, None
        self._finalizer.detach()
        if keeper is not None:
            await keeper.aclose()

    def close_now(self) -> None:
        """Close the sockets of a closed loop."""
        self._keeper = None
        self._finalizer()

    def leave_to_the_parent(self) -> None:
        """Forget connections that belong to another process."""
        self._finalizer.detach()
        _left_to_the_parent.append(self)


async def _outcome(function: Callable[[], Any]) -> Any:
    """Return the result of a function, or the exception it raises. A function that is not async may block: it gets a thread."""
    try:
        if is_async(function):
            return await function()
        result = await concurrency.in_thread(_blocking_outcome, function)
        return await result if inspect.isawaitable(result) else result
    except Exception as error:
        return error


def _blocking_outcome(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except Exception as error:  # including StopIteration, which a future cannot hold
        return error


def _close_from_outside(transport: Transport, loop_of: weakref.ref[Any]) -> None:
    """Close an unused transport: on its loop if that is still running, otherwise by closing its sockets."""
    if not concurrency.close_from_outside(transport, loop_of()):
        close_now = getattr(transport, "close_now", None)
        if close_now is not None:
            close_now()
