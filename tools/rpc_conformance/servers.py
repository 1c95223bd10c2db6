"""The other end: a gRPC server and an HTTP server that record each request and answer as a case wants it.

Runs in the environments of both sides.
"""

from __future__ import annotations

import base64
import http.server
import json
import math
import re
import threading
from collections.abc import Iterator
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import grpc
from google.protobuf import json_format

_LIMITS_S = (1.0, 3.5, 5.0, 30.0, 60.0, 600.0)
"""Limits of time that cases use. A recorded limit is the closest one, because a little of it has passed."""


@dataclass
class Script:
    """What the servers answer, and what they were asked."""

    replies: list[Any] = field(default_factory=list)
    """Messages of protobuf: one for each request, or all for the one request of a method that streams."""
    failure: tuple[Any, ...] | None = None
    """Status code, text and trailing metadata of gRPC, or status, content type and body of HTTP: sent when no reply is left."""
    requests: list[dict[str, Any]] = field(default_factory=list)

    def start(self, replies: list[Any], failure: Any = None) -> None:
        """Forget the requests, and answer in this way from now on."""
        self.replies, self.failure, self.requests = list(replies), failure, []

    def next(self) -> Any:
        """Return the next reply, or None if a failure is to be sent."""
        return self.replies.pop(0) if self.replies else None


class GrpcServer(grpc.GenericRpcHandler):
    """A server for any method, on the loopback interface."""

    def __init__(self, script: Script, credentials: Any = None) -> None:
        self._script = script
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers((self,))
        if credentials is None:
            port = self._server.add_insecure_port("127.0.0.1:0")
        else:
            port = self._server.add_secure_port("127.0.0.1:0", credentials)
        self.target = f"127.0.0.1:{port}"
        self._server.start()

    def service(self, handler_call_details: Any) -> Any:
        path = handler_call_details.method
        metadata = [(name, value) for name, value in handler_call_details.invocation_metadata]
        return grpc.stream_stream_rpc_method_handler(
            lambda given, context: self._answer(path, metadata, given, context)
        )

    def _answer(self, path: str, metadata: list[Any], given: Iterator[bytes], context: Any) -> Iterator[bytes]:
        record = {"path": path, "messages": [], "limit": _limit(context), **_headers(metadata)}
        self._script.requests.append(record)
        is_stream = "Stream" in path
        for message in given:
            record["messages"].append(base64.b64encode(message).decode())
            while (reply := self._script.next()) is not None:
                yield reply.SerializeToString(deterministic=True)
                if not is_stream:
                    break
        if self._script.failure is not None and not self._script.replies:
            code, text, trailing = self._script.failure
            context.set_trailing_metadata(trailing)
            context.abort(code, text)

    def close(self) -> None:
        """End the server and all calls."""
        self._server.stop(None).wait(5)


def _limit(context: Any) -> float | None:
    left = context.time_remaining()
    if left is None or left > 1e6:
        return None
    return min(_LIMITS_S, key=lambda each: abs(math.log(max(left, 1e-3) / each)))


def _headers(metadata: list[Any]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in metadata:
        name = name.lower()
        if name.startswith("x-") or name == "authorization":
            text = value if isinstance(value, str) else base64.b64encode(value).decode()
            if name == "x-goog-api-client":
                text = re.sub(r"([/@])[^ ]+", r"\1*", text)
            found.setdefault(name, []).append(text)
    return {"headers": {name: sorted(values) for name, values in sorted(found.items())}}


class HttpServer:
    """A server for any path, on the loopback interface."""

    def __init__(self, script: Script, context: Any = None) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                self.close_connection = False
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                script.requests.append(_http_record(self.command, self.path, self.headers.items(), body))
                status, kind, content = _http_reply(script, "stream" in self.path)
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that leaves early is what some cases are about

        self._server = Server(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.target = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _http_record(verb: str, target: str, headers: Any, body: bytes) -> dict[str, Any]:
    parts = urlsplit(target)
    kept = [(name, value) for name, value in headers if name.lower() != "x-allowed-locations"]
    return {
        "path": f"{verb} {parts.path}",
        "query": sorted(parse_qsl(parts.query, keep_blank_values=True)),
        "body": json.loads(body) if body[:1] in (b"{", b"[") else body.decode() or None,
        "content type": dict(headers).get("Content-Type"),
        **_headers(kept),
    }


def _http_reply(script: Script, is_stream: bool) -> tuple[int, str, bytes]:
    found: list[str] = []
    while (reply := script.next()) is not None:
        found.append(json_format.MessageToJson(reply, use_integers_for_enums=True, indent=None))
        if not is_stream:
            break
    if not found and script.failure is not None:
        status, kind, body = script.failure
        return status, kind, body
    text = "[" + ",\n".join(found) + "]" if is_stream else "".join(found)
    return 200, "application/json", text.encode()
