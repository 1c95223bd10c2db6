"""The table: one entry for each public method. A new method needs an entry here and nothing else; the tool complains about
a method of a listed noun that has none. Values are in the tagged form of `contract/tagged.py`.

Left out: callables and MCP sessions as tools, for the SDK does not offer function calling yet; HTTP clients of the caller's
own and repeated attempts, which the SDK's `tests/transport` goes through. `http_options` is not gone through field by
field: its calls are written below.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.conformance import replies

Arguments = dict[str, Any]

MARKS: dict[str, Any] = {
    f"{kind}ReferenceImage": {"reference_type": f"REFERENCE_TYPE_{kind.upper()}"}
    for kind in ("Raw", "Mask", "Control", "Style", "Subject", "Content")
}
"""What a dict has to say where its keys do not tell of which type it is."""


@dataclass(frozen=True)
class Method:
    """What is tried of one method."""

    name: str
    arguments: Arguments
    """Arguments of every call that says nothing else."""
    walks: dict[str, str] = field(default_factory=dict)
    """Arguments, such as `config`, or `contents[0]` for a list of one; and the types of which every field is tried there.
    Where a place takes several types, their names tell them apart: `images[0]|RawImage`."""
    calls: dict[str, Arguments] = field(default_factory=dict)
    """Calls written by hand: what they give beside `arguments`, or in place of them."""
    beside: dict[str, Arguments] = field(default_factory=dict)
    """By place: arguments that have to differ while that place is gone through."""
    returns: str = ""
    """The type of which every field is tried in replies."""
    answers: list[Any] = field(default_factory=lambda: [{"json": {}}])
    """What the service answers where the request is what matters."""
    replies: dict[str, Any] = field(default_factory=dict)
    """Whole replies; each is also tried with anything in it missing, null, empty, new."""
    odd_replies: dict[str, Any] = field(default_factory=dict)
    meets_errors: bool = False
    streams: bool = False
    is_thin: bool = False
    """Whether fields are tried in one form only, because another method's arguments are the same."""


def _model_names() -> dict[str, Arguments]:
    names = (
        "m",
        "models/m",
        "tunedModels/m",
        "publishers/google/models/m",
        "google/m",
        "meta/llama",
        "publishers/meta/models/llama",
        "projects/p/locations/l/publishers/google/models/m",
        "projects/p/locations/l/endpoints/7",
        "endpoints/7",
        "locations/l/models/m",
        "models/m/",
        "/models/m",
        "M-Ü",
        "m@001",
        "m:free",
        "a/b/c",
        "",
        " m",
        "m n",
        "m?x=1",
        "m#x",
        "m%2Fx",
        "../m",
        "models/../m",
        "m&x",
    )
    return {f"model {name!r}": {"model": name} for name in names} | {"model 5": {"model": 5}}


_OPTIONS: dict[str, Any] = {
    "headers": {"headers": {"x-user": "1", "X-Other": "a, b"}},
    "headers in place of ours": {"headers": {"x-goog-api-key": "mine", "Content-Type": "application/json; a=b"}},
    "api version": {"api_version": "v9"},
    "api version camel": {"apiVersion": "v9"},
    "api version empty": {"api_version": ""},
    "base url": {"base_url": {"$server": "/gateway/"}},
    "base url no slash": {"base_url": {"$server": "/gateway"}, "api_version": "v2"},
    "timeout": {"timeout": 20_000},
    "timeout rounded": {"timeout": 20_001},
    "timeout short": {"timeout": 999},
    "extra body": {"extra_body": {"ofTheUser": {"a_b": 1}, "contents": [], "generationConfig": {"newOne": 1}}},
    "empty": {},
    "unknown": {"no_such_option": 1},
    "object": {"$type": "HttpOptions", "headers": {"x-user": "1"}, "timeout": 20_000},
}


def _options(config: Arguments, only: tuple[str, ...] = ()) -> dict[str, Arguments]:
    return {
        f"http_options {name}": {"config": {**config, "http_options": options}}
        for name, options in _OPTIONS.items()
        if not only or name in only
    }


_BRIEF = ("headers", "api version", "base url", "timeout", "extra body")

_ODD_CONFIGS: dict[str, Arguments] = {
    "config none": {"config": None},
    "config empty": {"config": {}},
    "config unknown": {"config": {"no_such_field": 1}},
    "config text": {"config": "text"},
    "config list": {"config": []},
}


def part(**fields: Any) -> Arguments:
    return {"$type": "Part", **fields}


def content(*parts: Any, role: str | None = "user") -> Arguments:
    return {"$type": "Content", "parts": list(parts), **({"role": role} if role else {})}


