"""Ports that record and replay: retries, redirects, limits and decoding run as without a recording, over another transport."""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from .. import errors
from .._io import failures
from .._io.async_port import AsyncPort
from .._io.messages import OpenResponse, Request, Response
from .._io.port import Owner
from .._io.sync_port import SyncPort
from . import official
from .identity import last_exchange
from .matching import Sent
from .player import Player
from .recorder import Pending
from .recording import Failure
from .session import Session

if TYPE_CHECKING:
    from .._io.auth import Tokens
    from .._io.exchange import Transport


class RecordingTransport:
    """A transport that replays what is recorded, and sends and records the rest.

    Args:
      session: Returns the recording.
      player: Replays for the client.
      inner: Returns the transport that reaches the service. It is called for requests that are sent.
    """

    def __init__(
        self, session: Callable[[], Session], player: Callable[[], Player], inner: Callable[[], Awaitable[Transport]]
    ) -> None:
        self._session = session
        self._player = player
        self._inner = inner
        self._attempts: weakref.WeakKeyDictionary[Request, int] = weakref.WeakKeyDictionary()

    async def fetch(self, request: Request) -> Response:
        """Return the recorded reply to a request, or that of the service."""
        session = self._session()
        sent = _sent(session, request)
        if session.is_official and official.is_upload(request.headers):
            return await _official_upload(session, self._player(), sent, request)
        exchange = session.take(sent)
        last_exchange.set(exchange)
        if exchange is not None:
            return await self._player().reply(exchange)
        pending = self._pending(session, sent, request)
        try:
            response = await (await self._inner()).fetch(request)
        except errors.APIError as error:
            pending.failed(error)
            raise
        pending.answered(response)
        return response

    async def open(self, request: Request) -> OpenResponse:
        """Return the recorded reply to a request, or that of the service, as soon as its head is there."""
        session = self._session()
        sent = _sent(session, request)
        exchange = session.take(sent)
        last_exchange.set(exchange)
        if exchange is not None:
            return await self._player().open(exchange)
        pending = self._pending(session, sent, request)
        try:
            response = await (await self._inner()).open(request)
        except errors.APIError as error:
            pending.failed(error)
            raise
        return pending.opened(response)

    async def close(self) -> None:
        """Do nothing: the port closes the transport that reaches the service."""

    def _pending(self, session: Session, sent: Sent, request: Request) -> Pending:
        attempt = self._attempts[request] = self._attempts.get(request, 0) + 1
        return Pending(session, sent, attempt)


def _reaches_the_service(session: Session) -> bool:
    """Return whether the last request of this task or thread was sent, so that pauses are real."""
    return not session.plays or (session.records and last_exchange.get() is None)


def _sent(session: Session, request: Request) -> Sent:
    body = request.body
    joined = b"".join(body) if isinstance(body, list) else body or b""
    return session.sent(request.method, request.url, request.headers, joined)


async def _official_upload(session: Session, player: Player, sent: Sent, request: Request) -> Response:
    """Return the reply to one request of an upload: the recorded one to the last, and a confirmation to the others."""
    body = request.body
    data = session.uploads.get(request.url, b"") + (b"".join(body) if isinstance(body, list) else body or b"")
    command = official.header(request.headers, "x-goog-upload-command") or ""
    session.uploads[request.url] = data
    if "finalize" not in command:
        headers = {"x-goog-upload-status": "active", "x-goog-upload-size-received": str(len(data))}
        return Response(200, headers, b"")
    del session.uploads[request.url]
    return await player.reply(session.take_next_upload(sent, data))


class RecordingSyncPort(SyncPort):
    """The port for blocking calls of a client that records or replays."""

    def __init__(self, owner: Owner, tokens: Tokens | None, session: Callable[[], Session]) -> None:
        super().__init__(owner, tokens)
        self._session = session
        self._last_player: Player | None = None
        self._recording = RecordingTransport(session, self._player, super().transport)

    async def transport(self) -> Any:
        """Return the transport that records or replays."""
        if self._closed:
            self._open()  # which raises
        return self._recording

    async def sleep(self, seconds: float) -> None:
        """Wait, blocking the thread. A replay does not wait, unless it keeps the recorded delays."""
        session = self._session()
        if _reaches_the_service(session):
            await super().sleep(seconds)
        elif session.speed > 0:
            await super().sleep(seconds / session.speed)

    def _player(self) -> Player:
        session = self._session()
        player = self._last_player
        if player is None or player.session is not session:
            player = Player(session, lambda: self._owner.backend.project, super().sleep, self._failure)
            self._last_player = player
        return player

    def _failure(self, failure: Failure) -> BaseException:
        return failures.of_httpx(failure.kind, failure.limit, failure.message)


class RecordingAsyncPort(AsyncPort):
    """The port for async calls of a client that records or replays."""

    def __init__(self, owner: Owner, tokens: Tokens | None, session: Callable[[], Session]) -> None:
        super().__init__(owner, tokens)
        self._session = session
        self._last_player: Player | None = None
        self._recording = RecordingTransport(session, self._player, super().transport)

    async def transport(self) -> Any:
        """Return the transport that records or replays."""
        self._refuse_if_closed()
        return self._recording

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the loop. A replay lets other tasks run, and does not wait unless it keeps the delays."""
        session = self._session()
        if not _reaches_the_service(session):
            seconds = seconds / session.speed if session.speed > 0 else 0.0
        await super().sleep(seconds)

    def _player(self) -> Player:
        session = self._session()
        player = self._last_player
        if player is None or player.session is not session:
            player = Player(session, lambda: self._owner.backend.project, super().sleep, self._failure)
            self._last_player = player
        return player

    def _failure(self, failure: Failure) -> BaseException:
        if self.uses_aiohttp():
            return failures.of_aiohttp(failure.kind, failure.limit, failure.message)
        return failures.of_httpx(failure.kind, failure.limit, failure.message)
