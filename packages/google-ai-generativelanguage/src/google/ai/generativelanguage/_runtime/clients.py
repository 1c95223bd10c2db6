"""What all clients have in common: construction, endpoints, calls, operations. The generated clients add the methods."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from .calling import Metadata, call, call_async, routing_of
from .credentials import api_key_credentials
from .endpoints import (
    DEFAULT_ENDPOINT,
    DEFAULT_MTLS_ENDPOINT,
    DEFAULT_UNIVERSE,
    CertificateSource,
    endpoint_of,
    mtls_endpoint_of,
)
from .methods import Method, Service
from .options import options_of
from .requests import request_of
from .resource_names import CommonResourceNames
from .transports.base import Transport

if TYPE_CHECKING:
    from google.api_core.client_info import ClientInfo
    from google.api_core.client_options import ClientOptions
    from google.auth.credentials import Credentials
    from typing_extensions import Self


class BaseClient(CommonResourceNames):
    """The base of all clients."""

    DEFAULT_ENDPOINT: ClassVar[str] = DEFAULT_ENDPOINT
    DEFAULT_MTLS_ENDPOINT: ClassVar[str] = DEFAULT_MTLS_ENDPOINT
    _DEFAULT_UNIVERSE: ClassVar[str] = DEFAULT_UNIVERSE
    _service: ClassVar[Service]
    _transports: ClassVar[Mapping[str, Callable[[], type[Transport]]]]
    """The classes of transports by name; the first one is the default."""

    def __init__(
        self,
        credentials: Credentials | None,
        transport: Any,
        client_options: ClientOptions | dict[str, Any] | None,
        client_info: ClientInfo | None,
    ) -> None:
        options = options_of(client_options)
        self._client_options = options  # google-generativeai reads the API key here
        endpoint = endpoint_of(options)
        self._universe_domain = endpoint.universe
        if isinstance(transport, Transport):
            if credentials or options.credentials_file or options.api_key or options.scopes:
                raise ValueError(
                    "The transport is an object that has its own credentials; pass credentials, API key and scopes to it"
                )
            self._transport = transport
            self._api_endpoint = transport.host
            return
        if options.api_key and credentials:
            raise ValueError("Pass either credentials or client_options.api_key, not both")
        self._api_endpoint = endpoint.host
        make: Any = (
            self.get_transport_class(transport) if transport is None or isinstance(transport, str) else transport
        )
        self._transport: Transport = make(
            credentials=api_key_credentials(options.api_key) if options.api_key else credentials,
            credentials_file=options.credentials_file,
            host=endpoint.host,
            scopes=options.scopes,
            client_cert_source_for_mtls=endpoint.certificate,
            quota_project_id=options.quota_project_id,
            client_info=client_info,
            always_use_jwt_access=True,
            api_audience=options.api_audience,
        )

    @classmethod
    def get_transport_class(cls, label: str | None = None) -> type[Any]:
        """Return the class of a transport.

        Args:
          label: "grpc", "grpc_asyncio" or "rest"; the first by default.
        """
        if label is None:
            label = next(iter(cls._transports))
        if label not in cls._transports:
            raise KeyError(f"Unknown transport {label!r}; expected one of {', '.join(map(repr, cls._transports))}")
        return cls._transports[label]()

    @classmethod
    def from_service_account_info(cls, info: dict[str, Any], *args: Any, **kwargs: Any) -> Self:
        """Return a client with the credentials of a service account.

        Args:
          info: The content of the key file of the service account, as a dict.
          *args: Further arguments of the constructor.
          **kwargs: Further arguments of the constructor.
        """
        from google.oauth2 import service_account

        account: Any = service_account.Credentials
        return cls(*args, **{**kwargs, "credentials": account.from_service_account_info(info)})

    @classmethod
    def from_service_account_file(cls, filename: str, *args: Any, **kwargs: Any) -> Self:
        """Return a client with the credentials of a service account.

        Args:
          filename: Path of the key file of the service account, JSON.
          *args: Further arguments of the constructor.
          **kwargs: Further arguments of the constructor.
        """
        from google.oauth2 import service_account

        account: Any = service_account.Credentials
        return cls(*args, **{**kwargs, "credentials": account.from_service_account_file(filename)})

    from_service_account_json = from_service_account_file

    @classmethod
    def get_mtls_endpoint_and_cert_source(
        cls, client_options: ClientOptions | dict[str, Any] | None = None
    ) -> tuple[str, CertificateSource | None]:
        """Return the endpoint, and the source of the client certificate for mutual TLS.

        The source is None unless `GOOGLE_API_USE_CLIENT_CERTIFICATE` is "true"; then it is
        `client_options.client_cert_source`, or that of the device if it has one. The endpoint is
        `client_options.api_endpoint`; otherwise that for mutual TLS if `GOOGLE_API_USE_MTLS_ENDPOINT` is "always", or if it
        is "auto", the default, and there is a source; otherwise the usual one.

        Raises `google.auth.exceptions.MutualTLSChannelError` for other values of that variable.
        """
        return mtls_endpoint_of(options_of(client_options))

    @property
    def api_endpoint(self) -> str:
        """Host that the client connects to."""
        return self._api_endpoint

    @property
    def universe_domain(self) -> str:
        """Universe domain that the client uses, usually "googleapis.com"."""
        return self._universe_domain

    @property
    def transport(self) -> Any:
        """Transport that the client uses."""
        return self._transport

    def _attempt(self, method: Method, request: Any, metadata: Metadata) -> Callable[..., Any]:
        """Return the function that sends a request, or a stream of requests, once."""
        sent = self._transport.metadata_of(metadata)
        attempt = self._transport.attempt(method)
        return partial(attempt, request, metadata=sent)


class Client(BaseClient):
    """The base of the blocking clients."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the transport. Other clients with the same transport cannot use it afterwards."""
        self._transport.close()

    def _call(
        self, method: Method, request: Any, fields: Mapping[str, Any], retry: Any, timeout: Any, metadata: Metadata
    ) -> Any:
        message = request_of(method, request, fields)
        attempt = self._attempt(method, message, (*metadata, *routing_of(method, message)))
        response = call(method, attempt, retry, timeout)
        if method.operation is None:
            return response
        from google.api_core import operation

        make: Any = operation.from_gapic  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        result, details = method.operation
        return make(response, self._transport.operations_client, result, metadata_type=details)

    def _call_with_requests(
        self, method: Method, requests: Iterator[Any], retry: Any, timeout: Any, metadata: Metadata
    ) -> Any:
        return call(method, self._attempt(method, requests, metadata), retry, timeout)

    def _pages(
        self,
        pager: Any,
        method: Method,
        request: Any,
        fields: Mapping[str, Any],
        retry: Any,
        timeout: Any,
        metadata: Metadata,
    ) -> Any:
        message = request_of(method, request, fields)
        metadata = (*metadata, *routing_of(method, message))

        def page(request: Any, *, retry: Any, timeout: Any, metadata: Metadata) -> Any:
            return call(method, self._attempt(method, request, metadata), retry, timeout)

        response = page(message, retry=retry, timeout=timeout, metadata=metadata)
        return pager(method=page, request=message, response=response, retry=retry, timeout=timeout, metadata=metadata)


