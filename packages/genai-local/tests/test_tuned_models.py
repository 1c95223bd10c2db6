"""Tuned models as resources and as models, the filters of lists, and base models, which cannot be changed."""

from __future__ import annotations

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.errors import ApiError
from genai_local.protocol.filters import filter_items

LOCATION = "projects/p/locations/l"
VERTEX = f"/v1beta1/{LOCATION}/models"
GEMINI = "/v1beta/tunedModels"
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "Hello."}]}]}


@pytest.fixture
def tuned(gemini) -> str:
    return gemini.add_tuned_model("my-model", base_model="gemini-2.5-pro", description="For tests.", labels={"a": "b"})


def test_no_tuned_models_at_the_start(http):
    assert http.get(GEMINI).json() == {}
    assert http.get(VERTEX).json() == {}
    assert http.get(f"{GEMINI}/my-model").status_code == 404


def test_on_the_developer_api(http, tuned):
    model = http.get(f"{GEMINI}/{tuned}").json()
    assert model["name"] == "tunedModels/my-model"
    assert (model["displayName"], model["description"]) == ("my-model", "For tests.")
    assert (model["baseModel"], model["state"]) == ("models/gemini-2.5-pro", "ACTIVE")
    assert model["createTime"] == model["updateTime"]
    assert http.get(GEMINI).json() == {"tunedModels": [model]}


@pytest.mark.parametrize("path", [VERTEX, "/v1beta1/models"])
def test_on_vertex(http, tuned, path):
    model = http.get(f"{path}/{tuned}").json()
    location = LOCATION if "projects" in path else "projects/local/locations/global"
    assert model["name"] == f"{location}/models/my-model"
    assert model["versionId"] == "1"
    assert model["labels"] == {"a": "b", "google-vertex-llm-tuning-base-model-id": "gemini-2.5-pro", "tune-type": "sft"}
    assert model["deployedModels"] == [{"endpoint": f"{location}/endpoints/my-model", "deployedModelId": "1"}]
    assert model["defaultCheckpointId"] in {checkpoint["checkpointId"] for checkpoint in model["checkpoints"]}
    assert http.get(path).json() == {"models": [model]}
    assert http.get(f"{path}/{tuned}@1").json() == model


def test_lists_in_pages(gemini, http):
    for index in range(5):
        gemini.add_tuned_model(f"model-{index}")
    for path, field in ((GEMINI, "tunedModels"), (VERTEX, "models")):
        first = http.get(f"{path}?pageSize=3").json()
        second = http.get(f"{path}?pageSize=3&pageToken={first['nextPageToken']}").json()
        names = [model["name"].rpartition("/")[2] for model in [*first[field], *second[field]]]
        assert names == [f"model-{index}" for index in range(5)]
        assert "nextPageToken" not in second


def test_filters(gemini, http):
    gemini.add_tuned_model("one", display_name="The first", labels={"team": "red"})
    gemini.add_tuned_model("two", display_name="The second", description="for the red team")

    def names(expression, path=VERTEX):
        page = http.get(path, params={"filter": expression}).json()
        return [model["name"].rpartition("/")[2] for model in page.get("models", page.get("tunedModels", []))]

    assert names("labels.tune-type:*") == ["one", "two"]
    assert names("labels.team:*") == ["one"]
    assert names('display_name="The second"') == ["two"]
    assert names("displayName!=x AND labels.team=red") == ["one"]
    assert names('display_name="The first"&filter=labels.tune-type:*') == ["one"]
    assert names("red", GEMINI) == ["two"]
    assert names("first", GEMINI) == ["one"]
    wrong = http.get(VERTEX, params={"filter": "a=1 OR b=2"})
    assert wrong.status_code == 400
    assert wrong.json()["error"]["message"].startswith("filter: invalid filter at 'OR b=2'")


def test_filters_by_themselves():
    items = [{"name": "a", "size": 3, "nested": {"inner": "x"}}, {"name": "b"}]
    assert filter_items(items, "") == items
    assert (
        filter_items(items, "size=3")
        == filter_items(items, "nested.inner:X")
        == filter_items(items, "name:a")
        == items[:1]
    )
    assert filter_items(items, "size!=3") == items[1:]
    assert filter_items(items, "name.deeper=1") == []
    with pytest.raises(ApiError, match="invalid filter at"):
        filter_items(items, "name=(a)")


@pytest.mark.parametrize("path", [GEMINI, VERTEX])
def test_updates(http, tuned, path):
    before = http.get(f"{path}/{tuned}").json()
    updated = http.patch(f"{path}/{tuned}", json={"displayName": "Mine", "description": "New."})
    assert updated.status_code == 200
    after = updated.json()
    assert (after["displayName"], after["description"], after["name"]) == ("Mine", "New.", before["name"])
    assert after["updateTime"] > before["updateTime"]
    assert after["createTime"] == before["createTime"]
    assert http.get(f"{path}/{tuned}").json() == after


@pytest.mark.parametrize("path", [GEMINI, VERTEX])
def test_updates_by_mask(http, tuned, path):
    body = {"display_name": "Mine", "description": "New."}
    one = http.patch(f"{path}/{tuned}?updateMask=display_name", json=body).json()
    assert (one["displayName"], one["description"]) == ("Mine", "For tests.")
    emptied = http.patch(f"{path}/{tuned}?updateMask=description", json={}).json()
    assert emptied["description"] == ""
    wrong = http.patch(f"{path}/{tuned}?updateMask=name", json=body)
    assert wrong.status_code == 400
    assert wrong.json()["error"]["message"].startswith("updateMask: 'name' is not a changeable field")


