"""Files: upload, download, and waiting until they are ready for use."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import types
from .._iterables import SequenceNotStr
from .._ops import file_search_stores as stores, files
from .._wire.codec import encode, own_config
from .download import InGivenFile, receive, receive_bytes, receive_file
from .observing import reported
from .progress import Progress, progress_report
from .replies import decode, read_as
from .reply_errors import invalid
from .upload import Source, open_source, upload as send_upload
from .waiting import failure, name_of, wait_for_end

if TYPE_CHECKING:
    import io
    from typing import IO

    from google.auth.credentials import Credentials

    from .._io.messages import Response
    from .._io.port import Port
    from .._wire.call import Call
    from .._wire.operation import Operation
    from .upload import LocalFile

    Destination = str | os.PathLike[str] | io.IOBase | IO[bytes]
    RemoteFile = str | types.File | types.Video | types.GeneratedVideo


@reported(files.UPLOAD.name)
async def upload_file(
    port: Port, file: LocalFile, config: types.UploadFileConfigOrDict | None, progress: Progress | None
) -> types.File:
    """Upload a local file, and return it as the service describes it."""
    _only_on_gemini(port, files.UPLOAD)
    settings = own_config(config, types.UploadFileConfig)
    source = await port.blocking(open_source, file, settings.mime_type)
    try:
        settings.mime_type = source.mime_type
        call = encode(files.UPLOAD, port.backend, {"size_bytes": source.size_bytes, "config": settings})
        response = await _upload(port, call, source, progress)
    finally:
        await port.blocking(source.close)
    reply: dict[str, Any] = _json_object(response)
    if not isinstance(reply.get("file"), dict):
        raise invalid("The reply to the upload contains no file.", response)
    return read_as(types.File, port.backend.name, response, json.dumps(reply["file"]).encode())


@reported(stores.UPLOAD.name)
async def upload_to_store(
    port: Port,
    store: str,
    file: LocalFile,
    config: types.UploadToFileSearchStoreConfigOrDict | None,
    progress: Progress | None,
) -> types.UploadToFileSearchStoreOperation:
    """Upload a local file to a file search store, and return the operation that imports it."""
    _only_on_gemini(port, stores.UPLOAD)
    settings = own_config(config, types.UploadToFileSearchStoreConfig)
    source = await port.blocking(open_source, file, settings.mime_type)
    try:
        arguments = {"file_search_store_name": store, "config": settings}
        call = encode(stores.UPLOAD, port.backend, arguments)
        response = await _upload(port, call, source, progress)
    finally:
        await port.blocking(source.close)
    cls = types.UploadToFileSearchStoreOperation
    return read_as(cls, port.backend.name, response, response.body)


async def _upload(port: Port, call: Call, source: Source, progress: Progress | None) -> Response:
    call.before_version = "upload/"
    with progress_report(progress, source.file_name or "upload", source.size_bytes) as report:
        return await send_upload(port, call, source, report if progress else None)


@reported(files.REGISTER.name)
async def register_files(
    port: Port, auth: Credentials, uris: SequenceNotStr[str], config: types.RegisterFilesConfigOrDict | None
) -> types.RegisterFilesResponse:
    """Register files in Cloud Storage with the service, using credentials that may read them."""
    if not hasattr(auth, "before_request"):
        raise TypeError(f"auth: expected google.auth credentials that may read the files, got {type(auth).__name__}.")
    call = encode(files.REGISTER, port.backend, {"uris": uris, "config": config})
    call.headers = await port.identity(auth)
    return decode(files.REGISTER, port.backend.name, await port.send(call))


def _only_on_gemini(port: Port, operation: Operation[Any]) -> None:
    if operation.route(port.backend.name) is None:
        raise ValueError(f"{operation.name} is not offered by {port.backend.title}.")


def _json_object(response: Response) -> dict[str, Any]:
    try:
        reply: dict[str, Any] | None = json.loads(response.body)
    except ValueError:
        reply = None
    if not isinstance(reply, dict):
        raise invalid("The reply to the upload is not a JSON object.", response)
    return reply


# Downloads


@reported(files.DOWNLOAD.name)
async def download(
    port: Port,
    file: RemoteFile,
    config: types.DownloadFileConfigOrDict | None,
    path: str | os.PathLike[str] | None,
    progress: Progress | None,
    destination: Destination | None = None,
) -> Any:
    """Return the content of a file as bytes, write it to a local file and return its path, or write it to a destination
    and return None.
    """
    if path is not None and destination is not None:
        raise ValueError("path, destination: expected one of the two, got both.")
    name = _download_name(file)
    call = encode(files.DOWNLOAD, port.backend, {"file": name, "config": config})
    if destination is not None:
        if isinstance(destination, (str, os.PathLike)):
            await receive_file(port, call, Path(destination), progress)
        else:
            await receive(port, call, InGivenFile(port, destination), progress, name)
        return None
    if path is not None:
        return await receive_file(port, call, Path(path), progress)
    content = await receive_bytes(port, call, progress, name)
    _fill_video(file, content)
    return content


@reported(stores.DOWNLOAD_MEDIA.name)
async def download_media(port: Port, media_id: str, config: types.DownloadMediaConfigOrDict | None) -> bytes:
    """Return the bytes of a medium in a file search store."""
    call = encode(stores.DOWNLOAD_MEDIA, port.backend, {"media_id": media_id, "config": config})
    return await receive_bytes(port, call, None, media_id)


def _download_name(file: RemoteFile) -> str:
    """Return the name or address of a file. Raises `ValueError` for a file that the service does not let anyone download."""
    if isinstance(file, str):
        return file
    given: object = file.video if isinstance(file, types.GeneratedVideo) else file
    if isinstance(given, types.Video):
        if not given.uri:
            raise ValueError("file.uri: the video has no address; its content is in video_bytes.")
        return given.uri
    if isinstance(given, types.File):
        if not given.download_uri:
            raise ValueError(
                f"file: {given.name} was uploaded; only files that the service generated (with a download_uri) can be downloaded."
            )
        return name_of(given, (types.File,), "file")
    raise ValueError(f"file: expected a name, types.File, types.Video or types.GeneratedVideo, got {file!r}.")


def _fill_video(file: RemoteFile, content: bytes) -> None:
    video: object = file.video if isinstance(file, types.GeneratedVideo) else file
    if isinstance(video, types.Video):
        video.video_bytes = content


# Waiting


async def wait_for_file(
    port: Port,
    get: Callable[..., Any],
    file: types.File | str,
    timeout_s: float | None,
    poll_s: float,
    progress: Progress | None,
) -> types.File:
    """Return a file when the service has processed it. Raises `OperationFailedError` if processing failed."""
    done: types.File = await wait_for_end(
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
        raise failure(done, "could not be processed")
    return done
