"""WebSockets of both surfaces: their paths, their messages, which are JSON, and the codes with which they close.

Services declare the name of a method. Only this module knows its path.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from ..protocol.errors import ApiError, JsonObject, not_found
from ..protocol.messages import Surface
from ..protocol.payload import read_json, write_json
from .api import Api
from .routing import GEMINI_VERSIONS, VERTEX_VERSIONS, ServiceHeaders, api_error, error_reply

GOING_AWAY = 1001
INVALID_DATA = 1007
POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011
SHUTDOWN = "genai_local.shutdown"
"""Type of the event by which an application learns that the server stops; not part of ASGI."""
STOPPING = "The server is stopping."
_PACKAGES: dict[Surface, str] = {"gemini": "google.ai.generativelanguage", "vertex": "google.cloud.aiplatform"}
_PATH = re.compile(r"/+ws/(?P<package>google\.[a-z]+\.[a-z]+)\.(?P<version>v\w+)\.(?P<service>\w+)[./](?P<method>\w+)")
"""Official clients begin with two slashes. The service of Vertex AI and its method have a slash between them."""
_MAX_REASON_BYTES = 123


class DisconnectedError(OSError):
    """The client has left, or the connection is closed."""


class ServerStopsError(Exception):
    """The server stops, so that the connection has to end."""


@dataclass(frozen=True)
class WebSocketRoute:
    """A method of one surface that takes a WebSocket, and the function behind it."""

    surface: Surface
    name: str
    """Service and method, such as `GenerativeService.BidiGenerateContent`."""
    serve: Callable[[WebSocket], Awaitable[None]]
    """Accepts the connection and closes it. An `ApiError` becomes the HTTP response before that, and a close code later."""
    versions: Sequence[str] | None = None
    """The versions that have the method; None for all of the surface."""
    path: str | None = None
    """The path below the version, of a method that is not at the path of its name."""

    def paths(self) -> list[str]:
        """Return the path of each version."""
        all_versions = GEMINI_VERSIONS if self.surface == "gemini" else VERTEX_VERSIONS
        if self.path is not None:
            return [f"/{version}/{self.path}" for version in self.versions or all_versions]
        separated = self.name if self.surface == "gemini" else self.name.replace(".", "/")
        return [f"/ws/{_PACKAGES[self.surface]}.{version}.{separated}" for version in self.versions or all_versions]


class WebSocket:
    """One WebSocket of a client: JSON messages in and out.

    Args:
        api: the server's parts.
        route: the route of its path.
        version: version of the API in the path.
        connection: the request that opened it: path, query and headers.
        receive: the source of ASGI events.
        send: the target of ASGI events.
    """

    def __init__(
        self, api: Api, route: WebSocketRoute, version: str, connection: HTTPConnection, receive: Receive, send: Send
    ) -> None:
        self.api = api
        self.surface: Surface = route.surface
        self.name = route.name
        self.version = version
        self.connection = connection
        self.is_accepted = False
        self._receive, self._send = receive, send

    async def accept(self) -> None:
        """Answer the handshake."""
        await self._send({"type": "websocket.accept"})
        self.is_accepted = True

    async def receive(self) -> object:
        """Return the next message of the client, decoded.

        Raises:
            DisconnectedError: when the client has left or closed the connection.
            ServerStopsError: when the server stops; the connection can still be used.
            ApiError: 400 for a message that is not JSON.
        """
        event = await self._receive()
        if event["type"] == SHUTDOWN:
            raise ServerStopsError
        if event["type"] == "websocket.disconnect":
            raise DisconnectedError
        return read_json(event["bytes"])

    async def send(self, message: JsonObject) -> None:
        """Send a message, in a binary frame like the service, and wait until the client has room for more.

        Raises:
            DisconnectedError: when the client has left.
        """
        await self._send({"type": "websocket.send", "bytes": write_json(message)})

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection. A reason that is too long for a frame is shortened.

        Raises:
            DisconnectedError: when the client has left.
        """
        await self._send({"type": "websocket.close", "code": code, "reason": _shortened(reason)})


def _shortened(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason.encode()) <= _MAX_REASON_BYTES:
        return reason
    return reason.encode()[: _MAX_REASON_BYTES - 3].decode("utf-8", "ignore") + "..."


def close_code(error: ApiError) -> int:
    """Return the code with which the service closes a connection for an error."""
    if error.code == 400:
        return INVALID_DATA
    return INTERNAL_ERROR if error.code >= 500 else POLICY_VIOLATION


class WebSockets:
    """The application for WebSockets, in front of another one for everything else.

    Args:
        app: the application for HTTP requests.
        api: the server's parts.
        routes: the routes of all services.
    """

    def __init__(self, app: ASGIApp, api: Api, routes: Sequence[WebSocketRoute]) -> None:
        self.app = app
        self._api = api
        self._routes: dict[tuple[str, str, str], WebSocketRoute] = {}
        self._paths: dict[str, WebSocketRoute] = {}
        for route in routes:
            for path in route.paths():
                if route.path is not None:
                    self._paths[path] = route
                    continue
                match = _PATH.fullmatch(path)
                assert match, path
                self._routes[_key(match)] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        await receive()  # the request to connect
        match = _PATH.fullmatch(scope["path"])
        route = self._routes.get(_key(match)) if match else self._paths.get(scope["path"])
        if route is None:
            known = ", ".join(sorted({one.paths()[0] for one in (*self._routes.values(), *self._paths.values())}))
            error = not_found(f"{scope['path']}: this server has no such WebSocket. It has: {known}.")
            await refuse(error, scope, receive, send)
            return
        version: str = match["version"] if match else scope["path"].split("/")[1]
        socket = WebSocket(self._api, route, version, HTTPConnection(scope), receive, send)
        try:
            await route.serve(socket)
        except DisconnectedError:
            pass
        except ServerStopsError:
            await socket.close(GOING_AWAY, STOPPING)
        except Exception as failure:
            error = api_error(failure)
            if socket.is_accepted:
                await socket.close(close_code(error), error.message)
            else:
                await refuse(error, scope, receive, send)


async def refuse(error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the request for a WebSocket with the HTTP response for an error."""
    await ServiceHeaders(error_reply(error, scope["path"]))(scope, receive, send)


def method_at(path: str) -> str | None:
    """Return the service and the method at the path of a WebSocket; None for another path."""
    match = _PATH.fullmatch(path)
    return f"{match['service']}.{match['method']}" if match else None


def _key(match: re.Match[str]) -> tuple[str, str, str]:
    return match["package"], match["version"], f"{match['service']}.{match['method']}"
