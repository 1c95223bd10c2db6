"""Media types of files, from the ending of their name or from their first bytes."""

from __future__ import annotations

import mimetypes
import posixpath
import re
from urllib.parse import urlsplit

_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"%PDF-": "application/pdf",
}
_KINDS_OF_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}


def media_type_of_file(name: str, content: bytes) -> str | None:
    """Return the media type of a file, or None when neither its name nor its content shows it."""
    guessed, _ = mimetypes.guess_type(name)
    if guessed is not None:
        return guessed
    if content[:4] == b"RIFF":
        return _KINDS_OF_RIFF.get(content[8:12])
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), None)


def media_type_of_uri(uri: str) -> str:
    """Return the media type that the ending of a URI shows. Raises `ValueError` if it shows none.

    The query of a signed address is not a part of the name of the file; but names in Cloud Storage may contain `?` and `#`.
    """
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https") and _YOUTUBE_HOST.fullmatch(parts.hostname or ""):
        return "video/*"
    guessed, _ = mimetypes.guess_type(uri if parts.scheme == "data" else parts.path)
    if guessed is None and parts.scheme == "gs":
        guessed, _ = mimetypes.guess_type(f"name{posixpath.splitext(uri)[1]}")
    if guessed is None:
        raise ValueError(f"file_uri: the ending of {uri!r} does not show the media type; pass mime_type=...")
    return guessed


_YOUTUBE_HOST = re.compile(r"(?:[\w-]+\.)*(?:youtube|youtube-nocookie)\.com|(?:www\.)?youtu\.be")
