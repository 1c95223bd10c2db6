"""The upload protocols: sessions, offsets, granules, broken connections, and uploads in one request."""

from __future__ import annotations

import base64
import hashlib
import random
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.services.uploads.multipart import RelatedBody

GRANULE = 1024
SIZE = 5 * GRANULE + 300
DATA = random.Random(7).randbytes(SIZE)
START = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}


class Upload:
    """A resumable upload, as a client sends it."""

    def __init__(self, http, url):
        self.http = http
        self.url = url

    def send(self, command, data=b"", offset=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if offset is not None:
            headers["x-goog-upload-offset"] = str(offset)
        return self.http.post(self.url, headers={"x-goog-upload-command": command, **headers}, content=data)

    def received(self):
        return self.standing(self.send("query"))

    @staticmethod
    def standing(response):
        headers = response.headers
        return headers["x-goog-upload-status"], int(headers["x-goog-upload-size-received"])


@pytest.fixture
def start(gemini, http):
    """Start an upload with small granules and return it."""

    def call(file=None, size=SIZE, kind="text/plain", path="/upload/v1beta/files", **headers):
        gemini.upload_granularity_bytes = GRANULE
        told = {"x-goog-upload-header-content-type": kind, **headers}
        if size is not None:
            told["x-goog-upload-header-content-length"] = str(size)
        response = http.post(path, headers={**START, **told}, json={"file": file or {}})
        assert response.status_code == 200, response.text
        assert response.content == b""
        assert response.headers["x-goog-upload-status"] == "active"
        assert response.headers["x-goog-upload-chunk-granularity"] == str(GRANULE)
        assert response.headers["x-goog-upload-control-url"] == response.headers["x-goog-upload-url"]
        assert response.headers["x-guploader-uploadid"] in response.headers["x-goog-upload-url"]
        return Upload(http, response.headers["x-goog-upload-url"])

    return call


def check_file(response, data=DATA):
    assert response.status_code == 200, response.text
    assert response.headers["x-goog-upload-status"] == "final"
    file = response.json()["file"]
    assert file["sizeBytes"] == str(len(data))
    assert base64.b64decode(file["sha256Hash"]).decode() == hashlib.sha256(data).hexdigest()
    return file


def problem_of(response, code=400):
    assert response.status_code == code, response.text
    return response.json()["error"]["message"]


@pytest.mark.parametrize("chunk", [GRANULE, 2 * GRANULE, 5 * GRANULE, 8 * GRANULE])
def test_chunks(start, chunk):
    upload = start({"displayName": "Dice"})
    for offset in range(0, len(DATA), chunk):
        part = DATA[offset : offset + chunk]
        is_last = offset + chunk >= len(DATA)
        response = upload.send("upload, finalize" if is_last else "upload", part, offset)
        if not is_last:
            assert response.content == b""
            assert upload.standing(response) == upload.received() == ("active", offset + chunk)
    file = check_file(response)
    assert file["displayName"] == "Dice"
    assert file["mimeType"] == "text/plain"


def test_finalize_alone_and_without_a_size(start):
    upload = start(size=None)
    upload.send("upload", DATA[: 2 * GRANULE], 0)
    check_file(upload.send("finalize"), DATA[: 2 * GRANULE])


def test_an_empty_file(start):
    check_file(start(size=0).send("upload, finalize", b"", 0), b"")


def test_the_answer_is_repeated(start):
    upload = start()
    first = upload.send("upload, finalize", DATA, 0)
    for again in (upload.send("query"), upload.send("upload, finalize", DATA, 0), upload.send("finalize")):
        assert again.status_code == 200
        assert upload.standing(again) == ("final", len(DATA))
        assert again.json() == first.json()
    assert len(upload.http.get("/v1beta/files").json()["files"]) == 1


@pytest.mark.parametrize("offset", [0, GRANULE - 1, 2 * GRANULE, len(DATA)])
def test_wrong_offsets(start, offset):
    upload = start()
    upload.send("upload", DATA[:GRANULE], 0)
    refused = upload.send("upload", DATA[:GRANULE], offset)
    assert problem_of(refused).startswith("X-Goog-Upload-Offset: expected 1024, the number of received bytes")
    assert upload.standing(refused) == upload.received() == ("active", GRANULE)
    check_file(upload.send("upload, finalize", DATA[GRANULE:], GRANULE))


def test_chunks_that_do_not_fill_a_granule(start):
    upload = start()
    refused = upload.send("upload", DATA[:100], 0)
    assert "multiple of 1024" in problem_of(refused)
    assert upload.received() == ("active", 0)

    def pieces():
        yield DATA[:GRANULE]
        yield DATA[GRANULE : GRANULE + 10]

    refused = upload.send("upload", pieces(), 0)
    assert "multiple of 1024" in problem_of(refused)
    assert upload.standing(refused) == ("active", GRANULE)
    check_file(upload.send("upload, finalize", DATA[GRANULE:], GRANULE))


def test_sizes_that_differ_from_the_declared_size(start):
    upload = start(size=2 * GRANULE)
    assert "but got more" in problem_of(upload.send("upload, finalize", DATA, 0))
    upload = start(size=2 * GRANULE)
    short = upload.send("upload, finalize", DATA[: GRANULE + 5], 0)
    assert problem_of(short) == "Expected 2048 bytes, as declared at the start of the upload, not 1029."
    assert upload.received() == ("active", GRANULE)
    check_file(upload.send("upload, finalize", DATA[GRANULE : 2 * GRANULE], GRANULE), DATA[: 2 * GRANULE])


def test_cancel(start, gemini):
    upload = start()
    upload.send("upload", DATA[:GRANULE], 0)
    assert upload.send("cancel").headers["x-goog-upload-status"] == "cancelled"
    assert upload.send("query").headers["x-goog-upload-status"] == "cancelled"
    assert "cancelled" in problem_of(upload.send("upload", DATA[:GRANULE], GRANULE))


def test_uploads_expire_after_a_week(start, gemini):
    upload = start()
    gemini.clock.advance(7 * 24 * 3600)
    assert problem_of(upload.send("query"), 404).startswith("upload_id: ")
    start()
    gemini.clock.advance(-7 * 24 * 3600)
    problem_of(upload.send("query"), 404)


@pytest.mark.parametrize(
    ("headers", "query", "field"),
    [
        ({}, "", "X-Goog-Upload-Protocol"),
        ({"x-goog-upload-protocol": "pigeon"}, "", "X-Goog-Upload-Protocol"),
        ({"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "query"}, "", "X-Goog-Upload-Command"),
        ({**START, "x-goog-upload-header-content-length": "many"}, "", "X-Goog-Upload-Header-Content-Length"),
        ({"x-goog-upload-command": "start"}, "?upload_id=x", "X-Goog-Upload-Command"),
        ({"x-goog-upload-command": "upload"}, "?upload_id=x", "X-Goog-Upload-Offset"),
        ({"x-goog-upload-command": "query, upload"}, "?upload_id=x", "X-Goog-Upload-Command"),
        ({"x-goog-upload-command": "dance"}, "?upload_id=x", "X-Goog-Upload-Command"),
        ({}, "?upload_id=x", "X-Goog-Upload-Command"),
    ],
)
def test_invalid_headers(http, headers, query, field):
    response = http.post(f"/upload/v1beta/files{query}", headers=headers)
    problem_of(response)
    assert response.json()["error"]["details"][0]["fieldViolations"][0]["field"] == field


def test_an_unknown_upload(http):
    problem_of(http.post("/upload/v1beta/files?upload_id=x", headers={"x-goog-upload-command": "query"}), 404)


def test_an_upload_continues_at_its_path(start):
    upload = start()
    upload.url = upload.url.replace("/v1beta/", "/v1alpha/")
    problem_of(upload.send("query"), 404)


@pytest.mark.parametrize(
    ("file", "code", "field"),
    [
        ({"name": "files/Large"}, 400, "file.name"),
        ({"name": "files/-a"}, 400, "file.name"),
        ({"name": "files/" + "a" * 41}, 400, "file.name"),
        ({"name": "videos/a"}, 400, "file.name"),
        ({"name": "files/taken"}, 409, "file.name"),
        ({"mimeType": "text/"}, 400, "file.mimeType"),
        ({"displayName": "x" * 513}, 400, "file.displayName"),
        ({"title": "x"}, 400, "title"),
        ({"sizeBytes": "x"}, 400, "file.size_bytes"),
    ],
)
def test_invalid_files(start, http, file, code, field):
    start({"name": "files/taken"}, size=1).send("upload, finalize", b"x", 0)
    assert field in problem_of(http.post("/upload/v1beta/files", headers=START, json={"file": file}), code)


def test_a_name_that_is_used_meanwhile(start):
    first, second = start({"name": "files/mine"}, size=1), start({"name": "files/mine"}, size=1)
    check_file(first.send("upload, finalize", b"1", 0), b"1")
    response = second.send("upload, finalize", b"2", 0)
    problem_of(response, 409)
    assert response.json()["error"]["status"] == "ALREADY_EXISTS"


def test_sources_of_names_and_types(start):
    upload = start(kind="", size=1, **{"x-goog-upload-file-name": "%C3%BC%20a.csv"})
    file = check_file(upload.send("upload, finalize", b"x", 0), b"x")
    assert (file["displayName"], file["mimeType"]) == ("ü a.csv", "text/csv")
    file = check_file(start({"mimeType": "a/b"}, kind="", size=1).send("upload, finalize", b"x", 0), b"x")
    assert file["mimeType"] == "a/b"
    file = check_file(start(kind="", size=1).send("upload, finalize", b"x", 0), b"x")
    assert file["mimeType"] == "application/octet-stream"


# After each of these faults, a client queries the number of received bytes and continues from there.


def persistent(upload, data, chunk):
    """Upload with retries; return the answer and the number of queries."""
    offset = asked = 0
    while True:
        part = data[offset : offset + chunk]
        is_last = offset + chunk >= len(data)
        try:
            response = upload.send("upload, finalize" if is_last else "upload", part, offset)
            assert response.status_code == 200, response.text
        except httpx2.HTTPError:
            asked += 1
            response = upload.send("query")
        status, offset = upload.standing(response)
        if status == "final":
            return response, asked


CHUNK = 2 * GRANULE
COUNT = 3


@pytest.mark.parametrize("place", range(COUNT))
@pytest.mark.parametrize(
    "fault",
    [
        {"disconnect": "before_reply"},
        {"disconnect": "lost_reply"},
        *({"disconnect": "mid_request", "after_bytes": count} for count in (0, 1, GRANULE - 1, GRANULE, GRANULE + 1)),
        {"disconnect": "mid_request"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_connection_that_breaks_in_each_chunk(gemini, start, place, fault):
    upload = start()
    gemini.fail(**fault, upload_command="upload", skip=place)
    response, asked = persistent(upload, DATA, CHUNK)
    check_file(response)
    assert asked == 1
    assert len(gemini.requests) >= COUNT + 2


@pytest.mark.parametrize("after_bytes", [0, 1, GRANULE - 1, GRANULE, 2 * GRANULE - 1, 2 * GRANULE, 3 * GRANULE])
def test_whole_granules_are_kept(gemini, start, after_bytes):
    upload = start()
    gemini.fail(disconnect="mid_request", after_bytes=after_bytes, upload_command="upload")
    with pytest.raises(httpx2.HTTPError):
        upload.send("upload", DATA[: 4 * GRANULE], 0)
    assert upload.received() == ("active", after_bytes // GRANULE * GRANULE)


def test_a_lost_answer_to_the_last_chunk(gemini, start):
    upload = start()
    gemini.fail(disconnect="lost_reply", upload_command="finalize")
    with pytest.raises(httpx2.HTTPError):
        upload.send("upload, finalize", DATA, 0)
    assert upload.received() == ("final", len(DATA))
    check_file(upload.send("query"))


def test_a_lost_answer_to_the_start(gemini, http):
    gemini.fail(disconnect="lost_reply", upload_command="start")
    with pytest.raises(httpx2.HTTPError):
        http.post("/upload/v1beta/files", headers=START, json={})
    assert http.post("/upload/v1beta/files", headers=START, json={}).status_code == 200


def test_errors_do_not_change_the_upload(gemini, start):
    upload = start()
    upload.send("upload", DATA[:GRANULE], 0)
    gemini.fail(503, upload_command="upload", times=2)
    gemini.respond(status=503, headers={"x-goog-upload-status": "active"}, upload_command="finalize")
    large = b"x" * 8 * 1024 * 1024
    assert problem_of(upload.send("upload", large, GRANULE), 503)
    assert problem_of(upload.send("upload, finalize", DATA[GRANULE:], GRANULE), 503)
    assert upload.send("upload, finalize", DATA[GRANULE:], GRANULE).status_code == 503
    assert upload.received() == ("active", GRANULE)
    check_file(upload.send("upload, finalize", DATA[GRANULE:], GRANULE))


def test_a_stalled_chunk(gemini, start):
    upload = start()
    gemini.fail(stall=True, upload_command="upload")
    with pytest.raises(httpx2.ReadTimeout):
        upload.http.post(
            upload.url,
            headers={"x-goog-upload-command": "upload", "x-goog-upload-offset": "0"},
            content=DATA[:GRANULE],
            timeout=0.05,
        )
    assert upload.received() == ("active", 0)
    gemini.wait_until_idle()


def test_a_later_request_replaces_an_earlier_one(gemini, start):
    upload = start()
    target = urlsplit(upload.url)
    with socket.create_connection((target.hostname, target.port), timeout=10) as forgotten:
        head = (
            f"POST {target.path}?{target.query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {4 * GRANULE}\r\n"
            "X-Goog-Upload-Command: upload\r\nX-Goog-Upload-Offset: 0\r\n\r\n"
        )
        gemini_requests = len(gemini.requests)
        forgotten.sendall(head.encode() + DATA[: GRANULE + 10])
        gemini.wait_for_requests(gemini_requests + 1)
        assert upload.received()[0] == "active"
        assert b"409" in forgotten.recv(4096)
    _, offset = upload.received()
    check_file(upload.send("upload, finalize", DATA[offset:], offset))


def test_recorded_requests_have_no_bytes(gemini, start):
    start().send("upload, finalize", DATA, 0)
    begun, sent = gemini.requests
    assert begun.json == {"file": {}}
    assert sent.body == b""
    assert sent.headers["content-length"] == str(len(DATA))


def test_an_unfinished_upload_survives_the_server(serve_engine, tmp_path):
    first = serve_engine(ScriptedEngine(), data=tmp_path)
    first_url = first.url
    chunk = 256 * 1024
    data = random.Random(1).randbytes(2 * chunk + 5)
    with httpx2.Client() as http:
        url = http.post(f"{first.url}/upload/v1beta/files", headers=START, json={}).headers["x-goog-upload-url"]
        Upload(http, url).send("upload", data[:chunk], 0)
        first.stop()
    second = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client() as http:
        upload = Upload(http, url.replace(first_url, second.url))
        assert upload.received() == ("active", chunk)
        check_file(upload.send("upload, finalize", data[chunk:], chunk), data)


SERVER_WITH_DATA = """
import sys, threading
from genai_local import serve
with serve("scripted", data=sys.argv[1]) as server:
    print(server.url, flush=True)
    threading.Event().wait()
"""


def test_an_upload_survives_a_server_that_is_killed(tmp_path):
    def started() -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-c", SERVER_WITH_DATA, str(tmp_path)]
        program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        return program, program.stdout.readline().strip()

    chunk = 256 * 1024
    data = random.Random(2).randbytes(4 * chunk + 5)
    program, first_url = started()
    try:
        with httpx2.Client() as http:
            url = http.post(f"{first_url}/upload/v1beta/files", headers=START, json={}).headers["x-goog-upload-url"]
            Upload(http, url).send("upload", data[: 2 * chunk], 0)

            def pieces():
                yield data[2 * chunk : 3 * chunk + 7]
                program.kill()
                program.wait()
                yield data[3 * chunk + 7 :]

            with pytest.raises(httpx2.HTTPError):
                Upload(http, url).send("upload, finalize", pieces(), 2 * chunk)
    finally:
        program.kill()
        program.communicate()
    program, second_url = started()
    try:
        with httpx2.Client() as http:
            upload = Upload(http, url.replace(first_url, second_url))
            assert upload.received() == ("active", 2 * chunk)
            check_file(upload.send("upload, finalize", data[2 * chunk :], 2 * chunk), data)
    finally:
        program.kill()
        program.communicate()


def test_the_url_of_an_upload_needs_no_key(serve_engine):
    server = serve_engine(ScriptedEngine(), require_key="right")
    with httpx2.Client(base_url=server.url) as http:
        assert http.post("/upload/v1beta/files", headers=START, json={}).status_code == 403
        begun = http.post("/upload/v1beta/files?key=right", headers=START, json={})
        assert "right" not in begun.headers["x-goog-upload-url"]
        upload = Upload(http, begun.headers["x-goog-upload-url"])
        check_file(upload.send("upload, finalize", b"x", 0), b"x")
        assert http.get("/v1beta/files").status_code == 403


def test_bytes_only(http):
    raw = {"x-goog-upload-protocol": "raw", "content-type": "text/csv", "x-goog-upload-file-name": "a.csv"}
    file = check_file(http.post("/upload/v1beta/files", headers=raw, content=DATA))
    assert (file["mimeType"], file["displayName"]) == ("text/csv", "a.csv")
    check_file(http.post("/upload/v1beta/files?uploadType=media", headers={"content-type": "a/b"}, content=DATA))


def related(message, data, boundary="==x=="):
    head = (
        f"--{boundary}\r\ncontent-type: application/json\r\n\r\n{message}\r\n--{boundary}\r\ncontent-type: a/b\r\n\r\n"
    )
    return head.encode() + data + f"\r\n--{boundary}--\r\n".encode()


@pytest.mark.parametrize("how", ["header", "query"])
def test_multipart(http, how):
    kind = {"content-type": 'multipart/related; boundary="==x=="'}
    headers = {**kind, "x-goog-upload-protocol": "multipart"} if how == "header" else kind
    path = "/upload/v1beta/files" + ("?uploadType=multipart" if how == "query" else "")
    data = DATA + b"\r\n--==x" + DATA
    file = check_file(http.post(path, headers=headers, content=related('{"file": {"displayName": "Two"}}', data)), data)
    assert (file["displayName"], file["mimeType"]) == ("Two", "a/b")


def test_invalid_multipart(http, gemini):
    headers = {"x-goog-upload-protocol": "multipart", "content-type": "multipart/related; boundary=x"}
    whole = related("{}", b"data", "x")
    for body in (whole[:-8], b"", b"--x\r\n{}\r\n--x\r\na: b\r\n\r\ndata\r\n--x--", related("{", b"data", "x")):
        problem_of(http.post("/upload/v1beta/files", headers=headers, content=body))
    problem_of(http.post("/upload/v1beta/files", headers={**headers, "content-type": "a/b"}, content=whole))
    assert http.get("/v1beta/files").json() == {}


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_multipart_in_pieces(step):
    data = b"a\r\n--==x=\r\n--b" * 3
    whole = related('{"a": 1}', data)
    body = RelatedBody('multipart/related; boundary="==x=="')
    found = b"".join(body.feed(whole[index : index + step]) for index in range(0, len(whole), step))
    body.close()
    assert (body.message, body.mime_type, found) == (b'{"a": 1}', "a/b", data)


def test_a_client_that_abandons_a_raw_upload(gemini, http):
    raw = {"x-goog-upload-protocol": "raw"}
    gemini.fail(disconnect="mid_request", path="^/upload/")
    with pytest.raises(httpx2.HTTPError):
        http.post("/upload/v1beta/files", headers=raw, content=DATA)
    gemini.wait_until_idle()
    assert http.get("/v1beta/files").json() == {}


SERVER_OF_ITS_OWN = """
import resource, sys
from genai_local import serve
with serve("scripted") as server:
    print(server.url, flush=True)
    sys.stdin.read()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
"""


@pytest.mark.heavy
def test_memory_stays_flat_while_a_gigabyte_arrives():
    piece, count = random.Random(3).randbytes(1024 * 1024), 1024
    peaks: list[int] = []
    for repetitions in (1, count):
        program = subprocess.Popen(
            [sys.executable, "-c", SERVER_OF_ITS_OWN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        url = program.stdout.readline().strip()
        headers = {"x-goog-upload-protocol": "raw", "content-length": str(len(piece) * repetitions)}
        digest = hashlib.sha256()

        def pieces(repetitions=repetitions, digest=digest):
            for _ in range(repetitions):
                digest.update(piece)
                yield piece

        file = httpx2.post(f"{url}/upload/v1beta/files", headers=headers, content=pieces(), timeout=300).json()["file"]
        assert file["sizeBytes"] == headers["content-length"]
        assert base64.b64decode(file["sha256Hash"]).decode() == digest.hexdigest()
        rest, _ = program.communicate()
        peaks.append(int(rest))
    scale = 1 if sys.platform == "darwin" else 1024
    assert (peaks[1] - peaks[0]) * scale < 16 * 1024 * 1024
