"""Own the transport settings a caller may choose and the raw reply a caller may look at. Must not know any HTTP
library, any API method, nor how a retry is carried out.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PrivateAttr

from ._base import Model

_SECRET_HEADERS = frozenset({"x-goog-api-key", "authorization", "cookie"})


def _milliseconds(timeout: Any) -> Any:
    return round(timeout.total_seconds() * 1000) if isinstance(timeout, timedelta) else timeout


class HttpRetryOptions(Model):
    """Policy for repeating failed requests. Nothing is repeated unless a client or a call sets this.

    Delays grow exponentially: `initial_delay * exp_base ** n` plus a random share, at most `max_delay`. A field
    left unset or 0 takes its default, so `HttpRetryOptions()` is a sensible policy.
    """

    attempts: int | None = None
    """Most requests sent for one call, the first included; 5 when unset. 1 means no repetition."""

    initial_delay: float | None = None
    """Seconds before the first repetition; 1 when unset."""

    max_delay: float | None = None
    """Longest pause between two attempts, in seconds; 60 when unset. It also caps a delay the server asks for."""

    exp_base: float | None = None
    """Factor by which each delay exceeds the one before; 2 when unset."""

    jitter: float | None = None
    """Upper bound, in seconds, of the random time added to each delay; 1 when unset."""

    http_status_codes: list[int] | None = None
    """Status codes worth another attempt; 408, 429, 500, 502, 503 and 504 when unset."""


class HttpOptions(Model):
    """Transport settings of a client or of one call.

    A field set on the call replaces the client's; `headers` are merged, the call winning.

    Example::

        genai.Client(
            http_options=types.HttpOptions(
                timeout=30_000,
                retry_options=types.HttpRetryOptions(attempts=3),
            )
        )
    """

    base_url: str | None = None
    """Scheme, host and optional path put in front of every request, for a proxy, a gateway or a local server. The
    public endpoint of the chosen backend when unset.
    """

    api_version: str | None = None
    """Version segment of the path; "v1beta" on the Gemini Developer API and "v1beta1" on Vertex AI when unset. An
    empty string leaves the segment out.
    """

    headers: dict[str, str] | None = None
    """Extra request headers. A `user-agent` or `x-goog-api-client` is appended to the SDK's own value."""

    timeout: Annotated[int | None, BeforeValidator(_milliseconds)] = None
    """Milliseconds, or a `timedelta`: the deadline of each attempt of a plain call, the longest silence of
    a stream. Unset keeps the finite default
    limits, or those of a client of your own. Sent along as `X-Server-Timeout` in whole seconds, rounded up.
    """

    client_args: dict[str, Any] | None = None
    """Keyword arguments for the HTTP client made for synchronous calls, such as `proxy` or `verify`."""

    async_client_args: dict[str, Any] | None = None
    """Keyword arguments for the HTTP client made for asynchronous calls, in the terms of the library in use."""

    extra_body: dict[str, Any] | None = None
    """Object merged into the JSON body of the request, level by level, for fields the SDK does not know. Keys match in
    camelCase and snake_case alike; a value here wins.
    """

    retry_options: HttpRetryOptions | None = None
    """Policy for repeating failed requests; unset on both client and call means that nothing is repeated."""

    httpx_client: Any | None = None
    """Your own synchronous client of the httpx family; used as configured and never closed by the SDK."""

    httpx_async_client: Any | None = None
    """Your own asynchronous client of the httpx family; used as configured and never closed by the SDK."""

    aiohttp_client: Any | None = None
    """Your own `aiohttp.ClientSession`, for asynchronous calls in its event loop; never closed by the SDK."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show the options without the values of headers that identify the caller."""
        for name, value in super().__repr_args__():
            if name == "headers" and value:
                value = {key: "…" if key.lower() in _SECRET_HEADERS else text for key, text in value.items()}
            yield name, value


class HttpResponse(Model):
    """What is kept of an HTTP reply, found as `sdk_http_response` on response objects."""

    headers: dict[str, str] | None = None
    """Response headers by name."""

    body: str | None = None
    """Undecoded reply text; filled only when the call asked for it with `should_return_http_response`."""

    _attempts: int = PrivateAttr(default=1)
    _raw: bytes = PrivateAttr(default=b"")

    @property
    def attempts(self) -> int:
        """How many requests were sent for this reply."""
        return self._attempts

    @property
    def raw(self) -> bytes:
        """The reply as it came, or the event of a stream: with the fields that this release does not know."""
        return self._raw

    @classmethod
    def _of_reply(cls, headers: Mapping[str, str], attempts: int, raw: bytes) -> "HttpResponse":
        kept = cls.__new__(cls)
        object.__setattr__(kept, "__dict__", {"headers": dict(headers), "body": None})
        object.__setattr__(kept, "__pydantic_fields_set__", {"headers"})
        object.__setattr__(kept, "__pydantic_extra__", None)
        object.__setattr__(kept, "__pydantic_private__", {"_attempts": attempts, "_raw": raw})
        return kept
