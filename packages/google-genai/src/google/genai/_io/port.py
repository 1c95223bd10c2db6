"""The port: what the core needs of the outside world, and the two ways of giving it.

All logic is written once as `async def` functions over a `Port`. The async port awaits; the blocking port does blocking
I/O inside its async methods and never suspends, so that a coroutine over it runs to its end in one step (`_core.drive`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from . import backends
from .messages import Body, Limits, OpenResponse, Request, Response
from .retry import RetryPolicy

if TYPE_CHECKING:
    from .._api_client import BaseApiClient
    from ..types import HttpOptions


T = TypeVar("T")

_UNSAFE = re.compile(r"[\r\n\0]")


@dataclass
class Call:
    """One call of an operation, before anything about addresses, headers or limits is decided."""

    method: str
    path: str
    """Without base URL and version, with the query."""
    body: Body = None
    options: HttpOptions | None = None
    """What the caller set for this call alone."""
    items: int = 0
    """How many things are sent that are answered one by one."""
    headers: dict[str, str] | None = None
    """Headers of this call beside the standing ones. A call that has them, be they none, is of bytes and not of JSON: it goes
    past a `request` that the program has replaced.
    """
    url: str | None = None
    """Whole address that the service has given, in place of one made from the path; credentials are not sent there."""
    has_version: bool = True
    """Whether the API's version stands in front of the path."""
    is_repeated: bool = True
    """Whether the client's retry policy applies."""


class Port(Protocol):
    """What the core needs of the outside world."""

    @property
    def backend(self) -> backends.Backend: ...

    @property
    def is_blocking(self) -> bool: ...

    async def send(self, call: Call) -> Response:
        """Return the successful reply to a call. Raises `APIError`."""
        ...

    async def stream(self, call: Call) -> OpenResponse:
        """Return the successful reply to a call whose body is still to come. Raises `APIError`."""
        ...

    async def call(self, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """Return what a function of the program returns for keyword arguments, awaited where it is awaitable."""
        ...

    async def call_each(self, calls: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:
        """Return what functions of the program return, in their order, or the `Exception` that one has raised.

        `at_once` is how many may run at the same time: in threads where the port blocks or a function does, in tasks
        where they are awaited.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    async def identity(self, credentials: Any) -> dict[str, str]:
        """Return the headers that identify the owner of Google credentials."""
        ...

    def retry_policy(self, call: Call) -> RetryPolicy | None:
        """Return the policy that the call's options, or else the client's, ask for."""
        ...

    async def blocking(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return what a function returns that blocks: reads a file, say."""
        ...


def is_async(function: Any) -> bool:
    """Tell whether what a function returns is to be awaited; it may be a partial, or an object that can be called."""
    while isinstance(function, partial):
        function = function.func  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - of any function
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)  # pyright: ignore[reportUnknownArgumentType] - likewise


def retry_policy_of(client: BaseApiClient, call: Call) -> RetryPolicy | None:
    """Return the policy that the call's options, or else the client's, ask for."""
    own = call.options.retry_options if call.options is not None else None
    return RetryPolicy.of_options(own or client._http_options.retry_options)


def request_of(client: BaseApiClient, call: Call, *, stream: bool, inherits_limits: bool) -> Request:
    """Return the request for a call: the call's own options win over the client's, field by field."""
    standing = client._http_options
    own = call.options
    headers = dict(standing.headers or {})
    base_url, api_version = standing.base_url, standing.api_version
    timeout_ms, extra_body = standing.timeout, standing.extra_body
    if own is not None:
        if own.headers:
            backends.put_headers(headers, own.headers)
        base_url = own.base_url or base_url
        api_version = api_version if own.api_version is None else own.api_version
        timeout_ms = own.timeout or timeout_ms
        extra_body = own.extra_body or extra_body
    if timeout_ms and not any(name.lower() == "x-server-timeout" for name in headers):
        headers["X-Server-Timeout"] = backends.server_timeout(timeout_ms)
    limits = None if inherits_limits and not timeout_ms else Limits.of_timeout(timeout_ms or None, stream=stream)
    if call.url is None:
        url = client.backend.url(call.method, call.path, base_url or "", api_version if call.has_version else "")
    else:
        url = call.url
        headers = {name: value for name, value in headers.items() if name.lower() not in _NOT_FOR_OTHER_ADDRESSES}
    if call.headers:
        backends.put_headers(headers, call.headers)
    body = call.body if not extra_body or call.url is not None else merged(call.body, extra_body)
    _check_headers(headers)
    return Request(call.method, url, headers, body, limits, retry_policy_of(client, call) if call.is_repeated else None)


_NOT_FOR_OTHER_ADDRESSES = frozenset({"x-goog-api-key", "authorization", "cookie", "content-type"})


def _check_headers(headers: dict[str, str]) -> None:
    """Refuse what would end a header early or start another one."""
    if not (_UNSAFE.search("".join(headers)) or _UNSAFE.search("".join(headers.values()))):
        return
    for name, value in headers.items():
        if _UNSAFE.search(name):
            raise ValueError(f"http_options.headers: the name {name!r} holds a line end or a null character.")
        if _UNSAFE.search(value):
            raise ValueError(f"http_options.headers[{name!r}]: the value holds a line end or a null character.")


def merged(body: Body, extra: dict[str, Any]) -> bytes:
    """Return a JSON body with another object merged into it; keys match in camelCase and snake_case alike."""
    import json

    joined = b"".join(body) if isinstance(body, list) else body
    decoded: dict[str, Any] = json.loads(joined) if joined else {}
    _merge(decoded, extra)
    return json.dumps(decoded).encode()


def _merge(into: dict[str, Any], extra: dict[str, Any]) -> None:
    spelled = {key.replace("_", "").lower(): key for key in into}
    for key, value in extra.items():
        present = spelled.get(key.replace("_", "").lower(), key)
        if isinstance(into.get(present), dict) and isinstance(value, dict):
            _merge(into[present], extra[key])
        else:
            into[present] = value
