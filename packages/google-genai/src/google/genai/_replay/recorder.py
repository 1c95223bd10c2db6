"""Recording of HTTP: the entry of a request and its reply, and a reply that notes the parts that the program reads."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from .. import errors
from . import recording
from .matching import Sent, redacted_body
from .session import Session, now_ms

if TYPE_CHECKING:
    from .._io.messages import OpenResponse, Response

_EVENT_STREAM = "text/event-stream"
_LONGEST_MESSAGE = 500


class Pending:
    """A request that was sent and whose exchange is not written yet."""

    def __init__(self, session: Session, sent: Sent, attempt: int) -> None:
        self._session = session
        self._number = session.begin()
        self._began_ms = now_ms()
        self._entry: dict[str, Any] = {"attempt": attempt, "request": sent.request}

    def answered(self, response: Response) -> None:
        """Write the exchange with a whole reply."""
        reply = self._head(response)
        self._put_body(reply, response.body)
        self._write()

    def failed(self, error: errors.APIError) -> None:
        """Write the exchange with the failure of its connection."""
        self._entry["error"] = self._failure(error)
        self._write()

    def opened(self, response: OpenResponse) -> RecordedReply:
        """Return a reply that writes the exchange when its body has ended."""
        return RecordedReply(response, self, self._head(response))

    def ended(self, reply: dict[str, Any], body: bytes, *, at_once: bool) -> None:
        """Write the exchange with a reply that was read piece by piece."""
        self._put_body(reply, body)
        if at_once:
            self._write()
        else:
            self._session.write_later(self._number, self._entry)

    def failure(self, error: errors.APIError) -> dict[str, Any]:
        """Return how a failure is written."""
        return self._failure(error)

    def data(self, value: Any) -> Any:
        """Return JSON data without secrets."""
        return self._session.redactor.data(value)

    def _head(self, response: Response | OpenResponse) -> dict[str, Any]:
        reply: dict[str, Any] = {"status": response.status}
        if response.reason:
            reply["reason"] = response.reason
        reply["after_ms"] = round(now_ms() - self._began_ms, 1)
        reply["headers"] = self._session.redactor.reply_headers(response.headers)
        self._entry["response"] = reply
        return reply

    def _put_body(self, reply: dict[str, Any], body: bytes) -> None:
        if not body:
            return
        try:
            entry = recording.body_entry(body, self._session.folder)
        except OSError as error:
            self._session.note_failure(error)
            entry = recording.body_entry(body)
        reply.update(redacted_body(self._session.redactor, entry, body))

    def _failure(self, error: errors.APIError) -> dict[str, Any]:
        message = self._session.redactor.text(error.message or str(error))
        written: dict[str, Any] = {"kind": _kind_of(error), "message": message[:_LONGEST_MESSAGE]}
        if isinstance(error, errors.APITimeoutError):
            written["limit"] = error.limit
        return written

    def _write(self) -> None:
        self._session.write(self._number, self._entry)


def _kind_of(error: errors.APIError) -> str:
    if isinstance(error, errors.APITimeoutError):
        return "timeout"
    names = [cls.__name__ for cls in type(error).__mro__]
    is_connect = any(name in ("ConnectError", "ClientConnectorError", "ConnectionRefusedError") for name in names)
    return "connect" if is_connect else "read"


class RecordedReply:
    """An open reply whose exchange is written when its body ends, breaks, or is left."""

    def __init__(self, response: OpenResponse, pending: Pending, written: dict[str, Any]) -> None:
        self._response = response
        self._pending = pending
        self._written = written
        self._body = bytearray()
        self._is_stream = response.headers.get("content-type", "").startswith(_EVENT_STREAM)
        self._pieces: list[dict[str, Any]] = []
        self._last_ms = now_ms()
        self._has_ended = False
        self.status = response.status
        self.reason = response.reason
        self.headers: Mapping[str, str] = response.headers
        self.attempts = response.attempts

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives, and note it."""
        chunks = self._response.chunks()
        try:
            async for chunk in chunks:
                self._body += chunk
                if self._is_stream:
                    self._note_events()
                yield chunk
        except errors.APIError as error:
            self._written["cut"] = self._pending.failure(error)
            if self._is_stream:
                self._body.clear()  # a part of an event, which no program has seen
            self._end(at_once=True)
            raise
        finally:
            await chunks.aclose()
        self._end(at_once=True)

    async def close(self) -> None:
        """Close the reply, and write the part that was read."""
        await self._response.close()
        self._leave(at_once=True)

    def abort(self) -> None:
        """Close the socket at once, from any task or thread."""
        self._response.abort()
        self._leave(at_once=False)

    def _leave(self, *, at_once: bool) -> None:
        if not self._has_ended:
            self._written["left"] = True
            if self._is_stream:
                self._body.clear()
            self._end(at_once=at_once)

    def _end(self, *, at_once: bool) -> None:
        if self._has_ended:
            return
        self._has_ended = True
        rest = bytes(self._body)
        if self._pieces:
            if rest:
                self._note_piece(self._text(rest))
            self._written["pieces"] = self._pieces
            rest = b""
        self._pending.ended(self._written, rest, at_once=at_once)

    def _note_events(self) -> None:
        """Note the complete events that have arrived. A secret may be in two chunks, but not in two events."""
        end = self._body.rfind(b"\n\n")
        other = self._body.rfind(b"\r\n\r\n")
        end = max(end + 2 if end >= 0 else 0, other + 4 if other >= 0 else 0)
        if not end:
            return
        arrived = bytes(self._body[:end])
        del self._body[:end]
        events: list[dict[str, Any]] = []
        for block in arrived.replace(b"\r\n", b"\n").split(b"\n\n"):
            if not block:
                continue
            try:
                event = recording.event_entry(block)
            except UnicodeDecodeError:
                event = None
            if event is not None:
                events.append(self._pending.data(event))
                continue
            if events:
                self._note_piece({"events": events})
                events = []
            self._note_piece(self._text(block + b"\n\n"))
        if events:
            self._note_piece({"events": events})

    def _text(self, data: bytes) -> dict[str, Any]:
        try:
            return {"text": self._pending.data(data.decode())}
        except UnicodeDecodeError:
            return recording.body_entry(data)

    def _note_piece(self, piece: dict[str, Any]) -> None:
        now = now_ms()
        self._pieces.append({"after_ms": round(now - self._last_ms, 1), **piece})
        self._last_ms = now
