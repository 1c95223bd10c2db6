"""The connection of a live session: its address, its headers, the opening and closing of the WebSocket, and its errors.

The library `websockets` does the work; it is imported when a session opens. Not part of this module: the messages.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .. import errors
from .._api_client import BaseApiClient
from .._io import backends, concurrency, tls

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping


Connect = Callable[..., AbstractAsyncContextManager[Any]]
"""A function like `websockets.connect`."""

HANDSHAKE_LIMIT_S = 20.0
"""Time for name resolution, TCP, TLS and the upgrade to a WebSocket."""
SETUP_LIMIT_S = 30.0
"""Time until the service confirms the settings of a session."""
SEND_LIMIT_S = 60.0
"""Time until the connection takes a message. It takes none while the service does not read."""
CLOSE_LIMIT_S = 2.0
"""Time for the closing handshake; the socket is closed afterwards in any case."""
_PING_INTERVAL_S = 20.0
_PING_LIMIT_S = 60.0
_QUEUED_MESSAGES = 64

_WEBSOCKETS = "websockets.asyncio.client"
_SECRET_HEADERS = frozenset({"x-goog-api-key", "authorization", "proxy-authorization", "cookie"})
_TOKEN_PREFIX = "auth_tokens/"  # noqa: S105 - the beginning of the names of tokens, not a token
_UNSAFE = re.compile(r"[\r\n\0]")

logger = logging.getLogger("google_genai.live")


# Addresses


def session_url(api_client: BaseApiClient) -> str:
    """Return the address of live sessions."""
    base_url, version = api_client._websocket_base_url(), api_client._http_options.api_version
    backend = api_client.backend
    if backend.base_url_is_whole:
        return base_url
    if backend.vertexai:
        return _below(base_url, f"/ws/google.cloud.aiplatform.{version}.LlmBidiService/BidiGenerateContent")
    method = "BidiGenerateContentConstrained" if _is_token(backend.api_key) else "BidiGenerateContent"
    return _below(base_url, f"/ws/google.ai.generativelanguage.{version}.GenerativeService.{method}")


def music_url(api_client: BaseApiClient) -> str:
    """Return the address of music sessions."""
    version = api_client._http_options.api_version
    path = f"/ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateMusic"
    return _below(api_client._websocket_base_url(), path)


def _below(base_url: str, path: str) -> str:
    # The standard base URLs end in a slash, and official clients send the path with two slashes, which services accept.
    base_url, mark, query = base_url.partition("?")
    return f"{base_url}{path}{mark}{query}"


def _is_token(api_key: str | None) -> bool:
    return (api_key or "").startswith(_TOKEN_PREFIX)


async def headers_for(
    api_client: BaseApiClient, labels: Mapping[str, str], more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the headers of the handshake, with a valid token.

    `labels` are added to the values of the client's headers; `more` replace them.
    """
    headers = dict(api_client._http_options.headers or {})
    backends.put_headers(headers, {})
    identity = await api_client._own_async_port().own_identity()
    if identity and not any(name.lower() == "authorization" for name in headers):
        backends.put_headers(headers, identity)
    if _is_token(api_client.api_key) and not api_client.backend.vertexai:
        backends.put_headers(headers, {"Authorization": f"Token {api_client.api_key}"})
    for name, label in labels.items():
        headers[name] = f"{headers.get(name, '')} {label}".strip()
    backends.put_headers(headers, dict(more or {}))
    for name, value in headers.items():
        if _UNSAFE.search(name) or _UNSAFE.search(value):
            raise ValueError(f"http_options.headers[{name!r}]: contains a line break or a null character.")
    return headers


# Limits and settings


@dataclass(frozen=True)
class Limits:
    """Time limits of a session, in seconds. A limit of `http_options.timeout` applies to each step."""

    handshake_s: float = HANDSHAKE_LIMIT_S
    setup_s: float = SETUP_LIMIT_S
    send_s: float = SEND_LIMIT_S
    close_s: float = CLOSE_LIMIT_S

    @classmethod
    def of(cls, api_client: BaseApiClient) -> Limits:
        """Return the limits from the options of a client."""
        options = api_client._http_options
        chosen = options.timeout / 1000 if options.timeout else None
        given = options.websocket_args or {}
        return cls(
            handshake_s=_seconds(given, "open_timeout", chosen or HANDSHAKE_LIMIT_S),
            setup_s=chosen or SETUP_LIMIT_S,
            send_s=chosen or SEND_LIMIT_S,
            close_s=_seconds(given, "close_timeout", CLOSE_LIMIT_S),
        )


