"""Lists that arrive in pages: iteration requests the next page when it is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, ClassVar

from .calling import DEFAULT, Metadata


class _Base:
    _items: ClassVar[str]
    """Field of a page with its items."""

    def __init__(
        self,
        method: Callable[..., Any],
        request: Any,
        response: Any,
        *,
        retry: Any = DEFAULT,
        timeout: Any = DEFAULT,
        metadata: Metadata = (),
    ) -> None:
        """Create a pager; clients do.

        Args:
          method: Requests a page: `method(request, retry=..., timeout=..., metadata=...)`.
          request: Request of the first page. It is not changed.
          response: The first page.
        """
        self._method = method
        self._request = type(request)(request)
        self._response = response
        self._settings = {"retry": retry, "timeout": timeout, "metadata": metadata}

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the current page."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._response, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}<{self._response!r}>"

    def _next_request(self) -> Any:
        """Return the request of the next page; None after the last one. A page that names itself as the next ends the list."""
        token = self._response.next_page_token
        if not token or token == self._request.page_token:
            return None
        self._request.page_token = token
        return self._request


class Pager(_Base):
    """The base of the pagers of blocking clients."""

    @property
    def pages(self) -> Iterator[Any]:
        """The pages from the current one, as responses."""
        yield self._response
        while (request := self._next_request()) is not None:
            self._response = self._method(request, **self._settings)
            yield self._response

    def __iter__(self) -> Iterator[Any]:
        for page in self.pages:
            yield from getattr(page, self._items)


class AsyncPager(_Base):
    """The base of the pagers of clients with asyncio."""

    _method: Callable[..., Awaitable[Any]]

    @property
    async def pages(self) -> AsyncIterator[Any]:
        """The pages from the current one, as responses."""
        yield self._response
        while (request := self._next_request()) is not None:
            self._response = await self._method(request, **self._settings)
            yield self._response

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for page in self.pages:
            for item in getattr(page, self._items):
                yield item
