"""The port: the interface between the core and the outside world, and how a call becomes a request.

All logic is written once as `async def` functions over a `Port`. The async port awaits; the blocking port does blocking
I/O inside its async methods and never suspends, so a coroutine over it runs to its end in one step (`_core.drive`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from . import backends
from .messages import Limits, OpenResponse, Request, Response
from .retry import RetryPolicy

if TYPE_CHECKING:
    from .._backend import Backend
    from .._wire.call import Body, Call
    from ..hooks import Hooks
    from ..types import HttpOptions

T = TypeVar("T")

_LIVE_TOKENS = "auth_tokens/"
"""Beginning of the names of the tokens that `client.auth_tokens.create` returns."""
_UNSAFE = re.compile(r"[\r\n\0]")


class Owner(Protocol):
    """The client that a port belongs to, as far as the port needs it."""

    @property
    def backend(self) -> Backend: ...

    @property
    def _http_options(self) -> HttpOptions: ...

    @property
    def active_hooks(self) -> Hooks | None: ...

    def given_option(self, name: str) -> Any: ...


class Port(Protocol):
    """The outside world, as far as the core needs it."""

    @property
    def backend(self) -> Backend: ...

    @property
    def is_blocking(self) -> bool: ...

    @property
    def hooks(self) -> Hooks | None:
        """The hooks of the client; None if no hook is registered."""
        ...

    async def send(self, call: Call) -> Response:
        """Return the successful reply to a call. Raises `APIError`."""
        ...

    async def stream(self, call: Call) -> OpenResponse:
        """Return the successful reply to a call as soon as its headers have arrived. Raises `APIError`."""
        ...

    async def run(self, function: Callable[..., Any], arguments: dict[str, Any], within_s: float | None = None) -> Any:
        """Return the result of a function for keyword arguments; an awaitable result is awaited.

        If `within_s` is given, calls of the service that the function makes end after this time. Raises `TimeoutError`
        or `APITimeoutError` then.
        """
        ...

    async def run_each(self, functions: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:
        """Return the results of functions of the program in order; for one that failed, the `Exception` it raised.

        `at_once` is the maximum number of functions that run at the same time: in threads if the port or a function
        blocks, otherwise in tasks.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    async def identity(self, credentials: Any) -> dict[str, str]:
        """Return the headers that authenticate a request with Google credentials."""
        ...

    def retry_policy(self, call: Call) -> RetryPolicy | None:
        """Return the retry policy from the call's options, or else from the client's."""
        ...

    async def blocking(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return the result of a function that blocks, for example one that reads a file."""
        ...


def is_async(function: Any) -> bool:
    """Return whether the result of a function must be awaited. Partial functions and callable objects are supported."""
    while isinstance(function, partial):
        function = function.func  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - of any function
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)  # pyright: ignore[reportUnknownArgumentType] - likewise


def retry_policy_of(owner: Owner, call: Call) -> RetryPolicy | None:
    """Return the retry policy from the call's options, or else from the client's, or else that of the operation."""
    own = call.options.retry_options if call.options is not None else None
    return RetryPolicy.of_options(own or owner._http_options.retry_options or call.default_retries)


def request_of(owner: Owner, call: Call, *, stream: bool, inherits_limits: bool) -> Request:
    """Return the request for a call. The call's options take precedence over the client's, field by field."""
    if (owner.backend.api_key or "").startswith(_LIVE_TOKENS):
        raise ValueError(
            f"api_key: a token of the form {_LIVE_TOKENS}… opens live sessions only, and no other call accepts it; create "
            "the client with an API key."
        )
    standing = owner._http_options
    own = call.options
    headers = dict(standing.headers or {})
    base_url, api_version = standing.base_url, standing.api_version
    scope = standing.base_url_resource_scope
    timeout_ms, extra_body = standing.timeout, standing.extra_body
    if own is not None:
        if own.headers:
            backends.put_headers(headers, own.headers)
        base_url = own.base_url or base_url
        scope = own.base_url_resource_scope or scope
        api_version = api_version if own.api_version is None else own.api_version
        timeout_ms = own.timeout or timeout_ms
        extra_body = own.extra_body or extra_body
    if timeout_ms and not any(name.lower() == "x-server-timeout" for name in headers):
        headers["X-Server-Timeout"] = backends.server_timeout(timeout_ms)
    limits = None
    if timeout_ms or not inherits_limits:
        limits = Limits.of_timeout(timeout_ms or None, stream=stream, transfer=call.is_transfer)
    if call.url is None:
        url = owner.backend.url(
            call.method,
            call.path,
            base_url or "",
            api_version,
            call.before_version,
            base_is_collection=scope == "COLLECTION",
        )
    else:
        url = call.url
        headers = {name: value for name, value in headers.items() if name.lower() not in _NOT_FOR_OTHER_ADDRESSES}
    if call.headers:
        backends.put_headers(headers, call.headers)
    if call.is_billed_to_user_project:
        backends.put_user_project(headers, owner.backend)
    body = call.body if not extra_body or call.url is not None else merge_body(call.body, extra_body)
    _check_headers(headers)
    return Request(call.method, url, headers, body, limits, retry_policy_of(owner, call) if call.is_repeated else None)


_NOT_FOR_OTHER_ADDRESSES = frozenset({"x-goog-api-key", "authorization", "cookie", "content-type"})


def _check_headers(headers: dict[str, str]) -> None:
    """Refuse headers that contain characters which would end the header or start another one."""
    if not (_UNSAFE.search("".join(headers)) or _UNSAFE.search("".join(headers.values()))):
        return
    for name, value in headers.items():
        if _UNSAFE.search(name):
            raise ValueError(f"http_options.headers: the name {name!r} contains a line break or a null character.")
        if _UNSAFE.search(value):
            raise ValueError(f"http_options.headers[{name!r}]: the value contains a line break or a null character.")


def merge_body(body: Body, extra: dict[str, Any]) -> bytes:
    """Return a JSON body with another object merged into it; a key in camelCase matches the same key in snake_case."""
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
