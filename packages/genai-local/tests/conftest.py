"""Servers and clients for the tests: raw HTTP against the scripted server, and servers with other engines."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import uvicorn

from genai_local.app import SERVICES, WEBSOCKETS
from genai_local.engines import Capabilities
from genai_local.engines.scripted import ScriptedEngine
from genai_local.framework.admission import Admission
from genai_local.framework.api import Api
from genai_local.framework.routing import http_routes
from genai_local.server import LocalServer

from .live_client import Client

PREFIXES = {
    "gemini": "/v1beta/models/",
    "vertex": "/v1beta1/projects/p/locations/l/publishers/google/models/",
    "express": "/v1beta1/publishers/google/models/",
}

_VALUES = {"model": "gemini-2.5-flash", "file": "abc", "project": "p", "location": "l", "publisher": "google"}


@pytest.fixture(scope="session")
def every_route() -> list[tuple[str, str]]:
    """The method and a path of every route, so that a new route is tested by default."""
    api = Api(ScriptedEngine(), Admission(1, 1))
    try:
        routes = http_routes(api, [route for service in SERVICES for route in service.ROUTES])
    finally:
        api.state.close()
    found: set[tuple[str, str]] = set()
    for route in routes:
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda match: _VALUES.get(match[1], "x1"), route.path)
        found |= {(verb, path) for verb in route.methods or () if verb != "HEAD"}
    return sorted(found)


@pytest.fixture(scope="session")
def every_websocket() -> list[str]:
    """A path of every WebSocket, so that a new one is tested by default."""
    return sorted({path for route in WEBSOCKETS for path in route.paths()})


@pytest.fixture(scope="session")
def no_tls() -> ssl.SSLContext:
    """An empty TLS context; loading certificates for each client would be most of the tests' time."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def http(gemini, no_tls) -> Iterator[httpx2.Client]:
    """A plain HTTP client whose base URL is the scripted server."""
    with httpx2.Client(base_url=gemini.url, timeout=30, verify=no_tls) as client:
        yield client


@pytest.fixture(params=list(PREFIXES))
def surface(request) -> str:
    return request.param


@pytest.fixture
def models_path(surface) -> str:
    """The path of the models collection of the surface under test."""
    return PREFIXES[surface]


Ask = Callable[..., httpx2.Response]


@pytest.fixture
def ask(http) -> Ask:
    """Call a generateContent-like method with a text; keyword arguments become further fields of the request."""

    def call(text: str = "hello", *, path: str = PREFIXES["gemini"], method: str = "generateContent", **fields: Any):
        body = {"contents": [{"role": "user", "parts": [{"text": text}]}], **fields}
        return http.post(f"{path}gemini-2.5-flash:{method}", json=body)

    return call


class PlainEngine(ScriptedEngine):
    """A scripted engine for text only."""

    capabilities = Capabilities()


@pytest.fixture(scope="session")
def plain_server() -> Iterator[LocalServer]:
    with LocalServer(PlainEngine()) as server:
        yield server


@pytest.fixture
def ask_plain(plain_server, no_tls) -> Iterator[Ask]:
    """Like `ask`, with an engine without capabilities, and with whole bodies instead of texts."""
    with httpx2.Client(base_url=plain_server.url, timeout=30, verify=no_tls) as client:

        def call(body: dict[str, Any], path: str = "/v1beta/models/gemini-2.5-flash:generateContent"):
            return client.post(path, json=body)

        yield call


@pytest.fixture
def serve_engine() -> Iterator[Callable[..., LocalServer]]:
    """Start servers with given engines and settings; they end with the test."""
    servers: list[LocalServer] = []

    def start(engine, **settings) -> LocalServer:
        server = LocalServer(engine, **settings)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def dial() -> Iterator[Callable[..., Client]]:
    """Connect clients; they leave with the test."""
    clients: list[Client] = []

    def start(url: str, surface: str = "gemini", **settings: Any) -> Client:
        clients.append(Client(url, surface, **settings))
        return clients[-1]

    yield start
    for client in clients:
        client.leave.close()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def running_apps() -> list[tuple[uvicorn.Server, threading.Thread]]:
    return []


@pytest.fixture(scope="session")
def stop_apps(running_apps) -> Callable[[int], None]:
    """Stop the servers that `serve_app` started last, so many of them."""

    def stop(count: int) -> None:
        for _ in range(count):
            server, thread = running_apps.pop()
            server.should_exit = True
            thread.join(10)

    return stop


@pytest.fixture(scope="session")
def serve_app(running_apps, stop_apps) -> Iterator[Callable[[Any], str]]:
    """Serve other ASGI applications, such as endpoints for an engine; return their URLs."""

    def start(app: Any) -> str:
        bound = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, http="h11", ws="none", log_config=None, lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        running_apps.append((server, thread))
        while not server.started:
            time.sleep(0.001)
        return f"http://127.0.0.1:{bound.getsockname()[1]}"

    yield start
    stop_apps(len(running_apps))