def test_a_whole_tuned_model_is_sent_back(http, tuned):
    model = http.get(f"{GEMINI}/{tuned}").json()
    assert {"baseModel", "state", "createTime", "updateTime"} <= model.keys()
    changed = {**model, "description": "New.", "displayName": "Ignored", "baseModel": "models/other", "state": 1}
    reply = http.patch(f"{GEMINI}/{tuned}", params={"updateMask": "description"}, json=changed)
    assert reply.status_code == 200
    assert reply.json() == {**model, "description": "New.", "updateTime": reply.json()["updateTime"]}


def test_updates_of_one_surface_only(http, tuned):
    assert http.patch(f"{GEMINI}/{tuned}", json={"temperature": 0.5}).json()["temperature"] == 0.5
    vertex = http.patch(f"{VERTEX}/{tuned}", json={"defaultCheckpointId": "1", "labels": {"c": "d"}}).json()
    assert vertex["defaultCheckpointId"] == "1"
    assert vertex["labels"]["c"] == "d"
    assert "a" not in vertex["labels"]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        (GEMINI, {"displayName": "x" * 41}, "displayName: has more than 40"),
        (VERTEX, {"displayName": "x" * 129}, "displayName: has more than 128"),
        (VERTEX, {"defaultCheckpointId": "9"}, "defaultCheckpointId: expected one of 1, 2"),
        (GEMINI, {"defaultCheckpointId": "1"}, 'Invalid JSON payload received. Unknown name "defaultCheckpointId"'),
        (GEMINI, {"temperature": "hot"}, "Invalid value at 'temperature'"),
        (GEMINI, {"colour": 1}, 'Invalid JSON payload received. Unknown name "colour"'),
    ],
)
def test_updates_that_are_refused(http, tuned, path, body, message):
    response = http.patch(f"{path}/{tuned}", json=body)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith(message)
    assert http.get(f"{path}/{tuned}").json()["displayName"] == "my-model"


def test_deletion(gemini, http, tuned):
    assert http.delete(f"{GEMINI}/{tuned}").json() == {}
    assert http.get(f"{GEMINI}/{tuned}").status_code == 404
    assert http.delete(f"{GEMINI}/{tuned}").status_code == 404
    gemini.add_tuned_model("another")
    operation = http.delete(f"{VERTEX}/another").json()
    assert operation["done"]
    assert operation["name"].startswith(f"{LOCATION}/operations/")
    assert http.get(f"/v1beta1/{operation['name']}").json() == operation
    assert http.get(f"{VERTEX}/another").status_code == 404


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1beta/models/gemini-2.5-flash",
        "/v1beta1/publishers/google/models/gemini-2.5-flash",
        f"/v1beta1/{LOCATION}/publishers/google/models/imagen-4.0-generate-001",
        f"{VERTEX}/gemini-2.5-flash",
    ],
)
def test_base_models_cannot_be_changed(http, method, path):
    response = http.request(method, path, json={"displayName": "Mine"})
    assert response.status_code == 403
    assert response.json()["error"]["status"] == "PERMISSION_DENIED"
    assert http.request(method, f"{path.rpartition('/')[0]}/none", json={}).status_code == 404


def test_text_from_a_tuned_model(http, tuned):
    for path in (f"{GEMINI}/{tuned}", f"/v1beta1/{LOCATION}/endpoints/{tuned}"):
        reply = http.post(f"{path}:generateContent", json=CONTENTS).json()
        assert reply["candidates"][0]["content"]["parts"][0]["text"] == "This is a scripted reply to: Hello."
        assert http.post(f"{path}:countTokens", json=CONTENTS).json()["totalTokens"] == 2
        assert http.post(f"{path}x:generateContent", json=CONTENTS).status_code == 404
    assert http.post(f"{GEMINI}/{tuned}:embedContent", json=CONTENTS).status_code == 404


def test_invalid_ids(gemini):
    for model_id in ("", "My Model", "tunedModels/x", "-x"):
        with pytest.raises(ValueError, match="model_id: expected"):
            gemini.add_tuned_model(model_id)


def test_a_server_with_tuned_models(serve_engine, no_tls):
    server = serve_engine(ScriptedEngine(), tuned_models=["one", "two"])
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as client:
        names = [model["name"] for model in client.get(GEMINI).json()["tunedModels"]]
    assert names == ["tunedModels/one", "tunedModels/two"]


def test_models_of_pictures_and_videos_are_listed(http):
    gemini = {model["name"]: model for model in http.get("/v1beta/models?pageSize=100").json()["models"]}
    assert gemini["models/imagen-4.0-generate-001"]["supportedGenerationMethods"] == ["predict"]
    assert gemini["models/veo-3.0-generate-001"]["supportedGenerationMethods"] == ["predictLongRunning"]
    assert "synthetic" in gemini["models/veo-3.0-generate-001"]["description"]
    assert not any("virtual-try-on" in name or "segmentation" in name for name in gemini)
    vertex = http.get("/v1beta1/publishers/google/models?pageSize=100").json()["publisherModels"]
    names = {model["name"].rpartition("/")[2] for model in vertex}
    assert {"virtual-try-on-001", "image-segmentation-001", "imagen-3.0-capability-001"} <= names


def test_filters_of_base_models(http):
    found = http.get("/v1beta1/publishers/google/models", params={"filter": "veo"}).json()["publisherModels"]
    assert len(found) >= 3
    assert all("veo" in model["name"] for model in found)
    refused = http.get("/v1beta/models?filter=veo")
    assert refused.status_code == 400
    assert 'Unknown name "filter"' in refused.json()["error"]["message"]
