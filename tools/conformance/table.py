"""The table: one entry for each public method. The entries for stored resources (files, caches, stores, tokens) are in
`resources.py`, those for batches and tunings in `jobs.py`. A new method needs only an entry; the tool reports methods of a listed
noun that have none.

Not included: callables and MCP sessions as tools, which the programs of `calling.py` cover; HTTP clients of the caller and
retries, which the SDK's `tests/transport` covers. The fields of `http_options` are not tried one by one: `method.py` has its calls.
"""

from __future__ import annotations

from typing import Any

from tools.conformance import jobs, replies, resources
from tools.conformance.method import (
    BRIEF,
    CONTENTS,
    IMAGE,
    MARKS,
    MODEL_NAMES,
    ODD_CONFIGS,
    Arguments,
    Method,
    options,
)

_CONTENTS = {f"contents {name}": {"contents": value} for name, value in CONTENTS.items()}
_SYSTEM = {f"system {name}": {"config": {"system_instruction": value}} for name, value in CONTENTS.items()}

_SCHEMAS: dict[str, Arguments] = {
    f"response_schema {name}": {"config": {"response_mime_type": "application/json", "response_schema": schema}}
    for name, schema in {
        "class": {"$python": "Ingredient"},
        "list of class": {"$python": "list[Ingredient]"},
        "int": {"$python": "int"},
        "list of texts": {"$python": "list[str]"},
        "enum": {"$python": "Colour"},
        "dict": {"type": "OBJECT", "properties": {"a_b": {"type": "STRING", "min_length": 1}}, "required": ["a_b"]},
        "dict json": {"type": "object", "properties": {"a_b": {"type": "string", "minLength": 1}}},
        "object": {"$type": "Schema", "type": {"$member": "Type.STRING"}},
    }.items()
}

_GENERATE: Arguments = {"model": "m", "contents": "Hi"}
_GENERATED = {"whole": replies.GENERATED, "vertex": replies.CITED_ON_VERTEX, "json": replies.JSON_ANSWER}

_IMAGE_BYTES = {"$type": "Image", "image_bytes": {"$bytes": "+/8="}, "mime_type": "image/png"}
_IMAGE_URI = {"$type": "Image", "gcs_uri": "gs://b/a.png", "mime_type": "image/png"}
_RAW = {"$type": "RawReferenceImage", "reference_id": 1, "reference_image": _IMAGE_BYTES}
_EDIT: Arguments = {"model": "m", "prompt": "p", "reference_images": [_RAW]}
_UPSCALE: Arguments = {"model": "m", "image": _IMAGE_BYTES, "upscale_factor": "x2"}
_RECONTEXT: Arguments = {"model": "m", "source": {"prompt": "p"}}
_SEGMENT: Arguments = {"model": "m", "source": {"image": _IMAGE_BYTES}}
_VIDEOS: Arguments = {"model": "m", "prompt": "p"}
_STARTED: list[Any] = [{"json": {"name": "models/m/operations/1"}}]
_TWO_PAGES: list[Any] = [
    {"json": {"models": [replies.MODEL_ON_GEMINI, {"name": "models/b"}], "nextPageToken": "t=1&b"}},
    {"json": {"models": [{"name": "models/c"}]}},
]


def _operation(name: str | None, kind: str = "GenerateVideosOperation") -> Arguments:
    return {"operation": {"$type": kind, **({} if name is None else {"name": name})}}


_PROMPTS: dict[str, Arguments] = {
    f"prompt {name}": {"prompt": value}
    for name, value in {"empty": "", "none": None, "number": 5, "list": ["a"], "of many scripts": "ü ✓ 𝄞"}.items()
}
_PICTURES = {"pictures": replies.PICTURES, "none": {"predictions": []}}

