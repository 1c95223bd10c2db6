"""The operations behind `client.file_search_stores`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Delete, Get, InBody, Operation, Path, Post, Spread

if TYPE_CHECKING:
    from .. import types

CREATE: Operation[types.FileSearchStore] = Operation(
    "file_search_stores.create",
    returns="FileSearchStore",
    gemini=Post("fileSearchStores"),
    config=Spread("CreateFileSearchStoreConfig"),
)

GET: Operation[types.FileSearchStore] = Operation(
    "file_search_stores.get",
    returns="FileSearchStore",
    gemini=Get("{name}"),
    name=Path(via="store_name"),
    config=Spread("GetFileSearchStoreConfig"),
)

DELETE: Operation[None] = Operation(
    "file_search_stores.delete",
    returns=None,
    gemini=Delete("{name}"),
    name=Path(via="store_name"),
    config=Spread("DeleteFileSearchStoreConfig"),
)

LIST: Operation[types.ListFileSearchStoresResponse] = Operation(
    "file_search_stores.list",
    returns="ListFileSearchStoresResponse",
    gemini=Get("fileSearchStores"),
    config=Spread("ListFileSearchStoresConfig"),
)

IMPORT_FILE: Operation[types.ImportFileOperation] = Operation(
    "file_search_stores.import_file",
    returns="ImportFileOperation",
    gemini=Post("{file_search_store_name}:importFile"),
    file_search_store_name=Path(via="store_name"),
    file_name=InBody("fileName", via="file_name"),
    config=Spread("ImportFileConfig"),
)

UPLOAD: Operation[types.UploadToFileSearchStoreOperation] = Operation(
    "file_search_stores.upload_to_file_search_store",
    returns="UploadToFileSearchStoreOperation",
    gemini=Post("{file_search_store_name}:uploadToFileSearchStore"),
    file_search_store_name=Path(via="store_name"),
    config=Spread("UploadToFileSearchStoreConfig"),
)
