"""Checkpoints of Ray Data with the fingerprint of the job that they belong to.

Ray writes the keys of each written block into a folder, and leaves out rows with these keys when the job starts again. The
fingerprint is a JSON file next to that folder, so that answers to another request are not taken for answers to this one.
"""

from __future__ import annotations

import json
from typing import Any

from ..errors import BulkError, JournalError
from ..fingerprints import differences
from ..requests import Request

_SUFFIX = ".genai-bulk.json"


def claim(path: str, request: Request, key: str, *, accept_changed_prompt: bool) -> None:
    """Check that a checkpoint belongs to this job, or make it the checkpoint of this job.

    Args:
        path: folder of the checkpoint: a path or a URI such as `s3://bucket/folder`.
        request: the request of the job.
        key: the key column of the job.
        accept_changed_prompt: whether a job with another request continues.

    Raises:
        JournalError: when the checkpoint belongs to another job.
        BulkError: when the file cannot be read or written.
    """
    own: dict[str, Any] = json.loads(json.dumps({"request": request.identity(), "key": key}))
    files, name = _files(path)
    try:
        kept = _read(files, name)
        if kept is not None:
            changes = differences(kept, own)
            only_request = all(change.startswith("request") for change in changes)
            if changes and not (only_request and accept_changed_prompt):
                lines = "\n".join(f"  {change}: {text}" for change, text in changes.items())
                advice = "accept_changed_prompt=True asks the other rows with the new request; " if only_request else ""
                raise JournalError(
                    f"checkpoint {path!r} belongs to another job:\n{lines}\n{advice}another path begins another job.",
                    [f"{change}: {text}" for change, text in changes.items()],
                )
        with files.open_output_stream(name) as stream:
            stream.write(json.dumps(own, indent=1).encode())
    except OSError as error:
        raise BulkError(f"checkpoint {path!r}: the file {name!r} cannot be read or written: {error}.") from None


def check_unused(dataset: Any) -> None:
    """Check that no checkpoint is set for a dataset.

    Raises:
        BulkError: when there is one.
    """
    found: Any = dataset.context.checkpoint_config
    if found is not None:
        raise BulkError(
            f"dataset: it already has a checkpoint, {getattr(found, 'checkpoint_path', found)!r}. Datasets that were made from one "
            "another share it: read the source again for another job. Remove a checkpoint that DataContext has for all "
            "datasets, and give checkpoint=... instead."
        )


def use(ray: Any, dataset: Any, path: str, key: str) -> None:
    """Set a checkpoint for a dataset, in the settings of this dataset only. It is kept when the job succeeds."""
    config: Any = ray.data.checkpoint.CheckpointConfig
    dataset.context.checkpoint_config = config(id_column=key, checkpoint_path=path, delete_checkpoint_on_success=False)


def _files(path: str) -> tuple[Any, str]:
    """Return the file system of a checkpoint, and the path of its fingerprint there."""
    from pyarrow import fs as module

    fs: Any = module
    path = path.rstrip("/")
    if "://" not in path:
        return fs.LocalFileSystem(), path + _SUFFIX
    files, name = fs.FileSystem.from_uri(path)
    return files, name.rstrip("/") + _SUFFIX


def _read(files: Any, name: str) -> Any:
    try:
        with files.open_input_stream(name) as stream:
            return json.loads(stream.read())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise BulkError(
            f"{name}: expected the fingerprint of a job as JSON, but {error}. Delete it, or use another path."
        ) from None
