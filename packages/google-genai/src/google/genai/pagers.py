"""Pagers: lists that the service returns page by page.

A pager keeps the current page and fetches the next one on request. Iterating over it yields the items of the current page and
of all later ones, however many of them were read before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from . import types

T = TypeVar("T")

PagedItem = Literal[
    "batch_jobs", "models", "tuning_jobs", "files", "cached_contents", "file_search_stores", "documents"
]
"""The field of a list reply that contains the items."""

_MAX_EMPTY_PAGES = 1_000
"""Consecutive pages without items after which a list ends with an error."""


class _BasePager(Generic[T]):
    _name: PagedItem
    _page: list[T]
    _config: dict[str, Any]

    def __init__(self, name: PagedItem, request: Callable[..., Any], response: Any, config: Any) -> None:
        self._name = name
        self._request = request
        self._fetched: set[str] = set()
        """The page tokens that this pager has requested; the page it began with may be one of them."""
        self._empty_pages = 0
        """Number of consecutive empty pages up to the current one."""
        self._take(response, config)

    def _take(self, response: Any, config: Any) -> None:
        self._page = getattr(response, self._name) or []
        self._at = 0
        self._sdk_http_response = getattr(response, "sdk_http_response", None)
        self._empty_pages = 0 if self._page else self._empty_pages + 1
        given: dict[str, Any] = dict(config) if config else {}
        next_page_token: str | None = getattr(response, "next_page_token", None)
        given["page_token"] = next_page_token
        self._config = given
        self._page_size = given.get("page_size", len(self._page))

    @property
    def page(self) -> list[T]:
        """The items of the current page."""
        return self._page

    @property
    def name(self) -> PagedItem:
        """The kind of items: the field of the service's reply that contains them."""
        return self._name

    @property
    def page_size(self) -> int | None:
        """The requested page size: None if the configuration sets none; the length of the current page if there is no
        configuration.
        """
        return self._page_size

    @property
    def sdk_http_response(self) -> types.HttpResponse | None:
        """The HTTP response of the current page."""
        return self._sdk_http_response

    @property
    def config(self) -> dict[str, Any]:
        """The configuration for fetching the next page."""
        return self._config

    def __len__(self) -> int:
        return len(self._page)

    def __getitem__(self, index: int) -> T:
        return self._page[index]

    def _next_config(self) -> dict[str, Any]:
        if not self._config.get("page_token"):
            raise IndexError(f"{self._name}: No more pages to fetch; the current page is the last one.")
        if self._config["page_token"] in self._fetched:
            raise _endless(f"{self._name}: the service names a page that was fetched before as the next one.")
        if self._empty_pages >= _MAX_EMPTY_PAGES:
            raise _endless(f"{self._name}: the service sent {_MAX_EMPTY_PAGES} empty pages in a row.")
        return self._config


def _endless(reason: str) -> Exception:
    from ._core.reply_errors import invalid

    return invalid(reason)


class Pager(_BasePager[T]):
    """A list that is fetched page by page.

    for model in client.models.list(config={"page_size": 50}):
        print(model.name)
    """

    def __iter__(self) -> Iterator[T]:
        self._at = 0
        return self

    def __next__(self) -> T:
        while self._at >= len(self._page):
            try:
                self.next_page()
            except IndexError:
                raise StopIteration from None
        item = self._page[self._at]
        self._at += 1
        return item

    def next_page(self) -> list[T]:
        """Fetch the next page, make it the current page, and return it. Raises `IndexError` if there is no further
        page.
        """
        config = self._next_config()
        self._take(self._request(config=config), config)
        self._fetched.add(config["page_token"])
        return self._page


class AsyncPager(_BasePager[T]):
    """A list that is fetched page by page.

    async for model in await client.aio.models.list(config={"page_size": 50}):
        print(model.name)
    """

    if TYPE_CHECKING:

        def __init__(
            self, name: PagedItem, request: Callable[..., Awaitable[Any]], response: Any, config: Any
        ) -> None: ...

    def __aiter__(self) -> AsyncIterator[T]:
        self._at = 0
        return self

    async def __anext__(self) -> T:
        while self._at >= len(self._page):
            try:
                await self.next_page()
            except IndexError:
                raise StopAsyncIteration from None
        item = self._page[self._at]
        self._at += 1
        return item

    async def next_page(self) -> list[T]:
        """Fetch the next page, make it the current page, and return it. Raises `IndexError` if there is no further
        page.
        """
        config = self._next_config()
        self._take(await self._request(config=config), config)
        self._fetched.add(config["page_token"])
        return self._page
