"""Who may do what: the one place that decides about every request, before its body is read. The default is a refusal.

A request must name this server (`Host`), must not come from a foreign web page (`Origin`, `Sec-Fetch-Site`), and must have
the required key. The only requests without a key are those of an upload that was started with one.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from .framework.api import KeyCheck, credentials_of
from .framework.routing import ServiceHeaders, error_reply
from .protocol.errors import ApiError, error_info

_SERVICES = {"gemini": "generativelanguage.googleapis.com", "vertex": "aiplatform.googleapis.com"}
_VERTEX_PATHS = re.compile(r"/v1beta1/|/v1/(projects|publishers)/|/+ws/google\.cloud\.")
_ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
_KEPT_HOSTS = 1000
_LONGEST_KEPT_HOST = 256
_READ_BEFORE_REFUSAL_BYTES = 1 << 20
_READ_BEFORE_REFUSAL_S = 2.0


class Access:
    """Middleware that refuses requests.

    Args:
        app: the application behind it.
        host: address that the server is bound to.
        allowed_hosts: further names of the server, for `Host` and for the origins of web pages.
        required_key: key that every request must carry; None for free access.
        key_checks: checks of keys by their prefix; they apply even when no key is required.
        is_upload: returns whether an upload with this id was started at this path.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str,
        allowed_hosts: Sequence[str],
        required_key: str | None,
        key_checks: Mapping[str, KeyCheck],
        is_upload: Callable[[str, str], bool],
    ) -> None:
        self.app = app
        self._names = {"localhost", host.lower(), *(name.lower() for name in allowed_hosts)}
        self._hosts: dict[str, bool] = {}
        """Hosts of earlier requests, and whether they are own."""
        self._has_any_address = host in _ANY_ADDRESS
        self._required_key = required_key
        self._key_checks = key_checks
        self._is_upload = is_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] not in ("http", "websocket"):
                raise ApiError(403, f"Connections of the type {scope['type']} are not served.")
            self.check(scope)
        except ApiError as error:
            await _refuse(error, scope, receive, send)
            return
        await self.app(scope, receive, send)

    def check(self, scope: Scope) -> None:
        """Refuse a request with this scope, or do nothing.

        Raises:
            ApiError: the refusal.
        """
        headers: dict[bytes, bytes] = dict(scope["headers"])
        self._check_host(headers)
        self._check_page(headers)
        self._check_credentials(scope)

    def _check_host(self, headers: Mapping[bytes, bytes]) -> None:
        """Refuse a request for another host. A web page whose name resolves to this machine sends such requests."""
        host = headers.get(b"host")
        if host is not None and not self._is_own(host.decode("latin-1")):
            name = host.decode("latin-1")
            raise ApiError(
                403,
                f"Host: {name!r} is not a name of this server. If it is, start the server with "
                f"--allow-host {_name_of(name) or 'NAME'}.",
            )

    def _check_page(self, headers: Mapping[bytes, bytes]) -> None:
        """Refuse a request that a browser sends for a page of another site."""
        if b"origin" in headers:
            origin = headers[b"origin"].decode("latin-1")
            scheme, _, host = origin.partition("://")
            if scheme not in ("http", "https") or not self._is_own(host):
                raise ApiError(403, f"Origin: requests from pages of {origin!r} are refused.")
        elif headers.get(b"sec-fetch-site") == b"cross-site":
            raise ApiError(403, "Sec-Fetch-Site: requests from pages of other sites are refused.")

    def _is_own(self, host: str) -> bool:
        """Return whether a host, with or without a port, is this server or this machine."""
        known = self._hosts.get(host)
        if known is None:
            known = self._is_own_name(host)
            if len(self._hosts) < _KEPT_HOSTS and len(host) < _LONGEST_KEPT_HOST:
                self._hosts[host] = known
        return known

    def _is_own_name(self, host: str) -> bool:
        name = _name_of(host)
        if name is None:
            return False
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or self._has_any_address

    def _check_credentials(self, scope: Scope) -> None:
        """Refuse a request without valid credentials.

        A key may come as `x-goog-api-key`, as the query parameter `key` or as bearer token. The URL of a started
        upload needs no key, as on the service.

        Raises:
            ApiError: 400 for a wrong key, 401 for a wrong token, 403 (Vertex: 401) without credentials; any error of a
                key check.
        """
        connection = HTTPConnection(scope)
        query = connection.query_params
        key, token = credentials_of(connection)
        for prefix, check in self._key_checks.items():
            for credential in (key, token):
                if credential.startswith(prefix):
                    check(credential, connection)
                    return
        required_key = self._required_key
        if required_key is None:
            return
        path: str = scope["path"]
        upload_id = query.get("upload_id")
        if upload_id is not None and self._is_upload(upload_id, path):
            return
        is_vertex = _VERTEX_PATHS.match(path) is not None
        service = _SERVICES["vertex" if is_vertex else "gemini"]
        if key:
            if hmac.compare_digest(key.encode(), required_key.encode()):
                return
            raise ApiError(
                400,
                "API key not valid. Send the key that this server was started with.",
                details=[error_info("API_KEY_INVALID", {"service": service})],
            )
        if token:
            if hmac.compare_digest(token.encode(), required_key.encode()):
                return
            raise ApiError(
                401,
                "The bearer token is not the key this server was started with.",
                details=[error_info("ACCESS_TOKEN_TYPE_UNSUPPORTED", {"service": service})],
            )
        message = (
            "This server requires a key: send it as x-goog-api-key, as the query parameter key, or as bearer token."
        )
        if is_vertex:
            raise ApiError(401, message, details=[error_info("CREDENTIALS_MISSING", {"service": service})])
        raise ApiError(403, message, details=[error_info("API_KEY_MISSING", {"service": service})])


def _name_of(host: str) -> str | None:
    """Return the name or address in a host with or without a port; None for an invalid one."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises ValueError for an invalid one
    except ValueError:
        return None
    return None if parts.netloc != host or "@" in host else (parts.hostname or "").removesuffix(".") or None


async def _refuse(error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(_skip_body(receive), _READ_BEFORE_REFUSAL_S)
    if scope["type"] in ("http", "websocket"):
        await ServiceHeaders(error_reply(error, scope["path"]))(scope, receive, send)


async def _skip_body(receive: Receive) -> None:
    """Read the beginning of a body, because a client that is still sending may not see the refusal otherwise."""
    size, more = 0, True
    while more and size < _READ_BEFORE_REFUSAL_BYTES:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
