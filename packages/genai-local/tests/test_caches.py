"""Cached contents on both surfaces, and their use in prompts."""

from __future__ import annotations

import threading

import httpx2
import pytest

from genai_local.engines import Capabilities
from genai_local.engines.scripted import ScriptedEngine

START = 1_000_000
PLACES = {
    "gemini": ("/v1beta", "cachedContents", "models/gemini-2.5-flash"),
    "vertex": (
        "/v1beta1",
        "projects/p/locations/l/cachedContents",
        "projects/p/locations/l/publishers/google/models/gemini-2.5-flash",
    ),
    "express": ("/v1beta1", "cachedContents", "publishers/google/models/gemini-2.5-flash"),
}
STORY = [{"role": "user", "parts": [{"text": "one two three"}]}, {"role": "model", "parts": [{"text": "four"}]}]
QUESTION = [{"role": "user", "parts": [{"text": "five six"}]}]


@pytest.fixture
def place(surface):
    return PLACES[surface]


@pytest.fixture
def create(gemini, http, place):
    """Create a cached content; return the response."""
    gemini.clock.stop_at(START)

    def call(**fields) -> httpx2.Response:
        version, collection, model = place
        body = {"model": model, "contents": STORY, **fields}
        body = {name: value for name, value in body.items() if value is not None}
        return http.post(f"{version}/{collection}", json=body)

    return call


@pytest.fixture
def url(place):
    return lambda cache: f"{place[0]}/{cache['name']}"


@pytest.fixture
def generate(http, models_path):
    def call(model="gemini-2.5-flash", method="generateContent", **fields) -> httpx2.Response:
        return http.post(f"{models_path}{model}:{method}", json={"contents": QUESTION, **fields})

    return call


def problem_of(response, code=400):
    assert response.status_code == code, response.text
    return response.json()["error"]["message"]


def test_a_cache_that_expires_at_once_is_created(http, place, url, surface):
    version, collection, model = place
    body = {"model": model, "contents": STORY, "ttl": "0.000000001s"}  # the clock of the server is not stopped
    cache = http.post(f"{version}/{collection}", json=body)
    assert cache.status_code == 200, cache.text
    problem_of(http.get(url(cache.json())), 403 if surface == "gemini" else 404)


def test_the_life_of_a_cache(gemini, http, create, url, surface):
    cache = create(displayName="Story", ttl="60s").json()
    parent = {"gemini": "", "vertex": "projects/p/locations/l/", "express": "projects/local/locations/global/"}[surface]
    usage = {"totalTokenCount": 4}
    assert cache == {
        "name": cache["name"],
        "model": f"{parent}publishers/google/models/gemini-2.5-flash" if parent else "models/gemini-2.5-flash",
        "displayName": "Story",
        "usageMetadata": usage if surface == "gemini" else {**usage, "textCount": 17},
        "createTime": "1970-01-12T13:46:40.000000Z",
        "updateTime": "1970-01-12T13:46:40.000000Z",
        "expireTime": "1970-01-12T13:47:40.000000Z",
    }
    assert cache["name"].startswith(f"{parent}cachedContents/")
    assert http.get(url(cache)).json() == cache
    gemini.clock.advance(10)
    changed = http.patch(url(cache), params={"updateMask": "ttl"}, json={"ttl": "3600s"}).json()
    assert changed == {
        **cache,
        "updateTime": "1970-01-12T13:46:50.000000Z",
        "expireTime": "1970-01-12T14:46:50.000000Z",
    }
    assert http.get(url(cache)).json() == changed
    assert http.delete(url(cache)).json() == {}
    gone = 403 if surface == "gemini" else 404
    for response in (http.get(url(cache)), http.patch(url(cache), json={"ttl": "1s"}), http.delete(url(cache))):
        assert cache["name"] in problem_of(response, gone)


def test_caches_expire(gemini, http, create, url, place, generate, surface):
    cache = create().json()
    gemini.clock.advance(3599)
    assert generate(cachedContent=cache["name"]).status_code == 200
    gemini.clock.advance(1)
    gone = 403 if surface == "gemini" else 404
    problem_of(http.get(url(cache)), gone)
    assert problem_of(generate(cachedContent=cache["name"]), gone).startswith("cachedContent: ")
    assert http.get(f"{place[0]}/{place[1]}").json() == {}
    create()
    gemini.clock.stop_at(START)
    problem_of(http.get(url(cache)), gone)


def test_lists(http, create, place):
    names = [create().json()["name"] for _ in range(3)]
    first = http.get(f"{place[0]}/{place[1]}?pageSize=2").json()
    assert [cache["name"] for cache in first["cachedContents"]] == names[:0:-1]
    second = http.get(f"{place[0]}/{place[1]}", params={"pageSize": 2, "pageToken": first["nextPageToken"]}).json()
    assert [cache["name"] for cache in second["cachedContents"]] == names[:1]
    assert "nextPageToken" not in second
    assert http.get("/v1beta1/projects/other/locations/l/cachedContents").json() == {}


