"""A server on the loopback interface that records each request and sends prepared answers. For speed it implements only the part
of HTTP/1.1 that well-behaved clients use; it does not depend on the API.
"""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass
class Recorded:
    """One request as it arrived."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Prepared:
    """One answer."""

    body: bytes = b"{}"
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    made_for: Callable[[bytes], bytes] | None = None
    """Creates the body from the body of the request, for answers that depend on it."""

    def written(self, request: Recorded) -> bytes:
        """Return the answer as bytes."""
        body = self.made_for(request.body) if self.made_for else self.body
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\ncontent-type: {self.content_type}\r\n"
            f"content-length: {len(body)}\r\nx-trace: t-1\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            + "\r\n"
        )
        return head.encode() + body


@dataclass
class Recorder:
    """The recorded requests, and the prepared answers: one after another, then the last one repeatedly."""

    url: str = ""
    requests: list[Recorded] = field(default_factory=list)
    answers: list[Prepared] = field(default_factory=lambda: [Prepared()])
    most: int = 8
    """The most requests that are answered as prepared."""

    def prepare(self, answers: list[Prepared], most: int) -> None:
        """Drop the recorded requests, and send these answers from now on, for at most this many requests."""
        self.requests, self.answers, self.most = [], list(answers), most

    def answer(self, request: Recorded) -> Prepared:
        """Record a request and return its answer."""
        self.requests.append(request)
        if len(self.requests) > self.most:
            return Prepared(b'{"error": {"message": "asked too often"}}', 400)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class RecordingServer:
    """A `Recorder` on a free port."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.recorder.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        for open_socket in (self._listener, *self._open):
            try:
                open_socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            open_socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as received:
                while request := _read(received):
                    connection.sendall(self.recorder.answer(request).written(request))
        except OSError:
            pass
        finally:
            self._open.discard(connection)


def _read(received: io.BufferedReader) -> Recorded | None:
    line = received.readline()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: list[tuple[str, str]] = []
    length, chunked = 0, False
    while (line := received.readline().rstrip(b"\r\n")) != b"":
        name, _, value = line.decode("latin-1").partition(":")
        headers.append((name.strip().lower(), value.strip()))
        if headers[-1][0] == "content-length":
            length = int(headers[-1][1])
        chunked = chunked or headers[-1] == ("transfer-encoding", "chunked")
    if not chunked:
        return Recorded(method, target, headers, received.read(length))
    body = b""
    while size := int(received.readline(), 16):
        body += received.read(size)
        received.readline()
    received.readline()
    return Recorded(method, target, headers, body)
