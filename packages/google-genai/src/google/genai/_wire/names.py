"""Names of resources, checked so that no name reaches another resource than the one it seems to name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from .._io.backends import Backend

_REFUSED = re.compile(r"[?&#%\\\s\x00-\x1f\x7f]")
_KEPT = "-._~@:+=,!$'()*;"


def segments(name: object, path: str) -> str:
    """Return a resource name with each segment percent-encoded where it needs it.

    Raises `ValueError` for an empty name, an empty segment, `.` and `..`, and characters that end or split a URL's path.
    """
    if not isinstance(name, str):
        raise ValueError(f"{path}: expected a name as str, got {type(name).__name__}.")
    if not name:
        raise ValueError(f"{path}: expected a name, got an empty string.")
    refused = _REFUSED.search(name)
    if refused:
        raise ValueError(f"{path}: {name!r} is no name: it holds {refused[0]!r}.")
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or ".." in name:
        raise ValueError(f"{path}: {name!r} is no name: it has an empty segment, '.' or '..'.")
    if name.isascii():
        return name
    return "/".join(quote(part, safe=_KEPT) for part in parts)


def model_name(name: object, backend: Backend, path: str = "model") -> str:
    """Return the path of a model: a bare id is completed by what its backend puts in front."""
    checked = segments(name, path)
    if not backend.vertexai:
        return checked if checked.startswith(("models/", "tunedModels/")) else f"models/{checked}"
    if checked.startswith(("projects/", "models/", "publishers/")):
        return checked
    publisher, slash, model = checked.partition("/")
    return f"publishers/{publisher}/models/{model}" if slash else f"publishers/google/models/{checked}"


def cached_content_name(name: object, backend: Backend, path: str = "cached_content") -> str:
    """Return the full name of a cached content: a bare id, or one that starts in the middle, is completed."""
    checked = segments(name, path)
    if not backend.vertexai:
        return checked if "/" in checked else f"cachedContents/{checked}"
    if checked.startswith("projects/"):
        return checked
    if checked.startswith("locations/"):
        return f"projects/{backend.project}/{checked}"
    if checked.startswith("cachedContents/"):
        return f"projects/{backend.project}/locations/{backend.location}/{checked}"
    return (
        checked
        if "/" in checked
        else f"projects/{backend.project}/locations/{backend.location}/cachedContents/{checked}"
    )
