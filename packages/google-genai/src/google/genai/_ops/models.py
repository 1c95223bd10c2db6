"""The operations behind `client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Body, Get, Operation, Path, Post, Spread

if TYPE_CHECKING:
    from .. import types

GENERATE_CONTENT: Operation[types.GenerateContentResponse] = Operation(
    "models.generate_content",
    returns="GenerateContentResponse",
    gemini=Post("{model}:generateContent"),
    vertex=Post("{model}:generateContent"),
    model=Path(via="model_name"),
    contents=Body("contents", "contents", via="contents"),
    config=Spread("GenerateContentConfig"),
)

GENERATE_CONTENT_STREAM: Operation[types.GenerateContentResponse] = Operation(
    "models.generate_content_stream",
    returns="GenerateContentResponse",
    gemini=Post("{model}:streamGenerateContent"),
    vertex=Post("{model}:streamGenerateContent"),
    query="alt=sse",
    model=Path(via="model_name"),
    contents=Body("contents", "contents", via="contents"),
    config=Spread("GenerateContentConfig"),
)

EMBED_CONTENT: Operation[types.EmbedContentResponse] = Operation(
    "models.embed_content",
    returns="EmbedContentResponse",
    gemini=Post("{model}:batchEmbedContents"),
    vertex=Post("{model}:predict"),
    model=Path(via="model_name"),
    contents=Body("requests", "instances", via="embed_requests"),
    config=Spread("EmbedContentConfig"),
)

COUNT_TOKENS: Operation[types.CountTokensResponse] = Operation(
    "models.count_tokens",
    returns="CountTokensResponse",
    gemini=Post("{model}:countTokens"),
    vertex=Post("{model}:countTokens"),
    model=Path(via="model_name"),
    contents=Body("contents", "contents", via="contents"),
    config=Spread("CountTokensConfig"),
)

GET: Operation[types.Model] = Operation(
    "models.get",
    returns="Model",
    gemini=Get("{model}"),
    vertex=Get("{model}"),
    model=Path(via="model_name"),
    config=Spread("GetModelConfig"),
)

LIST: Operation[types.ListModelsResponse] = Operation(
    "models.list",
    returns="ListModelsResponse",
    gemini=Get("{query_base}"),
    vertex=Get("{query_base}"),
    defaults={"query_base": "models"},
    config=Spread("ListModelsConfig"),
)
