"""The operations behind `client.file_search_stores`."""

from __future__ import annotations

from .. import types
from .._wire.operation import NOTHING, Delete, Get, InBody, Operation, Path, Post, Spread
from .._wire.transforms import file_name, media_name, store_name

CREATE = Operation(
    "file_search_stores.create",
    returns=lambda: types.FileSearchStore,
    gemini=Post("fileSearchStores"),
    config=Spread(lambda: types.CreateFileSearchStoreConfig),
)

GET = Operation(
    "file_search_stores.get",
    returns=lambda: types.FileSearchStore,
    gemini=Get("{name}"),
    name=Path(via=store_name),
    config=Spread(lambda: types.GetFileSearchStoreConfig),
)

DELETE = Operation(
    "file_search_stores.delete",
    returns=NOTHING,
    gemini=Delete("{name}"),
    name=Path(via=store_name),
    config=Spread(lambda: types.DeleteFileSearchStoreConfig),
)

LIST = Operation(
    "file_search_stores.list",
    returns=lambda: types.ListFileSearchStoresResponse,
    gemini=Get("fileSearchStores"),
    config=Spread(lambda: types.ListFileSearchStoresConfig),
)

IMPORT_FILE = Operation(
    "file_search_stores.import_file",
    returns=lambda: types.ImportFileOperation,
    gemini=Post("{file_search_store_name}:importFile"),
    file_search_store_name=Path(via=store_name),
    file_name=InBody("fileName", via=file_name),
    config=Spread(lambda: types.ImportFileConfig),
)

UPLOAD = Operation(
    "file_search_stores.upload_to_file_search_store",
    returns=lambda: types.UploadToFileSearchStoreOperation,
    gemini=Post("{file_search_store_name}:uploadToFileSearchStore"),
    file_search_store_name=Path(via=store_name),
    config=Spread(lambda: types.UploadToFileSearchStoreConfig),
)

DOWNLOAD_MEDIA = Operation(
    "file_search_stores.download_media",
    returns=NOTHING,
    gemini=Get("{media_id}"),
    query="alt=media",
    media_id=Path(via=media_name),
    config=Spread(lambda: types.DownloadMediaConfig),
)
