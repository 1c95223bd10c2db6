"""Making of cached contents, and their use at the beginning of a prompt."""

from __future__ import annotations

from ...engines import text_of
from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.messages import Surface
from ...protocol.times import read_duration, read_timestamp
from ..prompts.checks import check_prompt, prompt_of
from ..prompts.inputs import with_texts
from .store import Cache, Caches

_DEFAULT_TTL_S = 3600.0
_MAX_TTL_S = 100 * 365 * 24 * 3600.0
_MAX_DISPLAY_NAME = 128
_PROMPT_FIELDS = ("contents", "systemInstruction", "tools", "toolConfig")


async def create_cache(
    api: Api, request: JsonObject, surface: Surface, parent: str, model: str, model_resource: str
) -> Cache:
    """Count and keep a canonical CachedContent and return it.

    Args:
        api: the server's parts.
        request: the message.
        surface: of which API it is.
        parent: `projects/.../locations/...`, or nothing.
        model: bare id of the model that it is for.
        model_resource: its resource name, as it is told.

    Raises:
        ApiError: 400 when something in it is wrong or beyond the engine, or when it is too small.
    """
    expire_time = expiry_of(api, request)
    if len(request.get("displayName", "")) > _MAX_DISPLAY_NAME:
        raise invalid("displayName", f"has more than {_MAX_DISPLAY_NAME} characters.")
    prompt = {name: request[name] for name in _PROMPT_FIELDS if request.get(name)}
    if not prompt:
        raise invalid("contents", "there is nothing to cache; give contents, systemInstruction or tools.")
    prompt = await with_texts(api, prompt)
    check_prompt(prompt, api.engine.facts, api.engine.capabilities, needs_contents=False)
    async with api.admission.place():
        count = await api.engine.count_tokens(prompt_of(prompt))
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
    """Return when a canonical CachedContent is to expire, from `ttl` or `expireTime`; None when it does not say.

    Raises:
        ApiError: 400 for a time that is none, past, or too far away.
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
            raise invalid("expireTime", f"{request['expireTime']} is not a time to come.")
        return expire_time
    return None


def cache_of(api: Api, request: JsonObject, surface: Surface, model: str | None, where: str = "") -> Cache | None:
    """Return the cached content that a canonical GenerateContentRequest begins with; None when it names none.

    Args:
        api: the server's parts.
        request: the request.
        surface: on which surface it was sent.
        model: bare id of the model that it was sent to; None when that is not known.
        where: path in front of the field names, such as `generateContentRequest.`.

    Raises:
        ApiError: when there is none of this name (Developer API 403, Vertex AI 404), or, 400, when it was made for
            another model or the request has fields that belong into it.
    """
    name: str = request.get("cachedContent", "")
    if not name:
        return None
    cache = api.part(Caches).find_for_request(name, surface)
    if cache is None:
        raise no_cache(name, surface, f"{where}cachedContent: ")
    if model is not None and model != cache.model:
        raise invalid(f"{where}cachedContent", f"{name} was made for {cache.model}, and the request is for {model}.")
    # A folder of state may have been filled by a server with another engine.
    check_prompt(cache.prompt, api.engine.facts, api.engine.capabilities, where=f"{cache.name}.", needs_contents=False)
    misplaced = [name for name in ("systemInstruction", "tools", "toolConfig") if request.get(name)]
    if misplaced:
        raise invalid(
            f"{where}{misplaced[0]}",
            "cannot be set beside cachedContent; put systemInstruction, tools and toolConfig into the cached content.",
        )
    return cache


def no_cache(name: str, surface: Surface, where: str = "") -> ApiError:
    """Return the error for a cached content that is not there, which the Developer API does not tell from a foreign one."""
    if surface == "vertex":
        return ApiError(404, f"{where}{name} does not exist, or has expired.")
    return ApiError(403, f"{where}{name} does not exist, or has expired, or you do not have permission to access it.")
