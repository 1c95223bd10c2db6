"""Creation of cached contents, and their use at the beginning of a prompt."""

from __future__ import annotations

from ...engines import text_of
from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.messages import Surface
from ...protocol.times import read_duration, read_timestamp
from ..prompts.checks import check_prompt, checked, prompt_of
from ..prompts.inputs import with_texts
from ..prompts.recordings import recorded_in
from .store import Cache, Caches

_DEFAULT_TTL_S = 3600.0
_MAX_TTL_S = 100 * 365 * 24 * 3600.0
_MAX_DISPLAY_NAME = 128
_PROMPT_FIELDS = ("contents", "systemInstruction", "tools", "toolConfig")


async def create_cache(
    api: Api, request: JsonObject, surface: Surface, parent: str, model: str, model_resource: str
) -> Cache:
    """Store a canonical CachedContent with its token count and return it.

    Args:
        api: the server's parts.
        request: the message.
        surface: the surface of the request.
        parent: `projects/.../locations/...`, or empty.
        model: bare id of the model.
        model_resource: resource name of the model.

    Raises:
        ApiError: 400 when a field is invalid or not supported by the engine, or the content is too small.
    """
    expire_time = expiry_of(api, request)
    if len(request.get("displayName", "")) > _MAX_DISPLAY_NAME:
        raise invalid("displayName", f"has more than {_MAX_DISPLAY_NAME} characters.")
    prompt = {name: request[name] for name in _PROMPT_FIELDS if request.get(name)}
    if not prompt:
        raise invalid("contents", "nothing to cache; give contents, systemInstruction or tools.")
    prompt = await with_texts(api, prompt)
    await checked(check_prompt, prompt, api.engine.facts, api.engine.capabilities, needs_contents=False)
    async with api.admission.place():
        recorded = await recorded_in(api.engine, prompt)
        count = recorded.total(await api.engine.count_tokens(prompt_of(prompt)))
    caches = api.part(Caches)
    if count < caches.min_tokens:
        raise ApiError(400, f"Cached content is too small: it has {count} tokens, the minimum is {caches.min_tokens}.")
    texts = [text_of(content) for content in [*prompt.get("contents", []), prompt.get("systemInstruction")]]
    return caches.add(
        surface,
        parent,
        {
            "model": model,
            "model_resource": model_resource,
            "display_name": request.get("displayName"),
            "prompt": prompt,
            "token_count": count,
            "character_count": sum(map(len, texts)),
            "kms_key_name": request.get("encryptionSpec", {}).get("kmsKeyName"),
            "expire_time": api.clock.now() + _DEFAULT_TTL_S if expire_time is None else expire_time,
        },
    )


def expiry_of(api: Api, request: JsonObject) -> float | None:
    """Return the expiry time of a canonical CachedContent from `ttl` or `expireTime`; None when it has neither.

    Raises:
        ApiError: 400 for a time that is invalid, past or too far in the future.
    """
    now = api.clock.now()
    if "ttl" in request:
        ttl_s = read_duration(request["ttl"], "ttl")
        if not 0 < ttl_s <= _MAX_TTL_S:
            raise invalid("ttl", f"expected more than 0 seconds and at most {_MAX_TTL_S:.0f}, not {request['ttl']!r}.")
        return now + ttl_s
    if "expireTime" in request:
        expire_time = read_timestamp(request["expireTime"], "expireTime")
        if not now < expire_time <= now + _MAX_TTL_S:
            raise invalid("expireTime", f"expected a future time within 100 years, not {request['expireTime']!r}.")
        return expire_time
    return None


async def cache_of(api: Api, request: JsonObject, surface: Surface, model: str | None, where: str = "") -> Cache | None:
    """Return the cached content of a canonical GenerateContentRequest; None when the request has none.

    Args:
        api: the server's parts.
        request: the request.
        surface: the surface of the request.
        model: bare id of the requested model; None when unknown.
        where: prefix of the field paths, such as `generateContentRequest.`.

    Raises:
        ApiError: 403 (Vertex AI: 404) when the cached content does not exist; 400 when it was created for another model,
            or the request has fields that belong in the cached content.
    """
    name: str = request.get("cachedContent", "")
    if not name:
        return None
    cache = api.part(Caches).find_for_request(name, surface)
    if cache is None:
        raise no_cache(name, surface, f"{where}cachedContent: ")
    if model is not None and model != cache.model:
        raise invalid(f"{where}cachedContent", f"{name} was created for the model {cache.model}, not for {model}.")
    # The state may come from a server with another engine.
    facts, can = api.engine.facts, api.engine.capabilities
    await checked(check_prompt, cache.prompt, facts, can, where=f"{cache.name}.", needs_contents=False)
    misplaced = [name for name in ("systemInstruction", "tools", "toolConfig") if request.get(name)]
    if misplaced:
        raise invalid(
            f"{where}{misplaced[0]}",
            "cannot be combined with cachedContent; put systemInstruction, tools and toolConfig into the cached content.",
        )
    return cache


def no_cache(name: str, surface: Surface, where: str = "") -> ApiError:
    """Return the error for a missing cached content, which on the Developer API is the same as for a forbidden one."""
    if surface == "vertex":
        return ApiError(404, f"{where}{name} does not exist or has expired.")
    return ApiError(403, f"{where}{name} does not exist, has expired, or you do not have permission to access it.")
