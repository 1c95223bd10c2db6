"""The class of table entries, and values that many entries share: names of models, HTTP options, odd configs, contents, names of
resources, listings. Values are in the tagged form of `contract/tagged.py`.
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
"""Values that a dict needs if its keys do not determine its type."""


@dataclass(frozen=True)
class Method:
    """The cases of one method."""

    name: str
    arguments: Arguments
    """Default arguments of every call."""
    walks: dict[str, str] = field(default_factory=dict)
    """Arguments, such as `config`, or `contents[0]` for a list of one, and the type whose fields are all tried there. If a place
    accepts several types, the place includes the name: `images[0]|RawImage`."""
    calls: dict[str, Arguments] = field(default_factory=dict)
    """Handwritten calls: arguments that are added to `arguments` or replace them."""
    beside: dict[str, Arguments] = field(default_factory=dict)
    """By place: arguments that have to differ while the fields of that place are tried."""
    with_fields: dict[str, Arguments] = field(default_factory=dict)
    """By type: further fields of an instance whose fields are tried."""
    not_into: tuple[str, ...] = ()
    """Types that arguments could contain, but that only the service creates."""
    returns: str = ""
    """The type whose fields are all tried in replies."""
    within: dict[str, str] = field(default_factory=dict)
    """Places in a reply, such as `metadata.output` or `files[]`, and the types whose fields are all tried there."""
    answers: list[Any] = field(default_factory=lambda: [{"json": {}}])
    """Replies for cases about the request."""
    replies: dict[str, Any] = field(default_factory=dict)
    """Whole replies; each is also tried with every item missing, null, empty or new."""
    before: list[Any] = field(default_factory=list)
    """Replies that come before the tried reply."""
    headers: dict[str, Any] = field(default_factory=dict)
    """Headers of the tried reply."""
    courses: dict[str, list[Any]] = field(default_factory=dict)
    """Whole sequences of answers."""
    odd_replies: dict[str, Any] = field(default_factory=dict)
    meets_errors: bool = False
    streams: bool = False
    is_thin: bool = False
    """Whether fields are tried in one form only, because another method has the same arguments."""


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


MODEL_NAMES = _model_names()
"""Every way to name a model."""

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


def options(config: Arguments, only: tuple[str, ...] = ()) -> dict[str, Arguments]:
    return {
        f"http_options {name}": {"config": {**config, "http_options": options}}
        for name, options in _OPTIONS.items()
        if not only or name in only
    }


BRIEF = ("headers", "api version", "base url", "timeout", "extra body")

ODD_CONFIGS: dict[str, Arguments] = {
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
IMAGE = {"$python": "image"}

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
    "image": IMAGE,
    "image and text": [IMAGE, "one"],
    "image in a list in a list": [["one", IMAGE], "two"],
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


def names(argument: str, *given: str) -> dict[str, Arguments]:
    """Return calls with names of one collection, and with names that must not address anything else."""
    collection, _, last = given[0].rpartition("/")
    tried: list[Any] = [
        *given,
        last,
        f"{collection}/",
        f"/{given[0]}",
        f"{given[0]}/",
        f"xyz/{last}",
        f"projects/p/locations/l/{given[0]}",
        f"locations/l/{given[0]}",
        f"../{last}",
        f"{collection}/../x",
        *(f"{collection}/a{odd}b" for odd in (" ", "%2F", "?x=", "#", "&", "ü", ":", "-", "_", "/")),
        "",
        f" {given[0]}",
        5,
        None,
    ]
    return {f"{argument} {name!r}": {argument: name} for name in tried}


CONFIGS = {**options({}, BRIEF), **ODD_CONFIGS}
_PAGES: dict[str, Arguments] = {
    "page": {"config": {"page_size": 2, "page_token": "a b&c"}},
    "page size 0": {"config": {"page_size": 0}},
    "page size 1": {"config": {"page_size": 1}},
}


def _two_pages(items: dict[str, Any]) -> list[Any]:
    return [
        {"json": {**{key: [item, {}] for key, item in items.items()}, "nextPageToken": "t=1&b"}},
        {"json": {key: [item] for key, item in items.items()}},
    ]


def listing(name: str, config: str, returns: str, items: dict[str, Any], **more: Any) -> Method:
    """Return the entry of a listing, with an item under each key that the services use."""
    calls = {**CONFIGS, **_PAGES, **more.pop("calls", {})}
    return Method(
        name,
        more.pop("arguments", {}),
        walks={"config": config},
        calls=calls,
        answers=_two_pages({key: {"name": "some/name"} for key in items}),
        returns=returns,
        replies={key: {key: [item]} for key, item in items.items()},
        courses={"two pages": _two_pages(items), "an empty page between": _gap(items)},
        odd_replies=replies.ODD,
        **more,
    )


def _gap(items: dict[str, Any]) -> list[Any]:
    page = {key: [item] for key, item in items.items()}
    return [{"json": {**page, "nextPageToken": "2"}}, {"json": {"nextPageToken": "3"}}, {"json": page}]
