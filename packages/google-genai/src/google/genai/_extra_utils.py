"""The preparation of uploads, under the name that other packages import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .types import HttpOptions

if TYPE_CHECKING:
    from ._core.upload import LocalFile
    from .types import HttpOptionsOrDict

__all__ = ["prepare_resumable_upload"]


def prepare_resumable_upload(
    file: LocalFile, user_http_options: HttpOptionsOrDict | None = None, user_mime_type: str | None = None
) -> tuple[HttpOptions, int | None, str]:
    """Return the HTTP options of the request that starts an upload, the size of the file in bytes, and its media type.

    The size is None for a stream that cannot seek. Raises `ValueError` for another object, and if the media
    type is neither given nor known; `FileNotFoundError` if a path is not that of a file.
    """
    from ._core.upload import open_source, session_headers

    source = open_source(file, user_mime_type)
    source.close()
    options = HttpOptions.model_validate(user_http_options or {}).model_copy()
    options.api_version = ""
    options.headers = {"Content-Type": "application/json", **session_headers(source)}
    return options, source.size_bytes, source.mime_type