_TEXT = part(text="one")
_CALL = part(function_call={"$type": "FunctionCall", "name": "f", "args": {"a_b": {"c_d": [1]}}})
_RESPONSE = part(function_response={"$type": "FunctionResponse", "name": "f", "response": {"a_b": {"c_d": [1]}}})
_INLINE = part(inline_data={"$type": "Blob", "mime_type": "image/png", "data": {"$bytes": "+/8="}})
_FILE = {"$type": "File", "name": "files/a", "uri": "https://h/files/a", "mime_type": "image/png"}
_IMAGE = {"$python": "image"}

CONTENTS: dict[str, Any] = {
    "text": "Hi",
    "text of many scripts": "ü ✓ 𝄞\n\u2028\x00",
    "text empty": "",
    "texts": ["one", "two"],
    "text empty in a list": [""],
    "nothing": None,
    "list empty": [],
    "number": 5,
    "number in a list": [5],
    "true": True,
    "bytes": {"$bytes": "+/8="},
    "part": _TEXT,
    "part empty": part(),
    "parts": [_TEXT, _INLINE],
    "part dict": {"text": "one"},
    "part dicts": [{"text": "one"}, {"inline_data": {"mime_type": "image/png", "data": {"$bytes": "+/8="}}}],
    "part dict camel": {"inlineData": {"mimeType": "image/png", "data": "+/8="}},
    "part dict urlsafe": {"inline_data": {"mime_type": "image/png", "data": "-_8="}},
    "part dict unknown": {"texts": "one"},
    "content": content(_TEXT),
    "content empty": {"$type": "Content"},
    "content no parts": {"$type": "Content", "parts": []},
    "content without role": content(_TEXT, role=None),
    "content odd role": content(_TEXT, role="system"),
    "contents": [content(_TEXT), content(part(text="two"), role="model"), content(_TEXT)],
    "content dict": {"role": "user", "parts": [{"text": "one"}]},
    "content dict text parts": {"role": "user", "parts": ["one"]},
    "content dict one part": {"role": "user", "parts": {"text": "one"}},
    "content dict only role": {"role": "user"},
    "content dicts": [{"role": "user", "parts": [{"text": "one"}]}, {"role": "model", "parts": [{"text": "two"}]}],
    "content dict unknown": {"role": "user", "parts": [], "extra": 1},
    "dict empty": {},
    "dict empty in a list": [{}],
    "user content": {"$type": "UserContent", "$value": "one"},
    "user content parts": {"$type": "UserContent", "$value": ["one", _INLINE]},
    "user content by name": {"$type": "UserContent", "parts": [_TEXT]},
    "model content": [{"$type": "UserContent", "$value": "one"}, {"$type": "ModelContent", "$value": ["two"]}],
    "file": _FILE,
    "file and text": [_FILE, "one"],
    "file without uri": {"$type": "File", "name": "files/a"},
    "file without type": {"$type": "File", "uri": "https://h/files/a"},
    "file dict": {"uri": "https://h/files/a", "mime_type": "image/png"},
    "image": _IMAGE,
    "image and text": [_IMAGE, "one"],
    "image in a list in a list": [["one", _IMAGE], "two"],
    "nested": [["one", "two"], "three"],
    "nested parts": [[_TEXT, "two"], [content(_TEXT)]],
    "nested twice": [[["one"]]],
    "tuple": {"$tuple": ["one", "two"]},
    "call": _CALL,
    "calls and text": [_CALL, "one"],
    "text and call": ["one", _CALL],
    "text call response": ["one", _CALL, _RESPONSE, "two"],
    "response": _RESPONSE,
    "responses": [_RESPONSE, _RESPONSE],
    "contents and parts": [content(_TEXT), "two", _TEXT, content(part(text="m"), role="model"), "three"],
    "content with call": [content(_TEXT), content(_CALL, role="model"), content(_RESPONSE)],
    "from text": {"$call": "Part.from_text", "text": "one"},
    "from uri": {"$call": "Part.from_uri", "file_uri": "gs://b/a.png"},
    "from uri typed": {"$call": "Part.from_uri", "file_uri": "gs://b/a", "mime_type": "image/png"},
    "from bytes": {"$call": "Part.from_bytes", "data": {"$bytes": "+/8="}, "mime_type": "image/png"},
    "from function call": {"$call": "Part.from_function_call", "name": "f", "args": {"a_b": 1}},
    "from function response": {"$call": "Part.from_function_response", "name": "f", "response": {"a_b": 1}},
    "from code": {"$call": "Part.from_executable_code", "code": "1", "language": {"$member": "Language.PYTHON"}},
    "from code result": {
        "$call": "Part.from_code_execution_result",
        "outcome": {"$member": "Outcome.OUTCOME_OK"},
        "output": "1",
    },
}
"""Every way to write `contents`."""
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
_TWO_TUNED_PAGES: list[Any] = [
    {"json": {"tunedModels": [replies.TUNED_MODEL_ON_GEMINI], "nextPageToken": "t2"}},
    {"json": {"tunedModels": []}},
]


