"""Paths of cached contents on both surfaces."""

from __future__ import annotations

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import API
from ...protocol.times import timestamp
from .service import create_cache, expiry_of, no_cache
from .store import Cache, Caches

_CHANGEABLE = ("ttl", "expireTime")


async def create(context: RequestContext) -> JsonObject:
    """Answer POST `cachedContents`."""
    request = context.message("CachedContent")
    resource: str = request.get("model", "")
    if not resource:
        raise invalid("model", "is missing; give the model for which the content is cached.")
    model_id, below_location = resource.rpartition("/")[2], resource[max(0, resource.find("publishers/")) :]
    model = context.api.catalogue.resolve(model_id, "generateContent", context.surface, context.version, below_location)
    model_resource = f"models/{model.id}"
    if context.surface == "vertex":
        model_resource = f"{context.location()}/publishers/google/{model_resource}"
    return _cache_json(
        await create_cache(context.api, request, context.surface, _parent(context), model.id, model_resource)
    )


async def list_caches(context: RequestContext) -> JsonObject:
    """Answer GET `cachedContents`, newest first."""
    caches, surface, parent = context.api.part(Caches), context.surface, _parent(context)

    def fetch(before: int | None, count: int) -> list[tuple[int, JsonObject]]:
        return [(cache.seq, _cache_json(cache)) for cache in caches.below(surface, parent, before, count)]

    return context.page(fetch, "cachedContents")


async def get(context: RequestContext) -> JsonObject:
    """Answer GET of one cached content."""
    return _cache_json(_require(context, context.api.part(Caches).find(_name(context))))


async def update(context: RequestContext) -> JsonObject:
    """Answer PATCH of one cached content; only its expiry time can be changed."""
    caches, name = context.api.part(Caches), _name(context)
    _require(context, caches.find(name))
    request = context.message("CachedContent")
    mask = _mask(context)
    for field in request:
        if field not in (*_CHANGEABLE, "name") and not mask:
            raise invalid(field, "cannot be changed; only ttl and expireTime can.")
    changes = {field: request[field] for field in _CHANGEABLE if field in request and (not mask or field in mask)}
    expire_time = expiry_of(context.api, changes)
    if expire_time is None:
        raise invalid("ttl", "no field to change; give ttl or expireTime.")
    return _cache_json(_require(context, caches.set_expiry(name, expire_time)))


async def delete(context: RequestContext) -> JsonObject:
    """Answer DELETE of one cached content."""
    if not context.api.part(Caches).delete(_name(context)):
        raise no_cache(_name(context), context.surface)
    return {}


def _parent(context: RequestContext) -> str:
    return context.location() if context.surface == "vertex" else ""


def _name(context: RequestContext) -> str:
    parent = _parent(context)
    return f"{parent}/cachedContents/{context.parameter('cache')}".removeprefix("/")


def _require(context: RequestContext, cache: Cache | None) -> Cache:
    if cache is None:
        raise no_cache(_name(context), context.surface)
    return cache


def _mask(context: RequestContext) -> set[str]:
    query = context.request.query_params
    known = API.fields("CachedContent", context.surface)
    mask: set[str] = set()
    for path in filter(None, (query.get("updateMask") or query.get("update_mask") or "").split(",")):
        if path not in known or known[path].name not in _CHANGEABLE:
            raise invalid("updateMask", f"{path!r} cannot be changed; only ttl and expireTime can.")
        mask.add(known[path].name)
    return mask


def _cache_json(cache: Cache) -> JsonObject:
    usage: JsonObject = {"totalTokenCount": cache.token_count}
    if cache.surface == "vertex":
        usage["textCount"] = cache.character_count
    result: JsonObject = {"name": cache.name, "model": cache.model_resource}
    if cache.display_name:
        result["displayName"] = cache.display_name
    if cache.kms_key_name:
        result["encryptionSpec"] = {"kmsKeyName": cache.kms_key_name}
    return {
        **result,
        "usageMetadata": usage,
        "createTime": timestamp(cache.create_time),
        "updateTime": timestamp(cache.update_time),
        "expireTime": timestamp(cache.expire_time),
    }


ROUTES = [
    *(Route(surface, "POST", "cachedContents", create) for surface in ("gemini", "vertex")),
    *(Route(surface, "GET", "cachedContents", list_caches) for surface in ("gemini", "vertex")),
    *(Route(surface, "GET", "cachedContents/{cache}", get) for surface in ("gemini", "vertex")),
    *(Route(surface, "PATCH", "cachedContents/{cache}", update) for surface in ("gemini", "vertex")),
    *(Route(surface, "DELETE", "cachedContents/{cache}", delete) for surface in ("gemini", "vertex")),
]
