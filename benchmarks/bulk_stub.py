"""A server of `generateContent` that answers each call after a random time (normal, sigma a quarter of the mean), for
`python -m benchmarks.bulk`. It prints its port, and ends when its standard input closes.

Arguments: the mean latency in seconds. `GET /begin` forgets what was counted; `GET /counts` returns the calls, the most
calls of one row, and the times at which a quarter and three quarters of `?rows=` had been answered, in seconds."""

import asyncio
import json
import random
import re
import sys
import time

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ROW = re.compile(rb'"text": ?"row (\d+)')
TEXT = json.dumps(
    {
        "candidates": [{"content": {"parts": [{"text": "positive"}], "role": "model"}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 1, "totalTokenCount": 10},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r",
    },
    indent=2,
).encode()  # fmt: skip
REPLY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(TEXT) + TEXT


class Counts:
    """The calls since the last `GET /begin`."""

    def __init__(self) -> None:
        self.rows: dict[bytes, int] = {}
        self.calls = 0
        self.times: list[float] = []
        """The time of each hundredth call."""

    def add(self, body: bytes) -> None:
        """Count a call that is being answered."""
        if not self.calls % 100:
            self.times.append(time.monotonic())
        self.calls += 1
        row = ROW.search(body)
        if row is not None:
            self.rows[row[1]] = self.rows.get(row[1], 0) + 1

    def to_json(self, rows: int) -> bytes:
        """Return the counts, and the times of the middle half of the calls."""
        times = self.times
        middle = [times[min(len(times) - 1, rows * part // 400)] for part in (1, 3)] if times else [0.0, 0.0]
        return json.dumps(
            {
                "calls": self.calls,
                "rows": len(self.rows),
                "most": max(self.rows.values(), default=0),
                "middle": middle,
                "first": times[0] if times else 0.0,
            }
        ).encode()


class Connection(asyncio.Protocol):
    """A connection with one call at a time."""

    def __init__(self, counts: Counts, latency_s: float) -> None:
        self.counts = counts
        self.latency_s = latency_s
        self.received = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, separator, rest = self.received.partition(b"\r\n\r\n")
        length = CONTENT_LENGTH.search(head)
        size = int(length[1]) if length else 0
        if not separator or len(rest) < size:
            return
        self.received = rest[size:]
        if head.startswith(b"GET /begin"):
            self.counts.__init__()
            self.reply(b"{}")
        elif head.startswith(b"GET /counts"):
            self.reply(self.counts.to_json(int(head.split(b"rows=")[1].split()[0])))
        else:
            wait_s = max(0.0, random.gauss(self.latency_s, self.latency_s / 4))
            asyncio.get_running_loop().call_later(wait_s, self.answer, rest[:size])

    def answer(self, body: bytes) -> None:
        self.counts.add(body)
        if not self.transport.is_closing():
            self.transport.write(REPLY)

    def reply(self, text: bytes) -> None:
        self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text))


async def main() -> None:
    loop = asyncio.get_running_loop()
    counts = Counts()
    server = await loop.create_server(lambda: Connection(counts, float(sys.argv[1])), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
