"""Paths of the embedding methods."""

from __future__ import annotations

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject, invalid
from ..models.names import model_in_path
from . import contents
from .service import MAX_BATCH, embed


async def embed_content(context: RequestContext) -> JsonObject:
    """Answer `:embedContent`."""
    model_in_path(context, "embedContent")
    request = context.message("EmbedContentRequest")
    values, count, is_truncated = await contents.embed_content(context.api, request, context.surface)
    result: JsonObject = {"embedding": {"values": values}}
    if context.surface == "vertex":
        result["truncated"] = is_truncated
    result["usageMetadata"] = _usage(context, count)
    return result


def _usage(context: RequestContext, count: int) -> JsonObject:
    return {
        "promptTokenCount": count,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": count}],
        **({"totalTokenCount": count} if context.surface == "vertex" else {}),
    }


async def batch_embed_contents(context: RequestContext) -> JsonObject:
    """Answer `:batchEmbedContents`."""
    model = model_in_path(context, "batchEmbedContents")
    requests: list[JsonObject] = context.message("BatchEmbedContentsRequest").get("requests", [])
    if not requests:
        raise invalid("requests", "expected at least one request.")
    if len(requests) > MAX_BATCH:
        raise invalid("requests", f"expected at most {MAX_BATCH} requests, not {len(requests)}.")
    for index, request in enumerate(requests):
        if request.get("model", model.id).rpartition("/")[2] != model.id:
            raise invalid(
                f"requests[{index}].model", f"expected models/{model.id}, as in the path, not {request['model']}."
            )
    inputs = [
        contents.input_of(context.api, request, context.surface, f"requests[{index}].")
        for index, request in enumerate(requests)
    ]
    results = await embed(context.api, inputs)
    usage = {"usageMetadata": _usage(context, sum(embedding.token_count for _, embedding in results))}
    if context.surface == "gemini":
        return {"embeddings": [{"values": values} for values, _ in results], **usage}
    embeddings = [
        {
            "values": values,
            "statistics": {"truncated": embedding.truncated, "token_count": embedding.token_count},
        }
        for values, embedding in results
    ]
    return {"embeddings": embeddings, "truncated": any(made.truncated for _, made in results), **usage}


async def input_tokens(context: RequestContext) -> int:
    """Return the number of tokens of the contents that a request embeds."""
    if context.request.url.path.endswith(":embedContent"):
        requests = [context.message("EmbedContentRequest")]
    else:
        requests = context.message("BatchEmbedContentsRequest").get("requests", [])
    inputs = [contents.input_of(context.api, request, context.surface) for request in requests]
    return sum([await context.api.engine.count_embedding_tokens(item.text.text) for item in inputs])


ROUTES = [
    Route("gemini", "POST", "models/{model}:embedContent", embed_content, count_tokens=input_tokens),
    Route("gemini", "POST", "models/{model}:batchEmbedContents", batch_embed_contents, count_tokens=input_tokens),
    Route(
        "vertex", "POST", "publishers/{publisher}/models/{model}:embedContent", embed_content, count_tokens=input_tokens
    ),
    Route(
        "vertex",
        "POST",
        "publishers/{publisher}/models/{model}:batchEmbedContents",
        batch_embed_contents,
        count_tokens=input_tokens,
    ),
]
