"""Streamed replies as they are written: server-sent events, or the items of a JSON array."""

from __future__ import annotations

import json

from .errors import JsonObject


def stream_item(chunk: JsonObject, *, is_sse: bool, index: int) -> bytes:
    """Return the bytes of one chunk.

    Args:
        chunk: the chunk.
        is_sse: whether the stream consists of server-sent events; otherwise it is a JSON array.
        index: number of items before this one.
    """
    text = json.dumps(chunk, ensure_ascii=False, separators=(",", ":"))
    return f"data: {text}\r\n\r\n".encode() if is_sse else f"{',' if index else '['}{text}\r\n".encode()


def stream_end(*, is_sse: bool, index: int) -> bytes:
    """Return the bytes that end a complete stream of `index` items."""
    return b"" if is_sse else b"]" if index else b"[]"


def stream_error(envelope: JsonObject, *, is_sse: bool, index: int) -> bytes:
    """Return the bytes with which an error ends a stream after `index` items."""
    text = json.dumps(envelope, ensure_ascii=False)
    if is_sse:
        return f"data: {text}\r\n\r\n".encode()
    opening = ",\r\n" if index else "["
    return f"{opening}{text}]".encode()
