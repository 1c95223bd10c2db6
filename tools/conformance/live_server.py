"""A WebSocket server on the loopback interface for live sessions, in the event loop of the runner: it reads the setup, sends the
messages of the case, and closes the connection if the case asks for it. `connect` replaces `websockets.connect` in the SDK: the
connection goes to this server, whatever the address; the address, the headers and the sent frames are recorded.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from tools.conformance.server import Recorded
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

TEXT, BINARY = "text frame", "binary frame"
"""The methods of recorded frames; the handshake has the method `GET`."""


class LiveServer:
    """The server, the script of its next connection, and what was recorded."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.script: list[Any] = []
        """Messages, in the order in which they are sent: JSON objects; `{"$text": ...}` and `{"$frame": base64}` for a frame
        with this content; `{"$close": [code, reason]}`; `{"$drop": true}` for a lost connection; `{"$await": n}` to read n
        messages of the client first."""
        self._server: Server | None = None
        self._port = 0

    async def open(self) -> None:
        """Listen on a free port, unless it does already."""
        if self._server is None:
            self._server = await serve(
                self._handle, "127.0.0.1", 0, compression=None, max_size=None, ping_interval=None
            )
            self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def connect(self, uri: str, **arguments: Any) -> connect:
        """Record the handshake, and connect to this server."""
        server = self
        headers = arguments.pop("additional_headers", None) or {}
        self.requests.append(Recorded("GET", uri, [(name.lower(), text) for name, text in headers.items()], b""))

        class Recording(ClientConnection):
            async def send(self, message: Any, *more: Any, **named: Any) -> None:
                method = TEXT if isinstance(message, str) else BINARY
                body = message.encode() if isinstance(message, str) else message
                await super().send(message, *more, **named)
                server.requests.append(Recorded(method, "", [], body))

        given = {"max_size": None, "ping_interval": None, "compression": None}
        return connect(f"ws://127.0.0.1:{self._port}", create_connection=Recording, **given)

    async def _handle(self, websocket: ServerConnection) -> None:
        try:
            await websocket.recv()
            for message in self.script:
                await _send(websocket, message)
            while True:
                await websocket.recv()
        except ConnectionClosed:
            pass


async def _send(websocket: ServerConnection, message: Any) -> None:
    if "$close" in message:
        await websocket.close(*message["$close"])
    elif "$drop" in message:
        websocket.transport.abort()
    elif "$await" in message:
        for _ in range(message["$await"]):
            await websocket.recv()
    elif "$text" in message:
        await websocket.send(message["$text"])
    elif "$frame" in message:
        await websocket.send(base64.b64decode(message["$frame"]))
    else:
        await websocket.send(json.dumps(message).encode())
