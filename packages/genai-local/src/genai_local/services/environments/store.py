"""The stored environments: their settings, their folders and their age.

An environment that was not used for a week expires: its files are removed, and its settings can still be read.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
import shutil
from pathlib import Path

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.limits import MAX_RECORDS
from ...state.records import Place, Record
from .folders import Size, add_file, check_room, copy_all, parts_of, size_of

KIND = "environments"
LIFETIME_S = 7 * 24 * 3600.0
"""How long an environment is kept after its last use."""
_SETTINGS = ("mode", "network", "sources", "custom_config", "system_instruction")
_UNREADABLE = {"repository": "repositories", "skill_registry": "skills"}
_MAX_SOURCES = 64
_NEW = "new-"
"""The beginning of the names of files and folders that do not belong to an environment yet."""


class Environments:
    """The environments of one server.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self._state, self._clock, self._records, self._storage = api.state, api.clock, api.records, api.storage
        for left in self._state.folder("environments").glob(f"{_NEW}*"):  # by a server that was killed
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def clear(self) -> None:
        """Do nothing: rows and files have been removed before."""

    def root(self, environment: Record) -> Path:
        """Return the folder of an environment."""
        return self._state.folder("environments") / environment.id

    def new_folder(self) -> Path:
        """Return the path of a folder that does not exist yet, on the file system of the environments."""
        return self._state.folder("environments") / f"{_NEW}{secrets.token_hex(12)}"

    def is_expired(self, environment: Record) -> bool:
        """Return whether an environment was not used for its lifetime."""
        return self._clock.now() >= environment.value["last_accessed"] + LIFETIME_S

    async def create(self, place: Place, given: JsonObject) -> Record:
        """Store a new environment with the files of its sources.

        Args:
            place: where it belongs.
            given: a canonical CreateEnvironmentRequest.

        Raises:
            ApiError: 400 for a source that cannot be read, 404 for an unknown environment to begin with, 429 when there are
                too many environments.
        """
        await asyncio.to_thread(self._remove_expired)
        if len(self._records.newest(KIND, place)) >= MAX_RECORDS:
            raise ApiError(429, f"This server keeps at most {MAX_RECORDS} {KIND}; delete some of them first.")
        origin: str | None = given.get("from_environment")
        root = self.new_folder()
        try:
            if origin is not None:
                before = self.usable(place, origin, "from_environment")
                await asyncio.to_thread(copy_all, self.root(before), root)
            else:
                root.mkdir(mode=0o700)
            for index, source in enumerate(self._sources(given)):
                await asyncio.to_thread(self._add_source, root, source, f"sources[{index}]")
            size = await asyncio.to_thread(size_of, root)
            value: JsonObject = {name: given[name] for name in _SETTINGS if name in given}
            now = self._clock.now()
            value |= {"last_accessed": now, "updated": now, **_counts(size)}
            environment_id = f"env_{secrets.token_hex(16)}"
            self._state.folder("environments")
            with self._state.transaction():
                record = self._records.add(KIND, place, environment_id, value)
                self._state.move(root, self.root(record))
        except BaseException:
            shutil.rmtree(root, ignore_errors=True)
            raise
        return record

    @staticmethod
    def _sources(given: JsonObject) -> list[JsonObject]:
        sources: list[JsonObject] = given.get("sources", [])
        if len(sources) > _MAX_SOURCES:
            raise invalid("sources", f"expected at most {_MAX_SOURCES} sources, not {len(sources)}.")
        return sources

    def _add_source(self, root: Path, source: JsonObject, path: str) -> None:
        kind: str = source.get("type", "")
        if kind in _UNREADABLE:
            raise invalid(f"{path}.type", f"this server cannot read {_UNREADABLE[kind]}; use inline or gcs.")
        if kind == "inline":
            data = _inline_data(source, path)
        elif kind == "gcs":
            uri: str = source.get("source", "")
            stored = self._storage.find(uri) if uri.startswith("gs://") else None
            if stored is None:
                problem = "this server has no access to Cloud Storage, and no own object with this name."
                raise invalid(f"{path}.source", f"{uri!r} cannot be read: {problem}")
            data = stored.data
        else:
            raise invalid(f"{path}.type", "is missing; expected inline or gcs.")
        check_room(size_of(root), 1, len(data))
        new = self.new_folder()
        with self._state.new_file(new):
            new.write_bytes(data)
            parts = parts_of(source.get("target", ""), f"{path}.target")
            add_file(root, parts, new, overwrite=True, where=f"{path}.target")

    def usable(self, place: Place, environment_id: str, path: str) -> Record:
        """Return an environment that has not expired, whose lifetime begins again.

        Raises:
            ApiError: 404 for an unknown environment, 400 for an expired one.
        """
        found = self._records.find(KIND, place, environment_id)
        if found is None:
            raise ApiError(404, f"{path}: {KIND}/{environment_id} does not exist, or was deleted.")
        return self.touch(found)

    def touch(self, environment: Record) -> Record:
        """Begin the lifetime of an environment again, and return it.

        Raises:
            ApiError: 400 for an expired environment.
        """
        if self.is_expired(environment):
            message = f"{KIND}/{environment.id} has expired, and its files were removed; create another environment."
            raise ApiError(400, message, status="FAILED_PRECONDITION")
        return self._records.replace(environment, {**environment.value, "last_accessed": self._clock.now()})

    def count(self, environment: Record) -> Record:
        """Store the size of an environment after a change of its files."""
        changed = {"updated": self._clock.now(), **_counts(size_of(self.root(environment)))}
        return self._records.replace(environment, {**environment.value, **changed})

    def delete(self, environment: Record) -> None:
        """Remove an environment with its files."""
        self._records.delete([environment])
        shutil.rmtree(self.root(environment), ignore_errors=True)

    def _remove_expired(self) -> None:
        """Remove the files of expired environments, and everything of those that expired a lifetime ago."""
        for environment in self._records.all_of(KIND):
            if self.is_expired(environment):
                shutil.rmtree(self.root(environment), ignore_errors=True)
                if self._clock.now() >= environment.value["last_accessed"] + 2 * LIFETIME_S:
                    self._records.delete([environment])


def _counts(size: Size) -> JsonObject:
    return {"file_count": size.files, "size_bytes": size.bytes}


def _inline_data(source: JsonObject, path: str) -> bytes:
    content: str = source.get("content", "")
    encoding: str = source.get("encoding", "") or "utf-8"
    if encoding.lower() in ("utf-8", "utf8", "text"):
        return content.encode()
    if encoding.lower() != "base64":
        raise invalid(f"{path}.encoding", f"expected utf-8 or base64, not {encoding!r}.")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"{path}.content", "is not base64.") from None
