"""The beginning of connections to a server with TLS: the handshake, with a limit, then an HTTP connection takes over.

asyncio itself would neither count a connection before the end of its handshake nor limit their number.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from typing import Any, ClassVar, cast

from .connections import LimitedConnection, make_room
from .protocol.errors import ApiError
from .transports import encrypts, note_loss

_HANDSHAKE_RECORD = 0x16
"""The first byte of every TLS connection; no HTTP request begins with it."""
_PLAIN_HTTP = ApiError(400, "This server uses TLS: its addresses begin with https:// or wss://.")


class Handshake(asyncio.Protocol):
    """A new connection, until its TLS handshake has ended."""

    context: ClassVar[ssl.SSLContext]
    connection: ClassVar[type[LimitedConnection]]
    """The class of the HTTP connection that takes over."""

    client = None
    transport: asyncio.Transport

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._connections = cast("set[Any]", settings["server_state"].connections)
        self._loop = asyncio.get_running_loop()
        self._upgrade: asyncio.Task[None] | None = None
        self._early: list[bytes] = []
        self.idle_since = self._loop.time()

    @property
    def is_idle(self) -> bool:
        """Whether the connection may be closed to make room for another one."""
        return not self.transport.is_closing()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and begin to wait for the client."""
        self.transport = transport
        make_room(self._connections, self, self.connection.most)
        self._connections.add(self)
        self._limit = self._loop.call_later(self.connection.limit_s, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Begin the handshake, or keep the first bytes of a request that arrive together with its end."""
        if self._upgrade is not None:
            self._early.append(data)
        elif data[0] != _HANDSHAKE_RECORD:
            body = json.dumps(_PLAIN_HTTP.envelope()).encode()
            self.transport.write(
                b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json; charset=UTF-8\r\nconnection: close\r\n"
                b"content-length: %d\r\n\r\n%b" % (len(body), body)
            )
            self.transport.close()
        else:
            self.transport.pause_reading()
            self._upgrade = self._loop.create_task(self._encrypt(data))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._limit.cancel()
        self._connections.discard(self)

    def shutdown(self) -> None:
        """Give the handshake up, because the server stops."""
        self.transport.abort()

    async def _encrypt(self, first: bytes) -> None:
        limits: dict[str, Any] = {"ssl_handshake_timeout": self.connection.limit_s}
        if sys.version_info >= (3, 11):  # before, `LimitedConnection.check` alone limits the end of a connection
            limits["ssl_shutdown_timeout"] = self.connection.limit_s
        try:
            upgrade = self._loop.create_task(
                self._loop.start_tls(self.transport, self, self.context, server_side=True, **limits)
            )
            await asyncio.sleep(0)
            # The first bytes have been read already. They are passed on once the TLS protocol knows its transport.
            self._loop.call_soon(_pass_on, self.transport.get_protocol(), first)
            encrypted = await upgrade
        except OSError:  # the client gave up, is too slow, does not trust the certificate, or does not speak TLS
            self.transport.abort()
            self.connection_lost(None)
            return
        self.connection_lost(None)
        if encrypted is None:
            return
        if self.transport.is_closing():
            note_loss(encrypted)
        else:
            self._hand_over(encrypted)

    def _hand_over(self, encrypted: asyncio.Transport) -> None:
        connection = self.connection(**self._settings)
        encrypts(encrypted, self.transport)
        encrypted.set_protocol(connection)
        connection.connection_made(encrypted)
        for data in self._early:
            connection.data_received(data)


def _pass_on(protocol: asyncio.BaseProtocol, data: bytes) -> None:
    if isinstance(protocol, asyncio.BufferedProtocol):
        while data:
            buffer = cast("memoryview", protocol.get_buffer(len(data)))
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            protocol.buffer_updated(size)
            data = data[size:]
    elif isinstance(protocol, asyncio.Protocol):
        protocol.data_received(data)


def handshake(context: ssl.SSLContext, connection: type[LimitedConnection]) -> type[Handshake]:
    """Return the class of connections that begin with TLS and become connections of the given class."""
    return type("Handshake", (Handshake,), {"context": context, "connection": connection})
