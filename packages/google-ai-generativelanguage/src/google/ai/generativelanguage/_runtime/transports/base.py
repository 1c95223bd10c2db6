"""What all transports have in common."""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ..calling import Metadata
from ..credentials import credentials_of
from ..endpoints import DEFAULT_ENDPOINT
from ..methods import Method, Service
from ..user_agent import HEADER, client_header

if TYPE_CHECKING:
    from google.api_core.client_info import ClientInfo
    from google.auth.credentials import Credentials

Attempt = Callable[..., Any]
"""Sends a request: `attempt(request, timeout=seconds or None, metadata=pairs)`."""


class Transport(abc.ABC):
    """The base of all transports. The service of a transport is a class attribute, set by the generated subclasses."""

    service: ClassVar[Service]
    kind: ClassVar[str]
    """Name of the transport: "grpc", "grpc_asyncio" or "rest"."""
    AUTH_SCOPES: ClassVar[tuple[str, ...]] = ()
    DEFAULT_HOST: ClassVar[str] = DEFAULT_ENDPOINT

    def __init__(
        self,
        *,
        host: str = DEFAULT_ENDPOINT,
        credentials: Credentials | None = None,
        credentials_file: str | None = None,
        scopes: Sequence[str] | None = None,
        quota_project_id: str | None = None,
        client_info: ClientInfo | None = None,
        always_use_jwt_access: bool | None = False,
        api_audience: str | None = None,
    ) -> None:
        self._client_info = client_info
        self._scopes = scopes
        self._quota_project_id = quota_project_id
        self._credentials: Any = None
        if not self._is_authenticated():
            self._credentials = credentials_of(
                credentials,
                credentials_file,
                scopes=scopes,
                quota_project_id=quota_project_id,
                use_jwt=bool(always_use_jwt_access),
            )
            if api_audience and hasattr(self._credentials, "with_gdch_audience"):
                self._credentials = self._credentials.with_gdch_audience(api_audience)
        self._host = host if ":" in host else f"{host}:443"
        self._attempts: dict[str, Attempt] = {}

    def _is_authenticated(self) -> bool:
        """Tell whether requests are authenticated by something that the program passed, such as a channel."""
        return False

    @property
    def host(self) -> str:
        """Host and port of the service."""
        return self._host

    def attempt(self, method: Method) -> Attempt:
        """Return the function that sends one request of a method, and raises the exceptions of `google.api_core`."""
        found = self._attempts.get(method.name)
        if found is None:
            found = self._attempts[method.name] = self._new_attempt(method)
        return found

    @abc.abstractmethod
    def _new_attempt(self, method: Method) -> Attempt: ...

    def metadata_of(self, given: Metadata) -> list[tuple[str, str | bytes]]:
        """Return the metadata of a call: what the program passed, and the header that names this package, then the program."""
        _, ours = client_header(self._client_info, "rest" if self.kind == "rest" else "grpc")
        metadata = [pair for pair in given if pair[0] != HEADER]
        theirs = [str(value) for name, value in given if name == HEADER] if len(metadata) < len(given) else []
        metadata.append((HEADER, " ".join([ours, *theirs])))
        return metadata

    @abc.abstractmethod
    def close(self) -> Any:
        """Close the connections of the transport. Other clients with this transport cannot use it afterwards."""

    @property
    def operations_client(self) -> Any:
        """Client of `google.longrunning.Operations` over the same connections."""
        raise NotImplementedError

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Attempt:
            """Return the function that sends one request of the method with this name."""
            method = type(self).service.method(name) if hasattr(type(self), "service") else None
            if method is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            return self.attempt(method)
