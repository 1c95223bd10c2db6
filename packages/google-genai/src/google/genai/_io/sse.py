"""Parsers of streamed replies: bytes in, the JSON texts of the events out. They do no I/O and buffer at most one event.

`EventStream` follows the event-stream standard (https://html.spec.whatwg.org/multipage/server-sent-events.html);
`ArrayStream` parses a JSON array of objects, which services and gateways send if `alt=sse` does not reach them. Both
accept bytes split anywhere, and take linear time.
"""

from __future__ import annotations

import re
from typing import Protocol

_BOM = b"\xef\xbb\xbf"


class StreamParser(Protocol):
    """A parser from the bytes of a streamed reply to the JSON texts of its events."""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the events that are complete with these bytes."""
        ...

    def end(self) -> list[bytes]:
        """Return the remaining events at the end of the reply."""
        ...


def parser_for(content_type: str | None) -> StreamParser:
    """Return the parser for a reply of this content type."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return ArrayStream() if kind == "application/json" else EventStream()


class EventStream:
    """A parser for server-sent events that returns their data."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        """The pieces of the incomplete line, joined when its end arrives, so that long lines take linear time."""
        self._data: list[bytes] = []
        self._bare = False
        """Whether a JSON text without `data:` is being read, such as an error that a proxy inserted."""
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
            # other fields (event, id, retry) and comments are not part of a reply
        return events


class ArrayStream:
    """A parser for a JSON array of objects, or one object, that returns the texts of the objects.

    Raises `ValueError` for anything else between them, so that a truncated or damaged reply is not taken for an answer.
    """

    _in_object = re.compile(rb'["{}]')
    _in_text = re.compile(rb'["\\]')
    _outside = re.compile(rb"[^ \t\r\n]")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        """The pieces of the incomplete object."""
        self._depth = 0
        self._inside_text = False
        self._escaped = False
        self._expects = "start"
        """The next token outside of objects: `start`, the `first` object, an `object`, a `comma` or the `end`."""
        self._arrays = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the objects that are complete with these bytes."""
        events: list[bytes] = []
        position = 0
        if self._expects == "start":
            data = b"".join((*self._pieces, data))
            self._pieces.clear()
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._pieces.append(data)
                return events
            position = len(_BOM) if data.startswith(_BOM) else 0
        while position < len(data):
            if self._depth == 0:
                token = self._outside.search(data, position)
                if token is None:
                    break
                position = self._between(data, token.start())
                continue
            end = self._object_end(data, position)
            if self._depth:
                self._pieces.append(data[position:])
                break
            self._pieces.append(data[position:end])
            events.append(b"".join(self._pieces))
            self._pieces.clear()
            position = end
        return events

    def end(self) -> list[bytes]:
        """Return no events. Raises `ValueError` if the array is incomplete or missing."""
        if self._depth or self._expects != "end":
            raise ValueError("it is empty" if self._expects == "start" else "the JSON array ends too early")
        return []

    def _between(self, data: bytes, at: int) -> int:
        """Process one byte outside of objects, and return the position after it."""
        character = data[at : at + 1]
        if character == b"{" and self._expects in ("start", "object", "first"):
            self._depth = 1
            self._pieces.append(b"{")
            self._expects = "comma" if self._arrays else "end"
        elif character == b"[" and self._expects in ("start", "first", "object"):
            self._arrays += 1
            self._expects = "first"
        elif character == b"," and self._expects == "comma":
            self._expects = "object"
        elif character == b"]" and self._expects in ("comma", "first"):
            self._arrays -= 1
            self._expects = "comma" if self._arrays else "end"
        else:
            raise ValueError(f"expected a JSON array of objects, found {character!r}")
        return at + 1

    def _object_end(self, data: bytes, position: int) -> int:
        """Continue inside an object, and return the position of its end, or the end of the data."""
        if self._escaped:
            position += 1
            self._escaped = False
        while True:
            token = (self._in_text if self._inside_text else self._in_object).search(data, position)
            if token is None:
                return len(data)
            character, position = data[token.start()], token.end()
            if character == 0x22:
                self._inside_text = not self._inside_text
            elif character == 0x5C:  # a backslash takes the next byte with it
                if position >= len(data):
                    self._escaped = True
                    return len(data)
                position += 1
            elif character == 0x7B:
                self._depth += 1
            else:
                self._depth -= 1
                if self._depth == 0:
                    return position
