"""Own the options and answers of the calls of `client.files`. Must not know what a file is (see `_files`), nor how its
bytes are uploaded or downloaded.
"""

from typing import Annotated

from .._wire.marks import LOCAL, QUERY, Wire
from ._base import Model
from ._files import File
from ._http import HttpOptions, HttpResponse


class ListFilesConfig(Model):
    """Options of `files.list`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    page_size: Annotated[int | None, QUERY] = None
    """Most files on one page, up to 100; 10 when unset."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the page before; the first page when unset. Pagers set it themselves."""


class ListFilesResponse(Model):
    """One page of files. API: `ListFilesResponse`. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last one."""

    files: list[File] | None = None
    """Files on this page; None when there are none."""


class CreateFileConfig(Model):
    """Options of the request that opens an upload. `files.upload` takes `UploadFileConfig` instead. Gemini Developer
    API only.
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    should_return_http_response: Annotated[bool | None, LOCAL] = None
    """Whether `sdk_http_response.body` of the answer keeps the undecoded text. Unset means no."""


class CreateFileResponse(Model):
    """Answer to the request that opens an upload. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    http_headers: dict[str, str] | None = None
    """Older form of `sdk_http_response.headers`, kept for programs that read it."""


class GetFileConfig(Model):
    """Options of `files.get`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class DeleteFileConfig(Model):
    """Options of `files.delete`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class DeleteFileResponse(Model):
    """Answer of `files.delete`; says nothing beyond the HTTP reply. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""


class UploadFileConfig(Model):
    """Options of `files.upload`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    name: Annotated[str | None, Wire(gemini="file.name", via="file_name")] = None
    """Identifier of the file, with or without "files/" in front: lower-case letters, digits and inner dashes, unique in
    the project. The service makes one up when unset and refuses one that is taken.
    """

    mime_type: Annotated[str | None, Wire(gemini="file.mimeType")] = None
    """Media type, such as "video/mp4". Guessed from the path when unset; needed when a file object is uploaded."""

    display_name: Annotated[str | None, Wire(gemini="file.displayName")] = None
    """Name for people; need not be unique."""


class DownloadFileConfig(Model):
    """Options of `files.download`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class RegisterFilesConfig(Model):
    """Options of `files.register_files`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    should_return_http_response: Annotated[bool | None, LOCAL] = None
    """Taken so that other programs run; the reply's headers and bytes are in `sdk_http_response` in any case."""


class RegisterFilesResponse(Model):
    """The files that were registered. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    files: list[File] | None = None
    """The files, in the order of their addresses."""
