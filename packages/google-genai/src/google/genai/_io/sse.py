"""Parsers of streamed replies: bytes in, the JSON texts of the events out. They do no I/O and hold one event at most.

`EventStream` follows the event-stream standard (https://html.spec.whatwg.org/multipage/server-sent-events.html);
`ArrayStream` takes a JSON array of objects, which services and gateways send when `alt=sse` does not reach them. Both
take the bytes split anywhere, and work in time linear in them.
"""

from __future__ import annotations

import re
from typing import Protocol

_BOM = b"\xef\xbb\xbf"


class StreamParser(Protocol):
    """What turns the bytes of a streamed reply into the JSON texts of its events."""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the events that are complete with these bytes."""
        ...

    def end(self) -> list[bytes]:
        """Return what is left when the reply has ended."""
        ...


def parser_for(content_type: str | None) -> StreamParser:
    """Return the parser for a reply of this content type."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return ArrayStream() if kind == "application/json" else EventStream()


class EventStream:
    """Parse server-sent events; only their data matters here."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        """The unfinished line, as it came: joined only once its end is there, so that long lines cost linear time."""
        self._data: list[bytes] = []
        self._bare = False
        """Inside a JSON text that stands in the stream without `data:`: an error that a proxy put there."""
        self._ended_in_cr = False
        self._started = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the data of the events that are complete with these bytes."""
        if self._ended_in_cr and data:
            self._ended_in_cr = False
            if data[:1] == b"\n":
                data = data[1:]
        if not data:
            return []
        if not self._started:
            data = self._without_bom(data)
            if not data:
                return []
        if b"\n" not in data and b"\r" not in data:
            self._pieces.append(data)
            return []
        if self._pieces:
            data = b"".join((*self._pieces, data))
            self._pieces.clear()
        self._ended_in_cr = data[-1:] == b"\r"
        lines = data.splitlines() if b"\r" in data else data.split(b"\n")
        if data[-1:] in b"\r\n":
            if lines and not lines[-1] and b"\r" not in data:
                lines.pop()
        else:
            self._pieces.append(lines.pop())
        return self._take(lines)

    def end(self) -> list[bytes]:
        """Return the last event if the reply ended without the blank line after it."""
        rest = b"".join(self._pieces)
        self._pieces.clear()
        return self._take([rest, b""] if rest else [b""])

    def _without_bom(self, data: bytes) -> bytes:
        data = b"".join((*self._pieces, data))
        self._pieces.clear()
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._pieces.append(data)
            return b""
        self._started = True
        return data.removeprefix(_BOM)

    def _take(self, lines: list[bytes]) -> list[bytes]:
        events: list[bytes] = []
        gathered = self._data
        for line in lines:
            if not line:
                if gathered:
                    event = gathered[0] if len(gathered) == 1 else b"\n".join(gathered)
                    gathered.clear()
                    self._bare = False
                    if event.strip() and event != b"[DONE]":
                        events.append(event)
            elif line.startswith(b"data:"):
                gathered.append(line[6:] if line[5:6] == b" " else line[5:])
            elif line == b"data":
                gathered.append(b"")
            elif self._bare or (line[:1] in b"{[" and not gathered):
                gathered.append(line)
                self._bare = True
            # other fields (event, id, retry) and comments carry nothing of a reply
        return events


class ArrayStream:
    """Parse a JSON array of objects, or one object, into the texts of the objects."""

    _tokens = re.compile(rb'["\\{}\[\]]')
    _in_text = re.compile(rb'["\\]')

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._depth = 0
        self._inside_text = False
        self._escaped = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the objects that are complete with these bytes."""
        events: list[bytes] = []
        start = 0
        position = 0
        if self._escaped and data:
            position = 1
            self._escaped = False
        while True:
            token = (self._in_text if self._inside_text else self._tokens).search(data, position)
            if token is None:
                break
            at, position = token.start(), token.end()
            character = data[at]
            if self._inside_text:
                if character == 0x5C:  # a backslash takes the next byte with it
                    if position >= len(data):
                        self._escaped = True
                    position += 1
                else:
                    self._inside_text = False
            elif character == 0x22:
                self._inside_text = True
            elif character in b"{":
                if self._depth == 0:
                    start = at
                    self._pieces.clear()
                self._depth += 1
            elif character in b"}":
                self._depth -= 1
                if self._depth == 0:
                    self._pieces.append(data[start:position])
                    events.append(b"".join(self._pieces))
                    self._pieces.clear()
            elif character in b"[" and self._depth:
                self._depth += 1
            elif character in b"]" and self._depth:
                self._depth -= 1
        if self._depth:
            self._pieces.append(data[start:])
        return events

    def end(self) -> list[bytes]:
        """Return an object that was cut by the end of the reply, if there is one."""
        rest = b"".join(self._pieces)
        self._pieces.clear()
        return [rest] if rest else []
