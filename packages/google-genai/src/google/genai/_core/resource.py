"""The base of the public classes: it holds the client, and runs the core's coroutines in the one way or the other."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from .drive import run
from .streams import AsyncStream, Source, Stream

if TYPE_CHECKING:
    from .._api_client import BaseApiClient
    from .._io.port import Port
    from ..pagers import AsyncPager, PagedItem, Pager

T = TypeVar("T")


def async_twin(namespace: dict[str, Any], name: str) -> Any:
    """Return the class `AsyncX` that a public module shows beside its class X; it is loaded when first asked for."""
    module: str = namespace["__name__"]
    package, _, own_name = module.rpartition(".")
    if name.startswith("Async") and name.removeprefix("Async") in namespace:
        import importlib

        namespace[name] = getattr(importlib.import_module(f"{package}._aio.{own_name}"), name)
        return namespace[name]
    raise AttributeError(f"module {module!r} has no attribute {name!r}")


class Resource:
    """A noun of the service, called blocking."""

    _client_attribute: ClassVar[str | None]
    """Name on the client, where it is not the name of the module; None for a noun that the client does not have itself."""

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
    """A noun of the service, awaited."""

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
