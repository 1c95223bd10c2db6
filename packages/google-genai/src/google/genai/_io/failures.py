"""Failures of connections as exceptions of an HTTP library, for failures that did not happen here: those of a recording."""

from __future__ import annotations

from .httpx_transport import family_module


def of_httpx(kind: str, limit: str, message: str) -> BaseException:
    """Return the exception of the httpx family for a failure of the kind `connect`, `read` or `timeout`."""
    module = family_module()
    if kind == "timeout":
        return (module.ConnectTimeout if limit == "connect" else module.ReadTimeout)(message)
    return (module.ConnectError if kind == "connect" else module.ReadError)(message)


def of_aiohttp(kind: str, limit: str, message: str) -> BaseException:
    """Return the exception of aiohttp for a failure of the kind `connect`, `read` or `timeout`."""
    import aiohttp

    if kind == "timeout":
        return (aiohttp.ConnectionTimeoutError if limit == "connect" else aiohttp.SocketTimeoutError)(message)
    return (aiohttp.ClientConnectionError if kind == "connect" else aiohttp.ClientPayloadError)(message)
