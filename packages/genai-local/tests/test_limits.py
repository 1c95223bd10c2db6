"""Wrong and excessive requests to every route: an error of the API, never a 500."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from genai_local.framework.routing import RequestContext
from genai_local.protocol import json_schema, limits
from genai_local.protocol.errors import ApiError
from genai_local.protocol.messages import API

GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"
HELLO = {"contents": [{"parts": [{"text": "hello"}]}]}
HALF = "\\ud800"


@pytest.fixture
def messages(http, monkeypatch, every_route) -> dict[tuple[str, str], str]:
    """The message that each route reads."""
    found: dict[tuple[str, str], str] = {}
    original = RequestContext.message

    def record(context: RequestContext, message: str) -> Any:
        found[context.request.method, context.request.url.path] = message
        return original(context, message)

    monkeypatch.setattr(RequestContext, "message", record)
    for verb, path in every_route:
        http.request(verb, path, json={})
    return found


@pytest.fixture(autouse=True)
def _nothing_unexpected(caplog) -> Iterator[None]:
    """No request may fail in a way that the server logs as unexpected."""
    caplog.set_level(logging.ERROR, "genai_local")
    yield
    assert not caplog.records, caplog.text


def check(reply: httpx2.Response, *context: object) -> dict[str, Any]:
    """Check that a reply is an error of the API with a 4xx status, and return the error."""
    assert 400 <= reply.status_code < 500, (*context, reply.status_code, reply.text[:300])
    error = reply.json()["error"]
    assert error["code"] == reply.status_code or (re.fullmatch("[a-z_]+", str(error["code"])) and len(error) == 2)
    assert error["message"]
    assert len(reply.content) < 50_000, context
    return error


_LARGE_BYTES = 10_000
_BODIES = [
    b"{",
    b"[]",
    b"null",
    b"5",
    b'"text"',
    b"\xff",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": ' + b"9" * 5000 + b"}",
    f'{{"a": "{HALF}"}}'.encode(),
    f'{{"{HALF}": 1}}'.encode(),
    b"[" * 100_000,
    b'{"a":' * 200 + b"1" + b"}" * 200,
    b"[" + b"1," * 300_000 + b"1]",
    b"[" + b'"a\\\\",' * 300_000 + b"1]",
    b'["' + b"\\\\n" * 3_000_000 + b'"]',
    b"[" + b"{}," * 300_000 + b"{}]",
]


def _distinct(every_route: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Yield method, path and surface of each route once, without the other versions and prefixes of its path."""
    seen: set[tuple[str, str, str]] = set()
    for verb, path in every_route:
        surface = "vertex" if "/publishers/" in path or "/projects/" in path else "gemini"
        route = re.sub(r"^(/upload)?/v\w+/(projects/p/locations/l/)?", "", path)
        if (verb, route, surface) not in seen:
            seen.add((verb, route, surface))
            yield verb, path, surface


def test_bodies_that_no_route_accepts(http, messages, every_route):
    for verb, path, _ in _distinct(every_route):
        if verb not in ("POST", "PATCH") or path.startswith("/upload/"):
            continue
        for body in _BODIES:
            if len(body) > _LARGE_BYTES and "enerateContent" not in path:
                continue  # all routes read JSON with the same function
            reply = http.request(verb, path, content=body, headers={"content-type": "application/json"})
            if (verb, path) in messages or not reply.is_success:  # a route without a message does not read the body
                check(reply, verb, path, body[:20])


_WRONG = [None, True, -1, 10**25, -1e300, "x" * 3000, "\0", [], [[]], {}, {"a": {}}]


_BASES: dict[str, dict[str, Any]] = {
    "GenerateContentRequest": HELLO,
    "CountTokensRequest": HELLO,
    "ComputeTokensRequest": HELLO,
    "Interaction": {"model": "gemini-2.5-flash", "input": "hello"},
    "CachedContent": {**HELLO, "model": "models/gemini-2.5-flash"},
    "EmbedContentRequest": {"content": {"parts": [{"text": "hello"}]}},
    "PredictRequest": {"instances": [{"prompt": "hello", "content": "hello"}]},
    "PredictLongRunningRequest": {"instances": [{"prompt": "hello"}]},
}
"""Valid requests, whose other fields get the wrong values."""


