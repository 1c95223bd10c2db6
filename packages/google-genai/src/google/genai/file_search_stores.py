"""`client.file_search_stores`: collections of documents that models can search when they answer.

Each method is a shell: a signature, a docstring and one call into `_core`. `_ops.file_search_stores` lists the
operations of the service. The async classes in `_aio.file_search_stores` are generated from this file.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from . import types
from ._core.files import download_media, upload_to_store
from ._core.invoke import either, invoke
from ._core.progress import Progress
from ._core.resource import Resource, async_twin
from ._ops.file_search_stores import CREATE, DELETE, GET, IMPORT_FILE, LIST
from .documents import Documents
from .pagers import Pager

if TYPE_CHECKING:
    from ._aio.file_search_stores import AsyncFileSearchStores as AsyncFileSearchStores


class FileSearchStores(Resource):
    """File search stores: collections of documents that models can search. Gemini Developer API only."""

    @property
    def documents(self) -> Documents:
        """The documents of the stores."""
        return Documents(self._api_client)

    def create(self, *, config: types.CreateFileSearchStoreConfigOrDict | None = None) -> types.FileSearchStore:
        """Create an empty store, and return it.

        Raises:
          ValueError: The client calls Vertex AI; nothing was sent.
          errors.APIError: The call failed.

        Example::

            store = client.file_search_stores.create(config={"display_name": "Manuals"})
            tool = types.Tool(file_search=types.FileSearch(file_search_store_names=[store.name]))

        API: `fileSearchStores.create`.
        """
        return self._run(invoke(self._port, CREATE, config=config))

    def get(self, *, name: str, config: types.GetFileSearchStoreConfigOrDict | None = None) -> types.FileSearchStore:
        """Return the metadata of a store.

        Args:
          name: `fileSearchStores/…`, or the id alone.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid store name; nothing was sent.
          errors.ClientError: There is no store with this name (code 404).

        Example::

            print(client.file_search_stores.get(name=store.name).active_documents_count)

        API: `fileSearchStores.get`.
        """
        return self._run(invoke(self._port, GET, name=name, config=config))

    def delete(self, *, name: str, config: types.DeleteFileSearchStoreConfigOrDict | None = None) -> None:
        """Delete a store.

        Args:
          name: As for `get`.
          config: `force` deletes the documents as well. Without it the service refuses to delete a store with
            documents.

        Raises:
          ValueError: `name` is not a valid store name; nothing was sent.
          errors.ClientError: There is no store with this name (code 404).

        Example::

            client.file_search_stores.delete(name=store.name, config={"force": True})

        API: `fileSearchStores.delete`.
        """
        return self._run(invoke(self._port, DELETE, name=name, config=config))

    def list(self, *, config: types.ListFileSearchStoresConfigOrDict | None = None) -> Pager[types.FileSearchStore]:
        """Return a pager over the stores; iterating fetches further pages as needed.

        Example::

            for store in client.file_search_stores.list():
                print(store.name, store.display_name)

        API: `fileSearchStores.list`.
        """
        return self._pages("file_search_stores", self._list, config)

    def _list(
        self, *, config: types.ListFileSearchStoresConfigOrDict | None = None
    ) -> types.ListFileSearchStoresResponse:
        """Return one page of stores."""
        return self._run(invoke(self._port, LIST, config=config))

    def import_file(
        self,
        *,
        file_search_store_name: str | None = None,
        file_name: str | None = None,
        config: types.ImportFileConfigOrDict | None = None,
        store: str | None = None,
        source: str | types.File | None = None,
    ) -> types.ImportFileOperation:
        """Import an uploaded file into a store, and return the long-running operation.

        Args:
          file_search_store_name: Name of the store. `store` is the same.
          file_name: Name of the file, `files/…`. `source` is the same, and also accepts a `types.File`.
          config: Metadata of the document, and how to split it into chunks; see `types.ImportFileConfig`.

        Raises:
          ValueError: A name is missing or invalid; nothing was sent.
          errors.ClientError: There is no store or no file with this name (code 404).

        Example::

            file = client.files.upload(file="manual.txt")
            operation = client.file_search_stores.import_file(file_search_store_name=store.name, file_name=file.name)
            client.operations.wait(operation)

        API: `fileSearchStores.importFile`.
        """
        return self._run(
            invoke(
                self._port,
                IMPORT_FILE,
                file_search_store_name=either(file_search_store_name=file_search_store_name, store=store),
                file_name=either(file_name=file_name, source=getattr(source, "name", source)),
                config=config,
            )
        )

    def upload_to_file_search_store(
        self,
        *,
        file_search_store_name: str | None = None,
        file: str | os.PathLike[str] | io.IOBase,
        config: types.UploadToFileSearchStoreConfigOrDict | None = None,
        store: str | None = None,
        progress: Progress | None = None,
    ) -> types.UploadToFileSearchStoreOperation:
        """Upload a local file into a store, and return the long-running operation that processes it.

        Args:
          file_search_store_name: Name of the store. `store` is the same.
          file: As for `files.upload`.
          config: Name, metadata, how to split the document into chunks; see `types.UploadToFileSearchStoreConfig`.
          progress: As for `files.upload`.

        If the connection breaks, the upload resumes as in `files.upload`.

        Raises:
          ValueError: An argument is invalid, or the client calls Vertex AI; nothing was sent.
          errors.APIError: The service refused the upload, or the connection kept failing.

        Example::

            operation = client.file_search_stores.upload_to_file_search_store(
                file_search_store_name=store.name, file="manual.txt", config={"display_name": "Manual"}
            )
            client.operations.wait(operation)

        API: `fileSearchStores.uploadToFileSearchStore`.
        """
        return self._run(
            upload_to_store(
                self._port,
                either(file_search_store_name=file_search_store_name, store=store),
                file,
                config,
                progress,
            )
        )

    def download_media(self, *, media_id: str, config: types.DownloadMediaConfigOrDict | None = None) -> bytes:
        """Return the bytes of a picture or another medium that a search in a store has found.

        Args:
          media_id: `fileSearchStores/…/media/…`, as in `GroundingChunkRetrievedContext.media_id` of an answer.
          config: HTTP options for this call.

        If the connection breaks, the download resumes from there, as in `files.download`.

        Raises:
          ValueError: `media_id` is not the name of a medium, or the client calls Vertex AI; nothing was sent.
          errors.APIError: The call failed.

        Example::

            for chunk in response.candidates[0].grounding_metadata.grounding_chunks:
                if chunk.retrieved_context.media_id:
                    picture = client.file_search_stores.download_media(media_id=chunk.retrieved_context.media_id)

        API: `media.download`.
        """
        return self._run(download_media(self._port, media_id, config))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
