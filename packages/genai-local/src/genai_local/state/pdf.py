"""Text extraction from a PDF in a process of its own, which has limits and can be ended.

A small PDF can keep a parser busy for hours, or fill the memory; a thread could not be stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sys

from ..protocol.limits import MAX_FILE_TEXT, MAX_PDF_BYTES, MAX_PDF_PAGES, MAX_PDF_S

_MAX_MEMORY_BYTES = 2 * 1024**3
_PROGRAM = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from genai_local.state.pdf import main; main()"


class PdfError(Exception):
    """The error for a PDF without text that can be read; the message is the reason."""


async def text_of_pdf(data: bytes) -> str:
    """Return the text of all pages. When the caller is cancelled, the process ends.

    Raises:
        PdfError: when the file is broken, encrypted, too large, or has no text.
    """
    if len(data) > MAX_PDF_BYTES:
        raise PdfError(f"the PDF has {len(data)} bytes, more than the maximum of {MAX_PDF_BYTES}")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, json.dumps(sys.path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(data), MAX_PDF_S)
    except asyncio.TimeoutError:
        raise PdfError(f"the text of the PDF could not be read within {MAX_PDF_S:g} seconds") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise PdfError("the PDF cannot be read: its parser needs too much memory")
    answer = json.loads(output)
    if "problem" in answer:
        raise PdfError(answer["problem"])
    return answer["text"]


def main() -> None:
    """Read a PDF from the standard input, and write its text, or the problem, as JSON to the standard output."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (int(MAX_PDF_S), int(MAX_PDF_S) + 1))
    try:
        answer = {"text": _read(sys.stdin.buffer.read())}
    except PdfError as error:
        answer = {"problem": str(error)}
    except Exception as error:  # a broken file can make the parser raise anything
        answer = {"problem": f"the PDF cannot be read: {str(error) or type(error).__name__}"}
    sys.stdout.write(json.dumps(answer))


def _read(data: bytes) -> str:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise PdfError("the PDF is encrypted")
    count = len(reader.pages)
    if count > MAX_PDF_PAGES:
        raise PdfError(f"the PDF has {count} pages, more than the maximum of {MAX_PDF_PAGES}")
    pages: list[str] = []
    length = 0
    for page in reader.pages:
        pages.append(page.extract_text())
        length += len(pages[-1])
        if length > MAX_FILE_TEXT:
            raise PdfError(f"the text of the PDF has more than {MAX_FILE_TEXT} characters")
    text = "\n".join(pages).encode("utf-8", "replace").decode()
    if not text.strip():
        raise PdfError("the PDF contains no text, only images")
    return text
