"""Paths of stores and documents, and of upload and import."""

from __future__ import annotations

import mimetypes

from starlette.responses import FileResponse, Response

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.times import timestamp
from ..files.resources import no_access
from ..uploads.service import Received, Receiver, take
from .chunks import read_chunking
from .ingestion import ingest, read_metadata
from .store import Document, FileSearchStores, Store

_PAGE_SIZE = 10
_MAX_PAGE_SIZE = 20
_MAX_DISPLAY_NAME = 512
_COUNTS = {
    "activeDocumentsCount": "STATE_ACTIVE",
    "pendingDocumentsCount": "STATE_PENDING",
    "failedDocumentsCount": "STATE_FAILED",
}


async def create_store(context: RequestContext) -> JsonObject:
    """Answer POST `fileSearchStores`."""
    asked = context.message("FileSearchStore")
    display_name: str = asked.get("displayName", "")
    if len(display_name) > _MAX_DISPLAY_NAME:
        raise invalid("displayName", f"has more than {_MAX_DISPLAY_NAME} characters.")
    model: str | None = asked.get("embeddingModel")
    known = context.api.catalogue.find(model) if model is not None else None
    if model is not None and (known is None or "embedding" not in known.kinds):
        raise invalid("embeddingModel", f"expected an embedding model, not {model!r}.")
    return _store_json(
        context, context.api.part(FileSearchStores).add(display_name, f"models/{known.id}" if known else None)
    )


async def list_stores(context: RequestContext) -> JsonObject:
    """Answer GET `fileSearchStores`, oldest first."""

    def fetch(after: int | None, count: int) -> list[tuple[int, JsonObject]]:
        found = context.api.part(FileSearchStores).list_stores(after, count)
        return [(store.seq, _store_json(context, store)) for store in found]

    return context.page(fetch, "fileSearchStores", _PAGE_SIZE, _MAX_PAGE_SIZE)


async def get_store(context: RequestContext) -> JsonObject:
    """Answer GET of one store."""
    return _store_json(context, _store(context))


async def delete_store(context: RequestContext) -> JsonObject:
    """Answer DELETE of one store; a store with documents is only deleted with `force`."""
    store, stores = _store(context), context.api.part(FileSearchStores)
    if stores.sizes(store.name)[0] and not _is_forced(context):
        problem = f"{store.name} has documents; delete them first, or send force=true."
        raise ApiError(400, problem, status="FAILED_PRECONDITION")
    stores.delete(store.name)
    return {}


async def import_file(context: RequestContext) -> JsonObject:
    """Answer `:importFile` with the operation that ingests an uploaded file."""
    store = _store(context)
    asked = context.message("ImportFileRequest")
    name: str = asked.get("fileName", "")
    if not name:
        raise invalid("fileName", "is missing; give the name of a file, such as files/abc.")
    entry = context.api.storage.entry(name) if name.startswith("files/") else None
    if entry is None:
        raise no_access(name)
    state = entry.state(context.api.clock.now())
    if state != "ACTIVE":
        problem = f"fileName: {name} is {state}; only ACTIVE files can be used."
        raise ApiError(400, problem, status="FAILED_PRECONDITION")
    return ingest(
        context.api,
        store.name,
        data=entry.path,
        moves=False,
        display_name=entry.display_name or name.removeprefix("files/"),
        mime_type=entry.mime_type,
        metadata=read_metadata(asked),
        chunking=read_chunking(asked),
        is_upload=False,
    )


async def upload_to_store(context: RequestContext) -> Response:
    """Answer POST `upload/.../fileSearchStores/{store}:uploadToFileSearchStore` in each of the upload protocols."""
    return await take(context, Receiver("UploadToFileSearchStoreRequest", _check_upload, _complete_upload))


def _check_upload(context: RequestContext, request: JsonObject) -> None:
    _store(context)
    read_metadata(request)
    read_chunking(request)
    if len(request.get("displayName", "")) > _MAX_DISPLAY_NAME:
        raise invalid("displayName", f"has more than {_MAX_DISPLAY_NAME} characters.")


def _complete_upload(context: RequestContext, received: Received) -> JsonObject:
    request = received.request
    name = received.file_name or request.get("displayName", "")
    guessed = mimetypes.guess_type(name)[0]
    return ingest(
        context.api,
        _store(context).name,
        data=received.path,
        moves=True,
        display_name=request.get("displayName") or received.file_name or "",
        mime_type=request.get("mimeType") or received.mime_type or guessed or "application/octet-stream",
        metadata=read_metadata(request),
        chunking=read_chunking(request),
        is_upload=True,
    )


