"""The JSON of files, and the checks of the fields that clients send."""

from __future__ import annotations

import base64
import mimetypes
import re

from ...framework.routing import RequestContext
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.times import timestamp
from ...state.storage import Entry

_NAME = re.compile(r"files/[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_MIME_TYPE = re.compile(r"[\w!#$&^.+-]+(/[\w!#$&^.+-]+)?")
_MAX_DISPLAY_NAME = 512


def file_json(context: RequestContext, entry: Entry) -> JsonObject:
    """Return the JSON of a file."""
    uri = f"{files_url(context)}{entry.name}"
    state = entry.state(context.api.clock.now())
    result: JsonObject = {
        "name": entry.name,
        **({"displayName": entry.display_name} if entry.display_name else {}),
        "mimeType": entry.mime_type,
        "sizeBytes": str(entry.size_bytes),
        "createTime": timestamp(entry.create_time),
        "updateTime": timestamp(entry.update_time),
        **({"expirationTime": timestamp(entry.expire_time)} if entry.expire_time else {}),
        # Like the service: the base64 form of the hexadecimal digest.
        "sha256Hash": base64.b64encode(entry.sha256.encode()).decode(),
        "uri": uri,
        "state": state,
        "source": entry.source,
    }
    if entry.source == "GENERATED":
        result["downloadUri"] = f"{uri}:download?alt=media"
    if state == "FAILED":
        result["error"] = entry.failure
    return result


def files_url(context: RequestContext) -> str:
    """Return the base URL of this server's files, as the client sees it."""
    return f"{context.request.url.scheme}://{context.request.url.netloc}/{context.version}/"


def file_name_in_path(context: RequestContext) -> str:
    """Return the name of the file in the path."""
    return f"files/{context.parameter('file').rpartition('/')[2]}"


def no_access(name: str) -> ApiError:
    """Return the error for a missing file; the service does not distinguish missing and forbidden files."""
    return ApiError(403, f"{name} does not exist, has expired, or you do not have permission to access it.")


def check_new_file(context: RequestContext, request: JsonObject) -> None:
    """Check the file of a CreateFileRequest.

    Raises:
        ApiError: 400 for an invalid name or type, 409 for a name in use.
    """
    file: JsonObject = request.get("file", {})
    name, kind = file.get("name", ""), file.get("mimeType", "")
    if name and not _NAME.fullmatch(name):
        raise invalid(
            "file.name",
            f"expected files/ and up to 40 lowercase letters, digits and inner dashes, not {name!r}.",
        )
    if name and context.api.storage.entry(name) is not None:
        raise name_conflict(name)
    if kind and not _MIME_TYPE.fullmatch(kind):
        raise invalid("file.mimeType", f"expected a type such as text/plain or jsonl, not {kind!r}.")
    if len(file.get("displayName", "")) > _MAX_DISPLAY_NAME:
        raise invalid("file.displayName", f"has more than {_MAX_DISPLAY_NAME} characters.")


def name_conflict(name: str) -> ApiError:
    """Return the error for a name in use."""
    return ApiError(409, f"file.name: the file {name} already exists.", status="ALREADY_EXISTS")


def mime_type_of(declared_type: str | None, file: JsonObject, file_name: str | None) -> str:
    """Return the type of a file from the upload headers, the message or the file's name, in this order."""
    guessed = mimetypes.guess_type(file_name or file.get("displayName", ""))[0]
    return declared_type or file.get("mimeType") or guessed or "application/octet-stream"
