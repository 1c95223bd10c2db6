"""Resumable uploads: a session is started, the bytes are sent in chunks, and a broken upload resumes where it stopped.

After every failure the service is asked how many bytes it has received. One chunk at a time is in memory.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from .. import errors
from .._media_types import media_type_of_file
from .._wire.call import Call
from .attempts import Attempts
from .reply_errors import invalid

if TYPE_CHECKING:
    from typing import BinaryIO

    from .._io.messages import Response
    from .._io.port import Port
    from ..types import HttpOptions

    LocalFile = str | os.PathLike[str] | io.IOBase
    """A path, or a file object opened for reading bytes."""

CHUNK_BYTES = 8 << 20
_URL = "x-goog-upload-url"
_STATUS = "x-goog-upload-status"
_RECEIVED = "x-goog-upload-size-received"
_GRANULARITY = "x-goog-upload-chunk-granularity"
_ANY_TYPE = "application/octet-stream"
"""Media type where none is sent."""


@dataclass
class Source:
    """The content of an upload."""

    stream: BinaryIO
    size_bytes: int | None
    """None if it is known only at the end."""
    mime_type: str
    file_name: str | None = None
    is_ours: bool = False
    """Whether the stream was opened here, and so is closed here."""
    start: int | None = None
    """Position of the stream at which the upload begins; None for a stream that cannot seek."""

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes; fewer only at the end."""
        data = self.stream.read(size)
        if len(data) == size or not data:
            return data
        pieces = [data]
        missing = size - len(data)
        while missing and (more := self.stream.read(missing)):  # a pipe returns what is available
            pieces.append(more)
            missing -= len(more)
        return b"".join(pieces)

    def rewind(self, offset: int) -> bool:
        """Seek to an offset from the beginning of the upload. Returns whether the stream can seek."""
        if self.start is None:
            return False
        self.stream.seek(self.start + offset)
        return True

    def close(self) -> None:
        """Close the stream if it was opened here."""
        if self.is_ours:
            self.stream.close()


def open_source(file: LocalFile, mime_type: str | None) -> Source:
    """Return the content of a path or a file object.

    Raises `ValueError` for other objects, for a text file object, and if the media type is neither given nor known;
    `OSError` for a file that cannot be read.
    """
    if isinstance(file, (str, os.PathLike)):
        path = Path(file)
        if path.is_dir():
            raise FileNotFoundError(f"file: {str(path)!r} is a folder; upload the files in it one by one.")
        if not path.is_file():
            raise FileNotFoundError(f"file: {str(path)!r} is not an existing file.")
        stream = path.open("rb")
        found = mime_type or media_type_of_file(path.name, _beginning(stream))
        if found is None:
            stream.close()
            raise ValueError(_unknown_type(path.name))
        return Source(stream, os.fstat(stream.fileno()).st_size, found, path.name, is_ours=True, start=0)
    if not callable(getattr(file, "read", None)) or isinstance(file, io.TextIOBase):
        kind = type(file).__name__
        raise ValueError(f"file: expected a path or a file object opened for reading bytes, got {kind}.")
    start = file.tell() if _seekable(file) else None
    size = None if start is None else file.seek(0, os.SEEK_END) - start
    if start is not None:
        file.seek(start)
    name = getattr(file, "name", None)
    name = os.path.basename(name) if isinstance(name, str) else None
    found = mime_type or media_type_of_file(name or "", b"" if start is None else _beginning(file))
    if found is None:
        raise ValueError(_unknown_type(name))
    return Source(cast("BinaryIO", file), size, found, start=start)


def _seekable(file: object) -> bool:
    seekable: Callable[[], bool] | None = getattr(file, "seekable", None)
    return seekable is not None and seekable()


