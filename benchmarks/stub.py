"""A server that affects the measured client as little as possible: all replies are built before the first request, the
path selects one, and request bodies are counted and dropped. It runs in its own process, prints its port, and ends when
its standard input closes, so it cannot outlive a run, however that run ends."""

import asyncio
import re
import signal
import sys
from collections.abc import Mapping
from typing import NamedTuple

import live_stub
import replies

REQUEST_TARGET = re.compile(rb"^[A-Z]+ [^ ?]*/([^ ?/]+)(?:\?([^ ]*))? ")
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
UPLOAD_COMMAND = re.compile(rb"\r\nx-goog-upload-command: *([a-z, ]+)", re.IGNORECASE)
PAGE_TOKEN = re.compile(rb"(?:^|&)pageToken=(\d+)")
END_OF_CHUNKS = b"\r\n0\r\n\r\n"

INBOX = memoryview(bytearray(1 << 20))
"""A buffer shared by all connections: the event loop fills it and passes it on before it reads from the next socket."""


class Reply(NamedTuple):
    """The bytes sent at once and, for a stream that pauses, the bytes sent after the pause."""

    now: bytes
    after_pause: bytes = b""


class Connection(asyncio.BufferedProtocol):
    """The server side of one keep-alive connection. Requests arrive one after another, never pipelined."""

    transport: asyncio.Transport

    def __init__(self, prepared: Mapping[bytes, Reply]) -> None:
        self.prepared = prepared
        self.await_next_request()

    def await_next_request(self) -> None:
        self.head = b""
        self.body_bytes_left = 0
        self.chunked_tail: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return INBOX

    def buffer_updated(self, nbytes: int) -> None:
        if self.body_bytes_left:
            self.body_bytes_left -= nbytes
        elif self.chunked_tail is not None:
            self.see_chunks(bytes(INBOX[max(0, nbytes - len(END_OF_CHUNKS)) : nbytes]))
        else:
            self.head += INBOX[:nbytes]
            self.read_head()
            return
        self.answer_when_whole()

    def read_head(self) -> None:
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return
        body = self.head[end + 4 :]
        self.head = self.head[: end + 2]
        if live_stub.is_handshake(self.head):
            self.transport.write(live_stub.handshake(self.head))
            self.transport.set_protocol(live_stub.LiveConnection(self.transport))
            return
        if CHUNKED.search(self.head):
            self.chunked_tail = b"\r\n"
            self.see_chunks(body)
        elif length := CONTENT_LENGTH.search(self.head):
            self.body_bytes_left = int(length[1]) - len(body)
        self.answer_when_whole()

    def see_chunks(self, received: bytes) -> None:
        assert self.chunked_tail is not None
        self.chunked_tail = (self.chunked_tail + received)[-len(END_OF_CHUNKS) :]

    def answer_when_whole(self) -> None:
        if self.body_bytes_left or self.chunked_tail not in (None, END_OF_CHUNKS):
            return
        reply = self.prepared.get(reply_key(self.head), NOT_FOUND)
        self.await_next_request()
        self.transport.write(reply.now)
        if reply.after_pause:
            asyncio.get_running_loop().call_later(replies.SLOW_STREAM_PAUSE_S, self.transport.write, reply.after_pause)


def reply_key(head: bytes) -> bytes:
    """Return the key of the reply: the last segment of the path and the page token, if there is one; for an upload its
    command."""
    if command := UPLOAD_COMMAND.search(head):
        return b"upload: " + command[1].strip()
    target = REQUEST_TARGET.match(head)
    if not target:
        return b""
    token = PAGE_TOKEN.search(target[2] or b"")
    return target[1] + b" " + token[1] if token else target[1]


def prepare_replies(port: int) -> dict[bytes, Reply]:
    prepared = prepare_uploads(port)
    prepared |= {name.encode(): Reply(whole(body)) for name, body in replies.unary_bodies().items()}
    for token, page in replies.model_pages().items():
        prepared[f"models {token}".strip().encode()] = Reply(whole(page))
    for name, events in replies.event_streams().items():
        start = response_head(b"text/event-stream", b"Transfer-Encoding: chunked") + chunk(events[0])
        rest = b"".join(map(chunk, events[1:])) + chunk(b"")
        prepared[name.encode()] = Reply(start, rest) if name.startswith("slow") else Reply(start + rest)
    return prepared


def prepare_uploads(port: int) -> dict[bytes, Reply]:
    def state(name: bytes, body: bytes, *more: bytes) -> Reply:
        framing = b"\r\n".join((b"Content-Length: %d" % len(body), b"X-Goog-Upload-Status: " + name, *more))
        return Reply(response_head(b"application/json; charset=UTF-8", framing) + body)

    return {
        b"upload: start": state(b"active", b"", b"X-Goog-Upload-URL: http://127.0.0.1:%d/session" % port),
        b"upload: upload": state(b"active", b""),
        b"upload: upload, finalize": state(b"final", replies.UPLOADED_FILE),
    }


def whole(body: bytes, status: bytes = b"200 OK") -> bytes:
    return response_head(b"application/json; charset=UTF-8", b"Content-Length: %d" % len(body), status) + body


def response_head(content_type: bytes, framing: bytes, status: bytes = b"200 OK") -> bytes:
    headers = [b"Content-Type: " + content_type, b"Vary: Origin", b"Server: stub", framing]
    return b"HTTP/1.1 " + status + b"\r\n" + b"\r\n".join(headers) + b"\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


NOT_FOUND = Reply(whole(b'{"error": {"code": 404, "message": "The stub has no such path."}}', b"404 Not Found"))


async def serve() -> None:
    prepared: dict[bytes, Reply] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(prepared), "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    prepared |= prepare_replies(port)
    print(port, flush=True)
    run_is_over = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), run_is_over.set)
    await run_is_over.wait()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(serve())
