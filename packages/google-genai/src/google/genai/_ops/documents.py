"""The operations behind `client.file_search_stores.documents`."""

from __future__ import annotations

from .. import types
from .._wire.operation import NOTHING, Delete, Get, Operation, Path, Spread
from .._wire.transforms import resource_name, store_name

GET = Operation(
    "documents.get",
    returns=lambda: types.Document,
    gemini=Get("{name}"),
    name=Path(via=resource_name),
    config=Spread(lambda: types.GetDocumentConfig),
)

DELETE = Operation(
    "documents.delete",
    returns=NOTHING,
    gemini=Delete("{name}"),
    name=Path(via=resource_name),
    config=Spread(lambda: types.DeleteDocumentConfig),
)

LIST = Operation(
    "documents.list",
    returns=lambda: types.ListDocumentsResponse,
    gemini=Get("{parent}/documents"),
    parent=Path(via=store_name),
    config=Spread(lambda: types.ListDocumentsConfig),
)
