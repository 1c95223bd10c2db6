"""The HTTP request and reply that an error came from, with the attributes that programs written for httpx or aiohttp read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)


class ReplyHeaders(Mapping[str, str]):
    """Headers, which are found by their name in any case."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._values = {name.lower(): value for name, value in headers.items()}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


class HttpRequest:
    """An HTTP request that was sent. It can be pickled.

    Attributes:
      method: HTTP method.
      url: Address without user, password and query, because they may contain credentials.
    """

    def __init__(self, method: str, url: str) -> None:
        parts = urlsplit(url)
        self.method = method
        self.url = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()

    def __repr__(self) -> str:
        return f"<HttpRequest {self.method} {self.url}>"


class HttpReply:
    """An HTTP reply as it arrived. It contains no connection, and can be pickled.

    Its attributes are the same over every transport, those of an httpx response. In an aiohttp response, `json` and `text`
    are coroutines: write `error.response.json()` in place of `await error.response.json()`, and `error.response.text` in
    place of `await error.response.text()`.

    Attributes:
      status_code: HTTP status; `status` is the same.
      reason_phrase: The service's words for the status; `reason` is the same.
      headers: Headers, found by their name in any case.
      content: Body as far as it arrived.
    """

    def __init__(self, status_code: int, headers: Mapping[str, str], content: bytes, reason: str | None = None) -> None:
        self.status_code = status_code
        self.headers = ReplyHeaders(headers)
        self.content = content
        self.reason_phrase = reason or _reason(status_code)

    @classmethod
    def of(cls, response: Any) -> HttpReply | None:
        """Return the reply in a response of httpx whose body was read, or None for any other object."""
        try:
            return cls(response.status_code, response.headers, bytes(response.content), response.reason_phrase)
        except Exception:  # of any library's response, for example that its body was not read
            return None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.status_code

    @property
    def reason(self) -> str:
        """The service's words for the status."""
        return self.reason_phrase

    @property
    def ok(self) -> bool:
        """Whether the status is that of a success."""
        return 200 <= self.status_code < 300

    is_success = ok

    @property
    def is_error(self) -> bool:
        """Whether the status is that of an error."""
        return self.status_code >= 400

    @property
    def text(self) -> str:
        """The body as text."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        try:
            return self.content.decode(named[1] if named else "utf-8", errors="replace")
        except LookupError:
            return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the body, decoded as JSON. Raises `ValueError` if it is not JSON."""
        return json.loads(self.content)

    def read(self) -> bytes:
        """Return the body."""
        return self.content

    def __repr__(self) -> str:
        return f"<HttpReply [{self.status_code} {self.reason_phrase}]>"


def _reason(status_code: int) -> str:
    try:
        return HTTPStatus(status_code).phrase
    except ValueError:
        return ""
