"""Server-sent events, split from the bytes of a reply as they arrive."""

from __future__ import annotations


class EventSplitter:
    """The data of events, in the order of arrival; an event without an end is dropped."""

    def __init__(self) -> None:
        self._unread = bytearray()
        self._lines: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the data of the events that end in this chunk."""
        self._unread += chunk
        *lines, rest = self._unread.split(b"\n")
        self._unread = rest
        events: list[bytes] = []
        for line in map(bytes, lines):
            line = line.removesuffix(b"\r")
            if line.startswith(b"data:"):
                self._lines.append(line[5:].removeprefix(b" "))
            elif not line and self._lines:
                events.append(b"\n".join(self._lines))
                self._lines.clear()
        return events
