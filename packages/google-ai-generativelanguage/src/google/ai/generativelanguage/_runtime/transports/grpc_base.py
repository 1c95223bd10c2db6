"""What both transports over gRPC have in common: the channel, its credentials, and errors."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..calling import Metadata
from ..credentials import API_KEY_HEADER, api_key_of, credentials_of
from ..endpoints import DEFAULT_ENDPOINT
from ..methods import Method
from .base import Transport
from .forking import use

if TYPE_CHECKING:
    import grpc
    from google.api_core.client_info import ClientInfo
    from google.auth.credentials import Credentials

_CLEAR_TEXT = "http://"
_OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


class GrpcBase(Transport):
    """The base of the transports over gRPC.

    The channel is opened when the first call needs it. After a fork, the child opens its own; `forking` says what works there.
    A host that begins with `http://` is a server of one's own in clear text, which may get an API key but no other credentials.
    """

    def __init__(
        self,
        *,
        host: str = DEFAULT_ENDPOINT,
        credentials: Credentials | None = None,
        credentials_file: str | None = None,
        scopes: Sequence[str] | None = None,
        channel: Any = None,
        api_mtls_endpoint: str | None = None,
        client_cert_source: Callable[[], tuple[bytes, bytes]] | None = None,
        ssl_channel_credentials: grpc.ChannelCredentials | None = None,
        client_cert_source_for_mtls: Callable[[], tuple[bytes, bytes]] | None = None,
        quota_project_id: str | None = None,
        client_info: ClientInfo | None = None,
        always_use_jwt_access: bool | None = False,
        api_audience: str | None = None,
    ) -> None:
        """Create a transport.

        Args:
          channel: A channel that is used as it is, without the credentials; or a function that makes one, with the
            arguments of `create_channel`.
          client_cert_source_for_mtls: Function that returns the client certificate and its key, as PEM.
          ssl_channel_credentials: TLS settings of the channel, in place of a certificate.
          api_mtls_endpoint: Deprecated, with `client_cert_source`: host for mutual TLS.
        """
        is_made = channel is not None and not callable(channel)
        self._given_channel: Any = channel if is_made else None
        self._is_clear_text = host.startswith(_CLEAR_TEXT)
        if is_made:
            credentials = credentials_file = None
        if self._is_clear_text and (credentials_file or (credentials and api_key_of(credentials) is None)):
            raise ValueError(f"{host}: credentials are sent over TLS only; use https, or an API key")
        self._clear_text_key = api_key_of(credentials) if self._is_clear_text else None
        if api_mtls_endpoint:
            warnings.warn(
                "api_mtls_endpoint and client_cert_source are deprecated; pass host and client_cert_source_for_mtls",
                DeprecationWarning,
                stacklevel=2,
            )
            host, client_cert_source_for_mtls = api_mtls_endpoint, client_cert_source
        super().__init__(
            host=host.removeprefix(_CLEAR_TEXT).removeprefix("https://"),
            credentials=credentials,
            credentials_file=credentials_file,
            scopes=scopes,
            quota_project_id=quota_project_id,
            client_info=client_info,
            always_use_jwt_access=always_use_jwt_access,
            api_audience=api_audience,
        )
        self._make_channel: Callable[..., Any] = channel if callable(channel) else type(self).create_channel
        self._certificate = None if is_made else client_cert_source_for_mtls
        self._ssl_credentials: Any = ssl_channel_credentials
        self._channels: dict[int, Any] = {}
        """Channels by the number of the process that opened them."""
        self._process = os.getpid()
        self._operations_client: Any = None
        if is_made:
            use(self.kind)

    def _is_authenticated(self) -> bool:
        return self._given_channel is not None or self._is_clear_text

    def metadata_of(self, given: Metadata) -> list[tuple[str, str | bytes]]:
        metadata = super().metadata_of(given)
        if self._clear_text_key is not None:
            metadata.append((API_KEY_HEADER, self._clear_text_key))
        return metadata

    @property
    def grpc_channel(self) -> Any:
        """The channel of this process, opened when it is first needed."""
        use(self.kind)
        if self._given_channel is not None:
            return self._given_channel
        channel = self._channels.get(os.getpid())
        if channel is None:  # if another thread opens one at the same time, that of the first is kept
            channel = self._channels.setdefault(os.getpid(), self._new_channel())
        return channel

    def _opened_channel(self) -> Any:
        """Return the channel of this process, or None if it has not been opened."""
        return self._given_channel or self._channels.get(os.getpid())

    def _new_channel(self) -> Any:
        if self._is_clear_text:
            return self._insecure_channel(self._host, options=_OPTIONS)
        return self._make_channel(
            self._host,
            credentials=self._credentials,
            credentials_file=None,
            scopes=self._scopes,
            ssl_credentials=self._ssl_of_channel(),
            quota_project_id=self._quota_project_id,
            options=_OPTIONS,
        )

    def attempt(self, method: Method) -> Any:
        if self._process != os.getpid():
            use(self.kind)
            self._attempts, self._operations_client, self._process = {}, None, os.getpid()
        return super().attempt(method)

    def _ssl_of_channel(self) -> Any:
        if self._ssl_credentials is None and self._certificate is not None:
            import grpc

            certificate, key = self._certificate()
            self._ssl_credentials = grpc.ssl_channel_credentials(certificate_chain=certificate, private_key=key)
        return self._ssl_credentials

    @classmethod
    def create_channel(
        cls,
        host: str = DEFAULT_ENDPOINT,
        credentials: Credentials | None = None,
        credentials_file: str | None = None,
        scopes: Sequence[str] | None = None,
        quota_project_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return a channel over TLS whose calls are authenticated.

        Args:
          host: Host and port.
          credentials: Credentials of `google-auth`; by default, those of the environment.
          **kwargs: Arguments of `grpc.secure_channel`, and `ssl_credentials`, the TLS settings.
        """
        import grpc

        found = credentials_of(
            credentials, credentials_file, scopes=scopes, quota_project_id=quota_project_id, use_jwt=False
        )
        ssl_credentials: Any = kwargs.pop("ssl_credentials", None) or grpc.ssl_channel_credentials()
        calls: Any = grpc.metadata_call_credentials(_plugin(found))  # pyright: ignore[reportUnknownMemberType]
        composite: Any = grpc.composite_channel_credentials(ssl_credentials, calls)
        return cls._secure_channel(host, composite, **kwargs)

    @staticmethod
    def _secure_channel(host: str, credentials: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    @staticmethod
    def _insecure_channel(host: str, **kwargs: Any) -> Any:
        raise NotImplementedError


def stub_of(channel: Any, method: Method) -> Any:
    """Return the function of a channel that sends the requests of a method."""
    cls, request = method.response, method.request
    kind = f"{'stream' if method.streams_requests else 'unary'}_{'stream' if method.streams_responses else 'unary'}"
    return getattr(channel, kind)(
        method.path,
        request_serializer=request.serialize if hasattr(request, "serialize") else request.SerializeToString,
        response_deserializer=cls.deserialize if hasattr(cls, "deserialize") else cls.FromString,
    )


def mapped(error: Exception) -> Exception:
    """Return the exception of `google.api_core` for an error of gRPC."""
    from google.api_core import exceptions

    make: Any = exceptions.from_grpc_error  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return make(error)


def unreadable(method: Method) -> Exception:
    """Return the exception for a call that succeeded without a message that can be read; gRPC returns None for it."""
    from google.api_core import exceptions

    make: Any = exceptions.InternalServerError
    return make(f"{method.name}(): the server sent no message, or one that is not a {method.response.__name__}")


def _plugin(credentials: Any) -> Any:
    """Return the plugin that authenticates calls. An API key needs no request of its own, and loads no HTTP library."""
    key = api_key_of(credentials)
    if key is not None:
        return lambda _context, callback: callback(((API_KEY_HEADER, key),), None)  # pyright: ignore
    from google.auth.transport.grpc import AuthMetadataPlugin
    from google.auth.transport.requests import Request

    plugin: Any = AuthMetadataPlugin
    try:
        return plugin(credentials, Request(), default_host=DEFAULT_ENDPOINT, suppress_metrics_header=True)
    except TypeError:  # google-auth before it had this setting
        return plugin(credentials, Request(), default_host=DEFAULT_ENDPOINT)
