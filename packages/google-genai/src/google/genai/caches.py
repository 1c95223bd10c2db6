"""`client.caches`: contents cached by the service, so that many calls can refer to them.

Each method is a shell: a signature, a docstring and one call into `_core`. `_ops.caches` lists the operations of the
service. The async classes in `_aio.caches` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import types
from ._core.invoke import invoke
from ._core.resource import Resource, async_twin
from ._ops.caches import CREATE, DELETE, GET, LIST, UPDATE
from .pagers import Pager

if TYPE_CHECKING:
    from ._aio.caches import AsyncCaches as AsyncCaches


class Caches(Resource):
    """Contents cached by the service, so that many calls can refer to them."""

    def create(self, *, model: str, config: types.CreateCachedContentConfigOrDict | None = None) -> types.CachedContent:
        """Create a cache, and return its metadata.

        Args:
          model: Id or resource name of a model. The cache can be used with this model only.
          config: The contents to cache, and for how long; see `types.CreateCachedContentConfig`.

        Raises:
          ValueError: An argument is invalid, or the backend does not support it; nothing was sent.
          errors.APIError: The call failed. The service refuses contents that are too short to cache (code 400).

        Example::

            cache = client.caches.create(
                model="gemini-2.5-flash",
                config={"contents": "A long text", "system_instruction": "Be brief.", "ttl": "3600s"},
            )
            config = types.GenerateContentConfig(cached_content=cache.name)

        API: `cachedContents.create`.
        """
        return self._run(invoke(self._port, CREATE, model=model, config=config))

    def get(self, *, name: str, config: types.GetCachedContentConfigOrDict | None = None) -> types.CachedContent:
        """Return the metadata of a cache; it does not include the contents.

        Args:
          name: `cachedContents/…`, the id alone, or on Vertex AI the full name.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid cache name; nothing was sent.
          errors.ClientError: There is no cache with this name (code 404).

        Example::

            print(client.caches.get(name=cache.name).expire_time)

        API: `cachedContents.get`.
        """
        return self._run(invoke(self._port, GET, name=name, config=config))

    def update(self, *, name: str, config: types.UpdateCachedContentConfigOrDict | None = None) -> types.CachedContent:
        """Change the lifetime of a cache, and return its new metadata.

        Args:
          name: As for `get`.
          config: The new `ttl` or `expire_time`.

        Raises:
          ValueError: `name` is not a valid cache name; nothing was sent.
          errors.ClientError: There is no cache with this name (code 404).

        Example::

            client.caches.update(name=cache.name, config={"ttl": "7200s"})

        API: `cachedContents.patch`.
        """
        return self._run(invoke(self._port, UPDATE, name=name, config=config))

    def delete(
        self, *, name: str, config: types.DeleteCachedContentConfigOrDict | None = None
    ) -> types.DeleteCachedContentResponse:
        """Delete a cache.

        Args:
          name: As for `get`.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid cache name; nothing was sent.
          errors.ClientError: There is no cache with this name (code 404).

        Example::

            client.caches.delete(name=cache.name)

        API: `cachedContents.delete`.
        """
        return self._run(invoke(self._port, DELETE, name=name, config=config))

    def list(self, *, config: types.ListCachedContentsConfigOrDict | None = None) -> Pager[types.CachedContent]:
        """Return a pager over the caches; iterating fetches further pages as needed.

        Example::

            for cache in client.caches.list():
                print(cache.name, cache.expire_time)

        API: `cachedContents.list`.
        """
        return self._pages("cached_contents", self._list, config)

    def _list(self, *, config: types.ListCachedContentsConfigOrDict | None = None) -> types.ListCachedContentsResponse:
        """Return one page of caches."""
        return self._run(invoke(self._port, LIST, config=config))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
