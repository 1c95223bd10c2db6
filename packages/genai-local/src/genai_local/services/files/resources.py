"""Files as the Developer API tells them, and the checks of what clients say about them."""

from __future__ import annotations

import base64
import mimetypes
import re

from ...framework.routing import RequestContext
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.times import timestamp
from ...state.storage import Entry

_NAME = re.compile(r"files/[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_MIME_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+")
_MAX_DISPLAY_NAME = 512


def file_json(context: RequestContext, entry: Entry) -> JsonObject:
    """Return a file's JSON."""
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
        # The service writes the hexadecimal digest, and that in base64, as it does with bytes.
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
    """Return the URL below which this server's files are, as the client of a call sees it."""
    return f"{context.request.url.scheme}://{context.request.url.netloc}/{context.version}/"


def file_name_in_path(context: RequestContext) -> str:
    """Return the name of the file in the path."""
    return f"files/{context.parameter('file').rpartition('/')[2]}"


def no_access(name: str) -> ApiError:
    """Return the error for a file that is not there, which the service does not tell from one of somebody else."""
    return ApiError(403, f"{name} does not exist, or not any more, or you do not have permission to access it.")


def check_new_file(context: RequestContext, request: JsonObject) -> None:
    """Refuse a CreateFileRequest whose file cannot be.

    Raises:
        ApiError: 400 for a wrong name or type, 409 for a name that is taken.
    """
    file: JsonObject = request.get("file", {})
    name, kind = file.get("name", ""), file.get("mimeType", "")
    if name and not _NAME.fullmatch(name):
        raise invalid(
            "file.name",
            f"expected files/ and up to 40 small letters, digits and dashes, with no dash at the ends, not {name!r}.",
        )
    if name and context.api.storage.entry(name) is not None:
        raise name_conflict(name)
    if kind and not _MIME_TYPE.fullmatch(kind):
        raise invalid("file.mimeType", f"expected a type such as text/plain, not {kind!r}.")
    if len(file.get("displayName", "")) > _MAX_DISPLAY_NAME:
        raise invalid("file.displayName", f"has more than {_MAX_DISPLAY_NAME} characters.")


def name_conflict(name: str) -> ApiError:
    """Return the error for a name that another file has."""
    return ApiError(409, f"file.name: there is a file {name} already.", status="ALREADY_EXISTS")


def mime_type_of(told_type: str | None, file: JsonObject, file_name: str | None) -> str:
    """Return the type of a file: as the upload says, or its message, or the file's name."""
    guessed = mimetypes.guess_type(file_name or file.get("displayName", ""))[0]
    return told_type or file.get("mimeType") or guessed or "application/octet-stream"
