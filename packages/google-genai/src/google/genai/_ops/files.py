"""The operations behind `client.files`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Delete, Get, InBody, Operation, Path, Post, Spread

if TYPE_CHECKING:
    from .. import types

UPLOAD: Operation[types.File] = Operation(
    "files.upload",
    returns="File",
    gemini=Post("files"),
    size_bytes=InBody("file.sizeBytes", via="number", is_optional=True),
    config=Spread("UploadFileConfig"),
)

GET: Operation[types.File] = Operation(
    "files.get",
    returns="File",
    gemini=Get("{name}"),
    name=Path(via="file_name"),
    config=Spread("GetFileConfig"),
)

DELETE: Operation[types.DeleteFileResponse] = Operation(
    "files.delete",
    returns="DeleteFileResponse",
    gemini=Delete("{name}"),
    name=Path(via="file_name"),
    config=Spread("DeleteFileConfig"),
)

LIST: Operation[types.ListFilesResponse] = Operation(
    "files.list",
    returns="ListFilesResponse",
    gemini=Get("files"),
    config=Spread("ListFilesConfig"),
)

DOWNLOAD: Operation[None] = Operation(
    "files.download",
    returns=None,
    gemini=Get("{file}:download"),
    query="alt=media",
    file=Path(via="file_name"),
    config=Spread("DownloadFileConfig"),
)

REGISTER: Operation[types.RegisterFilesResponse] = Operation(
    "files.register_files",
    returns="RegisterFilesResponse",
    gemini=Post("files:register"),
    uris=InBody("uris", via="storage_addresses"),
    config=Spread("RegisterFilesConfig"),
)
