"""The base classes of the nouns: they keep the client, and run the core's coroutines, blocking or awaited."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from .drive import run
from .streams import AsyncStream, Source, Stream

if TYPE_CHECKING:
    from .._api_client import BaseApiClient
    from .._io.port import Port
    from ..pagers import AsyncPager, PagedItem, Pager
else:  # for `typing.get_type_hints` of constructors; this module does not import the client
    BaseApiClient = Any

T = TypeVar("T")


def async_twin(namespace: dict[str, Any], name: str) -> Any:
    """Return the class `AsyncX` that a public module exports with its class X; it is loaded at its first use."""
    module: str = namespace["__name__"]
    package, _, own_name = module.rpartition(".")
    if name.startswith("Async") and name.removeprefix("Async") in namespace:
        import importlib

        namespace[name] = getattr(importlib.import_module(f"{package}._aio.{own_name}"), name)
        return namespace[name]
    raise AttributeError(f"module {module!r} has no attribute {name!r}")


class Resource:
    """A noun of the service with blocking methods."""

    _client_attribute: ClassVar[str | None]
    """Name of the client's property, if it is not the name of the module; None if the client has no property for it."""

    def __init__(self, api_client_: BaseApiClient) -> None:
        self._api_client = api_client_

    @property
    def vertexai(self) -> bool:
        """Whether calls go to Vertex AI."""
        return self._api_client.vertexai

    @property
    def _port(self) -> Port:
        return self._api_client.port

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return run(work)

    def _stream(self, source: Source[T]) -> Stream[T]:
        return Stream(source)

    def _pages(self, name: PagedItem, fetch: Callable[..., Any], config: Any) -> Pager[Any]:
        from ..pagers import Pager

        return Pager(name, fetch, fetch(config=config), config)


class AsyncResource:
    """A noun of the service with async methods."""

    def __init__(self, api_client_: BaseApiClient) -> None:
        self._api_client = api_client_

    @property
    def vertexai(self) -> bool:
        """Whether calls go to Vertex AI."""
        return self._api_client.vertexai

    @property
    def _port(self) -> Port:
        return self._api_client.async_port

    async def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return await work

    async def _stream(self, source: Source[T]) -> AsyncStream[T]:
        return AsyncStream(source)

    async def _pages(self, name: PagedItem, fetch: Callable[..., Any], config: Any) -> AsyncPager[Any]:
        from ..pagers import AsyncPager

        return AsyncPager(name, fetch, await fetch(config=config), config)
