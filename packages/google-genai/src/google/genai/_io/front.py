"""Ports that go through a client's public request methods, since a program has replaced one of them, or a subclass has."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from .messages import OpenResponse, Response

if TYPE_CHECKING:
    from .._api_client import BaseApiClient
    from ..types import HttpOptions, HttpResponse
    from .async_port import AsyncPort
    from .backends import Backend
    from .port import Call
    from .sync_port import SyncPort


class Front:
    """A blocking port over `request` and `request_streamed`."""

    def __init__(self, client: BaseApiClient, port: SyncPort) -> None:
        self._client = client
        self._port = port
        self.call = port.call
        self.call_each = port.call_each
        self.is_blocking = port.is_blocking
        self.sleep = port.sleep
        self.blocking = port.blocking
        self.retry_policy = port.retry_policy
        self.identity = port.identity

    @property
    def backend(self) -> Backend:
        return self._client.backend

    async def send(self, call: Call) -> Response:
        if call.headers is not None:
            return await self._port.send(call)
        return _response(self._client.request(*_arguments(call)))

    async def stream(self, call: Call) -> OpenResponse:
        if call.headers is not None:
            return await self._port.stream(call)
        return _FrontStream(iter(self._client.request_streamed(*_arguments(call))))


class AsyncFront:
    """An async port over `async_request` and `async_request_streamed`."""

    def __init__(self, client: BaseApiClient, port: AsyncPort) -> None:
        self._client = client
        self._port = port
        self.call = port.call
        self.call_each = port.call_each
        self.is_blocking = port.is_blocking
        self.sleep = port.sleep
        self.blocking = port.blocking
        self.retry_policy = port.retry_policy
        self.identity = port.identity

    @property
    def backend(self) -> Backend:
        return self._client.backend

    async def send(self, call: Call) -> Response:
        if call.headers is not None:
            return await self._port.send(call)
        return _response(await self._client.async_request(*_arguments(call)))

    async def stream(self, call: Call) -> OpenResponse:
        if call.headers is not None:
            return await self._port.stream(call)
        events: Any = self._client.async_request_streamed(*_arguments(call))
        return _FrontStream(await events if isinstance(events, Awaitable) else events)


def _arguments(call: Call) -> tuple[str, str, dict[str, Any], HttpOptions | None]:
    body = b"".join(call.body) if isinstance(call.body, list) else call.body
    return call.method.lower(), call.path, json.loads(body) if body else {}, call.options


def _response(reply: HttpResponse) -> Response:
    return Response(200, reply.headers or {}, (reply.body or "").encode())


class _FrontStream:
    """The events of a replaced request method, put back into the form of an event stream."""

    status = 200
    reason = ""
    attempts = 1

    def __init__(self, events: Any) -> None:
        self._events = events
        self.headers: Mapping[str, str] = {"content-type": "text/event-stream"}

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        if hasattr(self._events, "__anext__"):
            async for event in self._events:
                yield self._event(event)
        else:
            for event in self._events:
                yield self._event(event)

    def _event(self, event: HttpResponse) -> bytes:
        self.headers = {**(event.headers or {}), "content-type": "text/event-stream"}
        return b"data: " + " ".join((event.body or "").splitlines()).encode() + b"\n\n"

    async def close(self) -> None:
        if hasattr(self._events, "aclose"):
            await self._events.aclose()
        elif hasattr(self._events, "close"):
            self._events.close()

    def abort(self) -> None:
        """Nothing is known of the socket below."""
