"""A raw socket server on the loopback interface that follows a script of small steps, even if they are not valid HTTP.

It records what clients send and when they leave. It must not depend on the SDK or an HTTP library, so that
only the script determines the bytes it sends.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

LEAVING_LIMIT_S = 0.5
_THREAD_END_LIMIT_S = 5.0


class PeerGone(Exception):
    """The client closed the connection, or the server is being closed, in the middle of a script."""


@dataclass
class Request:
    """One request as received; `headers` has lower-case names."""

    connection: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    raw_head: bytes
    arrived_at: float = field(default_factory=time.monotonic)

    @property
    def prompt(self) -> str:
        """Return the text of the last part of the last content."""
        return json.loads(self.body)["contents"][-1]["parts"][-1]["text"]


Script = Callable[["Peer"], object]


class Peer:
    """The server's end of one accepted connection, with the steps that a script can use."""

    def __init__(self, server: MisbehavingServer, sock: socket.socket, number: int) -> None:
        self.server = server
        self.number = number
        self.request: Request | None = None
        self.left = threading.Event()
        """Set when the client has closed its end while the script was listening."""
        self.ended = threading.Event()
        """Set when either end has closed the connection."""
        self._sock = sock
        self._unread = b""

    def recv_request(self) -> Request | None:
        """Return the next complete request, or None if the client has closed the connection."""
        while b"\r\n\r\n" not in self._unread:
            if not self._receive():
                return None
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in lines)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        body = self._chunked_body() if chunked else self._exactly(int(headers.get("content-length", "0")))
        self.request = Request(self.number, method, target, headers, body, head)
        self.server.record(self.request)
        return self.request

    def recv_head(self) -> None:
        """Read up to the end of the request's headers and leave the rest unread."""
        while b"\r\n\r\n" not in self._unread:
            if not self._receive():
                raise PeerGone

    def send(self, data: bytes) -> None:
        try:
            self._sock.sendall(data)
        except OSError:
            self._note_leaving()
            raise PeerGone from None

    def drip(self, data: bytes, delay_s: float) -> None:
        """Send byte by byte with a pause after each."""
        for index in range(len(data)):
            self.send(data[index : index + 1])
            self.sleep(delay_s)

    def sleep(self, seconds: float) -> None:
        """Pause; end the script if the client closes the connection in the meantime."""
        readable, _, _ = select.select([self._sock], [], [], seconds)
        if readable and not self._peek():
            self._note_leaving()
            raise PeerGone

    def receive_little(self) -> None:
        """Make the system buffer as little as possible of the data from the client."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)

    def hold(self, seconds: float) -> None:
        """Pause without reading from the socket."""
        self.server.closing.wait(seconds)

    def stall(self) -> None:
        """Send nothing and discard received data until the client closes the connection or the server is closed."""
        while self._receive():
            self._unread = b""
        raise PeerGone

    def reset(self) -> None:
        """Break the connection with RST."""
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        self._sock.close()
        self.ended.set()

    def abort(self) -> None:
        """Wake a script that waits for the client."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def reply(
        self, status: int = 200, body: bytes = b"", headers: dict[str, str] | None = None, reason: str = "Reason"
    ) -> None:
        """Send a well-formed reply with a content length."""
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        self.send(head(status, fields, reason) + body)

    def answer(self, text: str = "pong") -> None:
        """Send a well-formed answer to `generateContent`, or a stream of one event if a stream was requested."""
        if self.request is not None and ":streamGenerateContent" in self.request.target:
            self.events(text)
        else:
            self.reply(body=answer_body(text))

    def start_events(self, headers: dict[str, str] | None = None) -> None:
        """Send the head of a chunked stream of server-sent events."""
        fields = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked", **(headers or {})}
        self.send(head(200, fields))

    def chunk(self, data: bytes) -> None:
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, text: str) -> None:
        self.chunk(event_bytes(text))

    def events(self, *texts: str) -> None:
        """Send a complete, well-formed stream with one event for each text."""
        self.start_events()
        for text in texts:
            self.event(text)
        self.send(b"0\r\n\r\n")

    def has_left(self, within_s: float = LEAVING_LIMIT_S) -> bool:
        """Return whether the client closes its socket within a limit."""
        return self.left.wait(within_s)

    def _peek(self) -> bytes:
        try:
            return b"pending" if isinstance(self._sock, ssl.SSLSocket) else self._sock.recv(1, socket.MSG_PEEK)
        except OSError:
            return b""

    def _receive(self) -> bool:
        try:
            data = self._sock.recv(262_144)
        except OSError:
            data = b""
        if not data:
            self._note_leaving()
        self._unread += data
        return bool(data)

    def _note_leaving(self) -> None:
        if not self.server.closing.is_set():
            self.left.set()
            self.ended.set()

    def _exactly(self, count: int) -> bytes:
        parts = [self._unread]
        missing = count - len(self._unread)
        while missing > 0:
            self._unread = b""
            if not self._receive():
                raise PeerGone
            parts.append(self._unread)
            missing -= len(self._unread)
        data = b"".join(parts)
        self._unread = data[count:]
        return data[:count]

    def _line(self) -> bytes:
        while b"\r\n" not in self._unread:
            if not self._receive():
                raise PeerGone
        line, _, self._unread = self._unread.partition(b"\r\n")
        return line

    def _chunked_body(self) -> bytes:
        parts: list[bytes] = []
        while size := int(self._line().split(b";")[0], 16):
            parts.append(self._exactly(size))
            self._line()
        self._line()
        return b"".join(parts)


