"""The gRPC server: it accepts calls on a port of its own, in the event loop of the HTTP server, and answers each with a `Call`.

A method that this server does not have is UNIMPLEMENTED, with a message that names another way or the methods it has.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import grpc
import grpc.aio
from starlette.types import ASGIApp, Scope

from ..framework.routing import Route
from ..framework.websockets import WebSocketRoute
from ..protocol.errors import ApiError
from ..protocol.limits import MAX_BODY_BYTES
from .calls import Call, HttpCall, headers_of
from .methods import Method, read_methods
from .sessions import Session
from .statuses import RpcError, error_of

_VARIABLE = re.compile(r"\{[^}]*\}")
_FURTHER_CALLS = 1_000
"""Calls at the same time that neither run nor wait for the engine."""
_MOST_CONNECTIONS = 4_096
_HINTS = {
    "CreateFile": "a message has no bytes of a file. Upload it by REST: POST {url}/upload/{version}/files",
    "DownloadFile": (
        "the reply has no bytes of a file. Download it by REST: GET {url}/{version}/files/FILE:download?alt=media"
    ),
}
"""What clients of methods that only REST can serve should do."""


@dataclass(frozen=True)
class GrpcSettings:
    """The settings of a gRPC server."""

    host: str
    port: int
    """0 for a free port."""
    certificate: tuple[Path, Path] | None
    """The files of the certificate and of its key for TLS; None for clear text."""
    client_limit_s: float
    """How long a client may neither send its message nor read a reply."""
    most_calls: int
    """Number of calls that the engine's queue takes at the same time."""


