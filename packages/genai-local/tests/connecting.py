"""Connections of test clients to a server with or without TLS."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Protocol

LIMIT_S = 20.0


class Server(Protocol):
    @property
    def authority(self) -> Path | None: ...

    @property
    def url(self) -> str: ...


def trusting(server: Server) -> ssl.SSLContext:
    """Return the context of a client that trusts this server alone, and is as strict as Python 3.13."""
    if server.authority is None:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.create_default_context(cafile=str(server.authority))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def connect_tcp(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=LIMIT_S)


def connect(server: Server) -> socket.socket:
    """Return a connection on which HTTP can be spoken, after the TLS handshake if the server has TLS."""
    client = connect_tcp(server)
    return client if server.authority is None else trusting(server).wrap_socket(client, server_hostname="localhost")