async def list_documents(context: RequestContext) -> JsonObject:
    """Answer GET of the documents of a store, oldest first."""
    store = _store(context)

    def fetch(after: int | None, count: int) -> list[tuple[int, JsonObject]]:
        found = context.api.part(FileSearchStores).documents(store.name, after, count)
        return [(document.seq, _document_json(document)) for document in found]

    return context.page(fetch, "documents", _PAGE_SIZE, _MAX_PAGE_SIZE)


async def get_document(context: RequestContext) -> JsonObject:
    """Answer GET of one document."""
    return _document_json(_document(context))


async def delete_document(context: RequestContext) -> JsonObject:
    """Answer DELETE of one document; a document with chunks is only deleted with `force`."""
    document, stores = _document(context), context.api.part(FileSearchStores)
    if stores.has_chunks(document) and not _is_forced(context):
        problem = f"{document.name} has chunks; send force=true to delete them too."
        raise ApiError(400, problem, status="FAILED_PRECONDITION")
    stores.delete_document(document)
    return {}


async def download_media(context: RequestContext) -> Response:
    """Answer GET of the bytes behind the `mediaId` of a grounding chunk."""
    name = f"fileSearchStores/{context.parameter('store')}/media/{context.parameter('media')}"
    alt = context.request.query_params.get("alt", "")
    if not alt.startswith("media"):
        raise ApiError(400, f"alt: expected media to download {name}, not {alt!r}.")
    found = context.api.part(FileSearchStores).media(name)
    if found is None:
        raise _no_access(name)
    document, path = found
    return FileResponse(path, media_type=document.mime_type)


def _is_forced(context: RequestContext) -> bool:
    text = context.request.query_params.get("force", "false")
    if text.lower() not in ("true", "false"):
        raise invalid("force", f"expected true or false, not {text!r}.")
    return text.lower() == "true"


def _store(context: RequestContext) -> Store:
    name = f"fileSearchStores/{context.parameter('store')}"
    store = context.api.part(FileSearchStores).find(name)
    if store is None:
        raise _no_access(name)
    return store


def _document(context: RequestContext) -> Document:
    name = f"fileSearchStores/{context.parameter('store')}/documents/{context.parameter('document')}"
    document = context.api.part(FileSearchStores).find_document(name)
    if document is None:
        raise _no_access(name)
    return document


def _no_access(name: str) -> ApiError:
    return ApiError(403, f"{name} does not exist, or you do not have permission to access it.")


def _store_json(context: RequestContext, store: Store) -> JsonObject:
    counts, size = context.api.part(FileSearchStores).sizes(store.name)
    return {
        "name": store.name,
        **({"displayName": store.display_name} if store.display_name else {}),
        "createTime": timestamp(store.create_time),
        "updateTime": timestamp(store.update_time),
        **{field: str(counts[state]) for field, state in _COUNTS.items() if state in counts},
        **({"sizeBytes": str(size)} if size else {}),
        **({"embeddingModel": store.embedding_model} if store.embedding_model else {}),
    }


def _document_json(document: Document) -> JsonObject:
    return {
        "name": document.name,
        **({"displayName": document.display_name} if document.display_name else {}),
        **({"customMetadata": document.metadata} if document.metadata else {}),
        "createTime": timestamp(document.create_time),
        "updateTime": timestamp(document.update_time),
        "state": document.state,
        "sizeBytes": str(document.size_bytes),
        "mimeType": document.mime_type,
    }


ROUTES = [
    Route("gemini", "POST", "fileSearchStores", create_store),
    Route("gemini", "GET", "fileSearchStores", list_stores),
    Route("gemini", "POST", "fileSearchStores/{store}:importFile", import_file),
    Route("gemini", "POST", "fileSearchStores/{store}:uploadToFileSearchStore", upload_to_store, is_upload=True),
    Route("gemini", "GET", "fileSearchStores/{store}", get_store),
    Route("gemini", "DELETE", "fileSearchStores/{store}", delete_store),
    Route("gemini", "GET", "fileSearchStores/{store}/media/{media}", download_media, is_download=True),
    Route("gemini", "GET", "fileSearchStores/{store}/documents", list_documents),
    Route("gemini", "GET", "fileSearchStores/{store}/documents/{document}", get_document),
    Route("gemini", "DELETE", "fileSearchStores/{store}/documents/{document}", delete_document),
]
