"""Files in a prompt, inline or uploaded, replaced by their text before an engine reads the prompt; recordings by their words.

A file without text is left for an engine that reads media; for other engines it is refused with its path.
"""

from __future__ import annotations

import asyncio
import base64
import re
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.limits import MAX_AUDIO_BYTES, MAX_AUDIO_S, MAX_FILE_TEXT, MAX_FILES, MAX_URI_LENGTH
from ...state.storage import Entry
from ...state.texts import NoTextError, is_pdf, is_readable, text_of, text_of_entry
from ...voice.recordings import is_recording
from ..files.resources import no_access
from .recordings import hear

_FILE_URI = re.compile(r"(?:(?P<host>https?://[^/?#]+)/.*?)?\b(?P<name>files/[a-z0-9-]+)(?:[:?].*)?", re.IGNORECASE)
_OWN_HOST = re.compile(r"https?://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?", re.IGNORECASE)


async def with_texts(api: Api, request: JsonObject, where: str = "") -> JsonObject:
    """Return a request with its files replaced by their text.

    Args:
        api: the server's parts.
        request: a canonical message with `contents` and `systemInstruction`.
        where: prefix of the field paths, such as `generateContentRequest.`.

    Raises:
        ApiError: 400 with the path of a file that the engine cannot read; 403 for a file that does not exist.
    """
    if not any(_refers_to_files(content) for content in _contents(request)):
        return request
    result, room = dict(request), _Room()
    if "contents" in request:
        result["contents"] = await _read_contents(api, request["contents"], f"{where}contents", room)
    if "systemInstruction" in request:
        result["systemInstruction"] = await _read_content(
            api, request["systemInstruction"], f"{where}systemInstruction", room
        )
    return result


async def contents_with_texts(api: Api, contents: list[JsonObject], path: str) -> list[JsonObject]:
    """Return contents with their files replaced by their text.

    Args:
        api: the server's parts.
        contents: canonical contents.
        path: path of the list, for error messages.

    Raises:
        ApiError: 400 with the path of a file that the engine cannot read; 403 for a file that does not exist.
    """
    return await _read_contents(api, contents, path, _Room())


class _Room:
    """The number of files, characters and seconds of sound that one request may still read."""

    def __init__(self) -> None:
        self._files, self._characters, self._seconds = MAX_FILES, MAX_FILE_TEXT, MAX_AUDIO_S

    def add_file(self, path: str) -> None:
        self._files -= 1
        if self._files < 0:
            raise invalid(path, f"the request has more than {MAX_FILES} files.")

    def add_recording(self, path: str, duration_s: float) -> None:
        self._seconds -= duration_s
        if self._seconds < 0:
            raise invalid(path, f"the recordings of the request are longer than {MAX_AUDIO_S:g} seconds together.")

    def add_text(self, path: str, text: str) -> None:
        self._characters -= len(text)
        if self._characters < 0:
            raise invalid(path, f"the files of the request have more than {MAX_FILE_TEXT} characters together.")


def _contents(request: JsonObject) -> list[JsonObject]:
    return [*request.get("contents", []), *([request["systemInstruction"]] if "systemInstruction" in request else [])]


def _refers_to_files(content: JsonObject) -> bool:
    return any("inlineData" in part or "fileData" in part for part in content.get("parts", []))


async def _read_contents(api: Api, contents: list[JsonObject], path: str, room: _Room) -> list[JsonObject]:
    return [await _read_content(api, content, f"{path}[{index}]", room) for index, content in enumerate(contents)]


async def _read_content(api: Api, content: JsonObject, path: str, room: _Room) -> JsonObject:
    if not _refers_to_files(content):
        return content
    parts: list[JsonObject] = []
    for index, part in enumerate(content["parts"]):
        read = await _read_part(api, part, f"{path}.parts[{index}]", room)
        is_followed = index + 1 < len(content["parts"])
        if read is not part and is_followed and not read["text"].endswith("\n"):
            read["text"] += "\n"  # an engine joins parts, and the next part must not continue the last line of the file
        parts.append(read)
    return {**content, "parts": parts}


