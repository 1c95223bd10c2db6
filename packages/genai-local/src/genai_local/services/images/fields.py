"""Fields of requests for pictures and videos: input pictures, numbers in ranges, output locations."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from ...protocol.errors import JsonObject, invalid
from ...protocol.limits import MAX_PICTURE_PIXELS, MAX_PICTURE_TEXT, MAX_PICTURES_PIXELS
from ...state.storage import Storage

if TYPE_CHECKING:
    from ...media.pictures import Picture

PICTURE_TYPES = ("image/png", "image/jpeg")
_DATA_FIELDS = ("bytesBase64Encoded", "encodedVideo")


def number(settings: JsonObject, path: str, low: float, high: float) -> float | None:
    """Return the number in the field at the end of `path`, or None.

    Args:
        settings: the object with the field.
        path: path in the request.
        low: the minimum.
        high: the maximum.

    Raises:
        ApiError: 400 for a value out of range.
    """
    value: float | None = settings.get(path.rpartition(".")[2])
    if value is not None and not low <= value <= high:
        raise invalid(path, f"expected a value between {low:g} and {high:g}, not {value:g}.")
    return value


def whole_number(settings: JsonObject, path: str, low: int, high: int, default: int) -> int:
    """Return the integer in the field at the end of `path`, or the default.

    Raises:
        ApiError: 400 for a value out of range.
    """
    value = number(settings, path, low, high)
    return default if value is None else int(value)


def choice(settings: JsonObject, path: str, choices: Sequence[str], default: str) -> str:
    """Return the choice in the field at the end of `path`, or the default.

    Raises:
        ApiError: 400 for any other value.
    """
    value: str = settings.get(path.rpartition(".")[2], default)
    if value not in choices:
        raise invalid(path, f"expected one of {', '.join(choices)}, not {value!r}.")
    return value


def storage_uri(parameters: JsonObject) -> str | None:
    """Return the folder for the output, or None.

    Raises:
        ApiError: 400 for a URI outside Cloud Storage.
    """
    uri: str | None = parameters.get("storageUri")
    if uri is not None and not uri.startswith("gs://"):
        raise invalid("parameters.storageUri", f"expected a URI that begins with gs://, not {uri!r}.")
    return uri


def the_instance(request: JsonObject) -> object:
    """Return the only instance of a PredictRequest.

    Raises:
        ApiError: 400 for any other number of instances.
    """
    instances: list[object] = request.get("instances", [])
    if len(instances) != 1:
        raise invalid("instances", f"expected exactly one instance, not {len(instances)}.")
    return instances[0]


def file_bytes(source: JsonObject, path: str, storage: Storage, data_field: str, uri_field: str) -> bytes:
    """Return the bytes in an object of the request, or of the file that the object refers to.

    Args:
        source: the object.
        path: path in the request.
        storage: the stored files.
        data_field: name of the field for bytes in base64.
        uri_field: name of the field for a URI.

    Raises:
        ApiError: 400 without bytes or URI, with both, or for a URI that is unknown to this server.
    """
    data: str | None = source.get(data_field)
    uri: str | None = source.get(uri_field)
    if data and uri:
        raise invalid(path, f"give either {data_field} or {uri_field}, not both.")
    if uri:
        name = uri if uri.startswith("gs://") else f"files/{uri.rpartition('files/')[2].partition(':')[0]}"
        found = storage.find(name)
        if found is None:
            raise invalid(
                f"{path}.{uri_field}",
                f"{uri} is unknown; this server can only read its own files. Send the bytes instead.",
            )
        return found.data
    if not data:
        raise invalid(path, f"is empty; give {data_field}.")
    return base64.b64decode(data)


class Pictures:
    """The input pictures of one request: each is read once, and there is a limit for all of them together.

    Args:
        storage: the stored files.
    """

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._read: dict[str, Picture] = {}
        self._pixels_left = MAX_PICTURES_PIXELS

    def at(self, source: JsonObject | None, path: str) -> Picture:
        """Return the picture at `path` of the request; it must not be changed.

        Raises:
            ApiError: 400 for a missing, unreadable or too large picture.
        """
        from ...media.pictures import read_picture

        if path in self._read:
            return self._read[path]
        mime_type: str = (source or {}).get("mimeType") or "image/png"
        if not mime_type.startswith("image/"):
            raise invalid(f"{path}.mimeType", f"expected the type of a picture, such as image/png, not {mime_type!r}.")
        data = file_bytes(source or {}, path, self.storage, "bytesBase64Encoded", "gcsUri")
        most_pixels = min(MAX_PICTURE_PIXELS, self._pixels_left)
        try:
            picture = read_picture(data, most_pixels)
        except ValueError as error:
            together = f"; all pictures together may have {MAX_PICTURES_PIXELS}" if self._read else ""
            raise invalid(f"{path}.bytesBase64Encoded", f"{error}{together}.") from None
        self._pixels_left -= picture.width * picture.height
        self._read[path] = picture
        return picture


def check_texts(value: object, path: str) -> None:
    """Refuse texts that are too long to be drawn.

    Args:
        value: a part of a canonical request.
        path: its path.

    Raises:
        ApiError: 400 with the path of a text.
    """
    if isinstance(value, dict):
        for name, item in cast("JsonObject", value).items():
            if name not in _DATA_FIELDS:
                check_texts(item, f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            check_texts(item, f"{path}[{index}]")
    elif isinstance(value, str) and len(value) > MAX_PICTURE_TEXT:
        raise invalid(path, f"expected at most {MAX_PICTURE_TEXT} characters, not {len(value)}.")


def mime_type_of(data: bytes, default: str) -> str:
    """Return the type of a file by its first bytes."""
    if data.startswith(b"\x89PNG"):
        return "image/png"
    if data.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "video/mp4" if data[4:8] == b"ftyp" else default
