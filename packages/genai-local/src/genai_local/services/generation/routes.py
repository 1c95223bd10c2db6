"""Paths of generateContent and streamGenerateContent."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ...framework.routing import Call, Route
from ...protocol.errors import JsonObject
from ..models.names import addressed_model
from .service import generate, generate_stream


async def generate_content(call: Call) -> JsonObject:
    """Answer `:generateContent`."""
    model = addressed_model(call, "generateContent")
    return await generate(call.api, call.message("GenerateContentRequest"), call.surface, model.id)


async def stream_generate_content(call: Call) -> AsyncGenerator[JsonObject, None]:
    """Answer `:streamGenerateContent`."""
    model = addressed_model(call, "streamGenerateContent")
    return generate_stream(call.api, call.message("GenerateContentRequest"), call.surface, model.id)


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
