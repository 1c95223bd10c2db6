"""The operations behind `client.caches`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Delete, Get, InBody, Operation, Patch, Path, Post, Spread

if TYPE_CHECKING:
    from .. import types

CREATE: Operation[types.CachedContent] = Operation(
    "caches.create",
    returns="CachedContent",
    gemini=Post("cachedContents"),
    vertex=Post("cachedContents"),
    model=InBody("model", via="cache_model"),
    config=Spread("CreateCachedContentConfig"),
)

GET: Operation[types.CachedContent] = Operation(
    "caches.get",
    returns="CachedContent",
    gemini=Get("{name}"),
    vertex=Get("{name}"),
    name=Path(via="cached_content"),
    config=Spread("GetCachedContentConfig"),
)

UPDATE: Operation[types.CachedContent] = Operation(
    "caches.update",
    returns="CachedContent",
    gemini=Patch("{name}"),
    vertex=Patch("{name}"),
    name=Path(via="cached_content"),
    config=Spread("UpdateCachedContentConfig"),
)

DELETE: Operation[types.DeleteCachedContentResponse] = Operation(
    "caches.delete",
    returns="DeleteCachedContentResponse",
    gemini=Delete("{name}"),
    vertex=Delete("{name}"),
    name=Path(via="cached_content"),
    config=Spread("DeleteCachedContentConfig"),
)

LIST: Operation[types.ListCachedContentsResponse] = Operation(
    "caches.list",
    returns="ListCachedContentsResponse",
    gemini=Get("cachedContents"),
    vertex=Get("cachedContents"),
    config=Spread("ListCachedContentsConfig"),
)
