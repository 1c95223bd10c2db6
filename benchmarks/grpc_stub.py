"""The other end of the scenarios with gRPC: a server of grpcio that answers every call with the same bytes.

Prints its port, and ends when its standard input closes."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio

MESSAGES = 1000
_TEXT = "A short answer, as models give them to small questions."


def answer() -> bytes:
    """Return a `GenerateContentResponse` with one candidate, encoded by hand: the stub needs no package of messages."""
    part = _field(2, _TEXT.encode())
    content = _field(1, part) + _field(2, b"model")
    return _field(1, _field(1, content) + b"\x10\x01")


def _field(number: int, value: bytes) -> bytes:
    assert len(value) < 128, "one byte for the length"
    return bytes([number << 3 | 2, len(value)]) + value


class Handler(grpc.GenericRpcHandler):
    def service(self, handler_call_details: Any) -> Any:
        reply = answer()

        async def unary(_request: bytes, _context: Any) -> bytes:
            return reply

        async def stream(_request: bytes, _context: Any) -> AsyncIterator[bytes]:
            for _ in range(MESSAGES):
                yield reply

        if "Stream" in handler_call_details.method:
            return grpc.unary_stream_rpc_method_handler(stream)
        return grpc.unary_unary_rpc_method_handler(unary)


async def main() -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(main())
