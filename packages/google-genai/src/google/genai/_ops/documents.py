"""The operations behind `client.file_search_stores.documents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Delete, Get, Operation, Path, Spread

if TYPE_CHECKING:
    from .. import types

GET: Operation[types.Document] = Operation(
    "documents.get",
    returns="Document",
    gemini=Get("{name}"),
    name=Path(via="resource_name"),
    config=Spread("GetDocumentConfig"),
)

DELETE: Operation[None] = Operation(
    "documents.delete",
    returns=None,
    gemini=Delete("{name}"),
    name=Path(via="resource_name"),
    config=Spread("DeleteDocumentConfig"),
)

LIST: Operation[types.ListDocumentsResponse] = Operation(
    "documents.list",
    returns="ListDocumentsResponse",
    gemini=Get("{parent}/documents"),
    parent=Path(via="store_name"),
    config=Spread("ListDocumentsConfig"),
)
