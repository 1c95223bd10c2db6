"""What a session has received and the program has not yet taken: a bounded queue with one reader and one consumer."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

_MAX_MESSAGES = 1_024
_MAX_BYTES = 32 << 20


class Inbox:
    """A queue of messages, events and errors. A full queue makes the reader of the connection wait."""

    def __init__(self) -> None:
        self.items: deque[tuple[Any, int]] = deque()
        """Messages, events and exceptions, each with the size of its frame in bytes."""
        self._bytes = 0
        self._ended = False
        self._consumer: asyncio.Future[None] | None = None
        self._reader: asyncio.Future[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether the reader has to wait."""
        return len(self.items) >= _MAX_MESSAGES or self._bytes >= _MAX_BYTES

    def put(self, item: Any, size: int = 0) -> None:
        """Add an item. Call `room` afterwards if the queue is full."""
        self.items.append((item, size))
        self._bytes += size
        _wake(self._consumer)

    def end(self) -> None:
        """Mark the end: after the items, `next` returns False."""
        self._ended = True
        _wake(self._consumer)

    async def room(self) -> None:
        """Wait until the consumer has taken so much that the queue is half empty."""
        self._reader = asyncio.get_running_loop().create_future()
        try:
            await self._reader
        finally:
            self._reader = None

    def take(self) -> Any:
        """Return the next item. Call it only if there is one."""
        item, size = self.items.popleft()
        self._bytes -= size
        if self._reader is not None and len(self.items) * 2 <= _MAX_MESSAGES and self._bytes * 2 <= _MAX_BYTES:
            _wake(self._reader)
        return item

    async def next(self) -> bool:
        """Wait for an item. Returns False at the end. Raises `RuntimeError` if another task is waiting already."""
        while not self.items:
            if self._ended:
                return False
            if self._consumer is not None:
                raise RuntimeError("Another task is receiving from this session; only one task can receive at a time.")
            self._consumer = asyncio.get_running_loop().create_future()
            try:
                await self._consumer
            finally:
                self._consumer = None
        return True


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
