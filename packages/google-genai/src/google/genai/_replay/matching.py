"""What of a request counts when it is compared with recorded ones, the search for an equal one, and the diff if none is equal.

Method, path, query, a few headers and the body count. Host, project, location, credentials, versions of the client, time limits,
names that the client generates and times of expiration do not. Nothing here does I/O.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from . import redaction
from .recording import Exchange, body_entry

_COUNTED_HEADERS = (
    *("range", "x-goog-upload-command", "x-goog-upload-offset"),
    *("x-goog-upload-header-content-length", "x-goog-upload-header-content-type"),
)
_UNCOUNTED_QUERY = frozenset({"key", "api_key", "access_token"})
_TIMES = frozenset({"expireTime", "newSessionExpireTime", "expire_time", "new_session_expire_time"})
"""Members that a program computes from the current time."""
_GENERATED = re.compile(r"(?<!\d)\d{14}_[0-9a-f]{5}\b")
"""A name made of the current time and random digits."""
_UNCOUNTED = re.compile(rf"projects/|xpire_?[Tt]ime|{_GENERATED.pattern}")
_PLACE = re.compile(r"projects/[^/]+/locations/[^/]+/")
_VERSION = re.compile(r"/(?=(?:upload/|download/)?v\d+(?:alpha|beta)?\d*/)")
_BOUNDARY = re.compile(r"boundary=\"?([^\";,\s]+)")
_UPLOAD = re.compile(r"\{UPLOAD_ID_\d+\}")
"""Uploads that run at the same time are distinguished by their data, because they may begin in another order."""
_PLACEHOLDER = re.compile(r"\{(?:PROJECT|API_KEY|TOKEN|EMAIL|REDACTED)\}")
_sorted = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_SHOWN_CHARACTERS = 400
_SHOWN_LINES = 120
_COMPARED = 50
"""How many exchanges the diff chooses from."""


class Sent:
    """A request in the form in which it is compared.

    Args:
      request: The request as it is written in a file: redacted.
      key_of: Returns what counts, as one text.
    """

    __slots__ = ("key", "request")

    def __init__(self, request: dict[str, Any], key_of: Callable[[dict[str, Any]], str]) -> None:
        self.request = request
        self.key = key_of(request)


def request_entry(
    redactor: redaction.Redactor, method: str, url: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """Return how a request is written."""
    shown = redactor.request_headers(headers)  # first, because it learns the secrets
    entry: dict[str, Any] = {"method": method, "url": redactor.url(url), "headers": shown}
    entry.update(redacted_body(redactor, body_entry(body), body))
    return entry


def redacted_body(redactor: redaction.Redactor, entry: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Return the entry of a body with placeholders in place of secrets."""
    for name in ("json", "text"):
        if name in entry and not redactor.is_clean(body.decode()):
            return {name: redactor.data(entry[name])}
    return entry


def key_of(request: dict[str, Any]) -> str:
    """Return what counts of a request, as one text."""
    url = urlsplit(cast("str", request["url"]))
    headers = cast("dict[str, str]", request.get("headers", {}))
    counted = [f"{name}: {headers[name]}" for name in _COUNTED_HEADERS if name in headers]
    return "\n".join((f"{request['method'].upper()} {path_of(url.path)}?{_query(url.query)}", *counted, _body(request)))


def path_of(path: str) -> str:
    """Return a path without what precedes the version, and without project and location."""
    path = unquote(path)
    version = _VERSION.search(path)
    if version is not None:
        path = path[version.start() :]
    return _PLACE.sub("", path.replace("//", "/"), count=1)


def _query(query: str) -> str:
    pairs = sorted(pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in _UNCOUNTED_QUERY)
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return _UPLOAD.sub("{UPLOAD_ID}", _GENERATED.sub("{GENERATED}", text)) if "_" in text else text


def _body(request: dict[str, Any]) -> str:
    if "json" in request:
        text = _sorted(request["json"])
        return _sorted(_counted(request["json"])) if _UNCOUNTED.search(text) else text
    if "text" in request:
        text = cast("str", request["text"])
        boundary = _BOUNDARY.search(request.get("headers", {}).get("content-type", ""))
        return _GENERATED.sub("{GENERATED}", text.replace(boundary[1], "{BOUNDARY}") if boundary else text)
    if "base64" in request:
        data = base64.b64decode(request["base64"])
        return f"{len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}"
    if "bytes" in request:
        return f"{request['bytes'].get('size')} bytes, SHA-256 {request['bytes'].get('sha256')}"
    return ""


def _counted(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "{TIME}" if name in _TIMES and isinstance(item, str) else _counted(item)
            for name, item in cast("dict[str, Any]", value).items()
        }
    if isinstance(value, list):
        return [_counted(item) for item in cast("list[Any]", value)]
    if isinstance(value, str):
        if "projects/" in value:
            value = _PLACE.sub("projects/{PROJECT}/locations/{LOCATION}/", value)
        return _GENERATED.sub("{GENERATED}", value) if "_" in value else value
    return value


