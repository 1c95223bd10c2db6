"""Operations of all kinds on the generic paths: get, list, cancel, delete, wait."""

from __future__ import annotations

import httpx2
import pytest

LOCATION = "projects/p/locations/l"
VEO = "veo-3.0-generate-001"


@pytest.fixture
def film(gemini, http):
    """Start an operation that a rule answers immediately, on a surface; return its path."""
    gemini.on("whale").fail(500, message="No luck.")

    def begin(surface: str = "gemini") -> str:
        above = "/v1beta/" if surface == "gemini" else f"/v1beta1/{LOCATION}/publishers/google/"
        body = {"instances": [{"prompt": "A whale"}]}
        name = http.post(f"{above}models/{VEO}:predictLongRunning", json=body).json()["name"]
        return f"{'/v1beta/' if surface == 'gemini' else '/v1beta1/'}{name}"

    return begin


@pytest.fixture
def begun_import(http) -> str:
    """The path of an operation that ingests a document."""
    store = http.post("/v1beta/fileSearchStores", json={}).json()["name"]
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    path = f"/upload/v1beta/{store}:uploadToFileSearchStore"
    return f"/v1beta/{http.post(path, content=b'Seven towers.', headers=headers).json()['name']}"


def error_code(response: httpx2.Response) -> int:
    operation = response.json()
    assert operation["done"] is True
    return operation["error"]["code"]


@pytest.mark.parametrize("surface", ["gemini", "vertex"])
def test_cancel(gemini, http, film, surface):
    gemini.operation_polls = 100
    path = film(surface)
    assert "done" not in http.get(path).json()
    assert http.post(f"{path}:cancel").json() == {}
    assert error_code(http.get(path)) == 1
    assert http.post(f"{path}:cancel").json() == {}
    assert error_code(http.get(path)) == 1


def test_cancel_of_something_finished(gemini, http, film):
    gemini.operation_polls = 0
    path = film()
    assert error_code(http.get(path)) == 13
    assert http.post(f"{path}:cancel").json() == {}
    assert error_code(http.get(path)) == 13


@pytest.mark.parametrize("surface", ["gemini", "vertex"])
def test_delete(http, film, surface):
    path = film(surface)
    other = film(surface)
    assert http.delete(path).json() == {}
    for response in (http.get(path), http.delete(path), http.post(f"{path}:cancel")):
        assert response.status_code == 404
        assert response.json()["error"]["message"].endswith("does not exist or has been deleted.")
    listed = http.get(path.rpartition("/")[0]).json()["operations"]
    assert [other.endswith(operation["name"]) for operation in listed] == [True]


def test_wait(gemini, http, film):
    gemini.operation_polls = 0
    assert error_code(http.post(f"{film('vertex')}:wait", json={"timeout": "10s"})) == 13
    assert http.post(f"/v1beta1/{LOCATION}/operations/none:wait").status_code == 404


def test_operations_of_stores(gemini, http, begun_import):
    assert begun_import.count("/upload/operations/") == 1
    collection = begun_import.rpartition("/")[0]
    [listed] = http.get(collection).json()["operations"]
    assert begun_import.endswith(listed["name"])
    assert http.get(collection.replace("/upload", "")).json() == {}
    assert http.post(f"{begun_import}:cancel").json() == {}
    assert error_code(http.get(begun_import)) == 1
    assert http.delete(begun_import).json() == {}
    assert http.get(collection).json() == {}


def test_the_clock_determines_the_duration_of_operations(gemini, http, film):
    gemini.operation_polls, gemini.operation_s = 0, 3600
    path = film()
    assert "done" not in http.get(path).json()
    gemini.clock.advance(3600)
    assert error_code(http.get(path)) == 13


def test_lists_in_pages(http, film):
    paths = [film() for _ in range(5)]
    collection = paths[0].rpartition("/")[0]
    first = http.get(f"{collection}?pageSize=3").json()
    second = http.get(f"{collection}?pageSize=3&pageToken={first['nextPageToken']}").json()
    names = [operation["name"] for operation in [*first["operations"], *second["operations"]]]
    assert [f"/v1beta/{name}" for name in names] == paths
