"""Names of resources: completed, and checked so that no name addresses another resource than it appears to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from .._backend import Backend

_REFUSED = re.compile(r"[?&#%\\\s\x00-\x1f\x7f]")
_KEPT = "/-._~@:+=,!$'()*;"


def segments(name: object, path: str) -> str:
    """Return a resource name, checked.

    Raises `ValueError` for an empty name, an empty segment, `.` and `..`, and characters that end or split a URL's path.
    """
    if not isinstance(name, str):
        raise ValueError(f"{path}: expected a name as str, got {type(name).__name__}.")
    if not name:
        raise ValueError(f"{path}: expected a name, got an empty string.")
    refused = _REFUSED.search(name)
    if refused:
        raise ValueError(f"{path}: invalid name {name!r}: contains {refused[0]!r}.")
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or ".." in name:
        raise ValueError(f"{path}: invalid name {name!r}: contains an empty segment, '.' or '..'.")
    return name


def in_path(name: str) -> str:
    """Return a checked name in the form it has in the path of a URL."""
    return name if name.isascii() else quote(name, safe=_KEPT)


def model_name(name: object, backend: Backend, path: str = "model") -> str:
    """Return the path of a model; a bare id gets the prefix of its backend."""
    checked = segments(name, path)
    if not backend.vertexai:
        return checked if checked.startswith(("models/", "tunedModels/")) else f"models/{checked}"
    if checked.startswith(("projects/", "models/", "publishers/")):
        return checked
    publisher, slash, model = checked.partition("/")
    return f"publishers/{publisher}/models/{model}" if slash else f"publishers/google/models/{checked}"


def embeds_contents(model: object) -> bool:
    """Return whether a model embeds contents on Vertex AI (`embedContent`, `batchEmbedContents`), not instances (`predict`).

    These are the Gemini embedding models, and the open models that Vertex AI serves.
    """
    return "gemini" in str(model).rpartition("/")[2] or is_open_model(model)


def is_open_model(model: object) -> bool:
    """Return whether a model is one of the open models that Vertex AI serves; they embed one content per request."""
    return "maas" in str(model).rpartition("/")[2]


def embeds_parts_together(model: object) -> bool:
    """Return whether an embedding model makes one vector of adjacent texts and parts, because it takes several media.

    These are the Gemini embedding models after the first one, and on Vertex AI the open models.
    """
    name = str(model).rpartition("/")[2]
    return "gemini" in name and not any(first in name for first in ("gemini-embedding-001", "gemini-embedding-exp"))


def counts_instances(model: object) -> bool:
    """Return whether a model is an embedding model whose tokens Vertex AI counts in instances."""
    name = str(model).rpartition("/")[2]
    return "embedding" in name and (not embeds_contents(model) or name == "gemini-embedding-001")


def cached_content_name(name: object, backend: Backend, path: str = "cached_content") -> str:
    """Return the full name of a cached content; a bare id, or a name without its first segments, is completed."""
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


def cache_model_name(name: object, backend: Backend, path: str = "model") -> str:
    """Return the name of a model in the form that caches use: on Vertex AI it begins with project and location."""
    completed = model_name(name, backend, path)
    if not backend.vertexai or completed.startswith("projects/"):
        return completed
    here = f"projects/{backend.project}/locations/{backend.location}/"
    return here + ("publishers/google/" if completed.startswith("models/") else "") + completed


def batch_name(name: object, backend: Backend, path: str = "name") -> str:
    """Return the path of a batch job."""
    checked = segments(name, path)
    if not backend.vertexai:
        if not _GEMINI_BATCH.fullmatch(checked):
            raise ValueError(f"{path}: expected the name of a batch job, 'batches/…', got {name!r}.")
        return checked
    found = _VERTEX_BATCH.fullmatch(checked)
    if not found:
        raise ValueError(
            f"{path}: expected the name of a batch job, 'projects/…/locations/…/batchPredictionJobs/…' or the number at "
            f"its end, got {name!r}."
        )
    return f"batchPredictionJobs/{found[1]}"


_GEMINI_BATCH = re.compile(r"batches/[^/]+")
_VERTEX_BATCH = re.compile(r"(?:projects/[^/]+/locations/[^/]+/batchPredictionJobs/)?([0-9]+)")


def file_name(name: object, path: str = "name") -> str:
    """Return the path of a file, given its name, its bare id, or an address that contains its name."""
    if isinstance(name, str) and name.startswith(("https://", "http://")):
        found = _FILE_IN_ADDRESS.search(name)
        if not found:
            raise ValueError(f"{path}: expected an address that contains 'files/…', got {name!r}.")
        return f"files/{found[1]}"
    checked = segments(name, path).removeprefix("files/")
    if "/" in checked:
        raise ValueError(f"{path}: expected the name of a file, 'files/…', got {name!r}.")
    return f"files/{checked}"


_FILE_IN_ADDRESS = re.compile(r"files/([a-z0-9-]+)")


def store_name(name: object, path: str) -> str:
    """Return the path of a file search store; a bare id is completed."""
    checked = segments(name, path)
    return checked if "/" in checked else f"fileSearchStores/{checked}"


def media_name(name: object, path: str) -> str:
    """Return the path of a medium in a file search store. Raises `ValueError` for another name."""
    checked = segments(name, path)
    if not checked.startswith("fileSearchStores/") or "/media/" not in checked:
        raise ValueError(
            f"{path}: expected a name like fileSearchStores/…/media/…, got {name!r}; see media_id of a source."
        )
    return checked


def tuning_job_name(name: object, backend: Backend, path: str = "name") -> str:
    """Return the path of a tuning job; a bare id is completed."""
    checked = segments(name, path)
    if "/" in checked:
        return checked
    return f"tuningJobs/{checked}" if backend.vertexai else f"tunedModels/{checked}"
