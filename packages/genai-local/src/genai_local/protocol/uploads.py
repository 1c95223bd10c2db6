"""The headers of the upload protocols: commands, sizes and offsets as clients send and read them.

The resumable protocol has two forms. In the newer one, `X-Goog-Upload-Command` says what a request is for. In the older one,
which `google-api-python-client` speaks, the start has `uploadType=resumable` in its query, the reply has the upload's `Location`,
and each `PUT` there has a `Content-Range`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote

from .errors import ApiError, JsonObject, invalid

Protocol = Literal["resumable", "raw", "multipart"]
Status = Literal["active", "final", "cancelled"]

COMMANDS = ("start", "upload", "finalize", "query", "cancel")
BODILESS = ("start", "query", "cancel")
_PREFIX = "x-goog-upload-"
_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)")


@dataclass(frozen=True)
class UploadRequest:
    """The headers and the query of one upload request."""

    protocol: Protocol
    commands: frozenset[str]
    upload_id: str | None
    offset: int | None
    declared_bytes: int | None
    """Size of the whole upload, if the start request gives it."""
    mime_type: str | None
    file_name: str | None
    content_bytes: int | None
    """Size of this request's body, if given."""
    has_range: bool = False
    """Whether the request has the older form of the resumable protocol."""

    @property
    def offset_header(self) -> str:
        """Name of the header that gives the offset."""
        return "Content-Range" if self.has_range else "X-Goog-Upload-Offset"


def read_request(headers: Mapping[str, str], query: Mapping[str, str]) -> UploadRequest:
    """Return the upload headers of a request.

    Raises:
        ApiError: 400 for missing, unknown or contradictory headers.
    """
    upload_id = query.get("upload_id")
    protocol = _protocol(headers, query, upload_id)
    is_newer = f"{_PREFIX}protocol" in headers or f"{_PREFIX}command" in headers
    if query.get("uploadType") == "resumable" and not is_newer:
        return _read_older_form(headers, upload_id)
    commands = _commands(headers.get(f"{_PREFIX}command", "start" if upload_id is None else ""))
    if protocol == "resumable" and (upload_id is None) != ("start" in commands):
        problem = "expected start" if upload_id is None else "this upload has already been started"
        raise invalid("X-Goog-Upload-Command", f"{problem}; got {', '.join(sorted(commands)) or 'nothing'}.")
    if "upload" in commands and headers.get(f"{_PREFIX}offset") is None:
        raise invalid("X-Goog-Upload-Offset", "is missing; give the offset of these bytes in the upload.")
    name = headers.get(f"{_PREFIX}file-name") or headers.get(f"{_PREFIX}header-file-name")
    kind = headers.get(f"{_PREFIX}header-content-type")
    if kind is None and protocol == "raw":
        kind = headers.get("content-type")
    return UploadRequest(
        protocol=protocol,
        commands=commands,
        upload_id=upload_id,
        offset=_number(headers, f"{_PREFIX}offset"),
        declared_bytes=_number(headers, f"{_PREFIX}header-content-length"),
        mime_type=kind.partition(";")[0].strip().lower() if kind else None,
        # Headers are limited to ASCII, so clients percent-encode other characters.
        file_name=unquote(name) if name else None,
        content_bytes=_number(headers, "content-length"),
    )


def _read_older_form(headers: Mapping[str, str], upload_id: str | None) -> UploadRequest:
    kind = headers.get("x-upload-content-type")
    size = _number(headers, "content-length")
    commands, offset = frozenset({"start"}), None
    if upload_id is not None:
        commands, offset = _commands_of_range(headers.get("content-range"), size)
    return UploadRequest(
        protocol="resumable",
        commands=commands,
        upload_id=upload_id,
        offset=offset,
        declared_bytes=_number(headers, "x-upload-content-length"),
        mime_type=kind.partition(";")[0].strip().lower() if kind else None,
        file_name=None,
        content_bytes=size,
        has_range=True,
    )


def _commands_of_range(text: str | None, size: int | None) -> tuple[frozenset[str], int | None]:
    """Return the commands and the offset of a request with a range; without one, its body is the whole upload."""
    if text is None:
        return frozenset({"upload", "finalize"}), 0
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise invalid("Content-Range", f"expected 'bytes FIRST-LAST/SIZE' or 'bytes */SIZE', not {text!r}.")
    if match[1] is None:
        return frozenset({"query"}), None
    first, last = int(match[1]), int(match[2])
    if size is not None and last - first + 1 != size:
        raise invalid("Content-Range", f"{text!r} does not fit the {size} bytes of the body.")
    is_last = match[3] != "*" and last + 1 >= int(match[3])
    return frozenset({"upload", "finalize"} if is_last else {"upload"}), first


def brings_bytes(path: str, raw_headers: list[tuple[bytes, bytes]], query: bytes) -> bool:
    """Return whether a request's body consists of uploaded bytes, which are read piece by piece."""
    if not path.startswith("/upload/"):
        return False
    if b"upload_id=" in query:
        command = next((value for name, value in raw_headers if name == b"x-goog-upload-command"), b"")
        return command.decode("latin-1").strip().lower() not in BODILESS
    kinds = parse_qs(query.decode("latin-1")).get("uploadType", [])
    kinds += [value.decode("latin-1") for name, value in raw_headers if name == b"x-goog-upload-protocol"]
    return any(kind.lower() in ("raw", "media", "multipart") for kind in kinds)


def reply_headers(
    status: Status, *, received_bytes: int | None = None, granularity_bytes: int | None = None, url: str | None = None
) -> dict[str, str]:
    """Return the headers that describe the state of an upload to the client."""
    headers = {"x-goog-upload-status": status}
    if received_bytes is not None:
        headers["x-goog-upload-size-received"] = str(received_bytes)
    if granularity_bytes is not None:
        headers["x-goog-upload-chunk-granularity"] = str(granularity_bytes)
    if url is not None:
        headers |= {"x-goog-upload-url": url, "x-goog-upload-control-url": url}
    return headers


def refusal(problem: ApiError, headers: dict[str, str]) -> ApiError:
    """Return an error with the headers that describe the state of the upload."""
    details: list[JsonObject] = problem.details
    return ApiError(problem.code, problem.message, status=problem.status, details=details, headers=headers)


def _protocol(headers: Mapping[str, str], query: Mapping[str, str], upload_id: str | None) -> Protocol:
    name = headers.get(f"{_PREFIX}protocol", "").lower()
    name = name or {"media": "raw"}.get(query.get("uploadType", ""), query.get("uploadType", "")).lower()
    if upload_id is not None:
        if name not in ("", "resumable"):
            raise invalid("X-Goog-Upload-Protocol", f"an upload with an upload_id is resumable, not {name}.")
        return "resumable"
    for protocol in ("resumable", "raw", "multipart"):
        if name == protocol:
            return protocol
    raise invalid("X-Goog-Upload-Protocol", f"expected resumable, raw or multipart, not {name or 'nothing'}.")


def _commands(text: str) -> frozenset[str]:
    commands = frozenset(filter(None, (word.strip().lower() for word in text.split(","))))
    if (
        not commands
        or commands - set(COMMANDS)
        or (len(commands) > 1 and commands != frozenset({"upload", "finalize"}))
    ):
        raise invalid(
            "X-Goog-Upload-Command",
            f"expected start, upload, finalize, query, cancel or 'upload, finalize', not {text!r}.",
        )
    return commands


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name)
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise invalid(name.title(), f"expected a number of bytes, not {text!r}.")
    return int(text)
