"""`client.files`: files that the service keeps for two days, to be referred to in calls.

Each method is a shell: what people see of it. What the service offers is stated in `_ops.files`, the flows in `_core`.
The async twins in `_aio.files` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from . import types
from ._core.files import download, register_files, upload_file, wait_for_file
from ._core.invoke import either, invoke
from ._core.resource import Resource, async_twin
from ._ops.files import DELETE, GET, LIST

if TYPE_CHECKING:
    import io
    import os
    from pathlib import Path

    from google.auth.credentials import Credentials

    from ._aio.files import AsyncFiles as AsyncFiles
    from ._core.progress import Progress
    from .pagers import Pager


class Files(Resource):
    """Files that the service keeps for two days, to be referred to in calls. Gemini Developer API only."""

    def upload(
        self,
        *,
        file: str | os.PathLike[str] | io.IOBase,
        config: types.UploadFileConfigOrDict | None = None,
        progress: Progress | None = None,
    ) -> types.File:
        """Upload a local file, and return what the service has made of it.

        Args:
          file: A path, or a file object opened for reading bytes, which is read from where it stands; it need not be
            seekable. 8 MiB at a time are held in memory.
          config: Name, display name, media type; see `types.UploadFileConfig`. The media type has to be given where
            neither the name nor the first bytes tell it.
          progress: A function that is called with the bytes sent and the bytes in all (None when not known), or True for
            a bar of rich or tqdm.

        A connection that breaks is taken up where it broke, after asking the service how much has arrived.

        Raises:
          ValueError: An argument has the wrong shape, or the client calls Vertex AI; nothing was sent.
          OSError: The file cannot be read.
          errors.APIError: The service refused, or nothing got through any more.

        Example::

            file = client.files.upload(file="film.mp4", config={"display_name": "Holidays"})
            file = client.files.wait(file=file)
            client.models.generate_content(model="gemini-2.5-flash", contents=[file, "What happens?"])

        API: `media.upload`.
        """
        return self._run(upload_file(self._port, file, config, progress))

    def register_files(
        self, *, auth: Credentials, uris: list[str], config: types.RegisterFilesConfigOrDict | None = None
    ) -> types.RegisterFilesResponse:
        """Make files that lie in Cloud Storage known to the service, and return them; nothing is copied.

        Args:
          auth: Google credentials that may read them.
          uris: Their addresses, `gs://…`.
          config: HTTP options for this call.

        Raises:
          ValueError: An address is none of Cloud Storage, or the client calls Vertex AI; nothing was sent.
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
        """Return a file once the service has prepared it, as it does with videos.

        Args:
          file: The file, or its name.
          timeout_s: Seconds to wait at most; None waits without end. The work goes on after it.
          poll_s: Seconds before the first question; the pauses grow to a minute.
          progress: A function that is called with each state, or True for a bar of rich or tqdm.

        Raises:
          errors.OperationFailedError: It could not be prepared; `last` holds it.
          errors.NotDoneError: It was not ready in time; `last` holds it.

        Example::

            file = client.files.wait(file=file, timeout_s=60)

        API: `files.get`.
        """
        return self._run(wait_for_file(self._port, self.get, file, timeout_s, poll_s, progress))

    def get(self, *, name: str, config: types.GetFileConfigOrDict | None = None) -> types.File:
        """Return what is known of a file.

        Args:
          name: `files/…`, its id alone, or an address that ends in it.
          config: HTTP options for this call.

        Raises:
          ValueError: The name is no name of a file; nothing was sent.
          errors.ClientError: There is none of that name (code 404).

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
          ValueError: The name is no name of a file; nothing was sent.
          errors.ClientError: There is none of that name (code 404).

        Example::

            client.files.delete(name=file.name)

        API: `files.delete`.
        """
        return self._run(invoke(self._port, DELETE, name=name, config=config))

    def list(self, *, config: types.ListFilesConfigOrDict | None = None) -> Pager[types.File]:
        """Return the files, page by page; iterating goes through all pages.

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
        progress: Progress | None = None,
    ) -> Path: ...
    def download(
        self,
        *,
        file: str | types.File | types.Video | types.GeneratedVideo | None = None,
        config: types.DownloadFileConfigOrDict | None = None,
        name: str | None = None,
        path: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> bytes | Path:
        """Return the bytes of a file that the service has made, or write them into a local one.

        Args:
          file: A file or video that the service has made, or the name of one. `name` is the same. A video gets its
            `video_bytes`.
          path: Where to write, piece by piece; the path is returned. Until all is there it is called `….part`.
          config: HTTP options for this call.
          progress: As for `upload`.

        A connection that breaks is taken up where it broke, as far as the service can.

        Raises:
          ValueError: The file was uploaded, and is not given out; nothing was sent.
          OSError: The local file cannot be written.
          errors.APIError: The call failed.

        Example::

            for generated in operation.response.generated_videos:
                client.files.download(file=generated, path="kite.mp4")

        API: `media.download`.
        """
        return self._run(download(self._port, either(file=file, name=name), config, path, progress))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