class Matcher:
    """The exchanges of a recording that no request has used yet. Callers use a lock."""

    def __init__(self, exchanges: Iterable[Exchange], key_of: Callable[[dict[str, Any]], str]) -> None:
        self.exchanges = list(exchanges)
        self._key_of = key_of
        self._unused = dict.fromkeys(range(len(self.exchanges)))
        self._by_key: dict[str, deque[int]] = {}
        self._keys = [key_of(exchange.request) for exchange in self.exchanges]
        for position, key in enumerate(self._keys):
            self._by_key.setdefault(key, deque()).append(position)
        self._with_placeholders = [i for i, key in enumerate(self._keys) if _PLACEHOLDER.search(key)]

    @property
    def unused(self) -> list[Exchange]:
        """The exchanges that no request has used yet, in order."""
        return [self.exchanges[position] for position in self._unused]

    def take(self, sent: Sent) -> Exchange | None:
        """Return the first unused exchange that equals a request, which is then used; None if none does."""
        positions = self._by_key.get(sent.key)
        if positions:
            return self._use(positions.popleft())
        # A text that was a secret when it was recorded, such as the id of the project, need not be one for this client.
        line = sent.key.partition("\n")[0]
        for position in self._with_placeholders:
            if position in self._unused and self._keys[position].partition("\n")[0] == line:
                pattern = r'[^/"\s]+'.join(map(re.escape, _PLACEHOLDER.split(self._keys[position])))
                if re.fullmatch(pattern, sent.key):
                    self._by_key[self._keys[position]].remove(position)
                    return self._use(position)
        return None

    def take_first(self, fits: Callable[[Exchange], bool]) -> Exchange | None:
        """Return the first unused exchange for which a function returns True, which is then used."""
        for position in self._unused:
            if fits(self.exchanges[position]):
                self._by_key[self._keys[position]].remove(position)
                return self._use(position)
        return None

    def has_unused(self, exchange: Exchange) -> bool:
        """Return whether an unused exchange has an equal request."""
        return bool(self._by_key[self._keys[exchange.position]])

    def has_equal(self, sent: Sent) -> int | None:
        """Return the position of an exchange that equals a request, whether it is used or not; None if none does."""
        return self._keys.index(sent.key) if sent.key in self._by_key else None

    def most_similar(self, sent: Sent) -> Exchange | None:
        """Return the unused exchange that is most similar to a request; None if all are used."""
        line = sent.key.partition("\n")[0]
        candidates = sorted(self._unused, key=lambda position: self._keys[position].partition("\n")[0] != line)[
            :_COMPARED
        ]
        scored = [
            (difflib.SequenceMatcher(None, self._keys[i][:4_000], sent.key[:4_000], autojunk=False).quick_ratio(), -i)
            for i in candidates
        ]
        return self.exchanges[-max(scored)[1]] if scored else None

    def _use(self, position: int) -> Exchange:
        del self._unused[position]
        return self.exchanges[position]


def diff(
    recorded: dict[str, Any], sent: dict[str, Any], title: str, path_of: Callable[[str], str] | None = None
) -> str:
    """Return the difference of two requests as a unified diff. Long texts are shortened. `path_of` returns a path to show."""
    ours, theirs = (_readable(request, path_of or _path_of_url) for request in (sent, recorded))
    lines = list(difflib.unified_diff(theirs, ours, f"recorded: {title}", "sent", lineterm="", n=3))
    if len(lines) > _SHOWN_LINES:
        lines[_SHOWN_LINES:] = [f"… {len(lines) - _SHOWN_LINES} more lines"]
    return "\n".join(lines)


def _path_of_url(url: str) -> str:
    return path_of(urlsplit(url).path)


def _readable(request: dict[str, Any], path_of: Callable[[str], str]) -> list[str]:
    url = cast("str", request["url"])
    headers = cast("dict[str, str]", request.get("headers", {}))
    lines = [f"{request['method'].upper()} {path_of(url)}"]
    lines += [f"? {pair}" for pair in _query(url.partition("?")[2]).split("&") if pair]
    lines += [f"{name}: {headers[name]}" for name in _COUNTED_HEADERS if name in headers]
    if "json" in request:
        shown = json.dumps(_shortened(_counted(request["json"])), indent=2, sort_keys=True, ensure_ascii=False)
        return lines + shown.splitlines()
    body = _body(request)
    return lines + [_short(line) for line in body.splitlines()]


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_shortened(item) for item in cast("list[Any]", value)]
    return _short(value) if isinstance(value, str) else value


def _short(text: str) -> str:
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    checksum = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{text[:_SHOWN_CHARACTERS]}… ({len(text)} characters, SHA-256 {checksum}…)"


__all__ = ["Matcher", "Sent", "diff", "key_of", "path_of", "redacted_body", "request_entry"]
