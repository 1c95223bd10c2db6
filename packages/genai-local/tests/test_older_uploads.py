"""Uploads as `google-api-python-client` sends them: the older form of the resumable protocol, multipart bodies with bare line
feeds, and the discovery document that names the path.
"""

from __future__ import annotations

import random
from urllib.parse import urlsplit

import pytest

from genai_local.services.uploads.multipart import RelatedBody

GRANULE = 1024
SIZE = 5 * GRANULE + 300
DATA = random.Random(11).randbytes(SIZE)


@pytest.fixture
def location(gemini, http):
    """Start an upload of `DATA` with small granules and return its address."""
    gemini.upload_granularity_bytes = GRANULE
    response = http.post(
        "/upload/v1beta/files?uploadType=resumable",
        headers={"x-upload-content-type": "text/plain", "x-upload-content-length": str(SIZE)},
        json={"file": {"displayName": "Dice"}},
    )
    assert (response.status_code, response.content) == (200, b""), response.text
    return response.headers["location"]


def put(http, location, data, span):
    return http.put(location, content=data, headers={"content-range": f"bytes {span}"} if span else {})


def check_file(response, size=SIZE):
    assert response.status_code == 200, response.text
    file = response.json()["file"]
    assert (file["displayName"], file["mimeType"], file["sizeBytes"]) == ("Dice", "text/plain", str(size))


@pytest.mark.parametrize("chunk", [GRANULE, 4 * GRANULE, 8 * GRANULE])
def test_chunks(http, location, chunk):
    for offset in range(0, SIZE, chunk):
        piece = DATA[offset : offset + chunk]
        end = offset + len(piece)
        response = put(http, location, piece, f"{offset}-{end - 1}/{SIZE}")
        if end < SIZE:
            state = put(http, location, b"", f"*/{SIZE}")
            assert response.status_code == state.status_code == 308
            assert response.headers["range"] == state.headers["range"] == f"bytes=0-{end - 1}"
    check_file(response)
    check_file(put(http, location, b"", f"*/{SIZE}"))


def test_a_body_without_a_range_is_the_whole_upload(http, location):
    check_file(put(http, location, DATA, None))


def test_before_the_first_bytes_a_query_has_no_range(http, location):
    state = put(http, location, b"", "*/*")
    assert (state.status_code, "range" in state.headers) == (308, False)


def test_an_unknown_size(gemini, http):
    gemini.upload_granularity_bytes = GRANULE
    start = http.post("/upload/v1beta/files?uploadType=resumable", json={"file": {"displayName": "Dice"}})
    first = put(http, start.headers["location"], DATA[:GRANULE], f"0-{GRANULE - 1}/*")
    assert first.status_code == 308
    last = put(http, start.headers["location"], DATA[GRANULE:], f"{GRANULE}-{SIZE - 1}/{SIZE}")
    assert last.json()["file"]["sizeBytes"] == str(SIZE)


def test_an_empty_file(http):
    start = http.post("/upload/v1beta/files?uploadType=resumable", json={})
    assert put(http, start.headers["location"], b"", None).json()["file"]["sizeBytes"] == "0"


@pytest.mark.parametrize(
    ("data", "span"),
    [
        (DATA[:GRANULE], f"0-{GRANULE}/{SIZE}"),
        (DATA[:GRANULE], f"{GRANULE}-{2 * GRANULE - 1}/{SIZE}"),
        (DATA[:GRANULE], f"0-{GRANULE - 1}"),
        (DATA[:GRANULE], "all"),
    ],
)
def test_wrong_ranges(http, location, data, span):
    refused = put(http, location, data, span)
    assert refused.status_code == 400
    assert refused.json()["error"]["message"].startswith("Content-Range: ")
    check_file(put(http, location, DATA, f"0-{SIZE - 1}/{SIZE}"))


def test_a_broken_connection(gemini, http, location):
    gemini.fail(disconnect="mid_request", after_bytes=3 * GRANULE + 17, path="^/upload/")
    with pytest.raises(Exception, match="disconnected"):
        put(http, location, DATA, f"0-{SIZE - 1}/{SIZE}")
    gemini.wait_until_idle()
    state = put(http, location, b"", f"*/{SIZE}")
    assert state.headers["range"] == f"bytes=0-{3 * GRANULE - 1}"
    check_file(put(http, location, DATA[3 * GRANULE :], f"{3 * GRANULE}-{SIZE - 1}/{SIZE}"))


@pytest.mark.parametrize("step", [1, 2, 5, 1000])
def test_multipart_with_bare_line_feeds(step):
    data = b"a\r\n--==x\n--==x=\n\n--b" * 3
    head = b'--==x==\nContent-Type: application/json\nMIME-Version: 1.0\n\n{"a": 1}\n--==x==\nContent-Type: a/b\n\n'
    whole = head + data + b"\n--==x==--\n"
    body = RelatedBody('multipart/related; boundary="==x=="')
    found = b"".join(body.feed(whole[index : index + step]) for index in range(0, len(whole), step))
    body.close()
    assert (body.message, body.mime_type, found) == (b'{"a": 1}', "a/b", data)


def test_the_discovery_document(http):
    document = http.get("/$discovery/rest?version=v1beta&key=k").json()
    assert document["rootUrl"] == document["baseUrl"] == str(http.base_url).rstrip("/") + "/"
    upload = document["resources"]["media"]["methods"]["upload"]
    protocols = upload["mediaUpload"]["protocols"]
    assert {one["path"] for one in protocols.values()} == {"/upload/" + upload["path"]} == {"/upload/v1beta/files"}
    started = http.post(protocols["resumable"]["path"] + "?uploadType=resumable", json={})
    assert urlsplit(started.headers["location"]).path == protocols["resumable"]["path"]


def test_the_references_of_the_discovery_document(http):
    document = http.get("/$discovery/rest").json()
    methods = [method for resource in document["resources"].values() for method in resource["methods"].values()]
    references = [method["response"]["$ref"] for method in methods] + [
        method["request"]["$ref"] for method in methods if "request" in method
    ]
    assert set(references) == document["schemas"].keys()
    for method in methods:
        assert set(method["parameterOrder"]) <= method["parameters"].keys()


def test_an_unknown_version_of_the_discovery_document(http):
    refused = http.get("/$discovery/rest?version=v7")
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "version: expected one of v1beta, v1, v1alpha, not 'v7'."
