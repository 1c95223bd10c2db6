"""gRPC: every method answers as REST does, and nothing that the messages can contain is lost."""

from __future__ import annotations

import base64
import json
import random
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from genai_local.app import SERVICES
from genai_local.protocol.messages import API
from genai_local.rpc.methods import Method, pool, read_methods
from genai_local.rpc.server import places
from genai_local.rpc.transcoding import reply_of, request_of

from .grpc_client import METHODS, GrpcClient, connected, json_of, message_named, method_named, prompt, texts

MODEL = "models/gemini-2.5-flash"
EMBEDDING_MODEL = "models/gemini-embedding-001"
TEXT = {"parts": [{"text": "apple"}]}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def client(gemini) -> Iterator[GrpcClient]:
    with connected(gemini.grpc_target) as client:
        yield client


def upload(http: httpx2.Client, text: str = "Seven towers.") -> str:
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    return http.post("/upload/v1beta/files", content=text.encode(), headers=headers).json()["file"]["name"]


def create_cache(http: httpx2.Client, **fields: Any) -> str:
    body = {"model": MODEL, "contents": [{"role": "user", **TEXT}], "ttl": "600s", **fields}
    return http.post("/v1beta/cachedContents", json=body).json()["name"]


@pytest.fixture
def names(gemini, http) -> dict[str, str]:
    """The names of resources that exist."""
    gemini.operation_polls = 0
    gemini.add_tuned_model("tuned")
    example = {"textInput": "1", "output": "2"}
    task = {"trainingData": {"examples": {"examples": [example]}}, "hyperparameters": {"epochCount": 1, "batchSize": 1}}
    tuning = http.post("/v1beta/tunedModels", json={"baseModel": "models/gemini-2.5-flash", "tuningTask": task}).json()
    video = {"instances": [{"prompt": "A castle."}]}
    filming = http.post("/v1beta/models/veo-3.0-generate-001:predictLongRunning", json=video).json()
    files = [upload(http) for _ in range(3)]
    return {
        "tuned": "tunedModels/tuned",
        "tuning": tuning["name"],
        "filming": filming["name"],
        "file": files[0],
        "cache": create_cache(http, displayName="A cache"),
        "gone": create_cache(http),
    }


