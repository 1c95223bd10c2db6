"""HTTP options of clients and calls, and the raw HTTP response behind a result. Not part of this module: HTTP
libraries, API methods, the execution of retries.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PrivateAttr

from ._base import CaseInSensitiveEnum, Model

_SECRET_HEADERS = frozenset({"x-goog-api-key", "authorization", "cookie"})


def _milliseconds(timeout: Any) -> Any:
    return round(timeout.total_seconds() * 1000) if isinstance(timeout, timedelta) else timeout


def _at_least_one(number: int | None) -> int | None:
    if number is not None and number < 1:
        raise ValueError(f"expected a number of connections, at least 1, got {number}; leave it unset for the default")
    return number


class ResourceScope(CaseInSensitiveEnum):
    """Meaning of `HttpOptions.base_url` for the paths of requests."""

    COLLECTION = "COLLECTION"
    """The base URL is that of a collection: requests go to the base URL followed by the name of the resource, without
    an API version, a project and a location.
    """


class HttpRetryOptions(Model):
    """Settings for retrying failed requests. Requests are retried only if the client or the call has these options.

    Delays grow exponentially: `initial_delay * exp_base ** n` plus a random time, at most `max_delay`. A field that is
    unset or 0 has its default, so `HttpRetryOptions()` enables retries with all defaults.
    """

    attempts: int | None = None
    """Maximum number of requests for one call, including the first; 5 when unset. 1 means no retries."""

    initial_delay: float | None = None
    """Seconds before the first retry; 1 when unset."""

    max_delay: float | None = None
    """Longest delay between two attempts, in seconds; 60 when unset. It also limits a delay that the service asks for."""

    exp_base: float | None = None
    """Factor by which each delay is longer than the one before; 2 when unset."""

    jitter: float | None = None
    """Maximum random time added to each delay, in seconds; 1 when unset."""

    http_status_codes: list[int] | None = None
    """HTTP status codes to retry; 408, 429, 500, 502, 503 and 504 when unset."""


class HttpOptions(Model):
    """HTTP options of a client or of one call.

    A field set on the call replaces the client's. `headers` are merged; those of the call take precedence.

    Example::

        genai.Client(
            http_options=types.HttpOptions(
                timeout=30_000,
                retry_options=types.HttpRetryOptions(attempts=3),
            )
        )
    """

    base_url: str | None = None
    """Base URL of all requests: scheme, host and optional path, for a proxy, a gateway or a local server. The public
    endpoint of the backend when unset.
    """

    base_url_resource_scope: ResourceScope | None = None
    """How paths are appended to `base_url`; when unset, with the API version and, on Vertex AI, with project and
    location.
    """

    api_version: str | None = None
    """API version in the path; "v1beta" on the Gemini Developer API and "v1beta1" on Vertex AI when unset. An empty
    string removes it from the path.
    """

    headers: dict[str, str] | None = None
    """Extra request headers. A `user-agent` or `x-goog-api-client` is appended to the SDK's own value."""

    timeout: Annotated[int | None, BeforeValidator(_milliseconds)] = None
    """Time limit in milliseconds, or a `timedelta`: the total time of each attempt of a plain call, or the longest time
    between two bytes of a stream. When unset, the default limits apply, or those of your own HTTP client. Also sent to
    the service as `X-Server-Timeout`, in whole seconds, rounded up.
    """

    client_args: dict[str, Any] | None = None
    """Keyword arguments for the HTTP client of blocking calls, such as `proxy` or `verify`."""

    async_client_args: dict[str, Any] | None = None
    """Keyword arguments for the HTTP client of async calls: those of aiohttp, or of httpx2 and httpx."""

    websocket_args: dict[str, Any] | None = None
    """Keyword arguments for `websockets.connect`, which opens live sessions, such as `ping_interval`, `ping_timeout`,
    `compression` or `proxy`. A proxy and certificates of `async_client_args` apply to live sessions as well.
    """

    max_connections: Annotated[int | None, AfterValidator(_at_least_one)] = None
    """Maximum number of connections of the SDK's HTTP client; calls above it wait for a free one. When unset, at most 100
    async calls run at once over httpx, and over aiohttp as many as the system has files for, up to 1,000.
    """

    extra_body: dict[str, Any] | None = None
    """Object that is deeply merged into the JSON body of the request, for fields that the SDK does not know. Keys may
    be camelCase or snake_case; values given here take precedence.
    """

    retry_options: HttpRetryOptions | None = None
    """Settings for retrying failed requests; when unset on both client and call, requests are not retried."""

    httpx_client: Any | None = None
    """Your own blocking client of httpx2 or httpx. The SDK uses it as configured and never closes it."""

    httpx_async_client: Any | None = None
    """Your own async client of httpx2 or httpx. The SDK uses it as configured and never closes it."""

    aiohttp_client: Any | None = None
    """Your own `aiohttp.ClientSession`, for async calls in its event loop. The SDK never closes it."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Return the options for `repr`, without the values of headers that contain credentials."""
        for name, value in super().__repr_args__():
            if name == "headers" and value:
                value = {key: "…" if key.lower() in _SECRET_HEADERS else text for key, text in value.items()}
            yield name, value


class HttpResponse(Model):
    """The HTTP response behind a result, available as `sdk_http_response`."""

    headers: dict[str, str] | None = None
    """Response headers by name."""

    body: str | None = None
    """Undecoded text of the body; only set if the call requested it with `should_return_http_response`."""

    _attempts: int = PrivateAttr(default=1)
    _raw: bytes = PrivateAttr(default=b"")

    @property
    def attempts(self) -> int:
        """Number of requests sent to get this response."""
        return self._attempts

    @property
    def raw(self) -> bytes:
        """The raw body, or the raw event of a stream, including fields that this release does not know."""
        return self._raw

    @classmethod
    def _of_reply(cls, headers: Mapping[str, str], attempts: int, raw: bytes) -> "HttpResponse":
        kept = cls.__new__(cls)
        object.__setattr__(kept, "__dict__", {"headers": dict(headers), "body": None})
        object.__setattr__(kept, "__pydantic_fields_set__", {"headers"})
        object.__setattr__(kept, "__pydantic_extra__", None)
        object.__setattr__(kept, "__pydantic_private__", {"_attempts": attempts, "_raw": raw})
        return kept
