"""Files of rows: each local file is uploaded once for its content, and used until it expires. On Vertex AI it is sent inline."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import time
from typing import TYPE_CHECKING, Any, Protocol

from .requests import FileValue, RowError

if TYPE_CHECKING:
    from google.genai import Client

_LIFETIME_S = 48 * 3600
"""How long the service keeps a file."""
_MARGIN_S = 3600
_AT_ONCE = 8
_POLLS = 600
_POLL_S = 2.0


class Names(Protocol):
    """The part of a journal that keeps the names of uploaded files."""

    def upload(self, digest: str) -> tuple[str, str, str, float] | None:
        """Return name, URI, type and expiry (seconds since 1970) of an uploaded file, or None."""
        ...

    def keep_upload(self, digest: str, name: str, uri: str, mime_type: str, expires: float) -> None:
        """Keep an uploaded file."""
        ...


class Uploads:
    """The uploaded files of a run.

    Args:
        client: a client of the SDK.
        journal: keeps the names of uploaded files.
    """

    def __init__(self, client: Client, journal: Names) -> None:
        self._client = client
        self._journal = journal
        self._is_inline = bool(client.vertexai)
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def part(self, file: FileValue) -> Any:
        """Return the part of a request for a file.

        Raises:
            RowError: when the file cannot be read, or the service cannot process it.
        """
        from google.genai import types

        if file.uri is not None:
            if file.uri.startswith("files/"):
                return await self._client.aio.files.get(name=file.uri)
            return types.Part.from_uri(file_uri=file.uri, mime_type=_mime_type(file.uri))
        if file.data is not None:
            return types.Part.from_bytes(data=file.data, mime_type=_mime_type_of(file.data))
        assert file.path is not None
        mime_type = _mime_type(file.path)
        try:
            if self._is_inline:
                data = await asyncio.to_thread(_read, file.path)
                return types.Part.from_bytes(data=data, mime_type=mime_type)
            digest = await asyncio.to_thread(_digest, file.path)
        except OSError as error:
            raise RowError(f"the file {file.path!r} cannot be read: {error.strerror}") from None
        uri = await self._uploaded(digest, file.path, mime_type)
        return types.Part.from_uri(file_uri=uri, mime_type=mime_type)

    async def _uploaded(self, digest: str, path: str, mime_type: str) -> str:
        """Return the URI of a file; rows that need the same file wait for one upload."""
        kept = self._journal.upload(digest)
        if kept is not None and kept[3] - _MARGIN_S > time.time():
            return kept[1]
        task = self._running.get(digest)
        if task is None:
            task = asyncio.ensure_future(self._upload(digest, path, mime_type))
            self._running[digest] = task
            task.add_done_callback(lambda _: self._running.pop(digest, None))
        return await asyncio.shield(task)

    async def _upload(self, digest: str, path: str, mime_type: str) -> str:
        async with self._places:
            file: Any = await self._client.aio.files.upload(file=path, config={"mime_type": mime_type})
            for _ in range(_POLLS):
                state = getattr(file.state, "name", None) or str(file.state or "ACTIVE")
                if state != "PROCESSING":
                    break
                await asyncio.sleep(_POLL_S)
                file = await self._client.aio.files.get(name=file.name)
            else:
                raise RowError(f"the service has not processed the file {path!r} after {_POLLS * _POLL_S:.0f} s")
            if state == "FAILED":
                raise RowError(f"the service could not process the file {path!r}")
        self._journal.keep_upload(digest, file.name, file.uri, mime_type, time.time() + _LIFETIME_S)
        return file.uri


def _mime_type(path: str) -> str:
    found, _ = mimetypes.guess_type(path)
    if found is None:
        raise RowError(f"the type of the file {path!r} is not known; its name needs an ending such as .png or .pdf")
    return found


_SIGNATURES = (
    (b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"%PDF", "application/pdf"),
    (b"OggS", "audio/ogg"), (b"ID3", "audio/mpeg"), (b"fLaC", "audio/flac"),
)  # fmt: skip


def _mime_type_of(data: bytes) -> str:
    for signature, mime_type in _SIGNATURES:
        if data.startswith(signature):
            return mime_type
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if data[8:12] == b"WEBP" else "audio/wav"
    raise RowError("the type of the bytes is not known; expected PNG, JPEG, GIF, WebP, PDF, WAV, OGG, MP3 or FLAC")


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _digest(path: str) -> str:
    """Return the hash of a file's content."""
    found = hashlib.blake2b(digest_size=16)
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            found.update(piece)
    return found.hexdigest()
