"""Reads a `multipart/related` body of two parts, JSON and bytes, piece by piece as it arrives.

It holds no more than the JSON and the end of what it was fed.
"""

from __future__ import annotations

import re
from typing import Literal

from ...protocol.errors import ApiError

_MAX_HEAD_BYTES = 1024 * 1024
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)
_TYPE = re.compile(rb"^content-type:\s*([^\s;]+)", re.IGNORECASE | re.MULTILINE)


class RelatedBody:
    """A body that is being read.

    Args:
        content_type: the request's content type, which names the boundary.

    Raises:
        ApiError: 400 when it names none.

    Example:
        >>> body = RelatedBody("multipart/related; boundary=x")
        >>> body.feed(b"--x\\r\\ncontent-type: application/json\\r\\n\\r\\n{}\\r\\n--x\\r\\ncontent-type: a/b\\r\\n\\r\\nby")
        b''
        >>> body.feed(b"tes\\r\\n--x--")
        b'bytes'
        >>> body.close()
        >>> body.message, body.mime_type
        (b'{}', 'a/b')
    """

    def __init__(self, content_type: str) -> None:
        match = _BOUNDARY.search(content_type)
        if match is None:
            raise ApiError(400, f"Content-Type: expected multipart/related with a boundary, not {content_type!r}.")
        self._delimiter = b"\r\n--" + (match[1] or match[2]).encode("latin-1")
        self._buffer = b"\r\n"
        self._stage: Literal["head", "media", "end"] = "head"
        self.message = b""
        """The JSON; whole as soon as the first bytes of the media come."""
        self.mime_type: str | None = None
        """Type of the media, as its part says."""

    def feed(self, data: bytes) -> bytes:
        """Take the next piece of the body and return the bytes of the media that are certain by now.

        Raises:
            ApiError: 400 when the body is not of this form.
        """
        self._buffer += data
        if self._stage == "head":
            self._read_head()
        if self._stage != "media":
            return b""
        end = self._buffer.find(self._delimiter)
        if end >= 0:
            media, self._buffer, self._stage = self._buffer[:end], b"", "end"
            return media
        certain = max(0, len(self._buffer) - len(self._delimiter) + 1)
        media, self._buffer = self._buffer[:certain], self._buffer[certain:]
        return media

    def close(self) -> None:
        """Take note that the body has ended.

        Raises:
            ApiError: 400 when it ended before its closing boundary.
        """
        if self._stage != "end":
            raise ApiError(400, "The multipart body ends before its closing boundary.")

    def _read_head(self) -> None:
        parts = self._buffer.split(self._delimiter, 2)
        if len(parts) == 3 and b"\r\n\r\n" in parts[2]:
            head, _, rest = parts[2].partition(b"\r\n\r\n")
            _, separator, self.message = parts[1].partition(b"\r\n\r\n")
            if not separator:
                raise ApiError(400, "The multipart body has to begin with a part of JSON, with headers of its own.")
            kind = _TYPE.search(head)
            self.mime_type = kind[1].decode("latin-1").lower() if kind else None
            self._buffer, self._stage = rest, "media"
        elif len(self._buffer) > _MAX_HEAD_BYTES:
            raise ApiError(400, "The multipart body has no part of bytes within its first megabyte.")
