"""The opening of a live session: its configuration, the connection, and the confirmation by the service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import errors, types
from .._api_client import BaseApiClient
from .._io import concurrency
from .._io.retry import RetryPolicy
from .._wire.codec import own_config
from . import protocol
from .calling import Calls, prepare
from .connection import Connect, Connection, Limits, open_connection, session_url
from .session import Link, Resumption

if TYPE_CHECKING:
    from .observing import Observer


class Opening:
    """All that is needed to open a session, and to open it again with a handle.

    Args:
      api_client: The client.
      url_of: Returns the address of the service. It is called when the credentials are known, which may determine the host.
      connect: Opens a WebSocket, as `websockets.connect` does.
      setup: Settings of the session as JSON data.
      labels: Additions to headers.
      blocking: Whether the options for blocking calls apply.
    """

    def __init__(
        self,
        api_client: BaseApiClient,
        url_of: Callable[[BaseApiClient], str],
        connect: Connect,
        setup: dict[str, Any],
        labels: Mapping[str, str] | None = None,
        *,
        blocking: bool,
    ) -> None:
        self._api_client = api_client
        self._url_of = url_of
        self._connect = connect
        self._setup = setup
        self._labels = labels or {}
        self._blocking = blocking
        self.limits = Limits.of(api_client)

    async def open(self, handle: str | None = None) -> Connection:
        """Return a connection whose setup is confirmed.

        Raises `ClientError` or `ServerError` if the handshake is refused, `APIConnectionError` with the close code if the
        settings are, `APITimeoutError` if the service does not answer.
        """
        connection = await open_connection(
            self._api_client, self._url_of, self._connect, self.limits, self._labels, blocking=self._blocking
        )
        try:
            async with concurrency.total(self.limits.setup_s):
                await connection.send(protocol.setup_frame(self._setup, handle), self.limits.send_s)
                connection.first_frame = await connection.receive()
        except BaseException as error:
            await _leave(connection, error)
            if isinstance(error, asyncio.TimeoutError) and not isinstance(error, errors.APIError):
                text = f"The service did not confirm the session within {self.limits.setup_s:g} s."
                raise errors.connection_error(error, timeout=True, limit="setup", text=text) from None
            raise
        return connection

    async def open_with_retries(self, handle: str | None = None) -> Connection:
        """Return such a connection. Failures are repeated if the client has retry options."""
        policy = RetryPolicy.of_options(self._api_client._http_options.retry_options)
        attempt = 1
        while True:
            try:
                return await self.open(handle)
            except errors.APIError as error:
                error.attempts = attempt
                if policy is None or not policy.repeats(error, attempt) or error.code >= 1000:
                    raise
                delay_s = policy.delay_s(error, attempt)
            await self._api_client._own_async_port().sleep(delay_s)
            attempt += 1


async def _leave(connection: Connection, error: BaseException) -> None:
    """Close a connection whose session did not begin: at once if the program was cancelled."""
    if isinstance(error, Exception):
        await connection.close()
    else:
        connection.abort()


async def open_session(
    api_client: BaseApiClient,
    model: str,
    config: types.LiveConnectConfigOrDict | None,
    connect: Connect,
    *,
    blocking: bool,
) -> Link:
    """Return a session that the service has confirmed, and that reads.

    Raises `ValueError` for invalid arguments, before anything is sent; and the errors of `Opening.open`.
    """
    if api_client.active_hooks is None:
        return await _open_session(api_client, model, config, connect, None, blocking=blocking)
    from .observing import Observer

    observer = Observer(api_client, model, config, blocking=blocking)
    async with observer.failures():
        return await _open_session(api_client, model, config, connect, observer, blocking=blocking)


async def _open_session(
    api_client: BaseApiClient,
    model: str,
    config: types.LiveConnectConfigOrDict | None,
    connect: Connect,
    observer: Observer | None,
    *,
    blocking: bool,
) -> Link:
    backend, port = api_client.backend, api_client._own_async_port()
    own = own_config(config, types.LiveConnectConfig)
    own, toolbox, labels = await prepare(port, own)
    if own.automatic_resumption is not None:
        given = own.session_resumption or types.SessionResumptionConfig()
        update = {"transparent": True} if backend.vertexai and given.transparent is None else {}
        own.session_resumption = given.model_copy(update=update)
    setup = protocol.setup_of(backend, model, own)
    if backend.vertexai and not backend.project and await port.own_identity():
        setup = protocol.setup_of(backend, model, own)  # the credentials have determined the project
    opening = Opening(api_client, session_url, connect, setup, labels, blocking=blocking)
    resumption = own.automatic_resumption and Resumption.of(own.automatic_resumption, opening.open, port.sleep)
    connection = await opening.open_with_retries()
    handle = own.session_resumption.handle if own.session_resumption is not None else None
    link = Link(backend, connection, opening.limits, handle=handle, resumption=resumption)
    try:
        link.begin(connection)
    except BaseException:
        await connection.close()
        raise
    if toolbox is not None:

        async def answer(response: types.FunctionResponse) -> None:
            await link.send(protocol.tool_response(backend, response))

        link.calls = Calls(port, toolbox, answer)
    link.observer = observer
    if observer is not None:
        await observer.opened()
    link.start()
    return link
