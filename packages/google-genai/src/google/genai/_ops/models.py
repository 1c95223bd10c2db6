"""The operations behind `client.models`."""

from __future__ import annotations

from .. import types
from .._wire.irregular import embed_settings
from .._wire.operation import Body, Delete, Get, InBody, Operation, Patch, Path, Post, Spread
from .._wire.transforms import (
    content,
    contents,
    embed_requests,
    image,
    model_name,
    reference_images,
    requests_to_embed,
    text,
    video,
)

GENERATE_CONTENT = Operation(
    "models.generate_content",
    returns=lambda: types.GenerateContentResponse,
    gemini=Post("{model}:generateContent"),
    vertex=Post("{model}:generateContent"),
    model=Path(via=model_name),
    contents=InBody("contents", via=contents),
    config=Spread(lambda: types.GenerateContentConfig, keeps_empty_root=True),
)

GENERATE_CONTENT_STREAM = Operation(
    "models.generate_content_stream",
    returns=lambda: types.GenerateContentResponse,
    gemini=Post("{model}:streamGenerateContent"),
    vertex=Post("{model}:streamGenerateContent"),
    query="alt=sse",
    model=Path(via=model_name),
    contents=InBody("contents", via=contents),
    config=Spread(lambda: types.GenerateContentConfig, keeps_empty_root=True),
)

EMBED_CONTENT = Operation(
    "models.embed_content",
    returns=lambda: types.EmbedContentResponse,
    gemini=Post("{model}:batchEmbedContents"),
    vertex=Post("{model}:predict"),
    model=Path(via=model_name),
    contents=Body("requests", "instances", via=embed_requests),
    config=Spread(lambda: types.EmbedContentConfig),
)

EMBED_ONE_CONTENT = Operation(
    "models.embed_content",
    returns=lambda: types.EmbedContentResponse,
    vertex=Post("{model}:embedContent"),
    model=Path(via=model_name),
    contents=InBody("content", via=content),
    config=InBody("embedContentConfig", via=embed_settings, is_optional=True),
)
"""For one content, and models of Vertex AI that take contents; see `names.embeds_contents`."""

EMBED_CONTENTS = Operation(
    "models.embed_content",
    returns=lambda: types.EmbedContentResponse,
    vertex=Post("{model}:batchEmbedContents"),
    model=Path(via=model_name),
    contents=InBody("requests", via=requests_to_embed),
    config=InBody("requests[].embedContentConfig", via=embed_settings, is_optional=True),
)
"""For several contents, and models of Vertex AI that take contents."""

COUNT_TOKENS = Operation(
    "models.count_tokens",
    returns=lambda: types.CountTokensResponse,
    gemini=Post("{model}:countTokens"),
    vertex=Post("{model}:countTokens"),
    whole="generateContentRequest",
    model=Path(via=model_name),
    contents=InBody("contents", via=contents),
    config=Spread(lambda: types.CountTokensConfig, also=lambda: types.GenerateContentConfig),
)

COUNT_TOKENS_TO_EMBED = Operation(
    "models.count_tokens",
    returns=lambda: types.CountTokensResponse,
    vertex=Post("{model}:countTokens"),
    model=Path(via=model_name),
    contents=InBody("instances", via=embed_requests),
    config=Spread(lambda: types.CountTokensConfig, also=lambda: types.GenerateContentConfig),
)
"""For models of Vertex AI that take instances; see `names.counts_instances`."""

GET = Operation(
    "models.get",
    returns=lambda: types.Model,
    gemini=Get("{model}"),
    vertex=Get("{model}"),
    model=Path(via=model_name),
    config=Spread(lambda: types.GetModelConfig),
)

LIST = Operation(
    "models.list",
    returns=lambda: types.ListModelsResponse,
    gemini=Get("{query_base}"),
    vertex=Get("{query_base}"),
    defaults={"query_base": "models"},
    config=Spread(lambda: types.ListModelsConfig),
)

UPDATE = Operation(
    "models.update",
    returns=lambda: types.Model,
    gemini=Patch("{model}"),
    vertex=Patch("{model}"),
    model=Path(via=model_name),
    config=Spread(lambda: types.UpdateModelConfig),
)

DELETE = Operation(
    "models.delete",
    returns=lambda: types.DeleteModelResponse,
    gemini=Delete("{model}"),
    vertex=Delete("{model}"),
    model=Path(via=model_name),
    config=Spread(lambda: types.DeleteModelConfig),
)

COMPUTE_TOKENS = Operation(
    "models.compute_tokens",
    returns=lambda: types.ComputeTokensResponse,
    vertex=Post("{model}:computeTokens"),
    model=Path(via=model_name),
    contents=InBody("contents", via=contents),
    config=Spread(lambda: types.ComputeTokensConfig),
)

GENERATE_IMAGES = Operation(
    "models.generate_images",
    returns=lambda: types.GenerateImagesResponse,
    gemini=Post("{model}:predict"),
    vertex=Post("{model}:predict"),
    model=Path(via=model_name),
    prompt=InBody("instances[0].prompt", via=text),
    config=Spread(lambda: types.GenerateImagesConfig),
)

EDIT_IMAGE = Operation(
    "models.edit_image",
    returns=lambda: types.EditImageResponse,
    vertex=Post("{model}:predict"),
    model=Path(via=model_name),
    prompt=InBody("instances[0].prompt", via=text),
    reference_images=InBody("instances[0].referenceImages", via=reference_images),
    config=Spread(lambda: types.EditImageConfig),
)

UPSCALE_IMAGE = Operation(
    "models.upscale_image",
    returns=lambda: types.UpscaleImageResponse,
    vertex=Post("{model}:predict"),
    fixed={"parameters.mode": "upscale", "parameters.sampleCount": 1},
    model=Path(via=model_name),
    image=InBody("instances[0].image", via=image),
    upscale_factor=InBody("parameters.upscaleConfig.upscaleFactor", via=text),
    config=Spread(lambda: types.UpscaleImageConfig),
)

RECONTEXT_IMAGE = Operation(
    "models.recontext_image",
    returns=lambda: types.RecontextImageResponse,
    vertex=Post("{model}:predict"),
    model=Path(via=model_name),
    source=Spread(lambda: types.RecontextImageSource),
    config=Spread(lambda: types.RecontextImageConfig),
)

SEGMENT_IMAGE = Operation(
    "models.segment_image",
    returns=lambda: types.SegmentImageResponse,
    vertex=Post("{model}:predict"),
    model=Path(via=model_name),
    source=Spread(lambda: types.SegmentImageSource),
    config=Spread(lambda: types.SegmentImageConfig),
)

GENERATE_VIDEOS = Operation(
    "models.generate_videos",
    returns=lambda: types.GenerateVideosOperation,
    gemini=Post("{model}:predictLongRunning"),
    vertex=Post("{model}:predictLongRunning"),
    model=Path(via=model_name),
    prompt=InBody("instances[0].prompt", via=text, is_optional=True),
    image=InBody("instances[0].image", via=image, is_optional=True),
    video=InBody("instances[0].video", via=video, is_optional=True),
    source=Spread(lambda: types.GenerateVideosSource),
    config=Spread(lambda: types.GenerateVideosConfig),
)
