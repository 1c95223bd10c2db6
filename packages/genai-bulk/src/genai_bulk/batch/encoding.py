"""The JSON of a request, as a line of a file needs it.

The SDKs have no public function for this. A client of the SDK therefore sends the request to a server of this process on the
loopback interface, and the server keeps the body. Nothing leaves the machine, and each SDK encodes in its own way.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from ..calls import calls_functions, fields_of
from ..requests import Kind, RowError

_REPLIES = {
    "generate": b'{"candidates": [{"content": {"parts": [{"text": "-"}]}, "finishReason": "STOP"}]}',
    "embed": b'{"embeddings": [{"values": [1.0]}], "embedding": {"values": [1.0]}}',
}


class Encoder:
    """Encodes requests. It has to be closed.

    Args:
        kind: the method of the requests.
    """

    def __init__(self, kind: Kind) -> None:
        from google import genai

        self._kind: Kind = kind
        self._server = _Server(_REPLIES[kind])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        # The proxies of the environment must not see these requests.
        options: Any = {"base_url": self._server.url, "client_args": {"trust_env": False}}
        self._client = genai.Client(api_key="unused", vertexai=False, http_options=options)
        self._template: tuple[str, Any, dict[str, Any]] | None = None

    def encode(self, model: str, contents: Any, config: Any) -> dict[str, Any]:
        """Return the request as JSON, without its model.

        Raises:
            RowError: when the SDK refuses the arguments, or the config has functions to call.
        """
        if not isinstance(contents, str):
            return self._sent(model, contents, config)
        template = self._template
        if template is None or template[0] != model or template[1] is not config:
            # Only the text differs between the rows of a template.
            template = self._template = (model, config, self._sent(model, "-", config))
        request = dict(template[2])
        if self._kind == "embed":
            request["content"] = {**request["content"], "parts": [{"text": contents}]}
        else:
            request["contents"] = [{**request["contents"][0], "parts": [{"text": contents}]}]
        return request

    def _sent(self, model: str, contents: Any, config: Any) -> dict[str, Any]:
        if calls_functions(config):
            raise RowError("the config has Python functions as tools, which a batch job cannot call")
        fields = {
            name: value for name, value in fields_of(config).items() if name not in ("http_options", "httpOptions")
        }
        models: Any = self._client.models
        method = models.embed_content if self._kind == "embed" else models.generate_content
        try:
            method(model=model, contents=contents, config=fields)
        except Exception as error:
            raise RowError(f"the request cannot be encoded: {type(error).__name__}: {error}"[:2000]) from error
        body = self._server.take_body()
        request = cast("dict[str, Any]", body["requests"][0] if "requests" in body else body)
        return {name: value for name, value in request.items() if name != "model"}

    def close(self) -> None:
        """End the server and the client."""
        close: Any = getattr(self._client, "close", None)
        if close is not None:
            close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Keeps the body of the last request."""

    daemon_threads = True

    def __init__(self, reply: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = reply
        self._body: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def keep_body(self, body: bytes) -> None:
        self._body = json.loads(body)

    def take_body(self) -> dict[str, Any]:
        body, self._body = self._body, None
        if not isinstance(body, Mapping):
            raise RowError("the SDK sent no request")
        return cast("dict[str, Any]", body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body: two would wait for each other
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        server = cast("_Server", self.server)
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            body = self._chunks()
        else:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
        server.keep_body(body)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(server.reply)))
        self.end_headers()
        self.wfile.write(server.reply)

    def _chunks(self) -> bytes:
        pieces: list[bytes] = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
