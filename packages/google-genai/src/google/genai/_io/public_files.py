"""Downloads of public files from the web, which belong to no client: the bytes as they arrive, resumed after a break.

Proxies and certificates come from the environment, as for clients. Not part of this module: files on disk, checks of content.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from .httpx_transport import family_module, new_client

_CONNECT_S, _IDLE_S = 15.0, 30.0
_FAILURES_WITHOUT_PROGRESS = 4
_TOTAL_S = 600.0
_PAUSES_S = (0.2, 0.5, 1.0)
_REPEATED = frozenset({408, 429, 500, 502, 503, 504})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class DownloadError(Exception):
    """The error for a file that could not be downloaded; the message has the address and the reason."""


def download(url: str, received: int, *, max_bytes: int) -> Iterator[bytes | None]:
    """Return the pieces of a file as they arrive, from the position `received` on.

    A None among the pieces means that the file begins again: the server did not accept the position. A broken connection
    is resumed at the first missing byte. The download fails after four failures in a row that brought nothing new, and
    after ten minutes.

    Raises `DownloadError`.
    """
    library = family_module()
    failures = (library.HTTPError, library.InvalidURL, library.StreamError)
    without_progress, furthest = 0, received
    deadline = time.monotonic() + _TOTAL_S
    with new_client(
        {"follow_redirects": True, "timeout": library.Timeout(_IDLE_S, connect=_CONNECT_S)}, library
    ) as client:
        while True:
            try:
                # The range counts bytes of the file, so the body must not be compressed.
                headers = {"accept-encoding": "identity", **({"range": f"bytes={received}-"} if received else {})}
                with client.stream("GET", url, headers=headers) as reply:
                    start, size = _place(reply, received)
                    if start != received:
                        received = 0
                        yield None
                        if start:  # the range is not satisfiable
                            without_progress += 1
                            if without_progress >= _FAILURES_WITHOUT_PROGRESS:
                                raise DownloadError(f"{url}: the server refuses every range of the file.")
                            continue
                    for piece in reply.iter_raw():
                        received += len(piece)
                        if received > max_bytes:
                            raise DownloadError(f"{url}: expected at most {max_bytes} bytes, got more.")
                        if time.monotonic() > deadline:
                            raise DownloadError(f"{url}: incomplete after {_TOTAL_S:.0f} s.")
                        yield piece
                if size is None or received >= size:
                    return
                reason = f"the connection ended after {received} of {size} bytes"
            except _Refused as refused:
                if refused.status not in _REPEATED:
                    raise DownloadError(f"{url}: HTTP status {refused.status}.") from None
                reason = f"HTTP status {refused.status}"
            except failures as error:
                reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            without_progress = 1 if received > furthest else without_progress + 1
            furthest = max(furthest, received)
            if without_progress >= _FAILURES_WITHOUT_PROGRESS:
                raise DownloadError(f"{url}: {reason}, after {without_progress} attempts without progress.")
            time.sleep(_PAUSES_S[without_progress - 1])


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _place(reply: Any, asked: int) -> tuple[int, int | None]:
    """Return the position of the first byte of the body, and the size of the file; -1 if the server refuses the range."""
    if reply.status_code == 416 and asked:
        return -1, None
    if not reply.is_success:
        raise _Refused(reply.status_code)
    if reply.status_code == 206:
        match = _CONTENT_RANGE.match(reply.headers.get("content-range", ""))
        if match is None or int(match[1]) != asked:
            return -1, None
        return asked, None if match[2] == "*" else int(match[2])
    length = reply.headers.get("content-length", "")
    return 0, int(length) if length.isdigit() else None
