"""Paths of generateContent and streamGenerateContent."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject
from ..models.names import model_in_path
from ..tokens.service import count_tokens
from .service import generate, generate_stream


async def generate_content(context: RequestContext) -> JsonObject:
    """Answer `:generateContent`."""
    model = model_in_path(context, "generateContent")
    return await generate(context.api, context.message("GenerateContentRequest"), context.surface, model.id)


async def stream_generate_content(context: RequestContext) -> AsyncGenerator[JsonObject, None]:
    """Answer `:streamGenerateContent`."""
    model = model_in_path(context, "streamGenerateContent")
    return generate_stream(context.api, context.message("GenerateContentRequest"), context.surface, model.id)


async def input_tokens(context: RequestContext) -> int:
    """Return the number of tokens of the prompt of a request."""
    model = model_in_path(context, "generateContent")
    request = context.message("GenerateContentRequest")
    counted = await count_tokens(context.api, request, context.surface, model)
    return counted["totalTokens"]


ROUTES = [
    Route("gemini", "POST", "models/{model}:generateContent", generate_content, count_tokens=input_tokens),
    Route("gemini", "POST", "models/{model}:streamGenerateContent", stream_generate_content, count_tokens=input_tokens),
    Route("gemini", "POST", "tunedModels/{model}:generateContent", generate_content, count_tokens=input_tokens),
    Route(
        "gemini",
        "POST",
        "tunedModels/{model}:streamGenerateContent",
        stream_generate_content,
        count_tokens=input_tokens,
    ),
    Route("vertex", "POST", "endpoints/{model}:generateContent", generate_content, count_tokens=input_tokens),
    Route(
        "vertex", "POST", "endpoints/{model}:streamGenerateContent", stream_generate_content, count_tokens=input_tokens
    ),
    Route(
        "vertex",
        "POST",
        "publishers/{publisher}/models/{model}:generateContent",
        generate_content,
        count_tokens=input_tokens,
    ),
    Route(
        "vertex",
        "POST",
        "publishers/{publisher}/models/{model}:streamGenerateContent",
        stream_generate_content,
        count_tokens=input_tokens,
    ),
]
