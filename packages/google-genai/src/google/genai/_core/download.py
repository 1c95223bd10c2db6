"""Downloads that resume: after a broken connection, the rest of the file is requested.

A service that ignores the request for the rest sends the file again from its beginning.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .. import errors
from .attempts import Attempts
from .progress import Progress, progress_report
from .reply_errors import invalid

if TYPE_CHECKING:
    from .._io.messages import OpenResponse
    from .._io.port import Port
    from .._wire.call import Call

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_UNKNOWN_RANGE = re.compile(r"bytes \*/(\d+)")


class InMemory:
    """A download as pieces in memory."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    async def write(self, piece: bytes) -> None:
        self.pieces.append(piece)

    async def restart(self) -> None:
        self.pieces.clear()


class OnDisk:
    """A download to a file."""

    def __init__(self, port: Port, stream: BinaryIO) -> None:
        self._port = port
        self._stream = stream

    async def write(self, piece: bytes) -> None:
        await self._port.blocking(self._stream.write, piece)

    async def restart(self) -> None:
        self._stream.seek(0)
        await self._port.blocking(self._stream.truncate)


class InGivenFile:
    """A download into a file object of the program, from its current position. Raises `ValueError` for another object."""

    def __init__(self, port: Port, stream: Any) -> None:
        if not hasattr(stream, "write") or hasattr(stream, "encoding"):
            raise ValueError(
                "destination: expected a path, or a file object opened for writing bytes, got "
                f"{type(stream).__name__}; open a file with mode 'wb'."
            )
        self._port = port
        self._stream = stream
        is_seekable = getattr(stream, "seekable", None)
        self._start: int | None = stream.tell() if is_seekable is not None and is_seekable() else None

    async def write(self, piece: bytes) -> None:
        """Write a piece. A raw file may take less than the whole piece at once."""
        rest = memoryview(piece)
        while rest:
            written: int | None = await self._port.blocking(self._stream.write, rest)
            if written is None and not isinstance(self._stream, io.RawIOBase):
                return  # an object of another kind, which does not report the number
            if not written:
                raise OSError("destination: the file object takes no more bytes.")
            rest = rest[written:]

    async def restart(self) -> None:
        if self._start is None:
            raise OSError(
                "destination: the connection broke and the service sends the file from its beginning, but the file object is "
                "not seekable; pass a path."
            )
        await self._port.blocking(self._stream.seek, self._start)


async def receive(
    port: Port, call: Call, into: InMemory | OnDisk | InGivenFile, progress: Progress | None, title: str
) -> None:
    """Receive a whole file. Raises `APIError` if the service refuses, or if the attempts are used up.

    Without a retry policy, a first request that fails is not repeated.
    """
    policy = port.retry_policy(call)
    call.is_repeated = False
    call.is_transfer = True
    attempts = Attempts(port, policy, f"The download of {title}")
    has_started = False
    received = 0
    with progress_report(progress, title, None if not progress else 0) as report:
        while True:
            call.headers = {"Range": f"bytes={received}-"} if received else {}
            try:
                response = await port.stream(call)
                has_started = True
                chunks = response.chunks()
                try:
                    if received and not _continues(response, received):
                        received = 0
                        await into.restart()
                    attempts.total_bytes = _size(response)
                    async for piece in chunks:
                        await into.write(piece)
                        received += len(piece)
                        attempts.reach(received)
                        report(received)
                finally:
                    await chunks.aclose()
                    await response.close()
                return
            except errors.APIError as error:
                if received and _ends_at(error, received):
                    return
                if not has_started and policy is None:
                    raise
                await attempts.wait_after(error)


def _continues(response: OpenResponse, received: int) -> bool:
    """Return whether a reply begins behind the bytes received, and not at the beginning of the file."""
    if response.status != 206:
        return False
    found = _RANGE.match(response.headers.get("content-range", ""))
    if found is not None and int(found[1]) != received:
        raise invalid(f"The download continues at byte {found[1]}, but byte {received} was requested.", response)
    return True


def _size(response: OpenResponse) -> int | None:
    """Return the size of the whole file, if a reply contains it."""
    if response.status == 206:
        found = _RANGE.match(response.headers.get("content-range", ""))
        return int(found[2]) if found is not None and found[2] != "*" else None
    length = response.headers.get("content-length", "")
    return int(length) if length.isdigit() and "content-encoding" not in response.headers else None


def _ends_at(error: errors.APIError, received: int) -> bool:
    """Return whether the service refused a request for the rest because the file ends there."""
    found = _UNKNOWN_RANGE.match(error.headers.get("content-range", "")) if error.code == 416 else None
    return found is not None and int(found[1]) == received


async def receive_bytes(port: Port, call: Call, progress: Progress | None, name: str) -> bytes:
    """Return the content that a call downloads."""
    memory = InMemory()
    await receive(port, call, memory, progress, name)
    return b"".join(memory.pieces)


async def receive_file(port: Port, call: Call, target: Path, progress: Progress | None) -> Path:
    """Write a download to a local file, and return its path. The file has another name until it is complete."""
    if not target.name:
        raise ValueError(f"path, destination: expected the path of a file, got {str(target)!r}.")
    part = target.with_name(target.name + ".part")
    stream: BinaryIO = await port.blocking(_open_for_writing, part)
    try:
        try:
            await receive(port, call, OnDisk(port, stream), progress, target.name)
        finally:
            await port.blocking(stream.close)
        await port.blocking(part.replace, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return target


def _open_for_writing(path: Path) -> BinaryIO:
    return path.open("wb")
