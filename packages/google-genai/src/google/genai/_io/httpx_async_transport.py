"""Async requests over the httpx family. Apart from `httpx_transport`, so that blocking programs do not load asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import time
from collections.abc import AsyncGenerator, Mapping
from types import ModuleType
from typing import Any

from .concurrency import places, total
from .httpx_transport import Delivery, Httpx, Open, client_arguments, lower_case, module_of, with_length
from .limits import HTTPX_CALLS, REPEATS
from .messages import OpenResponse, Request, Response


class HttpxAsync(Httpx):
    """Requests over an async client."""

    def __init__(
        self,
        client: Any,
        *,
        owned: bool,
        arguments: Mapping[str, Any] | None = None,
        max_connections: int | None = None,
    ) -> None:
        super().__init__(client, owned=owned, arguments=arguments)
        is_bounded = owned and "limits" not in (arguments or {})
        self._in_flight = places(max_connections or HTTPX_CALLS) if is_bounded else contextlib.nullcontext()

    async def fetch(self, request: Request) -> Response:
        """Send a request, and return the reply with its body."""
        started = time.monotonic()
        total_s = request.limits.total_s if request.limits else None
        reply: Any = None
        pieces: list[bytes] = []
        try:
            async with self._in_flight, total(total_s):
                reply = await self._send(request)
                body = await reply.aread() if reply.is_success else await _rest_of_error_async(reply, pieces)
        except self.failures as error:
            raise self.failure(error, request, started) from error
        except (TimeoutError, asyncio.TimeoutError) as error:  # two classes before Python 3.11
            if reply is None or reply.is_success:
                raise self._late(request, "total") from error
            body = b"".join(pieces)
        return Response(reply.status_code, lower_case(reply.headers), body, reply.reason_phrase)

    async def open(self, request: Request) -> OpenResponse:
        """Send a request, and return the reply as soon as its headers have arrived."""
        started = time.monotonic()
        first_byte_s = request.limits.idle_s if request.limits else None
        try:
            async with total(first_byte_s):
                reply = await self._send(request)
        except self.failures as error:
            raise self.failure(error, request, started) from error
        except (TimeoutError, asyncio.TimeoutError) as error:  # two classes before Python 3.11
            raise self._late(request, "first byte") from error
        return _OpenAsync(self, request, reply, started)

    async def _send(self, request: Request) -> Any:
        """Return the reply to a request. It is repeated if a kept connection turns out to be closed before all is sent."""
        request = with_length(request)
        for attempt in range(REPEATS + 1):
            delivery = Delivery()
            try:
                return await self.client.send(
                    self._request(request, _pieces(request), delivery.note_async), stream=True, follow_redirects=False
                )
            except self.failures as error:
                if not self._repeats(error, delivery, attempt):
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def close(self) -> None:
        """Close the connections if the client was created here."""
        if self.owned:
            await self.client.aclose()


class _OpenAsync(Open):
    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in self._reply.aiter_bytes():
                yield chunk
        except self._failures() as error:
            raise self._failure(error) from error

    async def close(self) -> None:
        await self._reply.aclose()


def new_async_client(arguments: Mapping[str, Any], module: ModuleType, max_connections: int | None = None) -> Any:
    """Return a new async client with the caller's extra arguments."""
    return module.AsyncClient(**client_arguments(arguments, module, max_connections))


def load_backend(client: Any, *, on_trio: bool) -> None:
    """Load the modules that the library would load when a client opens its first connection."""
    core = {"httpx2": "httpcore2", "httpx": "httpcore"}[module_of(client).__name__]
    names = ("trio",) if on_trio else ("anyio", "anyio._backends._asyncio")
    for name in (*(f"{core}._backends.{names[0]}",), *names):
        with contextlib.suppress(ImportError):  # a release with other modules loads them itself, later
            importlib.import_module(name)


def _pieces(request: Request) -> Any:
    if not isinstance(request.body, list):
        return request.body

    async def pieces(body: list[bytes] = request.body) -> AsyncGenerator[bytes, None]:
        for piece in body:
            yield piece

    return pieces()


async def _rest_of_error_async(reply: Any, pieces: list[bytes]) -> bytes:
    try:
        with contextlib.suppress(Exception):
            async for piece in reply.aiter_bytes():
                pieces.append(piece)  # noqa: PERF401 - the pieces received before a failure are kept
    finally:
        await reply.aclose()
    return b"".join(pieces)
