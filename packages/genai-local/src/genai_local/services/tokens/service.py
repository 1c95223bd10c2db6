"""Token counts and token lists from the tokenizer of the engine's model."""

from __future__ import annotations

import base64

from ...engines import text_of
from ...framework.api import Api
from ...framework.catalogue import Model
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.messages import Surface
from ..caches.service import cache_of
from ..embedding.predictions import read_instances
from ..prompts.checks import check_prompt, checked, prompt_of
from ..prompts.inputs import with_texts
from ..prompts.recordings import Recorded, recorded_in


async def count_tokens(api: Api, request: JsonObject, surface: Surface, model: Model) -> JsonObject:
    """Return the CountTokensResponse for a canonical CountTokensRequest.

    Args:
        api: the server's parts.
        request: the request.
        surface: the surface of the request.
        model: the requested model; a cached content must be for the same model.

    Raises:
        ApiError: 400 for a missing, duplicate or unsupported prompt.
    """
    where = ""
    if "generateContentRequest" in request:
        if "contents" in request:
            raise invalid("generateContentRequest", "give either contents or generateContentRequest, not both.")
        request, where = request["generateContentRequest"], "generateContentRequest."
    if surface == "vertex":
        request = _with_contents(request, model)
    cache = await cache_of(api, request, surface, model.id, where)
    request = await with_texts(api, request, where)
    await checked(check_prompt, request, api.engine.facts, api.engine.capabilities, where=where)
    prompt = cache.before(request) if cache is not None else request
    recorded = Recorded()
    async with api.admission.place():
        if model.is_for_embeddings:
            texts = map(text_of, prompt["contents"])
            count = sum([await api.engine.count_embedding_tokens(text) for text in texts])
        else:
            recorded = await recorded_in(api.engine, prompt)
            count = recorded.total(await api.engine.count_tokens(prompt_of(prompt)))
    result: JsonObject = {"totalTokens": count}
    if cache is not None:
        result["cachedContentTokenCount"] = cache.token_count
    if surface == "vertex":
        texts = [text_of(content) for content in [*prompt["contents"], prompt.get("systemInstruction")]]
        result["totalBillableCharacters"] = sum(1 for text in texts for character in text if not character.isspace())
    result["promptTokensDetails"] = recorded.details(count)
    return result


def _with_contents(request: JsonObject, model: Model) -> JsonObject:
    """Return a request with a content for each instance, which is the form of most embedding models on Vertex AI.

    Raises:
        ApiError: 400 for a request in the form of the other models.
    """
    given, other = ("instances", "contents") if model.takes_instances else ("contents", "instances")
    if request.get(other):
        raise invalid(other, f"{model.id} takes {given}.")
    if given == "contents":
        return request
    instances = read_instances(request, "vertex")
    contents = [{"role": "user", "parts": [{"text": instance["content"]}]} for instance in instances]
    return {**{key: value for key, value in request.items() if key != "instances"}, "contents": contents}


async def compute_tokens(api: Api, request: JsonObject, model: Model) -> JsonObject:
    """Return the ComputeTokensResponse for a canonical ComputeTokensRequest: the tokens of each content's text.

    Args:
        api: the server's parts.
        request: the request.
        model: the requested model, whose tokenizer is used.

    Raises:
        ApiError: 400 when the engine does not offer its tokenizer, or the contents are not text.
    """
    if request.get("instances"):
        raise invalid("instances", "not supported by this server; use contents.")
    facts, can = api.engine.facts, api.engine.capabilities
    if not can.token_ids:
        raise ApiError(400, f"model: the engine of {facts.name} does not offer token ids.")
    request = await with_texts(api, request)
    await checked(check_prompt, request, facts, can)
    infos: list[JsonObject] = []
    async with api.admission.place():
        for content in request["contents"]:
            tokens = await api.engine.tokenize(text_of(content), for_embeddings=model.is_for_embeddings)
            info: JsonObject = {"tokens": [base64.b64encode(token.piece).decode() for token in tokens]}
            info["tokenIds"] = [str(token.id) for token in tokens]
            info["role"] = content.get("role", "user")
            infos.append(info)
    return {"tokensInfo": infos}