def _seconds(given: dict[str, Any], name: str, default: float) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        raise ValueError(
            f"http_options.websocket_args[{name!r}]: expected a positive number of seconds, got {value!r}."
        )
    return float(value)


_OWN_ARGUMENTS = frozenset({"additional_headers", "extra_headers", "uri", "create_connection"})


def _arguments(api_client: BaseApiClient, headers: dict[str, str], limits: Limits, *, blocking: bool) -> dict[str, Any]:
    """Return the arguments for `websockets.connect`."""
    options = api_client._http_options
    given: dict[str, Any] = dict(options.websocket_args or {})
    refused = _OWN_ARGUMENTS & given.keys()
    if refused:
        raise ValueError(
            f"http_options.websocket_args[{min(refused)!r}]: not supported; use http_options.headers or base_url."
        )
    http: dict[str, Any] = (options.client_args if blocking else options.async_client_args) or {}
    arguments: dict[str, Any] = {
        "additional_headers": headers,
        "max_size": None,
        "max_queue": _QUEUED_MESSAGES,
        "ping_interval": _PING_INTERVAL_S,
        "ping_timeout": _PING_LIMIT_S,
        **given,
        "open_timeout": None,  # `_open` limits the time, so that the limit has one error
        "close_timeout": limits.close_s,
        "logger": _RedactingLogger(given.get("logger") or logger, _secrets(headers, api_client.api_key)),
    }
    if "ssl" not in given:
        arguments.update(api_client._websocket_tls(blocking=blocking))
    if any(name.lower() == "user-agent" for name in headers):
        arguments.setdefault("user_agent_header", None)  # older releases of websockets would send theirs too
    if "proxy" not in given:
        arguments.update(_proxy_of(http))
    return arguments


def _proxy_of(http: dict[str, Any]) -> dict[str, Any]:
    """Return the proxy that the arguments of the HTTP client select; without one, `websockets` reads the environment."""
    proxy = http.get("proxy")
    if proxy is None:
        return {"proxy": None} if http.get("trust_env") is False else {}
    url = getattr(proxy, "url", proxy)
    auth = getattr(proxy, "raw_auth", None) or getattr(proxy, "auth", None)
    text = str(url)
    if auth and "@" not in text:
        from urllib.parse import quote

        name, password = (part.decode() if isinstance(part, bytes) else str(part) for part in auth)
        scheme, _, rest = text.partition("://")
        text = f"{scheme}://{quote(name, safe='')}:{quote(password, safe='')}@{rest}"
    return {"proxy": text}


def _secrets(headers: Mapping[str, str], api_key: str | None) -> list[str]:
    found = [value for name, value in headers.items() if name.lower() in _SECRET_HEADERS and value]
    found += [value.partition(" ")[2] for value in found if " " in value]
    return sorted({*found, *([api_key] if api_key else [])}, key=len, reverse=True)


if TYPE_CHECKING:
    _Adapter = logging.LoggerAdapter[Any]
else:
    _Adapter = logging.LoggerAdapter  # not generic before Python 3.11


class _RedactingLogger(_Adapter):
    """A logger for `websockets`, which logs the headers of the handshake: keys and tokens are replaced."""

    def __init__(self, target: Any, secrets: list[str]) -> None:
        super().__init__(target, {})
        self._secrets = secrets

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, kwargs

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        if self.isEnabledFor(level):
            if len(args) == 2 and str(args[0]).lower() in _SECRET_HEADERS:  # of a proxy, for example
                args = (args[0], "…")
            self.logger.log(level, self._shown(msg), *map(self._shown, args), **kwargs)

    def _shown(self, value: Any) -> Any:
        text = value if isinstance(value, str) else None
        if text is None:
            return value
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text