class GrpcServer:
    """A gRPC server in front of an ASGI application. Its methods run on the event loop; `calls` may be read anywhere.

    Args:
        app: the application.
        check: refuses a call with this ASGI scope by an `ApiError`, before its message is read.
        routes: the routes of the application.
        sockets: its WebSockets.
        settings: address, limits and certificate.
        url: the URL of the application, for the addresses in its replies.
    """

    def __init__(
        self,
        app: ASGIApp,
        check: Callable[[Scope], None],
        routes: Iterable[Route],
        sockets: Iterable[WebSocketRoute],
        settings: GrpcSettings,
        url: str,
    ) -> None:
        self.port = 0
        self._app = app
        self._check = check
        self._settings = settings
        self._url = url
        self._methods = read_methods(places(routes), {path for socket in sockets for path in socket.paths()})
        self._calls: set[Call] = set()
        self._server: Any = None

    @property
    def calls(self) -> list[Call]:
        """The calls that are being answered."""
        return list(self._calls)

    async def start(self) -> None:
        """Bind the port and accept calls.

        Raises:
            OSError: when the port is in use.
        """
        settings = self._settings
        address = f"[{settings.host}]" if ":" in settings.host else settings.host
        self._server = grpc.aio.server(
            handlers=[_Handlers(self._handlers(), self._unknown)],
            maximum_concurrent_rpcs=settings.most_calls + _FURTHER_CALLS,
            options=[
                ("grpc.so_reuseport", 0),  # otherwise a second server may bind the same port
                ("grpc.max_receive_message_length", MAX_BODY_BYTES),
                ("grpc.max_allowed_incoming_connections", _MOST_CONNECTIONS),
                ("grpc.server_handshake_timeout_ms", int(settings.client_limit_s * 1000)),
                ("grpc.keepalive_time_ms", int(settings.client_limit_s * 1000)),
                ("grpc.keepalive_timeout_ms", int(settings.client_limit_s * 1000)),
            ],
        )
        try:
            if settings.certificate is None:
                self.port = self._server.add_insecure_port(f"{address}:{settings.port}")
            else:
                credentials = _credentials(*settings.certificate)
                self.port = self._server.add_secure_port(f"{address}:{settings.port}", credentials)
        except RuntimeError as error:
            raise OSError(errno.EADDRINUSE, f"grpc_port: {address}:{settings.port} cannot be bound: {error}") from None
        await self._server.start()

    async def stop(self, grace_s: float) -> None:
        """Refuse new calls, and end those in progress after the time of grace."""
        for call in self.calls:
            call.shutdown()
        if self._server is not None:
            await self._server.stop(grace_s)

    def close_calls(self) -> None:
        """End all calls in progress as if their connections were lost."""
        for call in self.calls:
            call.close()

    def _handlers(self) -> dict[str, Any]:
        return {path: self._handler(method) for path, method in self._methods.items()}

    def _handler(self, method: Method) -> Any:
        if not method.is_served:
            return self._refusal(method.path, self._missing(method))

        kind = Session if method.is_session else HttpCall

        async def answer(_: object, context: Any) -> bytes:
            call = kind(self._app, method, context, self._scope(method.path, context), self._settings.client_limit_s)
            self._calls.add(call)
            try:
                self._check(call.scope)
                return await call.answer()
            except (RpcError, ApiError) as problem:
                error = problem if isinstance(problem, RpcError) else error_of(problem)
                self._calls.discard(call)
                return await call.abort_with(error)
            finally:
                self._calls.discard(call)

        async def answer_stream(messages: object, context: Any) -> None:
            await answer(messages, context)

        if method.is_streamed:
            return cast("Any", grpc.stream_stream_rpc_method_handler(answer_stream))
        # Reading the message here, not before the handler, limits the time for it.
        return cast("Any", grpc.stream_unary_rpc_method_handler(answer))

    def _scope(self, path: str, context: Any) -> Scope:
        scheme, _, host = self._url.partition("://")
        own = [(b"host", host.encode()), (b"content-type", b"application/json")]
        return {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "2",
            "scheme": scheme,
            "root_path": "",
            "server": None,
            "headers": [*own, *headers_of(context.invocation_metadata() or ())],
        }

    def _refusal(self, path: str, problem: str) -> Any:
        async def refuse(_: object, context: Any) -> bytes:
            error = RpcError(grpc.StatusCode.UNIMPLEMENTED, problem)
            try:
                self._check(self._scope(path, context))
            except ApiError as refusal:
                error = error_of(refusal)
            return await context.abort(error.code, error.message, error.trailers())

        return cast("Any", grpc.stream_unary_rpc_method_handler(refuse))

    def _missing(self, method: Method) -> str:
        version = method.service.split(".")[-2]
        hint = _HINTS.get(method.name)
        if hint is None:
            return f"{method.path}: this server does not have this method. {self._known()}"
        return f"{method.path}: {hint.format(url=self._url, version=version)}"

    def _unknown(self, path: str) -> Any:
        return self._refusal(path, f"{path}: this server does not know this method. {self._known()}")

    def _known(self) -> str:
        served: dict[str, list[str]] = {}
        for method in self._methods.values():
            if method.is_served:
                names = served.setdefault(".".join(method.service.split(".")[-2:]), [])
                names.append(method.name)
        return "It serves " + "; ".join(f"{service}: {', '.join(names)}" for service, names in served.items()) + "."


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, handlers: Mapping[str, Any], unknown: Callable[[str], Any]) -> None:
        self._handlers = handlers
        self._unknown = unknown

    def service(self, handler_call_details: Any) -> Any:
        path: str = handler_call_details.method
        return self._handlers.get(path) or self._unknown(path)


def places(routes: Iterable[Route]) -> Iterator[tuple[str, str]]:
    """Yield verb and path, with a `*` for each variable, of the routes of the Developer API whose messages are JSON."""
    for route in routes:
        if route.surface == "gemini" and not route.is_upload and not route.is_download:
            yield route.verb, _VARIABLE.sub("*", route.path)


def _credentials(certificate: Path, key: Path) -> Any:
    return grpc.ssl_server_credentials([(key.read_bytes(), certificate.read_bytes())])