def _beginning(stream: Any) -> bytes:
    position = stream.tell()
    data: bytes = stream.read(16)
    stream.seek(position)
    if not isinstance(data, bytes):  # pyright: ignore[reportUnnecessaryIsInstance] - of any object at all
        raise ValueError("file: expected a file object that returns bytes; open it in binary mode.")
    return data


def _unknown_type(name: str | None) -> str:
    of_what = f" of {name!r}" if name else ""
    return f"config.mime_type: unknown media type{of_what}; set it, for example config={{'mime_type': 'text/plain'}}."


def session_headers(source: Source) -> dict[str, str]:
    """Return the headers of the request that starts the session of an upload."""
    headers = {
        "X-Goog-Upload-Protocol": "resumable",
        "X-Goog-Upload-Command": "start",
        "X-Goog-Upload-Header-Content-Type": source.mime_type,
    }
    if source.size_bytes is not None:
        headers["X-Goog-Upload-Header-Content-Length"] = str(source.size_bytes)
    if source.file_name is not None:
        headers["X-Goog-Upload-File-Name"] = quote(source.file_name, safe=" !#$&'()+,;=@[]{}^`~")
    return headers


async def upload(port: Port, call: Call, source: Source, progress: Callable[[int], None] | None) -> Response:
    """Return the final reply to an upload. `call` opens its session.

    Raises `APIError` if the service refuses, or if the attempts are used up.
    """
    attempts = Attempts(port, port.retry_policy(call), "The upload")
    attempts.total_bytes = source.size_bytes
    call.is_repeated = False
    call.is_transfer = True
    session = _Session(port, call, source, attempts, progress)
    await session.open()
    return await session.send_all()


async def upload_to(
    port: Port, url: str, file: LocalFile, size_bytes: int | None, options: HttpOptions | None
) -> Response:
    """Return the final reply to an upload whose session was opened elsewhere. `url` is the address of the session.

    Raises `ValueError` if the file has another size than `size_bytes`; `APIError` if the service refuses, or if the attempts
    are used up.
    """
    source = await port.blocking(open_source, file, _ANY_TYPE)
    try:
        if size_bytes is not None:
            source.size_bytes = size_bytes
        call = Call("POST", "", options=options)
        attempts = Attempts(port, port.retry_policy(call), "The upload")
        attempts.total_bytes = source.size_bytes
        return await _Session(port, call, source, attempts, None, url).send_all()
    finally:
        await port.blocking(source.close)