def test_surfaces_do_not_see_each_other(http, create, surface):
    create()
    others = [place for name, place in PLACES.items() if name != surface]
    assert all(http.get(f"{version}/{collection}").json() == {} for version, collection, _ in others)


@pytest.mark.parametrize("name", ["{name}", "cachedContents/{id}"], ids=["full name", "collection and id"])
def test_prompts_that_begin_with_a_cache(gemini, create, generate, name):
    system = {"parts": [{"text": "Be short."}]}
    tools = [{"functionDeclarations": [{"name": "look", "parameters": {"type": "OBJECT"}}]}]
    config = {"functionCallingConfig": {"mode": "ANY"}}
    cache = create(systemInstruction=system, tools=tools, toolConfig=config).json()
    cached = cache["usageMetadata"]["totalTokenCount"]
    fields = {"cachedContent": name.format(**cache, id=cache["name"].rpartition("/")[2])}
    reply = generate(**fields).json()
    assert reply["candidates"][0]["content"]["parts"] == [{"functionCall": {"name": "look", "args": {}}}]
    usage = reply["usageMetadata"]
    assert usage["cachedContentTokenCount"] == cached
    assert usage["promptTokenCount"] == cached + 2
    assert usage["cacheTokensDetails"] == [{"modality": "TEXT", "tokenCount": cached}]
    whole = generate(contents=STORY + QUESTION, systemInstruction=system, tools=tools, toolConfig=config).json()
    assert whole["usageMetadata"]["promptTokenCount"] == usage["promptTokenCount"]
    assert "cachedContentTokenCount" not in whole["usageMetadata"]


def test_streams_that_begin_with_a_cache(create, generate):
    cache = create().json()
    chunks = generate(method="streamGenerateContent", cachedContent=cache["name"]).json()
    assert {chunk["usageMetadata"]["cachedContentTokenCount"] for chunk in chunks} == {4}


def test_counts_with_a_cache(http):
    version, collection, model = PLACES["gemini"]
    cache = http.post(f"{version}/{collection}", json={"model": model, "contents": STORY}).json()
    request = {"contents": QUESTION, "model": model, "cachedContent": cache["name"]}
    reply = http.post(f"{version}/{model}:countTokens", json={"generateContentRequest": request}).json()
    assert (reply["totalTokens"], reply["cachedContentTokenCount"]) == (6, 4)
    request["cachedContent"] = "cachedContents/none"
    refused = http.post(f"{version}/{model}:countTokens", json={"generateContentRequest": request})
    assert problem_of(refused, 403).startswith("generateContentRequest.cachedContent: ")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"systemInstruction": {"parts": [{"text": "x"}]}}, "systemInstruction"),
        ({"tools": [{"googleSearch": {}}]}, "tools"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}}, "toolConfig"),
        ({"model": "gemini-2.5-pro"}, "cachedContent"),
    ],
)
def test_fields_that_cannot_be_combined_with_a_cache(create, generate, fields, field):
    response = generate(cachedContent=create().json()["name"], **fields)
    assert problem_of(response).startswith(f"{field}: ")


def test_a_cache_of_another_surface(http, create, surface):
    name = create().json()["name"]
    for other, code in (("/v1beta/models/", 403), ("/v1beta1/projects/p/locations/l/publishers/google/models/", 404)):
        if (surface == "gemini") is (code == 403):
            continue
        body = {"contents": QUESTION, "cachedContent": name}
        problem_of(http.post(f"{other}gemini-2.5-flash:generateContent", json=body), code)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": None}, "model"),
        ({"contents": None}, "contents"),
        ({"contents": [{"parts": []}]}, "contents[0].parts"),
        ({"contents": [{"parts": [{"fileData": {"fileUri": "files/none"}}]}]}, "files/none"),
        ({"ttl": "0s"}, "ttl"),
        ({"ttl": "-5s"}, "ttl"),
        ({"ttl": "1h"}, "ttl"),
        ({"expireTime": "1970-01-12T13:46:40Z"}, "expireTime"),
        ({"expireTime": "soon"}, "expire_time"),
        ({"expireTime": "2030-01-01T00:00:00"}, "expire_time"),
        ({"ttl": "5s", "expireTime": "1971-01-01T00:00:00Z"}, "oneof"),
        ({"displayName": "x" * 129}, "displayName"),
        ({"generationConfig": {}}, "generationConfig"),
    ],
)
def test_invalid_caches(create, fields, field):
    response = create(**fields)
    assert field in problem_of(response, response.status_code)
    assert response.status_code in (400, 403 if field == "files/none" else 400)


def test_an_unknown_model(create):
    assert "dinosaur" in problem_of(create(model="models/dinosaur"), 404)


def test_times_of_expiry(http, create, url):
    cache = create(expireTime="1970-01-12T14:00:00+00:00").json()
    assert cache["expireTime"] == "1970-01-12T14:00:00.000000Z"
    changed = http.patch(url(cache), json={"expireTime": "1970-01-12T15:00:00.5Z"}).json()
    assert changed["expireTime"] == "1970-01-12T15:00:00.500000Z"
    assert create().json()["expireTime"] == "1970-01-12T14:46:40.000000Z"


