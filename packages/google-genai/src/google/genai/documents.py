"""`client.file_search_stores.documents`: the documents in a file search store.

Each method is a shell: a signature, a docstring and one call into `_core`. `_ops.documents` lists the operations of the
service. The async classes in `_aio.documents` are generated from this file.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from . import types
from ._core.invoke import invoke
from ._core.resource import Resource, async_twin
from ._ops.documents import DELETE, GET, LIST
from .pagers import Pager

if TYPE_CHECKING:
    from ._aio.documents import AsyncDocuments as AsyncDocuments


class Documents(Resource):
    """The documents in file search stores. Gemini Developer API only."""

    _client_attribute = None  # `client.file_search_stores` has it

    def get(self, *, name: str, config: types.GetDocumentConfigOrDict | None = None) -> types.Document:
        """Return the metadata of a document.

        Args:
          name: `fileSearchStores/…/documents/…`.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid document name; nothing was sent.
          errors.ClientError: There is no document with this name (code 404).

        Example::

            print(client.file_search_stores.documents.get(name=document.name).state)

        API: `fileSearchStores.documents.get`.
        """
        return self._run(invoke(self._port, GET, name=name, config=config))

    def delete(self, *, name: str, config: types.DeleteDocumentConfigOrDict | None = None) -> None:
        """Delete a document.

        Args:
          name: As for `get`.
          config: `force` deletes the chunks as well. Without it the service refuses to delete a document with chunks.

        Raises:
          ValueError: `name` is not a valid document name; nothing was sent.
          errors.ClientError: There is no document with this name (code 404).

        Example::

            client.file_search_stores.documents.delete(name=document.name, config={"force": True})

        API: `fileSearchStores.documents.delete`.
        """
        return self._run(invoke(self._port, DELETE, name=name, config=config))

    def list(self, *, parent: str, config: types.ListDocumentsConfigOrDict | None = None) -> Pager[types.Document]:
        """Return a pager over the documents of a store; iterating fetches further pages as needed.

        Args:
          parent: Name of the store, `fileSearchStores/…`.
          config: Page size, and the token of the page to start with.

        Example::

            for document in client.file_search_stores.documents.list(parent=store.name):
                print(document.name, document.display_name)

        API: `fileSearchStores.documents.list`.
        """
        return self._pages("documents", partial(self._list, parent=parent), config)

    def _list(
        self, *, parent: str, config: types.ListDocumentsConfigOrDict | None = None
    ) -> types.ListDocumentsResponse:
        """Return one page of documents."""
        return self._run(invoke(self._port, LIST, parent=parent, config=config))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