class _Session:
    def __init__(
        self,
        port: Port,
        call: Call,
        source: Source,
        attempts: Attempts,
        progress: Callable[[int], None] | None,
        url: str = "",
    ) -> None:
        self._port = port
        self._call = call
        self._source = source
        self._attempts = attempts
        self._progress = progress
        self._url = url
        self._chunk_bytes = CHUNK_BYTES

    async def open(self) -> None:
        """Start the session. If the reply is lost, another session is started, and the first one expires unused."""
        self._call.headers = session_headers(self._source)
        while True:
            try:
                response = await self._port.send(self._call)
                break
            except errors.APIError as error:
                await self._attempts.wait_after(error)
        self._url = response.headers.get(_URL, "")
        if not self._url:
            raise _not_an_upload(response, f"it has no {_URL} header")
        granularity = response.headers.get(_GRANULARITY, "")
        if granularity.isdigit() and int(granularity):
            self._chunk_bytes = max(1, self._chunk_bytes // int(granularity)) * int(granularity)

    async def send_all(self) -> Response:
        """Send all chunks, and return the reply to the last one."""
        offset = 0
        chunk = await self._read()
        while True:
            following = b"" if len(chunk) < self._chunk_bytes or self._ends_at(offset + len(chunk)) else None
            if following is None and self._source.size_bytes is None:
                following = await self._read()
            is_last = following == b""
            if is_last and self._source.size_bytes not in (None, offset + len(chunk)):
                raise ValueError(
                    f"file: the size changed during the upload, from {self._source.size_bytes} to {offset + len(chunk)} bytes."
                )
            done = await self._send_chunk(chunk, offset, is_last=is_last)
            offset += len(chunk)
            if done is not None:
                return done
            chunk = following if following is not None else await self._read()

    def _ends_at(self, offset: int) -> bool:
        return self._source.size_bytes == offset

    async def _read(self) -> bytes:
        return await self._port.blocking(self._source.read, self._chunk_bytes)

    async def _send_chunk(self, chunk: bytes, offset: int, *, is_last: bool) -> Response | None:
        """Send one chunk, with as many attempts as needed. Returns the final reply after the last chunk."""
        arrived = 0
        while True:
            rest = chunk[arrived:] if arrived else chunk
            command = "upload, finalize" if is_last else "upload"
            try:
                response = await self._request(command, rest, offset + arrived)
                status = response.headers.get(_STATUS, "").lower()
                if status == "final":
                    return self._checked(response, offset + len(chunk))
                took_all = response.headers.get(_RECEIVED, str(offset + len(chunk))) == str(offset + len(chunk))
                if status == "active" and not is_last and took_all:
                    self._report(offset + len(chunk))
                    return None
                raise _not_an_upload(response, f"its {_STATUS} is {status or 'missing'!r}")
            except errors.APIError as error:
                await self._attempts.wait_after(error)
            state = await self._state()
            if state.headers.get(_STATUS, "").lower() == "final":
                return self._checked(state, offset + len(chunk))
            received = state.headers.get(_RECEIVED, "")
            if not received.isdigit():
                raise _not_an_upload(state, f"it has no {_RECEIVED} header")
            arrived = await self._arrived(int(received), offset, chunk)
            if arrived == len(chunk) and not is_last:
                self._report(offset + arrived)
                return None

    async def _arrived(self, received: int, offset: int, chunk: bytes) -> int:
        """Return how many bytes of a chunk the service has received, after sending again what it lost of earlier chunks."""
        if offset <= received <= offset + len(chunk):
            self._attempts.reach(received)
            return received - offset
        if received > offset or not await self._port.blocking(self._source.rewind, received):
            raise errors.APIError(
                409,
                {
                    "error": {
                        "status": "UPLOAD_OUT_OF_STEP",
                        "message": f"The service has {received} bytes of the upload after it confirmed {offset}, and the "
                        "file object cannot seek to send them again.",
                    }
                },
            )
        while received < offset:
            size = min(self._chunk_bytes, offset - received)
            again = await self._port.blocking(self._source.read, size)
            await self._send_chunk(again, received, is_last=False)
            received += len(again)
        await self._port.blocking(self._source.rewind, offset + len(chunk))
        return 0

    async def _state(self) -> Response:
        """Return the state of the upload on the service."""
        while True:
            try:
                return await self._request("query", None, None)
            except errors.APIError as error:
                await self._attempts.wait_after(error)

    async def _request(self, command: str, body: bytes | None, offset: int | None) -> Response:
        headers = {"X-Goog-Upload-Command": command}
        if offset is not None:
            headers["X-Goog-Upload-Offset"] = str(offset)
        call = Call(
            "POST",
            "",
            body or None,
            self._call.options,
            headers=headers,
            url=self._url,
            is_repeated=False,
            is_transfer=True,
        )
        return await self._port.send(call)

    def _checked(self, response: Response, size: int) -> Response:
        """Return the final reply. Raises `InvalidResponseError` if the service received another number of bytes."""
        received = response.headers.get(_RECEIVED, str(size))
        if received != str(size):
            raise _not_an_upload(response, f"the service received {received} of {size} bytes")
        self._report(size)
        return response

    def _report(self, sent: int) -> None:
        self._attempts.reach(sent)
        if self._progress is not None:
            self._progress(sent)


def _not_an_upload(response: Response, reason: str) -> errors.InvalidResponseError:
    return invalid(f"The reply does not belong to an upload: {reason}.", response)
