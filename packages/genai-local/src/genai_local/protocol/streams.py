"""Streamed replies and JSON lines as they are written: server-sent events, items of a JSON array, lines of a file."""

from __future__ import annotations

from .errors import JsonObject
from .payload import write_json

_LINE_ENDS = {ord(character): f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}
"""Characters that end a line for `str.splitlines` and many HTTP clients, although JSON may contain them."""


def json_line(value: object) -> bytes:
    """Return a value as JSON that is one line for every reader."""
    text = write_json(value)
    return text if text.isascii() else text.decode().translate(_LINE_ENDS).encode()


def stream_item(chunk: JsonObject, *, is_sse: bool, index: int) -> bytes:
    """Return the bytes of one chunk.

    Args:
        chunk: the chunk.
        is_sse: whether the stream consists of server-sent events; otherwise it is a JSON array.
        index: number of items before this one.
    """
    text = json_line(chunk)
    return b"data: " + text + b"\r\n\r\n" if is_sse else (b"," if index else b"[") + text + b"\r\n"


def stream_end(*, is_sse: bool, index: int) -> bytes:
    """Return the bytes that end a complete stream of `index` items."""
    return b"" if is_sse else b"]" if index else b"[]"


def stream_error(envelope: JsonObject, *, is_sse: bool, index: int) -> bytes:
    """Return the bytes with which an error ends a stream after `index` items."""
    text = json_line(envelope)
    if is_sse:
        return b"data: " + text + b"\r\n\r\n"
    return (b",\r\n" if index else b"[") + text + b"]"
