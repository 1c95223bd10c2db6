"""countTokens, computeTokens, the model lists and the meaning of model names."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

CONTENTS = [{"role": "user", "parts": [{"text": "Hello, you!"}]}]


def test_count_tokens(http, models_path, surface):
    reply = http.post(f"{models_path}gemini-2.5-flash:countTokens", json={"contents": CONTENTS}).json()
    assert reply["totalTokens"] == 4
    assert reply["promptTokensDetails"] == [{"modality": "TEXT", "tokenCount": 4}]
    assert reply.get("totalBillableCharacters") == (None if surface == "gemini" else 10)


def test_counts_agree_with_generation(ask, http):
    counted = http.post("/v1beta/models/gemini-2.5-flash:countTokens", json={"contents": CONTENTS}).json()
    assert ask("Hello, you!").json()["usageMetadata"]["promptTokenCount"] == counted["totalTokens"]


def test_count_of_a_whole_request(http):
    request = {
        "model": "models/gemini-2.5-flash",
        "contents": CONTENTS,
        "systemInstruction": {"parts": [{"text": "a b"}]},
    }
    path = "/v1beta/models/gemini-2.5-flash:countTokens"
    assert http.post(path, json={"generateContentRequest": request}).json()["totalTokens"] == 6
    both = http.post(path, json={"generateContentRequest": request, "contents": CONTENTS})
    assert both.status_code == 400
    empty = http.post(path, json={"generateContentRequest": {}})
    assert empty.json()["error"]["message"].startswith("generateContentRequest.contents: ")


def test_vertex_counts_system_instruction_and_tools(http):
    body = {
        "contents": CONTENTS,
        "systemInstruction": {"parts": [{"text": "a b"}]},
        "tools": [{"functionDeclarations": [{"name": "f"}]}],
        "generationConfig": {"temperature": 1},
    }
    reply = http.post("/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:countTokens", json=body)
    assert reply.json()["totalTokens"] > 6


@pytest.mark.parametrize("surface", ["vertex", "express"], indirect=True)
def test_compute_tokens(http, models_path):
    body = {"contents": [*CONTENTS, {"role": "model", "parts": [{"text": "Öl"}]}]}
    infos = http.post(f"{models_path}gemini-2.5-flash:computeTokens", json=body).json()["tokensInfo"]
    texts = ["".join(base64.b64decode(token).decode() for token in info["tokens"]) for info in infos]
    assert texts == ["Hello, you!", "Öl"]
    assert [info["role"] for info in infos] == ["user", "model"]
    assert all(len(info["tokenIds"]) == len(info["tokens"]) for info in infos)


def test_list_of_models_in_pages(http):
    names: list[str] = []
    query: dict[str, str] = {"pageSize": "4"}
    while True:
        page = http.get("/v1beta/models", params=query).json()
        assert len(page["models"]) <= 4
        names += [model["name"] for model in page["models"]]
        if "nextPageToken" not in page:
            break
        query["pageToken"] = page["nextPageToken"]
    assert names == [model["name"] for model in http.get("/v1beta/models").json()["models"]]
    assert "models/scripted" in names
    assert "models/gemini-2.5-flash" in names
    assert len(names) == len(set(names))


NAMES_IN_DOCUMENTS = [
    *("gemini-2.0-flash", "gemini-2.0-flash-001", "gemini-2.0-flash-lite", "gemini-2.5-flash-001", "gemini-1.5-flash"),
    *("gemini-flash-latest", "gemini-3-pro-preview", "gemma-3-27b-it", "text-embedding-004", "gemini-embedding-2"),
    *("imagen-3.0-generate-002", "veo-2.0-generate-001"),
]
_ROOT = Path(__file__).parents[3]
PAGES_OF_THE_PROJECT = [
    path
    for folder in ("docs", "examples", "packages/genai-local", "packages/google-genai")
    for path in (_ROOT / folder).rglob("*")
    if path.suffix in (".md", ".py") and not {"src", "tests", ".venv"} & set(path.relative_to(_ROOT).parts)
]


def test_names_in_documents_are_listed(http):
    """Lists show the names of the service's documents, and those of this project's pages and examples."""
    pages = " ".join(path.read_text(encoding="utf-8") for path in PAGES_OF_THE_PROJECT)
    written = set(re.findall(r"[\"=/]((?:gemini|gemma|imagen|veo|text-embedding)-\d[\w.-]*\w)[\":]", pages))
    assert "gemini-2.5-flash" in written
    listed = http.get("/v1beta1/publishers/google/models?pageSize=1000").json()["publisherModels"]
    assert {*NAMES_IN_DOCUMENTS, *written} <= {model["name"].rpartition("/")[2] for model in listed}
    on_gemini = http.get("/v1beta/models?pageSize=1000").json()["models"]
    assert set(NAMES_IN_DOCUMENTS) <= {model["name"].rpartition("/")[2] for model in on_gemini}


@pytest.mark.parametrize("query", ["pageSize=x", "pageSize=-1", "pageToken=abc"])
def test_wrong_pages(http, query):
    response = http.get(f"/v1beta/models?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_model(http):
    model = http.get("/v1beta/models/gemini-2.5-flash").json()
    assert model["name"] == "models/gemini-2.5-flash"
    assert model["displayName"] == "Gemini 2.5 Flash"
    assert "scripted" in model["description"]
    assert model["inputTokenLimit"] > model["outputTokenLimit"] > 0
    methods = [
        "generateContent",
        "streamGenerateContent",
        "countTokens",
        "createCachedContent",
        "batchGenerateContent",
        "bidiGenerateContent",
    ]
    assert model["supportedGenerationMethods"] == methods
    embedding = http.get("/v1beta/models/gemini-embedding-001").json()
    assert "embedContent" in embedding["supportedGenerationMethods"]
    assert "generateContent" not in embedding["supportedGenerationMethods"]


def test_vertex_models(http):
    listed = http.get("/v1beta1/publishers/google/models").json()["publisherModels"]
    assert "publishers/google/models/gemini-2.5-flash" in [model["name"] for model in listed]
    one = http.get("/v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash").json()
    assert one["versionId"] == "default"
    assert http.get("/v1beta1/projects/p/locations/l/models").json() == {}
    assert http.get("/v1beta/tunedModels").json() == {}


@pytest.mark.parametrize("name", ["gemini-3-pro-preview", "gemma-3-27b-it", "gemini-flash-latest", "scripted"])
def test_families_are_answered(http, models_path, name):
    response = http.post(f"{models_path}{name}:generateContent", json={"contents": CONTENTS})
    assert response.status_code == 200
    assert response.json()["modelVersion"] == "scripted"


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/v1beta/models/gpt-4:generateContent", "models/gpt-4"),
        ("/v1beta/models/gemini-embedding-001:generateContent", "models/gemini-embedding-001"),
        ("/v1beta/models/text-embedding-004:streamGenerateContent", "models/text-embedding-004"),
        ("/v1beta/models/gemini-2.5-flash:embedContent", "models/gemini-2.5-flash"),
        ("/v1beta/models/imagen-4.0:generateContent", "models/imagen-4.0"),
        ("/v1beta/tunedModels/gemini-mine:generateContent", "tunedModels/gemini-mine"),
        ("/v1/publishers/google/models/gpt-4:generateContent", "publishers/google/models/gpt-4"),
        ("/v1/publishers/meta/models/gemini-x:generateContent", "publishers/meta/models/gemini-x"),
        ("/v1/publishers/google/models/gemini-2.5-flash:predict", "publishers/google/models/gemini-2.5-flash"),
    ],
)
def test_unknown_names(http, path, resource):
    response = http.post(path, json={"contents": CONTENTS})
    assert response.status_code == 404
    error = response.json()["error"]
    assert error["status"] == "NOT_FOUND"
    version, method = path.split("/")[1], path.rpartition(":")[2]
    assert error["message"].startswith(
        f"{resource} is not found for API version {version}, or is not supported for {method}."
    )


@pytest.mark.parametrize("path", ["/v1beta/models/gpt-4", "/v1beta/tunedModels/x", "/v1/publishers/x/models/gemini-1"])
def test_models_that_do_not_exist(http, path):
    response = http.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["status"] == "NOT_FOUND"


def test_embedding_models_on_vertex_count_instances(http):
    path = "/v1beta1/projects/p/locations/l/publishers/google/models/"
    instances = {"instances": [{"content": "Hello, you!"}, {"content": "Bye"}]}
    counted = http.post(f"{path}text-embedding-005:countTokens", json=instances).json()
    assert counted["totalTokens"] > 2
    assert counted["totalBillableCharacters"] == 13
    assert http.post(f"{path}gemini-embedding-2:countTokens", json={"contents": CONTENTS}).status_code == 200
    for model, body, problem in [
        ("text-embedding-005", {"contents": CONTENTS}, "contents: text-embedding-005 takes instances."),
        ("gemini-embedding-001", {"contents": CONTENTS}, "contents: gemini-embedding-001 takes instances."),
        ("gemini-embedding-2", instances, "instances: gemini-embedding-2 takes contents."),
        ("gemini-2.5-flash", instances, "instances: gemini-2.5-flash takes contents."),
        ("text-embedding-005", {"instances": [{"content": ""}]}, "instances[0].content: is empty"),
        ("text-embedding-005", {"instances": [{"text": "x"}]}, "Unknown name \"text\" at 'instances[0]'"),
        ("text-embedding-005", {}, "instances: expected between 1 and"),
    ]:
        refused = http.post(f"{path}{model}:countTokens", json=body)
        assert refused.status_code == 400
        assert problem in refused.json()["error"]["message"]
