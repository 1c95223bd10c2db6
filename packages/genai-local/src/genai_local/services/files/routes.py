"""Paths of files."""

from __future__ import annotations

import asyncio

from starlette.responses import FileResponse, Response

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, invalid
from ...state.storage import StoredFile
from ..uploads.service import Received, Receiver, take
from .resources import check_new_file, file_json, file_name_in_path, mime_type_of, name_conflict, no_access

_PAGE_SIZE = 10
_MAX_PAGE_SIZE = 100


async def upload_file(context: RequestContext) -> Response:
    """Answer POST `upload/.../files` in each of the upload protocols."""
    return await take(context, Receiver("CreateFileRequest", check_new_file, _complete))


def _complete(context: RequestContext, received: Received) -> JsonObject:
    file: JsonObject = received.request.get("file", {})
    storage = context.api.storage
    kind = mime_type_of(received.mime_type, file, received.file_name)
    name = file.get("name") or storage.new_name()
    try:
        entry = storage.adopt(
            name,
            received.path,
            kind,
            received.size_bytes,
            received.sha256,
            display_name=file.get("displayName") or received.file_name,
        )
    except FileExistsError:
        raise name_conflict(name) from None
    return {"file": file_json(context, entry)}


async def list_files(context: RequestContext) -> JsonObject:
    """Answer GET `files`, newest first."""

    def fetch(before: int | None, count: int) -> list[tuple[int, JsonObject]]:
        return [(entry.seq, file_json(context, entry)) for entry in context.api.storage.files(before, count)]

    return context.page(fetch, "files", _PAGE_SIZE, _MAX_PAGE_SIZE)


async def get_file(context: RequestContext) -> JsonObject:
    """Answer GET of one file."""
    name = file_name_in_path(context)
    entry = context.api.storage.poll(name)
    if entry is None:
        raise no_access(name)
    return file_json(context, entry)


async def delete_file(context: RequestContext) -> JsonObject:
    """Answer DELETE of one file."""
    name = file_name_in_path(context)
    if not context.api.storage.delete(name):
        raise no_access(name)
    return {}


async def download(context: RequestContext) -> Response:
    """Answer GET `files/{id}:download` with the bytes of a generated file."""
    name = file_name_in_path(context)
    alt = context.request.query_params.get("alt", "")
    if not alt.startswith("media"):
        raise ApiError(400, f"alt: expected media to download a file, not {alt!r}.")
    entry = context.api.storage.entry(name)
    if entry is None:
        raise no_access(name)
    if entry.source != "GENERATED":
        raise ApiError(400, f"{name} is not a generated file; only generated files can be downloaded.")
    return FileResponse(entry.path, media_type=entry.mime_type)


async def register_files(context: RequestContext) -> JsonObject:
    """Answer POST `files:register`, which makes `gs://` objects available as files."""
    uris: list[str] = context.message("RegisterFilesRequest").get("uris", [])
    if not uris:
        raise invalid("uris", "expected at least one gs:// URI.")
    storage, found = context.api.storage, list[StoredFile]()
    for index, uri in enumerate(uris):
        if not uri.startswith("gs://"):
            raise invalid(f"uris[{index}]", f"expected a URI that begins with gs://, not {uri!r}.")
        file = await asyncio.to_thread(storage.find, uri)
        if file is None:
            raise invalid(
                f"uris[{index}]",
                f"{uri} cannot be read: this server has no access to Cloud Storage, and no own object with this name.",
            )
        found.append(file)
    names: list[str] = []
    for file in found:
        names.append(storage.new_name())
        await asyncio.to_thread(storage.put, names[-1], file, "REGISTERED")
    return {"files": [file_json(context, entry) for name in names if (entry := storage.entry(name))]}


ROUTES = [
    Route("gemini", "POST", "files", upload_file, is_upload=True),
    Route("gemini", "POST", "files:register", register_files),
    Route("gemini", "GET", "files", list_files),
    Route("gemini", "GET", "files/{file}:download", download, is_download=True),
    Route("gemini", "GET", "files/{file}", get_file),
    Route("gemini", "DELETE", "files/{file}", delete_file),
]
