"""The state shared by all parts of one client: the backend, the options, the two ports; and low-level request methods.

Third parties read the attributes of `BaseApiClient` and call or wrap its methods, so these names must not change.
`load_auth` and the four request methods are looked up when they are used, so that a program can replace them.
"""

from __future__ import annotations

from _thread import allocate_lock  # threading.Lock, without loading its module
from typing import TYPE_CHECKING, Any

from ._io import backends

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from google.auth.credentials import Credentials
    from typing_extensions import Self

    from ._core.upload import LocalFile
    from ._io.async_port import AsyncPort
    from ._io.auth import Tokens
    from ._io.messages import OpenResponse, Response
    from ._io.port import Port
    from ._io.sync_port import SyncPort
    from ._wire.call import Call
    from .hooks import Hooks
    from .types import HttpOptions, HttpOptionsOrDict, HttpResponse

READ_BUFFER_SIZE = 4 << 20
"""Kept for programs that assign it; it has no effect, because the readers of this package have no such limit."""


def load_auth(*, project: str | None) -> tuple[Credentials, str]:
    """Return application default credentials, and the project to call."""
    from ._io.auth import default_credentials

    return default_credentials(project=project)


def _load_auth(*, project: str | None) -> tuple[Credentials, str]:
    return load_auth(project=project)  # looked up at each call, because a program may have replaced it


def append_library_version_headers(headers: dict[str, str]) -> None:
    """Prepend the name and version of this library to the headers `user-agent` and `x-goog-api-client`."""
    for name in ("user-agent", "x-goog-api-client"):
        backends.put_client_name(headers, name)


