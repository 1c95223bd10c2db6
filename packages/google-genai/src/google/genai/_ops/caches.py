"""The operations behind `client.caches`."""

from __future__ import annotations

from .. import types
from .._wire.operation import Delete, Get, InBody, Operation, Patch, Path, Post, Spread
from .._wire.transforms import cache_model, cached_content

CREATE = Operation(
    "caches.create",
    returns=lambda: types.CachedContent,
    gemini=Post("cachedContents"),
    vertex=Post("cachedContents"),
    model=InBody("model", via=cache_model),
    config=Spread(lambda: types.CreateCachedContentConfig),
)

GET = Operation(
    "caches.get",
    returns=lambda: types.CachedContent,
    gemini=Get("{name}"),
    vertex=Get("{name}"),
    name=Path(via=cached_content),
    config=Spread(lambda: types.GetCachedContentConfig),
)

UPDATE = Operation(
    "caches.update",
    returns=lambda: types.CachedContent,
    gemini=Patch("{name}"),
    vertex=Patch("{name}"),
    name=Path(via=cached_content),
    config=Spread(lambda: types.UpdateCachedContentConfig),
)

DELETE = Operation(
    "caches.delete",
    returns=lambda: types.DeleteCachedContentResponse,
    gemini=Delete("{name}"),
    vertex=Delete("{name}"),
    name=Path(via=cached_content),
    config=Spread(lambda: types.DeleteCachedContentConfig),
)

LIST = Operation(
    "caches.list",
    returns=lambda: types.ListCachedContentsResponse,
    gemini=Get("cachedContents"),
    vertex=Get("cachedContents"),
    config=Spread(lambda: types.ListCachedContentsConfig),
)