METHODS: list[Method] = [
    Method(
        "models.generate_content",
        _GENERATE,
        walks={"config": "GenerateContentConfig", "contents[0]": "Content"},
        calls={**MODEL_NAMES, **options({}), **ODD_CONFIGS, **_CONTENTS, **_SYSTEM, **_SCHEMAS},
        returns="GenerateContentResponse",
        replies=_GENERATED,
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "models.generate_content_stream",
        _GENERATE,
        walks={"config": "GenerateContentConfig", "contents[0]": "Content"},
        calls={**MODEL_NAMES, **options({}), **ODD_CONFIGS, **_CONTENTS},
        answers=[{"stream": [{"candidates": [{"content": {"parts": [{"text": "a"}]}}]}]}],
        returns="GenerateContentResponse",
        replies=_GENERATED,
        odd_replies={**replies.ODD, **replies.STREAMS},
        meets_errors=True,
        streams=True,
        is_thin=True,
    ),
    Method(
        "models.embed_content",
        {"model": "m", "contents": "Hi"},
        walks={"config": "EmbedContentConfig", "contents[0]": "Content"},
        calls={**MODEL_NAMES, **options({}, BRIEF), **ODD_CONFIGS, **_CONTENTS},
        answers=[{"vectors": True}],
        returns="EmbedContentResponse",
        replies={"gemini": replies.EMBEDDED_ON_GEMINI, "vertex": replies.EMBEDDED_ON_VERTEX},
        odd_replies=replies.ODD,
    ),
    Method(
        "models.count_tokens",
        _GENERATE,
        walks={"config": "CountTokensConfig", "contents[0]": "Content"},
        calls={**MODEL_NAMES, **options({}, BRIEF), **ODD_CONFIGS, **_CONTENTS, **_SYSTEM},
        returns="CountTokensResponse",
        replies={"counted": replies.COUNTED},
        odd_replies=replies.ODD,
    ),
    Method(
        "models.compute_tokens",
        _GENERATE,
        walks={"config": "ComputeTokensConfig", "contents[0]": "Content"},
        calls={**MODEL_NAMES, **options({}, BRIEF), **ODD_CONFIGS, **_CONTENTS},
        returns="ComputeTokensResponse",
        replies={"computed": replies.COMPUTED},
        odd_replies=replies.ODD,
        is_thin=True,
    ),
    Method(
        "models.generate_images",
        {"model": "m", "prompt": "p"},
        walks={"config": "GenerateImagesConfig"},
        calls={**MODEL_NAMES, **options({}, BRIEF), **ODD_CONFIGS, **_PROMPTS},
        returns="GenerateImagesResponse",
        replies=_PICTURES,
        odd_replies=replies.ODD,
    ),
    Method(
        "models.edit_image",
        _EDIT,
        walks={"config": "EditImageConfig", **{f"reference_images[0]|{kind}": kind for kind in MARKS}},
        calls={
            **MODEL_NAMES,
            **options({}, BRIEF),
            **ODD_CONFIGS,
            **_PROMPTS,
            "no images": {"reference_images": []},
            "two images": {"reference_images": [_RAW, {**_RAW, "reference_image": _IMAGE_URI, "reference_id": 2}]},
            "image itself": {"reference_images": [_IMAGE_BYTES]},
            "dict": {"reference_images": [{"reference_id": 1, "reference_type": "REFERENCE_TYPE_RAW"}]},
            "dict without type": {"reference_images": [{"reference_id": 1, "reference_image": _IMAGE_URI}]},
            "dict of a new type": {"reference_images": [{"reference_id": 1, "reference_type": "NOT_LISTED_YET"}]},
        },
        returns="EditImageResponse",
        replies=_PICTURES,
        odd_replies=replies.ODD,
    ),
    Method(
        "models.upscale_image",
        _UPSCALE,
        walks={"config": "UpscaleImageConfig", "image": "Image"},
        calls={
            **MODEL_NAMES,
            **options({}, BRIEF),
            **ODD_CONFIGS,
            **{
                f"factor {factor!r}": {"upscale_factor": factor}
                for factor in ("x2", "x3", "x4", "X2", "2", "", None, 2, "x2 ")
            },
            "image by uri": {"image": _IMAGE_URI},
            "image none": {"image": None},
            "image text": {"image": "gs://b/a.png"},
            "image pil": {"image": IMAGE},
        },
        returns="UpscaleImageResponse",
        replies=_PICTURES,
        odd_replies=replies.ODD,
    ),
    Method(
        "models.recontext_image",
        _RECONTEXT,
        walks={"config": "RecontextImageConfig", "source": "RecontextImageSource"},
        calls={
            **MODEL_NAMES,
            **options({}, BRIEF),
            **ODD_CONFIGS,
            "source none": {"source": None},
            "source empty": {"source": {}},
            "source unknown": {"source": {"no_such_field": 1}},
            "source text": {"source": "p"},
            "four products": {"source": {"product_images": [{"product_image": _IMAGE_URI}] * 4}},
        },
        returns="RecontextImageResponse",
        replies=_PICTURES,
        odd_replies=replies.ODD,
    ),
    Method(
        "models.segment_image",
        _SEGMENT,
        walks={"config": "SegmentImageConfig", "source": "SegmentImageSource"},
        calls={
            **MODEL_NAMES,
            **options({}, BRIEF),
            **ODD_CONFIGS,
            "source none": {"source": None},
            "source empty": {"source": {}},
            "source unknown": {"source": {"no_such_field": 1}},
        },
        returns="SegmentImageResponse",
        replies={"masks": replies.MASKS},
        odd_replies=replies.ODD,
    ),
    Method(
        "models.generate_videos",
        _VIDEOS,
        walks={
            "config": "GenerateVideosConfig",
            "image": "Image",
            "video": "Video",
            "source": "GenerateVideosSource",
        },
        beside={"source": {"prompt": None}},
        calls={
            **MODEL_NAMES,
            **options({}, BRIEF),
            **ODD_CONFIGS,
            **_PROMPTS,
            "image alone": {"prompt": None, "image": _IMAGE_BYTES},
            "video by uri": {"video": {"uri": "gs://b/a.mp4", "mime_type": "video/mp4"}},
            "video bytes": {"video": {"video_bytes": {"$bytes": "+/8="}, "mime_type": "video/mp4"}},
            "image and video": {"image": _IMAGE_BYTES, "video": {"uri": "gs://b/a.mp4"}},
            "prompt and source": {"source": {"prompt": "p"}},
            "prompt and empty source": {"source": {}},
            "source empty": {"prompt": None, "source": {}},
            "source": {"prompt": None, "source": {"prompt": "p", "image": _IMAGE_BYTES}},
        },
        answers=_STARTED,
        returns="GenerateVideosOperation",
        replies={
            "started": {"name": "models/m/operations/1", "metadata": {"a_b": 1}},
            "gemini": replies.VIDEOS_ON_GEMINI,
            "vertex": replies.VIDEOS_ON_VERTEX,
        },
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "models.get",
        {"model": "m"},
        walks={"config": "GetModelConfig"},
        calls={**MODEL_NAMES, **options({}, BRIEF), **ODD_CONFIGS},
        returns="Model",
        replies={
            "gemini": replies.MODEL_ON_GEMINI,
            "tuned": replies.TUNED_MODEL_ON_GEMINI,
            "vertex": replies.MODEL_ON_VERTEX,
        },
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "models.list",
        {},
        walks={"config": "ListModelsConfig"},
        calls={
            **options({}, BRIEF),
            **ODD_CONFIGS,
            "base": {"config": {"query_base": True}},
            "tuned": {"config": {"query_base": False, "page_size": 1}},
            "filter on vertex": {"config": {"query_base": False, "filter": "labels.a:*"}},
            "page": {"config": {"page_size": 2, "page_token": "a b&c"}},
            "page size 0": {"config": {"page_size": 0}},
        },
        answers=_TWO_PAGES,
        returns="ListModelsResponse",
        replies={
            "gemini": {"models": [replies.MODEL_ON_GEMINI]},
            "tuned": {"tunedModels": [replies.TUNED_MODEL_ON_GEMINI]},
            "vertex": {"models": [replies.MODEL_ON_VERTEX]},
            "publishers": {"publisherModels": [{"name": "publishers/google/models/m", "versionId": "1"}]},
        },
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "models.update",
        {"model": "tunedModels/m", "config": {"display_name": "n"}},
        walks={"config": "UpdateModelConfig"},
        calls={**MODEL_NAMES, **options({"description": "d"}, BRIEF), **ODD_CONFIGS},
        returns="Model",
        replies={"tuned": replies.TUNED_MODEL_ON_GEMINI, "vertex": replies.MODEL_ON_VERTEX},
        odd_replies=replies.ODD,
    ),
    Method(
        "models.delete",
        {"model": "tunedModels/m"},
        walks={"config": "DeleteModelConfig"},
        calls={**MODEL_NAMES, **options({}, BRIEF), **ODD_CONFIGS},
        returns="DeleteModelResponse",
        replies={"one": {"name": "operations/1", "done": True}},
        odd_replies=replies.ODD,
    ),
    Method(
        "operations.get",
        _operation("models/veo/operations/1"),
        walks={"config": "GetOperationConfig"},
        calls={
            **options({}, BRIEF),
            **ODD_CONFIGS,
            "long name": _operation("projects/p1/locations/l1/publishers/google/models/veo/operations/1"),
            "other project": _operation("projects/p2/locations/l2/publishers/google/models/veo/operations/1"),
            "no model": _operation("operations/1"),
            "bare": _operation("1"),
            "without name": _operation(None),
            "name empty": _operation(""),
            "importing": _operation("fileSearchStores/s/operations/1", "ImportFileOperation"),
            "uploading": _operation("fileSearchStores/s/upload/operations/1", "UploadToFileSearchStoreOperation"),
            "text": {"operation": "models/veo/operations/1"},
            "none": {"operation": None},
            "dict": {"operation": {"name": "models/veo/operations/1"}},
        },
        answers=[{"json": replies.RUNNING}],
        returns="GenerateVideosOperation",
        replies={
            "running": replies.RUNNING,
            "failed": replies.FAILED,
            "gemini": replies.VIDEOS_ON_GEMINI,
            "vertex": replies.VIDEOS_ON_VERTEX,
        },
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    *resources.METHODS,
    *jobs.METHODS,
]
