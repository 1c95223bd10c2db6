"""Errors of gRPC: invalid messages, methods that are not served, keys, statuses with details, and scripted faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.errors import ApiError
from genai_local.rpc import transcoding
from genai_local.rpc.events import EventSplitter
from genai_local.rpc.statuses import error_in, error_in_body, error_of

from .grpc_client import GrpcClient, connected, details_of, error_from, message_named, method_named, prompt, texts
from .waiting import WAIT_S

MODEL = "models/gemini-2.5-flash"
GENERATE = "GenerativeService.GenerateContent"
Code = grpc.StatusCode


@pytest.fixture
def client(gemini) -> Iterator[GrpcClient]:
    with connected(gemini.grpc_target) as client:
        yield client


# Errors


@pytest.mark.parametrize("streamed", [False, True])
def test_invalid_fields(client, streamed):
    request = prompt("x", generationConfig={"candidateCount": 99}, tools=[{"googleSearch": {}}, {"codeExecution": {}}])
    ask = (lambda: texts(client.open(request))) if streamed else (lambda: client.call(GENERATE, request))
    error = error_from(ask)
    assert error.code() is Code.INVALID_ARGUMENT
    violations = details_of(error)["BadRequest"]["fieldViolations"]
    assert "candidateCount" in error.details()
    assert [violation["field"] for violation in violations] == ["generationConfig.candidateCount"]


@pytest.mark.parametrize(
    ("name", "request_", "code", "words"),
    [
        (
            GENERATE,
            {"model": "gemini-2.5-flash"},
            Code.INVALID_ARGUMENT,
            r"model: expected models/\* or tunedModels/\*",
        ),
        (GENERATE, {"model": ""}, Code.INVALID_ARGUMENT, "not ''"),
        (GENERATE, {"model": "models/../x"}, Code.INVALID_ARGUMENT, "not 'models/../x'"),
        (GENERATE, {"model": "models/x:countTokens"}, Code.INVALID_ARGUMENT, "not 'models/x:countTokens'"),
        (GENERATE, {"model": "models/unheard-of"}, Code.NOT_FOUND, "models/unheard-of is not found"),
        (GENERATE, {"model": "models/a?b#c%2F"}, Code.NOT_FOUND, r"models/a\?b#c%2F is not found"),
        (GENERATE, {"model": "models/.."}, Code.NOT_FOUND, r"models/\.\. is not found"),
        (GENERATE, {"model": "dynamic/x"}, Code.NOT_FOUND, "no such method or resource"),
        ("FileService.GetFile", {"name": "files/nothing"}, Code.PERMISSION_DENIED, "files/nothing"),
        ("FileService.GetFile", {"name": "files/x:download"}, Code.INVALID_ARGUMENT, r"name: expected files/\*"),
        ("CacheService.GetCachedContent", {"name": "cachedContents/x"}, Code.PERMISSION_DENIED, "cachedContents/x"),
        ("CacheService.CreateCachedContent", {}, Code.INVALID_ARGUMENT, "model: is missing"),
        ("ModelService.ListModels", {"pageToken": "x"}, Code.INVALID_ARGUMENT, "pageToken"),
        ("ModelService.ListModels", {"pageSize": -1}, Code.INVALID_ARGUMENT, "pageSize"),
        ("Operations.GetOperation", {"name": "models/x/operations/y"}, Code.NOT_FOUND, "models/x/operations/y"),
        (
            "CacheService.UpdateCachedContent",
            {"cachedContent": {"name": "cachedContents/x"}, "updateMask": "model"},
            Code.PERMISSION_DENIED,
            "cachedContents/x",
        ),
    ],
)
def test_refusals(client, name, request_, code, words):
    error = error_from(client.call, name, request_)
    assert error.code() is code
    assert re.search(words, error.details()), error.details()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FileService.CreateFile", "Upload it by REST: POST {url}/upload/v1beta/files"),
        ("FileService.DownloadFile", "Download it by REST: GET {url}/v1beta/files/FILE:download?alt=media"),
        (
            "GenerativeService.GenerateAnswer",
            "does not have this method. It serves v1.GenerativeService: GenerateContent",
        ),
        ("RetrieverService.CreateCorpus", "v1beta.FileService: ListFiles, GetFile, DeleteFile;"),
        ("TextService.GenerateText", "this server does not have this method"),
        ("DiscussService.GenerateMessage", "this server does not have this method"),
        ("PermissionService.ListPermissions", "this server does not have this method"),
    ],
)
def test_methods_that_are_not_served(gemini, client, name, words):
    error = error_from(client.call, name, {})
    assert error.code() is Code.UNIMPLEMENTED
    assert words.format(url=gemini.url) in error.details()
    assert gemini.requests == []


def test_unknown_methods(client):
    error = error_from(client.send, "/a.b.Service/Method", message_named("Model"), b"")
    assert error.code() is Code.UNIMPLEMENTED
    assert "/a.b.Service/Method: this server does not know this method. It serves v1." in error.details()


@pytest.mark.parametrize("data", [b"\xff" * 20, b"\x0a\x80", b"\x12\x02\x0a", b"\x0a\x02\xff\xff", b"\x07"])
def test_bytes_that_are_not_a_message(gemini, client, data):
    method = method_named(GENERATE)
    error = error_from(client.send, method.path, method.reply, data)
    assert error.code() is Code.INVALID_ARGUMENT
    assert "are not a google.ai.generativelanguage.v1beta.GenerateContentRequest" in error.details()


def test_values_without_a_json_form(client):
    method = method_named(GENERATE)
    call = {"functionCall": {"name": "f", "args": {"n": 1}}}
    request = method.request(model=MODEL, contents=[{"parts": [{"text": "x"}]}])
    part = request.contents[0].parts.add()
    part.function_call.name = call["functionCall"]["name"]
    part.function_call.args.fields["n"].number_value = float("inf")
    error = error_from(client.send, method.path, method.reply, request.SerializeToString())
    assert error.code() is Code.INVALID_ARGUMENT
    assert error.details().startswith("GenerateContentRequest: a value has no JSON form: ")


def test_a_call_without_a_message(client):
    method = method_named(GENERATE)
    call = client.channel.stream_unary(method.path)
    error = error_from(call, iter([]), timeout=WAIT_S)
    assert error.code() is Code.INVALID_ARGUMENT
    assert error.details() == "GenerateContent needs a message, and the call ended without it."


def test_too_many_values(client):
    method = method_named(GENERATE)
    request = method.request(model=MODEL, contents=[{} for _ in range(transcoding.MAX_JSON_VALUES)])
    error = error_from(client.send, method.path, method.reply, request.SerializeToString())
    assert error.code() is Code.RESOURCE_EXHAUSTED
    assert error.details().startswith("The message contains more than 100000 values; send less")


def test_as_many_values_as_allowed(gemini, client):
    method = method_named("GenerativeService.CountTokens")
    words = [" word"] * 40_000
    request = method.request(model=MODEL, contents=[{"parts": [{"text": word} for word in words]}])
    assert client.send(method.path, method.reply, request.SerializeToString()).total_tokens == len(words)


def test_a_message_that_is_too_large(client):
    method = method_named(GENERATE)
    request = method.request(model=MODEL, contents=[{"parts": [{"text": "x" * (100 << 20)}]}])
    error = error_from(client.send, method.path, method.reply, request.SerializeToString())
    assert error.code() is Code.RESOURCE_EXHAUSTED
    assert "larger than max" in error.details()


def test_a_message_that_is_too_large_as_json(client, monkeypatch):
    monkeypatch.setattr(transcoding, "MAX_BODY_BYTES", 10_000)
    data = {"inlineData": {"mimeType": "image/png", "data": "AAAA" * 2400}}
    error = error_from(client.call, GENERATE, {"model": MODEL, "contents": [{"parts": [data] * 2}]})
    assert error.code() is Code.RESOURCE_EXHAUSTED
    assert re.match(r"The message has \d+ bytes as JSON, and the limit is 10000; send less", error.details())


def test_a_large_message(gemini, client):
    gemini.on().reply("y" * 6_000_000)
    reply = client.call(GENERATE, prompt("x" * 6_000_000))
    assert len(reply["candidates"][0]["content"]["parts"][0]["text"]) == 6_000_000


# Keys


@pytest.mark.parametrize("metadata", [[("x-goog-api-key", "right")], [("authorization", "Bearer right")]])
def test_the_right_key(serve_engine, metadata):
    server = serve_engine(ScriptedEngine(), require_key="right", grpc_port=0)
    with connected(server.grpc_target) as client:
        assert client.call("ModelService.GetModel", {"name": MODEL}, metadata=metadata)["name"] == MODEL


@pytest.mark.parametrize(
    ("metadata", "code", "reason"),
    [
        ([], Code.PERMISSION_DENIED, "API_KEY_MISSING"),
        ([("x-goog-api-key", "wrong")], Code.INVALID_ARGUMENT, "API_KEY_INVALID"),
        ([("authorization", "Bearer wrong")], Code.UNAUTHENTICATED, "ACCESS_TOKEN_TYPE_UNSUPPORTED"),
    ],
)
def test_no_key_or_a_wrong_one(serve_engine, metadata, code, reason):
    server = serve_engine(ScriptedEngine(), require_key="right", grpc_port=0)
    with connected(server.grpc_target) as client:
        for ask in (
            lambda: client.call("ModelService.ListModels", metadata=metadata),
            lambda: texts(client.open(prompt("x"), metadata=metadata)),
        ):
            error = error_from(ask)
            assert error.code() is code
            assert details_of(error)["ErrorInfo"]["reason"] == reason
            assert "right" not in error.details()


def test_without_the_key_no_message_is_read(serve_engine):
    server = serve_engine(ScriptedEngine(), require_key="right", grpc_port=0)
    with connected(server.grpc_target) as client:
        for path in (method_named(GENERATE).path, method_named("FileService.CreateFile").path, "/a.b.Service/Method"):
            error = error_from(client.send, path, message_named("Model"), b"garbage")
            assert (error.code(), details_of(error)["ErrorInfo"]["reason"]) == (
                Code.PERMISSION_DENIED,
                "API_KEY_MISSING",
            )


# Statuses


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((400, Code.INVALID_ARGUMENT), (401, Code.UNAUTHENTICATED), (403, Code.PERMISSION_DENIED)),
        *((404, Code.NOT_FOUND), (405, Code.UNIMPLEMENTED), (408, Code.DEADLINE_EXCEEDED), (409, Code.ABORTED)),
        *((412, Code.FAILED_PRECONDITION), (429, Code.RESOURCE_EXHAUSTED), (499, Code.CANCELLED)),
        *((500, Code.INTERNAL), (501, Code.UNIMPLEMENTED), (502, Code.UNAVAILABLE), (503, Code.UNAVAILABLE)),
        *((504, Code.DEADLINE_EXCEEDED), (418, Code.UNKNOWN)),
    ],
)
def test_statuses(gemini, client, status, code):
    gemini.fail(status, message="Scripted: ünïcode, 100 %.", times=2)
    for ask in (lambda: client.call(GENERATE, prompt("x")), lambda: texts(client.open(prompt("x")))):
        error = error_from(ask)
        assert (error.code(), error.details()) == (code, "Scripted: ünïcode, 100 %.")
        assert details_of(error) == {}


def test_the_name_of_a_status_decides(gemini, client):
    gemini.respond(status=409, json={"error": {"code": 409, "message": "There.", "status": "ALREADY_EXISTS"}})
    assert error_from(client.call, GENERATE, prompt("x")).code() is Code.ALREADY_EXISTS


def test_a_pause_before_the_next_try(gemini, client):
    gemini.fail(429, retry_delay_s=1.5, times=2)
    for ask in (lambda: client.call(GENERATE, prompt("x")), lambda: texts(client.open(prompt("x")))):
        error = error_from(ask)
        assert error.code() is Code.RESOURCE_EXHAUSTED
        assert details_of(error) == {"RetryInfo": {"retryDelay": "1.500s"}}


def test_every_kind_of_detail():
    kinds: dict[str, dict[str, Any]] = {
        "QuotaFailure": {"violations": [{"subject": "a", "description": "b"}]},
        "PreconditionFailure": {"violations": [{"type": "a", "subject": "b", "description": "c"}]},
        "Help": {"links": [{"description": "a", "url": "https://a.test"}]},
        "LocalizedMessage": {"locale": "de", "message": "ä"},
        "ResourceInfo": {"resourceName": "files/x"},
        "DebugInfo": {"detail": "x", "aFieldOfTomorrow": 1},
    }
    details = [{"@type": f"type.googleapis.com/google.rpc.{name}", **fields} for name, fields in kinds.items()]
    unknown = [{"@type": "type.googleapis.com/other.Kind", "x": 1}, {"x": 1}, "text", None, {"@type": 5}]
    unknown += [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "soon"}]
    unknown += [{"@type": "type.googleapis.com/google.rpc.BadRequest.FieldViolation"}]
    error = error_of(ApiError(400, "x", details=[*unknown, *details]))  # type: ignore[list-item]
    del kinds["DebugInfo"]["aFieldOfTomorrow"]
    assert details_of(Ended(error)) == kinds


class Ended:
    """An error as a client sees it."""

    def __init__(self, error: Any) -> None:
        self.error = error

    def code(self) -> Any:
        return self.error.code

    def details(self) -> str:
        return self.error.message

    def trailing_metadata(self) -> Any:
        return self.error.trailers()


@pytest.mark.parametrize("text", ["x" * 100_000, "ä€😀" * 30_000, "\n%" * 30_000])
def test_a_long_error_fits_into_the_metadata(gemini, client, text):
    violation = {"field": "x", "description": text}
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"})
    gemini.respond(status=400, json={"error": {"code": 400, "message": text, "details": details}})
    error = error_from(client.call, GENERATE, prompt("x"))
    assert error.code() is Code.INVALID_ARGUMENT
    assert text.startswith(error.details()[:-1])
    assert error.details().endswith("…")
    assert details_of(error) == {"RetryInfo": {"retryDelay": "1s"}}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": 5}', b"<html>", b"\xff", b"[" * 100_000])
def test_errors_of_another_form(body):
    assert error_in(503, body).code is Code.UNAVAILABLE
    assert "HTTP status 503" in error_in(503, body).message


def test_an_error_with_odd_fields():
    error = error_in_body({"error": {"code": "x", "message": None, "status": ["OK"], "details": {}}}, 404)
    assert (error.code, error.details) == (Code.NOT_FOUND, [])
    assert error_in_body({"error": {"status": "OK", "code": 200}}).code is Code.UNKNOWN


# Faults


def test_garbage(gemini, client):
    gemini.fail(garbage=True, times=2)
    for ask in (lambda: client.call(GENERATE, prompt("x")), lambda: texts(client.open(prompt("x")))):
        error = error_from(ask)
        assert error.code() is Code.INTERNAL
        assert "not JSON" in error.details()


@pytest.mark.parametrize(
    "body", [{"candidates": 5}, {"candidates": [{"index": "x"}]}, 5, "x", None, [1], {"usageMetadata": 1}]
)
def test_json_that_is_not_the_message(gemini, client, body):
    gemini.respond(json=body)
    error = error_from(client.call, GENERATE, prompt("x"))
    assert error.code() is Code.INTERNAL
    assert "The reply is not a GenerateContentResponse: " in error.details()


@pytest.mark.parametrize("fault", ["before_reply", "lost_reply", "mid_body"])
def test_a_lost_connection(gemini, client, fault):
    gemini.fail(disconnect=fault)
    error = error_from(client.call, GENERATE, prompt("x"))
    assert (error.code(), error.details()) == (
        Code.UNAVAILABLE,
        "The connection was closed before the reply was complete.",
    )
    gemini.wait_until_idle()
    assert client.call(GENERATE, prompt("x"))


def test_a_lost_connection_in_a_stream(gemini, client):
    gemini.on("story").stream(["a", "b", "c"])
    gemini.fail(disconnect="mid_stream", after_chunks=2)
    stream = client.open(prompt("story"))
    assert [next(stream).candidates[0].content.parts[0].text for _ in range(2)] == ["a", "b"]
    assert error_from(next, stream).code() is Code.UNAVAILABLE
    gemini.wait_until_idle()


def test_an_error_in_a_stream(gemini, client):
    gemini.on("story").stream(["a", "b", "c"])
    gemini.fail(429, message="Enough.", retry_delay_s=3, error_after_chunks=1)
    stream = client.open(prompt("story"))
    assert next(stream).candidates[0].content.parts[0].text == "a"
    error = error_from(next, stream)
    assert (error.code(), error.details()) == (Code.RESOURCE_EXHAUSTED, "Enough.")
    assert details_of(error) == {"RetryInfo": {"retryDelay": "3s"}}


def test_a_rule_that_fails(gemini, client):
    gemini.on("x").fail(403, message="Not you.")
    assert error_from(client.call, GENERATE, prompt("x")).details() == "Not you."


def test_events_in_pieces(gemini, client):
    event = b'data: {"candidates": [{"content": {"parts": [{"text": "%b"}]}}]}\r\n\r\n'
    body = b": comment\r\n\r\nevent: x\r\n" + event % b"a" + (event % b"b").replace(b"\r\n", b"\n") + b"data: {"
    pieces = [body[index : index + 1] for index in range(len(body))]
    gemini.respond(body=pieces, headers={"content-type": "text/event-stream"})
    assert texts(client.open(prompt("x"))) == ["a", "b"]


def test_an_event_of_several_lines():
    splitter = EventSplitter()
    assert splitter.feed(b"data: 1\ndata:2\n\nid: 5\n\n\ndata: 3\n") == [b"1\n2"]
    assert splitter.feed(b"\n") == [b"3"]


def test_a_stall(gemini, client):
    gemini.fail(stall=True)
    assert error_from(client.call, GENERATE, prompt("x"), timeout=0.3).code() is Code.DEADLINE_EXCEEDED
    gemini.wait_until_idle()
