"""An incremental reader of `multipart/related` bodies with two parts, JSON and bytes.

It keeps only the JSON and the last few bytes in memory.
"""

from __future__ import annotations

import re
from typing import Literal

from ...protocol.errors import ApiError

_MAX_HEAD_BYTES = 1024 * 1024
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)
_TYPE = re.compile(rb"^content-type:\s*([^\s;]+)", re.IGNORECASE | re.MULTILINE)


class RelatedBody:
    """A body that is read piece by piece.

    Args:
        content_type: the request's content type, with the boundary.

    Raises:
        ApiError: 400 for a content type without a boundary.

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
        self._boundary = b"--" + (match[1] or match[2]).encode("latin-1")
        self._line_end = b""
        """CRLF, or the LF that some clients write; known once the first line has arrived."""
        self._delimiter = b""
        self._buffer = b""
        self._stage: Literal["head", "media", "end"] = "head"
        self.message = b""
        """The JSON; complete as soon as `feed` returns media bytes."""
        self.mime_type: str | None = None
        """Content type of the media part."""

    def feed(self, data: bytes) -> bytes:
        """Add the next piece of the body, and return the media bytes that are known to precede the boundary.

        Raises:
            ApiError: 400 for an invalid body.
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
        """Check that the body is complete.

        Raises:
            ApiError: 400 when it ended before its closing boundary.
        """
        if self._stage != "end":
            raise ApiError(400, "The multipart body ends before its closing boundary.")

    def _read_head(self) -> None:
        if not self._line_end:
            self._read_line_end()
        parts, blank_line = self._buffer.split(self._delimiter, 2) if self._delimiter else [], self._line_end * 2
        if len(parts) == 3 and blank_line in parts[2]:
            head, _, rest = parts[2].partition(blank_line)
            _, separator, self.message = parts[1].partition(blank_line)
            if not separator:
                raise ApiError(400, "The multipart body must begin with a JSON part with its own headers.")
            kind = _TYPE.search(head)
            self.mime_type = kind[1].decode("latin-1").lower() if kind else None
            self._buffer, self._stage = rest, "media"
        elif len(self._buffer) > _MAX_HEAD_BYTES:
            raise ApiError(400, "The multipart body has no media part within its first megabyte.")

    def _read_line_end(self) -> None:
        start = self._buffer.find(self._boundary)
        end = self._buffer.find(b"\n", start)
        if start >= 0 and end >= 0:
            self._line_end = b"\r\n" if self._buffer[end - 1 : end] == b"\r" else b"\n"
            self._delimiter = self._line_end + self._boundary
            self._buffer = self._line_end + self._buffer
