"""Replaying of HTTP: recorded replies and failures, as a transport returns and raises them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping

from .. import errors
from .._io.messages import Response
from .recording import Exchange, Failure, Reply
from .redaction import PROJECT
from .session import Session

_CHUNK_BYTES = 64 << 10

NewFailure = Callable[[Failure], BaseException]
"""Returns the exception of the HTTP library in use for a failure."""
Wait = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds."""


class Player:
    """What a client needs to replay exchanges.

    Args:
      session: The recording.
      project: Returns the client's project, which is put in place of the recorded one.
      wait: Waits, if delays are to pass.
      new_failure: Returns the exception of the HTTP library in use.
    """

    def __init__(
        self, session: Session, project: Callable[[], str | None], wait: Wait, new_failure: NewFailure
    ) -> None:
        self.session = session
        self._project = project
        self._wait = wait
        self._new_failure = new_failure

    async def reply(self, exchange: Exchange) -> Response:
        """Return a recorded reply with its body. Raises the recorded failure."""
        reply = await self._head(exchange)
        body = b"".join([piece async for piece in self._pieces(exchange, reply)])
        return Response(reply.status, self.headers(reply.headers), body, reply.reason)

    async def open(self, exchange: Exchange) -> PlayedReply:
        """Return a recorded reply whose body is read piece by piece. Raises the recorded failure."""
        reply = await self._head(exchange)
        return PlayedReply(reply, self.headers(reply.headers), self._pieces(exchange, reply))

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return recorded headers with the client's project."""
        project = self._project()
        if not project:
            return dict(headers)
        return {name: value.replace(PROJECT, project) for name, value in headers.items()}

    def body(self, data: bytes) -> bytes:
        """Return a recorded body with the client's project."""
        project = self._project()
        return data.replace(_PROJECT, project.encode()) if project and _PROJECT in data else data

    async def _head(self, exchange: Exchange) -> Reply:
        if exchange.failure is not None:
            raise self._error(exchange.failure)
        if exchange.reply is None:
            raise errors.RecordingError(
                f"exchanges[{exchange.position}]: a WebSocket was recorded, but the program sent an HTTP request.",
                path=self.session.path,
            )
        await self._delay(exchange.reply.after_ms)
        return exchange.reply

    async def _pieces(self, exchange: Exchange, reply: Reply) -> AsyncGenerator[bytes, None]:
        for piece in reply.pieces:
            await self._delay(piece.after_ms)
            data = self.body(piece.data)
            for start in range(0, len(data), _CHUNK_BYTES) if len(data) > _CHUNK_BYTES else (0,):
                yield data[start : start + _CHUNK_BYTES]
        if reply.cut is not None:
            raise self._error(reply.cut)
        if reply.was_left:
            raise errors.RecordingError(
                f"exchanges[{exchange.position}]: the recording of this stream ends here, because the program left the "
                "stream when it was recorded. Record again.",
                path=self.session.path,
            )

    async def _delay(self, after_ms: float) -> None:
        delay_s = self.session.delay_s(after_ms)
        if delay_s > 0:
            await self._wait(delay_s)

    def _error(self, failure: Failure) -> errors.APIError:
        original = self._new_failure(failure)
        is_timeout = failure.kind == "timeout"
        error = errors.connection_error(original, timeout=is_timeout, limit=failure.limit, text=failure.message)
        error.__cause__ = original
        return error


_PROJECT = PROJECT.encode()


class PlayedReply:
    """A recorded reply whose body is read piece by piece."""

    def __init__(self, reply: Reply, headers: dict[str, str], pieces: AsyncGenerator[bytes, None]) -> None:
        self.status = reply.status
        self.reason = reply.reason
        self.headers: Mapping[str, str] = headers
        self.attempts = 1
        self._pieces = pieces
        self._is_closed = False

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body."""
        async for piece in self._pieces:
            if self._is_closed:
                return
            yield piece

    async def close(self) -> None:
        """End the body."""
        self._is_closed = True

    def abort(self) -> None:
        """End the body at once."""
        self._is_closed = True
