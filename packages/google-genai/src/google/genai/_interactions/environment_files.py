"""Uploads and downloads of files in environments. The transfers are those of `client.files`: they resume, and are bounded."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .. import errors
from .._core.download import receive_bytes, receive_file
from .._core.observing import reported
from .._core.progress import Progress, progress_report
from .._core.upload import open_source, upload as send_upload
from .._media_types import media_type_of_file
from .._wire.call import Call
from ..types._http import HttpOptions
from . import types
from .errors import typed
from .replies import read_reply
from .requests import RETRIES, with_query
from .services import path_of

if TYPE_CHECKING:
    from .._io.port import Port

    LocalContent = str | os.PathLike[str] | io.IOBase | bytes
    """A path, a file object opened for reading bytes, or the bytes themselves."""

_PATH = "environments/{environment}/files/{path}"
_ANY_TYPE = "application/octet-stream"


@reported("environments.files.upload")
async def upload(
    port: Port,
    path: str,
    file: LocalContent,
    environment: str | None,
    environment_id: str | None,
    mime_type: str | None,
    query: dict[str, bool | None],
    http_options: Any,
    progress: Progress | None,
) -> types.GetEnvironmentFilesResponse:
    """Upload local content to a file in an environment, and return the files that it became there."""
    name = "environments.files.upload"
    call = _call(name, "POST", path, environment, environment_id, query, http_options)
    call.method, call.before_version = "PUT", "upload/"
    content = io.BytesIO(file) if isinstance(file, bytes) else file
    if not isinstance(content, (str, os.PathLike, io.IOBase)) and not hasattr(content, "read"):  # pyright: ignore[reportUnnecessaryIsInstance] - of a program
        kind = type(cast(object, content)).__name__
        raise ValueError(f"{name}: file: expected a path, a file object or bytes, got {kind}.")
    source = await port.blocking(open_source, content, mime_type or _type_of(content))
    source.file_name = None  # the path in the environment is the name
    try:
        with progress_report(progress, path, source.size_bytes) as report:
            response = await send_upload(port, call, source, report if progress else None)
    except errors.APIError as error:
        raise typed(error) from error.__cause__
    finally:
        await port.blocking(source.close)
    return read_reply(types.GetEnvironmentFilesResponse, response, "a list of files")


@reported("environments.files.download")
async def download(
    port: Port,
    path: str,
    environment: str | None,
    environment_id: str | None,
    destination: str | os.PathLike[str] | None,
    http_options: Any,
    progress: Progress | None,
) -> Any:
    """Return the content of a file in an environment, or write it to a local file and return its path."""
    name = "environments.files.download"
    if isinstance(path, str) and not path.strip("/"):  # pyright: ignore[reportUnnecessaryIsInstance] - of a program
        raise ValueError(f"{name}: path: expected the path of a file, got {path!r}.")
    call = _call(name, "GET", path, environment, environment_id, {"alt": "media"}, http_options)
    try:
        if destination is None:
            return await receive_bytes(port, call, progress, path)
        return await receive_file(port, call, Path(destination), progress)
    except errors.APIError as error:
        raise typed(error) from error.__cause__


def _call(
    name: str,
    method: str,
    path: str,
    environment: str | None,
    environment_id: str | None,
    query: dict[str, Any],
    http_options: Any,
) -> Call:
    """Return the call for a file in an environment. Raises `ValueError` for an invalid argument."""
    if environment and environment_id and environment != environment_id:
        raise ValueError(
            f"{name}: pass either environment or environment_id, got {environment!r} and {environment_id!r}."
        )
    place = path.lstrip("/") if isinstance(path, str) else path  # pyright: ignore[reportUnnecessaryIsInstance] - of a program
    address = path_of(name, _PATH, {"environment": environment or environment_id, "path": place})
    given = {key: value for key, value in query.items() if value is not None}
    options = HttpOptions() if http_options is None else HttpOptions.model_validate(http_options)
    return Call(
        method,
        with_query(address, given),
        None,
        options,
        default_retries=RETRIES,
        is_billed_to_user_project=True,
    )


def _type_of(content: Any) -> str:
    """Return the media type that the name of a file shows; that of any bytes otherwise."""
    name = Path(cast("str | os.PathLike[str]", content)).name if isinstance(content, (str, os.PathLike)) else ""
    return media_type_of_file(name, b"") or _ANY_TYPE
