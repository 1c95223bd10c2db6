"""A server on the loopback interface that sends one file, and does in each request what a script says."""

from __future__ import annotations

import contextlib
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Behaviour:
    """What the server does in one request."""

    cut_after: int | None = None
    """Number of bytes of the body after which the connection ends."""
    status: int | None = None
    """Status of a reply without the file."""
    ignores_range: bool = False
    shifts_range_by: int = 0
    has_length: bool = True
    data: bytes | None = None
    """Content that is sent in place of the file."""
    waits_after: tuple[int, threading.Event] | None = None
    """A number of bytes, after which the server waits for the event."""


@dataclass
class FileServer:
    """The server. `script` has the behaviour of the next requests; after its end, requests are answered normally."""

    data: bytes
    script: list[Behaviour] = field(default_factory=list)
    every: Behaviour | None = None
    """The behaviour of requests after the script."""
    ranges: list[str | None] = field(default_factory=list)
    """The header Range of each request."""
    encodings: list[str | None] = field(default_factory=list)
    url: str = ""

    def next(self) -> Behaviour:
        return self.script.pop(0) if self.script else self.every or Behaviour()


@contextlib.contextmanager
def serving(data: bytes) -> Iterator[FileServer]:
    """Serve a file until the block ends."""
    state = FileServer(data)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("range")
            state.ranges.append(asked)
            state.encodings.append(self.headers.get("accept-encoding"))
            _answer(self, state, state.next(), asked)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/tokenizer.model"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _answer(handler: http.server.BaseHTTPRequestHandler, state: FileServer, now: Behaviour, asked: str | None) -> None:
    data = state.data if now.data is None else now.data
    if now.status is not None:
        handler.send_response(now.status)
        handler.send_header("content-length", "0")
        if now.status == 302:
            handler.send_header("location", "/elsewhere")
        handler.end_headers()
        return
    start = 0
    match = re.fullmatch(r"bytes=(\d+)-", asked or "")
    if match and not now.ignores_range:
        start = int(match[1])
        if start >= len(data):
            handler.send_response(416)
            handler.send_header("content-range", f"bytes */{len(data)}")
            handler.end_headers()
            return
        start += now.shifts_range_by
        handler.send_response(206)
        handler.send_header("content-range", f"bytes {start}-{len(data) - 1}/{len(data)}")
    else:
        handler.send_response(200)
    if now.has_length:
        handler.send_header("content-length", str(len(data) - start))
    handler.end_headers()
    body = data[start:]
    with contextlib.suppress(OSError):  # the client may be gone
        if now.waits_after is not None:
            count, event = now.waits_after
            handler.wfile.write(body[:count])
            handler.wfile.flush()
            event.wait(30)
            body = body[count:]
        handler.wfile.write(body if now.cut_after is None else body[: now.cut_after])