# Opening and closing


def default_connect(*args: Any, **kwargs: Any) -> AbstractAsyncContextManager[Any]:
    """Open a WebSocket with the library `websockets`. A redirect to another host is not followed: it would get the key."""
    return _connect_class()(*args, **kwargs)


_connect_classes: list[Any] = []


def _connect_class() -> Any:
    if not _connect_classes:
        from urllib.parse import urljoin, urlsplit

        from websockets.asyncio.client import connect

        class SameHost(connect):
            def process_redirect(self, exc: Exception) -> Exception | str:
                location = getattr(getattr(exc, "response", None), "headers", {}).get("Location")
                if location is not None:
                    target, origin = urlsplit(urljoin(self.uri, location)), urlsplit(self.uri)
                    if target.netloc != origin.netloc or target.scheme != origin.scheme:
                        return exc
                return super().process_redirect(exc)

        _connect_classes.append(SameHost)
    return _connect_classes[0]


class Connection:
    """One open WebSocket."""

    def __init__(self, websocket: Any, leave: Callable[[], Any] | None = None, close_s: float = CLOSE_LIMIT_S) -> None:
        self.websocket = websocket
        self.first_frame: bytes | str = b""
        """First answer of the service, which confirms the setup."""
        self._leave = leave or websocket.close
        self._close_s = close_s
        self._high_water = _high_water(websocket)

    async def send(self, frame: str, limit_s: float) -> None:
        """Send one frame. Raises `APIConnectionError` if the connection is closed, `APITimeoutError` after the limit."""
        try:
            if self._takes_at_once(frame):
                await self.websocket.send(frame)
                return
            async with concurrency.total(limit_s):
                await self.websocket.send(frame)
        except asyncio.TimeoutError as error:
            raise errors.connection_error(
                error,
                timeout=True,
                limit="send",
                text=f"The service did not read for {limit_s:g} s, so a message may not have arrived.",
            ) from None
        except Exception as error:
            raise connection_failure(error) from None

    def _takes_at_once(self, frame: str) -> bool:
        """Return whether the socket's buffer has room for a frame, so that sending needs no time limit, which costs microseconds."""
        return 4 * len(frame) < self._high_water and self.websocket.transport.get_write_buffer_size() == 0

    async def receive(self) -> bytes | str:
        """Return the next frame. Raises `APIConnectionError` if the connection is closed; its code is 1000 for a normal close."""
        try:
            return await self.websocket.recv(decode=False)
        except Exception as error:
            raise connection_failure(error) from None

    async def close(self) -> None:
        """Close the socket: after the closing handshake, or after the limit for it."""
        try:
            async with concurrency.total(self._close_s):
                await self._leave()
        except asyncio.TimeoutError:
            pass
        except Exception as error:  # a socket that is broken is closed as well
            logger.debug("The connection could not be closed properly: %s", type(error).__name__)
        finally:
            self.abort()

    def abort(self) -> None:
        """Close the socket at once, if it is still open."""
        transport = getattr(self.websocket, "transport", None)
        if transport is not None and hasattr(transport, "abort"):
            with suppress(Exception):
                transport.abort()


def _high_water(websocket: Any) -> int:
    """Return the size of the socket's buffer at which a sender has to wait; 0 if it is unknown."""
    try:
        return websocket.transport.get_write_buffer_limits()[1]
    except (AttributeError, NotImplementedError):
        return 0


async def open_connection(
    api_client: BaseApiClient,
    url_of: Callable[[BaseApiClient], str],
    connect: Connect,
    limits: Limits,
    labels: Mapping[str, str],
    *,
    blocking: bool,
    more_headers: Mapping[str, str] | None = None,
    is_billed_to_user_project: bool = False,
) -> Connection:
    """Return an open WebSocket to an address of a client. `more_headers` replace headers of the client.

    Raises `ClientError` or `ServerError` if the handshake is refused, `APITimeoutError` and `APIConnectionError` for other
    failures. All are instances of the exception that `websockets` raised as well.
    """
    if concurrency.trio_of_caller() is not None:
        raise RuntimeError(
            "Live sessions need asyncio; run them in an asyncio program, or use client.live in a thread."
        )
    headers = await headers_for(api_client, labels, more_headers)
    if is_billed_to_user_project:
        backends.put_user_project(headers, api_client.backend)
    url = url_of(api_client)
    try:
        return await _open(api_client, url, connect, limits, headers, blocking)
    except errors.ClientError as error:
        renewed = await api_client._own_async_port().renewed_identity(headers) if error.code == 401 else None
        if renewed is None:
            raise
    backends.put_headers(headers, renewed)
    return await _open(api_client, url, connect, limits, headers, blocking)