def _operation(name: str | None, kind: str = "GenerateVideosOperation") -> Arguments:
    return {"operation": {"$type": kind, **({} if name is None else {"name": name})}}


_MODEL_NAMES = _model_names()
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
        calls={**_MODEL_NAMES, **_options({}), **_ODD_CONFIGS, **_CONTENTS, **_SYSTEM, **_SCHEMAS},
        returns="GenerateContentResponse",
        replies=_GENERATED,
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "models.generate_content_stream",
        _GENERATE,
        walks={"config": "GenerateContentConfig", "contents[0]": "Content"},
        calls={**_MODEL_NAMES, **_options({}), **_ODD_CONFIGS, **_CONTENTS},
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
        calls={**_MODEL_NAMES, **_options({}, _BRIEF), **_ODD_CONFIGS, **_CONTENTS},
        answers=[{"vectors": True}],
        returns="EmbedContentResponse",
        replies={"gemini": replies.EMBEDDED_ON_GEMINI, "vertex": replies.EMBEDDED_ON_VERTEX},
        odd_replies=replies.ODD,
    ),
    Method(
        "models.count_tokens",
        _GENERATE,
        walks={"config": "CountTokensConfig", "contents[0]": "Content"},
        calls={**_MODEL_NAMES, **_options({}, _BRIEF), **_ODD_CONFIGS, **_CONTENTS, **_SYSTEM},
        returns="CountTokensResponse",
        replies={"counted": replies.COUNTED},
        odd_replies=replies.ODD,
    ),
    Method(
        "models.compute_tokens",
        _GENERATE,
        walks={"config": "ComputeTokensConfig", "contents[0]": "Content"},
        calls={**_MODEL_NAMES, **_options({}, _BRIEF), **_ODD_CONFIGS, **_CONTENTS},
        returns="ComputeTokensResponse",
        replies={"computed": replies.COMPUTED},
        odd_replies=replies.ODD,
        is_thin=True,
    ),
    Method(
        "models.generate_images",
        {"model": "m", "prompt": "p"},
        walks={"config": "GenerateImagesConfig"},
        calls={**_MODEL_NAMES, **_options({}, _BRIEF), **_ODD_CONFIGS, **_PROMPTS},
        returns="GenerateImagesResponse",
        replies=_PICTURES,
        odd_replies=replies.ODD,
    ),
    Method(
        "models.edit_image",
        _EDIT,
        walks={"config": "EditImageConfig", **{f"reference_images[0]|{kind}": kind for kind in MARKS}},
        calls={
            **_MODEL_NAMES,
            **_options({}, _BRIEF),
            **_ODD_CONFIGS,
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
            **_MODEL_NAMES,
            **_options({}, _BRIEF),
            **_ODD_CONFIGS,
            **{
                f"factor {factor!r}": {"upscale_factor": factor}
                for factor in ("x2", "x3", "x4", "X2", "2", "", None, 2, "x2 ")
            },
            "image by uri": {"image": _IMAGE_URI},
            "image none": {"image": None},
            "image text": {"image": "gs://b/a.png"},
            "image pil": {"image": _IMAGE},
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
            **_MODEL_NAMES,
            **_options({}, _BRIEF),
            **_ODD_CONFIGS,
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
            **_MODEL_NAMES,
            **_options({}, _BRIEF),
            **_ODD_CONFIGS,
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
            **_MODEL_NAMES,
            **_options({}, _BRIEF),
            **_ODD_CONFIGS,
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
        calls={**_MODEL_NAMES, **_options({}, _BRIEF), **_ODD_CONFIGS},
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
            **_options({}, _BRIEF),
            **_ODD_CONFIGS,
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
        calls={**_MODEL_NAMES, **_options({"description": "d"}, _BRIEF), **_ODD_CONFIGS},
        returns="Model",
        replies={"tuned": replies.TUNED_MODEL_ON_GEMINI, "vertex": replies.MODEL_ON_VERTEX},
        odd_replies=replies.ODD,
    ),
    Method(
        "models.delete",
        {"model": "tunedModels/m"},
        walks={"config": "DeleteModelConfig"},
        calls={**_MODEL_NAMES, **_options({}, _BRIEF), **_ODD_CONFIGS},
        returns="DeleteModelResponse",
        replies={"one": {"name": "operations/1", "done": True}},
        odd_replies=replies.ODD,
    ),
    Method(
        "operations.get",
        _operation("models/veo/operations/1"),
        walks={"config": "GetOperationConfig"},
        calls={
            **_options({}, _BRIEF),
            **_ODD_CONFIGS,
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
]
