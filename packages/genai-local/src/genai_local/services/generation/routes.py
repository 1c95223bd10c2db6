"""Paths of generateContent and streamGenerateContent."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject
from ..models.names import model_in_path
from .service import generate, generate_stream


async def generate_content(context: RequestContext) -> JsonObject:
    """Answer `:generateContent`."""
    model = model_in_path(context, "generateContent")
    return await generate(context.api, context.message("GenerateContentRequest"), context.surface, model.id)


async def stream_generate_content(context: RequestContext) -> AsyncGenerator[JsonObject, None]:
    """Answer `:streamGenerateContent`."""
    model = model_in_path(context, "streamGenerateContent")
    return generate_stream(context.api, context.message("GenerateContentRequest"), context.surface, model.id)


ROUTES = [
    Route("gemini", "POST", "models/{model}:generateContent", generate_content),
    Route("gemini", "POST", "models/{model}:streamGenerateContent", stream_generate_content),
    Route("gemini", "POST", "tunedModels/{model}:generateContent", generate_content),
    Route("gemini", "POST", "tunedModels/{model}:streamGenerateContent", stream_generate_content),
    Route("vertex", "POST", "endpoints/{model}:generateContent", generate_content),
    Route("vertex", "POST", "endpoints/{model}:streamGenerateContent", stream_generate_content),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:generateContent", generate_content),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:streamGenerateContent", stream_generate_content),
]
