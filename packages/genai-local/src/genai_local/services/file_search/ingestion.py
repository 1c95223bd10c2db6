"""Taking in of documents: their text is cut and embedded in the background, under an operation."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...state.texts import NoTextError, text_of
from ..embedding.vectors import embedder_of, vectors_of
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
    """Begin to take a document in and return the operation's JSON.

    Args:
        api: the server's parts.
        store: name of the store.
        data: where the document's bytes are.
        moves: whether they are moved from there rather than copied.
        display_name: name for people.
        mime_type: what it is.
        metadata: what the client gives it, checked.
        chunking: how it is cut.
        is_upload: whether the document came along with the request, or was a file before.
    """
    above = f"{store}/upload/operations" if is_upload else f"{store}/operations"
    place = api.state.folder("documents") / secrets.token_hex(12)
    size = data.stat().st_size
    if moves:
        data.rename(place)
    else:
        _copy(data, place)
    with api.state.transaction():
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
        os.link(source, target)  # kept bytes never change
    except OSError:
        shutil.copyfile(source, target)


def resume(api: Api) -> None:
    """Go on with the documents that the server before this one has not taken in."""
    for document in api.part(FileSearchStores).pending_documents():
        api.operations.resume(document.operation, _work(api, document))


def _work(api: Api, document: Document) -> Callable[[], Awaitable[JsonObject]]:
    async def work() -> JsonObject:
        stores = api.part(FileSearchStores)
        try:
            await _embed(api, document)
        except asyncio.CancelledError:
            # The end of the server leaves it to the next one; a cancelled operation leaves it to nobody.
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

    def read() -> list[str]:
        try:
            return chunks_of(text_of(path.read_bytes(), document.mime_type), Chunking(**document.chunking))
        except NoTextError as error:
            raise ApiError(400, f"{document.display_name} has no text that can be searched: {error}.") from None
        except FileNotFoundError:
            raise ApiError(404, f"{document.name} was deleted meanwhile.") from None

    chunks = await asyncio.to_thread(read)
    if not chunks:
        raise ApiError(400, f"{document.display_name} has no text that can be searched: it is empty.")
    vectors = await vectors_of(api, chunks)
    with_vectors = list(zip(chunks, vectors, strict=True))
    if not api.part(FileSearchStores).set_active(document, with_vectors, embedder_of(api)):
        raise ApiError(404, f"{document.name} was deleted meanwhile.")


def read_metadata(request: JsonObject) -> list[JsonObject]:
    """Return the metadata that a canonical request gives to a document.

    Raises:
        ApiError: 400 when there is too much of it, or an entry lacks its key or value.
    """
    entries: list[JsonObject] = request.get("customMetadata", [])
    if len(entries) > _MAX_METADATA:
        raise invalid("customMetadata", f"at most {_MAX_METADATA} entries can be given, not {len(entries)}.")
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
