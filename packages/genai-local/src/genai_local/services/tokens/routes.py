"""Paths of countTokens and computeTokens."""

from __future__ import annotations

from ...framework.routing import Call, Route
from ...protocol.errors import JsonObject
from ..models.names import addressed_model
from . import service


async def count_tokens(call: Call) -> JsonObject:
    """Answer `:countTokens`."""
    model = addressed_model(call, "countTokens")
    return await service.count_tokens(call.api, call.message("CountTokensRequest"), call.surface, model.id)


async def compute_tokens(call: Call) -> JsonObject:
    """Answer `:computeTokens`."""
    addressed_model(call, "computeTokens")
    return await service.compute_tokens(call.api, call.message("ComputeTokensRequest"))


ROUTES = [
    Route("gemini", "POST", "models/{model}:countTokens", count_tokens),
    Route("gemini", "POST", "tunedModels/{model}:countTokens", count_tokens),
    Route("vertex", "POST", "endpoints/{model}:countTokens", count_tokens),
    Route("vertex", "POST", "endpoints/{model}:computeTokens", compute_tokens),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:countTokens", count_tokens),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:computeTokens", compute_tokens),
]
