"""What a session needs to continue on another connection: the newest handle, and the messages that it does not cover.

No I/O. The service counts the messages of the client on each connection: the setup is number 0, the first one after it
number 1.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .. import types

BUFFER_BYTES = 16 << 20


@dataclass(frozen=True)
class _Sent:
    index: int
    """Number of the message on its connection."""
    frame: str
    is_stream: bool
    """Whether it is a piece of a stream of sound or video."""
    turns: int
    """Number of complete turns of the model when it was sent."""


class Ledger:
    """The messages that the service has not confirmed, in the order in which they were sent.

    Args:
      handle: Handle with which the session started, if it continues an earlier one.
      buffer_bytes: Maximum size of the kept messages. Above it, the oldest pieces of streams are dropped.
    """

    def __init__(self, handle: str | None = None, buffer_bytes: int = BUFFER_BYTES) -> None:
        self.handle = handle
        """Newest handle; None until the service has sent one."""
        self.lost = 0
        """Number of pieces of streams that were dropped since the last connection."""
        self._sent: deque[_Sent] = deque()
        self._bytes = 0
        self._max_bytes = buffer_bytes
        self._index = 0
        self._turns = 0
        self._is_indexed = False

    @property
    def can_resume(self) -> bool:
        """Whether another connection can continue: from a handle, or from the start if the model has not completed a turn."""
        return self.handle is not None or self._turns == 0

    @property
    def is_covered(self) -> bool:
        """Whether the newest handle covers everything but pieces of streams."""
        return self.handle is not None and all(sent.is_stream for sent in self._sent)

    def add(self, frame: str, *, is_stream: bool) -> None:
        """Note a message before it is sent."""
        self._index += 1
        self._sent.append(_Sent(self._index, frame, is_stream, self._turns))
        self._bytes += len(frame)
        if self._bytes > self._max_bytes:
            self._shrink()

    def note_turn(self) -> None:
        """Note that the model has completed a turn."""
        self._turns += 1

    def note_update(self, update: types.LiveServerSessionResumptionUpdate) -> None:
        """Note a new handle, and forget the messages that it covers.

        Without an index, it covers all pieces of streams, and the other messages after which the model has completed a turn:
        a message that crossed the update on its way must not be lost.
        """
        if not update.new_handle or update.resumable is False:
            return
        self.handle = update.new_handle
        last = update.last_consumed_client_message_index
        if last is not None or self._is_indexed:  # the JSON of the service omits an index of 0
            self._is_indexed, last = True, last or 0
            self._keep([sent for sent in self._sent if sent.index > last])
        else:
            self._keep([sent for sent in self._sent if not sent.is_stream and sent.turns >= self._turns])

    def unconfirmed(self) -> list[str]:
        """Return the messages to send on a new connection, which counts from the beginning."""
        self._index = 0
        renumbered: list[_Sent] = []
        for sent in self._sent:
            self._index += 1
            renumbered.append(_Sent(self._index, sent.frame, sent.is_stream, self._turns))
        self._sent = deque(renumbered)
        return [sent.frame for sent in renumbered]

    def _keep(self, kept: list[_Sent]) -> None:
        self._sent = deque(kept)
        self._bytes = sum(len(sent.frame) for sent in kept)

    def _shrink(self) -> None:
        kept: list[_Sent] = []
        for sent in self._sent:
            if self._bytes > self._max_bytes // 2 and sent.is_stream:
                self._bytes -= len(sent.frame)
                self.lost += 1
            else:
                kept.append(sent)
        self._sent = deque(kept)
