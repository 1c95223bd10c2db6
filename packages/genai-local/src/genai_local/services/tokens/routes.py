"""Paths of countTokens and computeTokens."""

from __future__ import annotations

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject
from ..models.names import model_in_path
from . import service


async def count_tokens(context: RequestContext) -> JsonObject:
    """Answer `:countTokens`."""
    model = model_in_path(context, "countTokens")
    return await service.count_tokens(context.api, context.message("CountTokensRequest"), context.surface, model)


async def compute_tokens(context: RequestContext) -> JsonObject:
    """Answer `:computeTokens`."""
    model = model_in_path(context, "computeTokens")
    return await service.compute_tokens(context.api, context.message("ComputeTokensRequest"), model)


ROUTES = [
    Route("gemini", "POST", "models/{model}:countTokens", count_tokens),
    Route("gemini", "POST", "tunedModels/{model}:countTokens", count_tokens),
    Route("vertex", "POST", "endpoints/{model}:countTokens", count_tokens),
    Route("vertex", "POST", "endpoints/{model}:computeTokens", compute_tokens),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:countTokens", count_tokens),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:computeTokens", compute_tokens),
]
