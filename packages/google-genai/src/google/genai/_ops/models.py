"""The operations behind `client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Body, Delete, Get, InBody, Operation, Patch, Path, Post, Spread

if TYPE_CHECKING:
    from .. import types

GENERATE_CONTENT: Operation[types.GenerateContentResponse] = Operation(
    "models.generate_content",
    returns="GenerateContentResponse",
    gemini=Post("{model}:generateContent"),
    vertex=Post("{model}:generateContent"),
    model=Path(via="model_name"),
    contents=InBody("contents", via="contents"),
    config=Spread("GenerateContentConfig", keeps_empty_root=True),
)

GENERATE_CONTENT_STREAM: Operation[types.GenerateContentResponse] = Operation(
    "models.generate_content_stream",
    returns="GenerateContentResponse",
    gemini=Post("{model}:streamGenerateContent"),
    vertex=Post("{model}:streamGenerateContent"),
    query="alt=sse",
    model=Path(via="model_name"),
    contents=InBody("contents", via="contents"),
    config=Spread("GenerateContentConfig", keeps_empty_root=True),
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
    contents=InBody("contents", via="contents"),
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

UPDATE: Operation[types.Model] = Operation(
    "models.update",
    returns="Model",
    gemini=Patch("{model}"),
    vertex=Patch("{model}"),
    model=Path(via="model_name"),
    config=Spread("UpdateModelConfig"),
)

DELETE: Operation[types.DeleteModelResponse] = Operation(
    "models.delete",
    returns="DeleteModelResponse",
    gemini=Delete("{model}"),
    vertex=Delete("{model}"),
    model=Path(via="model_name"),
    config=Spread("DeleteModelConfig"),
)

COMPUTE_TOKENS: Operation[types.ComputeTokensResponse] = Operation(
    "models.compute_tokens",
    returns="ComputeTokensResponse",
    vertex=Post("{model}:computeTokens"),
    model=Path(via="model_name"),
    contents=InBody("contents", via="contents"),
    config=Spread("ComputeTokensConfig"),
)

GENERATE_IMAGES: Operation[types.GenerateImagesResponse] = Operation(
    "models.generate_images",
    returns="GenerateImagesResponse",
    gemini=Post("{model}:predict"),
    vertex=Post("{model}:predict"),
    model=Path(via="model_name"),
    prompt=InBody("instances[0].prompt", via="text"),
    config=Spread("GenerateImagesConfig"),
)

EDIT_IMAGE: Operation[types.EditImageResponse] = Operation(
    "models.edit_image",
    returns="EditImageResponse",
    vertex=Post("{model}:predict"),
    model=Path(via="model_name"),
    prompt=InBody("instances[0].prompt", via="text"),
    reference_images=InBody("instances[0].referenceImages", via="reference_images"),
    config=Spread("EditImageConfig"),
)

UPSCALE_IMAGE: Operation[types.UpscaleImageResponse] = Operation(
    "models.upscale_image",
    returns="UpscaleImageResponse",
    vertex=Post("{model}:predict"),
    fixed={"parameters.mode": "upscale", "parameters.sampleCount": 1},
    model=Path(via="model_name"),
    image=InBody("instances[0].image", via="image"),
    upscale_factor=InBody("parameters.upscaleConfig.upscaleFactor", via="text"),
    config=Spread("UpscaleImageConfig"),
)

RECONTEXT_IMAGE: Operation[types.RecontextImageResponse] = Operation(
    "models.recontext_image",
    returns="RecontextImageResponse",
    vertex=Post("{model}:predict"),
    model=Path(via="model_name"),
    source=Spread("RecontextImageSource"),
    config=Spread("RecontextImageConfig"),
)

SEGMENT_IMAGE: Operation[types.SegmentImageResponse] = Operation(
    "models.segment_image",
    returns="SegmentImageResponse",
    vertex=Post("{model}:predict"),
    model=Path(via="model_name"),
    source=Spread("SegmentImageSource"),
    config=Spread("SegmentImageConfig"),
)

GENERATE_VIDEOS: Operation[types.GenerateVideosOperation] = Operation(
    "models.generate_videos",
    returns="GenerateVideosOperation",
    gemini=Post("{model}:predictLongRunning"),
    vertex=Post("{model}:predictLongRunning"),
    model=Path(via="model_name"),
    prompt=InBody("instances[0].prompt", via="text", is_optional=True),
    image=InBody("instances[0].image", via="image", is_optional=True),
    video=InBody("instances[0].video", via="video", is_optional=True),
    source=Spread("GenerateVideosSource"),
    config=Spread("GenerateVideosConfig"),
)
