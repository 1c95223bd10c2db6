"""Paths of cached contents on both surfaces."""

from __future__ import annotations

from ...framework.routing import Call, Route
from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import API
from ...protocol.times import timestamp
from .service import create_cache, expiry_of, no_cache
from .store import Cache, Caches

_CHANGEABLE = ("ttl", "expireTime")


async def create(call: Call) -> JsonObject:
    """Answer POST `cachedContents`."""
    request = call.message("CachedContent")
    resource: str = request.get("model", "")
    if not resource:
        raise invalid("model", "is missing; name the model that the content is cached for.")
    model_id, below_location = resource.rpartition("/")[2], resource[max(0, resource.find("publishers/")) :]
    model = call.api.catalogue.resolve(model_id, "generateContent", call.surface, call.version, below_location)
    told_model = f"models/{model.id}"
    if call.surface == "vertex":
        told_model = f"{call.location()}/publishers/google/{told_model}"
    return _told(await create_cache(call.api, request, call.surface, _parent(call), model.id, told_model))


async def list_caches(call: Call) -> JsonObject:
    """Answer GET `cachedContents`, newest first."""
    caches, surface, parent = call.api.part(Caches), call.surface, _parent(call)

    def fetch(before: int | None, count: int) -> list[tuple[int, JsonObject]]:
        return [(cache.seq, _told(cache)) for cache in caches.below(surface, parent, before, count)]

    return call.page(fetch, "cachedContents")


async def get(call: Call) -> JsonObject:
    """Answer GET of one cached content."""
    return _told(_found(call, call.api.part(Caches).find(_name(call))))


async def update(call: Call) -> JsonObject:
    """Answer PATCH of one cached content, of which only the time of expiry can be changed."""
    caches, name = call.api.part(Caches), _name(call)
    _found(call, caches.find(name))
    request = call.message("CachedContent")
    mask = _mask(call)
    for field in request:
        if field not in (*_CHANGEABLE, "name") and not mask:
            raise invalid(field, "cannot be changed; only ttl or expireTime can.")
    changes = {field: request[field] for field in _CHANGEABLE if field in request and (not mask or field in mask)}
    expire_time = expiry_of(call.api, changes)
    if expire_time is None:
        raise invalid("ttl", "there is nothing to change; give ttl or expireTime.")
    return _told(_found(call, caches.set_expiry(name, expire_time)))


async def delete(call: Call) -> JsonObject:
    """Answer DELETE of one cached content."""
    if not call.api.part(Caches).delete(_name(call)):
        raise no_cache(_name(call), call.surface)
    return {}


def _parent(call: Call) -> str:
    return call.location() if call.surface == "vertex" else ""


def _name(call: Call) -> str:
    parent = _parent(call)
    return f"{parent}/cachedContents/{call.parameter('cache')}".removeprefix("/")


def _found(call: Call, cache: Cache | None) -> Cache:
    if cache is None:
        raise no_cache(_name(call), call.surface)
    return cache


def _mask(call: Call) -> set[str]:
    query = call.request.query_params
    known = API.fields("CachedContent", call.surface)
    mask: set[str] = set()
    for path in filter(None, (query.get("updateMask") or query.get("update_mask") or "").split(",")):
        if path not in known or known[path].name not in _CHANGEABLE:
            raise invalid("updateMask", f"{path!r} cannot be changed; only ttl or expireTime can.")
        mask.add(known[path].name)
    return mask


def _told(cache: Cache) -> JsonObject:
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
