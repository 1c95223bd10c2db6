"""Paths of environments and of their files, on both surfaces."""

from __future__ import annotations

import asyncio
import mimetypes
import shutil
from pathlib import Path

from starlette.responses import FileResponse, Response

from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.times import timestamp
from ...state.records import Record
from ..uploads.service import Received, Receiver, take
from .archives import unpack
from .folders import Size, add_file, add_folder, check_room, entries_at, parts_of, size_of
from .store import KIND, Environments

_MAX_LISTED = 1_000
_MODES = ("on_demand", "self_hosted")


async def create(context: RequestContext) -> JsonObject:
    """Answer POST `environments`."""
    given = context.message("Environment.Create")
    environments = context.api.part(Environments)
    return environment_json(environments, await environments.create(context.place(), given))


async def list_environments(context: RequestContext) -> JsonObject:
    """Answer GET `environments`, newest first, of one mode if asked for."""
    environments = context.api.part(Environments)
    mode = context.request.query_params.get("mode")
    if mode is None:
        return context.page_of(KIND, lambda record: environment_json(environments, record))
    if mode not in _MODES:
        raise invalid("mode", f"expected {' or '.join(_MODES)}, not {mode!r}.")
    found = [
        environment_json(environments, record)
        for record in context.api.records.newest(KIND, context.place())
        if record.value.get("mode", _MODES[0]) == mode
    ]
    return context.page(found, KIND, next_field="next_page_token")


async def get(context: RequestContext) -> JsonObject:
    """Answer GET of one environment."""
    record = context.record(KIND, context.parameter("environment"))
    return environment_json(context.api.part(Environments), record)


async def delete(context: RequestContext) -> JsonObject:
    """Answer DELETE of one environment, with its files."""
    record = context.record(KIND, context.parameter("environment"))
    await asyncio.to_thread(context.api.part(Environments).delete, record)
    return {}


def environment_json(environments: Environments, record: Record) -> JsonObject:
    """Return the JSON of an environment."""
    value = record.value
    is_expired = environments.is_expired(record)
    return {
        "id": record.id,
        "created": timestamp(record.create_time),
        "updated": timestamp(max(record.create_time, value["updated"])),
        "last_accessed": timestamp(max(record.create_time, value["last_accessed"])),
        "status": "expired" if is_expired else "active",
        "mode": value.get("mode", _MODES[0]),
        **{name: value[name] for name in ("network", "sources", "custom_config") if name in value},
        "file_count": 0 if is_expired else value["file_count"],
        "size_bytes": 0 if is_expired else value["size_bytes"],
    }


async def files(context: RequestContext) -> JsonObject | Response:
    """Answer GET of the files in a folder; with `alt=media`, of the bytes of one file."""
    record, root, parts = _target(context)
    shown = "/".join(parts) or "/"
    if context.request.query_params.get("alt", "").startswith("media"):
        path = root.joinpath(*parts)
        if not path.is_file():
            raise not_found(f"{KIND}/{record.id}/files/{shown} is not a file.")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return FileResponse(path, media_type=kind)
    is_recursive = context.switch("recursive")
    found = await asyncio.to_thread(entries_at, root, parts, is_recursive=is_recursive)
    if found is None:
        raise not_found(f"{KIND}/{record.id}/files/{shown} does not exist.")
    return context.page(found, "files", next_field="next_page_token")


def _target(context: RequestContext) -> tuple[Record, Path, tuple[str, ...]]:
    """Return the environment of a path with its folder, and the path below it."""
    environments = context.api.part(Environments)
    record = environments.touch(_environment(context))
    return record, environments.root(record), parts_of(context.request.path_params.get("path", ""))


def _environment(context: RequestContext) -> Record:
    name = context.parameter("environment")
    found = context.api.records.find(KIND, context.place(), name)
    if found is None and "project" not in context.request.path_params:
        # Official clients leave out the project in the paths of uploads.
        found = context.api.records.find_anywhere(KIND, context.surface, name)
    if found is None:
        raise not_found(f"{KIND}/{name} does not exist, or was deleted.")
    return found


async def upload(context: RequestContext) -> Response:
    """Answer requests to upload a file, or an archive that is unpacked, in each of the upload protocols."""
    return await take(context, Receiver("Environment.Upload", _check_upload, _complete, _unpack))


def _check_upload(context: RequestContext, request: JsonObject) -> None:
    record, root, parts = _target(context)
    for name in ("extract", "overwrite"):
        if name in context.request.query_params:
            request[name] = context.switch(name)
    if request.get("extract"):
        return
    if not parts:
        raise invalid("path", "is missing; give the path of the file in the environment.")
    if root.joinpath(*parts).exists() and not request.get("overwrite"):
        message = f"path: {'/'.join(parts)} exists already in {record.id}; send overwrite=true to replace it."
        raise ApiError(409, message, status="ALREADY_EXISTS")


async def _unpack(context: RequestContext, received: Received) -> Path | None:
    _, root, _ = _target(context)
    if not received.request.get("extract"):
        return None
    target = context.api.part(Environments).new_folder()
    size = Size(0, 0, 0) if received.request.get("overwrite") else await asyncio.to_thread(size_of, root)
    try:
        await asyncio.to_thread(unpack, received.path, target, size)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target


def _complete(context: RequestContext, received: Received) -> JsonObject:
    environments = context.api.part(Environments)
    record, root, parts = _target(context)
    overwrite: bool = received.request.get("overwrite", False)
    if received.unpacked is not None:
        more = size_of(received.unpacked)
        check_room(size_of(root), more.entries, more.bytes)
        add_folder(root, parts, received.unpacked, overwrite=overwrite, move=context.api.state.move)
    else:
        check_room(size_of(root), 1, received.size_bytes)
        add_file(root, parts, received.path, overwrite=overwrite, move=context.api.state.move)
    environments.count(record)
    found = entries_at(root, parts, is_recursive=received.unpacked is not None) or []
    return {"files": found[:_MAX_LISTED]}


ROUTES = [
    route
    for surface in ("gemini", "vertex")
    for route in (
        Route(surface, "POST", "environments", create),
        Route(surface, "GET", "environments", list_environments),
        Route(surface, "GET", "environments/{environment}", get),
        Route(surface, "DELETE", "environments/{environment}", delete),
        Route(surface, "GET", "environments/{environment}/files", files, is_download=True),
        Route(surface, "GET", "environments/{environment}/files/{path:path}", files, is_download=True),
        Route(surface, "POST", "environments/{environment}/files/{path:path}", upload, is_upload=True),
    )
]
