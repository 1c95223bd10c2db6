"""Files as resources, and their text in prompts."""

from __future__ import annotations

import base64

import httpx2
import pytest

from genai_local.engines import Capabilities
from genai_local.engines.scripted import ScriptedEngine
from genai_local.state.storage import StoredFile
from genai_local.state.texts import NoTextError, is_readable, text_of

GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"


def pdf(*pages: str) -> bytes:
    """Return a PDF with one line of text on each page; an empty line makes an empty page."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        resources = "<< /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * index} 0 R "
            f"/Resources {resources} >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return (f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}").encode()


def send(http, data, kind="text/plain", name=None):
    """Upload bytes at once and return the file."""
    headers = {"x-goog-upload-protocol": "raw", "content-type": kind}
    if name is not None:
        headers["x-goog-upload-file-name"] = name
    response = http.post("/upload/v1beta/files", headers=headers, content=data)
    assert response.status_code == 200, response.text
    return response.json()["file"]


@pytest.fixture
def upload(http):
    return lambda *arguments, **named: send(http, *arguments, **named)


def problem_of(response, code=400):
    assert response.status_code == code, response.text
    return response.json()["error"]["message"]


def test_the_life_of_a_file(gemini, http, upload):
    gemini.clock.stop_at(1_000_000)
    file = upload(b"hello", name="a.txt")
    assert file == {
        "name": file["name"],
        "displayName": "a.txt",
        "mimeType": "text/plain",
        "sizeBytes": "5",
        "createTime": "1970-01-12T13:46:40.000000Z",
        "updateTime": "1970-01-12T13:46:40.000000Z",
        "expirationTime": "1970-01-14T13:46:40.000000Z",
        "sha256Hash": "MmNmMjRkYmE1ZmIwYTMwZTI2ZTgzYjJhYzViOWUyOWUxYjE2MWU1YzFmYTc0MjVlNzMwNDMzNjI5MzhiOTgyNA==",
        "uri": f"{gemini.url}/v1beta/{file['name']}",
        "state": "ACTIVE",
        "source": "UPLOADED",
    }
    assert http.get(file["uri"]).json() == file
    assert http.delete(f"/v1beta/{file['name']}").json() == {}
    for response in (http.get(file["uri"]), http.delete(file["uri"])):
        assert file["name"] in problem_of(response, 403)
        assert response.json()["error"]["status"] == "PERMISSION_DENIED"


def test_files_expire_after_two_days(gemini, http, upload):
    gemini.clock.stop_at(1_000_000)
    file = upload(b"hello")
    gemini.clock.advance(48 * 3600 - 1)
    assert http.get(file["uri"]).status_code == 200
    gemini.clock.advance(1)
    problem_of(http.get(file["uri"]), 403)
    assert http.get("/v1beta/files").json() == {}
    upload(b"another")
    gemini.clock.stop_at(1_000_000)
    problem_of(http.get(file["uri"]), 403)


def test_lists(http, upload):
    names = [upload(b"x")["name"] for _ in range(12)]
    first = http.get("/v1beta/files").json()
    assert [file["name"] for file in first["files"]] == names[:1:-1]
    second = http.get("/v1beta/files", params={"pageToken": first["nextPageToken"]}).json()
    assert [file["name"] for file in second["files"]] == names[1::-1]
    assert "nextPageToken" not in second
    assert len(http.get("/v1beta/files?pageSize=1000").json()["files"]) == 12
    problem_of(http.get("/v1beta/files?pageToken=x"))
    assert "files" not in http.get("/v1beta1/files").json()


def test_pages_are_stable_when_files_are_deleted(http, upload):
    names = [upload(b"x")["name"] for _ in range(4)]
    first = http.get("/v1beta/files?pageSize=2").json()
    http.delete(f"/v1beta/{names[3]}")
    second = http.get(f"/v1beta/files?pageSize=2&pageToken={first['nextPageToken']}").json()
    assert [file["name"] for file in second["files"]] == names[1::-1]


def test_processing(gemini, http, upload):
    gemini.file_polls = 2
    file = upload(b"x")
    assert file["state"] == "PROCESSING"
    ask = {"contents": [{"parts": [{"fileData": {"fileUri": file["uri"]}}]}]}
    refused = http.post(GENERATE, json=ask)
    assert "is PROCESSING" in problem_of(refused)
    assert refused.json()["error"]["status"] == "FAILED_PRECONDITION"
    states = [http.get(file["uri"]).json()["state"] for _ in range(3)]
    assert states == ["PROCESSING", "PROCESSING", "ACTIVE"]
    assert http.post(GENERATE, json=ask).status_code == 200


def test_processing_takes_time(gemini, http, upload):
    gemini.clock.stop_at(1_000_000)
    gemini.file_processing_s = 5
    file = upload(b"x")
    assert http.get(file["uri"]).json()["state"] == "PROCESSING"
    gemini.clock.advance(5)
    assert http.get(file["uri"]).json()["state"] == "ACTIVE"


def test_processing_that_fails(gemini, http, upload):
    gemini.file_polls = 1
    gemini.fail_files("Not a film.")
    failed = upload(b"x", "video/mp4")
    assert failed["state"] == "PROCESSING"
    assert "error" not in http.get(failed["uri"]).json()
    told = http.get(failed["uri"]).json()
    assert (told["state"], told["error"]) == ("FAILED", {"code": 3, "message": "Not a film."})
    response = http.post(GENERATE, json={"contents": [{"parts": [{"fileData": {"fileUri": failed["uri"]}}]}]})
    assert "is FAILED" in problem_of(response)
    gemini.fail_files(match="wav", times=2)
    gemini.file_polls = 0
    states = [
        upload(b"x", kind)["state"] for kind in ("text/plain", "audio/wav", "text/plain", "audio/wav", "audio/wav")
    ]
    assert states == ["ACTIVE", "FAILED", "ACTIVE", "FAILED", "ACTIVE"]


def test_only_generated_files_are_downloaded(http, upload):
    file = upload(b"x")
    assert "only generated files" in problem_of(http.get(f"/v1beta/{file['name']}:download?alt=media"))
    operation = http.post(
        "/v1beta/models/veo-3.0-generate-001:predictLongRunning", json={"instances": [{"prompt": "A whale"}]}
    ).json()
    while not operation.get("done"):
        operation = http.get(f"/v1beta/{operation['name']}").json()
    made = http.get("/v1beta/files").json()["files"][0]
    assert (made["source"], made["mimeType"]) == ("GENERATED", "video/mp4")
    video = http.get(made["downloadUri"])
    assert video.headers["content-type"] == "video/mp4"
    assert len(video.content) == int(made["sizeBytes"])


def test_only_the_developer_api_has_files(http):
    assert http.get("/v1beta1/projects/p/locations/l/files").status_code == 404


def test_objects_in_buckets_are_registered(gemini, http):
    gemini._server.api.storage.put("gs://bucket/a.txt", StoredFile(b"From the bucket.", "text/plain"))
    [file] = http.post("/v1beta/files:register", json={"uris": ["gs://bucket/a.txt"]}).json()["files"]
    assert (file["source"], file["mimeType"], file["sizeBytes"]) == ("REGISTERED", "text/plain", "16")
    body = {"contents": [{"parts": [{"fileData": {"fileUri": file["uri"]}}]}]}
    assert "From the bucket." in http.post(GENERATE, json=body).text
    for uris, field in (([], "uris"), (["https://x"], "uris[0]"), (["gs://bucket/a.txt", "gs://b/c"], "uris[1]")):
        assert problem_of(http.post("/v1beta/files:register", json={"uris": uris})).startswith(f"{field}: ")


# The text of files


@pytest.fixture
def plain(plain_server, no_tls):
    """A client of an engine that reads only text."""
    with httpx2.Client(base_url=plain_server.url, timeout=30, verify=no_tls) as client:
        yield client


def inline(data, kind):
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}}


def stored(client, data, kind):
    return {"fileData": {"fileUri": send(client, data, kind)["uri"], "mimeType": kind}}


def asked(client, *parts, path=GENERATE):
    return client.post(path, json={"contents": [{"parts": list(parts)}]})


def text_in(response):
    assert response.status_code == 200, response.text
    return response.json()["candidates"][0]["content"]["parts"][0]["text"]


READABLE = [
    (b"The sky.", "text/plain", "The sky."),
    ("Größe".encode(), "text/markdown; charset=utf-8", "Größe"),
    ("Größe".encode("utf-16"), "text/csv", "Größe"),
    (b"\xef\xbb\xbfmark", "text/html", "mark"),
    (b'{"a": 1}', "application/json", '{"a": 1}'),
    (b"<a/>", "image/svg+xml", None),
    (b"<a/>", "application/atom+xml", "<a/>"),
    (b"print(1)", "application/x-python", "print(1)"),
    (pdf("First page", "Second page"), "application/pdf", "First page\nSecond page"),
]


@pytest.mark.parametrize(("data", "kind", "text"), READABLE, ids=[kind for _, kind, _ in READABLE])
async def test_text_of_files(data, kind, text):
    assert is_readable(kind) is (text is not None)
    if text is None:
        with pytest.raises(NoTextError, match="neither text nor PDF"):
            await text_of(data, kind)
    else:
        assert await text_of(data, kind) == text


@pytest.mark.parametrize("where", [inline, stored])
@pytest.mark.parametrize(
    ("data", "kind", "text"), [case for case in READABLE if case[2]], ids=lambda value: str(value)[:9]
)
def test_the_engine_reads_the_text(plain, where, data, kind, text):
    part = where(data, kind) if where is inline else stored(plain, data, kind)
    reply = asked(plain, part, {"text": "What is this?"})
    assert text_in(reply) == f"This is a scripted reply to: {text}\nWhat is this?"
    counted = plain.post(GENERATE.replace("generateContent", "countTokens"), json={"contents": [{"parts": [part]}]})
    assert counted.json()["totalTokens"] >= len(text.split())


def test_files_in_the_system_instruction(plain):
    part = stored(plain, b"Be short.", "text/plain")
    body = {"contents": [{"parts": [{"text": "Hi"}]}], "systemInstruction": {"parts": [part]}}
    assert plain.post(GENERATE, json=body).json()["usageMetadata"]["promptTokenCount"] == 4


@pytest.mark.parametrize(
    "form", ["{uri}", "{name}", "https://elsewhere.example/v1beta/{name}", "{uri}:download?alt=media"]
)
def test_forms_of_a_uri(plain, form):
    uri = form.format(**send(plain, b"Found.", "text/plain"))
    assert "Found." in text_in(asked(plain, {"fileData": {"fileUri": uri}}))


def test_the_text_of_a_pdf_is_extracted_once(plain, plain_server):
    part = stored(plain, pdf("Once"), "application/pdf")
    assert "Once" in text_in(asked(plain, part))
    name = part["fileData"]["fileUri"].rpartition("/v1beta/")[2]
    entry = plain_server.api.storage.entry(name)
    entry.path.write_bytes(b"no PDF any more")
    assert "Once" in text_in(asked(plain, part))
    plain.delete(f"/v1beta/{name}")
    assert not [path for path in entry.path.parent.iterdir() if path.name.startswith(entry.path.name)]


@pytest.mark.parametrize(
    ("data", "kind", "problem"),
    [
        (b"\x89PNG", "image/png", "cannot read image/png; it reads text, PDF and audio."),
        (b"RIFF", "audio/wav", "the recording cannot be read as audio/wav"),
        (b"x", "video/mp4", "cannot read video/mp4"),
        (b"not a PDF", "application/pdf", "the PDF cannot be read"),
        (pdf("", ""), "application/pdf", "the PDF contains no text"),
    ],
)
@pytest.mark.parametrize("where", [inline, stored])
def test_unreadable_files_are_refused_with_their_path(plain, where, data, kind, problem):
    part = where(data, kind) if where is inline else stored(plain, data, kind)
    [field] = part
    for path in (GENERATE, GENERATE.replace("generateContent", "countTokens")):
        response = asked(plain, {"text": "What is this?"}, part, path=path)
        assert problem in problem_of(response)
        [violation] = response.json()["error"]["details"][0]["fieldViolations"]
        assert violation["field"] == f"contents[0].parts[1].{field}"


@pytest.mark.parametrize(
    ("uri", "code"),
    [("files/none", 403), ("http://127.0.0.1/v1beta/files/none", 403), ("gs://bucket/none", 400), ("https://x/y", 400)],
)
def test_missing_files(plain, uri, code):
    assert problem_of(asked(plain, {"fileData": {"fileUri": uri}}), code)


def test_the_scripted_engine_accepts_every_file(gemini, http, upload):
    picture = upload(b"\x89PNG", "image/png")
    parts = [
        {"fileData": {"fileUri": picture["uri"]}},
        {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}},
        {"fileData": {"fileUri": "gs://bucket/a.png"}},
        inline(b"x", "image/png"),
        inline(b"x", "application/pdf"),
        {"text": "What is this?"},
    ]
    gemini.on(r"What is this\?").reply("A test.")
    assert text_in(asked(http, *parts)) == "A test."
    assert problem_of(asked(http, {"fileData": {"fileUri": "files/none"}}), 403)


def test_rules_see_the_unchanged_request(gemini, http, upload):
    part = {"fileData": {"fileUri": upload(b"Secret.")["uri"]}}
    gemini.on(lambda request: request["contents"][0]["parts"] == [part]).reply("As sent.")
    assert text_in(asked(http, part)) == "As sent."


def test_a_long_text_is_counted(serve_engine):
    class Reader(ScriptedEngine):
        capabilities = Capabilities()

    server = serve_engine(Reader())
    with httpx2.Client(base_url=server.url) as client:
        reply = asked(client, stored(client, b"word " * 5000, "text/plain"))
        assert reply.json()["usageMetadata"]["promptTokenCount"] == 5001


def test_processing_time_is_an_option(serve_engine):
    server = serve_engine(ScriptedEngine(), file_processing_s=60)
    with httpx2.Client(base_url=server.url) as client:
        file = send(client, b"x")
        assert file["state"] == "PROCESSING"
        server.api.clock.advance(60)
        assert client.get(file["uri"]).json()["state"] == "ACTIVE"
