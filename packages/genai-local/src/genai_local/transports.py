"""Transports, encrypted or not: how many bytes the client has not taken, and an end without waiting for the client."""

from __future__ import annotations

import asyncio
import weakref

_LINGER_S = 1.0
"""How long a client may send after the end of a connection with TLS without losing its last bytes."""
_tcp: weakref.WeakKeyDictionary[asyncio.BaseTransport, asyncio.Transport] = weakref.WeakKeyDictionary()
"""The TCP transports below encrypted ones. asyncio does not tell them, nor the bytes that wait in them."""


def encrypts(encrypted: asyncio.Transport, tcp: asyncio.Transport) -> None:
    """Note which TCP transport an encrypted one uses."""
    _tcp[encrypted] = tcp


def unsent_bytes(transport: asyncio.Transport) -> int:
    """Return the number of written bytes that the operating system has not accepted yet."""
    tcp = _tcp.get(transport)
    if tcp is None:
        return transport.get_write_buffer_size()
    waiting = tcp.get_write_buffer_size()
    # A closed encrypted transport cannot be asked in every release of Python; it hands everything to the one below.
    is_closing = tcp.is_closing() or transport.is_closing()
    return waiting if is_closing else waiting + transport.get_write_buffer_size()


def write_eof(transport: asyncio.Transport) -> None:
    """Tell the client that nothing follows, and continue to read; with TLS, close the connection a moment later."""
    if transport not in _tcp:
        transport.write_eof()
    elif not transport.is_closing():
        # TLS has no end of one direction: a record that follows, such as the answer to a new key, could not be sent.
        asyncio.get_running_loop().call_later(_LINGER_S, end, transport)


def abort(transport: asyncio.Transport) -> None:
    """End a connection at once. Bytes that the client has not taken are lost."""
    # An encrypted transport that was closed twice ignores it.
    _tcp.get(transport, transport).abort()


def note_loss(transport: asyncio.Transport) -> None:
    """Mark a transport as closed when its connection is lost; before Python 3.11, an encrypted one would be reported."""
    if not transport.is_closing():
        transport.close()


def end(transport: asyncio.Transport) -> None:
    """Close a connection at once, like `abort`, but tell a client with TLS that this is the end."""
    if unsent_bytes(transport):
        abort(transport)
        return
    if not transport.is_closing():
        transport.close()
    if transport in _tcp:
        # Without this, the connection stays open until the client confirms the end.
        asyncio.get_running_loop().call_soon(abort, transport)
