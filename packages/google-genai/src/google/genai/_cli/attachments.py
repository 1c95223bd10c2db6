"""Attachments and standard input: files and addresses become parts of a prompt, with the size and the media type checked.

A file that fits into a request is sent in it. A larger one is uploaded first, and an address of a page or a picture is fetched
here, because not every service fetches addresses.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import output
from .exits import Exit, Failure

if TYPE_CHECKING:
    from google.genai import Client, types

MOST_INLINE_BYTES = 15_000_000
"""Largest attachment that is sent in the request; base64 makes it a third longer, and requests are limited to 20 MB."""
MOST_UPLOADED_BYTES = 2_147_483_648
"""Largest file that the service stores."""
MOST_STDIN_BYTES = 64_000_000
_FETCH_LIMIT_S = 30.0
_TEXT_TYPES = {".md": "text/markdown", ".toml": "text/plain", ".yaml": "text/plain", ".yml": "text/plain",
               ".rs": "text/plain", ".go": "text/plain", ".ts": "text/plain", ".log": "text/plain"}  # fmt: skip
_NOT_FETCHED = ("gs://",)
_STORED = re.compile(r"(?:https?://.+/v\w+/)?(files/[A-Za-z0-9-]+)")
"""Names and addresses of files that the service stores."""


@dataclass
class Attachment:
    """One attachment.

    Attributes:
      source: The path or address that the user gave; `-` is standard input.
      mime_type: Media type.
      content: The bytes; None for a large file and for an address that the service reads itself.
      path: Path of a local file, or None.
      uri: Address that the service reads, or None.
      name: Name of a file that the service stores, `files/…`, or None.
    """

    source: str
    mime_type: str
    content: bytes | None = None
    path: Path | None = None
    uri: str | None = None
    name: str | None = None
    size: int = 0

    @property
    def sha256(self) -> str | None:
        """The hash of the content, or None if the content is not known here."""
        return None if self.content is None else hashlib.sha256(self.content).hexdigest()

    @property
    def is_large(self) -> bool:
        """Whether the file has to be uploaded first."""
        return self.content is None and self.path is not None

    def part(self, client: Client | None = None) -> types.Part:
        """Return the part for a request; a large file is uploaded with the client."""
        from google.genai import types

        if self.content is not None:
            return types.Part(inline_data=types.Blob(data=self.content, mime_type=self.mime_type))
        if self.name is not None and self.uri is None:
            if client is None:
                return types.Part(file_data=types.FileData(file_uri=self.name))
            file = client.files.get(name=self.name)
            self.uri, self.mime_type = str(file.uri), file.mime_type or self.mime_type
        if self.uri is None:
            self.uri = _upload(self, client)
        return types.Part(file_data=types.FileData(file_uri=self.uri, mime_type=self.mime_type))


def read_attachment(source: str, mime_type: str | None = None) -> Attachment:
    """Return the attachment for a path, an address or `-`. Raises `Failure` if it cannot be used."""
    if source == "-":
        return _of_bytes(source, read_stdin_bytes(), mime_type)
    stored = _STORED.fullmatch(source)
    if stored and not os.path.exists(source):
        return Attachment(source, mime_type or "", name=stored[1])
    if source.startswith(_NOT_FETCHED) or _is_video_address(source):
        return Attachment(source, mime_type or _type_of_uri(source), uri=source)
    if source.startswith(("http://", "https://")):
        return _fetch(source, mime_type)
    return _read(source, mime_type)


def read_stdin() -> tuple[str, bytes]:
    """Return standard input as text, or as bytes if it is not text; both are empty if it is a terminal or closed."""
    try:
        if sys.stdin is None or sys.stdin.isatty():  # pyright: ignore[reportUnnecessaryComparison] - closed as by `<&-`
            return "", b""
    except ValueError:
        return "", b""
    content = read_stdin_bytes()
    if b"\0" not in content:
        try:
            return content.decode("utf-8-sig"), b""
        except UnicodeDecodeError:
            pass
    return "", content


def read_stdin_bytes() -> bytes:
    """Return all bytes of standard input. Raises `Failure` if they are too many."""
    try:
        content = sys.stdin.buffer.read(MOST_STDIN_BYTES + 1)
    except (OSError, AttributeError):
        return b""
    if len(content) > MOST_STDIN_BYTES:
        raise Failure(
            f"Standard input has more than {output.size(MOST_STDIN_BYTES)}.", hint="Attach a file instead: -a PATH"
        )
    return content


def of_binary_stdin(content: bytes) -> Attachment:
    """Return an attachment for bytes on standard input whose first bytes show their type."""
    from .._media_types import media_type_of_file

    if media_type_of_file("", content) is None:
        raise Failure(
            f"Standard input is neither UTF-8 text nor a known kind of file ({output.size(len(content))}).",
            hint="Name its media type: --at - audio/mpeg",
        )
    return _of_bytes("-", content, None)


def _of_bytes(source: str, content: bytes, mime_type: str | None) -> Attachment:
    from .._media_types import media_type_of_file

    if not content:
        raise Failure(f"-a {source}: it is empty.")
    if len(content) > MOST_INLINE_BYTES:
        raise Failure(
            f"-a {source}: {output.size(len(content))} are more than the {output.size(MOST_INLINE_BYTES)} that fit into a "
            "request.",
            hint="Save it as a file, and attach the file.",
        )
    found = mime_type or media_type_of_file("", content) or _text_type(content)
    if found is None:
        raise _unknown_type(source)
    return Attachment(source, found, content, size=len(content))


def _read(source: str, mime_type: str | None) -> Attachment:
    from .._media_types import media_type_of_file

    path = Path(source)
    try:
        status = path.stat()
    except OSError as error:
        raise Failure(f"-a {source}: {error.strerror}.") from error
    if stat.S_ISDIR(status.st_mode):
        raise Failure(f"-a {source}: expected a file, but it is a folder.", hint="Attach its files one by one: -a FILE")
    is_regular = stat.S_ISREG(status.st_mode)
    if is_regular and status.st_size == 0:
        raise Failure(f"-a {source}: the file is empty.")
    if is_regular and status.st_size > MOST_UPLOADED_BYTES:
        raise Failure(
            f"-a {source}: the file has {output.size(status.st_size)}; the service stores at most "
            f"{output.size(MOST_UPLOADED_BYTES)} per file."
        )
    try:
        with path.open("rb") as file:
            content = file.read(MOST_INLINE_BYTES + 1)
    except OSError as error:
        raise Failure(f"-a {source}: {error.strerror}.") from error
    guessed = media_type_of_file(path.name, content)
    guessed = _TEXT_TYPES.get(path.suffix.lower()) if _TEXT_TYPES.get(path.suffix.lower()) else guessed
    found = mime_type or guessed or _text_type(content)
    if found is None:
        raise _unknown_type(source)
    if len(content) > MOST_INLINE_BYTES:
        return Attachment(source, found, path=path, size=status.st_size)
    return Attachment(source, found, content, path, size=len(content))


def _text_type(content: bytes) -> str | None:
    """Return `text/plain` for UTF-8 text; a character may be cut at the end."""
    if b"\0" in content:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return "text/plain" if len(content) > MOST_INLINE_BYTES and error.start >= len(content) - 3 else None
    return "text/plain"


def _unknown_type(source: str) -> Failure:
    return Failure(
        f"-a {source}: neither the name nor the first bytes show the media type.",
        hint=f"Name it: --at {source} MEDIA/TYPE",
    )


def _is_video_address(source: str) -> bool:
    if not source.startswith(("http://", "https://")):
        return False
    from .._media_types import media_type_of_uri

    try:
        return media_type_of_uri(source) == "video/*"
    except ValueError:
        return False


def _type_of_uri(source: str) -> str:
    from .._media_types import media_type_of_uri

    try:
        return media_type_of_uri(source)
    except ValueError:
        raise _unknown_type(source) from None


def _fetch(source: str, mime_type: str | None) -> Attachment:
    import urllib.error
    import urllib.request

    from .._media_types import media_type_of_file

    request = urllib.request.Request(source, headers={"User-Agent": "genai"})  # noqa: S310 - http and https only
    try:
        with urllib.request.urlopen(request, timeout=_FETCH_LIMIT_S) as reply:  # noqa: S310
            content: bytes = reply.read(MOST_INLINE_BYTES + 1)
            stated = reply.headers.get_content_type() if reply.headers.get("content-type") else None
    except urllib.error.HTTPError as error:
        error.close()
        raise Failure(f"-a {source}: the server answered {error.code} {error.reason}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Failure(f"-a {source}: {reason}.", Exit.CONNECTION) from None
    if not content:
        raise Failure(f"-a {source}: it is empty.")
    if len(content) > MOST_INLINE_BYTES:
        raise Failure(
            f"-a {source}: it has more than {output.size(MOST_INLINE_BYTES)}.",
            hint="Download it, and attach the file: it is uploaded then.",
        )
    if stated == "application/octet-stream":
        stated = None
    found = mime_type or stated or media_type_of_file(source.partition("?")[0], content) or _text_type(content)
    if found is None:
        raise _unknown_type(source)
    return Attachment(source, found, content, size=len(content))


def _upload(attachment: Attachment, client: Client | None) -> str:
    if client is None:
        return f"(the address of {attachment.source}, uploaded first)"
    if client.vertexai:
        raise Failure(
            f"-a {attachment.source}: {output.size(attachment.size)} do not fit into a request, and Vertex AI stores no files.",
            hint="Copy the file to Cloud Storage, and attach gs://BUCKET/NAME.",
        )
    output.note(f"Uploading {attachment.source} ({output.size(attachment.size)}) ...")
    config: Any = {"mime_type": attachment.mime_type, "display_name": os.path.basename(attachment.source)}
    progress = output.is_terminal(sys.stderr) and not output.Quiet.value
    file = client.files.upload(file=str(attachment.path), config=config, progress=progress)
    file = client.files.wait(file=file)
    if file.uri is None:
        raise Failure(f"-a {attachment.source}: the service gave no address for the uploaded file.", Exit.SERVICE)
    return file.uri
