"""The deadline of a blocking call, enforced below the HTTP client.

An httpx client limits each read, so a reply that arrives byte by byte would exceed any limit. Blocking I/O happens in the
calling thread; so the transport sets the thread's deadline here, and the network layer of the clients created here limits
each read and write to it.
"""

from __future__ import annotations

import threading
import time
from typing import Any

_LARGEST_READ_BYTES = 1 << 20


class _ThreadDeadline(threading.local):
    at: float | None = None


_current = _ThreadDeadline()


class until:
    """A deadline for blocking I/O in this thread, as a value of `time.monotonic()`; None for no deadline.

    Inside another one, the earlier of the two applies.
    """

    __slots__ = ("_at", "_before")

    def __init__(self, at: float | None) -> None:
        self._at = at

    def __enter__(self) -> None:
        before = self._before = _current.at
        _current.at = self._at if before is None or (self._at is not None and self._at < before) else before

    def __exit__(self, *_: object) -> None:
        _current.at = self._before


def is_set() -> bool:
    """Return whether this thread has a deadline."""
    return _current.at is not None


def ends_within(seconds: float) -> bool:
    """Return whether this thread has a deadline that passes during the next seconds."""
    return _current.at is not None and _current.at <= time.monotonic() + seconds


class DeadlineStream:
    """A network stream whose reads and writes end at the thread's deadline.

    The size of reads grows as long as they return full, so a large reply passes the HTTP parser in fewer steps.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._read_bytes = 0
        self.close = stream.close
        self.get_extra_info = stream.get_extra_info

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wanted = max(max_bytes, self._read_bytes)
        data = self._stream.read(wanted, _shorten(timeout))
        self._read_bytes = min(wanted * 4, _LARGEST_READ_BYTES) if len(data) == wanted else 0
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _shorten(timeout))

    def start_tls(self, *args: Any, **kwargs: Any) -> DeadlineStream:
        return DeadlineStream(self._stream.start_tls(*args, **kwargs))


class DeadlineBackend:
    """A network backend of httpcore whose streams end at the thread's deadline."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.sleep = backend.sleep

    def connect_tcp(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> DeadlineStream:
        return DeadlineStream(self._backend.connect_tcp(*args, timeout=_shorten(timeout), **kwargs))

    def connect_unix_socket(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> DeadlineStream:
        return DeadlineStream(self._backend.connect_unix_socket(*args, timeout=_shorten(timeout), **kwargs))


def install(client: Any) -> None:
    """Add the deadline to the network layer of a client and its proxies. Without a deadline nothing changes."""
    transports = [getattr(client, "_transport", None), *getattr(client, "_mounts", {}).values()]
    for transport in transports:
        pool: Any = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if backend is not None and not isinstance(backend, DeadlineBackend):
            pool._network_backend = DeadlineBackend(backend)


def _shorten(timeout: float | None) -> float | None:
    at = _current.at
    if at is None:
        return timeout
    left = max(at - time.monotonic(), 0.001)
    return left if timeout is None else min(timeout, left)
