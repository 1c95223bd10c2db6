"""How the many ways of writing contents become `Part`, `Content` and lists of them.

A string is a text part; a file, a picture or a dict is the part it describes; parts in a row make one turn, of role
`model` when they call functions and of role `user` otherwise. Objects that already are a `Content` or a `Part` are kept
as they are. Errors name the path of the value that does not fit.
"""

from __future__ import annotations

import io
from typing import Any, Union

import pydantic

from ._content import Blob, Content, FileData, ModelContent, Part, UserContent
from ._files import File
from ._optional import is_pil_image

Given = Union[str, Part, Content, File, dict[Any, Any], list[Any], tuple[Any, ...], None]
"""What callers write in place of contents. A PIL image as well, of which this module knows no class."""

_FORMS_OF_A_PART = "a str, a types.Part, a types.File, a PIL image, or a dict with the fields of a Part or File"


def part_of(value: Given, path: str = "part") -> Part:
    """Return the part that the value describes. Raises `ValueError` for anything that is no part."""
    if isinstance(value, Part):
        return value
    if isinstance(value, str):
        return Part(text=value)
    if isinstance(value, File):
        return _part_of_file(value, path)
    if isinstance(value, dict):
        return _part_of_dict(value, path)
    if is_pil_image(value):
        return Part(inline_data=blob_of_image(value))
    if value is None:
        raise ValueError(f"{path}: expected {_FORMS_OF_A_PART}, got None.")
    hint = " A list of parts belongs into one Content." if isinstance(value, (list, tuple)) else ""
    if isinstance(value, Content):
        hint = " A Content cannot be a part of another one; put it into the list of contents itself."
    raise ValueError(f"{path}: expected {_FORMS_OF_A_PART}, got {type(value).__name__}.{hint}")


def parts_of(value: Given, path: str = "parts") -> list[Part]:
    """Return the parts that a value, or each item of a list, describes. Raises `ValueError` when there is none."""
    if value is None or (isinstance(value, (list, tuple)) and not value):
        raise ValueError(f"{path}: at least one part is needed, got {value!r}.")
    if isinstance(value, (list, tuple)):
        return [part_of(item, f"{path}[{position}]") for position, item in enumerate(value)]
    return [part_of(value, path)]


def content_of(value: Given, path: str = "content") -> Content:
    """Return the one content that the value describes; parts become a turn of the user, or of the model if they call."""
    if isinstance(value, Content):
        return value
    if isinstance(value, dict) and ("parts" in value or "role" in value):
        return _validated(Content, value, path)
    if isinstance(value, (list, tuple)):
        return UserContent(parts_of(value, path))
    return _turn([part_of(value, path)])


def contents_of(value: Given, path: str = "contents") -> list[Content]:
    """Return the turns of a conversation that the value describes, in order. Raises `ValueError` for empty input."""
    if value is None or (isinstance(value, (list, tuple)) and not value):
        raise ValueError(f"{path}: at least one content is needed, got {value!r}.")
    if not isinstance(value, (list, tuple)):
        return [content_of(value, path)]
    turns: list[Content] = []
    loose: list[Part] = []
    loose_calls = False
    item: Given
    for position, item in enumerate(value):
        if isinstance(item, Content):
            turn: Content | None = item
        elif isinstance(item, (list, tuple)):
            turn = UserContent(parts_of(item, f"{path}[{position}]"))
        elif isinstance(item, dict) and ("parts" in item or "role" in item):
            turn = _validated(Content, item, f"{path}[{position}]")
        else:
            turn = None
        if turn is None:
            part = part_of(item, f"{path}[{position}]")
            calls = part.function_call is not None
            if loose and calls is not loose_calls:
                turns.append(_turn(loose))
                loose = []
            loose.append(part)
            loose_calls = calls
            continue
        if loose:
            turns.append(_turn(loose))
            loose = []
        turns.append(turn)
    if loose:
        turns.append(_turn(loose))
    return turns


def blob_of_image(image: Any) -> Blob:
    """Return a Pillow image as a blob: PNG for PNG files and pictures with transparency, else JPEG."""
    data = io.BytesIO()
    if getattr(image, "format", None) == "PNG" or image.mode in ("RGBA", "LA", "P"):
        image.save(data, format="PNG")
        return Blob(data=data.getvalue(), mime_type="image/png")
    (image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")).save(data, format="JPEG")
    return Blob(data=data.getvalue(), mime_type="image/jpeg")


def _turn(parts: list[Part]) -> Content:
    return ModelContent(parts) if parts[0].function_call is not None else UserContent(parts)


def _part_of_file(file: File, path: str) -> Part:
    if not file.uri or not file.mime_type:
        missing = "uri" if not file.uri else "mime_type"
        raise ValueError(
            f"{path}: the File {file.name or ''!r} has no {missing}; fetch it with client.files.get() first."
        )
    return Part(file_data=FileData(file_uri=file.uri, mime_type=file.mime_type))


def _part_of_dict(value: dict[Any, Any], path: str) -> Part:
    try:
        return Part.model_validate(value)
    except pydantic.ValidationError as not_a_part:
        try:
            file = File.model_validate(value)
        except pydantic.ValidationError:
            raise _at(path, not_a_part) from None
    return _part_of_file(file, path)


def _validated(cls: type[Content], value: dict[Any, Any], path: str) -> Content:
    try:
        return cls.model_validate(value)
    except pydantic.ValidationError as error:
        raise _at(path, error) from None


def _at(path: str, error: pydantic.ValidationError) -> ValueError:
    """Return a `ValueError` that names the whole path of each offending value."""
    lines = [f"{path}{dotted(line['loc'])}: {line['msg']}" for line in error.errors(include_url=False)]
    return ValueError("\n".join(lines))


def dotted(location: tuple[int | str, ...]) -> str:
    """Return a location of pydantic as a path: `.parts[0].text`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
