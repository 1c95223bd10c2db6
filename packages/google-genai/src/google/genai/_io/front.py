"""A port over a client's public request methods, used when the program or a subclass has replaced one of them.

Raw transfers (uploads, downloads) bypass the methods, which exchange JSON only.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from .messages import OpenResponse, Response

if TYPE_CHECKING:
    from .._backend import Backend
    from .._wire.call import Call
    from ..hooks import Hooks
    from ..types import HttpOptions, HttpResponse
    from .port import Port


class Front:
    """A port whose JSON calls go through `request` and `request_streamed` methods, blocking or async."""

    def __init__(self, port: Port, request: Callable[..., Any], request_streamed: Callable[..., Any]) -> None:
        self._port = port
        self._request = request
        self._request_streamed = request_streamed
        self.is_blocking = port.is_blocking
        self.run = port.run
        self.run_each = port.run_each
        self.sleep = port.sleep
        self.blocking = port.blocking
        self.retry_policy = port.retry_policy
        self.identity = port.identity

    @property
    def backend(self) -> Backend:
        return self._port.backend

    @property
    def hooks(self) -> Hooks | None:
        return self._port.hooks

    async def send(self, call: Call) -> Response:
        if call.headers is not None:
            return await self._port.send(call)
        reply: HttpResponse = await _result(self._request(*_arguments(call)))
        return Response(200, reply.headers or {}, (reply.body or "").encode())

    async def stream(self, call: Call) -> OpenResponse:
        if call.headers is not None:
            return await self._port.stream(call)
        return _FrontStream(await _result(self._request_streamed(*_arguments(call))))


async def _result(value: Any) -> Any:
    return await value if isinstance(value, Awaitable) else value  # pyright: ignore[reportUnknownVariableType] - of any value


def _arguments(call: Call) -> tuple[str, str, dict[str, Any], HttpOptions | None]:
    body = b"".join(call.body) if isinstance(call.body, list) else call.body
    return call.method.lower(), call.path, json.loads(body) if body else {}, call.options


class _FrontStream:
    """The events of a replaced request method, converted back to a server-sent event stream."""

    status = 200
    reason = ""
    attempts = 1

    def __init__(self, events: Any) -> None:
        self._events = events if hasattr(events, "__anext__") else iter(events)
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
        # Lines of bytes end at CR and LF only; `str.splitlines` would also split a JSON string at U+2028.
        return b"data: " + b" ".join((event.body or "").encode().splitlines()) + b"\n\n"

    async def close(self) -> None:
        if hasattr(self._events, "aclose"):
            await self._events.aclose()
        elif hasattr(self._events, "close"):
            self._events.close()

    def abort(self) -> None:
        """Do nothing: the socket is not known here."""
