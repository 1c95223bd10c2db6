"""The record of a request as it arrived."""

from __future__ import annotations

import json as json_codec
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from ..protocol.errors import JsonObject
from ..protocol.interactions import is_of_interactions


@dataclass(frozen=True)
class RecordedRequest:
    """A request as it arrived."""

    method: str
    path: str
    """The path with percent-escapes decoded."""
    raw_target: str
    """Path and query exactly as received."""
    query_pairs: list[tuple[str, str]]
    raw_headers: list[tuple[str, str]]
    """Names in lower case, in the order of arrival."""
    body: bytes
    """Empty for the bytes of an upload, which are not recorded."""

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; the last value of a repeated name."""
        return dict(self.query_pairs)

    @property
    def headers(self) -> dict[str, str]:
        """The headers by lower-case name; repeated ones joined by a comma."""
        result: dict[str, str] = {}
        for name, value in self.raw_headers:
            result[name] = f"{result[name]}, {value}" if name in result else value
        return result

    @property
    def json(self) -> Any:
        """The decoded JSON body; None for an empty body.

        Raises:
            ValueError: when the body is not JSON.
        """
        return json_codec.loads(self.body) if self.body else None

    @property
    def is_streamed(self) -> bool:
        """Whether the request asks for a stream."""
        if not is_of_interactions(self.path):
            return ":stream" in self.path
        if self.method == "GET":
            return self.query.get("stream") == "true"
        try:
            body: object = self.json
        except ValueError:
            return False
        return isinstance(body, dict) and cast("JsonObject", body).get("stream") is True

    @classmethod
    def from_scope(cls, scope: JsonObject, body: bytes) -> RecordedRequest:
        """Return the record of a request with this ASGI scope."""
        query: bytes = scope["query_string"]
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        return cls(
            method=scope["method"],
            path=scope["path"],
            raw_target=(raw_path + (b"?" + query if query else b"")).decode("latin-1"),
            query_pairs=parse_qsl(query.decode("latin-1"), keep_blank_values=True),
            raw_headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
            body=body,
        )