async def _read_part(api: Api, part: JsonObject, path: str, room: _Room) -> JsonObject:
    try:
        if "inlineData" in part:
            blob: JsonObject = part["inlineData"]
            path, kind = f"{path}.inlineData", blob.get("mimeType", "")
            if _is_heard(api, kind):
                data = base64.b64decode(blob.get("data", ""))
                return await _hear(api, part, data, kind, path, room)
            if not is_readable(kind):
                return part
            room.add_file(path)
            async with _place(api, kind):
                text = await text_of(base64.b64decode(blob.get("data", "")), kind)
        elif "fileData" in part:
            path = f"{path}.fileData"
            entry = _entry(api, part["fileData"], path)
            if entry is not None and _is_heard(api, entry.mime_type):
                return await _hear(api, part, await _bytes_of(entry, path), entry.mime_type, path, room)
            if entry is None or not is_readable(entry.mime_type):
                _refuse_unreadable(api, entry, path)
                return part
            room.add_file(path)
            async with _place(api, entry.mime_type):
                text = await text_of_entry(entry)
        else:
            return part
    except NoTextError as error:
        if api.engine.capabilities.media:
            return part
        raise invalid(path, f"{api.engine.facts.name} reads text only: {error}.") from None
    room.add_text(path, text)
    return {**_other_fields(part), "text": text}


def _is_heard(api: Api, mime_type: str) -> bool:
    return is_recording(mime_type) and not api.engine.capabilities.media


async def _hear(api: Api, part: JsonObject, data: bytes, mime_type: str, path: str, room: _Room) -> JsonObject:
    room.add_file(path)
    heard = await hear(api, data, mime_type, path)
    room.add_recording(path, heard.duration_s)
    return {**_other_fields(part), **heard.part()}


async def _bytes_of(entry: Entry, path: str) -> bytes:
    if entry.size_bytes > MAX_AUDIO_BYTES:
        raise invalid(path, f"the recording has {entry.size_bytes} bytes, more than the maximum of {MAX_AUDIO_BYTES}.")
    try:
        return await asyncio.to_thread(entry.path.read_bytes)
    except FileNotFoundError:
        raise NoTextError(f"{entry.name} no longer exists") from None


def _place(api: Api, mime_type: str) -> AbstractAsyncContextManager[None]:
    """Return the block in which the text of a file may be read: a PDF needs a place in the queue for such work."""
    return api.reading.place() if is_pdf(mime_type) else nullcontext()


def _other_fields(part: JsonObject) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in ("inlineData", "fileData", "videoMetadata")}


def _entry(api: Api, file: JsonObject, path: str) -> Entry | None:
    """Return the stored file of a reference; None for a file on another server.

    Raises:
        ApiError: 400 for a file that is not ACTIVE, 403 for a file that does not exist.
    """
    uri: str = file.get("fileUri", "")
    if len(uri) > MAX_URI_LENGTH:
        raise invalid(path, f"expected at most {MAX_URI_LENGTH} characters, not {len(uri)}.")
    if uri.startswith("gs://"):
        return api.storage.entry(uri)
    match = _FILE_URI.fullmatch(uri)
    if match is None:
        return None
    name = match["name"].lower()
    entry = api.storage.entry(name)
    if entry is None:
        is_elsewhere = match["host"] is not None and not _OWN_HOST.fullmatch(match["host"])
        if is_elsewhere and api.engine.capabilities.media:
            return None
        raise no_access(name)
    state = entry.state(api.clock.now())
    if state != "ACTIVE":
        problem = f"{path}: {name} is {state}; only ACTIVE files can be used."
        raise ApiError(400, problem, status="FAILED_PRECONDITION")
    return entry


def _refuse_unreadable(api: Api, entry: Entry | None, path: str) -> None:
    if api.engine.capabilities.media:
        return
    name = api.engine.facts.name
    if entry is None:
        raise invalid(path, f"{name} can only read files on this server; upload the file and use its uri.")
    raise invalid(path, f"{name} cannot read {entry.mime_type}; it reads text, PDF and audio.")
