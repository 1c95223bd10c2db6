"""Text extraction from files: text files of any kind, and PDF with pypdf, which is imported with the first PDF."""

from __future__ import annotations

import codecs
import io
import re

from .storage import Entry, sidecar_of

_TEXT_TYPES = re.compile(
    r"text/.+|application/(.+\+)?(json|xml|yaml)|application/(x-)?(javascript|typescript|python|sh|sql|toml|yaml|ndjson"
    r"|jsonl|latex|tex|httpd-php|graphql|python-code)",
    re.IGNORECASE,
)
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


def text_of(data: bytes, mime_type: str) -> str:
    """Return the text of a file, decoded by its byte order mark, else as UTF-8; for a PDF, the text of all pages.

    This can take seconds for a long PDF, so call it in a thread.

    Raises:
        NoTextError: when the file has no text.
    """
    kind = _bare(mime_type)
    if kind in _PDF_TYPES:
        return _text_of_pdf(data)
    if not _TEXT_TYPES.fullmatch(kind):
        raise NoTextError(f"{mime_type or 'a file of an unknown type'} is neither text nor PDF")
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace")


def text_of_entry(entry: Entry) -> str:
    """Return the text of a stored file. The text of a PDF is extracted once and cached next to the file.

    Raises:
        NoTextError: when the file has no text or no longer exists.
    """
    sidecar = sidecar_of(entry.path)
    try:
        if _bare(entry.mime_type) not in _PDF_TYPES:
            return text_of(entry.path.read_bytes(), entry.mime_type)
        if sidecar.exists():
            return sidecar.read_text("utf-8")
        text = text_of(entry.path.read_bytes(), entry.mime_type)
        unfinished = sidecar.with_suffix(".new")
        try:
            unfinished.write_text(text, "utf-8")
            unfinished.replace(sidecar)
        except OSError:  # a full disk; the text is extracted again next time
            unfinished.unlink(missing_ok=True)
        return text
    except FileNotFoundError:
        raise NoTextError(f"{entry.name} no longer exists") from None


def _bare(mime_type: str) -> str:
    return mime_type.partition(";")[0].strip().lower()


def _text_of_pdf(data: bytes) -> str:
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data))
        is_locked = reader.is_encrypted and not reader.decrypt("")
        pages = [] if is_locked else [page.extract_text() for page in reader.pages]
    except Exception as error:  # a broken file can make the parser raise anything
        raise NoTextError(f"the PDF cannot be read: {str(error) or type(error).__name__}") from error
    if is_locked:
        raise NoTextError("the PDF is encrypted")
    text = "\n".join(pages).encode("utf-8", "replace").decode()
    if not text.strip():
        raise NoTextError("the PDF contains no text, only images")
    return text
