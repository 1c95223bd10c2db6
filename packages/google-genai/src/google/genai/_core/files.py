"""Files: their upload, their download, and the wait until they can be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import errors
from .._ops import file_search_stores as stores, files
from .._wire.codec import encode
from .._wire.reply import decode, parse
from .progress import Progress, showing
from .upload import Source, open_source, upload as send_upload
from .waiting import ended, failure, named

if TYPE_CHECKING:
    import os
    from typing import BinaryIO

    from .._io.messages import Response
    from .._io.port import Call, Port
    from .._ops.operation import Operation
    from ..types import File, RegisterFilesResponse, UploadToFileSearchStoreOperation


async def upload_file(port: Port, file: Any, config: Any, progress: Progress | None) -> File:
    """Return the file that the service has made of a local one."""
    _only_on_gemini(port, files.UPLOAD)
    from .. import types

    settings = _settings(config, types.UploadFileConfig)
    source = await port.blocking(open_source, file, settings.mime_type)
    try:
        settings.mime_type = source.mime_type
        call = encode(files.UPLOAD, port.backend, {"size_bytes": source.size_bytes, "config": settings})
        response = await _upload(port, call, source, progress)
    finally:
        await port.blocking(source.close)
    reply: dict[str, Any] = _object(response)
    if not isinstance(reply.get("file"), dict):
        raise _unexpected(response, "it holds no file")
    return parse(types.File, port.backend.name, json.dumps(reply["file"]).encode(), response.status, response.headers)


async def upload_to_store(
    port: Port, store: Any, file: Any, config: Any, progress: Progress | None
) -> UploadToFileSearchStoreOperation:
    """Return the operation that takes a local file into a file search store."""
    _only_on_gemini(port, stores.UPLOAD)
    from .. import types

    settings = _settings(config, types.UploadToFileSearchStoreConfig)
    source = await port.blocking(open_source, file, settings.mime_type)
    try:
        arguments = {"file_search_store_name": store, "config": settings}
        call = encode(stores.UPLOAD, port.backend, arguments)
        response = await _upload(port, call, source, progress)
    finally:
        await port.blocking(source.close)
    cls = types.UploadToFileSearchStoreOperation
    return parse(cls, port.backend.name, response.body, response.status, response.headers)


async def _upload(port: Port, call: Call, source: Source, progress: Progress | None) -> Response:
    call.has_version = False
    call.path = f"upload/v1beta/{call.path}"
    with showing(progress, source.file_name or "upload", source.size_bytes) as report:
        return await send_upload(port, call, source, report if progress else None)


async def register_files(port: Port, auth: Any, uris: Any, config: Any) -> RegisterFilesResponse:
    """Return files that lie in Cloud Storage, made known to the service with credentials that may read them."""
    call = encode(files.REGISTER, port.backend, {"uris": uris, "config": config})
    call.headers = await port.identity(auth)
    return decode(files.REGISTER, port.backend.name, await port.send(call))


def _only_on_gemini(port: Port, operation: Operation[Any]) -> None:
    if operation.route(port.backend.name) is None:
        raise ValueError(f"{operation.name} is not offered by {port.backend.title}.")


def _settings(config: Any, cls: Any) -> Any:
    """Return a configuration of our own to complete."""
    return config.model_copy() if isinstance(config, cls) else cls.model_validate({} if config is None else config)


def _object(response: Response) -> dict[str, Any]:
    try:
        reply: dict[str, Any] | None = json.loads(response.body)
    except ValueError:
        reply = None
    if not isinstance(reply, dict):
        raise _unexpected(response, "it is no JSON object")
    return reply


def _unexpected(response: Response, reason: str) -> errors.InvalidResponseError:
    details = {"error": {"message": f"The reply to the upload is unexpected: {reason}.", "status": "INVALID_RESPONSE"}}
    return errors.InvalidResponseError(response.status, details, headers=response.headers, body=response.body)


# Downloads


async def download(
    port: Port, file: Any, config: Any, path: str | os.PathLike[str] | None, progress: Progress | None
) -> Any:
    """Return the bytes of a file, or write them into a local one and return its path."""
    call = encode(files.DOWNLOAD, port.backend, {"file": _downloadable(file), "config": config})
    if path is None:
        pieces: list[bytes] = []
        await _receive(port, call, _Memory(pieces), progress, str(file) if isinstance(file, str) else "download")
        content = b"".join(pieces)
        _fill_video(file, content)
        return content
    target = Path(path)
    part = target.with_name(target.name + ".part")
    stream: BinaryIO = await port.blocking(_opened_for_writing, part)
    try:
        try:
            await _receive(port, call, _OnDisk(port, stream), progress, target.name)
        finally:
            await port.blocking(stream.close)
        await port.blocking(part.replace, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return target


def _opened_for_writing(path: Path) -> BinaryIO:
    return path.open("wb")


class _Memory:
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def write(self, piece: bytes) -> None:
        self._pieces.append(piece)

    async def restart(self) -> None:
        self._pieces.clear()


class _OnDisk:
    def __init__(self, port: Port, stream: BinaryIO) -> None:
        self._port = port
        self._stream = stream

    async def write(self, piece: bytes) -> None:
        await self._port.blocking(self._stream.write, piece)

    async def restart(self) -> None:
        self._stream.seek(0)
        await self._port.blocking(self._stream.truncate)


_MOST_BREAKS = 5
"""Breaks in a row, without a byte getting through in between, after which a download is given up."""


async def _receive(port: Port, call: Call, into: _Memory | _OnDisk, progress: Progress | None, title: str) -> None:
    """Receive a body; one that breaks off is taken up where it broke, as far as the service can."""
    received = 0
    breaks = 0
    with showing(progress, title, None if not progress else 0) as report:
        while True:
            call.headers = {"Range": f"bytes={received}-"} if received else {}
            response = await port.stream(call)
            if received and response.status != 206:
                received = 0
                await into.restart()
            chunks = response.chunks()
            try:
                async for piece in chunks:
                    await into.write(piece)
                    received += len(piece)
                    breaks = 0
                    report(received)
                return
            except errors.APIConnectionError:
                breaks += 1
                if breaks > _MOST_BREAKS:
                    raise
            finally:
                await chunks.aclose()
                await response.close()
            await port.sleep(min(0.25 * 2**breaks, 8.0))


def _downloadable(file: Any) -> str:
    """Return what names the file. Raises `ValueError` for one whose bytes the service does not give out."""
    from .. import types

    if isinstance(file, str):
        return file
    if isinstance(file, types.GeneratedVideo):
        file = file.video
    if isinstance(file, types.Video):
        if not file.uri:
            raise ValueError("file.uri: the video has no address; it lies in video_bytes already.")
        return file.uri
    if isinstance(file, types.File):
        if not file.download_uri:
            raise ValueError(
                f"file: {file.name} was uploaded; the service gives out only what it made itself (download_uri is set)."
            )
        return named(file, (types.File,), "file")
    raise ValueError(f"file: expected a name, types.File, types.Video or types.GeneratedVideo, got {file!r}.")


def _fill_video(file: Any, content: bytes) -> None:
    from .. import types

    video = file.video if isinstance(file, types.GeneratedVideo) else file
    if isinstance(video, types.Video):
        video.video_bytes = content


# Waiting


async def usable_file(
    port: Port, get: Callable[..., Any], file: Any, timeout_s: float | None, poll_s: float, progress: Progress | None
) -> File:
    """Return a file once the service has prepared it. Raises `OperationFailedError` when it could not."""
    from .. import types

    done: File = await ended(
        port,
        get,
        file,
        types.File,
        lambda one: one.state is not types.FileState.PROCESSING,
        what="file",
        timeout_s=timeout_s,
        poll_s=poll_s,
        progress=progress,
    )
    if done.state is types.FileState.FAILED:
        raise failure(done, "could not be prepared")
    return done