async def _open(
    api_client: BaseApiClient, url: str, connect: Connect, limits: Limits, headers: dict[str, str], blocking: bool
) -> Connection:
    if url.startswith("wss:") and not tls.is_loaded():
        await concurrency.in_thread(tls.load)
    if _WEBSOCKETS not in sys.modules:
        await concurrency.in_thread(_load_websockets)
    arguments = _arguments(api_client, headers, limits, blocking=blocking)
    try:
        async with concurrency.total(limits.handshake_s):
            opening = api_client.websocket_connect(connect)(url, **arguments)
            websocket = await opening.__aenter__()
    except asyncio.TimeoutError as error:
        if getattr(error, "errno", None) is not None:  # of the socket
            raise connection_failure(error) from None
        text = f"The connection was not open within {limits.handshake_s:g} s."
        raise errors.connection_error(error, timeout=True, limit="handshake", text=text) from None
    except Exception as error:
        if isinstance(error, (ValueError, TypeError, ImportError)) and not isinstance(error, OSError):
            raise  # wrong arguments, as opposed to certificates that are not accepted
        raise connection_failure(error) from None

    async def leave() -> None:
        await opening.__aexit__(None, None, None)

    return Connection(websocket, leave, limits.close_s)


def _load_websockets() -> None:
    try:
        import_module(_WEBSOCKETS)  # takes tens of milliseconds
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "Live sessions need the package websockets, 15 or newer: pip install websockets", name=error.name
        ) from error


def connection_failure(original: Exception) -> errors.APIError | errors.RecordingError:
    """Return the error for an exception of `websockets`, of the socket, or of a recording that is replayed."""
    if isinstance(original, (errors.APIError, errors.RecordingError)):
        return original
    response: Any = getattr(original, "response", None)
    status = getattr(response, "status_code", None)
    if isinstance(status, int):
        return errors.refused_connection(
            original, status, dict(response.headers.raw_items()), bytes(response.body or b"")
        )  # pyright: ignore
    if hasattr(original, "rcvd") and hasattr(original, "sent"):
        return _closed(original)
    return errors.connection_error(original)


def _closed(original: Any) -> errors.APIError:
    """Return the error for a closed connection, with the close code as its code; 1006 if none was received."""
    received, sent = original.rcvd, original.sent
    if received is not None:
        code, reason = received.code, received.reason
        message = f"The service closed the session with code {code}" + (f": {reason}" if reason else ".")
    elif sent is not None and sent.code not in (1000, 1001):
        code = 1006
        message = f"The connection failed and was closed with code {sent.code}" + (
            f": {sent.reason}" if sent.reason else "."
        )
    elif sent is not None:
        code, message = sent.code, "The session is closed."
    else:
        code, message = 1006, "The connection to the service was lost."
    return errors.closed_connection(original, code, _CLOSE_CODES.get(code, "CONNECTION_CLOSED"), message)


_CLOSE_CODES = {
    1000: "NORMAL_CLOSURE",
    1001: "GOING_AWAY",
    1002: "PROTOCOL_ERROR",
    1003: "UNSUPPORTED_DATA",
    1005: "NO_STATUS_RECEIVED",
    1006: "ABNORMAL_CLOSURE",
    1007: "INVALID_DATA",
    1008: "POLICY_VIOLATION",
    1009: "MESSAGE_TOO_BIG",
    1010: "MANDATORY_EXTENSION",
    1011: "INTERNAL_ERROR",
    1012: "SERVICE_RESTART",
    1013: "TRY_AGAIN_LATER",
    1014: "BAD_GATEWAY",
}
