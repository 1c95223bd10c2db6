"""A gRPC server on the loopback interface whose answers a test chooses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import grpc

from google.ai import generativelanguage_v1beta as api

Answer = Callable[["Call"], Iterator[Any]]
PATIENCE_S = 10.0
"""Longest wait for something that happens within milliseconds."""


class Call:
    """One call that the server received."""

    def __init__(self, path: str, request: bytes, context: Any) -> None:
        self.path = path
        self.request = request
        self.context = context
        self.ended = threading.Event()
        """Set when the call has ended, also when the client has left it."""
        context.add_callback(self.ended.set)

    def fail(self, code: Any, text: str = "text") -> None:
        """End the call with an error."""
        self.context.abort(code, text)


class Server(grpc.GenericRpcHandler):
    """A server that answers each call with the messages of `answer`; texts become responses with that text."""

    def __init__(self, address: str = "127.0.0.1:0", credentials: Any = None) -> None:
        self.calls: list[Call] = []
        self.answer: Answer = lambda call: iter(["hello"])
        self._server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((self,))
        if credentials is None:
            port = self._server.add_insecure_port(address)
        else:
            port = self._server.add_secure_port(address, credentials)
        self.target = f"127.0.0.1:{port}"
        self._server.start()

    def service(self, handler_call_details: Any) -> Any:
        path = handler_call_details.method

        def answered(request: bytes, context: Any) -> Iterator[bytes]:
            call = Call(path, request, context)
            self.calls.append(call)
            for message in self.answer(call):
                yield message if isinstance(message, bytes) else reply(message)._pb.SerializeToString()

        return grpc.unary_stream_rpc_method_handler(answered)

    def stop(self) -> None:
        """End the server and its calls."""
        self._server.stop(None).wait(PATIENCE_S)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def reply(text: str) -> Any:
    """Return a response with a text."""
    return api.GenerateContentResponse(candidates=[{"content": {"role": "model", "parts": [{"text": text}]}}])


def text_of(response: Any) -> str:
    """Return the text of a response."""
    return response.candidates[0].content.parts[0].text


def failures(code: Any, number: int) -> Answer:
    """Return an answer that fails a number of times, and then succeeds."""
    left = [number]

    def answer(call: Call) -> Iterator[Any]:
        if left[0]:
            left[0] -= 1
            call.fail(code)
        yield "hello"

    return answer


REQUEST = {"model": "models/m1", "contents": [{"parts": [{"text": "hi"}]}]}
