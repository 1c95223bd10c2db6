"""Text extraction from files: text files of any kind, and PDF, which a process of its own reads."""

from __future__ import annotations

import asyncio
import codecs
import re
from pathlib import Path

from ..protocol.limits import MAX_FILE_TEXT
from .pdf import PdfError, text_of_pdf
from .storage import Entry, sidecar_of

_TEXT_TYPES = re.compile(
    r"text/.+|application/(.+\+)?(json|xml|yaml)|application/(x-)?(javascript|typescript|python|sh|sql|toml|yaml|ndjson"
    r"|jsonl|latex|tex|httpd-php|graphql|python-code)",
    re.IGNORECASE,
)
_MAX_BYTES_PER_CHARACTER = 4
_PDF_TYPES = ("application/pdf", "application/x-pdf")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NoTextError(Exception):
    """The error for a file from which no text can be extracted; the message gives the reason."""


def is_readable(mime_type: str) -> bool:
    """Return whether text can be extracted from files of a type."""
    kind = _bare(mime_type)
    return kind in _PDF_TYPES or bool(_TEXT_TYPES.fullmatch(kind))


def is_pdf(mime_type: str) -> bool:
    """Return whether a type is that of PDF files, whose text takes long to read."""
    return _bare(mime_type) in _PDF_TYPES


async def text_of(data: bytes, mime_type: str) -> str:
    """Return the text of a file, decoded by its byte order mark, else as UTF-8; for a PDF, the text of all pages.

    Raises:
        NoTextError: when the file has no text, or too much.
    """
    if is_pdf(mime_type):
        try:
            return await text_of_pdf(data)
        except PdfError as error:
            raise NoTextError(str(error)) from None
    if not _TEXT_TYPES.fullmatch(_bare(mime_type)):
        raise NoTextError(f"{mime_type or 'a file of an unknown type'} is neither text nor PDF")
    return await asyncio.to_thread(_decode, data)


def _decode(data: bytes) -> str:
    if len(data) > _MAX_BYTES_PER_CHARACTER * MAX_FILE_TEXT:
        raise _too_long()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    text = data.decode(encoding, "replace")
    if len(text) > MAX_FILE_TEXT:
        raise _too_long()
    return text


def _too_long() -> NoTextError:
    return NoTextError(f"the file has more than {MAX_FILE_TEXT} characters")


async def text_of_entry(entry: Entry) -> str:
    """Return the text of a stored file. The text of a PDF is extracted once and cached next to the file.

    Raises:
        NoTextError: when the file has no text, too much, or no longer exists.
    """
    try:
        return await asyncio.to_thread(_cached, entry) or await _extract(entry)
    except FileNotFoundError:
        raise NoTextError(f"{entry.name} no longer exists") from None


def _cached(entry: Entry) -> str | None:
    sidecar = sidecar_of(entry.path)
    return sidecar.read_text("utf-8") if sidecar.exists() else None


async def _extract(entry: Entry) -> str:
    if entry.size_bytes > _MAX_BYTES_PER_CHARACTER * MAX_FILE_TEXT:
        raise _too_long()
    text = await text_of(await asyncio.to_thread(entry.path.read_bytes), entry.mime_type)
    if is_pdf(entry.mime_type):
        await asyncio.to_thread(_cache, sidecar_of(entry.path), text)
    return text


def _cache(sidecar: Path, text: str) -> None:
    unfinished = sidecar.with_suffix(".new")
    try:
        unfinished.write_text(text, "utf-8")
        unfinished.replace(sidecar)
    except OSError:  # a full disk; the text is extracted again next time
        unfinished.unlink(missing_ok=True)


def _bare(mime_type: str) -> str:
    return mime_type.partition(";")[0].strip().lower()
