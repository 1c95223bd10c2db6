"""`client.files`: files that the service stores for two days, so that calls can refer to them.

Each method is a shell: a signature, a docstring and one call into `_core`. `_ops.files` lists the operations of the
service. The async classes in `_aio.files` are generated from this file.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, overload

from . import types
from ._core.files import download, register_files, upload_file, wait_for_file
from ._core.invoke import either, invoke
from ._core.progress import Progress
from ._core.resource import Resource, async_twin
from ._iterables import SequenceNotStr
from ._ops.files import DELETE, GET, LIST
from .pagers import Pager

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from ._aio.files import AsyncFiles as AsyncFiles
else:  # for `typing.get_type_hints`, without the cost of the import
    Credentials = Any


class Files(Resource):
    """Files that the service stores for two days, so that calls can refer to them. Gemini Developer API only."""

    def upload(
        self,
        *,
        file: str | os.PathLike[str] | io.IOBase,
        config: types.UploadFileConfigOrDict | None = None,
        progress: Progress | None = None,
    ) -> types.File:
        """Upload a local file, and return its entry on the service.

        Args:
          file: A path, or a file object opened for reading bytes. A file object is read from its current position and
            need not be seekable. 8 MiB at a time are kept in memory.
          config: Name, display name, media type; see `types.UploadFileConfig`. The media type is required if it cannot
            be guessed from the name or the first bytes.
          progress: A function that is called with the number of bytes sent and the total (None if unknown), or True for
            a progress bar of rich or tqdm.

        If the connection breaks, the SDK asks the service how many bytes arrived and resumes the upload from there.

        Raises:
          ValueError: An argument is invalid, or the client calls Vertex AI; nothing was sent.
          OSError: The file cannot be read.
          errors.APIError: The service refused the upload, or the connection kept failing.

        Example::

            file = client.files.upload(file="film.mp4", config={"display_name": "Holidays"})
            file = client.files.wait(file=file)
            client.models.generate_content(model="gemini-2.5-flash", contents=[file, "What happens?"])

        API: `media.upload`.
        """
        return self._run(upload_file(self._port, file, config, progress))

    def register_files(
        self, *, auth: Credentials, uris: SequenceNotStr[str], config: types.RegisterFilesConfigOrDict | None = None
    ) -> types.RegisterFilesResponse:
        """Register files in Cloud Storage with the service, and return their entries. Nothing is copied.

        Args:
          auth: Google credentials with read access to the files.
          uris: Addresses of the files, `gs://…`.
          config: HTTP options for this call.

        Raises:
          ValueError: An address does not start with `gs://`, or the client calls Vertex AI; nothing was sent.
          errors.APIError: The call failed.

        Example::

            credentials, _ = google.auth.default()
            response = client.files.register_files(auth=credentials, uris=["gs://my-bucket/film.mp4"])

        API: `files.register`.
        """
        return self._run(register_files(self._port, auth, uris, config))

    def wait(
        self,
        *,
        file: types.File | str,
        timeout_s: float | None = 600.0,
        poll_s: float = 1.0,
        progress: Progress | None = None,
    ) -> types.File:
        """Return a file once the service has processed it. Videos, for example, take some time.

        Args:
          file: The file, or its name.
          timeout_s: Longest time to wait, in seconds; None means no limit. The work itself continues after it.
          poll_s: Seconds before the first poll; later pauses grow up to a minute.
          progress: A function that is called with each new state, or True for a progress bar of rich or tqdm.

        Raises:
          errors.OperationFailedError: The service could not process the file; `last` is its final state.
          errors.NotDoneError: The file was not ready in time; `last` is its last known state.

        Example::

            file = client.files.wait(file=file, timeout_s=60)

        API: `files.get`.
        """
        return self._run(wait_for_file(self._port, self.get, file, timeout_s, poll_s, progress))

    def get(self, *, name: str, config: types.GetFileConfigOrDict | None = None) -> types.File:
        """Return the metadata of a file.

        Args:
          name: `files/…`, the id alone, or a URI that ends in the name.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid file name; nothing was sent.
          errors.ClientError: There is no file with this name (code 404).

        Example::

            print(client.files.get(name=file.name).state)

        API: `files.get`.
        """
        return self._run(invoke(self._port, GET, name=name, config=config))

    def delete(self, *, name: str, config: types.DeleteFileConfigOrDict | None = None) -> types.DeleteFileResponse:
        """Delete a file.

        Args:
          name: As for `get`.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid file name; nothing was sent.
          errors.ClientError: There is no file with this name (code 404).

        Example::

            client.files.delete(name=file.name)

        API: `files.delete`.
        """
        return self._run(invoke(self._port, DELETE, name=name, config=config))

    def list(self, *, config: types.ListFilesConfigOrDict | None = None) -> Pager[types.File]:
        """Return a pager over the files; iterating fetches further pages as needed.

        Example::

            for file in client.files.list(config={"page_size": 100}):
                print(file.name, file.size_bytes)

        API: `files.list`.
        """
        return self._pages("files", self._list, config)

    def _list(self, *, config: types.ListFilesConfigOrDict | None = None) -> types.ListFilesResponse:
        """Return one page of files."""
        return self._run(invoke(self._port, LIST, config=config))

    @overload
    def download(
        self,
        *,
        file: str | types.File | types.Video | types.GeneratedVideo | None = None,
        config: types.DownloadFileConfigOrDict | None = None,
        name: str | None = None,
        path: None = None,
        destination: None = None,
        progress: Progress | None = None,
    ) -> bytes: ...
    @overload
    def download(
        self,
        *,
        file: str | types.File | types.Video | types.GeneratedVideo | None = None,
        config: types.DownloadFileConfigOrDict | None = None,
        name: str | None = None,
        path: str | os.PathLike[str],
        destination: None = None,
        progress: Progress | None = None,
    ) -> Path: ...
    @overload
    def download(
        self,
        *,
        file: str | types.File | types.Video | types.GeneratedVideo | None = None,
        config: types.DownloadFileConfigOrDict | None = None,
        name: str | None = None,
        path: None = None,
        destination: str | os.PathLike[str] | io.IOBase | IO[bytes],
        progress: Progress | None = None,
    ) -> None: ...
    def download(
        self,
        *,
        file: str | types.File | types.Video | types.GeneratedVideo | None = None,
        config: types.DownloadFileConfigOrDict | None = None,
        name: str | None = None,
        path: str | os.PathLike[str] | None = None,
        destination: str | os.PathLike[str] | io.IOBase | IO[bytes] | None = None,
        progress: Progress | None = None,
    ) -> bytes | Path | None:
        """Return the bytes of a file that the service has generated, or write them to a local file.

        Args:
          file: A generated file or video, or its name. `name` is the same. If the method returns the bytes, a video
            object also gets them as its `video_bytes`.
          path: Local file to write; the method then returns its path. The file has the suffix `.part` until it is
            complete.
          destination: The same as `path`, or a file object opened for writing bytes, which is written from its current
            position and stays open; the method then returns None.
          config: HTTP options for this call.
          progress: As for `upload`.

        If the connection breaks, the download resumes from there, or from the beginning if the service cannot resume
        it.

        Raises:
          ValueError: The file was uploaded, and the service returns only files that it generated; or both `path` and
            `destination` are given. Nothing was sent.
          OSError: The local file cannot be written; or the download has to begin again, and the file object is not
            seekable.
          errors.APIError: The call failed.

        Example::

            for generated in operation.response.generated_videos:
                client.files.download(file=generated, path="kite.mp4")

        API: `media.download`.
        """
        return self._run(download(self._port, either(file=file, name=name), config, path, progress, destination))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
