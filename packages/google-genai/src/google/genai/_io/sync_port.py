"""The blocking port: one HTTP client for all threads, created at the first call and again after a fork."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from . import deadline, exchange
from .auth import Tokens, headers_of
from .backends import put_headers
from .fork import forks
from .httpx_transport import HttpxSync, family_module, new_client
from .messages import OpenResponse, Request, Response
from .port import Owner, request_of, retry_policy_of

if TYPE_CHECKING:
    from .._backend import Backend
    from .._wire.call import Call
    from ..hooks import Hooks
    from .retry import RetryPolicy

T = TypeVar("T")


class SyncPort:
    """The port for blocking calls. Its async methods never suspend."""

    is_blocking = True

    def __init__(self, owner: Owner, tokens: Tokens | None) -> None:
        self._owner = owner
        self.tokens = tokens
        self._transport: HttpxSync | None = None
        self._forks = -1
        self._lock = threading.Lock()
        self._closing: Any = None
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
        return await exchange.fetch(self, self._request(call, stream=False))

    async def stream(self, call: Call) -> OpenResponse:
        """Return the successful reply to a call as soon as its headers have arrived. Raises `APIError`."""
        return await exchange.open_stream(self, self._request(call, stream=True))

    async def identity(self, credentials: Any) -> dict[str, str]:
        """Return the headers that authenticate a request with Google credentials."""
        return await self.blocking(headers_of, credentials)

    def retry_policy(self, call: Call) -> RetryPolicy | None:
        """Return the retry policy from the call's options, or else from the client's."""
        return retry_policy_of(self._owner, call)

    async def run(self, function: Callable[..., Any], arguments: dict[str, Any], within_s: float | None = None) -> Any:
        """Return the result of a function for keyword arguments. `within_s` limits the calls that it makes."""
        if within_s is None:
            return function(**arguments)
        with deadline.until(time.monotonic() + within_s):
            return function(**arguments)

    async def run_each(self, functions: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:
        """Return the results of functions, or the exceptions they raised; they run one after the other, or in threads."""
        if at_once <= 1 or len(functions) == 1:
            return [_outcome(function) for function in functions]
        from concurrent.futures import ThreadPoolExecutor
        from contextvars import copy_context

        with ThreadPoolExecutor(min(at_once, len(functions)), thread_name_prefix="genai-function") as threads:
            running = [threads.submit(copy_context().run, _outcome, function) for function in functions]
            try:
                return [each.result() for each in running]
            finally:
                for each in running:
                    each.cancel()

    async def sleep(self, seconds: float) -> None:
        """Wait, blocking the thread."""
        time.sleep(seconds)  # noqa: ASYNC251 - the blocking port blocks

    async def blocking(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return the result of a blocking function."""
        return function(*arguments)

    async def transport(self) -> HttpxSync:
        """Return the transport of this process."""
        transport = self._transport
        if transport is None or not self._fits(transport):
            with self._lock:
                if self._transport is None or not self._fits(self._transport):
                    self._open()
                transport = self._transport
        assert transport is not None
        return transport

    def client(self) -> Any:
        """Return the HTTP client, created now if no call has created it yet."""
        given = self._owner.given_option("httpx_client")
        if given is not None:
            return given
        with self._lock:
            if self._transport is None:
                self._open()
        assert self._transport is not None
        return self._transport.client

    def close(self) -> None:
        """Close the connections, if the HTTP client is ours."""
        self._closed = True
        if self._closing is not None:
            self._closing()

    def _fits(self, transport: HttpxSync) -> bool:
        given = self._owner.given_option("httpx_client")
        return (
            not self._closed
            and self._forks == forks.count
            and (transport.owned if given is None else transport.client is given)
        )

    def _open(self) -> None:
        if self._closed:
            raise RuntimeError("This client is closed; create a new one.")
        given = self._owner.given_option("httpx_client")
        arguments: dict[str, Any] = self._owner.given_option("client_args") or {}
        if given is not None:
            self._transport = HttpxSync(given, owned=False, arguments=arguments)
        else:
            client = new_client(arguments, family_module(), self._owner.given_option("max_connections"))
            if self._closing is not None:
                self._closing()  # after a fork: the child's copies of the parent's sockets
            self._closing = weakref.finalize(self, client.close)
            self._transport = HttpxSync(client, owned=True, arguments=arguments)
        self._forks = forks.count

    def _request(self, call: Call, *, stream: bool) -> Request:
        identity = self.tokens.headers() if self.tokens is not None else None  # first, as it may determine the project
        option = self._owner.given_option
        inherits = option("httpx_client") is not None or "timeout" in (option("client_args") or {})
        request = request_of(self._owner, call, stream=stream, inherits_limits=inherits)
        if identity and call.url is None:
            put_headers(request.headers, identity)
        return request


def _outcome(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except Exception as error:
        return error
