"""Files that the server has made and keeps for a while: those that it hands out by URI and those that went to `gs://`.

It knows names and bytes. The oldest files go when there are too many bytes.
"""

from __future__ import annotations

import secrets
import string
import threading
from dataclasses import dataclass

_MAX_BYTES = 256 * 1024 * 1024
_ID_LETTERS = string.ascii_lowercase + string.digits
_ID_LENGTH = 12


@dataclass(frozen=True)
class StoredFile:
    """A file and its type."""

    data: bytes
    mime_type: str


class Storage:
    """The kept files by name: `files/...` or `gs://...`. Thread-safe.

    Args:
        max_bytes: how much is kept in all; the newest file is kept whatever its size.
    """

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._files: dict[str, StoredFile] = {}
        self._bytes = 0

    def find(self, name: str) -> StoredFile | None:
        """Return the file of a name, or None."""
        return self._files.get(name)

    def put(self, name: str, file: StoredFile) -> None:
        """Keep a file under a name."""
        with self._lock:
            self._drop(name)
            while self._files and self._bytes + len(file.data) > self.max_bytes:
                self._drop(next(iter(self._files)))
            self._files[name] = file
            self._bytes += len(file.data)

    def put_generated(self, file: StoredFile) -> str:
        """Keep a file under a new name of the form `files/{id}` and return the name."""
        name = "files/" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
        self.put(name, file)
        return name

    def put_samples(self, folder_uri: str, files: list[StoredFile]) -> list[str]:
        """Keep files in a new folder below a `gs://` URI and return their URIs."""
        folder = f"{folder_uri.rstrip('/')}/{secrets.randbelow(10**19):019d}"
        uris: list[str] = []
        for index, file in enumerate(files):
            extension = {"image/jpeg": "jpeg", "image/png": "png", "video/mp4": "mp4"}.get(file.mime_type, "bin")
            uris.append(f"{folder}/sample_{index}.{extension}")
            self.put(uris[-1], file)
        return uris

    def clear(self) -> None:
        """Forget all files."""
        with self._lock:
            self._files.clear()
            self._bytes = 0

    def _drop(self, name: str) -> None:
        file = self._files.pop(name, None)
        if file is not None:
            self._bytes -= len(file.data)