@pytest.mark.parametrize(
    ("mask", "body", "field"),
    [
        ("displayName", {"displayName": "x"}, "updateMask"),
        ("nothing", {"ttl": "5s"}, "updateMask"),
        ("expire_time", {"ttl": "5s"}, "ttl"),
        ("", {}, "ttl"),
        ("", {"ttl": "0s"}, "ttl"),
        ("", {"displayName": "x"}, "displayName"),
        ("", {"contents": QUESTION, "ttl": "5s"}, "contents"),
        ("", {"title": "x"}, "title"),
    ],
)
def test_invalid_changes(http, create, url, mask, body, field):
    cache = create().json()
    response = http.patch(url(cache), params={"updateMask": mask} if mask else {}, json=body)
    assert field in problem_of(response)
    assert http.get(url(cache)).json() == cache


def test_the_last_of_two_changes_wins(http, gemini, create, url, no_tls):
    cache = create().json()

    def change(hours: int) -> None:
        with httpx2.Client(base_url=gemini.url, verify=no_tls) as client:
            for number in range(20):
                reply = client.patch(url(cache), json={"ttl": f"{hours * 3600 + number}s"})
                assert reply.status_code == 200

    threads = [threading.Thread(target=change, args=(hours,)) for hours in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    last = gemini.requests[-1].json["ttl"]
    ends = {f"1970-01-12T{14 + hours - 1}:46:59.000000Z" for hours in (1, 2)}
    found = http.get(url(cache)).json()
    assert found["expireTime"] in ends
    assert last in ("3619s", "7219s")
    assert {**found, "expireTime": "", "updateTime": ""} == {**cache, "expireTime": "", "updateTime": ""}


def test_small_caches(gemini, create):
    gemini.min_cache_tokens = 5
    assert "has 4 tokens, the minimum is 5" in problem_of(create())
    gemini.min_cache_tokens = 4
    assert create().status_code == 200


def test_the_minimum_is_an_option(serve_engine):
    server = serve_engine(ScriptedEngine(), min_cache_tokens=100)
    body = {"model": "models/gemini-2.5-flash", "contents": STORY}
    problem_of(httpx2.post(f"{server.url}/v1beta/cachedContents", json=body))


def test_an_encryption_key_of_the_user(http):
    spec = {"kmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}
    version, collection, model = PLACES["vertex"]
    body = {"model": model, "contents": STORY, "encryption_spec": spec}
    assert http.post(f"{version}/{collection}", json=body).json()["encryptionSpec"] == spec
    version, collection, model = PLACES["gemini"]
    body = {"model": model, "contents": STORY, "encryption_spec": spec}
    assert "encryption_spec" in problem_of(http.post(f"{version}/{collection}", json=body))


def test_the_text_of_files_remains_after_they_expire(gemini, http, create, generate, surface):
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    file = http.post("/upload/v1beta/files", headers=headers, content=b"a b c d e f g").json()["file"]
    contents = [{"parts": [{"fileData": {"fileUri": file["uri"], "mimeType": "text/plain"}}]}]
    cache = create(contents=contents).json()
    assert cache["usageMetadata"]["totalTokenCount"] == 7
    http.delete(f"/v1beta/{file['name']}")
    reply = generate(cachedContent=cache["name"]).json()
    assert reply["usageMetadata"]["promptTokenCount"] == 9
    refused = create(contents=contents)
    problem_of(refused, 403)


def test_only_a_system_instruction(create, generate):
    cache = create(contents=None, systemInstruction={"parts": [{"text": "Be short."}]}).json()
    assert cache["usageMetadata"]["totalTokenCount"] == 3
    assert generate(cachedContent=cache["name"]).json()["usageMetadata"]["promptTokenCount"] == 5


def test_unsupported_content_is_not_cached(ask_plain):
    media = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    body = {"model": "models/gemini-2.5-flash", "contents": [{"parts": [media]}]}
    response = ask_plain(body, "/v1beta/cachedContents")
    assert problem_of(response).startswith("contents[0].parts[0].inlineData: ")
    body = {"model": "models/gemini-2.5-flash", "contents": STORY, "tools": [{"googleSearch": {}}]}
    assert problem_of(ask_plain(body, "/v1beta/cachedContents")).startswith("tools[0].googleSearch: ")


def test_a_cache_that_another_engine_has_made(serve_engine, tmp_path):
    class Blind(ScriptedEngine):
        capabilities = Capabilities()

    picture = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    body = {"model": "models/gemini-2.5-flash", "contents": [{"parts": [picture]}]}
    seeing = serve_engine(ScriptedEngine(), data=tmp_path)
    name = httpx2.post(f"{seeing.url}/v1beta/cachedContents", json=body).json()["name"]
    seeing.stop()
    blind = serve_engine(Blind(), data=tmp_path)
    ask = {"contents": QUESTION, "cachedContent": name}
    response = httpx2.post(f"{blind.url}/v1beta/models/gemini-2.5-flash:generateContent", json=ask)
    assert problem_of(response).startswith(f"{name}.contents[0].parts[0].inlineData: ")
