"""Redaction: secrets in addresses, headers and bodies are replaced by placeholders, always by the same ones.

The same function runs before anything is written and before a request is compared with a recorded one, so a recording fits
clients with another key or project. Nothing here does I/O.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from threading import RLock
from typing import Any, cast
from urllib.parse import quote

PROJECT = "{PROJECT}"
API_KEY = "{API_KEY}"
TOKEN = "{TOKEN}"  # noqa: S105 - a placeholder
EMAIL = "{EMAIL}"
REDACTED = "{REDACTED}"

_KEPT_REQUEST_HEADERS = frozenset(
    {
        *("content-type", "accept", "range", "x-server-timeout", "x-goog-request-params"),
        *("x-goog-upload-protocol", "x-goog-upload-command", "x-goog-upload-offset", "x-goog-upload-file-name"),
        *("x-goog-upload-header-content-length", "x-goog-upload-header-content-type"),
    }
)
"""Request headers whose values are written. Others may be credentials of a gateway, so only their names are."""
_DROPPED_REQUEST_HEADERS = frozenset(
    {"user-agent", "x-goog-api-client", "accept-encoding", "connection", "host", "transfer-encoding", "content-length"}
)
"""Request headers that depend on the release of the client or on the connection."""
_SECRET_HEADER = re.compile(
    r"auth|cookie|token|secret|password|credential|signature|session|api-?key|user-project", re.I
)
_SECRET_NAMES = frozenset(
    {
        *("apikey", "apikeystring", "xapikey", "xgoogapikey", "accesstoken", "refreshtoken", "idtoken", "bearertoken"),
        *(
            "oauthtoken",
            "clientsecret",
            "privatekey",
            "privatekeyid",
            "password",
            "authorization",
            "proxyauthorization",
        ),
        *("cookie", "setcookie", "secret", "secretkey", "sessiontoken", "xgooguserproject"),
        *("authtoken", "environmentkey", "newsigningsecret"),
    }
)
"""Names of JSON members whose text is a secret, in lower case and without separators."""
_OF_CREDENTIALS = {"bearer_token": "token", "environment_variable": "value"}
"""The member whose text is a secret in an object with this `type`; elsewhere the name means something else."""
_SHORTEST_SECRET = 8
_SHORTEST_PROJECT = 6
"""Shorter values are replaced only where their place shows what they are."""

_ID = r"[a-z][a-z0-9.:-]{2,60}[a-z0-9]|\d{5,20}"
_BELOW_A_PROJECT = "locations|global|regions|zones|serviceAccounts|secrets|datasets|topics|buckets|services"
_PATTERNS = re.compile(
    rf"""
    (?P<pem>-----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|$))
  | (?<![\w/+-])(?P<key>AIza[\w-]{{30,45}}|AQ\.[\w-]{{20,}})(?![\w/+=-])
  | (?<![\w/+-])(?P<token>ya29\.[\w.-]{{8,}}|1//0[\w-]{{20,}}|GOCSPX-[\w-]{{10,}}|eyJ[\w-]{{8,}}\.eyJ[\w-]{{8,}}\.[\w-]{{8,}})
  | (?P<bearer>\b(?:Bearer|Basic|Token)\ +)(?=[\w.~+/=-]*\d)[\w.~+/=-]{{16,}}
  | (?P<live>\bauth_tokens/)(?!\{{)[\w.~-]{{6,}}
  | (?P<email>(?<![\w.+-])[\w.+-]{{1,64}}@[\w.{{}}-]{{0,128}}\bgserviceaccount\.com)
  | (?P<userinfo>(?<=://)[^/\s"'@?#]+@)
  | (?P<project>\bprojects?(?:/|%2F))(?P<id>{_ID})(?=(?:/|%2F)(?:{_BELOW_A_PROJECT})\b)
  | (?P<number>\bproject(?:s/|[ ](?:number[ ])?(?:\#|"|')?|[_-]?(?:number|id)["']?[:=][ ]?["']?))\d{{5,}}
  | (?P<alone>\Aprojects/)(?:{_ID})\Z
  | (?P<query>[?&](?:amp;)?(?P<name>key|api_key|access_token|token|id_token|sig|signature|googleaccessid|project|userProject
        |quotaUser|x-(?:goog|amz)-(?:signature|credential|security-token)|upload_id|session_token|auth)=)(?P<value>[^&\s"'\#<>\\]+)
    """,
    re.X | re.S | re.I | re.A,
)
_HINT = re.compile(
    r"-----B|AIza|AQ\.|ya29|1//0|GOCSPX|eyJ|[Bb]earer |BEARER |[Bb]asic |BASIC |[Tt]oken |TOKEN |auth_tokens|@|[Pp]roject|PROJECT|[?&][\w;-]+=",
)
"""Something that every pattern contains, found several times faster."""
_NAME_HINT = re.compile(r"key|token|secret|password|authorization|cookie|environment_variable|\\u", re.I)
"""A part of every secret name, the type of an object with a secret, or the beginning of a character that may hide one."""
_LONG = 4_096
_ENCODED = re.compile(r"[\w+/=-]+", re.A)
_PLACEHOLDER = re.compile(r"\{[A-Z_]+(?:_\d+)?\}|%7B[A-Z_]+(?:_\d+)?%7D", re.I)
_QUERY_PLACEHOLDERS = {"key": API_KEY, "api_key": API_KEY, "project": PROJECT, "userproject": PROJECT}


class Redactor:
    """What replaces secrets. It learns the secrets of a client from the headers of its requests.

    Values that the service makes, such as the ids of uploads, have numbered placeholders, so that they stay apart.
    """

    def __init__(self, *, api_key: str | None = None, project: str | None = None) -> None:
        self._lock = RLock()
        self._known: dict[str, str] = {}
        self._uploads: dict[str, str] = {}
        self._alternatives: re.Pattern[str] | None = None
        self._last_headers: tuple[dict[str, str], dict[str, str]] = ({}, {})
        """Headers of the last request, which are usually those of the next one, and how they are written."""
        if api_key:
            self.learn(api_key, API_KEY)
        if project:
            self.learn(project, PROJECT)

    def learn(self, value: str, placeholder: str) -> None:
        """Replace a value wherever it occurs from now on. Values that are too short to be recognized are ignored."""
        shortest = _SHORTEST_PROJECT if placeholder == PROJECT else _SHORTEST_SECRET
        if len(value) < shortest or value in self._known or _PLACEHOLDER.fullmatch(value):
            return
        with self._lock:
            for form in {value, quote(value, safe="")}:
                self._known[form] = placeholder
            words = sorted(self._known, key=len, reverse=True)
            bounded = [
                rf"(?<![\w-]){re.escape(word)}(?![\w-])" if self._known[word] == PROJECT else re.escape(word)
                for word in words
            ]
            self._alternatives = re.compile("|".join(bounded))

    def learn_from(self, headers: Mapping[str, str]) -> None:
        """Learn the keys, tokens and cookies in the headers of a request."""
        for name, value in headers.items():
            lower = name.lower()
            if lower == "x-goog-api-key":
                self.learn(value, API_KEY)
            elif lower == "x-goog-user-project":
                self.learn(value, PROJECT)
            elif _SECRET_HEADER.search(lower):
                self.learn(value, REDACTED)
                self.learn(value.rpartition(" ")[2], TOKEN)

    def text(self, text: str) -> str:
        """Return a text with placeholders in place of secrets. Encoded files, which are long and without spaces, stay as they are."""
        if len(text) > _LONG and _ENCODED.fullmatch(text):
            return text
        alternatives = self._alternatives
        if alternatives is not None:
            text = alternatives.sub(self._known_placeholder, text)
        if _HINT.search(text):
            text = _PATTERNS.sub(self._placeholder, text)
            if self._alternatives is not alternatives:
                text = self.known(text)
        return text

    def known(self, text: str) -> str:
        """Return a text with placeholders in place of the secrets that are known by now."""
        alternatives = self._alternatives
        return text if alternatives is None else alternatives.sub(self._known_placeholder, text)

    def is_clean(self, text: str) -> bool:
        """Return whether JSON text contains nothing that has to be replaced. It may be clean if this returns False."""
        known = self._alternatives
        return not (_HINT.search(text) or _NAME_HINT.search(text) or (known is not None and known.search(text)))

    def url(self, url: str) -> str:
        """Return an address with placeholders in place of secrets."""
        return self.text(url)

    def data(self, value: Any) -> Any:
        """Return JSON data with placeholders in place of secrets. The data itself is not changed."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            whole = cast("dict[str, Any]", value)
            kind = whole.get("type")
            secret = _OF_CREDENTIALS.get(kind) if isinstance(kind, str) else None
            return {self.text(key): self._member(key, item, is_secret=key == secret) for key, item in whole.items()}
        if isinstance(value, list):
            return [self.data(item) for item in cast("list[Any]", value)]
        return value

    def request_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Learn the secrets in the headers of a request, and return how the headers are written, with names in lower case."""
        last, shown = self._last_headers
        if last != headers:
            self.learn_from(headers)
            shown = self._shown_headers(headers)
            self._last_headers = dict(headers), shown
        return shown

    def _shown_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        shown: dict[str, str] = {}
        for name, value in sorted((name.lower(), value) for name, value in headers.items()):
            if name == "x-goog-api-key":
                shown[name] = API_KEY
            elif name in _KEPT_REQUEST_HEADERS:
                shown[name] = self.text(value)
            elif name not in _DROPPED_REQUEST_HEADERS:
                shown[name] = REDACTED
        return shown

    def reply_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return how the headers of a reply are written."""
        shown: dict[str, str] = {}
        is_encoded = "content-encoding" in headers  # the transport has decoded the body, so the length is another one
        for name, value in headers.items():
            if name == "x-guploader-uploadid":
                shown[name] = self._upload(value)
            elif is_encoded and name in ("content-encoding", "content-length"):
                continue
            elif _SECRET_HEADER.search(name):
                shown[name] = REDACTED
            else:
                shown[name] = self.text(value)
        return shown

    def _member(self, name: str, value: Any, *, is_secret: bool = False) -> Any:
        if isinstance(value, str):
            if value and (is_secret or name.replace("_", "").replace("-", "").lower() in _SECRET_NAMES):
                return value if _PLACEHOLDER.fullmatch(value) else REDACTED
            return self.text(value)
        return self.data(value)

    def _known_placeholder(self, found: re.Match[str]) -> str:
        return self._known[found[0]]

    def _placeholder(self, found: re.Match[str]) -> str:
        kind = found.lastgroup
        groups = found.groupdict()
        if groups["query"] is not None:
            return found["query"] + self._of_query(found["name"].lower(), found["value"])
        if groups["project"] is not None:
            self.learn(found["id"], PROJECT)  # it may also occur alone; replies contain the number in place of the id
            return found["project"] + PROJECT
        if groups["number"] is not None:
            return found["number"] + PROJECT
        if groups["alone"] is not None:
            return found["alone"] + PROJECT
        if groups["key"] is not None:
            return API_KEY
        if groups["token"] is not None:
            return TOKEN
        if groups["bearer"] is not None:
            return found["bearer"] + TOKEN
        if groups["live"] is not None:
            return found["live"] + TOKEN
        if groups["email"] is not None:
            return EMAIL
        if groups["userinfo"] is not None:
            return REDACTED + "@"
        assert kind == "pem"
        return REDACTED

    def _of_query(self, name: str, value: str) -> str:
        if _PLACEHOLDER.fullmatch(value):
            return value
        if name == "upload_id":
            return self._upload(value)
        return _QUERY_PLACEHOLDERS.get(name, REDACTED)

    def _upload(self, value: str) -> str:
        if _PLACEHOLDER.fullmatch(value):
            return value
        with self._lock:
            placeholder = self._uploads.setdefault(value, f"{{UPLOAD_ID_{len(self._uploads) + 1}}}")
        self.learn(value, placeholder)
        return placeholder
