"""File search: stores, documents, upload and import, chunks, metadata, and prompts with the tool."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from dataclasses import replace

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.errors import ApiError
from genai_local.server import LocalServer
from genai_local.services.file_search.chunks import Chunking, chunks_of
from genai_local.services.file_search.metadata_filter import compile_filter
from genai_local.services.file_search.store import FileSearchStores

STORES = "/v1beta/fileSearchStores"
CASTLE = "The castle was built in 1240 by king Rudolf. It has seven towers."
SHEEP = "Sheep graze in the valley of the river. They give wool and milk."
ASK = "/v1beta/models/gemini-2.5-flash:generateContent"


def problem_of(response: httpx2.Response, status: int = 400) -> str:
    assert response.status_code == status, response.text
    return response.json()["error"]["message"]


@pytest.fixture
def store(http) -> str:
    """The name of an empty store."""
    return http.post(STORES, json={"displayName": "My store"}).json()["name"]


@pytest.fixture
def finished(http):
    def wait(operation):
        for _ in range(10):
            if operation.get("done"):
                break
            operation = http.get(f"/v1beta/{operation['name']}").json()
        return operation

    return wait


@pytest.fixture
def begin_upload(http):
    """Start to upload a document and return the reply."""

    def call(store: str, text: str | bytes, kind: str = "text/plain", **message) -> httpx2.Response:
        data = text.encode() if isinstance(text, str) else text
        path = f"/upload/v1beta/{store}:uploadToFileSearchStore"
        start = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
        start["x-goog-upload-header-content-type"] = kind
        begun = http.post(path, json=message, headers=start)
        if begun.status_code != 200:
            return begun
        headers = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}
        return http.post(begun.headers["x-goog-upload-url"], content=data, headers=headers)

    return call


@pytest.fixture
def upload(begin_upload, finished):
    """Upload a document and return its name."""

    def call(store: str, text: str, **message) -> str:
        operation = finished(begin_upload(store, text, **message).json())
        return operation["response"]["documentName"]

    return call


@pytest.fixture
def ask(http):
    """Send a prompt with the tool and return the candidate."""

    def call(text: str, *stores: str, **tool):
        body = {
            "contents": [{"role": "user", "parts": [{"text": text}]}],
            "tools": [{"fileSearch": {"fileSearchStoreNames": list(stores), **tool}}],
        }
        reply = http.post(ASK, json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()["candidates"][0]

    return call


def contexts(candidate):
    chunks = candidate.get("groundingMetadata", {}).get("groundingChunks", [])
    return [chunk["retrievedContext"] for chunk in chunks]


def test_a_store(http, store):
    made = http.get(f"/v1beta/{store}").json()
    assert store.startswith("fileSearchStores/my-store-")
    assert made["displayName"] == "My store"
    assert made["createTime"] == made["updateTime"]
    assert made.keys() == {"name", "displayName", "createTime", "updateTime"}
    assert http.get(STORES).json() == {"fileSearchStores": [made]}
    assert http.delete(f"/v1beta/{store}").json() == {}
    for response in (http.get(f"/v1beta/{store}"), http.delete(f"/v1beta/{store}")):
        assert store in problem_of(response, 403)


def test_stores_without_a_name_and_with_a_model(http):
    assert "displayName" not in http.post(STORES).json()
    made = http.post(STORES, json={"embeddingModel": "models/gemini-embedding-001"}).json()
    assert made["embeddingModel"] == "models/gemini-embedding-001"
    wrong = http.post(STORES, json={"embeddingModel": "models/gemini-2.5-flash"})
    assert problem_of(wrong).startswith("embeddingModel: ")
    assert problem_of(http.post(STORES, json={"displayName": "x" * 513})).startswith("displayName: ")


def test_lists_in_pages(http, store, upload):
    names = [store, *(http.post(STORES, json={}).json()["name"] for _ in range(4))]
    first = http.get(f"{STORES}?pageSize=3").json()
    second = http.get(f"{STORES}?pageSize=3&pageToken={first['nextPageToken']}").json()
    assert [item["name"] for item in [*first["fileSearchStores"], *second["fileSearchStores"]]] == names
    documents = [upload(store, f"text {index}") for index in range(3)]
    first = http.get(f"/v1beta/{store}/documents?pageSize=2").json()
    second = http.get(f"/v1beta/{store}/documents?pageSize=2&pageToken={first['nextPageToken']}").json()
    assert [item["name"] for item in [*first["documents"], *second["documents"]]] == documents
    assert http.get(f"{STORES}?pageToken={first['nextPageToken']}").status_code == 400


def test_an_upload(gemini, http, store, begin_upload, finished):
    gemini.operation_polls = 2
    metadata = [
        {"key": "author", "string_value": "Ada"},
        {"key": "year", "numericValue": 1843},
        {"key": "tags", "stringListValue": {"values": ["a", "b"]}},
    ]
    operation = begin_upload(store, CASTLE, displayName="castle.txt", customMetadata=metadata).json()
    assert operation["name"].startswith(f"{store}/upload/operations/")
    assert "done" not in operation
    assert "done" not in http.get(f"/v1beta/{operation['name']}").json()
    operation = finished(operation)
    name = operation["response"]["documentName"]
    assert operation["response"]["parent"] == store
    assert name.startswith(f"{store}/documents/castle-txt-")
    document = http.get(f"/v1beta/{name}").json()
    assert (document["state"], document["displayName"]) == ("STATE_ACTIVE", "castle.txt")
    assert (document["sizeBytes"], document["mimeType"]) == (str(len(CASTLE)), "text/plain")
    assert document["customMetadata"] == [{"key": "author", "stringValue": "Ada"}, *metadata[1:]]
    made = http.get(f"/v1beta/{store}").json()
    assert (made["activeDocumentsCount"], made["sizeBytes"]) == ("1", str(len(CASTLE)))
    assert made["updateTime"] >= document["createTime"] >= made["createTime"]
    listed = http.get(f"/v1beta/{store}/upload/operations").json()["operations"]
    assert [item["name"] for item in listed] == [operation["name"]]


def test_an_import(http, store, finished, ask):
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/markdown", "x-goog-upload-file-name": "c.md"}
    file = http.post("/upload/v1beta/files", content=CASTLE.encode(), headers=headers).json()["file"]["name"]
    operation = http.post(f"/v1beta/{store}:importFile", json={"file_name": file}).json()
    assert operation["name"].startswith(f"{store}/operations/")
    operation = finished(operation)
    assert operation["response"]["@type"].endswith(".ImportFileResponse")
    document = http.get(f"/v1beta/{operation['response']['documentName']}").json()
    assert (document["displayName"], document["mimeType"]) == ("c.md", "text/markdown")
    assert http.delete(f"/v1beta/{file}").json() == {}
    assert [context["text"] for context in contexts(ask("castle", store))] == [CASTLE]


def test_what_cannot_be_imported(gemini, http, store):
    path = f"/v1beta/{store}:importFile"
    assert problem_of(http.post(path, json={})).startswith("fileName: ")
    assert "files/none" in problem_of(http.post(path, json={"fileName": "files/none"}), 403)
    assert http.post(f"{STORES}/none:importFile", json={"fileName": "files/x"}).status_code == 403
    gemini.file_polls = 100
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    file = http.post("/upload/v1beta/files", content=b"x", headers=headers).json()["file"]["name"]
    early = http.post(path, json={"fileName": file})
    assert "PROCESSING" in problem_of(early)
    assert early.json()["error"]["status"] == "FAILED_PRECONDITION"


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"customMetadata": [{"stringValue": "x"}]}, "customMetadata[0].key"),
        ({"customMetadata": [{"key": "x"}]}, "customMetadata[0]"),
        ({"customMetadata": [{"key": "x", "numericValue": 1}] * 2}, "customMetadata[1].key"),
        ({"customMetadata": [{"key": f"{n}", "numericValue": 1} for n in range(21)]}, "customMetadata"),
        (
            {"chunkingConfig": {"whiteSpaceConfig": {"maxTokensPerChunk": 513}}},
            "chunkingConfig.whiteSpaceConfig.maxTokensPerChunk",
        ),
        (
            {"chunkingConfig": {"whiteSpaceConfig": {"maxTokensPerChunk": 5, "maxOverlapTokens": 5}}},
            "chunkingConfig.whiteSpaceConfig.maxOverlapTokens",
        ),
        ({"displayName": "x" * 513}, "displayName"),
    ],
)
def test_what_cannot_be_uploaded(store, begin_upload, message, path):
    assert problem_of(begin_upload(store, "x", **message)).startswith(f"{path}: ")


def test_an_upload_into_a_missing_store(begin_upload):
    assert begin_upload("fileSearchStores/none", "x").status_code == 403


@pytest.mark.parametrize(
    ("data", "kind"), [(b"\x89PNG", "image/png"), (b" \n ", "text/plain"), (b"%PDF", "application/pdf")]
)
def test_documents_without_text(http, store, begin_upload, finished, data, kind):
    operation = finished(begin_upload(store, data, kind).json())
    assert operation["error"]["code"] == 3
    assert "has no searchable text" in operation["error"]["message"]
    [document] = http.get(f"/v1beta/{store}/documents").json()["documents"]
    assert document["state"] == "STATE_FAILED"
    assert http.get(f"/v1beta/{store}").json()["failedDocumentsCount"] == "1"


def test_an_upload_that_is_cancelled(serve_engine, no_tls):
    class Slow(ScriptedEngine):
        async def embed(self, texts):
            await asyncio.Event().wait()
            return []

    server = serve_engine(Slow())
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        store = http.post(STORES, json={}).json()["name"]
        headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
        path = f"/upload/v1beta/{store}:uploadToFileSearchStore"
        operation = http.post(path, content=CASTLE.encode(), headers=headers).json()
        document = operation["metadata"]["documentName"]
        assert http.get(f"/v1beta/{document}").json()["state"] == "STATE_PENDING"
        http.post(f"/v1beta/{operation['name']}:cancel")
        while http.get(f"/v1beta/{document}").json()["state"] == "STATE_PENDING":
            pass
        assert http.get(f"/v1beta/{document}").json()["state"] == "STATE_FAILED"
        assert http.get(f"/v1beta/{operation['name']}").json()["error"]["code"] == 1


def test_a_document_that_is_deleted_during_its_ingestion(serve_engine, no_tls):
    going_on = threading.Event()

    class Slow(ScriptedEngine):
        async def embed(self, texts):
            await asyncio.to_thread(going_on.wait, 30)
            return await super().embed(texts)

    server = serve_engine(Slow(), operation_s=0)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        store = http.post(STORES, json={}).json()["name"]
        headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
        path = f"/upload/v1beta/{store}:uploadToFileSearchStore"
        operation = http.post(path, content=CASTLE.encode(), headers=headers).json()
        assert http.delete(f"/v1beta/{operation['metadata']['documentName']}").json() == {}
        going_on.set()
        error = http.get(f"/v1beta/{operation['name']}").json()["error"]
    assert (error["code"], "was deleted during its ingestion" in error["message"]) == (5, True)


def test_delete_of_something_not_empty_requires_force(http, store, upload):
    document = upload(store, CASTLE)
    for path, reason in ((store, "has documents"), (document, "has chunks")):
        refused = http.delete(f"/v1beta/{path}")
        assert reason in problem_of(refused)
        assert refused.json()["error"]["status"] == "FAILED_PRECONDITION"
    assert problem_of(http.delete(f"/v1beta/{document}?force=x")).startswith("force: ")
    assert http.delete(f"/v1beta/{document}?force=True").json() == {}
    assert http.get(f"/v1beta/{document}").status_code == http.delete(f"/v1beta/{document}").status_code == 403
    assert "activeDocumentsCount" not in http.get(f"/v1beta/{store}").json()
    upload(store, CASTLE)
    assert http.delete(f"/v1beta/{store}?force=true").json() == {}
    assert http.get(f"/v1beta/{store}/documents").status_code == 403


def test_a_prompt_gets_the_nearest_chunks(gemini, http, store, upload, ask):
    castle = upload(store, CASTLE, displayName="castle.txt", customMetadata=[{"key": "n", "numericValue": 1}])
    upload(store, SHEEP, displayName="sheep.txt")
    gemini.on("castle").reply("Ah, ü! The castle was built in 1240.\nNobody knows why.")
    candidate = ask("When was the castle built?", store)
    found = contexts(candidate)
    assert [context["title"] for context in found] == ["castle.txt", "sheep.txt"]
    assert found[0] == {
        "title": "castle.txt",
        "text": CASTLE,
        "fileSearchStore": store,
        "mediaId": castle.replace("/documents/", "/media/"),
        "customMetadata": [{"key": "n", "numericValue": 1}],
    }
    media = http.get(f"/v1/{found[0]['mediaId']}?alt=media")
    assert (media.text, media.headers["content-type"].partition(";")[0]) == (CASTLE, "text/plain")
    assert http.get(f"/v1/{found[0]['mediaId']}").status_code == 400
    sentence = "The castle was built in 1240."
    segment = {"startIndex": 8, "endIndex": 8 + len(sentence), "text": sentence}
    assert candidate["groundingMetadata"]["groundingSupports"] == [{"segment": segment, "groundingChunkIndices": [0]}]
    assert contexts(ask("Who gives wool?", store, topK=1))[0]["title"] == "sheep.txt"
    http.delete(f"/v1beta/{castle}?force=true")
    assert http.get(f"/v1/{found[0]['mediaId']}?alt=media").status_code == 403
    assert [context["title"] for context in contexts(ask("castle", store))] == ["sheep.txt"]


def test_the_engine_reads_the_found_chunks(serve_engine, no_tls):
    prompts = []

    class Listening(ScriptedEngine):
        async def generate(self, request):
            prompts.append(request.prompt)
            async for piece in super().generate(request):
                yield piece

    server = serve_engine(Listening(), operation_s=0)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        store = http.post(STORES, json={}).json()["name"]
        headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain", "x-goog-upload-file-name": "c.txt"}
        http.post(f"/upload/v1beta/{store}:uploadToFileSearchStore", content=CASTLE.encode(), headers=headers)
        while http.get(f"/v1beta/{store}").json().get("activeDocumentsCount") != "1":
            pass
        declared = [{"name": "f"}]
        body = {
            "contents": [{"parts": [{"text": "The castle?"}]}],
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "tools": [{"fileSearch": {"fileSearchStoreNames": [store]}}, {"functionDeclarations": declared}],
        }
        http.post(ASK, json=body)
    [prompt] = prompts
    first, second = prompt.system_instruction["parts"]
    assert first == {"text": "Be brief."}
    assert second["text"].endswith(f"[1] c.txt:\n{CASTLE}")
    assert prompt.tools == [{"functionDeclarations": declared}]
    assert prompt.contents == body["contents"]


def test_engines_without_tools_and_embeddings_have_file_search(plain_server, no_tls):
    plain_server.api.operations.duration_s = 0
    with httpx2.Client(base_url=plain_server.url, verify=no_tls) as http:
        store = http.post(STORES, json={}).json()["name"]
        headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
        for text in (SHEEP, CASTLE):
            http.post(f"/upload/v1beta/{store}:uploadToFileSearchStore", content=text.encode(), headers=headers)
        while http.get(f"/v1beta/{store}").json().get("activeDocumentsCount") != "2":
            pass
        tool = {"fileSearch": {"fileSearchStoreNames": [store], "topK": 1}}
        body = {"contents": [{"parts": [{"text": "Which king built the castle?"}]}], "tools": [tool]}
        reply = http.post(ASK, json=body).json()
    assert [context["text"] for context in contexts(reply["candidates"][0])] == [CASTLE]


def test_streams_end_with_the_grounding(gemini, http, store, upload):
    upload(store, CASTLE)
    gemini.on("castle").stream(["It has ", "seven ", "towers."])
    body = {
        "contents": [{"parts": [{"text": "castle"}]}],
        "tools": [{"fileSearch": {"fileSearchStoreNames": [store]}}],
    }
    chunks = http.post(ASK.replace("generate", "streamGenerate"), json=body).json()
    candidates = [chunk["candidates"][0] for chunk in chunks]
    assert ["groundingMetadata" in candidate for candidate in candidates] == [False, False, True]
    [support] = candidates[-1]["groundingMetadata"]["groundingSupports"]
    assert support["segment"] == {"endIndex": 20, "text": "It has seven towers."}


def test_whole_replies_of_a_script_are_not_changed(gemini, store, upload, ask):
    upload(store, CASTLE)
    reply = {"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}]}
    gemini.on("castle").reply(reply)
    assert ask("castle", store) == reply["candidates"][0]


def test_nothing_is_found_in_an_empty_store(store, ask):
    assert "groundingMetadata" not in ask("castle", store)


def test_several_stores(http, store, upload, ask):
    other = http.post(STORES, json={}).json()["name"]
    upload(store, CASTLE)
    upload(other, SHEEP)
    found = contexts(ask("sheep in the valley", store, other, topK=2))
    assert [context["fileSearchStore"] for context in found] == [other, store]


def test_a_filter_of_metadata(store, upload, ask):
    for name, year in (("Ada", 1843), ("Grace", 1952), (None, None)):
        metadata = [{"key": "author", "stringValue": name}, {"key": "year", "numericValue": year}] if name else []
        upload(store, f"{CASTLE} {name}", displayName=name or "none", customMetadata=metadata)

    def found(expression):
        return {context["title"] for context in contexts(ask("castle", store, metadataFilter=expression))}

    assert found('author = "Ada"') == {"Ada"}
    assert found("year > 1900") == {"Grace"}
    assert found("NOT author:*") == {"none"}
    assert found("") == {"Ada", "Grace", "none"}


@pytest.mark.parametrize(
    ("tool", "path", "status"),
    [
        ({"fileSearchStoreNames": []}, "tools[0].fileSearch.fileSearchStoreNames", 400),
        ({"fileSearchStoreNames": ["fileSearchStores/x"]}, "tools[0].fileSearch.fileSearchStoreNames[0]", 403),
        ({"topK": 0}, "tools[0].fileSearch.topK", 400),
        ({"topK": 101}, "tools[0].fileSearch.topK", 400),
        ({"metadataFilter": "author ="}, "tools[0].fileSearch.metadataFilter", 400),
        ({"retrievalConfig": {"x": 1}}, "tools[0].fileSearch.retrievalConfig", 400),
    ],
)
def test_invalid_tools(http, store, tool, path, status):
    body = {
        "contents": [{"parts": [{"text": "castle"}]}],
        "tools": [{"fileSearch": {"fileSearchStoreNames": [store], **tool}}],
    }
    assert problem_of(http.post(ASK, json=body), status).startswith(f"{path}: ")


def test_requested_chunking(store, upload, ask):
    config = {"whiteSpaceConfig": {"maxTokensPerChunk": 5, "maxOverlapTokens": 1}}
    upload(store, CASTLE, chunkingConfig=config)
    texts = {context["text"] for context in contexts(ask("castle", store, topK=100))}
    assert texts == {"The castle was built in", "in 1240 by king Rudolf.", "Rudolf. It has seven towers."}


class Narrow(ScriptedEngine):
    """An engine whose embedding model reads eight tokens."""

    embedding_facts = replace(ScriptedEngine.facts, input_token_limit=8)

    async def embed(self, texts):
        made = await super().embed(texts)
        return [replace(embedding, truncated=embedding.token_count > 8) for embedding in made]


@pytest.mark.parametrize(
    ("text", "separator"), [(" ".join(f"w{index}" for index in range(90)), " "), ("界" * 300, ""), (CASTLE, " ")]
)
def test_chunks_that_are_too_long_for_the_embedding_model_are_split(text, separator, serve_engine, no_tls):
    server = serve_engine(Narrow(), operation_s=0)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        store = http.post(STORES, json={}).json()["name"]
        headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
        http.post(f"/upload/v1beta/{store}:uploadToFileSearchStore", content=text.encode(), headers=headers)
        deadline = time.monotonic() + 20
        while http.get(f"/v1beta/{store}").json().get("activeDocumentsCount") != "1":
            assert time.monotonic() < deadline
        stores = server.api.part(FileSearchStores)
        [document] = stores.documents(store, None, -1)
        chunks = [row["text"] for row in stores.chunks(document.name, 0, 1000)]
    assert separator.join(chunks) == text
    assert all(len(chunk.split()) <= 8 and len(chunk) <= 64 for chunk in chunks)


class OtherEmbeddings(ScriptedEngine):
    """An engine with the same model for chats and another one for embeddings."""

    embedding_facts = replace(ScriptedEngine.facts, name="other")

    async def embed(self, texts):
        made = await super().embed(texts)
        return [replace(embedding, values=[-value for value in embedding.values]) for embedding in made]


class ShorterEmbeddings(ScriptedEngine):
    """An engine with another model for embeddings under the same name."""

    async def embed(self, texts):
        made = await super().embed(texts)
        return [replace(embedding, values=embedding.values[1::2]) for embedding in made]


@pytest.mark.parametrize("other", [OtherEmbeddings, ShorterEmbeddings])
def test_vectors_of_another_model_are_replaced(other, tmp_path, no_tls):

    def server(engine) -> LocalServer:
        return LocalServer(engine, data=tmp_path, operation_s=0)

    with server(ScriptedEngine()) as first, httpx2.Client(base_url=first.url, verify=no_tls) as http:
        store = http.post(STORES, json={}).json()["name"]
        headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
        for text in (SHEEP, CASTLE):
            http.post(f"/upload/v1beta/{store}:uploadToFileSearchStore", content=text.encode(), headers=headers)
        while http.get(f"/v1beta/{store}").json().get("activeDocumentsCount") != "2":
            pass
    with server(other()) as second, httpx2.Client(base_url=second.url, verify=no_tls) as http:
        tool = {"fileSearch": {"fileSearchStoreNames": [store], "topK": 1}}
        reply = http.post(ASK, json={"contents": [{"parts": [{"text": "castle towers"}]}], "tools": [tool]}).json()
    assert [context["text"] for context in contexts(reply["candidates"][0])] == [CASTLE]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 17])
@pytest.mark.parametrize("chunking", [Chunking(5, 0), Chunking(5, 1), Chunking(5, 4), Chunking(1, 0)])
def test_chunks_contain_every_word(count, chunking):
    words = [f"w{index}" for index in range(count)]
    chunks = [chunk.split() for chunk in chunks_of("  \n ".join(words), chunking)]
    step = chunking.max_tokens - chunking.overlap_tokens
    assert [
        word
        for index, chunk in enumerate(chunks)
        for word in (chunk if index == 0 else chunk[chunking.overlap_tokens :])
    ] == words
    assert all(len(chunk) <= chunking.max_tokens for chunk in chunks)
    assert len(chunks) == (0 if not count else max(1, math.ceil((count - chunking.overlap_tokens) / step)))


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("", True),
        ('author = "Ada Lovelace"', True),
        ("author = 'Ada Lovelace'", True),
        ("author=Ada", False),
        ("author:lovelace", True),
        ("author != Grace", True),
        ("year = 1843", True),
        ("year >= 1843 AND year < 1844", True),
        ("year > 1843 OR author:Ada", True),
        ("year <= 1842", False),
        ("year = many", False),
        ("year != many", True),
        ("tags = b", True),
        ("tags:c", False),
        ("tags != c", True),
        ("tags != a", False),
        ("none = 1", False),
        ("none != 1", True),
        ("none:*", False),
        ("tags:*", True),
        ("NOT tags:a", False),
        ("-tags:a", False),
        ("year = 1843 OR year = 1 AND tags = c", False),
        ("(year = 1 AND tags = c) OR year = 1843", True),
        ("NOT (year = 1 OR tags = c)", True),
        ("year = 1843 tags = a", True),
        (r'quoted = "a \"b\""', True),
    ],
)
def test_filters(expression, matches):
    metadata = {"author": "Ada Lovelace", "year": 1843.0, "tags": ["a", "b"], "quoted": 'a "b"'}
    assert compile_filter(expression, "filter")(metadata) is matches


@pytest.mark.parametrize(
    "expression", ["year", "year =", "= 3", "(year = 3", "year = 3)", 'author = "Ada', "AND", "a = 1 OR"]
)
def test_invalid_filters(expression):
    with pytest.raises(ApiError) as caught:
        compile_filter(expression, "filter")
    assert caught.value.message.startswith("filter: invalid filter at ")
