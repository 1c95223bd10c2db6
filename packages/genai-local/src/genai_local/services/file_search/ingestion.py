"""Ingestion of documents: their text is split and embedded in the background, as an operation."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from ...framework.admission import patiently
from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...state.room import with_room
from ...state.texts import NoTextError, text_of
from ..embedding.vectors import embedder_of, vectors_of_documents
from .chunks import Chunking, chunks_of
from .store import Document, FileSearchStores

_TYPE = "type.googleapis.com/google.ai.generativelanguage.v1beta."
_MAX_METADATA = 20


def ingest(
    api: Api,
    store: str,
    *,
    data: Path,
    moves: bool,
    display_name: str,
    mime_type: str,
    metadata: list[JsonObject],
    chunking: Chunking,
    is_upload: bool,
) -> JsonObject:
    """Start the ingestion of a document and return the JSON of the operation.

    Args:
        api: the server's parts.
        store: name of the store.
        data: path of the document's bytes.
        moves: whether to move the bytes instead of copying them.
        display_name: name for people.
        mime_type: type of the document.
        metadata: checked metadata of the client.
        chunking: settings for splitting the text.
        is_upload: whether the document was uploaded with the request, instead of imported from a file.
    """
    above = f"{store}/upload/operations" if is_upload else f"{store}/operations"
    place = api.state.folder("documents") / secrets.token_hex(12)
    size = data.stat().st_size
    if not moves:
        with api.state.new_file(place):
            _copy(data, place)
    with contextlib.nullcontext() if moves else api.state.new_file(place), api.state.transaction():
        if moves:
            api.state.move(data, place)
        document = api.part(FileSearchStores).add_document(
            store,
            display_name=display_name,
            mime_type=mime_type,
            size_bytes=size,
            metadata=metadata,
            chunking={"max_tokens": chunking.max_tokens, "overlap_tokens": chunking.overlap_tokens},
            operation=f"{above}/{secrets.token_hex(8)}",
            place=place.name,
        )
        names = {"parent": document.store, "documentName": document.name}
        kind = f"{_TYPE}{'UploadToFileSearchStore' if is_upload else 'ImportFile'}Metadata"
        return api.operations.start(document.operation, _work(api, document), {"@type": kind, **names})


def _copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)  # stored bytes never change
    except OSError:
        shutil.copyfile(source, target)


def resume(api: Api) -> None:
    """Continue the ingestion of the pending documents of a previous server."""
    for document in api.part(FileSearchStores).pending_documents():
        api.operations.resume(document.operation, _work(api, document))


def _work(api: Api, document: Document) -> Callable[[], Awaitable[JsonObject]]:
    async def work() -> JsonObject:
        stores = api.part(FileSearchStores)
        try:
            await _embed(api, document)
        except asyncio.CancelledError:
            # When the server stops, the next server continues. When the operation is cancelled, the document fails.
            if not api.operations.is_open(document.operation):
                stores.set_failed(document)
            raise
        except Exception:
            stores.set_failed(document)
            raise
        is_upload = "/upload/operations/" in document.operation
        kind = f"{_TYPE}{'UploadToFileSearchStore' if is_upload else 'ImportFile'}Response"
        return {"@type": kind, "parent": document.store, "documentName": document.name}

    return work


async def _embed(api: Api, document: Document) -> None:
    assert document.place is not None, document.name
    path = api.state.folder("documents") / document.place

    async def read() -> list[str]:
        try:
            data = await asyncio.to_thread(path.read_bytes)
            async with api.reading.place():
                text = await text_of(data, document.mime_type)
        except NoTextError as error:
            raise ApiError(400, f"{document.display_name} has no searchable text: {error}.") from None
        except FileNotFoundError:
            raise ApiError(404, f"{document.name} was deleted during its ingestion.") from None
        return await asyncio.to_thread(chunks_of, text, Chunking(**document.chunking))

    chunks = await patiently(read)
    if not chunks:
        raise ApiError(400, f"{document.display_name} has no searchable text: it is empty.")
    with_vectors = await vectors_of_documents(api, chunks)
    stores = api.part(FileSearchStores)
    if not await with_room(lambda: stores.set_active(document, with_vectors, embedder_of(api))):
        raise ApiError(404, f"{document.name} was deleted during its ingestion.")


def read_metadata(request: JsonObject) -> list[JsonObject]:
    """Return the metadata of a document in a canonical request.

    Raises:
        ApiError: 400 for too many entries, or an entry without a key or a value.
    """
    entries: list[JsonObject] = request.get("customMetadata", [])
    if len(entries) > _MAX_METADATA:
        raise invalid("customMetadata", f"expected at most {_MAX_METADATA} entries, not {len(entries)}.")
    keys: set[str] = set()
    for index, entry in enumerate(entries):
        path = f"customMetadata[{index}]"
        key: str = entry.get("key", "")
        if not key:
            raise invalid(f"{path}.key", "is missing.")
        if key in keys:
            raise invalid(f"{path}.key", f"{key!r} is given twice.")
        if len(entry) < 2:
            raise invalid(path, "has no value; give stringValue, stringListValue or numericValue.")
        keys.add(key)
    return entries