# The method, its request, and the REST request that corresponds to it: verb, path, and query or body.
CALLS: dict[str, tuple[str, dict[str, Any], str, str, dict[str, Any]]] = {
    "text": (
        "GenerativeService.GenerateContent",
        prompt("weather", generationConfig={"temperature": 0.7, "maxOutputTokens": 50, "seed": 3, "candidateCount": 2}),
        "POST",
        f"/v1beta/{MODEL}:generateContent",
        {
            "contents": [{"parts": [{"text": "weather"}]}],
            "generationConfig": {"temperature": 0.7, "maxOutputTokens": 50, "seed": 3, "candidateCount": 2},
        },
    ),
    "everything in a reply": (
        "GenerativeService.GenerateContent",
        prompt("everything"),
        "POST",
        f"/v1beta/{MODEL}:generateContent",
        {"contents": [{"parts": [{"text": "everything"}]}]},
    ),
    "a tuned model": (
        "GenerativeService.GenerateContent",
        {**prompt("weather"), "model": "{tuned}"},
        "POST",
        "/v1beta/{tuned}:generateContent",
        {"contents": [{"parts": [{"text": "weather"}]}]},
    ),
    "tokens": (
        "GenerativeService.CountTokens",
        {"model": MODEL, "contents": [TEXT]},
        "POST",
        f"/v1beta/{MODEL}:countTokens",
        {"contents": [TEXT]},
    ),
    "tokens of a request": (
        "GenerativeService.CountTokens",
        {"model": MODEL, "generateContentRequest": prompt("apple", systemInstruction=TEXT)},
        "POST",
        f"/v1beta/{MODEL}:countTokens",
        {"generateContentRequest": prompt("apple", systemInstruction=TEXT)},
    ),
    "an embedding": (
        "GenerativeService.EmbedContent",
        {"model": EMBEDDING_MODEL, "content": TEXT, "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 16},
        "POST",
        f"/v1beta/{EMBEDDING_MODEL}:embedContent",
        {"content": TEXT, "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 16},
    ),
    "embeddings": (
        "GenerativeService.BatchEmbedContents",
        {"model": EMBEDDING_MODEL, "requests": [{"model": EMBEDDING_MODEL, "content": TEXT}] * 2},
        "POST",
        f"/v1beta/{EMBEDDING_MODEL}:batchEmbedContents",
        {"requests": [{"model": EMBEDDING_MODEL, "content": TEXT}] * 2},
    ),
    "a model": ("ModelService.GetModel", {"name": MODEL}, "GET", f"/v1beta/{MODEL}", {}),
    "models": ("ModelService.ListModels", {}, "GET", "/v1beta/models", {}),
    "a page of models": ("ModelService.ListModels", {"pageSize": 2}, "GET", "/v1beta/models", {"pageSize": 2}),
    "a tuned model itself": ("ModelService.GetTunedModel", {"name": "{tuned}"}, "GET", "/v1beta/{tuned}", {}),
    "tuned models": (
        "ModelService.ListTunedModels",
        {"pageSize": 10, "filter": 'display_name = "x"'},
        "GET",
        "/v1beta/tunedModels",
        {"pageSize": 10, "filter": 'display_name = "x"'},
    ),
    "an update of a tuned model": (
        "ModelService.UpdateTunedModel",
        {"tunedModel": {"name": "{tuned}", "displayName": "New", "topK": 3}, "updateMask": "displayName"},
        "PATCH",
        "/v1beta/{tuned}?updateMask=displayName",
        {"displayName": "New"},
    ),
    "the deletion of a tuned model": ("ModelService.DeleteTunedModel", {"name": "{tuned}"}, "DELETE", "", {}),
    "a file": ("FileService.GetFile", {"name": "{file}"}, "GET", "/v1beta/{file}", {}),
    "files": ("FileService.ListFiles", {"pageSize": 2}, "GET", "/v1beta/files", {"pageSize": 2}),
    "the deletion of a file": ("FileService.DeleteFile", {"name": "{file}"}, "DELETE", "", {}),
    "a cache": ("CacheService.GetCachedContent", {"name": "{cache}"}, "GET", "/v1beta/{cache}", {}),
    "caches": ("CacheService.ListCachedContents", {"pageSize": 1}, "GET", "/v1beta/cachedContents", {"pageSize": 1}),
    "a new cache": (
        "CacheService.CreateCachedContent",
        {"cachedContent": {"model": MODEL, "contents": [{"role": "user", **TEXT}], "ttl": "600s"}},
        "POST",
        "/v1beta/cachedContents",
        {"model": MODEL, "contents": [{"role": "user", **TEXT}], "ttl": "600s"},
    ),
    "an update of a cache": (
        "CacheService.UpdateCachedContent",
        {"cachedContent": {"name": "{cache}", "model": MODEL, "ttl": "900s"}, "updateMask": "ttl"},
        "PATCH",
        "/v1beta/{cache}?updateMask=ttl",
        {"ttl": "900s"},
    ),
    "the deletion of a cache": ("CacheService.DeleteCachedContent", {"name": "{gone}"}, "DELETE", "", {}),
    "pictures": (
        "PredictionService.Predict",
        {
            "model": "models/imagen-4.0-generate-001",
            "instances": [{"prompt": "A castle."}],
            "parameters": {"sampleCount": 1, "aspectRatio": "1:1"},
        },
        "POST",
        "/v1beta/models/imagen-4.0-generate-001:predict",
        {
            "instances": [{"prompt": "A castle."}],
            "parameters": {"sampleCount": 1, "aspectRatio": "1:1"},
        },
    ),
    "an operation": ("Operations.GetOperation", {"name": "{tuning}"}, "GET", "/v1beta/{tuning}", {}),
    "an operation with a video": ("Operations.GetOperation", {"name": "{filming}"}, "GET", "/v1beta/{filming}", {}),
    "operations": (
        "Operations.ListOperations",
        {"name": "models/veo-3.0-generate-001"},
        "GET",
        "/v1beta/models/veo-3.0-generate-001/operations",
        {},
    ),
    "the end of an operation": ("Operations.DeleteOperation", {"name": "{filming}"}, "DELETE", "", {}),
    "a model of v1": ("v1.ModelService.GetModel", {"name": MODEL}, "GET", f"/v1/{MODEL}", {}),
    "models of v1": ("v1.ModelService.ListModels", {}, "GET", "/v1/models", {}),
    "text by v1": (
        "v1.GenerativeService.GenerateContent",
        prompt("weather"),
        "POST",
        f"/v1/{MODEL}:generateContent",
        {"contents": [{"parts": [{"text": "weather"}]}]},
    ),
    "tokens by v1": (
        "v1.GenerativeService.CountTokens",
        {"model": MODEL, "contents": [TEXT]},
        "POST",
        f"/v1/{MODEL}:countTokens",
        {"contents": [TEXT]},
    ),
    "an embedding by v1": (
        "v1.GenerativeService.EmbedContent",
        {"model": EMBEDDING_MODEL, "content": TEXT},
        "POST",
        f"/v1/{EMBEDDING_MODEL}:embedContent",
        {"content": TEXT},
    ),
    "embeddings by v1": (
        "v1.GenerativeService.BatchEmbedContents",
        {"model": EMBEDDING_MODEL, "requests": [{"model": EMBEDDING_MODEL, "content": TEXT}]},
        "POST",
        f"/v1/{EMBEDDING_MODEL}:batchEmbedContents",
        {"requests": [{"model": EMBEDDING_MODEL, "content": TEXT}]},
    ),
}
OF_THIS_CALL = ("responseId", "updateTime", "createTime", "expireTime", "name")
"""Fields that differ from one call to the next, where a call creates or changes something."""

EVERYTHING = {
    "candidates": [
        {
            "index": 1,
            "content": {
                "role": "model",
                "parts": [
                    {"text": "Ünïcode \u2028 😀", "thought": True, "thoughtSignature": "/+8="},
                    {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(PNG).decode()}},
                    {
                        "functionCall": {
                            "id": "1",
                            "name": "f",
                            "args": {"@type": "a/b", "n": [1, 2.5, None, {"x": True}]},
                        }
                    },
                    {"executableCode": {"language": "PYTHON", "code": "1"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                ],
            },
            "finishReason": "MAX_TOKENS",
            "safetyRatings": [{"category": "HARM_CATEGORY_HATE_SPEECH", "probability": "NEGLIGIBLE", "blocked": True}],
            "citationMetadata": {"citationSources": [{"startIndex": 0, "endIndex": 5, "uri": "https://a.test"}]},
            "avgLogprobs": -0.25,
            "tokenCount": 7,
            "aFieldOfTomorrow": {"x": 1},
        },
        {"finishReason": "A_REASON_OF_TOMORROW", "index": 2},
    ],
    "promptFeedback": {"blockReason": "SAFETY"},
    "usageMetadata": {
        "promptTokenCount": 3,
        "totalTokenCount": 2147483647,
        "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 5}],
    },
    "modelVersion": "scripted",
}


def filled(value: Any, names: dict[str, str]) -> Any:
    """Return a request with the names of the resources in it."""
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(item, names) for item in value]
    if isinstance(value, str):
        for key, name in names.items():
            value = value.replace(f"{{{key}}}", name)
    return value


def known(value: Any, kind: Any) -> Any:
    """Return the part of the JSON of a message that the message can contain, without values that it does not tell from none."""
    if kind.full_name == "google.protobuf.Any":
        of = pool().FindMessageTypeByName(value["@type"].rpartition("/")[2])
        return {"@type": value["@type"], **known({name: item for name, item in value.items() if name != "@type"}, of)}
    if kind.full_name.startswith("google.protobuf."):
        return value
    fields = {field.json_name: field for field in kind.fields}
    result: dict[str, Any] = {}
    for name, item in value.items():
        field = fields.get(name)
        if field is None:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            result[name] = item
        elif isinstance(item, list):
            result[name] = [kept for each in item if (kept := known_one(each, field)) is not None]
        elif (kept := known_one(item, field)) is not None and (field.has_presence or kept not in (0, "", False)):
            result[name] = kept
    return {name: item for name, item in result.items() if item != []}


def known_one(value: Any, field: Any) -> Any:
    if field.message_type is not None:
        return known(value, field.message_type)
    if field.enum_type is not None:
        return value if value in field.enum_type.values_by_name else None
    if field.cpp_type == field.CPPTYPE_FLOAT:
        return pytest.approx(struct.unpack("f", struct.pack("f", value))[0], rel=1e-6)
    return value


@pytest.mark.parametrize("case", CALLS)
def test_a_call_is_answered_as_by_rest(case, gemini, http, client, names):
    gemini.on("weather").reply("Sunny and warm.")
    gemini.on("everything").reply(EVERYTHING)
    name, request, verb, path, rest = filled(CALLS[case], names)
    version, name = split(name)
    reply = client.call(name, request, version=version)
    if verb == "DELETE":
        assert reply == {}
        gone = http.get(f"/v1beta/{request['name']}")
        assert gone.status_code in (403, 404)
        return
    expected = (
        (http.get(path, params=rest) if verb == "GET" else http.request(verb, path, json=rest))
        .raise_for_status()
        .json()
    )
    expected = known(expected, method_named(name, version).reply.DESCRIPTOR)
    if verb != "GET":
        for field in OF_THIS_CALL:
            assert bool(reply.pop(field, None)) == bool(expected.pop(field, None))
    assert reply == expected
    assert reply or case == "tuned models"


def split(name: str) -> tuple[str, str]:
    version, service, method = name.split(".") if name.count(".") == 2 else ("v1beta", *name.split("."))
    return version, f"{service}.{method}"


STREAM = "GenerativeService.StreamGenerateContent"
OTHERS = {STREAM, f"v1.{STREAM}", "ModelService.CreateTunedModel", "PredictionService.PredictLongRunning"}
OTHERS |= {"Operations.CancelOperation"}
"""The methods with tests of their own."""


def test_every_method_that_is_served_is_tested():
    served = set()
    for method in read_methods(places(route for service in SERVICES for route in service.ROUTES)).values():
        if method.is_served:
            version, service = method.service.split(".")[-2:]
            served.add(f"v1.{service}.{method.name}" if version == "v1" else f"{service}.{method.name}")
    assert served == {call[0] for call in CALLS.values()} | OTHERS


@pytest.mark.parametrize("version", ["v1beta", "v1"])
def test_a_stream(gemini, client, version):
    gemini.on("story").stream(["Once ", {"functionCall": {"name": "f", "args": {"n": 1}}}, "upon a time."])
    method = method_named(STREAM, version)
    call = client.channel.unary_stream(method.path, response_deserializer=method.reply.FromString)
    request = method.request(model=MODEL, contents=[{"parts": [{"text": "story"}]}])
    replies = [json_of(message) for message in call(request.SerializeToString(), timeout=30)]
    parts = [part for reply in replies for part in reply["candidates"][0]["content"]["parts"]]
    assert [part.get("text") for part in parts] == ["Once ", None, "upon a time."]
    assert replies[-1]["candidates"][0]["finishReason"] == "STOP"
    assert replies[-1]["usageMetadata"]["totalTokenCount"] > 0
    assert gemini.last_request.path == f"/{version}/{MODEL}:streamGenerateContent"
    assert gemini.last_request.query == {"alt": "sse"}


def test_messages_of_a_stream_arrive_when_they_exist(gemini, client):
    gemini.on("endless").stream(["and so on "] * 100_000, interval_s=0.01)
    stream = client.open(prompt("endless"))
    assert next(stream).candidates[0].content.parts[0].text == "and so on "
    assert gemini.requests_in_flight == 1
    stream.cancel()


def test_a_stream_as_a_json_array(gemini, client):
    gemini.respond(json=[{"candidates": [{"content": {"parts": [{"text": text}]}}]} for text in "ab"], times=2)
    assert texts(client.open(prompt("x"))) == ["a", "b"]


def test_pages(client, names):
    found, token = [], ""
    for _ in range(10):
        page = client.call("FileService.ListFiles", {"pageSize": 2, "pageToken": token})
        found += [file["name"] for file in page["files"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert len(found) == len(set(found)) > 2
    assert names["file"] in found


def test_a_file_in_a_prompt(client, http, names):
    uri = client.call("FileService.GetFile", {"name": names["file"]})["uri"]
    assert http.get(uri).json()["name"] == names["file"]
    part = {"fileData": {"fileUri": uri, "mimeType": "text/plain"}}
    counted = client.call("GenerativeService.CountTokens", {"model": MODEL, "contents": [{"parts": [part]}]})
    assert counted["totalTokens"] > 1


def test_tuning(gemini, client):
    gemini.operation_polls = 1
    task = {"trainingData": {"examples": {"examples": [{"textInput": "1", "output": "2"}]}}}
    model = {"baseModel": MODEL, "displayName": "A model", "tuningTask": task}
    request = {"tunedModelId": "my-model", "tunedModel": model}
    begun = client.call("ModelService.CreateTunedModel", request)
    assert begun["metadata"]["tunedModel"] == "tunedModels/my-model"
    for _ in range(2):
        done = client.call("Operations.GetOperation", {"name": begun["name"]})
    assert done["done"] is True
    assert done["response"]["@type"].endswith(".TunedModel")
    made = client.call("ModelService.GetTunedModel", {"name": "tunedModels/my-model"})
    assert made["displayName"] == "A model"
    # Clients send back whole resources, with what only the service sets.
    again = {**made, "name": "", "tuningTask": {**made["tuningTask"], **task}}
    assert client.call("ModelService.CreateTunedModel", {"tunedModel": again})["name"] != begun["name"]
    made["description"] = "Better."
    changed = client.call("ModelService.UpdateTunedModel", {"tunedModel": made, "updateMask": "description"})
    assert changed["description"] == "Better."


def test_a_whole_cache_with_a_mask(client, names):
    cache = client.call("CacheService.GetCachedContent", {"name": names["cache"]})
    cache["expireTime"] = "2100-01-01T00:00:00Z"
    changed = client.call("CacheService.UpdateCachedContent", {"cachedContent": cache, "updateMask": "expireTime"})
    assert changed["expireTime"] == "2100-01-01T00:00:00Z"
    assert changed["displayName"] == "A cache"


def test_operations_of_videos(gemini, client):
    gemini.operation_polls = 5
    request = {"model": "models/veo-3.0-generate-001", "instances": [{"prompt": "A castle."}]}
    name = client.call("PredictionService.PredictLongRunning", request)["name"]
    assert "done" not in client.call("Operations.GetOperation", {"name": name})
    assert client.call("Operations.CancelOperation", {"name": name}) == {}
    done = client.call("Operations.GetOperation", {"name": name})
    assert done["error"]["code"] == 1


def test_metadata_becomes_headers(gemini, client):
    metadata = (("x-goog-request-params", "model=models%2Fx"), ("x-goog-api-client", "gl-python/3"), ("x-own", "a"))
    metadata += (("x-own", "b"), ("x-own-bin", b"\0"), ("origin", "https://evil.test"))
    client.call("ModelService.GetModel", {"name": MODEL}, metadata=metadata)
    headers = gemini.last_request.headers
    assert headers["x-goog-request-params"] == "model=models%2Fx"
    assert (headers["x-goog-api-client"], headers["x-own"]) == ("gl-python/3", "a, b")
    assert headers["user-agent"].startswith("grpc-python/")
    assert not headers.keys() & {"x-own-bin", "origin", "te"}
    assert headers["host"] == gemini.url.removeprefix("http://")


SCALARS = {
    FieldDescriptor.CPPTYPE_STRING: lambda draw: "".join(draw.choices('aZ ä\u2028😀"\\\n', k=draw.randrange(1, 5))),
    FieldDescriptor.CPPTYPE_BOOL: lambda draw: draw.random() < 0.5,
    FieldDescriptor.CPPTYPE_INT32: lambda draw: draw.randrange(-(2**31), 2**31),
    FieldDescriptor.CPPTYPE_INT64: lambda draw: draw.randrange(-(2**63), 2**63),
    FieldDescriptor.CPPTYPE_UINT32: lambda draw: draw.randrange(2**32),
    FieldDescriptor.CPPTYPE_UINT64: lambda draw: draw.randrange(2**64),
    FieldDescriptor.CPPTYPE_FLOAT: lambda draw: draw.uniform(-9, 9),
    FieldDescriptor.CPPTYPE_DOUBLE: lambda draw: draw.uniform(-9, 9),
}
MAX_DEPTH = 6


def random_message(kind: type[Message], draw: random.Random, depth: int = 0) -> Any:
    """Return a message with random fields, lists and messages in it."""
    message: Any = kind()
    name = kind.DESCRIPTOR.full_name
    if name == "google.protobuf.Timestamp":
        message.seconds, message.nanos = draw.randrange(4_000_000_000), draw.randrange(1_000_000) * 1000
    elif name == "google.protobuf.Duration":
        message.seconds, message.nanos = draw.randrange(4_000_000), draw.randrange(1_000_000) * 1000
    elif name == "google.protobuf.Struct":
        message.update({"@type": "x", "n": [1, 2.5, None, {"deep": True}], "ä": draw.random()})
    elif name == "google.protobuf.Value":
        message.string_value = "value"
    elif name == "google.protobuf.FieldMask":
        message.paths.extend(["display_name", "ttl"])
    elif name == "google.protobuf.Any":
        message.Pack(message_named("TunedModel")(name="tunedModels/x", display_name="ä"))
    else:
        for field in kind.DESCRIPTOR.fields:
            if draw.random() < 0.6:
                set_random(message, field, draw, depth)
    return message


def set_random(message: Any, field: Any, draw: random.Random, depth: int) -> None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value = field.message_type.fields_by_name["value"]
        if value.message_type is None:
            getattr(message, field.name)["key"] = random_scalar(value, draw)
        elif depth < MAX_DEPTH:
            made = random_message(message_factory.GetMessageClass(value.message_type), draw, depth + 1)
            getattr(message, field.name)["key"].CopyFrom(made)
        return
    if field.message_type is not None and depth >= MAX_DEPTH:
        return
    is_list = hasattr(getattr(message, field.name), "extend")  # descriptors tell it only since protobuf 6
    values = [
        random_scalar(field, draw)
        if field.message_type is None
        else random_message(message_factory.GetMessageClass(field.message_type), draw, depth + 1)
        for _ in range(draw.randrange(1, 3) if is_list else 1)
    ]
    if is_list:
        getattr(message, field.name).extend(values)
    elif field.message_type is None:
        setattr(message, field.name, values[0])
    else:
        getattr(message, field.name).CopyFrom(values[0])


def random_scalar(field: Any, draw: random.Random) -> Any:
    if field.enum_type is not None:
        return draw.choice(field.enum_type.values).number
    if field.type == field.TYPE_BYTES:
        return draw.randbytes(draw.randrange(1, 5))
    return SCALARS[field.cpp_type](draw)


@pytest.mark.parametrize("path", sorted(METHODS))
def test_replies_lose_nothing(path):
    method = METHODS[path]
    for seed in range(10):
        message = random_message(method.reply, random.Random(seed))
        assert method.reply.FromString(reply_of(method, json_of(message))) == message


def joined(method: Method, binding: Any, request: Any) -> Any:
    """Return the message that the path, the query and the body of a request are together."""
    body: dict[str, Any] = json.loads(request.body or b"{}")
    fields = body if binding.body == "*" else {}
    if binding.body not in ("", "*"):
        fields[method.request.DESCRIPTOR.fields_by_name[binding.body].json_name] = body
    words = {"true": True, "false": False}
    fields |= {name: words.get(value, value) for name, value in parse_qsl(request.query.decode()) if name != "alt"}
    message = json_format.ParseDict(fields, method.request(), descriptor_pool=pool())
    if binding.variable is not None:
        value = request.path.removeprefix(binding.before).removesuffix(binding.after)
        holder: Any = message
        for name in binding.variable.path[:-1]:
            holder = getattr(holder, name)
        setattr(holder, binding.variable.path[-1], value)
    return message


WITH_RULES = sorted(path for path, method in METHODS.items() if method.bindings)


@pytest.mark.parametrize("path", WITH_RULES)
def test_requests_lose_nothing(path):
    """The path, the query and the body of the request together are the message."""
    method = METHODS[path]
    for seed in range(10):
        message = random_message(method.request, random.Random(seed))
        binding = method.bindings[seed % len(method.bindings)]
        if binding.variable is not None:
            holder = message
            for name in binding.variable.path[:-1]:
                holder = getattr(holder, name)
            setattr(holder, binding.variable.path[-1], binding.variable.form.replace("*", "ä.b"))
        if binding.body not in ("", "*"):
            getattr(message, binding.body).SetInParent()
        request = request_of(method, message.SerializeToString())
        assert request.verb == binding.verb
        assert joined(method, binding, request) == message


def enums_of(kind: Any, name: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return the enums in a message by their names on this server, with their descriptors."""
    fields = API.fields(name, "gemini")
    for field in kind.fields:
        known_field = fields.get(field.json_name)
        if known_field is None:
            continue
        if field.enum_type is not None and known_field.type in API.enums:
            found[known_field.type] = field.enum_type
        elif field.message_type is not None and known_field.type in API.messages and known_field.type not in found:
            found[known_field.type] = None
            enums_of(field.message_type, known_field.type, found)
    return found


def test_the_position_of_an_enum_member_is_its_number():
    found: dict[str, Any] = {}
    for name in ("GenerateContentRequest", "EmbedContentRequest", "CachedContent"):
        enums_of(message_named(name).DESCRIPTOR, name, found)
    enums = {name: kind for name, kind in found.items() if kind is not None}
    assert {"HarmCategory", "HarmBlockThreshold", "Type", "TaskType", "Language"} <= enums.keys()
    for name, kind in enums.items():
        positions = {member: position for position, member in enumerate(API.enums[name])}
        numbers = {value.name: value.number for value in kind.values}
        assert [member for member in numbers if positions.get(member, numbers[member]) != numbers[member]] == []