class BaseApiClient:
    """The connection of one client to its backend."""

    hooks: Hooks | None = None
    """The hooks of the client. They are created when the program first uses them."""

    def __init__(
        self,
        vertexai: bool | None = None,
        api_key: str | None = None,
        credentials: Credentials | None = None,
        project: str | None = None,
        location: str | None = None,
        http_options: HttpOptionsOrDict | None = None,
    ) -> None:
        given = _validated_options(http_options)
        self._given_options = given
        self.backend = backends.choose(
            vertexai=vertexai,
            api_key=api_key,
            credentials=credentials,
            project=project,
            location=location,
            base_url=given.base_url if given else None,
            api_version=given.api_version if given else None,
        )
        backend = self.backend
        if given is not None and given.base_url_resource_scope is not None and not given.base_url:
            raise ValueError(
                "http_options.base_url_resource_scope: expected a base_url with it, got none; set http_options.base_url to "
                "the address of the collection."
            )
        self._tokens: Tokens | None = None
        if backend.vertexai and not backend.api_key and not backend.base_url_is_whole:
            from ._io.auth import Tokens

            self._tokens = Tokens(backend, _load_auth)
            if backend.project is None:
                found, backend.project = _load_auth(project=None)
                backend.credentials = backend.credentials or found
        self._options: HttpOptions | None = None
        self._lock = allocate_lock()
        self._sync_port: SyncPort | None = None
        self._async_port: AsyncPort | None = None

    # Settings

    @property
    def vertexai(self) -> bool:
        """Whether calls go to Vertex AI."""
        return self.backend.vertexai

    @property
    def api_key(self) -> str | None:
        """The API key, if calls use one."""
        return self.backend.api_key

    @property
    def project(self) -> str | None:
        """The Google Cloud project."""
        return self.backend.project

    @property
    def location(self) -> str | None:
        """The Google Cloud location."""
        return self.backend.location

    @property
    def active_hooks(self) -> Hooks | None:
        """The hooks of the client, if any are registered."""
        return self.hooks or None

    @property
    def custom_base_url(self) -> str | None:
        """The base URL, if it is the complete address of every call."""
        return self.backend.base_url if self.backend.base_url_is_whole else None

    @property
    def _credentials(self) -> Credentials | None:
        return self.backend.credentials

    @_credentials.setter
    def _credentials(self, credentials: Credentials | None) -> None:
        self.backend.credentials = credentials

    @property
    def _http_options(self) -> HttpOptions:
        """The options in use; changes to them apply from the next call on."""
        options = self._options
        if options is None:
            with self._lock:
                options = self._options
                if options is None:
                    options = self._options = self._settled_options()
        return options

    @_http_options.setter
    def _http_options(self, options: HttpOptions) -> None:
        self._options = options

    def _settled_options(self) -> HttpOptions:
        from .types import HttpOptions

        given = self._given_options
        settled = given.model_copy() if given is not None else HttpOptions()
        settled.base_url = self.backend.base_url
        settled.api_version = self.backend.api_version
        settled.headers = backends.standing_headers(self.backend, given.headers if given is not None else None)
        if given is not None and given.base_url:
            settled.base_url = given.base_url
        return settled

    def given_option(self, name: str) -> Any:
        """Return the value of an option in use. The options object is not created if the program has given none."""
        if self._options is not None:
            return getattr(self._options, name)
        return getattr(self._given_options, name) if self._given_options is not None else None

    def get_read_only_http_options(self) -> dict[str, Any]:
        """Return a copy of the options in use, as a dict."""
        return self._http_options.model_dump()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in backends.describe(self.backend).items())
        return f"{type(self).__name__}({shown})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # credentials and connections cannot be copied

    def __reduce__(self) -> Any:
        raise TypeError(
            "A client cannot be pickled, because it has credentials and connections; create one where it is needed."
        )

    # The ports

    @property
    def port(self) -> Port:
        """The blocking port."""
        if _is_replaced(self, "request") or _is_replaced(self, "request_streamed"):
            from ._io.front import Front

            return Front(self._own_sync_port(), self.request, self.request_streamed)
        return self._own_sync_port()

    @property
    def async_port(self) -> Port:
        """The async port."""
        if _is_replaced(self, "async_request") or _is_replaced(self, "async_request_streamed"):
            from ._io.front import Front

            return Front(self._own_async_port(), self.async_request, self.async_request_streamed)
        return self._own_async_port()

    def _own_sync_port(self) -> SyncPort:
        port = self._sync_port
        if port is None:
            from ._io.sync_port import SyncPort

            with self._lock:
                port = self._sync_port = self._sync_port or SyncPort(self, self._tokens)
        return port

    def _own_async_port(self) -> AsyncPort:
        port = self._async_port
        if port is None:
            from ._io.async_port import AsyncPort

            with self._lock:
                port = self._async_port = self._async_port or AsyncPort(self, self._tokens)
        return port

    @property
    def _httpx_client(self) -> Any:
        return self._own_sync_port().client()

    @property
    def _async_httpx_client(self) -> Any:
        return self.given_option("httpx_async_client")

    @_async_httpx_client.setter
    def _async_httpx_client(self, client: Any) -> None:
        self._http_options.httpx_async_client = client

    def _use_aiohttp(self) -> bool:
        return self._own_async_port().uses_aiohttp()

    def close(self) -> None:
        """Close the connections of blocking calls."""
        self._own_sync_port().close()

    async def aclose(self) -> None:
        """Close the connections of async calls."""
        await self._own_async_port().close()

    # Low-level requests

    def request(
        self,
        http_method: str,
        path: str,
        request_dict: Mapping[str, Any],
        http_options: HttpOptionsOrDict | None = None,
    ) -> HttpResponse:
        """Send one request and return headers and text of the reply. `path` is without base URL and version."""
        from ._core.drive import run

        call = _call(http_method, path, request_dict, http_options)
        return _as_http_response(run(self._own_sync_port().send(call)))

    def request_streamed(
        self,
        http_method: str,
        path: str,
        request_dict: Mapping[str, Any],
        http_options: HttpOptionsOrDict | None = None,
    ) -> Iterator[HttpResponse]:
        """Send one request and yield headers and text of each event of the reply."""
        from ._core.streams import Reply, Stream

        port = self._own_sync_port()
        call = _call(http_method, path, request_dict, http_options)
        with Stream(Reply(lambda: port.stream(call), _event_as_http_response)) as stream:
            yield from stream

    async def async_request(
        self,
        http_method: str,
        path: str,
        request_dict: Mapping[str, Any],
        http_options: HttpOptionsOrDict | None = None,
    ) -> HttpResponse:
        """Send one request and return headers and text of the reply. `path` is without base URL and version."""
        call = _call(http_method, path, request_dict, http_options)
        return _as_http_response(await self._own_async_port().send(call))

    async def async_request_streamed(
        self,
        http_method: str,
        path: str,
        request_dict: Mapping[str, Any],
        http_options: HttpOptionsOrDict | None = None,
    ) -> AsyncIterator[HttpResponse]:
        """Send one request and return an iterator over headers and text of each event of the reply."""
        from ._core.streams import AsyncStream, Reply

        port = self._own_async_port()
        call = _call(http_method, path, request_dict, http_options)
        return AsyncStream(Reply(lambda: port.stream(call), _event_as_http_response))

    def upload_file(
        self,
        file_path: LocalFile,
        upload_url: str,
        upload_size: int | None,
        *,
        http_options: HttpOptionsOrDict | None = None,
    ) -> UploadReply:
        """Upload a file to the address that the service returned for it, and return the final reply."""
        from ._core.drive import run
        from ._core.upload import upload_to

        options = _validated_options(http_options)
        return UploadReply(run(upload_to(self._own_sync_port(), upload_url, file_path, upload_size, options)))

    async def async_upload_file(
        self,
        file_path: LocalFile,
        upload_url: str,
        upload_size: int | None,
        *,
        http_options: HttpOptionsOrDict | None = None,
    ) -> UploadReply:
        """Upload a file to the address that the service returned for it, and return the final reply."""
        from ._core.upload import upload_to

        options = _validated_options(http_options)
        return UploadReply(await upload_to(self._own_async_port(), upload_url, file_path, upload_size, options))

    # WebSockets of other packages

    def _websocket_base_url(self) -> str:
        return backends.websocket_url(self.backend.in_universe(self._http_options.base_url or self.backend.base_url))

    @property
    def _websocket_ssl_ctx(self) -> dict[str, Any]:
        return self._websocket_tls(blocking=False)

    def _websocket_tls(self, *, blocking: bool) -> dict[str, Any]:
        """Arguments for `websockets.connect`; empty for an address without TLS, where that function refuses a context."""
        if self._websocket_base_url().startswith("ws:"):
            return {}
        from ._io.tls import context_for

        arguments: dict[str, Any] = self.given_option("client_args" if blocking else "async_client_args") or {}
        return {"ssl": context_for(arguments.get("ssl", arguments.get("verify")))}

    def websocket_connect(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function that opens WebSockets. A client that records or replays traffic overrides this method."""
        return connect

    def _verify_response(self, response_model: Any) -> None:
        """Do nothing. A client that records or replays traffic overrides this method."""


class UploadReply:
    """The final reply to `upload_file`."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.headers = dict(response.headers)
        self.body = response.body.decode("utf-8", errors="replace")

    @property
    def json(self) -> Any:
        """The decoded body. A property, not a method, for the programs that read it."""
        import json

        return json.loads(self.body) if self.body else {}


_ORIGINAL = {
    name: getattr(BaseApiClient, name)
    for name in ("request", "request_streamed", "async_request", "async_request_streamed")
}


def _is_replaced(client: BaseApiClient, name: str) -> bool:
    """Return whether the program, or a subclass, has replaced a request method."""
    return getattr(getattr(client, name), "__func__", None) is not _ORIGINAL[name]


def _validated_options(options: HttpOptionsOrDict | None) -> HttpOptions | None:
    if options is None:
        return None
    from .types import HttpOptions

    if isinstance(options, HttpOptions):
        return options
    if not options:
        return None
    return HttpOptions.model_validate(options)


def _call(method: str, path: str, body: Mapping[str, Any], options: HttpOptionsOrDict | None) -> Call:
    import json

    from ._wire.call import Call

    body = dict(body)
    for name in ("_query", "_url"):  # the caller has already put them into the path
        body.pop(name, None)
    encoded = json.dumps(body, allow_nan=False, default=_wire_value).encode() if body else None
    return Call(method.upper(), path, encoded, _validated_options(options))


def _wire_value(value: Any) -> Any:
    from ._wire.encoding import scalar_or_plain

    return scalar_or_plain(value, type(value).__name__)


def _as_http_response(response: Response) -> HttpResponse:
    from .types import HttpResponse

    kept = HttpResponse._of_reply(response.headers, response.attempts, response.body)
    kept.body = response.body.decode("utf-8", errors="replace")
    return kept


def _event_as_http_response(response: OpenResponse, event: bytes) -> HttpResponse:
    from .types import HttpResponse

    kept = HttpResponse._of_reply(response.headers, response.attempts, event)
    kept.body = event.decode("utf-8", errors="replace")
    return kept


def __getattr__(name: str) -> Any:
    """Return names that other packages import from here and that are defined elsewhere."""
    if name in ("HttpOptions", "HttpOptionsOrDict", "HttpRetryOptions", "HttpResponse"):
        from . import types

        return getattr(types, name)
    if name == "SdkHttpResponse":
        from .types import HttpResponse

        return HttpResponse
    if name == "errors":
        from . import errors

        return errors
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
