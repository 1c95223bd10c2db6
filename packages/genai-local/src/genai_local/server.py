"""The server: the application on uvicorn, with gRPC next to it if asked for, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import threading
from collections.abc import Awaitable, Callable, Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import uvicorn

from .app import SERVICES, WEBSOCKETS, make_app, resume
from .connections import check_all, limited_connection
from .engines import Engine
from .framework.admission import Admission
from .framework.api import Api
from .limits.settings import LimitTable
from .rpc.extra import check_installed
from .scripting.interventions import Connection
from .scripting.script import Script
from .services.caches.store import Caches
from .services.live.limits import MAX_SESSIONS, SESSION_S, LiveSessions
from .state import State
from .transports import abort
from .voice.ears import Ears
from .websocket import WebSocketConnection, websocket_connection

if TYPE_CHECKING:
    from .certificates import CertificateFiles
    from .rpc.server import GrpcServer

_START_LIMIT_S = 120.0
_STOP_LIMIT_S = 10.0
_LAST_WORDS_S = 1.0
"""How long a call that was ended may take to send its status."""
_ACCEPTED_AT_ONCE = 16
_BACKLOG = 2048
_TICKS_PER_CHECK = 5
_TLS_FOLDER = "tls"
_ENGINE_SETTINGS = ("model", "url", "api_key", "embedding_model", "threads")


class _Server(uvicorn.Server):
    """A uvicorn server that closes the connections of slow clients, and stops in an order of its own.

    Args:
        config: settings.
        ready: set when the server accepts connections.
        end_background: ends the work that the next server continues.
    """

    def __init__(
        self, config: uvicorn.Config, ready: threading.Event, end_background: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self.grace_s = 0.0
        """How long requests in progress may continue once the server stops."""
        self.grpc: GrpcServer | None = None
        self._ready = ready
        self._end_background = end_background

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # asyncio accepts as many connections at once as its backlog says, before it closes any. More of them may wait.
        for bound in sockets or []:
            bound.listen(_BACKLOG)
        self._ready.set()

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_PER_CHECK == 0:
            check_all(self.server_state.connections, asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.timeout_graceful_shutdown = math.ceil(self.grace_s) + 1
        last_call = asyncio.get_running_loop().call_later(self.grace_s, self.abort_connections)
        await self._end_background()
        if self.grpc is None:
            await super().shutdown(sockets)
        else:
            await asyncio.gather(super().shutdown(sockets), self.grpc.stop(self.grace_s + _LAST_WORDS_S))
        last_call.cancel()

    def abort_connections(self) -> None:
        """Close all connections at once, which cancels their requests, and end all calls."""
        if self.grpc is not None:
            self.grpc.close_calls()
        for connection in list(self.server_state.connections):
            if isinstance(connection, WebSocketConnection):
                connection.end()
            else:
                abort(connection.transport)


class LocalServer:
    """A server, by default on a loopback port, that runs in a thread of its own.

    Args:
        engine: the engine that answers.
        host: address to bind.
        port: port to bind; 0 for a free one.
        allowed_hosts: names of the server, in addition to loopback names and `host`, that requests may have as `Host`, and
            web pages as origin.
        require_key: key that every request must carry; None for free access.
        max_running: requests that run at the same time.
        max_waiting: requests that may wait; more are refused with 429.
        client_limit_s: how long a client may neither send the rest of a request nor read a reply before its connection is
            closed and its work ends.
        script: a script that records requests and may replace replies.
        operation_s: minimum duration of a long-running operation, such as a video, a batch or tuning.
        operation_polls: minimum number of polls before an operation is done.
        tuned_models: ids of tuned models to register.
        file_processing_s: processing time of an uploaded file before it is ACTIVE.
        min_cache_tokens: minimum number of tokens of a cached content.
        max_sessions: Live sessions at the same time; more are refused with 429.
        session_s: the longest time of a Live session.
        limits: limits on requests for content and embeddings, in the form `[MODEL:]NAME=VALUE`, such as `rpm=600`.
        data: folder in which files, caches and jobs are kept for the next server; None to keep them until this server
            stops.
        tls: whether to serve HTTPS, with a certificate of the server's own (see `authority`); or the files of a
            certificate and of its key, in PEM format.
        grpc_port: port to bind for gRPC; 0 for a free one, None to serve no gRPC.
        grpc_tls: whether gRPC uses TLS, with the files of `tls` if these are given, else with a certificate of the server's own.

    Raises:
        ValueError: for an invalid id of a tuned model, port or limit, and for unsuitable files of a certificate.
        RuntimeError: when the folder of the data cannot be used, or the packages for gRPC are not installed.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allowed_hosts: Sequence[str] = (),
        require_key: str | None = None,
        max_running: int = 64,
        max_waiting: int = 1024,
        client_limit_s: float = 30.0,
        script: Script | None = None,
        operation_s: float = 1.0,
        operation_polls: int = 0,
        tuned_models: Sequence[str] = (),
        file_processing_s: float = 0.0,
        min_cache_tokens: int = 0,
        max_sessions: int = MAX_SESSIONS,
        session_s: float = SESSION_S,
        limits: Sequence[str] = (),
        data: Path | str | None = None,
        tls: bool | tuple[Path | str, Path | str] = False,
        grpc_port: int | None = None,
        grpc_tls: bool = False,
    ) -> None:
        for name, number in (("port", port), ("grpc_port", grpc_port or 0)):
            if not 0 <= number <= 65535:
                raise ValueError(f"{name}: expected a number between 0 and 65535, not {number}.")
        if grpc_tls and grpc_port is None:
            raise ValueError("grpc_tls: needs grpc_port, the port for gRPC; 0 is a free one.")
        if grpc_port and grpc_port == port:
            raise ValueError(f"grpc_port: expected another port than that of REST, {port}.")
        if grpc_port is not None:
            check_installed()
        if max_running < 1 or max_waiting < 0:
            raise ValueError(
                f"max_running, max_waiting: expected at least 1 and 0, not {max_running} and {max_waiting}."
            )
        if max_sessions < 0 or session_s <= 0:
            raise ValueError(
                f"max_sessions, session_s: expected at least 0 and a positive number, not {max_sessions} and {session_s}."
            )
        table = LimitTable.of_texts(limits)
        self.engine = engine
        self.api = Api(
            engine,
            Admission(max_running, max_waiting),
            script=script or Script(),
            state=State(data),
        )
        self.api.limits.change(lambda _: table)
        self.api.operations.duration_s, self.api.operations.polls = operation_s, operation_polls
        self.api.storage.processing_s = file_processing_s
        self.api.part(Caches).min_tokens = min_cache_tokens
        live = self.api.part(LiveSessions)
        live.most, live.length_s = max_sessions, session_s
        for model_id in tuned_models:
            if self.api.tuned_models.find(model_id) is None:
                self.api.tuned_models.add(model_id)
        self.host = host
        self._requested_port = port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._ready = threading.Event()
        self._names = (host, *allowed_hosts)
        self._certificate = self._certificate_files(tls)
        self._grpc_port = grpc_port
        self._grpc_certificate = self._certificate or self._certificate_files(True) if grpc_tls else None
        self._grpc_opening = threading.Lock()
        self._client_limit_s = client_limit_s
        self._app = make_app(
            self.api,
            host=host,
            allowed_hosts=allowed_hosts,
            require_key=require_key,
            script=script,
            connections=self.connections,
        )
        config = uvicorn.Config(
            self._app,
            http=self._connection_class(client_limit_s),
            backlog=_ACCEPTED_AT_ONCE,
            ws=websocket_connection(client_limit_s),
            lifespan="off",
            log_config=None,
            log_level="error",  # a warning for each message that is not HTTP would fill the log
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = _Server(config, self._ready, self.api.background.end)

    @property
    def port(self) -> int:
        """The bound port."""
        assert self._socket, "the server has not been started"
        return self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        """The base URL of both surfaces."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self._certificate is None else 'https'}://{host}:{self.port}"

    @property
    def authority(self) -> Path | None:
        """The file with the certificate that clients have to trust; None without a certificate of the server's own.

        The file exists as long as the server, with `data` as long as the folder.
        """
        certificate = self._certificate or self._grpc_certificate
        return certificate.authority if certificate is not None else None

    @property
    def uses_tls(self) -> bool:
        """Whether REST and WebSockets use TLS."""
        return self._certificate is not None

    @property
    def grpc_uses_tls(self) -> bool:
        """Whether gRPC uses TLS."""
        return self._grpc_certificate is not None

    @property
    def grpc_target(self) -> str | None:
        """The host and the port of gRPC, such as `127.0.0.1:8091`; None if it is not served."""
        if self._uvicorn.grpc is None:
            return None
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self._uvicorn.grpc.port}"

    def open_grpc(self, *, tls: bool = False) -> None:
        """Serve gRPC on a free port from now on, while the server runs; do nothing if it is served already.

        Args:
            tls: whether it uses TLS.

        Raises:
            RuntimeError: when the packages for gRPC are not installed, or the server does not run.
        """
        check_installed()
        if self._loop is None or self._loop.is_closed():
            raise RuntimeError("open_grpc: the server does not run; start it first.")
        with self._grpc_opening:
            if self._uvicorn.grpc is None:
                self._grpc_certificate = self._certificate or self._certificate_files(True) if tls else None
                asyncio.run_coroutine_threadsafe(self._start_grpc(0), self._loop).result(_START_LIMIT_S)

    async def _start_grpc(self, port: int) -> None:
        from .rpc.server import GrpcServer, GrpcSettings

        files, admission = self._grpc_certificate, self.api.admission
        settings = GrpcSettings(
            self.host,
            port,
            None if files is None else (files.certificate, files.key),
            self._client_limit_s,
            admission.running_limit + admission.waiting_limit,
        )
        routes = [route for service in SERVICES for route in service.ROUTES]
        grpc = GrpcServer(self._app, self._app.check, routes, WEBSOCKETS, settings, self.url)
        await grpc.start()
        self._uvicorn.grpc = grpc

    def _certificate_files(self, tls: bool | tuple[Path | str, Path | str]) -> CertificateFiles | None:
        if tls is False:
            return None
        from .certificates import CertificateFiles, own_certificate

        if tls is True:
            return own_certificate(self.api.state.folder(_TLS_FOLDER, is_lasting=True).absolute(), self._names)
        return CertificateFiles(Path(tls[0]), Path(tls[1]))

    def _connection_class(self, client_limit_s: float) -> Any:
        plain = limited_connection(client_limit_s)
        if self._certificate is None:
            return plain
        from .certificates import server_context
        from .handshakes import handshake

        return handshake(server_context(self._certificate), plain)

    def bind(self) -> None:
        """Bind the port.

        Raises:
            OSError: when the port, or that of gRPC, is in use.
        """
        if self._grpc_port is not None:
            try:
                self._bound(self._grpc_port).close()  # gRPC binds it itself, but its error does not have the reason
            except OSError as error:
                where = f"grpc_port: {self.host}:{self._grpc_port}"
                raise OSError(error.errno, f"{where} cannot be bound: {error.strerror}") from None
        self._socket = self._bound(self._requested_port)

    def _bound(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # asyncio disables Nagle's algorithm only if the protocol is given; with the algorithm, replies take 40 ms.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((self.host, port))
        except OSError:
            bound.close()
            raise
        return bound

    def start(self) -> None:
        """Bind the port, start the engine and serve until `stop`.

        Raises:
            OSError: when the port is in use.
            Exception: an error of the engine while opening.
        """
        self.bind()
        self._thread = threading.Thread(target=self._run, name="genai-local", daemon=True)
        self._thread.start()
        self._ready.wait(_START_LIMIT_S)
        if self._failure is not None or not self._uvicorn.started:
            failure = self._failure
            self.stop()
            raise failure or RuntimeError(f"the server did not start within {_START_LIMIT_S:g} seconds")

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        assert self._socket
        self._loop = asyncio.get_running_loop()
        try:
            await self.engine.open()
            resume(self.api)
            if self._grpc_port is not None:
                await self._start_grpc(self._grpc_port)
            await self._uvicorn.serve(sockets=[self._socket])
        finally:
            if self._uvicorn.grpc is not None:
                await self._uvicorn.grpc.stop(0)
            await self.api.background.end()
            await self.api.answering.end()
            self.api.drawing.end()
            self.api.reading.end()
            await self.api.part(Ears).end()
            await self.engine.close()

    def stop(self, grace_s: float = 0.0) -> bool:
        """Refuse new requests, wait for those in progress, and release the port and the engine.

        Batches, the ingestion of documents and interactions in the background stop at once; the next server on the same data
        continues them.

        Args:
            grace_s: how long requests in progress may continue before their connections are closed.

        Returns:
            Whether all work has ended; False if a thread still computes.
        """
        thread = self._thread
        if self._thread is not None:
            self._uvicorn.grace_s = grace_s
            self._uvicorn.should_exit = True
            if not grace_s:
                self.drop_connections()
            self._thread.join(grace_s + _STOP_LIMIT_S)
            self._thread = None
        if self._socket is not None:
            self._socket.close()
        self.api.state.close()
        return thread is None or not thread.is_alive()

    def hurry(self) -> None:
        """End the time of grace of `stop`. Can be called from any thread, and by a signal handler."""
        self._uvicorn.force_exit = True
        self.drop_connections()

    @property
    def is_running(self) -> bool:
        """Whether the server's thread is alive."""
        return self._thread is not None and self._thread.is_alive()

    def connections(self) -> list[Connection]:
        """Return the open connections, and the calls of gRPC in progress."""
        calls = self._uvicorn.grpc.calls if self._uvicorn.grpc is not None else []
        return cast("list[Connection]", [*self._uvicorn.server_state.connections, *calls])

    def drop_connections(self) -> None:
        """Close all connections, which cancels their requests. Can be called from any thread."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._uvicorn.abort_connections)

    def __enter__(self) -> LocalServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@contextlib.contextmanager
def serve(
    engine: str | Engine = "llama", *, host: str = "127.0.0.1", port: int = 0, **options: Any
) -> Generator[LocalServer, None, None]:
    """Serve the Gemini API in a thread for the length of a `with` block.

    Args:
        engine: `"llama"`, `"openai"`, `"scripted"`, or an engine object.
        host: address to bind.
        port: port to bind; 0 for a free one.
        options: settings of the engine (`model`, `url`, `api_key`, `embedding_model`, `threads`) and of `LocalServer`.

    Raises:
        ValueError: for an unknown engine or a missing setting.
        RuntimeError: when the engine cannot be opened, for example because the model has not been pulled.

    Example:
        >>> with serve(engine="scripted") as server:
        ...     print(server.url)  # doctest: +SKIP
    """
    from .engine_choice import make_engine

    settings = {name: options.pop(name) for name in _ENGINE_SETTINGS if name in options}
    chosen = make_engine(engine, **settings) if isinstance(engine, str) else engine
    with LocalServer(chosen, host=host, port=port, **options) as server:
        yield server
