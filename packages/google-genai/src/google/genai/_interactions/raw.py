"""`with_raw_response` of the nouns: the same methods, whose results are HTTP responses."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from . import flows
from .requests import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping


class RawMethods:
    """The methods of a noun, blocking or async, with HTTP responses as results."""

    def __init__(self, methods: Any) -> None:
        self._methods = methods

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._names():
            noun = type(self._methods).__name__.removeprefix("Async").lower()
            raise AttributeError(f"{noun}.with_raw_response has no method {name!r}; it has {', '.join(dir(self))}")
        return partial(self._call, getattr(self._methods, name))

    def __dir__(self) -> list[str]:
        return sorted(self._names())

    def _names(self) -> list[str]:
        """Return the names of the methods whose results contain the HTTP response."""
        own: dict[str, Any] = dict(vars(type(self._methods)))  # pyright: ignore[reportUnknownArgumentType] - of any noun
        return [
            name for name, each in own.items() if inspect.isfunction(each) and name[0] != "_" and name not in _WITHOUT
        ]

    def _call(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return _response(method(*arguments, **options), RawResponse)


class RawInteractions(RawMethods):
    """The methods of `client.interactions`, or of `client.aio.interactions`, with HTTP responses as results."""

    def delete(self, id: Any, **options: Any) -> Any:
        """Delete a stored interaction; `parse()` of the response returns None. Takes the arguments of `delete`."""
        flow = flows.raw_delete(self._methods._port, id, Settings(**options))
        return _response(self._methods._run(flow), lambda response: RawResponse(None, response))


_WITHOUT = frozenset({"connect", "download", "fork", "upload", "verify", "wait"})
"""Public methods whose results contain no HTTP response."""


def _response(result: Any, wrap: Callable[[Any], RawResponse]) -> Any:
    return _awaited(result, wrap) if inspect.isawaitable(result) else wrap(result)


async def _awaited(result: Awaitable[Any], wrap: Callable[[Any], RawResponse]) -> RawResponse:
    return wrap(await result)


class RawResponse:
    """The HTTP response of one call: `status_code`, `headers`, `text`, `content`, `json()`, and `parse()`."""

    def __init__(self, parsed: Any, response: Any = None) -> None:
        self._parsed = parsed
        self._response: Any = response or getattr(parsed, "sdk_http_response", None) or parsed.response

    def parse(self) -> Any:
        """Return the object, or the stream of the events of an interaction; None after an interaction was deleted."""
        return self._parsed

    @property
    def status_code(self) -> int:
        """The HTTP status; calls that fail raise an error instead."""
        return getattr(self._response, "status", 200)

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, with names in lower case."""
        return self._response.headers or {}

    @property
    def request_id(self) -> str | None:
        """The identifier of the request in the service's logs, if the reply has one."""
        return self.headers.get("x-request-id") or self.headers.get("x-goog-request-id")

    @property
    def content(self) -> bytes:
        """The body; empty for a stream."""
        return getattr(self._response, "raw", b"")

    @property
    def text(self) -> str:
        """The body as text; empty for a stream."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.content)