class MisbehavingServer:
    """A server on 127.0.0.1 whose connections follow scripts.

    `on_connection` scripts get the accepted connection; `on_request` scripts are called once for each completely read
    request, on any connection. The n-th script serves the n-th connection or request, the last one also all that
    follow.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.peers: list[Peer] = []
        self.failures: list[BaseException] = []
        self.closing = threading.Event()
        self._tls = tls
        self._lock = threading.Lock()
        self._arrival = threading.Condition(self._lock)
        self._threads: list[threading.Thread] = []
        self._scripts: tuple[Script, ...] = (_serve_requests,)
        self._request_scripts: tuple[Script, ...] = (Peer.answer,)
        self._served = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=2_000)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._wake, self._woken = socket.socketpair()
        self._acceptor = threading.Thread(target=self._accept, name="misbehaving-accept", daemon=True)
        self._acceptor.start()

    def on_connection(self, *scripts: Script) -> None:
        self._scripts = scripts

    def on_request(self, *scripts: Script) -> None:
        self._request_scripts = scripts
        self._scripts = (_serve_requests,)

    def record(self, request: Request) -> None:
        with self._arrival:
            self.requests.append(request)
            self._arrival.notify_all()

    def next_request_script(self) -> Script:
        with self._lock:
            script = self._request_scripts[min(self._served, len(self._request_scripts) - 1)]
            self._served += 1
        return script

    def wait_for_requests(self, count: int, within_s: float = 5.0) -> None:
        """Wait until that many requests have arrived."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.requests) >= count, within_s), (
                f"{len(self.requests)} requests arrived, expected {count}"
            )

    def pauses_s(self) -> list[float]:
        """Return the times between consecutive requests, in seconds."""
        times = [request.arrived_at for request in self.requests]
        return [later - earlier for earlier, later in pairwise(times)]

    def connections_still_open(self, within_s: float = 1.0) -> list[int]:
        """Return the numbers of the connections that are still open after a limit."""
        limit = time.monotonic() + within_s
        if self.closing.is_set():
            return []
        return [peer.number for peer in self.peers if not peer.ended.wait(max(0.0, limit - time.monotonic()))]

    def close(self) -> None:
        """Close every socket and end every thread; may be called twice."""
        if self.closing.is_set():
            return
        self.closing.set()
        self._wake.send(b"x")
        self._acceptor.join(_THREAD_END_LIMIT_S)
        self._listener.close()
        for peer in self.peers:
            peer.abort()
        for thread in self._threads:
            thread.join(_THREAD_END_LIMIT_S)
        self._wake.close()
        self._woken.close()
        running = [thread.name for thread in (self._acceptor, *self._threads) if thread.is_alive()]
        assert not running, f"threads of the test server still run: {running}"

    def _accept(self) -> None:
        while True:
            readable, _, _ = select.select([self._listener, self._woken], [], [])
            if self._woken in readable:
                return
            sock, _ = self._listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(self, sock, len(self.peers))
            script = self._scripts[min(peer.number, len(self._scripts) - 1)]
            thread = threading.Thread(
                target=self._serve, args=(peer, script), name=f"misbehaving-{peer.number}", daemon=True
            )
            self.peers.append(peer)
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: Peer, script: Script) -> None:
        try:
            if self._tls is not None:
                peer._sock = self._tls.wrap_socket(peer._sock, server_side=True)
            script(peer)
        except (PeerGone, ssl.SSLError, ConnectionError):
            pass
        except BaseException as error:
            self.failures.append(error)
        finally:
            peer.close()


def _serve_requests(peer: Peer) -> None:
    while not peer.ended.is_set() and peer.recv_request() is not None:
        peer.server.next_request_script()(peer)


def head(status: int, fields: dict[str, str], reason: str = "Reason") -> bytes:
    """Return the status line and the headers of a reply."""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def answer_object(text: str) -> dict[str, Any]:
    """Return the reply of `generateContent` with one text part."""
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}]}


def answer_body(text: str = "pong") -> bytes:
    return json.dumps(answer_object(text), ensure_ascii=False).encode()


def event_bytes(text: str) -> bytes:
    """Return one server-sent event with an answer."""
    return b"data: " + answer_body(text) + b"\r\n\r\n"


def error_object(code: int, status: str = "UNAVAILABLE", message: str = "busy", **more: Any) -> dict[str, Any]:
    """Return the service's error object."""
    return {"error": {"code": code, "message": message, "status": status, **more}}


def error_body(code: int, status: str = "UNAVAILABLE", message: str = "busy", **more: Any) -> bytes:
    return json.dumps(error_object(code, status, message, **more)).encode()


@contextlib.contextmanager
def full_backlog() -> Iterator[str]:
    """Provide the URL of a port that answers no connection attempt, because its connection queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.contextmanager
def refusing_port() -> Iterator[str]:
    """Provide the URL of a port without a listening server."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
