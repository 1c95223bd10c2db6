"""Options and results of `client.files`. Not part of this module: files (see `_files`), the upload and download of
bytes.
"""

import datetime
from typing import Annotated

from .._wire.marks import LOCAL, QUERY, RepliedBy, Wire
from ._base import Model
from ._files import File
from ._http import HttpOptions, HttpResponse


class ListFilesConfig(Model):
    """Options of `files.list`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    page_size: Annotated[int | None, QUERY] = None
    """Maximum number of files on one page, up to 100; 10 when unset."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the previous page; the first page when unset. Pagers set it automatically."""


class ClaudeFile(Model):
    """File of the API for Claude models. Part of replies that the Gemini Developer API does not send; kept so that
    programs written for it run.
    """

    created_at: datetime.datetime | None = None
    """When the file was created."""

    downloadable: bool | None = None
    """Whether its bytes can be downloaded."""

    expires_at: datetime.datetime | None = None
    """When the file will be deleted; None if it does not expire."""

    filename: str | None = None
    """Name of the file."""

    id: str | None = None
    """Identifier of the file."""

    mime_type: str | None = None
    """Media type, such as "application/pdf"."""

    size_bytes: int | None = None
    """Size of the content in bytes."""

    type: str | None = None
    """Kind of the object: "file"."""


class ListFilesResponse(Model):
    """One page of files. API: `ListFilesResponse`. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last page."""

    files: list[File] | None = None
    """Files on this page; None for an empty page."""

    data: Annotated[list[ClaudeFile] | None, RepliedBy("vertex")] = None
    """Files of the API for Claude models; None on the Gemini Developer API."""

    next_page: Annotated[str | None, RepliedBy("vertex")] = None
    """Token of the next page of `data`; None on the Gemini Developer API."""


class CreateFileConfig(Model):
    """Options of the request that starts an upload. `files.upload` takes `UploadFileConfig` instead. Gemini Developer
    API only.
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    should_return_http_response: Annotated[bool | None, LOCAL] = None
    """Whether `sdk_http_response.body` of the result contains the undecoded text. Unset means no."""


class CreateFileResponse(Model):
    """Response to the request that starts an upload. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    http_headers: dict[str, str] | None = None
    """The same as `sdk_http_response.headers`, kept for older programs."""


class GetFileConfig(Model):
    """Options of `files.get`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class DeleteFileConfig(Model):
    """Options of `files.delete`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class DeleteFileResponse(Model):
    """Result of `files.delete`; contains only the HTTP response. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    id: Annotated[str | None, RepliedBy("vertex")] = None
    """Identifier of the deleted file; None on the Gemini Developer API."""

    type: Annotated[str | None, RepliedBy("vertex")] = None
    """Kind of the object; None on the Gemini Developer API."""


class UploadFileConfig(Model):
    """Options of `files.upload`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    name: Annotated[str | None, Wire(gemini="file.name", via="file_name")] = None
    """Identifier of the file, with or without the prefix "files/": lower-case letters, digits and inner dashes, unique
    in the project. The service generates one when unset, and refuses one that exists already.
    """

    mime_type: Annotated[str | None, Wire(gemini="file.mimeType")] = None
    """Media type, such as "video/mp4". Guessed from the name or the first bytes when unset."""

    display_name: Annotated[str | None, Wire(gemini="file.displayName")] = None
    """Human-readable name; need not be unique."""


class DownloadFileConfig(Model):
    """Options of `files.download`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class RegisterFilesConfig(Model):
    """Options of `files.register_files`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    should_return_http_response: Annotated[bool | None, LOCAL] = None
    """Accepted for compatibility, without effect: headers and raw bytes are always in `sdk_http_response`."""


class RegisterFilesResponse(Model):
    """The registered files. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    files: list[File] | None = None
    """The files, in the order of the given addresses."""