class AsyncClient(BaseClient):
    """The base of the clients with asyncio."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the transport. Other clients with the same transport cannot use it afterwards."""
        await self._transport.close()

    def _attempt(self, method: Method, request: Any, metadata: Metadata) -> Callable[..., Any]:
        kind = self._transport.kind
        if kind in ("grpc", "rest"):
            raise TypeError(
                f"{method.name}(): {type(self).__name__} has the blocking transport {kind!r}; create it with"
                " transport='grpc_asyncio', or use the client without Async"
            )
        return super()._attempt(method, request, metadata)

    async def _call(
        self, method: Method, request: Any, fields: Mapping[str, Any], retry: Any, timeout: Any, metadata: Metadata
    ) -> Any:
        message = request_of(method, request, fields)
        attempt = self._attempt(method, message, (*metadata, *routing_of(method, message)))
        response = await call_async(method, attempt, retry, timeout)
        if method.operation is None:
            return response
        from google.api_core import operation_async

        make: Any = operation_async.from_gapic  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        result, details = method.operation
        return make(response, self._transport.operations_client, result, metadata_type=details)

    async def _call_with_requests(
        self, method: Method, requests: AsyncIterator[Any], retry: Any, timeout: Any, metadata: Metadata
    ) -> Any:
        return await call_async(method, self._attempt(method, requests, metadata), retry, timeout)

    async def _pages(
        self,
        pager: Any,
        method: Method,
        request: Any,
        fields: Mapping[str, Any],
        retry: Any,
        timeout: Any,
        metadata: Metadata,
    ) -> Any:
        message = request_of(method, request, fields)
        metadata = (*metadata, *routing_of(method, message))

        async def page(request: Any, *, retry: Any, timeout: Any, metadata: Metadata) -> Any:
            return await call_async(method, self._attempt(method, request, metadata), retry, timeout)

        response = await page(message, retry=retry, timeout=timeout, metadata=metadata)
        return pager(method=page, request=message, response=response, retry=retry, timeout=timeout, metadata=metadata)