def _wrong_requests(message: str, surface: str) -> Iterator[dict[str, Any]]:
    """Yield requests with wrong values: every value for each field, and some for each field of a field's message."""
    base = _BASES.get(message, {})
    for name, field in API.fields(message, surface).items():
        for value in _WRONG:
            yield {**base, name: value}
        for index, below in enumerate(API.fields(field.type, surface) if field.type in API.messages else ()):
            for turn in range(3):
                wrong = {below: _WRONG[(3 * index + turn) % len(_WRONG)]}
                yield {**base, name: [wrong] if field.is_list else {"a": wrong} if field.is_map else wrong}


def test_wrong_values_for_each_field_of_each_route(http, messages, every_route):
    assert len(messages) > 30
    for verb, path, surface in _distinct(every_route):
        message = messages.get((verb, path))
        for body in _wrong_requests(message, surface) if message else ():
            reply = http.request(verb, path, json=body)
            if not reply.is_success:
                check(reply, verb, path, body)
    for verb, path in every_route:
        if verb == "GET":
            reply = http.get(path)
            assert reply.status_code in (200, 400, 403, 404), (path, reply.text)


@pytest.mark.parametrize(
    "token", ["x", "e30", "MTIz", "LTEuYWJj", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjAw", "%00", "\ud7ff"]
)
def test_forged_page_tokens(http, token, every_route):
    for verb, path in every_route:
        if verb == "GET":
            reply = http.get(path, params={"pageToken": token, "pageSize": "2"})
            if not reply.is_success:
                check(reply, path)


@pytest.mark.parametrize(
    "query", ["pageSize=-1", "pageSize=99999999999", "filter=" + "(" * 9000, "filter=%ED%A0%80", "alt=x"]
)
def test_wrong_queries(http, query, every_route):
    for verb, path in every_route:
        if verb == "GET":
            reply = http.get(f"{path}?{query}")
            if not reply.is_success:
                check(reply, path)


def test_at_most_so_many_problems_are_listed(http):
    body = {"contents": [{"parts": [{"text": {"nested": "x" * 100}}]}] * 15_000}
    error = check(http.post(GENERATE, json=body))
    assert error["message"].count("\n") + 1 == limits.MAX_PROBLEMS
    error = check(http.post(GENERATE, json={"x" * 1_000_000: 1}))
    assert "Unknown name" in error["message"]


def test_texts_are_not_values(http):
    text = 'a, "b", ' * 200_000 + "\\"
    body = {"contents": [{"parts": [{"text": text}]}]}
    assert http.post(GENERATE.replace("generateContent", "countTokens"), json=body).status_code == 200


def _deep(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def _deep_list(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


def _doubling(levels: int, keyword: str = "properties") -> dict[str, Any]:
    """A small schema for huge values, or with many ways to check one."""
    definitions: dict[str, Any] = {f"d{levels}": {"type": "string"}}
    for level in range(levels):
        below = {"$ref": f"#/$defs/d{level + 1}"}
        inner = {"a": below, "b": below} if keyword == "properties" else [below, {**below, "title": "again"}]
        definitions[f"d{level}"] = {keyword: inner, **({"required": ["a", "b"]} if keyword == "properties" else {})}
    return {"$ref": "#/$defs/d0", "$defs": definitions}


_EXCESSIVE = {
    "depth": (_deep(33), "nested more than 32 levels"),
    "depth of lists": (_deep_list(33), "nested more than 32 levels"),
    "alternatives": ({"anyOf": [{"const": number} for number in range(30_000)]}, "more than 5000 values"),
    "enum": ({"enum": [str(number) for number in range(30_000)]}, "more than 5000 values"),
    "items": ({"type": "array", "minItems": 10**8, "items": {"type": "string"}}, "minItems 100000000 is greater"),
    "length": ({"type": "string", "minLength": 10**9}, "minLength 1000000000 is greater"),
    "members": ({"type": "object", "minProperties": 10**6}, "minProperties 1000000 is greater"),
    "pattern": ({"type": "string", "pattern": "a" * 2000}, "longer than 1000 characters"),
    "lists": (
        {"type": "array", "minItems": 900, "items": {"type": "array", "minItems": 900, "items": {"type": "string"}}},
        "more than 10000 parts",
    ),
    "doubling": (_doubling(30), "more than 10000 parts"),
}


@pytest.mark.parametrize("schema", [_deep(32), _deep_list(32)], ids=["objects", "lists"])
def test_schemas_within_the_limits(http, schema):
    config = {"responseMimeType": "application/json", "responseJsonSchema": schema}
    assert http.post(GENERATE, json={**HELLO, "generationConfig": config}).status_code == 200


@pytest.mark.parametrize("name", _EXCESSIVE)
def test_excessive_schemas(http, name):
    schema, problem = _EXCESSIVE[name]
    config = {"responseMimeType": "application/json", "responseJsonSchema": schema}
    error = check(http.post(GENERATE, json={**HELLO, "generationConfig": config}))
    assert problem in error["message"]
    wrapped = {"type": "object", "properties": {"a": schema}, "required": ["a"], "$defs": schema.get("$defs", {})}
    tools = [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": wrapped}]}]
    forced = {"functionCallingConfig": {"mode": "ANY"}}
    error = check(http.post(GENERATE, json={**HELLO, "tools": tools, "toolConfig": forced}))
    assert problem in error["message"]


@pytest.mark.parametrize(
    "schema",
    [
        True,
        False,
        {"type": "object", "properties": {"a": True, "b": False}},
        {"not": True},
        {"items": False},
        {"anyOf": [True]},
    ],
    ids=json.dumps,
)
def test_boolean_schemas(http, schema):
    config = {"responseMimeType": "application/json", "responseJsonSchema": schema}
    reply = http.post(GENERATE, json={**HELLO, "generationConfig": config})
    assert reply.status_code in (200, 400)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("(a+)+b", "a" * 60), ("^(a|a)*$", "a" * 60 + "!"), ("(.*)*x", "y" * 5000), (r"(\w+\s?)+$", "word " * 50 + "!")],
)
def test_catastrophic_patterns(pattern, text):
    for schema in (
        {"pattern": pattern},
        {"patternProperties": {pattern: {"type": "string"}}, "additionalProperties": False},
    ):
        value = text if "pattern" in schema else {text: "x"}
        assert json_schema.violation_of(value, schema)


def test_patterns_are_searched():
    schema = {
        "type": "object",
        "patternProperties": {"^n": {"type": "integer"}},
        "additionalProperties": {"pattern": r"^\d+$"},
    }
    assert json_schema.violation_of({"n1": 5, "m": "12"}, schema) is None
    assert json_schema.violation_of({"n1": "5"}, schema) == "$.n1: '5' is not of type 'integer'"
    assert json_schema.violation_of({"m": "x"}, schema) == r"$.m: 'x' does not match '^\\d+$'"
    lookaround = {"pattern": r"^(?!x)\w+$"}
    assert json_schema.violation_of("abc", lookaround) is None
    assert json_schema.violation_of("xyz", lookaround) is None, "patterns that RE2 does not support are not checked"
    closed = {"properties": {"a": {}}, "additionalProperties": False}
    assert "'b' was unexpected" in (json_schema.violation_of({"a": 1, "b": 2}, closed) or "")


def test_checks_with_too_many_combinations_end():
    for keyword in ("anyOf", "oneOf", "allOf"):
        with pytest.raises(ApiError, match="so many combinations"):
            json_schema.violation_of(5 if keyword != "allOf" else "x", _doubling(30, keyword))


def test_too_many_functions(http):
    def declared(count: int, **schema: Any) -> list[Any]:
        return [{"functionDeclarations": [{"name": f"f{number}", **schema} for number in range(count)]}]

    assert http.post(GENERATE, json={**HELLO, "tools": declared(512)}).status_code == 200
    assert "at most 512" in check(http.post(GENERATE, json={**HELLO, "tools": declared(20_000)}))["message"]
    schema = {"type": "OBJECT", "properties": {f"p{number}": {"type": "STRING"} for number in range(100)}}
    error = check(http.post(GENERATE, json={**HELLO, "tools": declared(100, parameters=schema)}))
    assert "more than 5000 values" in error["message"]


def test_long_uris_and_filters(http):
    uri = "http://x/" + "files/a" * 100_000
    body = {"contents": [{"parts": [{"fileData": {"fileUri": uri}}]}]}
    assert "at most 2048 characters" in check(http.post(GENERATE, json=body))["message"]
    store = http.post("/v1beta/fileSearchStores", json={}).json()["name"]
    search = {"fileSearchStoreNames": [store], "metadataFilter": "a=1 AND " * 50_000 + "a=1"}
    error = check(http.post(GENERATE, json={**HELLO, "tools": [{"fileSearch": search}]}))
    assert "at most 10000 characters" in error["message"]


def test_long_texts_are_embedded_in_part(http):
    text = "word " * 100_000
    path = "/v1beta1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict"
    reply = http.post(path, json={"instances": [{"content": text}]}).json()
    assert reply["predictions"][0]["embeddings"]["statistics"] == {"truncated": True, "token_count": 8192}
    refused = http.post(
        "/v1beta/models/gemini-embedding-001:embedContent", json={"content": {"parts": [{"text": text}]}}
    )
    assert "the limit is 8192" in check(refused)["message"]


def test_values_of_older_rows_do_not_break_a_list(gemini, http):
    gemini._server.api.tuned_models.add("odd", display_name="half \ud800 pair")
    listed = http.get("/v1beta/tunedModels").json()["tunedModels"]
    assert [model["displayName"] for model in listed if model["name"].endswith("odd")] == ["half ? pair"]


_UPLOAD_HEADERS = [
    {},
    {"x-goog-upload-protocol": "carrier-pigeon"},
    {"x-goog-upload-protocol": "resumable"},
    {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "dance"},
    {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start, finalize"},
    {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "upload"},
    {
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-length": "-1",
    },
    {
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-length": "9" * 30,
    },
    {"x-goog-upload-protocol": "multipart", "content-type": "multipart/related"},
    {"x-goog-upload-protocol": "multipart", "content-type": 'multipart/related; boundary="'},
    {"x-goog-upload-protocol": "multipart", "content-type": "multipart/related; boundary=b"},
    {"x-goog-upload-protocol": "raw", "content-type": "a" * 5000},
    {"x-goog-upload-protocol": "raw", "x-goog-upload-file-name": "%ff%00../../etc/passwd"},
    {"content-type": b"\xff/\xfe", "x-goog-upload-protocol": "raw"},
]
_UPLOAD_BODIES = [
    b"",
    b"{",
    b"null",
    b'{"file": 5}',
    b'{"file": {"displayName": "\\ud800"}}',
    b"--b\r\n\r\n--b--",
    b"--b" * 1000,
]


def test_wrong_uploads(http, every_route):
    paths = sorted({path for verb, path in every_route if path.startswith("/upload/") and verb == "POST"})
    assert paths
    for path in paths:
        for headers in _UPLOAD_HEADERS:
            for query in ("", "?uploadType=multipart", "?upload_id=%ff", "?uploadType=%00"):
                for body in _UPLOAD_BODIES:
                    reply = http.post(path + query, headers=headers, content=body)
                    if not reply.is_success:
                        check(reply, path, headers, query, body)


def test_others_are_answered_meanwhile(gemini, http, no_tls):
    config = {"responseMimeType": "application/json"}
    heavy: list[bytes] = [
        b'{"contents":[' + b'{"parts":5},' * 2_000_000 + b"{}]}",
        json.dumps({**HELLO, "generationConfig": {**config, "responseJsonSchema": _doubling(30)}}).encode(),
        json.dumps(
            {
                **HELLO,
                "generationConfig": {**config, "responseJsonSchema": {"anyOf": [{"const": n} for n in range(2_400)]}},
            }
        ).encode(),
        json.dumps({"contents": [{"parts": [{"text": "word " * 200_000}]}]}).encode(),
        json.dumps({"contents": [{"parts": [{"text": "a"}], "role": "user"}] * 19_000}).encode(),
    ]
    ended = threading.Event()
    codes: list[int] = []

    def send() -> None:
        try:
            with httpx2.Client(base_url=gemini.url, timeout=120, verify=no_tls) as client:
                codes.extend(client.post(GENERATE, content=body).status_code for body in heavy)
        finally:
            ended.set()

    thread = threading.Thread(target=send)
    thread.start()
    answered = 0
    while not ended.is_set():
        assert http.get("/v1beta/models", timeout=10).status_code == 200
        answered += 1
    thread.join()
    assert codes == [400, 400, 200, 200, 200]
    assert answered > len(heavy)
