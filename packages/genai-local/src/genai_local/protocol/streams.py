"""Streamed replies and JSON lines as they are written: server-sent events, items of a JSON array, lines of a file."""

from __future__ import annotations

import json

from .errors import JsonObject

_LINE_ENDS = {ord(character): f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}
"""Characters that end a line for `str.splitlines` and many HTTP clients, although JSON may contain them."""


def json_line(value: object) -> str:
    """Return a value as JSON that is one line for every reader."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else text.translate(_LINE_ENDS)


def stream_item(chunk: JsonObject, *, is_sse: bool, index: int) -> bytes:
    """Return the bytes of one chunk.

    Args:
        chunk: the chunk.
        is_sse: whether the stream consists of server-sent events; otherwise it is a JSON array.
        index: number of items before this one.
    """
    text = json_line(chunk)
    return f"data: {text}\r\n\r\n".encode() if is_sse else f"{',' if index else '['}{text}\r\n".encode()


def stream_end(*, is_sse: bool, index: int) -> bytes:
    """Return the bytes that end a complete stream of `index` items."""
    return b"" if is_sse else b"]" if index else b"[]"


def stream_error(envelope: JsonObject, *, is_sse: bool, index: int) -> bytes:
    """Return the bytes with which an error ends a stream after `index` items."""
    text = json_line(envelope)
    if is_sse:
        return f"data: {text}\r\n\r\n".encode()
    opening = ",\r\n" if index else "["
    return f"{opening}{text}]".encode()
