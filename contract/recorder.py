"""A server that records each request and sends the reply that a test has set. It does not depend on the API."""

from __future__ import annotations

import http.server
import threading
from dataclasses import dataclass, field


@dataclass
class Recorded:
    """One request as it arrived."""

    method: str
    target: str
    """Path and query as they were sent."""
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


@dataclass
class Recorder:
    """The recorded requests, and the next reply."""

    url: str = ""
    requests: list[Recorded] = field(default_factory=list)
    reply: bytes = b"{}"
    content_type: str = "application/json"

    def answer(self, reply: bytes, content_type: str = "application/json") -> None:
        """Reply to every request with these bytes from now on."""
        self.reply, self.content_type = reply, content_type

    def only_request(self) -> Recorded:
        """Return the one request that arrived."""
        assert len(self.requests) == 1, f"{len(self.requests)} requests arrived"
        return self.requests[0]


class RecordingServer:
    """A `Recorder` on a free port of the loopback interface."""

    def __init__(self) -> None:
        recorder = self.recorder = Recorder()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                recorder.requests.append(Recorded(self.command, self.path, headers, body))
                self.send_response(200)
                self.send_header("content-type", recorder.content_type)
                self.send_header("content-length", str(len(recorder.reply)))
                self.send_header("x-trace", "t-1")
                self.end_headers()
                self.wfile.write(recorder.reply)

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        recorder.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
