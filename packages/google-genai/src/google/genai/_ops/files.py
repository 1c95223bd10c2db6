"""The operations behind `client.files`."""

from __future__ import annotations

from .. import types
from .._wire.operation import NOTHING, Delete, Get, InBody, Operation, Path, Post, Spread
from .._wire.transforms import file_name, number, storage_addresses

UPLOAD = Operation(
    "files.upload",
    returns=lambda: types.File,
    gemini=Post("files"),
    size_bytes=InBody("file.sizeBytes", via=number, is_optional=True),
    config=Spread(lambda: types.UploadFileConfig),
)

GET = Operation(
    "files.get",
    returns=lambda: types.File,
    gemini=Get("{name}"),
    name=Path(via=file_name),
    config=Spread(lambda: types.GetFileConfig),
)

DELETE = Operation(
    "files.delete",
    returns=lambda: types.DeleteFileResponse,
    gemini=Delete("{name}"),
    name=Path(via=file_name),
    config=Spread(lambda: types.DeleteFileConfig),
)

LIST = Operation(
    "files.list",
    returns=lambda: types.ListFilesResponse,
    gemini=Get("files"),
    config=Spread(lambda: types.ListFilesConfig),
)

DOWNLOAD = Operation(
    "files.download",
    returns=NOTHING,
    gemini=Get("{file}:download"),
    query="alt=media",
    file=Path(via=file_name),
    config=Spread(lambda: types.DownloadFileConfig),
)

REGISTER = Operation(
    "files.register_files",
    returns=lambda: types.RegisterFilesResponse,
    gemini=Post("files:register"),
    uris=InBody("uris", via=storage_addresses),
    config=Spread(lambda: types.RegisterFilesConfig),
)
